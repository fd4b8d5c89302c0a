import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { StateFile } from "./state-file.ts";

let directory: string;
let path: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "openbell-state-"));
  path = join(directory, "settlement.json");
});

afterEach(() => rmSync(directory, { recursive: true }));

test("the last state that was given is found by who opens the file next", async () => {
  const file = new StateFile(path);
  expect([file.load(), file.savedSequence()]).toEqual([undefined, 0]);
  for (let sequence = 1; sequence <= 20; sequence += 1) file.save(sequence, `state ${sequence}`);
  await file.stop();
  expect(file.savedSequence()).toBe(20);
  expect(new StateFile(path).load()).toEqual({ sequence: 20, state: "state 20" });
  expect(readdirSync(directory)).toEqual(["settlement.json"]);
});

test("an older state changes nothing", async () => {
  const file = new StateFile(path);
  file.save(5, "five");
  await file.stop();
  file.save(4, "four");
  await file.stop();
  expect(file.load()).toEqual({ sequence: 5, state: "five" });
  file.save(6, "six");
  await file.stop();
  expect(new StateFile(path).load()).toEqual({ sequence: 6, state: "six" });
});

test("a state beyond the end of the journal is forgotten, another is not", async () => {
  const file = new StateFile(path);
  file.save(9, "nine");
  await file.stop();
  expect([file.discardBeyond(9), file.savedSequence()]).toEqual([false, 9]);
  expect([file.discardBeyond(8), file.savedSequence(), file.load()]).toEqual([true, 0, undefined]);
  expect(readdirSync(directory)).toEqual([]);
});

test("a state counts as saved only when the disk has it", () => {
  const file = new StateFile(path);
  file.save(1, "one");
  expect(file.savedSequence()).toBe(0);
});

test("what could not be written is told until a load; then it is tried again", async () => {
  const file = new StateFile(join(directory, "gone", "settlement.json"));
  file.save(1, "one");
  await file.stop();
  expect(() => file.savedSequence()).toThrow("ENOENT");
  await Bun.write(join(directory, "gone", "other"), "");
  file.load();
  file.save(2, "two");
  await file.stop();
  expect(file.savedSequence()).toBe(2);
});

test("a file of which any byte has changed, or that is not whole, counts as none", async () => {
  const file = new StateFile(path);
  file.save(12, '{"discrepancies":0}');
  await file.stop();
  const bytes = readFileSync(path);
  expect(new StateFile(path).isDamaged).toBe(false);
  for (let at = 0; at < bytes.length; at += 1) {
    for (const bit of [1, 32]) {
      const changed = Buffer.from(bytes);
      changed[at] = bytes.readUInt8(at) ^ bit;
      writeFileSync(path, changed);
      const found = new StateFile(path);
      expect([at, found.load(), found.savedSequence()]).toEqual([at, undefined, 0]);
      expect(found.isDamaged).toBe(true);
    }
    writeFileSync(path, bytes.subarray(0, at));
    expect(new StateFile(path).isDamaged).toBe(true);
  }
  const found = new StateFile(path);
  found.save(3, "three");
  await found.stop();
  expect(new StateFile(path).load()).toEqual({ sequence: 3, state: "three" });
});
