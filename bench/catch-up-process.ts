/**
 * Fills a venue with trades and prints how fast stages that have seen none of it catch up.
 *
 * Use: `bun bench/catch-up-process.ts <case> <commands> <directory>`
 *
 * `reading` executes again and decodes, for no stage; other cases name stages, which get it all
 * through their runner and are not waited for when they write.
 */
import { systemClock } from "../gateway/clock.ts";
import { Core } from "../gateway/core/core.ts";
import { Opcode, type SubmittedCommand } from "../gateway/domain/command.ts";
import { OrderType, Side, TimeInForce } from "../gateway/domain/order.ts";
import { until } from "../test/support/deadline.ts";
import { ACCOUNT, INSTRUMENT, venueCommands } from "./core-doors.ts";
import { openOwnStages } from "./own-stages.ts";
import { PRICE_TICKS } from "./push-market.ts";
import { depositCommand, sellCommands, submitAll } from "./push-servers.ts";

const SELLER = ACCOUNT + 1;
/** Every fourth buyer buys two lots, of two orders. */
const LARGE_EVERY = 8;
const CATCH_UP_MS_MAX = 300_000;

/** Sellers and buyers in turn: each order rests or trades. */
function tradingCommands(commands: number): SubmittedCommand[] {
  const limit = { opcode: Opcode.newOrder, instrument: INSTRUMENT, orderType: OrderType.limit };
  const [gtc, ioc] = [{ timeInForce: TimeInForce.gtc }, { timeInForce: TimeInForce.ioc }];
  // Before the one large order of the seller, of which the larger buyers take the rest.
  const sell = { ...limit, ...gtc, account: SELLER, side: Side.sell, price: PRICE_TICKS - 1 };
  const buy = { ...limit, ...ioc, account: ACCOUNT, side: Side.buy, price: PRICE_TICKS };
  return Array.from({ length: commands }, (_, index) => {
    if (index % 2 === 0) return { ...sell, quantity: 1 };
    return { ...buy, quantity: index % LARGE_EVERY === 1 ? 2 : 1 };
  });
}

/** Returns how many changes there were. */
async function fill(core: Core, commands: number): Promise<number> {
  let changes = 0;
  core.subscribe((transaction) => (changes += transaction.changes.length));
  await submitAll(core, [
    ...venueCommands(),
    ...sellCommands(SELLER, commands),
    depositCommand(SELLER, commands, "more"),
  ]);
  await submitAll(core, tradingCommands(commands));
  return changes;
}

async function read(core: Core): Promise<void> {
  const execution = core.reexecute(0);
  for (;;) {
    const transactions = execution.read();
    if (transactions === undefined) break;
    // It has nothing yet: asking again at once would take the processor that it needs.
    if (transactions.length === 0)
      await new Promise<void>((resolve) => systemClock.after(1, resolve));
    else await new Promise<void>((resolve) => setImmediate(resolve));
  }
  execution.close();
}

async function catchUp(core: Core, names: readonly string[], directory: string): Promise<void> {
  const { stages, own } = openOwnStages(core, directory);
  for (const stage of own) {
    if (names.includes(stage.name)) stages.add(stage);
  }
  stages.start();
  await until(CATCH_UP_MS_MAX, "the stages are live", () =>
    stages.status().every(({ lag, state }) => lag === 0 && state === "live"),
  );
  if (stages.status().length !== names.length) throw new Error(`no stages ${names.join()}`);
}

async function main([kind = "", commands, directory = ""]: readonly string[]): Promise<void> {
  const core = Core.open({ dataDirectory: directory, durability: "os", holdJournal: 0 });
  const changes = await fill(core, Number(commands));
  const startNs = Bun.nanoseconds();
  await (kind === "reading" ? read(core) : catchUp(core, kind.split(" "), directory));
  const seconds = (Bun.nanoseconds() - startNs) / 1e9;
  const { executedSequence } = core.status();
  const measured = {
    changes_per_second: changes / seconds,
    commands_per_second: executedSequence / seconds,
    hash: Bun.hash(`${executedSequence} ${changes}`).toString(16),
  };
  process.stdout.write(`${JSON.stringify(measured)}\n`);
  process.exit(0);
}

await main(process.argv.slice(2));
