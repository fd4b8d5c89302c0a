/**
 * Runs a stream written by `bench peer-file` through the order book of npm's `nodejs-order-book`.
 *
 * Use: `node|bun order-book.mjs <directory of node_modules> <file> <first orders> <commands>
 * <passes>`
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const RECORD_BYTES = 40;
const GTC = 0;
const IOC = 1;
const FOK_BUDGET = 2;
const CANCEL = 3;
const REDUCE = 4;

const [directory, file, ...sizes] = process.argv.slice(2);
const [prefill, commandsMax, passes] = sizes.map(Number);
const { OrderBook } = createRequire(join(directory, "package.json"))("nodejs-order-book");
const wanted = (prefill + commandsMax) * RECORD_BYTES;
const commands = readCommands(readFileSync(file).subarray(0, wanted));

function readCommands(bytes) {
  return Array.from({ length: bytes.length / RECORD_BYTES }, (_, index) => {
    const at = index * RECORD_BYTES;
    return {
      kind: bytes[at],
      side: bytes[at + 1] === 1 ? "buy" : "sell",
      id: String(bytes.readBigUInt64LE(at + 16)),
      price: Number(bytes.readBigInt64LE(at + 24)),
      size: Number(bytes.readBigInt64LE(at + 32)),
    };
  });
}

/** Gives the book one command. Returns what traded, or nothing. */
function execute(book, { kind, side, id, price, size }) {
  switch (kind) {
    case GTC:
      return book.limit({ side, id, size, price });
    case IOC:
      return book.limit({ side, id, size, price, timeInForce: "IOC" });
    case FOK_BUDGET:
      return book.limit({ side, id, size, price, timeInForce: "FOK" });
    case CANCEL:
      book.cancel(id);
      return undefined;
    case REDUCE:
      return reduce(book, id, size);
    default:
      return book.modify(id, { price });
  }
}

function reduce(book, id, by) {
  const left = (book.order(id)?.size ?? by) - by;
  if (left > 0) return book.modify(id, { size: left });
  book.cancel(id);
  return undefined;
}

let trades = 0;

function run(book, from, to) {
  for (let at = from; at < to; at += 1) {
    const done = execute(book, commands[at]);
    if (done === undefined) continue;
    trades += done.done.length + (done.partial === null ? 0 : 1);
  }
}

const rates = [];
for (let pass = 0; pass < passes; pass += 1) {
  const book = new OrderBook();
  run(book, 0, prefill);
  trades = 0;
  const startNs = process.hrtime.bigint();
  run(book, prefill, commands.length);
  const seconds = Number(process.hrtime.bigint() - startNs) / 1e9;
  rates.push(Math.round((commands.length - prefill) / seconds));
}
process.stdout.write(`${JSON.stringify({ commands_per_second: rates, orders_touched: trades })}\n`);
