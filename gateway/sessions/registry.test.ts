import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ManualClock } from "../../test/support/manual-clock.ts";
import { until } from "../../test/support/deadline.ts";
import { Core } from "../core/core.ts";
import { CommandFlag, Opcode, QueryKind } from "../domain/command.ts";
import type { SubmittedCommand } from "../domain/command.ts";
import { RejectCode } from "../domain/reject.ts";
import { Log } from "../log.ts";
import { RETURN_MS_MAX, SessionRegistry } from "./registry.ts";

const ACCOUNT = 3;

let directory: string;
let core: Core;
const clock = new ManualClock();
const silent = new Log("error", clock, (bytes) => bytes.length);

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "openbell-registry-"));
  core = open();
});
afterEach(() => {
  core.stop();
  rmSync(directory, { recursive: true });
});

function open(): Core {
  return Core.open({ dataDirectory: directory, durability: "os", segmentBytes: 1 << 20 });
}

function submit(command: SubmittedCommand): Promise<number> {
  return new Promise((resolve, reject) => {
    const refused = core.submit(command, ({ code, result }) =>
      code === 0 ? resolve(result) : reject(new Error(`code ${code}`)),
    );
    if (refused !== undefined) reject(new Error(`refused ${refused}`));
  });
}

function openSessions(): number[] {
  const { changes } = core.query({ opcode: QueryKind.sessions });
  return changes.flatMap((change) => (change.entity === "session" ? [change.sessionId] : []));
}

test("a session that is not back 10 s after a restart is closed, one that is stays", async () => {
  await submit({ opcode: Opcode.createAccount, text: "alice" });
  const flags = CommandFlag.cancelOnDisconnect;
  const gone = await submit({ opcode: Opcode.sessionOpened, account: ACCOUNT, text: "a", flags });
  const back = await submit({ opcode: Opcode.sessionOpened, account: ACCOUNT, text: "b", flags });
  core.stop();
  core = open();

  const registry = new SessionRegistry(core, clock, silent);
  registry.start();
  const returned = await new Promise((resolve) => registry.open(ACCOUNT, "b", resolve));
  expect(returned).toEqual({ session: back });
  clock.advanceMs(RETURN_MS_MAX - 1);
  core.flush();
  expect(openSessions()).toEqual([gone, back]);
  clock.advanceMs(1);
  await until(5_000, "the close", () => openSessions().length === 1);
  expect(openSessions()).toEqual([back]);
  registry.stop();
});

test("a close that the core has no room for is tried again", () => {
  let refusals = 2;
  const closed: unknown[] = [];
  const busy = {
    query: core.query.bind(core),
    submit(command: SubmittedCommand) {
      if (refusals > 0) {
        refusals -= 1;
        return 9001 as const;
      }
      closed.push(command);
      return undefined;
    },
  };
  core.submit({ opcode: Opcode.createAccount, text: "alice" }, () => undefined);
  core.submit({ opcode: Opcode.sessionOpened, account: ACCOUNT, text: "a" }, () => undefined);
  core.flush();
  const [session] = openSessions();
  const registry = new SessionRegistry(busy, clock, silent);
  registry.start();
  clock.advanceMs(RETURN_MS_MAX);
  clock.advanceMs(1_000);
  expect(closed).toEqual([]);
  clock.advanceMs(1_000);
  expect(closed).toEqual([{ opcode: Opcode.sessionClosed, session }]);
  registry.stop();
});

test("what the core does not take goes to it later, in order", async () => {
  await submit({ opcode: Opcode.createAccount, text: "alice" });
  let isFull = true;
  const filling = {
    query: core.query.bind(core),
    submit: (command: SubmittedCommand, reply: Parameters<Core["submit"]>[1]) =>
      isFull ? (9001 as const) : core.submit(command, reply),
  };
  const first = await submit({ opcode: Opcode.sessionOpened, account: ACCOUNT, text: "a" });
  const registry = new SessionRegistry(filling, clock, silent);
  const opened: unknown[] = [];
  registry.close(first);
  registry.open(ACCOUNT, "a", (found) => opened.push(found));
  clock.advanceMs(1_000);
  expect(openSessions()).toEqual([first]);
  isFull = false;
  clock.advanceMs(1_000);
  await until(5_000, "a new session", () => opened.length === 1);
  expect(openSessions()).toHaveLength(1);
  expect(opened).toEqual(openSessions().map((session) => ({ session })));
  expect(openSessions()).not.toEqual([first]);
  registry.stop();
});

test("an account that is not there has no session", async () => {
  const registry = new SessionRegistry(core, clock, silent);
  const refused = await new Promise((resolve) => registry.open(77, "a", resolve));
  expect(refused).toEqual({ code: RejectCode.account_not_found });
});

test("a stopped registry closes nothing", () => {
  core.submit({ opcode: Opcode.createAccount, text: "alice" }, () => undefined);
  core.submit({ opcode: Opcode.sessionOpened, account: ACCOUNT, text: "a" }, () => undefined);
  core.flush();
  const registry = new SessionRegistry(core, clock, silent);
  registry.start();
  registry.stop();
  clock.advanceMs(2 * RETURN_MS_MAX);
  core.flush();
  expect(openSessions()).toHaveLength(1);
});
