//! What a session is told of its request alone.

use super::Reference;
use crate::change::{
    ChangeType, ChangeWriter, Entity, TRANSACTION_DUPLICATE, TransactionHeader, text_words,
};
use crate::command::{Command, Opcode};
use crate::units::OrderId;

/// A request about orders, as it was before it ran.
pub(super) struct Request {
    session: u64,
    /// None: that of a new order, which its transaction says.
    order: Option<OrderId>,
    id: Vec<u8>,
    /// The id is that of the request and of no order.
    is_own_id: bool,
    target: Vec<u8>,
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
        Some(Request { session: command.session, order, id, is_own_id, target })
    }
}

impl Request {
    /// Writes it unless other records of its transaction say all there is.
    pub fn write(&self, header: &TransactionHeader, changes: &mut ChangeWriter) {
        let is_done = header.code == 0 && header.flags & TRANSACTION_DUPLICATE == 0;
        let has_own_id = self.is_own_id && !self.id.is_empty();
        if (is_done || self.session == 0) && !has_own_id {
            return;
        }
        let lengths = self.id.len() as u64 | (self.target.len() as u64) << 8;
        let order = self.order.unwrap_or(header.result);
        let mut fields = vec![self.session, order, lengths];
        for text in [&self.id, &self.target] {
            let (words, count) = text_words(text);
            fields.extend(&words[..count]);
        }
        changes.record(Entity::Request, ChangeType::Created, &fields, b"");
    }
}
