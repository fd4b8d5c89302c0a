// The venue's application on the order-entry and drop-copy sessions: who asks for what goes where.
// Executions are not its business: sessions are owed them, whoever caused them.

import type { Clock } from "../../../clock.ts";
import type { Venue } from "../../../sessions/venue.ts";
import { BusinessReason } from "../rejects.ts";
import type {
  ConnectionFacts,
  FixApplication,
  LogonVerdict,
  LogoutCause,
  SessionHandle,
} from "../session/application.ts";
import type { FixMessage } from "../wire/message.ts";
import { Answers } from "./answers.ts";
import { EntryDesk } from "./entry-desk.ts";
import { ExecutionReports } from "./execution-reports.ts";
import {
  OrderSession,
  type OrderSessionParts,
  type SessionGrant,
  type SessionTerms,
} from "./order-session.ts";
import { StatusDesk } from "./status-desk.ts";
import { StepsByInstrument } from "./steps.ts";

/** What a Logon is answered, and what its session may do then. */
export type Judgement =
  | { readonly kind: "accepted"; readonly grant: SessionGrant }
  | Exclude<LogonVerdict, { readonly kind: "accepted" }>;

export interface OrderDeskParts {
  readonly venue: Pick<Venue, "orderEntry" | "owed" | "queries" | "reference" | "sessionRegistry">;
  readonly clock: Clock;
  /** Judges a Logon of one of the sessions added. */
  judge(session: SessionHandle, logon: FixMessage, connection: ConnectionFacts): Judgement;
}

export class OrderDesk implements FixApplication {
  readonly #parts: OrderDeskParts;
  readonly #sessionParts: OrderSessionParts;
  readonly #sessions = new Map<SessionHandle, OrderSession>();
  readonly #entry: EntryDesk;
  readonly #status: StatusDesk;

  constructor(parts: OrderDeskParts) {
    this.#parts = parts;
    const { venue, clock } = parts;
    const steps = new StepsByInstrument();
    const answers = new Answers(clock);
    this.#status = new StatusDesk({ venue, steps, clock });
    this.#entry = new EntryDesk({ venue, steps, answers, status: this.#status });
    const reports = new ExecutionReports(venue.reference, steps);
    const { owed, sessionRegistry: registry } = venue;
    const journalSequence = owed.releasedSequence;
    this.#sessionParts = { registry, owed, reports, journalSequence };
  }

  /**
   * From now on the session is told of its account's executions, connected or not.
   *
   * Order: before the stages start, unless it is new.
   */
  add(handle: SessionHandle, terms: SessionTerms): void {
    const session = new OrderSession(handle, terms, this.#sessionParts);
    this.#sessions.set(handle, session);
    this.#parts.venue.owed.add(session);
  }

  /** The session is gone for good, and its orders are as after a disconnect. */
  remove(handle: SessionHandle): void {
    const session = this.#sessions.get(handle);
    if (session === undefined) return;
    session.close("ended");
    this.#sessions.delete(handle);
    this.#parts.venue.owed.remove(session);
  }

  authenticate(
    handle: SessionHandle,
    logon: FixMessage,
    connection: ConnectionFacts,
  ): LogonVerdict {
    const session = this.#sessions.get(handle);
    if (session === undefined) return { kind: "silent" };
    const judgement = this.#parts.judge(handle, logon, connection);
    if (judgement.kind === "accepted") session.grant(judgement.grant);
    return judgement;
  }

  onLogon(handle: SessionHandle): void {
    this.#sessions.get(handle)?.open();
  }

  onMessage(handle: SessionHandle, message: FixMessage): void {
    const session = this.#sessions.get(handle);
    if (session === undefined) return;
    switch (message.msgType) {
      case "D":
      case "F":
      case "G":
      case "q":
        this.#enter(session, message);
        break;
      case "H":
        this.#status.answerOne(session, message);
        break;
      case "AF":
        this.#status.answerAll(session, message);
        break;
      default: {
        const reason = BusinessReason.unsupportedMessageType;
        handle.businessReject(message, reason, "Unsupported Message Type");
      }
    }
  }

  onLogout(handle: SessionHandle, cause: LogoutCause): void {
    this.#sessions.get(handle)?.close(cause);
  }

  #enter(session: OrderSession, message: FixMessage): void {
    const { trader } = session;
    if (trader !== undefined) {
      this.#entry.take(session, trader, message);
      return;
    }
    const text = "Orders are not entered on this session";
    session.handle.businessReject(message, BusinessReason.notAuthorized, text, message.text(11));
  }
}
