// Questions about the state, for every protocol. An answer leaves when what it saw is durable
// (rules 5.4); until then it is held here.

import type { Core } from "../core/core.ts";
import type { Transaction } from "../domain/change.ts";
import { QueryKind, TEXT_BYTES_MAX } from "../domain/command.ts";
import type { QueryFields } from "../domain/command.ts";

/** How an order is named: by id, or by the client's id. */
export type OrderReference = ({ readonly orderId: number } | { readonly clientOrderId: string }) & {
  /** The instrument that the order must be in, when the client said so. */
  readonly instrument?: number;
};

export class Queries {
  readonly #core: Pick<Core, "query" | "flush" | "whenDurable">;

  constructor(core: Pick<Core, "query" | "flush" | "whenDurable">) {
    this.#core = core;
  }

  /** Asks, and answers once everything the answer saw is durable. */
  async ask(query: QueryFields): Promise<Transaction> {
    const answer = this.#core.query(query);
    await this.#core.whenDurable(answer.sequence);
    return answer;
  }

  /**
   * Answers at once. Order: the answer is shown only when the change log has come to its sequence.
   */
  askNow(query: QueryFields): Transaction {
    return this.#core.query(query);
  }

  /** Executes the commands of this turn: what is asked next has seen them. */
  flush(): void {
    this.#core.flush();
  }

  /** Executes the commands of this turn, and resolves when what they did may be shown. */
  async settle(): Promise<void> {
    this.flush();
    await this.ask({ opcode: QueryKind.currencies });
  }

  /** Asks several things of one moment: all answers have the same sequence. */
  async askAll<const Questions extends readonly QueryFields[]>(
    questions: Questions,
  ): Promise<{ [Index in keyof Questions]: Transaction }> {
    const answers = questions.map((query) => this.#core.query(query));
    await this.#core.whenDurable(answers.at(-1)?.sequence ?? 0);
    // why: map keeps the length, which the compiler does not see
    return answers as { [Index in keyof Questions]: Transaction };
  }

  /**
   * Finds an order of `account` at once, commands of this turn included, to read a message that
   * only makes sense beside it. The answer must not be shown: it may not be durable yet.
   */
  findOrderNow(account: number, order: OrderReference): Transaction {
    this.#core.flush();
    return this.#core.query(orderQuery(account, order));
  }

  /** Asks for one order of `account`. */
  askOrder(account: number, order: OrderReference): Promise<Transaction> {
    return this.ask(orderQuery(account, order));
  }

  /** Whether `name`, or an alias, is that of `account`. */
  isNameOf(account: number, name: string): boolean {
    if (Buffer.byteLength(name) > TEXT_BYTES_MAX) return false;
    const answer = this.#core.query({ opcode: QueryKind.account, text: name });
    const [found] = answer.changes;
    return answer.code === 0 && found?.entity === "account" && found.accountId === account;
  }
}

function orderQuery(account: number, order: OrderReference): QueryFields {
  return "orderId" in order
    ? { opcode: QueryKind.order, account, orderId: order.orderId }
    : { opcode: QueryKind.order, account, text: order.clientOrderId };
}
