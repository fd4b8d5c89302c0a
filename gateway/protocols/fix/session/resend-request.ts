// A ResendRequest (2) of the client, answered from the store.

import type { FixMessage } from "../wire/message.ts";
import type { Instant } from "./link.ts";
import type { FixSession } from "./session.ts";
import { RejectReason } from "./session-reject.ts";

/**
 * Resends BeginSeqNo (7) to EndSeqNo (16); 0, or a number not yet sent, is all there is.
 *
 * Order: the request is valid by the dictionary.
 */
export function answerResendRequest(session: FixSession, message: FixMessage, now: Instant): void {
  const last = session.store.nextOut - 1;
  const from = message.integer(7) ?? 0;
  const wanted = message.integer(16) ?? 0;
  const to = wanted === 0 ? last : Math.min(wanted, last);
  if (from < 1 || from > last) {
    session.sendReject(message, { reason: RejectReason.valueIncorrect, tag: 7 });
  } else if (to < from) {
    session.sendReject(message, { reason: RejectReason.valueIncorrect, tag: 16 });
  } else {
    session.outbound.resend(from, to, now);
  }
}
