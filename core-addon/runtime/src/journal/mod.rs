//! The journal: every executed command, in order, before anybody hears of it.
//!
//! `Journal` is the core's side: it knows where the current segment ends, so that it can seal it
//! with a state hash, and what a disk without space means for admission. The bytes are written by
//! `Appender`, on the journal's own thread (durability none and fsync) or on the caller's (os).

pub mod appender;
pub mod entry;
pub mod progress;
pub mod reader;
pub mod recovery;
pub mod segment;
pub mod spare;
pub mod writer;

use std::thread::JoinHandle;

use crate::fault::Fault;
use crate::record::COMMAND_BYTES_MAX;

use appender::{Appender, Tail, Tools};
use entry::{ENTRY_HEADER_BYTES, EntryKind, MARKER_BYTES};
use segment::{Identity, SEGMENT_HEADER_BYTES};
use spare::SpareState;
use writer::Writer;

/// When a reply may leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// At once; the journal follows. For benchmarks.
    None,
    /// When the operating system has the command: survives the process, not a loss of power.
    Os,
    /// When the disk has the command.
    Fsync,
}

/// Smallest segment: room for a few entries, for tests.
pub const SEGMENT_BYTES_MIN: u32 = 16 << 10;
/// Largest segment: recovery reads one whole.
pub const SEGMENT_BYTES_MAX: u32 = 1 << 30;
/// Longest entry. Longer ones save nothing (a header is 40 bytes); at the end of each segment up to
/// this much stays unused.
const ENTRY_BYTES_MAX: u32 = 1 << 20;

/// What the core may put into the journal now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Room {
    /// Anything.
    Open,
    /// Space is running out: only what lowers risk.
    CancelOnly,
    /// Nothing until the next segment is there, which is being made.
    Busy,
    /// Nothing until the disk has space for the next segment.
    Full,
}

/// A state hash to be journaled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Marker {
    /// The last executed sequence.
    pub sequence: u64,
    /// Its time.
    pub time_ns: u64,
    /// The engine's state hash then.
    pub state_hash: u64,
}

enum Sink {
    /// The journal's thread writes.
    Thread(Writer),
    /// The caller writes; the buffer is kept for its capacity.
    Inline(Box<Appender>, Vec<u8>),
    /// Stopped.
    Closed,
}

/// The core's side of the journal.
pub struct Journal {
    sink: Sink,
    tools: Tools,
    spare_thread: Option<JoinHandle<()>>,
    /// Offset in the current segment behind everything appended so far.
    offset: u32,
    segment_bytes: u32,
    next_segment_bytes: u32,
    /// Bytes appended since it was opened; compares with `Progress::position`.
    position: u64,
}

impl Journal {
    /// Goes on at `tail`, which `recovery` found or made.
    pub fn start(
        tools: Tools,
        tail: Tail,
        identity: Identity,
        next_segment_bytes: u32,
        durability: Durability,
        doorbell: Box<dyn Fn() + Send + Sync>,
    ) -> Result<Journal, Fault> {
        let (offset, segment_bytes) = (tail.offset, tail.header.segment_bytes);
        let spare_thread = Some(tools.spare.start()?);
        let appender =
            Appender::new(tools.clone(), tail, identity, durability == Durability::Fsync);
        let sink = match durability {
            Durability::Os => Sink::Inline(Box::new(appender), Vec::new()),
            Durability::None | Durability::Fsync => {
                Sink::Thread(Writer::start(appender, durability, doorbell)?)
            }
        };
        let position = tools.progress.position();
        Ok(Journal {
            sink,
            tools,
            spare_thread,
            offset,
            segment_bytes,
            next_segment_bytes,
            position,
        })
    }

    /// Longest payload of one entry.
    #[must_use]
    pub fn payload_bytes_max(&self) -> usize {
        let segment_bytes = self.segment_bytes.min(self.next_segment_bytes);
        let quarter = (segment_bytes - SEGMENT_HEADER_BYTES as u32) / 4;
        let bytes = quarter.min(ENTRY_BYTES_MAX) as usize - ENTRY_HEADER_BYTES;
        debug_assert!(bytes >= COMMAND_BYTES_MAX);
        bytes
    }

    /// Whether an entry fits; seals the segment and goes on in the next one when it does not.
    ///
    /// Order: before each entry, while `marker` can still tell the state in front of it.
    pub fn room(&mut self, marker: impl FnOnce() -> Marker) -> Result<Room, Fault> {
        let state = self.tools.spare.state();
        // Behind the longest entry there is room for its state hash, a clean stop and the seal.
        let needed = self.payload_bytes_max() + ENTRY_HEADER_BYTES + 3 * MARKER_BYTES;
        if needed <= (self.segment_bytes - self.offset) as usize {
            return Ok(if state == SpareState::Failed { Room::CancelOnly } else { Room::Open });
        }
        match state {
            SpareState::Ready => {
                self.tools.spare.take();
                let marker = marker();
                self.append_marker(EntryKind::Seal, &marker)?;
                self.offset = SEGMENT_HEADER_BYTES as u32;
                self.segment_bytes = self.next_segment_bytes;
                Ok(Room::Open)
            }
            SpareState::Failed => Ok(Room::Full),
            SpareState::Taken | SpareState::Preparing => Ok(Room::Busy),
        }
    }

    /// The same without sealing: for the status.
    #[must_use]
    pub fn room_now(&self) -> Room {
        let needed = self.payload_bytes_max() + ENTRY_HEADER_BYTES + 3 * MARKER_BYTES;
        let fits = needed <= (self.segment_bytes - self.offset) as usize;
        match (self.tools.spare.state(), fits) {
            (SpareState::Failed, true) => Room::CancelOnly,
            (SpareState::Failed, false) => Room::Full,
            (SpareState::Ready, _) | (_, true) => Room::Open,
            (_, false) => Room::Busy,
        }
    }

    /// Appends executed commands. `room` said Open or CancelOnly before the first was executed.
    pub fn append_commands(
        &mut self,
        sequence: u64,
        time_ns: u64,
        commands: u32,
        payload: &[u8],
    ) -> Result<(), Fault> {
        self.append(EntryKind::Commands, sequence, time_ns, commands, payload)
    }

    /// Appends a state hash, unless the segment has only room left for its seal.
    pub fn append_state_hash(&mut self, kind: EntryKind, marker: &Marker) -> Result<(), Fault> {
        if (self.segment_bytes - self.offset) as usize >= 2 * MARKER_BYTES {
            self.append_marker(kind, marker)?;
        }
        Ok(())
    }

    /// Bytes appended since it was opened; compares with `Progress::position`.
    #[must_use]
    pub fn position(&self) -> u64 {
        self.position
    }

    /// Writes and syncs everything, and ends the threads.
    pub fn stop(&mut self) -> Result<(), Fault> {
        self.tools.spare.stop();
        let appender = match std::mem::replace(&mut self.sink, Sink::Closed) {
            Sink::Thread(mut writer) => writer.stop(),
            Sink::Inline(appender, _) => Some(*appender),
            Sink::Closed => None,
        };
        if let Some(thread) = self.spare_thread.take() {
            // It cannot panic: it only prepares, and keeps its failures.
            let _ = thread.join();
        }
        self.tools.progress.check()?;
        appender.map_or(Ok(()), |mut appender| appender.sync())
    }

    fn append_marker(&mut self, kind: EntryKind, marker: &Marker) -> Result<(), Fault> {
        let payload = marker.state_hash.to_le_bytes();
        self.append(kind, marker.sequence, marker.time_ns, 0, &payload)
    }

    fn append(
        &mut self,
        kind: EntryKind,
        sequence: u64,
        time_ns: u64,
        commands: u32,
        payload: &[u8],
    ) -> Result<(), Fault> {
        self.tools.progress.check()?;
        let bytes = ENTRY_HEADER_BYTES + payload.len();
        assert!(bytes <= (self.segment_bytes - self.offset) as usize, "no room was asked for");
        self.offset += bytes as u32;
        self.position += bytes as u64;
        match &mut self.sink {
            Sink::Thread(writer) => writer.append(kind, sequence, time_ns, commands, payload),
            Sink::Inline(appender, buffer) => {
                buffer.clear();
                entry::push(buffer, kind, sequence, time_ns, commands, payload);
                appender.append(buffer)?;
            }
            Sink::Closed => unreachable!("stop ends the core"),
        }
        Ok(())
    }
}

impl Drop for Journal {
    fn drop(&mut self) {
        // A core that is dropped without a stop ends as a killed process would: without a clean
        // stop.
        self.tools.spare.stop();
        self.sink = Sink::Closed;
        if let Some(thread) = self.spare_thread.take() {
            let _ = thread.join();
        }
    }
}
