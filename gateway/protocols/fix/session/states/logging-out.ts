// Our Logout is on its way. The client may still ask for what it missed and then answers; what else
// comes is not taken, and so comes again after its next Logon.

import { answerResendRequest } from "../resend-request.ts";
import type { SessionState } from "./state.ts";

/** A client that lives answers at once. */
const ANSWER_WAIT_US = 2_000_000;

export const LOGGING_OUT: SessionState = {
  receive(session, message, now) {
    const { store } = session;
    const isNext = message.integer(34) === store.expectedIn;
    if (message.msgType === "5") {
      if (isNext) session.expect(store.expectedIn + 1);
      session.drop("ended");
    } else if (message.msgType === "2" && session.findFlaw(message) === undefined) {
      if (isNext) session.expect(store.expectedIn + 1);
      answerResendRequest(session, message, now);
    }
  },

  tick(session, now) {
    if (now.steadyUs - session.logoutSentUs >= ANSWER_WAIT_US) session.drop("ended");
  },
};
