import { describe, expect, test } from "bun:test";
import { STOCK_FIX44 } from "../../../generated/fix/stock-fix44.ts";
import { VENUE_FIX44 } from "../../../generated/fix/venue-fix44.ts";
import { makeStockDictionary, makeVenueDictionary } from "../codec.ts";
import { Dictionary } from "./dictionary.ts";
import { Cell, type Scope } from "./scope.ts";

const TEXT = `version FIX.4.4
header 8! 9! 35!
trailer 10!
component Instrument 55! 48
message 0 admin
message D app 11! @Instrument! 453(448! 802(523)) @Instrument
field 8 STRING
field 9 LENGTH
field 10 STRING
field 11 STRING
field 35 STRING 0|D|E
field 48 STRING
field 55 STRING
field 448 STRING
field 453 NUMINGROUP
field 523 STRING
field 802 NUMINGROUP
`;

function tagsOf(scope: Scope | undefined): number[] {
  return [...(scope?.cells ?? [])].flatMap((cell, tag) => (cell === 0 ? [] : [tag]));
}

test("a text becomes tables by tag", () => {
  const dictionary = new Dictionary(TEXT);
  const order = dictionary.find("D");
  expect(dictionary.beginString).toBe("FIX.4.4");
  expect([order?.isAdmin, dictionary.find("0")?.isAdmin]).toEqual([false, true]);
  expect(tagsOf(order?.scope)).toEqual([8, 9, 10, 11, 35, 48, 55, 453]);
  expect([...(order?.scope.required ?? [])]).toEqual([8, 9, 35, 11, 55, 10]);
  const entry = order?.scope.entryOf(453);
  expect(entry?.first).toBe(448);
  expect(tagsOf(entry)).toEqual([448, 802]);
  expect(tagsOf(entry?.entryOf(802))).toEqual([523]);
  expect(dictionary.find("E")).toBeUndefined();
  expect(["0", "D", "E", "F"].map((type) => dictionary.hasMsgType(type))).toEqual([
    ...[true, true, true, false],
  ]);
});

describe("refused is", () => {
  test.each([
    ["no text", "", 'no FIX version: ""'],
    ["another version", TEXT.replace("FIX.4.4", "FAX"), "no FIX version"],
    ["a component that is not there", TEXT.replace("@Instrument!", "@Other"), "named Other"],
    ["a component in itself", TEXT.replace("55! 48", "@Instrument"), "nested more than 16"],
    ["a member that is no field", TEXT.replace("field 48 STRING\n", ""), "no field has the tag 48"],
    ["a group that does not end", TEXT.replace("802(523))", "802(523)"), "group is not closed"],
    ["a member that is nothing", TEXT.replace("55! 48", "55! ?"), "no member: "],
    ["a field without number", TEXT.replace("field 55", "field x"), "no field: x STRING"],
    ["a tag above the bound", TEXT.replaceAll("523", "70000"), "tags go up to 65535"],
  ])("%s", (_, text, message) => expect(() => new Dictionary(text)).toThrow(message));
});

test("of a pair the session's messages know the session's fields only", () => {
  const session = TEXT.replace("FIX.4.4", "FIXT.1.1").replace(/message D.*\n/, "");
  const application = `version FIX.5.0SP2
header
trailer
message E app 11! 900 448
field 11 STRING
field 448 INT
field 900 STRING 1|2
`;
  const pair = new Dictionary(session, application);
  expect(pair.beginString).toBe("FIXT.1.1");
  expect(tagsOf(pair.find("E")?.scope)).toEqual([8, 9, 10, 11, 35, 448, 900]);
  expect(pair.find("E")?.formats[900]).not.toBe(0);
  expect(pair.find("0")?.formats[900]).toBe(0);
  expect(pair.find("0")?.formats[448]).not.toBe(pair.find("E")?.formats[448]);
  expect(pair.valuesOf(900)?.has(Buffer.from("2"), 0, 1)).toBe(true);
});

describe("the stock dictionary", () => {
  const stock = makeStockDictionary();
  const words = (name: string): string[] =>
    STOCK_FIX44.split("\n").filter((line) => line.startsWith(`${name} `));

  test("is FIX 4.4 as QuickFIX ships it", () => {
    expect(stock.beginString).toBe("FIX.4.4");
    expect(words("field")).toHaveLength(953);
    expect(words("message")).toHaveLength(92);
    expect([...(stock.find("D")?.scope.required ?? [])]).toEqual([
      ...[8, 9, 35, 49, 56, 34, 52, 11, 55, 54, 60, 40, 10],
    ]);
  });

  test("has what an ExecutionReport of ours may carry, and not what it may not", () => {
    const tags = new Set(tagsOf(stock.find("8")?.scope));
    expect([851, 527, 378, 58, 103, 60].every((tag) => tags.has(tag))).toBe(true);
    expect([1003, 1057, 880, 1385, 9406].some((tag) => tags.has(tag))).toBe(false);
    const has = (tag: number, value: string): boolean =>
      stock.valuesOf(tag)?.has(Buffer.from(value), 0, value.length) ?? true;
    expect(["0", "4", "5", "8", "C", "D", "F", "H", "I"].every((each) => has(150, each))).toBe(
      true,
    );
    expect(has(150, "L")).toBe(false);
    expect(["16", "17", "18"].some((reason) => has(103, reason))).toBe(false);
  });
});

describe("the venue's dictionary is within the stock one:", () => {
  const stock = makeStockDictionary();
  const venue = makeVenueDictionary();
  const types = VENUE_FIX44.match(/(?<=^message )\S+/gm) ?? [];
  /** What a Logon may ask for. */
  const own = new Set([8674, 9406, 25035, 25036]);
  /** A client may cancel by OrderID (37) alone. */
  const optional = new Map([["F", 41]]);

  test("all that the venue takes and sends is there", () => {
    expect(types.toSorted()).toEqual(
      "0 1 2 3 4 5 8 9 A AF B D F G H V W X Y f h j q r x y".split(" "),
    );
  });

  test.each(types)("%s", (type) => {
    expect(missing(venue.find(type)?.scope, stock.find(type)?.scope, own)).toEqual([]);
    const required = [...(venue.find(type)?.scope.required ?? []), optional.get(type) ?? 0];
    const wanted = [...(stock.find(type)?.scope.required ?? [])];
    expect(wanted.filter((tag) => !required.includes(tag))).toEqual([]);
  });

  test("every value and type of a field", () => {
    const lines = VENUE_FIX44.match(/^field .*/gm) ?? [];
    const known = new Map(
      (STOCK_FIX44.match(/^field .*/gm) ?? []).map((line) => [line.split(" ")[1], line.split(" ")]),
    );
    for (const line of lines) {
      const [, tag, type, values = ""] = line.split(" ");
      if (own.has(Number(tag))) continue;
      const [, , stockType, stockValues = ""] = known.get(tag) ?? [];
      expect(`${tag} ${type}`).toBe(`${tag} ${stockType}`);
      const strange = values.split("|").filter((value) => !stockValues.split("|").includes(value));
      expect(stockValues === "" ? "" : `${tag} ${strange}`).toBe(stockValues && `${tag} `);
    }
  });
});

/** Tags of `inner` that `outer` has not, or has in another place of the order; groups included. */
function missing(
  inner: Scope | undefined,
  outer: Scope | undefined,
  own: ReadonlySet<number>,
): number[] {
  if (inner === undefined || outer === undefined) return [0];
  const byPlace = (scope: Scope) => (left: number, right: number) =>
    (scope.cells[left] ?? 0) - (scope.cells[right] ?? 0);
  return tagsOf(inner)
    .filter((tag) => !own.has(tag))
    .flatMap((tag) => {
      const isGroup = ((inner.cells[tag] ?? 0) & Cell.group) !== 0;
      const isSame = (((inner.cells[tag] ?? 0) ^ (outer.cells[tag] ?? 0)) & Cell.group) === 0;
      if ((outer.cells[tag] ?? 0) === 0 || !isSame) return [tag];
      if (!isGroup) return [];
      const [mine, theirs] = [inner.entryOf(tag), outer.entryOf(tag)];
      if (mine === undefined || theirs === undefined || mine.first !== theirs.first) return [tag];
      const places = tagsOf(mine).toSorted(byPlace(mine));
      const isOrdered = Bun.deepEquals(places, places.toSorted(byPlace(theirs)));
      return isOrdered ? missing(mine, theirs, own) : [tag];
    });
}
