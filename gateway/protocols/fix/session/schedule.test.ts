import { describe, expect, test } from "bun:test";
import { type Schedule, SessionCalendar } from "./schedule.ts";

const HOUR = 3_600;

function at(text: string): number {
  return Date.parse(text) * 1_000;
}

function startOf(schedule: Schedule, time: string): string {
  const startUs = new SessionCalendar(schedule).startUs(at(time));
  return new Date(startUs / 1_000).toISOString().slice(0, 19);
}

const DAILY: Schedule = {
  ...{ every: "day", startSecond: 22 * HOUR, endSecond: 22 * HOUR, timeZone: "UTC" },
};

describe("a session begins", () => {
  test.each<[string, string, string]>([
    ["2026-01-02T21:59:59Z", "2026-01-01T22:00:00", "a second before it ends"],
    ["2026-01-02T22:00:00Z", "2026-01-02T22:00:00", "as the next one starts"],
    ["2026-01-03T03:00:00Z", "2026-01-02T22:00:00", "over midnight"],
  ])("daily: %s in that of %s, %s", (time, start) => {
    expect(startOf(DAILY, time)).toBe(start);
  });

  test("in its own time zone", () => {
    const schedule = { ...DAILY, timeZone: "Asia/Shanghai" };
    expect(startOf(schedule, "2026-01-02T13:59:59Z")).toBe("2026-01-01T14:00:00");
    expect(startOf(schedule, "2026-01-02T14:00:00Z")).toBe("2026-01-02T14:00:00");
  });

  test("weekly, on a day of the week", () => {
    // Sunday is the first day; 17:00 on it.
    const second = 17 * HOUR;
    const weekly: Schedule = {
      ...{ every: "week", startSecond: second, endSecond: second, timeZone: "UTC" },
    };
    expect(startOf(weekly, "2026-01-04T16:59:59Z")).toBe("2025-12-28T17:00:00");
    expect(startOf(weekly, "2026-01-04T17:00:00Z")).toBe("2026-01-04T17:00:00");
    expect(startOf(weekly, "2026-01-10T12:00:00Z")).toBe("2026-01-04T17:00:00");
  });

  test.each<[string, string, string]>([
    ["2026-03-08T12:00:00Z", "2026-03-08T03:00:00", "a day of 23 hours"],
    ["2026-11-01T12:00:00Z", "2026-11-01T02:00:00", "a day of 25 hours"],
  ])("at the right second when clocks change: %s in that of %s, %s", (time, start) => {
    const schedule = { ...DAILY, timeZone: "America/New_York" };
    expect(startOf(schedule, time)).toBe(start);
  });
});

describe("a session that closes", () => {
  const schedule: Schedule = { ...DAILY, startSecond: 22 * HOUR, endSecond: 21 * HOUR };
  test.each<[string, boolean]>([
    ["2026-01-02T20:59:59Z", true],
    ["2026-01-02T21:00:00Z", false],
    ["2026-01-02T21:59:59Z", false],
    ["2026-01-02T22:00:00Z", true],
  ])("is open at %s: %s", (time, isOpen) => {
    expect(new SessionCalendar(schedule).isOpen(at(time))).toBe(isOpen);
  });

  test("never closes when it ends as it starts", () => {
    expect(new SessionCalendar(DAILY).isOpen(at("2026-01-02T22:00:00Z"))).toBe(true);
  });

  test("needs a time zone that exists", () => {
    expect(() => new SessionCalendar({ ...DAILY, timeZone: "Moon/Sea" })).toThrow(RangeError);
  });
});
