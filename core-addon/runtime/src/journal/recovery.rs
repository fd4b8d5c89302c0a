//! Brings the state back: newest readable snapshot, then the journal behind it; cuts a torn tail,
//! refuses anything else that is wrong.

use std::path::{Path, PathBuf};

use engine::Engine;

use crate::environment::Disk;
use crate::fault::{Fault, FaultCode};
use crate::replay::Replay;
use crate::snapshot::{self, LoadedSnapshot, SnapshotHeader};

use super::appender::Tail;
use super::reader::{self, JournalEnd, Visit};
use super::segment::{Identity, SegmentFile, list_segments};

/// What recovery found.
pub struct Recovered {
    /// The state at the end of the journal.
    pub engine: Engine,
    /// Where the journal goes on.
    pub tail: Tail,
    /// The venue, with the behaviour version of this process.
    pub identity: Identity,
    /// The snapshot it began with.
    pub snapshot: Option<SnapshotHeader>,
    /// Commands executed again.
    pub commands_replayed: u64,
    /// Bytes of an unfinished write that were cut off.
    pub torn_bytes_cut: u64,
    /// What an operator should read.
    pub warnings: Vec<String>,
}

/// Where the venue's files lie.
#[derive(Clone, Debug)]
pub struct Directories {
    /// Segments.
    pub journal: PathBuf,
    /// Snapshots.
    pub snapshots: PathBuf,
}

/// Recovers the venue in `directories`; `None` when there is none yet.
///
/// Errors: every fault that says what is wrong with a file.
pub fn recover(
    disk: &dyn Disk,
    directories: &Directories,
    behaviour_version: u32,
) -> Result<Option<Recovered>, Fault> {
    let segments = list_segments(disk, &directories.journal)?;
    let Some(first_segment) = segments.first() else {
        return check_nothing(disk, directories).map(|()| None);
    };
    let identity = Identity { behaviour_version, ..first_segment.header.identity };
    let mut warnings = Vec::new();
    let loaded = newest_snapshot(disk, &directories.snapshots, &identity, &mut warnings)?;
    let snapshot = loaded.as_ref().map(|loaded| loaded.header);
    let first = first_segment_to_replay(&segments, snapshot.map_or(0, |header| header.sequence))?;
    let engine = loaded.map_or_else(|| Engine::new(identity.hash_key), |loaded| loaded.engine);
    let mut replay = Replay::new(engine, behaviour_version);
    let end = reader::walk(disk, &segments, first, &mut |segment, entry| {
        replay.apply(segment, entry)?;
        Ok(Visit::Continue)
    })?;
    let end = end.expect("the visitor never stops");
    check_reaches_snapshot(&segments, &end, snapshot.as_ref())?;
    repair(disk, &directories.journal, &segments, first, &end)?;
    if end.torn_bytes > 0 {
        warnings.push(format!(
            "{} bytes of an unfinished write behind sequence {} were cut off; \
             nobody was told of it",
            end.torn_bytes, end.sequence
        ));
    }
    let segment = &segments[end.segment];
    let tail = Tail {
        file: segment.open(disk)?,
        path: segment.path.clone(),
        header: segment.header,
        offset: end.offset as u32,
        previous_crc: end.previous_crc,
    };
    let (commands_replayed, torn_bytes_cut) = (replay.commands, end.torn_bytes as u64);
    let engine = replay.into_engine();
    Ok(Some(Recovered {
        engine,
        tail,
        identity,
        snapshot,
        commands_replayed,
        torn_bytes_cut,
        warnings,
    }))
}

/// Without a segment there must be no snapshot either.
fn check_nothing(disk: &dyn Disk, directories: &Directories) -> Result<(), Fault> {
    let snapshots = snapshot::list_snapshots(disk, &directories.snapshots)?;
    let Some(newest) = snapshots.first() else { return Ok(()) };
    let (journal, snapshots) = (directories.journal.display(), directories.snapshots.display());
    let message =
        format!("{journal} has no segment, but {snapshots} has a snapshot at sequence {newest}");
    Err(Fault::new(FaultCode::JournalMissing, message))
}

/// The newest snapshot that verifies; damaged ones become warnings.
pub fn newest_snapshot(
    disk: &dyn Disk,
    directory: &Path,
    identity: &Identity,
    warnings: &mut Vec<String>,
) -> Result<Option<LoadedSnapshot>, Fault> {
    for sequence in snapshot::list_snapshots(disk, directory)? {
        match snapshot::load_snapshot(disk, directory, sequence, identity) {
            Ok(loaded) => return Ok(Some(loaded)),
            Err(fault) if fault.code == FaultCode::SnapshotDamaged => {
                warnings.push(fault.to_string());
            }
            Err(fault) => return Err(fault),
        }
    }
    Ok(None)
}

/// Index of the segment that holds what follows `sequence`.
pub fn first_segment_to_replay(segments: &[SegmentFile], sequence: u64) -> Result<usize, Fault> {
    let behind = segments.partition_point(|segment| segment.header.first_sequence <= sequence + 1);
    if behind > 0 {
        return Ok(behind - 1);
    }
    let path = segments[0].path.display();
    let begin = segments[0].header.first_sequence;
    let message = format!(
        "the journal begins at sequence {begin} ({path}), \
         the newest readable snapshot is at {sequence}"
    );
    Err(Fault::new(FaultCode::SnapshotMissing, message))
}

fn check_reaches_snapshot(
    segments: &[SegmentFile],
    end: &JournalEnd,
    snapshot: Option<&SnapshotHeader>,
) -> Result<(), Fault> {
    let Some(snapshot) = snapshot.filter(|snapshot| snapshot.sequence > end.sequence) else {
        return Ok(());
    };
    let message = format!(
        "{} ends at sequence {}, a snapshot holds sequence {}",
        segments[end.segment].path.display(),
        end.sequence,
        snapshot.sequence
    );
    Err(Fault::new(FaultCode::JournalBehindSnapshot, message))
}

/// Cuts the torn tail, removes a segment begun behind it, and makes sure that everything replayed
/// is on disk: it may have come from the page cache of a killed process.
fn repair(
    disk: &dyn Disk,
    journal: &Path,
    segments: &[SegmentFile],
    first: usize,
    end: &JournalEnd,
) -> Result<(), Fault> {
    let last = &segments[end.segment];
    let zeros = vec![0; end.torn_bytes];
    let cut = last.open(disk)?.write_at(&zeros, end.offset as u64);
    cut.map_err(|error| Fault::disk("cut the tail of", &last.path, &error))?;
    for segment in &segments[first..=end.segment] {
        let synced = segment.open(disk)?.sync();
        synced.map_err(|error| Fault::disk("sync", &segment.path, &error))?;
    }
    if end.has_empty_next {
        let path = &segments[end.segment + 1].path;
        disk.remove(path).map_err(|error| Fault::disk("remove", path, &error))?;
        let synced = disk.sync_directory(journal);
        synced.map_err(|error| Fault::disk("sync", journal, &error))?;
    }
    Ok(())
}
