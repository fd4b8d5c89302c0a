//! Operational failures: what broke, under a code that never changes, and what the operator can do.
//!
//! A reject is not a fault. `docs/operating.md` holds the same table for readers.

use std::fmt;
use std::io;
use std::path::Path;

/// Which failure. The text of a code never changes; operators and tests match on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FaultCode {
    /// An option is out of range.
    OptionInvalid,
    /// Command records from the caller do not parse; nothing was executed.
    RecordsMalformed,
    /// The caller's clock was chosen and a call brought no time.
    CallerTimeMissing,
    /// Another process serves the data directory.
    DataDirectoryLocked,
    /// A file operation failed while opening or reading.
    DiskOperationFailed,
    /// Snapshots exist but the journal is gone.
    JournalMissing,
    /// A segment between two others, or before or behind them, is gone.
    JournalSegmentMissing,
    /// A segment has a wrong length or a header that does not verify.
    JournalSegmentDamaged,
    /// A segment's name and its header disagree: renamed or copied.
    JournalSegmentMisplaced,
    /// A segment or snapshot of another venue.
    VenueForeign,
    /// A damaged entry with intact entries behind it.
    JournalDamaged,
    /// A snapshot is newer than the last journaled command.
    JournalBehindSnapshot,
    /// Written by a newer openbell.
    FormatNewer,
    /// Commands of another behaviour version are left to replay.
    BehaviourVersionOther,
    /// A replay did not give the state that was journaled.
    StateHashMismatch,
    /// No readable snapshot reaches the start of the journal.
    SnapshotMissing,
    /// A snapshot does not verify.
    SnapshotDamaged,
    /// A snapshot could not be written; the journal since the last one is kept.
    SnapshotFailed,
    /// What follows a sequence cannot be executed again.
    ChangesUnavailable,
    /// A journal write failed; nothing is acknowledged any more.
    JournalWriteFailed,
    /// A journal sync failed; nothing is acknowledged any more.
    JournalSyncFailed,
    /// No space for the next segment.
    JournalSpaceLow,
    /// Balances do not add up to zero.
    ConservationBroken,
}

/// Code, its stable text, and what the operator should do; in the order of `FaultCode`.
const TABLE: [(FaultCode, &str, &str); 23] = [
    (FaultCode::OptionInvalid, "option_invalid", "Set the option to a value within its range"),
    (FaultCode::RecordsMalformed, "records_malformed", "This is a defect of the caller: report it"),
    (
        FaultCode::CallerTimeMissing,
        "caller_time_missing",
        "Pass a time with every call, or choose the system clock",
    ),
    (
        FaultCode::DataDirectoryLocked,
        "data_directory_locked",
        "Stop the other process, or start this one with another data directory",
    ),
    (
        FaultCode::DiskOperationFailed,
        "disk_operation_failed",
        "Check that the directory exists, is writable, and that the disk is healthy",
    ),
    (
        FaultCode::JournalMissing,
        "journal_missing",
        "Restore the journal directory from a backup; a new venue needs an empty directory",
    ),
    (
        FaultCode::JournalSegmentMissing,
        "journal_segment_missing",
        "Restore the named segment from a backup",
    ),
    (
        FaultCode::JournalSegmentDamaged,
        "journal_segment_damaged",
        "Restore the named segment from a backup",
    ),
    (
        FaultCode::JournalSegmentMisplaced,
        "journal_segment_misplaced",
        "Give the segment the name of its first sequence again, and remove copies",
    ),
    (
        FaultCode::VenueForeign,
        "venue_foreign",
        "Remove the file of the other venue, and restore this venue's own",
    ),
    (
        FaultCode::JournalDamaged,
        "journal_damaged",
        "Restore the named segment from a backup; operating.md says how to give up the rest",
    ),
    (
        FaultCode::JournalBehindSnapshot,
        "journal_behind_snapshot",
        "Restore the newest segments from a backup: acknowledged commands are missing",
    ),
    (
        FaultCode::FormatNewer,
        "format_newer",
        "Start the openbell version that wrote the file, or newer",
    ),
    (
        FaultCode::BehaviourVersionOther,
        "behaviour_version_other",
        "Start the version that wrote the journal, stop it cleanly, then upgrade",
    ),
    (
        FaultCode::StateHashMismatch,
        "state_hash_mismatch",
        "Stop, keep the data directory, run `journal verify` on a copy and report the result",
    ),
    (
        FaultCode::SnapshotMissing,
        "snapshot_missing",
        "Restore a snapshot, or the journal segments before the first one, from a backup",
    ),
    (
        FaultCode::SnapshotDamaged,
        "snapshot_damaged",
        "Restore it from a backup or remove it: the older one and the journal replace it",
    ),
    (
        FaultCode::SnapshotFailed,
        "snapshot_failed",
        "Free space or repair the disk; it is tried again by itself",
    ),
    (
        FaultCode::ChangesUnavailable,
        "changes_unavailable",
        "Restore the files in front from a backup, or begin anew at a later sequence",
    ),
    (
        FaultCode::JournalWriteFailed,
        "journal_write_failed",
        "Repair the disk, then start again: every acknowledged command is in the journal",
    ),
    (
        FaultCode::JournalSyncFailed,
        "journal_sync_failed",
        "Repair the disk, then start again: every acknowledged command is in the journal",
    ),
    (
        FaultCode::JournalSpaceLow,
        "journal_space_low",
        "Free space on the journal's disk; it is tried again by itself",
    ),
    (
        FaultCode::ConservationBroken,
        "conservation_broken",
        "Stop, keep the data directory and report the result",
    ),
];

// A code without a row would have no text.
const _: () = assert!(FaultCode::ConservationBroken as usize + 1 == TABLE.len());

impl FaultCode {
    /// Every code, for tables and tests.
    pub fn all() -> impl Iterator<Item = FaultCode> {
        TABLE.iter().map(|row| row.0)
    }

    /// The stable text of the code.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        TABLE[self as usize].1
    }

    /// What the operator should do.
    #[must_use]
    pub fn remedy(self) -> &'static str {
        TABLE[self as usize].2
    }

    /// Whether the same call may succeed later without anybody's doing.
    #[must_use]
    pub fn is_retryable(self) -> bool {
        matches!(self, FaultCode::SnapshotFailed | FaultCode::JournalSpaceLow)
    }
}

/// One failure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Which failure.
    pub code: FaultCode,
    /// What exactly: file, byte offset, sequence, the system's words.
    pub message: String,
}

impl Fault {
    /// A failure of `code`, with what is known of it.
    #[must_use]
    pub fn new(code: FaultCode, message: impl Into<String>) -> Fault {
        Fault { code, message: message.into() }
    }

    /// A failed file operation.
    #[must_use]
    pub fn disk(operation: &str, path: &Path, error: &io::Error) -> Fault {
        let message = format!("{operation} {}: {error}", path.display());
        Fault::new(FaultCode::DiskOperationFailed, message)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}. {}.", self.code.as_str(), self.message, self.code.remedy())
    }
}

impl std::error::Error for Fault {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_listed_once_and_documented() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/operating.md");
        let page = std::fs::read_to_string(path).expect("docs/operating.md is readable");
        for (index, code) in FaultCode::all().enumerate() {
            assert_eq!(code as usize, index, "{} is out of order", code.as_str());
            let row = format!("| `{}` |", code.as_str());
            assert!(page.contains(&row), "docs/operating.md lacks the row {row}");
        }
    }

    #[test]
    fn a_fault_says_code_message_and_remedy() {
        let fault = Fault::new(FaultCode::JournalSpaceLow, "no room for 64 bytes");
        assert_eq!(
            fault.to_string(),
            "journal_space_low: no room for 64 bytes. \
             Free space on the journal's disk; it is tried again by itself."
        );
        assert!(fault.code.is_retryable());
    }
}
