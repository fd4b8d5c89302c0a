// The operator's side of the binary port: which session names there are, and their end.

import { RejectCode } from "../../../domain/reject.ts";
import type { BinarySession } from "../../../sessions/binary-sessions.ts";
import type { Venue } from "../../../sessions/venue.ts";
import { json } from "../answers.ts";
import {
  BinarySessionList,
  type BinarySessionShape,
  DeletedBinarySession,
} from "../binary-session-schemas.ts";
import { Refusal } from "../rejects.ts";
import { defineRoute } from "../route.ts";
import type { Route } from "../route.ts";

const BINARY_SESSIONS = "/api/v1/admin/binary-sessions";
const ADMIN = { access: ["admin"], kind: "query", tag: "Administration" } as const;
/** As ids are written. */
const ACCOUNT = /^[1-9][0-9]{0,9}$/;

export function adminBinarySessionRoutes({ binarySessions }: Venue): Route[] {
  return [
    defineRoute({
      ...{ method: "GET", path: BINARY_SESSIONS, ...ADMIN },
      summary: "List the session names of the binary port, by account and name",
      replies: { 200: { description: "All of them", schema: BinarySessionList } },
      handle: () => json({ binary_sessions: binarySessions.list().map(show) }),
    }),
    defineRoute({
      ...{ method: "DELETE", path: `${BINARY_SESSIONS}/{account}/{session_name}`, ...ADMIN },
      summary: "Remove a session name; its connection ends, and what it was owed goes",
      params: { account: "Id of its account.", session_name: "Its name." },
      replies: { 200: { description: "It is gone", schema: DeletedBinarySession } },
      handle: ({ params }) => {
        const { account: text = "", session_name: name = "" } = params;
        const account = ACCOUNT.test(text) ? Number(text) : 0;
        if (!binarySessions.delete(account, name)) return new Refusal(RejectCode.route_not_found);
        return json({ account, session_name: name, deleted: true });
      },
    }),
  ];
}

function show(session: BinarySession): BinarySessionShape {
  return {
    account: session.account,
    session_name: session.name,
    balance_updates: session.hasBalances,
    increasing_refs: session.hasIncreasingRefs,
    next_number: session.nextNumber,
    logged_in_at_us: session.loggedInAtUs,
    is_logged_in: session.isLoggedIn,
  };
}
