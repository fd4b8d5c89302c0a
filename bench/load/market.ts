// The instrument that a load trades: prices around its middle, quantities it takes, all as whole
// numbers until they become texts.

import { VenueClient } from "../../gateway/commands/venue-client.ts";
import { type Measured, toMeasured } from "../processes.ts";
import type { OrderTerms } from "./connection.ts";
import { type Draw, LEVELS } from "./mix.ts";

/** A decimal as a whole number of its last digit. */
interface Fixed {
  readonly units: bigint;
  readonly digits: number;
}

/** Where orders may lie at most, as a part of the price: well inside any band. */
const SPAN_PARTS = 100n;

export class Market {
  readonly symbol: string;
  readonly #instrument: number;
  readonly baseCurrency: string;
  readonly quoteCurrency: string;
  /** Open orders of an account that the venue allows; 0: no limit. */
  readonly openOrdersMax: number;
  readonly #tick: Fixed;
  readonly #lot: Fixed;
  /** Of the middle and of one level. */
  readonly #middleTicks: bigint;
  readonly #levelTicks: bigint;
  readonly #leastLots: bigint;

  private constructor(instrument: Measured, middle: string) {
    this.symbol = String(instrument["symbol"]);
    this.#instrument = Number(instrument["instrument_id"]);
    this.baseCurrency = String(instrument["base_currency"]);
    this.quoteCurrency = String(instrument["quote_currency"]);
    this.openOrdersMax = Number(instrument["open_orders_max"] ?? 0);
    this.#tick = toFixed(String(instrument["tick_size"]));
    this.#lot = toFixed(String(instrument["lot_size"]));
    this.#middleTicks = atLeastOne(divide(toFixed(middle), this.#tick));
    this.#levelTicks = atLeastOne(this.#middleTicks / SPAN_PARTS / BigInt(LEVELS));
    this.#leastLots = this.#leastOf(instrument);
  }

  /** Errors: throws when the venue has no such instrument, or no price to begin at. */
  static async read(url: string, symbol: string): Promise<Market> {
    const venue = new VenueClient(url, "");
    const { instruments } = toMeasured(await venue.call("GET", "/api/v1/instruments"));
    const all = Array.isArray(instruments) ? instruments.map(toMeasured) : [];
    const found = all.find((each) =>
      symbol === "" ? each["state"] === "open" : each["symbol"] === symbol,
    );
    if (found === undefined) throw new Error(`the venue has no open instrument ${symbol}`.trim());
    const path = `/api/v1/data/market/${encodeURIComponent(String(found["symbol"]))}?depth=1`;
    const {
      best_bid: bid,
      best_ask: ask,
      last_price: last,
    } = toMeasured(await venue.call("GET", path));
    const prices = [firstOf(bid), firstOf(ask), last, found["reference_price"]];
    const middle = prices.find((price) => typeof price === "string");
    return new Market(found, typeof middle === "string" ? middle : PRICE_DEFAULT);
  }

  /** `take` reaches beyond every level of the other side. */
  termsOf({ kind, side, level, size }: Draw): OrderTerms {
    const isBelow = (side === "buy") !== (kind === "take");
    const away = BigInt(kind === "take" ? LEVELS + 1 : level) * this.#levelTicks;
    const ticks = atLeastOne(this.#middleTicks + (isBelow ? -away : away));
    const price = toText({ units: ticks * this.#tick.units, digits: this.#tick.digits });
    const lots = this.#leastLots * BigInt(size);
    const quantity = toText({ units: lots * this.#lot.units, digits: this.#lot.digits });
    return {
      ...{ symbol: this.symbol, instrument: this.#instrument, side, price, quantity },
      ...{ ticks: Number(ticks), lots: Number(lots) },
    };
  }

  /** What `orders` open orders of the largest kind may need of each currency, generously. */
  fundsFor(orders: number): { base: string; quote: string } {
    const lots = this.#leastLots * 10n * BigInt(orders);
    const base = { units: lots * this.#lot.units, digits: this.#lot.digits };
    const price = 2n * this.#middleTicks * this.#tick.units;
    const quote = { units: base.units * price, digits: base.digits + this.#tick.digits };
    return { base: toWholeText(base), quote: toWholeText(quote) };
  }

  /** Lots of the least order that the limits let rest at the lowest price. */
  #leastOf(instrument: Measured): bigint {
    const { quantity_min: least, notional_min: value } = instrument;
    const byQuantity = typeof least === "string" ? divide(toFixed(least), this.#lot) : 1n;
    if (typeof value !== "string") return atLeastOne(byQuantity);
    const lowest = this.#middleTicks - (this.#middleTicks / SPAN_PARTS) * 2n;
    const perLot = {
      units: atLeastOne(lowest) * this.#tick.units * this.#lot.units,
      digits: this.#tick.digits + this.#lot.digits,
    };
    const byValue = divide(toFixed(value), perLot) + 1n;
    return atLeastOne(byValue > byQuantity ? byValue : byQuantity);
  }
}

/** Of an instrument that never traded and has no reference. */
const PRICE_DEFAULT = "100";

function firstOf(level: unknown): unknown {
  return Array.isArray(level) ? level[0] : undefined;
}

function toFixed(text: string): Fixed {
  const [whole = "0", fraction = ""] = text.split(".");
  return { units: BigInt(whole + fraction), digits: fraction.length };
}

/** Rounded up. */
function divide(left: Fixed, right: Fixed): bigint {
  const digits = Math.max(left.digits, right.digits);
  const scale = ({ units, digits: own }: Fixed): bigint => units * 10n ** BigInt(digits - own);
  return (scale(left) + scale(right) - 1n) / scale(right);
}

function atLeastOne(value: bigint): bigint {
  return value < 1n ? 1n : value;
}

function toText({ units, digits }: Fixed): string {
  const text = units.toString().padStart(digits + 1, "0");
  return digits === 0 ? text : `${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

/** Rounded up to a whole number, which every currency takes. */
function toWholeText({ units, digits }: Fixed): string {
  const one = 10n ** BigInt(digits);
  return ((units + one - 1n) / one).toString();
}
