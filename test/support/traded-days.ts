// What a real core makes of random trading over some days, and a history that is given it.

import { systemClock } from "../../gateway/clock.ts";
import type { Core } from "../../gateway/core/core.ts";
import { Random } from "../../gateway/demo/random.ts";
import type { Transaction } from "../../gateway/domain/change.ts";
import { Opcode } from "../../gateway/domain/command.ts";
import { ReferenceData } from "../../gateway/sessions/reference-data.ts";
import { HistoryStage } from "../../gateway/stages/history/history-stage.ts";
import { until } from "./deadline.ts";
import { turn } from "./history-feed.ts";
import { openingCommands, RandomTrading } from "./random-trading.ts";
import { openCore, START_US } from "./scenario-core.ts";

export const HOUR_US = 3_600_000_000;
export const DAY_US = 24 * HOUR_US;
const COMMANDS = 1_500;
const WAIT_MS_MAX = 20_000;

export interface Traded {
  readonly core: Core;
  readonly log: readonly Transaction[];
  readonly reference: ReferenceData;
  readonly endUs: number;
}

/** Some two weeks, with days on which nothing happens. Account 3 has gold that never moves. */
export function tradeForDays(directory: string, seed: number): Traded {
  const core = openCore(directory, {});
  const reference = ReferenceData.load(core);
  const log: Transaction[] = [];
  core.subscribe((transaction) => {
    log.push(transaction);
    for (const change of transaction.changes) reference.apply(change);
  });
  const random = new Random(seed);
  const trading = new RandomTrading(seed);
  const gold = { opcode: Opcode.deposit, account: 3, instrument: 4, amount: 77n, session: 1 };
  const opening = [
    ...openingCommands(),
    ...[
      { opcode: Opcode.createCurrency, text: "GOLD", quantity: 1 },
      { ...gold, text: "gold" },
    ],
  ];
  let timeUs = START_US;
  for (let count = 0; count < COMMANDS; count += 1) {
    core.submit(opening[count] ?? trading.next(), (reply) => trading.hear(reply));
    core.flush();
    core.tick();
    if (count % 25 !== 0) continue;
    timeUs += random.below(8) === 0 ? random.below(3) * DAY_US : random.below(6 * HOUR_US);
    core.setCallerTime(timeUs);
  }
  return { core, log, reference, endUs: timeUs };
}

export function openHistory(path: string, retentionDays = 0): HistoryStage {
  return new HistoryStage({ path, retentionDays, journalSequence: 1e9, clock: systemClock });
}

/** Gives the stage what follows `after`, and waits until it has it. */
export async function give(stage: HistoryStage, log: readonly Transaction[], after: number) {
  for (const transaction of log.slice(after)) {
    await until(WAIT_MS_MAX, "room", () => stage.apply(transaction) !== "busy");
    if (transaction.sequence % 40 === 0) await turn();
    // Some moments, as time would bring them.
    if (transaction.sequence % 200 === 0) await stage.ask({ ask: "events", orderId: 1, limit: 1 });
  }
  await until(WAIT_MS_MAX, "the disk", () => stage.checkpoint() === log.length);
}
