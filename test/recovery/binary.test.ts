// Clients of the binary port trade, are cut off and have the venue killed beneath them, again and
// again. Each comes back for what it missed: nothing is missing, nothing comes twice, and all of it
// is what the change log says.
//
// Longer runs: `BINARY_KILLS=20 BINARY_SEED=7 bun test test/recovery/binary.test.ts`

import { afterAll, expect, test } from "bun:test";
import { Random } from "../../gateway/demo/random.ts";
import { until } from "../support/deadline.ts";
import { BinaryClient } from "../support/binary-client.ts";
import { queryBalances } from "../support/binary-frames.ts";
import { removeDirectories, VenueProcess } from "../support/venue-process.ts";
import { BinaryModel, toLines } from "./binary-model.ts";
import { BinaryTrader, type TraderOptions } from "./binary-trader.ts";
import { type Market, MARKET_FLAGS, openMarket } from "./market.ts";

const KILLS = Number(process.env["BINARY_KILLS"] ?? 3);
const SEED = Number(process.env["BINARY_SEED"] ?? 1);
/** Messages of all between two kills. */
const MESSAGES_PER_ROUND = 1_500;
const WAIT_MS_MAX = 60_000;
const FLAGS = { ...MARKET_FLAGS, durability: "fsync" };

afterAll(removeDirectories);

/** Six streams of four accounts. */
async function makeTraders({ operator, traders }: Market): Promise<BinaryTrader[]> {
  const made: BinaryTrader[] = [];
  for (const [index, { id: account }] of [...traders, ...traders.slice(0, 2)].entries()) {
    const key = { account, permissions: ["read", "trade"] };
    const token = (await operator.need("POST", "/api/v1/admin/keys", key)).text("token");
    const options: TraderOptions = {
      ...{ token, session: `stream-${index}`, seed: SEED * 100 + index },
      ...{ cancelOnDisconnect: index === 1, balanceUpdates: index === 2 },
      increasingRefs: index === 3,
    };
    made.push(new BinaryTrader(options));
  }
  return made;
}

/** Trades and is cut off, until `isOver`. A venue that is gone is waited for. */
async function run(
  trader: BinaryTrader,
  random: Random,
  port: number,
  isOver: () => boolean,
): Promise<void> {
  while (!isOver()) {
    const isHere = await trader.trade();
    if (isHere && random.below(6) > 0) continue;
    // Cut off, or taken over by itself while the old connection lives.
    if (random.below(2) === 0) trader.cut();
    if (!isOver()) await trader.connect(port);
  }
}

/** The whole stream, as it is told to somebody who has nothing of it. */
async function replay(port: number, { options }: BinaryTrader, parts: DisposableStack) {
  const { token, session } = options;
  // Nobody leaves before all are asked: the end of a session may cancel orders.
  const client = parts.use(await BinaryClient.connect({ port }));
  const accepted = await client.logIn({ token, session, nextNumber: 1, takeOver: true });
  client.send(queryBalances(0n));
  await client.next("Balances");
  const currencies = new Map<number, string>();
  for (let index = 0; index < accepted.body.currenciesLength(); index += 1) {
    const currency = accepted.body.currencies(index);
    currencies.set(currency?.id() ?? 0, currency?.code() ?? "");
  }
  return { messages: client.numbered, currencies, lastClientRef: accepted.body.lastClientRef() };
}

test(`over ${KILLS} kills nothing is lost or comes twice (BINARY_SEED=${SEED})`, async () => {
  const random = new Random(SEED);
  let venue = await VenueProcess.start({ flags: FLAGS });
  await using _end = { [Symbol.asyncDispose]: async () => void (await venue.kill()) };
  const { dataDirectory, binaryPort: port } = venue;
  const market = await openMarket(venue);
  const fees = { maker_rate: "-0.0002", taker_rate: "0.0005" };
  await market.operator.need("PUT", "/api/v1/admin/instruments/BTC-USDT/fees", fees);
  const traders = await makeTraders(market);
  for (const trader of traders) await trader.connect(port);
  // Streams begin where they are made: from here on they hear all.
  for (const { id } of market.traders) {
    for (const currency of ["BTC", "USDT"]) {
      const body = { request_id: `fund-${id}-${currency}`, currency, amount: "1000000" };
      await market.operator.need("POST", `/api/v1/accounts/${id}/deposits`, body);
    }
  }
  const heard = (): number => traders.reduce((sum, trader) => sum + trader.heard.length, 0);

  for (let round = 0; round < KILLS; round += 1) {
    const wanted = heard() + MESSAGES_PER_ROUND;
    let isOver = false;
    const load = traders.map((trader) => run(trader, random, port, () => isOver));
    await until(WAIT_MS_MAX, "messages", () => heard() >= wanted);
    await venue.kill();
    isOver = true;
    venue = await VenueProcess.start({
      dataDirectory,
      flags: { ...FLAGS, "binary-port": `${port}` },
    });
    await Promise.all(load);
    for (const trader of traders) await trader.connect(port);
  }
  for (const trader of traders) expect(await trader.mark()).toBe(true);

  const answer = await venue.fetch("GET", "/api/v1/admin/changes?after=0");
  const model = new BinaryModel(await answer.text());
  using parts = new DisposableStack();
  for (const [index, trader] of traders.entries()) {
    const { session, balanceUpdates: hasBalances = false } = trader.options;
    const account = market.traders[index % market.traders.length]?.id ?? 0;
    const whole = await replay(port, trader, parts);
    expect(whole.messages.map(({ number }) => number)).toEqual(
      whole.messages.map((_, place) => place + 1),
    );
    // Byte for byte what it was told while it happened.
    const bytes = trader.heard.map((message) => Buffer.from(message.bytes).toString("hex"));
    expect(whole.messages.map((each) => Buffer.from(each.bytes).toString("hex"))).toEqual(bytes);
    const lines = toLines(whole.messages, whole.currencies);
    expect(lines).toEqual(model.linesOf({ account, session, hasBalances }));
    expect(lines.length).toBeGreaterThan(KILLS * 100);
    if (trader.options.increasingRefs !== true) continue;
    expect(whole.lastClientRef).toBe(trader.heardRef);
    expect(trader.refusedRefs).toBeGreaterThan(0);
  }
  expect(await venue.stop()).toBe(0);
  expect(venue.log).not.toContain("level=error");
}, 240_000);
