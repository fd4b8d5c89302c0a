//! An accepted replace: the order goes to its new price and quantity and may trade on the way.

use crate::amend::{Amendment, unchanged};
use crate::change::{ChangeWriter, OrderCause, OrderUpdate};
use crate::command::{Command, Side};
use crate::matcher::{Taker, freeze, take};
use crate::place::{Before, closed, move_amounts, outcome};
use crate::sequencer::Engine;

impl Engine {
    /// Moves the order of a checked replace.
    pub(crate) fn move_order(
        &mut self,
        command: &Command,
        amendment: &Amendment,
        changes: &mut ChangeWriter,
    ) {
        let book = &self.books[amendment.order.instrument as usize - 1];
        let side = book.order(amendment.order.index).terms.side;
        if book.would_trade(side, command.price) {
            self.move_and_trade(command, amendment, changes);
        } else {
            self.move_resting(command, amendment, changes);
        }
    }

    /// The common case: nothing trades, so only price, quantity, freeze and place change.
    fn move_resting(
        &mut self,
        command: &Command,
        amendment: &Amendment,
        changes: &mut ChangeWriter,
    ) {
        let open = &amendment.order;
        let position = open.instrument as usize - 1;
        let (book, instrument) = (&mut self.books[position], &self.instruments[position]);
        let order = book.order(open.index);
        let terms = &order.terms;
        let (side, old_price, old_leaves) = (terms.side, terms.price, order.leaves);
        let leaves = command.quantity - terms.filled;
        let keeps_place = command.price == old_price && command.quantity < terms.quantity;
        #[cfg(feature = "planted-bugs")]
        let keeps_place = keeps_place
            || (crate::EngineBug::GrowthKeepsPlace.is_planted() && command.price == old_price);
        let released = terms.frozen - amendment.frozen;
        let currency = if side == Side::Buy { instrument.quote } else { instrument.base };
        self.result.add_delta(open.account, currency, released, -released);
        changes.order_update(&OrderUpdate {
            price: command.price,
            quantity: command.quantity,
            leaves_after: leaves,
            client_order_id: match command.text() {
                [] => order.client_order_id(),
                new => new,
            },
            client_order_id_before: order.client_order_id(),
            ..unchanged(open, order)
        });
        self.result.touch_level(open.instrument, side, old_price);
        if keeps_place {
            book.reduce(open.index, old_leaves - leaves);
        } else {
            book.unlink(open.index);
        }
        let order = book.order_mut(open.index);
        order.terms.price = command.price;
        order.terms.quantity = command.quantity;
        order.terms.frozen = amendment.frozen;
        if !keeps_place {
            order.terms.priority = self.sequence;
            order.leaves = leaves;
            book.link(open.index);
            self.result.touch_level(open.instrument, side, command.price);
        }
        book.set_client_order_id(open.index, command.text());
    }

    fn move_and_trade(
        &mut self,
        command: &Command,
        amendment: &Amendment,
        changes: &mut ChangeWriter,
    ) {
        let open = &amendment.order;
        let position = open.instrument as usize - 1;
        let (book, instrument) = (&mut self.books[position], &mut self.instruments[position]);
        let order = book.order(open.index);
        let (old, leaves_before) = (order.terms, order.leaves);
        self.result.touch_level(open.instrument, old.side, old.price);
        let mut terms = old;
        terms.price = command.price;
        terms.quantity = command.quantity;
        terms.priority = self.sequence;
        let mut taker = Taker {
            order_id: open.order_id,
            account: open.account,
            limit: terms.price,
            leaves: command.quantity - old.filled,
            notional_left: None,
            terms,
        };
        book.unlink(open.index);
        let stop = take(&mut taker, book, instrument, &mut self.result, changes);
        let outcome = outcome(&taker, stop, instrument);
        let rests = !outcome.status.is_final();
        let leaves_after = if rests { taker.leaves } else { 0 };
        taker.terms.frozen = if rests { freeze(&taker.terms, leaves_after, instrument) } else { 0 };
        let before = Before::of(&old);
        move_amounts(open.account, &taker.terms, &before, instrument, &mut self.result);
        let order = book.order(open.index);
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
                [] => order.client_order_id(),
                new => new,
            },
            client_order_id_before: order.client_order_id(),
            leaves_before,
            ..unchanged(open, order)
        });
        book.set_client_order_id(open.index, command.text());
        if rests {
            let order = book.order_mut(open.index);
            order.terms = taker.terms;
            order.leaves = leaves_after;
            book.link(open.index);
            self.result.touch_level(open.instrument, old.side, taker.terms.price);
        } else {
            book.release(open.index);
            self.result.close(closed(&taker, instrument, outcome));
        }
    }
}
