// A venue whose journal no longer reaches back to its first command: stages that are new there, or
// that have lost their files, begin with what comes and say since when.

import { afterAll, beforeAll, expect, test } from "bun:test";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { systemClock } from "../../../gateway/clock.ts";
import { Core } from "../../../gateway/core/core.ts";
import { Opcode, type SubmittedCommand } from "../../../gateway/domain/command.ts";
import { InstrumentState } from "../../../gateway/domain/instrument.ts";
import { OrderType, Side, TimeInForce } from "../../../gateway/domain/order.ts";
import { RejectCode } from "../../../gateway/domain/reject.ts";
import type { StageStatus } from "../../../gateway/stages/stages.ts";
import { until } from "../../support/deadline.ts";
import { makeDirectory, removeDirectories } from "../../support/venue-process.ts";
import { HttpVenue, limitOrder, SYMBOL } from "./http-venue.ts";

const WAIT_MS_MAX = 20_000;
const TEST_MS_MAX = 60_000;
const STATEMENT = "/api/v1/accounts/me/statement";
const EVER = `from_us=0&to_us=${Number.MAX_SAFE_INTEGER}`;

let directory: string;
let isPurged = false;

/** Lists BTC-USDT and funds accounts 3 and 4, who trade until the journal's beginning is gone. */
beforeAll(async () => {
  directory = makeDirectory();
  const dataDirectory = join(directory, "journal");
  const core = Core.open({ dataDirectory, durability: "os", segmentBytes: 1 << 16 });
  await submit(core, [
    { opcode: Opcode.createCurrency, quantity: 9, text: "BTC" },
    { opcode: Opcode.createCurrency, quantity: 8, text: "USDT" },
    {
      ...{ opcode: Opcode.createInstrument, account: 1, instrument: 2, price: 1, side: 2 },
      ...{ quantity: 1_000_000_000, text: SYMBOL },
    },
    { opcode: Opcode.setInstrumentState, instrument: 1, kind: InstrumentState.open },
    ...[3, 4].flatMap((account): SubmittedCommand[] => [
      { opcode: Opcode.createAccount, text: `trader-${account}` },
      ...[1, 2].map((instrument): SubmittedCommand => ({
        ...{ opcode: Opcode.deposit, account, instrument, session: 1, amount: 10n ** 18n },
        text: `fund-${account}-${instrument}`,
      })),
    ]),
  ]);
  for (const written of [1, 2, 3]) {
    await submit(
      core,
      Array.from({ length: 1_500 }, (_, at) => order(at)),
    );
    core.requestSnapshot();
    await until(WAIT_MS_MAX, "a snapshot", () => core.status().snapshot.written === written);
  }
  const run = core.reexecute(0);
  isPurged = await until(WAIT_MS_MAX, "the fault", () => {
    try {
      run.read();
      return undefined;
    } catch {
      return true;
    }
  });
  run.close();
  core.stop();
}, TEST_MS_MAX);
afterAll(removeDirectories);

/** So far that what was before is in no file any more, if nobody holds it. */
async function tradeFar(core: Core): Promise<void> {
  for (const written of [1, 2, 3]) {
    await submit(
      core,
      Array.from({ length: 1_500 }, (_, at) => order(at)),
    );
    core.requestSnapshot();
    await until(WAIT_MS_MAX, "a snapshot", () => core.status().snapshot.written === written);
  }
}

function order(at: number): SubmittedCommand {
  const [side, account] = at % 2 === 0 ? [Side.buy, 3] : [Side.sell, 4];
  return {
    ...{ opcode: Opcode.newOrder, orderType: OrderType.limit, timeInForce: TimeInForce.gtc },
    ...{ instrument: 1, side, account, price: 100, quantity: 1 },
  };
}

async function submit(core: Core, commands: readonly SubmittedCommand[]): Promise<void> {
  const left = [...commands];
  await until(WAIT_MS_MAX, "room in the journal", () => {
    for (const command of left.splice(0)) {
      core.submit(command, ({ code }) => {
        if (code === RejectCode.throttled) left.push(command);
        else expect(code).toBe(0);
      });
    }
    core.flush();
    return left.length === 0;
  });
}

function removeFile(name: string): void {
  for (const suffix of ["", "-wal", "-shm"]) {
    rmSync(join(directory, `${name}${suffix}`), { force: true });
  }
}

interface Late {
  readonly venue: HttpVenue;
  readonly alice: string;
  readonly bob: string;
  readonly lines: readonly string[];
}

async function open(): Promise<Late> {
  const logLines: string[] = [];
  const venue = new HttpVenue({ directory, logLines });
  const alice = venue.token(3, ["read", "trade"]);
  const bob = venue.token(4, ["read", "trade"]);
  const isSettled = ({ state, lag }: StageStatus): boolean =>
    state === "detached" || (state === "live" && lag === 0);
  await until(WAIT_MS_MAX, "the stages", () => venue.venueStages.stages.status().every(isSettled));
  return { venue, alice, bob, lines: logLines };
}

async function trade({ venue, alice, bob }: Late): Promise<void> {
  const place = (token: string, side: "BUY" | "SELL") =>
    venue.get("POST", "/api/v1/trading/orders", {
      token,
      body: limitOrder(side, "2.00", "1"),
    });
  await place(bob, "SELL");
  await place(alice, "BUY");
  const isThere = ({ state, lag }: StageStatus): boolean => state === "detached" || lag === 0;
  await until(WAIT_MS_MAX, "the stages", () => venue.venueStages.stages.status().every(isThere));
}

async function tickerOf({ venue }: Late): Promise<unknown> {
  const { tickers } = await venue.get("GET", "/api/v1/data/tickers");
  return Array.isArray(tickers) ? tickers[0] : undefined;
}

async function barsOf({ venue }: Late) {
  const path = `/api/v1/data/history/${SYMBOL}/klines?interval=1d&limit=1`;
  const { klines, complete_from_us: completeFromUs } = await venue.get("GET", path);
  const count: unknown = Array.isArray(klines) ? klines[0]?.count : undefined;
  return { count, completeFromUs: Number(completeFromUs) };
}

test(
  "stages that are new there say what they know, and since when",
  async () => {
    expect(isPurged).toBe(true);
    const startUs = systemClock.nowUs();
    const late = await open();
    const { venue, alice, lines } = late;
    const isBegun = (line: string): boolean => line.includes("event=stage_begins_late");
    await until(WAIT_MS_MAX, "the log", () => lines.filter(isBegun).length === 3);
    // The last price is the engine's to know; of the last 24 hours nothing is known.
    expect(await tickerOf(late)).toMatchObject({ last_price: "1.00", open: null, count: 0 });
    await trade(late);
    const ticker = await tickerOf(late);
    expect(ticker).toMatchObject({ last_price: "2.00", open: "2.00", count: 1 });
    const bars = await barsOf(late);
    expect(ticker).toMatchObject({ since_us: bars.completeFromUs });
    expect(bars.completeFromUs).toBeGreaterThan(startUs);
    expect(venue.metrics.expose()).toMatch(/openbell_settlement_complete_after [1-9]/);
    expect(venue.venueStages.derived.settlement.discrepancies).toBe(0);
    const refused = await venue.ask("GET", `${STATEMENT}?${EVER}`, { token: alice });
    expect(refused.body).toMatchObject({ status: 404, name: "statement_not_available" });
    const fromUs = Number(refused.body["available_from_us"]);
    expect(fromUs).toBeGreaterThan(startUs);
    const csv = await venue.refusal("GET", `${STATEMENT}.csv?${EVER}`, { token: alice });
    expect(csv).toBe("404 statement_not_available");
    await trade(late);
    const range = `from_us=${fromUs}&to_us=${Number.MAX_SAFE_INTEGER}`;
    const statement = await venue.get("GET", `${STATEMENT}?${range}`, { token: alice });
    const { balances } = await venue.get("GET", "/api/v1/accounts/me", { token: alice });
    const { currencies } = statement;
    if (!Array.isArray(currencies)) throw new Error("no currencies");
    // What it had before is in its opening, though no history has it.
    const closing = currencies.map(({ currency, closing: total }) => ({ currency, total }));
    expect(balances).toMatchObject(closing);
    expect(currencies).toMatchObject([
      { currency: "BTC", trades: expect.stringMatching(/^[12]\.0{9}$/) },
      {},
    ]);
    await venue.stop();
  },
  TEST_MS_MAX,
);

test(
  "a stage that has lost its file there begins anew, the others go on",
  async () => {
    const before = await open();
    const { count, completeFromUs } = await barsOf(before);
    expect(before.lines.some((line) => line.includes("stage_begins_late"))).toBe(false);
    await before.venue.stop();
    for (const suffix of ["", "-wal", "-shm"]) {
      rmSync(join(directory, `klines.sqlite${suffix}`), { force: true });
    }
    // The journal is as long as the others needed it: what is gone is gone.
    const after = await open();
    await trade(after);
    const found = await barsOf(after);
    const isBegun = (line: string): boolean => line.includes("event=stage_begins_late");
    await until(WAIT_MS_MAX, "the log", () => after.lines.some(isBegun));
    const begun = after.lines.filter(isBegun);
    expect(begun).toEqual([expect.stringContaining("stage=klines")]);
    expect(found.completeFromUs).toBeGreaterThan(completeFromUs);
    expect(found.count).toBeLessThan(Number(count) + 1);
    expect(after.venue.venueStages.derived.settlement.discrepancies).toBe(0);
    await after.venue.stop();
    const again = await open();
    expect(await barsOf(again)).toEqual(found);
    await again.venue.stop();
  },
  TEST_MS_MAX,
);

test(
  "who was detached stays so where the journal went on without it, until its file goes",
  async () => {
    // As when the stages were detached by the cap on the journal kept for them.
    const dataDirectory = join(directory, "journal");
    const core = Core.open({ dataDirectory, durability: "os", segmentBytes: 1 << 16 });
    await tradeFar(core);
    core.stop();
    const without = await open();
    const names = ["klines", "settlement", "history"];
    for (const stage of names) {
      const line = await until(WAIT_MS_MAX, "a line in the log", () =>
        without.lines.find((each) => each.includes(`stage_detached stage=${stage}`)),
      );
      expect(line).toContain("level=error");
    }
    const { stages } = await without.venue.get("GET", "/health/ready");
    expect(stages).toMatchObject({
      status: "failing",
      each: [
        ...names.map((name) => ({ name, state: "detached" })),
        { name: "push", state: "live" },
      ],
    });
    // Trading goes on, and nothing is made up of what was missed.
    await trade(without);
    const { sequence } = without.venue.venueStages.derived.klines;
    expect(sequence).toBeLessThan(without.venue.core.status().executedSequence - 4_000);
    await without.venue.stop();
    for (const name of ["klines.sqlite", "settlement.json", "history.sqlite"]) removeFile(name);
    const again = await open();
    await trade(again);
    expect((await again.venue.get("GET", "/health/ready"))["stages"]).toMatchObject({
      status: "ok",
    });
    expect((await barsOf(again)).count).toBe(1);
    expect(again.venue.venueStages.derived.settlement.discrepancies).toBe(0);
    await again.venue.stop();
  },
  TEST_MS_MAX,
);
