//! Snapshots: the whole state at one sequence in one file (`docs/formats.md`).
//!
//! Written beside its name, synced, renamed, directory synced: under its name a snapshot is whole,
//! or it is damaged and says so. Two are kept, and the journal since the older one; `retention`
//! removes what is older.

use std::path::{Path, PathBuf};

use engine::{Engine, SnapshotError};

use crate::crc32c::crc32c;
use crate::environment::Disk;
use crate::fault::{Fault, FaultCode};
use crate::journal::entry::{read_u32, read_u64};
use crate::journal::segment::{Identity, check_same_venue, sequence_of_name};

/// Bytes of a snapshot's header; the state follows.
pub const SNAPSHOT_HEADER_BYTES: usize = 128;
/// Version of the layout of the file; the state inside has its own.
pub const SNAPSHOT_FORMAT_VERSION: u32 = 1;
const MAGIC: [u8; 8] = *b"OBSNAPSH";
const FLAG_CLEAN_STOP: u32 = 1;
const BODY_CRC_OFFSET: usize = 84;
const HEADER_CRC_OFFSET: usize = 88;
/// Bytes of one write.
const PIECE_BYTES: usize = 4 << 20;

/// The header of a snapshot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SnapshotHeader {
    /// Whose it is.
    pub identity: Identity,
    /// The last sequence in the state.
    pub sequence: u64,
    /// Its time.
    pub time_ns: u64,
    /// The engine's state hash.
    pub state_hash: u64,
    /// Made at a clean stop: another behaviour version may load it.
    pub is_clean_stop: bool,
}

impl SnapshotHeader {
    /// The header's bytes for a state.
    #[must_use]
    pub fn encode(&self, state: &[u8]) -> [u8; SNAPSHOT_HEADER_BYTES] {
        let mut bytes = [0; SNAPSHOT_HEADER_BYTES];
        bytes[..8].copy_from_slice(&MAGIC);
        bytes[8..12].copy_from_slice(&SNAPSHOT_FORMAT_VERSION.to_le_bytes());
        bytes[12..16].copy_from_slice(&self.identity.behaviour_version.to_le_bytes());
        let [venue_low, venue_high] = self.identity.venue_id;
        let [key_low, key_high] = self.identity.hash_key;
        let (sequence, time_ns, length) = (self.sequence, self.time_ns, state.len() as u64);
        let words =
            [venue_low, venue_high, key_low, key_high, sequence, time_ns, self.state_hash, length];
        for (index, word) in words.iter().enumerate() {
            bytes[16 + 8 * index..24 + 8 * index].copy_from_slice(&word.to_le_bytes());
        }
        let flags = if self.is_clean_stop { FLAG_CLEAN_STOP } else { 0 };
        bytes[80..84].copy_from_slice(&flags.to_le_bytes());
        bytes[BODY_CRC_OFFSET..88].copy_from_slice(&crc32c(0, state).to_le_bytes());
        let crc = header_crc(&bytes);
        bytes[HEADER_CRC_OFFSET..92].copy_from_slice(&crc.to_le_bytes());
        bytes
    }

    /// Reads header and state of the snapshot at `path`.
    ///
    /// Errors: `snapshot_damaged`, `format_newer`.
    pub fn decode<'a>(bytes: &'a [u8], path: &Path) -> Result<(SnapshotHeader, &'a [u8]), Fault> {
        let damaged = |what: &str| {
            Fault::new(FaultCode::SnapshotDamaged, format!("{}: {what}", path.display()))
        };
        if bytes.len() < SNAPSHOT_HEADER_BYTES || bytes[..8] != MAGIC {
            return Err(damaged("it does not begin as a snapshot"));
        }
        let (header, state) = bytes.split_at(SNAPSHOT_HEADER_BYTES);
        if header_crc(header) != read_u32(header, HEADER_CRC_OFFSET) {
            return Err(damaged("the header does not match its checksum"));
        }
        let version = read_u32(header, 8);
        if version != SNAPSHOT_FORMAT_VERSION {
            let path = path.display();
            let message = format!("{path} has format {version}, this is {SNAPSHOT_FORMAT_VERSION}");
            return Err(Fault::new(FaultCode::FormatNewer, message));
        }
        if state.len() as u64 != read_u64(header, 72) {
            return Err(damaged("the file has another length than its header says"));
        }
        if crc32c(0, state) != read_u32(header, BODY_CRC_OFFSET) {
            return Err(damaged("the state does not match its checksum"));
        }
        let header = SnapshotHeader {
            identity: Identity {
                venue_id: [read_u64(header, 16), read_u64(header, 24)],
                hash_key: [read_u64(header, 32), read_u64(header, 40)],
                behaviour_version: read_u32(header, 12),
            },
            sequence: read_u64(header, 48),
            time_ns: read_u64(header, 56),
            state_hash: read_u64(header, 64),
            is_clean_stop: read_u32(header, 80) & FLAG_CLEAN_STOP != 0,
        };
        Ok((header, state))
    }
}

fn header_crc(bytes: &[u8]) -> u32 {
    let before = crc32c(0, &bytes[..HEADER_CRC_OFFSET]);
    crc32c(before, &bytes[HEADER_CRC_OFFSET + 4..SNAPSHOT_HEADER_BYTES])
}

/// The snapshots' directory.
#[must_use]
pub fn snapshot_directory(data_directory: &Path) -> PathBuf {
    data_directory.join("snapshots")
}

/// Path of the snapshot at `sequence`.
#[must_use]
pub fn snapshot_path(directory: &Path, sequence: u64) -> PathBuf {
    directory.join(format!("{sequence:020}.snapshot"))
}

/// Sequences of the snapshots in `directory`, newest first.
pub fn list_snapshots(disk: &dyn Disk, directory: &Path) -> Result<Vec<u64>, Fault> {
    let names = disk.list(directory).map_err(|error| Fault::disk("list", directory, &error))?;
    let mut sequences: Vec<u64> =
        names.iter().filter_map(|name| sequence_of_name(name, ".snapshot")).collect();
    sequences.sort_unstable_by(|left, right| right.cmp(left));
    Ok(sequences)
}

/// A snapshot that verified and was turned into an engine.
pub struct LoadedSnapshot {
    /// What its file says.
    pub header: SnapshotHeader,
    /// Its state.
    pub engine: Engine,
}

/// Loads the snapshot at `sequence` and checks everything about it.
///
/// Errors: `snapshot_damaged`, `format_newer`, `venue_foreign`, `behaviour_version_other` (of
/// another version and not made at a clean stop).
pub fn load_snapshot(
    disk: &dyn Disk,
    directory: &Path,
    sequence: u64,
    identity: &Identity,
) -> Result<LoadedSnapshot, Fault> {
    let path = snapshot_path(directory, sequence);
    let bytes = read_file(disk, &path)?;
    let (header, state) = SnapshotHeader::decode(&bytes, &path)?;
    check_same_venue(identity, &header.identity, &path)?;
    let is_ours = header.identity.behaviour_version == identity.behaviour_version;
    if !is_ours && !header.is_clean_stop {
        let message = format!(
            "{} was made by behaviour version {} and not at a clean stop, this is {}",
            path.display(),
            header.identity.behaviour_version,
            identity.behaviour_version
        );
        return Err(Fault::new(FaultCode::BehaviourVersionOther, message));
    }
    let damaged = |what: String| {
        Fault::new(FaultCode::SnapshotDamaged, format!("{}: {what}", path.display()))
    };
    let mut engine = Engine::read_snapshot(state).map_err(|error| match error {
        SnapshotError::Version { found, known } if found > known => {
            Fault::new(FaultCode::FormatNewer, format!("{}: {error}", path.display()))
        }
        _ => damaged(error.to_string()),
    })?;
    if (header.sequence, engine.sequence()) != (sequence, sequence) {
        return Err(damaged(format!("it holds the state at sequence {}", engine.sequence())));
    }
    if is_ours && engine.state_hash() != header.state_hash {
        return Err(damaged("the state does not give its state hash".into()));
    }
    Ok(LoadedSnapshot { header, engine })
}

fn read_file(disk: &dyn Disk, path: &Path) -> Result<Vec<u8>, Fault> {
    let read = || {
        let file = disk.open(path)?;
        let mut bytes = vec![0; file.length()? as usize];
        file.read_at(&mut bytes, 0)?;
        Ok(bytes)
    };
    // A file that the disk does not give back is as good as one with a wrong checksum.
    read().map_err(|error: std::io::Error| {
        Fault::new(FaultCode::SnapshotDamaged, format!("read {}: {error}", path.display()))
    })
}

/// Writes a snapshot and returns its size in bytes.
///
/// Errors: `snapshot_failed`; the older snapshots and the journal are as before.
pub fn write_snapshot(
    disk: &dyn Disk,
    directory: &Path,
    header: &SnapshotHeader,
    state: &[u8],
) -> Result<u64, Fault> {
    let path = snapshot_path(directory, header.sequence);
    let temporary = path.with_extension("snapshot.tmp");
    let write = || {
        let file = disk.create(&temporary)?;
        file.write_at(&header.encode(state), 0)?;
        for (index, piece) in state.chunks(PIECE_BYTES).enumerate() {
            file.write_at(piece, (SNAPSHOT_HEADER_BYTES + index * PIECE_BYTES) as u64)?;
        }
        file.sync()?;
        disk.rename(&temporary, &path)?;
        disk.sync_directory(directory)
    };
    write().map_err(|error| {
        // Half a snapshot must not keep others from their space; it may not even exist.
        let _ = disk.remove(&temporary);
        Fault::new(FaultCode::SnapshotFailed, format!("write {}: {error}", path.display()))
    })?;
    Ok((SNAPSHOT_HEADER_BYTES + state.len()) as u64)
}

/// Removes what a crash in the middle of `write_snapshot` left.
pub fn remove_unfinished(disk: &dyn Disk, directory: &Path) -> Result<(), Fault> {
    let names = disk.list(directory).map_err(|error| Fault::disk("list", directory, &error))?;
    for name in names.iter().filter(|name| name.ends_with(".snapshot.tmp")) {
        let path = directory.join(name);
        disk.remove(&path).map_err(|error| Fault::disk("remove", &path, &error))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header() -> SnapshotHeader {
        SnapshotHeader {
            identity: Identity { venue_id: [1, 2], hash_key: [3, 4], behaviour_version: 5 },
            sequence: 6,
            time_ns: 7_000,
            state_hash: 8,
            is_clean_stop: true,
        }
    }

    #[test]
    fn every_flipped_bit_and_every_cut_is_found() {
        let (path, state) = (Path::new("x.snapshot"), [9; 40]);
        let bytes = [header().encode(&state).as_slice(), &state].concat();
        assert_eq!(SnapshotHeader::decode(&bytes, path), Ok((header(), state.as_slice())));
        for bit in 0..bytes.len() * 8 {
            let mut damaged = bytes.clone();
            damaged[bit / 8] ^= 1 << (bit % 8);
            let fault = SnapshotHeader::decode(&damaged, path).expect_err("a flipped bit");
            assert_eq!(fault.code, FaultCode::SnapshotDamaged, "bit {bit}");
        }
        for length in 0..bytes.len() {
            let fault = SnapshotHeader::decode(&bytes[..length], path).expect_err("a cut");
            assert_eq!(fault.code, FaultCode::SnapshotDamaged, "length {length}");
        }
    }
}
