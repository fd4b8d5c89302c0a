import { expect, test } from "bun:test";
import { Draws, LEVELS, MIX_DEFAULT, readMix, REQUEST_KINDS } from "./mix.ts";

test("a mix is read when its shares add up to 100", () => {
  expect(readMix("limit=60,cancel=40")).toEqual({ limit: 60, take: 0, cancel: 40, replace: 0 });
  for (const text of ["", "limit=60", "limit=60,cancel=41", "limit=100,buy=0", "limit=1e2"]) {
    expect(readMix(text)).toBeUndefined();
  }
});

test("draws come in the shares of their mix, within their bounds", () => {
  const draws = new Draws(MIX_DEFAULT, 7);
  const counts = new Map<string, number>();
  const total = 100_000;
  for (let drawn = 0; drawn < total; drawn += 1) {
    const { kind, level, size, target } = draws.next();
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
    expect(level >= 1 && level <= LEVELS && size >= 1 && target < 1).toBe(true);
  }
  for (const kind of REQUEST_KINDS) {
    const share = ((counts.get(kind) ?? 0) / total) * 100;
    expect(Math.abs(share - MIX_DEFAULT[kind])).toBeLessThan(0.5);
  }
});

test("the hash tells streams apart by mix and seed", () => {
  const hash = Draws.hashOf(MIX_DEFAULT, 1);
  expect(Draws.hashOf(MIX_DEFAULT, 1)).toBe(hash);
  expect(Draws.hashOf(MIX_DEFAULT, 2)).not.toBe(hash);
  expect(Draws.hashOf({ ...MIX_DEFAULT, limit: 46, take: 4 }, 1)).not.toBe(hash);
});
