import { expect, test } from "bun:test";
import { ManualClock } from "../../../test/support/manual-clock.ts";
import { SILENT_SOCKET } from "../../../test/support/silent-socket.ts";
import { Log } from "../../log.ts";
import { type Gate, GateFlag } from "../../sessions/binary-streams.ts";
import { Port } from "./port.ts";

type Write = Parameters<Gate["writeOutputs"]>[0];

/** As the gate does, it answers for no connection that is gone. */
class GateOfOne {
  readonly requestsUsed = 0;
  readonly cancelsUsed = 0;
  isConnected = false;
  /** What the next turn tells of the connection. */
  flags = 0;
  turn = () => {};

  onTurn(turn: () => void): void {
    this.turn = turn;
  }
  connect(): boolean {
    this.isConnected = true;
    return true;
  }
  disconnect(): void {
    this.isConnected = false;
  }
  end(): void {}
  receive(): number {
    return this.flags;
  }
  closeReason(): string {
    if (!this.isConnected) throw new Error("connection 0 is not connected");
    return "slow_reader";
  }
  writeOutputs(write: Write): void {
    write(0, this.flags, Buffer.alloc(0), 0, 0);
  }
}

test("a connection that is to be read on and to be closed in one turn is closed once", () => {
  const clock = new ManualClock();
  const one = new GateOfOne();
  const closes: string[] = [];
  const port = new Port({
    // why: nothing else of the gate is used here
    gate: one as unknown as Gate,
    bounds: { connectionsMax: 1, connectionsPerAddressMax: 1 },
    hops: undefined,
    ...{ clock, log: new Log("error", clock, (bytes) => bytes.length) },
    events: {
      control() {},
      farewell: () => undefined,
      leave() {},
      heartbeat: () => Buffer.alloc(0),
      countClose: (reason) => closes.push(reason),
    },
  });
  port.opened(SILENT_SOCKET);
  one.flags = GateFlag.resume | GateFlag.close;
  one.turn();
  expect(closes).toEqual(["slow_reader"]);
  expect([one.isConnected, port.connectionCount]).toEqual([false, 0]);
});
