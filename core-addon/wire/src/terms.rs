//! What an order message says, read in either way, and the command record that it makes.

use engine::command::{Command, Opcode, OrderType, Side, TEXT_BYTES_MAX, TimeInForce};

use crate::client_id;
use crate::generated::{CancelOrder, ClientBody, MassCancel, NewOrder, ReplaceOrder};
use crate::plain::{Alignment, Table};
use crate::request::OrderCommand;

/// Request id of a mass cancel that has none: only one with an id is answered by the engine.
pub const NO_REQUEST_ID: &[u8] = b"0";

/// An id as text or, when that is empty, as number.
#[derive(Clone, Copy, Default)]
struct Id<'a> {
    text: &'a [u8],
    number: u64,
}

impl<'a> Id<'a> {
    fn new(text: Option<&'a str>, number: u64) -> Id<'a> {
        Id { text: text.unwrap_or_default().as_bytes(), number }
    }

    fn is_none(&self) -> bool {
        self.text.is_empty() && self.number == 0
    }

    /// Returns whether the record can hold it; what an id may look like is for the engine to judge.
    #[inline]
    fn put(self, command: &mut Command) -> bool {
        let mut digits = [0; client_id::DIGITS_MAX];
        let text = match self {
            Id { text: [], number: 0 } => return true,
            Id { text: [], number } => client_id::text_of(number, &mut digits),
            Id { text, .. } => text,
        };
        if text.len() > TEXT_BYTES_MAX {
            return false;
        }
        command.text[..text.len()].copy_from_slice(text);
        command.text_length = text.len() as u8;
        true
    }
}

/// The fields of any order message; those that it does not have are 0.
#[derive(Default)]
pub struct Terms<'a> {
    instrument: u32,
    order_id: u64,
    price: u64,
    quantity: u64,
    budget: [u64; 2],
    side: u8,
    order_type: u8,
    time_in_force: u8,
    self_trade_prevention: u8,
    /// Of the order: of a replace the new one.
    id: Id<'a>,
    /// Of a cancel its own, of a replace the order's.
    second_id: Id<'a>,
}

impl<'a> Terms<'a> {
    #[inline]
    pub fn new_order(table: &Table<'a>, alignment: &mut Alignment) -> Option<Terms<'a>> {
        Some(Terms {
            instrument: table.u32(NewOrder::VT_INSTRUMENT)?,
            side: table.u8(NewOrder::VT_SIDE)?,
            order_type: table.u8(NewOrder::VT_ORDER_TYPE)?,
            time_in_force: table.u8(NewOrder::VT_TIME_IN_FORCE)?,
            self_trade_prevention: table.u8(NewOrder::VT_SELF_TRADE_PREVENTION)?,
            price: table.u64(NewOrder::VT_PRICE, alignment)?,
            quantity: table.u64(NewOrder::VT_QUANTITY, alignment)?,
            budget: table.pair(NewOrder::VT_BUDGET)?,
            id: Id {
                text: table.text(NewOrder::VT_CLIENT_ORDER_ID)?,
                number: table.u64(NewOrder::VT_CLIENT_REF, alignment)?,
            },
            ..Terms::default()
        })
    }

    #[inline]
    pub fn cancel(table: &Table<'a>, alignment: &mut Alignment) -> Option<Terms<'a>> {
        Some(Terms {
            order_id: table.u64(CancelOrder::VT_ORDER_ID, alignment)?,
            instrument: table.u32(CancelOrder::VT_INSTRUMENT)?,
            id: Id {
                text: table.text(CancelOrder::VT_CLIENT_ORDER_ID)?,
                number: table.u64(CancelOrder::VT_CLIENT_REF, alignment)?,
            },
            second_id: Id {
                text: table.text(CancelOrder::VT_REQUEST_ID)?,
                number: table.u64(CancelOrder::VT_REQUEST_REF, alignment)?,
            },
            ..Terms::default()
        })
    }

    #[inline]
    pub fn replace(table: &Table<'a>, alignment: &mut Alignment) -> Option<Terms<'a>> {
        Some(Terms {
            order_id: table.u64(ReplaceOrder::VT_ORDER_ID, alignment)?,
            price: table.u64(ReplaceOrder::VT_PRICE, alignment)?,
            quantity: table.u64(ReplaceOrder::VT_QUANTITY, alignment)?,
            id: Id {
                text: table.text(ReplaceOrder::VT_NEW_CLIENT_ORDER_ID)?,
                number: table.u64(ReplaceOrder::VT_NEW_CLIENT_REF, alignment)?,
            },
            second_id: Id {
                text: table.text(ReplaceOrder::VT_CLIENT_ORDER_ID)?,
                number: table.u64(ReplaceOrder::VT_CLIENT_REF, alignment)?,
            },
            ..Terms::default()
        })
    }

    #[inline]
    pub fn mass_cancel(table: &Table<'a>, alignment: &mut Alignment) -> Option<Terms<'a>> {
        Some(Terms {
            instrument: table.u32(MassCancel::VT_INSTRUMENT)?,
            second_id: Id {
                text: table.text(MassCancel::VT_REQUEST_ID)?,
                number: table.u64(MassCancel::VT_REQUEST_REF, alignment)?,
            },
            ..Terms::default()
        })
    }

    pub fn of_new_order(order: &NewOrder<'a>) -> Terms<'a> {
        Terms {
            instrument: order.instrument(),
            side: order.side().0,
            order_type: order.order_type().0,
            time_in_force: order.time_in_force().0,
            self_trade_prevention: order.self_trade_prevention().0,
            price: order.price() as u64,
            quantity: order.quantity() as u64,
            budget: order.budget().map_or([0; 2], |budget| [budget.low(), budget.high()]),
            id: Id::new(order.client_order_id(), order.client_ref()),
            ..Terms::default()
        }
    }

    pub fn of_cancel(cancel: &CancelOrder<'a>) -> Terms<'a> {
        Terms {
            order_id: cancel.order_id(),
            instrument: cancel.instrument(),
            id: Id::new(cancel.client_order_id(), cancel.client_ref()),
            second_id: Id::new(cancel.request_id(), cancel.request_ref()),
            ..Terms::default()
        }
    }

    pub fn of_replace(replace: &ReplaceOrder<'a>) -> Terms<'a> {
        Terms {
            order_id: replace.order_id(),
            price: replace.price() as u64,
            quantity: replace.quantity() as u64,
            id: Id::new(replace.new_client_order_id(), replace.new_client_ref()),
            second_id: Id::new(replace.client_order_id(), replace.client_ref()),
            ..Terms::default()
        }
    }

    pub fn of_mass_cancel(cancel: &MassCancel<'a>) -> Terms<'a> {
        Terms {
            instrument: cancel.instrument(),
            second_id: Id::new(cancel.request_id(), cancel.request_ref()),
            ..Terms::default()
        }
    }

    /// Writes the record, or both. Returns whether they can hold the ids.
    #[inline]
    pub fn put(mut self, kind: ClientBody, order: &mut OrderCommand) -> bool {
        let opcode = match kind {
            ClientBody::NewOrder => Opcode::NewOrder,
            ClientBody::CancelOrder => Opcode::CancelOrder,
            ClientBody::ReplaceOrder => Opcode::ReplaceOrder,
            _ => Opcode::MassCancel,
        };
        if opcode == Opcode::MassCancel && self.second_id.is_none() {
            self.second_id.text = NO_REQUEST_ID;
        }
        order.command = Command {
            side: word(self.side, Side::Sell as u8),
            order_type: word(self.order_type, OrderType::Market as u8),
            time_in_force: word(self.time_in_force, TimeInForce::PostOnly as u8),
            kind: self.self_trade_prevention,
            extensions: u8::from(!self.second_id.is_none()),
            instrument: self.instrument,
            order_id: self.order_id,
            price: self.price as i64,
            quantity: self.quantity as i64,
            amount: self.budget,
            ..Command::new(opcode)
        };
        if self.second_id.is_none() {
            return self.id.put(&mut order.command);
        }
        order.extension = Command::new(Opcode::Extension);
        self.id.put(&mut order.command) && self.second_id.put(&mut order.extension)
    }
}

/// A word that there is not is none: the change log tells of an order that is refused for it, too.
#[inline]
fn word(byte: u8, last: u8) -> u8 {
    if byte <= last { byte } else { 0 }
}
