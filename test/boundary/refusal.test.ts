// What the facade does with a batch that the core takes only in part. The core refuses when the
// disk is full, which a test cannot make it; so a wrapper refuses in its place, where it would.

import { afterAll, expect, test } from "bun:test";
import type { Addon } from "../../gateway/core/addon.ts";
import { RECORD_BYTES } from "../../gateway/core/command-batch.ts";
import { Core } from "../../gateway/core/core.ts";
import { Opcode } from "../../gateway/domain/command.ts";
import type { SubmittedCommand } from "../../gateway/domain/command.ts";
import { RejectCode } from "../../gateway/generated/reject-codes.ts";
import { makeDirectory, removeDirectories } from "../support/venue-process.ts";
import { addon, codeOf, SEGMENT_BYTES, UNKNOWN_CANCEL } from "./raw-core.ts";

afterAll(removeDirectories);

const EXTENSIONS_OFFSET = 7;

/** The real addon, but for a refusal of the first command that `isRefused` names. */
class RefusingAddon {
  readonly calls: [number, number][] = [];
  readonly addon: Addon;
  #input: Uint8Array = new Uint8Array();

  constructor(code: RejectCode, isRefused: (opcode: number) => boolean) {
    this.addon = {
      ...addon,
      attach: (handle, input, output, answer, places) => {
        this.#input = input;
        addon.attach(handle, input, output, answer, places);
      },
      submit: (handle, from, to, timeUs) => {
        this.calls.push([from / RECORD_BYTES, to / RECORD_BYTES]);
        for (let offset = from; offset < to; offset = this.#next(offset)) {
          if (!isRefused(this.#input[offset] ?? 0)) continue;
          addon.submit(handle, from, offset, timeUs);
          return -code;
        }
        return addon.submit(handle, from, to, timeUs);
      },
    };
  }

  #next(offset: number): number {
    return offset + RECORD_BYTES * (1 + (this.#input[offset + EXTENSIONS_OFFSET] ?? 0));
  }
}

const create: SubmittedCommand = { opcode: Opcode.createAccount, text: "a", extensionText: "r" };

/** Submits as one batch; returns sequence and code of each reply, by command. */
function run(refusing: RefusingAddon, commands: readonly SubmittedCommand[]) {
  const options = { dataDirectory: makeDirectory(), segmentBytes: SEGMENT_BYTES };
  const core = Core.open({ ...options, durability: "none" }, refusing.addon);
  const heard: number[] = [];
  core.subscribe(({ sequence }) => heard.push(sequence));
  const replies: [number, number][] = [];
  for (const [index, command] of commands.entries()) {
    const refused = core.submit(command, ({ sequence, code }) => {
      expect(replies[index]).toBeUndefined();
      replies[index] = [sequence, code];
    });
    expect(refused).toBeUndefined();
  }
  core.flush();
  // A refusal is not in the change log.
  const executed = replies.filter(([sequence]) => sequence > 0).length;
  expect(heard).toEqual(Array.from({ length: executed }, (_, index) => index + 1));
  core.stop();
  return replies;
}

const { order_not_found: notFound } = RejectCode;

test("in cancel_only the cancels behind a refused command go through", () => {
  const { venue_cancel_only: cancelOnly } = RejectCode;
  const refusing = new RefusingAddon(cancelOnly, (opcode) => opcode === Opcode.createAccount);
  const commands = [UNKNOWN_CANCEL, create, UNKNOWN_CANCEL, create, create, UNKNOWN_CANCEL];
  expect(run(refusing, commands)).toEqual([
    [1, notFound],
    [0, cancelOnly],
    [2, notFound],
    [0, cancelOnly],
    [0, cancelOnly],
    [3, notFound],
  ]);
  // A command with a second text takes two records.
  expect(refusing.calls).toEqual([
    [0, 9],
    [3, 9],
    [6, 9],
    [8, 9],
  ]);
});

test("in cancel_only a batch that ends with a refused command ends there", () => {
  const { venue_cancel_only: cancelOnly } = RejectCode;
  const refusing = new RefusingAddon(cancelOnly, (opcode) => opcode === Opcode.createAccount);
  expect(run(refusing, [UNKNOWN_CANCEL, create])).toEqual([
    [1, notFound],
    [0, cancelOnly],
  ]);
  expect(refusing.calls.length).toBe(1);
});

test.each([RejectCode.journal_full, RejectCode.throttled])(
  "with code %p nothing behind the refused command is tried",
  (code) => {
    const refusing = new RefusingAddon(code, (opcode) => opcode === Opcode.createAccount);
    expect(run(refusing, [UNKNOWN_CANCEL, create, UNKNOWN_CANCEL])).toEqual([
      [1, notFound],
      [0, code],
      [0, code],
    ]);
    expect(refusing.calls.length).toBe(1);
  },
);

test("a fault of the addon answers the batch and is thrown", () => {
  const failing: Addon = {
    ...addon,
    submit: () => {
      throw Object.assign(new Error("the disk is gone"), { code: "journal_write_failed" });
    },
  };
  const options = { dataDirectory: makeDirectory(), segmentBytes: SEGMENT_BYTES };
  const core = Core.open(options, failing);
  const codes: number[] = [];
  core.submit(UNKNOWN_CANCEL, ({ code }) => codes.push(code));
  core.submit(UNKNOWN_CANCEL, ({ code }) => codes.push(code));
  expect(codeOf(() => core.flush())).toBe("journal_write_failed");
  expect(codes).toEqual([RejectCode.core_unavailable, RejectCode.core_unavailable]);
  core.stop();
});
