// The files of a stopped venue, to be damaged: docs/formats.md draws them.

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const HEADER_BYTES = 4_096;
const ALIGNMENT = 8;
const KIND_OFFSET = 12;
const SEQUENCE_OFFSET = 16;
const COMMANDS_KIND = 1;

export interface Entry {
  readonly offset: number;
  readonly length: number;
  readonly isCommands: boolean;
  /** Of its first command; of others the last one executed. */
  readonly sequence: number;
}

/** Paths of the segments, oldest first. */
export function listSegments(dataDirectory: string): string[] {
  return listFiles(join(dataDirectory, "journal"), ".segment");
}

/** Paths of the snapshots, oldest first. */
export function listSnapshots(dataDirectory: string): string[] {
  return listFiles(join(dataDirectory, "snapshots"), ".snapshot");
}

function listFiles(directory: string, ending: string): string[] {
  const names = readdirSync(directory).filter((name) => name.endsWith(ending));
  return names.sort().map((name) => join(directory, name));
}

/** The written entries of a segment. */
export function listEntries(segment: string): Entry[] {
  const bytes = readFileSync(segment);
  const entries: Entry[] = [];
  let offset = HEADER_BYTES;
  while (offset < bytes.length) {
    const length = bytes.readUInt32LE(offset);
    if (length === 0) break;
    const isCommands = bytes[offset + KIND_OFFSET] === COMMANDS_KIND;
    const sequence = Number(bytes.readBigUInt64LE(offset + SEQUENCE_OFFSET));
    entries.push({ offset, length, isCommands, sequence });
    offset += Math.ceil(length / ALIGNMENT) * ALIGNMENT;
  }
  return entries;
}

/** Changes bytes of a file in place. */
export function change(path: string, edit: (bytes: Buffer) => void): void {
  const bytes = readFileSync(path);
  edit(bytes);
  writeFileSync(path, bytes);
}

export function flipBit(path: string, offset: number): void {
  change(path, (bytes) => {
    bytes[offset] = (bytes[offset] ?? 0) ^ 0x10;
  });
}
