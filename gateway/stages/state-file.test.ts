import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
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

test("what could not be written is told at the next save; a load tries again", async () => {
  const file = new StateFile(join(directory, "gone", "settlement.json"));
  file.save(1, "one");
  await file.stop();
  expect(() => file.save(2, "two")).toThrow("ENOENT");
  await Bun.write(join(directory, "gone", "other"), "");
  file.load();
  file.save(2, "two");
  await file.stop();
  expect(file.savedSequence()).toBe(2);
});
