//! Layer "core": the whole engine on one thread, without journal or border.
//!
//! Checks, freeze, match, settle and the bytes of every change record are inside the measured time;
//! a reader then walks the transactions of each batch by their headers, as the border does.

use std::time::{Duration, Instant};

use engine::change::{ChangeWriter, Entity, HEADER_WORDS};
use engine::command::{Command, Opcode, QueryKind, Side};
use engine::{Engine, LOOK_AHEAD};
use runtime::prefetch::Prefetch;

use crate::naive_book::LevelImage;
use crate::result_hash::ResultHash;
use crate::workload::{Expected, Workload};

/// Commands per batch: what a loaded event-loop turn brings.
const BATCH: usize = 64;
/// Most levels a side that a book query answers.
const QUERY_LEVELS_MAX: usize = 1000;
/// First journaled time, any whole µs.
const START_NS: u64 = 1_800_000_000_000_000_000;
/// Journaled time between two batches.
const BATCH_NS: u64 = 1_000;

/// An engine and the position it has reached in a workload.
pub struct Venue {
    /// The engine.
    pub engine: Engine,
    changes: ChangeWriter,
    sequence: u64,
    time_ns: u64,
}

/// What walking the headers of all transactions counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    /// Transactions with a reject code.
    pub rejects: u64,
    /// Change records.
    pub records: u64,
    /// 64-bit words, headers included.
    pub words: u64,
}

/// One timed pass over a workload.
#[derive(Clone, Copy, Debug)]
pub struct Pass {
    /// Time of the timed commands alone.
    pub duration: Duration,
    /// What came out.
    pub counted: Counted,
    /// State hash behind the last command.
    pub state_hash: u64,
}

impl Default for Venue {
    fn default() -> Venue {
        Venue {
            engine: Engine::new([1, 2]),
            changes: ChangeWriter::with_capacity(1 << 16),
            sequence: 0,
            time_ns: START_NS,
        }
    }
}

impl Venue {
    /// A venue with its currencies, accounts, instruments and first orders; none may be refused.
    #[must_use]
    pub fn prepared(workload: &Workload) -> Venue {
        let mut venue = Venue::default();
        venue.run_accepted(&workload.setup);
        venue.run_accepted(&workload.prefill);
        venue
    }

    /// Executes commands none of which may be refused.
    pub fn run_accepted(&mut self, commands: &[Command]) {
        self.run(commands, |words| {
            let (code, opcode) = (code(words), (words[3] >> 16) as u8);
            assert_eq!(code, 0, "sequence {} with opcode {opcode} was refused", words[1]);
        });
    }

    /// Executes commands in batches; `see` gets every transaction.
    fn run(&mut self, commands: &[Command], mut see: impl FnMut(&[u64])) {
        for batch in commands.chunks(BATCH) {
            self.time_ns += BATCH_NS;
            self.changes.clear();
            for (at, command) in batch.iter().enumerate() {
                self.sequence += 1;
                let Venue { engine, changes, .. } = self;
                if at % LOOK_AHEAD == 0 {
                    engine.look_ahead(&batch[at..], Prefetch);
                }
                engine.execute(self.sequence, self.time_ns, command, None, changes);
            }
            let mut words = self.changes.words();
            while let Some(head) = words.first() {
                let (transaction, rest) = words.split_at(*head as u32 as usize);
                see(transaction);
                words = rest;
            }
        }
    }

    /// Levels of a side from the touch outward, at most `QUERY_LEVELS_MAX` of them.
    #[must_use]
    pub fn levels(&self, instrument: u32, side: Side) -> Vec<LevelImage> {
        let query = Command {
            opcode: QueryKind::Book as u8,
            instrument,
            quantity: QUERY_LEVELS_MAX as i64,
            ..Command::new(Opcode::Configure)
        };
        let mut answer = ChangeWriter::default();
        self.engine.query(&query, &mut answer);
        let of_side = |record: &&[u64]| record[1] >> 32 == side as u64;
        records(answer.words())
            .filter(of_side)
            .map(|record| LevelImage {
                price: record[2] as i64,
                quantity: record[3] as i64,
                orders: record[4] as u32,
            })
            .collect()
    }

    /// Executes commands and counts what comes out.
    #[must_use]
    pub fn run_counted(&mut self, commands: &[Command]) -> Counted {
        let mut counted = Counted::default();
        self.run(commands, |words| {
            counted.rejects += u64::from(code(words) != 0);
            counted.records += words[0] >> 32;
            counted.words += words.len() as u64;
        });
        counted
    }
}

/// Reject code of a transaction.
fn code(transaction: &[u64]) -> u16 {
    transaction[3] as u16
}

/// The change records of one transaction.
fn records(transaction: &[u64]) -> impl Iterator<Item = &[u64]> {
    let mut rest = &transaction[HEADER_WORDS..];
    std::iter::from_fn(move || {
        let length = (*rest.first()? >> 16) as u8;
        let (record, behind) = rest.split_at(usize::from(length));
        rest = behind;
        Some(record)
    })
}

/// Runs a workload once, decodes what comes out and compares it with what its generator found.
///
/// Returns the state hash behind the last command and a hash of everything that came out.
#[must_use]
pub fn check(workload: &Workload) -> (u64, u64) {
    let mut venue = Venue::prepared(workload);
    let mut found = Expected::default();
    let mut hash = ResultHash::default();
    venue.run(&workload.timed, |transaction| {
        found.rejects += u64::from(code(transaction) != 0);
        transaction.iter().for_each(|word| hash.add(*word));
        for record in records(transaction).filter(|record| record[0] as u8 == Entity::Trade as u8) {
            found.trades += 1;
            found.volume += record[7] as i64;
        }
    });
    let instruments = 1..=workload.venue.instruments;
    let sides = [Side::Buy, Side::Sell];
    found.books = instruments.map(|id| sides.map(|side| venue.levels(id, side))).collect();
    let mut expected = workload.expected.clone();
    expected.books.iter_mut().flatten().for_each(|levels| levels.truncate(QUERY_LEVELS_MAX));
    let name = &workload.name;
    assert_eq!(
        (found.trades, found.volume, found.rejects),
        (expected.trades, expected.volume, expected.rejects),
        "{name}: trades, volume, rejects"
    );
    assert!(found.books == expected.books, "{name}: the final book differs from the generator's");
    let state_hash = venue.engine.state_hash();
    assert_eq!(state_hash, venue.engine.state_hash_full(), "{name}: state hash");
    (state_hash, hash.value())
}

/// Runs a workload once on a fresh engine and times its timed commands.
#[must_use]
pub fn timed_pass(workload: &Workload) -> Pass {
    let mut venue = Venue::prepared(workload);
    let start = Instant::now();
    let counted = venue.run_counted(&workload.timed);
    let duration = start.elapsed();
    Pass { duration, counted, state_hash: venue.engine.state_hash() }
}
