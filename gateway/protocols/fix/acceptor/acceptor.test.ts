import { expect, test } from "bun:test";
import { ManualClock } from "../../../../test/support/manual-clock.ts";
import { SILENT_SOCKET } from "../../../../test/support/silent-socket.ts";
import { Log } from "../../../log.ts";
import { stockVersion, toPlan } from "../test-acceptor/test-acceptor.ts";
import { Acceptor, ACCEPTOR_BOUNDS } from "./acceptor.ts";

test("who makes room for a newcomer of its own network is not counted any more", () => {
  const clock = new ManualClock();
  const names = { senderCompId: "VENUE", targetCompIds: ["A"] };
  const acceptor = new Acceptor({
    plan: toPlan({ ...names, version: stockVersion() }),
    bounds: { ...ACCEPTOR_BOUNDS, connectionsMax: 1, connectionsPerAddressMax: 2 },
    ...{ clock, log: new Log("error", clock) },
  });
  let closed = 0;
  const socket = { ...SILENT_SOCKET, terminate: () => (closed += 1) };
  for (let each = 0; each < 5; each += 1) {
    expect(acceptor.opened(socket, false)).toBeDefined();
    clock.advanceMs(1_000);
  }
  expect([closed, acceptor.connectionCount]).toEqual([4, 1]);
});
