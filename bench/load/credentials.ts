// Who the sessions of a load are: given in a file, or made by an admin for this load alone.

import { readFileSync } from "node:fs";
import { VenueClient } from "../../gateway/commands/venue-client.ts";
import { toMeasured } from "../processes.ts";
import type { Credential } from "./connection.ts";
import type { Market } from "./market.ts";
import { type LoadOptions, UsageError } from "./options.ts";

/** Calls of the admin at once: a key's rate has a bound. */
const AT_ONCE = 8;

/** Sessions, and how to take back what was made for them. */
export interface Sessions {
  readonly credentials: readonly Credential[];
  remove(): Promise<void>;
}

/** `openOrders`: what a session may have open at a time, which its account is funded for. */
export function openSessions(
  options: LoadOptions,
  market: Market,
  run: string,
  openOrders: number,
): Promise<Sessions> {
  const { credentials } = options;
  if (credentials === "") return makeSessions(options, market, run, openOrders);
  return Promise.resolve({ credentials: readFile(options), remove: () => Promise.resolve() });
}

/** Errors: throws `UsageError` when there are too few lines. */
function readFile({ credentials: path, sessions, protocol }: LoadOptions): Credential[] {
  const lines = readFileSync(path, "utf8")
    .split("\n")
    .filter((line) => line.trim() !== "");
  if (lines.length < sessions) {
    throw new UsageError(`${path} has ${lines.length} lines for ${sessions} sessions`);
  }
  return lines.slice(0, sessions).map((line) => {
    const [token = "", compId = ""] = line.trim().split(/\s+/);
    if (protocol !== "http" && compId === "") throw new UsageError(`${path}: a line has no name`);
    return { token, compId };
  });
}

/** Accounts stay, empty of orders: the ledger forgets nobody. Keys and FIX sessions go. */
async function makeSessions(
  { url, key, sessions, protocol }: LoadOptions,
  market: Market,
  run: string,
  openOrders: number,
): Promise<Sessions> {
  const admin = new VenueClient(url, key);
  const call = async (method: string, path: string, body?: object) =>
    toMeasured(await admin.call(method, `/api/v1${path}`, body));
  const { base, quote } = market.fundsFor(openOrders);
  const made: { credential: Credential; account: number; keyId: string }[] = [];
  const make = async (index: number): Promise<void> => {
    const name = `load-${run}-${index + 1}`;
    const account = Number((await call("POST", "/admin/accounts", { name }))["id"]);
    for (const [currency, amount] of [
      [market.baseCurrency, base],
      [market.quoteCurrency, quote],
    ]) {
      const deposit = { request_id: `${name}-${currency}`, currency, amount };
      await call("POST", `/accounts/${account}/deposits`, deposit);
    }
    const grant = { account, permissions: ["read", "trade"], label: name };
    const token = String((await call("POST", "/admin/keys", grant))["token"]);
    const keyId = token.split("_")[1] ?? "";
    if (protocol === "fix") {
      const session = { comp_id: name, key_id: keyId, kind: "order_entry" };
      await call("POST", "/admin/fix-sessions", session);
    }
    made.push({ credential: { token, compId: name }, account, keyId });
  };
  const remove = async (): Promise<void> => {
    for (const { credential, account, keyId } of made) {
      if (protocol === "fix") await call("DELETE", `/admin/fix-sessions/${credential.compId}`);
      await cancelAll(call, account);
      await call("DELETE", `/admin/keys/${keyId}`);
    }
  };
  try {
    for (let first = 0; first < sessions; first += AT_ONCE) {
      const count = Math.min(AT_ONCE, sessions - first);
      await Promise.all(Array.from({ length: count }, (_, index) => make(first + index)));
    }
  } catch (error) {
    await remove();
    throw error;
  }
  return { credentials: made.map(({ credential }) => credential), remove };
}

type Call = (method: string, path: string) => Promise<Record<string, unknown>>;

/** A mass cancel takes a bounded number of orders at a time. */
async function cancelAll(call: Call, account: number): Promise<void> {
  let hasMore = true;
  while (hasMore) {
    const done = await call("DELETE", `/admin/accounts/${account}/orders`);
    hasMore = done["has_more"] === true;
  }
}
