// What a session does with a message and with time depends on its state: offline, logged on, or
// waiting for the answer to its own Logout. The Logon itself is judged in logon.ts.

import type { FixMessage } from "../../wire/message.ts";
import type { Instant } from "../link.ts";
import type { FixSession } from "../session.ts";

export interface SessionState {
  receive(session: FixSession, message: FixMessage, now: Instant): void;
  tick(session: FixSession, now: Instant): void;
}

/** Nobody is connected: nothing comes, and no time limit runs. */
export const OFFLINE: SessionState = {
  receive() {},
  tick() {},
};

/** The store is broken. Other than offline, a Logon is not listened to. */
export const FAILED: SessionState = { ...OFFLINE };
