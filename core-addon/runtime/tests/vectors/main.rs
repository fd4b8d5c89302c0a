//! Walks `test/vectors/core`: what Rust writes and reads must be what TypeScript reads and writes.
//!
//! `test/vectors/core.test.ts` walks the same folder. A file that no reader knows, or an opcode or
//! record kind without a case, fails.

mod changes;
mod commands;
mod engine_records;
mod vocabularies;

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::str::FromStr;

use serde_json::Value;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../test/vectors/core");

/// Every file of the folder by name.
pub fn files() -> BTreeMap<String, Value> {
    let entries = std::fs::read_dir(FOLDER).expect("the vectors are readable");
    let read = |path: std::path::PathBuf| {
        let name = path.file_name().expect("a file has a name").to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&path).expect("a vector file is readable");
        let value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        (name, value)
    };
    entries.map(|entry| read(entry.expect("the folder is readable").path())).collect()
}

/// Every case of the files whose `record` is `kind`, under the name of file and case.
pub fn cases(kind: &str) -> Vec<(String, Value)> {
    let mut found = Vec::new();
    for (file, content) in files() {
        if content["record"] != kind {
            continue;
        }
        for case in content["cases"].as_array().expect("a vector file has cases") {
            found.push((format!("{file}: {}", text(case, "name")), case.clone()));
        }
    }
    assert!(!found.is_empty(), "no vectors of {kind}");
    found
}

pub fn text<'a>(fields: &'a Value, name: &str) -> &'a str {
    fields[name].as_str().unwrap_or_else(|| panic!("{name} is no text in {fields}"))
}

pub fn number<T: FromStr<Err: Debug>>(fields: &Value, name: &str) -> T {
    text(fields, name).parse().unwrap_or_else(|error| panic!("{name} in {fields}: {error:?}"))
}

/// A number that is 0 when it is left out.
pub fn optional<T: FromStr<Err: Debug> + Default>(fields: &Value, name: &str) -> T {
    if fields[name].is_null() { T::default() } else { number(fields, name) }
}

pub fn expected_hex(case: &Value) -> String {
    let lines = case["bytes"].as_array().expect("bytes are lines of hex");
    lines.iter().map(|line| line.as_str().expect("a line is text")).collect()
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub fn from_hex(hex: &str) -> Vec<u8> {
    let byte = |index| u8::from_str_radix(&hex[index..index + 2], 16).expect("hex digits");
    (0..hex.len()).step_by(2).map(byte).collect()
}

#[test]
fn no_file_is_unread() {
    for (file, content) in files() {
        let kind = text(&content, "record");
        assert!(
            ["command", "query", "transaction", "constants"].contains(&kind),
            "{file}: no reader for {kind}"
        );
    }
}
