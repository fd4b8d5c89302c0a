//! New orders: admitted, matched, and put into the book or ended.

use crate::book::Book;
use crate::change::{
    CancelReason, ChangeType, ChangeWriter, OrderCause, OrderImage, OrderStatus, OrderUpdate,
};
use crate::check::{Admission, Refusal, rests};
use crate::command::{
    Command, FLAG_CANCEL_ON_DISCONNECT, OrderType, STP_EXPIRE_TAKER, Side, TimeInForce,
};
use crate::generated::reject_code::RejectCode;
use crate::instrument::Instrument;
use crate::ladder::{NONE, OrderIndex};
use crate::ledger::Delta;
use crate::matcher::{Stop, Taker, can_fill, freeze, take};
use crate::order::{Order, OrderTerms, Papers, Place};
use crate::result_slot::{Closed, ResultSlot};
use crate::sequencer::{Accepted, Engine, write_level};
use crate::units::Quantity;

/// How an order stands after it was matched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Outcome {
    pub status: OrderStatus,
    pub reason: CancelReason,
}

/// An order's sums before matching, to know what matching added.
#[derive(Clone, Copy)]
pub(crate) struct Before {
    pub filled: Quantity,
    pub notional: i128,
    pub fee: i128,
    pub frozen: i128,
}

impl Before {
    /// Of a new order.
    pub const NOTHING: Before = Before { filled: 0, notional: 0, fee: 0, frozen: 0 };

    pub fn of(terms: &OrderTerms) -> Before {
        Before {
            filled: terms.filled,
            notional: terms.notional,
            fee: terms.fee,
            frozen: terms.frozen,
        }
    }
}

impl Engine {
    /// Executes `NewOrder`.
    #[inline(never)]
    pub(crate) fn place(
        &mut self,
        command: &Command,
        changes: &mut ChangeWriter,
    ) -> Result<Accepted, RejectCode> {
        match self.place_checked(command, changes) {
            Ok(()) => {
                self.reserve_id(command);
                Ok(self.accepted(self.sequence, command.instrument))
            }
            Err(Refusal::Duplicate(result)) => {
                Ok(Accepted { result, instrument: command.instrument, is_duplicate: true })
            }
            Err(Refusal::Reject(code)) => {
                changes.order_image(ChangeType::Created, &self.rejected_image(command, code));
                Err(code)
            }
        }
    }

    pub(crate) fn accepted(&self, result: u64, instrument: u32) -> Accepted {
        Accepted { result, instrument, is_duplicate: false }
    }

    fn place_checked(
        &mut self,
        command: &Command,
        changes: &mut ChangeWriter,
    ) -> Result<(), Refusal> {
        let admission = self.check_new_order(command)?;
        let position = command.instrument as usize - 1;
        let (book, instrument) = (&mut self.books[position], &mut self.instruments[position]);
        check_book(command, &admission, book, self.capacities.orders)?;

        let terms = new_terms(command, &admission, instrument);
        let image = terms.image(
            self.sequence,
            command.account,
            instrument.id,
            terms.quantity,
            command.amount(),
            self.sequence,
            self.time_ns,
            command.text(),
        );
        changes.order_image(ChangeType::Created, &image);
        self.reserved = admission.client_id;
        if rests(command.time_in_force) && !book.would_trade(admission.side, admission.limit) {
            self.rest(command, &admission, terms, changes);
        } else {
            self.match_new(command, &admission, terms, changes);
            self.settle(changes);
        }
        Ok(())
    }

    /// The common case: nothing trades, so the new order lies down behind the others of its price.
    /// What that moves, a level and a balance, goes past the result slot.
    fn rest(
        &mut self,
        command: &Command,
        admission: &Admission,
        terms: OrderTerms,
        changes: &mut ChangeWriter,
    ) {
        let Command { account, instrument, .. } = *command;
        let (position, frozen) = (instrument as usize - 1, admission.frozen);
        let mut order = Order::new(self.sequence, account, self.sequence, &terms);
        order.terms.frozen = frozen;
        let papers = Papers::new(self.time_ns);
        let (index, level) = self.books[position].add(&order, &papers, command.text());
        write_level(instrument, admission.side, &level, changes);
        let currency = self.instruments[position].frozen_currency(admission.side);
        self.settle_delta(&Delta { account, currency, available: -frozen, frozen }, changes);
        let place = Place { instrument, index };
        self.accounts.add_open(account, self.sequence, place, &mut self.books);
    }

    /// Matches a new order and puts what it moves into the result slot; the caller settles.
    #[inline(never)]
    fn match_new(
        &mut self,
        command: &Command,
        admission: &Admission,
        terms: OrderTerms,
        changes: &mut ChangeWriter,
    ) {
        let position = command.instrument as usize - 1;
        let (book, instrument) = (&mut self.books[position], &mut self.instruments[position]);
        let mut taker = Taker {
            order_id: self.sequence,
            account: command.account,
            limit: admission.limit,
            leaves: admission.leaves,
            notional_left: admission.notional_left,
            terms,
        };
        let is_fok = command.time_in_force == TimeInForce::Fok as u8;
        let killed =
            is_fok && !can_fill(book, admission.side, admission.limit, taker.leaves, taker.account);
        let outcome = if killed {
            Outcome { status: OrderStatus::Cancelled, reason: CancelReason::FillOrKill }
        } else {
            let stop = match book.would_trade(admission.side, admission.limit) {
                true => take(&mut taker, book, instrument, &mut self.result, changes),
                false => Stop::NoCounterparty,
            };
            outcome(&taker, stop, instrument)
        };
        let client_id = command.text();
        finish(&mut taker, outcome, client_id, instrument, &mut self.result, changes);
        if outcome.status.is_final() {
            self.result.close(closed(&taker, instrument, NONE, outcome));
        } else {
            let order = Order::new(taker.order_id, taker.account, self.sequence, &taker.terms);
            let (index, _) = book.add(&order, &Papers::new(self.time_ns), client_id);
            self.result.touch_level(instrument.id, admission.side, taker.terms.price);
            let place = Place { instrument: instrument.id, index };
            self.accounts.add_open(taker.account, taker.order_id, place, &mut self.books);
        }
    }

    /// Reserves the client id of the order the command made.
    fn reserve_id(&mut self, command: &Command) {
        if let Some(id) = self.reserved.take() {
            let (account, order_id) = (command.account, self.sequence);
            let books = &mut self.books;
            self.accounts.reserve_client_id(account, order_id, id.key, id.content, books);
        }
    }

    fn rejected_image<'a>(&self, command: &'a Command, code: RejectCode) -> OrderImage<'a> {
        OrderImage {
            order_id: self.sequence,
            account: command.account,
            instrument: command.instrument,
            side: command.side,
            order_type: command.order_type,
            time_in_force: command.time_in_force,
            status: OrderStatus::Rejected,
            reason: CancelReason::None,
            // The only one there is, whatever was asked for: readers have no word for another.
            self_trade_prevention: STP_EXPIRE_TAKER,
            flags: command.flags & FLAG_CANCEL_ON_DISCONNECT,
            code: code.number(),
            retained: false,
            session: command.session,
            price: command.price,
            quantity: command.quantity,
            filled: 0,
            leaves: 0,
            quote_quantity: command.amount(),
            cumulative_notional: 0,
            fee: 0,
            maker_rate: 0,
            taker_rate: 0,
            created_at_ns: self.time_ns,
            priority: 0,
            client_order_id: command.text(),
        }
    }
}

/// The book side of the checks.
fn check_book(
    command: &Command,
    admission: &Admission,
    book: &Book,
    orders_max: u32,
) -> Result<(), RejectCode> {
    let is_limit = command.order_type == OrderType::Limit as u8;
    if is_limit && rests(command.time_in_force) {
        let has_room = book.len() < orders_max as usize
            && book.side(admission.side).has_room(command.price, command.quantity);
        if !has_room {
            return Err(RejectCode::OrderTableFull);
        }
    }
    let is_post_only = command.time_in_force == TimeInForce::PostOnly as u8;
    if is_post_only && book.would_trade(admission.side, command.price) {
        return Err(RejectCode::PostOnlyWouldTrade);
    }
    Ok(())
}

fn new_terms(command: &Command, admission: &Admission, instrument: &Instrument) -> OrderTerms {
    let flags = command.flags & FLAG_CANCEL_ON_DISCONNECT;
    OrderTerms::new(
        admission.side,
        [command.order_type, command.time_in_force, STP_EXPIRE_TAKER, flags],
        command.price,
        command.quantity,
        command.session,
        [instrument.maker_rate, instrument.taker_rate],
    )
}

/// What becomes of an order that stopped.
pub(crate) fn outcome(taker: &Taker, stop: Stop, instrument: &Instrument) -> Outcome {
    let filled = Outcome { status: OrderStatus::Filled, reason: CancelReason::None };
    let cancelled = |reason| Outcome { status: OrderStatus::Cancelled, reason };
    let terms = &taker.terms;
    if stop == Stop::SelfTrade {
        return cancelled(CancelReason::SelfTradePrevention);
    }
    if let Some(left) = taker.notional_left {
        let is_spent =
            stop == Stop::BudgetSpent || left < i128::from(instrument.quote_per_tick_lot);
        if is_spent && terms.filled > 0 {
            return filled;
        }
        return cancelled(CancelReason::MarketRemainder);
    }
    if taker.leaves == 0 {
        return filled;
    }
    if terms.order_type == OrderType::Market as u8 {
        return cancelled(CancelReason::MarketRemainder);
    }
    if terms.time_in_force == TimeInForce::Ioc as u8 {
        return cancelled(CancelReason::ImmediateOrCancel);
    }
    Outcome { status: terms.open_status(), reason: CancelReason::None }
}

/// Freezes what a new order that rests must hold, moves what its fills cost and earned, and writes
/// its `Order Updated` when it traded or ended.
fn finish(
    taker: &mut Taker,
    outcome: Outcome,
    client_order_id: &[u8],
    instrument: &Instrument,
    result: &mut ResultSlot,
    changes: &mut ChangeWriter,
) {
    let terms = &mut taker.terms;
    let leaves = if outcome.status.is_final() { 0 } else { taker.leaves };
    terms.frozen = if leaves == 0 { 0 } else { freeze(terms, leaves, instrument) };
    #[cfg(feature = "planted-bugs")]
    if crate::EngineBug::ImprovementKept.is_planted() && leaves > 0 && terms.side == Side::Buy {
        let at_limit = i128::from(terms.price)
            * i128::from(terms.filled)
            * i128::from(instrument.quote_per_tick_lot);
        terms.frozen += at_limit - terms.notional;
    }
    move_amounts(taker.account, terms, &Before::NOTHING, instrument, result);
    let terms = &taker.terms;
    if terms.filled == 0 && !outcome.status.is_final() {
        return;
    }
    changes.order_update(&OrderUpdate {
        order_id: taker.order_id,
        account: taker.account,
        instrument: instrument.id,
        side: terms.side as u8,
        status_before: OrderStatus::Pending,
        status_after: outcome.status,
        reason: outcome.reason,
        cause: OrderCause::Fill,
        session: terms.session,
        price: terms.price,
        quantity: terms.quantity,
        filled_before: 0,
        filled_after: terms.filled,
        leaves_before: terms.quantity,
        leaves_after: leaves,
        cumulative_notional: terms.notional,
        fee: terms.fee,
        price_before: terms.price,
        quantity_before: terms.quantity,
        client_order_id,
        client_order_id_before: &[],
    });
}

/// Adds the deltas of an order's own account: its freeze and its fills since `before`.
pub(crate) fn move_amounts(
    account: u32,
    terms: &OrderTerms,
    before: &Before,
    instrument: &Instrument,
    result: &mut ResultSlot,
) {
    let frozen = terms.frozen - before.frozen;
    let notional = terms.notional - before.notional;
    let fee = terms.fee - before.fee;
    let base = i128::from(terms.filled - before.filled) * i128::from(instrument.lot_size);
    match terms.side {
        Side::Buy => {
            result.add_delta(account, instrument.quote, -frozen - notional - fee, frozen);
            result.add_delta(account, instrument.base, base, 0);
        }
        Side::Sell => {
            result.add_delta(account, instrument.base, -frozen - base, frozen);
            result.add_delta(account, instrument.quote, notional - fee, 0);
        }
    }
}

/// The end of an order, for its account. `index`: its position in the book, if it had one.
pub(crate) fn closed(
    taker: &Taker,
    instrument: &Instrument,
    index: OrderIndex,
    outcome: Outcome,
) -> Closed {
    Closed {
        index,
        order_id: taker.order_id,
        account: taker.account,
        instrument: instrument.id,
        status: outcome.status,
        reason: outcome.reason,
        filled: taker.terms.filled,
    }
}
