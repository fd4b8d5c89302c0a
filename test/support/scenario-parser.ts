// Text → Scenario. A file is a few header lines and then the story, one line per command; whatever
// is not understood is refused with file and line. test/README.md shows the format.

import { readCheck } from "./scenario-checks.ts";
import { readAction, readOutcome, readSetting } from "./scenario-commands.ts";
import {
  type Action,
  type Capacities,
  CAPACITY_NAMES,
  type CapacityName,
  type Command,
  INSTRUMENT_STATE_NAMES,
  type Line,
  type Scenario,
  type VenueAction,
} from "./scenario-script.ts";
import { ScenarioError, Words } from "./scenario-words.ts";

/** The market of a scenario that does not say otherwise. One tick of one lot is 5 cents. */
export const STANDARD = {
  symbol: "BTC-USD",
  tick: "0.5",
  lot: "0.1",
  /** Scale of a currency that is not declared. */
  scaleOf: (code: string): number => (code === "USD" ? 2 : 3),
} as const;

const SOURCE = /^(rule [1-9]\.[0-9]{1,2}|commands [A-Z][A-Za-z ,-]*|seeds [0-9]\.[0-9])$/;

const KEYWORDS = ["title", "source", "engine-only", "note", "given", "then", "engine"] as const;

interface Draft {
  title: string | undefined;
  sources: string[];
  engineOnlyReason: string | undefined;
  readonly given: Given;
  readonly lines: Line[];
}

/** Reads a scenario. Errors: throws `ScenarioError`. */
export function parseScenario(path: string, text: string): Scenario {
  const given = new Given();
  const draft: Draft = {
    ...{ title: undefined, sources: [], engineOnlyReason: undefined },
    ...{ given, lines: [] },
  };
  for (const [index, line] of text.split("\n").entries()) {
    if (line.trim() !== "") readLine(path, index + 1, line, draft);
  }
  const { title, sources, engineOnlyReason, lines } = draft;
  const fail = (message: string): never => {
    throw new ScenarioError(path, 1, message);
  };
  if (title === undefined) return fail("give it a title");
  if (!path.endsWith(`/${toSlug(title)}.scenario`)) fail(`name the file ${toSlug(title)}.scenario`);
  if (sources.length === 0) fail("name the rule that it proves: source rule 3.2");
  if (!lines.some((line) => "action" in line.content)) fail("it has no command");
  const hasEngineLines = lines.some((line) => line.isEngineOnly);
  if (hasEngineLines && engineOnlyReason === undefined) {
    fail("say why lines are for the engine only: engine-only <reason>");
  }
  const capacities = given.capacities;
  return { path, title, sources, engineOnlyReason, capacities, given: given.actions(), lines };
}

/** Lines the HTTP door runs: all but those of the engine. */
export function linesForHttp(scenario: Scenario): readonly Line[] {
  const isEngineOnly = scenario.engineOnlyReason !== undefined;
  const hasMarks = scenario.lines.some((line) => line.isEngineOnly);
  if (isEngineOnly && !hasMarks) return [];
  return scenario.lines.filter((line) => !line.isEngineOnly);
}

function toSlug(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");
}

function readLine(path: string, number: number, line: string, draft: Draft): void {
  const isCommand = line.startsWith(" ");
  const words = new Words(path, number, line);
  const keyword = isCommand ? undefined : words.choose(KEYWORDS);
  const rest = isCommand ? line.trim() : line.replace(/^\S+\s*/, "").trim();
  if (rest === "") words.fail("expected something after the keyword");
  switch (keyword) {
    case "title":
      draft.title = rest;
      return;
    case "source":
      draft.sources.push(...readSources(rest, words));
      return;
    case "engine-only":
      draft.engineOnlyReason = rest;
      return;
    case "note":
      return;
    case "given":
      if (draft.lines.length > 0) words.fail("what is given comes before the first command");
      draft.given.read(words);
      words.end();
      return;
    default: {
      const isEngineOnly = keyword === "engine";
      const isCheck = keyword === "then" || (isEngineOnly && words.takeIf("then"));
      const content = isCheck ? readCheck(words) : readCommand(words);
      words.end();
      draft.lines.push({ number, text: line.trim(), isEngineOnly, content });
    }
  }
}

/** Sources stand between semicolons: headings of docs/commands.md have commas. */
function readSources(text: string, words: Words): string[] {
  const sources = text.split(";").map((source) => source.trim());
  const bad = sources.find((source) => !SOURCE.test(source));
  if (bad !== undefined)
    words.fail(`expected rule 3.2, commands Freeze or seeds 1.3, found ${bad}`);
  return sources;
}

function readCommand(words: Words): Command {
  const isRepeated = /^[0-9]+$/.test(words.peek());
  const times = isRepeated ? words.count("how often") : 1;
  if (isRepeated) words.take("times");
  const action = readAction(words);
  words.take("->");
  const expected = readOutcome(words);
  const isOrdered = expected.kind === "rejected" && words.takeIf("before");
  return { action, times, expected, before: isOrdered ? words.name("a reject code") : undefined };
}

interface GivenInstrument {
  readonly create: VenueAction & { readonly kind: "create instrument" };
  readonly settings: VenueAction[];
}

/** Collects what a scenario starts from and puts it into the order it can be made in. */
class Given {
  capacities: Capacities = {};
  #isNothing = false;
  readonly #currencies = new Map<string, number>();
  readonly #instruments: GivenInstrument[] = [];
  readonly #accounts: string[] = [];
  readonly #deposits: Action[] = [];

  read(words: Words): void {
    const thing = words.choose(["nothing", "capacity", "currency", "instrument", "account"]);
    switch (thing) {
      case "nothing":
        this.#isNothing = true;
        return;
      case "capacity":
        return this.#readCapacities(words);
      case "currency": {
        const code = words.name("a currency");
        words.take("scale");
        this.#currencies.set(code, words.count("a scale"));
        return;
      }
      case "instrument":
        return this.#readInstrument(words);
      case "account":
        return this.#readAccount(words);
    }
  }

  /** Currencies, accounts, instruments with their settings, deposits. */
  actions(): Action[] {
    const requestId = undefined;
    if (!this.#isNothing && this.#instruments.length === 0) {
      this.#readInstrument(new Words("standard", 0, STANDARD.symbol));
    }
    const actions: Action[] = [];
    for (const [code, scale] of this.#currencies) {
      actions.push({ kind: "create currency", requestId, code, scale });
    }
    for (const name of this.#accounts) actions.push({ kind: "create account", requestId, name });
    for (const { create, settings } of this.#instruments) actions.push(create, ...settings);
    return [...actions, ...this.#deposits];
  }

  #readCapacities(words: Words): void {
    const capacities: Partial<Record<CapacityName, number>> = {};
    do {
      const name = words.choose(CAPACITY_NAMES);
      capacities[name] = words.count("a bound");
    } while (!words.isAtEnd);
    this.capacities = capacities;
  }

  #readInstrument(words: Words): void {
    const requestId = undefined;
    const symbol = words.name("a symbol");
    for (const code of symbol.split("-")) this.#use(code);
    const tick = words.takeIf("tick") ? words.number("a tick") : STANDARD.tick;
    const lot = words.takeIf("lot") ? words.number("a lot") : STANDARD.lot;
    const settings: VenueAction[] = [];
    let isOpen = true;
    while (!words.isAtEnd) {
      if (INSTRUMENT_STATE_NAMES.some((state) => state === words.peek())) isOpen = false;
      settings.push(readSetting(words, symbol));
    }
    const state = "open";
    if (isOpen) settings.push({ kind: "instrument state", requestId, symbol, state });
    const create = { kind: "create instrument", requestId, symbol, tick, lot } as const;
    this.#instruments.push({ create, settings });
  }

  #readAccount(words: Words): void {
    const account = words.name("an account");
    this.#accounts.push(account);
    while (!words.isAtEnd) {
      const currency = words.name("a currency");
      const amount = words.number("an amount");
      this.#use(currency);
      const rest = { to: undefined, requestId: undefined, isByVenue: true } as const;
      this.#deposits.push({ kind: "deposit", account, amount, currency, ...rest });
    }
  }

  #use(code: string): void {
    if (!this.#currencies.has(code)) this.#currencies.set(code, STANDARD.scaleOf(code));
  }
}
