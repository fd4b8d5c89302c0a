// What a refusal looks like in FIX: a code of the one table → the message that says it, its reason
// and its text. What a frame or a field has wrong is rejected by the session, not here.

import { RejectCode, rejectByNumber } from "../../domain/reject.ts";

/** BusinessRejectReason (380). */
export const BusinessReason = {
  other: 0,
  unsupportedMessageType: 3,
  applicationNotAvailable: 4,
  conditionallyRequiredFieldMissing: 5,
  notAuthorized: 6,
} as const;
export type BusinessReason = (typeof BusinessReason)[keyof typeof BusinessReason];

/**
 * MassCancelRejectReason (532). Other (99) is none of them: the field is of one character in the
 * stock dictionary, and a stock client rejects two.
 */
export const MassCancelReason = { notSupported: 0, unknownSecurity: 1 } as const;
export type MassCancelReason = (typeof MassCancelReason)[keyof typeof MassCancelReason];

/** A code that no message about an order tells: the request itself was none for this session. */
export function businessReasonOf(code: RejectCode): BusinessReason | undefined {
  switch (code) {
    case RejectCode.core_unavailable:
      return BusinessReason.applicationNotAvailable;
    case RejectCode.permission_denied:
      return BusinessReason.notAuthorized;
    default:
      return undefined;
  }
}

/** OrdRejReason (103). */
export function ordRejReasonOf(code: RejectCode): number {
  return rejectByNumber[code].fixOrdRejReason;
}

/** CxlRejReason (102). */
export function cxlRejReasonOf(code: RejectCode): number {
  return rejectByNumber[code].fixCxlRejReason;
}

/** `undefined`: there is no value for it, and the text tells. */
export function massCancelReasonOf(code: RejectCode): MassCancelReason | undefined {
  switch (code) {
    case RejectCode.instrument_not_found:
      return MassCancelReason.unknownSecurity;
    case RejectCode.command_unknown:
      return MassCancelReason.notSupported;
    default:
      return undefined;
  }
}

/** Text (58). */
export function textOf(code: RejectCode): string {
  return rejectByNumber[code].text;
}
