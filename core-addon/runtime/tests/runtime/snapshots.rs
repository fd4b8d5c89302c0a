//! Snapshots made behind the core's back: they agree with it, replace the journal, and fail safely.

use std::path::Path;
use std::sync::Arc;

use runtime::inspect::{VerifyReport, verify};
use runtime::journal::entry::{self, EntryKind, Found, Place};
use runtime::journal::segment::{SEGMENT_HEADER_BYTES, SegmentHeader};
use runtime::snapshot::snapshot_path;
use runtime::{BEHAVIOUR_VERSION, Durability, Environment, FaultCode};

use crate::support::disk::{DiskHandle, SimulatedDisk};
use crate::support::random::Random;
use crate::support::{Run, World, wait_until};

const ALL: [Durability; 3] = [Durability::None, Durability::Os, Durability::Fsync];

pub fn steps(run: &mut Run, count: usize) {
    for _ in 0..count {
        run.step().expect("the disk is well");
    }
    run.drain().expect("the disk is well");
}

pub fn snapshot_now(run: &mut Run) -> u64 {
    let before = run.core().status().snapshot.written;
    run.core().request_snapshot().expect("the journal is well");
    wait_until("the snapshot is written", || {
        let status = run.core().status();
        assert_eq!(status.fault, None);
        status.snapshot.written > before && !status.is_snapshot_busy
    });
    run.core().status().snapshot.sequence
}

#[test]
fn snapshots_under_load_agree_with_the_core_and_free_the_journal() {
    for durability in ALL {
        let mut world = World::new(durability);
        world.options.snapshot_interval_commands = 300;
        let mut run = Run::begin(world, 40);
        wait_until("five snapshots are written", || {
            steps(&mut run, 20);
            run.core().status().snapshot.written >= 5
        });
        wait_until("no snapshot is made", || !run.core().status().is_snapshot_busy);
        let status = run.core().status();
        assert_eq!(status.fault, None);
        assert!(status.snapshot.markers_checked >= status.snapshot.written);
        let disk = run.world.disk.clone();
        assert_eq!(disk.paths_with("snapshot").len(), 2);
        assert!(!disk.paths_with("segment")[0].ends_with("00000000000000000001.segment"));
        run.check_seen();
        let report = run.reopen(disk.after_kill());
        assert_eq!(report.snapshot_sequence, Some(status.snapshot.sequence));
        assert!(report.commands_replayed <= report.sequence - status.snapshot.sequence);
    }
}

#[test]
fn a_snapshot_on_request_stands_at_the_last_command() {
    for durability in ALL {
        let mut run = Run::begin(World::new(durability), 41);
        steps(&mut run, 30);
        let executed = run.core().status().executed_sequence;
        assert_eq!(snapshot_now(&mut run), executed);
        // Asked again without a command in between, there is nothing to do.
        run.core().request_snapshot().expect("the journal is well");
        wait_until("the request is answered", || !run.core().status().is_snapshot_busy);
        assert_eq!(run.core().status().snapshot.written, 1);
    }
}

#[test]
fn a_flipped_bit_in_a_snapshot_is_never_served() {
    let seed = 42;
    let mut run = Run::begin(World::new(Durability::Fsync), seed);
    let mut newest = 0;
    for _ in 0..2 {
        steps(&mut run, 60);
        newest = snapshot_now(&mut run);
    }
    steps(&mut run, 10);
    let expected = run.core().status().executed_sequence;
    let state_hash = run.core().state_hash();
    run.kill();
    let path = snapshot_path(Path::new("/venue/snapshots"), newest);
    let bytes = run.world.disk.read_all(&path);
    let mut random = Random::new(seed);
    for round in 0..400 {
        let disk = run.world.disk.after_kill();
        let mut damaged = bytes.clone();
        let bit = random.below(bytes.len() as u64 * 8) as usize;
        damaged[bit / 8] ^= 1 << (bit % 8);
        disk.replace(&path, damaged);
        let what = format!("seed {seed} round {round}: bit {bit}");
        let (mut core, report) =
            run.world.on(disk.clone()).open().unwrap_or_else(|fault| panic!("{what}: {fault}"));
        assert!(report.snapshot_sequence.is_some_and(|sequence| sequence < newest), "{what}");
        assert!(report.warnings.iter().any(|text| text.contains("snapshot_damaged")), "{what}");
        assert_eq!((report.sequence, core.state_hash()), (expected, state_hash), "{what}");
        drop(core);
        let problems = verify_on(&run, &disk).problems;
        assert_eq!(problems.len(), 1, "{what}");
        assert_eq!(problems[0].code, FaultCode::SnapshotDamaged, "{what}");
    }
}

fn verify_on(run: &Run, disk: &Arc<SimulatedDisk>) -> VerifyReport {
    verify_as(run, disk, BEHAVIOUR_VERSION)
}

fn verify_as(run: &Run, disk: &Arc<SimulatedDisk>, version: u32) -> VerifyReport {
    let disk = Arc::new(DiskHandle(disk.clone()));
    let environment = Environment { clock: run.world.clock.clone(), disk, random: || Ok([0; 4]) };
    verify(&environment, Path::new("/venue"), version).expect("the files can be looked at")
}

#[test]
fn without_a_readable_snapshot_a_purged_journal_is_refused() {
    let mut run = Run::begin(World::new(Durability::Fsync), 43);
    for _ in 0..3 {
        steps(&mut run, 5);
        while run.world.disk.paths_with("segment").len() < 4 {
            steps(&mut run, 5);
        }
        snapshot_now(&mut run);
    }
    let disk = run.world.disk.after_kill();
    for path in disk.paths_with("snapshot") {
        let mut bytes = disk.read_all(&path);
        bytes[200] ^= 1;
        disk.replace(&path, bytes);
    }
    let fault = run.world.on(disk).open().err().expect("nothing reaches the journal");
    assert_eq!(fault.code, FaultCode::SnapshotMissing);
}

#[test]
fn a_snapshot_that_the_disk_gives_back_no_more_is_a_damaged_one() {
    let mut run = Run::begin(World::new(Durability::Fsync), 52);
    steps(&mut run, 20);
    let older = snapshot_now(&mut run);
    steps(&mut run, 20);
    let newest = snapshot_now(&mut run);
    let disk = run.world.disk.clone();
    disk.make_unreadable(&snapshot_path(Path::new("/venue/snapshots"), newest));
    let report = run.reopen(disk.clone());
    assert_eq!(report.snapshot_sequence, Some(older));
    let [warning] = &report.warnings[..] else { panic!("{:?}", report.warnings) };
    assert!(warning.contains("snapshot_damaged") && warning.contains("read failure"), "{warning}");
    // The snapshot thread passes over it too.
    steps(&mut run, 5);
    snapshot_now(&mut run);
}

#[test]
fn a_damaged_snapshot_is_not_one_of_the_two_kept() {
    for is_clean_stop in [false, true] {
        let mut run = Run::begin(World::new(Durability::Fsync), 51);
        let disk = run.world.disk.clone();
        let grow = |run: &mut Run| {
            let begun = run.core().status().journal.segments + 2;
            while run.core().status().journal.segments < begun {
                steps(run, 5);
            }
            snapshot_now(run)
        };
        let readable = grow(&mut run);
        let damaged = grow(&mut run);
        flip_a_bit(&disk, damaged);
        let report = run.reopen(disk.clone());
        assert_eq!(report.snapshot_sequence, Some(readable));
        // The snapshot that follows is the newest; the one in front of it must be readable.
        let newest = if is_clean_stop {
            steps(&mut run, 5);
            run.stop().expect("a clean stop").sequence
        } else {
            grow(&mut run)
        };
        flip_a_bit(&disk, newest);
        let report = run.reopen(disk);
        assert_eq!(report.snapshot_sequence, Some(readable));
        run.check_seen();
    }
}

pub fn flip_a_bit(disk: &SimulatedDisk, sequence: u64) {
    let path = snapshot_path(Path::new("/venue/snapshots"), sequence);
    let mut bytes = disk.read_all(&path);
    bytes[200] ^= 1;
    disk.replace(&path, bytes);
}

/// Changes the first state hash behind `sequence` and gives everything behind it valid checksums.
pub fn change_state_hash(bytes: &mut [u8], sequence: u64) -> u64 {
    let header = SegmentHeader::decode(&bytes[..SEGMENT_HEADER_BYTES], Path::new("x"));
    let header = header.expect("an intact header");
    let (header_crc, mut previous_crc) = (header.crc(), header.previous_crc);
    let (mut offset, mut changed) = (SEGMENT_HEADER_BYTES, None);
    loop {
        let place = Place { header_crc, offset: offset as u32 };
        let Found::Entry(entry) = entry::decode(&bytes[offset..], place) else { break };
        let (kind, length, at) = (entry.kind, entry.length(), entry.sequence);
        previous_crc = if changed.is_none() && kind == EntryKind::StateHash && at > sequence {
            bytes[offset + 40] ^= 1;
            changed = Some(at);
            entry::finish(&mut bytes[offset..offset + length], place, previous_crc).last_crc
        } else if changed.is_some() {
            entry::finish(&mut bytes[offset..offset + length], place, previous_crc).last_crc
        } else {
            entry.crc
        };
        offset += length;
    }
    changed.expect("there is a state hash")
}

#[test]
fn a_state_hash_that_differs_is_a_fault_with_its_sequence() {
    let mut world = World::new(Durability::Fsync);
    world.options.segment_bytes = 1 << 20;
    let mut run = Run::begin(world, 44);
    steps(&mut run, 100);
    let path = run.world.disk.paths_with("segment").remove(0);
    let disk = run.world.disk.clone();
    let mut bytes = disk.read_all(&path);
    let sequence = change_state_hash(&mut bytes, 100);
    // 1. The snapshot thread of the running core.
    disk.patch(&path, &bytes);
    run.core().request_snapshot().expect("the journal is well");
    wait_until("the fault shows", || run.core().status().fault.is_some());
    let fault = run.core().status().fault.expect("it shows");
    assert_eq!(fault.code, FaultCode::StateHashMismatch);
    assert!(fault.message.contains(&format!("to sequence {sequence} ")), "{fault}");
    wait_until("the request is answered", || !run.core().status().is_snapshot_busy);
    assert_eq!(disk.paths_with("snapshot"), Vec::<std::path::PathBuf>::new());
    run.step().expect("trading goes on");
    // 2. Recovery, and verify.
    let killed = disk.after_kill();
    killed.replace(&path, bytes);
    let fault = run.world.on(killed.clone()).open().err().expect("a state hash differs");
    assert_eq!(fault.code, FaultCode::StateHashMismatch);
    assert!(fault.message.contains(&format!("to sequence {sequence} ")), "{fault}");
    let problems = verify_on(&run, &killed).problems;
    assert_eq!(problems, [fault]);
    // 3. The fault stays, whatever comes after it.
    let intact = run.core().status().fault;
    run.core().request_snapshot().expect("the journal is well");
    wait_until("the request is answered", || !run.core().status().is_snapshot_busy);
    assert_eq!(run.core().status().fault, intact);
}

#[test]
fn a_state_that_replay_does_not_give_is_not_made_a_snapshot_at_the_stop() {
    let mut world = World::new(Durability::Fsync);
    world.options.segment_bytes = 1 << 20;
    let mut run = Run::begin(world, 50);
    steps(&mut run, 100);
    let disk = run.world.disk.clone();
    let path = disk.paths_with("segment").remove(0);
    let mut bytes = disk.read_all(&path);
    let sequence = change_state_hash(&mut bytes, 100);
    disk.patch(&path, &bytes);
    run.core().request_snapshot().expect("the journal is well");
    wait_until("the fault shows", || run.core().status().fault.is_some());
    let stopped = run.stop().expect("the journal is well");
    assert!(stopped.warnings[0].contains("state_hash_mismatch"), "{:?}", stopped.warnings);
    assert_eq!(disk.paths_with("snapshot"), Vec::<std::path::PathBuf>::new());
    // Else the next start would believe the snapshot and never replay what disagrees.
    let fault = run.world.open().err().expect("a state hash differs");
    assert!(fault.message.contains(&format!("to sequence {sequence} ")), "{fault}");
}

#[test]
fn a_snapshot_without_space_is_tried_again_and_keeps_the_journal() {
    let mut run = Run::begin(World::new(Durability::Fsync), 45);
    steps(&mut run, 40);
    let disk = run.world.disk.clone();
    wait_until("the spare is there", || disk.paths().iter().any(|path| path.ends_with("spare")));
    disk.set_space(Some(disk.used() + 100));
    run.core().request_snapshot().expect("the journal is well");
    wait_until("the fault shows", || run.core().status().snapshot.fault.is_some());
    let fault = run.core().status().fault.expect("it shows");
    assert_eq!(fault.code, FaultCode::SnapshotFailed);
    assert!(fault.code.is_retryable());
    assert_eq!(
        disk.paths().iter().filter(|path| path.to_string_lossy().contains("snapshot.")).count(),
        0
    );
    // By itself, also when nobody trades.
    disk.set_space(None);
    wait_until("the snapshot is written", || run.core().status().snapshot.written == 1);
    assert_eq!(run.core().status().fault, None);
}

#[test]
fn a_file_that_cannot_be_opened_now_costs_a_snapshot_and_nothing_else() {
    for opens in 0..20 {
        let mut run = Run::begin(World::new(Durability::Fsync), 53);
        while run.core().status().journal.segments < 3 {
            steps(&mut run, 5);
        }
        let disk = run.world.disk.clone();
        wait_until("the spare is there", || disk.paths().iter().any(|p| p.ends_with("spare")));
        disk.set_opens_left(Some(opens));
        run.core().request_snapshot().expect("the journal is well");
        wait_until("the request is answered", || !run.core().status().is_snapshot_busy);
        let status = run.core().status();
        let failed = status.fault.is_some();
        assert_eq!(failed, status.snapshot.written == 0);
        assert_eq!(
            status.fault.map(|fault| fault.code),
            failed.then_some(FaultCode::SnapshotFailed)
        );
        assert_eq!(run.world.fatal_faults(), [], "{opens} files could be opened");
        disk.set_opens_left(None);
        wait_until("the snapshot is written", || run.core().status().snapshot.written == 1);
        assert_eq!(run.core().status().fault, None);
    }
}

#[test]
fn a_clean_stop_without_space_warns_and_loses_nothing() {
    let mut run = Run::begin(World::new(Durability::Fsync), 46);
    steps(&mut run, 40);
    let disk = run.world.disk.clone();
    disk.set_space(Some(disk.used()));
    let stopped = run.stop().expect("the journal itself needs no space");
    assert!(stopped.warnings[0].contains("snapshot_failed"), "{:?}", stopped.warnings);
    let report = run.reopen(disk.after_kill());
    assert_eq!((report.sequence, report.snapshot_sequence), (stopped.sequence, None));
}

#[test]
fn verify_counts_what_it_checked() {
    let mut run = Run::begin(World::new(Durability::Fsync), 47);
    while run.world.disk.paths_with("segment").len() < 3 {
        steps(&mut run, 10);
    }
    let stopped = run.stop().expect("a clean stop");
    let report = verify_on(&run, &run.world.disk.clone());
    assert_eq!(report.problems, []);
    assert_eq!(report.sequences, (1, stopped.sequence));
    assert_eq!(report.commands_replayed, stopped.sequence);
    assert_eq!((report.snapshots.len(), report.currencies, report.torn_bytes), (1, 2, 0));
    assert_eq!(report.state_hash, stopped.state_hash);
    assert!(report.segments >= 3 && report.state_hashes_checked >= 4);
}

#[test]
fn a_purged_journal_of_another_behaviour_version_is_a_problem_to_verify() {
    let mut run = Run::begin(World::new(Durability::Fsync), 51);
    let first = Path::new("/venue/journal/00000000000000000001.segment");
    while run.world.disk.paths_with("segment").iter().any(|path| path == first) {
        steps(&mut run, 60);
        snapshot_now(&mut run);
    }
    run.kill();
    let problems = verify_as(&run, &run.world.disk.clone(), BEHAVIOUR_VERSION + 1).problems;
    let codes: Vec<FaultCode> = problems.iter().map(|problem| problem.code).collect();
    assert_eq!(codes, [FaultCode::BehaviourVersionOther]);
}

#[test]
fn verify_and_a_running_core_exclude_each_other() {
    let run = Run::begin(World::new(Durability::Fsync), 48);
    let disk = Arc::new(DiskHandle(run.world.disk.clone()));
    let environment = Environment { clock: run.world.clock.clone(), disk, random: || Ok([0; 4]) };
    let fault =
        verify(&environment, Path::new("/venue"), BEHAVIOUR_VERSION).expect_err("a core runs");
    assert_eq!(fault.code, FaultCode::DataDirectoryLocked);
}

#[test]
fn a_dump_shows_entries_and_commands_and_no_key() {
    let mut run = Run::begin(World::new(Durability::Fsync), 49);
    run.stop().expect("a clean stop");
    let disk = Arc::new(DiskHandle(run.world.disk.clone()));
    let environment = Environment { clock: run.world.clock.clone(), disk, random: || Ok([0; 4]) };
    let mut text = Vec::new();
    runtime::inspect::dump(&environment, Path::new("/venue"), (1, u64::MAX), &mut text)
        .expect("intact");
    let text = String::from_utf8(text).expect("text");
    let lines: Vec<&str> = text.lines().collect();
    assert!(lines[0].starts_with("commands sequence=1 time_ns=1795000000000000000 commands="));
    assert_eq!(lines[1], "  1 CreateCurrency quantity=9 text=BTC");
    assert!(text.contains("CreateAccount session=1 text=trader-3 text_2=trader-3"), "{text}");
    assert!(lines.iter().any(|line| line.starts_with("clean_stop ")), "{text}");
}
