import { expect, test } from "bun:test";
import type { GatePosition } from "../../../sessions/binary-streams.ts";
import { RecentPositions } from "./recent-positions.ts";

function at(number: number, sequence: number): GatePosition {
  return { number, sequence, engineSession: 1, clientRef: 0 };
}

test("the nearest in front of a number is found, of each stream the last 32", () => {
  const recent = new RecentPositions();
  expect(recent.isDue(8_191)).toBe(false);
  for (let step = 1; step <= 40; step += 1) {
    const sequence = step * 8_192;
    expect(recent.isDue(sequence)).toBe(true);
    const positions = new Map([
      [1, at(step * 10, sequence)],
      [2, at(7, sequence)],
    ]);
    recent.note(positions, sequence);
    expect(recent.isDue(sequence + 8_191)).toBe(false);
  }
  expect(recent.before(1, 401)).toEqual(at(400, 40 * 8_192));
  expect(recent.before(1, 400)).toEqual(at(390, 39 * 8_192));
  expect(recent.before(1, 91)).toEqual(at(90, 9 * 8_192));
  expect(recent.before(1, 90)).toBeUndefined();
  // Where nothing happens the latest is as good.
  expect(recent.before(2, 8)).toEqual(at(7, 40 * 8_192));
  recent.remove(1);
  expect(recent.before(1, 401)).toBeUndefined();
});
