import { describe, expect, test } from "bun:test";
import { parseXml } from "./xml.ts";

test("elements, attributes of both quotes, and what is passed over", () => {
  const root = parseXml(`<?xml version="1.0"?><!DOCTYPE a>
    <!-- <b/> --><a x="1" y='a "b" &amp; &lt;c&gt;'> text <b/><c><b z = "2" /></c></a>`);
  expect(root.name).toBe("a");
  expect([...root.attributes]).toEqual([
    ["x", "1"],
    ["y", 'a "b" & <c>'],
  ]);
  expect(root.children.map(({ name }) => name)).toEqual(["b", "c"]);
  expect(root.children[1]?.children[0]?.attributes.get("z")).toBe("2");
});

describe("refused is", () => {
  test.each([
    ["an element that does not end", "<a><b></a>", "</a> closes <b>"],
    ["a document that does not end", "<a><b/>", "does not end"],
    ["a document without element", "text", "does not end"],
    ["an end without a start", "</a>", "</a> closes <>"],
    ["a broken attribute, with its line", "<a>\n<b x=1/></a>", "line 2: this is no element"],
  ])("%s", (_, text, message) => expect(() => parseXml(text)).toThrow(message));
});
