// The two ports as an operator opens them: who gets in, who is put out, what is kept and what is
// told.

import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { closeSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, openSync } from "node:fs";
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { generateKeyPairSync, sign } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../../gateway/clock.ts";
import { loadConfig } from "../../../gateway/config.ts";
import { Log } from "../../../gateway/log.ts";
import { Metrics } from "../../../gateway/metrics.ts";
import { FixServer } from "../../../gateway/protocols/fix/server.ts";
import { until } from "../../support/deadline.ts";
import { type FixFields, FixSocketClient } from "../../support/fix-socket-client.ts";
import { TLS_CERTIFICATE, TLS_KEY } from "../../support/tls-identity.ts";
import { HttpVenue, limitOrder, type Market, openMarket, SYMBOL } from "../http/http-venue.ts";

/** Longer than the waits of these tests, which say what did not come. */
setDefaultTimeout(30_000);

const ADMIN = "/api/v1/admin";
const ORDERS = "/api/v1/trading/orders";
const LOGON = "35=A|98=0|108=30";

let directory: string;
let market: Market;
let logLines: string[];

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), "openbell-fix-"));
  logLines = [];
  market = await open();
});
afterEach(async () => {
  await market.venue.stop();
  rmSync(directory, { recursive: true });
});

function open(flags: Readonly<Record<string, string>> = {}): Promise<Market> {
  return openMarket({ withFix: true, directory, logLines, flags });
}

/** Starts the venue anew. */
async function reopen(flags: Readonly<Record<string, string>>): Promise<void> {
  await market.venue.stop();
  rmSync(directory, { recursive: true });
  market = await open(flags);
}

function keyIdOf(token: string): string {
  return token.split("_")[1] ?? "";
}

async function register(compId: string, kind: string, token = market.alice): Promise<void> {
  const body = { comp_id: compId, kind, key_id: keyIdOf(token) };
  await market.venue.get("POST", `${ADMIN}/fix-sessions`, { token: market.admin, body });
}

function connect(compId: string, port: "orders" | "data", more: { sequence?: number } = {}) {
  const { fix } = market.venue;
  const address = port === "orders" ? fix.address : fix.marketDataAddress;
  return FixSocketClient.connect({ address, compId, ...more });
}

/** Everything that was executed has been told to whom it is owed. */
async function untilStagesAreThere(): Promise<void> {
  const { stages } = market.venue.venueStages;
  await until(10_000, "the stages", () => stages.status().every(({ lag }) => lag === 0));
}

/** What a client is told until its connection ends. */
async function untilClosed(client: FixSocketClient): Promise<readonly string[]> {
  await client.untilClosed();
  return client.lines;
}

const NEW_ORDER: FixFields = [
  [11, "o1"],
  [38, "1"],
  [40, 2],
  [44, "100"],
  [54, 1],
  [55, SYMBOL],
  [60, "20261121-12:00:00"],
];

describe("who gets in", () => {
  test("is a session on the port of its kind, and on no other", async () => {
    await register("CLIENT1", "order_entry");
    await register("COPY1", "drop_copy");
    await register("DATA1", "market_data");
    for (const [compId, port] of [
      ["CLIENT1", "orders"],
      ["COPY1", "data"],
      ["DATA1", "data"],
    ] as const) {
      using client = await connect(compId, port);
      expect(await client.logOn(market.alice)).toBe(LOGON);
      using stranger = await connect(compId, port === "orders" ? "data" : "orders");
      stranger.send("A", []);
      expect(await untilClosed(stranger)).toEqual([]);
    }
    using stranger = await connect("CLIENT9", "orders");
    stranger.send("A", []);
    expect(await untilClosed(stranger)).toEqual([]);
  });

  test("is told what is wrong with its credentials, but not which part", async () => {
    await register("CLIENT1", "order_entry");
    using client = await connect("CLIENT1", "orders");
    expect(await client.logOn(market.bob)).toBe("35=5|58=Credentials are not valid");
    await client.untilClosed();
  });

  test("signs its Logon with a key whose public half the venue has", async () => {
    const pair = generateKeyPairSync("ed25519");
    const public_key = pair.publicKey.export({ type: "spki", format: "pem" }).toString();
    const body = { account: 3, permissions: ["trade"], public_key };
    const made = await market.venue.get("POST", `${ADMIN}/keys`, { token: market.admin, body });
    const keyId = String(made["key_id"]);
    await register("SIGNER", "order_entry", `ob_${keyId}_`);
    using client = await connect("SIGNER", "orders");
    client.sendSigned(
      "A",
      [
        [98, 0],
        [108, 30],
      ],
      (payload) => {
        const signature = sign(null, payload, pair.privateKey).toString("base64");
        return [
          [95, signature.length],
          [96, signature],
          [553, keyId],
        ];
      },
    );
    expect(await client.next()).toBe(LOGON);
  });

  test("asks for a heartbeat within the bounds of the venue, or of its session", async () => {
    await reopen({ "fix-heartbeat-seconds-min": "10", "fix-heartbeat-seconds-max": "20" });
    await register("CLIENT1", "order_entry");
    using client = await connect("CLIENT1", "orders");
    expect(await client.logOn(market.alice)).toBe("35=5|58=HeartBtInt must be 10 to 20");
    const own = { comp_id: "CLIENT2", kind: "order_entry", key_id: keyIdOf(market.alice) };
    const body = { ...own, heartbeat_seconds_max: 30 };
    await market.venue.get("POST", `${ADMIN}/fix-sessions`, { token: market.admin, body });
    using other = await connect("CLIENT2", "orders");
    expect(await other.logOn(market.alice)).toBe(LOGON);
  });

  test("is one of so many of its address", async () => {
    await reopen({ "fix-connections-max-per-address": "2" });
    await register("CLIENT1", "order_entry");
    using first = await connect("CLIENT1", "orders");
    using second = await connect("CLIENT1", "orders");
    using third = await connect("CLIENT1", "orders");
    await third.untilClosed();
    expect(await first.logOn(market.alice)).toBe(LOGON);
    expect(second.isClosed).toBe(false);
  });
});

describe("who is put out", () => {
  test("is the sessions of a key that is revoked", async () => {
    await register("CLIENT1", "order_entry");
    await register("CLIENT2", "order_entry", market.bob);
    using client = await connect("CLIENT1", "orders");
    using other = await connect("CLIENT2", "orders");
    await client.logOn(market.alice);
    await other.logOn(market.bob);
    const path = `${ADMIN}/keys/${keyIdOf(market.alice)}`;
    await market.venue.get("DELETE", path, { token: market.admin });
    expect(await client.next()).toBe("35=5|58=Key was revoked");
    using again = await connect("CLIENT1", "orders", { sequence: client.sequence });
    again.send("A", []);
    await again.untilClosed();
    other.send("1", [[112, "there"]]);
    expect(await other.next()).toBe("35=0|112=there");
  });

  test("is a session that is removed: who gets its CompID next gets nothing of it", async () => {
    await register("CLIENT1", "order_entry");
    using client = await connect("CLIENT1", "orders");
    await client.logOn(market.alice);
    client.send("D", NEW_ORDER);
    expect(await client.next()).toContain("|11=o1|");
    expect(readdirSync(join(directory, "fix"))).not.toEqual([]);
    const path = `${ADMIN}/fix-sessions/CLIENT1`;
    await market.venue.get("DELETE", path, { token: market.admin });
    expect(await client.next()).toBe("35=5|58=Session was removed");
    await client.untilClosed();
    expect(readdirSync(join(directory, "fix"))).toEqual([]);
    using stranger = await connect("CLIENT1", "orders");
    stranger.send("A", []);
    expect(await untilClosed(stranger)).toEqual([]);
    await register("CLIENT1", "order_entry", market.bob);
    using next = await connect("CLIENT1", "orders");
    expect(await next.logOn(market.bob)).toBe(LOGON);
    next.send("2", [
      [7, 1],
      [16, 0],
    ]);
    expect(await next.next()).toMatch(/^35=4\|43=Y\|122=[^|]+\|36=2\|123=Y$/);
  });

  test("is everybody when the venue stops, and is told before", async () => {
    await register("CLIENT1", "order_entry");
    using client = await connect("CLIENT1", "orders");
    await client.logOn(market.alice);
    const draining = market.venue.fix.drain();
    const news = "148=The venue stops|33=1|58=Log on again when it is back";
    expect(await client.next()).toBe(`35=B|${news}`);
    expect(await client.next()).toBe("35=5|58=The venue stops");
    client.send("5");
    await draining;
    await client.untilClosed();
    await expect(connect("CLIENT1", "orders")).rejects.toThrow();
  });
});

describe("what happens to an account", () => {
  test("is told to its drop copy, whoever caused it, and nothing is entered there", async () => {
    await register("COPY1", "drop_copy");
    using copy = await connect("COPY1", "data");
    expect(await copy.logOn(market.alice, [[9406, "Y"]])).toBe(LOGON);
    const body = { ...limitOrder("BUY", "99", "1"), client_order_id: "over-http" };
    await market.venue.get("POST", ORDERS, { token: market.alice, body });
    expect(await copy.next()).toContain("|11=over-http|");
    copy.send("D", NEW_ORDER);
    expect(await copy.next()).toContain("|372=D|379=o1|380=6");
  });

  test("is sent to who was away, also when the venue was", async () => {
    await register("CLIENT1", "order_entry");
    const { alice } = market;
    {
      using client = await connect("CLIENT1", "orders");
      await client.logOn(alice, [[8674, 1]]);
      client.send("D", NEW_ORDER);
      expect(await client.next()).toContain("|39=0|");
      client.send("5");
      expect(await client.next()).toBe("35=5");
    }
    const sell = { token: market.bob, body: limitOrder("SELL", "100", "1") };
    await market.venue.get("POST", ORDERS, sell);
    await market.venue.stop();
    const venue = new HttpVenue({ withFix: true, directory, logLines });
    market = { ...market, venue };
    using client = await connect("CLIENT1", "orders", { sequence: 4 });
    expect(await client.logOn(alice)).toBe(LOGON);
    client.send("2", [
      [7, 4],
      [16, 0],
    ]);
    const filled = await client.next();
    expect(filled).toStartWith("35=8|43=Y|");
    expect(filled).toContain("|11=o1|");
    expect(filled).toContain("|39=2|");
  });
});

test("what becomes known after the ports are closed is told at the next start", async () => {
  await register("CLIENT1", "order_entry");
  const { alice } = market;
  {
    using client = await connect("CLIENT1", "orders");
    await client.logOn(alice);
    client.send("5");
    await client.untilClosed();
  }
  await market.venue.fix.stop();
  // They get the numbers that the stores' files had.
  const paths = Array.from({ length: 8 }, (_, index) => join(directory, `other-${index}`));
  const files = paths.map((path) => openSync(path, "a+"));
  const body = { ...limitOrder("BUY", "99", "1"), client_order_id: "late" };
  await market.venue.get("POST", ORDERS, { token: alice, body });
  await untilStagesAreThere();
  for (const file of files) closeSync(file);
  expect(paths.map((path) => statSync(path).size)).toEqual(paths.map(() => 0));
  await market.venue.stop();
  market = { ...market, venue: new HttpVenue({ withFix: true, directory, logLines }) };
  await untilStagesAreThere();
  using client = await connect("CLIENT1", "orders", { sequence: 3 });
  expect(await client.logOn(alice)).toBe(LOGON);
  client.send("2", [
    [7, 3],
    [16, 0],
  ]);
  expect(await client.next()).toMatch(/^35=8\|43=Y\|.*\|11=late\|/);
});

test("a store of another session keeps out that one alone", async () => {
  for (const compId of ["CLIENT1", "CLIENT2"]) await register(compId, "order_entry");
  const { alice } = market;
  await market.venue.stop();
  const folder = join(directory, "fix");
  for (const file of readdirSync(folder)) {
    const foreign = file.replace("CLIENT1", "CLIENT2");
    if (foreign !== file) copyFileSync(join(folder, file), join(folder, foreign));
  }
  market = { ...market, venue: new HttpVenue({ withFix: true, directory, logLines }) };
  using client = await connect("CLIENT1", "orders");
  expect(await client.logOn(alice)).toBe(LOGON);
  using stranger = await connect("CLIENT2", "orders");
  stranger.send("A", []);
  expect(await untilClosed(stranger)).toEqual([]);
  const said = await until(10_000, "the log", () => {
    return logLines.join("").match(/event=fix_store_unreadable client=CLIENT2 .*/g) ?? undefined;
  });
  expect(said).toHaveLength(1);
  expect(said[0]).toContain("is of another session");
});

test("a session whose store cannot be made yet is there when it can", async () => {
  const folder = join(directory, "fix");
  const taken = join(folder, "FIX.4.4,OPENBELL,LATE.1");
  mkdirSync(taken, { recursive: true });
  await register("LATE", "order_entry");
  {
    using stranger = await connect("LATE", "orders");
    stranger.send("A", []);
    expect(await untilClosed(stranger)).toEqual([]);
  }
  rmSync(taken, { recursive: true });
  await until(10_000, "its store", () => existsSync(taken));
  using client = await connect("LATE", "orders");
  expect(await client.logOn(market.alice)).toBe(LOGON);
});

describe("TLS", () => {
  test("carries both ports when there is a certificate; nothing is spoken in clear", async () => {
    const folder = mkdtempSync(join(tmpdir(), "openbell-fix-tls-"));
    const [certificate, key] = [join(folder, "chain.pem"), join(folder, "key.pem")];
    writeFileSync(certificate, TLS_CERTIFICATE);
    writeFileSync(key, TLS_KEY);
    await reopen({ "fix-tls-certificate": certificate, "fix-tls-key": key });
    await register("CLIENT1", "order_entry");
    const { address } = market.venue.fix;
    using client = await FixSocketClient.connect({ address, compId: "CLIENT1", isTls: true });
    expect(await client.logOn(market.alice)).toBe(LOGON);
    using clear = await connect("CLIENT1", "orders");
    clear.send("A", []);
    await clear.untilClosed();
    expect(clear.lines.filter((line) => line.startsWith("35="))).toEqual([]);
    rmSync(folder, { recursive: true });
  });

  test.each([
    ["files", () => ["/nowhere/chain.pem", "/nowhere/key.pem"]],
    ["what is in them", (path: string) => [path, path]],
    ["the certificate's own key", (path: string) => [path, keyFile(path)]],
  ])("is not begun without %s", (what, toPaths) => {
    const path = join(directory, "chain.pem");
    writeFileSync(path, what === "what is in them" ? "x" : TLS_CERTIFICATE);
    const [certificate = "", key = ""] = toPaths(path);
    const flags = { "fix-tls-certificate": certificate, "fix-tls-key": key };
    const config = loadConfig({ environment: {}, flags: new Map(Object.entries(flags)) });
    const parts = {
      clock: systemClock,
      log: new Log("error", systemClock),
      metrics: new Metrics(),
    };
    const { venue } = market.venue;
    expect(() => new FixServer({ ...parts, venue, config, directory })).toThrow(
      expect.objectContaining({ code: "tls_unreadable" }),
    );
  });
});

/** Writes a key beside a certificate that is not its own. */
function keyFile(path: string): string {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  writeFileSync(`${path}.key`, privateKey.export({ type: "pkcs8", format: "pem" }));
  return `${path}.key`;
}

test("a request for market data takes from its key's bucket for each instrument", async () => {
  await register("DATA1", "market_data", market.bob);
  const { authenticator } = market.venue.venue;
  const caller = authenticator.authenticateToken(market.bob);
  using client = await connect("DATA1", "data");
  await client.logOn(market.bob);
  // As if it had been emptied a minute later: nothing flows in while the test runs.
  const laterUs = authenticator.nowUs() + 60_000_000;
  while (caller?.requests.take(laterUs) === true);
  client.send("V", [
    ...([
      [262, "v"],
      [263, 0],
      [264, 1],
      [267, 1],
      [269, 0],
    ] as const),
    ...([
      [146, 1],
      [55, SYMBOL],
    ] as const),
  ]);
  expect(await client.next()).toBe("35=Y|58=Rate limit exceeded|262=v|281=2");
  client.send("x", [
    [320, "x"],
    [559, 4],
  ]);
  expect(await client.next()).toBe("35=j|45=3|58=Rate limit exceeded|372=x|379=x|380=0");
});

test("nothing of a credential is in the log or in what is kept", async () => {
  await register("CLIENT1", "order_entry");
  using wrong = await connect("CLIENT1", "orders");
  await wrong.logOn("ob_x_hunter2");
  await wrong.untilClosed();
  using client = await connect("CLIENT1", "orders");
  await client.logOn(market.alice);
  client.send("D", NEW_ORDER);
  await client.next();
  client.send("5");
  await client.untilClosed();
  await until(5_000, "the log", () => logLines.some((line) => line.includes("fix_logout")));
  await market.venue.fix.stop();
  const secret = market.alice.split("_")[2] ?? "";
  const folder = join(directory, "fix");
  expect(existsSync(folder)).toBe(true);
  const kept = readdirSync(folder).map((name) => readFileSync(join(folder, name), "latin1"));
  expect(kept.join("")).toContain("11=o1");
  for (const text of [...kept, ...logLines]) {
    expect(text).not.toContain(secret);
    expect(text).not.toContain("hunter2");
  }
});

test("sessions are shown, connections and Logons counted", async () => {
  await register("CLIENT1", "order_entry");
  using wrong = await connect("CLIENT1", "orders");
  await wrong.logOn(market.bob);
  await wrong.untilClosed();
  using client = await connect("CLIENT1", "orders");
  await client.logOn(market.alice);
  client.send("D", NEW_ORDER);
  await client.next();
  const isCounted = (line: string): boolean =>
    market.venue.metrics.expose().split("\n").includes(line);
  const one = 'openbell_fix_connections{port="order_entry"} 1';
  await until(5_000, "the end of the other connection", () => isCounted(one));
  for (const line of [
    'openbell_fix_sessions{kind="order_entry"} 1',
    'openbell_fix_logons_total{verdict="refused"} 1',
    'openbell_fix_logons_total{verdict="accepted"} 1',
    'openbell_fix_messages_total{msg_type="D"} 1',
  ]) {
    expect([line, isCounted(line)]).toEqual([line, true]);
  }
  const listed = (): Promise<unknown> =>
    market.venue.get("GET", `${ADMIN}/fix-sessions`, { token: market.admin });
  expect(await listed()).toMatchObject({ fix_sessions: [{ is_logged_on: true }] });
  client.send("5");
  await client.untilClosed();
  expect(await listed()).toMatchObject({ fix_sessions: [{ is_logged_on: false }] });
  expect(market.venue.metrics.expose()).toContain('openbell_fix_logouts_total{cause="logout"} 1');
});
