//! Cancels: one order, all orders of an account, all that ask for it when their session closes.

use super::backlog::Backlog;
use super::check::refuse_if;
use super::entity::Session;
use super::transaction::Transaction;
use super::{Answer, Outcome, Reference};
use crate::change::{CancelReason, ChangeType, OrderCause, OrderStatus};
use crate::command::{
    Command, FLAG_ADMIN, FLAG_CANCEL_ON_DISCONNECT, InstrumentState, Opcode, is_id_text,
};
use crate::generated::reject_code::RejectCode;
use crate::units::OrderId;

impl Reference {
    pub(super) fn cancel_order(
        &mut self,
        command: &Command,
        transaction: &mut Transaction,
    ) -> Answer {
        let account = command.account;
        self.check_session(command.session, account)?;
        let known = self
            .find_order(account, command.instrument, command.order_id, command.text())
            .ok_or(RejectCode::OrderNotFound)?;
        let is_admin = command.has(FLAG_ADMIN);
        let is_halted = self.instrument(known.instrument).state == InstrumentState::Halted;
        refuse_if(is_halted && !is_admin, RejectCode::TradingHalted)?;
        refuse_if(known.is_final, RejectCode::OrderAlreadyFinal)?;
        let reason = if is_admin { CancelReason::Admin } else { CancelReason::ClientRequest };
        self.cancel(known.id, reason, transaction);
        Ok(Outcome::done(known.id))
    }

    /// Cancels an open order.
    pub(super) fn cancel(
        &mut self,
        id: OrderId,
        reason: CancelReason,
        transaction: &mut Transaction,
    ) {
        let before = self.orders[&id].clone();
        let instrument = self.instrument(before.instrument).clone();
        self.move_to_frozen(&before, &instrument, -before.frozen(&instrument));
        let mut after = before.clone();
        after.status = OrderStatus::Cancelled;
        after.reason = reason;
        transaction.changes.order_update(&after.update(&before, OrderCause::Cancel));
        transaction.touch(before.instrument, before.side, before.price);
        self.retain(&after);
    }

    pub(super) fn mass_cancel(
        &mut self,
        command: &Command,
        transaction: &mut Transaction,
    ) -> Answer {
        let (account, instrument) = (command.account, command.instrument);
        let is_admin = command.has(FLAG_ADMIN);
        self.check_session(command.session, account)?;
        if instrument != 0 {
            refuse_if(!self.instrument_exists(instrument), RejectCode::InstrumentNotFound)?;
            let is_halted = self.instrument(instrument).state == InstrumentState::Halted;
            refuse_if(is_halted && !is_admin, RejectCode::TradingHalted)?;
        }
        refuse_if(!self.account_exists(account), RejectCode::AccountNotFound)?;
        let reason = if is_admin { CancelReason::Admin } else { CancelReason::MassCancel };
        let work = Backlog {
            opcode: Opcode::MassCancel,
            account,
            instrument,
            session: 0,
            last_order_id: 0,
            reason,
        };
        Ok(self.start_backlog(work, transaction))
    }

    pub(super) fn session_opened(
        &mut self,
        command: &Command,
        transaction: &mut Transaction,
    ) -> Answer {
        let name = command.text();
        refuse_if(!is_id_text(name), RejectCode::NameInvalid)?;
        refuse_if(!self.account_exists(command.account), RejectCode::AccountNotFound)?;
        let is_same = |open: &Session| open.account == command.account && open.name == name;
        if let Some((id, _)) = self.sessions.iter().find(|(_, open)| is_same(open)) {
            return Ok(Outcome::done(*id));
        }
        let is_full = self.sessions.len() as u64 >= self.capacity.sessions;
        refuse_if(is_full, RejectCode::SessionTableFull)?;
        let session = Session {
            account: command.account,
            flags: command.flags & FLAG_CANCEL_ON_DISCONNECT,
            name: name.to_vec(),
            opened_at_ns: self.time_ns,
        };
        transaction.push(session.record(self.sequence, ChangeType::Created));
        self.sessions.insert(self.sequence, session);
        Ok(Outcome::done(self.sequence))
    }

    pub(super) fn session_closed(
        &mut self,
        command: &Command,
        transaction: &mut Transaction,
    ) -> Answer {
        let session = self.sessions.get(&command.session).ok_or(RejectCode::SessionNotFound)?;
        let work = Backlog {
            opcode: Opcode::SessionClosed,
            account: session.account,
            instrument: 0,
            session: command.session,
            last_order_id: 0,
            reason: CancelReason::SessionDisconnected,
        };
        Ok(self.start_backlog(work, transaction))
    }
}
