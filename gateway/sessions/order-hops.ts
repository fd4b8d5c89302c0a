// The way of an order through the venue, hop by hop, for who asks for it (`hop_metrics`): received,
// submitted, durable, written. Without it nothing here exists.

import type { Clock } from "../clock.ts";
import type { Histogram, Metrics } from "../metrics.ts";

/** Doors that stamp what they receive. */
export type HopDoor = "http" | "fix" | "binary";

/** Six to a tenfold, from a microsecond to a second. */
const BOUNDS_SECONDS = [1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1].flatMap((power) =>
  [1, 1.5, 2, 3, 5, 7].map((step) => Number((step * power).toPrecision(2))),
);

/**
 * Answers whose hand-over to the socket is waited for: far more than one turn has. Beyond it that
 * hop is not counted.
 */
const UNWRITTEN_MAX = 65_536;

export interface DoorHistograms {
  readonly receivedToSubmitted: Histogram;
  readonly submittedToDurable: Histogram;
  readonly durableToWritten: Histogram;
}

/** An order that was given to the core. Units: µs of the steady clock. */
export interface OrderStamp {
  readonly door: HopDoor;
  readonly receivedUs: number;
  readonly submittedUs: number;
}

export class OrderHops {
  readonly #clock: Clock;
  readonly #nextTurn: (work: () => void) => void;
  readonly #histograms: Readonly<Record<HopDoor, DoorHistograms>>;
  /** What is being worked on. */
  #door: HopDoor | undefined;
  #receivedUs = 0;
  readonly #unwritten: { door: HopDoor; durableUs: number }[] = [];

  /** `nextTurn` runs `work` behind all that this turn still does. */
  constructor(
    metrics: Metrics,
    clock: Clock,
    nextTurn: (work: () => void) => void = (work) => void setImmediate(work),
  ) {
    this.#clock = clock;
    this.#nextTurn = nextTurn;
    const find = metrics.histogram(
      "openbell_order_hop_seconds",
      "Time of orders from one stamp to the next, by door",
      BOUNDS_SECONDS,
    );
    const histogramsOf = (door: HopDoor): DoorHistograms => ({
      receivedToSubmitted: find({ door, hop: "received_to_submitted" }),
      submittedToDurable: find({ door, hop: "submitted_to_durable" }),
      durableToWritten: find({ door, hop: "durable_to_written" }),
    });
    this.#histograms = {
      http: histogramsOf("http"),
      fix: histogramsOf("fix"),
      binary: histogramsOf("binary"),
    };
  }

  /** For a door that stamps many orders at once. */
  histogramsOf(door: HopDoor): DoorHistograms {
    return this.#histograms[door];
  }

  /** Orders that `work` enters were received then. Order: it enters them before it returns. */
  during<Result>(door: HopDoor, receivedUs: number, work: () => Result): Result {
    this.#door = door;
    this.#receivedUs = receivedUs;
    try {
      return work();
    } finally {
      this.#door = undefined;
    }
  }

  /** An order is given to the core. Undefined: its door does not stamp. */
  submitted(): OrderStamp | undefined {
    const door = this.#door;
    if (door === undefined) return undefined;
    return { door, receivedUs: this.#receivedUs, submittedUs: this.#clock.elapsedUs() };
  }

  /** Its transaction has left the core. */
  durable({ door, receivedUs, submittedUs }: OrderStamp): void {
    const durableUs = this.#clock.elapsedUs();
    const { receivedToSubmitted, submittedToDurable } = this.#histograms[door];
    receivedToSubmitted.observe(toSeconds(submittedUs - receivedUs));
    submittedToDurable.observe(toSeconds(durableUs - submittedUs));
    // Answers of a turn leave in the microtasks behind it: with the next turn all are written.
    if (this.#unwritten.length === 0) this.#nextTurn(() => this.#written());
    if (this.#unwritten.length < UNWRITTEN_MAX) this.#unwritten.push({ door, durableUs });
  }

  #written(): void {
    const writtenUs = this.#clock.elapsedUs();
    for (const { door, durableUs } of this.#unwritten.splice(0)) {
      this.#histograms[door].durableToWritten.observe(toSeconds(writtenUs - durableUs));
    }
  }
}

function toSeconds(us: number): number {
  return us / 1_000_000;
}
