// Every scenario, through every door; and that they leave nothing out: each rule, each reading of
// docs/commands.md, each neighbour in the order of checks.

import { describe, expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { rejectByNumber } from "../gateway/domain/reject.ts";
import { openBinary } from "./support/scenario-binary.ts";
import { openEngine } from "./support/scenario-engine.ts";
import { openFix, openFixForIds } from "./support/scenario-fix.ts";
import { openHttp } from "./support/scenario-http.ts";
import { linesForHttp, parseScenario } from "./support/scenario-parser.ts";
import { playScenario } from "./support/scenario-player.ts";
import type { Line, Scenario } from "./support/scenario-script.ts";
import type { OpenVenue } from "./support/scenario-venue.ts";

const ROOT = join(import.meta.dir, "..");
const DIRECTORY = "test/scenarios";
/** A thousand calls over HTTP on a busy machine of two cores. */
const SCENARIO_MS_MAX = 60_000;

const scenarios = readdirSync(join(ROOT, DIRECTORY))
  .filter((name) => name.endsWith(".scenario"))
  .toSorted()
  .map((name) => {
    const path = `${DIRECTORY}/${name}`;
    return parseScenario(path, readFileSync(join(ROOT, path), "utf8"));
  });

async function play(
  scenario: Scenario,
  lines: readonly Line[],
  openVenue: OpenVenue,
): Promise<void> {
  const venue = await openVenue(scenario.capacities);
  try {
    await playScenario(scenario, lines, venue);
  } finally {
    await venue.stop();
  }
}

describe("on the engine", () => {
  for (const scenario of scenarios) {
    test(scenario.title, () => play(scenario, scenario.lines, openEngine), SCENARIO_MS_MAX);
  }
});

describe("over HTTP", () => {
  for (const scenario of scenarios) {
    const lines = linesForHttp(scenario);
    if (lines.length === 0) continue;
    test(scenario.title, () => play(scenario, lines, openHttp), SCENARIO_MS_MAX);
  }
});

/** Stories of orders without an id of the client, which FIX does not have. */
const WITHOUT_CLIENT_IDS: ReadonlySet<string> = new Set([
  "an order without a client order id is given one by the venue",
  "a replaced order is the same order at its new price and quantity",
  "an account holds at most twice as many client order ids as ended orders are kept",
  "tables and funds are looked at last and then the book",
]);

describe("over FIX, beside HTTP", () => {
  for (const scenario of scenarios) {
    const lines = linesForHttp(scenario);
    if (lines.length === 0) continue;
    const open = WITHOUT_CLIENT_IDS.has(scenario.title) ? openFixForIds : openFix;
    test(scenario.title, () => play(scenario, lines, open), SCENARIO_MS_MAX);
  }
});

/** Stories that HTTP has no words for. */
const BINARY_ALONE: ReadonlySet<string> = new Set([
  "a cancel may name the instrument of its order",
]);

describe("over the binary protocol, beside HTTP", () => {
  for (const scenario of scenarios) {
    const isWhole = BINARY_ALONE.has(scenario.title);
    const lines = isWhole ? scenario.lines : linesForHttp(scenario);
    if (lines.length === 0) continue;
    test(scenario.title, () => play(scenario, lines, openBinary), SCENARIO_MS_MAX);
  }
});

/** First and last rule of each section that is in scope. */
const RULES_IN_SCOPE = { 1: 6, 2: 5, 3: 6, 4: 14, 5: 7 } as const;

/** Rules that no command shows, and the test that does. */
const PROVEN_ELSEWHERE: ReadonlyMap<string, string> = new Map([
  ["rule 2.5", "core-addon/runtime/tests/runtime/damage.rs"],
  ["rule 5.5", "core-addon/runtime/tests/runtime/damage.rs"],
  ["rule 5.6", "test/boundary/back-pressure.test.ts"],
]);

/** Neighbours that no order can fail both of; the next one counts. */
const EXCLUSIVE: ReadonlySet<string> = new Set([
  // A limit order needs what a market order must not have.
  ...["price_required price_forbidden", "price_outside_band market_protection_unavailable"],
  // An order has a quantity or a budget.
  "quantity_out_of_range amount_out_of_range",
  // An account that is not there has no state.
  ...["account_not_found account_suspended", "account_not_found account_reserved"],
  // Nobody but a trader has ever had an order.
  ...["account_not_found client_order_id_exists", "account_reserved client_order_id_exists"],
  // A market order never rests.
  "market_protection_unavailable open_orders_limit_reached",
]);

describe("together they show", () => {
  const sources = new Set(scenarios.flatMap((scenario) => scenario.sources));
  const commands = readFileSync(join(ROOT, "docs/commands.md"), "utf8");

  test("every rule in scope", () => {
    const rules = Object.entries(RULES_IN_SCOPE).flatMap(([section, last]) =>
      Array.from({ length: last }, (_, index) => `rule ${section}.${index + 1}`),
    );
    const missing = rules.filter((rule) => !sources.has(rule) && !PROVEN_ELSEWHERE.has(rule));
    expect(missing).toEqual([]);
    for (const path of PROVEN_ELSEWHERE.values()) expect(existsSync(join(ROOT, path))).toBe(true);
  });

  test("every reading of docs/commands.md, and none that is not there", () => {
    const [, readings = ""] = commands.split("## How the engine reads the rules");
    const headings = [...readings.matchAll(/^\*\*(.+?)[.:]?\*\*/gm)].map(([, name]) => name ?? "");
    const named = [...sources].flatMap((source) => source.match(/^commands (.+)$/)?.[1] ?? []);
    expect(headings.length).toBeGreaterThan(20);
    expect(named.toSorted()).toEqual(headings.toSorted());
  });

  test("every two neighbours in the order of checks of a new order", () => {
    const shown = new Set(orderedPairs().map(({ code, before }) => `${code} ${before}`));
    const checks = readChecks(commands);
    expect(checks.length).toBeGreaterThan(25);
    const missing = checks.flatMap((code, index) => {
      const next = checks.slice(index + 1).find((later) => !EXCLUSIVE.has(`${code} ${later}`));
      return next === undefined || shown.has(`${code} ${next}`) ? [] : [`${code} before ${next}`];
    });
    expect(missing).toEqual([]);
  });

  test("no order of two checks that the table of codes does not have", () => {
    const rows = Object.values(rejectByNumber);
    const precedenceOf = (name: string): number =>
      rows.find((row) => row.name === name)?.precedence ?? Number.NaN;
    const wrong = orderedPairs().filter(
      ({ code, before }) => !(precedenceOf(code) < precedenceOf(before)),
    );
    expect(wrong).toEqual([]);
  });
});

interface OrderedPair {
  readonly code: string;
  readonly before: string;
  readonly where: string;
}

/** The pairs that lines `rejected … before …` show. */
function orderedPairs(): OrderedPair[] {
  return scenarios.flatMap((scenario) =>
    scenario.lines.flatMap(({ content, number }) => {
      if (!("before" in content) || content.before === undefined) return [];
      if (content.expected.kind !== "rejected") return [];
      const { code } = content.expected;
      return [{ code, before: content.before, where: `${scenario.path}:${number}` }];
    }),
  );
}

/** The checks of a new order as docs/commands.md lists them. */
function readChecks(commands: string): string[] {
  const list = /\*\*Checks of a new order.*?\*\*([^]*?)\n\n/.exec(commands)?.[1] ?? "";
  return list.split("·").map((check) => check.replace(/\(.*\)/, "").replace(/[\s.]/g, ""));
}
