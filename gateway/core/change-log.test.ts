import { describe, expect, test } from "bun:test";
import { GatewayFault } from "../domain/fault.ts";
import { ChangeReader } from "./change-log.ts";

/** A transaction of one Level record, as words. */
function levelTransaction(): BigUint64Array {
  const words = new BigUint64Array(11);
  words.set([11n | (1n << 32n), 5n, 1_000n, 10n << 16n, 5n, 1n], 0);
  words.set([3n | (2n << 8n) | (5n << 16n), 1n | (1n << 32n), 100n, 7n, 1n], 6);
  return words;
}

function readAt(words: BigUint64Array, offset = 0): unknown {
  return new ChangeReader(Buffer.from(words.buffer)).read(offset);
}

test("reads a transaction", () => {
  expect(readAt(levelTransaction())).toMatchObject({
    sequence: 5,
    timeUs: 1,
    changes: [{ entity: "level", change: "updated", side: 1, price: 100, quantity: 7 }],
  });
});

describe("bytes this build does not write are a fault", () => {
  const rows: [string, number, bigint][] = [
    ["a transaction shorter than its header", 0, 5n | (1n << 32n)],
    ["a transaction longer than the buffer", 0, 12n | (1n << 32n)],
    ["more changes than fit", 0, 11n | (2n << 32n)],
    ["fewer changes than there are", 0, 11n],
    ["an unknown reject code", 3, 9_999n | (10n << 16n)],
    ["a sequence of 2^53", 1, 1n << 53n],
    ["an unknown entity", 6, 11n | (2n << 8n) | (5n << 16n)],
    ["an unknown change type", 6, 3n | (5n << 8n) | (5n << 16n)],
    ["a change type the entity does not have", 6, 3n | (1n << 8n) | (5n << 16n)],
    ["a record of no length", 6, 3n | (2n << 8n)],
    ["a record longer than its transaction", 6, 3n | (2n << 8n) | (6n << 16n)],
    ["a sub that does not count", 6, 3n | (2n << 8n) | (5n << 16n) | (1n << 32n)],
    ["an unknown side", 7, 1n | (3n << 32n)],
    ["a price of 2^53", 8, 1n << 53n],
  ];
  test.each(rows)("%s", (_, word, value) => {
    const words = levelTransaction();
    words[word] = value;
    expect(() => readAt(words)).toThrow();
  });

  test("the fault has a code", () => {
    const words = levelTransaction();
    words[7] = 1n | (3n << 32n);
    try {
      readAt(words);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(GatewayFault);
      expect(error).toMatchObject({ code: "change_log_unreadable", retryable: false });
    }
  });
});
