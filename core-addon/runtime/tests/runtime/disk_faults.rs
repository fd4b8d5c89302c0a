//! Writes and syncs that fail, and a disk that fills up.

use engine::command::{Command, Opcode};
use engine::generated::reject_code::RejectCode;
use runtime::{Durability, FaultCode, Mode};

use crate::support::disk::Trouble;
use crate::support::random::Random;
use crate::support::{Run, World, wait_until, workload};

#[test]
fn after_a_failed_write_or_sync_nothing_is_acknowledged() {
    let mut random = Random::new(80);
    for at in 1..50 {
        for (trouble, code) in [
            (Trouble::Write(at), FaultCode::JournalWriteFailed),
            (Trouble::Sync(at), FaultCode::JournalSyncFailed),
        ] {
            let mut run = Run::begin(World::new(Durability::Fsync), 80);
            run.world.disk.set_trouble(trouble);
            let mut fault = None;
            wait_until("the failure shows", || {
                fault = run.step().and_then(|_| run.drain()).err();
                fault.is_some()
            });
            let fault = fault.expect("it shows");
            assert_eq!(fault.code, code, "{trouble:?}");
            // Every further call says the same, and the hook was called once.
            let durable = run.core().status().durable_sequence;
            assert_eq!(run.step().err(), Some(fault.clone()));
            assert_eq!(run.client().read().err(), Some(fault.clone()));
            assert_eq!(run.core().request_snapshot().err(), Some(fault.clone()));
            assert_eq!(run.core().status().fault, Some(fault.clone()));
            assert_eq!(run.core().status().durable_sequence, durable);
            assert_eq!(run.world.fatal_faults(), std::slice::from_ref(&fault));
            let images = [run.world.disk.after_kill(), run.world.disk.after_power_cut(&mut random)];
            assert_eq!(run.stop().err(), Some(fault));
            let (seen, sent) = (run.seen.clone(), run.sent.clone());
            for image in images {
                (run.seen, run.sent) = (seen.clone(), sent.clone());
                run.reopen(image);
                run.step().expect("the new disk is well");
                run.drain().expect("the new disk is well");
                run.check_seen();
            }
        }
    }
}

#[test]
fn a_failed_write_in_the_callers_thread_is_the_answer() {
    let mut run = Run::begin(World::new(Durability::Os), 81);
    run.world.disk.set_trouble(Trouble::Write(3));
    run.step().expect("the first write");
    run.step().expect("the second write");
    let seen = run.seen.len();
    let fault = run.step().expect_err("the third write");
    assert_eq!(fault.code, FaultCode::JournalWriteFailed);
    assert_eq!(run.seen.len(), seen);
    assert_eq!(run.world.fatal_faults(), [fault]);
    let report = run.reopen(run.world.disk.after_kill());
    assert_eq!(report.sequence, seen as u64);
}

#[test]
fn a_full_disk_leaves_cancels_then_nothing_then_everything() {
    for durability in [Durability::Fsync, Durability::Os, Durability::None] {
        let mut run = Run::begin(World::new(durability), 82);
        let disk = run.world.disk.clone();
        // 1. Open, as long as the spare of before lasts.
        wait_until("the spare is there", || {
            disk.paths().iter().any(|path| path.ends_with("spare"))
        });
        disk.set_space(Some(disk.used() + 1_000));
        wait_until("no next segment", || {
            run.step().expect("the journal itself is well");
            run.drain().expect("the journal itself is well");
            run.core().status().mode == Mode::CancelOnly
        });
        let fault = run.core().status().fault.expect("it shows");
        assert_eq!(fault.code, FaultCode::JournalSpaceLow);
        // 2. Cancels only: the batch is executed up to the first command that is not one.
        let (order, mut cancel) = (resting_order(), Command::new(Opcode::CancelOrder));
        (cancel.account, cancel.order_id) = (3, 1);
        let mixed = workload::to_bytes(&[cancel, order, cancel]);
        let submitted = run.submit(&mixed).expect("the journal itself is well");
        assert_eq!(submitted.commands, 1);
        assert_eq!(submitted.refusal, Some(RejectCode::VenueCancelOnly));
        // 3. Nothing, when the segment is used up.
        let cancels = workload::to_bytes(&[cancel; 20]);
        let mut refusal = None;
        wait_until("the segment is full", || {
            refusal = run.submit(&cancels).expect("the journal itself is well").refusal;
            run.drain().expect("the journal itself is well");
            refusal.is_some()
        });
        assert_eq!(refusal, Some(RejectCode::JournalFull));
        assert_eq!(run.core().status().mode, Mode::Refuse);
        // A kill and a start in this state change nothing.
        let report = run.reopen(disk.after_kill());
        assert_eq!(report.sequence, run.seen.len() as u64);
        let disk = run.world.disk.clone();
        disk.set_space(Some(disk.used()));
        // 4. By itself when there is space again.
        disk.set_space(None);
        wait_until("the venue is open", || run.core().status().mode == Mode::Open);
        run.submit_all(&[order]);
        assert_eq!(run.core().status().fault, None);
        run.check_seen();
        let stopped = run.stop().expect("a clean stop");
        let report = run.reopen(disk.after_kill());
        assert_eq!(report.state_hash, stopped.state_hash);
    }
}

#[test]
fn a_clean_stop_with_a_full_journal_starts_again() {
    let mut run = Run::begin(World::new(Durability::Fsync), 83);
    let disk = run.world.disk.clone();
    wait_until("the spare is there", || disk.paths().iter().any(|path| path.ends_with("spare")));
    disk.set_space(Some(disk.used() + 50_000));
    let mut cancel = Command::new(Opcode::CancelOrder);
    (cancel.account, cancel.order_id) = (3, 1);
    let cancels = workload::to_bytes(&[cancel; 20]);
    for generation in 0..30 {
        wait_until("the journal is full", || {
            let submitted = run.submit(&cancels).expect("the journal itself is well");
            run.drain().expect("the journal itself is well");
            submitted.refusal == Some(RejectCode::JournalFull)
        });
        let stopped = run.stop().expect("a clean stop");
        let report = run.reopen(disk.clone());
        assert_eq!(report.sequence, stopped.sequence, "generation {generation}");
        disk.set_space(Some(disk.used() + 1_000 * (generation % 3)));
    }
    disk.set_space(None);
    run.submit_all(&[cancel]);
    run.check_seen();
}

#[test]
fn a_new_venue_without_space_is_refused() {
    let world = World::new(Durability::Fsync);
    world.disk.set_space(Some(10_000));
    let fault = world.open().err().expect("no space for a segment");
    assert_eq!(fault.code, FaultCode::JournalSpaceLow);
    world.disk.set_space(None);
    let (_, report) = world.open().expect("there is space now");
    assert!(report.is_new);
}

fn resting_order() -> Command {
    let mut order = Command::new(Opcode::NewOrder);
    (order.account, order.instrument, order.side) = (3, 1, 1);
    (order.order_type, order.time_in_force) = (1, 1);
    (order.price, order.quantity) = (60, 1);
    order
}
