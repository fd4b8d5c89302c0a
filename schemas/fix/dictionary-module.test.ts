import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  STOCK_MODULE_PATH,
  stockModule,
  VENUE_MODULE_PATH,
  VENUE_XML_PATH,
  venueModule,
} from "./dictionary-module.ts";

const ROOT = join(import.meta.dir, "..", "..");
const XML = `<fix major="4" minor="4"><messages>
  <message name="Beat" msgtype="0" msgcat="admin"/></messages>
  <fields><field number="20" name="Kind" type="CHAR"><value enum="1"/></field></fields></fix>`;

function read(path: string): string {
  return readFileSync(join(ROOT, path), "utf8");
}

test("the venue's module is what its XML says", () => {
  const isFresh = venueModule(read(VENUE_XML_PATH)) === read(VENUE_MODULE_PATH);
  expect(isFresh ? "" : "run `bun run generate` and commit").toBe("");
});

test("a module holds the lines of its dictionary", () => {
  const text = stockModule(XML);
  expect(text).toContain("version FIX.4.4\nheader\ntrailer\nmessage 0 admin\nfield 20 CHAR 1\n`;");
  const head = (module: string): string => module.slice(0, module.indexOf("`"));
  expect(head(text)).toBe(head(read(STOCK_MODULE_PATH)));
});

test.each(["`", "${x}", "\\"])("a value with %s is refused", (value) => {
  expect(() => stockModule(XML.replace('enum="1"', `enum="${value}"`))).toThrow("in a template");
});
