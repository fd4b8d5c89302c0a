//! Walks `test/vectors/journal`: the bytes on disk are those drawn in `docs/formats.md`, for ever.
//!
//! `test/vectors/journal.test.ts` reads the same files with a reader of its own.

use std::fmt::Debug;
use std::path::Path;
use std::str::FromStr;

use runtime::journal::entry::{self, EntryKind, Found, Place};
use runtime::journal::segment::{Identity, SegmentHeader};
use runtime::snapshot::SnapshotHeader;
use serde_json::Value;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../test/vectors/journal");
const KINDS: [(&str, EntryKind); 4] = [
    ("commands", EntryKind::Commands),
    ("state_hash", EntryKind::StateHash),
    ("seal", EntryKind::Seal),
    ("clean_stop", EntryKind::CleanStop),
];

fn number<T: FromStr<Err: Debug>>(fields: &Value, name: &str) -> T {
    let text = fields[name].as_str().unwrap_or_else(|| panic!("{name} is no text in {fields}"));
    text.parse().unwrap_or_else(|error| panic!("{name} in {fields}: {error:?}"))
}

/// Lines of hex, and the zeros behind them that the file leaves out.
fn bytes(lines: &Value, zeros: usize) -> Vec<u8> {
    let lines = lines.as_array().expect("bytes are lines of hex");
    let hex: String = lines.iter().map(|line| line.as_str().expect("a line is text")).collect();
    let byte = |at| u8::from_str_radix(&hex[at..at + 2], 16).expect("hex digits");
    (0..hex.len()).step_by(2).map(byte).chain(std::iter::repeat_n(0, zeros)).collect()
}

fn identity(input: &Value) -> Identity {
    let pair = |name: &str| -> [u64; 2] {
        std::array::from_fn(|index| {
            input[name][index].as_str().and_then(|text| text.parse().ok()).expect("a number")
        })
    };
    Identity {
        venue_id: pair("venue_id"),
        hash_key: pair("hash_key"),
        behaviour_version: number(input, "behaviour_version"),
    }
}

#[test]
fn every_file_is_read_and_every_byte_agrees() {
    let mut cases_read = 0;
    for file in std::fs::read_dir(FOLDER).expect("the vectors are readable") {
        let path = file.expect("the folder is readable").path();
        let text = std::fs::read_to_string(&path).expect("a vector file is readable");
        let content: Value = serde_json::from_str(&text).expect("a vector file is JSON");
        let cases = content["cases"].as_array().expect("a vector file has cases");
        for case in cases {
            let name = format!("{}: {}", path.display(), case["name"]);
            let zeros = if case["zeros"].is_null() { 0 } else { number(case, "zeros") };
            let expected = bytes(&case["bytes"], zeros);
            match content["record"].as_str() {
                Some("segment_header") => check_segment_header(&name, &case["input"], &expected),
                Some("journal_write") => check_write(&name, &case["input"], &expected),
                Some("snapshot_header") => check_snapshot_header(&name, &case["input"], &expected),
                other => panic!("{name}: no reader for {other:?}"),
            }
            cases_read += 1;
        }
    }
    assert!(cases_read >= 10, "{cases_read} cases");
}

fn check_segment_header(name: &str, input: &Value, expected: &[u8]) {
    let header = SegmentHeader {
        identity: identity(input),
        first_sequence: number(input, "first_sequence"),
        previous_crc: number(input, "previous_crc"),
        segment_bytes: number(input, "segment_bytes"),
    };
    assert_eq!(header.encode(), expected, "{name}");
    assert_eq!(SegmentHeader::decode(expected, Path::new(name)), Ok(header), "{name}");
}

fn payload(entry: &Value) -> Vec<u8> {
    match entry["records"].as_array() {
        Some(records) => records.iter().flat_map(|record| bytes(record, 0)).collect(),
        None => number::<u64>(entry, "state_hash").to_le_bytes().to_vec(),
    }
}

fn kind(entry: &Value) -> EntryKind {
    let found = KINDS.iter().find(|(name, _)| entry["kind"] == *name);
    found.unwrap_or_else(|| panic!("kind {} is not known", entry["kind"])).1
}

fn check_write(name: &str, input: &Value, expected: &[u8]) {
    let entries = input["entries"].as_array().expect("a write has entries");
    let commands =
        |entry: &Value| if entry["commands"].is_null() { 0 } else { number(entry, "commands") };
    let mut written = Vec::new();
    for entry in entries {
        let (sequence, time_ns) = (number(entry, "sequence"), number(entry, "time_ns"));
        let payload = payload(entry);
        entry::push(&mut written, kind(entry), sequence, time_ns, commands(entry), &payload);
    }
    let start = Place { header_crc: number(input, "header_crc"), offset: number(input, "offset") };
    let done = entry::finish(&mut written, start, number(input, "previous_crc"));
    assert_eq!(written, expected, "{name}");
    assert_eq!(done.bytes, expected.len(), "{name}");
    assert_eq!(done.last_crc, number::<u32>(input, "last_crc"), "{name}");

    let (mut at, mut previous_crc) = (0, number(input, "previous_crc"));
    for entry in entries {
        let place = Place { offset: start.offset + at as u32, ..start };
        let Found::Entry(found) = entry::decode(&expected[at..], place) else {
            panic!("{name}: no entry at {at}")
        };
        assert_eq!((found.kind, found.commands), (kind(entry), commands(entry)), "{name}");
        assert_eq!(found.sequence, number::<u64>(entry, "sequence"), "{name}");
        assert_eq!(found.time_ns, number::<u64>(entry, "time_ns"), "{name}");
        assert_eq!(
            (found.write_offset, found.previous_crc),
            (start.offset, previous_crc),
            "{name}"
        );
        assert_eq!(found.payload, payload(entry), "{name}");
        (at, previous_crc) = (at + found.length(), found.crc);
    }
}

fn check_snapshot_header(name: &str, input: &Value, expected: &[u8]) {
    let header = SnapshotHeader {
        identity: identity(input),
        sequence: number(input, "sequence"),
        time_ns: number(input, "time_ns"),
        state_hash: number(input, "state_hash"),
        is_clean_stop: input["is_clean_stop"].as_bool().expect("is_clean_stop is a boolean"),
    };
    let state = bytes(&input["state"], 0);
    assert_eq!(header.encode(&state), expected, "{name}");
    let file = [expected, &state].concat();
    let found = SnapshotHeader::decode(&file, Path::new(name));
    assert_eq!(found, Ok((header, state.as_slice())), "{name}");
}

#[test]
fn every_kind_of_entry_has_a_vector() {
    let text = std::fs::read_to_string(format!("{FOLDER}/entry.json")).expect("readable");
    let content: Value = serde_json::from_str(&text).expect("JSON");
    let cases = content["cases"].as_array().expect("a vector file has cases");
    let entries =
        cases.iter().flat_map(|case| case["input"]["entries"].as_array().expect("a list"));
    let found: Vec<EntryKind> = entries.map(kind).collect();
    for (name, kind) in KINDS {
        assert!(found.contains(&kind), "{name} has no vector");
    }
}
