// The operator's side of accounts, of their orders and of keys.

import type { z } from "zod";
import { Opcode, QueryKind } from "../../../domain/command.ts";
import { AccountState, accountStateNames } from "../../../domain/account.ts";
import { RejectCode } from "../../../domain/reject.ts";
import {
  parsePublicKey,
  toPermissionBits,
  toPermissionNames,
} from "../../../sessions/authenticator.ts";
import type { Venue } from "../../../sessions/venue.ts";
import {
  Accounts,
  AccountsQuery,
  CreateAccount,
  CreatedKey,
  CreateKey,
  Keys,
  KeysQuery,
  RevokedKey,
  SetAccountState,
} from "../admin-schemas.ts";
import { created, json, onAccount, toOrderReference } from "../answers.ts";
import { Refusal } from "../rejects.ts";
import { defineRoute } from "../route.ts";
import type { Route } from "../route.ts";
import { MassCancelReply, OrderReply, Orders, OrdersQuery, SymbolQuery } from "../schemas.ts";
import { ADMIN_COMMAND, administer } from "./admin-venue.ts";
import { cancelAll, cancelOrder, listOrders } from "./orders.ts";

const ACCOUNTS = "/api/v1/admin/accounts";
const KEYS = "/api/v1/admin/keys";
const ACCOUNT_PARAMETER = { account: "Account id." };
const ADMIN_QUERY = { access: ["admin"], kind: "query", tag: "Administration" } as const;

export function adminAccountRoutes(venue: Venue): Route[] {
  return [...accountRoutes(venue), ...orderRoutes(venue), ...keyRoutes(venue)];
}

function accountRoutes(venue: Venue): Route[] {
  return [
    defineRoute({
      ...{ method: "GET", path: ACCOUNTS, ...ADMIN_QUERY },
      summary: "List accounts, by id",
      query: AccountsQuery,
      replies: { 200: { description: "A page of accounts", schema: Accounts } },
      handle: ({ query }) => listAccounts(venue, query.after, query.limit),
    }),
    defineRoute({
      ...{ method: "POST", path: ACCOUNTS, ...ADMIN_COMMAND },
      summary: "Add an account",
      body: CreateAccount,
      handle: ({ caller, body }) =>
        administer(venue, caller, {
          opcode: Opcode.createAccount,
          text: body.name,
          extensionText: body.request_id,
        }),
    }),
    defineRoute({
      ...{ method: "PUT", path: `${ACCOUNTS}/{account}/state`, ...ADMIN_COMMAND },
      summary: "Suspend or reactivate an account",
      params: ACCOUNT_PARAMETER,
      body: SetAccountState,
      handle: ({ caller, params, body }) =>
        onAccount(caller, params, (account) =>
          administer(
            venue,
            caller,
            {
              opcode: Opcode.setAccountState,
              kind: AccountState[body.state],
              extensionText: body.request_id,
            },
            account,
          ),
        ),
    }),
  ];
}

async function listAccounts(venue: Venue, after: number, limit: number): Promise<Response> {
  const query = { opcode: QueryKind.accounts, orderId: after, quantity: limit };
  const answer = await venue.queries.ask(query);
  const accounts = answer.changes.flatMap((change) =>
    change.entity === "account"
      ? [
          {
            account_id: change.accountId,
            name: change.name,
            state: accountStateNames[change.state],
          },
        ]
      : [],
  );
  const lastId = accounts.length === limit ? accounts.at(-1)?.account_id : undefined;
  return json({ accounts, next_after: lastId ?? null, as_of_sequence: answer.sequence });
}

function orderRoutes(venue: Venue): Route[] {
  const path = `${ACCOUNTS}/{account}/orders`;
  const cancel = { method: "DELETE", access: ["admin"], kind: "cancel" } as const;
  return [
    defineRoute({
      ...{ method: "GET", path, ...ADMIN_QUERY },
      summary: "List orders of an account, by id",
      params: ACCOUNT_PARAMETER,
      query: OrdersQuery,
      replies: { 200: { description: "A page of orders", schema: Orders } },
      handle: ({ caller, params, query }) =>
        onAccount(caller, params, (account) => listOrders(venue, account, query)),
    }),
    defineRoute({
      ...{ ...cancel, path, tag: "Administration" },
      summary: "Cancel all orders of an account, also in halted instruments",
      params: ACCOUNT_PARAMETER,
      query: SymbolQuery,
      replies: { 200: { description: "What was cancelled", schema: MassCancelReply } },
      handle: ({ caller, params, query }) =>
        onAccount(caller, params, (account) => cancelAll(venue, caller, query.symbol, account)),
    }),
    defineRoute({
      ...{ ...cancel, path: `${path}/{order}`, tag: "Administration" },
      summary: "Cancel an order of an account, also in a halted instrument",
      params: { ...ACCOUNT_PARAMETER, order: "Order id, or `client:` and the client order id." },
      replies: { 200: { description: "The cancelled order", schema: OrderReply } },
      handle: ({ caller, params }) => {
        const order = toOrderReference(params["order"] ?? "");
        if (order === undefined) return new Refusal(RejectCode.order_not_found);
        return onAccount(caller, params, (account) => cancelOrder(venue, caller, order, account));
      },
    }),
  ];
}

function keyRoutes(venue: Venue): Route[] {
  const { authenticator } = venue;
  return [
    defineRoute({
      ...{ method: "GET", path: KEYS, ...ADMIN_QUERY },
      summary: "List keys, by id; revoked ones too",
      query: KeysQuery,
      replies: { 200: { description: "A page of keys", schema: Keys } },
      handle: ({ query }) => {
        const found = authenticator.listKeys(query.after, query.limit);
        const keys = found.map((key) => ({
          key_id: key.keyId,
          kind: key.kind,
          account: key.account,
          permissions: toPermissionNames(key.permissions),
          label: key.label,
          created_at_us: key.createdAtUs,
          revoked_at_us: key.revokedAtUs ?? null,
        }));
        const lastId = found.length === query.limit ? found.at(-1)?.keyId : undefined;
        return json({ keys, next_after: lastId ?? null });
      },
    }),
    defineRoute({
      ...{ method: "POST", path: KEYS, ...ADMIN_QUERY },
      summary: "Make a key; the secret is shown this once",
      body: CreateKey,
      replies: { 201: { description: "The key", schema: CreatedKey } },
      handle: ({ body }) => createKey(venue, body),
    }),
    defineRoute({
      ...{ method: "DELETE", path: `${KEYS}/{key}`, ...ADMIN_QUERY },
      summary: "Revoke a key, from its next call on",
      params: { key: "Key id." },
      replies: { 200: { description: "It is revoked", schema: RevokedKey } },
      handle: ({ params }) => {
        const keyId = params["key"] ?? "";
        if (!authenticator.revokeKey(keyId)) return new Refusal(RejectCode.route_not_found);
        return json({ key_id: keyId, revoked: true });
      },
    }),
  ];
}

async function createKey(
  venue: Venue,
  body: z.infer<typeof CreateKey>,
): Promise<Response | Refusal> {
  const found = await venue.queries.ask({ opcode: QueryKind.account, account: body.account });
  if (found.code !== 0) return new Refusal(found.code);
  const { account, label } = body;
  const key = { account, label, permissions: toPermissionBits(body.permissions) };
  if (body.public_key === undefined) {
    const { keyId, secret, token } = venue.authenticator.createKey(key);
    return created({ key_id: keyId, secret, token });
  }
  const publicKey = parsePublicKey(body.public_key);
  if (publicKey === undefined) {
    const errors = [{ field: "public_key", detail: "Not the public half of an Ed25519 key" }];
    return new Refusal(RejectCode.malformed_request, { errors });
  }
  return created({ key_id: venue.authenticator.createSigningKey(key, publicKey) });
}
