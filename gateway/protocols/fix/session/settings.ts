// What may differ from one session to another, with the venue's values and the test acceptor's.
// What may not is a constant where it is used.

import type { Rate } from "../../../sessions/throttle.ts";
import { STRICT, type ValidationSettings } from "../dictionary/validation.ts";
import type { TimestampDigits } from "../wire/timestamp.ts";
import type { SessionCalendar } from "./schedule.ts";

export interface SessionSettings {
  /** HeartBtInt (108) that a client may ask for, in seconds. 0 turns heartbeats off. */
  readonly heartBtIntMin: number;
  readonly heartBtIntMax: number;
  /** How far SendingTime (52) may be from our clock, in milliseconds. */
  readonly sendingTimeWindowMs: number;
  /** Both sides start at 1 with each Logon, also without 141=Y. */
  readonly isResetOnLogon: boolean;
  /** Digits of the second's fraction in 52 and 122. */
  readonly timestampDigits: TimestampDigits;
  /** Messages above which the session is ended, whatever they are; `undefined`: any number. */
  readonly hardRate: Rate | undefined;
  /** When the session begins anew; `undefined`: never. */
  readonly calendar: SessionCalendar | undefined;
  /** What of a message is held against the dictionary. */
  readonly validation: ValidationSettings;
  /** Answers 1137 of a FIXT.1.1 session: `9` is FIX 5.0 SP2. */
  readonly defaultApplVerId: string;
}

/** Sequence numbers live on; clocks of trading clients are kept by NTP. */
export const VENUE_SETTINGS: SessionSettings = {
  heartBtIntMin: 1,
  heartBtIntMax: 60,
  sendingTimeWindowMs: 5_000,
  isResetOnLogon: false,
  timestampDigits: 3,
  hardRate: undefined,
  calendar: undefined,
  validation: STRICT,
  defaultApplVerId: "9",
};

/** Whatever a FIX client under test asks for; 120 s is the window that engines ship with. */
export const TEST_ACCEPTOR_SETTINGS: SessionSettings = {
  ...VENUE_SETTINGS,
  heartBtIntMin: 0,
  heartBtIntMax: 86_400,
  sendingTimeWindowMs: 120_000,
  isResetOnLogon: true,
};
