// What is expected and what is found, written alike: two texts that are equal or are shown.

import type { BookLevel, Fill, InstrumentField, OrderField, Outcome } from "./scenario-script.ts";
import { normalNumber } from "./scenario-venue.ts";

export function toText(outcome: Outcome<number | undefined>): string {
  switch (outcome.kind) {
    case "accepted":
      return "accepted";
    case "rejected":
      return `rejected ${outcome.code}`;
    case "duplicate":
      return `duplicate of ${outcome.of}`;
    case "orders cancelled":
      return `cancelled ${outcome.count} orders (${outcome.reason})`;
    case "moved": {
      const parts = outcome.fills.map((fill) => `filled ${toFillText(fill)}`);
      if (outcome.rests !== undefined) parts.push(`rests ${normalNumber(outcome.rests)}`);
      if (outcome.cancelled !== undefined) {
        const quantity = normalNumber(outcome.cancelled.quantity ?? "");
        parts.push(`cancelled ${quantity} (${outcome.cancelled.reason})`);
      }
      return parts.join(", ");
    }
  }
}

function toFillText({ quantity, price }: Fill): string {
  return `${normalNumber(quantity)} @ ${normalNumber(price)}`;
}

export function toTradesText(trades: readonly (Fill & { readonly tradeId: number })[]): string {
  return trades.map((trade) => `#${trade.tradeId} ${toFillText(trade)}`).join(", ");
}

/** Order counts are written where `other` has them too. */
export function toSideText(side: readonly BookLevel[], other: readonly BookLevel[]): string {
  if (side.length === 0) return "none";
  const levels = side.map((level, index) => {
    const isCounted = other[index]?.orders !== undefined && level.orders !== undefined;
    return `${toFillText(level)}${isCounted ? ` in ${level.orders}` : ""}`;
  });
  return levels.join(", ");
}

export function toBalancesText(
  balances: readonly { currency: string; available: string; frozen: string }[],
): string {
  const texts = balances.map(({ currency, available, frozen }) => {
    return `${currency} available ${normalNumber(available)} frozen ${normalNumber(frozen)}`;
  });
  return texts.join("  ");
}

/** The fields of `found` that `wanted` mentions. */
export function toFieldsText<Field extends OrderField | InstrumentField>(
  wanted: ReadonlyMap<Field, string>,
  found: ReadonlyMap<Field, string>,
): string {
  const names = [...wanted.keys()];
  return names.map((name) => `${name} ${normalNumber(found.get(name) ?? "none")}`).join(" ");
}
