import { expect, test } from "bun:test";
import { formatOf, hasFormat } from "./value-format.ts";

test.each<[type: string, good: readonly string[], bad: readonly string[]]>([
  ["STRING", ["a", "a b", "1"], []],
  ["EXCHANGE", ["XLON"], []],
  ["CHAR", ["a", "1"], ["ab"]],
  ["BOOLEAN", ["Y", "N"], ["y", "1", "YES"]],
  ["INT", ["0", "-1", "007"], ["+1", "1.0", "x", "-"]],
  ["LENGTH", ["0", "12"], ["-1", "-0", "x"]],
  ["SEQNUM", ["0", "12"], ["-1", "1.0"]],
  ["NUMINGROUP", ["0", "2"], ["-1", "x"]],
  ["DAYOFMONTH", ["1", "31"], ["0", "32", "x"]],
  ["PRICE", ["1", "-1.5", ".5", "002.00"], ["+1", "1e3", "1,0", "x"]],
  ["QTY", ["100"], ["1x"]],
  ["UTCTIMESTAMP", ["20261121-12:00:00", "20261121-12:00:00.123"], ["20261121", "12:00:00"]],
  ["TIME", ["20261121-12:00:00"], ["12:00"]],
  ["UTCDATEONLY", ["20261121"], ["20261131", "2026112"]],
  ["LOCALMKTDATE", ["20261121"], ["2026-11-21"]],
  ["UTCTIMEONLY", ["12:00:00", "12:00:00.123"], ["12:00", "24:00:00"]],
  [
    "MONTHYEAR",
    ["202611", "20261121", "202611w3"],
    ["202613", "202600", "202611w6", "2026", "x02611"],
  ],
  ["TZTIMEONLY", ["12:00", "12:00Z", "12:00:00.1+05", "12:00-05:30"], ["12", "24:00", "12:00+99"]],
  ["TZTIMESTAMP", ["20261121-12:00Z", "20261121-12:00:00+01"], ["20261121", "20261131-12:00Z"]],
])("%s", (type, good, bad) => {
  const format = formatOf(type, "FIX.5.0SP2");
  const test = (text: string): boolean =>
    hasFormat(format, Buffer.from(`=${text}|`), 1, text.length);
  expect(good.filter((text) => !test(text))).toEqual([]);
  expect(bad.filter(test)).toEqual([]);
});

test("FIX 4.0 and 4.1 call any text CHAR", () => {
  const text = Buffer.from("order-1");
  const has = (version: string): boolean =>
    hasFormat(formatOf("CHAR", version), text, 0, text.length);
  expect(["FIX.4.0", "FIX.4.1", "FIX.4.2"].map(has)).toEqual([true, true, false]);
});
