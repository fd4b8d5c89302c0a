//! The venue a stream plays on: few accounts, mostly poor, small bounds, instruments that share
//! currencies.

use std::collections::VecDeque;

use engine::command::{Command, FLAG_BOTH_SIDES, Opcode};
use engine::units::Amount;

use super::Call;
use crate::twin::random::Random;

/// What a stream is made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Trading of few accounts.
    Ordinary,
    /// Prices, quantities and amounts near their bounds.
    Extreme,
    /// Many levels, near the touch and far from it, and a centre that jumps.
    Wide,
    /// One account with more orders than one transaction may cancel.
    Backlog,
    /// Accounts and callers that share a slot.
    Slots,
}

pub struct WorldInstrument {
    pub base: u32,
    quote: u32,
    tick_exponent: u8,
    tick_mantissa: i64,
    pub lot: i64,
    quote_per_tick_lot: i64,
    /// Prices are drawn around it.
    pub centre: i64,
    /// Quantities are multiples of it, mostly.
    pub quantity_unit: i64,
}

pub struct World {
    pub shape: Shape,
    scales: Vec<u8>,
    pub instruments: Vec<WorldInstrument>,
    /// Accounts that trade, by id.
    pub accounts: Vec<u32>,
    account_count: u32,
    /// Most orders an account may have open, when the setup sets it.
    open_orders_max: Option<i64>,
}

const SCALES: [u8; 6] = [0, 2, 6, 8, 9, 18];

impl World {
    pub fn new(random: &mut Random, shape: Shape) -> World {
        let scales: Vec<u8> = (0..random.between(3, 5)).map(|_| *random.pick(&SCALES)).collect();
        let count = if shape == Shape::Wide { 2 } else { random.between(3, 6) };
        let instruments = (0..count).map(|_| draw_instrument(random, shape, &scales)).collect();
        let trading = match shape {
            Shape::Backlog => 3,
            _ => random.between(4, 12) as u32,
        };
        let mut accounts: Vec<u32> = (3..3 + trading).collect();
        let mut account_count = 2 + trading;
        if shape == Shape::Slots {
            // Ids 3… and 1027… meet in the same slots.
            account_count = 1_030;
            accounts = vec![3, 4, 5, 1_027, 1_028, 1_029];
        }
        let open_orders_max = (shape == Shape::Backlog).then_some(1_500);
        World { shape, scales, instruments, accounts, account_count, open_orders_max }
    }

    /// Commands that make the venue.
    pub fn setup(&self, random: &mut Random) -> VecDeque<Call> {
        let mut calls = VecDeque::new();
        let mut push = |command: Command| calls.push_back((command, None));
        push(self.configure(random));
        for (index, scale) in self.scales.iter().enumerate() {
            let mut command = Command::new(Opcode::CreateCurrency).with_text(&format!("C{index}"));
            command.quantity = i64::from(*scale);
            push(command);
        }
        for account in 3..=self.account_count {
            push(Command::new(Opcode::CreateAccount).with_text(&format!("account-{account}")));
        }
        for (index, instrument) in self.instruments.iter().enumerate() {
            let id = index as u32 + 1;
            let text = format!("I{index}");
            let mut command = Command::new(Opcode::CreateInstrument).with_text(&text);
            command.account = instrument.base;
            command.instrument = instrument.quote;
            command.price = instrument.tick_mantissa;
            command.side = instrument.tick_exponent;
            command.quantity = instrument.lot;
            push(command);
            push(set_fees(random, id));
            if self.shape != Shape::Wide && random.one_in(2) {
                push(set_band(random, id, instrument.centre));
            }
            if let Some(value) = self.open_orders_max {
                push(set_limit(id, 5, i128::from(value)));
            }
            let mut open = Command::new(Opcode::SetInstrumentState);
            open.instrument = id;
            open.kind = 1;
            push(open);
        }
        for account in &self.accounts {
            for instrument in 0..self.instruments.len() {
                for of_quote in [false, true] {
                    let deposit = self.deposit(random, *account, instrument, of_quote);
                    push(deposit.with_text(&format!("d{account}-{instrument}-{of_quote}")));
                }
            }
        }
        calls
    }

    /// Bounds just above what the setup needs, so that streams meet them.
    fn configure(&self, random: &mut Random) -> Command {
        let mut command = Command::new(Opcode::Configure);
        command.account = self.account_count + random.between(0, 3) as u32;
        command.instrument = self.instruments.len() as u32 + random.between(0, 2) as u32;
        command.price = self.scales.len() as i64 + random.between(0, 2);
        command.quantity = random.between(2, 8);
        let is_small = !is_crowded(self.shape);
        command.order_id = if is_small { random.between(15, 90) as u64 } else { 4_000 };
        command.session = if is_small { random.between(4, 30) as u64 } else { 1_500 };
        command
    }

    /// A deposit that pays for some ordinary orders, not for many.
    pub fn deposit(
        &self,
        random: &mut Random,
        account: u32,
        instrument: usize,
        of_quote: bool,
    ) -> Command {
        let place = &self.instruments[instrument];
        let (least, most) = if is_crowded(self.shape) { (9_000, 60_000) } else { (10, 400) };
        let lots = i128::from(random.between(least, most));
        let (currency, amount) = if of_quote {
            (place.quote, lots * self.ordinary_value(instrument, 1))
        } else {
            (place.base, lots * i128::from(place.lot) * i128::from(place.quantity_unit))
        };
        let mut command = Command::new(Opcode::Deposit).with_amount(amount);
        command.account = account;
        command.session = u64::from(account);
        command.instrument = currency;
        command
    }

    /// Quote units of so many ordinary lots at the centre.
    pub fn ordinary_value(&self, instrument: usize, lots: i64) -> Amount {
        let place = &self.instruments[instrument];
        let units = i128::from(lots) * i128::from(place.quantity_unit);
        i128::from(place.centre) * units * i128::from(place.quote_per_tick_lot)
    }
}

/// Whether books and accounts hold many orders.
fn is_crowded(shape: Shape) -> bool {
    matches!(shape, Shape::Backlog | Shape::Wide)
}

fn draw_instrument(random: &mut Random, shape: Shape, scales: &[u8]) -> WorldInstrument {
    let count = scales.len() as u64;
    let base = random.below(count);
    let quote = (base + 1 + random.below(count - 1)) % count;
    let (base_scale, quote_scale) = (scales[base as usize], scales[quote as usize]);
    let is_extreme = shape == Shape::Extreme;
    // Extreme prices and quantities leave no room for a large value of a tick times a lot.
    // Few decimals leave a value of a tick times a lot that an i64 cannot hold.
    let fewest = (quote_scale.saturating_sub(base_scale)).saturating_sub(15);
    let drawn = random.between(i64::from(fewest), i64::from(quote_scale)) as u8;
    let tick_exponent = if is_extreme { quote_scale } else { drawn };
    // Decimals that lot and tick must bring so that their product is whole; a lot is below 2^53.
    let missing = i32::from(tick_exponent) + i32::from(base_scale) - i32::from(quote_scale);
    let lot_digits = missing.clamp(0, 15);
    let tick_digits = (missing - 15).max(0);
    let spare_digits = (-missing).max(0);
    let lots = if is_extreme || lot_digits > 12 { 1 } else { random.between(1, 30) };
    let ticks = if is_extreme { 1 } else { *random.pick(&[1, 5, 25]) };
    let ten_to = |digits: i32| 10_i64.pow(digits.unsigned_abs());
    let (centre, quantity_unit) = match (is_extreme, random.below(4)) {
        (true, 0..2) => ((1 << 53) - random.between(1, 40), 1 << 26),
        (true, _) => (random.between(1, 1 << 20), 1 << 47),
        _ if shape == Shape::Wide => (random.between(60_000, 1 << 30), 1),
        (false, 0) => (random.between(2, 12), 1),
        (false, _) => (random.between(50, 3_000), 1),
    };
    WorldInstrument {
        base: base as u32 + 1,
        quote: quote as u32 + 1,
        tick_exponent,
        tick_mantissa: ticks * ten_to(tick_digits),
        lot: lots * ten_to(lot_digits),
        quote_per_tick_lot: ticks * lots * ten_to(spare_digits),
        centre,
        quantity_unit,
    }
}

/// Rates of all sizes, maker often negative; refused when the sum is.
pub fn set_fees(random: &mut Random, instrument: u32) -> Command {
    let most = *random.pick(&[100, 3_000, 3_000, 1_000_000]);
    let mut command = Command::new(Opcode::SetFees);
    command.instrument = instrument;
    command.quantity = random.between(0, most);
    command.price = random.between(-command.quantity, most);
    command
}

pub fn set_band(random: &mut Random, instrument: u32, centre: i64) -> Command {
    let mut command = Command::new(Opcode::SetBand);
    command.instrument = instrument;
    command.price = centre;
    command.quantity = *random.pick(&[0, 5_000, 50_000, 100_000, 200_000, 500_000]);
    command.flags = if random.one_in(3) { FLAG_BOTH_SIDES } else { 0 };
    command
}

pub fn set_limit(instrument: u32, kind: u8, value: Amount) -> Command {
    let mut command = Command::new(Opcode::SetLimit).with_amount(value);
    command.instrument = instrument;
    command.kind = kind;
    command
}
