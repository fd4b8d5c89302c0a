import { expect, test } from "bun:test";
import { LogonGuard } from "./logon-guard.ts";

const SECOND_US = 1_000_000;

function fail(guard: LogonGuard, network: string, atUs: number, count = 5): void {
  for (let each = 0; each < count; each += 1) guard.noteFailure(network, atUs);
}

test("a network is blocked for its own failures", () => {
  const guard = new LogonGuard();
  fail(guard, "a", 0);
  fail(guard, "b", 0, 4);
  expect(["a", "b", "c"].map((network) => guard.isBlocked(network, 1))).toEqual([
    true,
    false,
    false,
  ]);
  expect(guard.isBlocked("a", 15 * SECOND_US)).toBe(false);
});

test("beyond 64 networks the others share one account, until some have failed long ago", () => {
  const guard = new LogonGuard();
  for (let each = 0; each < 64; each += 1) fail(guard, `${each}`, 0, 1);
  for (const network of ["a", "b", "c", "d", "e"]) fail(guard, network, 1, 1);
  expect([guard.isBlocked("f", 2), guard.isBlocked("3", 2)]).toEqual([true, false]);
  const later = 80 * SECOND_US;
  fail(guard, "g", later);
  expect([guard.isBlocked("f", later), guard.isBlocked("g", later)]).toEqual([false, true]);
});

test("a CompID is blocked everywhere, and told so five times in a while", () => {
  const guard = new LogonGuard();
  guard.block(0, 15_000);
  expect(guard.isBlocked("a", 14 * SECOND_US)).toBe(true);
  const told = [1, 2, 3, 4, 5, 6, 16, 17].map((second) => guard.mayTell(second * SECOND_US));
  expect(told).toEqual([true, true, true, true, true, false, true, true]);
});
