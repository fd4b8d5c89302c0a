//! Checks that new orders and replaces share, in the words of `docs/commands.md`.

use super::Reference;
use super::entity::{Instrument, Order};
use crate::command::{Command, Side};
use crate::generated::reject_code::RejectCode;
use crate::units::{
    AccountId, Amount, EXTERNAL_ACCOUNT, FEE_ACCOUNT, InstrumentId, OrderId, Price, Quantity,
    SUPPLY_MAX, SessionId, TICKS_MAX,
};

pub(super) type Check = Result<(), RejectCode>;

/// Refuses with `code` when `refused`.
pub(super) fn refuse_if(refused: bool, code: RejectCode) -> Check {
    if refused { Err(code) } else { Ok(()) }
}

/// Whether a price or quantity lies within 1 to 2^53−1.
pub(super) fn in_range(value: i64) -> bool {
    (1..TICKS_MAX).contains(&value)
}

/// Fees and external: they take no orders, deposits, withdrawals or transfers.
pub(super) fn is_reserved(account: AccountId) -> bool {
    account == FEE_ACCOUNT || account == EXTERNAL_ACCOUNT
}

impl Reference {
    /// A command may name no session, or an open one of its own account.
    pub(super) fn check_session(&self, session: SessionId, account: AccountId) -> Check {
        let known = self.sessions.get(&session).is_some_and(|open| open.account == account);
        refuse_if(session != 0 && !known, RejectCode::SessionNotFound)
    }

    pub(super) fn account_exists(&self, id: AccountId) -> bool {
        id >= 1 && id as usize <= self.accounts.len()
    }

    pub(super) fn instrument_exists(&self, id: InstrumentId) -> bool {
        id >= 1 && id as usize <= self.instruments.len()
    }

    pub(super) fn currency_exists(&self, id: u32) -> bool {
        id >= 1 && id as usize <= self.currencies.len()
    }

    pub(super) fn instrument(&self, id: InstrumentId) -> &Instrument {
        &self.instruments[id as usize - 1]
    }

    pub(super) fn check_quantity_limits(instrument: &Instrument, quantity: Quantity) -> Check {
        let is_small = instrument.quantity_min != 0 && quantity < instrument.quantity_min;
        let is_large = instrument.quantity_max != 0 && quantity > instrument.quantity_max;
        refuse_if(is_small, RejectCode::QuantityBelowMinimum)?;
        refuse_if(is_large, RejectCode::QuantityAboveMaximum)
    }

    /// `least`: what the minimum notional is compared with; `most`: what the maximum value is.
    /// None: not.
    pub(super) fn check_value_limits(
        instrument: &Instrument,
        least: Option<Amount>,
        most: Option<Amount>,
    ) -> Check {
        let is_small = least.is_some_and(|value| value < instrument.notional_min);
        let maximum = match instrument.order_value_max {
            0 => SUPPLY_MAX,
            limit => limit.min(SUPPLY_MAX),
        };
        let is_large = most.is_some_and(|value| value > maximum);
        refuse_if(is_small, RejectCode::NotionalBelowMinimum)?;
        refuse_if(is_large, RejectCode::OrderValueAboveMaximum)
    }

    /// The aggressive side is refused outside the band, the other one only when the instrument
    /// says so.
    pub(super) fn check_band(instrument: &Instrument, side: Side, price: Price) -> Check {
        let Some((lower, upper)) = instrument.band_prices() else {
            return Ok(());
        };
        let both = instrument.band_both_sides;
        let is_outside = match side {
            Side::Buy => price > upper || (both && price < lower),
            Side::Sell => price < lower || (both && price > upper),
        };
        refuse_if(is_outside, RejectCode::PriceOutsideBand)
    }

    /// Lots that the account may still buy under the position limit; none: no limit.
    pub(super) fn position_room(&self, account: AccountId, id: InstrumentId) -> Option<i128> {
        let instrument = self.instrument(id);
        if instrument.position_max == 0 {
            return None;
        }
        let balance = self.balances.get(&(account, instrument.base)).copied().unwrap_or_default();
        let lot = i128::from(instrument.lot);
        let open_buys: i128 = self
            .open_orders(account, id)
            .filter(|order| order.side == Side::Buy)
            .map(|order| i128::from(order.leaves()))
            .sum();
        let room = (i128::from(instrument.position_max) - open_buys) * lot
            - balance.available
            - balance.frozen;
        Some(room.div_euclid(lot))
    }

    pub(super) fn open_orders(
        &self,
        account: AccountId,
        instrument: InstrumentId,
    ) -> impl Iterator<Item = &Order> {
        self.orders
            .values()
            .filter(move |order| order.account == account && order.instrument == instrument)
    }

    /// Whether an order at this price would trade at once.
    pub(super) fn would_trade(&self, instrument: InstrumentId, side: Side, price: Price) -> bool {
        self.next_maker(instrument, side, Some(price)).is_some()
    }

    /// A level holds less than 2^53 lots, as an order does. `except`: an order that leaves its
    /// level.
    pub(super) fn check_level_room(&self, order: &Order, except: OrderId) -> Check {
        let at_level = self.orders.values().filter(|open| {
            (open.instrument, open.side, open.price) == (order.instrument, order.side, order.price)
                && open.id != except
        });
        let lots: i128 = at_level.map(|open| i128::from(open.leaves())).sum();
        let is_full = lots + i128::from(order.leaves()) >= i128::from(TICKS_MAX);
        refuse_if(is_full, RejectCode::OrderTableFull)
    }

    /// What is available in the currency that an order of this side freezes.
    pub(super) fn available(
        &self,
        account: AccountId,
        instrument: &Instrument,
        side: Side,
    ) -> Amount {
        let currency = instrument.freeze_currency(side);
        self.balances.get(&(account, currency)).map_or(0, |balance| balance.available)
    }

    /// Checks of a new order's account.
    pub(super) fn check_trading_account(&self, command: &Command) -> Check {
        let account = command.account;
        refuse_if(!self.account_exists(account), RejectCode::AccountNotFound)?;
        refuse_if(self.is_suspended(account), RejectCode::AccountSuspended)?;
        refuse_if(is_reserved(account), RejectCode::AccountReserved)
    }
}
