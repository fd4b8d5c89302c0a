// Makes the demo venue of what is missing: currencies, instruments, accounts, funds, keys. Every
// part is looked for first, so that a second start, or one after a crash in the middle, only
// completes it.

import { EXTERNAL_ACCOUNT } from "../domain/units.ts";
import { GatewayFault } from "../domain/fault.ts";
import type { Transaction } from "../domain/change.ts";
import { Opcode, QueryKind } from "../domain/command.ts";
import { parseAmount, parseDecimal, parsePrice, parseRate } from "../domain/decimal.ts";
import { InstrumentState, LimitKind, NameKind } from "../domain/instrument.ts";
import { rejectByNumber } from "../domain/reject.ts";
import { type Authenticator, type Caller, toPermissionBits } from "../sessions/authenticator.ts";
import type { EnteredCommand, OrderEntry } from "../sessions/order-entry.ts";
import type { Queries } from "../sessions/queries.ts";
import type { Listing, ReferenceData } from "../sessions/reference-data.ts";
import { TokenBucket } from "../sessions/throttle.ts";
import type { KeyFile } from "./key-file.ts";
import {
  DEMO_ACCOUNTS,
  DEMO_BAND,
  DEMO_CURRENCIES,
  DEMO_FEES,
  DEMO_FUNDS,
  DEMO_INSTRUMENTS,
  type DemoAccount,
  type DemoInstrument,
  valueOf,
} from "./venue.ts";

export interface DemoParts {
  readonly orderEntry: OrderEntry;
  readonly queries: Queries;
  readonly reference: ReferenceData;
  readonly authenticator: Authenticator;
  readonly keyFile: KeyFile;
}

/** The demo venue as it stands after set-up. */
export interface DemoVenue {
  /** Account name → id. */
  readonly accounts: ReadonlyMap<string, number>;
  /** Bearer token of the account that the printed order trades for. */
  readonly token: string;
}

/** No bound of its own: the flow and the set-up pace themselves. */
const UNTHROTTLED = { perSecond: 1_000_000, burst: 1_000_000 };

/** Somebody inside the process who enters commands like any other key. */
export function toInnerCaller(
  keyId: string,
  account: number,
  permissions: readonly ("read" | "trade" | "admin")[],
): Caller {
  return {
    keyId,
    account,
    permissions: toPermissionBits(permissions),
    requests: new TokenBucket(UNTHROTTLED),
    cancels: new TokenBucket(UNTHROTTLED),
  };
}

/** Errors: throws `demo_set_up_failed` naming the command that was refused. */
export async function setUpDemo(parts: DemoParts): Promise<DemoVenue> {
  const setUp = new SetUp(parts);
  for (const { code, scale } of DEMO_CURRENCIES) {
    if (parts.reference.findCurrency(code) !== undefined) continue;
    await setUp.send({ opcode: Opcode.createCurrency, text: code, quantity: scale });
  }
  for (const instrument of DEMO_INSTRUMENTS) await setUp.list(instrument);
  const accounts = new Map<string, number>();
  for (const account of DEMO_ACCOUNTS) accounts.set(account.name, await setUp.open(account));
  return { accounts, token: issueKeys(parts, accounts) };
}

class SetUp {
  readonly #parts: DemoParts;
  readonly #caller = toInnerCaller("demo-set-up", EXTERNAL_ACCOUNT, ["read", "admin"]);

  constructor(parts: DemoParts) {
    this.#parts = parts;
  }

  /** Enters one command and waits until it is durable. Returns the id it made. */
  send(command: EnteredCommand, account?: number): Promise<number> {
    return new Promise((resolve, reject) => {
      const finish = ({ code, result }: Pick<Transaction, "code" | "result">): void => {
        if (code === 0) resolve(result);
        else reject(toFault(command, rejectByNumber[code].name));
      };
      const { orderEntry } = this.#parts;
      const refused = orderEntry.enter(this.#caller, command, finish, account);
      if (refused !== undefined) finish({ code: refused, result: 0 });
    });
  }

  /** The band comes last: an instrument without a reference price is not yet complete. */
  async list(wanted: DemoInstrument): Promise<void> {
    const { reference } = this.#parts;
    if (reference.findListing(wanted.symbol) === undefined) await this.#create(wanted);
    const listing = reference.findListing(wanted.symbol);
    if (listing === undefined || listing.instrument.referencePrice > 0) return;
    const instrument = listing.instrument.instrumentId;
    await this.send({
      opcode: Opcode.setFees,
      instrument,
      price: valueOf(parseRate(DEMO_FEES.maker)),
      quantity: valueOf(parseRate(DEMO_FEES.taker)),
    });
    await this.#limit(listing, LimitKind.notionalMin, wanted.notionalMin);
    await this.#limit(listing, LimitKind.orderValueMax, wanted.orderValueMax);
    const alias = wanted.symbol.replace("-", "");
    if (reference.findListing(alias) === undefined) {
      const kind = NameKind.instrument;
      await this.send({ opcode: Opcode.setAlias, kind, instrument, text: alias });
    }
    await this.send({
      opcode: Opcode.setInstrumentState,
      instrument,
      kind: InstrumentState.open,
    });
    await this.send({
      opcode: Opcode.setBand,
      instrument,
      price: valueOf(parsePrice(wanted.reference, listing.instrument)),
      quantity: valueOf(parseRate(DEMO_BAND)),
    });
  }

  /** Opens the account, and funds one that has never had anything. */
  async open({ name, role }: DemoAccount): Promise<number> {
    const { queries, reference } = this.#parts;
    const found = await queries.ask({ opcode: QueryKind.account, text: name });
    const [known] = found.changes;
    const account =
      known?.entity === "account"
        ? known.accountId
        : await this.send({ opcode: Opcode.createAccount, text: name });
    const balances = await queries.ask({ opcode: QueryKind.balances, account });
    if (balances.changes.length > 0) return account;
    const deposits = Object.entries(DEMO_FUNDS[role]).map(([code, amount]) => {
      const currency = reference.findCurrency(code);
      if (currency === undefined) throw new RangeError(`no currency ${code}`);
      const opcode = Opcode.deposit;
      const text = `demo-${name}-${code}`;
      const units = valueOf(parseAmount(amount, currency.scale));
      return this.send({ opcode, instrument: currency.currencyId, amount: units, text }, account);
    });
    // Together, so that they share a batch: an account is funded wholly or not at all.
    await Promise.all(deposits);
    return account;
  }

  async #create({ symbol, base, quote, tick, lot }: DemoInstrument): Promise<void> {
    const { reference } = this.#parts;
    const baseCurrency = reference.findCurrency(base);
    const quoteCurrency = reference.findCurrency(quote);
    if (baseCurrency === undefined || quoteCurrency === undefined) {
      throw new RangeError(`${symbol} before its currencies`);
    }
    const { unscaled, scale } = valueOf(parseDecimal(tick));
    await this.send({
      opcode: Opcode.createInstrument,
      account: baseCurrency.currencyId,
      instrument: quoteCurrency.currencyId,
      price: Number(unscaled),
      side: scale,
      quantity: valueOf(parseAmount(lot, baseCurrency.scale)),
      text: symbol,
    });
  }

  async #limit({ instrument, quote }: Listing, kind: LimitKind, value: string): Promise<void> {
    await this.send({
      opcode: Opcode.setLimit,
      instrument: instrument.instrumentId,
      kind,
      amount: valueOf(parseAmount(value, quote.scale)),
    });
  }
}

/** Gives every trader a key that stays good over restarts. Returns the first trader's. */
function issueKeys(
  { authenticator, keyFile }: DemoParts,
  accounts: ReadonlyMap<string, number>,
): string {
  const tokens = keyFile.read();
  for (const { name, role } of DEMO_ACCOUNTS) {
    const account = accounts.get(name);
    const token = tokens[name];
    if (role !== "trader" || account === undefined) continue;
    if (token !== undefined && authenticator.authenticateToken(token) !== undefined) continue;
    const permissions = toPermissionBits(["read", "trade", "transfer"]);
    tokens[name] = authenticator.createKey({ account, permissions, label: `demo ${name}` }).token;
    keyFile.write(tokens);
  }
  const trader = DEMO_ACCOUNTS.find((account) => account.role === "trader");
  return tokens[trader?.name ?? ""] ?? "";
}

function toFault({ opcode, text }: EnteredCommand, code: string): GatewayFault {
  const what = `command ${opcode} ${text ?? ""}`.trim();
  return new GatewayFault("demo_set_up_failed", `cannot set up the demo: ${what} refused: ${code}`);
}
