// The engine's door of a scenario: the addon through gateway/core, without any protocol.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Core } from "../../gateway/core/core.ts";
import { accountStateNames } from "../../gateway/domain/account.ts";
import type { Transaction } from "../../gateway/domain/change.ts";
import { OrdersQuery, QueryKind, type SubmittedCommand } from "../../gateway/domain/command.ts";
import { formatAmount } from "../../gateway/domain/decimal.ts";
import { rejectByNumber } from "../../gateway/domain/reject.ts";
import { EXTERNAL_ACCOUNT } from "../../gateway/domain/units.ts";
import { openCore, START_US } from "./scenario-core.ts";
import { type ChangeOf, Directory, NO_ID } from "./scenario-directory.ts";
import { encodeAction } from "./scenario-encoding.ts";
import {
  toBookLevel,
  toChangeText,
  toFill,
  toInstrumentFields,
  toOrderView,
  toOutcome,
} from "./scenario-images.ts";
import { checkCancelOrder, checkTransaction } from "./scenario-invariants.ts";
import type { BookLevel, Capacities, Fill, InstrumentField } from "./scenario-script.ts";
import type {
  Found,
  LedgerRow,
  OrderName,
  OrderView,
  ResolvedAction,
  Venue,
} from "./scenario-venue.ts";

/** Opens an empty venue in a directory of its own. `watch` gets its core before any command. */
export async function openEngine(
  capacities: Capacities,
  watch?: (core: Core) => void,
): Promise<Venue> {
  const directory = mkdtempSync(join(tmpdir(), "openbell-scenario-"));
  const core = openCore(directory, capacities);
  watch?.(core);
  return new EngineVenue(core, directory);
}

class EngineVenue implements Venue {
  readonly #core: Core;
  readonly #dataDirectory: string;
  readonly #directory: Directory;
  readonly #trades: ChangeOf<"trade">[] = [];
  /** Of the last command and of what the runtime issued behind it. */
  #transactions: Transaction[] = [];
  #timeUs = START_US;
  #last: { readonly sequence: number; readonly timeUs: number };

  constructor(core: Core, dataDirectory: string) {
    this.#core = core;
    this.#dataDirectory = dataDirectory;
    this.#directory = new Directory(core);
    this.#last = { sequence: core.status().executedSequence, timeUs: 0 };
    core.subscribe((transaction) => this.#hear(transaction));
  }

  async execute(action: ResolvedAction): Promise<Found> {
    this.#transactions = [];
    if (action.kind === "time passes") {
      this.#timeUs += action.microseconds;
      this.#core.setCallerTime(this.#timeUs);
      this.#core.tick();
      return { outcome: { kind: "accepted" }, id: 0, sequence: 0 };
    }
    const command = encodeAction(action, this.#directory);
    if (!command.ok) {
      const { name } = rejectByNumber[command.reject];
      return { outcome: { kind: "rejected", code: name }, id: 0, sequence: 0 };
    }
    const transaction = await this.#submit(command.value);
    checkTransaction(command.value, transaction);
    checkCancelOrder(command.value, this.#transactions);
    if (action.kind === "open session" && transaction.code === 0) {
      this.#directory.addSession(action.session, transaction.result);
    }
    const { sequence, result } = transaction;
    return { outcome: toOutcome(transaction, this.#directory), id: result, sequence };
  }

  async sequence(): Promise<number> {
    return this.#core.status().executedSequence;
  }

  async ledger(): Promise<readonly LedgerRow[]> {
    const directory = this.#directory;
    const rows: LedgerRow[] = [];
    for (const account of directory.ask({ opcode: QueryKind.accounts }, "account")) {
      const query = { opcode: QueryKind.balances, account: account.accountId };
      for (const balance of directory.ask(query, "balance")) {
        const { code, scale } = directory.currencyOf(balance.currency);
        rows.push({
          holder: account.name,
          currency: code,
          available: formatAmount(balance.availableAfter, scale),
          frozen: formatAmount(balance.frozenAfter, scale),
          mayBeNegative: account.accountId === EXTERNAL_ACCOUNT,
        });
      }
    }
    for (const instrument of directory.instruments()) {
      const { code, scale } = directory.currencyOf(instrument.quoteCurrency);
      const available = formatAmount(instrument.feeAccumulator, scale);
      const holder = `fees of ${instrument.symbol}`;
      rows.push({ holder, currency: code, available, frozen: "0", mayBeNegative: true });
    }
    return rows;
  }

  async accountState(account: string): Promise<string> {
    const query = { opcode: QueryKind.account, text: account };
    const [found] = this.#directory.ask(query, "account");
    return found === undefined ? "unknown" : accountStateNames[found.state];
  }

  async book(symbol: string): Promise<{ bids: BookLevel[]; asks: BookLevel[] }> {
    const instrument = this.#directory.instrument(symbol)?.instrumentId ?? NO_ID;
    const levels = this.#directory.ask({ opcode: QueryKind.book, instrument }, "level");
    const onSide = (side: number): BookLevel[] => {
      const found = levels.filter((level) => level.side === side);
      return found.map((level) => toBookLevel(level, this.#directory));
    };
    return { bids: onSide(1), asks: onSide(2) };
  }

  async order(account: string, order: OrderName): Promise<OrderView | undefined> {
    const image = this.#directory.order(account, order);
    if (image === undefined || image.change === "updated") return undefined;
    return toOrderView(image, this.#directory);
  }

  async openOrders(account: string): Promise<readonly number[]> {
    const query = { opcode: QueryKind.orders, kind: OrdersQuery.open };
    const owner = this.#directory.accountId(account);
    const images = this.#directory.ask({ ...query, account: owner }, "order");
    return images.map((image) => image.orderId);
  }

  async trades(symbol: string): Promise<readonly (Fill & { readonly tradeId: number })[]> {
    const instrument = this.#directory.instrument(symbol);
    if (instrument === undefined) return [];
    const found = this.#trades.filter((trade) => trade.instrument === instrument.instrumentId);
    return found.map((trade) => {
      return { ...toFill(trade, instrument, this.#directory), tradeId: trade.tradeId };
    });
  }

  async instrument(symbol: string): Promise<ReadonlyMap<InstrumentField, string>> {
    const instrument = this.#directory.instrument(symbol);
    return instrument === undefined ? new Map() : toInstrumentFields(instrument, this.#directory);
  }

  async sessionCount(): Promise<number> {
    return this.#directory.ask({ opcode: QueryKind.sessions }, "session").length;
  }

  async changes(): Promise<readonly string[]> {
    const changes = this.#transactions.flatMap((transaction) => transaction.changes);
    return changes.map((change) => toChangeText(change, this.#directory));
  }

  async stop(): Promise<void> {
    this.#core.stop();
    rmSync(this.#dataDirectory, { recursive: true });
  }

  #submit(command: SubmittedCommand): Promise<Transaction> {
    const { promise, resolve, reject } = Promise.withResolvers<Transaction>();
    const refused = this.#core.submit(command, resolve);
    if (refused === undefined) this.#core.flush();
    else reject(new Error(`the core took nothing: ${rejectByNumber[refused].name}`));
    return promise;
  }

  /** Every command has the next sequence, and no time is before an earlier one (rules 2.1, 2.2). */
  #hear(transaction: Transaction): void {
    const { sequence, timeUs } = transaction;
    if (sequence !== this.#last.sequence + 1 || timeUs < this.#last.timeUs) {
      const last = `${this.#last.sequence} at ${this.#last.timeUs}`;
      throw new RangeError(`transaction ${sequence} at ${timeUs} follows ${last}`);
    }
    this.#last = { sequence, timeUs };
    this.#transactions.push(transaction);
    for (const change of transaction.changes) {
      if (change.entity === "trade") this.#trades.push(change);
    }
  }
}
