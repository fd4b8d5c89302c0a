// Compares a venue at rest with what clients were told: every order, every balance, every level.
//
// Nothing here asks the journal. Orders and deposits as clients know them give each balance; the
// venue's balances, books and lists of orders must be exactly those.

import { until } from "../support/deadline.ts";
import type { Answer, Client } from "./client.ts";
import { type JsonObject, toUnits } from "./json-object.ts";
import { CURRENCIES, type Currency, type Market, ONE_PRICE, SYMBOLS } from "./market.ts";
import type { TestAccount } from "./market.ts";
import { type Attempt, isFinal, isTurnedAway, readOrder, show } from "./witness.ts";
import type { Sighting, Witness } from "./witness.ts";

const REPETITIONS = 3;
/** For one command that is turned away while the next segment is made. */
const ADMITTED_MS_MAX = 20_000;
/** For a history to have what was told before. */
const HISTORY_MS_MAX = 20_000;
const FEE_ACCOUNT = 1;
const EXTERNAL_ACCOUNT = 2;
const UNITS_PER_ONE = toUnits("1");

/** Sends every unanswered command again, three times at once: exactly one effect each. */
export async function resolveUnanswered(witness: Witness): Promise<void> {
  for (const attempt of witness.unanswered.splice(0)) {
    const repetitions = Array.from({ length: REPETITIONS }, () => sendUntilAdmitted(attempt));
    const answers = await Promise.all(repetitions);
    for (const { body } of answers) witness.note(body);
    attempt.settle(answers);
  }
}

/** Sends a command until the venue has room for it. */
export function sendUntilAdmitted(attempt: Attempt): Promise<Answer> {
  return until(ADMITTED_MS_MAX, "the command is admitted", async () => {
    const answer = await attempt.send();
    if (answer === undefined) throw new Error("the venue went away");
    return isTurnedAway(answer) ? undefined : answer;
  });
}

/** An order of the venue's own list, with what its owner knows of it. */
interface ListedOrder extends Omit<Sighting, "sequence"> {
  readonly orderId: number;
  readonly symbol: string;
  readonly side: "BUY" | "SELL";
  readonly leaves: bigint;
}

interface Holding {
  readonly total: bigint;
  readonly frozen: bigint;
}
type Holdings = ReadonlyMap<string, Holding>;

/** Errors: throws with the first difference. */
export async function audit(witness: Witness, market: Market): Promise<void> {
  const levels = new Map<string, bigint>();
  const totals = new Map<string, bigint>();
  for (const account of market.traders) {
    const orders = await listOrders(account.client, account.id, witness);
    checkOrders(orders, account, witness);
    const holdings = await readHoldings(market.operator, account.id);
    checkHoldings(orders, holdings, account, witness);
    addTo(totals, holdings);
    for (const order of orders) {
      if (order.terms === undefined) continue;
      const key = `${order.symbol} ${order.side} ${order.terms.price}`;
      levels.set(key, (levels.get(key) ?? 0n) + order.leaves);
    }
  }
  await checkVault(market, witness, totals);
  for (const id of [FEE_ACCOUNT, EXTERNAL_ACCOUNT]) {
    addTo(totals, await readHoldings(market.operator, id));
  }
  checkConservation(totals);
  for (const symbol of SYMBOLS) await checkBook(market.operator, symbol, levels);
  witness.checkTradeOrder();
  compact(witness);
}

/**
 * Every order of an account that the venue still knows. A history that is far behind, as it may be
 * on a busy machine, answers with what it has and says how old that is: it is asked again.
 */
async function listOrders(
  client: Client,
  account: number,
  witness: Witness,
): Promise<ListedOrder[]> {
  const orders: ListedOrder[] = [];
  const { shownSequence } = witness;
  let after = 0;
  for (;;) {
    const path = `/api/v1/trading/orders?status=all&limit=1000&after=${after}`;
    const page = await until(HISTORY_MS_MAX, `orders as of ${shownSequence}`, async () => {
      const found = await client.need("GET", path);
      return found.count("as_of_sequence") >= shownSequence && found;
    });
    witness.note(page);
    for (const body of page.list("orders")) {
      // It did nothing, and its owner was told so.
      if (body.text("status_name") === "rejected") continue;
      witness.noteOrder(body, page.count("as_of_sequence"));
      const orderId = body.count("order_id");
      const known = witness.placed.get(orderId);
      if (known?.account !== account) {
        throw new Error(`nobody placed order ${orderId} of account ${account}`);
      }
      const { symbol, side } = known;
      const leaves = body.has("leaves") ? body.units("leaves") : 0n;
      orders.push({ orderId, symbol, side, leaves, ...readOrder(body) });
    }
    if (!page.has("next_after")) return orders;
    after = page.count("next_after");
  }
}

/** Every order of the account is there once, and as far on as anybody saw it. */
function checkOrders(orders: readonly ListedOrder[], account: TestAccount, witness: Witness): void {
  const listed = new Map(orders.map((order) => [order.orderId, order]));
  if (listed.size !== orders.length) throw new Error(`account ${account.id} lists an order twice`);
  for (const [orderId, placed] of witness.placed) {
    if (placed.account !== account.id) continue;
    const order = listed.get(orderId);
    if (order === undefined) throw new Error(`order ${orderId} is gone: ${show(placed)}`);
    const sightings = witness.sightings.get(orderId) ?? [];
    // Answers of two clients do not arrive in the order of what they saw.
    sightings.sort((left, right) => left.sequence - right.sequence);
    for (const seen of sightings) checkSighting(order, seen);
    checkTerms(order, sightings);
  }
  for (const { orderId } of witness.finals) {
    const order = listed.get(orderId);
    if (order !== undefined && !isFinal(order.status)) throw reopened(order);
  }
  const massCancels = witness.massCancels.filter((each) => each.account === account.id);
  const last = Math.max(0, ...massCancels.map(({ sequence }) => sequence));
  for (const order of orders) {
    if (order.orderId < last && !isFinal(order.status)) throw reopened(order);
  }
}

function reopened(order: ListedOrder): Error {
  return new Error(`a final order is open: ${show(order)}`);
}

/** What was filled stays filled; what was final stays as it was. */
function checkSighting(order: ListedOrder, seen: Sighting): void {
  const isSame =
    order.status === seen.status && order.reason === seen.reason && order.filled === seen.filled;
  if (order.filled < seen.filled || (isFinal(seen.status) && !isSame)) {
    throw new Error(`${show(order)} was seen as ${show(seen)}`);
  }
}

/** An open order has the terms its owner gave it last. */
function checkTerms(order: ListedOrder, sightings: readonly Sighting[]): void {
  const { terms } = order;
  if (terms === undefined) return;
  const last = sightings.findLast((seen) => seen.terms !== undefined)?.terms;
  const isSame = last === undefined || show(last) === show(terms);
  const isWhole = order.leaves === terms.quantity - order.filled && order.leaves > 0n;
  const status = order.filled > 0n ? "partially_filled" : "pending";
  if (!isSame || !isWhole || order.status !== status) {
    throw new Error(`${show(order)} was given the terms ${show(last ?? {})}`);
  }
}

async function readHoldings(operator: Client, account: number): Promise<Holdings> {
  const body = await operator.need("GET", `/api/v1/accounts/${account}`);
  return new Map(body.list("balances").map(readHolding));
}

function readHolding(body: JsonObject): readonly [string, Holding] {
  const [total, frozen] = [body.units("total"), body.units("frozen")];
  if (total !== body.units("available") + frozen) throw new Error(`sum of ${show(body.fields)}`);
  return [body.text("currency"), { total, frozen }];
}

/**
 * The balances that an account's moves and orders add up to. EUR has fees, and is not predicted.
 */
function checkHoldings(
  orders: readonly ListedOrder[],
  holdings: Holdings,
  account: TestAccount,
  witness: Witness,
): void {
  const expected = new Map<Currency, { total: bigint; frozen: bigint }>(
    CURRENCIES.map((currency) => [currency, { total: 0n, frozen: 0n }]),
  );
  const add = (currency: Currency, total: bigint, frozen: bigint): void => {
    const holding = expected.get(currency);
    if (holding === undefined) return;
    holding.total += total;
    holding.frozen += frozen;
  };
  for (const { account: owner, currency, amount } of witness.moves) {
    if (owner === account.id) add(currency, amount, 0n);
  }
  for (const { symbol, side, filled, leaves } of orders) {
    const isBuy = side === "BUY";
    const bought = isBuy ? filled : -filled;
    if (symbol === "ETH-EUR") add("ETH", bought, isBuy ? 0n : leaves);
    else {
      add("BTC", bought, isBuy ? 0n : leaves);
      add("USDT", -bought * ONE_PRICE, isBuy ? leaves * ONE_PRICE : 0n);
    }
  }
  for (const currency of CURRENCIES) {
    const has = holdings.get(currency) ?? { total: 0n, frozen: 0n };
    const wanted = expected.get(currency) ?? { total: 0n, frozen: 0n };
    if (has.frozen < 0n || has.total < has.frozen) {
      throw new Error(`account ${account.id} has ${currency} ${show(has)}`);
    }
    const isExact = has.total === wanted.total && has.frozen === wanted.frozen;
    if (currency !== "EUR" && !isExact) {
      const differs = `has ${currency} ${show(has)}, its orders and moves make ${show(wanted)}`;
      throw new Error(`account ${account.id} ${differs}`);
    }
  }
}

/** The vault has what was deposited, and was never shown with anything else. */
async function checkVault(
  { operator, vault }: Market,
  { moves, vaultLooks, recoveredSequence }: Witness,
  totals: Map<string, bigint>,
): Promise<void> {
  const holdings = await readHoldings(operator, vault.id);
  addTo(totals, holdings);
  const deposits = moves.filter(({ account }) => account === vault.id);
  const sumUpTo = (sequence: number): bigint =>
    deposits.reduce((sum, move) => (move.sequence <= sequence ? sum + move.amount : sum), 0n);
  const has = holdings.get("USDT")?.total ?? 0n;
  if (has !== sumUpTo(Number.MAX_SAFE_INTEGER)) {
    throw new Error(`the vault has ${has}, deposited were ${show(deposits)}`);
  }
  // One deposit of unknown sequence at most: that which the end of the venue left unanswered.
  const unknown = deposits.filter(
    (move) => !move.isExact && move.sequence === recoveredSequence,
  ).length;
  for (const { sequence, total } of vaultLooks) {
    const more = total - sumUpTo(sequence);
    if (more < 0n || more > BigInt(unknown) * UNITS_PER_ONE) {
      throw new Error(`the vault was shown with ${total} as of ${sequence}: ${show(deposits)}`);
    }
  }
}

/** Each currency adds up to zero; of EUR the part that fee accumulators hold is not shown. */
function checkConservation(totals: ReadonlyMap<string, bigint>): void {
  for (const currency of CURRENCIES) {
    const sum = totals.get(currency) ?? 0n;
    const isKept = currency === "EUR" ? sum <= 0n : sum === 0n;
    if (!isKept) throw new Error(`the balances of ${currency} add up to ${sum}`);
  }
}

function addTo(totals: Map<string, bigint>, holdings: Holdings): void {
  for (const [currency, { total }] of holdings) {
    totals.set(currency, (totals.get(currency) ?? 0n) + total);
  }
}

/** The book is that of the open orders, and not crossed. */
async function checkBook(
  client: Client,
  symbol: string,
  levels: ReadonlyMap<string, bigint>,
): Promise<void> {
  const market = await client.need("GET", `/api/v1/data/market/${symbol}?depth=1000`);
  const shown = new Map<string, bigint>();
  for (const [side, name] of [
    ["BUY", "bids"],
    ["SELL", "asks"],
  ] as const) {
    for (const level of market.list(name)) {
      const key = `${symbol} ${side} ${toUnits(level.text("0"))}`;
      shown.set(key, toUnits(level.text("1")));
    }
  }
  const expected = [...levels].filter(([key]) => key.startsWith(`${symbol} `));
  const sorted = (entries: Iterable<[string, bigint]>): string =>
    show([...entries].sort(([left], [right]) => (left < right ? -1 : 1)));
  if (sorted(expected) !== sorted(shown)) {
    throw new Error(`book of ${symbol} is ${sorted(shown)}, its orders make ${sorted(expected)}`);
  }
  const [bid, ask] = [market.list("bids")[0]?.units("0"), market.list("asks")[0]?.units("0")];
  if (bid !== undefined && ask !== undefined && bid >= ask) throw new Error(`${symbol} is crossed`);
}

/** Keeps of the facts that were just checked what later ones cannot contradict without the rest. */
function compact(witness: Witness): void {
  for (const [orderId, seen] of witness.sightings) {
    const last = seen.at(-1);
    const lastTerms = seen.findLast(({ terms }) => terms !== undefined);
    const kept = [lastTerms, last].filter((each) => each !== undefined);
    witness.sightings.set(orderId, [...new Set(kept)]);
  }
  witness.vaultLooks = [];
}
