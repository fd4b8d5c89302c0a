//! What a core says of itself: at open, while it runs, at the stop.

use crate::fault::Fault;
use crate::metrics::JournalMetrics;
use crate::snapshotter::SnapshotStatus;

/// What the core admits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Everything.
    Open,
    /// Cancels and what else lowers risk: space for the journal is running out.
    CancelOnly,
    /// Nothing: there is no space for the journal.
    Refuse,
}

/// A core at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// The last command executed.
    pub executed_sequence: u64,
    /// The last command in the journal, at the configured durability.
    pub durable_sequence: u64,
    /// Commands between the two.
    pub unsynced_commands: u64,
    /// Bytes of transactions that wait for durability or for a reader.
    pub pending_bytes: u64,
    /// The last time stamped, in ns.
    pub time_ns: u64,
    /// What is admitted.
    pub mode: Mode,
    /// A jump of the system clock waits for `confirm_clock`.
    pub is_clock_held: bool,
    /// The gravest fault in force; the core is not ready while there is one.
    pub fault: Option<Fault>,
    /// Counters of the journal.
    pub journal: JournalMetrics,
    /// Bytes of segments and snapshots kept for `Core::hold_journal` and re-executions alone.
    pub held_bytes: u64,
    /// The snapshots.
    pub snapshot: SnapshotStatus,
    /// A snapshot is asked for or being made.
    pub is_snapshot_busy: bool,
}

/// What was found at open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenReport {
    /// A new venue was made.
    pub is_new: bool,
    /// The venue's id.
    pub venue_id: [u64; 2],
    /// Sequence of the snapshot it began with.
    pub snapshot_sequence: Option<u64>,
    /// Commands executed again from the journal.
    pub commands_replayed: u64,
    /// Time of recovery in milliseconds.
    pub recovery_ms: u64,
    /// Bytes of an unfinished write that were cut off.
    pub torn_bytes_cut: u64,
    /// The last command executed, those of this open included.
    pub sequence: u64,
    /// Its time in ns.
    pub time_ns: u64,
    /// State hash behind the last journaled command, before this open added any.
    pub state_hash: u64,
    /// What an operator should read.
    pub warnings: Vec<String>,
}

/// What a clean stop left behind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StopReport {
    /// The last command executed.
    pub sequence: u64,
    /// The state hash there.
    pub state_hash: u64,
    /// Bytes of transactions nobody read.
    pub unread_bytes: u64,
    /// The snapshot could not be written, or old ones not be removed; the journal holds everything.
    pub warnings: Vec<String>,
}
