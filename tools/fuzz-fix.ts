/**
 * Fuzzes the FIX codec for as long as it takes: messages of which half are damaged, cut anywhere.
 *
 * Use: `bun tools/fuzz-fix.ts [messages] [seed]`; 10,000,000 messages take minutes. Ends with 1
 * when a good message is lost, the reader stands still, or memory grows. The seed is printed first.
 */
import { FixFuzz } from "../test/support/fix-fuzz.ts";

const [messages = "10000000", seed = `${crypto.getRandomValues(new Uint32Array(1))[0]}`] =
  process.argv.slice(2);
/** Messages of a burst, good ones and then damaged ones. */
const BURST = 500;
/** Bursts after which the compiler is done and memory is as large as it gets. */
const WARM_BURSTS = 40;
/** What the collector may leave behind; a leak of 1 byte a message would be 10 MB. */
const GROWTH_BYTES_MAX = 8 * 1024 * 1024;

process.stdout.write(`bun tools/fuzz-fix.ts ${messages} ${seed}\n`);
const fuzz = new FixFuzz(Number(seed));
let warmBytes = 0;
for (let burst = 0; fuzz.counts.messages < Number(messages); burst += 1) {
  fuzz.feedGood(BURST);
  fuzz.feedDamaged(BURST);
  if (burst === WARM_BURSTS) warmBytes = heldBytes();
}
const grownBytes = warmBytes === 0 ? 0 : heldBytes() - warmBytes;
process.stdout.write(`${JSON.stringify({ ...fuzz.counts, grownBytes })}\n`);
if (grownBytes > GROWTH_BYTES_MAX) process.exitCode = 1;

function heldBytes(): number {
  Bun.gc(true);
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
