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

use bench::book_steps::{Step, StepKind, Steps, book_steps};
use bench::naive_book::LevelImage;
use bench::options::Options;
use bench::result_hash::ResultHash;
use bench::workload::{Expected, Workload};
use engine::{LOOK_AHEAD, change, command, fetch, hash, units};
use runtime::prefetch::Prefetch;

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
#[path = "../../../engine/src/occupancy.rs"]
mod occupancy;
#[path = "../../../engine/src/order.rs"]
mod order;
#[path = "../../../engine/src/result_slot.rs"]
mod result_slot;

use std::hint::select_unpredictable;

use book::Book;
use change::{ChangeWriter, Entity};
use command::{InstrumentState, OrderType, STP_EXPIRE_TAKER, Side, TimeInForce};
use instrument::{Instrument, Limits};
use ladder::{NONE, OrderIndex};
use matcher::{Taker, can_fill, freeze, take};
use order::{Order, OrderTerms, Papers};
use result_slot::ResultSlot;

/// Commands whose output is kept together, as in layer "core".
const BATCH: usize = 64;
/// As in `bench::venue`.
const LOT_UNITS: i64 = 1_000;
const QUOTE_PER_TICK_LOT: i64 = 10;

/// One instrument.
struct Market {
    book: Book,
    instrument: Instrument,
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
    /// Where in its book each order of the stream is.
    places: Vec<OrderIndex>,
    result: ResultSlot,
    changes: ChangeWriter,
    outcome: Outcome,
    sequence: u64,
    rates: [i32; 2],
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
    let workload = options.build()?;
    let steps = book_steps(&workload);
    let passes: Vec<(Duration, u64)> =
        (0..options.passes).map(|_| pass(&workload, &steps)).collect();
    let hash = passes.first().ok_or("passes=0: nothing to time")?.1;
    assert!(passes.iter().all(|pass| pass.1 == hash), "passes of one stream ended differently");
    let count = steps.timed.len();
    let rates: Vec<String> = passes
        .iter()
        .map(|(duration, _)| format!("{:.0}", count as f64 / duration.as_secs_f64()))
        .collect();
    Ok(format!(
        "{{\"workload\":\"{}\",\"commands\":{count},\"fees\":{},\"trades\":{},\
         \"commands_per_second\":[{}],\"hash\":\"{hash:016x}\"}}",
        workload.name,
        options.has_fees,
        workload.expected.trades,
        rates.join(","),
    ))
}

/// Builds the books, times the stream, compares the end with the generator's.
fn pass(workload: &Workload, steps: &Steps) -> (Duration, u64) {
    let mut markets = Markets::new(workload, steps);
    markets.execute(&steps.prefill);
    markets.outcome = Outcome::default();
    let start = Instant::now();
    markets.execute_timed(&steps.timed);
    let duration = start.elapsed();
    let Outcome { trades, volume, .. } = markets.outcome;
    let Expected { trades: expected, volume: lots, books, .. } = &workload.expected;
    assert_eq!((trades, volume), (*expected, *lots));
    let mut hash = ResultHash::default();
    for (market, expected) in markets.markets.iter().zip(books) {
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
        let (price, leaves) = (book.order(index).terms.price, book.order(index).leaves());
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
    fn new(workload: &Workload, steps: &Steps) -> Markets {
        let market = |id: u32| Market { book: Book::new(id), instrument: new_instrument(id) };
        let fees = workload.venue.fees;
        Markets {
            markets: (1..=workload.venue.instruments).map(market).collect(),
            places: vec![NONE; steps.orders as usize],
            result: ResultSlot::default(),
            changes: ChangeWriter::with_capacity(1 << 16),
            outcome: Outcome::default(),
            sequence: 0,
            rates: [fees.maker, fees.taker],
        }
    }

    /// `execute` under a name that profilers can tell from the first orders.
    #[inline(never)]
    fn execute_timed(&mut self, steps: &[Step]) {
        self.execute(steps);
    }

    #[inline(always)]
    fn execute(&mut self, steps: &[Step]) {
        for batch in steps.chunks(BATCH) {
            self.changes.clear();
            for ahead in batch.chunks(LOOK_AHEAD) {
                self.look_ahead(ahead);
                for step in ahead {
                    self.sequence += 1;
                    self.result.clear();
                    self.execute_one(step);
                }
            }
            self.count();
        }
    }

    /// The engine's own look-ahead, as far as it concerns books.
    fn look_ahead(&self, steps: &[Step]) {
        let mut places = [NONE; LOOK_AHEAD];
        for (step, place) in steps.iter().zip(&mut places) {
            let found = self.places[step.order as usize];
            let free = self.market(step).book.index_ahead();
            *place = select_unpredictable(found == NONE, free, found);
        }
        for (step, place) in steps.iter().zip(&places) {
            self.market(step).book.fetch(*place, Prefetch);
        }
        for (step, place) in steps.iter().zip(&places) {
            let book = &self.market(step).book;
            let stays = matches!(step.kind, StepKind::Move | StepKind::Reduce);
            book.fetch_queue(*place, Prefetch);
            book.fetch_papers(select_unpredictable(stays, 0, *place), Prefetch);
            book.side(step.side).fetch_at(step.price, Prefetch);
        }
    }

    #[inline]
    fn market(&self, step: &Step) -> &Market {
        &self.markets[step.instrument as usize - 1]
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

    fn execute_one(&mut self, step: &Step) {
        let place = self.places[step.order as usize];
        let book = &mut self.markets[step.instrument as usize - 1].book;
        match step.kind {
            StepKind::Cancel => {
                book.unlink(place);
                book.release(place);
            }
            StepKind::Reduce => {
                let order = book.order_mut(place);
                let less = order.terms.quantity - step.quantity;
                order.terms.quantity = step.quantity;
                book.lower(place, less);
            }
            StepKind::Move => self.reprice(step, place),
            StepKind::Gtc | StepKind::Ioc | StepKind::Fok => self.place(step),
        }
    }

    fn place(&mut self, step: &Step) {
        let Market { book, instrument } = &mut self.markets[step.instrument as usize - 1];
        if step.kind == StepKind::Fok {
            let is_whole = can_fill(book, step.side, step.price, step.quantity, step.account);
            assert!(is_whole, "every FOK order of the streams fills");
        }
        let kind = [OrderType::Limit as u8, TimeInForce::Gtc as u8, STP_EXPIRE_TAKER, 0];
        let mut taker = Taker {
            order_id: u64::from(step.order) + 1,
            account: step.account,
            limit: step.price,
            leaves: step.quantity,
            notional_left: None,
            terms: OrderTerms::new(step.side, kind, step.price, step.quantity, 0, self.rates),
        };
        if book.would_trade(step.side, step.price) {
            take(&mut taker, book, instrument, &mut self.result, &mut self.changes);
            release_filled(book, &self.result);
        }
        if taker.leaves > 0 && step.kind == StepKind::Gtc {
            taker.terms.frozen = freeze(&taker.terms, taker.leaves, instrument);
            let order = Order::new(taker.order_id, step.account, self.sequence, &taker.terms);
            let (place, _) = book.add(&order, &Papers::new(self.sequence), &[]);
            self.places[step.order as usize] = place;
        }
    }

    fn reprice(&mut self, step: &Step, place: OrderIndex) {
        let Market { book, instrument } = &mut self.markets[step.instrument as usize - 1];
        let change = |order: &mut Order| {
            order.terms.price = step.price;
            order.priority = self.sequence;
        };
        if !book.would_trade(step.side, step.price) {
            book.relocate(place, change);
            return;
        }
        book.unlink(place);
        change(book.order_mut(place));
        let order = *book.order(place);
        let mut taker = Taker {
            order_id: order.order_id,
            account: order.account,
            limit: step.price,
            leaves: order.leaves(),
            notional_left: None,
            terms: order.terms,
        };
        take(&mut taker, book, instrument, &mut self.result, &mut self.changes);
        release_filled(book, &self.result);
        if taker.leaves == 0 {
            book.release(place);
            return;
        }
        taker.terms.frozen = freeze(&taker.terms, taker.leaves, instrument);
        book.order_mut(place).terms = taker.terms;
        book.link(place);
    }
}

/// Gives the places of filled orders back, as settling does.
fn release_filled(book: &mut Book, result: &ResultSlot) {
    result.closed.iter().for_each(|closed| book.release(closed.index));
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
