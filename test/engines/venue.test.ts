// The venue under initiators that nobody here wrote, each with its stock dictionary: they trade,
// are cut off and killed beneath, and miss nothing.

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { systemClock } from "../../gateway/clock.ts";
import { JsonObject } from "../recovery/json-object.ts";
import { type Market, openMarket, reconnect } from "../recovery/market.ts";
import { until } from "../support/deadline.ts";
import { makeDirectory, removeDirectories, VenueProcess } from "../support/venue-process.ts";
import { buildEngine, Engine, type EngineName, fieldOf, missingProgram } from "./engine.ts";

const BUILD_MS_MAX = 300_000;
const CLOSE_MS_MAX = 20_000;
const OWED_MS_MAX = 20_000;
const TEST_MS_MAX = 120_000;
const ENGINES: readonly EngineName[] = ["quickfixj", "quickfixgo"];
type Fields = (readonly [tag: number, value: string | number])[];

afterAll(removeDirectories);

function now(): string {
  const text = new Date(systemClock.nowUs() / 1_000).toISOString();
  return text.replaceAll("-", "").replace("T", "-").slice(0, 21);
}

function limit(
  id: string,
  side: 1 | 2,
  quantity: string,
  price: string,
  more: Fields = [],
): Fields {
  const body: Fields = [
    [11, id],
    [55, "BTC-USDT"],
    [54, side],
    [60, now()],
    [38, quantity],
  ];
  return [...body, [40, 2], [44, price], ...more];
}

/** The values of some tags, for one look; numbers without the zeros behind their point. */
function look(message: string, ...tags: number[]): (string | undefined)[] {
  return tags
    .map((tag) => fieldOf(message, tag)?.replace(/^(\d+)\.(\d*?)0*$/, "$1.$2"))
    .map((value) => value?.replace(/\.$/, ""));
}

/** A venue with a market, and what an engine logs on with. */
class Bench {
  readonly market: Market;
  venue: VenueProcess;

  private constructor(venue: VenueProcess, market: Market) {
    this.venue = venue;
    this.market = market;
  }

  static async open(): Promise<Bench> {
    const venue = await VenueProcess.start({
      flags: { "fix-port": "0", "fix-market-data-port": "0", "binary-port": "0" },
    });
    const market = await openMarket(venue);
    for (const { id } of market.traders) {
      for (const currency of ["BTC", "USDT"]) {
        const body = { request_id: `fund-${id}-${currency}`, currency, amount: "1000000" };
        await market.operator.need("POST", `/api/v1/accounts/${id}/deposits`, body);
      }
    }
    return new Bench(venue, market);
  }

  /** An engine for a trader, with a session and a key of its own. */
  async engine(
    name: EngineName,
    trader: number,
    senderCompId: string,
    options: { heartbeatSeconds?: number; kind?: string; resetsOnLogon?: boolean } = {},
  ): Promise<Engine> {
    const { operator } = this.market;
    const account = this.market.traders[trader]?.id;
    const key = { account, permissions: ["read", "trade"] };
    const token = (await operator.need("POST", "/api/v1/admin/keys", key)).text("token");
    const [, user = "", password = ""] = token.split("_");
    const { kind = "order_entry", ...engine } = options;
    const body = { comp_id: senderCompId, key_id: user, kind };
    const session = await operator.need("POST", "/api/v1/admin/fix-sessions", body);
    const targetCompId = session.text("venue_comp_id");
    const port = kind === "order_entry" ? this.venue.fixPort : this.venue.fixMarketDataPort;
    const names = { senderCompId, targetCompId, user, password };
    return new Engine(name, { ...names, port, directory: makeDirectory(), ...engine });
  }

  /** Ends the venue without warning and starts it again on the same ports. */
  async restart(): Promise<void> {
    const { fixPort, fixMarketDataPort, dataDirectory } = this.venue;
    await this.venue.kill();
    const ports = { "fix-port": `${fixPort}`, "fix-market-data-port": `${fixMarketDataPort}` };
    this.venue = await VenueProcess.start({ dataDirectory, flags: ports });
    reconnect(this.market, this.venue);
  }

  /** Waits until every session has been told, or keeps for it, what it is owed. */
  async untilAllIsOwed(): Promise<void> {
    await until(OWED_MS_MAX, "the reports", async () => {
      const health = new JsonObject(await (await fetch(`${this.venue.url}/health`)).json());
      if (!health.has("stages")) return false;
      const stages = new JsonObject(health.fields["stages"]).list("each");
      return stages.some(
        (stage) => stage.text("name") === "fix" && stage.count("lag_sequences") === 0,
      );
    });
  }

  /** Trades over HTTP, as another. */
  async trade(
    trader: number,
    side: "BUY" | "SELL",
    quantity: string,
    price: string,
  ): Promise<void> {
    const order = { symbol: "BTC-USDT", side, type: "LIMIT", quantity, price };
    await this.market.traders[trader]?.client.need("POST", "/api/v1/trading/orders", order);
  }
}

describe.each([...ENGINES])("%s", (name) => {
  const missing = missingProgram(name);
  if (missing !== undefined) process.stdout.write(`no ${missing}: ${name} is skipped\n`);
  const isThere = missing === undefined;
  let bench: Bench;

  beforeAll(async () => {
    if (!isThere) return;
    await buildEngine(name);
    bench = await Bench.open();
  }, BUILD_MS_MAX);

  afterAll(async () => {
    if (isThere) expect(await bench.venue.stop()).toBe(0);
  });

  test.if(isThere)(
    "trades: new, fill, replace, cancel",
    async () => {
      const engine = await bench.engine(name, 0, "TRADES");
      engine.start();
      await engine.next("logon");
      // New, then a fill by somebody on HTTP.
      engine.send("D", limit("buy-1", 1, "2", "100"));
      const accepted = await engine.next("from-app", "11=buy-1");
      expect(look(accepted, 35, 150, 39, 151, 14, 54, 40)).toEqual([
        "8",
        "0",
        "0",
        "2",
        "0",
        "1",
        "2",
      ]);
      await bench.trade(1, "SELL", "0.5", "100");
      const partly = await engine.next("from-app", "150=F");
      expect(look(partly, 39, 31, 32, 151, 14, 6, 851)).toEqual([
        ...["1", "100", "0.5", "1.5", "0.5", "100", "1"],
      ]);
      // Replace, then cancel.
      engine.send("G", limit("buy-2", 1, "1.2", "99", [[41, "buy-1"]]));
      const replaced = await engine.next("from-app", "150=5");
      expect(look(replaced, 11, 41, 38, 44, 151, 39)).toEqual([
        "buy-2",
        "buy-1",
        "1.2",
        "99",
        "0.7",
        "1",
      ]);
      expect(fieldOf(replaced, 37)).toBe(fieldOf(accepted, 37));
      const cancel: Fields = [
        [11, "cancel-1"],
        [41, "buy-2"],
        [55, "BTC-USDT"],
        [54, 1],
        [60, now()],
      ];
      engine.send("F", cancel);
      const cancelled = await engine.next("from-app", "150=4");
      expect(look(cancelled, 11, 41, 39, 151)).toEqual(["cancel-1", "buy-2", "4", "0"]);
      engine.send("F", [...cancel.filter(([tag]) => tag !== 11), [11, "cancel-2"]]);
      const late = await engine.next("from-app", "35=9");
      expect(look(late, 11, 41, 434, 102)).toEqual(["cancel-2", "buy-2", "1", "0"]);
      expectNoRejects(engine);
      await engine.stop();
      await engine.kill();
    },
    TEST_MS_MAX,
  );

  test.if(isThere)(
    "is refused, asks how its orders are and cancels all",
    async () => {
      const engine = await bench.engine(name, 0, "ASKS");
      engine.start();
      await engine.next("logon");
      engine.send(
        "D",
        limit("bad", 1, "1", "100").map(([tag, value]) => [tag, tag === 55 ? "NONE" : value]),
      );
      const refused = await engine.next("from-app", "11=bad");
      expect(look(refused, 150, 39, 103, 151)).toEqual(["8", "8", "1", "0"]);
      engine.send("D", limit("rich", 1, "999999999", "100"));
      expect(look(await engine.next("from-app", "11=rich"), 150, 103)).toEqual(["8", "3"]);
      // Status and mass cancel.
      engine.send("D", limit("rest-1", 1, "1", "50"));
      await engine.next("from-app", "11=rest-1");
      engine.send("D", limit("rest-2", 1, "1", "51"));
      await engine.next("from-app", "11=rest-2");
      engine.send("H", [
        [11, "rest-1"],
        [55, "BTC-USDT"],
        [54, 1],
      ]);
      expect(look(await engine.next("from-app", "150=I"), 11, 39)).toEqual(["rest-1", "0"]);
      engine.send("q", [
        [11, "mass"],
        [530, 7],
        [60, now()],
      ]);
      const both = [await engine.next("from-app", "150=4"), await engine.next("from-app", "150=4")];
      expect(both.map((each) => fieldOf(each, 39))).toEqual(["4", "4"]);
      const mass = await until(CLOSE_MS_MAX, "the report of it", () =>
        engine.events.find(({ message }) => message.includes("|35=r|")),
      );
      expect(look(mass.message, 11, 530, 531)).toEqual(["mass", "7", "7"]);
      expectNoRejects(engine);
      await engine.stop();
      await engine.kill();
    },
    TEST_MS_MAX,
  );

  test.if(isThere)(
    "gets what it missed when the venue is killed before it was told, and when it was away",
    async () => {
      const engine = await bench.engine(name, 2, "MISSES");
      engine.start();
      await engine.next("logon");
      engine.send("D", limit("kept", 1, "5", "90"));
      await engine.next("from-app", "11=kept");
      // The report is on its way to a client that does not read; then the venue dies.
      engine.freeze();
      await bench.trade(1, "SELL", "1", "90");
      await bench.restart();
      engine.thaw();
      const first = await engine.next("from-app", "150=F");
      expect(look(first, 32, 14, 11)).toEqual(["1", "1", "kept"]);
      // Away, while two more fills come, over a restart.
      await engine.stop();
      await bench.trade(1, "SELL", "2", "90");
      await bench.restart();
      await bench.trade(1, "SELL", "1", "90");
      await bench.untilAllIsOwed();
      engine.start();
      await engine.next("logon");
      const second = await engine.next("from-app", "150=F");
      const third = await engine.next("from-app", "150=F");
      expect([second, third].map((each) => look(each, 43, 32, 14))).toEqual([
        ["Y", "2", "3"],
        ["Y", "1", "4"],
      ]);
      expect(fieldOf(second, 122)).toBeDefined();
      // Each once, over all that happened.
      const fills = engine.events.filter(
        ({ kind, message }) => kind === "from-app" && message.includes("|150=F|"),
      );
      const ids = fills.map(({ message }) => fieldOf(message, 17));
      expect(new Set(ids).size).toBe(3);
      expectNoRejects(engine);
      await engine.stop();
      await engine.kill();
    },
    TEST_MS_MAX,
  );

  test.if(isThere)(
    "that hangs loses the orders that ask for it",
    async () => {
      const engine = await bench.engine(name, 3, "HANGS", { heartbeatSeconds: 1 });
      engine.start();
      await engine.next("logon");
      engine.send("D", limit("dies", 1, "1", "40"));
      await engine.next("from-app", "11=dies");
      engine.freeze();
      const { client } = bench.market.traders[3] ?? {};
      await until(CLOSE_MS_MAX, "no order is open", async () => {
        const open = await client?.need("GET", "/api/v1/trading/orders?status=open");
        return open?.list("orders").length === 0;
      });
      engine.thaw();
      const cancelled = await engine.next("from-app", "150=4");
      expect(look(cancelled, 11, 39)).toEqual(["dies", "4"]);
      await engine.kill();
    },
    TEST_MS_MAX,
  );

  test.if(isThere)(
    "follows a book on the other port",
    async () => {
      const engine = await bench.engine(name, 0, "FOLLOWS", { kind: "market_data" });
      engine.start();
      await engine.next("logon");
      const entries: Fields = [
        [267, 3],
        [269, 0],
        [269, 1],
        [269, 2],
      ];
      const symbols: Fields = [
        [146, 1],
        [55, "BTC-USDT"],
      ];
      engine.send("V", [[262, "md-1"], [263, 1], [264, 0], [265, 1], ...entries, ...symbols]);
      const snapshot = await engine.next("from-app", "35=W");
      expect(look(snapshot, 262, 55)).toEqual(["md-1", "BTC-USDT"]);
      await bench.trade(1, "SELL", "3", "120");
      const update = await engine.next("from-app", "35=X");
      expect(look(update, 262, 279, 269, 270, 271)).toEqual(["md-1", "0", "1", "120", "3"]);
      await bench.trade(0, "BUY", "3", "120");
      await engine.next("from-app", "269=2");
      expectNoRejects(engine);
      await engine.stop();
      await engine.kill();
    },
    TEST_MS_MAX,
  );
});

/** A session Reject would mean that one side disliked a message of the other. */
function expectNoRejects(engine: Engine): void {
  const rejects = engine.events.filter(({ message }) => /\|35=[3j]\|/.test(message));
  expect(rejects).toEqual([]);
}
