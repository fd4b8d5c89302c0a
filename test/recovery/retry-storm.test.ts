// Hundreds of orders in flight when the venue is killed, and all of their senders back at once when
// it is up again: what has no answer is sent again under its client order id, and placed once.

import { afterAll, expect, test } from "bun:test";
import { until } from "../support/deadline.ts";
import { removeDirectories } from "../support/venue-process.ts";
import { audit } from "./audit.ts";
import { describe } from "./client.ts";
import type { NewOrder } from "./commands.ts";
import { ONE_PRICE, type TestAccount } from "./market.ts";
import { Trial } from "./trial.ts";
import { isTurnedAway } from "./witness.ts";

const SEED = 1;
const KILLS = 6;
/** With four traders 1,600: a kill leaves hundreds without an answer. */
const ORDERS_PER_TRADER = 400;
/** A kill comes when up to this part of its storm is answered; a sync answers many at once. */
const ANSWERED_PART = 1 / 8;
const STORM_MS_MAX = 30_000;
const TEST_MS_MAX = 120_000;

afterAll(removeDirectories);

interface Sent {
  readonly account: TestAccount;
  readonly order: NewOrder;
  /** Ids of the orders that the answers told of; every answer must tell of the same. */
  readonly orderIds: Set<number>;
  /** Answers that did not call themselves a repetition. */
  firstCount: number;
}

class Storm {
  readonly #trial: Trial;
  readonly sent: readonly Sent[];
  #answerCount = 0;

  constructor(trial: Trial) {
    this.#trial = trial;
    this.sent = trial.market.traders.flatMap((account) =>
      Array.from({ length: ORDERS_PER_TRADER }, (_, index) => ({
        ...{ account, order: this.#draw(index), orderIds: new Set<number>(), firstCount: 0 },
      })),
    );
  }

  get unanswered(): Sent[] {
    return this.sent.filter(({ orderIds }) => orderIds.size === 0);
  }

  /** Sends all of these at once. Resolves when each has its answer, or none to expect. */
  async send(orders: readonly Sent[]): Promise<void> {
    await Promise.all(orders.map((each) => this.#send(each)));
  }

  /** Kills the venue in the middle of sending what has no answer. */
  async killWhileSending(): Promise<void> {
    const { random, venue } = this.#trial;
    const { unanswered } = this;
    const wanted = this.#answerCount + random.below(unanswered.length * ANSWERED_PART);
    const sending = this.send(unanswered);
    await until(STORM_MS_MAX, "answers", () => this.#answerCount >= wanted);
    await venue.kill();
    await sending;
  }

  /** Of one price and both sides, so that most of them trade. */
  #draw(index: number): NewOrder {
    const { random } = this.#trial;
    return {
      ...{ symbol: "BTC-USDT", type: "LIMIT", price: String(ONE_PRICE) },
      side: random.below(2) === 0 ? "BUY" : "SELL",
      quantity: `0.${1 + random.below(999)}`,
      client_order_id: `storm-${index}`,
    };
  }

  async #send(sent: Sent): Promise<void> {
    const { account, order } = sent;
    const { witness } = this.#trial;
    const answer = await account.client.ask("POST", "/api/v1/trading/orders", order);
    if (answer === undefined || isTurnedAway(answer)) return;
    this.#answerCount += 1;
    const { status, body } = answer;
    if (status >= 300) throw new Error(`unexpected: ${describe(answer)}`);
    const orderId = body.count("order_id");
    sent.orderIds.add(orderId);
    if (!body.flag("duplicate")) sent.firstCount += 1;
    const { symbol, side } = order;
    witness.note(body);
    witness.notePlaced({ orderId, account: account.id, symbol, side });
    witness.noteOrder(body, body.count("sequence"));
  }
}

test.each(["fsync", "os"] as const)(
  `%s: what ${KILLS} kills left without an answer is placed once (seed ${SEED})`,
  async (durability) => {
    const trial = await Trial.begin({ durability, seed: SEED });
    const storm = new Storm(trial);
    let resentCount = 0;
    for (let kill = 0; kill < KILLS; kill += 1) {
      await storm.killWhileSending();
      resentCount += storm.unanswered.length;
      const replayed = trial.replayCopy();
      expect(replayed.problems).toEqual([]);
      const { sequence, stateHash } = await trial.restart();
      expect({ sequence, stateHash }).toEqual({
        sequence: replayed.lastSequence,
        stateHash: replayed.stateHash,
      });
      expect(sequence).toBeGreaterThanOrEqual(trial.witness.shownSequence);
    }
    await until(STORM_MS_MAX, "every order is answered", async () => {
      await storm.send(storm.unanswered);
      return storm.unanswered.length === 0;
    });
    // Those who are in doubt although they were answered send again as well.
    await storm.send(storm.sent);

    expect(resentCount).toBeGreaterThan(ORDERS_PER_TRADER);
    const ids = storm.sent.flatMap(({ orderIds }) => [...orderIds]);
    expect([ids.length, new Set(ids).size]).toEqual([storm.sent.length, storm.sent.length]);
    expect(Math.max(...storm.sent.map(({ firstCount }) => firstCount))).toBe(1);
    expect(trial.witness.placed.size).toBe(storm.sent.length);
    await audit(trial.witness, trial.market);
    await trial.venue.kill();
  },
  TEST_MS_MAX,
);
