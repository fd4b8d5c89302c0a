import { expect, test } from "bun:test";
import { ManualClock } from "../../test/support/manual-clock.ts";
import { Log } from "../log.ts";
import { RefusedConnections } from "./refused-connections.ts";

test("a flood is a line every ten seconds, which says how many they were", () => {
  const clock = new ManualClock();
  let text = "";
  const log = new Log("info", clock, (bytes) => {
    text += Buffer.from(bytes).toString();
    return bytes.length;
  });
  const refused = new RefusedConnections("door_full", log, clock);
  for (let index = 0; index < 25_000; index += 1) {
    refused.note("10.0.0.1", index);
    clock.advanceMs(1);
  }
  log.flush();
  const lines = text.trimEnd().split("\n");
  const told = lines.map((line) => /event=door_full .* refused=(\d+)$/.exec(line)?.[1]);
  expect(told).toEqual(["1", "10000", "10000"]);
  expect(lines[1]).toContain("address=10.0.0.1 of_address=10000");
});
