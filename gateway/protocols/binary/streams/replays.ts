// Connections that are told the past: what they miss is executed again and sent as fast as they
// read, a little in each turn, until they have met what is kept in memory.

import type { Clock } from "../../../clock.ts";
import { GatewayFault } from "../../../domain/fault.ts";
import type { Log } from "../../../log.ts";
import type { Gate, GatePosition, GateReplay } from "../../../sessions/binary-streams.ts";
import type { Connection } from "../connection.ts";

/** At once; a core has eight runs for all who want one, each with an engine of its own. */
const RUNS_MAX = 2;
/**
 * What all of them may take of one turn, some 300 kB of transactions, or one step each: turns are a
 * millisecond apart, and orders that come wait no longer.
 */
const TURN_US = 125;
/** How soon it is looked again: what the run has, whether there is room, whether one is free. */
const POLL_MS = 2;
/** Whoever has taken nothing for so long gives its run back, and gets another when it reads. */
const FULL_US_MAX = 200_000;

interface Replay {
  readonly connection: Connection;
  position: GatePosition;
  run: GateReplay | undefined;
  /** It takes nothing since then. */
  fullSinceUs: number | undefined;
}

export interface ReplayParts {
  readonly gate: Gate;
  readonly clock: Clock;
  readonly log: Log;
  /** A connection has output: to be written before the next step, so that none is too much. */
  readonly onOutput: () => void;
  /** It cannot be had: what followed `sequence`. */
  readonly onLost: (connection: Connection, sequence: number) => void;
}

export class Replays {
  readonly #parts: ReplayParts;
  /** Oldest first. Bounds: one for each connection. */
  #replays: Replay[] = [];
  #isScheduled = false;

  constructor(parts: ReplayParts) {
    this.#parts = parts;
  }

  get count(): number {
    return this.#replays.length;
  }

  /** `position`: in front of what it asked for. Order: the connection is logged in as `behind`. */
  begin(connection: Connection, position: GatePosition): void {
    this.#replays.push({ connection, position, run: undefined, fullSinceUs: undefined });
    this.#schedule(0);
  }

  stop(): void {
    for (const { run } of this.#replays) run?.close();
    this.#replays = [];
  }

  #schedule(delayMs: number): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    this.#parts.clock.after(delayMs, () => this.#work());
  }

  #work(): void {
    this.#isScheduled = false;
    let hasWorked = false;
    const nowUs = this.#parts.clock.elapsedUs();
    const reading = this.#replays
      .filter((replay) => this.#hasRoom(replay, nowUs))
      .slice(0, RUNS_MAX);
    for (const [index, replay] of reading.entries()) {
      const deadlineUs = nowUs + (TURN_US * (index + 1)) / reading.length;
      if (this.#advance(replay, deadlineUs)) hasWorked = true;
    }
    if (this.#replays.length > 0) this.#schedule(hasWorked ? 0 : POLL_MS);
  }

  /** Who does not read keeps nobody else from their past. */
  #hasRoom(replay: Replay, nowUs: number): boolean {
    const { connection } = replay;
    if (!connection.isFull || !connection.isLoggedIn) {
      replay.fullSinceUs = undefined;
      return true;
    }
    replay.fullSinceUs ??= nowUs;
    if (nowUs - replay.fullSinceUs >= FULL_US_MAX) this.#close(replay);
    return false;
  }

  /** Steps until the time is over, or there is no more for now. Returns whether it got further. */
  #advance(replay: Replay, deadlineUs: number): boolean {
    let hasWorked = false;
    while (this.#step(replay)) {
      hasWorked = true;
      const isOver = this.#parts.clock.elapsedUs() >= deadlineUs;
      if (isOver || replay.connection.isFull || !this.#replays.includes(replay)) break;
    }
    return hasWorked;
  }

  /** Returns whether it got further. */
  #step(replay: Replay): boolean {
    const { connection } = replay;
    if (!connection.isLoggedIn) {
      this.#end(replay);
      return true;
    }
    try {
      const { gate } = this.#parts;
      replay.run ??= gate.replay(connection.id, replay.position);
      const did = replay.run.step();
      replay.position = replay.run.position;
      if (did === "nothing") return false;
      if (did === "live") this.#end(replay);
      this.#parts.onOutput();
      return true;
    } catch (error) {
      return this.#fail(replay, error);
    }
  }

  /** Too many runs at once: it waits. Everything else is for good. */
  #fail(replay: Replay, error: unknown): boolean {
    if (error instanceof GatewayFault && error.code === "reexecution_limit_reached") return false;
    const { sequence } = replay.position;
    this.#parts.log.error("binary_replay_failed", { sequence, error: `${error}` });
    this.#end(replay);
    this.#parts.onLost(replay.connection, sequence);
    return true;
  }

  #close(replay: Replay): void {
    replay.run?.close();
    replay.run = undefined;
  }

  #end(replay: Replay): void {
    this.#close(replay);
    this.#replays = this.#replays.filter((each) => each !== replay);
  }
}
