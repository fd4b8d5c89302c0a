//! Integers with a unit in their name, their bounds, and the arithmetic that must be exact.
//!
//! Nothing here rounds except where a function says so in its name.

/// Sequence of a command: dense from 1; 0 means none.
pub type Sequence = u64;
/// Nanoseconds since 1970 UTC, always whole microseconds.
pub type TimeNs = u64;
/// Dense from 1; 0 means none.
pub type AccountId = u32;
/// Dense from 1; 0 means none.
pub type InstrumentId = u32;
/// Dense from 1; 0 means none.
pub type CurrencyId = u32;
/// The sequence of the command that made the order.
pub type OrderId = u64;
/// The sequence of the command that opened the session; 0 means none.
pub type SessionId = u64;
/// Whole ticks, 1 to `TICKS_MAX`.
pub type Price = i64;
/// Whole lots, 1 to `TICKS_MAX`.
pub type Quantity = i64;
/// Whole 10^-scale units of a currency.
pub type Amount = i128;

/// Exclusive bound of prices and quantities: every one is exact as a JavaScript number.
pub const TICKS_MAX: i64 = 1 << 53;
/// Bound of the total supply of one currency, in units. A zero-sum ledger under this cap cannot
/// overflow an i128: the largest product formed is 2^96 × 10^6 < 2^116.
pub const SUPPLY_MAX: Amount = 1 << 96;
/// Fee rates and bands are in millionths.
pub const MILLION: i64 = 1_000_000;
/// Largest decimal scale of a currency.
pub const CURRENCY_SCALE_MAX: u8 = 18;

/// The account that fees are swept to.
pub const FEE_ACCOUNT: AccountId = 1;
/// The other leg of deposits and withdrawals; the only account that may be negative.
pub const EXTERNAL_ACCOUNT: AccountId = 2;

/// Divides by one million, rounding towards positive infinity.
///
/// Cost: one 64-bit multiplication when the value fits 64 bits, else an i128 division.
#[inline]
#[must_use]
pub fn ceil_millionths(value: i128) -> i128 {
    let million = MILLION as u64;
    if let Ok(small) = u64::try_from(value) {
        return i128::from(small.div_ceil(million));
    }
    if let Ok(small) = u64::try_from(-value) {
        return -i128::from(small / million);
    }
    let million = i128::from(MILLION);
    value.div_euclid(million) + i128::from(value.rem_euclid(million) != 0)
}

/// Notional of `quantity` lots at `price` ticks, or `None` above the supply limit.
///
/// `quote_per_tick_lot`: quote units of one tick times one lot, at least 1; none is negative.
#[inline]
#[must_use]
pub fn notional(price: Price, quantity: Quantity, quote_per_tick_lot: i64) -> Option<Amount> {
    // None of them is negative, which spares a multiplication each.
    let [price, quantity, unit] = [price, quantity, quote_per_tick_lot].map(|value| value as u64);
    let product = u128::from(price) * u128::from(quantity);
    let value = match u64::try_from(product) {
        Ok(small) => u128::from(small) * u128::from(unit),
        Err(_) => product.checked_mul(u128::from(unit))?,
    };
    (value <= SUPPLY_MAX as u128).then_some(value as Amount)
}

/// Splits an amount into its low and high 64 bits (two's complement).
#[inline]
#[must_use]
pub fn amount_words(amount: Amount) -> [u64; 2] {
    [amount as u64, (amount >> 64) as u64]
}

/// Joins what `amount_words` split.
#[inline]
#[must_use]
pub fn amount_from_words(words: [u64; 2]) -> Amount {
    ((u128::from(words[1]) << 64) | u128::from(words[0])) as i128
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ceil_millionths_rounds_up_on_both_sides_of_zero() {
        let rows: [(i128, i128); 12] = [
            (0, 0),
            (1, 1),
            (999_999, 1),
            (1_000_000, 1),
            (1_000_001, 2),
            (-1, 0),
            (-1_000_001, -1),
            (i128::from(u64::MAX), i128::from(u64::MAX / 1_000_000) + 1),
            (-i128::from(u64::MAX), -i128::from(u64::MAX / 1_000_000)),
            (-i128::from(u64::MAX) - 1, -i128::from(u64::MAX / 1_000_000)),
            (-SUPPLY_MAX * 1_000_000 - 1, -SUPPLY_MAX),
            (SUPPLY_MAX * 1_000_000 + 1, SUPPLY_MAX + 1),
        ];
        for (value, expected) in rows {
            assert_eq!(ceil_millionths(value), expected, "value={value}");
        }
    }

    #[test]
    fn amount_words_round_trip() {
        for amount in [0, 1, -1, SUPPLY_MAX, -SUPPLY_MAX, i128::from(u64::MAX) + 1] {
            assert_eq!(amount_from_words(amount_words(amount)), amount);
        }
    }

    #[test]
    fn notional_is_none_above_the_supply_limit() {
        assert_eq!(notional(TICKS_MAX - 1, 1, 1), Some(i128::from(TICKS_MAX) - 1));
        assert_eq!(notional(TICKS_MAX - 1, TICKS_MAX - 1, 1), None);
        assert_eq!(notional(TICKS_MAX - 1, TICKS_MAX - 1, i64::MAX), None);
    }
}
