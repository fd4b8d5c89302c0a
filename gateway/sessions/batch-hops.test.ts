import { beforeEach, expect, test } from "bun:test";
import { ManualClock } from "../../test/support/manual-clock.ts";
import type { GateProgress } from "../core/gate.ts";
import { Histogram } from "../metrics.ts";
import { BatchHops } from "./batch-hops.ts";
import type { DoorHistograms } from "./order-hops.ts";

let clock: ManualClock;
let progress: GateProgress;
let histograms: DoorHistograms;
let hops: BatchHops;

beforeEach(() => {
  clock = new ManualClock();
  progress = { waiting: 0, executed: 7, answered: 7 };
  const histogram = (): Histogram => new Histogram([1]);
  histograms = {
    receivedToSubmitted: histogram(),
    submittedToDurable: histogram(),
    durableToWritten: histogram(),
  };
  hops = new BatchHops(histograms, clock, () => progress);
});

function pass(us: number): void {
  clock.advanceMs(us / 1_000);
}

/** Sum in µs and count of each hop. */
function told(): [sumUs: number, count: number][] {
  const { receivedToSubmitted, submittedToDurable, durableToWritten } = histograms;
  return [receivedToSubmitted, submittedToDurable, durableToWritten].map(({ sum, counts }) => [
    Math.round(sum * 1e6),
    counts.reduce((all, count) => all + count, 0),
  ]);
}

/** A chunk brings so many orders. */
function receive(orders: number): void {
  const receivedUs = clock.elapsedUs();
  progress = { ...progress, waiting: progress.waiting + orders };
  hops.received(receivedUs);
}

/** The core takes the batch; `refused` of it have no transaction. */
function submit(refused = 0): void {
  hops.submitted();
  const { waiting, executed, answered } = progress;
  progress = { waiting: 0, executed: executed + waiting - refused, answered };
}

/** So many transactions come back and are written 3 µs later. */
function answer(orders: number): void {
  progress = { ...progress, answered: progress.answered + orders };
  hops.durable();
  pass(3);
  hops.written();
}

test("each order counts once in each hop, with the time of its chunk, batch and turn", () => {
  receive(2);
  pass(10);
  receive(1);
  receive(0);
  pass(1);
  submit();
  answer(0);
  expect(told()).toEqual([
    [2 * 11 + 1, 3],
    [0, 0],
    [0, 0],
  ]);
  pass(97);
  answer(1);
  expect(told().slice(1)).toEqual([
    [100, 1],
    [3, 1],
  ]);
  receive(5);
  submit();
  answer(0);
  pass(47);
  // Two of the first batch, four of the second.
  answer(6);
  expect(told()).toEqual([
    [23, 8],
    [100 + 2 * 153 + 4 * 50, 7],
    [7 * 3, 7],
  ]);
  answer(1);
  expect(told().slice(1)).toEqual([
    [606 + 53, 8],
    [8 * 3, 8],
  ]);
});

test("a turn between chunk and batch, and orders that the core refuses, count nothing", () => {
  receive(3);
  answer(0);
  pass(5);
  submit(2);
  pass(1);
  answer(1);
  hops.written();
  expect(told()).toEqual([
    [3 * 8, 3],
    [1, 1],
    [3, 1],
  ]);
});

test("so many chunks and batches have a time of their own", () => {
  for (let chunk = 0; chunk < 4_098; chunk += 1) {
    receive(1);
    pass(1);
  }
  submit();
  // The last two count as of the one before them: 4,098 to 3 µs, and 3 for these.
  expect(told()[0]).toEqual([(4_098 * 4_099) / 2 + 3, 4_098]);
  answer(4_098);
  const [, [sumUs] = [0]] = told();
  for (let batch = 0; batch < 4_098; batch += 1) {
    receive(1);
    submit();
    pass(1);
    hops.durable();
  }
  answer(4_098);
  expect(told()[1]).toEqual([sumUs + (4_098 * 4_099) / 2 + 3, 2 * 4_098]);
});
