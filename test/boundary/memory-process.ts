/**
 * Gives a core commands without end and prints, for each 2,000,000 behind the first ones, the least
 * bytes that the process had. A process of its own: in that of the tests others come and go.
 *
 * Use: `bun test/boundary/memory-process.ts <directory>`
 */
import { Core } from "../../gateway/core/core.ts";
import { Opcode } from "../../gateway/domain/command.ts";
import type { SubmittedCommand } from "../../gateway/domain/command.ts";
import { InstrumentState } from "../../gateway/domain/instrument.ts";
import { OrderType, Side, TimeInForce } from "../../gateway/domain/order.ts";
import { RejectCode } from "../../gateway/generated/reject-codes.ts";
import { until } from "../support/deadline.ts";

const BATCH = 500;
/** Buffers, tables and the collector's heap have their size by then. */
const WARM_UP = 2_000_000;
const PART = 2_000_000;
/** Between two looks at the size. */
const LOOK = 500_000;
const WAIT_MS_MAX = 60_000;

const setUp: SubmittedCommand[] = [
  { opcode: Opcode.createCurrency, quantity: 9, text: "BTC" },
  { opcode: Opcode.createCurrency, quantity: 8, text: "USDT" },
  {
    ...{ opcode: Opcode.createInstrument, account: 1, instrument: 2, price: 1, side: 2 },
    ...{ quantity: 10_000, text: "BTC-USDT" },
  },
  { opcode: Opcode.setInstrumentState, instrument: 1, kind: InstrumentState.open },
  { opcode: Opcode.createAccount, text: "alice" },
  { opcode: Opcode.deposit, account: 3, instrument: 2, amount: 10n ** 18n, session: 1, text: "d" },
];

/** Frozen, found no counterparty, released: an order and its end in one command. */
const order = {
  ...{ opcode: Opcode.newOrder, account: 3, instrument: 1, side: Side.buy, quantity: 1 },
  ...{ orderType: OrderType.limit, timeInForce: TimeInForce.ioc },
} as const;

async function main([directory = ""]: readonly string[]): Promise<void> {
  const core = Core.open({
    ...{ dataDirectory: directory, durability: "none", retainedOrdersMax: 64 },
    segmentBytes: 1 << 24,
    // What waits for a disk that others use has its size soon, and is not what this is about.
    unsyncedCommandsMax: 2_048,
  });
  let accepted = 0;
  let throttled = 0;
  const reply = ({ code }: { code: number }): void => {
    if (code === 0) accepted += 1;
    else if (code === RejectCode.throttled) throttled += 1;
    else throw new Error(`unexpected code ${code}`);
  };
  for (const command of setUp) core.submit(command, reply);
  core.flush();
  /** Goes on until so many are accepted, and whenever the journal is behind, a little later. */
  const acceptUntil = (count: number): Promise<boolean> =>
    until(WAIT_MS_MAX, `${count} commands`, () => {
      for (throttled = 0; throttled === 0 && accepted < count;) {
        for (let index = 0; index < BATCH; index += 1) {
          const text = `order-${accepted + index}`;
          core.submit({ ...order, price: 1 + index, text }, reply);
        }
        core.flush();
      }
      return accepted >= count;
    });
  await acceptUntil(WARM_UP);
  for (let from = WARM_UP; ; from += PART) {
    let least = Infinity;
    for (let count = from + LOOK; count <= from + PART; count += LOOK) {
      await acceptUntil(count);
      least = Math.min(least, residentBytes());
    }
    process.stdout.write(`${least}\n`);
  }
}

function residentBytes(): number {
  Bun.gc(true);
  return process.memoryUsage.rss();
}

await main(process.argv.slice(2));
