// Questions about the state of an account, answered when what they saw is durable.

import type { BalanceUpdate } from "../../../domain/account.ts";
import type { Transaction } from "../../../domain/change.ts";
import { OrdersQuery, QueryKind } from "../../../domain/command.ts";
import type { OrderImage } from "../../../domain/order.ts";
import { RejectCode } from "../../../domain/reject.ts";
import { isAllowed } from "../../../sessions/authenticator.ts";
import type { Log } from "../../../log.ts";
import type { Venue } from "../../../sessions/venue.ts";
import { bodyOf } from "../codec.ts";
import type { BalancesQuestion, FrameWriter, OrdersQuestion, Stamp } from "../codec.ts";
import type { Connection, Login } from "../connection.ts";
import { BALANCES_MAX, balancesAnswer, ORDERS_MAX, ordersAnswer } from "./codec.ts";

/** Of one connection, that wait for the disk; more are refused as too many. */
const PENDING_MAX = 64;

export interface QueryDeskParts {
  readonly venue: Pick<Venue, "queries">;
  readonly writer: FrameWriter;
  readonly log: Log;
  readonly send: (connection: Connection, frame: Uint8Array) => void;
}

type Question = OrdersQuestion | BalancesQuestion;

export class QueryDesk {
  readonly #parts: QueryDeskParts;

  constructor(parts: QueryDeskParts) {
    this.#parts = parts;
  }

  /** Answers later, unless a code is returned. */
  ask(connection: Connection, login: Login, question: Question): RejectCode | undefined {
    if (!isAllowed(login.caller, "read")) return RejectCode.permission_denied;
    if (connection.pendingQuestions >= PENDING_MAX) return RejectCode.throttled;
    connection.pendingQuestions += 1;
    void this.#answer(connection, login, question)
      .catch((error: unknown) => this.#fail(connection, question, error))
      .finally(() => (connection.pendingQuestions -= 1));
    return undefined;
  }

  #fail(connection: Connection, { kind, requestRef }: Question, error: unknown): void {
    const { writer, log, send } = this.#parts;
    log.error("binary_query_failed", { kind, error: `${error}` });
    if (!connection.isLoggedIn) return;
    const code = RejectCode.internal_error;
    send(connection, writer.rejected({ sequence: 0, timeUs: 0 }, bodyOf[kind], code, requestRef));
  }

  async #answer(connection: Connection, login: Login, question: Question): Promise<void> {
    const { queries } = this.#parts.venue;
    const { account } = login.caller;
    // It has seen the commands that came before it.
    queries.flush();
    const answer = await queries.ask(
      question.kind === "balances"
        ? { opcode: QueryKind.balances, account }
        : {
            ...{ opcode: QueryKind.orders, account, instrument: question.instrument },
            kind: question.withFinal ? OrdersQuery.all : OrdersQuery.open,
            ...{ orderId: question.after, quantity: ORDERS_MAX + 1 },
          },
    );
    // It is somebody else by now, or nobody.
    if (!connection.isLoggedIn || connection.login !== login) return;
    if (question.kind === "balances") this.#sendBalances(connection, question, answer);
    else this.#sendOrders(connection, question, answer);
  }

  #sendOrders(
    connection: Connection,
    { requestRef }: OrdersQuestion,
    { changes, sequence, timeUs }: Transaction,
  ): void {
    const { writer, send } = this.#parts;
    const orders = changes.filter(
      (change): change is OrderImage & { entity: "order"; change: "image" } =>
        change.entity === "order" && change.change === "image",
    );
    const hasMore = orders.length > ORDERS_MAX;
    const page = orders.slice(0, ORDERS_MAX);
    send(connection, ordersAnswer(writer, { sequence, timeUs }, requestRef, page, hasMore));
  }

  #sendBalances(
    connection: Connection,
    { requestRef }: BalancesQuestion,
    { changes, sequence, timeUs }: Transaction,
  ): void {
    const { writer, send } = this.#parts;
    const stamp: Stamp = { sequence, timeUs };
    const balances: BalanceUpdate[] = changes.filter((change) => change.entity === "balance");
    for (let from = 0; from === 0 || from < balances.length; from += BALANCES_MAX) {
      const to = from + BALANCES_MAX;
      const part = balances.slice(from, to);
      const hasMore = to < balances.length;
      send(connection, balancesAnswer(writer, stamp, requestRef, part, hasMore));
    }
  }
}
