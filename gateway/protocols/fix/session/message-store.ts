// What a session keeps of itself: its two numbers, the application messages it sent, and the last
// change it reported. The session layer is the only caller.
//
// Administrative messages are not kept, only that one had the number: they are gap-filled when
// asked for again, and a Logon's credentials never reach a disk.

/** Visits one stored message; the bytes are valid until it returns. */
export type VisitMessage = (sequence: number, bytes: Buffer, start: number, end: number) => void;

export interface MessageStore {
  /** Number of the next message sent, from 1. */
  readonly nextOut: number;
  /** Number of the next message expected, from 1. */
  readonly expectedIn: number;
  /** Highest change sequence given so far; outlives `reset`. */
  readonly lastChangeSequence: number;
  /** A number that the application keeps here; outlives `reset`. */
  readonly note: number;
  /** When the numbers began at 1, in microseconds since 1970. */
  readonly startedAtUs: number;

  /**
   * Keeps an application message under `nextOut`, which moves on. `changeSequence` 0 reports none.
   * Past the store's cap the oldest messages go.
   */
  append(bytes: Buffer, start: number, end: number, changeSequence: number): void;

  /** Spends a number on an administrative message. */
  spend(): void;

  setExpectedIn(sequence: number): void;

  /**
   * Messages from `sequence` on are not done: a store that reaches a disk tells it to expect that
   * one, so that after a crash it is asked for again. `undefined`: what came is done.
   */
  holdIn(sequence: number | undefined): void;

  setNote(note: number): void;

  /** Nothing is to be reported up to here. Written by the next flush that is a second later. */
  markHeard(changeSequence: number): void;

  /**
   * Visits the kept messages from `from` to `to` in order, at most `countMax`. Returns the number
   * to go on with, or `to + 1` when there is no more. What is not visited is administrative or
   * trimmed.
   */
  read(from: number, to: number, countMax: number, visit: VisitMessage): number;

  /** Begins at 1 on both sides and forgets the messages. */
  reset(nowUs: number): void;

  /**
   * Hands what is new to the disk; the time is of a clock that never goes back.
   *
   * Order: once a turn, before the turn's bytes go to a socket.
   */
  flush(elapsedUs: number): void;

  close(): void;
}
