//! Currencies, instruments, accounts, names, fees, limits, bands, states, the clock and the bounds:
//! all of them journaled commands, because each changes what later commands do.

use crate::book::Book;
use crate::change::{ChangeType, ChangeWriter, Entity};
use crate::command::{
    AccountState, Command, FLAG_BOTH_SIDES, InstrumentState, LimitKind, NameKind, Opcode,
};
use crate::currency::Currency;
use crate::generated::reject_code::RejectCode;
use crate::instrument::{
    Instrument, Limits, OPEN_ORDERS_MAX_DEFAULT, OPEN_ORDERS_MAX_LIMIT, quote_per_tick_lot,
};
use crate::name::{self, Name, Target};
use crate::request_id;
use crate::sequencer::{Accepted, Capacities, Engine};
use crate::units::{Amount, CURRENCY_SCALE_MAX, MILLION, SUPPLY_MAX, TICKS_MAX};

impl Engine {
    /// Checks of administration that come before the request id.
    pub(crate) fn check_administration(
        &self,
        opcode: Opcode,
        command: &Command,
        request_id: &[u8],
    ) -> Result<(), RejectCode> {
        self.check_target(opcode, command)?;
        request_id::check_form(command, request_id)?;
        self.check_values(opcode, command)?;
        let needs_account = opcode == Opcode::SetAccountState
            || (opcode == Opcode::SetAlias && command.kind == NameKind::Account as u8);
        if needs_account {
            return require(self.accounts.exists(command.account), RejectCode::AccountNotFound);
        }
        Ok(())
    }

    /// What the command names must exist (accounts and aliases are checked later: see
    /// `precedence`).
    fn check_target(&self, opcode: Opcode, command: &Command) -> Result<(), RejectCode> {
        match opcode {
            Opcode::SweepFees
            | Opcode::SetFees
            | Opcode::SetLimit
            | Opcode::SetBand
            | Opcode::SetInstrumentState => self.instrument(command.instrument).map(|_| ()),
            Opcode::SetAlias if command.kind == NameKind::Instrument as u8 => {
                self.instrument(command.instrument).map(|_| ())
            }
            Opcode::CreateInstrument => {
                let exists = |id: u32| id != 0 && id as usize <= self.currencies.len();
                let (base, quote) = (command.account, command.instrument);
                if !exists(base) || !exists(quote) || base == quote {
                    return Err(RejectCode::CurrencyNotFound);
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn find_alias(&self, command: &Command) -> Result<(NameKind, Name, u32), RejectCode> {
        let kind = name_kind(command.kind).ok_or(RejectCode::AliasNotFound)?;
        let name = Name::new(command.text()).ok_or(RejectCode::AliasNotFound)?;
        match self.names.find(kind, name) {
            Some(Target { id, is_alias: true }) => Ok((kind, name, id)),
            _ => Err(RejectCode::AliasNotFound),
        }
    }

    fn check_values(&self, opcode: Opcode, command: &Command) -> Result<(), RejectCode> {
        match opcode {
            Opcode::CreateCurrency => {
                Name::currency_code(command.text()).ok_or(RejectCode::NameInvalid)?;
                let scales = 0..=i64::from(CURRENCY_SCALE_MAX);
                require(scales.contains(&command.quantity), RejectCode::CurrencyScaleOutOfRange)
            }
            Opcode::CreateInstrument => {
                self.instrument_scale(command).ok_or(RejectCode::InstrumentScaleInexact)?;
                Name::new(command.text()).map(|_| ()).ok_or(RejectCode::NameInvalid)
            }
            Opcode::CreateAccount => {
                Name::new(command.text()).map(|_| ()).ok_or(RejectCode::NameInvalid)
            }
            Opcode::SetAlias => {
                name_kind(command.kind).ok_or(RejectCode::NameInvalid)?;
                Name::new(command.text()).map(|_| ()).ok_or(RejectCode::NameInvalid)
            }
            Opcode::SetFees => require(fees_are_valid(command), RejectCode::FeeRateInvalid),
            Opcode::SetLimit => require(limit_is_valid(command), RejectCode::LimitInvalid),
            Opcode::SetBand => {
                let is_valid = (0..TICKS_MAX).contains(&command.price)
                    && (0..MILLION).contains(&command.quantity);
                require(is_valid, RejectCode::BandInvalid)
            }
            Opcode::SetInstrumentState => {
                require(instrument_state(command.kind).is_some(), RejectCode::StateInvalid)
            }
            Opcode::SetAccountState => {
                require(account_state(command.kind).is_some(), RejectCode::StateInvalid)
            }
            _ => Ok(()),
        }
    }

    fn instrument_scale(&self, command: &Command) -> Option<i64> {
        let base = &self.currencies[command.account as usize - 1];
        let quote = &self.currencies[command.instrument as usize - 1];
        let (mantissa, lot) = (command.price, command.quantity);
        quote_per_tick_lot(mantissa, command.side, lot, base.scale, quote.scale)
    }

    /// Executes a checked command of administration and returns the id made or concerned.
    pub(crate) fn administer(
        &mut self,
        opcode: Opcode,
        command: &Command,
        changes: &mut ChangeWriter,
    ) -> Result<u64, RejectCode> {
        match opcode {
            Opcode::CreateCurrency => self.create_currency(command, changes),
            Opcode::CreateInstrument => self.create_instrument(command, changes),
            Opcode::CreateAccount => self.create_account(command, changes),
            Opcode::SetAlias => self.set_alias(command, changes),
            Opcode::RemoveAlias => {
                let (kind, name, id) = self.find_alias(command)?;
                self.names.remove_alias(kind, name);
                name::write_alias(ChangeType::Deleted, kind, id, &name, changes);
                Ok(u64::from(id))
            }
            Opcode::SetAccountState => {
                let state = account_state(command.kind).ok_or(RejectCode::StateInvalid)?;
                self.accounts.set_state(command.account, state);
                let account = self.accounts.image(command.account);
                account.write(ChangeType::Updated, changes);
                Ok(u64::from(command.account))
            }
            _ => self.set_instrument(opcode, command, changes),
        }
    }

    fn create_currency(
        &mut self,
        command: &Command,
        changes: &mut ChangeWriter,
    ) -> Result<u64, RejectCode> {
        let code = Name::currency_code(command.text()).ok_or(RejectCode::NameInvalid)?;
        self.check_free(NameKind::Currency, code)?;
        if self.currencies.len() >= self.capacities.currencies as usize {
            return Err(RejectCode::CurrencyTableFull);
        }
        let id = self.currencies.len() as u32 + 1;
        let currency = Currency { id, scale: command.quantity as u8, code };
        self.currencies.push(currency);
        self.ledger.add_currency(id);
        self.names.insert(NameKind::Currency, code, Target { id, is_alias: false });
        currency.write(ChangeType::Created, changes);
        Ok(u64::from(id))
    }

    fn create_instrument(
        &mut self,
        command: &Command,
        changes: &mut ChangeWriter,
    ) -> Result<u64, RejectCode> {
        let symbol = Name::new(command.text()).ok_or(RejectCode::NameInvalid)?;
        self.check_free(NameKind::Instrument, symbol)?;
        if self.instruments.len() >= self.capacities.instruments as usize {
            return Err(RejectCode::InstrumentTableFull);
        }
        let scale = self.instrument_scale(command).ok_or(RejectCode::InstrumentScaleInexact)?;
        let id = self.instruments.len() as u32 + 1;
        let instrument = Instrument {
            id,
            state: InstrumentState::Halted,
            base: command.account,
            quote: command.instrument,
            lot_size: command.quantity,
            quote_per_tick_lot: scale,
            maker_rate: 0,
            taker_rate: 0,
            limits: Limits { open_orders_max: OPEN_ORDERS_MAX_DEFAULT, ..Limits::default() },
            reference: 0,
            band: 0,
            band_range: None,
            both_sides: false,
            fee_accumulator: 0,
            next_trade_id: 1,
            last_price: 0,
            traded_since_clock: false,
            tick_mantissa: command.price,
            tick_exponent: command.side,
            symbol,
        };
        self.instruments.push(instrument);
        self.books.push(Book::new(id));
        self.names.insert(NameKind::Instrument, symbol, Target { id, is_alias: false });
        instrument.write(ChangeType::Created, changes);
        Ok(u64::from(id))
    }

    fn create_account(
        &mut self,
        command: &Command,
        changes: &mut ChangeWriter,
    ) -> Result<u64, RejectCode> {
        let name = Name::new(command.text()).ok_or(RejectCode::NameInvalid)?;
        self.check_free(NameKind::Account, name)?;
        if self.accounts.count() >= self.capacities.accounts {
            return Err(RejectCode::AccountTableFull);
        }
        let id = self.create_account_row(name);
        self.accounts.image(id).write(ChangeType::Created, changes);
        Ok(u64::from(id))
    }

    fn set_alias(
        &mut self,
        command: &Command,
        changes: &mut ChangeWriter,
    ) -> Result<u64, RejectCode> {
        let kind = name_kind(command.kind).ok_or(RejectCode::NameInvalid)?;
        let name = Name::new(command.text()).ok_or(RejectCode::NameInvalid)?;
        self.check_free(kind, name)?;
        if self.names.aliases_full() {
            return Err(RejectCode::AliasTableFull);
        }
        let id = if kind == NameKind::Instrument { command.instrument } else { command.account };
        self.names.insert(kind, name, Target { id, is_alias: true });
        name::write_alias(ChangeType::Created, kind, id, &name, changes);
        Ok(u64::from(id))
    }

    fn check_free(&self, kind: NameKind, name: Name) -> Result<(), RejectCode> {
        require(self.names.find(kind, name).is_none(), RejectCode::NameExists)
    }

    fn set_instrument(
        &mut self,
        opcode: Opcode,
        command: &Command,
        changes: &mut ChangeWriter,
    ) -> Result<u64, RejectCode> {
        let instrument = &mut self.instruments[command.instrument as usize - 1];
        match opcode {
            Opcode::SetFees => {
                instrument.maker_rate = command.price as i32;
                instrument.taker_rate = command.quantity as i32;
            }
            Opcode::SetLimit => set_limit(&mut instrument.limits, command),
            Opcode::SetBand => {
                instrument.set_band(command.price, command.quantity);
                instrument.both_sides = command.has(FLAG_BOTH_SIDES);
            }
            _ => {
                instrument.state =
                    instrument_state(command.kind).ok_or(RejectCode::StateInvalid)?;
            }
        }
        instrument.write(ChangeType::Updated, changes);
        Ok(u64::from(command.instrument))
    }

    /// Executes `Clock`.
    pub(crate) fn tick(&mut self, changes: &mut ChangeWriter) -> Result<Accepted, RejectCode> {
        changes.record(Entity::Clock, ChangeType::Updated, &[self.time_ns], &[]);
        for instrument in &mut self.instruments {
            if instrument.waits_for_clock() {
                instrument.set_band(instrument.last_price, instrument.band);
                instrument.traded_since_clock = false;
                instrument.write(ChangeType::Updated, changes);
            }
            instrument.traded_since_clock = false;
        }
        Ok(Accepted::default())
    }

    /// Executes `Configure`.
    pub(crate) fn configure(&mut self, command: &Command) -> Result<Accepted, RejectCode> {
        let asked = [
            u64::from(command.account),
            u64::from(command.instrument),
            command.price as u64,
            command.quantity as u64,
            command.order_id,
            command.session,
        ];
        let limit = Capacities::LIMIT.values();
        let within = asked.iter().zip(limit).all(|(asked, limit)| *asked <= u64::from(limit));
        require(within, RejectCode::CapacityInvalid)?;
        let mut values = self.capacities.values();
        for (value, asked) in values.iter_mut().zip(asked) {
            if asked != 0 {
                *value = asked as u32;
            }
        }
        self.capacities = Capacities::from_values(values);
        Ok(Accepted::default())
    }
}

impl Capacities {
    /// In the order of `Configure`.
    pub(crate) fn values(&self) -> [u32; 6] {
        [
            self.accounts,
            self.instruments,
            self.currencies,
            self.sessions,
            self.orders,
            self.retained,
        ]
    }

    pub(crate) fn from_values(values: [u32; 6]) -> Capacities {
        let [accounts, instruments, currencies, sessions, orders, retained] = values;
        Capacities { accounts, instruments, currencies, sessions, orders, retained }
    }
}

fn require(condition: bool, code: RejectCode) -> Result<(), RejectCode> {
    if condition { Ok(()) } else { Err(code) }
}

pub(crate) fn name_kind(kind: u8) -> Option<NameKind> {
    [NameKind::Instrument, NameKind::Account].into_iter().find(|known| *known as u8 == kind)
}

pub(crate) fn instrument_state(kind: u8) -> Option<InstrumentState> {
    use InstrumentState::{CancelOnly, Closed, Halted, Open};
    [Open, CancelOnly, Halted, Closed].into_iter().find(|state| *state as u8 == kind)
}

pub(crate) fn account_state(kind: u8) -> Option<AccountState> {
    [AccountState::Active, AccountState::Suspended].into_iter().find(|state| *state as u8 == kind)
}

fn fees_are_valid(command: &Command) -> bool {
    let (maker, taker) = (command.price, command.quantity);
    (-MILLION..=MILLION).contains(&maker) && (0..=MILLION).contains(&taker) && maker + taker >= 0
}

fn limit_is_valid(command: &Command) -> bool {
    let amount = command.amount();
    let lots = 0..i128::from(TICKS_MAX);
    match limit_kind(command.kind) {
        None => false,
        Some(LimitKind::NotionalMin | LimitKind::OrderValueMax) => {
            (0..=SUPPLY_MAX).contains(&amount)
        }
        Some(LimitKind::OpenOrdersMax) => (1..=OPEN_ORDERS_MAX_LIMIT).contains(&amount),
        Some(_) => lots.contains(&amount),
    }
}

fn limit_kind(kind: u8) -> Option<LimitKind> {
    use LimitKind::{
        NotionalMin, OpenOrdersMax, OrderValueMax, PositionMax, QuantityMax, QuantityMin,
    };
    [QuantityMin, QuantityMax, NotionalMin, OrderValueMax, OpenOrdersMax, PositionMax]
        .into_iter()
        .find(|known| *known as u8 == kind)
}

fn set_limit(limits: &mut Limits, command: &Command) {
    let amount: Amount = command.amount();
    match limit_kind(command.kind) {
        Some(LimitKind::QuantityMin) => limits.quantity_min = amount as i64,
        Some(LimitKind::QuantityMax) => limits.quantity_max = amount as i64,
        Some(LimitKind::NotionalMin) => limits.notional_min = amount,
        Some(LimitKind::OrderValueMax) => limits.order_value_max = amount,
        Some(LimitKind::OpenOrdersMax) => limits.open_orders_max = amount as u32,
        Some(LimitKind::PositionMax) => limits.position_max = amount as i64,
        None => unreachable!("limit_is_valid knows the kind"),
    }
}
