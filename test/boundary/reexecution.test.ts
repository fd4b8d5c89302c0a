import { afterAll, describe, expect, test } from "bun:test";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Core } from "../../gateway/core/core.ts";
import type { CoreOptions, Reexecution } from "../../gateway/core/core.ts";
import type { Transaction } from "../../gateway/domain/change.ts";
import { Opcode } from "../../gateway/domain/command.ts";
import { InstrumentState, LimitKind } from "../../gateway/domain/instrument.ts";
import { OrderType, Side, TimeInForce } from "../../gateway/domain/order.ts";
import { RejectCode } from "../../gateway/generated/reject-codes.ts";
import { until } from "../support/deadline.ts";
import { makeDirectory, removeDirectories } from "../support/venue-process.ts";
import { addon, codeOf, SEGMENT_BYTES, UNKNOWN_CANCEL } from "./raw-core.ts";

afterAll(removeDirectories);

/** More than the core makes ahead of a reader: the run waits. */
const MANY = 4_000;

function openCore(options: Partial<CoreOptions> = {}): Core {
  const dataDirectory = options.dataDirectory ?? makeDirectory();
  return Core.open({ durability: "os", segmentBytes: SEGMENT_BYTES, ...options, dataDirectory });
}

/** Everything that leaves the core from now on. */
function listen(core: Core): Transaction[] {
  const heard: Transaction[] = [];
  core.subscribe((transaction) => heard.push(transaction));
  return heard;
}

/** Lists BTC-USDT and funds the accounts 3 and 4. */
function setUp(core: Core): void {
  const submit = (command: Parameters<Core["submit"]>[0]): void => {
    core.submit(command, ({ code }) => expect(code).toBe(0));
  };
  submit({ opcode: Opcode.createCurrency, quantity: 9, text: "BTC" });
  submit({ opcode: Opcode.createCurrency, quantity: 8, text: "USDT" });
  const listing = { account: 1, instrument: 2, price: 1, side: 0, quantity: 1_000_000_000 };
  submit({ opcode: Opcode.createInstrument, ...listing, text: "BTC-USDT" });
  submit({ opcode: Opcode.setInstrumentState, instrument: 1, kind: InstrumentState.open });
  for (const account of [3, 4]) {
    submit({ opcode: Opcode.createAccount, text: `trader-${account}` });
    for (const instrument of [1, 2]) {
      const text = `fund-${account}-${instrument}`;
      submit({
        opcode: Opcode.deposit,
        ...{ account, instrument, session: 1, amount: 10n ** 18n, text },
      });
    }
  }
  core.flush();
}

/** Executes orders of two accounts in turn, most of which trade, as fast as segments are made. */
async function trade(core: Core, count: number): Promise<void> {
  const terms = { orderType: OrderType.limit, timeInForce: TimeInForce.gtc, instrument: 1 };
  let left = count;
  await until(10_000, "room in the journal", () => {
    for (let index = Math.min(left, 500); index > 0; index -= 1) {
      const [side, account] = index % 2 === 0 ? [Side.buy, 3] : [Side.sell, 4];
      const order = { ...terms, side, account, price: 100, quantity: 1 + (index % 3) };
      left -= 1;
      core.submit({ opcode: Opcode.newOrder, ...order }, ({ code }) => {
        if (code === RejectCode.throttled) left += 1;
        else expect(code).toBe(0);
      });
    }
    core.flush();
    return left === 0;
  });
}

/** Reads to the end. */
async function readToEnd(reexecution: Reexecution): Promise<Transaction[]> {
  const found: Transaction[] = [];
  await until(10_000, "the end of the re-execution", () => {
    for (;;) {
      const read = reexecution.read();
      if (read === undefined) return true;
      if (read.length === 0) return false;
      found.push(...read);
    }
  });
  return found;
}

describe.each(["none", "os", "fsync"] as const)("durability %s", (durability) => {
  test("what a subscriber heard comes again, from the start and from the middle", async () => {
    const core = openCore({ durability, holdJournal: 0 });
    const heard = listen(core);
    setUp(core);
    await trade(core, 2_000);
    core.requestSnapshot();
    await until(10_000, "a snapshot", () => core.status().snapshot.written === 1);
    await trade(core, 1_000);
    const last = core.status().executedSequence;
    await core.whenDurable(last);
    await until(10_000, "the journal", () => core.status().durableSequence === last);
    expect(heard.length).toBe(last);
    expect(heard.some(({ changes }) => changes.some(({ entity }) => entity === "trade"))).toBe(
      true,
    );
    for (const after of [0, 1_000, 2_500, last - 1, last]) {
      const reexecution = core.reexecute(after);
      await trade(core, 10);
      const found = await readToEnd(reexecution);
      await core.whenDurable(after + found.length);
      expect(found).toEqual(heard.slice(after, after + found.length));
      expect(after + found.length).toBeGreaterThanOrEqual(last);
      expect(reexecution.read()).toBeUndefined();
    }
    core.stop();
  });
});

test("a transaction larger than the buffer is read whole", async () => {
  const core = openCore();
  const heard = listen(core);
  setUp(core);
  const limit = {
    opcode: Opcode.setLimit,
    instrument: 1,
    kind: LimitKind.openOrdersMax,
    amount: 5_000n,
  } as const;
  core.submit(limit, ({ code }) => expect(code).toBe(0));
  const terms = { orderType: OrderType.limit, timeInForce: TimeInForce.gtc, instrument: 1 };
  const order = { ...terms, side: Side.buy, account: 3, price: 100, quantity: 1 };
  for (let index = 0; index < 1_024; index += 1) {
    core.submit({ opcode: Opcode.newOrder, ...order }, ({ code }) => expect(code).toBe(0));
  }
  core.submit({ opcode: Opcode.massCancel, account: 3 }, () => {});
  core.flush();
  expect(heard.at(-1)?.changes.length).toBeGreaterThan(1_024);
  expect(await readToEnd(core.reexecute(0))).toEqual(heard);
  core.stop();
});

test("a read takes no more than one chunk", async () => {
  const core = openCore();
  setUp(core);
  await trade(core, MANY);
  const reexecution = core.reexecute(0);
  const first = await until(10_000, "a chunk", () => {
    const read = reexecution.read();
    return read !== undefined && read.length > 0 && read;
  });
  expect(Number(first[0]?.sequence)).toBe(1);
  expect(first.length).toBeLessThan(1_000);
  reexecution.close();
  core.stop();
});

test("closed early, it makes room, and a second close is nothing", async () => {
  const core = openCore();
  setUp(core);
  await trade(core, MANY);
  const open = Array.from({ length: 8 }, () => core.reexecute(0));
  expect(codeOf(() => core.reexecute(0))).toBe("reexecution_limit_reached");
  open[3]?.close();
  open[3]?.close();
  expect(codeOf(() => open[3]?.read())).toBe("reexecution_not_open");
  core.reexecute(0).close();
  core.stop();
});

test("what ended by itself makes room too", async () => {
  const core = openCore();
  core.submit(UNKNOWN_CANCEL, () => {});
  core.flush();
  for (let round = 0; round < 10; round += 1) {
    expect(await readToEnd(core.reexecute(0))).toHaveLength(1);
  }
  core.stop();
});

test("a stop of the core ends those that are open", async () => {
  const core = openCore();
  setUp(core);
  await trade(core, MANY);
  const reexecution = core.reexecute(0);
  expect(core.stop().warnings).toEqual([]);
  expect(codeOf(() => reexecution.read())).toBe("core_not_open");
  reexecution.close();
  expect(codeOf(() => core.reexecute(0))).toBe("core_not_open");
  expect(codeOf(() => core.holdJournal(0))).toBe("core_not_open");
});

test("a hold keeps what would go, and says how much", async () => {
  const core = openCore({ holdJournal: 0, segmentBytes: 1 << 16 });
  const heard = listen(core);
  setUp(core);
  const snapshots: number[] = [];
  for (const written of [1, 2, 3]) {
    await trade(core, 1_500);
    core.requestSnapshot();
    await until(10_000, "a snapshot", () => core.status().snapshot.written === written);
    snapshots.push(core.status().snapshotSequence);
  }
  expect(core.status().journal.heldBytes).toBeGreaterThan(1 << 16);
  const after = snapshots[0] ?? 0;
  expect(await readToEnd(core.reexecute(after))).toEqual(heard.slice(after));
  core.holdJournal(core.status().durableSequence);
  await until(10_000, "nothing held", () => core.status().journal.heldBytes === 0);
  await trade(core, 10);
  core.requestSnapshot();
  await until(10_000, "a snapshot", () => core.status().snapshot.written === 4);
  const late = core.reexecute(after);
  const code = await until(10_000, "the fault", () => {
    const found = codeOf(() => late.read());
    return found !== "no error" && found;
  });
  expect(code).toBe("changes_unavailable");
  // It stays what it is until it is closed.
  expect(codeOf(() => late.read())).toBe("changes_unavailable");
  late.close();
  core.stop();
});

test("damage is a fault behind everything in front of it", async () => {
  const dataDirectory = makeDirectory();
  const core = openCore({ dataDirectory });
  const heard = listen(core);
  for (let index = 0; index < 100; index += 1) {
    core.submit({ opcode: Opcode.createAccount, text: `account-${index}` }, () => {});
    core.flush();
  }
  const journal = join(dataDirectory, "journal");
  const [name = ""] = readdirSync(journal).filter((file) => file.endsWith(".segment"));
  const bytes = readFileSync(join(journal, name));
  const place = bytes.indexOf("account-50");
  expect(place).toBeGreaterThan(0);
  bytes[place] = bytes.readUInt8(place) ^ 1;
  writeFileSync(join(journal, name), bytes);
  const reexecution = core.reexecute(0);
  const found: Transaction[] = [];
  const read = (): void => {
    found.push(...(reexecution.read() ?? []));
  };
  await until(10_000, "the fault", () => codeOf(read) === "journal_damaged");
  expect(read).toThrow(`${name} at byte `);
  expect(read).toThrow("sequences 51 to ");
  expect(found).toEqual(heard.slice(0, 50));
  expect(core.status().fault).toBeUndefined();
  reexecution.close();
  core.stop();
});

test("arguments are checked", () => {
  const core = openCore();
  for (const value of [-1, 0.5, Number.NaN, 2 ** 53]) {
    expect(codeOf(() => core.reexecute(value))).toBe("argument_invalid");
    expect(codeOf(() => core.holdJournal(value))).toBe("argument_invalid");
    expect(codeOf(() => openCore({ holdJournal: value }))).toBe("argument_invalid");
  }
  expect(codeOf(() => addon.reexecute(99_999, 0))).toBe("core_not_open");
  core.stop();
});
