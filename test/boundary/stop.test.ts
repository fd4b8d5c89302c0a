import { afterAll, describe, expect, test } from "bun:test";
import { Core } from "../../gateway/core/core.ts";
import { Opcode, QueryKind } from "../../gateway/domain/command.ts";
import { RejectCode } from "../../gateway/generated/reject-codes.ts";
import { makeDirectory, removeDirectories } from "../support/venue-process.ts";
import { addon, codeOf, RawCore, SEGMENT_BYTES, UNKNOWN_CANCEL } from "./raw-core.ts";

afterAll(removeDirectories);

describe.each(["none", "os", "fsync"] as const)("durability %s", (durability) => {
  test("a stop keeps everything executed, and the next open goes on", () => {
    const dataDirectory = makeDirectory();
    const first = new RawCore({ dataDirectory, durability });
    first.submit([{ opcode: Opcode.createAccount, text: "alice" }, UNKNOWN_CANCEL]);
    const report = addon.stop(first.handle);
    expect(report).toMatchObject({ sequence: 2, warnings: [] });

    const options = { dataDirectory, durability, segmentBytes: SEGMENT_BYTES };
    const opened = addon.open(options, () => {});
    expect(opened).toMatchObject({
      ...{ isNew: false, sequence: 2, snapshotSequence: 2, commandsReplayed: 0 },
      ...{ stateHash: report.stateHash, tornBytesCut: 0, warnings: [] },
    });
    addon.stop(opened.handle);
  });

  test("the facade's stop executes and answers what is queued", () => {
    const options = { dataDirectory: makeDirectory(), durability, segmentBytes: SEGMENT_BYTES };
    const core = Core.open(options);
    const heard: number[] = [];
    const replies: number[] = [];
    core.subscribe(({ sequence }) => heard.push(sequence));
    for (let index = 0; index < 100; index += 1) {
      core.submit(UNKNOWN_CANCEL, ({ sequence }) => replies.push(sequence));
    }
    const durable = core.whenDurable(100);
    expect(core.stop()).toMatchObject({ sequence: 100, unreadBytes: 0, warnings: [] });
    expect(heard).toEqual(Array.from({ length: 100 }, (_, index) => index + 1));
    expect(replies).toEqual(heard);
    return durable;
  });
});

test.each(["none", "fsync"] as const)(
  "with durability %s a reply of the stop's own batch cannot submit",
  async (durability) => {
    const options = { dataDirectory: makeDirectory(), durability, segmentBytes: SEGMENT_BYTES };
    const core = Core.open(options);
    const answers: (RejectCode | undefined)[] = [];
    core.submit(UNKNOWN_CANCEL, () => answers.push(core.submit(UNKNOWN_CANCEL, () => {})));
    expect(core.stop().sequence).toBe(1);
    expect(answers).toEqual([RejectCode.core_unavailable]);
    // A batch left behind would meet a closed core here.
    await new Promise((resolve) => setImmediate(resolve));
  },
);

test("unread transactions are counted at the stop", () => {
  const core = new RawCore();
  core.submit([UNKNOWN_CANCEL, UNKNOWN_CANCEL]);
  expect(addon.stop(core.handle).unreadBytes).toBeGreaterThanOrEqual(0);
});

test("after a stop every call has the code core_not_open, the stop too", () => {
  const core = new RawCore();
  core.stop();
  const { handle } = core;
  const calls: (() => unknown)[] = [
    () => core.attach(),
    () => addon.submit(handle, 0, 0),
    () => addon.read(handle),
    () => addon.query(handle),
    () => addon.tick(handle),
    () => addon.status(handle),
    () => addon.fault(handle),
    () => addon.stateHash(handle),
    () => addon.confirmClock(handle),
    () => addon.requestSnapshot(handle),
    () => addon.drain(handle),
    () => addon.holdJournal(handle, 0),
    () => addon.reexecute(handle, 0),
    () => addon.readReexecution(handle, 0, Buffer.alloc(8)),
    () => addon.stop(handle),
  ];
  expect(calls.map(codeOf)).toEqual(calls.map(() => "core_not_open"));
});

test("after a stop the facade takes nothing", () => {
  const core = Core.open({ dataDirectory: makeDirectory(), segmentBytes: SEGMENT_BYTES });
  core.stop();
  let replies = 0;
  expect(core.submit(UNKNOWN_CANCEL, () => (replies += 1))).toBe(RejectCode.core_unavailable);
  core.flush();
  expect(replies).toBe(0);
  expect(codeOf(() => core.query({ opcode: QueryKind.currencies }))).toBe("core_not_open");
  expect(codeOf(() => core.stop())).toBe("core_not_open");
});
