// The house rules as a test. The first part reads the tree, the second proves on small bad samples
// that each rule would notice.

import { describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { SETTINGS } from "../gateway/config.ts";
import { rejectByNumber } from "../gateway/generated/reject-codes.ts";
import { outputs, parseRejectCodes } from "../schemas/generate.ts";
import {
  checkEvents,
  checkFaults,
  checkLinks,
  checkNamedFiles,
  checkRejectCoverage,
  checkSettings,
} from "./tidy/documents.ts";
import { checkDoors, checkImports } from "./tidy/imports.ts";
import { checkSource } from "./tidy/source-rules.ts";
import { blank, type Problem, readTree } from "./tidy/source-tree.ts";

const ROOT = join(import.meta.dir, "..");
/** Every line of the tree is read; on a machine that is busy with other tests, too. */
const READ_MS_MAX = 60_000;

function toLines(problems: readonly Problem[]): string[] {
  return problems.map(({ path, line, message }) => `${path}:${line}: ${message}`);
}

describe("the tree", () => {
  const tree = readTree(ROOT);
  const textOf = (path: string): string => tree.find((file) => file.path === path)?.text ?? "";

  test("holds the files we know", () => {
    const paths = tree.map((file) => file.path);
    expect(paths).toContain("gateway/config.ts");
    expect(paths).toContain("core-addon/engine/src/command.rs");
    expect(paths.some((path) => path.includes("node_modules"))).toBe(false);
  });

  test(
    "every file keeps the rules of a file",
    () => {
      expect(toLines(tree.flatMap(checkSource))).toEqual([]);
    },
    READ_MS_MAX,
  );

  test(
    "imports keep the borders, and no file is dead",
    () => {
      expect(toLines(checkImports(tree))).toEqual([]);
    },
    READ_MS_MAX,
  );

  test("every protocol has its four files and a conversation", () => {
    expect(toLines(checkDoors(tree))).toEqual([]);
  });

  test("every link of a document resolves", () => {
    expect(toLines(checkLinks(tree, (path) => existsSync(join(ROOT, path))))).toEqual([]);
  });

  test.each(["ARCHITECTURE.md", "docs/stages.md", "docs/commands.md"])(
    "every source file that %s names is there",
    (path) => {
      expect(toLines(checkNamedFiles(tree, path))).toEqual([]);
    },
  );

  test("every setting is in docs/operating.md", () => {
    const problems = checkSettings(Object.keys(SETTINGS), textOf("docs/operating.md"));
    expect(toLines(problems)).toEqual([]);
  });

  test("every fault is in docs/operating.md", () => {
    expect(toLines(checkFaults(tree, textOf("docs/operating.md")))).toEqual([]);
  });

  test("every warning and error of the log is in docs/operating.md", () => {
    expect(toLines(checkEvents(tree, textOf("docs/operating.md")))).toEqual([]);
  });

  test("generated files are what the schemas say", () => {
    const rows = parseRejectCodes(textOf("schemas/reject-codes.csv"));
    for (const [path, text] of outputs(rows, textOf("docs/operating.md"))) {
      expect(textOf(path) === text ? "" : `${path}: run \`bun run generate\` and commit`).toBe("");
    }
  });

  test("something provokes every reject code", () => {
    const hasScenarios = tree.some((file) => file.path.endsWith(".scenario"));
    const codes = hasScenarios ? Object.values(rejectByNumber) : [];
    expect(toLines(checkRejectCoverage(codes, tree))).toEqual([]);
  });
});

describe("a file is refused for", () => {
  const body = "  let a = 1;\n".repeat(70);
  const inner = "    let a = 1;\n".repeat(70);
  test.each<[string, string, string, string]>([
    ["a vague name", "gateway/utils/x.ts", "", "name the file after the noun"],
    ["a vague file", "gateway/order-types.ts", "", "name the file after the noun"],
    ["601 lines", "gateway/x.ts", "let a = 1;\n".repeat(601), "601 lines: split it"],
    ["101 columns", "gateway/x.ts", `const a = "${"a".repeat(88)}";`, "101 columns: break"],
    [
      "a long function",
      "gateway/x.ts",
      `function f() {\n${body}}\n`,
      "f has 72 lines: extract steps",
    ],
    [
      "a long function with a long signature",
      "gateway/x.ts",
      `export async function f(\n  a: number,\n): Promise<void> {\n${body}}\n`,
      "f has 74 lines: extract steps",
    ],
    [
      "a long method",
      "gateway/x.ts",
      `class A {\n  async f() {\n${inner}  }\n}\n`,
      "f has 72 lines",
    ],
    ["a long test", "gateway/x.test.ts", `test("a", () => {\n${body}});\n`, "test has 72 lines"],
    ["a long Rust function", "core-addon/x.rs", `pub fn f() {\n${body}}\n`, "f has 72 lines"],
    ["console", "tools/x.ts", "console.log(1);", "console: write an event with Log"],
    ["wall time", "gateway/x.ts", "const a = Date.now();", "Date.now: take a Clock"],
    ["the date of now", "gateway/x.ts", "const a = new Date();", "new Date(): take a Clock"],
    ["a timer", "gateway/x.ts", "setTimeout(f, 5);", "setTimeout: take a Clock"],
    ["a sleep", "test/x.test.ts", "await Bun.sleep(5);", "Bun.sleep: take a Clock"],
    ["chance", "gateway/x.ts", "const a = Math.random();", "Math.random: use a seeded"],
    ["the environment", "gateway/x.ts", "const a = process.env;", "only main.ts reads"],
    ["a const enum", "gateway/x.ts", "const enum A {}", "const enum: use a const object"],
    ["any", "gateway/x.ts", "let a: any;", "any: use unknown"],
    ["any in a template", "gateway/x.ts", "const a = `${b as any}`;", "any: use unknown"],
    ["a non-null sign", "gateway/x.ts", "const a = b[0]!;", "handle undefined instead"],
    ["a non-null sign inside", "gateway/x.ts", "f(a!.b);", "handle undefined instead"],
    ["a cast without reason", "gateway/x.ts", "const a = b as A;", "give the reason"],
    ["a cast of a literal", "gateway/x.ts", "const a = {} as A;", "give the reason"],
    ["a test that is skipped", "gateway/x.test.ts", "test.skip(f);", "run every test"],
    ["a test that is ignored", "core-addon/x.rs", "#[ignore]", "run every test"],
    ["a silenced type", "gateway/x.ts", ["f(); //", "@ts-ignore"].join(" "), "mend the type"],
    ["a task without an issue", "gateway/x.ts", ["// TO", "DO later"].join(""), "name the issue"],
    ["a path of one machine", "docs/x.md", ["see ", "home", "me"].join("/"), "name no path"],
  ])("%s", (_, path, text, message) => {
    expect(toLines(checkSource({ path, text })).join("\n")).toContain(message);
  });

  test.each<[string, string, string]>([
    ["words in texts and comments", "gateway/x.ts", 'f("console", /any/); // Math.random() any'],
    ["a cast with its reason", "gateway/x.ts", "// why: read back\nconst a = b as A;"],
    [
      "as const and renamed imports",
      "gateway/x.ts",
      'import { a as b } from "./b.ts";\nb as const;',
    ],
    ["comparison and negation", "gateway/x.ts", "if (a !== b && !c) f(a != d);"],
    ["70 lines", "gateway/x.ts", `function f() {\n${"  f();\n".repeat(68)}}\n`],
    ["many tests in a group", "gateway/x.test.ts", `describe("a", () => {\n${body}});\n`],
    ["a route", "gateway/x.ts", 'const path = "/api/v1/trading/orders";'],
    ["time in clock.ts", "gateway/clock.ts", "setTimeout(f, performance.now());"],
  ])("nothing when it has %s", (_, path, text) => {
    expect(toLines(checkSource({ path, text }))).toEqual([]);
  });
});

test("blanking keeps code, lines and columns", () => {
  const text = 'a("x" /* y */, `p${b(`q${c}`)}r`, 1 / d); // z\n/[/"]/.test(e);';
  const code = blank(text);
  expect(code).toHaveLength(text.length);
  expect(code.replace(/\s+/g, " ")).toBe('a(" , ` ${b(` ${c}`)} `, 1 / d); / .test(e);');
});

describe("an import is refused", () => {
  test.each<[string, string, string, string]>([
    ["upwards", "gateway/core/core.ts", "../sessions/session.ts", "core may import domain"],
    ["of anything by domain", "gateway/domain/order.ts", "../core/core.ts", "domain may import"],
    ["of the addon by a session", "gateway/sessions/x.ts", "../../core-addon/a.node", "not addon"],
    [
      "of another protocol",
      "gateway/protocols/fix/x.ts",
      "../http/codec.ts",
      "may not import http",
    ],
    ["of generated code", "gateway/protocols/http/x.ts", "../../generated/a.ts", "only codec.ts"],
    ["of a test by the product", "gateway/core/core.ts", "../../test/a.ts", "outside gateway/"],
    ["by an unknown part", "gateway/extra/x.ts", "../core/core.ts", "give it a row"],
  ])("%s", (_, path, target, message) => {
    const file = { path, text: `import { a } from "${target}";\n` };
    const main = { path: "gateway/main.ts", text: `import "./${path.slice("gateway/".length)}";` };
    expect(toLines(checkImports([file, main])).join("\n")).toContain(message);
  });

  test("but a file that only tests import is dead", () => {
    const tree = [
      { path: "gateway/main.ts", text: 'import "./core/core.ts";' },
      { path: "gateway/core/core.ts", text: "" },
      { path: "gateway/core/old.ts", text: "" },
      {
        path: "gateway/core/old.test.ts",
        text: 'import "./old.ts";\nimport "../../test/support/a.ts";\nf("started.ts");',
      },
      { path: "test/support/a.ts", text: "" },
      { path: "test/support/b.ts", text: "" },
    ];
    expect(toLines(checkImports(tree))).toEqual([
      "gateway/core/old.ts:0: nobody imports it: delete it, or use it",
      "test/support/b.ts:0: nobody imports it: delete it, or use it",
    ]);
  });
});

test("a protocol without its files and conversation is refused", () => {
  const tree = ["server.ts", "codec.ts", "rejects.ts"].map((name) => ({
    path: `gateway/protocols/fix/${name}`,
    text: "",
  }));
  expect(toLines(checkDoors(tree))).toEqual([
    "gateway/protocols/fix/session.ts:0: every protocol has this file: add it",
    "gateway/protocols/fix:0: add a conversation in test/protocols/fix",
  ]);
});

describe("a document is refused for", () => {
  const there = { path: "docs/there.md", text: "# A heading, here\n" };
  test.each([
    ["a file that is not there", "[x](gone.md)", ["docs/x.md:1: mend the link gone.md"]],
    [
      "a heading that is not there",
      "\n[x](there.md#no)",
      ["docs/x.md:2: mend the link there.md#no"],
    ],
    [
      "nothing when links resolve",
      "[x](there.md#a-heading-here) [y](https://a.b/c) [z](#q)\n# Q",
      [],
    ],
    ["nothing in a code block", "```\n[x](gone.md)\n```", []],
  ])("%s", (_, text, problems) => {
    const tree = [{ path: "docs/x.md", text }, there];
    const exists = (path: string): boolean => tree.some((file) => file.path === path);
    expect(toLines(checkLinks(tree, exists))).toEqual(problems);
  });

  test("a source file that is not there", () => {
    const text = "`core/core.ts` `core.ts`\n`old.rs` `ore.ts` `a.md`";
    const tree = [
      { path: "A.md", text },
      { path: "gateway/core/core.ts", text: "" },
    ];
    expect(toLines(checkNamedFiles(tree, "A.md"))).toEqual([
      "A.md:2: old.rs is no file: name the one meant",
      "A.md:2: ore.ts is no file: name the one meant",
    ]);
  });

  test("a setting it does not name", () => {
    expect(toLines(checkSettings(["http_port", "log_level"], "`http_port`"))).toEqual([
      "docs/operating.md:0: log_level is missing: run `bun run generate`",
    ]);
  });

  test("a fault it does not list, and one that nothing raises", () => {
    const tree = [
      { path: "gateway/a.ts", text: 'throw new GatewayFault("port_in_use", message);' },
      { path: "core-addon/binding/src/lib.rs", text: 'Error::new("worker_refused", x)' },
      { path: "core-addon/runtime/src/fault.rs", text: '(\n FaultCode::A,\n "disk_gone",' },
    ];
    const page = "## Faults\n| `port_in_use` | a | b |\n| `disk_back` | a | b |\n";
    expect(toLines(checkFaults(tree, page))).toEqual([
      "docs/operating.md:0: worker_refused: say what it means and what to do",
      "docs/operating.md:0: disk_gone: say what it means and what to do",
      "docs/operating.md:0: disk_back: nothing raises it, remove the row",
    ]);
  });

  test("an event it does not list, and one that nothing logs", () => {
    const tree = [
      { path: "gateway/a.ts", text: 'this.#log.warn("late", {});\nlog.info("ready");' },
      {
        path: "gateway/b.ts",
        text: 'log.error(\n"broken", {});\nnew RefusedConnections("full", a)',
      },
      { path: "gateway/main.ts", text: 'fail("ended", error);' },
      { path: "gateway/log.ts", text: 'formatLine(1, "warn", "dropped", a);' },
    ];
    const page =
      "## Log events\n| `late`, `full` | a | b |\n| `gone` | a | b |\n## Z\n| `z` | a |\n";
    expect(toLines(checkEvents(tree, page))).toEqual([
      "docs/operating.md:0: broken: say what it means and what to do",
      "docs/operating.md:0: ended: say what it means and what to do",
      "docs/operating.md:0: dropped: say what it means and what to do",
      "docs/operating.md:0: gone: nothing raises it, remove the row",
    ]);
  });

  test("a reject code that nothing provokes", () => {
    const codes = [
      { name: "order_not_found", category: "book" },
      { name: "throttled", category: "capacity" },
      { name: "price_required", category: "instrument" },
    ];
    const tree = [
      { path: "test/a.test.ts", text: "throttled price_required" },
      { path: "test/scenarios/a.scenario", text: "-> order_not_found" },
    ];
    expect(toLines(checkRejectCoverage(codes, tree))).toEqual([
      "schemas/reject-codes.csv:0: price_required: add a scenario that provokes it",
    ]);
  });
});
