// Questions under way to the Worker: a bounded number, each with a deadline.

import type { Clock, StopTimer } from "../../clock.ts";
import { accept, type Parsed, refuse, RejectCode } from "../../domain/reject.ts";
import type { HistoryPage, HistoryQuestion, HistoryRows } from "./questions.ts";

/** Questions under way: at some 10 ms each at worst, the last one is answered in time. */
const QUESTIONS_MAX = 128;
/** A Worker that has not answered by then writes a burst, or waits for its disk. */
const ANSWER_MS_MAX = 5_000;

type Answer = Parsed<HistoryPage<unknown>>;

interface Waiting {
  readonly settle: (answer: Answer) => void;
  readonly stopTimer: StopTimer;
}

export class QuestionDesk {
  readonly #clock: Clock;
  readonly #hand: (id: number, question: HistoryQuestion) => boolean;
  readonly #waiting = new Map<number, Waiting>();
  #nextId = 1;

  /** `hand` gives a question to the Worker, or returns false when there is none. */
  constructor(clock: Clock, hand: (id: number, question: HistoryQuestion) => boolean) {
    this.#clock = clock;
    this.#hand = hand;
  }

  /** Answers with a page, `throttled` when too many wait, or `history_unavailable`. */
  async ask<Ask extends HistoryQuestion["ask"]>(
    question: Extract<HistoryQuestion, { ask: Ask }>,
  ): Promise<Parsed<HistoryPage<HistoryRows[Ask]>>> {
    if (this.#waiting.size >= QUESTIONS_MAX) return refuse(RejectCode.throttled);
    const id = this.#nextId++;
    const { promise, resolve } = Promise.withResolvers<Answer>();
    const stopTimer = this.#clock.after(ANSWER_MS_MAX, () => this.refuse(id));
    this.#waiting.set(id, { settle: resolve, stopTimer });
    if (!this.#hand(id, question)) this.refuse(id);
    // why: the reader answers each question with the rows of its kind
    return (await promise) as Parsed<HistoryPage<HistoryRows[Ask]>>;
  }

  answer(id: number, page: HistoryPage<unknown>): void {
    this.#settle(id, accept(page));
  }

  refuse(id: number): void {
    this.#settle(id, refuse(RejectCode.history_unavailable));
  }

  refuseAll(): void {
    for (const id of [...this.#waiting.keys()]) this.refuse(id);
  }

  #settle(id: number, answer: Answer): void {
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) return;
    this.#waiting.delete(id);
    waiting.stopTimer();
    waiting.settle(answer);
  }
}
