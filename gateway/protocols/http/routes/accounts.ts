// Balances and movements of money. Deposits come from outside and need an operator; who owns the
// account withdraws and transfers.

import type { z } from "zod";
import type { Transaction } from "../../../domain/change.ts";
import { Opcode, QueryKind } from "../../../domain/command.ts";
import { accountStateNames } from "../../../domain/account.ts";
import type { BalanceUpdate } from "../../../domain/account.ts";
import { formatAmount, parseAmount } from "../../../domain/decimal.ts";
import { accept, acceptAll, refuse, RejectCode } from "../../../domain/reject.ts";
import { CURRENCY_SCALE_MAX, toAmount } from "../../../domain/units.ts";
import { isAllowed } from "../../../sessions/authenticator.ts";
import type { Caller, PermissionName } from "../../../sessions/authenticator.ts";
import type { Venue } from "../../../sessions/venue.ts";
import { enter, findAccount, json, onAccount, parseRequestId, toOtherAccount } from "../answers.ts";
import { Refusal } from "../rejects.ts";
import { defineRoute } from "../route.ts";
import type { Answer, Route } from "../route.ts";
import { Account, LedgerMove, LedgerReply, Transfer } from "../schemas.ts";

const PATH = "/api/v1/accounts/{account}";
const ACCOUNT_PARAMETER = { account: "Account id, or `me`." };
const UNKNOWN_ACCOUNT = new Refusal(RejectCode.account_not_found);

export function accountRoutes(venue: Venue): Route[] {
  const move = { kind: "command", tag: "Accounts", params: ACCOUNT_PARAMETER } as const;
  const replies = { 200: { description: "The balance after the move", schema: LedgerReply } };
  const owner: readonly PermissionName[] = ["transfer", "admin"];
  return [
    defineRoute({
      method: "GET",
      path: PATH,
      access: ["read", "admin"],
      kind: "query",
      tag: "Accounts",
      summary: "An account and its balances",
      params: ACCOUNT_PARAMETER,
      replies: { 200: { description: "The account", schema: Account } },
      handle: ({ caller, params }) =>
        onAccount(caller, params, (account) => showAccount(venue, account)),
    }),
    defineRoute({
      ...{ method: "POST", path: `${PATH}/deposits`, access: ["admin"], ...move, replies },
      summary: "Deposit: from outside to the account",
      body: LedgerMove,
      handle: ({ caller, params, body }) =>
        moveAmount(venue, caller, params["account"] ?? "", Opcode.deposit, body),
    }),
    defineRoute({
      ...{ method: "POST", path: `${PATH}/withdrawals`, access: owner, ...move, replies },
      summary: "Withdraw: from the account to outside",
      body: LedgerMove,
      handle: ({ caller, params, body }) =>
        moveAmount(venue, caller, params["account"] ?? "", Opcode.withdraw, body),
    }),
    defineRoute({
      ...{ method: "POST", path: `${PATH}/transfers`, access: owner, ...move, replies },
      summary: "Transfer to another account of the venue",
      body: Transfer,
      handle: ({ caller, params, body }) =>
        moveAmount(venue, caller, params["account"] ?? "", Opcode.transfer, body, body.to_account),
    }),
  ];
}

/** Shows an account with its balances. */
export async function showAccount(venue: Venue, account: number): Promise<Response | Refusal> {
  const [found, balances] = await venue.queries.askAll([
    { opcode: QueryKind.account, account },
    { opcode: QueryKind.balances, account },
  ]);
  if (found.code !== 0) return new Refusal(found.code);
  const [image] = found.changes;
  if (image?.entity !== "account") return UNKNOWN_ACCOUNT;
  return json({
    account_id: image.accountId,
    name: image.name,
    state: accountStateNames[image.state],
    balances: balances.changes.flatMap((change) =>
      change.entity === "balance" ? [fromBalance(venue, change)] : [],
    ),
    as_of_sequence: found.sequence,
  });
}

/** A balance as it is after the change. */
export function fromBalance({ reference }: Pick<Venue, "reference">, balance: BalanceUpdate) {
  const currency = reference.currencyOf(balance.currency);
  if (currency === undefined) throw new Error(`currency ${balance.currency} is not known`);
  const { availableAfter, frozenAfter } = balance;
  return {
    currency: currency.code,
    available: formatAmount(availableAfter, currency.scale),
    frozen: formatAmount(frozenAfter, currency.scale),
    total: formatAmount(toAmount(availableAfter + frozenAfter), currency.scale),
  };
}

type LedgerOpcode = typeof Opcode.deposit | typeof Opcode.withdraw | typeof Opcode.transfer;

function moveAmount(
  venue: Venue,
  caller: Caller,
  path: string,
  opcode: LedgerOpcode,
  body: z.output<typeof LedgerMove>,
  toAccount?: number,
): Answer {
  const account = findAccount(caller, path);
  if (account === undefined) return UNKNOWN_ACCOUNT;
  const currency = venue.reference.findCurrency(body.currency);
  const read = acceptAll(
    currency === undefined ? refuse(RejectCode.currency_not_found) : accept(currency.currencyId),
    // Of an unknown currency only that the number is none can come first.
    parseAmount(body.amount, currency?.scale ?? CURRENCY_SCALE_MAX),
    parseRequestId(body.request_id),
  );
  if (!read.ok) return new Refusal(read.reject);
  const [instrument, amount, text] = read.value;
  const command = { opcode, instrument, amount, orderId: toAccount, text };
  // A deposit is the operator's act, also on the operator's own account.
  const isOperator = opcode === Opcode.deposit || !isAllowed(caller, "transfer");
  const other = isOperator ? account : toOtherAccount(caller, account);
  const toAnswer = (transaction: Transaction) => {
    const balance = transaction.changes.find(
      (change) => change.entity === "balance" && change.account === account,
    );
    return json({
      balance: balance?.entity === "balance" ? fromBalance(venue, balance) : null,
      duplicate: transaction.isDuplicate,
      sequence: transaction.sequence,
    });
  };
  return enter(venue, caller, command, toAnswer, other);
}
