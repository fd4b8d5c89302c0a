/**
 * Feeds the anchor stream through the addon in batches of one size and prints what a command costs.
 *
 * Use: `bun bench/border-process.ts <door> <batch> <records> <setup> <prefill> <directory>`
 *
 * `raw` copies ready records into the shared buffer and reads back only how many bytes came out.
 * `heads` and `facade` are what the gateway does: fields to bytes, one callback per command, which
 * is given the header of its transaction; or all of it, as objects.
 */
import { readFileSync } from "node:fs";
import { loadAddon, PLACE_COUNT } from "../gateway/core/addon.ts";
import { Core, type CoreOptions } from "../gateway/core/core.ts";
import type { TransactionHead } from "../gateway/core/released.ts";
import type { SubmittedCommand } from "../gateway/domain/command.ts";
import { toAmount } from "../gateway/domain/units.ts";

const RECORD_BYTES = 128;
const INPUT_RECORDS = 4_096;
/** Batch of the commands before the measurement. */
const PREPARING_BATCH = 512;

/** Commands as records, without the first, which the core issues itself when it opens. */
interface Stream {
  bytes: Buffer;
  preparing: number;
  count: number;
}

/** Executes `from` to `to` in batches; returns the commands refused. */
type Execute = (from: number, to: number, batch: number) => number;

interface Door {
  execute: Execute;
  close: () => string;
}

function toOptions(dataDirectory: string): CoreOptions {
  return {
    dataDirectory,
    durability: "none",
    accountsMax: 10_000,
    ordersMax: 100_000,
    snapshotIntervalCommands: 1_000_000_000,
    // The journal, which `none` does not wait for, may fall behind by the whole stream.
    unsyncedCommandsMax: 16_777_216,
    pendingBytesMax: 1 << 30,
  };
}

function openRaw(stream: Stream, dataDirectory: string): Door {
  const addon = loadAddon();
  const { handle, sequence } = addon.open(toOptions(dataDirectory), () => undefined);
  if (sequence !== 1) throw new Error(`opened at ${sequence}: order ids would not be those drawn`);
  const input = Buffer.alloc(INPUT_RECORDS * RECORD_BYTES);
  const output = Buffer.alloc(1 << 24);
  const places = new Float64Array(PLACE_COUNT);
  addon.attach(handle, input, output, Buffer.alloc(1 << 16), places);
  let bytes = addon.read(handle);
  const execute: Execute = (from, to, batch) => {
    for (let next = from; next < to; next += batch) {
      const end = Math.min(next + batch, to);
      stream.bytes.copy(input, 0, next * RECORD_BYTES, end * RECORD_BYTES);
      const released = addon.submit(handle, 0, (end - next) * RECORD_BYTES);
      if (released < 0) throw new Error(`refused with code ${-released}`);
      bytes += released;
    }
    return 0;
  };
  const close = (): string => {
    addon.stop(handle);
    return hashOf([bytes]);
  };
  return { execute, close };
}

function openFacade(stream: Stream, dataDirectory: string, isWhole: boolean): Door {
  const core = Core.open(toOptions(dataDirectory));
  const commands: SubmittedCommand[] = [];
  for (let index = 0; index < stream.count; index += 1) commands.push(readFields(stream, index));
  let refused = 0;
  /** Change records and results, summed: the callback must not be idle. */
  const counts = [0, 0];
  const hear = ({ code, result }: TransactionHead, changes: number): void => {
    if (code !== 0) refused += 1;
    counts[0] = (counts[0] ?? 0) + changes;
    counts[1] = (counts[1] ?? 0) + result;
  };
  const execute: Execute = (from, to, batch) => {
    refused = 0;
    for (let next = from; next < to; next += batch) {
      for (const command of commands.slice(next, Math.min(next + batch, to))) {
        const code = isWhole
          ? core.submit(command, (transaction) => hear(transaction, transaction.changes.length))
          : core.submitForHead(command, (head) => hear(head, 1));
        if (code !== undefined) throw new Error(`refused with code ${code}`);
      }
      core.flush();
    }
    return refused;
  };
  const close = (): string => {
    core.stop();
    return hashOf(counts);
  };
  return { execute, close };
}

/** Equal work has equal hashes, per door. */
function hashOf(counts: readonly number[]): string {
  return Bun.hash(counts.join(" ")).toString(16);
}

/** The fields of a record, as the gateway would hold them. */
function readFields({ bytes }: Stream, index: number): SubmittedCommand {
  const at = index * RECORD_BYTES;
  const textLength = bytes[at + 6] ?? 0;
  const low = bytes.readBigUInt64LE(at + 48);
  const high = bytes.readBigInt64LE(at + 56);
  const fields = {
    opcode: bytes[at] ?? 0,
    side: bytes[at + 2],
    orderType: bytes[at + 3],
    timeInForce: bytes[at + 4],
    kind: bytes[at + 5],
    account: bytes.readUInt32LE(at + 8),
    instrument: bytes.readUInt32LE(at + 12),
    session: Number(bytes.readBigUInt64LE(at + 16)),
    orderId: Number(bytes.readBigUInt64LE(at + 24)),
    price: Number(bytes.readBigInt64LE(at + 32)),
    quantity: Number(bytes.readBigInt64LE(at + 40)),
    amount: toAmount((high << 64n) | low),
    text: bytes.toString("latin1", at + 64, at + 64 + textLength),
  };
  // why: the records hold the engine's own opcodes and enumerations, none of them the runtime's
  return fields as SubmittedCommand;
}

function main([kind, batch, file, setup, prefill, dataDirectory]: readonly string[]): void {
  const bytes = readFileSync(file ?? "").subarray(RECORD_BYTES);
  const count = bytes.length / RECORD_BYTES;
  const stream = { bytes, count, preparing: Number(setup) - 1 + Number(prefill) };
  const directory = dataDirectory ?? "";
  const door =
    kind === "raw" ? openRaw(stream, directory) : openFacade(stream, directory, kind === "facade");
  const refused = door.execute(0, stream.preparing, PREPARING_BATCH);
  if (refused > 0) throw new Error(`${refused} commands of the preparation were refused`);
  // The first part of the timed commands warms the compiler up.
  const warm = stream.preparing + Math.floor((count - stream.preparing) / 4);
  door.execute(stream.preparing, warm, Number(batch));
  const startNs = Bun.nanoseconds();
  door.execute(warm, count, Number(batch));
  const elapsedNs = Bun.nanoseconds() - startNs;
  const commands = count - warm;
  const hash = door.close();
  process.stdout.write(`${JSON.stringify({ commands, ns: elapsedNs / commands, hash })}\n`);
}

main(process.argv.slice(2));
