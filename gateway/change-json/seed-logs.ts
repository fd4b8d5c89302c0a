// The change log as four topics for other people. A key keeps together what must stay in order:
// entries of one key go to one partition.

import type { EntityType, KeyedEntry } from "./entry.ts";

export type SeedLogName =
  "OrderChangeLog" | "TradeChangeLog" | "BalanceChangeLog" | "KLineChangeLog";

export interface SeedLog {
  readonly name: SeedLogName;
  readonly entityType: EntityType;
  /** Orders by instrument, not by id: they trade with each other. */
  readonly keyedBy: "instrument" | "account";
}

export const SEED_LOGS: readonly SeedLog[] = [
  { name: "OrderChangeLog", entityType: "SpotOrder", keyedBy: "instrument" },
  { name: "TradeChangeLog", entityType: "SpotTrade", keyedBy: "instrument" },
  { name: "BalanceChangeLog", entityType: "Balance", keyedBy: "account" },
  { name: "KLineChangeLog", entityType: "KLine", keyedBy: "instrument" },
];

/** One message of a topic. */
export interface SeedMessage {
  readonly log: SeedLogName;
  readonly key: string;
  /** JSON text of the entry. */
  readonly value: string;
}

/** The messages that entries make; entities that no seed log holds make none. */
export function toSeedMessages(entries: readonly KeyedEntry[]): SeedMessage[] {
  return entries.flatMap((keyed) => {
    const log = SEED_LOGS.find(({ entityType }) => entityType === keyed.entry.entity_type);
    if (log === undefined) return [];
    return [{ log: log.name, key: `${keyed[log.keyedBy]}`, value: JSON.stringify(keyed.entry) }];
  });
}
