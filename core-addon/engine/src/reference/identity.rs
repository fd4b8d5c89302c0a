//! Ids that clients choose, and how long they are remembered (`rules.md` 2.3, 2.4).

use super::entity::Order;
use super::{Outcome, Reference};
use crate::change::{CancelReason, OrderStatus};
use crate::command::{Command, Opcode, assigned_order_id, is_id_text};
use crate::generated::reject_code::RejectCode;
use crate::hash::{keyed_hash, keyed_hash_words};
use crate::units::{AccountId, InstrumentId, OrderId, Quantity, TimeNs};

/// How long ids of final orders and of requests are remembered.
const REMEMBERED_NS: TimeNs = 24 * 60 * 60 * 1_000_000_000;
/// Most request ids remembered per caller.
const REQUEST_IDS_MAX: usize = 65_536;
/// Most expired entries that one new entry removes.
const EXPIRED_MAX: usize = 2;

/// What stays of a final order.
#[derive(Clone)]
pub(super) struct Retained {
    pub account: AccountId,
    pub instrument: InstrumentId,
    pub status: OrderStatus,
    pub reason: CancelReason,
    pub filled: Quantity,
    pub final_at_ns: TimeNs,
    /// Place among all that was remembered: smaller is older.
    pub position: u64,
}

/// A client order id in use.
#[derive(Clone)]
pub(super) struct ClientId {
    pub content: u128,
    pub order_id: OrderId,
}

/// A request id in use.
#[derive(Clone)]
pub(super) struct RequestId {
    pub content: u128,
    pub result: u64,
    pub accepted_at_ns: TimeNs,
    pub position: u64,
}

/// A request id as a command gives it.
pub(super) struct Request<'a> {
    pub caller: u64,
    /// Empty: none given.
    pub text: &'a [u8],
    pub content: u128,
}

/// An open or remembered order that a command may name.
pub(super) struct KnownOrder {
    pub id: OrderId,
    pub instrument: InstrumentId,
    pub is_final: bool,
}

impl Reference {
    /// The order of `account` (in `instrument`, unless 0) with this id, or by client id when `id`
    /// is 0.
    pub(super) fn find_order(
        &self,
        account: AccountId,
        instrument: InstrumentId,
        id: OrderId,
        text: &[u8],
    ) -> Option<KnownOrder> {
        let id = match (id, assigned_order_id(text)) {
            (0, Some(assigned)) => assigned,
            (0, None) => self.find_client_id(account, text)?.order_id,
            (id, _) => id,
        };
        let (owner, place, is_final) = match (self.orders.get(&id), self.retained.get(&id)) {
            (Some(order), _) => (order.account, order.instrument, false),
            (None, Some(order)) if !self.is_expired(order.final_at_ns) => {
                (order.account, order.instrument, true)
            }
            _ => return None,
        };
        let matches = owner == account && (instrument == 0 || instrument == place);
        matches.then_some(KnownOrder { id, instrument: place, is_final })
    }

    pub(super) fn key(&self, text: &[u8]) -> u128 {
        keyed_hash(self.hash_key, text)
    }

    pub(super) fn content(&self, words: &[u64]) -> u128 {
        keyed_hash_words(self.hash_key, words)
    }

    fn is_expired(&self, since_ns: TimeNs) -> bool {
        self.time_ns - since_ns >= REMEMBERED_NS
    }

    /// A client id in use; that of an expired order is not, even before it is removed.
    fn find_client_id(&self, account: AccountId, text: &[u8]) -> Option<&ClientId> {
        let entry = self.client_ids.get(&(account, self.key(text)))?;
        let order = self.retained.get(&entry.order_id);
        let is_gone = order.is_some_and(|order| self.is_expired(order.final_at_ns));
        (!is_gone).then_some(entry)
    }

    /// Whether a new client id has the right form; none is fine.
    pub(super) fn check_client_id_form(command: &Command) -> Result<(), RejectCode> {
        let text = command.text();
        let is_cut = usize::from(command.text_length) > text.len();
        let is_good = !is_cut && is_id_text(text) && !text.starts_with(b"ob-");
        let is_valid = text.is_empty() || is_good;
        if is_valid { Ok(()) } else { Err(RejectCode::ClientOrderIdInvalid) }
    }

    /// The outcome of repeating a client id: nothing new, the original, or a refusal.
    pub(super) fn check_client_id(
        &self,
        account: AccountId,
        text: &[u8],
        content: u128,
    ) -> Result<Option<Outcome>, RejectCode> {
        if text.is_empty() {
            return Ok(None);
        }
        match self.find_client_id(account, text) {
            None => Ok(None),
            Some(entry) if entry.content == content => Ok(Some(Outcome::duplicate(entry.order_id))),
            Some(_) => Err(RejectCode::ClientOrderIdExists),
        }
    }

    /// Whether the account may reserve one more client id.
    pub(super) fn check_client_id_room(
        &self,
        account: AccountId,
        text: &[u8],
    ) -> Result<(), RejectCode> {
        let held = self.client_ids.keys().filter(|(owner, _)| *owner == account).count() as u64;
        if !text.is_empty() && held >= 2 * self.capacity.retained {
            return Err(RejectCode::ClientOrderIdTableFull);
        }
        Ok(())
    }

    /// Reserves a client id once its command is done. An expired order that still holds it goes,
    /// with everything older of its account.
    pub(super) fn reserve_client_id(
        &mut self,
        account: AccountId,
        text: &[u8],
        content: u128,
        order_id: OrderId,
    ) {
        if text.is_empty() {
            return;
        }
        let key = (account, self.key(text));
        if let Some(holder) = self.client_ids.get(&key) {
            let position = self.retained[&holder.order_id].position;
            while let Some(id) =
                self.oldest_retained(|kept| kept.account == account && kept.position <= position)
            {
                self.forget_order(id);
            }
        }
        self.client_ids.insert(key, ClientId { content, order_id });
    }

    /// Takes a final order out of the book and remembers it.
    pub(super) fn retain(&mut self, order: &Order) {
        assert!(order.status.is_final() && order.status != OrderStatus::Rejected);
        self.orders.remove(&order.id);
        self.forget_expired_orders(order.account);
        self.remembered_count += 1;
        let retained = Retained {
            account: order.account,
            instrument: order.instrument,
            status: order.status,
            reason: order.reason,
            filled: order.filled,
            final_at_ns: self.time_ns,
            position: self.remembered_count,
        };
        self.retained.insert(order.id, retained);
        let of_account = |kept: &Retained| kept.account == order.account;
        let held = self.retained.values().filter(|kept| of_account(kept)).count() as u64;
        if held > self.capacity.retained {
            // One goes, even when the bound was lowered by more.
            let oldest = self.oldest_retained(of_account).expect("counted above");
            self.forget_order(oldest);
        }
    }

    fn forget_expired_orders(&mut self, account: AccountId) {
        for _ in 0..EXPIRED_MAX {
            let expired = self.oldest_retained(|kept| {
                kept.account == account && self.is_expired(kept.final_at_ns)
            });
            if let Some(id) = expired {
                self.forget_order(id);
            }
        }
    }

    fn oldest_retained(&self, is_wanted: impl Fn(&Retained) -> bool) -> Option<OrderId> {
        let wanted = self.retained.iter().filter(|(_, kept)| is_wanted(kept));
        wanted.min_by_key(|(_, kept)| kept.position).map(|(id, _)| *id)
    }

    fn forget_order(&mut self, id: OrderId) {
        self.retained.remove(&id);
        self.client_ids.retain(|_, entry| entry.order_id != id);
    }

    /// The request id of a ledger move: the record's own text.
    pub(super) fn own_request<'a>(&self, command: &'a Command) -> Request<'a> {
        let mut record = *command;
        record.text = [0; 64];
        record.text_length = 0;
        Request {
            caller: command.session,
            text: command.text(),
            content: self.record_content(record),
        }
    }

    /// The request id of an administration command: the second text.
    pub(super) fn second_request<'a>(&self, command: &Command, text: &'a [u8]) -> Request<'a> {
        Request { caller: command.session, text, content: self.record_content(*command) }
    }

    fn record_content(&self, mut record: Command) -> u128 {
        record.session = 0;
        self.content(&record.words())
    }

    pub(super) fn check_request_form(request: &Request) -> Result<(), RejectCode> {
        let is_valid = request.text.is_empty() || is_id_text(request.text);
        if is_valid { Ok(()) } else { Err(RejectCode::RequestIdInvalid) }
    }

    /// A request id belongs to an account.
    pub(super) fn check_caller(&self, request: &Request) -> Result<(), RejectCode> {
        let caller = AccountId::try_from(request.caller).unwrap_or(0);
        let exists = request.text.is_empty() || self.account_exists(caller);
        if exists { Ok(()) } else { Err(RejectCode::AccountNotFound) }
    }

    /// The outcome of repeating a request id: nothing new, the original, or a refusal.
    pub(super) fn check_request(&self, request: &Request) -> Result<Option<Outcome>, RejectCode> {
        if request.text.is_empty() {
            return Ok(None);
        }
        self.check_caller(request)?;
        match self.request_ids.get(&(request.caller, self.key(request.text))) {
            None => Ok(None),
            Some(entry) if self.is_expired(entry.accepted_at_ns) => Ok(None),
            Some(entry) if entry.content == request.content => {
                Ok(Some(Outcome::duplicate(entry.result)))
            }
            Some(_) => Err(RejectCode::RequestIdExists),
        }
    }

    /// Remembers an accepted request.
    pub(super) fn accept_request(&mut self, request: &Request, result: u64) -> Outcome {
        if request.text.is_empty() {
            return Outcome::done(result);
        }
        for _ in 0..EXPIRED_MAX {
            let expired = self.oldest_request(|caller, entry| {
                caller == request.caller && self.is_expired(entry.accepted_at_ns)
            });
            self.forget_request(expired);
        }
        let key = (request.caller, self.key(request.text));
        if let Some(position) = self.request_ids.get(&key).map(|entry| entry.position) {
            let is_older = |caller: u64, entry: &RequestId| {
                caller == request.caller && entry.position <= position
            };
            while let Some(older) = self.oldest_request(is_older) {
                self.forget_request(Some(older));
            }
        }
        self.remembered_count += 1;
        let entry = RequestId {
            content: request.content,
            result,
            accepted_at_ns: self.time_ns,
            position: self.remembered_count,
        };
        self.request_ids.insert(key, entry);
        let held = self.request_ids.keys().filter(|(caller, _)| *caller == request.caller).count();
        if held > REQUEST_IDS_MAX {
            let oldest = self.oldest_request(|caller, _| caller == request.caller);
            self.forget_request(oldest);
        }
        Outcome::done(result)
    }

    fn oldest_request(&self, is_wanted: impl Fn(u64, &RequestId) -> bool) -> Option<(u64, u128)> {
        let wanted =
            self.request_ids.iter().filter(|((caller, _), entry)| is_wanted(*caller, entry));
        wanted.min_by_key(|(_, entry)| entry.position).map(|(key, _)| *key)
    }

    fn forget_request(&mut self, key: Option<(u64, u128)>) {
        if let Some(key) = key {
            self.request_ids.remove(&key);
        }
    }
}

/// Words that stand for the content of a new order.
pub(super) fn new_order_words(command: &Command, stp: u8, cancel_on_disconnect: bool) -> [u64; 7] {
    let bytes = u64::from(command.side)
        | u64::from(command.order_type) << 8
        | u64::from(command.time_in_force) << 16
        | u64::from(stp) << 24
        | u64::from(cancel_on_disconnect) << 32;
    [
        Opcode::NewOrder as u64,
        u64::from(command.instrument),
        bytes,
        command.price as u64,
        command.quantity as u64,
        command.amount[0],
        command.amount[1],
    ]
}

/// Words that stand for the content of a replace.
pub(super) fn replace_words(order_id: OrderId, command: &Command) -> [u64; 4] {
    [Opcode::ReplaceOrder as u64, order_id, command.price as u64, command.quantity as u64]
}
