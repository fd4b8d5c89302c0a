import { expect, test } from "bun:test";
import { RecentMessages } from "./recent-messages.ts";

function filled(messagesMax: number, last: number): RecentMessages {
  const recent = new RecentMessages({ messagesMax, bytesMax: 1_000 });
  for (let sequence = 1; sequence <= last; sequence += 1) {
    const account = 3 + (sequence % 2);
    recent.add({ account, channel: "orders", sequence, text: `${sequence}` });
  }
  return recent;
}

test("gives what followed a sequence, of one account and channel, in order", () => {
  const recent = filled(10, 6);
  expect(recent.after(2, 3, "orders")).toEqual(["4", "6"]);
  expect(recent.after(2, 4, "orders")).toEqual(["3", "5"]);
  expect(recent.after(0, 3, "balances")).toEqual([]);
  expect(recent.completeAfter).toBe(0);
});

test("a full queue drops the oldest and says from where it is complete", () => {
  const recent = filled(4, 11);
  expect(recent.completeAfter).toBe(7);
  expect(recent.after(7, 3, "orders")).toEqual(["8", "10"]);
  expect(recent.after(7, 4, "orders")).toEqual(["9", "11"]);
  recent.add({ account: 4, channel: "orders", sequence: 12, text: "12" });
  expect(recent.completeAfter).toBe(8);
  expect(recent.after(8, 4, "orders")).toEqual(["9", "11", "12"]);
});

test("a cleared queue holds what came later", () => {
  const recent = filled(4, 11);
  recent.clear();
  expect(recent.after(0, 3, "orders")).toEqual([]);
  recent.add({ account: 3, channel: "orders", sequence: 20, text: "20" });
  expect(recent.after(0, 3, "orders")).toEqual(["20"]);
});

test("a long text makes room for itself, and for nothing when it is longer than all", () => {
  const recent = filled(10, 6);
  const long = { account: 3, channel: "orders", sequence: 7, text: "x".repeat(999) };
  recent.add(long);
  expect(recent.completeAfter).toBe(5);
  expect(recent.after(5, 3, "orders")).toEqual(["6", long.text]);
  recent.add({ ...long, sequence: 8, text: "x".repeat(1_001) });
  expect(recent.completeAfter).toBe(8);
  expect(recent.after(0, 3, "orders")).toEqual([]);
  recent.add({ ...long, sequence: 9, text: "9" });
  expect(recent.after(8, 3, "orders")).toEqual(["9"]);
});
