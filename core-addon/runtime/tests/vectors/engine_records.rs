//! The records that entities write themselves: a small venue is set up, and what the engine writes
//! on the way must contain the first case of each of their files.

use std::collections::BTreeSet;

use engine::Engine;
use engine::change::ChangeWriter;
use engine::command::{
    AccountState, Command, FLAG_CANCEL_ON_DISCONNECT, InstrumentState, NameKind, Opcode, QueryKind,
};
use runtime::record;

use crate::{expected_hex, files, from_hex};

/// The time of the vectors.
const TIME_NS: u64 = 1_795_239_301_123_456_000;
const HEADER_BYTES: usize = 48;

const FILES: [&str; 14] = [
    "account-created.json",
    "account-image.json",
    "account-updated.json",
    "alias-created.json",
    "alias-deleted.json",
    "alias-image.json",
    "clock-updated.json",
    "currency-created.json",
    "currency-image.json",
    "instrument-created.json",
    "instrument-image.json",
    "session-created.json",
    "session-deleted.json",
    "session-image.json",
];

/// Records of a transaction, without the `sub` that depends on their neighbours.
fn records(transaction: &[u8]) -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    let mut offset = HEADER_BYTES;
    while offset < transaction.len() {
        let end = offset + usize::from(transaction[offset + 2]) * 8;
        let mut record = transaction[offset..end].to_vec();
        record[4..8].fill(0);
        found.push(record);
        offset = end;
    }
    found
}

/// An engine and everything it wrote.
struct Venue {
    engine: Engine,
    written: BTreeSet<Vec<u8>>,
}

impl Venue {
    fn execute(&mut self, command: &Command) {
        let mut changes = ChangeWriter::with_capacity(64);
        let sequence = self.engine.sequence() + 1;
        self.engine.execute(sequence, TIME_NS, command, None, &mut changes);
        let bytes = record::words_to_bytes(changes.words());
        assert_eq!(bytes[24..26], [0, 0], "command {sequence} was refused");
        self.written.extend(records(bytes));
    }

    fn ask(&mut self, kind: QueryKind, account: u32) {
        let mut query = Command::new(Opcode::Extension);
        (query.opcode, query.account, query.quantity) = (kind as u8, account, 1_000);
        let mut answer = ChangeWriter::with_capacity(64);
        self.engine.query(&query, &mut answer);
        self.written.extend(records(record::words_to_bytes(answer.words())));
    }
}

fn currency(code: &str, scale: i64) -> Command {
    let mut command = Command::new(Opcode::CreateCurrency).with_text(code);
    command.quantity = scale;
    command
}

fn instrument(symbol: &str, base: u32, tick_exponent: u8) -> Command {
    let mut command = Command::new(Opcode::CreateInstrument).with_text(symbol);
    (command.account, command.instrument) = (base, 4);
    (command.price, command.side, command.quantity) = (1, tick_exponent, 10_000);
    command
}

/// Commands 1 to 16: session 17 comes next.
fn set_up(venue: &mut Venue) {
    for code in ["BTC", "ETH", "SOL"] {
        venue.execute(&currency(code, 9));
    }
    venue.execute(&currency("USDT", 8));
    venue.execute(&instrument("BTC-USDT", 1, 2));
    venue.execute(&Command::new(Opcode::CreateAccount).with_text("alice"));
    let mut alias = Command::new(Opcode::SetAlias).with_text("BTCUSDT");
    (alias.kind, alias.instrument) = (NameKind::Instrument as u8, 1);
    venue.execute(&alias);
    while venue.engine.sequence() < 16 {
        venue.execute(&Command::new(Opcode::Clock));
    }
}

#[test]
fn the_engine_writes_the_records_of_the_vectors() {
    let mut venue = Venue { engine: Engine::new([1, 2]), written: BTreeSet::new() };
    set_up(&mut venue);
    let mut session = Command::new(Opcode::SessionOpened).with_text("fix:CLIENT-1");
    (session.account, session.flags) = (3, FLAG_CANCEL_ON_DISCONNECT);
    venue.execute(&session);
    for kind in [QueryKind::Accounts, QueryKind::Aliases, QueryKind::Currencies] {
        venue.ask(kind, 0);
    }
    venue.ask(QueryKind::Sessions, 0);
    let mut closed = Command::new(Opcode::SetInstrumentState);
    (closed.instrument, closed.kind) = (1, InstrumentState::Closed as u8);
    venue.execute(&closed);
    venue.ask(QueryKind::Instruments, 0);
    let mut alias = Command::new(Opcode::RemoveAlias).with_text("BTCUSDT");
    alias.kind = NameKind::Instrument as u8;
    venue.execute(&alias);
    let mut session = Command::new(Opcode::SessionClosed);
    session.session = 17;
    venue.execute(&session);
    let mut suspended = Command::new(Opcode::SetAccountState);
    (suspended.account, suspended.kind) = (3, AccountState::Suspended as u8);
    venue.execute(&suspended);

    let files = files();
    for file in FILES {
        let bytes = from_hex(&expected_hex(&files[file]["cases"][0]));
        let [record] = records(&bytes).try_into().expect("the first case has one change");
        assert!(venue.written.contains(&record), "{file}: the engine never wrote {record:02x?}");
    }
}
