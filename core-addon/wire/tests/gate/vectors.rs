//! Walks `test/vectors/binary`: frames of other builders become the commands they mean, and the
//! gate writes of each transaction the very bytes. `test/vectors/binary.test.ts` reads the same
//! files with the generated TypeScript. A file that no reader knows fails.

use std::str::FromStr;

use engine::command::{Command, Opcode};
use serde_json::Value;
use wire::generated::{ClientBody, ClientMessage, ServerMessage};
use wire::{
    Bounds, Gate, LogIn, OrderCommand, Position, Request, SessionSpec, read_request, read_verified,
};

use crate::support::login;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../test/vectors/binary");

/// Every case of the files of one record, with its name.
fn cases(record: &str) -> Vec<(String, Value)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(FOLDER).expect("the vectors are readable") {
        let path = entry.expect("the folder is readable").path();
        let text = std::fs::read_to_string(&path).expect("a vector file is readable");
        let file: Value = serde_json::from_str(&text).expect("a vector file is JSON");
        let kind = file["record"].as_str().expect("a file names its record");
        assert!(["client", "numbered", "server"].contains(&kind), "no reader for {kind}");
        for case in file["cases"].as_array().expect("a file has cases") {
            if kind == record {
                let name = case["name"].as_str().expect("a case has a name");
                found.push((name.to_owned(), case.clone()));
            }
        }
    }
    assert!(!found.is_empty(), "no vectors of {record}");
    found
}

/// Bytes of lines of hex.
fn bytes(lines: &Value) -> Vec<u8> {
    let lines = lines.as_array().expect("bytes are lines of hex");
    let text: String = lines.iter().map(|line| line.as_str().expect("a line is text")).collect();
    let byte = |at: usize| u8::from_str_radix(&text[at..at + 2], 16).expect("hex digits");
    (0..text.len()).step_by(2).map(byte).collect()
}

/// A number, 0 when it is left out.
fn number<T: FromStr + Default>(fields: &Value, name: &str) -> T {
    let Some(text) = fields[name].as_str() else { return T::default() };
    text.parse().unwrap_or_else(|_| panic!("{name} in {fields}"))
}

/// The number of a word.
fn word(fields: &Value, name: &str, words: &[&str]) -> u8 {
    let Some(text) = fields[name].as_str() else { return 0 };
    let at = words.iter().position(|word| *word == text);
    1 + at.unwrap_or_else(|| panic!("{name} in {fields}")) as u8
}

/// An id as text, however it was given.
fn id<'a>(fields: &'a Value, text: &str, number: &str) -> &'a str {
    fields[text].as_str().or(fields[number].as_str()).unwrap_or_default()
}

/// What an order message means, told by its fields.
fn commands(kind: &str, fields: &Value) -> Option<(Command, String)> {
    let client_id = id(fields, "client_order_id", "client_ref");
    let request_id = id(fields, "request_id", "request_ref");
    let (opcode, own, other) = match kind {
        "NewOrder" => (Opcode::NewOrder, client_id, ""),
        "CancelOrder" => (Opcode::CancelOrder, client_id, request_id),
        "ReplaceOrder" => {
            (Opcode::ReplaceOrder, id(fields, "new_client_order_id", "new_client_ref"), client_id)
        }
        // The engine answers a mass cancel that has an id.
        "MassCancel" => {
            (Opcode::MassCancel, "", if request_id.is_empty() { "0" } else { request_id })
        }
        _ => return None,
    };
    let command = Command {
        side: word(fields, "side", &["Buy", "Sell"]),
        order_type: word(fields, "order_type", &["Limit", "Market"]),
        time_in_force: word(fields, "time_in_force", &["Gtc", "Ioc", "Fok", "PostOnly"]),
        kind: word(fields, "self_trade_prevention", &["ExpireTaker"]),
        extensions: u8::from(!other.is_empty()),
        instrument: number(fields, "instrument"),
        order_id: number(fields, "order_id"),
        price: number(fields, "price"),
        quantity: number(fields, "quantity"),
        amount: [number(&fields["budget"], "low"), number(&fields["budget"], "high")],
        ..Command::new(opcode)
    };
    Some((command.with_text(own), other.to_owned()))
}

#[test]
fn frames_of_other_builders_are_the_commands_they_mean() {
    let mut orders = 0;
    for (name, case) in cases("client") {
        let frame = bytes(&case["bytes"]);
        let kind = case["input"]["type"].as_str().expect("a type");
        let mut found = OrderCommand::default();
        let request = read_request(&frame, &mut found);
        match commands(kind, &case["input"]["fields"]) {
            Some((command, extension)) => {
                assert_eq!(request, Request::Order, "{name}");
                assert_eq!(found.command, command, "{name}");
                assert_eq!(found.extension_text(), extension.as_bytes(), "{name}");
                assert_eq!(read_verified(&frame, &mut found), request, "{name}");
                orders += 1;
            }
            None if kind == "Heartbeat" => assert_eq!(request, Request::Heartbeat, "{name}"),
            None => {
                let message = flatbuffers::root::<ClientMessage>(&frame[4..]).expect("verified");
                assert_eq!(request, Request::Control(message.body_type()), "{name}");
                assert_eq!(message.body_type().variant_name(), Some(kind), "{name}");
            }
        }
    }
    assert!(orders > 10 && ClientBody::ENUM_MAX == ClientBody::Logout.0);
}

#[test]
fn each_transaction_gives_the_very_bytes() {
    for (name, case) in cases("numbered") {
        let session = &case["session"];
        let mut gate = Gate::new(Bounds::DEFAULT);
        let position = Position {
            number: number(session, "last_number"),
            engine_session: number(session, "engine_session"),
            ..Position::default()
        };
        let spec = SessionSpec {
            account: number(session, "account"),
            engine_name: b"one",
            balance_updates: session["balance_updates"] == true,
            increasing_refs: false,
            position,
        };
        let slot = gate.open_session(&spec).expect("there is room");
        assert!(gate.connect(0));
        gate.receive(0, &login(), 1, 1);
        let login = LogIn { may_trade: true, cancel_on_disconnect: false, next_number: 0 };
        gate.log_in(0, slot, &login);
        assert!(gate.go_live(0));
        gate.deliver(&mut bytes(&case["transaction"]));
        let expected = bytes(&case["bytes"]);
        assert_eq!(gate.output(0), expected, "{name}");
        let count = case["input"].as_array().expect("messages").len() as u64;
        assert_eq!(gate.position(slot).number, position.number + count, "{name}");
    }
}

#[test]
fn frames_of_the_gateway_verify() {
    for (name, case) in cases("server") {
        let frame = bytes(&case["bytes"]);
        let message = flatbuffers::root::<ServerMessage>(&frame[4..]).expect("verified");
        assert_eq!(message.number(), 0, "{name}");
        let kind = case["input"][0]["type"].as_str().expect("a type");
        assert_eq!(message.body_type().variant_name(), Some(kind), "{name}");
    }
}
