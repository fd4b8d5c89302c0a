// A FIX session as the order application has it, for the life of the process: whose executions it
// is owed, what its client may enter while it is logged on, and the engine session that its orders
// belong to.

import { CommandFlag } from "../../../domain/command.ts";
import type { Transaction } from "../../../domain/change.ts";
import type { Caller } from "../../../sessions/authenticator.ts";
import type { OwedSession } from "../../../sessions/owed-changes.ts";
import type { SessionRegistry } from "../../../sessions/registry.ts";
import { type Rate, TokenBucket } from "../../../sessions/throttle.ts";
import type { LogonGrant } from "../logon-desk.ts";
import type { LogoutCause, SessionHandle } from "../session/application.ts";
import type { TimestampDigits } from "../wire/timestamp.ts";
import type { ExecutionReports } from "./execution-reports.ts";

/** Ids of cancels that are remembered, to notice one that is used again. */
const REQUEST_IDS_MAX = 4_096;
/** As long as an order's; a longer one could be as long as a message, and is not remembered. */
const REQUEST_ID_LENGTH_MAX = 64;

/** What a session was granted at its Logon. */
export type SessionGrant = Omit<LogonGrant, "registration">;

/** Orders that wait for their session: many milliseconds' worth. Beyond it they are refused. */
const STEPS_MAX = 4_096;

/** What is known of a session before anybody logs on. */
export interface SessionTerms {
  readonly account: number;
  readonly timestampDigits: TimestampDigits;
}

type Step =
  | { readonly kind: "open" }
  | { readonly kind: "run"; readonly run: (session: number | undefined) => void };

/** What all order sessions share. */
export interface OrderSessionParts {
  /** The last sequence that there is when the session is added first. */
  readonly journalSequence: number;
  readonly registry: SessionRegistry;
  readonly reports: ExecutionReports;
  /** Above it a session is ended; cancels count, too. */
  readonly hardRate: Rate;
}

export class OrderSession implements OwedSession {
  readonly handle: SessionHandle;
  readonly account: number;
  readonly timestampDigits: TimestampDigits;
  readonly #parts: OrderSessionParts;
  readonly #hardBucket: TokenBucket;
  #heardSequence: number;
  /** The newest ids, and as many before them at most: to drop one by one would cost more. */
  #requestIds = new Set<string>();
  #olderRequestIds: ReadonlySet<string> = new Set();
  /** Orders that a cancel or replace of this session is on its way to, as it names them. */
  readonly pendingTargets = new Set<string>();
  /** Numbers (34) of requests on their way, oldest first. */
  readonly #begun = new Set<number>();
  #grant: SessionGrant | undefined;
  #caller: Caller | undefined;
  /** Of the engine. */
  #engineSession: number | undefined;
  #isOpening = false;
  /** What waits for it. */
  #steps: Step[] = [];

  constructor(handle: SessionHandle, terms: SessionTerms, parts: OrderSessionParts) {
    this.handle = handle;
    this.account = terms.account;
    this.timestampDigits = terms.timestampDigits;
    this.#parts = parts;
    this.#hardBucket = new TokenBucket(parts.hardRate);
    // A journal that lost its tail gives those sequences to other commands, which are owed, too.
    this.#heardSequence = Math.min(handle.lastChangeSequence, parts.journalSequence);
  }

  // What it is owed

  /** As it was opened: what is told since is counted by who tells it. */
  get heardSequence(): number {
    return this.#heardSequence;
  }

  hear(transaction: Transaction, from: number, to: number, requestId: string | undefined): void {
    const { handle, timestampDigits, account } = this;
    this.#parts.reports.send(handle, timestampDigits, account, transaction, from, to, requestId);
  }

  get isFailed(): boolean {
    return this.handle.isFailed;
  }

  giveUp(error: unknown): void {
    this.handle.giveUp(error);
  }

  markHeard(sequence: number): void {
    this.#heardSequence = Math.max(this.#heardSequence, sequence);
    this.handle.markHeard(sequence);
  }

  // Its client

  /** Who enters commands; `undefined`: this session only hears. */
  get trader(): Caller | undefined {
    return this.#grant?.isDropCopy === false ? this.#caller : undefined;
  }

  /** The rate of its key; a session that only hears has one, too. */
  get requests(): TokenBucket | undefined {
    return this.#caller?.requests;
  }

  /** What the next Logon was granted. */
  grant(grant: SessionGrant): void {
    this.#grant = grant;
    // Its own requests are limited as those of its key; a cancel is held up by the hard limit only.
    this.#caller = { ...grant.caller, cancels: TokenBucket.unlimited() };
  }

  /** The Logon was answered. A session that only hears has no orders. */
  open(): void {
    if (this.trader === undefined) return;
    this.#steps.push({ kind: "open" });
    this.#go();
  }

  /** It is logged out. Its orders go, unless it asked to keep them or the venue only restarts. */
  close(cause: LogoutCause): void {
    const grant = this.#grant;
    if (grant === undefined || this.trader === undefined) return;
    this.#grant = undefined;
    const isKept = cause === "logout" ? !grant.cancelsOnLogout : !grant.cancelsOnDisconnect;
    if (isKept || cause === "shutdown") return;
    // Behind its last orders, when they are still waiting for their session.
    const run = (session: number | undefined): void => {
      if (session !== undefined) this.#parts.registry.close(session);
    };
    this.#steps.push({ kind: "run", run });
    this.#go();
  }

  /**
   * Calls back with the engine session, at once but in the first moments of a Logon; `undefined`:
   * it could not be opened, and the session is ended.
   */
  whenOpen(run: (session: number | undefined) => void): void {
    if (this.#steps.length === 0 && !this.#isOpening) run(this.#engineSession);
    else if (this.#steps.length < STEPS_MAX) this.#steps.push({ kind: "run", run });
    else run(undefined);
  }

  /** Takes the steps in order, as far as no opening is to be waited for. */
  #go(): void {
    while (!this.#isOpening) {
      const step = this.#steps.shift();
      if (step === undefined) return;
      if (step.kind === "run") step.run(this.#engineSession);
      else this.#openEngineSession();
    }
  }

  #openEngineSession(): void {
    this.#isOpening = true;
    this.#engineSession = undefined;
    const { id } = this.handle;
    this.#parts.registry.open(this.account, `fix:${id.targetCompId}`, (opened) => {
      this.#isOpening = false;
      if ("session" in opened) this.#engineSession = opened.session;
      else this.handle.logout("Orders cannot be entered now");
      this.#go();
    });
  }

  /**
   * The request has come and is not done before `end` of it: after a crash it is asked for again.
   */
  begin(sequence: number): void {
    this.#begun.add(sequence);
    if (this.#begun.size === 1) this.handle.holdFrom(sequence);
  }

  /** The request is in the journal, or refused. */
  end(sequence: number): void {
    this.#begun.delete(sequence);
    const [oldest] = this.#begun;
    this.handle.holdFrom(oldest);
  }

  /** Flags of an order of this session. */
  get orderFlags(): number {
    return this.#grant?.cancelsOnDisconnect === true ? CommandFlag.cancelOnDisconnect : 0;
  }

  /** Counts a message; false: there are too many, even for cancels. */
  take(nowUs: number): boolean {
    return this.#hardBucket.take(nowUs);
  }

  /** Notes the id of a cancel. Returns whether it was used before, of late. */
  noteRequestId(id: string): boolean {
    if (id.length > REQUEST_ID_LENGTH_MAX) return false;
    if (this.#requestIds.has(id) || this.#olderRequestIds.has(id)) return true;
    if (this.#requestIds.size === REQUEST_IDS_MAX / 2) {
      this.#olderRequestIds = this.#requestIds;
      this.#requestIds = new Set();
    }
    this.#requestIds.add(id);
    return false;
  }
}
