//! Our own streams, where the anchor's is easy: users by Zipf's law, orders that lack funds or meet
//! their own account, many or far-apart resting orders chosen uniformly, orders that sweep levels.
//!
//! Prices never cross unless a command says so: bids rest below `middle`, asks above it. That makes
//! what the engine must answer known without a second engine: see `Draw`.

use engine::command::{Command, Opcode, OrderType, Side, TimeInForce};

use crate::naive_book::NaiveBook;
use crate::venue::{Fees, VenueShape};
use crate::workload::{CommandBuilder, Expected, Workload};

/// A named mix. Shares are per mille of the timed commands; what they leave over places a new
/// order when fewer than `resting` rest and else cancels one.
#[derive(Clone, Copy, Debug)]
pub struct HarderShape {
    /// Name in the tables.
    pub name: &'static str,
    /// Seed of every draw.
    pub seed: u64,
    /// Instruments, all alike.
    pub instruments: u32,
    /// Users; the k-th most active has 1/k of the first one's orders.
    pub users: u32,
    /// Orders that rest per instrument.
    pub resting: u32,
    /// Ticks on each side of the middle that orders rest on, uniformly.
    pub span: u32,
    /// Orders per instrument that lie behind all those, on as many ticks again, and that nothing
    /// ever touches.
    pub still: u32,
    /// Orders of an account without funds: refused.
    pub unfunded: u32,
    /// Orders whose first counterparty is their own account: cancelled.
    pub self_trades: u32,
    /// New price for a resting order.
    pub moves: u32,
    /// Smaller quantity for a resting order.
    pub reduces: u32,
    /// Orders that take liquidity.
    pub takes: u32,
    /// Most resting orders that one of them takes.
    pub take_orders_max: u32,
}

const MIXED: HarderShape = HarderShape {
    name: "mixed",
    seed: 1,
    instruments: 100,
    users: 10_000,
    resting: 1_000,
    span: 500,
    still: 0,
    unfunded: 50,
    self_trades: 100,
    moves: 400,
    reduces: 50,
    takes: 100,
    take_orders_max: 3,
};

/// A book of a million orders, each as likely as the others.
pub const DEEP: HarderShape =
    HarderShape { name: "deep", instruments: 1, resting: 1_000_000, span: 2_000, ..MIXED };

/// All named mixes.
pub const SHAPES: [HarderShape; 6] = [
    MIXED,
    HarderShape { name: "single", instruments: 1, ..MIXED },
    HarderShape { name: "still", instruments: 1, still: 1_000_000, ..MIXED },
    DEEP,
    HarderShape { name: "wide", instruments: 1, resting: 100_000, span: 10_000_000, ..MIXED },
    HarderShape {
        name: "sweep",
        instruments: 1,
        resting: 10_000,
        moves: 100,
        takes: 150,
        take_orders_max: 20,
        ..MIXED
    },
];

/// SplitMix64. Source: Steele, Lea, Flood, "Fast splittable pseudorandom number generators" (2014).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// From 0 to `bound` − 1; the bias is below 2^-32 for the bounds used here.
    fn below(&mut self, bound: u32) -> u32 {
        ((u128::from(self.next()) * u128::from(bound)) >> 64) as u32
    }

    /// From 1 to `count`: rank k with a probability near 1/k, scattered over the ids so that busy
    /// users do not share account slots.
    fn user(&mut self, count: u32) -> u32 {
        let unit = (self.next() >> 11) as f64 / (1_u64 << 53) as f64;
        let rank = f64::from(count).powf(unit) as u64 - 1;
        (rank * 7_919 % u64::from(count)) as u32 + 1
    }
}

/// The generator's view of one instrument.
#[derive(Default)]
struct Market {
    book: NaiveBook,
    /// Resting orders in no order, and where each is.
    live: Vec<u32>,
    position: Vec<u32>,
    users: Vec<u32>,
}

impl Market {
    fn add_order(&mut self, user: u32) -> u32 {
        if self.users.is_empty() {
            self.users.push(0);
            self.position.push(0);
        }
        self.users.push(user);
        self.position.push(u32::MAX);
        self.users.len() as u32 - 1
    }

    fn rest(&mut self, order: u32) {
        self.position[order as usize] = self.live.len() as u32;
        self.live.push(order);
    }

    fn forget(&mut self, order: u32) {
        let position = self.position[order as usize] as usize;
        self.live.swap_remove(position);
        if let Some(moved) = self.live.get(position) {
            self.position[*moved as usize] = position as u32;
        }
    }
}

/// Draws commands and what they must come to.
struct Draw {
    shape: HarderShape,
    random: Random,
    venue: VenueShape,
    markets: Vec<Market>,
    builder: CommandBuilder,
    expected: Expected,
}

/// The workload of a shape with `commands` timed commands.
#[must_use]
pub fn harder_workload(shape: HarderShape, commands: u64, fees: Fees, retained: u32) -> Workload {
    let venue = VenueShape {
        instruments: shape.instruments,
        users: shape.users,
        fees,
        retained,
        orders: 2 * shape.resting + shape.still,
    };
    let setup = venue.commands();
    let mut draw = Draw {
        shape,
        random: Random(shape.seed),
        venue,
        markets: (0..shape.instruments).map(|_| Market::default()).collect(),
        builder: CommandBuilder::new(shape.instruments, setup.len()),
        expected: Expected::default(),
    };
    let mut prefill = Vec::new();
    for instrument in 1..=shape.instruments {
        prefill.extend((0..shape.still).map(|_| draw.place_still(instrument)));
        prefill.extend((0..shape.resting).map(|_| draw.place(instrument)));
    }
    let timed = (0..commands).map(|_| draw.any()).collect();
    let sides = [Side::Buy, Side::Sell];
    let books = draw.markets.iter().map(|market| sides.map(|side| market.book.levels(side)));
    Workload {
        name: format!("{}, {} instruments", shape.name, shape.instruments),
        venue,
        setup,
        prefill,
        timed,
        expected: Expected { books: books.collect(), ..draw.expected },
    }
}

impl Draw {
    fn market(&mut self, instrument: u32) -> &mut Market {
        &mut self.markets[instrument as usize - 1]
    }

    fn side(&mut self) -> Side {
        if self.random.below(2) == 0 { Side::Buy } else { Side::Sell }
    }

    fn middle(&self) -> i64 {
        3 * i64::from(self.shape.span)
    }

    /// A price on a side's own half: it rests.
    fn passive_price(&mut self, side: Side) -> i64 {
        let distance = 1 + i64::from(self.random.below(self.shape.span));
        match side {
            Side::Buy => self.middle() - distance,
            Side::Sell => self.middle() + distance,
        }
    }

    /// A price that reaches every order of the other side.
    fn taking_price(&self, side: Side) -> i64 {
        let reach = i64::from(self.shape.span);
        if side == Side::Buy { self.middle() + reach } else { self.middle() - reach }
    }

    fn any(&mut self) -> Command {
        let instrument = 1 + self.random.below(self.shape.instruments);
        let draw = self.random.below(1000);
        let HarderShape { unfunded, self_trades, moves, reduces, takes, .. } = self.shape;
        let limits = [unfunded, self_trades, moves, reduces, takes];
        let mut sum = 0;
        let choice = limits.iter().position(|share| {
            sum += share;
            draw < sum
        });
        let resting = self.market(instrument).live.len() as u32;
        if resting < self.shape.resting / 2 {
            return self.place(instrument);
        }
        match choice {
            Some(0) => self.place_unfunded(instrument),
            Some(1) => self.meet_own(instrument),
            Some(2) => self.reprice(instrument),
            Some(3) => self.reduce(instrument),
            Some(4) => self.take(instrument),
            _ if resting < self.shape.resting => self.place(instrument),
            _ => self.cancel(instrument),
        }
    }

    fn place(&mut self, instrument: u32) -> Command {
        let side = self.side();
        let price = self.passive_price(side);
        let (order, command) = self.place_at(instrument, side, price);
        self.market(instrument).rest(order);
        command
    }

    /// An order behind all that others choose from.
    fn place_still(&mut self, instrument: u32) -> Command {
        let side = self.side();
        let outward = i64::from(self.shape.span);
        let price = self.passive_price(side);
        let price = if side == Side::Buy { price - outward } else { price + outward };
        self.place_at(instrument, side, price).1
    }

    fn place_at(&mut self, instrument: u32, side: Side, price: i64) -> (u32, Command) {
        let user = self.random.user(self.shape.users);
        let quantity = 1 + i64::from(self.random.below(100));
        let market = self.market(instrument);
        let order = market.add_order(user);
        market.book.place(order, side, price, quantity, &mut Vec::new());
        let account = self.venue.account(user, side);
        let gtc = TimeInForce::Gtc;
        let command = self.builder.limit(instrument, order, account, side, gtc, price, quantity);
        (order, command)
    }

    /// Refused before it reaches the book, so the generator's book does not hear of it.
    fn place_unfunded(&mut self, instrument: u32) -> Command {
        self.expected.rejects += 1;
        let side = self.side();
        let command = Command {
            side: side as u8,
            order_type: OrderType::Limit as u8,
            time_in_force: TimeInForce::Gtc as u8,
            account: self.venue.poor_account(),
            instrument,
            price: self.passive_price(side),
            quantity: 1,
            ..Command::new(Opcode::NewOrder)
        };
        self.builder.skip();
        command
    }

    /// A taking order of the account that owns the best order of the other side: cancelled whole,
    /// before any fill.
    fn meet_own(&mut self, instrument: u32) -> Command {
        let side = self.side();
        let Some(best) = self.market(instrument).book.front(side.opposite()) else {
            return self.place(instrument);
        };
        let price = self.taking_price(side);
        let market = self.market(instrument);
        let user = market.users[best as usize];
        let order = market.add_order(user);
        let account = self.venue.account(user, side.opposite());
        let ioc = TimeInForce::Ioc;
        self.builder.limit(instrument, order, account, side, ioc, price, 10)
    }

    fn resting_order(&mut self, instrument: u32) -> u32 {
        let count = self.market(instrument).live.len() as u32;
        let position = self.random.below(count) as usize;
        self.market(instrument).live[position]
    }

    fn reprice(&mut self, instrument: u32) -> Command {
        let order = self.resting_order(instrument);
        let (side, ..) = self.market(instrument).book.resting(order).expect("it is live");
        let price = self.passive_price(side);
        self.market(instrument).book.reprice(order, price, &mut Vec::new());
        self.builder.reprice(instrument, order, price)
    }

    fn reduce(&mut self, instrument: u32) -> Command {
        let order = self.resting_order(instrument);
        let (.., leaves) = self.market(instrument).book.resting(order).expect("it is live");
        if leaves == 1 {
            return self.cancel_order(instrument, order);
        }
        let by = 1 + i64::from(self.random.below(leaves as u32 - 1));
        self.market(instrument).book.reduce(order, by);
        self.builder.reduce(instrument, order, by)
    }

    fn cancel(&mut self, instrument: u32) -> Command {
        let order = self.resting_order(instrument);
        self.cancel_order(instrument, order)
    }

    fn cancel_order(&mut self, instrument: u32, order: u32) -> Command {
        let market = self.market(instrument);
        market.book.cancel(order);
        market.forget(order);
        self.builder.cancel(instrument, order)
    }

    /// Takes exactly the first few orders of the other side.
    fn take(&mut self, instrument: u32) -> Command {
        let side = self.side();
        let user = self.random.user(self.shape.users);
        let count = 1 + self.random.below(self.shape.take_orders_max);
        let price = self.taking_price(side);
        let quantity = self.market(instrument).book.front_quantity(side.opposite(), count);
        if quantity == 0 {
            return self.place(instrument);
        }
        let mut matches = Vec::new();
        let market = self.market(instrument);
        let order = market.add_order(user);
        market.book.take(side, price, quantity, &mut matches);
        matches.iter().filter(|hit| hit.maker_done).for_each(|hit| market.forget(hit.maker));
        self.expected.trades += matches.len() as u64;
        self.expected.volume += quantity;
        let account = self.venue.account(user, side);
        let ioc = TimeInForce::Ioc;
        self.builder.limit(instrument, order, account, side, ioc, price, quantity)
    }
}
