/**
 * Reads NewOrderSingles or writes ExecutionReports, or only adds up their bytes; prints what one
 * message costs.
 *
 * Use: `bun bench/fix-codec-process.ts <case> <messages>`; the cases are in fix-codec.ts.
 */
import { makeVenueDictionary } from "../gateway/protocols/fix/codec.ts";
import { STRICT, validate } from "../gateway/protocols/fix/dictionary/validation.ts";
import { sumBytes } from "../gateway/protocols/fix/wire/ascii.ts";
import { Framer } from "../gateway/protocols/fix/wire/framer.ts";
import { FixMessage } from "../gateway/protocols/fix/wire/message.ts";
import { FixWriter, type OutboundHeader } from "../gateway/protocols/fix/wire/writer.ts";

/** Messages of a chunk, as a socket brings them under load. */
const CHUNK = 64;
const PASSES = 40;
/** Passes until the compiler is done; the first of them are ten times as slow. */
const WARM_PASSES = 20;
const START_US = 1_795_262_400_000_000;

/** Changes from message to message, as in a session. */
const header: OutboundHeader = {
  ...{ beginString: "FIX.4.4", senderCompId: "CLIENT1", targetCompId: "VENUE" },
  ...{ sequence: 1, sendingTimeUs: START_US, timestampDigits: 3 },
};

function setHeader(index: number): void {
  header.sequence = 100_000 + index;
  header.sendingTimeUs = START_US + index * 100;
}

const writer = new FixWriter();

function writeOrder(index: number) {
  setHeader(index);
  writer
    .begin("D")
    .text(11, `ord-${100_000 + index}`)
    .integer(38, 100 + index)
    .text(40, "2");
  writer.decimal(44, 5_000_000 + index, 2).text(54, index % 2 === 0 ? "1" : "2");
  writer.text(55, "BTC-USDT").text(59, "1").timestamp(60, header.sendingTimeUs, 3);
  return writer.finish(header);
}

/** A full fill. The texts are what the gateway has at hand; numbers are made here. */
function writeReport(index: number) {
  setHeader(index);
  writer.begin("8").text(1, "alice").text(6, "50000.12000000").text(11, "ord-100001");
  writer
    .decimal(14, 100 + index, 4)
    .integer(17, 1_000_000 + index)
    .decimal(31, 5_000_012, 2);
  writer
    .decimal(32, 100 + index, 4)
    .integer(37, 2_000_000 + index)
    .decimal(38, 100 + index, 4);
  writer.text(39, "2").text(40, "2").decimal(44, 5_000_100, 2).text(54, "1").text(55, "BTC-USDT");
  writer.text(59, "1").timestamp(60, header.sendingTimeUs).text(150, "F").decimal(151, 0, 4);
  writer.integer(527, 3_000_000 + index).text(851, "2");
  return writer.finish(header);
}

function toChunk(write: (index: number) => ReturnType<typeof writeOrder>): Buffer {
  const frames = Array.from({ length: CHUNK }, (_, index) => {
    const { bytes, start, end } = write(index);
    return Buffer.from(bytes.subarray(start, end));
  });
  return Buffer.concat(frames);
}

/** Reads `chunks` times the same chunk; returns what it saw. */
function makeReader(depth: "framed" | "decoded" | "validated"): (chunks: number) => number {
  const chunk = toChunk(writeOrder);
  const framer = new Framer({ bodyBytesMax: 8_192, bufferBytesMax: 1 << 20 });
  const message = new FixMessage();
  const dictionary = makeVenueDictionary();
  return (chunks) => {
    let seen = 0;
    for (let fed = 0; fed < chunks; fed += 1) {
      framer.feed(chunk);
      while (framer.next() === "message") {
        const { bytes, start, end } = framer;
        seen = (Math.imul(seen, 31) + end - start) | 0;
        if (depth === "framed") continue;
        if (message.parse(bytes, start, end) === "garbled") throw new Error("garbled");
        if (depth === "decoded") continue;
        const flaw = validate(message, dictionary, STRICT);
        if (flaw !== undefined) throw new Error(JSON.stringify(flaw));
      }
    }
    return seen;
  };
}

function makeScan(chunk: Buffer): (chunks: number) => number {
  return (chunks) => {
    let seen = 0;
    for (let scanned = 0; scanned < chunks; scanned += 1) {
      seen = (Math.imul(seen, 31) + sumBytes(chunk, 0, chunk.length)) | 0;
    }
    return seen;
  };
}

function encodeReports(chunks: number): number {
  let seen = 0;
  for (let index = 0; index < chunks * CHUNK; index += 1) {
    const { bytes, end } = writeReport(index);
    // The last digit of the checksum stands for all bytes before it.
    seen = (Math.imul(seen, 31) + (bytes[end - 2] ?? 0)) | 0;
  }
  return seen;
}

const CASES: ReadonlyMap<string, () => (chunks: number) => number> = new Map([
  ["order-scan", () => makeScan(toChunk(writeOrder))],
  ["order-framed", () => makeReader("framed")],
  ["order-decoded", () => makeReader("decoded")],
  ["order-validated", () => makeReader("validated")],
  ["report-scan", () => makeScan(toChunk(writeReport))],
  ["report-encoded", () => encodeReports],
]);

const [name = "", messages = ""] = process.argv.slice(2);
const run = CASES.get(name)?.();
if (run === undefined) throw new Error(`no case ${name}`);
const chunks = Math.max(1, Math.round(Number(messages) / PASSES / CHUNK));
for (let pass = 0; pass < WARM_PASSES; pass += 1) run(chunks);
let hash = 0;
const passes = Array.from({ length: PASSES }, () => {
  const startedNs = Bun.nanoseconds();
  hash = run(chunks);
  return (Bun.nanoseconds() - startedNs) / (chunks * CHUNK);
});
const ns = passes.toSorted((left, right) => left - right)[PASSES / 2] ?? 0;
process.stdout.write(`${JSON.stringify({ ns, hash: (hash >>> 0).toString(16) })}\n`);
