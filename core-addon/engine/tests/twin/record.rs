//! Reads transactions as a consumer does, by `docs/formats.md`.

use engine::change::HEADER_WORDS;
use engine::units::{Amount, amount_from_words};

/// A transaction: header fields and records.
pub struct TransactionView<'a> {
    pub sequence: u64,
    pub time_ns: u64,
    pub code: u16,
    pub opcode: u8,
    pub flags: u8,
    pub result: u64,
    pub records: Vec<RecordView<'a>>,
}

/// One change record; `words` starts with its head.
#[derive(Clone, Copy)]
pub struct RecordView<'a> {
    pub entity: u8,
    pub change: u8,
    words: &'a [u64],
}

impl<'a> TransactionView<'a> {
    /// Reads exactly one transaction; lengths, counts and subs must be right.
    pub fn read(words: &'a [u64]) -> TransactionView<'a> {
        assert_eq!(words[0] as u32 as usize, words.len(), "length of the transaction");
        let count = (words[0] >> 32) as usize;
        let mut records = Vec::with_capacity(count);
        let mut rest = &words[HEADER_WORDS..];
        while !rest.is_empty() {
            let length = (rest[0] >> 16) as u8 as usize;
            assert_eq!((rest[0] >> 32) as usize, records.len(), "subs are dense from 0");
            let (record, behind) = rest.split_at(length);
            let (entity, change) = (record[0] as u8, (record[0] >> 8) as u8);
            records.push(RecordView { entity, change, words: record });
            rest = behind;
        }
        assert_eq!(records.len(), count, "number of records");
        TransactionView {
            sequence: words[1],
            time_ns: words[2],
            code: words[3] as u16,
            opcode: (words[3] >> 16) as u8,
            flags: (words[3] >> 24) as u8,
            result: words[4],
            records,
        }
    }
}

impl RecordView<'_> {
    pub fn word(&self, index: usize) -> u64 {
        self.words[index]
    }

    pub fn signed(&self, index: usize) -> i64 {
        self.words[index] as i64
    }

    pub fn low(&self, index: usize) -> u32 {
        self.words[index] as u32
    }

    pub fn high(&self, index: usize) -> u32 {
        (self.words[index] >> 32) as u32
    }

    pub fn byte(&self, index: usize, byte: usize) -> u8 {
        (self.words[index] >> (8 * byte)) as u8
    }

    pub fn amount(&self, index: usize) -> Amount {
        amount_from_words([self.words[index], self.words[index + 1]])
    }

    /// `length` bytes of text that start at word `index`.
    pub fn text(&self, index: usize, length: u8) -> Vec<u8> {
        let bytes = self.words[index..].iter().flat_map(|word| word.to_le_bytes());
        bytes.take(usize::from(length)).collect()
    }
}

/// Text of a transaction for a failure message: the header, then one record per line.
pub fn describe(words: &[u64]) -> String {
    let mut text = format!("header {:x?}", &words[..HEADER_WORDS.min(words.len())]);
    let mut rest = &words[HEADER_WORDS.min(words.len())..];
    while !rest.is_empty() {
        let length = ((rest[0] >> 16) as u8 as usize).clamp(1, rest.len());
        let values: Vec<i64> = rest[1..length].iter().map(|word| *word as i64).collect();
        text += &format!("\n  entity {} change {} {values:?}", rest[0] as u8, (rest[0] >> 8) as u8);
        rest = &rest[length..];
    }
    text
}
