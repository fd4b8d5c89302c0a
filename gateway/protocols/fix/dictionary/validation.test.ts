// One answer for each row of the table of bad input that a dictionary can find.

import { describe, expect, test } from "bun:test";
import { parseFrame, toFrame } from "../../../../test/support/fix-text.ts";
import { makeStockDictionary, makeVenueDictionary } from "../codec.ts";
import { STRICT, validate, type ValidationSettings } from "./validation.ts";

const stock = makeStockDictionary();
const venue = makeVenueDictionary();
const HEADER = "49=C|56=V|34=2|52=20261121-12:00:00.001|";
const ORDER = "11=a|55=BTC-USDT|54=1|60=20261121-12:00:00.001|38=1.5|40=2|44=10|";

function find(fields: string, settings: Partial<ValidationSettings> = {}, dictionary = stock) {
  const flaw = validate(parseFrame(toFrame(fields)), dictionary, { ...STRICT, ...settings });
  return flaw === undefined ? "valid" : `${flaw.reason} ${flaw.tag ?? ""}`.trimEnd();
}

function findInOrder(fields: string, settings: Partial<ValidationSettings> = {}) {
  return find(`35=D|${HEADER}${fields}`, settings);
}

describe("without flaw is", () => {
  test.each([
    ["an order", ORDER],
    ["its fields in another order", "44=10|40=2|38=1.5|60=20261121-12:00:00|54=1|11=a|55=X|"],
    ["several values of one field", `${ORDER}18=G 6|`],
    ["a group", `${ORDER}453=2|448=a|447=D|452=1|448=b|447=D|452=3|`],
    ["a group of nothing", `${ORDER}453=0|`],
    ["a group in a group", `${ORDER}453=1|448=a|447=D|452=1|802=2|523=x|803=1|523=y|803=2|`],
    ["a group, then other fields", `${ORDER}386=2|336=a|336=b|59=1|`],
    ["data with SOH", `${ORDER}354=3|355=a|b|`],
    ["a signed trailer", `${ORDER}93=2|89=xy|`],
    ["hops in the header", `627=1|628=X|629=20261121-12:00:00|${ORDER}`],
  ])("%s", (_, fields) => expect(findInOrder(fields)).toBe("valid"));

  test("a header in another order", () => {
    expect(find(`35=0|34=2|52=20261121-12:00:00|56=V|49=C|112=x|`)).toBe("valid");
  });
});

describe("373 and 371 of", () => {
  test.each([
    ["an unknown tag", `${ORDER}999=x|`, "0 999"],
    ["an unknown user-defined tag", `${ORDER}5000=x|`, "0 5000"],
    ["a tag above every table", `${ORDER}99999=x|`, "0 99999"],
    ["tag 0", `${ORDER}0=x|`, "0 0"],
    ["tag -1", `${ORDER}-1=x|`, "0 -1"],
    ["a tag with zeros in front", `${ORDER}00001=x|`, "0 1"],
    ["a required tag that is missing", ORDER.replace("54=1|", ""), "1 54"],
    ["two that are missing: the first of the dictionary", "55=X|54=1|40=1|", "1 11"],
    ["a tag of another message", `${ORDER}112=x|`, "2 112"],
    ["a field of a group without its count", `${ORDER}448=a|`, "2 448"],
    ["an empty value", `${ORDER}1=|`, "4 1"],
    ["an empty value of an unknown tag", `${ORDER}999=|`, "4 999"],
    ["a value that is not listed", ORDER.replace("54=1", "54=Z"), "5 54"],
    ["a longer value that is not listed", `${ORDER}167=BOO|`, "5 167"],
    ["one value of several that is not listed", `${ORDER}18=G 6 ?|`, "5 18"],
    ["two spaces between values", `${ORDER}18=G  6|`, "5 18"],
    ["a number with a plus", ORDER.replace("38=1.5", "38=+1.5"), "6 38"],
    ["a number with an exponent", ORDER.replace("38=1.5", "38=1e3"), "6 38"],
    ["a time without seconds", ORDER.replace("12:00:00.001", "12:00"), "6 60"],
    ["a character of two", ORDER.replace("54=1", "54=11"), "6 54"],
    ["a repeated tag", `${ORDER}54=1|`, "13 54"],
    ["a repeated tag of an entry", `${ORDER}453=1|448=a|447=D|447=D|452=1|`, "13 447"],
    ["a header field after the body", `${ORDER}50=x|`, "14 50"],
    ["a body field before the header", `${ORDER}49=C|`, "14 49"],
    ["a body field after the trailer", `${ORDER}93=2|89=xy|58=x|`, "14 58"],
    ["an entry that does not begin with its first field", `${ORDER}453=1|447=D|448=a|`, "15 447"],
    ["fields of an entry in another order", `${ORDER}453=1|448=a|452=1|447=D|`, "15 447"],
    ["too few entries", `${ORDER}453=2|448=a|447=D|452=1|`, "16 453"],
    ["too many entries", `${ORDER}386=1|336=a|336=b|`, "16 386"],
    ["a count and no entry", `${ORDER}453=1|`, "16 453"],
    ["a count at the end of a group that counts", `${ORDER}453=1|448=a|802=1|`, "16 802"],
    ["a negative count", `${ORDER}453=-1|`, "6 453"],
    ["a count that is no number", `${ORDER}453=x|`, "6 453"],
  ])("%s", (_, fields, flaw) => expect(findInOrder(fields)).toBe(flaw));

  test("a header field that is missing, repeated or malformed", () => {
    expect(find("35=0|49=C|34=2|52=20261121-12:00:00|")).toBe("1 56");
    expect(find(`35=0|${HEADER}34=2|`)).toBe("13 34");
    expect(find("35=0|49=C|56=V|34=x|52=20261121-12:00:00|")).toBe("6 34");
    expect(find("35=0|49=C|56=V|34=2|52=today|")).toBe("6 52");
  });

  test("a type that FIX has not", () => {
    expect(find(`35=*|${HEADER}`)).toBe("11");
    expect(find(`35=|${HEADER}`)).toBe("11");
    expect(find(`35=ZZ|${HEADER}999=x|`)).toBe("11");
  });

  test("a required field of an entry", () => {
    const books = `35=V|${HEADER}262=a|263=1|264=0|267=1|269=0|146=1|`;
    expect(find(`${books}55=X|`, {}, venue)).toBe("valid");
    expect(find(`35=X|${HEADER}268=1|270=1|`, {}, venue)).toBe("15 270");
  });
});

test("a type that is only a value of MsgType is left to the application", () => {
  expect(find(`35=E|${HEADER}66=x|394=3|`, {}, venue)).toBe("valid");
  expect(find(`35=E|${HEADER}0=x|`, {}, venue)).toBe("0 0");
  expect(find("35=E|49=C|34=2|52=20261121-12:00:00|", {}, venue)).toBe("1 56");
});

describe("a check that is off", () => {
  test("validateUserDefinedFields: tags from 5000 on may be anything, anywhere", () => {
    const settings = { validateUserDefinedFields: false };
    expect(findInOrder(`${ORDER}5000=x|9999=x|`, settings)).toBe("valid");
    expect(find(`35=D|${HEADER}5000=x|50=s|${ORDER}`, settings)).toBe("valid");
    expect(findInOrder(`${ORDER}453=2|448=a|5001=x|447=D|448=b|447=D|`, settings)).toBe("valid");
    expect(findInOrder(`${ORDER}999=x|`, settings)).toBe("0 999");
    expect(findInOrder(`${ORDER}-1=x|`, settings)).toBe("0 -1");
  });

  test("allowUnknownMsgFields: tags below 5000 too", () => {
    const settings = { allowUnknownMsgFields: true };
    expect(findInOrder(`${ORDER}999=x|112=x|`, settings)).toBe("valid");
    expect(findInOrder(`${ORDER}5000=x|`, settings)).toBe("0 5000");
    expect(findInOrder(`${ORDER}0=x|`, settings)).toBe("0 0");
  });

  test("validateFieldsHaveValues", () => {
    const settings = { validateFieldsHaveValues: false };
    expect(findInOrder(`${ORDER}1=|58=|`, settings)).toBe("valid");
  });

  test("validateFieldsOutOfOrder", () => {
    const settings = { validateFieldsOutOfOrder: false };
    expect(findInOrder(`${ORDER}50=x|58=y|`, settings)).toBe("valid");
  });

  test("validateUnorderedGroupFields", () => {
    const settings = { validateUnorderedGroupFields: false };
    expect(findInOrder(`${ORDER}453=1|448=a|452=1|447=D|`, settings)).toBe("valid");
    expect(findInOrder(`${ORDER}453=1|447=D|448=a|`, settings)).toBe("15 447");
  });
});

test("one message leaves nothing for the next", () => {
  expect(findInOrder(ORDER.replace("54=1|", ""))).toBe("1 54");
  expect(findInOrder(ORDER)).toBe("valid");
  expect(find(`35=0|${HEADER}`)).toBe("valid");
  expect(findInOrder("11=a|")).toBe("1 55");
});
