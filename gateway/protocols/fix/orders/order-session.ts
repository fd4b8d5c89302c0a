// A FIX session as the order application has it, for the life of the process: whose executions it
// is owed, what its client may enter while it is logged on, and the engine session that its orders
// belong to.

import { CommandFlag, Opcode } from "../../../domain/command.ts";
import type { Transaction } from "../../../domain/change.ts";
import type { Caller } from "../../../sessions/authenticator.ts";
import type { OwedChanges, OwedSession } from "../../../sessions/owed-changes.ts";
import type { SessionRegistry } from "../../../sessions/registry.ts";
import { TokenBucket } from "../../../sessions/throttle.ts";
import type { LogonGrant } from "../logon-desk.ts";
import type { LogoutCause, SessionHandle } from "../session/application.ts";
import type { TimestampDigits } from "../wire/timestamp.ts";
import type { ExecutionReports } from "./execution-reports.ts";
import { OpenRequests } from "./open-requests.ts";
import { RecentIds } from "./recent-ids.ts";

/** MsgType (35) of the commands that end with a request. */
const MSG_TYPES: ReadonlyMap<number, string> = new Map<number, string>([
  [Opcode.newOrder, "D"],
  [Opcode.cancelOrder, "F"],
  [Opcode.replaceOrder, "G"],
  [Opcode.massCancel, "q"],
]);
/**
 * Messages, some 100 kB of them, that wait for the venue to be ready. Beyond it they are refused.
 */
const DEFERRED_MAX = 512;
/** Ids of cancels that are remembered, to notice one that is used again. */
const REQUEST_IDS_MAX = 4_096;

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
  readonly owed: Pick<OwedChanges, "releasedSequence" | "toldSequence" | "whenTold">;
  readonly reports: ExecutionReports;
}

export class OrderSession implements OwedSession {
  readonly handle: SessionHandle;
  readonly account: number;
  readonly timestampDigits: TimestampDigits;
  readonly #parts: OrderSessionParts;
  #heardSequence: number;
  readonly #requestIds = new RecentIds(REQUEST_IDS_MAX);
  /** Requests that a process before this one put into the journal and did not answer. */
  readonly #made = new RecentIds(REQUEST_IDS_MAX);
  /** Messages that wait for it to be known which. */
  #deferred = 0;
  /** Orders that a cancel or replace of this session is on its way to, as it names them. */
  readonly pendingTargets = new Set<string>();
  /** Requests on their way. */
  readonly #open = new OpenRequests();
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
    // A journal that lost its tail gives those sequences to other commands, which are owed, too.
    const { journalSequence } = parts;
    this.#heardSequence = Math.min(handle.lastChangeSequence, journalSequence);
    if (handle.note > journalSequence) handle.setNote(0);
  }

  // What it is owed

  /** As it was opened: what is told since is counted by who tells it. */
  get heardSequence(): number {
    return this.#heardSequence;
  }

  hear(transaction: Transaction, from: number, to: number): void {
    const { handle, timestampDigits, account } = this;
    const last = transaction.changes[to];
    const isOpened = last?.entity === "session" && last.change === "created";
    if (isOpened && last.name === this.#name) handle.setNote(last.sessionId);
    const { note } = handle;
    const isOwn = last?.entity === "request" && last.sessionId === note && note !== 0;
    if (isOwn && transaction.sequence <= this.#parts.journalSequence) {
      this.#made.add(`${MSG_TYPES.get(transaction.opcode)} ${last.requestId}`);
    }
    this.#parts.reports.send(handle, timestampDigits, account, transaction, from, to, note);
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
    this.#parts.registry.open(this.account, this.#name, (opened) => {
      this.#isOpening = false;
      if ("session" in opened) this.#opened(opened.session);
      else this.handle.logout("Orders cannot be entered now");
      this.#go();
    });
  }

  /** Requests of the one before are told first. */
  #opened(session: number): void {
    this.#engineSession = session;
    const { owed } = this.#parts;
    owed.whenTold(owed.releasedSequence, () => this.handle.setNote(session));
  }

  /** Of its sessions in the engine. */
  get #name(): string {
    return `fix:${this.handle.id.targetCompId}`;
  }

  /**
   * The request has come and is not done before `end` of it: after a crash it is asked for again.
   */
  begin(sequence: number): void {
    if (this.#open.begin(sequence)) this.handle.holdFrom(sequence);
  }

  /** The request is in the journal, or refused. */
  end(sequence: number): void {
    if (!this.#open.end(sequence)) return;
    const { oldest } = this.#open;
    this.handle.holdFrom(oldest === Infinity ? undefined : oldest);
  }

  /** Flags of an order of this session. */
  get orderFlags(): number {
    return this.#grant?.cancelsOnDisconnect === true ? CommandFlag.cancelOnDisconnect : 0;
  }

  /** Notes the id of a cancel. Returns whether it was used before, of late. */
  noteRequestId(id: string): boolean {
    return !this.#requestIds.add(id);
  }

  /** Whether all is told that an earlier process left to tell: always, but right after a start. */
  get isRecovered(): boolean {
    return this.#parts.owed.toldSequence >= this.#parts.journalSequence;
  }

  /** Calls back when it is. Returns false when too much waits for that. */
  whenRecovered(run: () => void): boolean {
    if (this.#deferred === DEFERRED_MAX) return false;
    this.#deferred += 1;
    this.#parts.owed.whenTold(this.#parts.journalSequence, () => {
      this.#deferred -= 1;
      run();
    });
    return true;
  }

  /**
   * Whether the journal has the request of an earlier process. One that was carried out and is not
   * told under an id of its own is not known here: its order is.
   *
   * Order: it is recovered.
   */
  wasMade(msgType: string, id = ""): boolean {
    return this.#made.has(`${msgType} ${id}`);
  }
}
