// The operator's side of FIX sessions: which CompID may log on, with which key.

import type { z } from "zod";
import { RejectCode } from "../../../domain/reject.ts";
import type { FixRegistration, NewFixSession } from "../../../sessions/fix-sessions.ts";
import type { Venue } from "../../../sessions/venue.ts";
import { created, json } from "../answers.ts";
import {
  CreateFixSession,
  DeletedFixSession,
  FixSession,
  FixSessionList,
} from "../fix-session-schemas.ts";
import { Refusal } from "../rejects.ts";
import { defineRoute } from "../route.ts";
import type { Answer, Route } from "../route.ts";

const FIX_SESSIONS = "/api/v1/admin/fix-sessions";
const ADMIN = { access: ["admin"], kind: "query", tag: "Administration" } as const;

export function adminFixSessionRoutes(venue: Venue): Route[] {
  const { fixSessions } = venue;
  return [
    defineRoute({
      ...{ method: "GET", path: FIX_SESSIONS, ...ADMIN },
      summary: "List FIX sessions, by CompID",
      replies: { 200: { description: "All of them", schema: FixSessionList } },
      handle: () => json({ fix_sessions: fixSessions.list().map((each) => show(venue, each)) }),
    }),
    defineRoute({
      ...{ method: "POST", path: FIX_SESSIONS, ...ADMIN },
      summary: "Let a CompID log on with a key",
      body: CreateFixSession,
      replies: { 201: { description: "The session", schema: FixSession } },
      refusals: [409, 422],
      handle: ({ body }) => create(venue, body),
    }),
    defineRoute({
      ...{ method: "DELETE", path: `${FIX_SESSIONS}/{comp_id}`, ...ADMIN },
      summary: "Remove a FIX session; it is logged out, and what was kept of it goes",
      params: { comp_id: "CompID of the client." },
      replies: { 200: { description: "It is gone", schema: DeletedFixSession } },
      handle: ({ params }) => {
        const compId = params["comp_id"] ?? "";
        if (!fixSessions.delete(compId)) return new Refusal(RejectCode.route_not_found);
        return json({ comp_id: compId, deleted: true });
      },
    }),
  ];
}

function create(venue: Venue, body: z.infer<typeof CreateFixSession>): Answer {
  const { heartbeat_seconds_min: min, heartbeat_seconds_max: max } = body;
  if (min !== undefined && max !== undefined && min > max) {
    return refuseField("heartbeat_seconds_min", "It is above heartbeat_seconds_max");
  }
  const session: NewFixSession = {
    compId: body.comp_id,
    kind: body.kind,
    keyId: body.key_id,
    isResetOnLogon: body.reset_on_logon,
    heartbeatSecondsMin: min,
    heartbeatSecondsMax: max,
    sendingTimeWindowMs: body.sending_time_window_ms,
    timestampDigits: body.timestamp_digits,
    cancelsOnDisconnect: body.cancel_on_disconnect,
    cancelsOnLogout: body.cancel_on_logout,
  };
  const made = venue.fixSessions.create(session);
  if (typeof made === "object") return created(show(venue, made));
  // Not the caller's own: those are good.
  if (made === RejectCode.credentials_invalid) {
    return refuseField("key_id", "No good key has this id");
  }
  return new Refusal(made);
}

function refuseField(field: string, detail: string): Refusal {
  return new Refusal(RejectCode.malformed_request, { errors: [{ field, detail }] });
}

function show(venue: Venue, registration: FixRegistration): z.infer<typeof FixSession> {
  return {
    comp_id: registration.compId,
    venue_comp_id: venue.fixSessions.venueCompId,
    kind: registration.kind,
    key_id: registration.keyId,
    reset_on_logon: registration.isResetOnLogon,
    heartbeat_seconds_min: registration.heartbeatSecondsMin ?? null,
    heartbeat_seconds_max: registration.heartbeatSecondsMax ?? null,
    sending_time_window_ms: registration.sendingTimeWindowMs,
    timestamp_digits: registration.timestampDigits,
    cancel_on_disconnect: registration.cancelsOnDisconnect,
    cancel_on_logout: registration.cancelsOnLogout,
    created_at_us: registration.createdAtUs,
    is_logged_on: venue.fixSessions.isLoggedOn(registration),
  };
}
