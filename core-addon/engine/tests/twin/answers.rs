//! What the engine answers to queries is what the change log told.

use std::collections::BTreeMap;

use engine::Engine;
use engine::change::ChangeWriter;
use engine::command::{Command, QueryKind};

use super::random::Random;
use super::record::TransactionView;
use super::stream::nonsense;
use super::view::View;

/// Queries of random bytes per check; none may panic or break the form of an answer.
const NONSENSE: u64 = 20;
const PAGE: i64 = 1_000;

fn ask<T>(engine: &Engine, query: &Command, read: impl FnOnce(&TransactionView) -> T) -> T {
    let mut answer = ChangeWriter::default();
    engine.query(query, &mut answer);
    let transaction = TransactionView::read(answer.words());
    assert_eq!(transaction.sequence, engine.sequence(), "5.4: as of the last command");
    assert!(transaction.records.iter().all(|record| record.change == 4), "images only");
    read(&transaction)
}

fn query(kind: QueryKind) -> Command {
    let mut command = Command::new(engine::command::Opcode::Clock);
    command.opcode = kind as u8;
    command.quantity = PAGE;
    command
}

/// Compares balances, open orders, books and instruments with the view.
pub fn assert_answers(engine: &Engine, view: &View, seed: u64) {
    for account in view.accounts.keys() {
        assert_balances(engine, view, *account);
        assert_orders(engine, view, *account);
    }
    for instrument in view.instruments.keys() {
        assert_book(engine, view, *instrument);
    }
    assert_instruments(engine, view);
    let mut random = Random::new(seed);
    for _ in 0..NONSENSE {
        let mut command = nonsense(&mut random);
        command.opcode = random.between(199, 211) as u8;
        if random.one_in(2) {
            command.account = random.between(0, 8) as u32;
            command.instrument = random.between(0, 5) as u32;
        }
        ask(engine, &command, |_| ());
    }
}

fn assert_balances(engine: &Engine, view: &View, account: u32) {
    let mut command = query(QueryKind::Balances);
    command.account = account;
    let expected: Vec<(u32, [i128; 2])> = view
        .balances
        .range((account, 0)..=(account, u32::MAX))
        .filter(|(_, balance)| **balance != [0, 0])
        .map(|((_, currency), balance)| (*currency, *balance))
        .collect();
    let actual = ask(engine, &command, |answer| {
        let rows = answer.records.iter();
        rows.map(|row| (row.high(1), [row.amount(4), row.amount(8)])).collect::<Vec<_>>()
    });
    assert_eq!(actual, expected, "balances of account {account}");
}

/// Pages through the open orders of an account; at most 1,000 a page.
fn assert_orders(engine: &Engine, view: &View, account: u32) {
    let expected: Vec<(u64, i64, i64, u64)> = view
        .orders
        .iter()
        .filter(|(_, order)| order.account == account)
        .map(|(id, order)| (*id, order.price, order.leaves, order.priority))
        .collect();
    let mut actual = Vec::new();
    let mut command = query(QueryKind::Orders);
    command.account = account;
    loop {
        let page = ask(engine, &command, |answer| {
            let rows = answer.records.iter();
            rows.map(|row| (row.word(1), row.signed(6), row.signed(9), row.word(18)))
                .collect::<Vec<_>>()
        });
        assert!(page.len() <= PAGE as usize);
        let Some(last) = page.last() else { break };
        assert!(last.0 > command.order_id, "a page starts behind the one before");
        command.order_id = last.0;
        actual.extend(page);
    }
    assert_eq!(actual, expected, "open orders of account {account}");
}

fn assert_book(engine: &Engine, view: &View, instrument: u32) {
    let mut command = query(QueryKind::Book);
    command.instrument = instrument;
    let side = |side: u8| view.levels.range((instrument, side, 0)..=(instrument, side, i64::MAX));
    let row = |(key, level): (&(u32, u8, i64), &(i64, u64))| (key.1, key.2, level.0, level.1);
    let expected: Vec<(u8, i64, i64, u64)> =
        side(1).rev().map(row).chain(side(2).map(row)).collect();
    let actual = ask(engine, &command, |answer| {
        let rows = answer.records.iter();
        rows.map(|row| (row.high(1) as u8, row.signed(2), row.signed(3), row.word(4)))
            .collect::<Vec<_>>()
    });
    assert_eq!(actual, expected, "book of instrument {instrument}");
}

fn assert_instruments(engine: &Engine, view: &View) {
    let expected: BTreeMap<u32, (u8, i128, u64)> = view
        .instruments
        .iter()
        .map(|(id, known)| (*id, (known.state, known.fee_accumulator, known.next_trade_id)))
        .collect();
    let actual = ask(engine, &query(QueryKind::Instruments), |answer| {
        let rows = answer.records.iter();
        rows.map(|row| (row.low(1), (row.high(1) as u8, row.amount(18), row.word(20))))
            .collect::<BTreeMap<_, _>>()
    });
    assert_eq!(actual, expected, "instruments");
}
