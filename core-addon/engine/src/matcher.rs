//! Order types and time in force turned into fills, at the resting order's price, in price-time
//! order.
//!
//! The matcher reads the book and the order, never an account: what it needs to know about money, a
//! budget or a freeze, comes with the order. What moves goes into the result slot.

use std::hint::select_unpredictable;

use crate::book::Book;
use crate::change::{CancelReason, ChangeWriter, OrderCause, OrderStatus, OrderUpdate, Trade};
use crate::command::Side;
use crate::instrument::Instrument;
use crate::ladder::{LevelIndex, NONE, OrderIndex};
use crate::order::{Order, OrderTerms};
use crate::result_slot::{Closed, ResultSlot};
use crate::units::{
    AccountId, Amount, InstrumentId, MILLION, OrderId, Price, Quantity, ceil_millionths,
};

/// An order while it takes liquidity.
pub struct Taker {
    pub order_id: OrderId,
    pub account: AccountId,
    /// Worst price it may trade at.
    pub limit: Price,
    /// Lots it still wants; for a budget order, lots it may still hold.
    pub leaves: Quantity,
    /// Notional that a budget still allows, in quote units.
    pub notional_left: Option<Amount>,
    pub terms: OrderTerms,
}

/// Why a taker stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// It wants no more lots.
    Filled,
    /// Nobody is left within its limit.
    NoCounterparty,
    /// Not one more lot at the next price fits its budget.
    BudgetSpent,
    /// The next order is its own account's.
    SelfTrade,
}

/// What an order of `side` with `leaves` lots open at `limit` must hold: quote units of a buy with
/// its fee (`rules.md` 3.2), base units of a sell. `rate` is the larger one; by `rounded_up`
/// millionths its fills have paid too much.
///
/// One formula: a sell is a buy at price 1 without a fee. Sides come at random, and to guess wrong
/// costs a processor more than to multiply.
#[inline(always)]
pub fn held(
    side: Side,
    limit: Price,
    leaves: Quantity,
    rate: i32,
    rounded_up: i64,
    instrument: &Instrument,
) -> Amount {
    let is_buy = side == Side::Buy;
    let unit = select_unpredictable(is_buy, instrument.quote_per_tick_lot, instrument.lot_size);
    let (price, rate) = (select_unpredictable(is_buy, limit, 1), i64::from(rate));
    // None of them is negative, which spares a multiplication each.
    let open = (u128::from(leaves as u64) * u128::from(price as u64)) * u128::from(unit as u64);
    // The fees of further fills, of which rounding up has already paid a part.
    let fee = ceil_millionths((open * u128::from(rate as u64)) as i128 - i128::from(rounded_up));
    open as Amount + select_unpredictable(is_buy, fee, 0)
}

/// What an order with `leaves` lots open at `limit` must hold.
#[inline(always)]
pub fn freeze_at(
    terms: &OrderTerms,
    limit: Price,
    leaves: Quantity,
    instrument: &Instrument,
) -> Amount {
    held(terms.side, limit, leaves, terms.rate_max(), terms.rounded_up(), instrument)
}

/// What an order with `leaves` lots open at its own price must hold.
#[inline]
pub fn freeze(terms: &OrderTerms, leaves: Quantity, instrument: &Instrument) -> Amount {
    freeze_at(terms, terms.price, leaves, instrument)
}

/// Charges one fill to an order and returns the fee of this fill: all its fills together are
/// rounded up once.
#[inline]
fn charge(terms: &mut OrderTerms, quantity: Quantity, notional: Amount, rate: i32) -> Amount {
    terms.filled += quantity;
    terms.notional += notional;
    let exact = notional * i128::from(rate) - i128::from(terms.rounded_up());
    #[cfg(feature = "planted-bugs")]
    let exact = match crate::EngineBug::FeePerFill.is_planted() {
        true => notional * i128::from(rate),
        false => exact,
    };
    let charged = ceil_millionths(exact);
    terms.set_rounded_up((charged * i128::from(MILLION) - exact) as i64);
    terms.fee += charged;
    charged
}

/// Whether a FOK order would fill whole: counts from the touch up to its limit, its quantity or the
/// first order of its own account.
pub fn can_fill(book: &Book, side: Side, limit: Price, quantity: Quantity, own: AccountId) -> bool {
    let mut missing = quantity;
    for index in book.iter(side.opposite()) {
        let order = book.order(index);
        let is_own = order.account == own;
        #[cfg(feature = "planted-bugs")]
        let is_own = is_own && !crate::EngineBug::FokCountsOwn.is_planted();
        if !is_within(side, order.terms.price, limit) || is_own {
            return false;
        }
        missing -= order.leaves();
        if missing <= 0 {
            return true;
        }
    }
    false
}

#[inline]
fn is_within(side: Side, price: Price, limit: Price) -> bool {
    match side {
        Side::Buy => price <= limit,
        Side::Sell => price >= limit,
    }
}

/// Fills `taker` from the opposite side until something stops it.
pub fn take(
    taker: &mut Taker,
    book: &mut Book,
    instrument: &mut Instrument,
    result: &mut ResultSlot,
    changes: &mut ChangeWriter,
) -> Stop {
    let makers = taker.terms.side.opposite();
    let k = i128::from(instrument.quote_per_tick_lot);
    loop {
        if taker.leaves == 0 && taker.notional_left.is_none() {
            return Stop::Filled;
        }
        let level = book.side(makers).best();
        if level == NONE {
            return Stop::NoCounterparty;
        }
        let price = book.side(makers).level(level).price;
        if !is_within(taker.terms.side, price, taker.limit) {
            return Stop::NoCounterparty;
        }
        let fits = match taker.notional_left {
            None => taker.leaves,
            Some(left) => {
                let lots = left / (i128::from(price) * k);
                if lots == 0 {
                    return Stop::BudgetSpent;
                }
                if taker.leaves == 0 {
                    // The position limit, while the budget would buy more.
                    return Stop::Filled;
                }
                lots.min(i128::from(taker.leaves)) as Quantity
            }
        };
        if !take_level(taker, level, fits, book, instrument, result, changes) {
            return Stop::SelfTrade;
        }
    }
}

/// Takes up to `fits` lots from one level. False when it met an order of the taker's own account.
fn take_level(
    taker: &mut Taker,
    level: LevelIndex,
    mut fits: Quantity,
    book: &mut Book,
    instrument: &mut Instrument,
    result: &mut ResultSlot,
    changes: &mut ChangeWriter,
) -> bool {
    let makers = taker.terms.side.opposite();
    let found = book.side(makers).level(level);
    let (price, mut index) = (found.price, found.head);
    let mut is_touched = false;
    while fits > 0 && index != NONE {
        let maker = book.order(index);
        let is_own = maker.account == taker.account;
        #[cfg(feature = "planted-bugs")]
        let is_own = is_own
            || (crate::EngineBug::SelfTradeBySlot.is_planted()
                && maker.account & 1023 == taker.account & 1023);
        if is_own {
            return false;
        }
        if !is_touched {
            is_touched = true;
            result.touch_level(instrument.id, makers, price);
        }
        let quantity = maker.leaves().min(fits);
        let next = maker.next;
        fill(taker, index, quantity, price, book, instrument, result, changes);
        fits -= quantity;
        index = next;
    }
    true
}

/// Charges a fill to the resting order and moves what it froze, paid and earned. Returns its fee.
#[inline]
fn fill_maker(
    maker: &mut Order,
    quantity: Quantity,
    notional: Amount,
    instrument: &Instrument,
    result: &mut ResultSlot,
) -> Amount {
    let terms = &mut maker.terms;
    let frozen_before = terms.frozen;
    let rate = terms.maker_rate;
    #[cfg(feature = "planted-bugs")]
    let rate =
        if crate::EngineBug::CurrentRate.is_planted() { instrument.maker_rate } else { rate };
    let fee = charge(terms, quantity, notional, rate);
    terms.frozen = freeze(terms, terms.quantity - terms.filled, instrument);
    let released = frozen_before - terms.frozen;
    let base = i128::from(quantity) * i128::from(instrument.lot_size);
    if terms.side == Side::Buy {
        let available = released - notional - fee;
        result.add_delta(maker.account, instrument.quote, available, -released);
        result.add_delta(maker.account, instrument.base, base, 0);
    } else {
        result.add_delta(maker.account, instrument.base, released - base, -released);
        result.add_delta(maker.account, instrument.quote, notional - fee, 0);
    }
    fee
}

/// The update of a resting order that was just charged for `quantity` lots.
#[inline(always)]
fn maker_update<'a>(
    maker: &Order,
    quantity: Quantity,
    instrument: InstrumentId,
    client_order_id: &'a [u8],
) -> OrderUpdate<'a> {
    let terms = &maker.terms;
    let (filled_before, leaves_after) = (terms.filled - quantity, maker.leaves());
    let open = OrderStatus::PartiallyFilled;
    OrderUpdate {
        order_id: maker.order_id,
        account: maker.account,
        instrument,
        side: terms.side as u8,
        status_before: if filled_before > 0 { open } else { OrderStatus::Pending },
        status_after: if leaves_after > 0 { open } else { OrderStatus::Filled },
        reason: CancelReason::None,
        cause: OrderCause::Fill,
        session: terms.session,
        price: terms.price,
        quantity: terms.quantity,
        filled_before,
        filled_after: terms.filled,
        leaves_before: leaves_after + quantity,
        leaves_after,
        cumulative_notional: terms.notional,
        fee: terms.fee,
        price_before: terms.price,
        quantity_before: terms.quantity,
        client_order_id,
        client_order_id_before: &[],
    }
}

/// One trade between the taker and the resting order at `index`.
fn fill(
    taker: &mut Taker,
    index: OrderIndex,
    quantity: Quantity,
    price: Price,
    book: &mut Book,
    instrument: &mut Instrument,
    result: &mut ResultSlot,
    changes: &mut ChangeWriter,
) {
    let notional =
        i128::from(price) * i128::from(quantity) * i128::from(instrument.quote_per_tick_lot);
    let taker_rate = taker.terms.taker_rate;
    let taker_fee = charge(&mut taker.terms, quantity, notional, taker_rate);
    taker.leaves -= quantity;
    if let Some(left) = &mut taker.notional_left {
        *left -= notional;
    }

    let maker = book.order_mut(index);
    let maker_fee = fill_maker(maker, quantity, notional, instrument, result);
    changes.trade(&Trade {
        trade_id: instrument.next_trade_id,
        instrument: instrument.id,
        taker_side: taker.terms.side as u8,
        taker_order: taker.order_id,
        maker_order: maker.order_id,
        taker_account: taker.account,
        maker_account: maker.account,
        price,
        quantity,
        notional,
        taker_fee,
        maker_fee,
    });
    let maker = book.order(index);
    let update = maker_update(maker, quantity, instrument.id, book.client_order_id(index));
    changes.order_update(&update);
    if update.leaves_after == 0 {
        result.close(Closed {
            order_id: update.order_id,
            account: update.account,
            instrument: update.instrument,
            index,
            status: update.status_after,
            reason: update.reason,
            filled: update.filled_after,
        });
        book.unlink_filled(index, quantity);
    } else {
        book.lower(index, quantity);
    }
    instrument.fee_accumulator += taker_fee + maker_fee;
    instrument.next_trade_id += 1;
    instrument.last_price = price;
    instrument.traded_since_clock = true;
}
