// What a session says when it refuses: the numbers of SessionRejectReason (373) and their standard
// phrases, which go into Text (58).

export const RejectReason = {
  requiredTagMissing: 1,
  valueIncorrect: 5,
  compIdProblem: 9,
  sendingTimeAccuracy: 10,
} as const;

/** Text (58) of both limits: the hard one ends the session, the soft one refuses a request. */
export const RATE_EXCEEDED = "Rate limit exceeded";

/** By number; those of FIX 4.4. */
const PHRASES: readonly string[] = [
  "Invalid tag number",
  "Required tag missing",
  "Tag not defined for this message type",
  "Undefined tag",
  "Tag specified without a value",
  "Value is incorrect (out of range) for this tag",
  "Incorrect data format for value",
  "Decryption problem",
  "Signature problem",
  "CompID problem",
  "SendingTime accuracy problem",
  "Invalid MsgType",
  "XML validation error",
  "Tag appears more than once",
  "Tag specified out of required order",
  "Repeating group fields out of order",
  "Incorrect NumInGroup count for repeating group",
  'Non "data" value includes field delimiter (SOH character)',
];

/** Highest reason that FIX 4.2 knows; a Reject of that version leaves others out. */
export const FIX42_REASON_MAX = 11;

export function phraseOf(reason: number): string {
  return PHRASES[reason] ?? "Other";
}
