//! Replace: new price and total quantity of one resting order (`rules.md` 4.6).

use super::check::{in_range, refuse_if};
use super::entity::Order;
use super::identity::{KnownOrder, replace_words};
use super::transaction::Transaction;
use super::{Answer, Outcome, Reference};
use crate::change::OrderCause;
use crate::command::{AccountState, Command, InstrumentState, Side, TimeInForce};
use crate::generated::reject_code::RejectCode;
use crate::units::AccountId;

impl Reference {
    /// `target_text`: the order's client id when the command has no order id.
    pub(super) fn replace_order(
        &mut self,
        command: &Command,
        target_text: &[u8],
        transaction: &mut Transaction,
    ) -> Answer {
        let account = command.account;
        let text = command.text();
        self.check_session(command.session, account)?;
        let known = self
            .find_order(account, command.instrument, command.order_id, target_text)
            .ok_or(RejectCode::OrderNotFound)?;
        Self::check_client_id_form(command)?;
        refuse_if(!in_range(command.price), RejectCode::PriceOutOfRange)?;
        refuse_if(!in_range(command.quantity), RejectCode::QuantityOutOfRange)?;
        let state = self.instrument(known.instrument).state;
        refuse_if(state != InstrumentState::Open, RejectCode::TradingClosed)?;
        refuse_if(self.is_suspended(account), RejectCode::AccountSuspended)?;
        let content = self.content(&replace_words(known.id, command));
        if let Some(duplicate) = self.check_client_id(account, text, content)? {
            return Ok(duplicate);
        }
        let before = self.open_order(&known)?;
        let after = self.replaced(&before, command);
        self.check_replaced(&before, &after, text)?;
        self.apply_replace(before, after, transaction);
        self.reserve_client_id(account, text, content, known.id);
        Ok(Outcome::done(known.id))
    }

    fn open_order(&self, known: &KnownOrder) -> Result<Order, RejectCode> {
        refuse_if(known.is_final, RejectCode::OrderAlreadyFinal)?;
        Ok(self.orders[&known.id].clone())
    }

    /// The order as the command wants it, before it meets the book.
    fn replaced(&self, before: &Order, command: &Command) -> Order {
        let mut after = before.clone();
        after.price = command.price;
        after.freeze_price = command.price;
        after.quantity = command.quantity;
        let keeps_place = after.price == before.price && after.quantity < before.quantity;
        if !keeps_place {
            after.priority = self.sequence;
        }
        if !command.text().is_empty() {
            after.client_order_id = command.text().to_vec();
        }
        after
    }

    fn check_replaced(&self, before: &Order, after: &Order, text: &[u8]) -> Result<(), RejectCode> {
        let instrument = self.instrument(before.instrument);
        let (account, side) = (before.account, before.side);
        let is_below = after.quantity <= before.filled;
        refuse_if(is_below, RejectCode::ReplaceQuantityBelowFilled)?;
        Self::check_quantity_limits(instrument, after.quantity)?;
        let value = Some(instrument.notional(after.price, after.quantity));
        Self::check_value_limits(instrument, value, value)?;
        if after.price != before.price {
            Self::check_band(instrument, side, after.price)?;
        }
        let growth = i128::from(after.quantity - before.quantity);
        let room = self.position_room(account, before.instrument);
        let is_beyond = side == Side::Buy && growth > 0 && room.is_some_and(|lots| growth > lots);
        refuse_if(is_beyond, RejectCode::PositionLimitExceeded)?;
        self.check_client_id_room(account, text)?;
        let needed = after.frozen(instrument) - before.frozen(instrument);
        let available = self.available(account, instrument, side);
        refuse_if(needed > available, RejectCode::AvailableBalanceInsufficient)?;
        self.check_level_room(after, before.id)?;
        let would_trade = after.time_in_force == TimeInForce::PostOnly
            && self.would_trade(before.instrument, side, after.price);
        refuse_if(would_trade, RejectCode::PostOnlyWouldTrade)
    }

    fn apply_replace(&mut self, before: Order, mut after: Order, transaction: &mut Transaction) {
        let instrument = self.instrument(before.instrument).clone();
        transaction.touch(before.instrument, before.side, before.price);
        self.orders.remove(&before.id);
        let more = after.frozen(&instrument) - before.frozen(&instrument);
        self.move_to_frozen(&before, &instrument, more);
        let ending = self.fill_all(&mut after, transaction);
        self.conclude(&mut after, ending, transaction);
        transaction.changes.order_update(&after.update(&before, OrderCause::Replace));
    }

    pub(super) fn is_suspended(&self, account: AccountId) -> bool {
        self.accounts[account as usize - 1].state == AccountState::Suspended
    }
}
