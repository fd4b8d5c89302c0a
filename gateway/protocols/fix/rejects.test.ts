import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { rejectByNumber } from "../../domain/reject.ts";
import { makeStockDictionary, makeVenueDictionary } from "./codec.ts";
import { STRICT, validate } from "./dictionary/validation.ts";
import {
  businessReasonOf,
  cxlRejReasonOf,
  massCancelReasonOf,
  ordRejReasonOf,
  textOf,
} from "./rejects.ts";
import { FixMessage } from "./wire/message.ts";
import { FixWriter } from "./wire/writer.ts";

const VECTORS = join(import.meta.dir, "../../../test/vectors/rejects/fix.json");
const DICTIONARIES = [makeStockDictionary(), makeVenueDictionary()];

/** What a request is answered that is refused with a code: by its type, `tag=value`. */
function shapes(number: (typeof rejectByNumber)[keyof typeof rejectByNumber]["number"]) {
  const text = `58=${textOf(number)}`;
  const business = businessReasonOf(number);
  if (business !== undefined) return { j: `380=${business} ${text}` };
  const mass = massCancelReasonOf(number);
  return {
    8: `150=8 103=${ordRejReasonOf(number)} ${text}`,
    9: `102=${cxlRejReasonOf(number)} ${text}`,
    r: `531=0 ${mass === undefined ? "" : `532=${mass} `}${text}`,
  };
}

test("every code of the table makes the messages that its vector shows", () => {
  const vectors: unknown = JSON.parse(readFileSync(VECTORS, "utf8"));
  const made: Record<string, unknown> = {};
  for (const { number, name } of Object.values(rejectByNumber)) made[name] = shapes(number);
  expect(made).toEqual({ ...(typeof vectors === "object" ? vectors : {}) });
});

test("every reason is one that both dictionaries have", () => {
  const writer = new FixWriter();
  const message = new FixMessage();
  const header = {
    ...{ beginString: "FIX.4.4", senderCompId: "V", targetCompId: "C", sequence: 1 },
    ...{ sendingTimeUs: 0, timestampDigits: 3 as const },
  };
  const check = (): void => {
    const { bytes, start, end } = writer.finish(header);
    expect(message.parse(bytes, start, end)).toBe("ok");
    for (const dictionary of DICTIONARIES) {
      expect(validate(message, dictionary, STRICT)).toBeUndefined();
    }
  };
  for (const { number } of Object.values(rejectByNumber)) {
    writer.begin("8").integer(6, 0).integer(14, 0).text(17, "0").text(37, "NONE").text(39, "8");
    writer.text(54, "1").text(55, "X").integer(103, ordRejReasonOf(number)).text(150, "8");
    writer.integer(151, 0);
    check();
    writer.begin("9").text(11, "c").text(37, "NONE").text(39, "8").text(41, "o");
    writer.text(58, textOf(number)).integer(102, cxlRejReasonOf(number)).text(434, "1");
    check();
    const mass = massCancelReasonOf(number);
    writer.begin("r").text(11, "c").text(37, "NONE").text(530, "7").text(531, "0");
    if (mass !== undefined) writer.integer(532, mass);
    writer.integer(533, 0);
    check();
  }
});
