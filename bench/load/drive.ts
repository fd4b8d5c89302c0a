// When requests leave: at their own times, whatever becomes of those before (open loop), or as soon
// as an answer is there (closed loop).

import type { Outcome } from "./connection.ts";
import type { Findings, LoadSession } from "./session.ts";

/** A timer may fire so much later than it was set to; nearer than that the loop turns. */
const TIMER_NS = 2_000_000;
/** After the last request: a venue that has not answered by then is told of as such. */
const ANSWER_NS_MAX = 10_000_000_000;
/** Requests that were due and found no session free. Beyond it the venue cannot keep up at all. */
const BACKLOG_MAX = 1_000_000;

export interface Times {
  readonly warmUpSeconds: number;
  readonly seconds: number;
}

/** What a drive found beside latencies. */
export interface Driven {
  readonly measuredSeconds: number;
  /** Requests that were never answered. */
  readonly unanswered: number;
  /** Requests of an open loop that were due and never left. */
  readonly unsent: number;
}

/** Keeps sessions busy until the time is over. */
export class Driver {
  readonly #sessions: readonly LoadSession[];
  readonly #findings: Findings;
  readonly #failed = Promise.withResolvers<never>();
  #onIdle: ((session: LoadSession) => void) | undefined;

  constructor(sessions: readonly LoadSession[], findings: Findings) {
    this.#sessions = sessions;
    this.#findings = findings;
    // Whoever drives hears of it; before that nobody does.
    this.#failed.promise.catch(() => undefined);
  }

  answered(session: LoadSession, outcome: Outcome): void {
    if (session.answered(outcome, Bun.nanoseconds())) this.#onIdle?.(session);
  }

  /** A connection has broken: there is nothing to measure any more. */
  fail(error: Error): void {
    this.#failed.reject(error);
  }

  /** Errors: rejects when a connection breaks. */
  closed(times: Times, inFlight: number): Promise<Driven> {
    return Promise.race([this.#closed(times, inFlight), this.#failed.promise]);
  }

  /** Errors: rejects when a connection breaks, or more is due than can be kept. */
  open(times: Times, perSecond: number): Promise<Driven> {
    return Promise.race([this.#open(times, perSecond), this.#failed.promise]);
  }

  async #closed({ warmUpSeconds, seconds }: Times, inFlight: number): Promise<Driven> {
    const fromNs = Bun.nanoseconds() + warmUpSeconds * 1e9;
    const toNs = fromNs + seconds * 1e9;
    const send = (session: LoadSession): void => {
      const nowNs = Bun.nanoseconds();
      if (nowNs < toNs) session.send(nowNs, nowNs >= fromNs);
    };
    this.#onIdle = send;
    for (const session of this.#sessions) {
      while (session.inFlight < inFlight && session.hasRoom) send(session);
    }
    await sleepUntil(toNs);
    const unanswered = await this.#drain();
    return { measuredSeconds: seconds, unanswered, unsent: 0 };
  }

  async #open({ warmUpSeconds, seconds }: Times, perSecond: number): Promise<Driven> {
    const startNs = Bun.nanoseconds();
    const warm = Math.round(warmUpSeconds * perSecond);
    const count = warm + Math.round(seconds * perSecond);
    const dueOf = (request: number): number => startNs + (request * 1e9) / perSecond;
    const ready = new Turns(this.#sessions);
    /** The next that is due, and the next that leaves: those between wait for a session. */
    let [due, next] = [0, 0];
    const sendDue = (): void => {
      for (; next < due; next += 1) {
        const session = ready.take();
        if (session === undefined) return;
        session.send(dueOf(next), next >= warm);
      }
    };
    this.#onIdle = sendDue;
    while (due < count) {
      const nowNs = Bun.nanoseconds();
      for (; due < count && dueOf(due) <= nowNs; due += 1) {
        if (due >= warm) this.#findings.late.add(nowNs - dueOf(due));
      }
      sendDue();
      if (due - next > BACKLOG_MAX) throw new Error(`${due - next} requests are due and unsent`);
      const waitNs = dueOf(due) - Bun.nanoseconds();
      // A loop that turns reads answers at once, and is on time.
      if (waitNs > TIMER_NS) await Bun.sleep((waitNs - TIMER_NS / 2) / 1e6);
      else await turn();
    }
    const unanswered = await this.#drain(() => next < count);
    return { measuredSeconds: seconds, unanswered, unsent: count - next };
  }

  /** Waits for what is on its way. Returns how much of it did not come. */
  async #drain(isSending: () => boolean = () => false): Promise<number> {
    const untilNs = Bun.nanoseconds() + ANSWER_NS_MAX;
    const left = (): number => this.#sessions.reduce((sum, { inFlight }) => sum + inFlight, 0);
    while ((left() > 0 || isSending()) && Bun.nanoseconds() < untilNs) await turn();
    this.#onIdle = undefined;
    return left();
  }
}

/** Sessions in turn, those without room passed over. */
class Turns {
  readonly #sessions: readonly LoadSession[];
  #last = 0;

  constructor(sessions: readonly LoadSession[]) {
    this.#sessions = sessions;
  }

  take(): LoadSession | undefined {
    for (let tried = 0; tried < this.#sessions.length; tried += 1) {
      this.#last = (this.#last + 1) % this.#sessions.length;
      const session = this.#sessions[this.#last];
      if (session?.hasRoom === true) return session;
    }
    return undefined;
  }
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

async function sleepUntil(untilNs: number): Promise<void> {
  await Bun.sleep(Math.max(0, (untilNs - Bun.nanoseconds()) / 1e6));
}
