import { describe, expect, test } from "bun:test";
import { linesForHttp, parseScenario } from "./scenario-parser.ts";

const PATH = "test/scenarios/a-story.scenario";
const HEAD = ["title   a story", "source  rule 3.2", "given   account A  USD 10"];
const COMMAND = "        A buy limit gtc 1 @ 10 -> accepted";

function parse(...lines: string[]) {
  return parseScenario(PATH, [...HEAD, ...lines].join("\n"));
}

describe("a line is refused with file and line for", () => {
  test.each([
    ["a misspelt keyword", "than    book is empty", "expected one of title, source"],
    ["a misspelt deed", "        A buys limit gtc 1 @ 10 -> accepted", "found buys"],
    ["a misspelt type", "        A buy limt gtc 1 @ 10 -> accepted", "found limt"],
    ["a misspelt time in force", "        A buy limit gct 1 @ 10 -> accepted", "found gct"],
    ["a missing time in force", "        A buy limit 1 @ 10 -> accepted", "one of gtc"],
    ["a misspelt outcome", "        A buy limit gtc 1 @ 10 -> acepted", "found acepted"],
    ["no outcome", "        A buy limit gtc 1 @ 10", "found the end of the line"],
    ["two outcomes", "        A buy limit gtc 1 @ 10 -> accepted accepted", "nothing more"],
    ["a word that is no number", "        A buy limit gtc one @ 10 -> accepted", "found one"],
    ["a price that is missing", "        A buy limit gtc 1 @ -> accepted", "a price, found ->"],
    ["an option twice", "        A buy limit gtc 1 @ 1 id a id b -> accepted", "id is said twice"],
    [
      "an unknown option",
      "        A buy limit gtc 1 @ 1 at b -> accepted",
      "expected ->, found at",
    ],
    [
      "a reason without parentheses",
      "        A cancel x -> cancelled 1 client_request",
      "(reason)",
    ],
    ["a fill without a price", "        A buy limit gtc 1 @ 1 -> filled 1", "expected @"],
    ["fills and then nothing", "        A buy limit gtc 1 @ 1 -> filled 1 @ 1,", "cancelled"],
    ["a deed the venue has not", "        venue buy 1 -> accepted", "found buy"],
    ["a setting that is none", "        venue set instrument X opn -> accepted", "found opn"],
    ["a byte that is none", "        A order side-x limit gtc 1 @ 1 -> accepted", "side-9"],
    ["a duration without a unit", "        time passes 24 -> accepted", "24h"],
    ["a check of nothing", "then    orders of A", "expected are"],
    ["a status that is none", "then    order x of A is done", "found done"],
    ["a field that is none", "then    order x of A is pending size 1", "found size"],
    ["a field twice", "then    order x of A is pending price 1 price 2", "price is said twice"],
    ["a cancelled order without a reason", "then    order x of A is cancelled", "a reason"],
    ["a balance without an amount", "then    account A USD frozen 1", "expected available"],
    ["a keyword without anything", "then", "after the keyword"],
    ["a source that is none", "source  rule 3", "found rule 3"],
    ["a bound that is none", "given   capacity books 3", "found books"],
  ])("%s", (_, line, message) => {
    expect(() => parse(line, COMMAND)).toThrow(`${PATH}:4: `);
    expect(() => parse(line, COMMAND)).toThrow(message);
  });

  test("something given behind the first command", () => {
    expect(() => parse(COMMAND, "given   account B")).toThrow(`${PATH}:5: what is given comes`);
  });
});

describe("a file is refused for", () => {
  test.each<[string, string[], string]>([
    ["no title", ["source rule 3.2", COMMAND], "give it a title"],
    ["a title that is not its name", ["title another", "source rule 3.2", COMMAND], "another.sc"],
    ["no source", ["title a story", COMMAND], "name the rule"],
    ["no command", ["title a story", "source rule 3.2", "then book is empty"], "no command"],
    [
      "engine lines without a reason",
      ["title a story", "source rule 3.2", COMMAND.replace("       ", "engine ")],
      "say why",
    ],
  ])("%s", (_, lines, message) => {
    expect(() => parseScenario(PATH, lines.join("\n"))).toThrow(`${PATH}:1: `);
    expect(() => parseScenario(PATH, lines.join("\n"))).toThrow(message);
  });
});

describe("a file is read as", () => {
  test("what it says", () => {
    const outcome = "filled 1 @ 10, rests 0.5";
    const { lines, sources, given } = parse(
      "note    nothing of this is read -> at all",
      `        2 times A buy limit gtc 1.5 @ 10 on X as one id c1 -> ${outcome}`,
    );
    expect(sources).toEqual(["rule 3.2"]);
    expect(given.map((action) => action.kind).join(", ")).toBe(
      "create currency, create currency, create account, create instrument, " +
        "instrument state, deposit",
    );
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({
      number: 5,
      isEngineOnly: false,
      content: {
        times: 2,
        action: {
          ...{ kind: "new order", account: "A", side: "buy", type: "limit", timeInForce: "gtc" },
          ...{ quantity: "1.5", price: "10", symbol: "X", label: "one", clientOrderId: "c1" },
        },
        expected: { kind: "moved", fills: [{ quantity: "1", price: "10" }], rests: "0.5" },
      },
    });
  });

  test("a text in quotes may have spaces and commas, or nothing", () => {
    const { lines } = parse('        A buy limit gtc "1,0" @ "" id "a b" -> accepted');
    const action = { quantity: "1,0", price: "", clientOrderId: "a b" };
    expect(lines[0]).toMatchObject({ content: { action } });
  });

  test("lines of the engine are not for HTTP", () => {
    const only = "engine-only because";
    expect(linesForHttp(parse(COMMAND, COMMAND))).toHaveLength(2);
    expect(linesForHttp(parse(only, COMMAND, "engine  then sessions 0"))).toHaveLength(1);
    expect(linesForHttp(parse(only, COMMAND, "then    sessions 0"))).toHaveLength(0);
  });
});
