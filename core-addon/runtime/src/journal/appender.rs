//! The end of the journal: writes entries behind each other and goes on in the next segment behind
//! a seal.

use std::path::PathBuf;
use std::sync::Arc;

use crate::environment::{Clock, Disk, DiskFile};
use crate::fault::{Fault, FaultCode};
use crate::metrics::Counters;

use super::entry::{self, Place};
use super::progress::Progress;
use super::segment::{Identity, SEGMENT_HEADER_BYTES, SegmentHeader, segment_name};
use super::spare::Spare;

/// What an appender works with.
#[derive(Clone)]
pub struct Tools {
    /// Files.
    pub disk: Arc<dyn Disk>,
    /// Measures syncs.
    pub clock: Arc<dyn Clock>,
    /// Where segments lie.
    pub directory: PathBuf,
    /// Where the next one comes from.
    pub spare: Arc<Spare>,
    /// Written to.
    pub counters: Arc<Counters>,
    /// Written to.
    pub progress: Arc<Progress>,
}

/// The segment in use and the place of its next entry.
pub struct Tail {
    /// The file.
    pub file: Arc<dyn DiskFile>,
    /// Where it lies.
    pub path: PathBuf,
    /// Its header.
    pub header: SegmentHeader,
    /// Offset of the next entry.
    pub offset: u32,
    /// Checksum of the entry before it.
    pub previous_crc: u32,
}

/// Writes at the tail of the journal. One thread owns it.
pub struct Appender {
    tools: Tools,
    tail: Tail,
    /// Of the segments it begins; the one it found may be of another behaviour version.
    identity: Identity,
    header_crc: u32,
    sync: bool,
}

impl Appender {
    /// Goes on at `tail`; `sync`: every write is synced before it is published.
    #[must_use]
    pub fn new(tools: Tools, tail: Tail, identity: Identity, sync: bool) -> Appender {
        let header_crc = tail.header.crc();
        Appender { tools, tail, identity, header_crc, sync }
    }

    /// Where the next entry goes, at the end.
    #[must_use]
    pub fn into_tail(self) -> Tail {
        self.tail
    }

    /// Writes entries made by `entry::push`, whole, and publishes them.
    ///
    /// Errors: `journal_write_failed`, `journal_sync_failed`; the journal has ended then.
    pub fn append(&mut self, entries: &mut [u8]) -> Result<(), Fault> {
        self.tools.progress.check()?;
        let mut rest = entries;
        while !rest.is_empty() {
            match self.append_until_seal(rest) {
                Ok(bytes) => rest = &mut rest[bytes..],
                Err(fault) => {
                    self.tools.progress.fail(&fault);
                    return Err(fault);
                }
            }
        }
        Ok(())
    }

    /// Syncs what was written without: a clean stop in durability none and os.
    pub fn sync(&mut self) -> Result<(), Fault> {
        self.tools.progress.check()?;
        self.sync_tail().inspect_err(|fault| self.tools.progress.fail(fault))
    }

    fn append_until_seal(&mut self, entries: &mut [u8]) -> Result<usize, Fault> {
        let place = Place { header_crc: self.header_crc, offset: self.tail.offset };
        let done = entry::finish(entries, place, self.tail.previous_crc);
        // The next segment exists before the seal that promises it does, so a seal without a next
        // segment always means a lost file.
        let next = if done.sealed {
            let first_sequence = done.last_sequence + 1;
            Some(begin_segment(&self.tools, self.identity, first_sequence, done.last_crc)?)
        } else {
            None
        };
        let room = self.tail.header.segment_bytes - self.tail.offset;
        assert!(done.bytes <= room as usize, "entries pass the end of their segment");
        let written = self.tail.file.write_at(&entries[..done.bytes], u64::from(self.tail.offset));
        written.map_err(|error| self.fault(FaultCode::JournalWriteFailed, &error))?;
        self.tools.counters.count_write(done.bytes);
        if self.sync {
            self.sync_tail()?;
        }
        self.tail.offset += done.bytes as u32;
        self.tail.previous_crc = done.last_crc;
        if let Some(tail) = next {
            self.header_crc = tail.header.crc();
            self.tail = tail;
        }
        self.tools.progress.publish(done.last_sequence, done.bytes);
        Ok(done.bytes)
    }

    fn sync_tail(&mut self) -> Result<(), Fault> {
        let start = self.tools.clock.monotonic_ns();
        let synced = self.tail.file.sync();
        synced.map_err(|error| self.fault(FaultCode::JournalSyncFailed, &error))?;
        self.tools.counters.count_sync(self.tools.clock.monotonic_ns().saturating_sub(start));
        Ok(())
    }

    fn fault(&self, code: FaultCode, error: &std::io::Error) -> Fault {
        let path = self.tail.path.display();
        Fault::new(code, format!("{path} at byte {}: {error}", self.tail.offset))
    }
}

/// Turns the spare into the segment that begins at `first_sequence`.
///
/// Order: header, sync, rename, sync of the directory; a crash leaves a spare or a whole segment.
pub fn begin_segment(
    tools: &Tools,
    identity: Identity,
    first_sequence: u64,
    previous_crc: u32,
) -> Result<Tail, Fault> {
    let spare = tools.spare.path();
    let path = tools.directory.join(segment_name(first_sequence));
    let failed = |error: std::io::Error| {
        let message = format!("{} as {}: {error}", spare.display(), path.display());
        Fault::new(FaultCode::JournalWriteFailed, message)
    };
    let file = tools.disk.open(&spare).map_err(failed)?;
    let segment_bytes = file.length().map_err(failed)? as u32;
    let header = SegmentHeader { identity, first_sequence, previous_crc, segment_bytes };
    file.write_at(&header.encode(), 0).map_err(failed)?;
    file.sync().map_err(failed)?;
    tools.disk.rename(&spare, &path).map_err(failed)?;
    tools.disk.sync_directory(&tools.directory).map_err(failed)?;
    tools.spare.used();
    tools.counters.segments.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    Ok(Tail { file, path, header, offset: SEGMENT_HEADER_BYTES as u32, previous_crc })
}
