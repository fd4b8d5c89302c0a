/**
 * Keeps a number of orders in flight through the core and prints how fast they are acknowledged.
 *
 * Use: `bun bench/durable-process.ts <door> <durability> <in flight> <ms> <snapshots> <directory>`
 *
 * Each place in flight places an order that rests, cancels it when that is acknowledged, and begins
 * again. With snapshots `yes` one is asked for after the other in every second quarter of the time;
 * acknowledgements that came while one was being written are counted apart.
 */
import { ClosedLoop } from "./closed-loop.ts";
import { type DoorName, openDoor, venueCommands } from "./core-doors.ts";

/** Share of the time before the measurement: compiler, page cache, first segment. */
const WARM_SHARE = 0.2;
/** Parts of the measured time that are without and with snapshots in turn. */
const PARTS = 4;
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
    ...quiet.toMeasured(),
    snapshots: door.snapshotsWritten() - snapshotsBefore,
    acks_during_snapshots: during.count,
    during: during.toMeasured(),
  };
  await loop.stop();
  door.stop();
  process.stdout.write(`${JSON.stringify(measured)}\n`);
}

await main(process.argv.slice(2));
