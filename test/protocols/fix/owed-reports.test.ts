// Nothing is lost and nothing doubled: random trading through FIX and beside it, with crashes of
// the venue. After all resends each session has had exactly what the change log says of its
// account.

import { afterAll, expect, test } from "bun:test";
import { Random } from "../../../gateway/demo/random.ts";
import type { Transaction } from "../../../gateway/domain/change.ts";
import type { MessageStore } from "../../../gateway/protocols/fix/session/message-store.ts";
import { type Body, FixClient } from "../../support/fix-client.ts";
import { NOW } from "../../support/fix-market.ts";
import { FixVenue } from "../../support/fix-venue.ts";
import { until } from "../../support/deadline.ts";
import { openingCommands, RandomTrading } from "../../support/random-trading.ts";
import { ReportModel } from "../../support/report-model.ts";
import { makeDirectory, removeDirectories } from "../../support/venue-process.ts";

/** Two accounts with sessions; two more trade beside them. */
const TRADERS = {
  ...{ A1: { account: 3 }, A2: { account: 3 }, B1: { account: 4 } },
  ...{ DROP: { account: 3, isDropCopy: true } },
};
const RUNS = 4;
const STEPS = 250;
const TEST_MS_MAX = 60_000;
const WAIT_MS_MAX = 20_000;

afterAll(removeDirectories);

/** One client's chance: orders, cancels and replaces, good and bad; it comes and goes. */
class RandomClient {
  readonly account: number;
  readonly client: FixClient;
  readonly #random: Random;
  readonly #ids: { readonly id: string; readonly side: string; readonly symbol: string }[] = [];
  #count = 0;

  constructor(compId: string, account: number, random: Random) {
    this.account = account;
    this.client = new FixClient(compId);
    this.#random = random;
  }

  async step(venue: FixVenue): Promise<void> {
    const draw = this.#random.below(100);
    if (!this.client.isConnected) {
      if (draw < 30) await this.client.logOn(venue.acceptor, this.#pick([{}, { 8674: "1" }]));
    } else if (draw < 3) this.client.drop();
    else if (draw < 5) await this.client.logOut();
    else if (draw < 60) this.#order();
    else if (draw < 75 && this.#ids.length > 0) this.#amend("F");
    else if (draw < 90 && this.#ids.length > 0) this.#amend("G");
    else if (draw < 92) this.client.send("q", { 11: this.#newId(), 60: NOW, 530: "7" });
    else if (draw < 95) this.client.send("AF", { 584: this.#newId(), 585: "7" });
  }

  #order(): void {
    const [id, side, symbol] = [this.#newId(), this.#pick(["1", "2"]), this.#pick(["M-0", "M-1"])];
    const isMarket = this.#random.below(8) === 0;
    const rest: Body = isMarket
      ? { 40: "1", 54: side, 55: symbol, 60: NOW }
      : { 40: "2", 44: this.#price(), 54: side, 55: symbol, 59: this.#pick(TIMES), 60: NOW };
    this.client.send("D", { 11: id, 38: this.#quantity(symbol), ...rest });
    this.#ids.push({ id, side, symbol });
    if (this.#ids.length > 20) this.#ids.shift();
  }

  #amend(type: "F" | "G"): void {
    const { id, side, symbol } = this.#pick(this.#ids);
    const own = this.#newId();
    const target = { 41: id };
    if (type === "F") {
      this.client.send("F", { 11: own, ...target, 54: side, 55: symbol, 60: NOW });
      return;
    }
    const terms = { 38: this.#quantity(symbol), 40: "2", ...target, 44: this.#price(), 54: side };
    this.client.send("G", { 11: own, ...terms, 55: symbol, 60: NOW });
    this.#ids.push({ id: own, side, symbol });
  }

  /** Lots of 0.1 of a currency with 3 decimals, or of 0.1 of one with 5; sometimes off them. */
  #quantity(symbol: string): string {
    const isOff = this.#random.below(30) === 0;
    const lots = 1 + this.#random.below(40);
    return isOff ? "0.00001" : (lots / 10).toFixed(symbol === "M-0" ? 1 : 2);
  }

  #price(): string {
    return ((190 + this.#random.below(21)) / 2).toFixed(1);
  }

  #newId(): string {
    this.#count += 1;
    return `${this.client.compId}-${this.#count}`;
  }

  #pick<Value>(values: readonly Value[]): Value {
    const value = values[this.#random.below(values.length)];
    if (value === undefined) throw new RangeError("nothing to pick from");
    return value;
  }
}

const TIMES = ["0", "1", "1", "3", "4"];

type WrapStore = (store: MessageStore) => MessageStore;

/** Puts its own way of keeping the change sequence into a store. */
function keeping(toKept: (changeSequence: number, last: number) => number): WrapStore {
  return (store) =>
    new Proxy(store, {
      get(target, name) {
        if (name === "append") {
          return (bytes: Buffer, start: number, end: number, changeSequence: number): void =>
            target.append(bytes, start, end, toKept(changeSequence, target.lastChangeSequence));
        }
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
}

/** Defects that would lose or double reports over a crash. */
const DEFECTS: readonly (readonly [string, WrapStore])[] = [
  ["forgets what it has told", keeping(() => 0)],
  ["is one behind", keeping((changeSequence) => Math.max(0, changeSequence - 1))],
  ["is ahead of what it has told", keeping((changeSequence) => changeSequence + 40)],
];

function open(directory: string, wrapStore: WrapStore | undefined): FixVenue {
  return new FixVenue({
    ...{ directory, traders: TRADERS, opening: openingCommands(), durability: "os" as const },
    ...(wrapStore === undefined ? {} : { wrapStore }),
  });
}

function reexecuted(venue: FixVenue): Promise<Transaction[]> {
  const reexecution = venue.core.reexecute(0);
  const transactions: Transaction[] = [];
  return until(WAIT_MS_MAX, "the change log", () => {
    const read = reexecution.read();
    if (read !== undefined) transactions.push(...read);
    if (read !== undefined) return undefined;
    reexecution.close();
    return transactions;
  });
}

/** Crashes the venue: the sessions have what was stored now, the core goes on for a while. */
async function crash(
  venue: FixVenue,
  clients: readonly RandomClient[],
  trading: RandomTrading,
  random: Random,
  wrapStore: WrapStore | undefined,
): Promise<FixVenue> {
  const directory = makeDirectory();
  venue.copy("fix", directory);
  for (const { client } of clients) client.drop();
  const more = random.below(60);
  for (let count = 0; count < more; count += 1) await trade(venue, trading);
  venue.copy("journal", directory);
  await venue.stop();
  return open(directory, wrapStore);
}

async function trade(venue: FixVenue, trading: RandomTrading): Promise<void> {
  const command = trading.next();
  await until(WAIT_MS_MAX, "room", () => {
    return venue.core.submit(command, (reply) => trading.hear(reply)) === undefined;
  });
  venue.core.flush();
}

interface Compared {
  readonly told: readonly string[];
  readonly expected: readonly string[];
}

/**
 * Trades by chance, crashes four times, and says what each session was told and should have been.
 */
async function play(seed: number, wrapStore?: WrapStore): Promise<readonly Compared[]> {
  const random = new Random(seed);
  const trading = new RandomTrading(seed);
  const clients = Object.entries(TRADERS).map(([compId, { account }], index) => {
    return new RandomClient(compId, account, new Random(seed * 100 + index));
  });
  let venue = open(makeDirectory(), wrapStore);
  for (let run = 0; run < RUNS; run += 1) {
    for (let step = 0; step < STEPS; step += 1) {
      for (const each of clients) await each.step(venue);
      await trade(venue, trading);
      if (random.below(4) === 0) await new Promise<void>((done) => setImmediate(done));
    }
    venue = await crash(venue, clients, trading, random, wrapStore);
  }
  for (const { client } of clients) await client.logOn(venue.acceptor);
  // Behind everything that the stage has to make good.
  const { owed, reference } = venue.venue;
  const { executedSequence } = venue.core.status();
  await new Promise<void>((done) => owed.whenTold(executedSequence, done));
  for (const { client } of clients) await client.settle();
  const model = new ReportModel(reference);
  for (const transaction of await reexecuted(venue)) model.apply(transaction);
  const compared = clients.map(({ client, account }) => ({
    told: client.received.flatMap((each) => model.toLine(each, client.compId) ?? []),
    expected: model.linesOf(account, client.compId),
  }));
  await venue.stop();
  return compared;
}

test("an order on its way into a crash is asked for again", async () => {
  const venue = open(makeDirectory(), undefined);
  const client = new FixClient("B1");
  await client.logOn(venue.acceptor);
  // Its engine session is open, and nothing is on its way.
  await client.settle();
  const place = (id: string): void => {
    const body = { 11: id, 38: "0.1", 40: "2", 44: "95", 54: "2", 55: "M-0", 60: NOW };
    client.send("D", body);
  };
  place("lost");
  place("journaled");
  client.send("F", { 11: "cancel", 41: "journaled", 54: "2", 55: "M-0", 60: NOW });
  // What was received is on the disk now; what it asks for is not in the journal.
  await Promise.resolve();
  const [early, late] = [makeDirectory(), makeDirectory()];
  for (const directory of [early, late]) venue.copy("fix", directory);
  venue.copy("journal", early);
  client.drop();
  venue.core.flush();
  venue.copy("journal", late);
  await venue.stop();

  for (const [directory, expected] of [
    [early, ["lost 0", "journaled 0", "cancel 4"]],
    [late, ["lost 0", "journaled 0", "cancel 4", "lost 4", "lost I", "journaled I"]],
  ] as const) {
    const again = open(directory, undefined);
    const twin = client.fork();
    await twin.logOn(again.acceptor);
    await twin.settle();
    await until(WAIT_MS_MAX, "all answers", () => answers(twin).length >= expected.length);
    expect(answers(twin)).toEqual([...expected]);
    await again.stop();
  }
});

test("what is sent again before the venue is ready waits, up to a bound", async () => {
  const venue = open(makeDirectory(), undefined);
  const client = new FixClient("B1");
  await client.logOn(venue.acceptor, { 8674: "1" });
  await client.settle();
  const order = { 38: "0.1", 40: "2", 44: "95", 54: "2", 55: "M-0", 60: NOW };
  const ids = Array.from({ length: 513 }, (_, index) => `again-${index}`);
  for (const id of ids) client.send("D", { 11: id, ...order });
  await Promise.resolve();
  const directory = makeDirectory();
  for (const part of ["fix", "journal"] as const) venue.copy(part, directory);
  client.drop();
  venue.core.flush();
  await venue.stop();
  const again = open(directory, undefined);
  const twin = client.fork();
  await twin.logOn(again.acceptor, { 8674: "1" });
  await until(WAIT_MS_MAX, "512 orders", () => answers(twin).length === 512);
  expect(new Set(answers(twin))).toEqual(new Set(ids.slice(0, 512).map((id) => `${id} 0`)));
  const refused = twin.received.filter(({ type }) => type === "j");
  expect(refused.map((each) => each.show(372, 379, 380, 58))).toEqual([
    "372=D 379=again-512 380=4 58=The venue is starting",
  ]);
  await again.stop();
});

test("a journal that lost its tail owes what takes its place", async () => {
  const venue = open(makeDirectory(), undefined);
  const client = new FixClient("B1");
  await client.logOn(venue.acceptor, { 8674: "1" });
  await client.settle();
  const directory = makeDirectory();
  venue.copy("journal", directory);
  const order = { 38: "0.1", 40: "2", 44: "95", 54: "2", 55: "M-0", 60: NOW };
  for (const id of ["one", "two", "three"]) client.send("D", { 11: id, ...order });
  await until(WAIT_MS_MAX, "three orders", () => answers(client).length === 3);
  venue.copy("fix", directory);
  client.drop();
  await venue.stop();
  const again = open(directory, undefined);
  await client.logOn(again.acceptor, { 8674: "1" });
  client.send("D", { 11: "four", ...order });
  await until(WAIT_MS_MAX, "the fourth", () => answers(client).includes("four 0"));
  await again.stop();
});

test("orders stay over a planned stop, and go with the session that came back", async () => {
  const directory = makeDirectory();
  const venue = open(directory, undefined);
  const client = new FixClient("B1");
  await client.logOn(venue.acceptor);
  const order = { 38: "0.1", 40: "2", 44: "95", 54: "2", 55: "M-0", 60: NOW };
  client.send("D", { 11: "stays", ...order });
  await until(WAIT_MS_MAX, "the order", () => answers(client).includes("stays 0"));
  await venue.stop();
  const again = open(directory, undefined);
  await client.logOn(again.acceptor);
  client.send("AF", { 584: "open", 585: "7" });
  await until(WAIT_MS_MAX, "its status", () => answers(client).includes("stays I"));
  client.drop();
  await client.logOn(again.acceptor);
  await until(WAIT_MS_MAX, "its end", () => answers(client).includes("stays 4"));
  await again.stop();
});

/** Reports and refusals, as `<ClOrdID> <ExecType>`. */
function answers({ received }: FixClient): string[] {
  return received.flatMap(({ type, fields }) =>
    type === "8" || type === "9" ? [`${fields.get(11)} ${fields.get(150) ?? type}`] : [],
  );
}

test.each([51, 52, 53])(
  "each session is told all of its account, once and in order (seed %d)",
  async (seed) => {
    for (const { told, expected } of await play(seed)) {
      expect(expected.length).toBeGreaterThan(500);
      expect(told).toEqual([...expected]);
    }
  },
  TEST_MS_MAX,
);

test.each(DEFECTS)(
  "a store that %s is noticed",
  async (_, wrapStore) => {
    const compared = await play(51, wrapStore);
    const isRight = compared.every(({ told, expected }) => Bun.deepEquals(told, expected));
    expect(isRight).toBe(false);
  },
  TEST_MS_MAX,
);
