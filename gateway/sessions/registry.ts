// Engine sessions: opened and closed for protocols that have them, and looked after across a
// restart: those that were open and have not returned within 10 s are closed. Closing one cancels
// its orders that ask for it. Source: rules 4.14. Plain HTTP opens none.

import type { Clock, StopTimer } from "../clock.ts";
import type { Core } from "../core/core.ts";
import type { Transaction } from "../domain/change.ts";
import { Opcode, QueryKind } from "../domain/command.ts";
import type { SubmittedCommand } from "../domain/command.ts";
import { type RejectCode, rejectByNumber } from "../domain/reject.ts";
import type { Log } from "../log.ts";

/** Long enough to reconnect and log in, short enough not to leave orders unattended. */
export const RETURN_MS_MAX = 10_000;
/** Pause before a command that the core did not take is tried again, in milliseconds. */
const RETRY_MS = 1_000;

/** The id of the session that is open now, or why there is none. */
export type HearOpened = (
  opened: { readonly session: number } | { readonly code: RejectCode },
) => void;

/** Bounds: one to open and one to close per session of a protocol. */
interface Wanted {
  readonly command: SubmittedCommand;
  readonly hear: (transaction: Transaction) => void;
}

export class SessionRegistry {
  readonly #core: Pick<Core, "query" | "submit">;
  readonly #clock: Clock;
  readonly #log: Log;
  /** Open in the engine, without a connection: account and name → id. */
  readonly #missing = new Map<string, number>();
  /** Not taken by the core yet, in the order in which they were wanted. */
  #wanted: Wanted[] = [];
  #stopReturnTimer: StopTimer | undefined;
  #stopRetryTimer: StopTimer | undefined;

  constructor(core: Pick<Core, "query" | "submit">, clock: Clock, log: Log) {
    this.#core = core;
    this.#clock = clock;
    this.#log = log;
  }

  /** Reads which sessions a recovered core holds, and gives them their time to return. */
  start(): void {
    for (const change of this.#core.query({ opcode: QueryKind.sessions }).changes) {
      if (change.entity !== "session") continue;
      this.#missing.set(keyOf(change.account, change.name), change.sessionId);
    }
    if (this.#missing.size === 0) return;
    this.#log.info("sessions_awaited", { sessions: this.#missing.size, within_ms: RETURN_MS_MAX });
    this.#stopReturnTimer = this.#clock.after(RETURN_MS_MAX, () => this.#closeMissing());
  }

  /**
   * Opens the session of this account and name, or finds it open. Bounds: a name is as a client
   * order id.
   */
  open(account: number, name: string, hear: HearOpened): void {
    const command = { opcode: Opcode.sessionOpened, account, text: name };
    this.#missing.delete(keyOf(account, name));
    this.#want({
      command,
      hear: ({ code, result }) => {
        if (code !== 0) {
          this.#log.error("session_refused", { account, name, code: rejectByNumber[code].name });
          hear({ code });
          return;
        }
        hear({ session: result });
      },
    });
  }

  /** Closes a session; tried again until the core takes it, also before a later `open`. */
  close(session: number): void {
    this.#want({
      command: { opcode: Opcode.sessionClosed, session },
      hear: ({ code }) => {
        const reason = code === 0 ? undefined : rejectByNumber[code].name;
        this.#log.info("session_closed", { session, code: reason });
      },
    });
  }

  stop(): void {
    this.#stopReturnTimer?.();
    this.#stopRetryTimer?.();
  }

  #closeMissing(): void {
    for (const session of this.#missing.values()) this.close(session);
    this.#missing.clear();
  }

  #want(wanted: Wanted): void {
    this.#wanted.push(wanted);
    if (this.#stopRetryTimer === undefined) this.#submitWanted();
  }

  /** Gives the core what it takes; the rest stays, in order. */
  #submitWanted(): void {
    this.#stopRetryTimer = undefined;
    const wanted = this.#wanted;
    this.#wanted = [];
    let taken = 0;
    for (const each of wanted) {
      const refused = this.#core.submit(each.command, (transaction) => {
        // A sequence of 0: the core had no room for it when the batch came to it.
        if (transaction.sequence === 0) this.#retry([each]);
        else each.hear(transaction);
      });
      if (refused !== undefined) break;
      taken += 1;
    }
    if (taken < wanted.length) this.#retry(wanted.slice(taken));
  }

  #retry(wanted: readonly Wanted[]): void {
    this.#wanted.push(...wanted);
    this.#stopRetryTimer ??= this.#clock.after(RETRY_MS, () => this.#submitWanted());
  }
}

/** A name holds no space. */
function keyOf(account: number, name: string): string {
  return `${account} ${name}`;
}
