//! Kills and losses of power at random instants and at every step: what was seen is there
//! afterwards, and the state is that of the same commands executed by nobody but the engine.

use std::sync::Arc;

use engine::generated::reject_code::RejectCode;
use runtime::{Durability, Fault, FaultCode};

use crate::support::disk::{SimulatedDisk, Trouble};
use crate::support::random::Random;
use crate::support::{Run, World, wait_until};

/// Steps until the machine stops or `count` are done; reads what is there in between.
fn steps(run: &mut Run, count: u64) -> Result<(), Fault> {
    for _ in 0..count {
        // Without syncs to wait for, the core can be faster than the thread that makes segments.
        while run.step()?.refusal == Some(RejectCode::Throttled) {
            std::thread::yield_now();
        }
        if run.random.below(4) == 0 {
            run.drain()?;
        }
    }
    Ok(())
}

/// Leaves the journal with a group that is written and whose sync has not returned.
fn cut_into_a_group(run: &mut Run, count: u64) {
    run.world.disk.hold_syncs(true);
    for _ in 0..count {
        run.step().expect("the disk is well");
    }
    let disk = run.world.disk.clone();
    wait_until("a sync is under way", || disk.is_sync_waiting());
}

#[test]
fn two_hundred_losses_of_power_lose_nothing_that_was_seen() {
    let seed = 60;
    let mut world = World::new(Durability::Fsync);
    world.options.snapshot_interval_commands = 400;
    let mut random = Random::new(seed);
    let mut run = Run::begin(world, seed);
    let (mut torn, mut lost) = (0, 0);
    for round in 0..200 {
        let count = 1 + random.below(40);
        steps(&mut run, count).unwrap_or_else(|f| panic!("seed {seed} round {round}: {f}"));
        if random.coin() {
            cut_into_a_group(&mut run, 1 + random.below(4));
        }
        let executed = run.core().status().executed_sequence;
        let disk = run.world.disk.after_power_cut(&mut random);
        run.world.disk.hold_syncs(false);
        let report = run.reopen(disk);
        torn += u64::from(report.torn_bytes_cut > 0);
        lost += executed - report.sequence;
    }
    run.drain().expect("the disk is well");
    run.check_seen();
    // The cuts did hit unfinished writes, else this test shows nothing.
    assert!(torn > 40 && lost > 200, "seed {seed}: {torn} torn, {lost} never seen and lost");
}

#[test]
fn a_loss_of_power_in_the_middle_of_recovery_is_survived() {
    let seed = 61;
    let mut random = Random::new(seed);
    let mut run = Run::begin(World::new(Durability::Fsync), seed);
    for round in 0..60 {
        let count = 1 + random.below(30);
        steps(&mut run, count).unwrap_or_else(|f| panic!("seed {seed} round {round}: {f}"));
        let mut disk = run.world.disk.after_power_cut(&mut random);
        run.kill();
        // Recovery is cut off after one operation, after two, …, until it gets through.
        for operation in 1..50 {
            disk.set_trouble(Trouble::Stop { operation, torn_bytes: 100 });
            drop(run.world.on(disk.clone()).open());
            let stopped = disk.is_stopped();
            disk = disk.after_power_cut(&mut random);
            if !stopped {
                break;
            }
        }
        run.reopen(disk);
    }
    run.drain().expect("the disk is well");
    run.check_seen();
}

/// A venue's whole life: made, filled over several segments, snapshots with purge, stopped, opened
/// again.
fn life(world: &World, seed: u64) -> (Run, Result<(), Fault>) {
    let mut run = Run::closed(world.clone(), seed);
    let lived = live(&mut run);
    (run, lived)
}

fn live(run: &mut Run) -> Result<(), Fault> {
    run.open()?;
    run.set_up()?;
    for _ in 0..3 {
        steps(run, 25)?;
        run.core().request_snapshot()?;
        let disk = run.world.disk.clone();
        wait_until("the snapshot is made", || {
            !run.core().status().is_snapshot_busy || disk.is_stopped()
        });
    }
    run.drain()?;
    run.stop()?;
    run.open()?;
    steps(run, 5)?;
    run.drain()
}

#[test]
fn a_stop_of_the_machine_at_every_step_loses_nothing_that_was_seen() {
    let mut world = World::new(Durability::Fsync);
    world.options.segment_bytes = 16 << 10;
    let (run, lived) = life(&world, 62);
    lived.expect("the disk is well");
    let operations = run.world.disk.counted();
    let names = run.world.disk.paths_with("snapshot");
    assert!(operations > 100 && names.len() == 2, "{operations} operations");
    drop(run);
    let mut random = Random::new(62);
    for operation in 1..=operations {
        let torn_bytes = random.below(700) as usize;
        let disk = SimulatedDisk::new();
        disk.set_trouble(Trouble::Stop { operation, torn_bytes });
        let (mut run, _) = life(&world.on(disk.clone()), 62);
        let images: [Arc<SimulatedDisk>; 2] =
            [disk.after_kill(), disk.after_power_cut(&mut random)];
        run.kill();
        let (seen, sent) = (run.seen.clone(), run.sent.clone());
        for image in images {
            (run.seen, run.sent) = (seen.clone(), sent.clone());
            run.reopen(image);
            if run.sent.len() > 20 {
                steps(&mut run, 3).unwrap_or_else(|f| panic!("operation {operation}: {f}"));
            }
            run.drain().unwrap_or_else(|f| panic!("operation {operation}: {f}"));
            run.check_seen();
        }
    }
}

#[test]
fn a_kill_loses_nothing_that_was_written() {
    let seed = 63;
    for durability in [Durability::Os, Durability::None] {
        let mut random = Random::new(seed);
        let mut run = Run::begin(World::new(durability), seed);
        for round in 0..50 {
            let count = 1 + random.below(20);
            steps(&mut run, count).unwrap_or_else(|f| panic!("seed {seed} round {round}: {f}"));
            if durability == Durability::None {
                // Only what has reached the operating system is promised, and nothing at all of it
                // at once.
                run.drain().expect("the disk is well");
            }
            let executed = run.core().status().executed_sequence;
            let report = run.reopen(run.world.disk.after_kill());
            assert_eq!(report.sequence, executed, "{durability:?} seed {seed} round {round}");
        }
        run.check_seen();
    }
}

#[test]
fn without_syncs_a_loss_of_power_is_a_prefix_or_refused_as_damage() {
    let seed = 64;
    let (mut random, mut opened, mut refused) = (Random::new(seed), 0, 0);
    for durability in [Durability::Os, Durability::None] {
        let mut world = World::new(durability);
        world.options.snapshot_interval_commands = 300;
        for round in 0..40 {
            let mut run = Run::begin(world.on(SimulatedDisk::new()), seed + round);
            let count = 20 + random.below(100);
            steps(&mut run, count).expect("the disk is well");
            run.drain().expect("the disk is well");
            run.world.disk.write_back();
            for _ in 0..random.below(16) {
                run.step().expect("the disk is well");
            }
            let snapshot = run.core().status().snapshot.sequence;
            let disk = run.world.disk.after_power_cut(&mut random);
            match run.world.on(disk.clone()).open().map(|(_, report)| report.sequence) {
                Ok(sequence) => {
                    assert!(sequence >= snapshot, "a snapshot is never ahead of the journal");
                    run.seen.truncate(sequence as usize);
                    run.reopen(disk);
                    opened += 1;
                }
                Err(fault) => {
                    assert_eq!(fault.code, FaultCode::JournalDamaged, "seed {seed}: {fault}");
                    refused += 1;
                }
            }
        }
    }
    assert!(opened > 5 && refused > 5, "seed {seed}: {opened} opened, {refused} refused");
}

#[test]
fn an_upgrade_cut_off_at_any_step_can_be_finished_or_given_up() {
    let seed = 65;
    let mut random = Random::new(seed);
    let mut run = Run::begin(World::new(Durability::Fsync), seed);
    steps(&mut run, 20).expect("the disk is well");
    run.drain().expect("the disk is well");
    let stopped = run.stop().expect("a clean stop");
    let mut disk = run.world.disk.after_kill();
    // From version 1 to 2, whose segment stays empty, and to 3.
    for version in [2, 3] {
        for operation in 1.. {
            let cut = disk.after_kill();
            cut.set_trouble(Trouble::Stop { operation, torn_bytes: 30 });
            run.world.options.behaviour_version = version;
            drop(run.world.on(cut.clone()).open());
            for next in [version - 1, version] {
                for image in [cut.after_kill(), cut.after_power_cut(&mut random)] {
                    run.world.options.behaviour_version = next;
                    let report = run.reopen(image.clone());
                    assert_eq!(report.state_hash, stopped.state_hash, "{version} {operation}");
                    run.stop().expect("a clean stop");
                    run.reopen(image);
                }
            }
            if !cut.is_stopped() {
                break;
            }
        }
        run.world.options.behaviour_version = version;
        run.reopen(disk.clone());
        run.stop().expect("a clean stop");
        disk = run.world.disk.after_kill();
    }
}
