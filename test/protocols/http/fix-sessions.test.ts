import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { generateKeyPairSync } from "node:crypto";
import { openMarket } from "./http-venue.ts";
import type { Market, Reply } from "./http-venue.ts";

const KEYS = "/api/v1/admin/keys";
const FIX_SESSIONS = "/api/v1/admin/fix-sessions";

let market: Market;
let keyId: string;

beforeAll(async () => {
  market = await openMarket();
  const made = await send("POST", KEYS, { account: 3, permissions: ["read", "trade"] });
  keyId = String(made["key_id"]);
});
afterAll(() => market.venue.stop());

function send(method: string, path: string, body?: unknown): Promise<Reply["body"]> {
  return market.venue.get(method, path, { token: market.admin, body });
}

function refusal(method: string, path: string, body?: unknown): Promise<string> {
  return market.venue.refusal(method, path, { token: market.admin, body });
}

describe("FIX sessions", () => {
  test("are made with what is usual, or as asked, listed by CompID, and removed", async () => {
    const usual = {
      ...{ comp_id: "CLIENT1", venue_comp_id: "OPENBELL", kind: "order_entry", key_id: keyId },
      ...{ reset_on_logon: false, heartbeat_seconds_min: null, heartbeat_seconds_max: null },
      ...{ sending_time_window_ms: 5_000, timestamp_digits: 3 },
      ...{ cancel_on_disconnect: true, cancel_on_logout: true },
    };
    const asked = {
      ...{ comp_id: "A.drop-copy_1", kind: "drop_copy", key_id: keyId },
      ...{ reset_on_logon: true, heartbeat_seconds_min: 5, heartbeat_seconds_max: 30 },
      ...{ sending_time_window_ms: 120_000, timestamp_digits: 6 },
      ...{ cancel_on_disconnect: false, cancel_on_logout: false },
    };
    const first = await market.venue.ask("POST", FIX_SESSIONS, {
      token: market.admin,
      body: { comp_id: "CLIENT1", kind: "order_entry", key_id: keyId },
    });
    expect(first.status).toBe(201);
    expect(first.body).toMatchObject(usual);
    expect(await send("POST", FIX_SESSIONS, asked)).toMatchObject(asked);
    expect(await send("GET", FIX_SESSIONS)).toMatchObject({ fix_sessions: [asked, usual] });
    const path = `${FIX_SESSIONS}/A.drop-copy_1`;
    expect(await send("DELETE", path)).toEqual({ comp_id: "A.drop-copy_1", deleted: true });
    expect(await refusal("DELETE", path)).toBe("404 route_not_found");
    expect(await send("GET", FIX_SESSIONS)).toMatchObject({ fix_sessions: [usual] });
  });

  test.each<[object, string]>([
    [{ comp_id: "CLIENT1" }, "409 name_exists"],
    [{ comp_id: "CLIENT 2" }, "422 name_invalid"],
    [{ comp_id: "" }, "422 name_invalid"],
    [{ comp_id: "x".repeat(33) }, "400 malformed_request"],
    [{ kind: "sell_side" }, "400 malformed_request"],
    [{ key_id: "0".repeat(16) }, "400 malformed_request"],
    [{ timestamp_digits: 4 }, "400 malformed_request"],
    [{ heartbeat_seconds_min: 30, heartbeat_seconds_max: 5 }, "400 malformed_request"],
    [{ password: "x" }, "400 malformed_request"],
  ])("refuse %j", async (fields, expected) => {
    const body = { comp_id: "CLIENT9", kind: "order_entry", key_id: keyId, ...fields };
    expect(await refusal("POST", FIX_SESSIONS, body)).toBe(expected);
  });

  test("are an operator's business", async () => {
    const { venue, alice } = market;
    for (const method of ["GET", "POST"]) {
      const body = method === "POST" ? {} : undefined;
      const refused = await venue.refusal(method, FIX_SESSIONS, { token: alice, body });
      expect(refused).toBe("403 permission_denied");
    }
  });
});

describe("a key that signs", () => {
  test("has no secret, and is listed as what it is", async () => {
    const { publicKey } = generateKeyPairSync("ed25519");
    const pem = publicKey.export({ type: "spki", format: "pem" }).toString();
    const body = { account: 3, permissions: ["trade"], public_key: pem };
    const made = await send("POST", KEYS, body);
    expect(Object.keys(made)).toEqual(["key_id"]);
    const { keys } = await send("GET", `${KEYS}?limit=1000`);
    const listed = Array.isArray(keys) ? keys : [];
    expect(listed).toContainEqual(
      expect.objectContaining({ key_id: made["key_id"], kind: "ed25519", account: 3 }),
    );
    expect(listed).toContainEqual(expect.objectContaining({ key_id: keyId, kind: "secret" }));
  });

  test("is refused without a public half of Ed25519", async () => {
    const { publicKey } = generateKeyPairSync("x25519");
    const pem = publicKey.export({ type: "spki", format: "pem" }).toString();
    for (const text of ["", "x", pem]) {
      const body = { account: 3, permissions: ["trade"], public_key: text };
      expect(await refusal("POST", KEYS, body)).toBe("400 malformed_request");
    }
  });
});
