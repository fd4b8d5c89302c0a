// What clients were told, each fact with the sequence it was told of.

import { type Answer, describe } from "./client.ts";
import { fromUnits, type JsonObject, toUnits } from "./json-object.ts";
import { type Currency, ONE_PRICE } from "./market.ts";

/** An order as somebody saw it. */
export interface Sighting {
  readonly sequence: number;
  readonly status: string;
  readonly reason: string;
  readonly filled: bigint;
  /** Of an open order only: a final one has forgotten them. */
  readonly terms: Terms | undefined;
}

export interface Terms {
  readonly price: bigint;
  readonly quantity: bigint;
  readonly clientOrderId: string;
}

/** What an order's owner knows of it from having placed it. */
export interface PlacedOrder {
  readonly orderId: number;
  readonly account: number;
  readonly symbol: string;
  readonly side: "BUY" | "SELL";
}

/** Money that came or went. */
export interface Move {
  readonly sequence: number;
  /** It happened at `sequence`; else at some sequence up to that. */
  readonly isExact: boolean;
  readonly account: number;
  readonly currency: Currency;
  /** Negative when it went. */
  readonly amount: bigint;
}

interface ShownTrade {
  readonly symbol: string;
  readonly tradeId: number;
  readonly sequence: number;
  readonly price: bigint;
  readonly quantity: bigint;
}

/** A command, kept so that it can be sent again as it was. */
export interface Attempt {
  readonly send: () => Promise<Answer | undefined>;
  /** The order it acts on, when there is one already. */
  readonly orderId?: number;
  /**
   * Notes what became of it. Several answers are those of repetitions.
   *
   * Errors: throws when they are not those of exactly one effect.
   */
  readonly settle: (answers: readonly Answer[]) => void;
}

/** A refusal of these names says that nothing happened, and that it may be tried again. */
const TRY_AGAIN = ["throttled", "core_unavailable", "venue_cancel_only", "journal_full"];

const FINAL_STATUSES = ["filled", "cancelled", "rejected", "expired"];

export function isFinal(status: string): boolean {
  return FINAL_STATUSES.includes(status);
}

export class Witness {
  readonly placed = new Map<number, PlacedOrder>();
  readonly sightings = new Map<number, Sighting[]>();
  /** Orders that were said to be final, whatever their status. */
  finals: { readonly sequence: number; readonly orderId: number }[] = [];
  /** Every order of the account with a smaller id is final. */
  massCancels: { readonly sequence: number; readonly account: number }[] = [];
  moves: Move[] = [];
  /** Balances of the vault. */
  vaultLooks: { readonly sequence: number; readonly total: bigint }[] = [];
  /** Commands that nobody heard of again. */
  unanswered: Attempt[] = [];
  /** Where the venue last started from. */
  recoveredSequence = 0;
  answerCount = 0;
  #trades = new Map<string, ShownTrade>();
  #shownSequence = 0;

  /** The largest sequence that any answer told of. */
  get shownSequence(): number {
    return this.#shownSequence;
  }

  /** Sends a command and notes its answer, or that there was none. Returns whether there was. */
  async try(attempt: Attempt): Promise<boolean> {
    const answer = await attempt.send();
    if (answer === undefined) {
      this.unanswered.push(attempt);
      return false;
    }
    this.note(answer.body);
    attempt.settle([answer]);
    return true;
  }

  /** Notes that an answer was seen at all. */
  note(body: JsonObject): void {
    this.answerCount += 1;
    for (const name of ["sequence", "as_of_sequence", "trades_as_of_sequence"]) {
      if (body.has(name)) this.#shownSequence = Math.max(this.#shownSequence, body.count(name));
    }
  }

  /** An order was placed by `account`, now or earlier. */
  notePlaced(order: PlacedOrder): void {
    const known = this.placed.get(order.orderId);
    if (known !== undefined && show(known) !== show(order)) {
      throw new Error(`order ${order.orderId} is two: ${show(known)} and ${show(order)}`);
    }
    this.placed.set(order.orderId, order);
  }

  /** An order was shown as part of an answer of `sequence`. */
  noteOrder(body: JsonObject, sequence: number): void {
    const orderId = body.count("order_id");
    const seen = this.sightings.get(orderId) ?? [];
    seen.push({ sequence, ...readOrder(body) });
    this.sightings.set(orderId, seen);
    if (!body.has("fills")) return;
    for (const fill of body.list("fills")) this.noteTrade(fill, body.text("symbol"), sequence);
  }

  /** A trade was shown: one id is one trade for ever. */
  noteTrade(body: JsonObject, symbol: string, sequence: number): void {
    const [price, quantity] = [body.units("price"), body.units("quantity")];
    const trade = { symbol, tradeId: body.count("trade_id"), sequence, price, quantity };
    if (symbol === "BTC-USDT" && price !== toUnits(String(ONE_PRICE))) {
      throw new Error(`a trade away from the only price: ${show(trade)}`);
    }
    const key = `${symbol} ${trade.tradeId}`;
    const known = this.#trades.get(key);
    if (known !== undefined && show(known) !== show(trade)) {
      throw new Error(`trade id used twice: ${show(known)} and ${show(trade)}`);
    }
    this.#trades.set(key, trade);
  }

  /** Errors: throws when a later trade has an earlier id. */
  checkTradeOrder(): void {
    const trades = [...this.#trades.values()];
    trades.sort((left, right) => left.sequence - right.sequence || left.tradeId - right.tradeId);
    const lastIds = new Map<string, number>();
    for (const trade of trades) {
      if (trade.tradeId <= (lastIds.get(trade.symbol) ?? 0)) {
        throw new Error(`${show(trade)} has an earlier id than a trade before it`);
      }
      lastIds.set(trade.symbol, trade.tradeId);
    }
  }

  /** What the journal lost, in a durability that allows it, nobody has to find again. */
  forgetAfter(sequence: number): void {
    const isKept = (fact: { readonly sequence: number }): boolean => fact.sequence <= sequence;
    for (const [orderId, seen] of this.sightings) {
      this.sightings.set(orderId, seen.filter(isKept));
      if (orderId <= sequence) continue;
      this.sightings.delete(orderId);
      this.placed.delete(orderId);
    }
    this.finals = this.finals.filter(isKept);
    this.massCancels = this.massCancels.filter(isKept);
    this.moves = this.moves.filter(isKept);
    this.vaultLooks = this.vaultLooks.filter(isKept);
    this.unanswered = this.unanswered.filter(({ orderId = 0 }) => orderId <= sequence);
    this.#trades = new Map([...this.#trades].filter(([, trade]) => isKept(trade)));
    this.#shownSequence = Math.min(this.#shownSequence, sequence);
  }
}

/** Status, progress and terms of an order in an answer. */
export function readOrder(body: JsonObject): Omit<Sighting, "sequence"> {
  const status = body.text("status_name");
  return {
    status,
    reason: body.has("reason") ? body.text("reason") : "",
    filled: body.units("filled"),
    terms: isFinal(status)
      ? undefined
      : {
          price: body.units("price"),
          quantity: body.units("quantity"),
          clientOrderId: body.text("client_order_id"),
        },
  };
}

/** A fact in one line, for a failing test. */
export function show(fact: object): string {
  return JSON.stringify(fact, (_key, value: unknown) =>
    typeof value === "bigint" ? fromUnits(value) : value,
  );
}

/** Whether the venue had no room for the command: nothing happened. */
export function isTurnedAway({ body }: Answer): boolean {
  return body.has("name") && TRY_AGAIN.includes(body.text("name"));
}

/** Errors: throws unless each answer is a refusal without effect, or of one of these names. */
export function expectRefusals(answers: readonly Answer[], ...allowed: readonly string[]): void {
  for (const answer of answers) {
    const isAllowed = answer.body.has("name") && allowed.includes(answer.body.text("name"));
    if (!isAllowed && !isTurnedAway(answer)) throw new Error(`unexpected: ${describe(answer)}`);
  }
}
