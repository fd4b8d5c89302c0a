// The sessions of one acceptor, each made when it is first asked for and kept until it is removed.

import type { Dictionary } from "../dictionary/dictionary.ts";
import type { FixApplication, SessionId } from "../session/application.ts";
import type { SessionEnvironment } from "../session/link.ts";
import type { MessageStore } from "../session/message-store.ts";
import { FixSession } from "../session/session.ts";
import type { SessionSettings } from "../session/settings.ts";

/** What the owner of an acceptor decides. */
export interface SessionPlan {
  readonly application: FixApplication;
  readonly dictionary: Dictionary;
  /**
   * Settings of a session; `undefined`: we do not know it. Asked with whatever a stranger sends.
   * Bounds: what it knows is what is kept.
   */
  settingsOf(id: SessionId): SessionSettings | undefined;
  /** Errors: throws when the session's files cannot be read. */
  openStore(id: SessionId, nowUs: number): MessageStore;
}

export class SessionDirectory {
  readonly #plan: SessionPlan;
  readonly #environment: SessionEnvironment;
  readonly #sessions = new Map<string, FixSession>();
  /** Sessions without a store, and why. */
  readonly #unreadable = new Map<string, string>();

  constructor(plan: SessionPlan, environment: SessionEnvironment) {
    this.#plan = plan;
    this.#environment = environment;
  }

  /** Forgets a session, if it was ever asked for. */
  remove(id: SessionId): FixSession | undefined {
    const key = keyOf(id);
    const known = this.#sessions.get(key);
    this.#sessions.delete(key);
    this.#unreadable.delete(key);
    return known;
  }

  /**
   * The session of these names; `undefined`: it is not one of ours, or its store cannot be read.
   */
  find(id: SessionId): FixSession | undefined {
    const key = keyOf(id);
    const known = this.#sessions.get(key);
    if (known !== undefined) return known;
    const { application, dictionary } = this.#plan;
    const settings = this.#plan.settingsOf(id);
    if (settings === undefined) return undefined;
    const environment = this.#environment;
    const store = this.#openStore(id, key);
    if (store === undefined) return undefined;
    const parts = { id, settings, dictionary, store, application, environment };
    const session = new FixSession(parts);
    this.#sessions.set(key, session);
    return session;
  }

  /** What is wrong is logged once. */
  #openStore(id: SessionId, key: string): MessageStore | undefined {
    const { log, now } = this.#environment;
    try {
      const store = this.#plan.openStore(id, now().utcUs);
      this.#unreadable.delete(key);
      return store;
    } catch (error) {
      const text = error instanceof Error ? error.message : `${error}`;
      if (this.#unreadable.get(key) !== text) {
        log.error("fix_store_unreadable", { client: id.targetCompId, error: text });
      }
      this.#unreadable.set(key, text);
      return undefined;
    }
  }

  all(): IterableIterator<FixSession> {
    return this.#sessions.values();
  }

  /** The session that a store belongs to. */
  ownerOf(store: MessageStore): FixSession | undefined {
    for (const session of this.all()) if (session.store === store) return session;
    return undefined;
  }
}

/** No name holds SOH: it would have ended the field. */
function keyOf(id: SessionId): string {
  return [id.beginString, id.senderCompId, id.targetCompId].join("\x01");
}
