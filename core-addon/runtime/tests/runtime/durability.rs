//! Reply gate, bounds, clean stop: what each durability promises while the disk is well.

use engine::command::{COMMAND_BYTES, Command, Opcode, QueryKind};
use engine::generated::reject_code::RejectCode;
use runtime::{Durability, FaultCode};

use crate::support::{Run, World, transactions, wait_until, workload};

const ALL: [Durability; 3] = [Durability::None, Durability::Os, Durability::Fsync];

#[test]
fn a_stopped_venue_goes_on_where_it_ended() {
    for durability in ALL {
        let mut run = Run::begin(World::new(durability), 1);
        for _ in 0..3 {
            for _ in 0..200 {
                run.step().expect("the disk is well");
            }
            run.drain().expect("the disk is well");
            run.check_seen();
            assert_eq!(run.seen.len() as u64, run.core().status().executed_sequence);
            let stopped = run.stop().expect("a clean stop");
            assert_eq!((stopped.warnings.as_slice(), stopped.unread_bytes), ([].as_slice(), 0));
            let disk = run.world.disk.after_kill();
            let report = run.reopen(disk);
            assert_eq!(report.snapshot_sequence, Some(stopped.sequence), "{durability:?}");
            assert_eq!((report.commands_replayed, report.torn_bytes_cut), (0, 0));
            assert_eq!(report.warnings, Vec::<String>::new());
            assert_eq!(report.state_hash, stopped.state_hash);
        }
    }
}

#[test]
fn a_stop_without_commands_changes_nothing() {
    let mut run = Run::begin(World::new(Durability::Fsync), 2);
    run.stop().expect("a clean stop");
    let files = |run: &Run| {
        let disk = &run.world.disk;
        let paths = [disk.paths_with("segment"), disk.paths_with("snapshot")].concat();
        paths.into_iter().map(|path| (disk.read_all(&path), path)).collect::<Vec<_>>()
    };
    let before = files(&run);
    for _ in 0..5 {
        let disk = run.world.disk.clone();
        run.reopen(disk);
        run.stop().expect("a clean stop");
        assert_eq!(files(&run), before);
    }
}

#[test]
fn nothing_leaves_before_its_sync_has_returned() {
    let mut run = Run::begin(World::new(Durability::Fsync), 3);
    run.drain().expect("the disk is well");
    let durable = run.seen.len() as u64;
    run.world.disk.hold_syncs(true);
    for _ in 0..20 {
        let submitted = run.step().expect("the disk is well");
        assert_eq!((submitted.refusal, submitted.released.bytes), (None, 0));
    }
    let status = run.core().status();
    assert_eq!(status.durable_sequence, durable);
    assert_eq!(status.unsynced_commands, status.executed_sequence - durable);
    assert!(status.pending_bytes > 0);
    assert_eq!(run.client().read().expect("the disk is well"), []);
    run.world.disk.hold_syncs(false);
    run.drain().expect("the disk is well");
    assert_eq!(run.seen.len() as u64, status.executed_sequence);
    run.check_seen();
}

#[test]
fn without_a_sync_to_wait_for_replies_leave_at_once() {
    for durability in [Durability::None, Durability::Os] {
        let mut run = Run::begin(World::new(durability), 4);
        run.world.disk.hold_syncs(true);
        run.step().expect("the disk is well");
        assert_eq!(run.seen.len() as u64, run.core().status().executed_sequence);
        run.world.disk.hold_syncs(false);
        run.check_seen();
    }
}

#[test]
fn commands_ahead_of_the_disk_are_bounded() {
    let mut world = World::new(Durability::Fsync);
    world.options.unsynced_commands_max = 10;
    let mut run = Run::begin(world, 5);
    run.world.disk.hold_syncs(true);
    let clocks = [Command::new(Opcode::Clock); 25];
    let submitted = run.submit(&workload::to_bytes(&clocks)).expect("the disk is well");
    assert_eq!((submitted.commands, submitted.refusal), (10, Some(RejectCode::Throttled)));
    let submitted = run.submit(&workload::to_bytes(&clocks)).expect("the disk is well");
    assert_eq!((submitted.commands, submitted.refusal), (0, Some(RejectCode::Throttled)));
    run.world.disk.hold_syncs(false);
    run.drain().expect("the disk is well");
    run.check_seen();
    let submitted = run.submit(&workload::to_bytes(&clocks[..10])).expect("the disk is well");
    assert_eq!((submitted.commands, submitted.refusal), (10, None));
}

#[test]
fn transactions_nobody_reads_are_bounded() {
    let mut world = World::new(Durability::Os);
    world.options.pending_bytes_max = 1_000;
    let (mut core, _) = world.open().expect("a new venue opens");
    let clock = workload::to_bytes(&[Command::new(Opcode::Clock)]);
    let mut refusal = None;
    for _ in 0..20 {
        let submitted = core.submit(&clock, None, &mut []).expect("the disk is well");
        refusal = refusal.or(submitted.refusal);
    }
    assert_eq!(refusal, Some(RejectCode::Throttled));
    let status = core.status();
    // A Clock is 8 words: the bound is passed by less than one transaction.
    assert!((1_000..1_000 + 64).contains(&status.pending_bytes), "{}", status.pending_bytes);
    let mut out = [0; 2_048];
    let released = core.read(&mut out).expect("the disk is well");
    assert_eq!(transactions(&out[..released.bytes]).len() as u64, status.executed_sequence);
    assert_eq!(core.submit(&clock, None, &mut out).expect("the disk is well").refusal, None);
}

#[test]
fn records_that_do_not_parse_execute_nothing() {
    let mut run = Run::begin(World::new(Durability::Os), 6);
    let before = run.core().status().executed_sequence;
    let mut out = [0; 64];
    let mut lonely = Command::new(Opcode::CreateAccount);
    lonely.extensions = 1;
    let batch = workload::to_bytes(&[Command::new(Opcode::Clock), lonely]);
    let fault = run.core().submit(&batch, None, &mut out).expect_err("an extension is missing");
    assert_eq!(fault.code, FaultCode::RecordsMalformed);
    let fault = run.core().query(&[0; 12], &mut []).expect_err("not a record");
    assert_eq!(fault.code, FaultCode::RecordsMalformed);
    assert_eq!(run.core().status().executed_sequence, before);
}

#[test]
fn an_unknown_command_is_journaled_and_refused_again_at_replay() {
    let mut run = Run::begin(World::new(Durability::Os), 7);
    let mut unknown = Command::new(Opcode::Clock);
    for opcode in [0, 99, 200, 255] {
        unknown.opcode = opcode;
        run.submit(&workload::to_bytes(&[unknown])).expect("the disk is well");
        let last = run.seen.last().expect("it has a transaction");
        assert_eq!(last.code(), RejectCode::CommandUnknown.number());
    }
    let disk = run.world.disk.after_kill();
    let report = run.reopen(disk);
    assert_eq!(report.sequence, run.seen.len() as u64);
}

#[test]
fn a_query_says_how_much_room_it_needs() {
    let mut run = Run::begin(World::new(Durability::Os), 8);
    let mut query = Command::new(Opcode::Clock);
    query.opcode = QueryKind::Accounts as u8;
    let query = workload::to_bytes(&[query]);
    let needed = run.core().query(&query, &mut [1; 8]).expect("a query is never a fault");
    let mut answer = vec![0; needed];
    assert_eq!(run.core().query(&query, &mut answer), Ok(needed));
    let answers = transactions(&answer);
    assert_eq!(answers.len(), 1);
    assert_eq!(answers[0].sequence, run.core().status().executed_sequence);
    // fees, external and four traders.
    assert_eq!(answers[0].words[0] >> 32, 6);
}

#[test]
fn a_mass_cancel_is_finished_before_the_next_command() {
    let mut run = Run::begin(World::new(Durability::Fsync), 9);
    for base in 0..30 {
        let orders: Vec<Command> =
            (0..100).map(|index| resting_order(base * 100 + index)).collect();
        run.submit_all(&orders);
    }
    let mut cancel = Command::new(Opcode::MassCancel);
    cancel.account = 3;
    run.submit_all(&[cancel, Command::new(Opcode::Clock)]);
    run.check_seen();
    let opcodes: Vec<u8> =
        run.seen.iter().rev().take(4).map(|seen| (seen.words[3] >> 16) as u8).collect();
    assert_eq!(
        opcodes,
        [Opcode::Clock, Opcode::Continue, Opcode::Continue, Opcode::MassCancel]
            .map(|opcode| opcode as u8)
    );
}

#[test]
fn a_backlog_left_by_a_throttle_is_finished_by_a_tick() {
    let mut world = World::new(Durability::Fsync);
    world.options.unsynced_commands_max = 100;
    // One segment: while the next one is made, commands are throttled too.
    world.options.segment_bytes = 1 << 20;
    let mut run = Run::begin(world, 12);
    for base in 0..15 {
        let orders: Vec<Command> =
            (0..100).map(|index| resting_order(base * 100 + index)).collect();
        run.submit_all(&orders);
    }
    // The mass cancel is the last command that may run ahead of the disk.
    run.world.disk.hold_syncs(true);
    let mut cancel = Command::new(Opcode::MassCancel);
    cancel.account = 3;
    let mut batch = vec![Command::new(Opcode::Clock); 99];
    batch.push(cancel);
    let submitted = run.submit(&workload::to_bytes(&batch)).expect("the disk is well");
    assert_eq!((submitted.commands, submitted.refusal), (100, Some(RejectCode::Throttled)));
    run.world.disk.hold_syncs(false);
    run.drain().expect("the disk is well");
    // Nobody sends anything more.
    let before = run.core().status().executed_sequence;
    let ticked = run.core().tick(None, &mut []).expect("the disk is well");
    assert_eq!((ticked.commands, ticked.refusal), (0, None));
    assert_eq!(run.core().status().executed_sequence, before + 1, "one Continue");
    run.drain().expect("the disk is well");
    run.check_seen();
}

#[test]
fn a_backlog_left_by_a_crash_is_finished_at_open() {
    let mut world = World::new(Durability::Fsync);
    world.options.segment_bytes = 256 << 10;
    let mut run = Run::begin(world, 10);
    for base in 0..30 {
        let orders: Vec<Command> =
            (0..100).map(|index| resting_order(base * 100 + index)).collect();
        run.submit_all(&orders);
    }
    let resting = run.core().status().executed_sequence;
    let mut cancel = Command::new(Opcode::MassCancel);
    cancel.account = 3;
    // Only one more command may run ahead of the disk, so the backlog stays.
    run.kill();
    run.world.options.unsynced_commands_max = 1;
    let disk = run.world.disk.clone();
    run.reopen(disk);
    run.world.disk.hold_syncs(true);
    let submitted = run.submit(&workload::to_bytes(&[cancel])).expect("the disk is well");
    assert_eq!((submitted.commands, submitted.refusal), (1, Some(RejectCode::Throttled)));
    run.world.disk.hold_syncs(false);
    wait_until("the mass cancel is durable", || run.core().status().unsynced_commands == 0);
    run.world.options.unsynced_commands_max = 65_536;
    let disk = run.world.disk.after_kill();
    let report = run.reopen(disk);
    assert_eq!(report.sequence, resting + 3, "the mass cancel and two Continue");
    let mut orders = Command::new(Opcode::Clock);
    (orders.opcode, orders.account) = (QueryKind::Orders as u8, 3);
    let mut answer = [0; 1 << 10];
    let bytes = run.core().query(&workload::to_bytes(&[orders]), &mut answer).expect("a query");
    assert_eq!(transactions(&answer[..bytes])[0].words[0] >> 32, 0, "no order is left");
}

#[test]
fn the_clock_ticks_once_a_second_while_something_waits_for_it() {
    let mut run = Run::begin(World::new(Durability::Os), 11);
    let mut out = [0; 1 << 12];
    let cross = |id| {
        let (mut buy, mut sell) = (resting_order(id), resting_order(id));
        (buy.price, sell.price, sell.side, sell.account) = (101 + id as i64, 101, 2, 4);
        workload::to_bytes(&[buy, sell])
    };
    let idle = run.core().tick(None, &mut out).expect("the disk is well");
    assert_eq!(idle.commands, 0, "nothing waits");
    run.submit(&cross(1)).expect("the disk is well");
    let ticks = |run: &mut Run| {
        let mut out = [0; 1 << 12];
        run.core().tick(None, &mut out).expect("the disk is well").commands
    };
    assert_eq!(ticks(&mut run), 1, "a trade moves the reference price");
    run.submit(&cross(2)).expect("the disk is well");
    assert_eq!(ticks(&mut run), 0, "not within the same second");
    run.world.clock.pass(std::time::Duration::from_secs(1));
    assert_eq!(ticks(&mut run), 1);
}

#[test]
fn other_capacities_are_journaled_at_open() {
    let mut world = World::new(Durability::Fsync);
    world.options.capacities.accounts = 4;
    let (core, report) = world.open().expect("a new venue opens");
    assert_eq!((report.sequence, report.warnings), (1, vec![]));
    core.stop().expect("a clean stop");
    let (core, report) = world.open().expect("the same venue opens");
    assert_eq!(report.sequence, 1, "they are already in force");
    core.stop().expect("a clean stop");
    world.options.capacities.accounts = 5;
    let (_, report) = world.open().expect("the same venue opens");
    assert_eq!(report.sequence, 2);
}

/// A buy far from the market; it rests.
fn resting_order(id: u64) -> Command {
    let mut order = Command::new(Opcode::NewOrder).with_text(&format!("rest-{id}"));
    (order.account, order.instrument, order.side) = (3, 1, 1);
    (order.order_type, order.time_in_force) = (1, 1);
    (order.price, order.quantity) = (60 + (id % 10) as i64, 1);
    assert_eq!(size_of_val(&order), COMMAND_BYTES);
    order
}
