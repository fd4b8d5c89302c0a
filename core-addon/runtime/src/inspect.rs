//! Looks at a data directory that no process serves: `journal verify` and `journal dump`.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::Path;

use engine::Engine;
use engine::change::ChangeWriter;
use engine::command::{Command, Opcode, QueryKind};

use crate::environment::{Disk, Environment};
use crate::fault::{Fault, FaultCode};
use crate::journal::entry::{Entry, EntryKind};
use crate::journal::reader::{self, JournalEnd, Visit};
use crate::journal::segment::{Identity, SegmentFile, journal_directory, list_segments};
use crate::lock;
use crate::record;
use crate::replay::Replay;
use crate::snapshot::{SnapshotHeader, list_snapshots, load_snapshot, snapshot_directory};

/// What `verify` found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VerifyReport {
    /// Segments in the journal.
    pub segments: u64,
    /// First and last sequence in them; 0 and 0 when there is no command.
    pub sequences: (u64, u64),
    /// Commands executed again.
    pub commands_replayed: u64,
    /// State hashes compared, those of snapshots included.
    pub state_hashes_checked: u64,
    /// Sequences of the snapshots that verified, newest first.
    pub snapshots: Vec<u64>,
    /// Bytes of an unfinished write at the end; the next start cuts them off.
    pub torn_bytes: u64,
    /// Currencies that add up to zero over all accounts and fee accumulators.
    pub currencies: u64,
    /// The state hash at the end.
    pub state_hash: u64,
    /// Everything that is wrong; the venue is sound when there is nothing.
    pub problems: Vec<Fault>,
}

/// Reads the whole journal and every snapshot, replays, and checks all that can be checked.
///
/// Errors: `data_directory_locked`, `disk_operation_failed`; what is wrong with the venue is in the
/// report.
pub fn verify(
    environment: &Environment,
    data_directory: &Path,
    behaviour_version: u32,
) -> Result<VerifyReport, Fault> {
    let disk = &*environment.disk;
    let _lock = lock::lock(disk, data_directory)?;
    let mut report = VerifyReport::default();
    if let Err(fault) = verify_files(disk, data_directory, behaviour_version, &mut report) {
        report.problems.push(fault);
    }
    Ok(report)
}

fn verify_files(
    disk: &dyn Disk,
    data_directory: &Path,
    behaviour_version: u32,
    report: &mut VerifyReport,
) -> Result<(), Fault> {
    let journal = journal_directory(data_directory);
    let segments = list_segments(disk, &journal)?;
    let Some(first) = segments.first() else {
        let message = format!("{} has no segment", journal.display());
        return Err(Fault::new(FaultCode::JournalMissing, message));
    };
    let identity = Identity { behaviour_version, ..first.header.identity };
    let directory = snapshot_directory(data_directory);
    let mut snapshots = BTreeMap::new();
    for sequence in list_snapshots(disk, &directory)? {
        match load_snapshot(disk, &directory, sequence, &identity) {
            Ok(loaded) => {
                snapshots.insert(sequence, loaded.header);
                report.snapshots.push(sequence);
            }
            // It verified; only the version that made it can load it.
            Err(fault) if fault.code == FaultCode::BehaviourVersionOther => {}
            Err(fault) => report.problems.push(fault),
        }
    }
    let base = replay_base(&segments, &identity, &snapshots)?;
    let engine = match base {
        0 => Engine::new(identity.hash_key),
        base => load_snapshot(disk, &directory, base, &identity)?.engine,
    };
    let mut replay = Replay::new(engine, behaviour_version);
    let end = replay_all(disk, &segments, &mut replay, base, &snapshots, report)?;
    report.segments = segments.len() as u64;
    report.sequences = (first.header.first_sequence.min(end.sequence), end.sequence);
    (report.commands_replayed, report.torn_bytes) = (replay.commands, end.torn_bytes as u64);
    report.state_hashes_checked += replay.markers;
    if let Some(newest) = snapshots.keys().next_back().filter(|newest| **newest > end.sequence) {
        let message = format!("it ends at {}, a snapshot holds sequence {newest}", end.sequence);
        return Err(Fault::new(FaultCode::JournalBehindSnapshot, message));
    }
    check_state(replay.engine(), report)
}

/// The sequence replay begins behind: 0, or that of the oldest snapshot behind which all commands
/// are of this behaviour version.
fn replay_base(
    segments: &[SegmentFile],
    identity: &Identity,
    snapshots: &BTreeMap<u64, SnapshotHeader>,
) -> Result<u64, Fault> {
    let is_other = |segment: &SegmentFile| {
        segment.header.identity.behaviour_version != identity.behaviour_version
    };
    let ours = segments.iter().rposition(is_other).map_or(0, |last| last + 1);
    let begin = match segments.get(ours) {
        Some(segment) if segment.header.first_sequence == 1 => return Ok(0),
        Some(segment) => segment.header.first_sequence,
        // Nothing of ours yet: a clean stop of the other version that waits for its upgrade.
        None => return Ok(snapshots.keys().next_back().copied().unwrap_or(0)),
    };
    let usable = snapshots.keys().find(|sequence| **sequence >= begin - 1);
    usable.copied().ok_or_else(|| {
        let message = format!("no readable snapshot at sequence {} or behind it", begin - 1);
        Fault::new(FaultCode::SnapshotMissing, message)
    })
}

fn replay_all(
    disk: &dyn Disk,
    segments: &[SegmentFile],
    replay: &mut Replay,
    base: u64,
    snapshots: &BTreeMap<u64, SnapshotHeader>,
    report: &mut VerifyReport,
) -> Result<JournalEnd, Fault> {
    let mut checked = base;
    let end = reader::walk(disk, segments, 0, &mut |segment, entry| {
        replay.apply(segment, entry)?;
        let sequence = replay.engine().sequence();
        if sequence > checked
            && let Some(header) = snapshots.get(&sequence)
        {
            checked = sequence;
            report.state_hashes_checked += 1;
            let found = replay.engine().state_hash();
            if found != header.state_hash {
                let message = format!(
                    "replay to sequence {sequence} gives state hash {found:016x}, \
                     its snapshot says {:016x}",
                    header.state_hash
                );
                return Err(Fault::new(FaultCode::StateHashMismatch, message));
            }
        }
        Ok(Visit::Continue)
    })?;
    Ok(end.expect("the visitor never stops"))
}

/// Conservation of every currency, then the whole state against its own hash.
fn check_state(engine: &mut Engine, report: &mut VerifyReport) -> Result<(), Fault> {
    let mut query = Command::new(Opcode::Clock);
    query.opcode = QueryKind::Currencies as u8;
    let mut answer = ChangeWriter::default();
    engine.query(&query, &mut answer);
    // The header's first word: length in words, number of records; ids are dense from 1.
    let currencies = (answer.words()[0] >> 32) as u32;
    for currency in 1..=currencies {
        let sum = engine.currency_sum(currency);
        if sum != 0 {
            let message = format!("currency {currency} adds up to {sum} units, not 0");
            return Err(Fault::new(FaultCode::ConservationBroken, message));
        }
    }
    report.currencies = u64::from(currencies);
    report.state_hash = engine.state_hash();
    let recomputed = engine.state_hash_full();
    if recomputed != report.state_hash {
        let message = format!("recomputed, the state hash is {recomputed:016x}");
        return Err(Fault::new(FaultCode::StateHashMismatch, message));
    }
    Ok(())
}

/// Writes the entries that hold sequences `from` to `to` as lines of text: one for an entry, and
/// for each command. The venue's secret key is not among them.
///
/// Errors: `data_directory_locked`; what is wrong with a file, after everything in front of it has
/// been written.
pub fn dump(
    environment: &Environment,
    data_directory: &Path,
    (from, to): (u64, u64),
    out: &mut dyn Write,
) -> Result<(), Fault> {
    let directory = journal_directory(data_directory);
    let disk = &*environment.disk;
    // The end of a journal that is being written can look like damage.
    let _lock = lock::lock(disk, data_directory)?;
    let segments = list_segments(disk, &directory)?;
    if segments.is_empty() {
        let message = format!("{} has no segment", directory.display());
        return Err(Fault::new(FaultCode::JournalMissing, message));
    }
    let behind = segments.partition_point(|segment| segment.header.first_sequence <= from);
    let mut written = Ok(());
    let end = reader::walk(disk, &segments, behind.saturating_sub(1), &mut |_, entry| {
        if entry.last_sequence() >= from && entry.sequence <= to {
            written = dump_entry(entry, out);
        }
        let is_done = written.is_err() || entry.sequence > to;
        Ok(if is_done { Visit::Stop } else { Visit::Continue })
    })?;
    if let Some(end) = end {
        let (sequence, torn) = (end.sequence, end.torn_bytes);
        written = writeln!(out, "end sequence={sequence} torn_bytes={torn}");
    }
    written.map_err(|error| Fault::disk("write the dump of", &directory, &error))
}

fn dump_entry(entry: &Entry<'_>, out: &mut dyn Write) -> io::Result<()> {
    let name = match entry.kind {
        EntryKind::Commands => "commands",
        EntryKind::StateHash => "state_hash",
        EntryKind::Seal => "seal",
        EntryKind::CleanStop => "clean_stop",
    };
    write!(out, "{name} sequence={} time_ns={}", entry.sequence, entry.time_ns)?;
    if let Some(state_hash) = entry.state_hash() {
        return writeln!(out, " state_hash={state_hash:016x}");
    }
    writeln!(out, " commands={}", entry.commands)?;
    let mut offset = 0;
    for sequence in entry.sequence..=entry.last_sequence() {
        let item = record::read(entry.payload, offset);
        offset = item.next;
        write!(out, "  {sequence} ")?;
        dump_command(&item.command, out)?;
        if let Some(extension) = item.extension {
            write!(out, " text_2={}", extension.text().escape_ascii())?;
        }
        writeln!(out)?;
    }
    Ok(())
}

/// The fields that are not 0, under the names of `docs/commands.md`.
fn dump_command(command: &Command, out: &mut dyn Write) -> io::Result<()> {
    match Opcode::from_byte(command.opcode) {
        Some(opcode) => write!(out, "{opcode:?}")?,
        None => write!(out, "opcode_{}", command.opcode)?,
    }
    let fields: [(&str, i128); 12] = [
        ("flags", command.flags.into()),
        ("side", command.side.into()),
        ("order_type", command.order_type.into()),
        ("time_in_force", command.time_in_force.into()),
        ("kind", command.kind.into()),
        ("account", command.account.into()),
        ("instrument", command.instrument.into()),
        ("session", command.session.into()),
        ("order_id", command.order_id.into()),
        ("price", command.price.into()),
        ("quantity", command.quantity.into()),
        ("amount", command.amount()),
    ];
    for (name, value) in fields.iter().filter(|(_, value)| *value != 0) {
        write!(out, " {name}={value}")?;
    }
    if command.text_length > 0 {
        write!(out, " text={}", command.text().escape_ascii())?;
    }
    Ok(())
}
