// The commands of these tests: each can be sent again as it was, and knows what its answers must
// be.

import { type Answer, type Client, describe } from "./client.ts";
import { fromUnits, type JsonObject, toUnits } from "./json-object.ts";
import type { Currency, TestAccount } from "./market.ts";
import { type Attempt, expectRefusals, isTurnedAway, type Witness } from "./witness.ts";

const ORDERS = "/api/v1/trading/orders";

export interface NewOrder {
  readonly symbol: string;
  readonly side: "BUY" | "SELL";
  readonly type: "LIMIT" | "MARKET";
  readonly time_in_force?: "GTC" | "IOC" | "FOK" | "GTX";
  readonly price?: string;
  readonly quantity: string;
  readonly client_order_id: string;
}

/** Places an order. `hear` gets it when there is one. */
export function placing(
  witness: Witness,
  account: TestAccount,
  order: NewOrder,
  hear: (body: JsonObject) => void = () => undefined,
): Attempt {
  const { symbol, side } = order;
  return {
    send: () => account.client.ask("POST", ORDERS, order),
    settle(answers) {
      const body = effectOf(answers, "post_only_would_trade");
      if (body === undefined) return;
      const orderId = body.count("order_id");
      witness.notePlaced({ orderId, account: account.id, symbol, side });
      for (const each of bodiesOf(answers)) witness.noteOrder(each, each.count("sequence"));
      checkFills(order, body);
      hear(body);
    },
  };
}

export interface Replacement {
  readonly price: string;
  readonly quantity: string;
  readonly client_order_id: string;
}

/** Replaces an order under a new client order id. */
export function replacing(
  witness: Witness,
  { client }: TestAccount,
  orderId: number,
  replacement: Replacement,
): Attempt {
  return {
    orderId,
    send: () => client.ask("PATCH", `${ORDERS}/${orderId}`, replacement),
    settle(answers) {
      const allowed = ["order_already_final", "replace_quantity_below_filled"];
      effectOf(answers, ...allowed, "post_only_would_trade");
      for (const each of bodiesOf(answers)) witness.noteOrder(each, each.count("sequence"));
    },
  };
}

/** Cancels an order. It has no id of its own: the order is final afterwards, and stays so. */
export function cancelling(witness: Witness, { client }: TestAccount, orderId: number): Attempt {
  return {
    orderId,
    send: () => client.ask("DELETE", `${ORDERS}/${orderId}`),
    settle(answers) {
      const done = bodiesOf(answers);
      if (done.length > 1) throw new Error(`cancelled twice: ${answers.map(describe)}`);
      expectRefusals(answers.filter(isRefused), "order_already_final");
      for (const answer of answers) {
        if (isTurnedAway(answer)) continue;
        witness.finals.push({ sequence: answer.body.count("sequence"), orderId });
      }
      for (const body of done) witness.noteOrder(body, body.count("sequence"));
    },
  };
}

/** Cancels all orders of an account. */
export function cancellingAll(witness: Witness, { id, client }: TestAccount): Attempt {
  return {
    send: () => client.ask("DELETE", ORDERS),
    settle(answers) {
      expectRefusals(answers.filter(isRefused));
      for (const body of bodiesOf(answers)) {
        witness.massCancels.push({ sequence: body.count("sequence"), account: id });
      }
    },
  };
}

/** Money that comes to an account, or moves to another one. */
export interface NewMove {
  readonly request_id: string;
  readonly currency: Currency;
  readonly amount: string;
  readonly to_account?: number;
}

/** Deposits as the operator, or transfers as the owner when the move names a receiver. */
export function moving(witness: Witness, client: Client, account: number, move: NewMove): Attempt {
  const kind = move.to_account === undefined ? "deposits" : "transfers";
  return {
    send: () => client.ask("POST", `/api/v1/accounts/${account}/${kind}`, move),
    settle(answers) {
      const body = effectOf(answers);
      if (body === undefined) return;
      const { currency, to_account: receiver } = move;
      const amount = toUnits(move.amount);
      // Of a repetition only the repetition's own sequence is told.
      const isExact = !body.flag("duplicate");
      const sequence = isExact ? body.count("sequence") : witness.recoveredSequence;
      const fact = { sequence, isExact, currency };
      if (receiver === undefined) witness.moves.push({ ...fact, account, amount });
      else {
        witness.moves.push({ ...fact, account, amount: -amount });
        witness.moves.push({ ...fact, account: receiver, amount });
      }
    },
  };
}

/**
 * The answer that tells of the effect, if there was one: the first that is not a repetition's.
 *
 * Errors: throws when there were two effects, or answers that cannot be.
 */
function effectOf(answers: readonly Answer[], ...refusals: string[]): JsonObject | undefined {
  const done = bodiesOf(answers);
  const told = (): string => answers.map(describe).join("; ");
  expectRefusals(answers.filter(isRefused), ...refusals);
  const first = done.filter((body) => !body.flag("duplicate"));
  if (first.length > 1) throw new Error(`more than one effect: ${told()}`);
  if (answers.length === 1 && done.length > first.length) {
    throw new Error(`the first of its id is called a repetition: ${told()}`);
  }
  const ids = new Set(done.map((body) => (body.has("order_id") ? body.count("order_id") : 0)));
  if (ids.size > 1) throw new Error(`repetitions name different orders: ${told()}`);
  if (done.length > 0 && done.length < answers.length) {
    throw new Error(`done and refused at once: ${told()}`);
  }
  return first[0] ?? done[0];
}

function bodiesOf(answers: readonly Answer[]): JsonObject[] {
  return answers.filter((answer) => !isRefused(answer)).map(({ body }) => body);
}

function isRefused({ status }: Answer): boolean {
  return status >= 300;
}

/** Errors: throws unless the fills add up to what is filled, at prices not worse than asked for. */
function checkFills(order: NewOrder, body: JsonObject): void {
  if (body.flag("duplicate")) return;
  const fills = body.list("fills");
  const filled = fills.reduce((sum, fill) => sum + fill.units("quantity"), 0n);
  const limit = order.price === undefined ? undefined : toUnits(order.price);
  const isWorse = (price: bigint): boolean =>
    limit !== undefined && (order.side === "BUY" ? price > limit : price < limit);
  if (filled !== body.units("filled") || fills.some((fill) => isWorse(fill.units("price")))) {
    throw new Error(`fills of ${fromUnits(filled)} in ${JSON.stringify(body.fields)}`);
  }
}
