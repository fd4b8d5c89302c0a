//! A workload as its books see it: what accounts and checks refuse is left out, and orders have
//! dense numbers.

use engine::command::{Command, Opcode, Side, TimeInForce};

use crate::workload::Workload;

/// What happens to a book.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepKind {
    /// A new order that rests with what it does not fill.
    Gtc,
    /// A new order that drops what it does not fill.
    Ioc,
    /// A new order that fills whole or not at all.
    Fok,
    /// A resting order goes.
    Cancel,
    /// A smaller total quantity: the order keeps its place.
    Reduce,
    /// A new price: the order may trade and rests behind all others there.
    Move,
}

/// One command of a book.
#[derive(Clone, Copy, Debug)]
pub struct Step {
    /// What it does.
    pub kind: StepKind,
    /// Side of the order.
    pub side: Side,
    /// Instrument from 1.
    pub instrument: u32,
    /// Owner.
    pub account: u32,
    /// Number of the order, dense from 0 over all instruments.
    pub order: u32,
    /// Ticks: of a new order and of a move.
    pub price: i64,
    /// Lots: the order's total.
    pub quantity: i64,
}

/// The steps of a workload.
pub struct Steps {
    /// Of the first orders.
    pub prefill: Vec<Step>,
    /// Of the timed commands.
    pub timed: Vec<Step>,
    /// How many orders they make.
    pub orders: u32,
}

/// Translates all commands of a workload.
#[must_use]
pub fn book_steps(workload: &Workload) -> Steps {
    let first = workload.setup.len() as u64 + 1;
    let commands = workload.prefill.len() + workload.timed.len();
    let mut translation = Translation {
        poor_account: workload.venue.poor_account(),
        first,
        sequence: first,
        numbers: vec![u32::MAX; commands],
        orders: Vec::new(),
    };
    let mut steps = |commands: &[Command]| -> Vec<Step> {
        commands.iter().filter_map(|command| translation.step(command)).collect()
    };
    let (prefill, timed) = (steps(&workload.prefill), steps(&workload.timed));
    Steps { prefill, timed, orders: translation.orders.len() as u32 }
}

struct Translation {
    poor_account: u32,
    /// Sequence of the first command behind the setup, which names an order it makes.
    first: u64,
    sequence: u64,
    /// Number of the order that each command makes.
    numbers: Vec<u32>,
    /// Each order as its last command left it.
    orders: Vec<Step>,
}

impl Translation {
    fn step(&mut self, command: &Command) -> Option<Step> {
        let at = (self.sequence - self.first) as usize;
        self.sequence += 1;
        if command.opcode == Opcode::NewOrder as u8 {
            if command.account == self.poor_account {
                return None;
            }
            let step = Step {
                kind: new_order_kind(command.time_in_force),
                side: Side::from_byte(command.side).expect("streams name a side"),
                instrument: command.instrument,
                account: command.account,
                order: self.orders.len() as u32,
                price: command.price,
                quantity: command.quantity,
            };
            self.numbers[at] = step.order;
            self.orders.push(step);
            return Some(step);
        }
        let number = self.numbers[(command.order_id - self.first) as usize];
        let order = &mut self.orders[number as usize];
        if command.opcode == Opcode::CancelOrder as u8 {
            return Some(Step { kind: StepKind::Cancel, ..*order });
        }
        assert_eq!(command.opcode, Opcode::ReplaceOrder as u8, "streams place, cancel, replace");
        let is_smaller = command.price == order.price && command.quantity < order.quantity;
        order.kind = if is_smaller { StepKind::Reduce } else { StepKind::Move };
        (order.price, order.quantity) = (command.price, command.quantity);
        Some(*order)
    }
}

fn new_order_kind(time_in_force: u8) -> StepKind {
    let [ioc, fok] = [TimeInForce::Ioc, TimeInForce::Fok].map(|each| each as u8);
    match time_in_force {
        found if found == ioc => StepKind::Ioc,
        found if found == fok => StepKind::Fok,
        _ => StepKind::Gtc,
    }
}
