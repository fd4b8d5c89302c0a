//! One journal file: its name, its header, and the list of all of them (`docs/formats.md`).
//!
//! A segment gets its name only after its header and its zeros are on disk, so a file with a
//! segment's name always has a whole header; one that has not is damaged.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::crc32c::crc32c;
use crate::environment::{Disk, DiskFile};
use crate::fault::{Fault, FaultCode};

use super::entry::{read_u32, read_u64};

/// Bytes of a segment's header; entries follow.
pub const SEGMENT_HEADER_BYTES: usize = 4096;
/// Version of the layout of segments and entries.
pub const JOURNAL_FORMAT_VERSION: u32 = 1;
/// First bytes of a segment.
const MAGIC: [u8; 8] = *b"OBJOURNL";
/// The header's own checksum.
const CRC_OFFSET: usize = 64;

/// What every file of one venue says of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Random; tells this venue's files from another's.
    pub venue_id: [u64; 2],
    /// Secret key of the hash of ids that strangers choose.
    pub hash_key: [u64; 2],
    /// Behaviour of the engine that executed the commands.
    pub behaviour_version: u32,
}

/// The header of a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SegmentHeader {
    /// Whose it is.
    pub identity: Identity,
    /// Sequence of the first command that may be in it.
    pub first_sequence: u64,
    /// Checksum of the last entry of the segment before; 0 in the first.
    pub previous_crc: u32,
    /// Bytes of the file.
    pub segment_bytes: u32,
}

impl SegmentHeader {
    /// The header's bytes.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = vec![0; SEGMENT_HEADER_BYTES];
        bytes[..8].copy_from_slice(&MAGIC);
        bytes[8..12].copy_from_slice(&JOURNAL_FORMAT_VERSION.to_le_bytes());
        bytes[12..16].copy_from_slice(&self.identity.behaviour_version.to_le_bytes());
        let [venue_low, venue_high] = self.identity.venue_id;
        let [key_low, key_high] = self.identity.hash_key;
        let words = [venue_low, venue_high, key_low, key_high, self.first_sequence];
        for (index, word) in words.iter().enumerate() {
            bytes[16 + 8 * index..24 + 8 * index].copy_from_slice(&word.to_le_bytes());
        }
        bytes[56..60].copy_from_slice(&self.previous_crc.to_le_bytes());
        bytes[60..64].copy_from_slice(&self.segment_bytes.to_le_bytes());
        let crc = header_crc(&bytes);
        bytes[CRC_OFFSET..CRC_OFFSET + 4].copy_from_slice(&crc.to_le_bytes());
        bytes
    }

    /// The checksum in the header's bytes, which seeds those of its entries.
    #[must_use]
    pub fn crc(&self) -> u32 {
        read_u32(&self.encode(), CRC_OFFSET)
    }

    /// Reads the header of the segment at `path`; the first 4,096 bytes of it.
    ///
    /// Errors: `journal_segment_damaged`, `format_newer`.
    pub fn decode(bytes: &[u8], path: &Path) -> Result<SegmentHeader, Fault> {
        let damaged = |what: &str| {
            let message = format!("the header of {} {what}", path.display());
            Fault::new(FaultCode::JournalSegmentDamaged, message)
        };
        if bytes[..8] != MAGIC {
            return Err(damaged("does not begin as a segment"));
        }
        // The checksum's place and the version's never change, so a newer version is known for
        // sure.
        if header_crc(bytes) != read_u32(bytes, CRC_OFFSET) {
            return Err(damaged("does not match its checksum"));
        }
        let version = read_u32(bytes, 8);
        if version != JOURNAL_FORMAT_VERSION {
            let path = path.display();
            let message = format!("{path} has format {version}, this is {JOURNAL_FORMAT_VERSION}");
            return Err(Fault::new(FaultCode::FormatNewer, message));
        }
        Ok(SegmentHeader {
            identity: Identity {
                venue_id: [read_u64(bytes, 16), read_u64(bytes, 24)],
                hash_key: [read_u64(bytes, 32), read_u64(bytes, 40)],
                behaviour_version: read_u32(bytes, 12),
            },
            first_sequence: read_u64(bytes, 48),
            previous_crc: read_u32(bytes, 56),
            segment_bytes: read_u32(bytes, 60),
        })
    }
}

fn header_crc(bytes: &[u8]) -> u32 {
    let before = crc32c(0, &bytes[..CRC_OFFSET]);
    crc32c(before, &bytes[CRC_OFFSET + 4..SEGMENT_HEADER_BYTES])
}

/// The journal's directory.
#[must_use]
pub fn journal_directory(data_directory: &Path) -> PathBuf {
    data_directory.join("journal")
}

/// Name of the segment whose first sequence is `first_sequence`.
#[must_use]
pub fn segment_name(first_sequence: u64) -> String {
    format!("{first_sequence:020}.segment")
}

/// The first sequence that a segment's name names.
#[must_use]
pub fn sequence_of_name(name: &str, extension: &str) -> Option<u64> {
    let digits = name.strip_suffix(extension)?;
    let is_number = digits.len() == 20 && digits.bytes().all(|byte| byte.is_ascii_digit());
    digits.parse().ok().filter(|_| is_number)
}

/// One segment on disk, its header read and checked against its name and length.
pub struct SegmentFile {
    /// Where it lies.
    pub path: PathBuf,
    /// What it says.
    pub header: SegmentHeader,
}

impl SegmentFile {
    fn check(disk: &dyn Disk, path: PathBuf, first_sequence: u64) -> Result<SegmentFile, Fault> {
        let file = disk.open(&path).map_err(|error| Fault::disk("open", &path, &error))?;
        let length = file.length().map_err(|error| Fault::disk("size of", &path, &error))?;
        if length < SEGMENT_HEADER_BYTES as u64 {
            return Err(wrong_length(&path, length, "a segment's header has 4096"));
        }
        let mut bytes = vec![0; SEGMENT_HEADER_BYTES];
        file.read_at(&mut bytes, 0).map_err(|error| Fault::disk("read", &path, &error))?;
        let header = SegmentHeader::decode(&bytes, &path)?;
        if length != u64::from(header.segment_bytes) {
            let expected = format!("its header says {}", header.segment_bytes);
            return Err(wrong_length(&path, length, &expected));
        }
        if header.first_sequence != first_sequence {
            let message = format!(
                "{} holds the segment that begins at sequence {}",
                path.display(),
                header.first_sequence
            );
            return Err(Fault::new(FaultCode::JournalSegmentMisplaced, message));
        }
        Ok(SegmentFile { path, header })
    }

    /// The open file. A list of segments keeps none open: it can be longer than a process may.
    pub fn open(&self, disk: &dyn Disk) -> Result<Arc<dyn DiskFile>, Fault> {
        disk.open(&self.path).map_err(|error| Fault::disk("open", &self.path, &error))
    }

    /// The whole file.
    pub fn read(&self, disk: &dyn Disk) -> Result<Vec<u8>, Fault> {
        let mut bytes = vec![0; self.header.segment_bytes as usize];
        let read = self.open(disk)?.read_at(&mut bytes, 0);
        read.map_err(|error| Fault::disk("read", &self.path, &error))?;
        Ok(bytes)
    }
}

fn wrong_length(path: &Path, length: u64, expected: &str) -> Fault {
    let message = format!("{} has {length} bytes, {expected}", path.display());
    Fault::new(FaultCode::JournalSegmentDamaged, message)
}

/// All segments in `directory`, by first sequence.
///
/// Errors: what is wrong with a header, a name or a length, and `venue_foreign`.
pub fn list_segments(disk: &dyn Disk, directory: &Path) -> Result<Vec<SegmentFile>, Fault> {
    let names = disk.list(directory).map_err(|error| Fault::disk("list", directory, &error))?;
    let mut sequences: Vec<u64> =
        names.iter().filter_map(|name| sequence_of_name(name, ".segment")).collect();
    sequences.sort_unstable();
    let mut segments: Vec<SegmentFile> = Vec::with_capacity(sequences.len());
    for first_sequence in sequences {
        let path = directory.join(segment_name(first_sequence));
        let segment = SegmentFile::check(disk, path, first_sequence)?;
        if let Some(first) = segments.first() {
            check_same_venue(&first.header.identity, &segment.header.identity, &segment.path)?;
        }
        segments.push(segment);
    }
    Ok(segments)
}

/// Syncs the segments that hold commands up to `sequence`: a snapshot must never be ahead of the
/// journal, and in durability none and os nobody has synced yet.
///
/// Errors: `journal_sync_failed`; `disk_operation_failed` when a segment cannot be opened.
pub fn sync_segments(
    disk: &dyn Disk,
    segments: &[SegmentFile],
    sequence: u64,
) -> Result<(), Fault> {
    for segment in segments.iter().filter(|segment| segment.header.first_sequence <= sequence) {
        segment.open(disk)?.sync().map_err(|error| {
            let message = format!("{}: {error}", segment.path.display());
            Fault::new(FaultCode::JournalSyncFailed, message)
        })?;
    }
    Ok(())
}

/// Errors: `venue_foreign` when the file at `path` belongs to another venue than `ours`.
pub fn check_same_venue(ours: &Identity, theirs: &Identity, path: &Path) -> Result<(), Fault> {
    if (ours.venue_id, ours.hash_key) == (theirs.venue_id, theirs.hash_key) {
        return Ok(());
    }
    let message = format!(
        "{} belongs to venue {:016x}{:016x}, this is {:016x}{:016x}",
        path.display(),
        theirs.venue_id[1],
        theirs.venue_id[0],
        ours.venue_id[1],
        ours.venue_id[0]
    );
    Err(Fault::new(FaultCode::VenueForeign, message))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header() -> SegmentHeader {
        SegmentHeader {
            identity: Identity { venue_id: [1, 2], hash_key: [3, 4], behaviour_version: 5 },
            first_sequence: 6,
            previous_crc: 7,
            segment_bytes: 8192,
        }
    }

    #[test]
    fn a_header_is_read_back_and_every_flipped_bit_is_found() {
        let path = Path::new("x.segment");
        let bytes = header().encode();
        assert_eq!(SegmentHeader::decode(&bytes, path), Ok(header()));
        for bit in 0..bytes.len() * 8 {
            let mut damaged = bytes.clone();
            damaged[bit / 8] ^= 1 << (bit % 8);
            let fault = SegmentHeader::decode(&damaged, path).expect_err("a flipped bit");
            assert_eq!(fault.code, FaultCode::JournalSegmentDamaged, "bit {bit}");
        }
    }

    #[test]
    fn a_newer_format_is_named_as_such() {
        let mut bytes = header().encode();
        bytes[8] = 2;
        let crc = header_crc(&bytes);
        bytes[CRC_OFFSET..CRC_OFFSET + 4].copy_from_slice(&crc.to_le_bytes());
        let fault = SegmentHeader::decode(&bytes, Path::new("x")).expect_err("a newer format");
        assert_eq!(fault.code, FaultCode::FormatNewer);
        assert_eq!(fault.message, "x has format 2, this is 1");
    }

    #[test]
    fn only_twenty_digits_name_a_segment() {
        assert_eq!(sequence_of_name(&segment_name(17), ".segment"), Some(17));
        for name in ["1.segment", "spare", "0000000000000000001x.segment", "00000000000000000001"] {
            assert_eq!(sequence_of_name(name, ".segment"), None, "{name}");
        }
    }
}
