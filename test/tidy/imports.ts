// Who may import whom, and files that nobody imports. Rust is kept apart by its crates.

import { dirname, join } from "node:path/posix";
import type { Problem, SourceFile } from "./source-tree.ts";

/** What a part of gateway/ may import besides itself. */
const LAYERS: ReadonlyMap<string, readonly string[]> = new Map([
  ["domain", ["generated"]],
  ["generated", []],
  ["clock", []],
  ["log", ["clock"]],
  ["config", ["log"]],
  ["metrics", ["clock"]],
  ["core", ["domain", "generated", "addon"]],
  ["identity", ["domain", "clock"]],
  ["stages", ["domain", "core", "config", "clock", "log", "metrics"]],
  ["sessions", ["domain", "core", "identity", "stages", "config", "clock", "log", "metrics"]],
  ["push", ["domain", "stages", "clock"]],
  ["change-json", ["domain", "stages"]],
  [
    "protocols",
    ["domain", "sessions", "stages", "push", "change-json", "config", "clock", "log", "metrics"],
  ],
  ["demo", ["domain", "core", "sessions", "clock"]],
  ["commands", ["domain", "core", "identity", "protocols", "config", "clock", "log"]],
]);
const ADDON = /^core-addon\//;

/** Where a program starts, or a reader: nobody imports these. */
const ENTRIES = new RegExp(
  [
    ...["^gateway/main\\.ts$", "^page/main\\.ts$", "^schemas/generate\\.ts$", "^examples/.+\\.ts$"],
    ...["^bench/[^/]+\\.ts$", "^tools/[^/]+\\.(ts|mjs)$"],
  ].join("|"),
);
const TEST = /\.test\.ts$/;

const DOOR = /^gateway\/protocols\/([^/]+)\//;
const DOOR_FILES = ["server.ts", "session.ts", "codec.ts", "rejects.ts"];

interface Import {
  readonly from: SourceFile;
  /** 1-based. */
  readonly line: number;
  /** Path from the root. */
  readonly target: string;
}

/** Checks the borders of house.md's picture and finds dead files, over the whole tree. */
export function checkImports(tree: readonly SourceFile[]): Problem[] {
  const scripts = tree.filter((file) => /\.(ts|mjs)$/.test(file.path));
  const imports = scripts.flatMap(readImports);
  return [...imports.flatMap(checkBorder), ...findDeadFiles(scripts, imports)];
}

const SPECIFIER = /(?:\bfrom|\bimport|\brequire\(|\bimport\(|\bnew Worker\()\s*"(\.[^"]+)"/g;

function readImports(file: SourceFile): Import[] {
  return [...file.text.matchAll(SPECIFIER)].map((match) => ({
    from: file,
    line: file.text.slice(0, match.index).split("\n").length,
    target: join(dirname(file.path), match[1] ?? ""),
  }));
}

function checkBorder({ from, line, target }: Import): Problem[] {
  const part = partOf(from.path);
  if (part === undefined || part === "main" || TEST.test(from.path)) return [];
  const problem = (message: string): Problem[] => [{ path: from.path, line, message }];
  const targetPart = ADDON.test(target) ? "addon" : partOf(target);
  if (targetPart === undefined)
    return problem(`${target} is outside gateway/: move what is needed`);
  const allowed = LAYERS.get(part);
  if (allowed === undefined) return problem(`gateway/${part} is new: give it a row in LAYERS`);
  if (part === "protocols" && targetPart === "generated") {
    return from.path.endsWith("/codec.ts") ? [] : problem("only codec.ts may import generated/");
  }
  if (targetPart === part) return part === "protocols" ? checkProtocols(from, line, target) : [];
  if (allowed.includes(targetPart)) return [];
  const may = allowed.length === 0 ? "nothing of ours" : allowed.join(", ");
  return problem(`${part} may import ${may}; not ${targetPart}: pass it in from main.ts`);
}

/** `/ws` is the other transport of the native protocol: same listener, shapes and refusals. */
const SPEAKS_AS: ReadonlyMap<string, string> = new Map([["ws", "http"]]);

/** Protocols know nothing of each other; what they share is in sessions/. */
function checkProtocols(from: SourceFile, line: number, target: string): Problem[] {
  const [own = "", other = ""] = [from.path, target].map((path) => path.split("/")[2] ?? "");
  if (own === other || other === "protocol.ts" || SPEAKS_AS.get(own) === other) return [];
  const message = `protocol ${own} may not import ${other}: what both need belongs in sessions/`;
  return [{ path: from.path, line, message }];
}

/**
 * Every door has the same four files, at its top or in the folder of their noun, and a conversation
 * in test/protocols.
 */
export function checkDoors(tree: readonly SourceFile[]): Problem[] {
  const paths = new Set(tree.map((file) => file.path));
  const doors = new Set([...paths].flatMap((path) => DOOR.exec(path)?.[1] ?? []));
  return [...doors].flatMap((door) => {
    const path = `gateway/protocols/${door}`;
    const inDoor = [...paths].filter((each) => each.startsWith(`${path}/`));
    const isMissing = (name: string): boolean => !inDoor.some((each) => each.endsWith(`/${name}`));
    const missing = DOOR_FILES.filter(isMissing).map((name) => ({
      path: `${path}/${name}`,
      line: 0,
      message: "every protocol has this file: add it",
    }));
    const isSpokenTo = [...paths].some(
      (each) => each.startsWith(`test/protocols/${door}/`) && TEST.test(each),
    );
    const message = `add a conversation in test/protocols/${door}`;
    return isSpokenTo ? missing : [...missing, { path, line: 0, message }];
  });
}

/** `gateway/core/core.ts` → `core`; `gateway/log.ts` → `log`. */
function partOf(path: string): string | undefined {
  const [root, part] = path.split("/");
  return root === "gateway" ? part?.replace(/\.ts$/, "") : undefined;
}

/** Files that a test starts as a process or Worker are named, not imported. */
function readMentions(file: SourceFile): string[] {
  return [...file.text.matchAll(/"([\w./-]+\.(?:ts|mjs))"/g)].flatMap(([, name = ""]) => [
    join(dirname(file.path), name),
    join(name),
  ]);
}

/**
 * Files of a program that no entry reaches, and files of tests that no test reaches. Generated ones
 * come and go with their schema.
 */
function findDeadFiles(scripts: readonly SourceFile[], imports: readonly Import[]): Problem[] {
  const byPath = new Map(scripts.map((file) => [file.path, file]));
  const reach = (starts: readonly SourceFile[]): Set<string> => {
    const reached = new Set(starts.map((file) => file.path));
    for (const path of reached) {
      for (const each of imports) if (each.from.path === path) reached.add(each.target);
      const file = byPath.get(path);
      if (file !== undefined) for (const mention of readMentions(file)) reached.add(mention);
    }
    return reached;
  };
  const entries = scripts.filter((file) => ENTRIES.test(file.path));
  const product = reach(entries);
  const tests = reach(scripts.filter((file) => TEST.test(file.path)));
  return scripts
    .filter(({ path }) => !/\.d\.ts$|\/generated\//.test(path))
    .filter(({ path }) => !TEST.test(path) && !product.has(path))
    .filter(({ path }) => !(path.startsWith("test/") && tests.has(path)))
    .map(({ path }) => ({ path, line: 0, message: "nobody imports it: delete it, or use it" }));
}
