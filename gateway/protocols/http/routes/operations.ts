// How the venue is, for machines that watch it and for operators.

import { z } from "zod";
import { RejectCode } from "../../../domain/reject.ts";
import type { Venue } from "../../../sessions/venue.ts";
import type { Health as HealthState } from "../../../sessions/operations.ts";
import { Accepted, Status } from "../admin-schemas.ts";
import { json } from "../answers.ts";
import { Refusal } from "../rejects.ts";
import { defineRoute } from "../route.ts";
import type { Route } from "../route.ts";

const Dependency = z.object({ status: z.enum(["ok", "failing"]), detail: z.string() });
const syncTime = z.number().nullable().describe("Of a sync, of late; null without any.");
const Journal = Dependency.extend({ sync_p50_ms: syncTime, sync_p99_ms: syncTime });
const Stages = Dependency.extend({
  each: z.array(
    z.object({
      name: z.string(),
      state: z.enum(["live", "catching_up", "waiting", "detached"]),
      lag_sequences: z.int().describe("Transactions released and not applied."),
      lag_ms: z.int().describe("Age of the oldest of them."),
    }),
  ),
});
const Health = z
  .object({
    status: z.enum(["ok", "failing"]),
    core: Dependency,
    journal: Journal,
    clock: Dependency,
    stages: Stages,
  })
  .meta({ id: "Health" });
const Ready = z.object({ status: z.literal("ok"), stages: Stages }).meta({ id: "Ready" });
const Alive = z.object({ status: z.literal("ok") }).meta({ id: "Alive" });

/** Answered as long as the process can answer at all. */
export const LIVENESS_PATH = "/health/live";

const PUBLIC_QUERY = { method: "GET", access: [], kind: "query", tag: "Health" } as const;
const ADMIN_QUERY = { access: ["admin"], kind: "query", tag: "Administration" } as const;

export function operationRoutes(venue: Venue): Route[] {
  const { operations } = venue;
  return [
    defineRoute({
      ...{ ...PUBLIC_QUERY, path: "/health", summary: "How each thing is that the venue needs" },
      replies: {
        200: { description: "All is well; else 503 with the same members", schema: Health },
      },
      handle: () => {
        const health = operations.health();
        const { core, journal, clock, stages } = health;
        const isOk = [core, journal, clock, stages].every((each) => each.isOk);
        return isOk ? json({ status: "ok", ...dependencies(health) }) : unwell(health);
      },
    }),
    defineRoute({
      ...{ ...PUBLIC_QUERY, path: LIVENESS_PATH, summary: "The process answers" },
      replies: { 200: { description: "It does", schema: Alive } },
      handle: () => json({ status: "ok" }),
    }),
    defineRoute({
      ...{ ...PUBLIC_QUERY, path: "/health/ready", summary: "New orders are taken" },
      replies: {
        200: { description: "They are; else 503. A stage may be behind", schema: Ready },
      },
      handle: () => {
        const health = operations.health();
        const { stages } = dependencies(health);
        return health.isReady ? json({ status: "ok", stages }) : unwell(health);
      },
    }),
    ...adminRoutes(venue),
  ];
}

function adminRoutes({ operations }: Venue): Route[] {
  return [
    defineRoute({
      ...{ method: "GET", path: "/api/v1/admin/status", ...ADMIN_QUERY },
      summary: "Sequences, journal, snapshots",
      replies: { 200: { description: "The core at this moment", schema: Status } },
      handle: () => {
        const status = operations.status();
        return json({
          executed_sequence: status.executedSequence,
          durable_sequence: status.durableSequence,
          snapshot_sequence: status.snapshotSequence,
          unsynced_commands: status.unsyncedCommands,
          mode: status.mode,
          clock_held: status.clockHeld,
          fault: status.fault?.code ?? null,
          time_us: status.timeUs,
          journal_bytes: status.journal.bytes,
          journal_syncs: status.journal.syncs,
          snapshot_bytes: status.snapshot.bytes,
          is_snapshot_busy: status.snapshot.isBusy,
        });
      },
    }),
    defineRoute({
      ...{ method: "POST", path: "/api/v1/admin/snapshot", ...ADMIN_QUERY },
      summary: "Start a snapshot in the background; status tells when it is there",
      replies: { 200: { description: "It was asked for", schema: Accepted } },
      handle: () => {
        operations.requestSnapshot();
        return json({ accepted: true });
      },
    }),
    defineRoute({
      ...{ method: "POST", path: "/api/v1/admin/clock/confirm", ...ADMIN_QUERY },
      summary: "Accept the time that the system clock shows after a jump",
      replies: { 200: { description: "It is accepted", schema: Accepted } },
      handle: () => {
        operations.confirmClock();
        return json({ accepted: true });
      },
    }),
  ];
}

function dependencies({ core, journal, syncTimes, clock, stages, eachStage }: HealthState) {
  const each = ({ isOk, detail }: HealthState["core"]) => ({
    status: isOk ? "ok" : "failing",
    detail,
  });
  const { p50Ms = null, p99Ms = null } = syncTimes ?? {};
  const all = eachStage.map(({ name, state, lag, lagMs }) => {
    return { name, state, lag_sequences: lag, lag_ms: lagMs };
  });
  return {
    core: each(core),
    journal: { ...each(journal), sync_p50_ms: p50Ms, sync_p99_ms: p99Ms },
    clock: each(clock),
    stages: { ...each(stages), each: all },
  };
}

function unwell(health: HealthState): Refusal {
  const detail = health.isDraining ? "The venue is stopping" : "The venue does not take new orders";
  return new Refusal(RejectCode.core_unavailable, { detail, members: dependencies(health) });
}
