//! New orders: the checks in the order of `docs/commands.md`, then acceptance.

use super::check::{Check, in_range, refuse_if};
use super::entity::{Instrument, Order};
use super::identity::new_order_words;
use super::matching::Ending;
use super::transaction::Transaction;
use super::{Answer, Outcome, Reference};
use crate::change::{CancelReason, ChangeType, OrderCause, OrderImage, OrderStatus};
use crate::command::{
    Command, FLAG_CANCEL_ON_DISCONNECT, InstrumentState, OrderType, STP_DEFAULT, STP_EXPIRE_TAKER,
    Side, TimeInForce,
};
use crate::generated::reject_code::RejectCode;
use crate::units::SUPPLY_MAX;

/// What a new order asks for, once its form is known to be good.
struct Form {
    side: Side,
    order_type: OrderType,
    time_in_force: TimeInForce,
}

impl Form {
    fn may_rest(&self) -> bool {
        self.order_type == OrderType::Limit
            && matches!(self.time_in_force, TimeInForce::Gtc | TimeInForce::PostOnly)
    }
}

impl Reference {
    pub(super) fn new_order(&mut self, command: &Command, transaction: &mut Transaction) -> Answer {
        let answer = self.try_new_order(command, transaction);
        if let Err(code) = answer {
            transaction
                .changes
                .order_image(ChangeType::Created, &self.rejected_image(command, code));
        }
        answer
    }

    fn try_new_order(&mut self, command: &Command, transaction: &mut Transaction) -> Answer {
        let text = command.text();
        self.check_session(command.session, command.account)?;
        let exists = self.instrument_exists(command.instrument);
        refuse_if(!exists, RejectCode::InstrumentNotFound)?;
        let form = check_form(command)?;
        let instrument = self.instrument(command.instrument).clone();
        refuse_if(instrument.state != InstrumentState::Open, RejectCode::TradingClosed)?;
        self.check_trading_account(command)?;
        let words =
            new_order_words(command, STP_EXPIRE_TAKER, command.has(FLAG_CANCEL_ON_DISCONNECT));
        let content = self.content(&words);
        if let Some(duplicate) = self.check_client_id(command.account, text, content)? {
            return Ok(duplicate);
        }
        self.check_limits(command, &form, &instrument)?;
        self.check_client_id_room(command.account, text)?;
        let order = self.order_from(command, &form, &instrument);
        let available = self.available(order.account, &instrument, order.side);
        let needed = order.frozen(&instrument);
        refuse_if(needed > available, RejectCode::AvailableBalanceInsufficient)?;
        if form.may_rest() {
            let open = self.orders.values().filter(|open| open.instrument == order.instrument);
            let is_full = open.count() as u64 >= self.capacity.orders;
            refuse_if(is_full, RejectCode::OrderTableFull)?;
            self.check_level_room(&order, 0)?;
        }
        if form.time_in_force == TimeInForce::PostOnly {
            let trades = self.would_trade(order.instrument, order.side, order.price);
            refuse_if(trades, RejectCode::PostOnlyWouldTrade)?;
        }
        let id = order.id;
        self.accept(order, transaction);
        self.reserve_client_id(command.account, text, content, id);
        Ok(Outcome::done(id))
    }

    fn check_limits(&self, command: &Command, form: &Form, instrument: &Instrument) -> Check {
        let quantity = command.quantity;
        let is_budget = command.amount() != 0;
        let is_limit = form.order_type == OrderType::Limit;
        let band = instrument.band_prices();
        if !is_budget {
            Self::check_quantity_limits(instrument, quantity)?;
        }
        let value = match (is_limit, is_budget, form.side, band) {
            (true, ..) => Some(instrument.notional(command.price, quantity)),
            (_, true, ..) => Some(command.amount()),
            (_, _, Side::Buy, Some((_, upper))) => Some(instrument.notional(upper, quantity)),
            _ => None,
        };
        let least = if is_limit || is_budget { value } else { None };
        Self::check_value_limits(instrument, least, value)?;
        if is_limit {
            Self::check_band(instrument, form.side, command.price)?;
        }
        let is_unprotected = !is_limit && form.side == Side::Buy && !is_budget && band.is_none();
        refuse_if(is_unprotected, RejectCode::MarketProtectionUnavailable)?;
        if form.may_rest() {
            let open = self.open_orders(command.account, command.instrument).count() as u64;
            let is_full = open >= instrument.open_orders_max;
            refuse_if(is_full, RejectCode::OpenOrdersLimitReached)?;
        }
        let room = self.position_room(command.account, command.instrument);
        let least_lots = if is_budget { 1 } else { i128::from(quantity) };
        let is_beyond = form.side == Side::Buy && room.is_some_and(|lots| least_lots > lots);
        refuse_if(is_beyond, RejectCode::PositionLimitExceeded)
    }

    fn order_from(&self, command: &Command, form: &Form, instrument: &Instrument) -> Order {
        let upper = instrument.band_prices().map_or(0, |(_, upper)| upper);
        let is_limit = form.order_type == OrderType::Limit;
        Order {
            id: self.sequence,
            account: command.account,
            instrument: command.instrument,
            session: command.session,
            side: form.side,
            order_type: form.order_type,
            time_in_force: form.time_in_force,
            self_trade_prevention: STP_EXPIRE_TAKER,
            flags: u8::from(command.has(FLAG_CANCEL_ON_DISCONNECT)) * FLAG_CANCEL_ON_DISCONNECT,
            status: OrderStatus::Pending,
            reason: CancelReason::None,
            price: command.price,
            freeze_price: if is_limit { command.price } else { upper },
            quantity: command.quantity,
            filled: 0,
            quote_quantity: command.amount(),
            cumulative_notional: 0,
            notional_rate_sum: 0,
            maker_rate: instrument.maker_rate,
            taker_rate: instrument.taker_rate,
            created_at_ns: self.time_ns,
            priority: self.sequence,
            client_order_id: command.text().to_vec(),
        }
    }

    /// Created, fills, then what becomes of the rest.
    fn accept(&mut self, mut order: Order, transaction: &mut Transaction) {
        transaction.changes.order_image(ChangeType::Created, &order.image());
        let before = order.clone();
        let instrument = self.instrument(order.instrument).clone();
        self.move_to_frozen(&order, &instrument, order.frozen(&instrument));
        let ending = if order.time_in_force == TimeInForce::Fok && !self.can_fill_whole(&order) {
            Ending::Cancelled(CancelReason::FillOrKill)
        } else {
            self.fill_all(&mut order, transaction)
        };
        let is_moved = order.filled != 0 || ending != Ending::Rests;
        self.conclude(&mut order, ending, transaction);
        if is_moved {
            transaction.changes.order_update(&order.update(&before, OrderCause::Fill));
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
            self_trade_prevention: STP_EXPIRE_TAKER,
            flags: command.flags & FLAG_CANCEL_ON_DISCONNECT,
            code: code as u16,
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

/// The checks that need nothing but the record.
fn check_form(command: &Command) -> Result<Form, RejectCode> {
    let is_limit = command.order_type == OrderType::Limit as u8;
    let is_market = command.order_type == OrderType::Market as u8;
    let side = Side::from_byte(command.side).ok_or(RejectCode::SideInvalid)?;
    refuse_if(is_limit && command.price == 0, RejectCode::PriceRequired)?;
    refuse_if(is_market && command.price != 0, RejectCode::PriceForbidden)?;
    let has_quantity = command.quantity != 0;
    let has_budget = command.amount() != 0;
    let is_sized = if is_market && side == Side::Buy {
        has_quantity != has_budget
    } else {
        has_quantity && !has_budget
    };
    refuse_if(!is_sized, RejectCode::QuantityRequired)?;
    let time_in_force =
        [TimeInForce::Gtc, TimeInForce::Ioc, TimeInForce::Fok, TimeInForce::PostOnly]
            .into_iter()
            .find(|known| *known as u8 == command.time_in_force)
            .ok_or(RejectCode::TimeInForceUnsupported)?;
    let fits = !is_market || time_in_force == TimeInForce::Ioc;
    refuse_if(!fits, RejectCode::TimeInForceUnsupported)?;
    refuse_if(!is_limit && !is_market, RejectCode::OrderTypeUnsupported)?;
    let is_stp_known = [STP_DEFAULT, STP_EXPIRE_TAKER].contains(&command.kind);
    refuse_if(!is_stp_known, RejectCode::SelfTradePreventionUnsupported)?;
    Reference::check_client_id_form(command)?;
    refuse_if(is_limit && !in_range(command.price), RejectCode::PriceOutOfRange)?;
    refuse_if(has_quantity && !in_range(command.quantity), RejectCode::QuantityOutOfRange)?;
    let is_budget_good = !has_budget || (1..=SUPPLY_MAX).contains(&command.amount());
    refuse_if(!is_budget_good, RejectCode::AmountOutOfRange)?;
    let order_type = if is_limit { OrderType::Limit } else { OrderType::Market };
    Ok(Form { side, order_type, time_in_force })
}
