import { beforeEach, expect, test } from "bun:test";
import { ManualClock } from "../../test/support/manual-clock.ts";
import { Metrics } from "../metrics.ts";
import { OrderHops } from "./order-hops.ts";

let clock: ManualClock;
let metrics: Metrics;
let hops: OrderHops;
let turns: (() => void)[];

beforeEach(() => {
  clock = new ManualClock();
  metrics = new Metrics();
  turns = [];
  hops = new OrderHops(metrics, clock, (work) => turns.push(work));
});

/** Sum in µs and count of a hop. */
function told(door: string, hop: string): [sumUs: number, count: number] {
  const read = (part: string): number => {
    const name = `openbell_order_hop_seconds_${part}{door="${door}",hop="${hop}"}`;
    const line = metrics
      .expose()
      .split("\n")
      .find((each) => each.startsWith(name));
    return Number(line?.split(" ").at(-1));
  };
  return [Math.round(read("sum") * 1e6), read("count")];
}

test("each hop is counted once an order, from stamp to stamp", () => {
  const receivedUs = clock.elapsedUs();
  const stamp = hops.during("fix", receivedUs, () => {
    clock.advanceMs(0.003);
    return hops.submitted();
  });
  clock.advanceMs(0.2);
  if (stamp !== undefined) hops.durable(stamp);
  clock.advanceMs(0.01);
  expect(told("fix", "durable_to_written")).toEqual([0, 0]);
  for (const turn of turns) turn();
  expect(told("fix", "received_to_submitted")).toEqual([3, 1]);
  expect(told("fix", "submitted_to_durable")).toEqual([200, 1]);
  expect(told("fix", "durable_to_written")).toEqual([10, 1]);
  expect(told("http", "submitted_to_durable")).toEqual([0, 0]);
});

test("an order that no door received has no stamp", () => {
  expect(hops.submitted()).toBeUndefined();
  expect(() =>
    hops.during("http", 0, () => {
      throw new Error("refused");
    }),
  ).toThrow("refused");
  expect(hops.submitted()).toBeUndefined();
});

test("so many answers of a turn wait to be written, and one turn is booked for all", () => {
  const stamp = { door: "http", receivedUs: 0, submittedUs: 0 } as const;
  for (let order = 0; order < 65_537; order += 1) hops.durable(stamp);
  expect(turns).toHaveLength(1);
  turns[0]?.();
  expect(told("http", "submitted_to_durable")[1]).toBe(65_537);
  expect(told("http", "durable_to_written")[1]).toBe(65_536);
});
