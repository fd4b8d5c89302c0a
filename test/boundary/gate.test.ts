// The gate's calls at the addon, as a caller finds them: what they refuse, and a conversation
// without sockets.

import { afterAll, describe, expect, test } from "bun:test";
import { type Addon, loadAddon, Place } from "../../gateway/core/addon.ts";
import { login } from "../support/binary-frames.ts";
import { RawCore } from "./raw-core.ts";

const core = new RawCore({ durability: "none" });
const { handle } = core;
const addon = loadAddon();
afterAll(() => core.stop());

const NOTHING = new Uint8Array(0);

const CALLS: readonly (readonly [keyof Addon, () => unknown])[] = [
  ["gateConnect", () => addon.gateConnect(handle, 0)],
  ["gateDisconnect", () => addon.gateDisconnect(handle, 0)],
  ["gateReceive", () => addon.gateReceive(handle, 0, NOTHING, 1, 1)],
  ["gateNextControl", () => addon.gateNextControl(handle, 0)],
  ["gateCloseReason", () => addon.gateCloseReason(handle, 0)],
  ["gateOpenSession", () => addon.gateOpenSession(handle, 3, "binary:A", false, false)],
  ["gateCloseSession", () => addon.gateCloseSession(handle, 0)],
  ["gateLogIn", () => addon.gateLogIn(handle, 0, 0, true, false, 0)],
  ["gateGoLive", () => addon.gateGoLive(handle, 0)],
  ["gateEnd", () => addon.gateEnd(handle, 0)],
  ["gateSubmit", () => addon.gateSubmit(handle)],
  ["gateDelivered", () => addon.gateDelivered(handle)],
  ["gateSetDelivered", () => addon.gateSetDelivered(handle, 0)],
  ["gatePosition", () => addon.gatePosition(handle, 0)],
  ["gateSend", () => addon.gateSend(handle, 0, NOTHING)],
  ["gateOutputs", () => addon.gateOutputs(handle)],
  ["gateSettle", () => addon.gateSettle(handle, 0)],
  ["gateOutput", () => addon.gateOutput(handle, 0)],
  ["gateSent", () => addon.gateSent(handle, 0, 0, 0)],
  ["gateStatistics", () => addon.gateStatistics(handle)],
  ["gateProgress", () => addon.gateProgress(handle)],
];

function codeOf(call: () => unknown): unknown {
  try {
    call();
    return "nothing";
  } catch (error) {
    return error instanceof Error && "code" in error ? error.code : error;
  }
}

describe("before a gate is open", () => {
  test.each(CALLS)("%s is refused", (_, call) => {
    expect(codeOf(call)).toBe("gate_not_open");
  });

  test("so are those that need a re-execution first", () => {
    const run = addon.reexecute(handle, 0);
    expect(codeOf(() => addon.gateCatchUp(handle, run))).toBe("gate_not_open");
    expect(codeOf(() => addon.gateReplay(handle, run, 0))).toBe("gate_not_open");
    addon.closeReexecution(handle, run);
  });

  test("buffers that hold nothing open none", () => {
    const [table, outgoing] = [new Uint32Array(5), new Uint8Array(64)];
    expect(codeOf(() => addon.gateOpen(handle, NOTHING, table))).toBe("argument_invalid");
    expect(codeOf(() => addon.gateOpen(handle, outgoing, new Uint32Array(4)))).toBe(
      "argument_invalid",
    );
    expect(codeOf(() => addon.gateOpen(99_999, outgoing, table))).toBe("core_not_open");
  });
});

describe("an open gate", () => {
  test("refuses what is about a connection that there is not, and the core lives on", () => {
    addon.gateOpen(handle, Buffer.alloc(16), new Uint32Array(5));
    const run = addon.reexecute(handle, 0);
    const calls: readonly (() => unknown)[] = [
      () => addon.gateDisconnect(handle, 7),
      () => addon.gateReceive(handle, 7, NOTHING, 1, 1),
      () => addon.gateNextControl(handle, 7),
      () => addon.gateCloseReason(handle, 7),
      () => addon.gateLogIn(handle, 7, 0, true, false, 0),
      () => addon.gateGoLive(handle, 7),
      () => addon.gateEnd(handle, 7),
      () => addon.gateReplayBytes(handle, 7, NOTHING),
      () => addon.gateSend(handle, 7, NOTHING),
      () => addon.gateOutput(handle, 7),
      () => addon.gateSent(handle, 7, 0, 0),
    ];
    for (const call of calls) expect(codeOf(call)).toBe("argument_invalid");
    expect(codeOf(() => addon.gateReplay(handle, run, 7))).toBe("argument_invalid");
    addon.closeReexecution(handle, run);
  });

  test("takes a login apart, keeps its bytes in their bounds, and gives frames back", () => {
    // A small outgoing buffer: frames leave in pieces.
    const outgoing = Buffer.alloc(16);
    const table = new Uint32Array(2 * 5);
    addon.gateOpen(handle, outgoing, table);
    expect(addon.gateConnect(handle, 0)).toBe(true);
    const frame = login({ token: "t", session: "A" });
    expect(addon.gateReceive(handle, 0, frame.subarray(0, 7), 1, 1)).toBe(0);
    const flags = addon.gateReceive(handle, 0, frame.subarray(7), 1, 1);
    expect(flags & 2).toBe(2);
    expect(core.places[Place.requestsUsed]).toBe(0);
    const length = addon.gateNextControl(handle, 0);
    expect(core.answer.subarray(0, length).equals(frame.subarray(4))).toBe(true);
    expect(addon.gateNextControl(handle, 0)).toBe(-1);

    const answer = Buffer.from(Array.from({ length: 40 }, (_, index) => index));
    addon.gateSend(handle, 0, answer);
    expect(addon.gateOutputs(handle)).toBe(1);
    const [connection, rowFlags, offset, offered] = table;
    expect([connection, (rowFlags ?? 0) & 128, offset, offered]).toEqual([0, 128, 0, 16]);
    const told = [...outgoing];
    table[4] = 16;
    addon.gateSettle(handle, 1);
    for (let left = addon.gateOutput(handle, 0); left > 0; left = addon.gateOutput(handle, 0)) {
      told.push(...outgoing.subarray(0, left));
      addon.gateSent(handle, 0, left, left);
    }
    expect(told).toEqual([...answer]);
    addon.gateDisconnect(handle, 0);
    expect(addon.gateOutputs(handle)).toBe(0);
  });

  test("offers a full socket nothing until it has drained", () => {
    const [outgoing, table] = [Buffer.alloc(64), new Uint32Array(2 * 5)];
    addon.gateOpen(handle, outgoing, table);
    addon.gateConnect(handle, 0);
    addon.gateSend(handle, 0, Buffer.alloc(10, 1));
    expect([addon.gateOutputs(handle), table[3]]).toEqual([1, 10]);
    table[4] = 4;
    addon.gateSettle(handle, 1);
    addon.gateSend(handle, 0, Buffer.alloc(10, 2));
    expect([addon.gateOutputs(handle), table[3]]).toEqual([1, 0]);
    addon.gateSettle(handle, 1);
    expect(addon.gateOutput(handle, 0)).toBe(16);
    addon.gateSent(handle, 0, 16, 16);
    addon.gateSend(handle, 0, Buffer.alloc(10, 3));
    expect([addon.gateOutputs(handle), table[3]]).toEqual([1, 10]);
    addon.gateDisconnect(handle, 0);
  });

  test("says where its streams are, and closes what nobody uses", () => {
    addon.gateOpen(handle, Buffer.alloc(64), new Uint32Array(5));
    addon.gateSetDelivered(handle, 7);
    const places = [Place.number, Place.sequence, Place.engineSession, Place.clientRef];
    const open = (position: readonly number[]): number => {
      for (const [index, place] of places.entries()) core.places[place] = position[index] ?? 0;
      return addon.gateOpenSession(handle, 3, "binary:A", false, true);
    };
    const slot = open([5, 6, 4, 3]);
    addon.gatePosition(handle, slot);
    expect(places.map((place) => core.places[place])).toEqual([5, 7, 4, 3]);
    addon.gateConnect(handle, 0);
    addon.gateReceive(handle, 0, login({ token: "t", session: "A" }), 1, 1);
    expect(addon.gateLogIn(handle, 0, slot, true, false, 7)).toBe(2);
    expect(addon.gateLogIn(handle, 0, slot, true, false, 1)).toBe(1);
    expect(core.places[Place.clientRef]).toBe(3);
    expect(addon.gateCloseSession(handle, slot)).toBe(false);
    addon.gateDisconnect(handle, 0);
    expect(addon.gateCloseSession(handle, slot)).toBe(true);
    for (const [index] of places.entries()) {
      const position = places.map((_, at) => (at === index ? -1 : 1));
      expect(codeOf(() => open(position))).toBe("argument_invalid");
    }
    expect(addon.gateStatistics(handle)).toHaveLength(7);
    const progress = [Place.waiting, Place.executed, Place.answered];
    for (const place of progress) core.places[place] = 9;
    addon.gateProgress(handle);
    expect(progress.map((place) => core.places[place])).toEqual([0, 0, 0]);
  });
});
