// Clients at random: they place, replace, cancel, move money and look, one call after the other,
// until the venue no longer answers.

import { Random } from "../../gateway/demo/random.ts";
import {
  cancelling,
  cancellingAll,
  moving,
  type NewOrder,
  placing,
  replacing,
} from "./commands.ts";
import type { JsonObject } from "./json-object.ts";
import { type Market, ONE_PRICE, SYMBOLS, type TestAccount } from "./market.ts";
import { isFinal, type Witness } from "./witness.ts";

/** What keeps calling the venue. */
export interface LoadClient {
  /** Calls until an answer stays away, or until `stop`. */
  run(): Promise<void>;
  stop(): void;
}

/** Two clients for each trader, a depositor and a reader of the vault: ten calls at any time. */
export function makeLoad(market: Market, witness: Witness, seed: number): LoadClient[] {
  const draw = new Random(seed);
  const traders = market.traders.flatMap((account) =>
    ["a", "b"].map((letter) => {
      const random = new Random(draw.below(2 ** 32));
      return new Trader(`${account.id}${letter}`, account, market, witness, random);
    }),
  );
  return [...traders, new Depositor(market, witness), new VaultReader(market, witness)];
}

interface OwnOrder {
  readonly orderId: number;
  readonly symbol: string;
}

class Trader implements LoadClient {
  readonly #name: string;
  readonly #account: TestAccount;
  readonly #market: Market;
  readonly #witness: Witness;
  readonly #random: Random;
  #own: OwnOrder[] = [];
  #idCount = 0;
  #isStopped = false;

  constructor(
    name: string,
    account: TestAccount,
    market: Market,
    witness: Witness,
    random: Random,
  ) {
    this.#name = name;
    this.#account = account;
    this.#market = market;
    this.#witness = witness;
    this.#random = random;
  }

  async run(): Promise<void> {
    this.#isStopped = false;
    let isAnswered = true;
    while (isAnswered && !this.#isStopped) isAnswered = await this.#step();
  }

  stop(): void {
    this.#isStopped = true;
  }

  async #step(): Promise<boolean> {
    const chance = this.#random.below(100);
    if (chance < 12) return this.#look();
    if (chance < 16) return this.#transfer();
    if (chance < 17) return this.#witness.try(cancellingAll(this.#witness, this.#account));
    const own = this.#own[this.#random.below(this.#own.length)];
    if (own === undefined || chance < 65) return this.#place();
    if (chance < 80) return this.#replace(own);
    this.#own = this.#own.filter((order) => order !== own);
    return this.#witness.try(cancelling(this.#witness, this.#account, own.orderId));
  }

  #place(): Promise<boolean> {
    const order = this.#drawOrder();
    const { symbol } = order;
    const hear = (body: JsonObject): void => {
      if (isFinal(body.text("status_name"))) return;
      this.#own.push({ orderId: body.count("order_id"), symbol });
    };
    return this.#witness.try(placing(this.#witness, this.#account, order, hear));
  }

  #drawOrder(): NewOrder {
    const symbol = this.#drawSymbol();
    const side = this.#random.below(2) === 0 ? "BUY" : "SELL";
    const quantity = this.#drawQuantity();
    const base = { symbol, side, quantity, client_order_id: this.#nextId() } as const;
    if (symbol === "ETH-EUR" && this.#random.below(10) === 0) return { ...base, type: "MARKET" };
    const price = this.#drawPrice(symbol);
    const kinds = ["GTC", "GTC", "GTC", "GTC", "GTC", "GTC", "IOC", "FOK", "GTX"] as const;
    const time_in_force = kinds[this.#random.below(kinds.length)] ?? "GTC";
    return { ...base, type: "LIMIT", price, time_in_force };
  }

  #drawSymbol(): (typeof SYMBOLS)[number] {
    return SYMBOLS[this.#random.below(SYMBOLS.length)] ?? SYMBOLS[0];
  }

  #drawQuantity(): string {
    return `${this.#random.below(3)}.${1 + this.#random.below(999)}`;
  }

  #drawPrice(symbol: string): string {
    if (symbol === "BTC-USDT") return String(ONE_PRICE);
    return (20 + (this.#random.below(41) - 20) / 100).toFixed(2);
  }

  #replace({ orderId, symbol }: OwnOrder): Promise<boolean> {
    const replacement = {
      price: this.#drawPrice(symbol),
      quantity: this.#drawQuantity(),
      client_order_id: this.#nextId(),
    };
    return this.#witness.try(replacing(this.#witness, this.#account, orderId, replacement));
  }

  #transfer(): Promise<boolean> {
    const { id, client } = this.#account;
    const others = this.#market.traders.filter((trader) => trader.id !== id);
    const move = {
      request_id: this.#nextId(),
      currency: this.#random.below(2) === 0 ? "USDT" : "ETH",
      amount: this.#drawQuantity(),
      to_account: others[this.#random.below(others.length)]?.id ?? 0,
    } as const;
    return this.#witness.try(moving(this.#witness, client, id, move));
  }

  async #look(): Promise<boolean> {
    const symbol = this.#drawSymbol();
    const isMarket = this.#random.below(2) === 0;
    const orders = `/api/v1/trading/orders?limit=1000&symbol=${symbol}`;
    const path = isMarket ? `/api/v1/data/market/${symbol}` : orders;
    const answer = await this.#account.client.ask("GET", path);
    if (answer === undefined) return false;
    this.#witness.note(answer.body);
    const { status, body } = answer;
    if (status !== 200) return true;
    if (isMarket) {
      for (const trade of body.list("trades")) {
        this.#witness.noteTrade(trade, symbol, trade.count("sequence"));
      }
    } else {
      const sequence = body.count("as_of_sequence");
      for (const order of body.list("orders")) this.#witness.noteOrder(order, sequence);
    }
    return true;
  }

  #nextId(): string {
    this.#idCount += 1;
    return `${this.#name}-${this.#idCount}`;
  }
}

/** The operator, who fills the vault one by one. */
class Depositor implements LoadClient {
  readonly #market: Market;
  readonly #witness: Witness;
  #count = 0;
  #isStopped = false;

  constructor(market: Market, witness: Witness) {
    this.#market = market;
    this.#witness = witness;
  }

  async run(): Promise<void> {
    this.#isStopped = false;
    const { operator, vault } = this.#market;
    let isAnswered = true;
    while (isAnswered && !this.#isStopped) {
      this.#count += 1;
      const move = { request_id: `vault-${this.#count}`, currency: "USDT", amount: "1" } as const;
      isAnswered = await this.#witness.try(moving(this.#witness, operator, vault.id, move));
    }
  }

  stop(): void {
    this.#isStopped = true;
  }
}

/** The owner of the vault, who counts. */
class VaultReader implements LoadClient {
  readonly #market: Market;
  readonly #witness: Witness;
  #isStopped = false;

  constructor(market: Market, witness: Witness) {
    this.#market = market;
    this.#witness = witness;
  }

  async run(): Promise<void> {
    this.#isStopped = false;
    const { id, client } = this.#market.vault;
    while (!this.#isStopped) {
      const answer = await client.ask("GET", `/api/v1/accounts/${id}`);
      if (answer === undefined) return;
      this.#witness.note(answer.body);
      if (answer.status !== 200) continue;
      const sequence = answer.body.count("as_of_sequence");
      const total = answer.body.list("balances")[0]?.units("total") ?? 0n;
      this.#witness.vaultLooks.push({ sequence, total });
    }
  }

  stop(): void {
    this.#isStopped = true;
  }
}
