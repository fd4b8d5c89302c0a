import { afterAll, expect, test } from "bun:test";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { dumpJournal, verifyJournal } from "../../gateway/core/journal.ts";
import { Opcode } from "../../gateway/domain/command.ts";
import { makeDirectory, removeDirectories } from "../support/venue-process.ts";
import { addon, codeOf, RawCore, UNKNOWN_CANCEL } from "./raw-core.ts";

afterAll(removeDirectories);

/** A stopped venue of a few commands at known times. Returns its directory and state hash. */
function makeVenue(): { dataDirectory: string; stateHash: string } {
  const dataDirectory = makeDirectory();
  const core = new RawCore({ dataDirectory, durability: "os", clock: "caller" });
  core.submit([{ opcode: Opcode.createCurrency, quantity: 8, text: "USDT" }], 1_000);
  core.submit(
    [
      { opcode: Opcode.createAccount, text: "alice", extensionText: "request-1" },
      { opcode: Opcode.deposit, account: 3, instrument: 1, amount: 2n ** 90n, text: "request-2" },
      UNKNOWN_CANCEL,
    ],
    2_000,
  );
  return { dataDirectory, stateHash: addon.stop(core.handle).stateHash };
}

function dump(dataDirectory: string, from: number, to: number): string {
  let text = "";
  dumpJournal(dataDirectory, from, to, (part) => (text += part));
  return text;
}

test("a sound venue verifies", () => {
  const { dataDirectory, stateHash } = makeVenue();
  const report = verifyJournal(dataDirectory);
  expect(report).toMatchObject({
    ...{ segments: 1, firstSequence: 1, lastSequence: 4, commandsReplayed: 4, snapshots: [4] },
    ...{ tornBytes: 0, currencies: 1, stateHash, problems: [] },
  });
  expect(report.stateHashesChecked).toBeGreaterThan(0);
});

test("a flipped bit is a problem with a code and a remedy, not an exception", () => {
  const { dataDirectory } = makeVenue();
  const journal = join(dataDirectory, "journal");
  const [name = ""] = readdirSync(journal).filter((file) => !file.includes("spare"));
  const bytes = readFileSync(join(journal, name));
  const place = bytes.indexOf("alice");
  expect(place).toBeGreaterThan(0);
  bytes[place] = bytes.readUInt8(place) ^ 1;
  writeFileSync(join(journal, name), bytes);
  const [problem] = verifyJournal(dataDirectory).problems;
  expect(problem?.code).toBe("journal_damaged");
  expect(problem?.message).toContain(name);
  expect(problem?.retryable).toBe(false);
});

test("a dump has a line for each entry and command", () => {
  const { dataDirectory } = makeVenue();
  const lines = dump(dataDirectory, 0, Number.MAX_SAFE_INTEGER).split("\n");
  expect(lines.slice(0, 6)).toEqual([
    "commands sequence=1 time_ns=1000000 commands=1",
    "  1 CreateCurrency quantity=8 text=USDT",
    "commands sequence=2 time_ns=2000000 commands=3",
    "  2 CreateAccount text=alice text_2=request-1",
    `  3 Deposit account=3 instrument=1 amount=${2n ** 90n} text=request-2`,
    "  4 CancelOrder account=3 order_id=999",
  ]);
  expect(dump(dataDirectory, 1, 1)).toStartWith("commands sequence=1 ");
  expect(dump(dataDirectory, 1, 1)).not.toContain("CreateAccount");
});

test("a dump longer than a part arrives whole", () => {
  const dataDirectory = makeDirectory();
  const core = new RawCore({ dataDirectory, durability: "os" });
  for (let batch = 0; batch < 4; batch += 1) {
    core.submit(Array.from({ length: 1_000 }, () => UNKNOWN_CANCEL));
  }
  core.stop();
  let parts = 0;
  let text = "";
  dumpJournal(dataDirectory, 1, 4_000, (part) => {
    parts += 1;
    text += part;
  });
  expect(parts).toBeGreaterThan(1);
  const commands = text.split("\n").filter((line) => line.includes(" CancelOrder "));
  expect(commands.map((line) => Number(line.trim().split(" ")[0]))).toEqual(
    Array.from({ length: 4_000 }, (_, index) => index + 1),
  );
});

test("refusals have codes", () => {
  const { dataDirectory } = makeVenue();
  const core = new RawCore({ dataDirectory });
  expect(codeOf(() => verifyJournal(dataDirectory))).toBe("data_directory_locked");
  core.stop();
  expect(codeOf(() => dump(dataDirectory, -1, 1))).toBe("argument_invalid");
  expect(codeOf(() => dump(makeDirectory(), 1, 1))).toBe("disk_operation_failed");
  const full = (): never => {
    throw new Error("no more paper");
  };
  const write = (): void => dumpJournal(dataDirectory, 1, 1, full);
  expect(codeOf(write)).toBe("write_failed");
  expect(write).toThrow("no more paper");
});
