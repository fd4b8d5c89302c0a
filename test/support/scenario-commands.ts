// Reads what a line of a scenario does, and what it must answer.

import {
  type Action,
  type Fill,
  INSTRUMENT_STATE_NAMES,
  LIMIT_NAMES,
  type OrderReference,
  type OriginalReference,
  type Outcome,
  type RawByte,
  type VenueAction,
} from "./scenario-script.ts";
import type { Words } from "./scenario-words.ts";

/** Reads the part of a command in front of `->`. */
export function readAction(words: Words): Action {
  if (words.takeIf("venue")) return readVenueAction(words);
  if (words.takeIf("time")) {
    words.take("passes");
    return { kind: "time passes", microseconds: readDuration(words) };
  }
  const account = words.name("an account");
  const deed = words.choose([
    ...(["buy", "sell", "order", "cancel", "replace", "withdraw", "transfer", "opens"] as const),
  ]);
  switch (deed) {
    case "buy":
    case "sell":
      return readOrder(words, account, deed);
    case "order":
      return readOrder(words, account, readRawByte(words, "side"));
    case "cancel":
      return readCancel(words, account, false);
    case "replace":
      return readReplace(words, account);
    case "opens":
      return readOpenSession(words, account);
    default:
      return readMove(words, deed, account);
  }
}

function readOrder(words: Words, account: string, side: "buy" | "sell" | RawByte): Action {
  const type = chooseOrRaw(words, ["limit", "market"], "type");
  const isTimed = type !== "market" || !(words.isNumberAhead || /^(for|->)$/.test(words.peek()));
  const timeInForce = isTimed
    ? chooseOrRaw(words, ["gtc", "ioc", "fok", "post_only"], "time-in-force")
    : undefined;
  const quantity = words.isNumberAhead ? words.number("a quantity") : undefined;
  const price = words.takeIf("@") ? words.number("a price") : undefined;
  const budget = words.takeIf("for") ? words.number("a budget") : undefined;
  const options = readOptions(words, ["on", "id", "as", "session", "stp"]);
  return {
    kind: "new order",
    ...{ account, side, type, timeInForce, quantity, price, budget },
    symbol: options.get("on"),
    clientOrderId: options.get("id"),
    label: options.get("as"),
    session: options.get("session"),
    selfTradePrevention: toPrevention(options.get("stp"), words),
    cancelOnDisconnect: words.takeIf("cancel_on_disconnect"),
  };
}

function toPrevention(
  text: string | undefined,
  words: Words,
): "expire_taker" | RawByte | undefined {
  if (text === undefined || text === "expire_taker") return text;
  return toRawByte(text, "stp") ?? words.fail(`expected expire_taker or stp-9, found ${text}`);
}

function readCancel(words: Words, account: string, isByVenue: boolean): Action {
  if (words.takeIf("all")) {
    return { kind: "cancel all", ...readScope(words, account, isByVenue) };
  }
  const order = readOrderReference(words);
  return { kind: "cancel", order, ...readScope(words, account, isByVenue) };
}

function readScope(words: Words, caller: string, isByVenue: boolean) {
  if (isByVenue) words.take("of");
  const account = isByVenue ? words.name("an account") : caller;
  const options = readOptions(words, ["on", "session"]);
  return { account, symbol: options.get("on"), session: options.get("session"), isByVenue };
}

function readReplace(words: Words, account: string): Action {
  const order = readOrderReference(words);
  words.take("with");
  const quantity = words.number("the new total quantity");
  words.take("@");
  const price = words.number("the new price");
  const options = readOptions(words, ["id", "session"]);
  const clientOrderId = options.get("id");
  const session = options.get("session");
  return { kind: "replace", account, order, quantity, price, clientOrderId, session };
}

function readOpenSession(words: Words, account: string): Action {
  words.take("session");
  const session = words.name("a session");
  const cancelOnDisconnect = words.takeIf("cancel_on_disconnect");
  return { kind: "open session", account, session, cancelOnDisconnect };
}

/** A ledger move; `account` is left out by the venue, which names it behind the amount. */
function readMove(
  words: Words,
  kind: "deposit" | "withdraw" | "transfer",
  account?: string,
): Action {
  const amount = words.number("an amount");
  const currency = words.name("a currency");
  if (account === undefined) words.take(kind === "deposit" ? "to" : "from");
  const owner = account ?? words.name("an account");
  if (kind === "transfer") words.take("to");
  const to = kind === "transfer" ? words.name("an account") : undefined;
  const requestId = readOptions(words, ["request"]).get("request");
  const isByVenue = account === undefined;
  return { kind, account: owner, to, amount, currency, requestId, isByVenue };
}

function readVenueAction(words: Words): Action {
  const deed = words.choose([
    ...(["deposit", "withdraw", "transfer", "cancel", "sweep", "create", "alias"] as const),
    ...(["unalias", "set", "closes"] as const),
  ]);
  switch (deed) {
    case "deposit":
    case "withdraw":
    case "transfer":
      return readMove(words, deed);
    case "cancel":
      return readCancel(words, "", true);
    case "closes":
      words.take("session");
      return { kind: "close session", session: words.name("a session") };
    default: {
      const action = readAdministration(words, deed);
      return { ...action, requestId: readOptions(words, ["request"]).get("request") };
    }
  }
}

function readAdministration(
  words: Words,
  deed: "sweep" | "create" | "alias" | "unalias" | "set",
): VenueAction {
  const requestId = undefined;
  switch (deed) {
    case "sweep":
      return { kind: "sweep", requestId, symbol: words.name("an instrument") };
    case "create":
      return readCreate(words);
    case "alias":
    case "unalias": {
      const of = words.choose(["instrument", "account"]);
      const target = deed === "alias" ? words.name(`an ${of}`) : "";
      if (deed === "alias") words.take("as");
      return { kind: deed, requestId, of, target, text: words.name("an alias") };
    }
    case "set": {
      if (words.takeIf("account")) {
        const account = words.name("an account");
        const state = chooseOrRaw(words, ["active", "suspended"], "state");
        return { kind: "account state", requestId, account, state };
      }
      words.take("instrument");
      return readSetting(words, words.name("an instrument"));
    }
  }
}

function readCreate(words: Words): VenueAction {
  const requestId = undefined;
  switch (words.choose(["currency", "account", "instrument"])) {
    case "currency": {
      const code = words.name("a currency");
      words.take("scale");
      return { kind: "create currency", requestId, code, scale: words.count("a scale") };
    }
    case "account":
      return { kind: "create account", requestId, name: words.name("an account") };
    case "instrument": {
      const symbol = words.name("a symbol");
      words.take("tick");
      const tick = words.number("a tick");
      words.take("lot");
      return { kind: "create instrument", requestId, symbol, tick, lot: words.number("a lot") };
    }
  }
}

/** Reads one setting of an instrument; `given` lines have the same words. */
export function readSetting(words: Words, symbol: string): VenueAction {
  const requestId = undefined;
  if (words.takeIf("maker")) {
    const maker = words.number("a rate");
    words.take("taker");
    return { kind: "fees", requestId, symbol, maker, taker: words.number("a rate") };
  }
  if (words.takeIf("band")) return readBand(words, symbol);
  const limit = LIMIT_NAMES.find((name) => words.takeIf(name));
  if (limit !== undefined) {
    return { kind: "limit", requestId, symbol, limit, value: words.number("a limit") };
  }
  if (words.peek().startsWith("limit-")) {
    const raw = readRawByte(words, "limit");
    return { kind: "limit", requestId, symbol, limit: raw, value: words.number("a limit") };
  }
  const state = chooseOrRaw(words, INSTRUMENT_STATE_NAMES, "state");
  return { kind: "instrument state", requestId, symbol, state };
}

function readBand(words: Words, symbol: string): VenueAction {
  const kind = "band";
  const requestId = undefined;
  if (words.takeIf("none")) {
    const none = { band: undefined, reference: undefined, bothSides: false };
    return { kind, requestId, symbol, ...none };
  }
  const band = words.number("a band");
  words.take("around");
  const reference = words.number("a reference price");
  return { kind, requestId, symbol, band, reference, bothSides: words.takeIf("both_sides") };
}

const UNITS = { us: 1, ms: 1_000, s: 1_000_000, h: 3_600_000_000 } as const;

function readDuration(words: Words): number {
  const text = words.name("a duration");
  const match = /^(-?[0-9]+)(us|ms|s|h)$/.exec(text);
  const [, count, unit] = match ?? words.fail(`expected a duration such as 24h, found ${text}`);
  const each = Object.entries(UNITS).find(([name]) => name === unit)?.[1] ?? 1;
  return Number(count) * each;
}

/** Reads the word of a vocabulary, or `kind-9` for a byte that has none. */
function chooseOrRaw<Word extends string>(
  words: Words,
  choices: readonly Word[],
  kind: string,
): Word | RawByte {
  return words.peek().startsWith(`${kind}-`) ? readRawByte(words, kind) : words.choose(choices);
}

function readRawByte(words: Words, kind: string): RawByte {
  const text = words.name(`${kind}-9`);
  return toRawByte(text, kind) ?? words.fail(`expected ${kind}-9, found ${text}`);
}

function toRawByte(text: string, kind: string): RawByte | undefined {
  const isRaw = text.startsWith(`${kind}-`) && /-[0-9]{1,3}$/.test(text);
  return isRaw ? { byte: Number(text.slice(kind.length + 1)) } : undefined;
}

/** Reads words with what follows each, in whatever order. */
function readOptions<Name extends string>(
  words: Words,
  names: readonly Name[],
): ReadonlyMap<Name, string> {
  const options = new Map<Name, string>();
  for (;;) {
    const name = names.find((each) => words.takeIf(each));
    if (name === undefined) return options;
    if (options.has(name)) words.fail(`${name} is said twice`);
    options.set(name, words.name(`what follows ${name}`));
  }
}

/** Reads `#label` or a client order id. */
export function readOrderReference(words: Words): OrderReference {
  const text = words.name("an order");
  return text.startsWith("#") ? { label: text.slice(1) } : { clientOrderId: text };
}

/** Reads the part of a command behind `->`. */
export function readOutcome(words: Words): Outcome<OriginalReference> {
  if (words.takeIf("accepted")) return { kind: "accepted" };
  if (words.takeIf("rejected")) return { kind: "rejected", code: words.name("a reject code") };
  if (words.takeIf("duplicate")) {
    words.take("of");
    if (words.takeIf("request")) {
      return { kind: "duplicate", of: { requestId: words.name("a request id") } };
    }
    return { kind: "duplicate", of: readOrderReference(words) };
  }
  return readMoved(words);
}

function readMoved(words: Words): Outcome<OriginalReference> {
  const fills: Fill[] = [];
  while (words.takeIf("filled")) {
    const quantity = words.number("a quantity");
    words.take("@");
    fills.push({ quantity, price: words.number("a price") });
    if (!words.takeIf(",")) return { kind: "moved", fills, rests: undefined, cancelled: undefined };
  }
  if (fills.length > 0 && words.takeIf("rests")) {
    return { kind: "moved", fills, rests: words.number("a quantity"), cancelled: undefined };
  }
  if (fills.length > 0) words.take("cancelled");
  else words.choose(["cancelled"]);
  const quantity = words.isNumberAhead ? words.number("a quantity") : undefined;
  const isMany = words.takeIf("orders") || words.takeIf("order");
  const reason = quantity === "0" && isMany ? "none" : readReason(words);
  if (!isMany) return { kind: "moved", fills, rests: undefined, cancelled: { quantity, reason } };
  if (fills.length > 0) words.fail("orders are cancelled by a command that trades nothing");
  return { kind: "orders cancelled", count: Number(quantity), reason };
}

/** Reads `(client_request)`. */
export function readReason(words: Words): string {
  const text = words.name("a reason in parentheses");
  const [, reason] = /^\(([a-z_]+)\)$/.exec(text) ?? words.fail(`expected (reason), found ${text}`);
  return reason ?? "";
}
