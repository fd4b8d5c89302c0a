// The change log in public form, one entry a line, for operators who feed other systems.

import { z } from "zod";
import { toChangeEntries } from "../../../change-json/change-entries.ts";
import { toSettlementEntries } from "../../../change-json/derived-entries.ts";
import { SEED_LOGS, toSeedMessages } from "../../../change-json/seed-logs.ts";
import type { Transaction } from "../../../domain/change.ts";
import type { Venue } from "../../../sessions/venue.ts";
import { toSettlementEvents } from "../../../stages/settlement/settlement-event.ts";
import { Refusal } from "../rejects.ts";
import { defineRoute } from "../route.ts";
import type { Route } from "../route.ts";
import { queryInteger } from "../schemas.ts";

/** Without bars: they are made of all trades since the venue began, not of what follows. */
const LOGS = SEED_LOGS.map(({ name }) => name).filter((name) => name !== "KLineChangeLog");

const ChangesQuery = z.strictObject({
  after: queryInteger(0, Number.MAX_SAFE_INTEGER)
    .default(0)
    .describe("Last sequence that is not wanted."),
  log: z
    .enum(LOGS)
    .optional()
    .describe("Messages of one log, as `{log, key, value}`; else all entries as they are."),
});

export function changeRoutes(venue: Venue): Route[] {
  return [
    defineRoute({
      ...{ method: "GET", path: "/api/v1/admin/changes", access: ["admin"], kind: "query" },
      ...{ tag: "Administration", summary: "The change log, up to what is durable now" },
      query: ChangesQuery,
      replies: { 200: { description: "JSON lines; docs/change-log.md says what is in them" } },
      handle: async ({ query }) => {
        const opened = await venue.changes.open(query.after);
        if (!opened.ok) return new Refusal(opened.reject);
        const lines = toLines(venue, opened.value, query.log);
        return new Response(toStream(lines), {
          headers: { "content-type": "application/x-ndjson", "cache-control": "no-store" },
        });
      },
    }),
  ];
}

async function* toLines(
  { reference }: Venue,
  pieces: AsyncGenerator<readonly Transaction[], void>,
  log: string | undefined,
): AsyncGenerator<string, void> {
  for await (const transactions of pieces) {
    const entries = transactions.flatMap((transaction) => [
      ...toChangeEntries(transaction, reference),
      ...toSettlementEntries(
        toSettlementEvents(transaction, (id) => reference.listingOf(id)?.instrument),
        reference,
      ),
    ]);
    const values =
      log === undefined
        ? entries.map(({ entry }) => entry)
        : toSeedMessages(entries).filter((message) => message.log === log);
    if (values.length > 0) yield `${values.map((value) => JSON.stringify(value)).join("\n")}\n`;
  }
}

/** A reader that is slow or leaves ends or holds what it reads from. */
function toStream(lines: AsyncGenerator<string, void>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await lines.next();
      if (done === true) controller.close();
      else controller.enqueue(encoder.encode(value));
    },
    async cancel() {
      await lines.return();
    },
  });
}
