//! Instruments: scales, limits, band, fees, trading state.

use std::hint::select_unpredictable;

use crate::change::{ChangeType, ChangeWriter, Entity, byte_word, pair_word};
use crate::command::{InstrumentState, Side};
use crate::hash::{DigestKind, digest};
use crate::name::Name;
use crate::units::{
    Amount, CURRENCY_SCALE_MAX, CurrencyId, InstrumentId, MILLION, Price, Quantity, TICKS_MAX,
    amount_words,
};

/// Default of the most open orders of one account in one instrument (`rules.md` 4.11).
pub const OPEN_ORDERS_MAX_DEFAULT: u32 = 1_000;
/// Largest value of that limit: an account's orders are walked by mass cancels.
pub const OPEN_ORDERS_MAX_LIMIT: i128 = 1_000_000;
/// Largest tick exponent: 18 decimals of quote and 18 of base.
pub const TICK_EXPONENT_MAX: u8 = 36;

/// Limits of an instrument; 0 = none.
#[derive(Clone, Copy, Debug, Default)]
pub struct Limits {
    pub quantity_min: Quantity,
    pub quantity_max: Quantity,
    pub notional_min: Amount,
    pub order_value_max: Amount,
    pub open_orders_max: u32,
    pub position_max: Quantity,
}

/// One spot instrument.
#[derive(Clone, Copy, Debug)]
pub struct Instrument {
    pub id: InstrumentId,
    pub state: InstrumentState,
    pub base: CurrencyId,
    pub quote: CurrencyId,
    /// Base units of one lot.
    pub lot_size: i64,
    /// Quote units of one tick times one lot, *k* in the rules.
    pub quote_per_tick_lot: i64,
    pub maker_rate: i32,
    pub taker_rate: i32,
    pub limits: Limits,
    /// Reference price in ticks and band in millionths; 0 = none. Set by `set_band`.
    pub reference: Price,
    pub band: i64,
    /// Lowest and highest price inside the band, derived from both.
    pub band_range: Option<(Price, Price)>,
    pub both_sides: bool,
    /// Fees collected and not yet swept, in quote units; may be negative after a rebate rose.
    pub fee_accumulator: Amount,
    pub next_trade_id: u64,
    pub last_price: Price,
    pub traded_since_clock: bool,
    pub tick_mantissa: i64,
    pub tick_exponent: u8,
    pub symbol: Name,
}

/// Quote units of one tick times one lot, when that is a whole number of at least 1.
///
/// tick = mantissa × 10^−exponent quote per base; lot = lot_size × 10^−base_scale base.
pub fn quote_per_tick_lot(
    tick_mantissa: i64,
    tick_exponent: u8,
    lot_size: i64,
    base_scale: u8,
    quote_scale: u8,
) -> Option<i64> {
    debug_assert!(base_scale <= CURRENCY_SCALE_MAX && quote_scale <= CURRENCY_SCALE_MAX);
    let plausible = |value: i64| (1..TICKS_MAX).contains(&value);
    if !plausible(tick_mantissa) || !plausible(lot_size) || tick_exponent > TICK_EXPONENT_MAX {
        return None;
    }
    let product = i128::from(tick_mantissa) * i128::from(lot_size);
    let exponent = i32::from(quote_scale) - i32::from(tick_exponent) - i32::from(base_scale);
    let value = if exponent >= 0 {
        product.checked_mul(10_i128.pow(exponent.unsigned_abs()))?
    } else {
        let divisor = 10_i128.checked_pow(exponent.unsigned_abs())?;
        if product % divisor != 0 {
            return None;
        }
        product / divisor
    };
    i64::try_from(value).ok().filter(|value| *value >= 1)
}

impl Instrument {
    /// Sets reference price and band, and the prices inside it.
    pub fn set_band(&mut self, reference: Price, band: i64) {
        self.reference = reference;
        self.band = band;
        self.band_range = band_range(reference, band);
    }

    /// What an order of `side` freezes.
    #[inline]
    pub fn frozen_currency(&self, side: Side) -> CurrencyId {
        select_unpredictable(side == Side::Buy, self.quote, self.base)
    }

    /// Whether a `Clock` would move the reference price.
    pub fn waits_for_clock(&self) -> bool {
        self.traded_since_clock
            && self.reference != 0
            && self.band != 0
            && self.reference != self.last_price
    }

    /// Writes the full image.
    pub fn write(&self, change: ChangeType, changes: &mut ChangeWriter) {
        changes.record(Entity::Instrument, change, &self.words(), self.symbol.text());
    }

    fn words(&self) -> [u64; 21] {
        let limits = &self.limits;
        let [notional_low, notional_high] = amount_words(limits.notional_min);
        let [value_low, value_high] = amount_words(limits.order_value_max);
        let [fees_low, fees_high] = amount_words(self.fee_accumulator);
        let symbol_length = self.symbol.text().len() as u8;
        [
            pair_word(self.id, self.state as u32),
            pair_word(self.base, self.quote),
            self.tick_mantissa as u64,
            byte_word([self.tick_exponent, symbol_length, self.both_sides.into(), 0, 0, 0, 0, 0]),
            self.lot_size as u64,
            self.quote_per_tick_lot as u64,
            pair_word(self.maker_rate as u32, self.taker_rate as u32),
            limits.quantity_min as u64,
            limits.quantity_max as u64,
            notional_low,
            notional_high,
            value_low,
            value_high,
            u64::from(limits.open_orders_max),
            limits.position_max as u64,
            self.reference as u64,
            self.band as u64,
            fees_low,
            fees_high,
            self.next_trade_id,
            self.last_price as u64,
        ]
    }

    /// Digest of everything the instrument holds besides its book.
    pub fn digest(&self, scratch: &mut ChangeWriter) -> u64 {
        scratch.clear();
        self.write(ChangeType::Image, scratch);
        scratch.extend(&[u64::from(self.traded_since_clock)]);
        digest(DigestKind::Instrument, &scratch.words()[1..])
    }
}

/// Lowest and highest price inside a band, when there is one.
fn band_range(reference: Price, band: i64) -> Option<(Price, Price)> {
    if reference == 0 || band == 0 {
        return None;
    }
    let million = i128::from(MILLION);
    let lower = i128::from(reference) * i128::from(MILLION - band);
    let upper = i128::from(reference) * i128::from(MILLION + band) / million;
    let lower = (lower + million - 1) / million;
    let bound = i128::from(TICKS_MAX - 1);
    Some((lower.max(1) as Price, upper.min(bound) as Price))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn band_range_rounds_inwards_and_stays_within_prices() {
        // reference, millionths -> lowest, highest
        let rows = [
            (1_000, 100_000, Some((900, 1_100))),
            (999, 100_000, Some((900, 1_098))),
            (1, 999_999, Some((1, 1))),
            (TICKS_MAX - 1, 500_000, Some((4_503_599_627_370_496, TICKS_MAX - 1))),
            (0, 100_000, None),
            (1_000, 0, None),
        ];
        for (reference, band, expected) in rows {
            assert_eq!(band_range(reference, band), expected, "{reference} ± {band}");
        }
    }

    #[test]
    fn quote_per_tick_lot_is_exact_or_refused() {
        // mantissa, exponent, lot, base scale, quote scale -> k
        let rows = [
            (1, 2, 10_000, 9, 8, Some(10)), // tick 0.01, lot 0.00001 BTC: 1e-7 USDT = 10 units
            (1, 2, 100, 9, 8, None),        // 1e-9 USDT is below its scale
            (1, 0, 1, 0, 0, Some(1)),
            (5, 1, 1, 0, 0, None),
            (5, 1, 2, 0, 0, Some(1)),
            (0, 0, 1, 0, 0, None),
            (1, 0, 0, 0, 0, None),
            (1, 0, 1, 0, 18, Some(1_000_000_000_000_000_000)),
            (100, 0, 1, 0, 18, None),
            (1, 37, 1, 0, 18, None),
        ];
        for (mantissa, exponent, lot, base, quote, expected) in rows {
            let found = quote_per_tick_lot(mantissa, exponent, lot, base, quote);
            assert_eq!(found, expected, "{mantissa}e-{exponent} × {lot}");
        }
    }
}
