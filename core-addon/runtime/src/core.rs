//! The core: engine, journal, reply gate, clock and snapshots behind one synchronous door.
//!
//! One thread calls it. A command is executed, then journaled, then its transaction leaves.
//! (Executed first: a command that broke an invariant would otherwise break it again at every
//! start.)

use std::sync::Arc;
use std::time::Duration;

use engine::Engine;
use engine::change::ChangeWriter;
use engine::command::{COMMAND_BYTES, Command, Opcode};
use engine::generated::reject_code::RejectCode;

use crate::environment::Environment;
use crate::fault::{Fault, FaultCode};
use crate::journal::appender::Tools;
use crate::journal::entry::EntryKind;
use crate::journal::progress::FatalHook;
use crate::journal::recovery::Directories;
use crate::journal::segment::{Identity, list_segments, sync_segments};
use crate::journal::{Durability, Journal, Marker, Room};
use crate::lock::DataLock;
use crate::opening;
use crate::options::OpenOptions;
use crate::pending::{Pending, Released};
use crate::record::{self, COMMAND_BYTES_MAX};
use crate::reexecute::{Reexecution, Source};
use crate::retention::Retention;
use crate::snapshotter::{SnapshotRequest, Snapshotter, write_state};
use crate::status::{Mode, OpenReport, Status, StopReport};
use crate::venue_clock::VenueClock;

/// `Clock` is journaled at most this often. `rules.md` 2.2.
const CLOCK_INTERVAL_NS: u64 = 1_000_000_000;

/// Rung when transactions became readable.
pub type Doorbell = Box<dyn Fn() + Send + Sync>;

/// What became of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Submitted {
    /// Transactions that left, of this batch or earlier ones.
    pub released: Released,
    /// Commands executed: that many from the front of the batch.
    pub commands: u32,
    /// Why the next one was not: `throttled`, `venue_cancel_only` or `journal_full`. It has no
    /// sequence and leaves no trace; those behind it were not looked at.
    pub refusal: Option<RejectCode>,
}

/// Commands of the running batch that are executed and not yet handed to the journal.
#[derive(Default)]
pub(crate) struct Draft {
    sequence: u64,
    time_ns: u64,
    commands: u32,
    /// The first of their records, which lie in the batch.
    from: usize,
    /// Their records when others are among them that do not; else empty.
    payload: Vec<u8>,
}

impl Draft {
    /// Bytes of its records, when the next one of the batch is that at `at`.
    fn bytes(&self, at: usize) -> usize {
        match self.commands {
            0 => 0,
            _ if self.payload.is_empty() => (at - self.from) * COMMAND_BYTES,
            _ => self.payload.len(),
        }
    }

    /// A command of the batch was executed.
    #[inline]
    fn add(&mut self, records: &[Command]) {
        if !self.payload.is_empty() {
            self.payload.extend_from_slice(record::slice_to_bytes(records));
        }
    }

    /// One that is not in the batch was executed behind `records` of it.
    fn add_rest(&mut self, records: &[Command], rest: &Command) {
        if self.payload.is_empty() {
            self.payload.extend_from_slice(record::slice_to_bytes(&records[self.from..]));
        }
        self.payload.extend_from_slice(record::to_bytes(rest));
    }
}

/// An open venue.
pub struct Core {
    pub(crate) engine: Engine,
    pub(crate) clock: VenueClock,
    pub(crate) pending: Pending,
    /// A batch that lies where no record may lie.
    pub(crate) copy: Vec<Command>,
    pub(crate) answer: ChangeWriter,
    pub(crate) draft: Draft,
    /// Sequence of the last state hash in the journal.
    pub(crate) marked_sequence: u64,
    /// Sequence at which a snapshot was last asked for.
    pub(crate) snapshot_sequence: u64,
    /// When `Clock` was last journaled.
    pub(crate) ticked_ns: u64,
    /// The state is the one the last clean stop left.
    pub(crate) is_unchanged: bool,
    pub(crate) options: OpenOptions,
    pub(crate) identity: Identity,
    pub(crate) directories: Directories,
    pub(crate) tools: Tools,
    pub(crate) retention: Arc<Retention>,
    pub(crate) snapshotter: Snapshotter,
    pub(crate) journal: Journal,
    /// Last: let go of when all threads that write have ended.
    pub(crate) _lock: DataLock,
}

impl Core {
    /// Opens the venue in the data directory, or makes one.
    ///
    /// `doorbell` is rung by the journal's thread, in durability fsync only. `fatal` is called
    /// once, from any thread, with the fault after which nothing is acknowledged; the process
    /// should end then.
    /// Errors: every fault that says what is wrong with the options, the directory or a file in it.
    pub fn open(
        options: OpenOptions,
        environment: Environment,
        doorbell: Doorbell,
        fatal: FatalHook,
    ) -> Result<(Core, OpenReport), Fault> {
        opening::open(options, environment, doorbell, fatal)
    }

    /// Executes a batch of whole records, all stamped with one time, and releases what may leave.
    ///
    /// `Continue` is added behind a command that leaves a backlog.
    /// Errors: `records_malformed`, `caller_time_missing` (nothing was executed), and the fault
    /// that ended the journal.
    pub fn submit(
        &mut self,
        records: &[u8],
        caller_time_ns: Option<u64>,
        out: &mut [u8],
    ) -> Result<Submitted, Fault> {
        self.tools.progress.check()?;
        record::count(records)?;
        let time_ns = self.clock.stamp(caller_time_ns)?;
        let mut copy = std::mem::take(&mut self.copy);
        let submitted = self.submit_at(record::slice(records, &mut copy), time_ns, out);
        self.copy = copy;
        submitted
    }

    /// Releases what may leave.
    ///
    /// Errors: the fault that ended the journal.
    pub fn read(&mut self, out: &mut [u8]) -> Result<Released, Fault> {
        self.tools.progress.check()?;
        Ok(self.release(out))
    }

    /// Answers a query with one pseudo-transaction and returns its size. A size above that of
    /// `answer` means nothing was written: ask again with that much.
    ///
    /// Order: the answer shows what was executed, durable or not; its sequence says up to where.
    pub fn query(&mut self, query: &[u8], answer: &mut [u8]) -> Result<usize, Fault> {
        if query.len() != COMMAND_BYTES {
            let message = format!("a query has 128 bytes, not {}", query.len());
            return Err(Fault::new(FaultCode::RecordsMalformed, message));
        }
        self.answer.clear();
        self.engine.query(&record::from_bytes(query), &mut self.answer);
        let bytes = record::words_to_bytes(self.answer.words());
        if let Some(room) = answer.get_mut(..bytes.len()) {
            room.copy_from_slice(bytes);
        }
        Ok(bytes.len())
    }

    /// Journals a `Clock` when the engine waits for one and a second has passed, and what is left
    /// of a backlog whose `Continue` was refused; looks at the system clock in any case. To be
    /// called about once a second.
    pub fn tick(
        &mut self,
        caller_time_ns: Option<u64>,
        out: &mut [u8],
    ) -> Result<Submitted, Fault> {
        self.tools.progress.check()?;
        let time_ns = self.clock.stamp(caller_time_ns)?;
        if !self.engine.waits_for_clock() || time_ns < self.ticked_ns + CLOCK_INTERVAL_NS {
            return self.submit_at(&[], time_ns, out);
        }
        self.ticked_ns = time_ns;
        self.submit_at(&[Command::new(Opcode::Clock)], time_ns, out)
    }

    /// Believes the system clock after a jump.
    pub fn confirm_clock(&mut self) {
        self.clock.confirm();
    }

    /// Asks for a snapshot at the last command executed; `status` tells when it is there.
    ///
    /// Errors: the fault that ended the journal.
    pub fn request_snapshot(&mut self) -> Result<(), Fault> {
        self.tools.progress.check()?;
        if self.marked_sequence != self.engine.sequence() {
            self.append_state_hash()?;
        }
        self.snapshot_sequence = self.engine.sequence();
        let position = self.journal.position();
        self.snapshotter.request(SnapshotRequest { sequence: self.marked_sequence, position });
        Ok(())
    }

    /// Keeps what is needed to execute again what follows `sequence`, in the place of what the call
    /// before kept: the newest snapshot not newer, and the journal from there. A sequence that is
    /// not in front of the newest snapshot but one holds no more than a restart needs.
    ///
    /// Order: what is no longer held is removed behind the next snapshot.
    pub fn hold_journal(&self, sequence: u64) {
        self.retention.hold(sequence);
    }

    /// Executes again, on a thread of its own, what follows `after`, up to the last sequence that
    /// is in the journal now. What it needs is held while it runs.
    ///
    /// Errors: the fault that ended the journal, and that the thread does not start; others come
    /// out of its `read`.
    pub fn reexecute(&self, after: u64) -> Result<Reexecution, Fault> {
        self.tools.progress.check()?;
        Reexecution::start(Source {
            disk: self.tools.disk.clone(),
            directories: self.directories.clone(),
            identity: self.identity,
            hold: self.retention.hold_run(after),
            after,
            until: self.tools.progress.sequence(),
        })
    }

    /// Waits until everything executed is in the journal, so that all of it can be read.
    ///
    /// Errors: the fault that ended the journal.
    pub fn drain(&self) -> Result<(), Fault> {
        while self.tools.progress.sequence() < self.engine.sequence() {
            self.tools.progress.check()?;
            // Once, before a stop: a fifth of a sync is not worth a condition variable.
            std::thread::sleep(Duration::from_micros(20));
        }
        self.tools.progress.check()
    }

    /// The core at this moment. Cost: copies about 300 bytes.
    #[must_use]
    pub fn status(&self) -> Status {
        let (executed, durable) = (self.engine.sequence(), self.tools.progress.sequence());
        let snapshot = self.snapshotter.status();
        let fault = self.tools.progress.check().err();
        let fault = fault.or_else(|| snapshot.fault.clone()).or_else(|| self.tools.spare.failure());
        Status {
            executed_sequence: executed,
            durable_sequence: durable,
            unsynced_commands: executed - durable,
            pending_bytes: self.pending.bytes() as u64,
            time_ns: self.engine.time_ns(),
            mode: match self.journal.room_now() {
                Room::Open | Room::Busy => Mode::Open,
                Room::CancelOnly => Mode::CancelOnly,
                Room::Full => Mode::Refuse,
            },
            is_clock_held: self.clock.is_held(),
            fault,
            journal: self.tools.counters.read(),
            held_bytes: self.retention.held_bytes(),
            snapshot,
            is_snapshot_busy: self.snapshotter.is_busy(),
        }
    }

    /// The last command executed.
    #[must_use]
    pub fn executed_sequence(&self) -> u64 {
        self.engine.sequence()
    }

    /// The state hash at the last command executed.
    pub fn state_hash(&mut self) -> u64 {
        self.engine.state_hash()
    }

    /// Writes and syncs the journal, writes a snapshot, ends the threads and lets go of the
    /// directory.
    ///
    /// Errors: the fault that ended the journal. A snapshot that cannot be written is only a
    /// warning.
    pub fn stop(mut self) -> Result<StopReport, Fault> {
        self.tools.progress.check()?;
        self.snapshotter.stop();
        let marker = marker(&mut self.engine);
        if !self.is_unchanged {
            self.journal.append_state_hash(EntryKind::CleanStop, &marker)?;
        }
        self.journal.stop()?;
        if self.options.durability != Durability::Fsync {
            let (disk, journal) = (&*self.tools.disk, &self.directories.journal);
            sync_segments(disk, &list_segments(disk, journal)?, marker.sequence)?;
        }
        let mut warnings = Vec::new();
        if !self.is_unchanged {
            warnings.extend(self.write_clean_stop().err().map(|fault| fault.to_string()));
        }
        let unread_bytes = self.pending.bytes() as u64;
        let Marker { sequence, state_hash, .. } = marker;
        Ok(StopReport { sequence, state_hash, unread_bytes, warnings })
    }

    /// Errors: `state_hash_mismatch` when the snapshot thread found one: a snapshot of this state
    /// would hide it from every later replay.
    fn write_clean_stop(&mut self) -> Result<(), Fault> {
        let status = self.snapshotter.status();
        if let Some(fault) = status.fault.filter(|f| f.code == FaultCode::StateHashMismatch) {
            return Err(fault);
        }
        let (disk, directories) = (&*self.tools.disk, &self.directories);
        write_state(disk, &directories.snapshots, self.identity, &mut self.engine, true)?;
        if status.sequence == self.engine.sequence() {
            // It took the place of the newest one; those kept are the same.
            return Ok(());
        }
        self.retention.purge(status.sequence)
    }

    /// Executes commands, and `Continue` wherever a backlog is left, until one is refused.
    pub(crate) fn submit_at(
        &mut self,
        records: &[Command],
        time_ns: u64,
        out: &mut [u8],
    ) -> Result<Submitted, Fault> {
        let is_full = self.pending.bytes() >= self.options.pending_bytes_max;
        let (mut at, mut ahead, mut commands) = (0, 0, 0);
        let refusal = loop {
            let is_rest = self.engine.has_backlog();
            if !is_rest && at == records.len() {
                break None;
            }
            let opcode = if is_rest { Opcode::Continue as u8 } else { records[at].opcode };
            if self.draft.bytes(at) + COMMAND_BYTES_MAX > self.journal.payload_bytes_max() {
                self.journal_draft(records, at)?;
            }
            if let Some(refusal) = self.admit(opcode, is_full)? {
                break Some(refusal);
            }
            if is_rest {
                let rest = Command::new(Opcode::Continue);
                self.execute(time_ns, at, &rest, None);
                self.draft.add_rest(&records[..at], &rest);
                continue;
            }
            if at >= ahead {
                ahead = record::look_ahead(&mut self.engine, records, at);
            }
            let (command, extension, next) = record::command_at(records, at);
            self.execute(time_ns, at, command, extension);
            self.draft.add(&records[at..next]);
            at = next;
            commands += 1;
        };
        self.journal_draft(records, at)?;
        if self.engine.sequence() - self.snapshot_sequence
            >= self.options.snapshot_interval_commands
        {
            self.request_snapshot()?;
        }
        Ok(Submitted { released: self.release(out), commands, refusal })
    }

    /// Whether a command may be executed now. The journal has room for it then.
    fn admit(&mut self, opcode: u8, is_full: bool) -> Result<Option<RejectCode>, Fault> {
        let engine = &mut self.engine;
        match self.journal.room(|| marker(engine))? {
            Room::Open => {}
            Room::CancelOnly if lowers_risk(opcode) => {}
            Room::CancelOnly => return Ok(Some(RejectCode::VenueCancelOnly)),
            Room::Full => return Ok(Some(RejectCode::JournalFull)),
            Room::Busy => return Ok(Some(RejectCode::Throttled)),
        }
        let unsynced = self.engine.sequence() - self.tools.progress.sequence();
        let is_behind = unsynced >= u64::from(self.options.unsynced_commands_max)
            && self.options.durability != Durability::Os;
        Ok((is_behind || is_full).then_some(RejectCode::Throttled))
    }

    #[inline]
    fn execute(&mut self, time_ns: u64, at: usize, command: &Command, extension: Option<&Command>) {
        let sequence = self.engine.sequence() + 1;
        if self.draft.commands == 0 {
            (self.draft.sequence, self.draft.time_ns, self.draft.from) = (sequence, time_ns, at);
        }
        self.engine.execute(sequence, time_ns, command, extension, self.pending.writer());
        self.draft.commands += 1;
    }

    /// Hands the executed commands to the journal, and now and then the state hash behind them.
    fn journal_draft(&mut self, records: &[Command], at: usize) -> Result<(), Fault> {
        let draft = &mut self.draft;
        if draft.commands == 0 {
            return Ok(());
        }
        self.is_unchanged = false;
        let (sequence, time_ns, commands) = (draft.sequence, draft.time_ns, draft.commands);
        let payload = match draft.payload.as_slice() {
            [] => record::slice_to_bytes(&records[draft.from..at]),
            payload => payload,
        };
        self.journal.append_commands(sequence, time_ns, commands, payload)?;
        draft.payload.clear();
        draft.commands = 0;
        let unmarked = self.engine.sequence() - self.marked_sequence;
        if unmarked >= self.options.state_hash_interval_commands {
            self.append_state_hash()?;
        }
        Ok(())
    }

    fn append_state_hash(&mut self) -> Result<(), Fault> {
        let marker = marker(&mut self.engine);
        self.marked_sequence = marker.sequence;
        self.journal.append_state_hash(EntryKind::StateHash, &marker)
    }

    fn release(&mut self, out: &mut [u8]) -> Released {
        let last_sequence = match self.options.durability {
            Durability::Fsync => self.tools.progress.sequence(),
            Durability::None | Durability::Os => u64::MAX,
        };
        self.pending.release(last_sequence, out)
    }
}

fn marker(engine: &mut Engine) -> Marker {
    Marker {
        sequence: engine.sequence(),
        time_ns: engine.time_ns(),
        state_hash: engine.state_hash(),
    }
}

/// What is admitted while space runs out: cancels, what a client needs to send one, and halts.
fn lowers_risk(opcode: u8) -> bool {
    use Opcode::*;
    let admitted = [
        CancelOrder,
        MassCancel,
        SessionOpened,
        SessionClosed,
        Clock,
        Continue,
        SetInstrumentState,
        SetAccountState,
    ];
    admitted.iter().any(|known| *known as u8 == opcode)
}
