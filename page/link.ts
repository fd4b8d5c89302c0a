// The state of the connection to the venue: when to try again, and whether what is shown is stale.

export type LinkState = "connecting" | "live" | "waiting";

/** First wait; each one after it is twice as long, up to `WAIT_MS_MAX`. */
const WAIT_MS_MIN = 250;
const WAIT_MS_MAX = 5_000;
/** Silence after which the venue is asked whether it is there. */
const QUIET_MS = 4_000;
/** Silence after which a connection counts as lost. */
const LOST_MS = 10_000;

export class Link {
  readonly #chance: () => number;
  #state: LinkState = "connecting";
  #attempts = 0;
  #heardMs: number | undefined;

  /** `chance`: 0 to 1, so that not all pages come back at the same instant. */
  constructor(chance: () => number) {
    this.#chance = chance;
  }

  get state(): LinkState {
    return this.#state;
  }

  /** When the venue was heard last; `undefined`: never. */
  get heardMs(): number | undefined {
    return this.#heardMs;
  }

  /** What is shown may not be so any more. */
  get isStale(): boolean {
    return this.#state !== "live" && this.#heardMs !== undefined;
  }

  connect(): void {
    this.#state = "connecting";
  }

  open(nowMs: number): void {
    this.#state = "live";
    this.#heardMs = nowMs;
  }

  /** A message came. Only that ends the growth of the waits: opening alone proves little. */
  hear(nowMs: number): void {
    this.#attempts = 0;
    this.#heardMs = nowMs;
  }

  /** Returns how long to wait before the next attempt, in milliseconds. */
  close(): number {
    this.#state = "waiting";
    const wait = Math.min(WAIT_MS_MAX, WAIT_MS_MIN * 2 ** this.#attempts);
    this.#attempts += 1;
    return Math.round(wait * (0.5 + 0.5 * this.#chance()));
  }

  /** What silence asks for. */
  watch(nowMs: number): "nothing" | "ping" | "close" {
    if (this.#state !== "live" || this.#heardMs === undefined) return "nothing";
    const silentMs = nowMs - this.#heardMs;
    if (silentMs >= LOST_MS) return "close";
    return silentMs >= QUIET_MS ? "ping" : "nothing";
  }
}
