import { afterAll, expect, test } from "bun:test";
import { Core } from "../../gateway/core/core.ts";
import { Opcode } from "../../gateway/domain/command.ts";
import type { SubmittedCommand } from "../../gateway/domain/command.ts";
import { InstrumentState } from "../../gateway/domain/instrument.ts";
import { OrderType, Side, TimeInForce } from "../../gateway/domain/order.ts";
import { RejectCode } from "../../gateway/generated/reject-codes.ts";
import { until } from "../support/deadline.ts";
import { makeDirectory, removeDirectories } from "../support/venue-process.ts";

afterAll(removeDirectories);

const COMMANDS = 1_000_000;
const BATCH = 500;
/** Buffers, tables and the collector's heap have their size by then. */
const WARM_UP = 300_000;
/** What 700,000 commands may add. A leak of one reply or record each would be 10 MiB and more. */
const GROWTH_BYTES_MAX = 8 << 20;
const TEST_MS_MAX = 120_000;

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

test(
  "1,000,000 commands leave memory as it was",
  async () => {
    const core = Core.open({
      ...{ dataDirectory: makeDirectory(), durability: "none", retainedOrdersMax: 64 },
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
    let heldBytes = 0;
    // Goes on until the journal is behind, and again a little later.
    await until(TEST_MS_MAX, "every command", () => {
      for (throttled = 0; throttled === 0 && accepted < COMMANDS;) {
        if (heldBytes === 0 && accepted > WARM_UP) heldBytes = residentBytes();
        for (let index = 0; index < BATCH; index += 1) {
          const text = `order-${accepted + index}`;
          core.submit({ ...order, price: 1 + index, text }, reply);
        }
        core.flush();
      }
      return accepted >= COMMANDS;
    });
    expect(residentBytes() - heldBytes).toBeLessThan(GROWTH_BYTES_MAX);
    core.stop();
  },
  TEST_MS_MAX,
);

function residentBytes(): number {
  Bun.gc(true);
  return process.memoryUsage.rss();
}
