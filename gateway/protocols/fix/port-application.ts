// What runs behind the sessions of both ports: orders or market data, as a session is registered.
// Also what is counted of all of them.

import type { Counter, Metrics } from "../../metrics.ts";
import type { FixSessionKind } from "../../sessions/fix-sessions.ts";
import type {
  ConnectionFacts,
  FixApplication,
  LogonVerdict,
  LogoutCause,
  SessionHandle,
} from "./session/application.ts";
import type { FixMessage } from "./wire/message.ts";

/** What is counted of sessions. Labels come from our own words and the dictionary's types. */
class SessionMetrics {
  readonly logons: (labels: { verdict: LogonVerdict["kind"] }) => Counter;
  readonly logouts: (labels: { cause: LogoutCause }) => Counter;
  readonly #messages: (labels: { msg_type: string }) => Counter;
  /** Handles by type, so that no message formats a label. Bounds: the dictionary's types. */
  readonly #byType = new Map<string, Counter>();
  readonly #loggedOn = new Map<FixSessionKind, number>([
    ["order_entry", 0],
    ["drop_copy", 0],
    ["market_data", 0],
  ]);

  constructor(metrics: Metrics) {
    this.logons = metrics.counter(
      "openbell_fix_logons_total",
      "Logons whose credentials were judged, by verdict",
    );
    this.logouts = metrics.counter("openbell_fix_logouts_total", "Ends of sessions, by cause");
    this.#messages = metrics.counter(
      "openbell_fix_messages_total",
      "Application messages taken, by MsgType",
    );
    const kinds = [...this.#loggedOn.keys()];
    const help = "Sessions that are logged on, by kind";
    metrics.readEach("openbell_fix_sessions", "gauge", help, kinds, (kind) => ({
      labels: { kind },
      value: this.#loggedOn.get(kind) ?? 0,
    }));
  }

  countMessage(msgType: string): void {
    let counter = this.#byType.get(msgType);
    if (counter === undefined) {
      counter = this.#messages({ msg_type: msgType });
      this.#byType.set(msgType, counter);
    }
    counter.value += 1;
  }

  countSession(kind: FixSessionKind, change: 1 | -1): void {
    this.#loggedOn.set(kind, (this.#loggedOn.get(kind) ?? 0) + change);
  }
}

export class PortApplication implements FixApplication {
  readonly #kindOf: (session: SessionHandle) => FixSessionKind | undefined;
  readonly #applications: Readonly<Record<FixSessionKind, FixApplication>>;
  readonly #metrics: SessionMetrics;
  /** Logged on, as what: a session that is removed is logged out after its registration went. */
  readonly #kinds = new Map<SessionHandle, FixSessionKind>();

  constructor(
    kindOf: (session: SessionHandle) => FixSessionKind | undefined,
    applications: Readonly<Record<FixSessionKind, FixApplication>>,
    metrics: Metrics,
  ) {
    this.#kindOf = kindOf;
    this.#applications = applications;
    this.#metrics = new SessionMetrics(metrics);
  }

  authenticate(
    session: SessionHandle,
    logon: FixMessage,
    connection: ConnectionFacts,
  ): LogonVerdict {
    const kind = this.#kindOf(session);
    const verdict: LogonVerdict =
      kind === undefined
        ? { kind: "silent" }
        : this.#applications[kind].authenticate(session, logon, connection);
    this.#metrics.logons({ verdict: verdict.kind }).value += 1;
    return verdict;
  }

  onLogon(session: SessionHandle): void {
    const kind = this.#kindOf(session);
    if (kind === undefined) return;
    this.#kinds.set(session, kind);
    this.#metrics.countSession(kind, 1);
    this.#applications[kind].onLogon(session);
  }

  onMessage(session: SessionHandle, message: FixMessage): void {
    const kind = this.#kinds.get(session);
    if (kind === undefined) return;
    this.#metrics.countMessage(message.msgType);
    this.#applications[kind].onMessage(session, message);
  }

  onLogout(session: SessionHandle, cause: LogoutCause): void {
    const kind = this.#kinds.get(session);
    if (kind === undefined) return;
    this.#kinds.delete(session);
    this.#metrics.countSession(kind, -1);
    this.#metrics.logouts({ cause }).value += 1;
    this.#applications[kind].onLogout(session, cause);
  }
}
