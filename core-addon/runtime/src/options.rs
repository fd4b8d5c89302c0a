//! What a core is opened with, and the bounds of it.

use std::path::PathBuf;
use std::time::Duration;

use engine::Capacities;

use crate::BEHAVIOUR_VERSION;
use crate::fault::{Fault, FaultCode};
use crate::journal::{Durability, SEGMENT_BYTES_MAX, SEGMENT_BYTES_MIN};
use crate::venue_clock::ClockSource;

/// Settings of one core.
#[derive(Clone, Debug)]
pub struct OpenOptions {
    /// Where journal, snapshots and lock lie; made when it does not exist.
    pub data_directory: PathBuf,
    /// When replies may leave.
    pub durability: Durability,
    /// Where time comes from.
    pub clock: ClockSource,
    /// Bytes of a journal segment. Larger ones begin less often; recovery and snapshots read one
    /// whole.
    pub segment_bytes: u32,
    /// Most commands executed ahead of the disk; further ones are `throttled`.
    pub unsynced_commands_max: u32,
    /// Most bytes of transactions that wait to be read; further commands are `throttled`. One batch
    /// may go above it.
    pub pending_bytes_max: usize,
    /// Commands between two snapshots. More make a restart longer: about 1 s a million.
    pub snapshot_interval_commands: u64,
    /// Commands between two state hashes in the journal.
    pub state_hash_interval_commands: u64,
    /// As `Core::hold_journal`, from the first moment.
    pub hold_journal: Option<u64>,
    /// Bounds of the engine's tables; journaled when they differ from those in force.
    pub capacities: Capacities,
    /// Believe a jump of the system clock instead of holding it: laptops sleep.
    pub accept_clock_jumps: bool,
    /// Pause before space for the next segment is asked for again.
    pub spare_retry: Duration,
    /// Pause before a snapshot that failed is tried again; a try costs a replay since the last one.
    pub snapshot_retry: Duration,
    /// Behaviour of the engine; tests pretend to be another version.
    pub behaviour_version: u32,
}

impl OpenOptions {
    /// The defaults, for `data_directory`.
    #[must_use]
    pub fn new(data_directory: impl Into<PathBuf>) -> OpenOptions {
        OpenOptions {
            data_directory: data_directory.into(),
            durability: Durability::Fsync,
            clock: ClockSource::System,
            segment_bytes: 64 << 20,
            unsynced_commands_max: 65_536,
            pending_bytes_max: 64 << 20,
            snapshot_interval_commands: 2_000_000,
            state_hash_interval_commands: 16_384,
            hold_journal: None,
            capacities: Capacities::DEFAULT,
            accept_clock_jumps: false,
            spare_retry: Duration::from_secs(1),
            snapshot_retry: Duration::from_secs(60),
            behaviour_version: BEHAVIOUR_VERSION,
        }
    }

    /// Errors: `option_invalid`, naming the option, its value and its range.
    pub fn check(&self) -> Result<(), Fault> {
        let segment_bytes = u64::from(self.segment_bytes);
        let segment_range = u64::from(SEGMENT_BYTES_MIN)..=u64::from(SEGMENT_BYTES_MAX);
        let rows = [
            ("segment_bytes", segment_bytes, segment_range),
            ("unsynced_commands_max", self.unsynced_commands_max.into(), 1..=1 << 24),
            ("pending_bytes_max", self.pending_bytes_max as u64, 1..=1 << 40),
            ("snapshot_interval_commands", self.snapshot_interval_commands, 1..=1 << 40),
            ("state_hash_interval_commands", self.state_hash_interval_commands, 1..=1 << 40),
        ];
        for (name, value, range) in rows {
            if !range.contains(&value) {
                let (min, max) = range.into_inner();
                let message = format!("{name} is {value}, its range is {min} to {max}");
                return Err(Fault::new(FaultCode::OptionInvalid, message));
            }
        }
        if !segment_bytes.is_multiple_of(4096) {
            let message = format!("segment_bytes is {segment_bytes}, not a multiple of 4096");
            return Err(Fault::new(FaultCode::OptionInvalid, message));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_out_of_range_is_named_with_its_range() {
        let rows = [
            (4096, 1, "segment_bytes is 4096, its range is 16384 to 1073741824"),
            (20_000, 1, "segment_bytes is 20000, not a multiple of 4096"),
            (65_536, 0, "unsynced_commands_max is 0, its range is 1 to 16777216"),
        ];
        assert_eq!(OpenOptions::new("x").check(), Ok(()));
        for (segment_bytes, unsynced_commands_max, message) in rows {
            let defaults = OpenOptions::new("x");
            let options = OpenOptions { segment_bytes, unsynced_commands_max, ..defaults };
            let fault = options.check().expect_err(message);
            assert_eq!((fault.code, fault.message.as_str()), (FaultCode::OptionInvalid, message));
        }
    }
}
