//! What left the core can be executed again, byte for byte, as far back as it is held.

use std::path::Path;

use engine::command::{Command, Opcode, OrderType, Side, TimeInForce};
use runtime::{BEHAVIOUR_VERSION, Durability, Fault, FaultCode, Reexecuted, Reexecution};

use crate::damage::ends_with_one_entry;
use crate::snapshots::{change_state_hash, flip_a_bit, snapshot_now, steps};
use crate::support::{Run, Transaction, World, transactions, wait_until};

const ALL: [Durability; 3] = [Durability::None, Durability::Os, Durability::Fsync];
/// Most bytes of a chunk with more than one transaction.
const CHUNK_BYTES: usize = 64 << 10;

/// A venue that keeps everything.
fn begin(durability: Durability, seed: u64) -> Run {
    let mut world = World::new(durability);
    world.options.hold_journal = Some(0);
    Run::begin(world, seed)
}

/// Trades until three more segments were begun, then makes a snapshot; returns its sequence.
fn grow(run: &mut Run) -> u64 {
    let segments = run.core().status().journal.segments + 3;
    while run.core().status().journal.segments < segments {
        steps(run, 5);
    }
    snapshot_now(run)
}

/// Reads to the end, with `meanwhile` between the reads.
fn read_to_end(
    reexecution: &mut Reexecution,
    mut meanwhile: impl FnMut(),
) -> (Vec<Transaction>, Option<Fault>) {
    let (mut found, mut fault) = (Vec::new(), None);
    wait_until("the run ends", || {
        meanwhile();
        match reexecution.read() {
            Ok(Reexecuted::Transactions(bytes)) => {
                let chunk = transactions(&bytes);
                assert!(!chunk.is_empty() && (bytes.len() <= CHUNK_BYTES || chunk.len() == 1));
                found.extend(chunk);
                false
            }
            Ok(Reexecuted::NotYet) => false,
            Ok(Reexecuted::End) => true,
            Err(found) => {
                fault = Some(found);
                true
            }
        }
    });
    (found, fault)
}

/// Executes again what follows `after`, while the venue trades on.
fn reexecute(run: &mut Run, after: u64) -> (Vec<Transaction>, Option<Fault>) {
    let mut reexecution = run.core().reexecute(after).expect("the thread starts");
    // Bounded: what is added makes the next run longer.
    let mut steps_left = 20;
    read_to_end(&mut reexecution, || {
        if steps_left > 0 {
            run.step().expect("the disk is well");
            steps_left -= 1;
        }
    })
}

/// What follows `after` comes out as it left, at least up to what was durable before.
fn check(run: &mut Run, after: u64, what: &str) {
    let durable = run.core().status().durable_sequence;
    let (found, fault) = reexecute(run, after);
    assert_eq!(fault, None, "{what}");
    run.drain().expect("the disk is well");
    let after = after as usize;
    assert!((after + found.len()) as u64 >= durable, "{what}");
    if !found.is_empty() {
        assert!(found == run.seen[after..after + found.len()], "{what}");
    }
}

#[test]
fn what_left_comes_out_again_from_wherever_it_is_wanted() {
    for (durability, seed) in ALL.into_iter().flat_map(|it| [(it, 60), (it, 61)]) {
        let mut run = begin(durability, seed);
        let snapshots: Vec<u64> = (0..3).map(|_| grow(&mut run)).collect();
        steps(&mut run, 40);
        let last = run.core().status().executed_sequence;
        let mut rows = vec![0, 1, last - 1, last, last + 100_000];
        rows.extend(snapshots.iter().flat_map(|sequence| [sequence - 1, *sequence, sequence + 1]));
        rows.extend((0..4).map(|_| run.random.below(last)));
        for after in rows {
            check(&mut run, after, &format!("{durability:?}, seed {seed}, behind {after}"));
        }
    }
}

#[test]
fn a_transaction_larger_than_a_chunk_is_one_of_its_own() {
    let mut run = begin(Durability::Fsync, 62);
    let mut order = Command::new(Opcode::NewOrder);
    (order.account, order.instrument, order.price, order.quantity) = (3, 1, 91, 1);
    (order.side, order.order_type) = (Side::Buy as u8, OrderType::Limit as u8);
    order.time_in_force = TimeInForce::Gtc as u8;
    run.submit_all(&vec![order; 1_500]);
    let mut cancel = Command::new(Opcode::MassCancel);
    cancel.account = 3;
    run.submit_all(&[cancel]);
    let is_large = |transaction: &Transaction| transaction.words.len() * 8 > CHUNK_BYTES;
    assert!(run.seen.iter().any(is_large));
    check(&mut run, 0, "1,024 cancels");
}

#[test]
fn a_run_goes_on_when_its_core_is_stopped() {
    let mut run = begin(Durability::Fsync, 63);
    grow(&mut run);
    let mut reexecution = run.core().reexecute(0).expect("the thread starts");
    let seen = run.seen.len();
    run.stop().expect("a clean stop");
    let (found, fault) = read_to_end(&mut reexecution, || {});
    assert_eq!(fault, None);
    assert!(found == run.seen[..seen]);
    // And says so as often as it is asked.
    assert_eq!(reexecution.read(), Ok(Reexecuted::End));
}

#[test]
fn a_damaged_snapshot_is_passed_over() {
    let mut run = begin(Durability::Fsync, 64);
    let snapshots: Vec<u64> = (0..2).map(|_| grow(&mut run)).collect();
    let disk = run.world.disk.clone();
    for sequence in snapshots.iter().rev() {
        flip_a_bit(&disk, *sequence);
        check(&mut run, snapshots[1] + 3, "damaged snapshots in front");
    }
}

#[test]
fn damage_in_the_middle_is_a_fault_that_names_file_and_sequences() {
    let mut run = begin(Durability::Fsync, 65);
    let snapshot = grow(&mut run);
    let disk = run.world.disk.clone();
    let path = disk.paths_with("segment").remove(1);
    let mut bytes = disk.read_all(&path);
    bytes[12_000] ^= 1;
    disk.patch(&path, &bytes);
    let (found, fault) = reexecute(&mut run, 0);
    let fault = fault.expect("an entry is damaged");
    assert_eq!(fault.code, FaultCode::JournalDamaged);
    let lost = format!("sequences {} to ", found.len() + 1);
    assert!(fault.message.starts_with(&path.display().to_string()), "{fault}");
    assert!(fault.message.contains(&lost), "{fault}: {lost}");
    assert!(!found.is_empty() && found == run.seen[..found.len()]);
    // The core is not concerned, nor is what lies behind a later snapshot.
    assert_eq!((run.core().status().fault, run.world.fatal_faults()), (None, vec![]));
    check(&mut run, snapshot, "behind the damage");
}

#[test]
fn a_journal_that_ends_too_soon_is_a_fault() {
    let mut run = begin(Durability::Fsync, 66);
    let disk = run.world.disk.clone();
    wait_until("the last group is one entry of commands", || {
        steps(&mut run, 1);
        ends_with_one_entry(&disk)
    });
    let path = disk.paths_with("segment").pop().expect("there are segments");
    let mut bytes = disk.read_all(&path);
    let end = bytes.iter().rposition(|byte| *byte != 0).expect("something was written");
    bytes[end] ^= 1;
    disk.patch(&path, &bytes);
    let mut reexecution = run.core().reexecute(0).expect("the thread starts");
    let (_, fault) = read_to_end(&mut reexecution, || {});
    let fault = fault.expect("the last entry is damaged");
    assert_eq!(fault.code, FaultCode::JournalDamaged);
    let last = run.seen.len();
    assert!(fault.message.contains(&format!("sequences up to {last} were written")), "{fault}");
}

#[test]
fn a_state_hash_that_differs_ends_the_run_with_its_sequence() {
    let mut world = World::new(Durability::Fsync);
    world.options.segment_bytes = 1 << 20;
    let mut run = Run::begin(world, 67);
    steps(&mut run, 100);
    let disk = run.world.disk.clone();
    let path = disk.paths_with("segment").remove(0);
    let mut bytes = disk.read_all(&path);
    let sequence = change_state_hash(&mut bytes, 100);
    disk.patch(&path, &bytes);
    let (_, fault) = reexecute(&mut run, 0);
    let fault = fault.expect("a state hash differs");
    assert_eq!(fault.code, FaultCode::StateHashMismatch);
    assert!(fault.message.contains(&format!("to sequence {sequence} ")), "{fault}");
}

#[test]
fn what_was_removed_is_said_to_be_unavailable() {
    let mut run = Run::begin(World::new(Durability::Fsync), 68);
    let snapshots: Vec<u64> = (0..3).map(|_| grow(&mut run)).collect();
    let mut reexecution = run.core().reexecute(snapshots[0]).expect("the thread starts");
    let (found, fault) = read_to_end(&mut reexecution, || {});
    let fault = fault.expect("the journal begins later");
    assert_eq!((found, fault.code), (vec![], FaultCode::ChangesUnavailable));
    let what = format!("snapshot at sequence {} or in front of it", snapshots[0]);
    assert!(fault.message.contains(&what), "{fault}");
    assert_eq!(reexecution.read(), Err(fault));
    check(&mut run, snapshots[1], "what two snapshots keep");
}

#[test]
fn commands_of_another_behaviour_version_are_unavailable() {
    let mut run = begin(Durability::Fsync, 69);
    let first = grow(&mut run);
    steps(&mut run, 5);
    let stopped = run.stop().expect("a clean stop").sequence;
    run.world.options.behaviour_version = BEHAVIOUR_VERSION + 1;
    run.reopen(run.world.disk.clone());
    steps(&mut run, 10);
    for after in [0, first, stopped - 1] {
        let (found, fault) = reexecute(&mut run, after);
        let fault = fault.expect("it was another version");
        assert_eq!((found, fault.code), (vec![], FaultCode::ChangesUnavailable));
        let versions = (BEHAVIOUR_VERSION, BEHAVIOUR_VERSION + 1);
        let what = format!("with behaviour version {}, this is {}", versions.0, versions.1);
        assert!(fault.message.contains(&what), "{fault}");
    }
    check(&mut run, stopped, "behind the clean stop");
}

fn length(run: &Run, path: &Path) -> u64 {
    run.world.disk.read_all(path).len() as u64
}

#[test]
fn a_hold_keeps_the_snapshot_in_front_of_it_and_the_journal_from_there() {
    let mut run = begin(Durability::Fsync, 70);
    let disk = run.world.disk.clone();
    let snapshots: Vec<u64> = (0..3).map(|_| grow(&mut run)).collect();
    // 1. Everything is held, and what a restart does not need is counted.
    let paths = disk.paths_with("snapshot");
    assert_eq!(paths.len(), 3);
    assert!(disk.paths_with("segment")[0].ends_with("00000000000000000001.segment"));
    let held = run.core().status().held_bytes;
    assert!(held > length(&run, &paths[0]) + 3 * 32_768, "{held}");
    // 2. A later hold lets go of what lies in front of its snapshot, at the next removal.
    run.core().hold_journal(snapshots[0] + 5);
    assert!(run.core().status().held_bytes < held);
    grow(&mut run);
    assert_eq!(disk.paths_with("snapshot").len(), 4);
    assert!(!disk.paths_with("segment")[0].ends_with("00000000000000000001.segment"));
    check(&mut run, snapshots[0] + 5, "behind the hold");
    // 3. A hold in front of nothing but what a restart needs holds nothing.
    run.core().hold_journal(u64::MAX);
    wait_until("the last run lets go too", || run.core().status().held_bytes == 0);
    grow(&mut run);
    assert_eq!(disk.paths_with("snapshot").len(), 2);
}

#[test]
fn a_clean_stop_and_an_open_keep_what_is_held() {
    let mut run = begin(Durability::Fsync, 71);
    let first = grow(&mut run);
    grow(&mut run);
    steps(&mut run, 5);
    run.core().hold_journal(first);
    run.stop().expect("a clean stop");
    assert_eq!(run.world.disk.paths_with("snapshot").len(), 3);
    run.world.options.hold_journal = Some(first);
    run.reopen(run.world.disk.clone());
    assert!(run.core().status().held_bytes > 32_768);
    steps(&mut run, 5);
    snapshot_now(&mut run);
    check(&mut run, first, "over two processes");
    run.core().hold_journal(u64::MAX);
    wait_until("the last run lets go too", || run.core().status().held_bytes == 0);
    steps(&mut run, 5);
    run.stop().expect("a clean stop");
    assert_eq!(run.world.disk.paths_with("snapshot").len(), 2);
}

#[test]
fn a_due_snapshot_of_an_open_removes_nothing_that_is_held() {
    let mut run = begin(Durability::Fsync, 72);
    let first = grow(&mut run);
    grow(&mut run);
    steps(&mut run, 5);
    run.world.options.hold_journal = Some(first);
    run.world.options.snapshot_interval_commands = 1;
    let disk = run.world.disk.after_kill();
    run.reopen(disk);
    wait_until("a snapshot is written", || run.core().status().snapshot.written > 0);
    check(&mut run, first, "behind the hold of the opening");
}

#[test]
fn a_run_keeps_its_files_until_it_is_dropped() {
    let mut run = Run::begin(World::new(Durability::Fsync), 73);
    let disk = run.world.disk.clone();
    let first = grow(&mut run);
    // More than the thread may make ahead, so that it waits for its reader.
    while run.seen[first as usize..].iter().map(|it| it.words.len() * 8).sum::<usize>()
        < 8 * CHUNK_BYTES
    {
        steps(&mut run, 20);
    }
    let mut read = run.core().reexecute(first).expect("the thread starts");
    let dropped = run.core().reexecute(first + 1).expect("the thread starts");
    for _ in 0..3 {
        grow(&mut run);
    }
    assert_eq!(disk.paths_with("snapshot").len(), 4);
    assert!(run.core().status().held_bytes > 0);
    let seen = run.seen.clone();
    let (found, fault) = read_to_end(&mut read, || {});
    assert_eq!(fault, None);
    assert!(!found.is_empty() && found == seen[first as usize..first as usize + found.len()]);
    assert!(run.core().status().held_bytes > 0);
    let opened = disk.opened();
    drop(dropped);
    wait_until("nothing is held", || run.core().status().held_bytes == 0);
    assert_eq!(disk.opened(), opened, "it did not go on to the next segment");
    grow(&mut run);
    assert_eq!(disk.paths_with("snapshot").len(), 2);
}
