//! A venue under test: simulated disk and clock, seeded commands, and the twin that says what must
//! be.

pub mod disk;
pub mod random;
pub mod workload;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use engine::command::Command;
use runtime::environment::Clock;
use runtime::{
    ClockSource, Core, Durability, Environment, Fault, FaultCode, OpenOptions, OpenReport,
    StopReport, Submitted, record,
};

use disk::{DiskHandle, SimulatedDisk};
use random::Random;
use workload::Sent;

/// Longest any condition is waited for.
const DEADLINE: Duration = Duration::from_secs(30);

/// A clock that stands still unless told.
pub struct StillClock(AtomicU64);

impl StillClock {
    pub fn new() -> Arc<StillClock> {
        // 2026-11-21, an arbitrary day.
        Arc::new(StillClock(AtomicU64::new(1_795_000_000_000_000_000)))
    }

    pub fn pass(&self, duration: Duration) {
        self.0.fetch_add(duration.as_nanos() as u64, Ordering::Relaxed);
    }

    pub fn now(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

impl Clock for StillClock {
    fn utc_ns(&self) -> u64 {
        self.now()
    }

    fn monotonic_ns(&self) -> u64 {
        self.now()
    }
}

/// Everything around one core.
#[derive(Clone)]
pub struct World {
    pub disk: Arc<SimulatedDisk>,
    pub clock: Arc<StillClock>,
    pub options: OpenOptions,
    pub faults: Arc<std::sync::Mutex<Vec<Fault>>>,
}

impl World {
    /// Small segments and short intervals, so that everything happens often.
    pub fn new(durability: Durability) -> World {
        let mut options = OpenOptions::new(PathBuf::from("/venue"));
        options.durability = durability;
        options.clock = ClockSource::System;
        options.segment_bytes = 32 << 10;
        options.snapshot_interval_commands = 1 << 30;
        options.state_hash_interval_commands = 50;
        options.spare_retry = Duration::from_millis(2);
        options.snapshot_retry = Duration::from_millis(20);
        let (disk, clock) = (SimulatedDisk::new(), StillClock::new());
        World { disk, clock, options, faults: Arc::default() }
    }

    /// The same venue on another disk.
    pub fn on(&self, disk: Arc<SimulatedDisk>) -> World {
        World { disk, faults: Arc::default(), ..self.clone() }
    }

    pub fn open(&self) -> Result<(Core, OpenReport), Fault> {
        let disk = Arc::new(DiskHandle(self.disk.clone()));
        let environment =
            Environment { clock: self.clock.clone(), disk, random: || Ok([11, 22, 33, 44]) };
        let faults = self.faults.clone();
        let fatal = Box::new(move |fault: &Fault| {
            faults.lock().expect("no test panics while it holds the lock").push(fault.clone());
        });
        Core::open(self.options.clone(), environment, Box::new(|| {}), fatal)
    }

    pub fn fatal_faults(&self) -> Vec<Fault> {
        self.faults.lock().expect("no test panics while it holds the lock").clone()
    }
}

/// One released transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transaction {
    pub sequence: u64,
    pub words: Vec<u64>,
}

impl Transaction {
    pub fn code(&self) -> u16 {
        self.words[3] as u16
    }
}

/// Splits released bytes into transactions.
pub fn transactions(bytes: &[u8]) -> Vec<Transaction> {
    let (words, rest) = bytes.as_chunks::<8>();
    assert!(rest.is_empty(), "whole words");
    let words: Vec<u64> = words.iter().map(|word| u64::from_le_bytes(*word)).collect();
    let (mut at, mut found) = (0, Vec::new());
    while at < words.len() {
        let length = (words[at] as u32) as usize;
        found.push(Transaction { sequence: words[at + 1], words: words[at..at + length].to_vec() });
        at += length;
    }
    found
}

/// A core with a buffer to read into.
pub struct Client {
    pub core: Core,
    out: Vec<u8>,
}

impl Client {
    pub fn new(core: Core) -> Client {
        Client { core, out: vec![0; 1 << 20] }
    }

    pub fn submit(&mut self, records: &[u8]) -> Result<(Submitted, Vec<Transaction>), Fault> {
        let submitted = self.core.submit(records, None, &mut self.out)?;
        Ok((submitted, transactions(&self.out[..submitted.released.bytes])))
    }

    pub fn read(&mut self) -> Result<Vec<Transaction>, Fault> {
        let released = self.core.read(&mut self.out)?;
        Ok(transactions(&self.out[..released.bytes]))
    }

    /// Waits until everything is durable and reads it.
    pub fn drain(&mut self) -> Result<Vec<Transaction>, Fault> {
        self.core.drain()?;
        let mut found = self.read()?;
        loop {
            let more = self.read()?;
            if more.is_empty() {
                return Ok(found);
            }
            found.extend(more);
        }
    }
}

/// Waits for a condition; fails the test when it does not come.
pub fn wait_until(what: &str, mut condition: impl FnMut() -> bool) {
    let start = Instant::now();
    while !condition() {
        assert!(start.elapsed() < DEADLINE, "waited {DEADLINE:?} for: {what}");
        std::thread::yield_now();
    }
}

/// The key of every new venue's hashes under test.
pub const HASH_KEY: [u64; 2] = [33, 44];

/// A venue under random load: what was sent, what was seen, and the judgement about both.
pub struct Run {
    pub world: World,
    client: Option<Client>,
    pub random: Random,
    /// Every command that was executed, in order, over all processes; cut to what survived at each
    /// open.
    pub sent: Vec<Sent>,
    /// Transactions seen by the client.
    pub seen: Vec<Transaction>,
}

impl Run {
    /// A new venue with its instruments and accounts.
    pub fn begin(world: World, seed: u64) -> Run {
        let mut run = Run::closed(world, seed);
        run.open().expect("a new venue opens");
        run.set_up().expect("the disk is well");
        run
    }

    /// A venue nobody has opened.
    pub fn closed(world: World, seed: u64) -> Run {
        let random = Random::new(seed);
        Run { world, client: None, random, sent: Vec::new(), seen: Vec::new() }
    }

    /// Opens the venue where it lies.
    pub fn open(&mut self) -> Result<OpenReport, Fault> {
        let (core, report) = self.world.open()?;
        self.client = Some(Client::new(core));
        Ok(report)
    }

    /// Makes instruments and accounts.
    pub fn set_up(&mut self) -> Result<(), Fault> {
        self.submit_until_admitted(&workload::setup())?;
        self.drain()?;
        let refused = self.seen.iter().find(|transaction| transaction.code() != 0);
        assert_eq!(refused, None, "the setup is accepted");
        Ok(())
    }

    pub fn client(&mut self) -> &mut Client {
        self.client.as_mut().expect("the venue is open")
    }

    pub fn core(&mut self) -> &mut Core {
        &mut self.client().core
    }

    pub fn stop(&mut self) -> Result<StopReport, Fault> {
        self.client.take().expect("the venue is open").core.stop()
    }

    /// Ends the process without a stop. What the threads still do to the disk meanwhile is as if
    /// the kill came a little later.
    pub fn kill(&mut self) {
        self.client = None;
    }

    /// Submits records and notes what was executed and seen. Whatever was executed before a fault
    /// is noted too.
    pub fn submit(&mut self, records: &[u8]) -> Result<Submitted, Fault> {
        let now = self.world.clock.now();
        let before = self.core().status().executed_sequence;
        let submitted = self.client().submit(records);
        let executed = self.core().status().executed_sequence - before;
        let commands = workload::sent(records, now / 1_000 * 1_000);
        let (submitted, seen) = match submitted {
            Ok(found) => found,
            Err(fault) => {
                assert!(executed as usize <= commands.len());
                self.sent.extend(&commands[..executed as usize]);
                return Err(fault);
            }
        };
        self.sent.extend(&commands[..submitted.commands as usize]);
        self.seen.extend(seen);
        Ok(submitted)
    }

    /// Submits commands until all are executed, and waits for them; what is throttled meanwhile is
    /// sent again.
    pub fn submit_all(&mut self, commands: &[Command]) {
        let submitted = self.submit_until_admitted(commands).and_then(|()| self.drain());
        submitted.expect("the disk is well");
    }

    fn submit_until_admitted(&mut self, commands: &[Command]) -> Result<(), Fault> {
        let records = workload::to_bytes(commands);
        let (mut done, mut fault) = (0, None);
        wait_until("every command is admitted", || {
            match self.submit(&records[done..]) {
                Ok(submitted) => {
                    for _ in 0..submitted.commands {
                        done = record::read(&records, done).next;
                    }
                }
                Err(found) => fault = Some(found),
            }
            if self.world.disk.is_stopped() && fault.is_none() {
                // The thread that makes segments noticed first; the journal would at its next
                // write.
                fault = Some(Fault::new(FaultCode::DiskOperationFailed, "the machine has stopped"));
            }
            fault.is_some() || done == records.len()
        });
        fault.map_or(Ok(()), Err)
    }

    /// A batch of one to eight trades, a little later.
    pub fn step(&mut self) -> Result<Submitted, Fault> {
        self.world.clock.pass(Duration::from_micros(1 + self.random.below(2_000)));
        let commands: Vec<_> = (0..1 + self.random.below(8))
            .map(|index| workload::trade(&mut self.random, self.sent.len() as u64 + 1 + index))
            .collect();
        self.submit(&workload::to_bytes(&commands))
    }

    pub fn drain(&mut self) -> Result<(), Fault> {
        let seen = self.client().drain()?;
        self.seen.extend(seen);
        Ok(())
    }

    /// Every transaction seen is, byte for byte, what the twin makes of the same commands.
    pub fn check_seen(&self) {
        let last = self.seen.last().map_or(0, |transaction| transaction.sequence);
        let (_, expected) = workload::twin(HASH_KEY, &self.sent, last);
        for (index, transaction) in self.seen.iter().enumerate() {
            assert_eq!(transaction.sequence, index as u64 + 1, "seen once each, in order");
            assert_eq!(transaction.words, expected[index], "sequence {}", index + 1);
        }
    }

    /// Opens the venue on another disk; checks that nothing seen is lost, nothing is invented, and
    /// that the state is the twin's.
    pub fn reopen(&mut self, disk: Arc<SimulatedDisk>) -> OpenReport {
        self.kill();
        self.world = self.world.on(disk);
        let opened = self.world.open();
        let (mut core, report) = opened.unwrap_or_else(|fault| panic!("open: {fault}"));
        let state_hash = core.state_hash();
        self.client = Some(Client::new(core));
        let seen = self.seen.len() as u64;
        assert!(report.sequence >= seen, "{seen} were seen, {} are there", report.sequence);
        let (mut engine, transactions) = workload::twin(HASH_KEY, &self.sent, report.sequence);
        assert_eq!(engine.state_hash(), state_hash, "the twin's state");
        // What was not seen may be there or not; from now on it is settled.
        let recovered = report.sequence as usize;
        for (index, words) in
            transactions.into_iter().enumerate().take(recovered).skip(seen as usize)
        {
            self.seen.push(Transaction { sequence: index as u64 + 1, words });
        }
        self.forget_lost(report.sequence);
        report
    }

    /// Keeps of `sent` what the first `sequence` sequences hold.
    fn forget_lost(&mut self, sequence: u64) {
        let rests = self.seen.iter().filter(|seen| (seen.words[3] >> 16) as u8 == 41).count();
        self.sent.truncate(sequence as usize - rests);
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        // A test that fails while it holds syncs must not wait for them.
        self.world.disk.hold_syncs(false);
    }
}
