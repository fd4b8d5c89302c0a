// House rules about documents: links, settings, faults, log events, reject codes.

import { dirname, join } from "node:path/posix";
import type { Problem, SourceFile } from "./source-tree.ts";

/** Checks that every relative link of a Markdown file leads to a file, and to a heading in it. */
export function checkLinks(tree: readonly SourceFile[], exists: (path: string) => boolean) {
  const texts = new Map(tree.map((file) => [file.path, file.text]));
  const problems: Problem[] = [];
  for (const { path, text } of tree.filter((file) => file.path.endsWith(".md"))) {
    for (const [index, line] of withoutCode(text).split("\n").entries()) {
      for (const [, link = ""] of line.matchAll(/\]\(([^)\s]+)\)/g)) {
        if (/^[a-z]+:/.test(link)) continue;
        const [file = "", anchor] = link.split("#");
        const target = file === "" ? path : join(dirname(path), file);
        const isKnown = exists(target) && (anchor === undefined || hasHeading(target, anchor));
        if (!isKnown) problems.push({ path, line: index + 1, message: `mend the link ${link}` });
      }
    }
  }
  function hasHeading(target: string, anchor: string): boolean {
    const headings = withoutCode(texts.get(target) ?? "").matchAll(/^#+ (.+)$/gm);
    return [...headings].some(([, heading = ""]) => toAnchor(heading) === anchor);
  }
  return problems;
}

/** Checks that every source file that a page names in backquotes is there, in whatever folder. */
export function checkNamedFiles(tree: readonly SourceFile[], path: string): Problem[] {
  const text = withoutCode(tree.find((file) => file.path === path)?.text ?? "");
  return text.split("\n").flatMap((line, index) =>
    [...line.matchAll(/`([a-z0-9_./-]+\.(?:ts|rs))`/g)]
      .map(([, name = ""]) => name)
      .filter((name) => !tree.some((file) => `/${file.path}`.endsWith(`/${name}`)))
      .map((name) => ({
        path,
        line: index + 1,
        message: `${name} is no file: name the one meant`,
      })),
  );
}

/** Fenced blocks emptied, lines kept. */
function withoutCode(text: string): string {
  return text.replace(/^```[^]*?^```/gm, (block) => block.replace(/[^\n]/g, ""));
}

function toAnchor(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, "")
    .replaceAll(" ", "-");
}

/** Checks that every setting is explained to operators. */
export function checkSettings(keys: readonly string[], operating: string): Problem[] {
  return keys
    .filter((key) => !operating.includes(`\`${key}\``))
    .map((key) => ({
      path: "docs/operating.md",
      line: 0,
      message: `${key} is missing: run \`bun run generate\``,
    }));
}

/** Where a fault is raised by name: the gateway, the binding, the table of the runtime. */
const FAULTS: readonly (readonly [RegExp, RegExp])[] = [
  [/^gateway\/.*(?<!\.test)\.ts$/, /new GatewayFault\([^;]*?"([a-z]+_[a-z_]+)"/g],
  [/^core-addon\/binding\/src\/.*\.rs$/, /\bError::new\(\s*"([a-z_]+)"/g],
  [/^core-addon\/runtime\/src\/fault\.rs$/, /\(\s*FaultCode::\w+,\s*"([a-z_]+)"/g],
];

/** Where an event is logged as a warning or an error. */
const EVENTS: readonly (readonly [RegExp, RegExp])[] = [
  [/^gateway\/.*(?<!\.test)\.ts$/, /\blog\.(?:warn|error)\(\s*"([a-z_]+)"/g],
  [/^gateway\/.*(?<!\.test)\.ts$/, /new RefusedConnections\("([a-z_]+)"/g],
  [/^gateway\/main\.ts$/, /\bfail\("([a-z_]+)"/g],
  [/^gateway\/log\.ts$/, /formatLine\([^;]*?"warn", "([a-z_]+)"/g],
];

/** Checks that the page lists every fault that is raised, and none that is not. */
export function checkFaults(tree: readonly SourceFile[], page: string): Problem[] {
  return compareRows(namesIn(tree, FAULTS), rowsOf(page, "## Faults"));
}

/** Checks that the page lists every event of level warn or error, and none that there is not. */
export function checkEvents(tree: readonly SourceFile[], page: string): Problem[] {
  return compareRows(namesIn(tree, EVENTS), rowsOf(page, "## Log events"));
}

function namesIn(
  tree: readonly SourceFile[],
  places: readonly (readonly [RegExp, RegExp])[],
): string[] {
  const found = places.flatMap(([path, pattern]) =>
    tree
      .filter((file) => path.test(file.path))
      .flatMap(({ text }) => [...text.matchAll(pattern)].map(([, name = ""]) => name)),
  );
  return [...new Set(found)];
}

/** The names in the first cells of a section's tables. */
function rowsOf(page: string, heading: string): string[] {
  const from = page.indexOf(heading);
  const section = from === -1 ? "" : (page.slice(from + heading.length).split(/^## /m)[0] ?? "");
  const cells = [...section.matchAll(/^\| (`[a-z_]+`(?:, `[a-z_]+`)*) \|/gm)];
  return cells.flatMap(([, cell = ""]) => [...cell.matchAll(/[a-z_]+/g)].map(([name]) => name));
}

function compareRows(raised: readonly string[], listed: readonly string[]): Problem[] {
  const toProblem = (message: string): Problem => ({
    path: "docs/operating.md",
    line: 0,
    message,
  });
  return [
    ...raised
      .filter((name) => !listed.includes(name))
      .map((name) => toProblem(`${name}: say what it means and what to do`)),
    ...listed
      .filter((name) => !raised.includes(name))
      .map((name) => toProblem(`${name}: nothing raises it, remove the row`)),
  ];
}

/**
 * Checks that something provokes every reject code.
 *
 * What the engine refuses needs a scenario; what only a door or a broken disk refuses, a test.
 */
export function checkRejectCoverage(
  codes: readonly { readonly name: string; readonly category: string }[],
  tree: readonly SourceFile[],
): Problem[] {
  const textOf = (pattern: RegExp): string =>
    tree
      .filter((file) => pattern.test(file.path))
      .map((file) => file.text)
      .join("\n");
  const scenarios = textOf(/\.scenario$/);
  const tests = `${scenarios}\n`.concat(
    textOf(/\.test\.ts$|^test\/.*\.ts$|^core-addon\/.*tests.*\.rs$/),
  );
  const isAtTheDoor = (category: string): boolean =>
    category === "malformed" || category === "session" || category === "capacity";
  return codes
    .filter(({ name, category }) => {
      const where = isAtTheDoor(category) ? tests : scenarios;
      return !new RegExp(`\\b${name}\\b`).test(where);
    })
    .map(({ name, category }) => ({
      path: "schemas/reject-codes.csv",
      line: 0,
      message: `${name}: add a ${isAtTheDoor(category) ? "test" : "scenario"} that provokes it`,
    }));
}
