// Keeps a number of orders in flight: each place in flight places one that rests, cancels it when
// that is acknowledged, and begins again.

import { Queue } from "../gateway/core/queue.ts";
import { Opcode, type SubmittedCommand } from "../gateway/domain/command.ts";
import { OrderType, Side, TimeInForce } from "../gateway/domain/order.ts";
import { ACCOUNT, type Door, INSTRUMENT } from "./core-doors.ts";
import { LatencyHistogram } from "./histogram.ts";

/** How often the state of a snapshot is looked at, in acknowledgements. */
const LOOK_EVERY = 64;

export const PLACE: SubmittedCommand = {
  opcode: Opcode.newOrder,
  account: ACCOUNT,
  instrument: INSTRUMENT,
  side: Side.buy,
  orderType: OrderType.limit,
  timeInForce: TimeInForce.gtc,
  price: 1_000,
  quantity: 1,
};

export class ClosedLoop {
  readonly quiet = new LatencyHistogram();
  readonly during = new LatencyHistogram();
  isMeasuring = false;
  wantsSnapshots = false;
  #isSnapshotBusy = false;
  #acknowledged = 0;
  #door: Door | undefined;
  /** Send times and what was sent, oldest first. */
  readonly #sent = new Queue<{ atNs: number; isPlacement: boolean }>();
  #isStopping = false;
  readonly #stopped = Promise.withResolvers<void>();

  start(door: Door, inFlight: number): void {
    this.#door = door;
    for (let place = 0; place < inFlight; place += 1) this.#send(0);
  }

  /** Resolves when nothing is in flight any more. */
  stop(): Promise<void> {
    this.#isStopping = true;
    return this.#stopped.promise;
  }

  acknowledge(code: number, result: number): void {
    if (this.#door === undefined) return;
    if (code !== 0) throw new Error(`an order was refused with code ${code}`);
    const sent = this.#sent.take();
    if (sent === undefined) throw new Error("an answer came that nobody waited for");
    if (this.isMeasuring) {
      const histogram = this.#isSnapshotBusy ? this.during : this.quiet;
      histogram.add(Bun.nanoseconds() - sent.atNs);
    }
    this.#look(this.#door);
    if (!this.#isStopping) this.#send(sent.isPlacement ? result : 0);
    else if (this.#sent.length === 0) this.#stopped.resolve();
  }

  /** Order 0 is a new one. */
  #send(orderId: number): void {
    const isPlacement = orderId === 0;
    this.#sent.add({ atNs: Bun.nanoseconds(), isPlacement });
    const cancel = { opcode: Opcode.cancelOrder, account: ACCOUNT, orderId };
    this.#door?.add(isPlacement ? PLACE : cancel);
  }

  #look(door: Door): void {
    this.#acknowledged += 1;
    if (this.#acknowledged % LOOK_EVERY !== 0) return;
    if (!this.wantsSnapshots && !this.#isSnapshotBusy) return;
    this.#isSnapshotBusy = door.isSnapshotBusy();
    if (this.wantsSnapshots && !this.#isSnapshotBusy) door.requestSnapshot();
  }
}
