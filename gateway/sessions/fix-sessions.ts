// The FIX sessions of the venue: who may log on under which CompID. In memory as on disk; the door
// is told what comes and goes, so that an operator needs no restart.

import { RejectCode } from "../domain/reject.ts";
import type { FixRegistration, FixSessionStore } from "../identity/fix-session-store.ts";
import type { NewFixSession } from "../identity/fix-session-store.ts";
import type { Log } from "../log.ts";
import type { Authenticator } from "./authenticator.ts";

export { FIX_SESSION_KINDS, FIX_TIMESTAMP_DIGITS } from "../identity/fix-session-store.ts";
export type { FixRegistration, FixSessionKind } from "../identity/fix-session-store.ts";
export type { FixSessionOptions, NewFixSession } from "../identity/fix-session-store.ts";

/** Each has two files open, also while nobody is connected: a process has 1,024 by default. */
export const FIX_SESSIONS_MAX = 256;

/** Printable ASCII that needs no escape in a path, a file name or a log line. */
export const COMP_ID = /^[A-Za-z0-9._-]{1,32}$/;

/** A door that has the sessions. */
export interface FixSessionListener {
  added(registration: FixRegistration): void;
  /** What was kept of it goes, too: the next one of this CompID may be somebody else's. */
  removed(registration: FixRegistration): void;
  isLoggedOn(registration: FixRegistration): boolean;
}

export class FixSessions {
  /** Our own name in every session. */
  readonly venueCompId: string;
  readonly #store: FixSessionStore;
  readonly #authenticator: Authenticator;
  readonly #log: Log;
  readonly #registrations: Map<string, FixRegistration>;
  #listener: FixSessionListener | undefined;

  constructor(venueCompId: string, store: FixSessionStore, authenticator: Authenticator, log: Log) {
    this.venueCompId = venueCompId;
    this.#store = store;
    this.#authenticator = authenticator;
    this.#log = log;
    this.#registrations = new Map(store.list().map((each) => [each.compId, each]));
  }

  /** By CompID. */
  list(): FixRegistration[] {
    return [...this.#registrations.values()].sort((one, other) =>
      one.compId < other.compId ? -1 : 1,
    );
  }

  find(compId: string): FixRegistration | undefined {
    return this.#registrations.get(compId);
  }

  isLoggedOn(registration: FixRegistration): boolean {
    return this.#listener?.isLoggedOn(registration) ?? false;
  }

  /**
   * Adds a session; it may log on when this returns.
   *
   * Errors: name_invalid, name_exists, session_table_full; credentials_invalid without a good key
   * of this id.
   */
  create(session: NewFixSession): FixRegistration | RejectCode {
    if (!COMP_ID.test(session.compId)) return RejectCode.name_invalid;
    if (this.#registrations.has(session.compId)) return RejectCode.name_exists;
    if (this.#registrations.size >= FIX_SESSIONS_MAX) return RejectCode.session_table_full;
    const key = this.#authenticator.findKey(session.keyId);
    if (key === undefined) return RejectCode.credentials_invalid;
    const registration = this.#store.add(session, key.account);
    this.#registrations.set(session.compId, registration);
    const { compId, kind, keyId } = session;
    const fields = { client: compId, kind, key_id: keyId, account: key.account };
    this.#log.info("fix_session_created", fields);
    this.#listener?.added(registration);
    return registration;
  }

  /** Removes a session, and logs it out. Returns whether there was one. */
  delete(compId: string): boolean {
    const registration = this.#registrations.get(compId);
    if (registration === undefined) return false;
    this.#store.remove(compId);
    this.#registrations.delete(compId);
    this.#log.info("fix_session_deleted", { client: compId });
    this.#listener?.removed(registration);
    return true;
  }

  /** Tells one listener of all there are, and from now on of what comes and goes. */
  listen(listener: FixSessionListener): void {
    this.#listener = listener;
    for (const registration of this.list()) listener.added(registration);
  }
}
