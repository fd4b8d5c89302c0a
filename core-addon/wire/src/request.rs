//! A verified message of a client → a command record, or what whoever owns the sockets answers.

use engine::command::{Command, Opcode, TEXT_BYTES_MAX};
use flatbuffers::{InvalidFlatbuffer, VerifierOptions};

use crate::client_id;
use crate::frame::LENGTH_BYTES;
use crate::generated::{
    CancelOrder, ClientBody, ClientMessage, MassCancel, NewOrder, ReplaceOrder,
};

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
/// Request id of a mass cancel that has none: only one with an id is answered by the engine.
pub const NO_REQUEST_ID: &str = "0";

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
    let Ok(message) = verified(frame) else {
        return Request::Malformed;
    };
    let is_read = match message.body_type() {
        ClientBody::NewOrder => message.body_as_new_order().map(|it| new_order(&it, order)),
        ClientBody::CancelOrder => {
            message.body_as_cancel_order().map(|it| cancel_order(&it, order))
        }
        ClientBody::ReplaceOrder => {
            message.body_as_replace_order().map(|it| replace_order(&it, order))
        }
        ClientBody::MassCancel => message.body_as_mass_cancel().map(|it| mass_cancel(&it, order)),
        other => return not_an_order(other),
    };
    match is_read {
        Some(true) => Request::Order,
        Some(false) => Request::IdInvalid(message.body_type()),
        None => Request::Malformed,
    }
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

// Each returns whether a record can hold the message's ids.

#[inline]
fn new_order(order: &NewOrder, to: &mut OrderCommand) -> bool {
    let command = &mut to.command;
    *command = Command::new(Opcode::NewOrder);
    command.side = order.side().0;
    command.order_type = order.order_type().0;
    command.time_in_force = order.time_in_force().0;
    command.kind = order.self_trade_prevention().0;
    command.instrument = order.instrument();
    command.price = order.price();
    command.quantity = order.quantity();
    if let Some(budget) = order.budget() {
        command.amount = [budget.low(), budget.high()];
    }
    set_id(command, order.client_order_id(), order.client_ref())
}

#[inline]
fn cancel_order(cancel: &CancelOrder, to: &mut OrderCommand) -> bool {
    let command = &mut to.command;
    *command = Command::new(Opcode::CancelOrder);
    command.order_id = cancel.order_id();
    command.instrument = cancel.instrument();
    set_id(command, cancel.client_order_id(), cancel.client_ref())
        && extend(to, cancel.request_id(), cancel.request_ref())
}

#[inline]
fn replace_order(replace: &ReplaceOrder, to: &mut OrderCommand) -> bool {
    let command = &mut to.command;
    *command = Command::new(Opcode::ReplaceOrder);
    command.order_id = replace.order_id();
    command.price = replace.price();
    command.quantity = replace.quantity();
    set_id(command, replace.new_client_order_id(), replace.new_client_ref())
        && extend(to, replace.client_order_id(), replace.client_ref())
}

#[inline]
fn mass_cancel(cancel: &MassCancel, to: &mut OrderCommand) -> bool {
    let command = &mut to.command;
    *command = Command::new(Opcode::MassCancel);
    command.instrument = cancel.instrument();
    let (text, number) = (cancel.request_id(), cancel.request_ref());
    let has_id = number > 0 || text.is_some_and(|text| !text.is_empty());
    extend(to, if has_id { text } else { Some(NO_REQUEST_ID) }, number)
}

/// Adds the second record when there is an id for it.
#[inline]
fn extend(to: &mut OrderCommand, text: Option<&str>, number: u64) -> bool {
    if text.is_none() && number == 0 {
        return true;
    }
    to.extension = Command::new(Opcode::Extension);
    let fits = set_id(&mut to.extension, text, number);
    to.command.extensions = u8::from(to.extension.text_length > 0);
    fits
}

/// Returns whether a record can hold the id; what an id may look like is for the engine to judge.
#[inline]
fn set_id(command: &mut Command, text: Option<&str>, number: u64) -> bool {
    match text {
        Some(text) if text.len() > TEXT_BYTES_MAX => return false,
        Some(text) if !text.is_empty() => set_text(command, text.as_bytes()),
        _ if number > 0 => set_text(command, client_id::text_of(number, &mut [0; 20])),
        _ => {}
    }
    true
}

#[inline]
fn set_text(command: &mut Command, text: &[u8]) {
    command.text[..text.len()].copy_from_slice(text);
    command.text_length = text.len() as u8;
}
