//! What a session is told of its request alone.

use super::Reference;
use crate::change::{
    ChangeType, ChangeWriter, Entity, OrderStatus, TRANSACTION_DUPLICATE, TransactionHeader,
    text_words,
};
use crate::command::{Command, Opcode};
use crate::units::{AccountId, InstrumentId, OrderId};

/// A request about orders, as it was before it ran.
pub(super) struct Request {
    session: u64,
    /// None: that of a new order, which its transaction says.
    order: Option<OrderId>,
    id: Vec<u8>,
    /// The id is that of the request and of no order.
    is_own_id: bool,
    target: Vec<u8>,
    account: AccountId,
    side: u8,
    instrument: InstrumentId,
}

impl Reference {
    /// Reads a request about orders; none: the command is none.
    pub(super) fn request(
        &self,
        command: &Command,
        extension: Option<&Command>,
    ) -> Option<Request> {
        let first = command.text().to_vec();
        let second = extension.map_or(Vec::new(), |extension| extension.text().to_vec());
        let (id, target) = match Opcode::from_byte(command.opcode)? {
            Opcode::NewOrder => (first, Vec::new()),
            Opcode::ReplaceOrder => (first, second),
            Opcode::CancelOrder => (second, first),
            Opcode::MassCancel => (second, Vec::new()),
            _ => return None,
        };
        let is = |opcode: Opcode| command.opcode == opcode as u8;
        let (account, given) = (command.account, command.order_id);
        let order = if is(Opcode::NewOrder) {
            None
        } else if is(Opcode::MassCancel) {
            Some(0)
        } else {
            let known = self.find_order(account, command.instrument, given, &target);
            Some(known.map_or(given, |known| known.id))
        };
        let is_own_id = is(Opcode::CancelOrder) || is(Opcode::MassCancel);
        Some(Request {
            session: command.session,
            order,
            id,
            is_own_id,
            target,
            account,
            side: command.side,
            instrument: command.instrument,
        })
    }

    /// Writes it unless other records of its transaction say all there is.
    pub(super) fn write_request(
        &self,
        request: &Request,
        header: &TransactionHeader,
        changes: &mut ChangeWriter,
    ) {
        let is_done = header.code == 0 && header.flags & TRANSACTION_DUPLICATE == 0;
        let has_own_id = request.is_own_id && !request.id.is_empty();
        if (is_done || request.session == 0) && !has_own_id {
            return;
        }
        let order = request.order.unwrap_or(header.result);
        let status = self.status_of(request.account, order).map_or(255, |status| status as u64);
        let word = request.id.len() as u64
            | (request.target.len() as u64) << 8
            | status << 16
            | u64::from(request.side) << 24
            | u64::from(request.instrument) << 32;
        let mut fields = vec![request.session, order, word];
        for text in [&request.id, &request.target] {
            let (words, count) = text_words(text);
            fields.extend(&words[..count]);
        }
        changes.record(Entity::Request, ChangeType::Created, &fields, b"");
    }

    fn status_of(&self, account: AccountId, id: OrderId) -> Option<OrderStatus> {
        let known = self.find_order(account, 0, id.max(1), b"")?;
        let open = self.orders.get(&known.id).map(|order| order.status);
        open.or_else(|| self.retained.get(&known.id).map(|order| order.status))
    }
}
