//! What one command moves, collected while it runs: amounts, levels, ended orders.
//!
//! The engine owns one and reuses it, so no command allocates once its largest size was seen.

use crate::change::{CancelReason, OrderStatus};
use crate::command::Side;
use crate::ladder::OrderIndex;
use crate::ledger::Delta;
use crate::units::{AccountId, Amount, CurrencyId, InstrumentId, OrderId, Price, Quantity};

/// A level that must be reported with its final state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TouchedLevel {
    pub instrument: InstrumentId,
    pub side: Side,
    pub price: Price,
}

impl TouchedLevel {
    /// Sort key: instrument, bids before asks, from the touch outward.
    fn order(&self) -> (InstrumentId, u8, Price) {
        let outward = if self.side == Side::Buy { -self.price } else { self.price };
        (self.instrument, self.side as u8, outward)
    }
}

/// How an order ended.
#[derive(Clone, Copy, Debug)]
pub struct Closed {
    pub order_id: OrderId,
    pub account: AccountId,
    pub instrument: InstrumentId,
    /// Its position in the book, which its account gives back; `NONE` when it never rested.
    pub index: OrderIndex,
    pub status: OrderStatus,
    pub reason: CancelReason,
    pub filled: Quantity,
}

/// The moves of one command.
#[derive(Default)]
pub struct ResultSlot {
    pub deltas: Vec<Delta>,
    pub levels: Vec<TouchedLevel>,
    pub closed: Vec<Closed>,
}

impl ResultSlot {
    pub fn clear(&mut self) {
        self.deltas.clear();
        self.levels.clear();
        self.closed.clear();
    }

    /// Adds what moves on one balance; nothing is nothing.
    #[inline]
    pub fn add_delta(
        &mut self,
        account: AccountId,
        currency: CurrencyId,
        available: Amount,
        frozen: Amount,
    ) {
        if available != 0 || frozen != 0 {
            self.deltas.push(Delta { account, currency, available, frozen });
        }
    }

    #[inline]
    pub fn touch_level(&mut self, instrument: InstrumentId, side: Side, price: Price) {
        self.levels.push(TouchedLevel { instrument, side, price });
    }

    #[inline]
    pub fn close(&mut self, order: Closed) {
        self.closed.push(order);
    }

    /// One delta per account and currency, ascending; those that move nothing are left out.
    #[inline]
    pub fn merge_deltas(&mut self) {
        if self.deltas.len() <= 1 {
            return;
        }
        sort_few(&mut self.deltas, |delta| (delta.account, delta.currency));
        self.deltas.dedup_by(|later, first| {
            let is_same = (later.account, later.currency) == (first.account, first.currency);
            if is_same {
                first.available += later.available;
                first.frozen += later.frozen;
            }
            is_same
        });
        self.deltas.retain(|delta| delta.available != 0 || delta.frozen != 0);
    }

    /// Each level once, in the order of the change log.
    #[inline]
    pub fn sort_levels(&mut self) {
        if self.levels.len() <= 1 {
            return;
        }
        sort_few(&mut self.levels, TouchedLevel::order);
        self.levels.dedup();
    }
}

/// Sorts, fast for the two to eight items of an ordinary command.
#[inline]
fn sort_few<T: Copy, K: Ord>(items: &mut [T], key: impl Fn(&T) -> K) {
    if items.len() > 8 {
        items.sort_unstable_by_key(key);
        return;
    }
    for end in 1..items.len() {
        let item = items[end];
        let mut at = end;
        while at > 0 && key(&item) < key(&items[at - 1]) {
            items[at] = items[at - 1];
            at -= 1;
        }
        items[at] = item;
    }
}
