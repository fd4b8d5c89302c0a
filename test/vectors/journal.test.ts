// Walks test/vectors/journal with a reader written from docs/formats.md alone, so that the drawing
// and the Rust that core-addon/runtime/tests/runtime/vectors.rs checks cannot drift apart.

import { expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

interface EntryInput {
  kind: string;
  sequence: string;
  time_ns: string;
  commands?: string;
  records?: string[][];
  state_hash?: string;
}

interface Input {
  venue_id: string[];
  hash_key: string[];
  behaviour_version: string;
  first_sequence: string;
  previous_crc: string;
  segment_bytes: string;
  header_crc: string;
  offset: string;
  last_crc: string;
  entries: EntryInput[];
  sequence: string;
  time_ns: string;
  state_hash: string;
  is_clean_stop: boolean;
  state: string[];
}

interface VectorFile {
  record: string;
  cases: { name: string; input: Input; bytes: string[]; zeros?: string }[];
}

const folder = join(import.meta.dir, "journal");
const kinds = ["", "commands", "state_hash", "seal", "clean_stop"];

/** CRC-32C, bit by bit: RFC 3720 appendix B.4. */
function crc32c(seed: number, bytes: Uint8Array): number {
  let state = ~seed;
  for (const byte of bytes) {
    state ^= byte;
    for (let bit = 0; bit < 8; bit++) {
      state = (state >>> 1) ^ (state & 1 ? 0x82f63b78 : 0);
    }
  }
  return ~state >>> 0;
}

function toBytes(lines: string[], zeros: number): Uint8Array {
  const hex = Uint8Array.fromHex(lines.join(""));
  const bytes = new Uint8Array(hex.length + zeros);
  bytes.set(hex);
  return bytes;
}

class Words {
  readonly #view: DataView;

  constructor(bytes: Uint8Array) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  u32(offset: number): string {
    return this.#view.getUint32(offset, true).toString();
  }

  u64(offset: number): string {
    return this.#view.getBigUint64(offset, true).toString();
  }
}

function checkIdentity(words: Words, input: Input): void {
  expect(words.u32(8)).toBe("1");
  expect(words.u32(12)).toBe(input.behaviour_version);
  expect([words.u64(16), words.u64(24)]).toEqual(input.venue_id);
  expect([words.u64(32), words.u64(40)]).toEqual(input.hash_key);
}

function checkSegmentHeader(bytes: Uint8Array, input: Input): void {
  const words = new Words(bytes);
  expect(bytes.length).toBe(4096);
  expect(new TextDecoder().decode(bytes.subarray(0, 8))).toBe("OBJOURNL");
  checkIdentity(words, input);
  expect(words.u64(48)).toBe(input.first_sequence);
  expect(words.u32(56)).toBe(input.previous_crc);
  expect(words.u32(60)).toBe(input.segment_bytes);
  const crc = crc32c(crc32c(0, bytes.subarray(0, 64)), bytes.subarray(68));
  expect(words.u32(64)).toBe(crc.toString());
}

/** Checks one entry and returns its length and checksum. */
function checkEntry(bytes: Uint8Array, at: number, input: Input, entry: EntryInput) {
  const words = new Words(bytes.subarray(at));
  const length = Number(words.u32(0));
  const place = new Uint8Array(4);
  new DataView(place.buffer).setUint32(0, Number(input.offset) + at, true);
  const seed = crc32c(crc32c(Number(input.header_crc), place), bytes.subarray(at, at + 4));
  const crc = crc32c(seed, bytes.subarray(at + 8, at + length)).toString();
  expect(words.u32(4)).toBe(crc);
  expect(kinds[bytes[at + 12] ?? 0]).toBe(entry.kind);
  expect(words.u64(16)).toBe(entry.sequence);
  expect(words.u64(24)).toBe(entry.time_ns);
  expect(words.u32(32)).toBe(entry.commands ?? "0");
  expect(words.u32(36)).toBe(input.offset);
  if (entry.state_hash === undefined) {
    const records = toBytes((entry.records ?? []).flat(), 0);
    expect(bytes.subarray(at + 40, at + length)).toEqual(records);
  } else {
    expect([length.toString(), words.u64(40)]).toEqual(["48", entry.state_hash]);
  }
  return { length, crc, previousCrc: words.u32(8) };
}

function checkWrite(bytes: Uint8Array, input: Input): void {
  let at = 0;
  let previousCrc = input.previous_crc;
  for (const entry of input.entries) {
    const found = checkEntry(bytes, at, input, entry);
    expect(found.previousCrc).toBe(previousCrc);
    previousCrc = found.crc;
    at += found.length;
  }
  expect([at, previousCrc]).toEqual([bytes.length, input.last_crc]);
}

function checkSnapshotHeader(bytes: Uint8Array, input: Input): void {
  const words = new Words(bytes);
  const state = toBytes(input.state, 0);
  expect(bytes.length).toBe(128);
  expect(new TextDecoder().decode(bytes.subarray(0, 8))).toBe("OBSNAPSH");
  checkIdentity(words, input);
  expect([words.u64(48), words.u64(56)]).toEqual([input.sequence, input.time_ns]);
  expect([words.u64(64), words.u64(72)]).toEqual([input.state_hash, state.length.toString()]);
  expect(words.u32(80)).toBe(input.is_clean_stop ? "1" : "0");
  expect(words.u32(84)).toBe(crc32c(0, state).toString());
  const crc = crc32c(crc32c(0, bytes.subarray(0, 88)), bytes.subarray(92));
  expect(words.u32(88)).toBe(crc.toString());
}

const checks = new Map([
  ["segment_header", checkSegmentHeader],
  ["journal_write", checkWrite],
  ["snapshot_header", checkSnapshotHeader],
]);

for (const file of readdirSync(folder).sort()) {
  // why: the shape is this folder's own; a wrong one fails the comparison below
  const content = JSON.parse(readFileSync(join(folder, file), "utf8")) as VectorFile;
  for (const { name, input, bytes, zeros } of content.cases) {
    test(`${file}: ${name}`, () => {
      const check = checks.get(content.record);
      expect(check).toBeDefined();
      check?.(toBytes(bytes, Number(zeros ?? "0")), input);
    });
  }
}
