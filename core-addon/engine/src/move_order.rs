//! An accepted replace: the order goes to its new price and quantity and may trade on the way.

use std::hint::select_unpredictable;

use crate::amend::{Amendment, unchanged};
use crate::book::Book;
use crate::change::{ChangeWriter, OrderCause, OrderUpdate};
use crate::command::{Command, Side};
use crate::ladder::{LevelState, OrderIndex};
use crate::ledger::Delta;
use crate::matcher::{Taker, freeze, take};
use crate::place::{Before, closed, move_amounts, outcome};
use crate::sequencer::{Engine, level_change, write_level};
use crate::units::InstrumentId;

impl Engine {
    /// Moves the order of a checked replace and settles what came of it.
    #[inline]
    pub(crate) fn move_order(
        &mut self,
        command: &Command,
        amendment: &Amendment,
        changes: &mut ChangeWriter,
    ) {
        if amendment.trades {
            self.move_and_trade(command, amendment, changes);
            self.settle(changes);
        } else {
            self.move_resting(command, amendment, changes);
        }
    }

    /// The common case: nothing trades, so only price, quantity, freeze and place change. What that
    /// moves is known at once, one balance and two levels at most, and goes past the result slot.
    #[inline(never)]
    fn move_resting(
        &mut self,
        command: &Command,
        amendment: &Amendment,
        changes: &mut ChangeWriter,
    ) {
        let (account, instrument_id, index) =
            (command.account, amendment.instrument, amendment.index);
        let position = instrument_id as usize - 1;
        let (book, instrument) = (&mut self.books[position], &self.instruments[position]);
        let order = book.order(index);
        write_move(book, index, instrument_id, command, changes);
        let terms = &order.terms;
        let side = terms.side;
        let keeps_place = command.price == terms.price && command.quantity < terms.quantity;
        #[cfg(feature = "planted-bugs")]
        let keeps_place = keeps_place
            || (crate::EngineBug::GrowthKeepsPlace.is_planted() && command.price == terms.price);
        let released = terms.frozen - amendment.frozen;
        let currency = instrument.frozen_currency(side);
        if keeps_place {
            let level = book.lower(index, terms.quantity - command.quantity);
            write_level(instrument_id, side, &level, changes);
            let order = book.order_mut(index);
            order.terms.quantity = command.quantity;
            order.terms.frozen = amendment.frozen;
        } else {
            let levels = book.relocate(index, |order| {
                order.priority = self.sequence;
                order.terms.price = command.price;
                order.terms.quantity = command.quantity;
                order.terms.frozen = amendment.frozen;
            });
            write_two_levels(instrument_id, side, levels, changes);
        }
        book.set_client_order_id(index, command.text());
        if released != 0 {
            let (available, frozen) = (released, -released);
            self.settle_delta(&Delta { account, currency, available, frozen }, changes);
        }
    }

    #[inline(never)]
    fn move_and_trade(
        &mut self,
        command: &Command,
        amendment: &Amendment,
        changes: &mut ChangeWriter,
    ) {
        let position = amendment.instrument as usize - 1;
        let (book, instrument) = (&mut self.books[position], &mut self.instruments[position]);
        let order = book.order(amendment.index);
        let (old, leaves_before) = (order.terms, order.leaves());
        self.result.touch_level(amendment.instrument, old.side, old.price);
        let mut terms = old;
        terms.price = command.price;
        terms.quantity = command.quantity;
        let mut taker = Taker {
            order_id: amendment.order_id,
            account: command.account,
            limit: terms.price,
            leaves: command.quantity - old.filled,
            notional_left: None,
            terms,
        };
        book.unlink(amendment.index);
        let stop = take(&mut taker, book, instrument, &mut self.result, changes);
        let outcome = outcome(&taker, stop, instrument);
        let rests = !outcome.status.is_final();
        let leaves_after = if rests { taker.leaves } else { 0 };
        taker.terms.frozen = if rests { freeze(&taker.terms, leaves_after, instrument) } else { 0 };
        let before = Before::of(&old);
        move_amounts(command.account, &taker.terms, &before, instrument, &mut self.result);
        let client_order_id_before = book.client_order_id(amendment.index);
        changes.order_update(&OrderUpdate {
            status_after: outcome.status,
            reason: outcome.reason,
            cause: OrderCause::Replace,
            price: taker.terms.price,
            quantity: taker.terms.quantity,
            filled_after: taker.terms.filled,
            leaves_after,
            cumulative_notional: taker.terms.notional,
            fee: taker.terms.fee,
            client_order_id: match command.text() {
                [] => client_order_id_before,
                new => new,
            },
            client_order_id_before,
            leaves_before,
            ..unchanged(amendment.instrument, book, amendment.index)
        });
        book.set_client_order_id(amendment.index, command.text());
        if rests {
            let order = book.order_mut(amendment.index);
            order.terms = taker.terms;
            order.priority = self.sequence;
            book.link(amendment.index);
            self.result.touch_level(amendment.instrument, old.side, taker.terms.price);
        } else {
            self.result.close(closed(&taker, instrument, amendment.index, outcome));
        }
    }
}

/// Writes the update of an order that a replace moves without a trade; nothing has moved yet.
#[inline(always)]
fn write_move(
    book: &Book,
    index: OrderIndex,
    instrument: InstrumentId,
    command: &Command,
    changes: &mut ChangeWriter,
) {
    // Most orders have no client id, and then the record has one length.
    if command.text_length != 0 || book.order(index).is_named() {
        write_named_move(book, index, instrument, command, changes);
    } else {
        changes.order_update(&OrderUpdate {
            client_order_id: &[],
            ..moved(book, index, instrument, command)
        });
    }
}

#[inline(never)]
fn write_named_move(
    book: &Book,
    index: OrderIndex,
    instrument: InstrumentId,
    command: &Command,
    changes: &mut ChangeWriter,
) {
    let client_order_id_before = book.client_order_id(index);
    changes.order_update(&OrderUpdate {
        client_order_id: match command.text() {
            [] => client_order_id_before,
            new => new,
        },
        client_order_id_before,
        ..moved(book, index, instrument, command)
    });
}

/// The update of an order that gets the price and quantity of a replace.
#[inline(always)]
fn moved<'a>(
    book: &'a Book,
    index: OrderIndex,
    instrument: InstrumentId,
    command: &Command,
) -> OrderUpdate<'a> {
    OrderUpdate {
        price: command.price,
        quantity: command.quantity,
        leaves_after: command.quantity - book.order(index).terms.filled,
        ..unchanged(instrument, book, index)
    }
}

/// Writes the level that an order left and the one that it joined, from the touch outward, or the
/// one that both are.
#[inline]
fn write_two_levels(
    instrument: InstrumentId,
    side: Side,
    [left, joined]: [LevelState; 2],
    changes: &mut ChangeWriter,
) {
    if left.price != joined.price {
        let is_left_first = (left.price > joined.price) == (side == Side::Buy);
        let first = select_unpredictable(is_left_first, &left, &joined);
        let second = select_unpredictable(is_left_first, &joined, &left);
        changes.levels(instrument, side as u8, [level_change(first), level_change(second)]);
    } else {
        write_level(instrument, side, &joined, changes);
    }
}
