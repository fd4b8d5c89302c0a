// One venue that is ended again and again, with the clients that trade in it and what they know.

import { cpSync, rmSync } from "node:fs";
import { join } from "node:path";
import { systemClock } from "../../gateway/clock.ts";
import { type VerifyReport, verifyJournal } from "../../gateway/core/journal.ts";
import { Random } from "../../gateway/demo/random.ts";
import { until } from "../support/deadline.ts";
import { makeDirectory, VenueProcess } from "../support/venue-process.ts";
import { audit, resolveUnanswered } from "./audit.ts";
import { fundTraders, MARKET_FLAGS, type Market, openMarket, reconnect } from "./market.ts";
import { type LoadClient, makeLoad } from "./trader.ts";
import { Witness } from "./witness.ts";

/** A load is under way when this many more answers have come. */
const WARM_ANSWERS = 20;
const WARM_MS_MAX = 30_000;

export interface TrialOptions {
  readonly durability: "fsync" | "os" | "none";
  readonly seed: number;
  readonly flags?: Readonly<Record<string, string>>;
  readonly environment?: Readonly<Record<string, string>>;
  readonly dataDirectory?: string;
}

/** Where a venue said that it went on. */
export interface Opening {
  readonly sequence: number;
  readonly stateHash: string;
  readonly snapshotSequence: number;
  readonly commandsReplayed: number;
}

export class Trial {
  readonly witness: Witness;
  readonly market: Market;
  readonly random: Random;
  readonly #options: TrialOptions;
  readonly #load: readonly LoadClient[];
  #venue: VenueProcess;

  private constructor(options: TrialOptions, venue: VenueProcess, market: Market) {
    this.witness = new Witness();
    this.market = market;
    this.random = new Random(options.seed);
    this.#options = options;
    this.#load = makeLoad(market, this.witness, this.random.below(2 ** 32));
    this.#venue = venue;
  }

  /** Starts a new venue, makes its market and funds its traders. */
  static async begin(options: TrialOptions): Promise<Trial> {
    const dataDirectory = options.dataDirectory ?? makeDirectory();
    const venue = await VenueProcess.start(toStart(options, dataDirectory));
    const trial = new Trial(options, venue, await openMarket(venue));
    await fundTraders(trial.market, trial.witness);
    return trial;
  }

  get venue(): VenueProcess {
    return this.#venue;
  }

  /** Does something to the venue while all clients call it; they stop when it returns. */
  async underLoad(act: () => Promise<void>): Promise<void> {
    const { witness } = this;
    const running = Promise.all(this.#load.map((client) => client.run()));
    const wanted = witness.answerCount + WARM_ANSWERS;
    const warm = until(WARM_MS_MAX, "clients get answers", () => witness.answerCount >= wanted);
    await Promise.race([warm, running.then(() => warm)]);
    await act();
    for (const client of this.#load) client.stop();
    await running;
  }

  /** Lets up to `limitMs` pass. */
  pause(limitMs: number): Promise<void> {
    const delayMs = this.random.unit() * limitMs;
    return new Promise((resolve) => systemClock.after(delayMs, resolve));
  }

  /** Starts the venue on what the last one left, without waiting for it. */
  launch(): VenueProcess {
    return VenueProcess.launch(toStart(this.#options, this.#venue.dataDirectory));
  }

  /** Starts the venue on what the last one left. */
  async restart(environment?: Readonly<Record<string, string>>): Promise<Opening> {
    const start = toStart(this.#options, this.#venue.dataDirectory);
    this.#venue = await VenueProcess.start(
      environment === undefined ? start : { ...start, environment },
    );
    reconnect(this.market, this.#venue);
    const opening = readOpening(this.#venue);
    this.witness.recoveredSequence = opening.sequence;
    return opening;
  }

  /** Sends again what was not answered, and compares the venue with what everybody knows. */
  async check(): Promise<void> {
    await resolveUnanswered(this.witness);
    await audit(this.witness, this.market);
  }

  /** What a clean replay makes of a copy of the venue, which must not run. */
  replayCopy(): VerifyReport {
    const copy = makeDirectory();
    try {
      for (const name of ["journal", "snapshots"]) {
        cpSync(join(this.#venue.dataDirectory, name), join(copy, name), { recursive: true });
      }
      return verifyJournal(copy);
    } finally {
      rmSync(copy, { recursive: true });
    }
  }
}

function toStart({ durability, flags, environment }: TrialOptions, dataDirectory: string) {
  return {
    dataDirectory,
    flags: { ...MARKET_FLAGS, durability, ...flags },
    ...(environment === undefined ? {} : { environment }),
  };
}

/** Errors: throws when the venue did not log that it opened the core. */
export function readOpening({ log }: VenueProcess): Opening {
  const line = /event=core_opened .*/.exec(log)?.[0] ?? "";
  const read = (name: string): string => {
    const value = new RegExp(` ${name}=(\\w+)`).exec(line)?.[1];
    if (value === undefined) throw new Error(`no ${name} in the log:\n${log}`);
    return value;
  };
  return {
    sequence: Number(read("sequence")),
    stateHash: read("state_hash"),
    snapshotSequence: Number(read("snapshot_sequence")),
    commandsReplayed: Number(read("commands_replayed")),
  };
}
