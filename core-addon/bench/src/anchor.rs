//! The anchor stream: the command stream that exchange-core is measured with, restated.
//!
//! The generator keeps a book of its own, because each draw depends on what the commands before it
//! did. The tests hold the published check values of symbol 0.
//!
//! **Prices.** `price0 = trunc(10^(3.3 + 1.5 u + 1.5 u))`; the deviation is 5 % of it, at most
//! 10,000; what counts as last trade price is held within `price0 ∓ 5 deviations`.
//! **Pressure.** A side is bid when `int_below(4) + direction ≥ 2`; the direction is 0 until a
//! trade at or beyond the end of the range: from then 1 at the lower and −1 at the upper end.
//! **Size.** The number of resting orders per side is sampled after command `i` (from 0) when `i`
//! reaches the next multiple of `min(512, target + 1)`, and for every IOC or FOK-budget remainder.
//! Before the first sample both are 0.

use engine::command::Side;

use crate::java_random::JavaRandom;
use crate::naive_book::{Match, NaiveBook};

/// Commands between two samples of the book's size, and the orders that cancel, reduce and move
/// choose from: the oldest that still rest.
const WINDOW: usize = 512;

/// What one generated command asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Limit order that rests.
    Gtc,
    /// Limit order at the end of the price range; what it cannot fill is dropped.
    Ioc,
    /// All of its size at any price, if the whole costs a buyer at most, or brings a seller at
    /// least, size × price.
    FokBudget,
    /// Removes an order.
    Cancel,
    /// Makes an order smaller by `size` in place.
    Reduce,
    /// Gives an order a new price; it loses its place.
    Move,
}

/// One generated command and what came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AnchorCommand {
    /// What it asks for.
    pub kind: Kind,
    /// Side of the order.
    pub side: Side,
    /// Owner, 1 to the number of users.
    pub user: u32,
    /// Dense from 1 within the stream.
    pub order: u32,
    /// Ticks: the limit, the new price of a move, the budget per lot of a FOK-budget order; else 0.
    pub price: i64,
    /// Lots: the order's, or by how many it is reduced; else 0.
    pub size: i64,
    /// Lots that traded at once.
    pub filled: i64,
    /// Lots still resting after the command.
    pub leaves: i64,
}

/// Size and seed of a stream.
#[derive(Clone, Copy, Debug)]
pub struct AnchorShape {
    /// Enters the seed; the stream of symbol 0 has the check values.
    pub symbol: i32,
    /// Seed of all symbols.
    pub seed: i32,
    /// Number of users.
    pub users: u32,
    /// Resting orders that both sides together aim at; as many GTC orders come first.
    pub target: u32,
}

impl AnchorShape {
    /// The shape with published check values.
    pub const CHECKED: AnchorShape =
        AnchorShape { symbol: 0, seed: 101_572_685, users: 1000, target: 1000 };

    /// Seed of the pseudo-random sequence: Java's hash of a list of two ints.
    fn random_seed(self) -> i64 {
        let symbol = self.symbol.wrapping_mul(-177_277);
        let seed = self.seed.wrapping_mul(10_037).wrapping_add(198_267);
        let hash = 31_i32.wrapping_mul(31_i32.wrapping_add(symbol)).wrapping_add(seed);
        i64::from(hash)
    }
}

/// What the generator remembers of an order it placed.
#[derive(Clone, Copy, Default)]
struct Placed {
    user: u32,
    price: i64,
    leaves: i64,
}

/// Draws the commands of one symbol, one after the other, without end.
pub struct AnchorStream {
    shape: AnchorShape,
    random: JavaRandom,
    book: NaiveBook,
    placed: Vec<Placed>,
    /// Orders that rest, ascending, which is also the order of their insertion.
    live: Vec<u32>,
    matches: Vec<Match>,
    drawn: u64,
    next_sample: u64,
    sampled_bids: i64,
    sampled_asks: i64,
    target_reached: bool,
    deviation: i64,
    price_min: i64,
    price_max: i64,
    last_price: i64,
    direction: i32,
    /// Matches so far.
    pub trades: u64,
    /// Lots of all matches so far.
    pub volume: i64,
}

impl AnchorStream {
    /// A stream before its first command.
    #[must_use]
    pub fn new(shape: AnchorShape) -> AnchorStream {
        let mut random = JavaRandom::new(shape.random_seed());
        let exponent = 3.3 + random.unit() * 1.5 + random.unit() * 1.5;
        let price = 10_f64.powf(exponent) as i64;
        let deviation = ((price as f64 * 0.05) as i64).min(10_000);
        AnchorStream {
            shape,
            random,
            book: NaiveBook::default(),
            placed: vec![Placed::default()],
            live: Vec::new(),
            matches: Vec::new(),
            drawn: 0,
            next_sample: Self::sample_interval(shape),
            sampled_bids: 0,
            sampled_asks: 0,
            target_reached: false,
            deviation,
            price_min: price - 5 * deviation,
            price_max: price + 5 * deviation,
            last_price: price,
            direction: 0,
            trades: 0,
            volume: 0,
        }
    }

    /// Price around which orders are first placed, its deviation, and the range: ticks.
    #[must_use]
    pub fn prices(&self) -> (i64, i64, i64, i64) {
        let start = (self.price_min + self.price_max) / 2;
        (start, self.deviation, self.price_min, self.price_max)
    }

    /// The book after the last command drawn.
    #[must_use]
    pub fn book(&self) -> &NaiveBook {
        &self.book
    }

    /// Draws the next command and executes it on the generator's own book.
    pub fn draw(&mut self) -> AnchorCommand {
        let is_prefill = self.drawn < u64::from(self.shape.target);
        let mut command = if is_prefill { self.draw_gtc() } else { self.draw_any() };
        self.execute(&mut command);
        if self.drawn >= self.next_sample {
            self.next_sample += Self::sample_interval(self.shape);
            self.sample();
        }
        self.drawn += 1;
        command
    }

    fn sample_interval(shape: AnchorShape) -> u64 {
        (WINDOW as u64).min(u64::from(shape.target) + 1)
    }

    fn sample(&mut self) {
        self.sampled_bids = i64::from(self.book.order_count(Side::Buy));
        self.sampled_asks = i64::from(self.book.order_count(Side::Sell));
    }

    fn draw_side(&mut self) -> Side {
        if self.random.int_below(4) as i32 + self.direction >= 2 { Side::Buy } else { Side::Sell }
    }

    fn draw_any(&mut self) -> AnchorCommand {
        let half = i64::from(self.shape.target / 2);
        let lack = match self.draw_side() {
            Side::Buy => half - self.sampled_bids,
            Side::Sell => half - self.sampled_asks,
        };
        let is_growing = lack > 0;
        let is_fast = !self.target_reached || lack > (WINDOW as i64).min(half * 3 / 4);
        self.target_reached |= !is_growing;
        let bound = match (is_growing, is_fast) {
            (true, true) => 2,
            (true, false) => 10,
            (false, _) => 40,
        };
        match self.random.int_below(bound) {
            choice if choice >= 2 && !self.live.is_empty() => self.draw_change(choice),
            _ if is_growing => self.draw_gtc(),
            _ => self.draw_instant(),
        }
    }

    /// Three draws multiplied, plus one.
    fn draw_size(&mut self, bound: u32) -> i64 {
        let product: u32 = (0..3).map(|_| self.random.int_below(bound)).product();
        1 + i64::from(product)
    }

    fn new_order(
        &mut self,
        kind: Kind,
        side: Side,
        user: u32,
        price: i64,
        size: i64,
    ) -> AnchorCommand {
        let order = self.placed.len() as u32;
        self.placed.push(Placed { user, price, leaves: size });
        AnchorCommand { kind, side, user, order, price, size, filled: 0, leaves: 0 }
    }

    fn draw_gtc(&mut self) -> AnchorCommand {
        let side = self.draw_side();
        let user = self.random.int_below(self.shape.users) + 1;
        let unit = self.random.unit();
        let spread = 1 + (unit * unit * self.deviation as f64) as i64;
        let sum: i64 = (0..4).map(|_| i64::from(self.random.int_below(spread as u32))).sum();
        let distance = (sum / 4 * 2 - spread).abs();
        let price = match side {
            Side::Buy => self.last_price - distance,
            Side::Sell => self.last_price + distance,
        };
        let size = self.draw_size(6);
        self.new_order(Kind::Gtc, side, user, price, size)
    }

    fn draw_instant(&mut self) -> AnchorCommand {
        let side = self.draw_side();
        let user = self.random.int_below(self.shape.users) + 1;
        let price = match side {
            Side::Buy => self.price_max,
            Side::Sell => self.price_min,
        };
        let is_budget = self.random.int_below(32) == 0;
        let (kind, bound) = if is_budget { (Kind::FokBudget, 8) } else { (Kind::Ioc, 6) };
        let size = self.draw_size(bound);
        self.new_order(kind, side, user, price, size)
    }

    fn draw_change(&mut self, choice: u32) -> AnchorCommand {
        let window = self.live.len().min(WINDOW) as u32;
        let order = self.live[self.random.int_below(window) as usize];
        let Placed { user, price, leaves } = self.placed[order as usize];
        let (side, ..) = self.book.resting(order).expect("live orders rest");
        let (kind, price, size) = match choice {
            2 => (Kind::Cancel, 0, 0),
            3 => (Kind::Reduce, 0, 1 + i64::from(self.random.int_below(leaves as u32))),
            _ => (Kind::Move, self.draw_new_price(price), 0),
        };
        AnchorCommand { kind, side, user, order, price, size, filled: 0, leaves: 0 }
    }

    /// One hundredth of the way to the last trade price, at least one tick.
    fn draw_new_price(&mut self, price: i64) -> i64 {
        let way = (self.last_price - price) as f64 * 0.01;
        let step = match price.cmp(&self.last_price) {
            std::cmp::Ordering::Greater => way.floor() as i64,
            std::cmp::Ordering::Less => way.ceil() as i64,
            std::cmp::Ordering::Equal => i64::from(self.random.int_below(2)) * 2 - 1,
        };
        (price + step).min(self.price_max)
    }

    fn execute(&mut self, command: &mut AnchorCommand) {
        let AnchorCommand { kind, side, order, price, size, .. } = *command;
        let mut matches = std::mem::take(&mut self.matches);
        let mut is_dropped = false;
        match kind {
            Kind::Gtc => {
                self.live.push(order);
                self.book.place(order, side, price, size, &mut matches);
            }
            Kind::Ioc => is_dropped = self.book.take(side, price, size, &mut matches) > 0,
            Kind::FokBudget => {
                let is_within = self.book.cost_of(side, size).is_some_and(|cost| match side {
                    Side::Buy => cost <= size * price,
                    Side::Sell => cost >= size * price,
                });
                let limit = if side == Side::Buy { i64::MAX } else { i64::MIN };
                is_dropped = !is_within;
                if is_within {
                    self.book.take(side, limit, size, &mut matches);
                }
            }
            Kind::Cancel => self.book.cancel(order),
            Kind::Reduce => self.book.reduce(order, size),
            Kind::Move => {
                self.placed[order as usize].price = price;
                self.book.reprice(order, price, &mut matches);
            }
        }
        self.observe(command, &matches);
        if is_dropped {
            self.sample();
        }
        matches.clear();
        self.matches = matches;
    }

    /// Takes note of the trades and of what is left.
    fn observe(&mut self, command: &mut AnchorCommand, matches: &[Match]) {
        for hit in matches {
            self.trades += 1;
            self.volume += hit.quantity;
            command.filled += hit.quantity;
            self.placed[hit.maker as usize].leaves -= hit.quantity;
            if hit.maker_done {
                self.forget(hit.maker);
            }
            self.last_price = hit.price.clamp(self.price_min, self.price_max);
            if hit.price <= self.price_min {
                self.direction = 1;
            } else if hit.price >= self.price_max {
                self.direction = -1;
            }
        }
        command.leaves = self.book.resting(command.order).map_or(0, |(.., leaves)| leaves);
        self.placed[command.order as usize].leaves = command.leaves;
        if command.leaves == 0 {
            self.forget(command.order);
        }
    }

    fn forget(&mut self, order: u32) {
        if let Ok(position) = self.live.binary_search(&order) {
            self.live.remove(position);
        }
    }
}

#[cfg(test)]
mod tests;
