//! Mass cancels and closing sessions: many orders, at most 1,024 per transaction (`rules.md` 4.12).

use crate::account::OpenOrder;
use crate::change::{CancelReason, ChangeType, ChangeWriter};
use crate::command::{
    Command, FLAG_ADMIN, FLAG_CANCEL_ON_DISCONNECT, InstrumentState, Opcode, TEXT_BYTES_MAX,
    is_id_text,
};
use crate::generated::reject_code::RejectCode;
use crate::hash::{DigestKind, digest};
use crate::order::Place;
use crate::sequencer::{Accepted, Engine};
use crate::session::Session;
use crate::units::{AccountId, InstrumentId, OrderId, SessionId};

/// Most orders one transaction cancels.
pub const TRANSITIONS_MAX: usize = 1_024;

/// Cancels that are still to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backlog {
    /// `MassCancel` or `SessionClosed`.
    pub opcode: Opcode,
    pub account: AccountId,
    /// 0 = all.
    pub instrument: InstrumentId,
    pub session: SessionId,
    /// Last order id done.
    pub after: OrderId,
    pub reason: CancelReason,
}

impl Backlog {
    pub fn digest(&self, position: usize) -> u64 {
        let words = [
            position as u64,
            self.opcode as u64,
            u64::from(self.account) | u64::from(self.instrument) << 32,
            self.session,
            self.after,
            self.reason as u64,
        ];
        digest(DigestKind::Backlog, &words)
    }
}

impl Engine {
    /// Executes `MassCancel`.
    pub(crate) fn mass_cancel(
        &mut self,
        command: &Command,
        changes: &mut ChangeWriter,
    ) -> Result<Accepted, RejectCode> {
        self.check_session(command)?;
        let is_admin = command.has(FLAG_ADMIN);
        if command.instrument != 0 {
            let state = self.instrument(command.instrument)?.state;
            if state == InstrumentState::Halted && !is_admin {
                return Err(RejectCode::TradingHalted);
            }
        }
        if !self.accounts.exists(command.account) {
            return Err(RejectCode::AccountNotFound);
        }
        let reason = if is_admin { CancelReason::Admin } else { CancelReason::MassCancel };
        let work = Backlog {
            opcode: Opcode::MassCancel,
            account: command.account,
            instrument: command.instrument,
            session: 0,
            after: 0,
            reason,
        };
        let cancelled = self.work_off(work, false, changes);
        Ok(self.accepted(cancelled, command.instrument))
    }

    /// Executes `SessionOpened`.
    pub(crate) fn open_session(
        &mut self,
        command: &Command,
        changes: &mut ChangeWriter,
    ) -> Result<Accepted, RejectCode> {
        if !is_id_text(command.text()) {
            return Err(RejectCode::NameInvalid);
        }
        if !self.accounts.exists(command.account) {
            return Err(RejectCode::AccountNotFound);
        }
        // Only the text in use counts: bytes behind it are not part of the name.
        let mut name = [0; TEXT_BYTES_MAX];
        name[..command.text().len()].copy_from_slice(command.text());
        if let Some(id) = self.sessions.find(command.account, &name) {
            return Ok(self.accepted(id, 0));
        }
        if self.sessions.len() >= self.capacities.sessions as usize {
            return Err(RejectCode::SessionTableFull);
        }
        let session = Session {
            id: self.sequence,
            account: command.account,
            flags: command.flags & FLAG_CANCEL_ON_DISCONNECT,
            opened_at_ns: self.time_ns,
            name,
            name_length: command.text().len() as u8,
        };
        self.sessions.insert(session);
        session.write(ChangeType::Created, changes);
        Ok(self.accepted(session.id, 0))
    }

    /// Executes `SessionClosed`.
    pub(crate) fn close_session(
        &mut self,
        command: &Command,
        changes: &mut ChangeWriter,
    ) -> Result<Accepted, RejectCode> {
        let session = self.sessions.get(command.session).ok_or(RejectCode::SessionNotFound)?;
        let work = Backlog {
            opcode: Opcode::SessionClosed,
            account: session.account,
            instrument: 0,
            session: session.id,
            after: 0,
            reason: CancelReason::SessionDisconnected,
        };
        let cancelled = self.work_off(work, false, changes);
        Ok(self.accepted(cancelled, 0))
    }

    /// Executes `Continue`.
    pub(crate) fn continue_backlog(
        &mut self,
        changes: &mut ChangeWriter,
    ) -> Result<Accepted, RejectCode> {
        let cancelled = match self.backlog.front() {
            None => 0,
            Some(work) => self.work_off(*work, true, changes),
        };
        Ok(self.accepted(cancelled, 0))
    }

    /// Cancels up to 1,024 orders of `work` and keeps the rest as backlog. Returns how many it
    /// cancelled.
    fn work_off(&mut self, mut work: Backlog, is_front: bool, changes: &mut ChangeWriter) -> u64 {
        let mut targets = std::mem::take(&mut self.targets);
        targets.clear();
        targets.extend(self.matches(&work).take(TRANSITIONS_MAX + 1));
        let rest = targets.len() > TRANSITIONS_MAX;
        targets.truncate(TRANSITIONS_MAX);
        #[cfg(feature = "planted-bugs")]
        if is_front && crate::EngineBug::BacklogReversed.is_planted() {
            targets.reverse();
        }
        for order in &targets {
            self.cancel_open(order, work.reason, changes);
            work.after = order.order_id;
        }
        self.settle(changes);
        match (rest, is_front) {
            (true, true) => self.backlog[0] = work,
            (true, false) => self.backlog.push_back(work),
            (false, true) => {
                self.backlog.pop_front();
            }
            (false, false) => {}
        }
        let ends_session = !rest && work.opcode == Opcode::SessionClosed;
        if ends_session && let Some(session) = self.sessions.remove(work.session) {
            session.write(ChangeType::Deleted, changes);
        }
        let cancelled = targets.len() as u64;
        self.targets = targets;
        cancelled
    }

    /// Open orders that `work` still has to cancel, by order id.
    fn matches(&self, work: &Backlog) -> impl Iterator<Item = OpenOrder> + '_ {
        let work = *work;
        let orders = self.accounts.open_orders(work.account, work.after, &self.books);
        orders.filter(move |order| {
            let Place { instrument, index } = order.place;
            if work.opcode == Opcode::SessionClosed {
                let terms = &self.books[instrument as usize - 1].order(index).terms;
                return terms.session == work.session
                    && terms.flags & FLAG_CANCEL_ON_DISCONNECT != 0;
            }
            let state = self.instruments[instrument as usize - 1].state;
            let is_free = state != InstrumentState::Halted || work.reason == CancelReason::Admin;
            is_free && (work.instrument == 0 || work.instrument == instrument)
        })
    }
}
