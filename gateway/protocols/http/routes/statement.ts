// What happened to an account's money in a day or a range, as JSON and as a table.

import type { z } from "zod";
import { RejectCode } from "../../../domain/reject.ts";
import type { Caller } from "../../../sessions/authenticator.ts";
import type { Venue } from "../../../sessions/venue.ts";
import { DAY_US } from "../../../stages/klines/interval.ts";
import {
  toStatementDocument,
  writeStatementCsv,
} from "../../../stages/settlement/statement-document.ts";
import { type FoundStatement, StatementDesk } from "../../../stages/settlement/statement-desk.ts";
import type { StatementRange } from "../../../stages/settlement/statement.ts";
import { findAccount, json } from "../answers.ts";
import { Refusal } from "../rejects.ts";
import { defineRoute } from "../route.ts";
import type { Route } from "../route.ts";
import { Statement, StatementQuery } from "../statement-schemas.ts";

const PATH = "/api/v1/accounts/{account}/statement";

const STATEMENT_QUERY = {
  method: "GET",
  access: ["read", "admin"],
  kind: "query",
  tag: "Accounts",
  params: { account: "Account id, or `me`." },
  query: StatementQuery,
} as const;

export function statementRoutes(venue: Venue): Route[] {
  const { history, reference } = venue;
  const desk = new StatementDesk(
    history,
    () => reference.currencies(),
    (instrument) => reference.listingOf(instrument)?.instrument,
  );
  return [
    defineRoute({
      ...{
        ...STATEMENT_QUERY,
        path: PATH,
        summary: "Opening, movements and closing of an account's money",
      },
      replies: { 200: { description: "The statement", schema: Statement } },
      handle: ({ caller, params, query: range }) =>
        answer(desk, caller, params["account"] ?? "", range, (found) =>
          json({
            ...toStatementDocument(found.statement, reference),
            complete_after: found.completeAfter,
            as_of_sequence: found.sequence,
          }),
        ),
    }),
    defineRoute({
      ...{ ...STATEMENT_QUERY, path: `${PATH}.csv`, summary: "The same as a table" },
      replies: { 200: { description: "Comma-separated values with a head line" } },
      handle: ({ caller, params, query: range }) =>
        answer(desk, caller, params["account"] ?? "", range, ({ statement }) => {
          const text = [...writeStatementCsv(statement, reference)].join("");
          return new Response(text, { headers: { "content-type": "text/csv; charset=utf-8" } });
        }),
    }),
  ];
}

async function answer(
  desk: StatementDesk,
  caller: Caller,
  accountText: string,
  query: z.output<typeof StatementQuery>,
  show: (found: FoundStatement) => Response,
): Promise<Response | Refusal> {
  const account = findAccount(caller, accountText);
  if (account === undefined) return new Refusal(RejectCode.account_not_found);
  const found = await desk.find(account, toRange(query));
  return found.ok ? show(found.value) : new Refusal(found.reject);
}

function toRange({ day, from_us: from = 0, to_us: to = 0 }: z.output<typeof StatementQuery>) {
  if (day === undefined) return { fromUs: from, toUs: to } satisfies StatementRange;
  const fromUs = Date.parse(`${day}T00:00:00Z`) * 1_000;
  return { fromUs, toUs: fromUs + DAY_US } satisfies StatementRange;
}
