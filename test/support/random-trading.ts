// Commands as many clients and an operator might give them, good and bad, out of one seed.

import { Random } from "../../gateway/demo/random.ts";
import type { TransactionHead } from "../../gateway/core/released.ts";
import { CommandFlag, Opcode, type SubmittedCommand } from "../../gateway/domain/command.ts";
import { InstrumentState } from "../../gateway/domain/instrument.ts";
import { OrderType, Side, TimeInForce } from "../../gateway/domain/order.ts";

const TRADERS = [3, 4, 5, 6];
const INSTRUMENTS = [1, 2];
const TIMES_IN_FORCE = [
  ...[TimeInForce.gtc, TimeInForce.gtc, TimeInForce.gtc],
  ...[TimeInForce.ioc, TimeInForce.fok, TimeInForce.postOnly],
] as const;

/** Two instruments of three currencies, and four traders with some of each. */
export function openingCommands(): SubmittedCommand[] {
  const currencies = [
    ["BTC", 3],
    ["USD", 2],
    ["ETH", 5],
  ] as const;
  return [
    ...currencies.map(([text, quantity]) => ({ opcode: Opcode.createCurrency, text, quantity })),
    ...[1, 3].map((account, index): SubmittedCommand => ({
      ...{ opcode: Opcode.createInstrument, account, instrument: 2, price: 5, side: 1 },
      ...{ quantity: 10 ** (2 + 2 * index), text: `M-${index}` },
    })),
    ...INSTRUMENTS.flatMap((instrument): SubmittedCommand[] => [
      { opcode: Opcode.setFees, instrument, price: -200, quantity: 1_500 },
      { opcode: Opcode.setInstrumentState, instrument, kind: InstrumentState.open },
      { opcode: Opcode.setBand, instrument, price: 200, quantity: 500_000 },
    ]),
    ...TRADERS.flatMap((account): SubmittedCommand[] => [
      { opcode: Opcode.createAccount, text: `trader-${account}` },
      ...[1, 2, 3].map((instrument) => ({
        ...{ opcode: Opcode.deposit, account, instrument, amount: 40_000_000n, session: 1 },
        text: `open-${account}-${instrument}`,
      })),
    ]),
  ];
}

export class RandomTrading {
  readonly #random: Random;
  readonly #orders: { readonly account: number; readonly orderId: number }[] = [];
  #count = 0;

  constructor(seed: number) {
    this.#random = new Random(seed);
  }

  /** Remembers orders, to cancel and replace some of them. */
  hear({ opcode, code, account, result: orderId }: TransactionHead): void {
    if (opcode !== Opcode.newOrder || code !== 0) return;
    this.#orders.push({ account, orderId });
    if (this.#orders.length > 40) this.#orders.shift();
  }

  next(): SubmittedCommand {
    this.#count += 1;
    const draw = this.#random.below(100);
    const account = this.#pick(TRADERS);
    if (draw < 60 || this.#orders.length === 0) return this.#order(account);
    if (draw < 72) return { opcode: Opcode.cancelOrder, ...this.#pick(this.#orders) };
    if (draw < 84) {
      const terms = { price: this.#price(), quantity: 1 + this.#random.below(40) };
      return { opcode: Opcode.replaceOrder, ...this.#pick(this.#orders), ...terms };
    }
    if (draw < 92) return this.#move(account);
    return this.#administration(account);
  }

  #order(account: number): SubmittedCommand {
    const side = this.#pick([Side.buy, Side.sell]);
    const order = { opcode: Opcode.newOrder, account, instrument: this.#pick(INSTRUMENTS), side };
    const quantity = 1 + this.#random.below(40);
    if (this.#random.below(6) > 0) {
      const timeInForce = this.#pick(TIMES_IN_FORCE);
      const terms = { orderType: OrderType.limit, timeInForce, price: this.#price(), quantity };
      return { ...order, ...terms };
    }
    const isBudget = side === Side.buy && this.#random.below(2) === 0;
    const size = isBudget ? { amount: BigInt(1 + this.#random.below(900_000)) } : { quantity };
    return { ...order, orderType: OrderType.market, timeInForce: TimeInForce.ioc, ...size };
  }

  #move(account: number): SubmittedCommand {
    const opcode = this.#pick([Opcode.deposit, Opcode.withdraw, Opcode.transfer]);
    const amount = BigInt(1 + this.#random.below(2_000_000));
    const move = { opcode, account, instrument: 1 + this.#random.below(3), amount, session: 1 };
    const orderId = opcode === Opcode.transfer ? this.#pick(TRADERS) : 0;
    return { ...move, orderId, text: `move-${this.#count}` };
  }

  #administration(account: number): SubmittedCommand {
    const instrument = this.#pick(INSTRUMENTS);
    const maker = this.#random.below(800) - 400;
    const taker = 400 + this.#random.below(2_000);
    const extensionText = `sweep-${this.#count}`;
    return this.#pick<SubmittedCommand>([
      { opcode: Opcode.sweepFees, instrument, session: 1, extensionText },
      { opcode: Opcode.setFees, instrument, price: maker, quantity: taker },
      { opcode: Opcode.massCancel, account, instrument },
      { opcode: Opcode.massCancel, account, flags: CommandFlag.admin },
      {
        opcode: Opcode.setBand,
        instrument,
        price: 150 + this.#random.below(99),
        quantity: 500_000,
      },
    ]);
  }

  #price(): number {
    return 190 + this.#random.below(21);
  }

  #pick<Value>(values: readonly Value[]): Value {
    const value = values[this.#random.below(values.length)];
    if (value === undefined) throw new RangeError("nothing to pick from");
    return value;
  }
}
