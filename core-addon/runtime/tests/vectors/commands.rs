//! Commands and queries: fields to bytes and back.

use std::collections::BTreeSet;

use engine::command::{COMMAND_BYTES, Command, Opcode, QueryKind};
use runtime::record;
use serde_json::Value;

use crate::{cases, expected_hex, from_hex, hex, number, optional, text};

const COMMAND_FIELDS: [&str; 15] = [
    "opcode",
    "flags",
    "side",
    "order_type",
    "time_in_force",
    "kind",
    "account",
    "instrument",
    "session",
    "order_id",
    "price",
    "quantity",
    "amount",
    "text",
    "extension_text",
];

/// The record of a case, and its extension.
fn command(input: &Value) -> (Command, Option<Command>) {
    let fields = input.as_object().expect("input is an object");
    for name in fields.keys() {
        assert!(COMMAND_FIELDS.contains(&name.as_str()), "{name} is no field of a command");
    }
    let mut command = Command::new(Opcode::Extension);
    command.opcode = number(input, "opcode");
    command.flags = optional(input, "flags");
    command.side = optional(input, "side");
    command.order_type = optional(input, "order_type");
    command.time_in_force = optional(input, "time_in_force");
    command.kind = optional(input, "kind");
    command.account = optional(input, "account");
    command.instrument = optional(input, "instrument");
    command.session = optional(input, "session");
    command.order_id = optional(input, "order_id");
    command.price = optional(input, "price");
    command.quantity = optional(input, "quantity");
    command = command.with_amount(optional(input, "amount"));
    if !input["text"].is_null() {
        command = command.with_text(text(input, "text"));
    }
    if input["extension_text"].is_null() {
        return (command, None);
    }
    command.extensions = 1;
    let extension = Command::new(Opcode::Extension).with_text(text(input, "extension_text"));
    (command, Some(extension))
}

#[test]
fn commands_and_queries_are_the_bytes_of_the_vectors() {
    for (name, case) in [cases("command"), cases("query")].concat() {
        let (command, extension) = command(&case["input"]);
        let mut bytes = record::to_bytes(&command).to_vec();
        if let Some(extension) = &extension {
            bytes.extend_from_slice(record::to_bytes(extension));
        }
        assert_eq!(hex(&bytes), expected_hex(&case), "{name}");

        let bytes = from_hex(&expected_hex(&case));
        assert_eq!(record::count(&bytes), Ok(1), "{name}");
        let item = record::read(&bytes, 0);
        assert_eq!((item.command, item.extension), (command, extension), "{name}");
        assert_eq!(record::words_to_bytes(&command.words()), &bytes[..COMMAND_BYTES], "{name}");
    }
}

#[test]
fn every_opcode_has_a_vector() {
    let opcodes = |kind| -> BTreeSet<u8> {
        cases(kind).iter().map(|(_, case)| number(&case["input"], "opcode")).collect()
    };
    let known =
        |byte: &u8| Opcode::from_byte(*byte).is_some_and(|opcode| opcode != Opcode::Extension);
    assert_eq!(opcodes("command"), (0..=255).filter(known).collect());
    let asked: BTreeSet<u8> =
        (0..=255).filter(|byte| QueryKind::from_byte(*byte).is_some()).collect();
    assert_eq!(opcodes("query"), asked);
}
