// What each layer sends: seed, mix in percent, loop and warm-up, as it stands in the result.

/** The work of one layer. */
export interface Workload {
  readonly layer: string;
  /** `closed`: the next leaves when the answer is there. `open`: each has its own time. */
  readonly loop: "closed" | "open" | "batches";
  /** Of all draws; absent where nothing is drawn. */
  readonly seed?: number;
  /** Shares of what is sent, in percent. */
  readonly mix: Readonly<Record<string, number>>;
  /** What is done and not counted. */
  readonly warmUp: string;
}

/** The anchor stream's own shares: see README.md. */
const ANCHOR = { move: 70.9, place: 12.8, reduce: 7.3, cancel: 7.3, immediate: 1.7 };
const ANCHOR_SEED = 101_572_685;
const FIFTH = "a fifth of the time";
const HALF = "half as long before";
const WARM_DOOR = "`warm` requests of bench.ts, then 20 turns of each shape";
const ORDER_AND_CANCEL = { "order that rests": 50, "its cancel": 50 };
const ENDS_AT_ONCE = { "order that finds nobody": 100 };

export const WORKLOADS: readonly Workload[] = [
  { layer: "book", loop: "batches", seed: ANCHOR_SEED, mix: ANCHOR, warmUp: "the first orders" },
  { layer: "core", loop: "batches", seed: ANCHOR_SEED, mix: ANCHOR, warmUp: "the first orders" },
  {
    ...{ layer: "peer", loop: "batches", seed: ANCHOR_SEED, mix: ANCHOR },
    warmUp: "the first half of the passes",
  },
  {
    ...{ layer: "border", loop: "batches", seed: ANCHOR_SEED, mix: ANCHOR },
    warmUp: "a quarter of the commands",
  },
  { layer: "durable", loop: "closed", mix: ORDER_AND_CANCEL, warmUp: FIFTH },
  { layer: "stages", loop: "closed", mix: ORDER_AND_CANCEL, warmUp: FIFTH },
  {
    ...{ layer: "push", loop: "open", mix: { "order that takes a lot": 100 } },
    warmUp: "10,000 orders, and a tenth of those of the run",
  },
  { layer: "http", loop: "closed", mix: ENDS_AT_ONCE, warmUp: FIFTH },
  { layer: "http", loop: "open", seed: 1, mix: ENDS_AT_ONCE, warmUp: HALF },
  { layer: "fix", loop: "closed", mix: ORDER_AND_CANCEL, warmUp: WARM_DOOR },
  { layer: "fix", loop: "open", seed: 1, mix: ORDER_AND_CANCEL, warmUp: HALF },
  { layer: "binary", loop: "closed", mix: ORDER_AND_CANCEL, warmUp: WARM_DOOR },
  { layer: "binary", loop: "open", seed: 1, mix: ORDER_AND_CANCEL, warmUp: HALF },
];
