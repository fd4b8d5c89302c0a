import { expect, test } from "bun:test";
import { ManualClock } from "../test/support/manual-clock.ts";
import { formatLine, Log } from "./log.ts";

const EVERYTHING = Number.POSITIVE_INFINITY;

/** A reader that takes at most `room` bytes in all; `lines` is what it has got. */
function reader(room: number) {
  const got = { room, text: "" };
  const sink = (bytes: Uint8Array): number => {
    const taken = Math.min(bytes.length, got.room);
    got.room -= taken;
    got.text += new TextDecoder().decode(bytes.subarray(0, taken));
    return taken;
  };
  return { got, sink };
}

test.each([
  ["a word", { symbol: "BTC-USDT" }, "symbol=BTC-USDT"],
  ["a number", { order_id: 17 }, "order_id=17"],
  ["an amount", { amount: 2n ** 80n }, "amount=1208925819614629174706176"],
  ["a space", { detail: "no such order" }, 'detail="no such order"'],
  ["a line feed", { detail: "a\nevent=forged" }, 'detail="a\\nevent=forged"'],
  ["a control above ASCII", { detail: "\x7f\x9b2J" }, 'detail="\\u007f\\u009b2J"'],
  ["an equals sign", { detail: "a=b" }, 'detail="a=b"'],
  ["an empty text", { detail: "" }, 'detail=""'],
  ["nothing", { detail: undefined }, "event=e"],
])("%s ends a line as one token", (_, fields, ending) => {
  const line = formatLine(1_767_225_600_000_042, "info", "e", fields);
  expect(line.startsWith("time=2026-01-01T00:00:00.000042Z level=info event=e")).toBe(true);
  expect(line.endsWith(`${ending}\n`)).toBe(true);
  expect(line.split("\n")).toHaveLength(2);
});

test("writes the lines of one turn at once, from its level on", () => {
  const clock = new ManualClock();
  const { got, sink } = reader(EVERYTHING);
  const log = new Log("info", clock, sink);
  log.debug("unseen");
  log.info("first");
  log.error("second");
  expect(got.text).toBe("");
  clock.advanceMs(0);
  expect(got.text.match(/event=(\w+)/g)).toEqual(["event=first", "event=second"]);
});

test("a slow reader gets the rest of a line later, byte for byte", () => {
  const clock = new ManualClock();
  const { got, sink } = reader(40);
  const log = new Log("info", clock, sink);
  log.info("order_accepted", { detail: "Grüße" });
  clock.advanceMs(0);
  expect(got.text).toHaveLength(40);
  got.room = EVERYTHING;
  clock.advanceMs(10);
  expect(got.text).toEndWith('event=order_accepted detail="Grüße"\n');
});

test("beyond the bound lines are dropped and counted", () => {
  const clock = new ManualClock();
  const { got, sink } = reader(EVERYTHING);
  const log = new Log("info", clock, sink);
  for (let line = 0; line < 10_003; line += 1) log.info("flood");
  log.flush();
  expect(got.text.match(/event=flood/g)).toHaveLength(10_000);
  expect(got.text).toEndWith("level=warn event=log_lines_dropped lines=3\n");
});
