import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { Side } from "../../../domain/order.ts";
import { toPrice, toQuantity } from "../../../domain/units.ts";
import {
  type BookLevel,
  BookMirror,
  LEVELS_ASKED,
  type LevelUpdate,
  SideView,
  UpdateAction,
} from "./book-mirror.ts";
import { DEPTH_MAX } from "./request.ts";

/** Of the stream that a failure names. */
const SEED = 20_261_121;

function level(side: Side, price: number, quantity: number): BookLevel {
  const orderCount = quantity === 0 ? 0 : 1;
  return { instrument: 1, side, price: toPrice(price), quantity: toQuantity(quantity), orderCount };
}

function toChange(each: BookLevel) {
  return { entity: "level", change: "image", ...each } as const;
}

/** What a client has that applies every update; it refuses those that make no sense. */
class ClientSide {
  readonly levels = new Map<number, number>();

  apply({ action, level: { price, quantity } }: LevelUpdate): void {
    const isKnown = this.levels.has(price);
    expect(isKnown).toBe(action !== UpdateAction.new);
    if (action === UpdateAction.delete) this.levels.delete(price);
    else this.levels.set(price, quantity);
  }

  sorted(side: Side): [number, number][] {
    const sign = side === Side.buy ? -1 : 1;
    return [...this.levels].sort(([one], [other]) => sign * (one - other));
  }
}

describe.each([Side.buy, Side.sell])("side %p of a book", (side) => {
  const operations = fc.array(
    fc.record({
      price: fc.integer({ min: 1, max: 40 }),
      quantity: fc.integer({ min: 0, max: 3 }),
      isFlushed: fc.boolean(),
    }),
    { maxLength: 200 },
  );

  test.each([1, 3, DEPTH_MAX])("of depth %p: updates make the best levels", (depth) => {
    fc.assert(
      fc.property(operations, (steps) => {
        const mirror = new BookMirror();
        const prices = side === Side.buy ? [20, 10] : [10, 20];
        mirror.load(prices.map((price) => toChange(level(side, price, 5))));
        const own = side === Side.buy ? mirror.bids : mirror.asks;
        const view = new SideView(own, depth);
        const client = new ClientSide();
        for (const each of own.levels.slice(0, depth)) client.levels.set(each.price, each.quantity);
        mirror.clearTouched();
        const truth = new Map([
          [10, 5],
          [20, 5],
        ]);
        for (const { price, quantity, isFlushed } of steps) {
          if (quantity === 0) truth.delete(price);
          else truth.set(price, quantity);
          mirror.set(level(side, price, quantity));
          if (!isFlushed) continue;
          for (const update of view.update()) {
            client.apply(update);
            expect(client.levels.size).toBeLessThanOrEqual(depth);
          }
          mirror.clearTouched();
          const best = [...truth].sort(([one], [other]) =>
            side === Side.buy ? other - one : one - other,
          );
          expect(client.sorted(side)).toEqual(best.slice(0, depth));
        }
      }),
      { seed: SEED, numRuns: 100 },
    );
  });
});

test("a book that was cut keeps what it knows, and says when that is too little", () => {
  const mirror = new BookMirror();
  const asks = Array.from({ length: LEVELS_ASKED }, (_, index) => level(Side.sell, index + 1, 1));
  mirror.load(asks.map(toChange));
  expect(mirror.isThin).toBe(false);
  mirror.clearTouched();
  // Behind the cut: what lies between is not known.
  mirror.set(level(Side.sell, LEVELS_ASKED + 5, 1));
  expect(mirror.isTouched).toBe(false);
  expect(mirror.asks.levels).toHaveLength(LEVELS_ASKED);
  for (let price = 1; price <= LEVELS_ASKED - DEPTH_MAX; price += 1) {
    expect(mirror.isThin).toBe(false);
    mirror.set(level(Side.sell, price, 0));
  }
  expect(mirror.isThin).toBe(false);
  mirror.set(level(Side.sell, LEVELS_ASKED, 0));
  expect(mirror.isThin).toBe(true);
});

test("a book that was not cut may become empty", () => {
  const mirror = new BookMirror();
  mirror.load([level(Side.sell, 5, 1)].map(toChange));
  mirror.set(level(Side.sell, 5, 0));
  expect(mirror.isThin).toBe(false);
  expect(mirror.asks.levels).toEqual([]);
});

test("what changes behind a full view is not looked at", () => {
  const mirror = new BookMirror();
  mirror.load([level(Side.buy, 9, 1), level(Side.buy, 8, 1)].map(toChange));
  const view = new SideView(mirror.bids, 1);
  mirror.clearTouched();
  mirror.set(level(Side.buy, 8, 2));
  expect(view.update()).toEqual([]);
  mirror.set(level(Side.buy, 9, 0));
  expect(view.update().map(({ action, level: { price } }) => [action, Number(price)])).toEqual([
    [UpdateAction.delete, 9],
    [UpdateAction.new, 8],
  ]);
});
