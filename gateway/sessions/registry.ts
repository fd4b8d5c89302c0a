// Engine sessions across a restart: those that were open and have not returned within 10 s are
// closed, which cancels their orders that ask for it. Source: rules 4.14. Plain HTTP opens none.

import type { Clock, StopTimer } from "../clock.ts";
import type { Core } from "../core/core.ts";
import { Opcode, QueryKind } from "../domain/command.ts";
import { rejectByNumber } from "../domain/reject.ts";
import type { Log } from "../log.ts";

/** Long enough to reconnect and log in, short enough not to leave orders unattended. */
export const RETURN_MS_MAX = 10_000;
/** Pause before a close that the core did not take is tried again, in milliseconds. */
const RETRY_MS = 1_000;

export class SessionRegistry {
  readonly #core: Pick<Core, "query" | "submit">;
  readonly #clock: Clock;
  readonly #log: Log;
  /** Open in the engine, without a connection. */
  readonly #missing = new Set<number>();
  #stopTimer: StopTimer | undefined;

  constructor(core: Pick<Core, "query" | "submit">, clock: Clock, log: Log) {
    this.#core = core;
    this.#clock = clock;
    this.#log = log;
  }

  /** Reads which sessions a recovered core holds, and gives them their time to return. */
  start(): void {
    for (const change of this.#core.query({ opcode: QueryKind.sessions }).changes) {
      if (change.entity === "session") this.#missing.add(change.sessionId);
    }
    if (this.#missing.size === 0) return;
    this.#log.info("sessions_awaited", { sessions: this.#missing.size, within_ms: RETURN_MS_MAX });
    this.#stopTimer = this.#clock.after(RETURN_MS_MAX, () => this.#closeMissing());
  }

  /** A session has its connection again. */
  markReturned(sessionId: number): void {
    this.#missing.delete(sessionId);
  }

  stop(): void {
    this.#stopTimer?.();
  }

  #closeMissing(): void {
    for (const session of this.#missing) {
      const command = { opcode: Opcode.sessionClosed, session };
      const refused = this.#core.submit(command, ({ code }) => {
        const reason = code === 0 ? undefined : rejectByNumber[code].name;
        this.#log.info("session_closed", { session, code: reason });
      });
      if (refused === undefined) this.#missing.delete(session);
    }
    if (this.#missing.size > 0) {
      this.#stopTimer = this.#clock.after(RETRY_MS, () => this.#closeMissing());
    }
  }
}
