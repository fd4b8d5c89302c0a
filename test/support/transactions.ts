// Transactions without a core, for what only looks at their order.

import type { Released } from "../../gateway/core/released.ts";
import type { Transaction } from "../../gateway/domain/change.ts";
import { toSequence, toTimeUs } from "../../gateway/domain/units.ts";
import { encodeClock, encodeTransaction, toReleased } from "./released.ts";

/** An accepted command with that many changes. */
export function transactionAt(sequence: number, changes = 1): Transaction {
  const timeUs = toTimeUs(1_767_225_600_000_000 + sequence);
  return {
    sequence: toSequence(sequence),
    timeUs,
    code: 0,
    opcode: 0,
    isDuplicate: false,
    hasBacklog: false,
    isSystem: true,
    account: 0,
    result: 0,
    instrument: 0,
    changes: Array.from({ length: changes }, () => ({
      entity: "clock",
      change: "updated",
      timeUs,
    })),
  };
}

/** The same in bytes. */
export function releasedAt(sequence: number, changes = 1): Released {
  const { timeUs } = transactionAt(sequence);
  const records = Array.from({ length: changes }, () => encodeClock(timeUs));
  return toReleased(encodeTransaction({ sequence, timeUs, flags: 4 }, records));
}
