/**
 * Keeps a number of orders in flight through the core and prints how fast they are acknowledged.
 *
 * Use: `bun bench/durable-process.ts <door> <durability> <in flight> <ms> <snapshots> <directory>`
 *
 * Each place in flight places an order that rests, cancels it when that is acknowledged, and begins
 * again. With snapshots `yes` one is asked for after the other in every second quarter of the time;
 * acknowledgements that came while one was being written are counted apart.
 */
import { Opcode, type SubmittedCommand } from "../gateway/domain/command.ts";
import { OrderType, Side, TimeInForce } from "../gateway/domain/order.ts";
import { ACCOUNT, type Door, type DoorName, INSTRUMENT, openDoor } from "./core-doors.ts";
import { venueCommands } from "./core-doors.ts";
import { LatencyHistogram } from "./histogram.ts";

/** Share of the time before the measurement: compiler, page cache, first segment. */
const WARM_SHARE = 0.2;
/** Parts of the measured time that are without and with snapshots in turn. */
const PARTS = 4;
/** How often the state of a snapshot is looked at, in acknowledgements. */
const LOOK_EVERY = 64;

const PLACE: SubmittedCommand = {
  opcode: Opcode.newOrder,
  account: ACCOUNT,
  instrument: INSTRUMENT,
  side: Side.buy,
  orderType: OrderType.limit,
  timeInForce: TimeInForce.gtc,
  price: 1_000,
  quantity: 1,
};

class ClosedLoop {
  readonly quiet = new LatencyHistogram();
  readonly during = new LatencyHistogram();
  isMeasuring = false;
  wantsSnapshots = false;
  #isSnapshotBusy = false;
  #acknowledged = 0;
  #door: Door | undefined;
  /** Send times and what was sent, oldest first. */
  #sent: { atNs: number; isPlacement: boolean }[] = [];
  #head = 0;
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
    const sent = this.#sent[this.#head];
    if (sent === undefined) throw new Error("an answer came that nobody waited for");
    this.#head += 1;
    if (this.#head === 4_096) {
      this.#sent = this.#sent.slice(this.#head);
      this.#head = 0;
    }
    if (this.isMeasuring) {
      const histogram = this.#isSnapshotBusy ? this.during : this.quiet;
      histogram.add(Bun.nanoseconds() - sent.atNs);
    }
    this.#look(this.#door);
    if (!this.#isStopping) this.#send(sent.isPlacement ? result : 0);
    else if (this.#head === this.#sent.length) this.#stopped.resolve();
  }

  /** Order 0 is a new one. */
  #send(orderId: number): void {
    const isPlacement = orderId === 0;
    this.#sent.push({ atNs: Bun.nanoseconds(), isPlacement });
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

async function main(words: readonly string[]): Promise<void> {
  const [doorName, durability, inFlight, lengthMs, snapshots, dataDirectory] = words;
  const loop = new ClosedLoop();
  // why: run.ts passes one of the names, and the core refuses any other durability
  const [name, kept] = [doorName as DoorName, durability as "none" | "os" | "fsync"];
  const options = { dataDirectory: dataDirectory ?? "", durability: kept };
  const door = openDoor(name, options, (code, result) => loop.acknowledge(code, result));
  for (const command of venueCommands()) door.add(command);
  await Bun.sleep(100);
  loop.start(door, Number(inFlight));
  const length = Number(lengthMs);
  await Bun.sleep(length * WARM_SHARE);
  const startNs = Bun.nanoseconds();
  const syncsBefore = door.syncs();
  const snapshotsBefore = door.snapshotsWritten();
  loop.isMeasuring = true;
  for (let part = 0; part < PARTS; part += 1) {
    loop.wantsSnapshots = snapshots === "yes" && part % 2 === 1;
    await Bun.sleep((length * (1 - WARM_SHARE)) / PARTS);
  }
  loop.isMeasuring = false;
  const seconds = (Bun.nanoseconds() - startNs) / 1e9;
  const { quiet, during } = loop;
  const measured = {
    acks_per_second: (quiet.count + during.count) / seconds,
    syncs_per_second: (door.syncs() - syncsBefore) / seconds,
    ...quiet.toPercentiles(),
    snapshots: door.snapshotsWritten() - snapshotsBefore,
    acks_during_snapshots: during.count,
    during: during.toPercentiles(),
  };
  await loop.stop();
  door.stop();
  process.stdout.write(`${JSON.stringify(measured)}\n`);
}

await main(process.argv.slice(2));
