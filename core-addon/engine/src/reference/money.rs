//! Balances, and the commands that move them without an order.

use super::check::{is_reserved, refuse_if};
use super::entity::{Instrument, Order};
use super::transaction::Transaction;
use super::{Answer, Reference};
use crate::change::ChangeType;
use crate::command::{Command, is_id_text};
use crate::generated::reject_code::RejectCode;
use crate::units::{AccountId, Amount, CurrencyId, EXTERNAL_ACCOUNT, FEE_ACCOUNT, SUPPLY_MAX};

impl Reference {
    /// Moves `amount` of the order's currency from available to frozen; back when negative.
    pub(super) fn move_to_frozen(
        &mut self,
        order: &Order,
        instrument: &Instrument,
        amount: Amount,
    ) {
        let currency = instrument.freeze_currency(order.side);
        let balance = self.balances.entry((order.account, currency)).or_default();
        balance.available -= amount;
        balance.frozen += amount;
    }

    pub(super) fn add_available(
        &mut self,
        account: AccountId,
        currency: CurrencyId,
        amount: Amount,
    ) {
        self.balances.entry((account, currency)).or_default().available += amount;
    }

    fn available_of(&self, account: AccountId, currency: CurrencyId) -> Amount {
        self.balances.get(&(account, currency)).map_or(0, |balance| balance.available)
    }

    pub(super) fn deposit(&mut self, command: &Command) -> Answer {
        let (account, currency, amount) = (command.account, command.instrument, command.amount());
        let request = self.own_request(command);
        self.check_move(command)?;
        refuse_if(is_reserved(account), RejectCode::AccountReserved)?;
        if let Some(duplicate) = self.check_request(&request)? {
            return Ok(duplicate);
        }
        let supply = -self.available_of(EXTERNAL_ACCOUNT, currency);
        refuse_if(supply + amount > SUPPLY_MAX, RejectCode::SupplyLimitExceeded)?;
        self.add_available(EXTERNAL_ACCOUNT, currency, -amount);
        self.add_available(account, currency, amount);
        Ok(self.accept_request(&request, self.sequence))
    }

    pub(super) fn withdraw(&mut self, command: &Command) -> Answer {
        let (account, currency, amount) = (command.account, command.instrument, command.amount());
        let request = self.own_request(command);
        self.check_move(command)?;
        refuse_if(account == EXTERNAL_ACCOUNT, RejectCode::AccountReserved)?;
        if let Some(duplicate) = self.check_request(&request)? {
            return Ok(duplicate);
        }
        let available = self.available_of(account, currency);
        refuse_if(amount > available, RejectCode::AvailableBalanceInsufficient)?;
        self.add_available(account, currency, -amount);
        self.add_available(EXTERNAL_ACCOUNT, currency, amount);
        Ok(self.accept_request(&request, self.sequence))
    }

    pub(super) fn transfer(&mut self, command: &Command) -> Answer {
        let (from, currency, amount) = (command.account, command.instrument, command.amount());
        let request = self.own_request(command);
        self.check_move(command)?;
        let to = AccountId::try_from(command.order_id).unwrap_or(0);
        refuse_if(!self.account_exists(to), RejectCode::AccountNotFound)?;
        let is_barred = from == EXTERNAL_ACCOUNT || is_reserved(to);
        refuse_if(is_barred, RejectCode::AccountReserved)?;
        refuse_if(from == to, RejectCode::TransferToSameAccount)?;
        if let Some(duplicate) = self.check_request(&request)? {
            return Ok(duplicate);
        }
        let available = self.available_of(from, currency);
        refuse_if(amount > available, RejectCode::AvailableBalanceInsufficient)?;
        self.add_available(from, currency, -amount);
        self.add_available(to, currency, amount);
        Ok(self.accept_request(&request, self.sequence))
    }

    /// What deposits, withdrawals and transfers check first.
    fn check_move(&self, command: &Command) -> Result<(), RejectCode> {
        let is_amount_good = (1..=SUPPLY_MAX).contains(&command.amount());
        let request = self.own_request(command);
        refuse_if(!self.currency_exists(command.instrument), RejectCode::CurrencyNotFound)?;
        // Money never moves without a request id.
        refuse_if(!is_id_text(request.text), RejectCode::RequestIdInvalid)?;
        refuse_if(!is_amount_good, RejectCode::AmountOutOfRange)?;
        refuse_if(!self.account_exists(command.account), RejectCode::AccountNotFound)?;
        self.check_caller(&request)
    }

    pub(super) fn sweep_fees(
        &mut self,
        command: &Command,
        request_id: &[u8],
        transaction: &mut Transaction,
    ) -> Answer {
        let id = command.instrument;
        let request = self.second_request(command, request_id);
        refuse_if(!self.instrument_exists(id), RejectCode::InstrumentNotFound)?;
        Self::check_request_form(&request)?;
        if let Some(duplicate) = self.check_request(&request)? {
            return Ok(duplicate);
        }
        let instrument = &mut self.instruments[id as usize - 1];
        let (quote, amount) = (instrument.quote, instrument.fee_accumulator);
        // Rebates captured at an earlier rate can leave less than nothing; account 1 never pays.
        refuse_if(amount <= 0, RejectCode::FeeAccumulatorEmpty)?;
        instrument.fee_accumulator = 0;
        transaction.push(instrument.record(id, ChangeType::Updated));
        self.add_available(FEE_ACCOUNT, quote, amount);
        Ok(self.accept_request(&request, self.sequence))
    }
}
