// What happened to an account's money in a day or a range, as JSON and as a table.

import type { z } from "zod";
import { QueryKind } from "../../../domain/command.ts";
import { accept, refuse, RejectCode } from "../../../domain/reject.ts";
import { toAmount } from "../../../domain/units.ts";
import type { Caller } from "../../../sessions/authenticator.ts";
import type { Venue } from "../../../sessions/venue.ts";
import { DAY_US } from "../../../stages/klines/interval.ts";
import {
  toStatementDocument,
  writeStatementCsv,
} from "../../../stages/settlement/statement-document.ts";
import {
  type FoundStatement,
  StatementDesk,
  type StatementSource,
} from "../../../stages/settlement/statement-desk.ts";
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
  const { reference } = venue;
  const findTerms = (id: number) => reference.listingOf(id)?.instrument;
  const desk = new StatementDesk(toSource(venue), findTerms);
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
  if (!found.ok) return new Refusal(found.reject);
  if (found.value.kind === "statement") return show(found.value);
  const members = { available_from_us: found.value.availableFromUs };
  return new Refusal(RejectCode.statement_not_available, { members });
}

function toSource({ history, queries }: Venue): StatementSource {
  return {
    ownTrades: (...asked) => history.ownTrades(...asked),
    balanceChanges: (...asked) => history.balanceChanges(...asked),
    balancesAt: (...asked) => history.balancesAt(...asked),
    async balancesNow(account) {
      const { code, sequence, changes } = await queries.ask({
        ...{ opcode: QueryKind.balances, account },
      });
      if (code !== 0) return refuse(code);
      const totals = changes.flatMap((change) => {
        if (change.entity !== "balance") return [];
        const { currency, availableAfter, frozenAfter } = change;
        return [{ currency, amount: toAmount(availableAfter + frozenAfter) }];
      });
      return accept({ sequence, totals });
    },
  };
}

function toRange({ day, from_us: from = 0, to_us: to = 0 }: z.output<typeof StatementQuery>) {
  if (day === undefined) return { fromUs: from, toUs: to } satisfies StatementRange;
  const fromUs = Date.parse(`${day}T00:00:00Z`) * 1_000;
  return { fromUs, toUs: fromUs + DAY_US } satisfies StatementRange;
}
