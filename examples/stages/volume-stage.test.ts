import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../gateway/clock.ts";
import { Log } from "../../gateway/log.ts";
import { Metrics } from "../../gateway/metrics.ts";
import { Stages } from "../../gateway/stages/stages.ts";
import { limitOrder, type Market, openMarket } from "../../test/protocols/http/http-venue.ts";
import { until } from "../../test/support/deadline.ts";
import { VolumeStage } from "./volume-stage.ts";

const MS_MAX = 10_000;

let market: Market;
let directory: string;
let path: string;

beforeEach(async () => {
  market = await openMarket();
  directory = mkdtempSync(join(tmpdir(), "openbell-volume-"));
  path = join(directory, "volume.json");
});

afterEach(async () => {
  await market.venue.stop();
  rmSync(directory, { recursive: true });
});

/** Opens the stage on a venue that has already been trading or not. */
function follow(): { stage: VolumeStage; stages: Stages } {
  const stage = new VolumeStage(path);
  const log = new Log("info", systemClock, (bytes) => bytes.length);
  const { core } = market.venue;
  const metrics = new Metrics();
  const stages = new Stages({ core, clock: systemClock, log, metrics, heldBytesMax: 1 << 30 });
  stages.add(stage);
  stages.start();
  return { stage, stages };
}

/** Each trades 0.5 BTC: 50,000 lots. */
async function trade(times: number): Promise<void> {
  const orders = "/api/v1/trading/orders";
  for (let count = 0; count < times; count += 1) {
    const [sell, buy] = [limitOrder("SELL", "50000", "0.5"), limitOrder("BUY", "50000", "0.5")];
    await market.venue.get("POST", orders, { token: market.bob, body: sell });
    await market.venue.get("POST", orders, { token: market.alice, body: buy });
  }
}

test("a sixth stage counts what was traded before it, with it and without it", async () => {
  await trade(2);
  const first = follow();
  await until(MS_MAX, "what was before", () => first.stage.lots(1) === 100_000);
  await trade(1);
  await until(MS_MAX, "the next", () => first.stage.lots(1) === 150_000);
  const newest = market.venue.core.status().executedSequence;
  await until(MS_MAX, "kept", () => first.stage.checkpoint() === newest);
  first.stages.stop();

  await trade(2);
  const second = follow();
  await until(MS_MAX, "what it missed", () => second.stage.lots(1) === 250_000);
  second.stages.stop();
});

test("docs/stages.md shows it as it is", () => {
  const shown = readFileSync(join(import.meta.dir, "../../docs/stages.md"), "utf8");
  const source = readFileSync(join(import.meta.dir, "volume-stage.ts"), "utf8");
  expect(shown).toContain(source.slice(source.indexOf("export class")));
});
