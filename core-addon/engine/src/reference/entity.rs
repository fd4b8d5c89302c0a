//! What the venue knows of orders, instruments, accounts, currencies and sessions, and their
//! records.

use crate::change::{CancelReason, OrderImage, OrderStatus, OrderUpdate, byte_word, pair_word};
use crate::change::{ChangeType, Entity, OrderCause};
use crate::command::{AccountState, InstrumentState, NameKind, OrderType, Side, TimeInForce};
use crate::units::{
    AccountId, Amount, CurrencyId, InstrumentId, MILLION, OrderId, Price, Quantity, Sequence,
    SessionId, TICKS_MAX, TimeNs, amount_words, ceil_millionths,
};

use super::transaction::Record;

/// The bounds of the tables (`Configure`).
#[derive(Clone, Copy)]
pub(super) struct Capacity {
    pub accounts: u64,
    pub instruments: u64,
    pub currencies: u64,
    pub sessions: u64,
    /// Open orders per instrument.
    pub orders: u64,
    /// Final orders kept per account.
    pub retained: u64,
}

impl Capacity {
    /// What a venue starts with.
    pub const DEFAULT: Capacity = Capacity {
        accounts: 100_000,
        instruments: 1_024,
        currencies: 256,
        sessions: 10_000,
        orders: 1_048_576,
        retained: 65_536,
    };

    /// The largest that `Configure` accepts.
    pub const MOST: Capacity = Capacity {
        accounts: 1 << 24,
        instruments: 1 << 16,
        currencies: 1 << 12,
        sessions: 1 << 20,
        orders: 1 << 28,
        retained: 65_536,
    };
}

/// `available` and `frozen` of one account in one currency.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Balance {
    pub available: Amount,
    pub frozen: Amount,
}

#[derive(Clone)]
pub(super) struct Currency {
    pub code: Vec<u8>,
    pub scale: u8,
}

impl Currency {
    pub fn record(&self, id: CurrencyId, change: ChangeType) -> Record {
        let bytes = u32::from(self.scale) | (self.code.len() as u32) << 8;
        let fields = vec![pair_word(id, bytes)];
        Record { entity: Entity::Currency, change, fields, text: self.code.clone() }
    }
}

#[derive(Clone)]
pub(super) struct Account {
    pub name: Vec<u8>,
    pub state: AccountState,
}

impl Account {
    pub fn record(&self, id: AccountId, change: ChangeType) -> Record {
        let bytes = self.state as u32 | (self.name.len() as u32) << 8;
        let fields = vec![pair_word(id, bytes)];
        Record { entity: Entity::Account, change, fields, text: self.name.clone() }
    }
}

#[derive(Clone)]
pub(super) struct Session {
    pub account: AccountId,
    pub flags: u8,
    pub name: Vec<u8>,
    pub opened_at_ns: TimeNs,
}

impl Session {
    pub fn record(&self, id: SessionId, change: ChangeType) -> Record {
        let bytes = u32::from(self.flags) | (self.name.len() as u32) << 8;
        let fields = vec![id, pair_word(self.account, bytes), self.opened_at_ns];
        Record { entity: Entity::Session, change, fields, text: self.name.clone() }
    }
}

pub(super) fn alias_record(kind: NameKind, text: &[u8], target: u32, change: ChangeType) -> Record {
    let bytes = kind as u32 | (text.len() as u32) << 8;
    let fields = vec![pair_word(target, bytes)];
    Record { entity: Entity::Alias, change, fields, text: text.to_vec() }
}

#[derive(Clone)]
pub(super) struct Instrument {
    pub symbol: Vec<u8>,
    pub state: InstrumentState,
    pub base: CurrencyId,
    pub quote: CurrencyId,
    pub tick_mantissa: i64,
    pub tick_exponent: u8,
    /// Base units of one lot.
    pub lot: i64,
    /// Quote units of one tick times one lot: *k* of the rules.
    pub quote_per_tick_lot: i64,
    pub maker_rate: i32,
    pub taker_rate: i32,
    /// Limits of 0 are none.
    pub quantity_min: Quantity,
    pub quantity_max: Quantity,
    pub notional_min: Amount,
    pub order_value_max: Amount,
    pub open_orders_max: u64,
    pub position_max: Quantity,
    pub reference: Price,
    pub band: i64,
    pub band_both_sides: bool,
    pub fee_accumulator: Amount,
    pub next_trade_id: u64,
    pub last_price: Price,
    pub traded_since_clock: bool,
}

impl Instrument {
    /// Quote units of so many lots at this price; a product too large for an i128 reads as the
    /// largest.
    pub fn notional(&self, price: Price, quantity: Quantity) -> Amount {
        let lots_and_ticks = i128::from(price) * i128::from(quantity);
        lots_and_ticks.checked_mul(i128::from(self.quote_per_tick_lot)).unwrap_or(i128::MAX)
    }

    /// The currency that an order of this side freezes.
    pub fn freeze_currency(&self, side: Side) -> CurrencyId {
        if side == Side::Buy { self.quote } else { self.base }
    }

    /// Lowest and highest price inside the band, or none.
    pub fn band_prices(&self) -> Option<(Price, Price)> {
        if self.reference == 0 || self.band == 0 {
            return None;
        }
        let [reference, band] = [self.reference, self.band].map(i128::from);
        let million = i128::from(MILLION);
        let lower = ceil_millionths(reference * (million - band)).max(1);
        let upper = (reference * (million + band) / million).min(i128::from(TICKS_MAX - 1));
        Some((lower as Price, upper as Price))
    }

    /// The reference price that the next `Clock` sets, when it moves.
    pub fn reference_at_clock(&self) -> Option<Price> {
        let moves = self.traded_since_clock && self.band_prices().is_some();
        (moves && self.last_price != self.reference).then_some(self.last_price)
    }

    pub fn record(&self, id: InstrumentId, change: ChangeType) -> Record {
        let [notional_low, notional_high] = amount_words(self.notional_min);
        let [value_low, value_high] = amount_words(self.order_value_max);
        let [fee_low, fee_high] = amount_words(self.fee_accumulator);
        let length = self.symbol.len() as u8;
        let both_sides = u8::from(self.band_both_sides);
        let fields = vec![
            pair_word(id, self.state as u32),
            pair_word(self.base, self.quote),
            self.tick_mantissa as u64,
            byte_word([self.tick_exponent, length, both_sides, 0, 0, 0, 0, 0]),
            self.lot as u64,
            self.quote_per_tick_lot as u64,
            pair_word(self.maker_rate as u32, self.taker_rate as u32),
            self.quantity_min as u64,
            self.quantity_max as u64,
            notional_low,
            notional_high,
            value_low,
            value_high,
            self.open_orders_max,
            self.position_max as u64,
            self.reference as u64,
            self.band as u64,
            fee_low,
            fee_high,
            self.next_trade_id,
            self.last_price as u64,
        ];
        Record { entity: Entity::Instrument, change, fields, text: self.symbol.clone() }
    }
}

#[derive(Clone)]
pub(super) struct Order {
    pub id: OrderId,
    pub account: AccountId,
    pub instrument: InstrumentId,
    pub session: SessionId,
    pub side: Side,
    pub order_type: OrderType,
    pub time_in_force: TimeInForce,
    pub self_trade_prevention: u8,
    pub flags: u8,
    pub status: OrderStatus,
    pub reason: CancelReason,
    pub price: Price,
    /// The price that the freeze of a buy counts with: its own, or the upper band of a market buy.
    pub freeze_price: Price,
    /// 0 for a market buy by budget.
    pub quantity: Quantity,
    pub filled: Quantity,
    /// Budget of a market buy, otherwise 0.
    pub quote_quantity: Amount,
    pub cumulative_notional: Amount,
    /// Sum of notional × rate over all fills.
    pub notional_rate_sum: i128,
    pub maker_rate: i32,
    pub taker_rate: i32,
    pub created_at_ns: TimeNs,
    pub priority: Sequence,
    pub client_order_id: Vec<u8>,
}

impl Order {
    pub fn is_budget(&self) -> bool {
        self.quote_quantity != 0
    }

    pub fn leaves(&self) -> Quantity {
        if self.status.is_final() || self.is_budget() { 0 } else { self.quantity - self.filled }
    }

    /// Fee charged so far (`rules.md` 3.3).
    pub fn fee(&self) -> Amount {
        ceil_millionths(self.notional_rate_sum)
    }

    /// What the order holds now, in quote units for a buy, in base units for a sell (3.2, 3.4).
    pub fn frozen(&self, instrument: &Instrument) -> Amount {
        if self.status.is_final() {
            return 0;
        }
        if self.side == Side::Sell {
            return i128::from(self.leaves()) * i128::from(instrument.lot);
        }
        if self.is_budget() {
            return self.quote_quantity - self.cumulative_notional - self.fee();
        }
        let open = instrument.notional(self.freeze_price, self.leaves());
        let rate_max = i128::from(self.maker_rate.max(self.taker_rate));
        open + ceil_millionths(self.notional_rate_sum + open * rate_max) - self.fee()
    }

    pub fn image(&self) -> OrderImage<'_> {
        OrderImage {
            order_id: self.id,
            account: self.account,
            instrument: self.instrument,
            side: self.side as u8,
            order_type: self.order_type as u8,
            time_in_force: self.time_in_force as u8,
            status: self.status,
            reason: self.reason,
            self_trade_prevention: self.self_trade_prevention,
            flags: self.flags,
            code: 0,
            retained: false,
            session: self.session,
            price: self.price,
            quantity: self.quantity,
            filled: self.filled,
            leaves: self.leaves(),
            quote_quantity: self.quote_quantity,
            cumulative_notional: self.cumulative_notional,
            fee: self.fee(),
            maker_rate: self.maker_rate,
            taker_rate: self.taker_rate,
            created_at_ns: self.created_at_ns,
            priority: self.priority,
            client_order_id: &self.client_order_id,
        }
    }

    /// The update from `before` to this.
    pub fn update<'a>(&'a self, before: &'a Order, cause: OrderCause) -> OrderUpdate<'a> {
        let previous_id: &[u8] =
            if cause == OrderCause::Replace { &before.client_order_id } else { &[] };
        OrderUpdate {
            order_id: self.id,
            account: self.account,
            instrument: self.instrument,
            side: self.side as u8,
            status_before: before.status,
            status_after: self.status,
            reason: self.reason,
            cause,
            session: self.session,
            price: self.price,
            quantity: self.quantity,
            filled_before: before.filled,
            filled_after: self.filled,
            leaves_before: before.leaves(),
            leaves_after: self.leaves(),
            cumulative_notional: self.cumulative_notional,
            fee: self.fee(),
            price_before: before.price,
            quantity_before: before.quantity,
            client_order_id: &self.client_order_id,
            client_order_id_before: previous_id,
        }
    }
}
