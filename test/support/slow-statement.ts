// A statement the slow, obvious way: the whole change log from its first transaction, balances by
// what they say of themselves, trades by their numbers.

import type { Trade, Transaction } from "../../gateway/domain/change.ts";
import { Opcode } from "../../gateway/domain/command.ts";
import type { Instrument } from "../../gateway/domain/instrument.ts";
import { Side } from "../../gateway/domain/order.ts";

/** Units of the currency. */
export interface SlowSums {
  opening: bigint;
  deposits: bigint;
  withdrawals: bigint;
  transfers: bigint;
  trades: bigint;
  fees: bigint;
  sweeps: bigint;
  closing: bigint;
}

const MOVES: ReadonlyMap<number, "deposits" | "withdrawals" | "transfers" | "sweeps"> = new Map([
  [Opcode.deposit, "deposits"],
  [Opcode.withdraw, "withdrawals"],
  [Opcode.transfer, "transfers"],
  [Opcode.sweepFees, "sweeps"],
]);

/** By currency; those that had nothing and did not move are left out. */
export function slowStatement(
  log: readonly Transaction[],
  account: number,
  { fromUs, toUs }: { readonly fromUs: number; readonly toUs: number },
): Map<number, SlowSums> {
  const instruments = new Map<number, Instrument>();
  const sums = new Map<number, SlowSums>();
  const moved = new Set<number>();
  const of = (currency: number): SlowSums => {
    const none = { opening: 0n, deposits: 0n, withdrawals: 0n, transfers: 0n };
    const found = sums.get(currency) ?? { ...none, trades: 0n, fees: 0n, sweeps: 0n, closing: 0n };
    sums.set(currency, found);
    return found;
  };
  for (const { timeUs, opcode, changes } of log) {
    for (const change of changes) {
      if (change.entity === "instrument") instruments.set(change.instrumentId, change);
      if (timeUs >= toUs) continue;
      const isInside = timeUs >= fromUs;
      if (change.entity === "trade" && isInside) {
        for (const [currency, kind, amount] of movesOf(change, account, instruments)) {
          of(currency)[kind] += amount;
          if (kind === "trades" || amount !== 0n) moved.add(currency);
        }
      }
      if (change.entity !== "balance" || change.account !== account) continue;
      const sheet = of(change.currency);
      const before = sheet.closing;
      sheet.closing = change.availableAfter + change.frozenAfter;
      if (!isInside) sheet.opening = sheet.closing;
      const kind = MOVES.get(opcode);
      if (kind === undefined || !isInside) continue;
      sheet[kind] += sheet.closing - before;
      moved.add(change.currency);
    }
  }
  return new Map(
    [...sums].filter(([currency, { opening }]) => opening !== 0n || moved.has(currency)),
  );
}

type Move = readonly [currency: number, kind: "trades" | "fees", amount: bigint];

function movesOf(
  trade: Trade,
  account: number,
  instruments: ReadonlyMap<number, Instrument>,
): Move[] {
  const instrument = instruments.get(trade.instrument);
  if (instrument === undefined) throw new Error(`instrument ${trade.instrument} was never made`);
  const { baseCurrency: base, quoteCurrency: quote, lotSize } = instrument;
  const makerSide = trade.takerSide === Side.buy ? Side.sell : Side.buy;
  const parts = [
    [trade.takerAccount, trade.takerSide, trade.takerFee],
    [trade.makerAccount, makerSide, trade.makerFee],
  ] as const;
  return parts.flatMap(([owner, side, fee]): Move[] => {
    if (owner !== account) return [];
    const sign = side === Side.buy ? 1n : -1n;
    return [
      [base, "trades", sign * BigInt(trade.quantity) * lotSize],
      [quote, "trades", -sign * trade.notional],
      [quote, "fees", -fee],
    ];
  });
}
