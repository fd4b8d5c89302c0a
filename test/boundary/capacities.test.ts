// Bounds of the engine's tables: the largest that each may have, and what becomes of a larger one.

import { afterAll, expect, test } from "bun:test";
import { Core } from "../../gateway/core/core.ts";
import { type CommandFields, Opcode } from "../../gateway/domain/command.ts";
import { RejectCode } from "../../gateway/generated/reject-codes.ts";
import { makeDirectory, removeDirectories } from "../support/venue-process.ts";
import { RawCore, SEGMENT_BYTES } from "./raw-core.ts";

afterAll(removeDirectories);

/** Fields of `Configure`, by docs/commands.md, and their largest values. */
const LARGEST: readonly (readonly [string, keyof CommandFields, number])[] = [
  ["accounts", "account", 2 ** 24],
  ["instruments", "instrument", 2 ** 16],
  ["currencies", "price", 2 ** 12],
  ["sessions", "quantity", 2 ** 20],
  ["open orders", "orderId", 2 ** 28],
  ["final orders", "session", 2 ** 16],
];

/** Reject codes of one `Configure` each. */
function configure(core: RawCore, ...values: Partial<CommandFields>[]): number[] {
  const commands = values.map((fields) => ({ ...fields, opcode: Opcode.configure }));
  core.submit(commands);
  return core.released().map(({ code }) => code);
}

test.each(LARGEST)("%s: the largest bound is taken, one more is capacity_invalid", (...row) => {
  const [, field, largest] = row;
  const core = new RawCore({ durability: "none" });
  const codes = configure(core, { [field]: largest }, { [field]: largest + 1 });
  expect(codes).toEqual([0, RejectCode.capacity_invalid]);
  core.stop();
});

test("a bound that is refused leaves all of them as they were", () => {
  const core = new RawCore({ durability: "none" });
  const refused = configure(core, { account: 3, price: 2 ** 12 + 1 });
  expect(refused).toEqual([RejectCode.capacity_invalid]);
  const created = ["a", "b", "c"].map((text) => ({ opcode: Opcode.createAccount, text }));
  core.submit(created);
  expect(core.released().map(({ code }) => code)).toEqual([0, 0, 0]);
  core.stop();
});

test("a core that is asked for a bound too large opens with those it had, and says so", () => {
  const options = { dataDirectory: makeDirectory(), segmentBytes: SEGMENT_BYTES };
  const core = Core.open({ ...options, durability: "none", accountsMax: 2 ** 24 + 1 });
  expect(core.openReport.warnings).toEqual([
    "the configured capacities were refused: out of range",
  ]);
  core.stop();
});
