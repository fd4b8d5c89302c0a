//! Walks the entries of the segments in order, and judges where and why they end.
//!
//! The end of the journal is *torn* when the bytes there are no entry and nothing that was written
//! later is: only a group of entries whose sync never returned can look so, and nobody was told of
//! it. An entry that verifies, and whose write began behind the damage, proves that the damaged
//! bytes had been written whole before: bit rot, which is refused.

use crate::environment::Disk;
use crate::fault::{Fault, FaultCode};
use crate::record;

use super::entry::{self, ENTRY_ALIGNMENT, Entry, EntryKind, Found, Place};
use super::segment::{SEGMENT_HEADER_BYTES, SegmentFile, segment_name};

/// Whether to go on.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Visit {
    /// To the next entry.
    Continue,
    /// No further.
    Stop,
}

/// Where the journal ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JournalEnd {
    /// Index of the segment.
    pub segment: usize,
    /// Offset behind its last entry.
    pub offset: usize,
    /// Checksum of that entry.
    pub previous_crc: u32,
    /// The last sequence in the journal.
    pub sequence: u64,
    /// Bytes behind it that are not 0, up to the last such: a write that did not finish.
    pub torn_bytes: usize,
    /// A next segment was begun, but the seal before it did not reach the disk.
    pub has_empty_next: bool,
}

/// Calls `visit` for every entry from the start of segment `first`, with its segment.
///
/// Returns where the journal ends, or `None` when `visit` stopped.
/// Errors: `journal_damaged`, `journal_segment_missing`, `journal_segment_damaged`, and those of
/// `visit`.
pub fn walk(
    disk: &dyn Disk,
    segments: &[SegmentFile],
    first: usize,
    visit: &mut dyn FnMut(&SegmentFile, &Entry<'_>) -> Result<Visit, Fault>,
) -> Result<Option<JournalEnd>, Fault> {
    let mut index = first;
    let mut previous_crc = segments[first].header.previous_crc;
    let mut next = segments[first].header.first_sequence;
    loop {
        check_follows(&segments[index], next, previous_crc)?;
        let bytes = segments[index].read(disk)?;
        let mut walk = SegmentWalk { segment: &segments[index], bytes: &bytes, previous_crc, next };
        match walk.run(visit)? {
            Ended::Stopped => return Ok(None),
            Ended::At(offset, reason) => {
                return walk.judge_end(disk, segments, index, offset, reason).map(Some);
            }
            Ended::Sealed => {}
        }
        (previous_crc, next) = (walk.previous_crc, walk.next);
        index += 1;
        if index == segments.len() {
            return Err(missing(&segments[index - 1], next));
        }
    }
}

enum Ended {
    Stopped,
    Sealed,
    At(usize, &'static str),
}

struct SegmentWalk<'a> {
    segment: &'a SegmentFile,
    bytes: &'a [u8],
    previous_crc: u32,
    next: u64,
}

impl SegmentWalk<'_> {
    fn run(
        &mut self,
        visit: &mut dyn FnMut(&SegmentFile, &Entry<'_>) -> Result<Visit, Fault>,
    ) -> Result<Ended, Fault> {
        let header_crc = self.segment.header.crc();
        let mut offset = SEGMENT_HEADER_BYTES;
        loop {
            let place = Place { header_crc, offset: offset as u32 };
            let entry = match entry::decode(&self.bytes[offset..], place) {
                Found::Entry(entry) => entry,
                Found::End => return Ok(Ended::At(offset, "the entries end")),
                Found::Invalid(reason) => return Ok(Ended::At(offset, reason)),
            };
            self.check_chain(&entry, offset)?;
            if visit(self.segment, &entry)? == Visit::Stop {
                return Ok(Ended::Stopped);
            }
            self.previous_crc = entry.crc;
            self.next += u64::from(entry.commands);
            if entry.kind == EntryKind::Seal {
                return Ok(Ended::Sealed);
            }
            offset += entry.length();
        }
    }

    /// An entry that verifies must also follow the one before it and hold what it says.
    fn check_chain(&self, entry: &Entry<'_>, offset: usize) -> Result<(), Fault> {
        let is_whole = match entry.kind {
            EntryKind::Commands => {
                entry.sequence == self.next
                    && entry.commands > 0
                    && record::count(entry.payload) == Ok(entry.commands)
            }
            _ => entry.sequence + 1 == self.next && entry.commands == 0 && entry.payload.len() == 8,
        };
        if is_whole && entry.previous_crc == self.previous_crc {
            return Ok(());
        }
        Err(self.damaged(offset, "does not follow the entry before it", entry.last_sequence()))
    }

    fn judge_end(
        &self,
        disk: &dyn Disk,
        segments: &[SegmentFile],
        index: usize,
        offset: usize,
        reason: &str,
    ) -> Result<JournalEnd, Fault> {
        let header_crc = self.segment.header.crc();
        if let Some(sequence) = written_later(self.bytes, header_crc, offset) {
            return Err(self.damaged(offset, reason, sequence));
        }
        for later in &segments[index + 1..] {
            let bytes = later.read(disk)?;
            if written_later(&bytes, later.header.crc(), SEGMENT_HEADER_BYTES - 1).is_some() {
                return Err(self.damaged(offset, reason, later.header.first_sequence - 1));
            }
        }
        let behind = &self.bytes[offset..];
        let torn_bytes = behind.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
        let has_empty_next = match segments.len() - 1 - index {
            0 => false,
            1 => true,
            // The second one was begun behind the end of the first, which was never empty then.
            _ => {
                let last = segments[segments.len() - 1].header.first_sequence - 1;
                return Err(self.damaged(offset, reason, last));
            }
        };
        let sequence = self.next - 1;
        let previous_crc = self.previous_crc;
        Ok(JournalEnd {
            segment: index,
            offset,
            previous_crc,
            sequence,
            torn_bytes,
            has_empty_next,
        })
    }

    fn damaged(&self, offset: usize, reason: &str, last_sequence: u64) -> Fault {
        let message = format!(
            "{} at byte {offset}: {reason}, but later entries were written; \
             sequences {} to {} are lost",
            self.segment.path.display(),
            self.next,
            last_sequence.max(self.next)
        );
        Fault::new(FaultCode::JournalDamaged, message)
    }
}

/// The last sequence before the first entry that verifies and whose write began behind `offset`.
///
/// Cost: one length check per 8 bytes; zeros are passed at memory speed.
fn written_later(bytes: &[u8], header_crc: u32, offset: usize) -> Option<u64> {
    let mut at = (offset + 1).next_multiple_of(ENTRY_ALIGNMENT);
    while at < bytes.len() {
        let place = Place { header_crc, offset: at as u32 };
        if let Found::Entry(entry) = entry::decode(&bytes[at..], place)
            && entry.write_offset as usize > offset
        {
            let is_marker = entry.kind != EntryKind::Commands;
            return Some(entry.sequence.saturating_sub(u64::from(!is_marker)));
        }
        at += ENTRY_ALIGNMENT;
    }
    None
}

fn check_follows(segment: &SegmentFile, next: u64, previous_crc: u32) -> Result<(), Fault> {
    let path = segment.path.display();
    if segment.header.first_sequence > next {
        let name = segment_name(next);
        let message = format!("{name} is missing: {path} begins at a later sequence");
        return Err(Fault::new(FaultCode::JournalSegmentMissing, message));
    }
    if segment.header.first_sequence < next || segment.header.previous_crc != previous_crc {
        let message = format!("{path} does not follow the segment before it");
        return Err(Fault::new(FaultCode::JournalSegmentMisplaced, message));
    }
    Ok(())
}

fn missing(segment: &SegmentFile, next: u64) -> Fault {
    let name = segment_name(next);
    let message = format!("{name} is missing: {} says it follows", segment.path.display());
    Fault::new(FaultCode::JournalSegmentMissing, message)
}
