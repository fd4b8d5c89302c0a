// The settlement events that a history serves are those that the settlement stage makes: every one
// of a real core's random trading, found by account, instrument, trade and time.

import { afterAll, expect, test } from "bun:test";
import { join } from "node:path";
import { systemClock } from "../../gateway/clock.ts";
import { Random } from "../../gateway/demo/random.ts";
import type { Parsed } from "../../gateway/domain/reject.ts";
import { History, type HistoryAnswer } from "../../gateway/sessions/history.ts";
import {
  type DatedTrade,
  type SettlementEvent,
  toSettlementEvent,
} from "../../gateway/stages/settlement/settlement-event.ts";
import { SettlementStage } from "../../gateway/stages/settlement/settlement-stage.ts";
import { StateFile } from "../../gateway/stages/state-file.ts";
import { START_US } from "../support/scenario-core.ts";
import { DAY_US, give, openHistory, tradeForDays } from "../support/traded-days.ts";
import { makeDirectory, removeDirectories } from "../support/venue-process.ts";

const TEST_MS_MAX = 60_000;

afterAll(removeDirectories);

test.each([51, 52])(
  "are served as the stage made them (seed %d)",
  async (seed) => {
    const directory = makeDirectory();
    const { core, log, reference, endUs } = tradeForDays(makeDirectory(), seed);
    const findTerms = (id: number) => reference.listingOf(id)?.instrument;
    const made: SettlementEvent[] = [];
    const file = new StateFile(join(directory, "settlement.json"));
    const settlement = new SettlementStage(findTerms, file, {
      hearEvent: (each) => made.push(each),
    });
    settlement.start(0);
    for (const transaction of log) settlement.apply(transaction);
    // Each is what the balances of its transaction say.
    expect(settlement.discrepancies).toBe(0);
    expect(made.length).toBeGreaterThan(300);
    for (const event of made) expect(sumsOf(event).every((sum) => sum === 0n)).toBe(true);

    const stage = openHistory(join(directory, "history.sqlite"));
    stage.start(stage.checkpoint());
    await give(stage, log, 0);
    const history = new History(() => log.length, systemClock);
    history.attach(stage, { hasten: () => {} });
    const random = new Random(seed);
    type Page = { limit: number; after: number | undefined };
    const read = async (ask: (page: Page) => Promise<Parsed<HistoryAnswer<DatedTrade>>>) => {
      const found: SettlementEvent[] = [];
      let after: number | undefined;
      do {
        const answer = await ask({ limit: 1 + random.below(200), after });
        if (!answer.ok) throw new Error(`no page: ${answer.reject}`);
        expect(answer.value.sequence).toBe(log.length);
        found.push(...answer.value.values.map((dated) => toSettlementEvent(dated, findTerms)));
        after = answer.value.nextAfter;
      } while (after !== undefined);
      return found.reverse();
    };
    for (const instrument of [1, 2]) {
      const wanted = made.filter((event) => event.instrument === instrument);
      expect(await read((page) => history.trades(instrument, page))).toEqual(wanted);
      for (const account of [3, 4, 5, 6]) {
        const own = wanted.filter(({ legs }) => legs.some((leg) => leg.account === account));
        expect(await read((page) => history.ownTrades(account, instrument, page))).toEqual(own);
        for (let fromUs = START_US; fromUs < endUs; fromUs += DAY_US) {
          const day = { fromUs, toUs: fromUs + DAY_US };
          const ofDay = own.filter(
            ({ settledAtUs }) => settledAtUs >= day.fromUs && settledAtUs < day.toUs,
          );
          const found = await read((page) =>
            history.ownTrades(account, instrument, { ...day, ...page }),
          );
          expect(found).toEqual(ofDay);
        }
      }
      for (const event of wanted) {
        expect(await read(() => history.trade(instrument, event.tradeId))).toEqual([event]);
      }
      for (const tradeId of [0, wanted.length + 1, 2 ** 50]) {
        expect(await read(() => history.trade(instrument, tradeId))).toEqual([]);
      }
    }
    await Promise.all([stage.stop(), file.stop()]);
    core.stop();
  },
  TEST_MS_MAX,
);

/** Of each currency. */
function sumsOf({ legs, fees }: SettlementEvent): bigint[] {
  const sums = new Map<number, bigint>();
  for (const { currency, amount } of [...legs, ...fees]) {
    sums.set(currency, (sums.get(currency) ?? 0n) + amount);
  }
  return [...sums.values()];
}
