//! The account side of a new order: form, state, limits, funds. First failure wins, in the order of
//! the column `precedence` of `schemas/reject-codes.csv`. Nothing is changed here.

use crate::command::{
    AccountState, Command, FLAG_CANCEL_ON_DISCONNECT, InstrumentState, Opcode, OrderType,
    STP_DEFAULT, STP_EXPIRE_TAKER, Side, TimeInForce, is_id_text,
};
use crate::generated::reject_code::RejectCode;
use crate::hash::keyed_hash_words;
use crate::instrument::Instrument;
use crate::matcher::held;
use crate::sequencer::Engine;
use crate::units::{
    AccountId, Amount, EXTERNAL_ACCOUNT, FEE_ACCOUNT, MILLION, Price, Quantity, SUPPLY_MAX,
    TICKS_MAX, notional,
};

/// Hashes of a client order id and of what it asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ClientIdHashes {
    pub key: u128,
    pub content: u128,
}

/// Why a command is not executed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    Reject(RejectCode),
    /// It repeats the command that made or replaced this order.
    Duplicate(u64),
}

impl From<RejectCode> for Refusal {
    fn from(code: RejectCode) -> Refusal {
        Refusal::Reject(code)
    }
}

/// What a new order may do, once every check passed.
pub(crate) struct Admission {
    pub side: Side,
    pub client_id: Option<ClientIdHashes>,
    /// Worst price it may trade at.
    pub limit: Price,
    /// Lots it may take.
    pub leaves: Quantity,
    /// Notional that its budget allows.
    pub notional_left: Option<Amount>,
    /// What it freezes when it rests without a trade.
    pub frozen: Amount,
}

/// The fields of a new order whose form was checked.
struct Form {
    side: Side,
    is_limit: bool,
    is_budget: bool,
}

impl Engine {
    /// Checks a new order against everything but the book.
    pub(crate) fn check_new_order(&self, command: &Command) -> Result<Admission, Refusal> {
        self.check_session(command)?;
        let instrument = self.instrument(command.instrument)?;
        let form = check_form(command)?;
        self.check_trading(instrument, command.account)?;
        if command.account == FEE_ACCOUNT || command.account == EXTERNAL_ACCOUNT {
            return Err(RejectCode::AccountReserved.into());
        }
        let client_id =
            self.check_client_id(command.account, command.text(), || new_order_content(command))?;
        let value = order_value(command, &form, instrument);
        check_quantity(command.quantity, form.is_budget, instrument)?;
        check_value(value, instrument)?;
        check_band(command, &form, instrument)?;
        let may_rest = form.is_limit && rests(command.time_in_force);
        if may_rest {
            self.check_open_orders(command.account, instrument)?;
        }
        let mut leaves = if form.is_budget { i64::MAX } else { command.quantity };
        if form.side == Side::Buy {
            leaves = self.check_position(command.account, instrument, leaves, form.is_budget)?;
        }
        if client_id.is_some() {
            self.check_client_id_room(command.account)?;
        }
        let frozen = self.check_funds(command, &form, instrument)?;
        Ok(Admission {
            side: form.side,
            client_id,
            limit: limit_price(command, &form, instrument),
            leaves,
            notional_left: form.is_budget.then(|| budget_notional(command.amount(), instrument)),
            frozen,
        })
    }

    /// Refuses what the trading state or the account's state forbids.
    pub(crate) fn check_trading(
        &self,
        instrument: &Instrument,
        account: AccountId,
    ) -> Result<(), RejectCode> {
        if instrument.state != InstrumentState::Open {
            return Err(RejectCode::TradingClosed);
        }
        match self.accounts.state(account) {
            None => Err(RejectCode::AccountNotFound),
            Some(AccountState::Suspended) => Err(RejectCode::AccountSuspended),
            Some(AccountState::Active) => Ok(()),
        }
    }

    /// Looks a client order id up: none, free, a duplicate, or taken with other content.
    #[inline(always)]
    pub(crate) fn check_client_id<const N: usize>(
        &self,
        account: AccountId,
        text: &[u8],
        content: impl FnOnce() -> [u64; N],
    ) -> Result<Option<ClientIdHashes>, Refusal> {
        if text.is_empty() { Ok(None) } else { self.look_up_client_id(account, text, &content()) }
    }

    #[inline(never)]
    fn look_up_client_id(
        &self,
        account: AccountId,
        text: &[u8],
        content: &[u64],
    ) -> Result<Option<ClientIdHashes>, Refusal> {
        let key = self.client_id_key(text);
        let content = keyed_hash_words(self.hash_key, content);
        match self.accounts.find_client_id(account, key, self.time_ns) {
            None => Ok(Some(ClientIdHashes { key, content })),
            Some(found) if found.content == content => Err(Refusal::Duplicate(found.order_id)),
            Some(_) => Err(RejectCode::ClientOrderIdExists.into()),
        }
    }

    /// Refuses one more reserved client id above twice the number of final orders kept.
    pub(crate) fn check_client_id_room(&self, account: AccountId) -> Result<(), RejectCode> {
        let reserved = self.accounts.client_id_count(account);
        if reserved >= self.capacities.retained * 2 {
            return Err(RejectCode::ClientOrderIdTableFull);
        }
        Ok(())
    }

    fn check_open_orders(
        &self,
        account: AccountId,
        instrument: &Instrument,
    ) -> Result<(), RejectCode> {
        let open = self.accounts.open_count(account, instrument.id);
        if open >= instrument.limits.open_orders_max {
            return Err(RejectCode::OpenOrdersLimitReached);
        }
        Ok(())
    }

    /// Lots a buy may take under the position limit: `lots`, or for a budget order what is left.
    ///
    /// Cost: walks the account's open orders, only when the instrument has a position limit.
    pub(crate) fn check_position(
        &self,
        account: AccountId,
        instrument: &Instrument,
        lots: Quantity,
        is_budget: bool,
    ) -> Result<Quantity, RejectCode> {
        if instrument.limits.position_max == 0 {
            return Ok(lots);
        }
        let book = &self.books[instrument.id as usize - 1];
        let open_buys: i128 = self
            .accounts
            .open_orders(account, 0, &self.books)
            .filter(|order| order.place.instrument == instrument.id)
            .map(|order| book.order(order.place.index))
            .filter(|order| order.terms.side == Side::Buy)
            .map(|order| i128::from(order.leaves()))
            .sum();
        #[cfg(feature = "planted-bugs")]
        let open_buys = match crate::EngineBug::PositionWithoutBuys.is_planted() {
            true => 0,
            false => open_buys,
        };
        let held = self.ledger.balance(account, instrument.base);
        let lot = i128::from(instrument.lot_size);
        let room = i128::from(instrument.limits.position_max) * lot
            - (held.available + held.frozen)
            - open_buys * lot;
        let room_lots = room.div_euclid(lot);
        if room_lots < if is_budget { 1 } else { i128::from(lots) } {
            return Err(RejectCode::PositionLimitExceeded);
        }
        Ok(i64::try_from(room_lots).unwrap_or(i64::MAX).min(lots))
    }

    /// What an order needs, when the account has it.
    fn check_funds(
        &self,
        command: &Command,
        form: &Form,
        instrument: &Instrument,
    ) -> Result<Amount, RejectCode> {
        let currency = instrument.frozen_currency(form.side);
        let needed = if form.is_budget {
            command.amount()
        } else {
            let limit = limit_price(command, form, instrument);
            let rate = instrument.maker_rate.max(instrument.taker_rate);
            held(form.side, limit, command.quantity, rate, 0, instrument)
        };
        if needed > self.ledger.balance(command.account, currency).available {
            return Err(RejectCode::AvailableBalanceInsufficient);
        }
        Ok(needed)
    }
}

/// Whether an order of this time in force may rest.
pub(crate) fn rests(time_in_force: u8) -> bool {
    time_in_force == TimeInForce::Gtc as u8 || time_in_force == TimeInForce::PostOnly as u8
}

fn check_form(command: &Command) -> Result<Form, RejectCode> {
    let side = Side::from_byte(command.side).ok_or(RejectCode::SideInvalid)?;
    let is_market = command.order_type == OrderType::Market as u8;
    let is_limit = command.order_type == OrderType::Limit as u8;
    let amount = command.amount();
    if is_limit && command.price == 0 {
        return Err(RejectCode::PriceRequired);
    }
    if is_market && command.price != 0 {
        return Err(RejectCode::PriceForbidden);
    }
    let may_budget = is_market && side == Side::Buy;
    if (command.quantity == 0) == (amount == 0) || (amount != 0 && !may_budget) {
        return Err(RejectCode::QuantityRequired);
    }
    let known = 1..=TimeInForce::PostOnly as u8;
    let ioc = TimeInForce::Ioc as u8;
    if !known.contains(&command.time_in_force) || (is_market && command.time_in_force != ioc) {
        return Err(RejectCode::TimeInForceUnsupported);
    }
    if !is_limit && !is_market {
        return Err(RejectCode::OrderTypeUnsupported);
    }
    if ![STP_DEFAULT, STP_EXPIRE_TAKER].contains(&command.kind) {
        return Err(RejectCode::SelfTradePreventionUnsupported);
    }
    check_client_id_form(command)?;
    if is_limit && !(1..TICKS_MAX).contains(&command.price) {
        return Err(RejectCode::PriceOutOfRange);
    }
    let is_budget = amount != 0;
    if !is_budget && !(1..TICKS_MAX).contains(&command.quantity) {
        return Err(RejectCode::QuantityOutOfRange);
    }
    if is_budget && !(1..=SUPPLY_MAX).contains(&amount) {
        return Err(RejectCode::AmountOutOfRange);
    }
    Ok(Form { side, is_limit, is_budget })
}

/// Refuses a client order id of a bad form; an absent one is fine.
pub(crate) fn check_client_id_form(command: &Command) -> Result<(), RejectCode> {
    let text = command.text();
    let is_fine = command.text_length == 0
        || (usize::from(command.text_length) == text.len()
            && is_id_text(text)
            && !text.starts_with(b"ob-"));
    if is_fine { Ok(()) } else { Err(RejectCode::ClientOrderIdInvalid) }
}

/// What makes two new orders the same (`docs/commands.md`, Duplicates).
fn new_order_content(command: &Command) -> [u64; 7] {
    #[cfg(feature = "planted-bugs")]
    let command = &match crate::EngineBug::ContentWithoutBudget.is_planted() {
        true => command.with_amount(0),
        false => *command,
    };
    let flag = u64::from(command.flags & FLAG_CANCEL_ON_DISCONNECT);
    let prevention = match command.kind {
        STP_DEFAULT => STP_EXPIRE_TAKER,
        mode => mode,
    };
    let terms = u64::from(command.side)
        | u64::from(command.order_type) << 8
        | u64::from(command.time_in_force) << 16
        | u64::from(prevention) << 24
        | flag << 32;
    [
        Opcode::NewOrder as u64,
        u64::from(command.instrument),
        terms,
        command.price as u64,
        command.quantity as u64,
        command.amount[0],
        command.amount[1],
    ]
}

fn check_quantity(
    quantity: Quantity,
    is_budget: bool,
    instrument: &Instrument,
) -> Result<(), RejectCode> {
    if is_budget {
        return Ok(());
    }
    check_quantity_limits(quantity, instrument)
}

/// Refuses a total quantity outside the instrument's limits.
pub(crate) fn check_quantity_limits(
    quantity: Quantity,
    instrument: &Instrument,
) -> Result<(), RejectCode> {
    let limits = &instrument.limits;
    if quantity < limits.quantity_min {
        return Err(RejectCode::QuantityBelowMinimum);
    }
    if limits.quantity_max != 0 && quantity > limits.quantity_max {
        return Err(RejectCode::QuantityAboveMaximum);
    }
    Ok(())
}

/// Value of an order against the instrument's limits.
#[derive(Clone, Copy)]
pub(crate) enum OrderValue {
    /// Price × quantity or a budget: both limits apply.
    Stated(Amount),
    /// Quantity at the protection price: only the maximum applies.
    Protected(Amount),
    /// Above the supply limit.
    TooLarge,
    /// Not known before the order trades.
    Unknown,
}

/// Refuses a value outside the instrument's limits.
pub(crate) fn check_value(value: OrderValue, instrument: &Instrument) -> Result<(), RejectCode> {
    let limits = &instrument.limits;
    if let OrderValue::Stated(stated) = value
        && stated < limits.notional_min
    {
        return Err(RejectCode::NotionalBelowMinimum);
    }
    let is_above = match value {
        OrderValue::Stated(value) | OrderValue::Protected(value) => {
            limits.order_value_max != 0 && value > limits.order_value_max
        }
        OrderValue::TooLarge => true,
        OrderValue::Unknown => false,
    };
    if is_above { Err(RejectCode::OrderValueAboveMaximum) } else { Ok(()) }
}

/// Value of a limit order.
pub(crate) fn limit_value(price: Price, quantity: Quantity, instrument: &Instrument) -> OrderValue {
    notional(price, quantity, instrument.quote_per_tick_lot)
        .map_or(OrderValue::TooLarge, OrderValue::Stated)
}

fn order_value(command: &Command, form: &Form, instrument: &Instrument) -> OrderValue {
    if form.is_limit {
        return limit_value(command.price, command.quantity, instrument);
    }
    if form.is_budget {
        return OrderValue::Stated(command.amount());
    }
    match (form.side, instrument.band_range) {
        (Side::Buy, Some((_, upper))) => {
            notional(upper, command.quantity, instrument.quote_per_tick_lot)
                .map_or(OrderValue::TooLarge, OrderValue::Protected)
        }
        _ => OrderValue::Unknown,
    }
}

fn check_band(command: &Command, form: &Form, instrument: &Instrument) -> Result<(), RejectCode> {
    if form.is_limit {
        return check_limit_band(form.side, command.price, instrument);
    }
    if form.side == Side::Buy && !form.is_budget && instrument.band_range.is_none() {
        return Err(RejectCode::MarketProtectionUnavailable);
    }
    Ok(())
}

/// Refuses a limit price outside the band: the aggressive side, or both.
#[inline(always)]
pub(crate) fn check_limit_band(
    side: Side,
    price: Price,
    instrument: &Instrument,
) -> Result<(), RejectCode> {
    let Some((lower, upper)) = instrument.band_range else { return Ok(()) };
    let is_above = price > upper && (side == Side::Buy || instrument.both_sides);
    let is_below = price < lower && (side == Side::Sell || instrument.both_sides);
    if is_above || is_below { Err(RejectCode::PriceOutsideBand) } else { Ok(()) }
}

/// Worst price an order may trade at: its own, or the band's edge for a market order.
fn limit_price(command: &Command, form: &Form, instrument: &Instrument) -> Price {
    if form.is_limit {
        return command.price;
    }
    #[cfg(feature = "planted-bugs")]
    if form.side == Side::Sell && crate::EngineBug::SellBelowBand.is_planted() {
        return 0;
    }
    match (form.side, instrument.band_range) {
        (Side::Buy, Some((_, upper))) => upper,
        (Side::Sell, Some((lower, _))) => lower,
        (Side::Buy, None) => TICKS_MAX,
        (Side::Sell, None) => 0,
    }
}

/// Largest notional whose taker fee still fits the budget: N + ceil(N × rate / 10^6) ≤ B.
fn budget_notional(budget: Amount, instrument: &Instrument) -> Amount {
    let million = i128::from(MILLION);
    budget * million / (million + i128::from(instrument.taker_rate))
}
