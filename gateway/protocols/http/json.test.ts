import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { JSON_DEPTH_MAX, parseJson, parseJsonExactly } from "./json.ts";

function nested(depth: number): string {
  return "[".repeat(depth) + "]".repeat(depth);
}

describe("parseJson", () => {
  test("reads what JSON.parse reads, whatever the strings hold", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), fc.integer({ min: 0, max: 2 }), (value, space) => {
        const text = JSON.stringify(value, null, space);
        if (text.includes("\ufffd")) return;
        expect(parseJson(text)).toEqual({ ok: true, value: JSON.parse(text) });
      }),
      { seed: 7 },
    );
  });

  test.each([
    '{"price":"1","price":"2"}',
    '{"a":{"b":1,"b":1}}',
    '{"a":1,"\\u0061":2}',
    '[{"__proto__":1,"__proto__":2}]',
  ])("refuses a key given twice: %s", (text) => {
    expect(parseJson(text)).toEqual({ ok: false, detail: "A key is given twice" });
  });

  test.each(['{"a:b":"c:d{[\\"\\\\"}', '{"a":"\\\\","b":":"}', '{"__proto__":1}', '""', "null"])(
    "is not misled by what stands in strings: %s",
    (text) => expect(parseJson(text)).toEqual({ ok: true, value: JSON.parse(text) }),
  );

  test("refuses depth beyond the bound, also when it is never closed", () => {
    expect(parseJson(nested(JSON_DEPTH_MAX)).ok).toBe(true);
    const detail = `JSON is nested deeper than ${JSON_DEPTH_MAX}`;
    expect(parseJson(nested(JSON_DEPTH_MAX + 1))).toEqual({ ok: false, detail });
    expect(parseJson("[".repeat(60_000))).toEqual({ ok: false, detail });
    expect(parseJson('{"a":'.repeat(10_000))).toEqual({ ok: false, detail });
  });

  test.each(["", "{", '{"a"', '{"a":"', "{'a':1}", "\u0000", '{"a":"\n"}', "NaN", "01", '"\\x"'])(
    "refuses %j",
    (text) => expect(parseJson(text)).toEqual({ ok: false, detail: "Body is not valid JSON" }),
  );

  test("refuses text that was not UTF-8", () => {
    const text = new TextDecoder().decode(new Uint8Array([0x22, 0xff, 0x22]));
    expect(parseJson(text)).toEqual({ ok: false, detail: "Body is not valid UTF-8" });
  });
});

test("parseJsonExactly keeps the digits of numbers", () => {
  const text = '{"price":50000.0,"quantity":[0.1,1e3,123456789012345678901234567890],"side":"BUY"}';
  expect(parseJsonExactly(text)).toEqual({
    ok: true,
    value: {
      price: "50000.0",
      quantity: ["0.1", "1e3", "123456789012345678901234567890"],
      side: "BUY",
    },
  });
});
