import { beforeEach, describe, expect, test } from "bun:test";
import { ManualClock } from "../../test/support/manual-clock.ts";
import type { Transaction } from "../domain/change.ts";
import { CommandFlag, Opcode } from "../domain/command.ts";
import type { SubmittedCommand } from "../domain/command.ts";
import { RejectCode } from "../domain/reject.ts";
import { toSequence, toTimeUs } from "../domain/units.ts";
import { Log } from "../log.ts";
import { toPermissionBits } from "./authenticator.ts";
import type { Caller, PermissionName } from "./authenticator.ts";
import { OrderEntry } from "./order-entry.ts";
import { OrderLog } from "./order-log.ts";
import { ReferenceData } from "./reference-data.ts";
import { TokenBucket } from "./throttle.ts";

const clock = new ManualClock();
const silent = new Log("error", clock, (bytes) => bytes.length);

/** Takes every command, or refuses it with `code`; replies when told. */
class RecordingCore {
  readonly commands: SubmittedCommand[] = [];
  readonly replies: ((transaction: Transaction) => void)[] = [];
  code: RejectCode | undefined;

  submit(command: SubmittedCommand, reply: (transaction: Transaction) => void) {
    if (this.code !== undefined) return this.code;
    this.commands.push(command);
    this.replies.push(reply);
    return undefined;
  }
}

let core: RecordingCore;
let entry: OrderEntry;

beforeEach(() => {
  core = new RecordingCore();
  entry = new OrderEntry(core, clock, new OrderLog(silent, new ReferenceData(), new Set()));
});

function callerWith(permissions: readonly PermissionName[], burst = 1_000): Caller {
  const rate = { perSecond: 1, burst };
  return {
    keyId: "key",
    account: 7,
    permissions: toPermissionBits(permissions),
    requests: new TokenBucket(rate),
    cancels: new TokenBucket(rate),
  };
}

const ignore = (): void => undefined;
const trader = (): Caller => callerWith(["trade"]);
const admin = (): Caller => callerWith(["admin"]);

const TRADE_OPCODES = [Opcode.newOrder, Opcode.cancelOrder, Opcode.replaceOrder, Opcode.massCancel];
const LEDGER_OPCODES = [Opcode.withdraw, Opcode.transfer];
const VENUE_OPCODES = [
  ...[Opcode.sweepFees, Opcode.createCurrency, Opcode.createInstrument, Opcode.createAccount],
  ...[Opcode.setAlias, Opcode.removeAlias, Opcode.setFees, Opcode.setLimit, Opcode.setBand],
  Opcode.setInstrumentState,
];

describe("the account of a command", () => {
  test.each(TRADE_OPCODES)("of opcode %d is the caller's, whatever the protocol says", (opcode) => {
    expect(entry.enter(trader(), { opcode, account: 99 }, ignore)).toBeUndefined();
    expect(core.commands).toEqual([{ opcode, account: 7 }]);
  });

  test.each(LEDGER_OPCODES)("of opcode %d too, and the caller is noted", (opcode) => {
    entry.enter(callerWith(["transfer"]), { opcode, account: 99, session: 98 }, ignore);
    expect(core.commands).toEqual([{ opcode, account: 7, session: 7 }]);
  });

  test.each([Opcode.cancelOrder, Opcode.massCancel])(
    "of opcode %d may be another for an operator, who is marked as such",
    (opcode) => {
      entry.enter(admin(), { opcode }, ignore, 3);
      expect(core.commands).toEqual([{ opcode, account: 3, flags: CommandFlag.admin }]);
    },
  );

  test.each([...LEDGER_OPCODES, Opcode.deposit, Opcode.setAccountState])(
    "of opcode %d may be another for an operator, who is noted",
    (opcode) => {
      entry.enter(admin(), { opcode }, ignore, 3);
      expect(core.commands).toEqual([{ opcode, account: 3, session: 7 }]);
    },
  );

  test.each(VENUE_OPCODES)("of opcode %d is no account: the field is left alone", (opcode) => {
    entry.enter(admin(), { opcode, account: 5 }, ignore);
    expect(core.commands).toEqual([{ opcode, account: 5, session: 7 }]);
  });
});

describe("permission", () => {
  test.each([Opcode.newOrder, Opcode.replaceOrder])(
    "an operator does not trade for others: opcode %d",
    (opcode) => {
      const all = callerWith(["read", "trade", "transfer", "admin"]);
      expect(entry.enter(all, { opcode }, ignore, 3)).toBe(RejectCode.permission_denied);
    },
  );

  test.each([Opcode.sessionOpened, Opcode.sessionClosed])(
    "nobody gives what belongs to the runtime: opcode %d",
    (opcode) => {
      const all = callerWith(["read", "trade", "transfer", "admin"]);
      expect(entry.enter(all, { opcode }, ignore)).toBe(RejectCode.permission_denied);
    },
  );

  test("is needed for each opcode: the others do not help", () => {
    const needs = new Map<Opcode, PermissionName>([
      ...TRADE_OPCODES.map((opcode) => [opcode, "trade"] as const),
      ...LEDGER_OPCODES.map((opcode) => [opcode, "transfer"] as const),
      ...VENUE_OPCODES.map((opcode) => [opcode, "admin"] as const),
      [Opcode.deposit, "admin"],
      [Opcode.setAccountState, "admin"],
    ]);
    const names: readonly PermissionName[] = ["read", "trade", "transfer", "admin"];
    for (const [opcode, needed] of needs) {
      const others = names.filter((name) => name !== needed);
      // why: the list above holds no opcode of the runtime
      const command = { opcode } as SubmittedCommand;
      const refused = entry.enter(callerWith(others), { ...command }, ignore);
      expect([opcode, refused]).toEqual([opcode, RejectCode.permission_denied]);
      expect(entry.enter(callerWith([needed]), { ...command }, ignore)).toBeUndefined();
    }
  });

  test("another account needs admin", () => {
    for (const opcode of [Opcode.cancelOrder, Opcode.withdraw] as const) {
      const owner = callerWith(["trade", "transfer"]);
      expect(entry.enter(owner, { opcode }, ignore, 3)).toBe(RejectCode.permission_denied);
    }
  });
});

describe("rate", () => {
  test("cancels have a bucket of their own", () => {
    const caller = callerWith(["trade"], 2);
    const place = () => entry.enter(caller, { opcode: Opcode.newOrder }, ignore);
    const cancel = () => entry.enter(caller, { opcode: Opcode.cancelOrder }, ignore);
    expect([place(), place(), place()]).toEqual([undefined, undefined, RejectCode.throttled]);
    expect([cancel(), cancel(), cancel()]).toEqual([undefined, undefined, RejectCode.throttled]);
    clock.advanceMs(1_000);
    expect([place(), cancel()]).toEqual([undefined, undefined]);
  });

  test("is looked at before permission, and a command without permission counts", () => {
    const caller = callerWith([], 1);
    const place = () => entry.enter(caller, { opcode: Opcode.newOrder }, ignore);
    expect([place(), place()]).toEqual([RejectCode.permission_denied, RejectCode.throttled]);
  });
});

test("what the core does not take is told, and no reply follows", () => {
  core.code = RejectCode.throttled;
  let replies = 0;
  const count = (): void => {
    replies += 1;
  };
  expect(entry.enter(trader(), { opcode: Opcode.newOrder }, count)).toBe(RejectCode.throttled);
  expect([core.replies.length, replies]).toEqual([0, 0]);
});

test("the reply is the transaction, once", () => {
  const heard: Transaction[] = [];
  entry.enter(trader(), { opcode: Opcode.newOrder }, (transaction) => heard.push(transaction));
  const transaction: Transaction = {
    sequence: toSequence(5),
    timeUs: toTimeUs(1),
    code: 0,
    opcode: Opcode.newOrder,
    isDuplicate: false,
    hasBacklog: false,
    isSystem: false,
    account: 7,
    result: 5,
    instrument: 1,
    changes: [],
  };
  core.replies[0]?.(transaction);
  expect(heard).toEqual([transaction]);
});
