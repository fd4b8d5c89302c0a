// The demo's FIX sessions: one for orders, one for market data, both of the account that the person
// at the terminal has the key of.

import { GatewayFault } from "../domain/fault.ts";
import { rejectByNumber } from "../domain/reject.ts";
import type { FixSessions, NewFixSession } from "../sessions/fix-sessions.ts";

/** What a FIX client of the demo is set to. */
export interface DemoFixSessions {
  /** TargetCompID */
  readonly venueCompId: string;
  /** SenderCompIDs */
  readonly orderEntry: string;
  readonly marketData: string;
  /** Username (553) and Password (554) */
  readonly keyId: string;
  readonly secret: string;
}

const ORDER_ENTRY = "TRADER1";
const MARKET_DATA = "TRADER1-MD";

/**
 * Makes the sessions that are missing, or are of a key that is no more.
 *
 * Errors: throws `demo_set_up_failed`.
 */
export function setUpFixSessions(fixSessions: FixSessions, token: string): DemoFixSessions {
  const [, keyId = "", secret = ""] = token.split("_");
  for (const session of [toSession(ORDER_ENTRY, keyId), toSession(MARKET_DATA, keyId)]) {
    const known = fixSessions.find(session.compId);
    if (known?.keyId === keyId) continue;
    fixSessions.delete(session.compId);
    const made = fixSessions.create(session);
    if (typeof made === "object") continue;
    const message = `FIX session ${session.compId} refused: ${rejectByNumber[made].name}`;
    throw new GatewayFault("demo_set_up_failed", message);
  }
  const { venueCompId } = fixSessions;
  return { venueCompId, orderEntry: ORDER_ENTRY, marketData: MARKET_DATA, keyId, secret };
}

function toSession(compId: string, keyId: string): NewFixSession {
  return {
    ...{ compId, keyId, kind: compId === MARKET_DATA ? "market_data" : "order_entry" },
    ...{ isResetOnLogon: false, timestampDigits: 3 },
    ...{ heartbeatSecondsMin: undefined, heartbeatSecondsMax: undefined },
    // What engines ship with: a laptop's clock may be off.
    sendingTimeWindowMs: 120_000,
    ...{ cancelsOnDisconnect: true, cancelsOnLogout: true },
  };
}
