//! A verified message of a client → a command record, or what whoever owns the sockets answers.

use engine::command::{Command, Opcode};
use engine::generated::reject_code::RejectCode;
use engine::units::TICKS_MAX;
use flatbuffers::{InvalidFlatbuffer, VerifierOptions};

use crate::frame::LENGTH_BYTES;
use crate::generated::{ClientBody, ClientMessage};
use crate::plain::{Alignment, Table};
use crate::terms::Terms;

/// The root and its union; a struct or text is none.
const TABLES_MAX: usize = 4;
/// Bytes that following all offsets may come to: no field of a client's message is shared.
const APPARENT_BYTES_MAX: usize = 64 << 10;
const VERIFIER: VerifierOptions = VerifierOptions {
    max_depth: TABLES_MAX,
    max_tables: TABLES_MAX,
    max_apparent_size: APPARENT_BYTES_MAX,
    ignore_missing_null_terminator: false,
};

/// A command with the second record that it may need: only when `command.extensions` says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OrderCommand {
    pub command: Command,
    pub extension: Command,
}

impl Default for OrderCommand {
    fn default() -> OrderCommand {
        let none = Command::new(Opcode::Extension);
        OrderCommand { command: none, extension: none }
    }
}

impl OrderCommand {
    /// The text of the second record; empty when there is none.
    #[must_use]
    pub fn extension_text(&self) -> &[u8] {
        if self.command.extensions > 0 { self.extension.text() } else { &[] }
    }
}

/// What a frame asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Request {
    /// A command; its account, session and flags are not set yet.
    Order,
    /// Something that whoever owns the sockets answers.
    Control(ClientBody),
    Heartbeat,
    /// A message with an id that no command can hold; `client_order_id_invalid`.
    IdInvalid(ClientBody),
    /// A member of the union that a later version has.
    Unknown(ClientBody),
    /// The verifier refuses it, or it has no body.
    Malformed,
}

/// Reads one frame, with its length; a command goes into `order`. Never panics, reads nothing
/// beyond the frame.
#[inline]
#[must_use]
pub fn read_request(frame: &[u8], order: &mut OrderCommand) -> Request {
    match read_plain(frame, order) {
        Some(request) => request,
        None => read_verified(frame, order),
    }
}

/// What the verifier and flatc's readers say of a frame. `read_request` says the same, faster.
#[must_use]
pub fn read_verified(frame: &[u8], order: &mut OrderCommand) -> Request {
    let Ok(message) = verified(frame) else {
        return Request::Malformed;
    };
    let body = message.body_type();
    let terms = match body {
        ClientBody::NewOrder => message.body_as_new_order().map(|it| Terms::of_new_order(&it)),
        ClientBody::CancelOrder => message.body_as_cancel_order().map(|it| Terms::of_cancel(&it)),
        ClientBody::ReplaceOrder => {
            message.body_as_replace_order().map(|it| Terms::of_replace(&it))
        }
        ClientBody::MassCancel => {
            message.body_as_mass_cancel().map(|it| Terms::of_mass_cancel(&it))
        }
        other => return not_an_order(other),
    };
    let Some(terms) = terms else { return Request::Malformed };
    if terms.put(body, order) { Request::Order } else { Request::IdInvalid(body) }
}

/// An order or cancel as nearly all are built; `None`: the verifier is to look at it.
#[inline]
fn read_plain(frame: &[u8], order: &mut OrderCommand) -> Option<Request> {
    let message = Table::root(frame.get(LENGTH_BYTES..)?)?;
    let kind = ClientBody(message.u8(ClientMessage::VT_BODY_TYPE)?);
    let body = message.table(ClientMessage::VT_BODY)?;
    let mut alignment = Alignment::default();
    let terms = match kind {
        ClientBody::NewOrder => Terms::new_order(&body, &mut alignment)?,
        ClientBody::CancelOrder => Terms::cancel(&body, &mut alignment)?,
        ClientBody::ReplaceOrder => Terms::replace(&body, &mut alignment)?,
        ClientBody::MassCancel => Terms::mass_cancel(&body, &mut alignment)?,
        _ => return None,
    };
    if !alignment.is_one() {
        return None;
    }
    Some(if terms.put(kind, order) { Request::Order } else { Request::IdInvalid(kind) })
}

/// Why a command cannot be told of in the change log, if it cannot: everybody who reads it holds
/// ids, ticks and lots below 2^53. The engine judges what is.
#[inline]
#[must_use]
pub fn unspeakable(command: &Command) -> Option<RejectCode> {
    let (price, quantity) = (command.price.unsigned_abs(), command.quantity.unsigned_abs());
    let is_told = |number: u64| number < TICKS_MAX.unsigned_abs();
    if is_told(command.order_id | price | quantity) {
        return None;
    }
    // In the order of checks.
    Some(if !is_told(command.order_id) {
        RejectCode::OrderNotFound
    } else if !is_told(price) {
        RejectCode::PriceOutOfRange
    } else {
        RejectCode::QuantityOutOfRange
    })
}

fn not_an_order(body: ClientBody) -> Request {
    match body {
        ClientBody::Heartbeat => Request::Heartbeat,
        ClientBody::NONE => Request::Malformed,
        body if body > ClientBody::Logout => Request::Unknown(body),
        body => Request::Control(body),
    }
}

/// Offsets count from behind the length, or, when a builder has written it, from in front of it:
/// they differ in what is aligned.
#[inline]
fn verified(frame: &[u8]) -> Result<ClientMessage<'_>, InvalidFlatbuffer> {
    let body = frame.get(LENGTH_BYTES..).unwrap_or_default();
    match flatbuffers::root_with_opts::<ClientMessage>(&VERIFIER, body) {
        Err(InvalidFlatbuffer::Unaligned { .. }) => {
            flatbuffers::size_prefixed_root_with_opts::<ClientMessage>(&VERIFIER, frame)
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_several_reasons_the_first_in_the_order_of_checks_is_told() {
        let mut command = Command::new(Opcode::NewOrder);
        assert_eq!(unspeakable(&command), None);
        let mut expect = |change: fn(&mut Command), code| {
            change(&mut command);
            assert_eq!(unspeakable(&command), Some(code));
        };
        expect(|it| it.quantity = -TICKS_MAX, RejectCode::QuantityOutOfRange);
        expect(|it| it.price = TICKS_MAX, RejectCode::PriceOutOfRange);
        expect(|it| it.order_id = u64::MAX, RejectCode::OrderNotFound);
    }
}
