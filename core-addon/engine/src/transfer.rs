//! Ledger moves: deposit, withdrawal, transfer, fee sweep. Every one has two legs that sum to zero.

use crate::change::{ChangeType, ChangeWriter};
use crate::command::{Command, Opcode};
use crate::generated::reject_code::RejectCode;
use crate::sequencer::{Accepted, Engine};
use crate::units::{AccountId, Amount, CurrencyId, EXTERNAL_ACCOUNT, FEE_ACCOUNT, SUPPLY_MAX};

/// Two accounts and what moves from one to the other.
struct Move {
    from: AccountId,
    to: AccountId,
    currency: CurrencyId,
    amount: Amount,
}

impl Engine {
    /// Form and accounts of a ledger move; the request id is looked up between this and the funds.
    pub(crate) fn check_move(&self, opcode: Opcode, command: &Command) -> Result<(), RejectCode> {
        let moved = ledger_move(opcode, command);
        if moved.currency == 0 || moved.currency as usize > self.currencies.len() {
            return Err(RejectCode::CurrencyNotFound);
        }
        crate::request_id::check_form(command, command.text())?;
        if !(1..=SUPPLY_MAX).contains(&moved.amount) {
            return Err(RejectCode::AmountOutOfRange);
        }
        let caller = u32::try_from(command.session).unwrap_or(0);
        for account in [command.account, moved.from, moved.to, caller] {
            if !self.accounts.exists(account) {
                return Err(RejectCode::AccountNotFound);
            }
        }
        let is_own = |account| account == FEE_ACCOUNT || account == EXTERNAL_ACCOUNT;
        let fees_may_leave = opcode != Opcode::Deposit && command.account == FEE_ACCOUNT;
        let is_reserved = (is_own(command.account) && !fees_may_leave)
            || (opcode == Opcode::Transfer && is_own(moved.to));
        if is_reserved {
            return Err(RejectCode::AccountReserved);
        }
        if moved.from == moved.to {
            return Err(RejectCode::TransferToSameAccount);
        }
        Ok(())
    }

    /// Executes `Deposit`, `Withdraw` or `Transfer` after `check_move`.
    pub(crate) fn move_amount(
        &mut self,
        opcode: Opcode,
        command: &Command,
        changes: &mut ChangeWriter,
    ) -> Result<u64, RejectCode> {
        let moved = ledger_move(opcode, command);
        let source = self.ledger.balance(moved.from, moved.currency).available;
        if moved.from == EXTERNAL_ACCOUNT {
            // What the external account lacks is what is in circulation.
            if moved.amount - source > SUPPLY_MAX {
                return Err(RejectCode::SupplyLimitExceeded);
            }
        } else if moved.amount > source {
            return Err(RejectCode::AvailableBalanceInsufficient);
        }
        self.result.add_delta(moved.from, moved.currency, -moved.amount, 0);
        self.result.add_delta(moved.to, moved.currency, moved.amount, 0);
        self.settle(changes);
        Ok(self.sequence)
    }

    /// Executes `SweepFees`.
    pub(crate) fn sweep_fees(
        &mut self,
        command: &Command,
        changes: &mut ChangeWriter,
    ) -> Result<u64, RejectCode> {
        let position = command.instrument as usize - 1;
        let instrument = &mut self.instruments[position];
        if instrument.fee_accumulator <= 0 {
            return Err(RejectCode::FeeAccumulatorEmpty);
        }
        let fees = std::mem::take(&mut instrument.fee_accumulator);
        self.result.add_delta(FEE_ACCOUNT, instrument.quote, fees, 0);
        self.settle(changes);
        self.instruments[position].write(ChangeType::Updated, changes);
        Ok(self.sequence)
    }

    /// Everything of a command that has a request id: form, the id itself, then the work.
    pub(crate) fn requested(
        &mut self,
        opcode: Opcode,
        command: &Command,
        extension: Option<&Command>,
        changes: &mut ChangeWriter,
    ) -> Result<Accepted, RejectCode> {
        use crate::request_id::{Request, RequestId, request_id_text};
        let is_move = matches!(opcode, Opcode::Deposit | Opcode::Withdraw | Opcode::Transfer);
        let text = request_id_text(command, extension);
        if is_move {
            self.check_move(opcode, command)?;
        } else {
            self.check_administration(opcode, command, text)?;
        }
        let caller = u32::try_from(command.session).unwrap_or(0);
        if !text.is_empty() && !self.accounts.exists(caller) {
            return Err(RejectCode::AccountNotFound);
        }
        let request = self.requests.check(self.hash_key, caller, command, text, self.time_ns)?;
        let instrument = concerned_instrument(opcode, command);
        if let Request::Duplicate(result) = request {
            return Ok(Accepted { result, instrument, is_duplicate: true });
        }
        let result = match opcode {
            _ if is_move => self.move_amount(opcode, command, changes)?,
            Opcode::SweepFees => self.sweep_fees(command, changes)?,
            _ => self.administer(opcode, command, changes)?,
        };
        if let Request::New { key, content } = request {
            let request = RequestId { key, content, result, at: self.time_ns };
            self.requests.add(caller, request);
        }
        let made = if opcode == Opcode::CreateInstrument { result as u32 } else { instrument };
        Ok(self.accepted(result, made))
    }
}

fn ledger_move(opcode: Opcode, command: &Command) -> Move {
    let (from, to) = match opcode {
        Opcode::Deposit => (EXTERNAL_ACCOUNT, command.account),
        Opcode::Withdraw => (command.account, EXTERNAL_ACCOUNT),
        _ => (command.account, u32::try_from(command.order_id).unwrap_or(0)),
    };
    Move { from, to, currency: command.instrument, amount: command.amount() }
}

/// The instrument a command of administration concerns, 0 = none.
fn concerned_instrument(opcode: Opcode, command: &Command) -> u32 {
    let concerns = matches!(
        opcode,
        Opcode::SweepFees
            | Opcode::SetFees
            | Opcode::SetLimit
            | Opcode::SetBand
            | Opcode::SetInstrumentState
    );
    if concerns { command.instrument } else { 0 }
}
