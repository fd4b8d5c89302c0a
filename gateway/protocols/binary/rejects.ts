// How this door says no: why connections end, and the codes that a login is refused with.

import { RejectCode } from "../../domain/reject.ts";
import { EndReason } from "./codec.ts";

/** Why a connection ended, as metrics name it. */
export const CLOSE_REASONS = [
  ...["disconnect", "logout", "login_refused", "login_timeout", "taken_over", "silence"],
  ...["key_revoked", "deleted", "venue_stopping", "connections_full", "past_unavailable", "defect"],
  // Those of the gate.
  ...["length_invalid", "frame_invalid", "not_logged_in", "input_overflow", "slow_reader"],
] as const;
export type CloseReason = (typeof CLOSE_REASONS)[number];

export function isCloseReason(name: string): name is CloseReason {
  return CLOSE_REASONS.some((each) => each === name);
}

/** What the client is told before its connection ends. */
export interface Farewell {
  readonly reason: EndReason;
  readonly code: RejectCode | 0;
}

/** `undefined`: it is told nothing, or was told by its login's refusal. */
export function farewellOf(reason: CloseReason): Farewell | undefined {
  switch (reason) {
    case "logout":
      return { reason: EndReason.Logout, code: 0 };
    case "taken_over":
      return { reason: EndReason.TakenOver, code: 0 };
    case "silence":
      return { reason: EndReason.Silence, code: 0 };
    case "key_revoked":
      return { reason: EndReason.KeyRevoked, code: 0 };
    case "deleted":
      return { reason: EndReason.Deleted, code: 0 };
    case "venue_stopping":
      return { reason: EndReason.VenueStopping, code: 0 };
    case "past_unavailable":
      return { reason: EndReason.Unknown, code: RejectCode.sequence_not_available };
    case "length_invalid":
    case "frame_invalid":
      return { reason: EndReason.FrameInvalid, code: RejectCode.malformed_request };
    default:
      return undefined;
  }
}

/** What a connection is refused with that is not logged in and goes wrong. */
export function loginCodeOf(reason: CloseReason): RejectCode | undefined {
  switch (reason) {
    case "not_logged_in":
    case "login_timeout":
      return RejectCode.not_logged_in;
    case "length_invalid":
    case "frame_invalid":
      return RejectCode.malformed_request;
    case "venue_stopping":
      return RejectCode.core_unavailable;
    default:
      return undefined;
  }
}
