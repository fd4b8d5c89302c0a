//! One journal entry: 40 bytes of header and its payload (`docs/formats.md`).
//!
//! An entry verifies alone: its checksum starts from its segment's header checksum and its own
//! offset, so no bytes copied from elsewhere, and none that a stranger put into a command, can look
//! like one. That it follows the entry before it is a second, separate check (`previous_crc`,
//! sequence).

use crate::crc32c::crc32c;

/// Bytes of an entry's header.
pub const ENTRY_HEADER_BYTES: usize = 40;
/// Entries begin at multiples of this.
pub const ENTRY_ALIGNMENT: usize = 8;
/// Bytes of an entry that carries a state hash.
pub const MARKER_BYTES: usize = ENTRY_HEADER_BYTES + 8;

/// What an entry is. Numbers are never reused.
#[repr(u8)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryKind {
    /// Command records as executed.
    Commands = 1,
    /// State hash at a sequence.
    StateHash = 2,
    /// State hash; the last entry of its segment, and another segment follows.
    Seal = 3,
    /// State hash; the process stopped cleanly here.
    CleanStop = 4,
}

impl EntryKind {
    fn from_byte(byte: u8) -> Option<EntryKind> {
        Some(match byte {
            1 => EntryKind::Commands,
            2 => EntryKind::StateHash,
            3 => EntryKind::Seal,
            4 => EntryKind::CleanStop,
            _ => return None,
        })
    }
}

/// One entry as it lies in a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry<'a> {
    /// What it is.
    pub kind: EntryKind,
    /// Sequence of the first command; of a marker, the sequence it speaks of.
    pub sequence: u64,
    /// Time of all its commands.
    pub time_ns: u64,
    /// Number of commands; 0 in a marker.
    pub commands: u32,
    /// Where the write that brought this entry began: all before it had been synced (durability
    /// fsync).
    pub write_offset: u32,
    /// Checksum of the entry before it; of the first, what the segment's header says.
    pub previous_crc: u32,
    /// Its own checksum.
    pub crc: u32,
    /// Command records, or the state hash.
    pub payload: &'a [u8],
}

impl Entry<'_> {
    /// Bytes on disk.
    #[must_use]
    pub fn length(&self) -> usize {
        ENTRY_HEADER_BYTES + self.payload.len()
    }

    /// The last sequence it speaks of.
    #[must_use]
    pub fn last_sequence(&self) -> u64 {
        (self.sequence + u64::from(self.commands)).saturating_sub(u64::from(self.commands > 0))
    }

    /// The state hash of a marker.
    #[must_use]
    pub fn state_hash(&self) -> Option<u64> {
        let bytes = self.payload.first_chunk().filter(|_| self.kind != EntryKind::Commands)?;
        Some(u64::from_le_bytes(*bytes))
    }
}

/// Appends an entry that still lacks what only its place decides: `finish` adds it.
pub fn push(
    buffer: &mut Vec<u8>,
    kind: EntryKind,
    sequence: u64,
    time_ns: u64,
    commands: u32,
    payload: &[u8],
) {
    debug_assert!(payload.len().is_multiple_of(ENTRY_ALIGNMENT));
    let length = (ENTRY_HEADER_BYTES + payload.len()) as u32;
    buffer.extend_from_slice(&length.to_le_bytes());
    buffer.extend_from_slice(&[0; 8]);
    buffer.extend_from_slice(&[kind as u8, 0, 0, 0]);
    buffer.extend_from_slice(&sequence.to_le_bytes());
    buffer.extend_from_slice(&time_ns.to_le_bytes());
    buffer.extend_from_slice(&commands.to_le_bytes());
    buffer.extend_from_slice(&[0; 4]);
    buffer.extend_from_slice(payload);
}

/// Where an entry lies: the seed of its checksum.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// Checksum of the segment's header; it covers the venue's secret key.
    pub header_crc: u32,
    /// Offset of the entry in the segment.
    pub offset: u32,
}

impl Place {
    fn checksum(self, entry: &[u8]) -> u32 {
        let seed = crc32c(self.header_crc, &self.offset.to_le_bytes());
        crc32c(crc32c(seed, &entry[..4]), &entry[8..])
    }
}

/// What was found in entries made by `push`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Finished {
    /// Bytes of whole entries, up to and with the first `Seal`.
    pub bytes: usize,
    /// Sequence of the last entry.
    pub last_sequence: u64,
    /// Checksum of the last entry.
    pub last_crc: u32,
    /// Whether the last entry is a `Seal`.
    pub sealed: bool,
}

/// Gives the entries at the start of `bytes` their checksums and chain, as one write at `start`;
/// stops behind a `Seal`.
pub fn finish(bytes: &mut [u8], start: Place, previous_crc: u32) -> Finished {
    let mut done = Finished { bytes: 0, last_sequence: 0, last_crc: previous_crc, sealed: false };
    while done.bytes < bytes.len() && !done.sealed {
        let length = read_u32(&bytes[done.bytes..], 0) as usize;
        let entry = &mut bytes[done.bytes..done.bytes + length];
        entry[8..12].copy_from_slice(&done.last_crc.to_le_bytes());
        entry[36..40].copy_from_slice(&start.offset.to_le_bytes());
        let place = Place { offset: start.offset + done.bytes as u32, ..start };
        let crc = place.checksum(entry);
        entry[4..8].copy_from_slice(&crc.to_le_bytes());
        let commands = u64::from(read_u32(entry, 32));
        done.last_sequence =
            (read_u64(entry, 16) + commands).saturating_sub(u64::from(commands > 0));
        done.last_crc = crc;
        done.sealed = entry[12] == EntryKind::Seal as u8;
        done.bytes += length;
    }
    done
}

/// What lies at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found<'a> {
    /// An entry that verifies alone.
    Entry(Entry<'a>),
    /// The end of the written area: a length of 0, or no room for an entry.
    End,
    /// Bytes that are no entry, and why.
    Invalid(&'static str),
}

/// Reads the entry at the start of `bytes`, which are the segment from `place` to its end.
///
/// Cost: O(length) for a plausible header, else O(1).
#[must_use]
pub fn decode(bytes: &[u8], place: Place) -> Found<'_> {
    if bytes.len() < ENTRY_HEADER_BYTES {
        return Found::End;
    }
    let length = read_u32(bytes, 0) as usize;
    if length == 0 {
        return Found::End;
    }
    if !(ENTRY_HEADER_BYTES..=bytes.len()).contains(&length)
        || !length.is_multiple_of(ENTRY_ALIGNMENT)
    {
        return Found::Invalid("length out of range");
    }
    let Some(kind) = EntryKind::from_byte(bytes[12]) else {
        return Found::Invalid("entry type not known");
    };
    let crc = read_u32(bytes, 4);
    if place.checksum(&bytes[..length]) != crc {
        return Found::Invalid("checksum differs");
    }
    Found::Entry(Entry {
        kind,
        sequence: read_u64(bytes, 16),
        time_ns: read_u64(bytes, 24),
        commands: read_u32(bytes, 32),
        write_offset: read_u32(bytes, 36),
        previous_crc: read_u32(bytes, 8),
        crc,
        payload: &bytes[ENTRY_HEADER_BYTES..length],
    })
}

/// The little-endian u32 at `offset`.
pub(crate) fn read_u32(bytes: &[u8], offset: usize) -> u32 {
    let mut word = [0; 4];
    word.copy_from_slice(&bytes[offset..offset + 4]);
    u32::from_le_bytes(word)
}

/// The little-endian u64 at `offset`.
pub(crate) fn read_u64(bytes: &[u8], offset: usize) -> u64 {
    let mut word = [0; 8];
    word.copy_from_slice(&bytes[offset..offset + 8]);
    u64::from_le_bytes(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLACE: Place = Place { header_crc: 77, offset: 4096 };

    fn two_entries() -> (Vec<u8>, Finished) {
        let mut bytes = Vec::new();
        push(&mut bytes, EntryKind::Commands, 5, 1_000, 2, &[7; 256]);
        push(&mut bytes, EntryKind::StateHash, 6, 1_000, 0, &99_u64.to_le_bytes());
        let done = finish(&mut bytes, PLACE, 3);
        (bytes, done)
    }

    #[test]
    fn entries_of_one_write_are_chained_and_read_back() {
        let (bytes, done) = two_entries();
        let Found::Entry(first) = decode(&bytes, PLACE) else { panic!("no first entry") };
        assert_eq!((first.kind, first.sequence, first.commands), (EntryKind::Commands, 5, 2));
        assert_eq!((first.previous_crc, first.last_sequence()), (3, 6));
        assert_eq!((first.payload, first.state_hash()), ([7; 256].as_slice(), None));
        let place = Place { offset: 4096 + first.length() as u32, ..PLACE };
        let Found::Entry(second) = decode(&bytes[first.length()..], place) else {
            panic!("no second entry")
        };
        assert_eq!((second.kind, second.state_hash()), (EntryKind::StateHash, Some(99)));
        assert_eq!((second.previous_crc, second.write_offset), (first.crc, 4096));
        let last = Finished { bytes: 344, last_sequence: 6, last_crc: second.crc, sealed: false };
        assert_eq!(done, last);
    }

    #[test]
    fn finishing_stops_behind_a_seal() {
        let mut bytes = Vec::new();
        push(&mut bytes, EntryKind::Seal, 9, 0, 0, &[1; 8]);
        push(&mut bytes, EntryKind::Commands, 10, 0, 1, &[2; 128]);
        let done = finish(&mut bytes, PLACE, 0);
        assert_eq!((done.bytes, done.last_sequence, done.sealed), (MARKER_BYTES, 9, true));
    }

    #[test]
    fn every_flipped_bit_is_found() {
        let (bytes, _) = two_entries();
        for bit in 0..bytes.len() * 8 {
            let mut damaged = bytes.clone();
            damaged[bit / 8] ^= 1 << (bit % 8);
            let first = decode(&damaged, PLACE);
            if bit / 8 < 296 {
                assert!(!matches!(first, Found::Entry(_)), "bit {bit}");
            } else {
                let place = Place { offset: 4096 + 296, ..PLACE };
                assert!(!matches!(decode(&damaged[296..], place), Found::Entry(_)), "bit {bit}");
            }
        }
    }

    #[test]
    fn an_entry_verifies_only_in_its_own_place() {
        let (bytes, _) = two_entries();
        let rows = [Place { offset: 4104, ..PLACE }, Place { header_crc: 78, ..PLACE }];
        for place in rows {
            assert_eq!(decode(&bytes, place), Found::Invalid("checksum differs"));
        }
    }

    #[test]
    fn every_cut_leaves_no_entry() {
        let (bytes, _) = two_entries();
        for length in 0..296 {
            let mut torn = bytes[..length].to_vec();
            torn.resize(4096, 0);
            assert!(!matches!(decode(&torn, PLACE), Found::Entry(_)), "cut at {length}");
        }
    }
}
