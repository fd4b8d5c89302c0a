// The shapes of the operator's requests about FIX sessions.

import { z } from "zod";
import {
  COMP_ID,
  FIX_SESSION_KINDS,
  FIX_SESSIONS_MAX,
  FIX_TIMESTAMP_DIGITS,
} from "../../sessions/fix-sessions.ts";
import { commonFields } from "./schemas.ts";

const { timeUs } = commonFields;

const compId = z
  .string()
  .max(32)
  .meta({ pattern: COMP_ID.source })
  .describe("SenderCompID (49) of what the client sends.");
const kind = z
  .enum(FIX_SESSION_KINDS)
  .describe("`order_entry` logs on to `fix_port`, the others to `fix_market_data_port`.");
const keyId = z.string().max(64).describe("The key that logs on: Username (553).");
/** HeartBtInt (108) beyond an hour watches nothing. */
const heartbeatSeconds = z.int().min(1).max(3_600);
const timestampDigits = z
  .literal(FIX_TIMESTAMP_DIGITS)
  .describe("Digits of the second's fraction in what the venue sends.");
const sendingTimeWindowMs = z
  .int()
  .min(100)
  .max(3_600_000)
  .describe("How far SendingTime (52) may be from the venue's clock.");

export const CreateFixSession = z
  .strictObject({
    comp_id: compId,
    kind,
    key_id: keyId,
    reset_on_logon: z
      .boolean()
      .default(false)
      .describe("Both sides start at 1 with each Logon, also without ResetSeqNumFlag (141)."),
    heartbeat_seconds_min: heartbeatSeconds.optional().describe("Default: as the venue has it."),
    heartbeat_seconds_max: heartbeatSeconds.optional(),
    sending_time_window_ms: sendingTimeWindowMs.default(5_000),
    timestamp_digits: timestampDigits.default(3),
    cancel_on_disconnect: z
      .boolean()
      .default(true)
      .describe("What a Logon without 8674 means: its orders go when its connection does."),
    cancel_on_logout: z.boolean().default(true).describe("Then they go at a Logout, too."),
  })
  .meta({
    id: "CreateFixSession",
    examples: [{ comp_id: "CLIENT1", kind: "order_entry", key_id: "2b5ad3f0c1e97764" }],
  });

export const FixSession = z
  .object({
    comp_id: z.string(),
    venue_comp_id: z.string().describe("TargetCompID (56) of what the client sends."),
    kind,
    key_id: z.string(),
    reset_on_logon: z.boolean(),
    heartbeat_seconds_min: z.int().nullable(),
    heartbeat_seconds_max: z.int().nullable(),
    sending_time_window_ms: z.int(),
    timestamp_digits: timestampDigits,
    cancel_on_disconnect: z.boolean(),
    cancel_on_logout: z.boolean(),
    created_at_us: timeUs,
    is_logged_on: z.boolean(),
  })
  .meta({ id: "FixSession" });

export const FixSessionList = z
  .object({ fix_sessions: z.array(FixSession).max(FIX_SESSIONS_MAX) })
  .meta({ id: "FixSessionList" });

export const DeletedFixSession = z
  .object({ comp_id: z.string(), deleted: z.literal(true) })
  .meta({ id: "DeletedFixSession" });
