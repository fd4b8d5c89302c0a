/**
 * Fills a journal and ends without a clean stop, or opens what such an end left behind.
 *
 * Use: `bun bench/recovery-process.ts fill <directory> <records file>`
 *      `bun bench/recovery-process.ts open <directory>`
 */
import { readFileSync } from "node:fs";
import { loadAddon, PLACE_COUNT } from "../gateway/core/addon.ts";
import type { CoreOptions } from "../gateway/core/core.ts";
import { RejectCode } from "../gateway/domain/reject.ts";

const RECORD_BYTES = 128;
const BATCH = 512;

function toOptions(dataDirectory: string): CoreOptions {
  return {
    dataDirectory,
    durability: "os",
    accountsMax: 10_000,
    ordersMax: 100_000,
    // No snapshot: everything is to be replayed.
    snapshotIntervalCommands: 1_000_000_000,
  };
}

function fill(dataDirectory: string, file: string): object {
  const addon = loadAddon();
  const { handle, sequence } = addon.open(toOptions(dataDirectory), () => undefined);
  if (sequence !== 1) throw new Error(`opened at ${sequence}: order ids would not be those drawn`);
  const records = readFileSync(file).subarray(RECORD_BYTES);
  const input = Buffer.alloc(BATCH * RECORD_BYTES);
  const answer = Buffer.alloc(1_024);
  addon.attach(handle, input, Buffer.alloc(1 << 22), answer, new Float64Array(PLACE_COUNT));
  for (let at = 0; at < records.length; at += input.length) {
    const length = records.copy(input, 0, at, Math.min(at + input.length, records.length));
    const released = addon.submit(handle, 0, length);
    if (released === -RejectCode.throttled) throw new Error("the disk is slower than `os` allows");
    if (released < 0) throw new Error(`refused with code ${-released}`);
  }
  addon.drain(handle);
  return { commands: records.length / RECORD_BYTES, hash: addon.stateHash(handle) };
}

function open(dataDirectory: string): object {
  const addon = loadAddon();
  const { handle, commandsReplayed, recoveryMs } = addon.open(
    toOptions(dataDirectory),
    () => undefined,
  );
  const hash = addon.stateHash(handle);
  return { commands: commandsReplayed, recovery_ms: recoveryMs, hash };
}

const [step, dataDirectory, file] = process.argv.slice(2);
const done = step === "fill" ? fill(dataDirectory ?? "", file ?? "") : open(dataDirectory ?? "");
process.stdout.write(`${JSON.stringify(done)}\n`);
// Without `stop`: neither the end of the journal nor a snapshot is written.
process.exit(0);
