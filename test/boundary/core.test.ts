import { afterAll, afterEach, describe, expect, test } from "bun:test";
import { Core } from "../../gateway/core/core.ts";
import type { CoreOptions } from "../../gateway/core/core.ts";
import type { Transaction } from "../../gateway/domain/change.ts";
import { Opcode, QueryKind } from "../../gateway/domain/command.ts";
import { InstrumentState } from "../../gateway/domain/instrument.ts";
import { until, within } from "../support/deadline.ts";
import { makeDirectory, removeDirectories } from "../support/venue-process.ts";
import { codeOf, SEGMENT_BYTES, UNKNOWN_CANCEL } from "./raw-core.ts";

afterAll(removeDirectories);

const ANSWER_MS_MAX = 10_000;
const open: Core[] = [];

function openCore(options: Partial<CoreOptions> = {}): Core {
  const dataDirectory = makeDirectory();
  const core = Core.open({ dataDirectory, segmentBytes: SEGMENT_BYTES, ...options });
  open.push(core);
  return core;
}

afterEach(() => {
  for (const core of open.splice(0)) core.stop();
});

/** Submits an unknown cancel and resolves with its transaction. */
function cancel(core: Core): Promise<Transaction> {
  return within(
    ANSWER_MS_MAX,
    "the reply",
    new Promise((resolve, reject) => {
      const refused = core.submit(UNKNOWN_CANCEL, resolve);
      if (refused !== undefined) reject(new Error(`refused: ${refused}`));
    }),
  );
}

describe.each(["none", "os", "fsync"] as const)("durability %s", (durability) => {
  test("the commands of a turn are one batch, and each reply finds its command", async () => {
    const core = openCore({ durability });
    const texts: string[] = [];
    const times = new Set<number>();
    const names = Array.from({ length: 300 }, (_, index) => `account-${index}`);
    const replies = names.map((text) => {
      return new Promise<void>((resolve) => {
        core.submit({ opcode: Opcode.createAccount, text }, ({ timeUs, changes: [change] }) => {
          times.add(timeUs);
          if (change?.entity === "account") texts.push(change.name);
          resolve();
        });
      });
    });
    expect(core.status().executedSequence).toBe(0);
    await within(ANSWER_MS_MAX, "all replies", Promise.all(replies));
    expect(texts).toEqual(names);
    // A batch has one time.
    expect(times.size).toBe(1);
  });

  test("what the runtime issues has listeners and no reply", async () => {
    const core = openCore({ durability, clock: "caller" });
    core.setCallerTime(1_000_000);
    const heard: string[] = [];
    core.subscribe((transaction) => {
      heard.push(`${transaction.opcode} ${transaction.isSystem}`);
    });
    const commands = [
      { opcode: Opcode.createCurrency, quantity: 9, text: "BTC" },
      { opcode: Opcode.createCurrency, quantity: 8, text: "USDT" },
      {
        ...{ opcode: Opcode.createInstrument, account: 1, instrument: 2, price: 1, side: 2 },
        ...{ quantity: 10_000, text: "BTC-USDT" },
      },
      { opcode: Opcode.setInstrumentState, instrument: 1, kind: InstrumentState.open },
    ] as const;
    for (const command of commands) core.submit(command, () => {});
    core.setCallerTime(3_000_000);
    core.tick();
    const last = await cancel(core);
    const isSystem = heard.filter((line) => line === `${Opcode.clock} true`).length;
    expect(heard.length).toBe(5 + isSystem);
    expect(last).toMatchObject({ opcode: Opcode.cancelOrder, sequence: heard.length });
  });
});

test("listeners hear a transaction before its reply, in sequence order", async () => {
  const core = openCore();
  const heard: string[] = [];
  core.subscribe(({ sequence }) => heard.push(`first ${sequence}`));
  const unsubscribe = core.subscribe(({ sequence }) => heard.push(`second ${sequence}`));
  core.submit(UNKNOWN_CANCEL, ({ sequence }) => heard.push(`reply ${sequence}`));
  await cancel(core);
  unsubscribe();
  await cancel(core);
  const expected = ["first 1", "second 1", "reply 1", "first 2", "second 2", "first 3"];
  expect(heard).toEqual(expected);
});

test("a reply may submit and flush: what follows is delivered after it", () => {
  const core = openCore({ durability: "none" });
  const heard: string[] = [];
  core.subscribe(({ sequence }) => heard.push(`${sequence}`));
  const reply = (name: string, next?: () => void) => (): void => {
    heard.push(`${name} begins`);
    next?.();
    heard.push(`${name} ends`);
  };
  core.submit(
    UNKNOWN_CANCEL,
    reply("a", () => {
      core.submit(UNKNOWN_CANCEL, reply("c"));
      core.flush();
    }),
  );
  core.submit(UNKNOWN_CANCEL, reply("b"));
  core.flush();
  expect(heard).toEqual([
    "1",
    "a begins",
    "a ends",
    "2",
    "b begins",
    "b ends",
    "3",
    "c begins",
    "c ends",
  ]);
});

test("a field that does not fit throws and leaves the batch as it was", async () => {
  const core = openCore();
  const first = cancel(core);
  const tooLong = { opcode: Opcode.createAccount, text: "a".repeat(65) } as const;
  expect(() => core.submit(tooLong, () => {})).toThrow(RangeError);
  expect(await first).toMatchObject({ sequence: 1 });
  expect(core.status().executedSequence).toBe(1);
});

test("a batch larger than its buffer is flushed on the way", async () => {
  const core = openCore({ segmentBytes: 1 << 23 });
  const count = 10_000;
  let replies = 0;
  for (let index = 1; index < count; index += 1) core.submit(UNKNOWN_CANCEL, () => (replies += 1));
  expect(await cancel(core)).toMatchObject({ sequence: count });
  expect(replies).toBe(count - 1);
});

test("a full batch calls nobody back inside a submit", async () => {
  const core = openCore({ durability: "none", segmentBytes: 1 << 23 });
  // Fewer than one batch; each reply submits again, as a client that keeps its window full.
  const inFlight = 4_095;
  let isSubmitting = false;
  let replies = 0;
  const submit = (rounds: number): void => {
    const reply = (): void => {
      expect(isSubmitting).toBe(false);
      replies += 1;
      if (rounds > 1) submit(rounds - 1);
    };
    isSubmitting = true;
    expect(core.submit(UNKNOWN_CANCEL, reply)).toBeUndefined();
    isSubmitting = false;
  };
  for (let index = 0; index < inFlight; index += 1) submit(2);
  submit(1);
  await until(ANSWER_MS_MAX, "all replies", () => replies === 2 * inFlight + 1);
  expect(core.status().executedSequence).toBe(replies);
});

describe("an answer", () => {
  test("shows what was executed and is released when that is durable", async () => {
    const core = openCore();
    const order: string[] = [];
    core.submit({ opcode: Opcode.createAccount, text: "alice" }, () => order.push("reply"));
    core.flush();
    const answer = core.query({ opcode: QueryKind.account, text: "alice" });
    expect(answer).toMatchObject({ sequence: 1, code: 0, changes: [{ name: "alice" }] });
    const durable = core.whenDurable(answer.sequence).then(() => order.push("answer"));
    await within(ANSWER_MS_MAX, "durability", durable);
    expect(order).toEqual(["reply", "answer"]);
    expect(core.status().durableSequence).toBe(1);
  });

  test("of a durable state is released at once", async () => {
    const core = openCore();
    await core.whenDurable(0);
    await cancel(core);
    await within(1, "durability", core.whenDurable(1));
  });

  test("waits of any order are all released", async () => {
    const core = openCore();
    const released: number[] = [];
    const waits = [3, 1, 2, 3, 1].map(async (sequence) => {
      await core.whenDurable(sequence);
      released.push(sequence);
    });
    for (let index = 0; index < 3; index += 1) await cancel(core);
    await within(ANSWER_MS_MAX, "all waits", Promise.all(waits));
    expect(released).toEqual([1, 1, 2, 3, 3]);
  });
});

test("a snapshot that was asked for is made in the background", async () => {
  const core = openCore();
  await cancel(core);
  core.requestSnapshot();
  const made = await until(ANSWER_MS_MAX, "the snapshot", () => {
    return core.status().snapshotSequence === 1 && core.status();
  });
  expect(made.snapshot.written).toBe(1);
  expect(made.snapshot.bytes).toBeGreaterThan(0);
  expect(made.fault).toBeUndefined();
});

test("a refused open keeps its code", () => {
  expect(codeOf(() => openCore({ segmentBytes: 1 }))).toBe("option_invalid");
});
