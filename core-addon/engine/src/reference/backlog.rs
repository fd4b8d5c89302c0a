//! Work in parts: a mass cancel or closed session of more orders than one transaction may move
//! (4.12).

use super::entity::Order;
use super::transaction::Transaction;
use super::{Answer, Outcome, Reference};
use crate::change::{CancelReason, ChangeType};
use crate::command::{FLAG_CANCEL_ON_DISCONNECT, InstrumentState, Opcode};
use crate::units::{AccountId, InstrumentId, OrderId, SessionId};

/// Most orders that one transaction cancels.
const TRANSITIONS_MAX: usize = 1_024;

/// A mass cancel or closed session, and how far it got.
#[derive(Clone)]
pub(super) struct Backlog {
    /// `MassCancel` or `SessionClosed`.
    pub opcode: Opcode,
    pub account: AccountId,
    /// 0 = all.
    pub instrument: InstrumentId,
    /// 0 for a mass cancel.
    pub session: SessionId,
    /// Orders up to this id are done.
    pub last_order_id: OrderId,
    pub reason: CancelReason,
}

impl Reference {
    pub(super) fn start_backlog(
        &mut self,
        work: Backlog,
        transaction: &mut Transaction,
    ) -> Outcome {
        let (cancelled, rest) = self.cancel_part(work, transaction);
        self.backlog.extend(rest);
        Outcome::done(cancelled)
    }

    pub(super) fn continue_backlog(&mut self, transaction: &mut Transaction) -> Answer {
        if self.backlog.is_empty() {
            return Ok(Outcome::done(0));
        }
        let work = self.backlog.remove(0);
        let (cancelled, rest) = self.cancel_part(work, transaction);
        if let Some(rest) = rest {
            self.backlog.insert(0, rest);
        }
        Ok(Outcome::done(cancelled))
    }

    /// Cancels up to the bound; returns how many, and the work that is left.
    fn cancel_part(
        &mut self,
        mut work: Backlog,
        transaction: &mut Transaction,
    ) -> (u64, Option<Backlog>) {
        let wanted: Vec<OrderId> = self
            .orders
            .values()
            .filter(|order| order.id > work.last_order_id && self.is_wanted(&work, order))
            .map(|order| order.id)
            .collect();
        let part = &wanted[..wanted.len().min(TRANSITIONS_MAX)];
        for id in part {
            self.cancel(*id, work.reason, transaction);
            work.last_order_id = *id;
        }
        if part.len() < wanted.len() {
            return (part.len() as u64, Some(work));
        }
        if work.opcode == Opcode::SessionClosed {
            let session = self.sessions.remove(&work.session).expect("open until the last part");
            transaction.push(session.record(work.session, ChangeType::Deleted));
        }
        (part.len() as u64, None)
    }

    fn is_wanted(&self, work: &Backlog, order: &Order) -> bool {
        if work.opcode == Opcode::SessionClosed {
            let asks = order.flags & FLAG_CANCEL_ON_DISCONNECT != 0;
            return order.session == work.session && asks;
        }
        let is_halted = self.instrument(order.instrument).state == InstrumentState::Halted;
        let is_admin = work.reason == CancelReason::Admin;
        order.account == work.account
            && (work.instrument == 0 || work.instrument == order.instrument)
            && (is_admin || !is_halted)
    }
}
