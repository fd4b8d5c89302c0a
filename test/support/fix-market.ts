// A small market for tests of the FIX order application: BTC-USDT, and two accounts with means.

import { Opcode, type SubmittedCommand } from "../../gateway/domain/command.ts";
import { InstrumentState, NameKind } from "../../gateway/domain/instrument.ts";

/** The accounts of the market, and what they are named. */
export const ALICE = 3;
export const BOB = 4;

export const MARKET: readonly SubmittedCommand[] = [
  { opcode: Opcode.createCurrency, text: "BTC", quantity: 9 },
  { opcode: Opcode.createCurrency, text: "USDT", quantity: 8 },
  {
    ...{ opcode: Opcode.createInstrument, account: 1, instrument: 2, text: "BTC-USDT" },
    ...{ price: 1, side: 2, quantity: 10_000 },
  },
  { opcode: Opcode.setInstrumentState, instrument: 1, kind: InstrumentState.open },
  { opcode: Opcode.setAlias, kind: NameKind.instrument, instrument: 1, text: "BTCUSDT" },
  ...["alice", "bob"].map((text) => ({ opcode: Opcode.createAccount, text })),
  ...[ALICE, BOB].flatMap((account) =>
    [1, 2].map((instrument) => ({
      ...{ opcode: Opcode.deposit, account, instrument, session: 1 },
      ...{ amount: 10n ** 15n, text: `open-${account}-${instrument}` },
    })),
  ),
];

/** Body of a NewOrderSingle: a limit order of 1 at 100 unless told otherwise. */
export function limitOrder(id: string, side: "1" | "2", terms: object = {}) {
  const order = { 11: id, 38: "1", 40: "2", 44: "100", 54: side, 55: "BTC-USDT", 60: NOW };
  return { ...order, ...terms };
}

/** TransactTime (60) of all requests: nobody judges it. */
export const NOW = "20260101-00:00:00";
