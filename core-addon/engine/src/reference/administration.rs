//! Currencies, instruments, accounts, names, capacity, time.

use super::check::{in_range, refuse_if};
use super::entity::{Account, Capacity, Currency, Instrument, alias_record};
use super::transaction::{Record, Transaction};
use super::{Answer, Outcome, Reference};
use crate::change::{ChangeType, Entity};
use crate::command::{AccountState, Command, InstrumentState, NameKind};
use crate::generated::reject_code::RejectCode;
use crate::units::CURRENCY_SCALE_MAX;

/// Most aliases.
const ALIASES_MAX: usize = 65_536;
/// Most decimals of a tick: those of a quote and of a base currency.
const TICK_EXPONENT_MAX: u8 = 36;
/// Open orders per account of an instrument whose limit was never set.
const OPEN_ORDERS_MAX_DEFAULT: u64 = 1_000;

/// Whether `text` may name an account or instrument.
fn is_name(text: &[u8]) -> bool {
    let is_good = |byte: &u8| byte.is_ascii_alphanumeric() || b"._-:/".contains(byte);
    (1..=32).contains(&text.len()) && text.iter().all(is_good)
}

fn is_currency_code(text: &[u8]) -> bool {
    let is_good = |byte: &u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
    (1..=12).contains(&text.len()) && text.iter().all(is_good)
}

/// *k*: quote units of one tick times one lot, when that is a whole number of at least 1.
fn quote_per_tick_lot(command: &Command, base: &Currency, quote: &Currency) -> Option<i64> {
    let (mantissa, lot) = (command.price, command.quantity);
    if !in_range(mantissa) || !in_range(lot) || command.side > TICK_EXPONENT_MAX {
        return None;
    }
    let product = i128::from(mantissa) * i128::from(lot);
    // Digits to move: the quote's scale less the tick's exponent and the base's scale.
    let shift = i32::from(quote.scale) - i32::from(command.side) - i32::from(base.scale);
    let power = 10_i128.checked_pow(shift.unsigned_abs())?;
    let value = if shift >= 0 {
        product.checked_mul(power)?
    } else if product % power == 0 {
        product / power
    } else {
        return None;
    };
    i64::try_from(value).ok()
}

impl Reference {
    pub(super) fn configure(&mut self, command: &Command) -> Answer {
        let most = Capacity::MOST;
        let capacity = &mut self.capacity;
        let rows = [
            (&mut capacity.accounts, i128::from(command.account), most.accounts),
            (&mut capacity.instruments, i128::from(command.instrument), most.instruments),
            (&mut capacity.currencies, i128::from(command.price), most.currencies),
            (&mut capacity.sessions, i128::from(command.quantity), most.sessions),
            (&mut capacity.orders, i128::from(command.order_id), most.orders),
            (&mut capacity.retained, i128::from(command.session), most.retained),
        ];
        let is_good = |(_, value, most): &(_, i128, u64)| (0..=i128::from(*most)).contains(value);
        refuse_if(!rows.iter().all(is_good), RejectCode::CapacityInvalid)?;
        for (field, value, _) in rows {
            if value != 0 {
                *field = value as u64;
            }
        }
        Ok(Outcome::done(0))
    }

    pub(super) fn clock(&mut self, transaction: &mut Transaction) -> Answer {
        transaction.push(Record {
            entity: Entity::Clock,
            change: ChangeType::Updated,
            fields: vec![self.time_ns],
            text: Vec::new(),
        });
        for (index, instrument) in self.instruments.iter_mut().enumerate() {
            let moved = instrument.reference_at_clock();
            instrument.traded_since_clock = false;
            if let Some(price) = moved {
                instrument.reference = price;
                transaction.push(instrument.record(index as u32 + 1, ChangeType::Updated));
            }
        }
        Ok(Outcome::done(0))
    }

    /// Whether something of this kind has this name, or is another's alias.
    fn is_name_taken(&self, kind: NameKind, text: &[u8]) -> bool {
        let is_first_name = match kind {
            NameKind::Instrument => self.instruments.iter().any(|known| known.symbol == text),
            NameKind::Account => self.accounts.iter().any(|known| known.name == text),
            NameKind::Currency => self.currencies.iter().any(|known| known.code == text),
        };
        is_first_name || self.aliases.contains_key(&(kind, text.to_vec()))
    }

    pub(super) fn create_currency(
        &mut self,
        command: &Command,
        request_id: &[u8],
        transaction: &mut Transaction,
    ) -> Answer {
        let code = command.text();
        let request = self.second_request(command, request_id);
        Self::check_request_form(&request)?;
        refuse_if(!is_currency_code(code), RejectCode::NameInvalid)?;
        let is_scale_good = (0..=i64::from(CURRENCY_SCALE_MAX)).contains(&command.quantity);
        refuse_if(!is_scale_good, RejectCode::CurrencyScaleOutOfRange)?;
        if let Some(duplicate) = self.check_request(&request)? {
            return Ok(duplicate);
        }
        refuse_if(self.is_name_taken(NameKind::Currency, code), RejectCode::NameExists)?;
        let is_full = self.currencies.len() as u64 >= self.capacity.currencies;
        refuse_if(is_full, RejectCode::CurrencyTableFull)?;
        let currency = Currency { code: code.to_vec(), scale: command.quantity as u8 };
        let id = self.currencies.len() as u32 + 1;
        transaction.push(currency.record(id, ChangeType::Created));
        self.currencies.push(currency);
        Ok(self.accept_request(&request, u64::from(id)))
    }

    pub(super) fn create_instrument(
        &mut self,
        command: &Command,
        request_id: &[u8],
        transaction: &mut Transaction,
    ) -> Answer {
        let (base, quote, symbol) = (command.account, command.instrument, command.text());
        let request = self.second_request(command, request_id);
        let are_two = self.currency_exists(base) && self.currency_exists(quote) && base != quote;
        refuse_if(!are_two, RejectCode::CurrencyNotFound)?;
        Self::check_request_form(&request)?;
        let currencies = [base, quote].map(|id| &self.currencies[id as usize - 1]);
        let factor = quote_per_tick_lot(command, currencies[0], currencies[1])
            .ok_or(RejectCode::InstrumentScaleInexact)?;
        refuse_if(!is_name(symbol), RejectCode::NameInvalid)?;
        if let Some(duplicate) = self.check_request(&request)? {
            return Ok(duplicate);
        }
        refuse_if(self.is_name_taken(NameKind::Instrument, symbol), RejectCode::NameExists)?;
        let is_full = self.instruments.len() as u64 >= self.capacity.instruments;
        refuse_if(is_full, RejectCode::InstrumentTableFull)?;
        let instrument = new_instrument(command, factor);
        let id = self.instruments.len() as u32 + 1;
        transaction.push(instrument.record(id, ChangeType::Created));
        self.instruments.push(instrument);
        Ok(self.accept_request(&request, u64::from(id)))
    }

    pub(super) fn create_account(
        &mut self,
        command: &Command,
        request_id: &[u8],
        transaction: &mut Transaction,
    ) -> Answer {
        let name = command.text();
        let request = self.second_request(command, request_id);
        Self::check_request_form(&request)?;
        refuse_if(!is_name(name), RejectCode::NameInvalid)?;
        if let Some(duplicate) = self.check_request(&request)? {
            return Ok(duplicate);
        }
        refuse_if(self.is_name_taken(NameKind::Account, name), RejectCode::NameExists)?;
        let is_full = self.accounts.len() as u64 >= self.capacity.accounts;
        refuse_if(is_full, RejectCode::AccountTableFull)?;
        let account = Account { name: name.to_vec(), state: AccountState::Active };
        let id = self.accounts.len() as u32 + 1;
        transaction.push(account.record(id, ChangeType::Created));
        self.accounts.push(account);
        Ok(self.accept_request(&request, u64::from(id)))
    }

    pub(super) fn set_alias(
        &mut self,
        command: &Command,
        request_id: &[u8],
        transaction: &mut Transaction,
    ) -> Answer {
        let text = command.text();
        let request = self.second_request(command, request_id);
        let kind = alias_kind(command.kind);
        if kind == Some(NameKind::Instrument) {
            let exists = self.instrument_exists(command.instrument);
            refuse_if(!exists, RejectCode::InstrumentNotFound)?;
        }
        Self::check_request_form(&request)?;
        refuse_if(kind.is_none() || !is_name(text), RejectCode::NameInvalid)?;
        let kind = kind.expect("refused above");
        let mut target = command.instrument;
        if kind == NameKind::Account {
            target = command.account;
            refuse_if(!self.account_exists(target), RejectCode::AccountNotFound)?;
        }
        if let Some(duplicate) = self.check_request(&request)? {
            return Ok(duplicate);
        }
        refuse_if(self.is_name_taken(kind, text), RejectCode::NameExists)?;
        refuse_if(self.aliases.len() >= ALIASES_MAX, RejectCode::AliasTableFull)?;
        self.aliases.insert((kind, text.to_vec()), target);
        transaction.push(alias_record(kind, text, target, ChangeType::Created));
        Ok(self.accept_request(&request, u64::from(target)))
    }

    pub(super) fn remove_alias(
        &mut self,
        command: &Command,
        request_id: &[u8],
        transaction: &mut Transaction,
    ) -> Answer {
        let text = command.text();
        let request = self.second_request(command, request_id);
        Self::check_request_form(&request)?;
        if let Some(duplicate) = self.check_request(&request)? {
            return Ok(duplicate);
        }
        let kind = alias_kind(command.kind).ok_or(RejectCode::AliasNotFound)?;
        let alias = (kind, text.to_vec());
        let target = *self.aliases.get(&alias).ok_or(RejectCode::AliasNotFound)?;
        self.aliases.remove(&alias);
        transaction.push(alias_record(kind, text, target, ChangeType::Deleted));
        Ok(self.accept_request(&request, u64::from(target)))
    }

    pub(super) fn set_account_state(
        &mut self,
        command: &Command,
        request_id: &[u8],
        transaction: &mut Transaction,
    ) -> Answer {
        let request = self.second_request(command, request_id);
        Self::check_request_form(&request)?;
        let state = match command.kind {
            1 => AccountState::Active,
            2 => AccountState::Suspended,
            _ => return Err(RejectCode::StateInvalid),
        };
        let id = command.account;
        refuse_if(!self.account_exists(id), RejectCode::AccountNotFound)?;
        if let Some(duplicate) = self.check_request(&request)? {
            return Ok(duplicate);
        }
        let account = &mut self.accounts[id as usize - 1];
        account.state = state;
        transaction.push(account.record(id, ChangeType::Updated));
        Ok(self.accept_request(&request, u64::from(id)))
    }
}

fn alias_kind(byte: u8) -> Option<NameKind> {
    match byte {
        1 => Some(NameKind::Instrument),
        2 => Some(NameKind::Account),
        _ => None,
    }
}

/// Halted, without fees, limits or band.
fn new_instrument(command: &Command, quote_per_tick_lot: i64) -> Instrument {
    Instrument {
        symbol: command.text().to_vec(),
        state: InstrumentState::Halted,
        base: command.account,
        quote: command.instrument,
        tick_mantissa: command.price,
        tick_exponent: command.side,
        lot: command.quantity,
        quote_per_tick_lot,
        maker_rate: 0,
        taker_rate: 0,
        quantity_min: 0,
        quantity_max: 0,
        notional_min: 0,
        order_value_max: 0,
        open_orders_max: OPEN_ORDERS_MAX_DEFAULT,
        position_max: 0,
        reference: 0,
        band: 0,
        band_both_sides: false,
        fee_accumulator: 0,
        next_trade_id: 1,
        last_price: 0,
        traded_since_clock: false,
    }
}
