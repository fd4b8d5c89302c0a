//! What a session is told of its own request: that it was refused or repeats an earlier one, and
//! under which id it asked.

use crate::account::Found;
use crate::change::{ChangeWriter, OrderStatus, Request, TRANSACTION_DUPLICATE, TransactionHeader};
use crate::command::{Command, Opcode};
use crate::sequencer::Engine;
use crate::units::{AccountId, OrderId};

impl Engine {
    /// Writes the `Request` of an order command, the last record of its transaction: when a session
    /// gave it and it was refused or is a duplicate, and when it has an id that is not its order's.
    #[inline(never)]
    pub(crate) fn write_request(
        &self,
        command: &Command,
        extension: Option<&Command>,
        header: &TransactionHeader,
        changes: &mut ChangeWriter,
    ) {
        let second_text = extension.map_or(&[][..], Command::text);
        let Some(opcode) = Opcode::from_byte(command.opcode) else { return };
        let (request_id, target, has_own_id) = match opcode {
            Opcode::NewOrder => (command.text(), &[][..], false),
            Opcode::CancelOrder => (second_text, command.text(), !second_text.is_empty()),
            Opcode::ReplaceOrder => (command.text(), second_text, false),
            Opcode::MassCancel => (second_text, &[][..], !second_text.is_empty()),
            _ => return,
        };
        let is_duplicate = header.flags & TRANSACTION_DUPLICATE != 0;
        #[cfg(feature = "planted-bugs")]
        let is_duplicate = is_duplicate && !crate::EngineBug::DuplicateUntold.is_planted();
        let is_untold = command.session != 0 && (header.code != 0 || is_duplicate);
        if is_untold || has_own_id {
            let order_id = self.requested_order(opcode, command, target, header);
            changes.request(&Request {
                session: command.session,
                order_id,
                order_status: self.order_status(command.account, order_id),
                side: command.side,
                instrument: command.instrument,
                request_id,
                target_client_order_id: target,
            });
        }
    }

    /// The order that a request is about. A refusal has changed nothing: its target is looked up as
    /// the command did.
    fn requested_order(
        &self,
        opcode: Opcode,
        command: &Command,
        target: &[u8],
        header: &TransactionHeader,
    ) -> OrderId {
        if opcode == Opcode::MassCancel {
            return 0;
        }
        if opcode == Opcode::NewOrder || header.code == 0 {
            return header.result;
        }
        #[cfg(feature = "planted-bugs")]
        if crate::EngineBug::TargetAsGiven.is_planted() {
            return command.order_id;
        }
        let found = self.find_order(command, command.order_id, target);
        found.map_or(command.order_id, |found| found.order_id())
    }

    fn order_status(&self, account: AccountId, order_id: OrderId) -> Option<OrderStatus> {
        Some(match self.find(account, order_id)? {
            Found::Open(open) => {
                let book = &self.books[open.place.instrument as usize - 1];
                book.order(open.place.index).terms.open_status()
            }
            Found::Final(order) => order.status,
        })
    }
}
