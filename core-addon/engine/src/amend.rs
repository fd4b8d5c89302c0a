//! Cancel and replace of one order.

use crate::account::{Found, OpenOrder};
use crate::book::Book;
use crate::change::{CancelReason, ChangeWriter, OrderCause, OrderStatus, OrderUpdate};
use crate::check::{
    ClientIdHashes, Refusal, check_client_id_form, check_limit_band, check_quantity_limits,
    check_value, limit_value,
};
use crate::command::{
    Command, FLAG_ADMIN, InstrumentState, Opcode, Side, TimeInForce, assigned_order_id,
};
use crate::generated::reject_code::RejectCode;
use crate::instrument::Instrument;
use crate::ladder::{LevelState, OrderIndex};
use crate::ledger::Delta;
use crate::matcher::freeze_at;
use crate::order::{OrderTerms, Place};
use crate::result_slot::Closed;
use crate::sequencer::{Accepted, Engine, write_level};
use crate::units::{AccountId, Amount, InstrumentId, OrderId, TICKS_MAX};

/// What a checked replace will do.
pub(crate) struct Amendment {
    pub order_id: OrderId,
    pub instrument: InstrumentId,
    pub index: OrderIndex,
    /// Whether the order trades at its new price.
    pub trades: bool,
    /// What it must hold when it does not.
    pub frozen: Amount,
}

/// What the cancel of one order moves.
struct Cancelled {
    side: Side,
    level: LevelState,
    delta: Delta,
    closed: Closed,
}

impl Engine {
    /// Executes `CancelOrder`. What it moves goes past the result slot.
    #[inline(never)]
    pub(crate) fn cancel(
        &mut self,
        command: &Command,
        changes: &mut ChangeWriter,
    ) -> Result<Accepted, RejectCode> {
        self.check_session(command)?;
        let found = self.find_order(command, command.order_id, command.text())?;
        let is_admin = command.has(FLAG_ADMIN);
        let instrument = self.instrument(found.instrument())?;
        if instrument.state == InstrumentState::Halted && !is_admin {
            return Err(RejectCode::TradingHalted);
        }
        let Found::Open(order) = found else { return Err(RejectCode::OrderAlreadyFinal) };
        let reason = if is_admin { CancelReason::Admin } else { CancelReason::ClientRequest };
        let Cancelled { side, level, delta, closed } = self.take_out(&order, reason, changes);
        write_level(closed.instrument, side, &level, changes);
        self.settle_delta(&delta, changes);
        self.keep_closed(&closed);
        Ok(self.accepted(order.order_id, order.place.instrument))
    }

    /// The account's order that a command names, by id or by client id.
    #[inline(always)]
    pub(crate) fn find_order(
        &self,
        command: &Command,
        order_id: OrderId,
        client_id: &[u8],
    ) -> Result<Found<'_>, RejectCode> {
        let account = command.account;
        let order_id = match order_id {
            0 if !self.accounts.exists(account) => return Err(RejectCode::OrderNotFound),
            0 => self.resolve_client_id(account, client_id).ok_or(RejectCode::OrderNotFound)?,
            order_id => order_id,
        };
        let found = self.find(account, order_id).ok_or(RejectCode::OrderNotFound)?;
        if command.instrument != 0 && command.instrument != found.instrument() {
            return Err(RejectCode::OrderNotFound);
        }
        Ok(found)
    }

    /// The account's order with this id, open or final and not expired.
    #[inline(always)]
    pub(crate) fn find(&self, account: AccountId, order_id: OrderId) -> Option<Found<'_>> {
        self.accounts.find(account, order_id, self.time_ns, &self.books)
    }

    /// The order a client id leads to: `ob-<n>` names order n, others are looked up.
    pub(crate) fn resolve_client_id(&self, account: AccountId, text: &[u8]) -> Option<OrderId> {
        if let Some(order_id) = assigned_order_id(text) {
            return Some(order_id);
        }
        let key = self.client_id_key(text);
        let found = self.accounts.find_client_id(account, key, self.time_ns)?;
        Some(found.order_id)
    }

    /// Cancels an open order into the result slot; the caller settles.
    pub(crate) fn cancel_open(
        &mut self,
        order: &OpenOrder,
        reason: CancelReason,
        changes: &mut ChangeWriter,
    ) {
        let Cancelled { side, level, delta, closed } = self.take_out(order, reason, changes);
        let Delta { account, currency, available, frozen } = delta;
        self.result.add_delta(account, currency, available, frozen);
        self.result.touch_level(closed.instrument, side, level.price);
        self.result.close(closed);
    }

    /// Takes an open order out of its book and writes that it is cancelled.
    #[inline(always)]
    fn take_out(
        &mut self,
        order: &OpenOrder,
        reason: CancelReason,
        changes: &mut ChangeWriter,
    ) -> Cancelled {
        let Place { instrument, index } = order.place;
        let position = instrument as usize - 1;
        let book = &mut self.books[position];
        let found = book.order(index);
        let (account, terms) = (found.account, &found.terms);
        let (side, currency) = (terms.side, self.instruments[position].frozen_currency(terms.side));
        let (available, frozen) = (terms.frozen, -terms.frozen);
        #[cfg(feature = "planted-bugs")]
        let available = match crate::EngineBug::CancelReleasesTwice.is_planted() {
            true if side == Side::Buy => available + terms.notional,
            _ => available,
        };
        let closed = Closed {
            order_id: order.order_id,
            account,
            instrument,
            index,
            status: OrderStatus::Cancelled,
            reason,
            filled: terms.filled,
        };
        changes.order_update(&OrderUpdate {
            status_after: OrderStatus::Cancelled,
            reason,
            cause: OrderCause::Cancel,
            leaves_after: 0,
            ..unchanged(instrument, book, index)
        });
        let level = book.unlink(index);
        Cancelled { side, level, delta: Delta { account, currency, available, frozen }, closed }
    }

    /// Executes `ReplaceOrder`.
    #[inline(never)]
    pub(crate) fn replace(
        &mut self,
        command: &Command,
        extension: Option<&Command>,
        changes: &mut ChangeWriter,
    ) -> Result<Accepted, RejectCode> {
        let mut client_id = None;
        match self.check_replace(command, extension, &mut client_id) {
            Ok(amendment) => {
                self.move_order(command, &amendment, changes);
                let order_id = amendment.order_id;
                if let Some(ClientIdHashes { key, content }) = client_id {
                    let (account, books) = (command.account, &mut self.books);
                    self.accounts.reserve_client_id(account, order_id, key, content, books);
                }
                Ok(self.accepted(order_id, amendment.instrument))
            }
            Err(Refusal::Duplicate(result)) => Ok(Accepted {
                result,
                instrument: self.instrument_of(command, result),
                is_duplicate: true,
            }),
            Err(Refusal::Reject(code)) => Err(code),
        }
    }

    fn instrument_of(&self, command: &Command, order_id: OrderId) -> u32 {
        self.find(command.account, order_id).map_or(0, |found| found.instrument())
    }

    /// Checks a replace. `client_id` gets the id to reserve, when the command has one.
    fn check_replace(
        &self,
        command: &Command,
        extension: Option<&Command>,
        client_id: &mut Option<ClientIdHashes>,
    ) -> Result<Amendment, Refusal> {
        self.check_session(command)?;
        let target = extension.map_or(&[][..], Command::text);
        let found = self.find_order(command, command.order_id, target)?;
        check_client_id_form(command)?;
        if !(1..TICKS_MAX).contains(&command.price) {
            return Err(RejectCode::PriceOutOfRange.into());
        }
        if !(1..TICKS_MAX).contains(&command.quantity) {
            return Err(RejectCode::QuantityOutOfRange.into());
        }
        let instrument = self.instrument(found.instrument())?;
        self.check_trading(instrument, command.account)?;
        let content = || {
            let (price, quantity) = (command.price as u64, command.quantity as u64);
            [Opcode::ReplaceOrder as u64, found.order_id(), price, quantity]
        };
        *client_id = self.check_client_id(command.account, command.text(), content)?;
        let Found::Open(order) = found else { return Err(RejectCode::OrderAlreadyFinal.into()) };
        let book = &self.books[instrument.id as usize - 1];
        let terms = &book.order(order.place.index).terms;
        if command.quantity <= terms.filled {
            return Err(RejectCode::ReplaceQuantityBelowFilled.into());
        }
        check_quantity_limits(command.quantity, instrument)?;
        check_value(limit_value(command.price, command.quantity, instrument), instrument)?;
        if command.price != terms.price {
            check_limit_band(terms.side, command.price, instrument)?;
        }
        let growth = command.quantity - terms.quantity;
        if terms.side == Side::Buy && growth > 0 {
            self.check_position(command.account, instrument, growth, false)?;
        }
        if client_id.is_some() {
            self.check_client_id_room(command.account)?;
        }
        let frozen = self.check_replace_funds(command, terms, instrument)?;
        let is_same_price = command.price == terms.price;
        let more = if is_same_price { growth } else { command.quantity - terms.filled };
        if !book.side(terms.side).has_room(command.price, more) {
            return Err(RejectCode::OrderTableFull.into());
        }
        let trades = book.would_trade(terms.side, command.price);
        if trades && terms.time_in_force == TimeInForce::PostOnly as u8 {
            return Err(RejectCode::PostOnlyWouldTrade.into());
        }
        let OpenOrder { order_id, place: Place { instrument, index } } = order;
        Ok(Amendment { order_id, instrument, index, trades, frozen })
    }

    #[inline(always)]
    fn check_replace_funds(
        &self,
        command: &Command,
        terms: &OrderTerms,
        instrument: &Instrument,
    ) -> Result<Amount, RejectCode> {
        let leaves = command.quantity - terms.filled;
        let needed = freeze_at(terms, command.price, leaves, instrument);
        let currency = instrument.frozen_currency(terms.side);
        let available = self.ledger.balance(command.account, currency).available;
        if needed - terms.frozen > available {
            return Err(RejectCode::AvailableBalanceInsufficient);
        }
        Ok(needed)
    }
}

/// An update of an open order in which nothing has moved yet.
#[inline(always)]
pub(crate) fn unchanged(
    instrument: InstrumentId,
    book: &Book,
    index: OrderIndex,
) -> OrderUpdate<'_> {
    let order = book.order(index);
    let terms = &order.terms;
    OrderUpdate {
        order_id: order.order_id,
        account: order.account,
        instrument,
        side: terms.side as u8,
        status_before: terms.open_status(),
        status_after: terms.open_status(),
        reason: CancelReason::None,
        cause: OrderCause::Replace,
        session: terms.session,
        price: terms.price,
        quantity: terms.quantity,
        filled_before: terms.filled,
        filled_after: terms.filled,
        leaves_before: order.leaves(),
        leaves_after: order.leaves(),
        cumulative_notional: terms.notional,
        fee: terms.fee,
        price_before: terms.price,
        quantity_before: terms.quantity,
        client_order_id: book.client_order_id(index),
        client_order_id_before: &[],
    }
}
