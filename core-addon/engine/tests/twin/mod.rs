//! Two machines run the same stream in lockstep; after every command their bytes and hashes agree.

mod answers;
mod random;
mod record;
mod stream;
mod view;

use std::collections::{BTreeMap, BTreeSet};

use engine::change::ChangeWriter;
use engine::command::{Command, Opcode};
use engine::fetch::Reading;
use engine::reference::Reference;
use engine::{Engine, LOOK_AHEAD};

use record::TransactionView;
pub use stream::Shape;
use stream::{Step, Stream};
use view::View;

/// The engine under test.
pub struct EngineMachine {
    engine: Engine,
}

impl EngineMachine {
    pub fn new() -> EngineMachine {
        EngineMachine { engine: Engine::new(HASH_KEY) }
    }

    /// Goes through snapshot bytes; the hash computed from everything must be the one kept up to
    /// date.
    fn restore(&mut self, hash: u64) {
        assert_eq!(self.engine.state_hash_full(), hash, "hash from scratch");
        let mut bytes = Vec::new();
        self.engine.write_snapshot(&mut bytes);
        self.engine = Engine::read_snapshot(&bytes).expect("a snapshot just written");
        assert_eq!(self.engine.state_hash(), hash, "hash after a restore");
        let mut again = Vec::new();
        self.engine.write_snapshot(&mut again);
        assert_eq!(bytes, again, "a restored engine writes the same snapshot");
    }
}

/// What a stream met.
#[derive(Debug, Default)]
pub struct Coverage {
    pub codes: BTreeMap<u16, u64>,
    /// Opcodes that were accepted at least once.
    pub opcodes: BTreeSet<u8>,
    /// Reasons of cancelled orders.
    pub reasons: BTreeSet<u8>,
    pub duplicates: u64,
    /// Records that say something of a request alone.
    pub requests: u64,
    pub trades: u64,
    pub continues: u64,
    pub commands: u64,
}

impl Coverage {
    fn note(&mut self, transaction: &TransactionView) {
        self.commands += 1;
        let is_request = |record: &&record::RecordView| record.entity == 11;
        self.requests += transaction.records.iter().filter(is_request).count() as u64;
        if transaction.code != 0 {
            *self.codes.entry(transaction.code).or_default() += 1;
            return;
        }
        self.opcodes.insert(transaction.opcode);
        self.duplicates += u64::from(transaction.flags & 1);
        for record in &transaction.records {
            if (record.entity, record.change) == (1, 2) {
                self.reasons.insert(record.byte(3, 3));
            }
        }
    }
}

/// Shape, seeds and commands of the short run: a few seconds.
pub const SHORT: [(Shape, u64, u64); 5] = [
    (Shape::Ordinary, 24, 2_500),
    (Shape::Extreme, 12, 2_500),
    (Shape::Wide, 2, 3_000),
    (Shape::Slots, 2, 2_500),
    (Shape::Backlog, 2, 3_600),
];

/// Commands between two snapshots that a machine is restored from.
const RESTORE_EVERY: u64 = 97;
pub const HASH_KEY: [u64; 2] = [0x0706_0504_0302_0100, 0x0f0e_0d0c_0b0a_0908];

/// Says how to repeat a stream when its test panics.
struct Repeat {
    seed: u64,
    shape: Shape,
    length: u64,
    commands: u64,
}

impl Drop for Repeat {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let Repeat { seed, shape, length, commands } = self;
            eprintln!(
                "{shape:?} stream of seed {seed} fails at command {commands}; repeat with\n\
                 OPENBELL_SEED={seed} OPENBELL_COMMANDS={length} \
                 cargo test -p engine --test lockstep"
            );
        }
    }
}

/// Runs `length` commands of one stream on the reference and `machine`, and notes what it met.
pub fn run_stream(
    machine: &mut EngineMachine,
    coverage: &mut Coverage,
    seed: u64,
    shape: Shape,
    length: u64,
) {
    let mut repeat = Repeat { seed, shape, length, commands: 0 };
    let mut reference = Reference::new(HASH_KEY);
    let mut stream = Stream::new(seed, shape);
    let mut view = View::new();
    let mut expected = ChangeWriter::default();
    let mut actual = ChangeWriter::default();
    let mut recent = [Command::new(Opcode::Clock); LOOK_AHEAD];
    for sequence in 1..=length {
        repeat.commands = sequence;
        let is_continued = reference.has_backlog();
        coverage.continues += u64::from(is_continued);
        let step = if is_continued { stream.continue_step() } else { stream.next(&view) };
        expected.clear();
        actual.clear();
        let second = step.extension.as_ref();
        let engine = &mut machine.engine;
        reference.execute(sequence, step.time_ns, &step.command, second, &mut expected);
        // Whatever it looks at, also what earlier commands made an end of, nothing may follow.
        recent[sequence as usize % LOOK_AHEAD] = step.command;
        engine.look_ahead(&recent, Reading);
        engine.execute(sequence, step.time_ns, &step.command, second, &mut actual);
        assert_same(expected.words(), actual.words(), &step);
        assert_eq!(reference.has_backlog(), engine.has_backlog(), "has_backlog");
        assert_eq!(reference.waits_for_clock(), engine.waits_for_clock(), "waits_for_clock");
        let transaction = TransactionView::read(actual.words());
        assert_eq!((transaction.sequence, transaction.time_ns), (sequence, step.time_ns));
        view.apply(&transaction);
        coverage.note(&transaction);
        let hash = reference.state_hash();
        assert_eq!(
            hash,
            engine.state_hash(),
            "state hash after {}",
            describe_command(&step.command)
        );
        if sequence % RESTORE_EVERY == 0 || reference.has_backlog() {
            machine.restore(hash);
            answers::assert_answers(&machine.engine, &view, seed ^ sequence);
        }
    }
    coverage.trades += view.trade_count();
}

fn assert_same(expected: &[u64], actual: &[u64], step: &Step) {
    if expected != actual {
        let at = expected.iter().zip(actual).position(|(one, two)| one != two);
        panic!(
            "transactions differ at word {:?}\ncommand {}\nexpected {}\nactual {}",
            at,
            describe_command(&step.command),
            record::describe(expected),
            record::describe(actual)
        );
    }
}

fn describe_command(command: &Command) -> String {
    let text = String::from_utf8_lossy(command.text());
    let plain = format!("{:?}", Command { text: [0; 64], ..*command });
    let cut = plain.find(", text: [").unwrap_or(plain.len());
    format!("{}, text: {text:?} }}", &plain[..cut])
}
