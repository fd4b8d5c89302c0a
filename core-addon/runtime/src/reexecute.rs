//! Executes the past again for those who missed it: an engine of its own on a thread of its own,
//! from the newest snapshot in front of what is wanted. What comes out are the bytes the core gave
//! out. It only reads: nothing that goes wrong here concerns the core.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, sync_channel};

use engine::Engine;

use crate::environment::{Disk, lower_thread_priority, start_thread};
use crate::fault::{Fault, FaultCode};
use crate::journal::reader::{self, Visit};
use crate::journal::recovery::{Directories, first_segment_to_replay};
use crate::journal::segment::{Identity, SegmentFile};
use crate::record::words_to_bytes;
use crate::replay::Replay;
use crate::retention::RunHold;
use crate::snapshot::{list_snapshots, load_snapshot};

/// Bytes of one chunk, unless one transaction is larger. Who reads decodes it at once, between
/// orders: some 100 transactions, well below a millisecond.
const CHUNK_BYTES: usize = 64 << 10;
/// Chunks made ahead of the reader: some milliseconds of its work.
const CHUNKS_MAX: usize = 4;

/// What a read gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reexecuted {
    /// Whole transactions, in sequence order.
    Transactions(Vec<u8>),
    /// None yet.
    NotYet,
    /// There are no more.
    End,
}

/// A run on its way. Dropped, its thread ends soon; nobody waits for it.
pub struct Reexecution {
    messages: Receiver<Message>,
    ended: Option<Result<(), Fault>>,
    stop: Arc<AtomicBool>,
}

enum Message {
    Chunk(Vec<u8>),
    Ended(Result<(), Fault>),
}

/// What is read, and what of it is wanted.
pub struct Source {
    /// Files.
    pub disk: Arc<dyn Disk>,
    /// Where they lie.
    pub directories: Directories,
    /// Whose they are.
    pub identity: Identity,
    /// Keeps what follows `after`.
    pub hold: RunHold,
    /// Transactions behind this sequence are wanted.
    pub after: u64,
    /// Up to this one: the last in the journal, so that nothing behind it is looked at while it
    /// is being written.
    pub until: u64,
}

impl Reexecution {
    /// Starts the thread.
    pub fn start(source: Source) -> Result<Reexecution, Fault> {
        let (sender, messages) = sync_channel(CHUNKS_MAX);
        let stop = Arc::new(AtomicBool::new(false));
        let mut outlet = Outlet { messages: sender, chunk: Vec::new(), stop: Arc::clone(&stop) };
        start_thread("reexecution", move || {
            lower_thread_priority();
            let ended = source.run(&mut outlet);
            outlet.flush();
            outlet.send(Message::Ended(ended));
        })?;
        Ok(Reexecution { messages, ended: None, stop })
    }

    /// The next chunk; never waits.
    ///
    /// Errors: what is wrong with a file, behind all that could be made in front of it, and from
    /// then on again: `journal_damaged` and others of reading, `state_hash_mismatch`,
    /// `changes_unavailable`.
    pub fn read(&mut self) -> Result<Reexecuted, Fault> {
        if self.ended.is_none() {
            match self.messages.try_recv() {
                Ok(Message::Chunk(bytes)) => return Ok(Reexecuted::Transactions(bytes)),
                Ok(Message::Ended(ended)) => self.ended = Some(ended),
                Err(TryRecvError::Empty) => return Ok(Reexecuted::NotYet),
                Err(TryRecvError::Disconnected) => panic!("the thread went without a word"),
            }
        }
        self.ended.clone().unwrap_or(Ok(())).map(|()| Reexecuted::End)
    }
}

impl Drop for Reexecution {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Release);
    }
}

impl Source {
    fn run(&self, outlet: &mut Outlet) -> Result<(), Fault> {
        if self.after >= self.until {
            return Ok(());
        }
        let segments = self.hold.segments()?;
        if segments.is_empty() {
            let message = format!("{} has no segment", self.directories.journal.display());
            return Err(Fault::new(FaultCode::JournalMissing, message));
        }
        let (engine, first) = self.begin(&segments)?;
        let mut replay = Replay::new(engine, self.identity.behaviour_version);
        let end = reader::walk(&*self.disk, &segments, first, &mut |segment, entry| {
            let applied = replay.apply_each(segment, entry, |sequence, transaction| {
                if sequence > self.after {
                    outlet.add(transaction);
                }
            });
            applied.map_err(as_unavailable)?;
            let is_done = replay.engine().sequence() >= self.until || outlet.is_stopped();
            Ok(if is_done { Visit::Stop } else { Visit::Continue })
        })?;
        let Some(end) = end else { return Ok(()) };
        let message = format!(
            "{} ends at sequence {}, sequences up to {} were written",
            segments[end.segment].path.display(),
            end.sequence,
            self.until
        );
        Err(Fault::new(FaultCode::JournalDamaged, message))
    }

    /// The state of the newest usable snapshot not newer than `after`, or the empty one in front
    /// of the whole journal, and the index of the segment that goes on.
    fn begin(&self, segments: &[SegmentFile]) -> Result<(Engine, usize), Fault> {
        let (disk, directory) = (&*self.disk, &self.directories.snapshots);
        let sequences = list_snapshots(disk, directory)?.into_iter();
        for sequence in sequences.filter(|sequence| *sequence <= self.after) {
            match load_snapshot(disk, directory, sequence, &self.identity) {
                Ok(loaded) => {
                    let first = first_segment_to_replay(segments, sequence);
                    return Ok((loaded.engine, first.map_err(|_| self.unreachable(segments))?));
                }
                Err(fault) if is_passed_over(fault.code) => {}
                Err(fault) => return Err(fault),
            }
        }
        let first = first_segment_to_replay(segments, 0);
        let first = first.map_err(|_| self.unreachable(segments))?;
        Ok((Engine::new(self.identity.hash_key), first))
    }

    fn unreachable(&self, segments: &[SegmentFile]) -> Fault {
        let (first, after) = (&segments[0], self.after);
        let message = format!(
            "the journal begins at sequence {} ({}), \
             and no readable snapshot at sequence {after} or in front of it reaches it",
            first.header.first_sequence,
            first.path.display()
        );
        Fault::new(FaultCode::ChangesUnavailable, message)
    }
}

/// An older snapshot gives the same.
fn is_passed_over(code: FaultCode) -> bool {
    matches!(code, FaultCode::SnapshotDamaged | FaultCode::BehaviourVersionOther)
}

/// Commands of another version are settled history here, not a journal that waits for an upgrade.
fn as_unavailable(fault: Fault) -> Fault {
    match fault.code {
        FaultCode::BehaviourVersionOther => {
            Fault::new(FaultCode::ChangesUnavailable, fault.message)
        }
        _ => fault,
    }
}

/// The thread's end of the channel.
struct Outlet {
    messages: SyncSender<Message>,
    chunk: Vec<u8>,
    stop: Arc<AtomicBool>,
}

impl Outlet {
    fn add(&mut self, transaction: &[u64]) {
        let bytes = words_to_bytes(transaction);
        if self.chunk.len() + bytes.len() > CHUNK_BYTES {
            self.flush();
        }
        self.chunk.extend_from_slice(bytes);
    }

    fn flush(&mut self) {
        if !self.chunk.is_empty() {
            let chunk = std::mem::replace(&mut self.chunk, Vec::with_capacity(CHUNK_BYTES));
            self.send(Message::Chunk(chunk));
        }
    }

    /// Waits for the reader.
    fn send(&self, message: Message) {
        // Without a reader there is nobody to tell, and `stop` is set.
        let _ = self.messages.send(message);
    }

    fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Acquire)
    }
}
