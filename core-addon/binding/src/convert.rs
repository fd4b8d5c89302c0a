//! What crosses the border: options in, reports and errors out, and the layout of the status array.

use std::time::Duration;

use napi::Error;
use napi_derive::napi;
use runtime::inspect::VerifyReport;
use runtime::metrics::SYNC_BUCKETS_US;
use runtime::{ClockSource, Durability, Fault, Mode, OpenOptions, OpenReport, Status, StopReport};

/// A result whose error has a stable code. The name is what the napi macro looks for.
pub type Result<T> = std::result::Result<T, Error<&'static str>>;

/// An argument that cannot be what the caller meant; a defect of the caller.
pub fn argument_invalid(reason: impl Into<String>) -> Error<&'static str> {
    Error::new("argument_invalid", reason.into())
}

/// A fault as a JavaScript error: its code, and message with remedy.
pub fn from_fault(fault: Fault) -> Error<&'static str> {
    let reason = format!("{}. {}", fault.message, fault.code.remedy());
    Error::new(fault.code.as_str(), reason)
}

/// Settings of one core; what is left out keeps its default.
#[napi(object)]
pub struct AddonOptions {
    pub data_directory: String,
    /// `none`, `os` or `fsync`.
    pub durability: Option<String>,
    /// `system` or `caller`.
    pub clock: Option<String>,
    pub accept_clock_jumps: Option<bool>,
    pub segment_bytes: Option<f64>,
    pub unsynced_commands_max: Option<f64>,
    pub pending_bytes_max: Option<f64>,
    pub snapshot_interval_commands: Option<f64>,
    pub state_hash_interval_commands: Option<f64>,
    pub hold_journal: Option<f64>,
    pub spare_retry_ms: Option<f64>,
    pub accounts_max: Option<f64>,
    pub instruments_max: Option<f64>,
    pub currencies_max: Option<f64>,
    pub sessions_max: Option<f64>,
    pub orders_max: Option<f64>,
    pub retained_orders_max: Option<f64>,
}

/// Errors: `argument_invalid`; ranges are the runtime's to judge.
pub fn to_open_options(options: &AddonOptions) -> Result<OpenOptions> {
    let mut open = OpenOptions::new(&options.data_directory);
    open.durability = match options.durability.as_deref() {
        None => open.durability,
        Some("none") => Durability::None,
        Some("os") => Durability::Os,
        Some("fsync") => Durability::Fsync,
        Some(other) => return Err(argument_invalid(format!("durability {other} is not known"))),
    };
    open.clock = match options.clock.as_deref() {
        None => open.clock,
        Some("system") => ClockSource::System,
        Some("caller") => ClockSource::Caller,
        Some(other) => return Err(argument_invalid(format!("clock {other} is not known"))),
    };
    open.accept_clock_jumps = options.accept_clock_jumps.unwrap_or(open.accept_clock_jumps);
    set("segmentBytes", options.segment_bytes, &mut open.segment_bytes)?;
    set("unsyncedCommandsMax", options.unsynced_commands_max, &mut open.unsynced_commands_max)?;
    set("pendingBytesMax", options.pending_bytes_max, &mut open.pending_bytes_max)?;
    let interval = &mut open.snapshot_interval_commands;
    set("snapshotIntervalCommands", options.snapshot_interval_commands, interval)?;
    let interval = &mut open.state_hash_interval_commands;
    set("stateHashIntervalCommands", options.state_hash_interval_commands, interval)?;
    if options.hold_journal.is_some() {
        let mut sequence = 0;
        set("holdJournal", options.hold_journal, &mut sequence)?;
        open.hold_journal = Some(sequence);
    }
    let mut retry_ms = open.spare_retry.as_millis() as u64;
    set("spareRetryMs", options.spare_retry_ms, &mut retry_ms)?;
    open.spare_retry = Duration::from_millis(retry_ms);
    let capacities = &mut open.capacities;
    set("accountsMax", options.accounts_max, &mut capacities.accounts)?;
    set("instrumentsMax", options.instruments_max, &mut capacities.instruments)?;
    set("currenciesMax", options.currencies_max, &mut capacities.currencies)?;
    set("sessionsMax", options.sessions_max, &mut capacities.sessions)?;
    set("ordersMax", options.orders_max, &mut capacities.orders)?;
    set("retainedOrdersMax", options.retained_orders_max, &mut capacities.retained)?;
    Ok(open)
}

/// Sets a field from a JavaScript number that was given.
fn set<T: TryFrom<u64>>(name: &str, value: Option<f64>, field: &mut T) -> Result<()> {
    if let Some(value) = value {
        let invalid = || argument_invalid(format!("{name} {value} is no count that fits"));
        *field = T::try_from(to_count(value).ok_or_else(invalid)?).map_err(|_| invalid())?;
    }
    Ok(())
}

/// A JavaScript number that is a whole number from 0 and exact.
#[must_use]
pub fn to_count(value: f64) -> Option<u64> {
    let is_count = (0.0..9_007_199_254_740_992.0).contains(&value) && value.fract() == 0.0;
    is_count.then_some(value as u64)
}

/// What was found at open. Ids and hashes are text: they pass 2^53.
#[napi(object)]
pub struct AddonOpenReport {
    pub handle: u32,
    pub is_new: bool,
    /// 32 hex digits.
    pub venue_id: String,
    /// Absent when there was none.
    pub snapshot_sequence: Option<f64>,
    pub commands_replayed: f64,
    pub recovery_ms: f64,
    pub torn_bytes_cut: f64,
    pub sequence: f64,
    pub time_us: f64,
    /// 16 hex digits.
    pub state_hash: String,
    pub warnings: Vec<String>,
    /// The bound in force.
    pub unsynced_commands_max: u32,
    /// Upper bounds of the sync histogram's buckets; the last bucket has none.
    pub sync_bounds_us: Vec<f64>,
}

/// The report under its handle.
#[must_use]
pub fn from_open_report(
    handle: u32,
    unsynced_commands_max: u32,
    report: OpenReport,
) -> AddonOpenReport {
    AddonOpenReport {
        handle,
        is_new: report.is_new,
        venue_id: format!("{:016x}{:016x}", report.venue_id[0], report.venue_id[1]),
        snapshot_sequence: report.snapshot_sequence.map(|sequence| sequence as f64),
        commands_replayed: report.commands_replayed as f64,
        recovery_ms: report.recovery_ms as f64,
        torn_bytes_cut: report.torn_bytes_cut as f64,
        sequence: report.sequence as f64,
        time_us: (report.time_ns / 1_000) as f64,
        state_hash: format!("{:016x}", report.state_hash),
        warnings: report.warnings,
        unsynced_commands_max,
        sync_bounds_us: SYNC_BUCKETS_US.map(|bound| bound as f64).to_vec(),
    }
}

/// What a clean stop left behind.
#[napi(object)]
pub struct AddonStopReport {
    pub sequence: f64,
    /// 16 hex digits.
    pub state_hash: String,
    pub unread_bytes: f64,
    pub warnings: Vec<String>,
}

/// The same in JavaScript's numbers.
#[must_use]
pub fn from_stop_report(report: StopReport) -> AddonStopReport {
    AddonStopReport {
        sequence: report.sequence as f64,
        state_hash: format!("{:016x}", report.state_hash),
        unread_bytes: report.unread_bytes as f64,
        warnings: report.warnings,
    }
}

/// The gravest fault in force.
#[napi(object)]
pub struct AddonFault {
    pub code: String,
    pub message: String,
    pub retryable: bool,
}

/// The same as an object.
#[must_use]
pub fn to_addon_fault(fault: &Fault) -> AddonFault {
    AddonFault {
        code: fault.code.as_str().to_owned(),
        message: format!("{}. {}", fault.message, fault.code.remedy()),
        retryable: fault.code.is_retryable(),
    }
}

/// What `journal_verify` found.
#[napi(object)]
pub struct AddonVerifyReport {
    pub segments: f64,
    /// 0 when there is no command.
    pub first_sequence: f64,
    pub last_sequence: f64,
    pub commands_replayed: f64,
    pub state_hashes_checked: f64,
    /// Sequences of the snapshots that verified, newest first.
    pub snapshots: Vec<f64>,
    /// Bytes of an unfinished write at the end; the next start cuts them off.
    pub torn_bytes: f64,
    /// Currencies that add up to zero.
    pub currencies: f64,
    /// 16 hex digits.
    pub state_hash: String,
    /// Empty when the venue is sound.
    pub problems: Vec<AddonFault>,
}

/// The same in JavaScript's numbers.
#[must_use]
pub fn from_verify_report(report: &VerifyReport) -> AddonVerifyReport {
    AddonVerifyReport {
        segments: report.segments as f64,
        first_sequence: report.sequences.0 as f64,
        last_sequence: report.sequences.1 as f64,
        commands_replayed: report.commands_replayed as f64,
        state_hashes_checked: report.state_hashes_checked as f64,
        snapshots: report.snapshots.iter().map(|sequence| *sequence as f64).collect(),
        torn_bytes: report.torn_bytes as f64,
        currencies: report.currencies as f64,
        state_hash: format!("{:016x}", report.state_hash),
        problems: report.problems.iter().map(to_addon_fault).collect(),
    }
}

/// Places of the status array. `gateway/core/addon.ts` lists the same; `test/boundary` compares
/// them.
pub mod place {
    use runtime::metrics::SYNC_BUCKETS_US;

    /// Commands of the last submit or tick that were executed.
    pub const COMMANDS: usize = 0;
    /// Bytes that the last submit, tick or read released.
    pub const RELEASED_BYTES: usize = 1;
    /// 1 when more could be released than fit.
    pub const HAS_MORE: usize = 2;
    /// Size of a transaction that alone is larger than the output buffer, else 0.
    pub const NEEDED_BYTES: usize = 3;
    /// First of the places that `status` fills.
    pub const STATUS: usize = 4;
    /// What a chunk used of the requests and cancels that its connection was granted.
    pub const REQUESTS_USED: usize = STATUS + 19 + SYNC_BUCKETS_US.len() + 1;
    pub const CANCELS_USED: usize = REQUESTS_USED + 1;
    /// Where a numbered stream is: its last number, as of which sequence and engine session, and
    /// the last `client_ref` where they only rise.
    pub const NUMBER: usize = CANCELS_USED + 1;
    pub const SEQUENCE: usize = NUMBER + 1;
    pub const ENGINE_SESSION: usize = SEQUENCE + 1;
    pub const CLIENT_REF: usize = ENGINE_SESSION + 1;
    /// How far the gate's commands have come.
    pub const WAITING: usize = CLIENT_REF + 1;
    pub const EXECUTED: usize = WAITING + 1;
    pub const ANSWERED: usize = EXECUTED + 1;
    /// How long a connection waits that has used its requests or cancels.
    pub const REQUEST_WAIT_MS: usize = ANSWERED + 1;
    pub const CANCEL_WAIT_MS: usize = REQUEST_WAIT_MS + 1;
    /// Number of places: `status` fills 19 and the buckets of the sync histogram.
    pub const COUNT: usize = CANCEL_WAIT_MS + 1;
}

/// Writes `status` into the array, in the order of `place`.
pub fn write_status(status: &Status, places: &mut [f64]) {
    let mode = match status.mode {
        Mode::Open => 0,
        Mode::CancelOnly => 1,
        Mode::Refuse => 2,
    };
    let values = [
        status.executed_sequence,
        status.durable_sequence,
        status.unsynced_commands,
        status.pending_bytes,
        status.time_ns / 1_000,
        mode,
        u64::from(status.is_clock_held),
        u64::from(status.fault.is_some()),
        status.snapshot.sequence,
        status.snapshot.bytes,
        status.snapshot.duration_ns / 1_000,
        status.snapshot.written,
        u64::from(status.is_snapshot_busy),
        status.journal.bytes,
        status.journal.writes,
        status.journal.segments,
        status.journal.syncs,
    ];
    let buckets = status.journal.sync_buckets;
    let sync_us = [status.journal.sync_ns / 1_000];
    let held = [status.held_bytes];
    let all = values.iter().chain(&sync_us).chain(&buckets).chain(&held);
    for (place, value) in places[place::STATUS..].iter_mut().zip(all) {
        *place = *value as f64;
    }
}
