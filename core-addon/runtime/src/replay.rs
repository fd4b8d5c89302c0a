//! Executes journaled commands again and checks the state hashes that were journaled among them.
//!
//! Recovery, the snapshot thread, re-execution and `journal verify` all replay here, so all check
//! the same.

use engine::Engine;
use engine::change::ChangeWriter;
use engine::command::Command;

use crate::fault::{Fault, FaultCode};
use crate::journal::entry::{Entry, EntryKind};
use crate::journal::segment::SegmentFile;
use crate::record;

/// An engine on its way through the journal.
pub struct Replay {
    engine: Engine,
    behaviour_version: u32,
    changes: ChangeWriter,
    /// Records that lie where none may lie.
    copy: Vec<Command>,
    /// Commands executed.
    pub commands: u64,
    /// State hashes compared.
    pub markers: u64,
}

impl Replay {
    /// Starts at the engine's state; only entries of `behaviour_version` are executed.
    #[must_use]
    pub fn new(engine: Engine, behaviour_version: u32) -> Replay {
        let changes = ChangeWriter::with_capacity(1 << 12);
        Replay { engine, behaviour_version, changes, copy: Vec::new(), commands: 0, markers: 0 }
    }

    /// The engine as far as it came.
    #[must_use]
    pub fn engine(&mut self) -> &mut Engine {
        &mut self.engine
    }

    /// The engine, at the end.
    #[must_use]
    pub fn into_engine(self) -> Engine {
        self.engine
    }

    /// Applies one entry; those the state already holds are passed over.
    ///
    /// Errors: `behaviour_version_other`, `state_hash_mismatch`.
    pub fn apply(&mut self, segment: &SegmentFile, entry: &Entry<'_>) -> Result<(), Fault> {
        self.apply_each(segment, entry, |_, _| ())
    }

    /// The same; `each` gets the sequence and the transaction of every command executed.
    ///
    /// Errors: as `apply`.
    pub fn apply_each(
        &mut self,
        segment: &SegmentFile,
        entry: &Entry<'_>,
        mut each: impl FnMut(u64, &[u64]),
    ) -> Result<(), Fault> {
        let is_ours = segment.header.identity.behaviour_version == self.behaviour_version;
        if let Some(state_hash) = entry.state_hash() {
            if is_ours && entry.sequence == self.engine.sequence() {
                self.check(segment, entry.sequence, state_hash)?;
            }
            return Ok(());
        }
        if entry.last_sequence() <= self.engine.sequence() {
            return Ok(());
        }
        debug_assert_eq!(entry.kind, EntryKind::Commands);
        if !is_ours {
            return Err(self.other_version(segment, entry));
        }
        // A snapshot stands at a state hash, and those stand between entries.
        assert_eq!(entry.sequence, self.engine.sequence() + 1, "the state cuts an entry in two");
        let records = record::slice(entry.payload, &mut self.copy);
        let (mut at, mut ahead) = (0, 0);
        for sequence in entry.sequence..=entry.last_sequence() {
            if at >= ahead {
                ahead = record::look_ahead(&mut self.engine, records, at);
            }
            let (command, extension, next) = record::command_at(records, at);
            self.changes.clear();
            self.engine.execute(sequence, entry.time_ns, command, extension, &mut self.changes);
            each(sequence, self.changes.words());
            at = next;
        }
        self.commands += u64::from(entry.commands);
        Ok(())
    }

    fn check(&mut self, segment: &SegmentFile, sequence: u64, expected: u64) -> Result<(), Fault> {
        self.markers += 1;
        let found = self.engine.state_hash();
        if found == expected {
            return Ok(());
        }
        let path = segment.path.display();
        let message = format!(
            "replay to sequence {sequence} gives state hash {found:016x}, \
             {path} says {expected:016x}"
        );
        Err(Fault::new(FaultCode::StateHashMismatch, message))
    }

    fn other_version(&self, segment: &SegmentFile, entry: &Entry<'_>) -> Fault {
        let message = format!(
            "{} was written with behaviour version {}, this is {}; \
             the commands from sequence {} on are in no clean-stop snapshot",
            segment.path.display(),
            segment.header.identity.behaviour_version,
            self.behaviour_version,
            entry.sequence
        );
        Fault::new(FaultCode::BehaviourVersionOther, message)
    }
}
