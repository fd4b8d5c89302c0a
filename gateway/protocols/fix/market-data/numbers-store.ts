// A store that keeps a session's numbers over restarts and none of its messages: a price that was
// missed is worth nothing later, so a client that asks for it again gets a gap fill.

import type { MessageStore } from "../session/message-store.ts";

export class NumbersStore implements MessageStore {
  readonly #numbers: MessageStore;

  constructor(numbers: MessageStore) {
    this.#numbers = numbers;
  }

  get nextOut(): number {
    return this.#numbers.nextOut;
  }

  get expectedIn(): number {
    return this.#numbers.expectedIn;
  }

  get lastChangeSequence(): number {
    return this.#numbers.lastChangeSequence;
  }

  get note(): number {
    return this.#numbers.note;
  }

  get startedAtUs(): number {
    return this.#numbers.startedAtUs;
  }

  append(): void {
    this.#numbers.spend();
  }

  spend(): void {
    this.#numbers.spend();
  }

  setExpectedIn(sequence: number): void {
    this.#numbers.setExpectedIn(sequence);
  }

  holdIn(sequence: number | undefined): void {
    this.#numbers.holdIn(sequence);
  }

  setNote(note: number): void {
    this.#numbers.setNote(note);
  }

  markHeard(changeSequence: number): void {
    this.#numbers.markHeard(changeSequence);
  }

  read(_from: number, to: number): number {
    return to + 1;
  }

  reset(nowUs: number): void {
    this.#numbers.reset(nowUs);
  }

  flush(elapsedUs: number): void {
    this.#numbers.flush(elapsedUs);
  }

  close(): void {
    this.#numbers.close();
  }
}
