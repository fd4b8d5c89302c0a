//! Little-endian bytes of a snapshot: a writer, and a reader that never goes past the end.

use crate::units::{Amount, amount_from_words, amount_words};

/// Why snapshot bytes cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SnapshotError {
    /// They were written by another version of the format.
    Version { found: u32, known: u32 },
    /// They end too early.
    Truncated { offset: usize },
    /// A value is not one the engine writes.
    Invalid { offset: usize, what: &'static str },
}

impl std::fmt::Display for SnapshotError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            SnapshotError::Version { found, known } => {
                write!(formatter, "Snapshot format is {found}: this version reads {known}")
            }
            SnapshotError::Truncated { offset } => {
                write!(formatter, "Snapshot ends at byte {offset}, in the middle of a value")
            }
            SnapshotError::Invalid { offset, what } => {
                write!(formatter, "Snapshot has an invalid {what} before byte {offset}")
            }
        }
    }
}

impl std::error::Error for SnapshotError {}

/// Appends values.
pub struct ByteWriter<'a>(pub &'a mut Vec<u8>);

impl ByteWriter<'_> {
    pub fn u8(&mut self, value: u8) {
        self.0.push(value);
    }

    pub fn u32(&mut self, value: u32) {
        self.0.extend_from_slice(&value.to_le_bytes());
    }

    pub fn u64(&mut self, value: u64) {
        self.0.extend_from_slice(&value.to_le_bytes());
    }

    pub fn i64(&mut self, value: i64) {
        self.u64(value as u64);
    }

    pub fn amount(&mut self, value: Amount) {
        amount_words(value).into_iter().for_each(|word| self.u64(word));
    }

    pub fn hash(&mut self, value: u128) {
        self.amount(value as i128);
    }

    /// Length u8, then the bytes.
    pub fn text(&mut self, text: &[u8]) {
        self.u8(text.len() as u8);
        self.0.extend_from_slice(text);
    }
}

/// Takes values off the front.
pub struct ByteReader<'a> {
    bytes: &'a [u8],
    offset: usize,
}

impl<'a> ByteReader<'a> {
    pub fn new(bytes: &'a [u8]) -> ByteReader<'a> {
        ByteReader { bytes, offset: 0 }
    }

    pub fn is_at_end(&self) -> bool {
        self.offset == self.bytes.len()
    }

    /// An error about the value just read.
    pub fn invalid(&self, what: &'static str) -> SnapshotError {
        SnapshotError::Invalid { offset: self.offset, what }
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8], SnapshotError> {
        let end = self.offset + length;
        let Some(taken) = self.bytes.get(self.offset..end) else {
            return Err(SnapshotError::Truncated { offset: self.bytes.len() });
        };
        self.offset = end;
        Ok(taken)
    }

    pub fn u8(&mut self) -> Result<u8, SnapshotError> {
        Ok(self.take(1)?[0])
    }

    pub fn u32(&mut self) -> Result<u32, SnapshotError> {
        let mut bytes = [0; 4];
        bytes.copy_from_slice(self.take(4)?);
        Ok(u32::from_le_bytes(bytes))
    }

    pub fn u64(&mut self) -> Result<u64, SnapshotError> {
        let mut bytes = [0; 8];
        bytes.copy_from_slice(self.take(8)?);
        Ok(u64::from_le_bytes(bytes))
    }

    pub fn i64(&mut self) -> Result<i64, SnapshotError> {
        Ok(self.u64()? as i64)
    }

    pub fn amount(&mut self) -> Result<Amount, SnapshotError> {
        Ok(amount_from_words([self.u64()?, self.u64()?]))
    }

    pub fn hash(&mut self) -> Result<u128, SnapshotError> {
        Ok(self.amount()? as u128)
    }

    pub fn text(&mut self) -> Result<&'a [u8], SnapshotError> {
        let length = self.u8()?;
        self.take(usize::from(length))
    }
}
