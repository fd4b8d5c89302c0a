// Decimals of a message ↔ whole ticks and lots, exactly. The usual number stays a safe integer all
// the way and no text is made; what is not usual goes through domain/decimal.ts.

import { formatPrice, formatQuantity, parsePrice, parseQuantity } from "../../../domain/decimal.ts";
import { type Parsed, RejectCode } from "../../../domain/reject.ts";
import { TICKS_MAX, toPrice, toQuantity } from "../../../domain/units.ts";
import type { Listing } from "../../../sessions/reference-data.ts";
import type { FixMessage } from "../wire/message.ts";
import type { FixDecimal } from "../wire/number.ts";
import type { FixWriter } from "../wire/writer.ts";

const PRICE = 44;
const ORDER_QUANTITY = 38;
/** Source: rules 1.3; what is longer is refused by the way on texts. */
const TEXT_LENGTH_MAX = 40;
/** Shifts beyond the table are left to the way on texts. */
const POWERS = Array.from({ length: 16 }, (_, exponent) => 10 ** exponent);

const scratch: FixDecimal = { mantissa: 0, scale: 0 };

/** How prices and quantities of one instrument are written, worked out once. */
export class Steps {
  readonly listing: Listing;
  /** NaN: the lot is beyond a safe integer. */
  readonly #lot: number;
  /** A lot with the decimals it needs. */
  readonly #lotMantissa: number;
  readonly #lotScale: number;
  /** Why the last `readPrice` or `readQuantity` has given NaN. */
  refusal: RejectCode = RejectCode.malformed_number;

  constructor(listing: Listing) {
    this.listing = listing;
    const { lotSize, baseScale } = listing.quantityFormat;
    const lot = Number(lotSize);
    this.#lot = Number.isSafeInteger(lot) ? lot : Number.NaN;
    let [mantissa, scale] = [this.#lot, baseScale];
    while (scale > 0 && mantissa % 10 === 0) {
      mantissa /= 10;
      scale -= 1;
    }
    this.#lotMantissa = mantissa;
    this.#lotScale = scale;
  }

  /** Price (44) in ticks; NaN: refused, see `refusal`. Order: the field is there. */
  readPrice(message: FixMessage): number {
    const { instrument } = this.listing;
    const { tickMantissa, tickExponent } = instrument;
    const off = RejectCode.price_not_tick_multiple;
    const ticks = readSteps(message, PRICE, tickMantissa, tickExponent);
    if (isCount(ticks)) return ticks;
    if (ticks === undefined) {
      return this.#orRefusal(parsePrice(message.text(PRICE) ?? "", instrument));
    }
    this.refusal = Number.isNaN(ticks) ? off : RejectCode.price_out_of_range;
    return Number.NaN;
  }

  /** OrderQty (38) in lots, as `readPrice`. */
  readQuantity(message: FixMessage): number {
    const { quantityFormat } = this.listing;
    const off = RejectCode.quantity_not_lot_multiple;
    const lots = readSteps(message, ORDER_QUANTITY, this.#lot, quantityFormat.baseScale);
    if (isCount(lots)) return lots;
    if (lots === undefined) {
      return this.#orRefusal(parseQuantity(message.text(ORDER_QUANTITY) ?? "", quantityFormat));
    }
    this.refusal = Number.isNaN(lots) ? off : RejectCode.quantity_out_of_range;
    return Number.NaN;
  }

  /** Writes ticks as a price. */
  writePrice(writer: FixWriter, tag: number, ticks: number): void {
    const { instrument } = this.listing;
    const mantissa = ticks * instrument.tickMantissa;
    if (Number.isSafeInteger(mantissa)) writer.decimal(tag, mantissa, instrument.tickExponent);
    else writer.text(tag, formatPrice(toPrice(ticks), instrument));
  }

  /** Writes lots as a quantity; nothing is `0`. */
  writeQuantity(writer: FixWriter, tag: number, lots: number): void {
    const mantissa = lots * this.#lotMantissa;
    if (lots === 0) writer.integer(tag, 0);
    else if (Number.isSafeInteger(mantissa)) writer.decimal(tag, mantissa, this.#lotScale);
    else writer.text(tag, formatQuantity(toQuantity(lots), this.listing.quantityFormat));
  }

  #orRefusal(parsed: Parsed<number>): number {
    if (parsed.ok) return parsed.value;
    this.refusal = parsed.reject;
    return Number.NaN;
  }
}

/**
 * The field as a number of `step` × 10^−`stepScale`. NaN: not a whole number of them; `undefined`:
 * too large to tell here, or no number.
 */
function readSteps(
  message: FixMessage,
  tag: number,
  step: number,
  stepScale: number,
): number | undefined {
  const index = message.find(tag);
  const isLong = (message.lengths[index] ?? 0) > TEXT_LENGTH_MAX;
  if (isLong || message.decimal(tag, scratch) !== "ok") return undefined;
  const shift = stepScale - scratch.scale;
  const numerator = scratch.mantissa * (POWERS[Math.max(shift, 0)] ?? Number.NaN);
  const denominator = step * (POWERS[Math.max(-shift, 0)] ?? Number.NaN);
  // Products of safe integers are exact when they are safe themselves; NaN is not.
  if (!Number.isSafeInteger(numerator) || !Number.isSafeInteger(denominator)) return undefined;
  return numerator % denominator === 0 ? numerator / denominator : Number.NaN;
}

function isCount(steps: number | undefined): steps is number {
  return steps !== undefined && steps >= 1 && steps < TICKS_MAX;
}

/** The steps of each instrument, made anew when its listing has changed. */
export class StepsByInstrument {
  readonly #byId = new Map<number, Steps>();

  of(listing: Listing): Steps {
    const id = listing.instrument.instrumentId;
    const known = this.#byId.get(id);
    if (known?.listing === listing) return known;
    const steps = new Steps(listing);
    this.#byId.set(id, steps);
    return steps;
  }
}
