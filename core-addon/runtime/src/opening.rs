//! Opening a core, step by step.

use std::path::Path;
use std::sync::Arc;

use engine::Engine;
use engine::change::ChangeWriter;
use engine::command::{Command, Opcode};

use crate::core::{Core, Doorbell, Draft};
use crate::environment::{Disk, Environment};
use crate::fault::{Fault, FaultCode};
use crate::journal::Journal;
use crate::journal::appender::{Appender, Tools, begin_segment};
use crate::journal::entry::{self, EntryKind};
use crate::journal::progress::{FatalHook, Progress};
use crate::journal::recovery::{Directories, Recovered, recover};
use crate::journal::segment::{Identity, journal_directory};
use crate::journal::spare::Spare;
use crate::lock::{self, DataLock};
use crate::metrics::Counters;
use crate::options::OpenOptions;
use crate::pending::Pending;
use crate::retention::Retention;
use crate::snapshot::{remove_unfinished, snapshot_directory};
use crate::snapshotter::Snapshotter;
use crate::status::OpenReport;
use crate::venue_clock::{ClockSource, VenueClock};

/// Words the output buffer begins with: 64 transactions of ordinary size.
const CHANGES_WORDS: usize = 64 * 64;

/// See `Core::open`.
pub fn open(
    options: OpenOptions,
    environment: Environment,
    doorbell: Doorbell,
    fatal: FatalHook,
) -> Result<(Core, OpenReport), Fault> {
    // 1. Refuse what cannot work.
    options.check()?;
    let start_ns = environment.clock.monotonic_ns();
    let disk = &*environment.disk;
    let directories = make_directories(disk, &options.data_directory)?;
    // 2. Be the only one here.
    let lock = lock::lock(disk, &options.data_directory)?;
    remove_unfinished(disk, &directories.snapshots)?;
    // 3. Bring the state back, or begin a venue.
    let recovered = recover(disk, &directories, options.behaviour_version)?;
    let is_new = recovered.is_none();
    let sequence = recovered.as_ref().map_or(0, |recovered| recovered.engine.sequence());
    let progress = Arc::new(Progress::new(sequence, fatal));
    let tools = make_tools(&options, &environment, &directories, progress)?;
    let mut state = match recovered {
        None => new_venue(&environment, &tools, options.behaviour_version)?,
        Some(recovered) => go_on(&tools, recovered)?,
    };
    let mut report = OpenReport {
        is_new,
        venue_id: state.identity.venue_id,
        snapshot_sequence: state.snapshot.map(|header| header.sequence),
        commands_replayed: state.commands_replayed,
        recovery_ms: 0,
        torn_bytes_cut: state.torn_bytes_cut,
        sequence: 0,
        time_ns: 0,
        state_hash: state.engine.state_hash(),
        warnings: std::mem::take(&mut state.warnings),
    };
    // 4. Start what runs beside the core.
    let mut core = start(options, &environment, tools, &directories, state, lock, doorbell)?;
    // 5. Finish what a crash left half done, and set the bounds asked for.
    settle(&mut core, &mut report.warnings)?;
    (report.sequence, report.time_ns) = (core.engine.sequence(), core.engine.time_ns());
    let elapsed_ns = environment.clock.monotonic_ns().saturating_sub(start_ns);
    report.recovery_ms = elapsed_ns / 1_000_000;
    Ok((core, report))
}

fn make_directories(disk: &dyn Disk, data_directory: &Path) -> Result<Directories, Fault> {
    let journal = journal_directory(data_directory);
    let snapshots = snapshot_directory(data_directory);
    for directory in [&journal, &snapshots] {
        let made = disk.create_directory(directory);
        made.map_err(|error| Fault::disk("make", directory, &error))?;
    }
    let synced = disk.sync_directory(data_directory);
    synced.map_err(|error| Fault::disk("sync", data_directory, &error))?;
    if let Some(parent) = data_directory.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        // It may belong to somebody else; then whoever made the directory has to care for its name.
        let _ = disk.sync_directory(parent);
    }
    Ok(Directories { journal, snapshots })
}

fn make_tools(
    options: &OpenOptions,
    environment: &Environment,
    directories: &Directories,
    progress: Arc<Progress>,
) -> Result<Tools, Fault> {
    let (disk, directory) = (environment.disk.clone(), directories.journal.clone());
    let spare =
        Spare::find(disk.clone(), directory.clone(), options.segment_bytes, options.spare_retry)?;
    Ok(Tools {
        disk,
        clock: environment.clock.clone(),
        directory,
        spare: Arc::new(spare),
        counters: Arc::new(Counters::default()),
        progress,
    })
}

fn new_venue(
    environment: &Environment,
    tools: &Tools,
    behaviour_version: u32,
) -> Result<Recovered, Fault> {
    let random = (environment.random)().map_err(|error| {
        Fault::new(FaultCode::DiskOperationFailed, format!("random numbers: {error}"))
    })?;
    let [venue_low, venue_high, key_low, key_high] = random;
    let identity = Identity {
        venue_id: [venue_low, venue_high],
        hash_key: [key_low, key_high],
        behaviour_version,
    };
    tools.spare.prepare_now()?;
    Ok(Recovered {
        engine: Engine::new(identity.hash_key),
        tail: begin_segment(tools, identity, 1, 0)?,
        identity,
        snapshot: None,
        commands_replayed: 0,
        torn_bytes_cut: 0,
        warnings: Vec::new(),
    })
}

/// Goes on in the segment found; behind the clean stop of another behaviour version, in a new one.
fn go_on(tools: &Tools, mut recovered: Recovered) -> Result<Recovered, Fault> {
    if recovered.tail.offset > recovered.tail.header.segment_bytes / 2 {
        // The next command may need the next segment. Without space the spare's thread goes on
        // trying.
        let _ = tools.spare.prepare_now();
    }
    let (ours, theirs) = (recovered.identity, recovered.tail.header.identity);
    if ours.behaviour_version == theirs.behaviour_version {
        return Ok(recovered);
    }
    let engine = &mut recovered.engine;
    // What their engine called this state; ours may count it differently.
    let state_hash = recovered.snapshot.map_or(engine.state_hash(), |header| header.state_hash);
    let (sequence, time_ns) = (engine.sequence(), engine.time_ns());
    tools.spare.prepare_now()?;
    let header = recovered.tail.header;
    recovered.tail = if header.first_sequence > sequence {
        // Their segment has no command; the new one has the same name and takes its place.
        begin_segment(tools, ours, header.first_sequence, header.previous_crc)?
    } else {
        let mut seal = Vec::new();
        entry::push(&mut seal, EntryKind::Seal, sequence, time_ns, 0, &state_hash.to_le_bytes());
        let mut appender = Appender::new(tools.clone(), recovered.tail, ours, true);
        appender.append(&mut seal)?;
        appender.into_tail()
    };
    recovered.warnings.push(format!(
        "upgraded from behaviour version {} to {} at sequence {sequence}",
        theirs.behaviour_version, ours.behaviour_version
    ));
    Ok(recovered)
}

fn start(
    options: OpenOptions,
    environment: &Environment,
    tools: Tools,
    directories: &Directories,
    state: Recovered,
    lock: DataLock,
    doorbell: Doorbell,
) -> Result<Core, Fault> {
    let snapshot_sequence = state.snapshot.map_or(0, |header| header.sequence);
    let is_unchanged = state
        .snapshot
        .is_some_and(|header| header.is_clean_stop && header.sequence == state.engine.sequence());
    let (disk, hold) = (tools.disk.clone(), options.hold_journal);
    let retention = Arc::new(Retention::new(disk, directories.clone(), hold));
    if hold.is_some() {
        retention.count()?;
    }
    let snapshotter = Snapshotter::start(
        environment.clone(),
        directories.clone(),
        state.identity,
        tools.progress.clone(),
        Arc::clone(&retention),
        snapshot_sequence,
        options.snapshot_retry,
    )?;
    let last_ns = state.engine.time_ns();
    let clock = environment.clock.clone();
    let clock = VenueClock::new(clock, options.clock, options.accept_clock_jumps, last_ns);
    let journal = Journal::start(
        tools.clone(),
        state.tail,
        state.identity,
        options.segment_bytes,
        options.durability,
        doorbell,
    )?;
    Ok(Core {
        engine: state.engine,
        clock,
        pending: Pending::with_capacity(CHANGES_WORDS),
        copy: Vec::new(),
        answer: ChangeWriter::with_capacity(CHANGES_WORDS),
        draft: Draft::default(),
        marked_sequence: snapshot_sequence,
        snapshot_sequence,
        ticked_ns: 0,
        is_unchanged,
        identity: state.identity,
        directories: directories.clone(),
        tools,
        retention,
        snapshotter,
        journal,
        options,
        _lock: lock,
    })
}

/// Works off the backlog a crash left, and journals the bounds when others are asked for.
fn settle(core: &mut Core, warnings: &mut Vec<String>) -> Result<(), Fault> {
    let time_ns = match core.options.clock {
        ClockSource::System => core.clock.stamp(None)?,
        ClockSource::Caller => core.engine.time_ns(),
    };
    let asked = core.options.capacities;
    let mut configure = Command::new(Opcode::Configure);
    (configure.account, configure.instrument) = (asked.accounts, asked.instruments);
    (configure.price, configure.quantity) = (asked.currencies.into(), asked.sessions.into());
    (configure.order_id, configure.session) = (asked.orders.into(), asked.retained.into());
    let is_new = core.engine.capacities() != asked;
    let records = if is_new { std::slice::from_ref(&configure) } else { &[] };
    let submitted = core.submit_at(records, time_ns, &mut [])?;
    if let Some(refusal) = submitted.refusal {
        warnings.push(format!("the configured capacities were not set: {}", refusal.name()));
    } else if is_new && core.engine.capacities() != asked {
        warnings.push("the configured capacities were refused: out of range".into());
    }
    Ok(())
}
