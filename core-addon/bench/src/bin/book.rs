//! Layer "book": the engine's own book and matcher alone, without accounts, checks, ledger or
//! command records. Prints one JSON line; takes the arguments of `bench`.
//!
//! The engine keeps these parts to itself, so its source files are compiled into this program as
//! they are. Measured are matching, fees and freezes of fills, and the bytes of trades and of the
//! makers' updates; a dense table leads from the stream's order to its place in the book.
#![allow(dead_code, reason = "the rest of the engine uses what this program does not")]
#![allow(unexpected_cfgs, reason = "the engine's features are not this crate's")]

use std::process::ExitCode;
use std::time::{Duration, Instant};

use bench::anchor::{AnchorShape, Kind};
use bench::anchor_workload::{MergedCommand, MergedStream, merged_stream};
use bench::naive_book::LevelImage;
use bench::options::Options;
use bench::result_hash::ResultHash;
use engine::{change, command, hash, units};

#[path = "../../../engine/src/book.rs"]
mod book;
#[path = "../../../engine/src/far_levels.rs"]
mod far_levels;
#[path = "../../../engine/src/instrument.rs"]
mod instrument;
#[path = "../../../engine/src/ladder.rs"]
mod ladder;
#[path = "../../../engine/src/ledger.rs"]
mod ledger;
#[path = "../../../engine/src/matcher.rs"]
mod matcher;
#[path = "../../../engine/src/name.rs"]
mod name;
#[path = "../../../engine/src/result_slot.rs"]
mod result_slot;

use book::{Book, Order, OrderTerms};
use change::{ChangeWriter, Entity};
use command::{InstrumentState, OrderType, STP_EXPIRE_TAKER, Side, TimeInForce};
use instrument::{Instrument, Limits};
use ladder::{NONE, OrderIndex};
use matcher::{Taker, can_fill, freeze, take};
use result_slot::ResultSlot;

/// Commands whose output is kept together, as in layer "core".
const BATCH: usize = 64;
/// As in `bench::venue`.
const LOT_UNITS: i64 = 1_000;
const QUOTE_PER_TICK_LOT: i64 = 10;

/// One instrument with the way from a stream's order ids to its book.
struct Market {
    book: Book,
    instrument: Instrument,
    places: Vec<OrderIndex>,
}

/// What a pass brought.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Outcome {
    trades: u64,
    volume: i64,
    reports: u64,
}

/// All books and the buffers they share.
struct Markets {
    markets: Vec<Market>,
    result: ResultSlot,
    changes: ChangeWriter,
    outcome: Outcome,
    sequence: u64,
    maker_rate: i32,
    taker_rate: i32,
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match Options::parse(&arguments).and_then(|options| run(&options)) {
        Ok(line) => {
            println!("{line}");
            ExitCode::SUCCESS
        }
        Err(problem) => {
            eprintln!("{problem}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options) -> Result<String, String> {
    let stream = merged_stream(AnchorShape::CHECKED, options.instruments, options.commands);
    let passes: Vec<(Duration, u64)> =
        (0..options.passes).map(|_| pass(options, &stream)).collect();
    let hash = passes.first().ok_or("passes=0: nothing to time")?.1;
    assert!(passes.iter().all(|pass| pass.1 == hash), "passes of one stream ended differently");
    let count = stream.timed.len();
    let rates: Vec<String> = passes
        .iter()
        .map(|(duration, _)| format!("{:.0}", count as f64 / duration.as_secs_f64()))
        .collect();
    Ok(format!(
        "{{\"workload\":\"anchor, {} instruments\",\"commands\":{count},\"fees\":{},\"trades\":{},\
         \"commands_per_second\":[{}],\"hash\":\"{hash:016x}\"}}",
        options.instruments,
        options.has_fees,
        stream.expected.trades,
        rates.join(","),
    ))
}

/// Builds the books, times the stream, compares the end with the generator's.
fn pass(options: &Options, stream: &MergedStream) -> (Duration, u64) {
    let mut markets = Markets::new(options, stream);
    markets.execute(&stream.prefill);
    markets.outcome = Outcome::default();
    let start = Instant::now();
    markets.execute(&stream.timed);
    let duration = start.elapsed();
    let Outcome { trades, volume, .. } = markets.outcome;
    assert_eq!((trades, volume), (stream.expected.trades, stream.expected.volume));
    let mut hash = ResultHash::default();
    for (market, expected) in markets.markets.iter().zip(&stream.expected.books) {
        let sides = [Side::Buy, Side::Sell].map(|side| levels(&market.book, side));
        assert!(sides == *expected, "the final book differs from the generator's");
        for level in sides.iter().flatten() {
            hash.add(level.price as u64);
            hash.add(level.quantity as u64);
        }
    }
    hash.add(markets.outcome.reports);
    (duration, hash.value())
}

fn levels(book: &Book, side: Side) -> Vec<LevelImage> {
    let mut levels: Vec<LevelImage> = Vec::new();
    for index in book.iter(side) {
        let (price, leaves) = (book.order(index).terms.price, book.order(index).leaves);
        match levels.last_mut().filter(|level| level.price == price) {
            Some(level) => {
                level.quantity += leaves;
                level.orders += 1;
            }
            None => levels.push(LevelImage { price, quantity: leaves, orders: 1 }),
        }
    }
    levels
}

impl Markets {
    fn new(options: &Options, stream: &MergedStream) -> Markets {
        let mut order_max = vec![0; options.instruments as usize + 1];
        for MergedCommand { instrument, command } in stream.prefill.iter().chain(&stream.timed) {
            let most = &mut order_max[*instrument as usize];
            *most = command.order.max(*most);
        }
        let market = |id: u32| Market {
            book: Book::new(id),
            instrument: new_instrument(id),
            places: vec![NONE; order_max[id as usize] as usize + 1],
        };
        let fees = options.fees();
        Markets {
            markets: (1..=options.instruments).map(market).collect(),
            result: ResultSlot::default(),
            changes: ChangeWriter::with_capacity(1 << 16),
            outcome: Outcome::default(),
            sequence: 0,
            maker_rate: fees.maker,
            taker_rate: fees.taker,
        }
    }

    fn execute(&mut self, commands: &[MergedCommand]) {
        for batch in commands.chunks(BATCH) {
            self.changes.clear();
            for command in batch {
                self.sequence += 1;
                self.result.clear();
                self.execute_one(command);
            }
            self.count();
        }
    }

    /// Walks the records of a batch, as a reader would.
    fn count(&mut self) {
        let mut words = self.changes.words();
        while let Some(head) = words.first() {
            self.outcome.reports += 1;
            if *head as u8 == Entity::Trade as u8 {
                self.outcome.trades += 1;
                self.outcome.volume += words[7] as i64;
            }
            words = &words[usize::from((*head >> 16) as u8)..];
        }
    }

    fn execute_one(&mut self, merged: &MergedCommand) {
        let MergedCommand { instrument, command } = merged;
        let market = &mut self.markets[*instrument as usize - 1];
        let order = command.order as usize;
        let place = market.places[order];
        match command.kind {
            Kind::Cancel => market.book.remove(place),
            Kind::Reduce if command.leaves == 0 => market.book.remove(place),
            Kind::Reduce => {
                market.book.reduce(place, command.size);
            }
            Kind::Move => self.reprice(*instrument, place, command.price),
            Kind::Gtc | Kind::Ioc | Kind::FokBudget => self.place(merged),
        }
    }

    fn place(&mut self, merged: &MergedCommand) {
        let MergedCommand { instrument, command } = merged;
        let market = &mut self.markets[*instrument as usize - 1];
        let account = 2 * command.user + u32::from(command.side == Side::Sell);
        if command.kind == Kind::FokBudget {
            let is_whole =
                can_fill(&market.book, command.side, command.price, command.size, account);
            assert!(is_whole, "every FOK-budget order of the stream fills");
        }
        let mut taker = Taker {
            order_id: u64::from(command.order),
            account,
            limit: command.price,
            leaves: command.size,
            notional_left: None,
            terms: OrderTerms {
                side: command.side,
                order_type: OrderType::Limit as u8,
                time_in_force: TimeInForce::Gtc as u8,
                self_trade_prevention: STP_EXPIRE_TAKER,
                flags: 0,
                price: command.price,
                quantity: command.size,
                filled: 0,
                session: 0,
                created_at_ns: self.sequence,
                priority: self.sequence,
                maker_rate: self.maker_rate,
                taker_rate: self.taker_rate,
                notional: 0,
                rated: 0,
                fee: 0,
                frozen: 0,
            },
        };
        let Market { book, instrument, places } = market;
        take(&mut taker, book, instrument, &mut self.result, &mut self.changes);
        if taker.leaves > 0 && command.kind == Kind::Gtc {
            taker.terms.frozen = freeze(&taker.terms, taker.leaves, instrument);
            let place = book.add(taker.order_id, account, taker.leaves, &taker.terms, &[]);
            places[command.order as usize] = place;
        }
    }

    fn reprice(&mut self, instrument: u32, place: OrderIndex, price: i64) {
        let Market { book, instrument, .. } = &mut self.markets[instrument as usize - 1];
        let change = |order: &mut Order| {
            order.terms.price = price;
            order.terms.priority = self.sequence;
        };
        if !book.would_trade(book.order(place).terms.side, price) {
            book.relocate(place, change);
            return;
        }
        book.unlink(place);
        change(book.order_mut(place));
        let order = *book.order(place);
        let mut taker = Taker {
            order_id: order.order_id,
            account: order.account,
            limit: price,
            leaves: order.leaves,
            notional_left: None,
            terms: order.terms,
        };
        take(&mut taker, book, instrument, &mut self.result, &mut self.changes);
        if taker.leaves == 0 {
            book.release(place);
            return;
        }
        taker.terms.frozen = freeze(&taker.terms, taker.leaves, instrument);
        let order = book.order_mut(place);
        order.terms = taker.terms;
        order.leaves = taker.leaves;
        book.link(place);
    }
}

fn new_instrument(id: u32) -> Instrument {
    Instrument {
        id,
        state: InstrumentState::Open,
        base: 2,
        quote: 1,
        lot_size: LOT_UNITS,
        quote_per_tick_lot: QUOTE_PER_TICK_LOT,
        maker_rate: 0,
        taker_rate: 0,
        limits: Limits::default(),
        reference: 0,
        band: 0,
        band_range: None,
        both_sides: false,
        fee_accumulator: 0,
        next_trade_id: 1,
        last_price: 0,
        traded_since_clock: false,
        tick_mantissa: 1,
        tick_exponent: 2,
        symbol: name::Name::new(b"A-B").expect("a valid name"),
    }
}
