//! A venue, the orders it starts with, the commands that are timed, and what must come out.

use engine::command::{Command, Opcode, OrderType, Side, TimeInForce};

use crate::naive_book::LevelImage;
use crate::venue::VenueShape;

/// What a workload's generator found on its own books.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expected {
    /// Matches of the timed commands.
    pub trades: u64,
    /// Lots of them.
    pub volume: i64,
    /// Timed commands that the engine must refuse.
    pub rejects: u64,
    /// Per instrument in the order of ids: bids, then asks, from the touch outward.
    pub books: Vec<[Vec<LevelImage>; 2]>,
}

/// Commands with a known answer.
pub struct Workload {
    /// Name in the tables.
    pub name: String,
    /// Where they trade.
    pub venue: VenueShape,
    /// Builds the venue; sequences from 1.
    pub setup: Vec<Command>,
    /// Places the orders it starts with; the sequences that follow.
    pub prefill: Vec<Command>,
    /// What is timed; the sequences that follow.
    pub timed: Vec<Command>,
    /// What must come out of the timed commands.
    pub expected: Expected,
}

/// Where an order of a stream went: what its later commands need to know.
#[derive(Clone, Copy)]
struct Placed {
    sequence: u64,
    account: u32,
    price: i64,
    /// Total quantity, filled lots included.
    quantity: i64,
}

/// Turns the orders of a stream into engine commands and keeps their ids.
///
/// A stream names orders 1, 2, 3… per instrument; the engine names an order by the sequence of its
/// command, which is the position in the workload.
pub struct CommandBuilder {
    placed: Vec<Vec<Placed>>,
    next_sequence: u64,
}

impl CommandBuilder {
    /// A builder whose first command takes the sequence after `setup_count` others.
    #[must_use]
    pub fn new(instruments: u32, setup_count: usize) -> CommandBuilder {
        CommandBuilder {
            placed: vec![Vec::new(); instruments as usize],
            next_sequence: setup_count as u64 + 1,
        }
    }

    fn take_sequence(&mut self) -> u64 {
        let sequence = self.next_sequence;
        self.next_sequence += 1;
        sequence
    }

    /// Counts a command that the caller built itself and that makes no order of the stream.
    pub fn skip(&mut self) {
        self.take_sequence();
    }

    fn placed(&mut self, instrument: u32, order: u32) -> &mut Placed {
        &mut self.placed[instrument as usize - 1][order as usize - 1]
    }

    /// A limit order; `order` must be the instrument's next.
    pub fn limit(
        &mut self,
        instrument: u32,
        order: u32,
        account: u32,
        side: Side,
        time_in_force: TimeInForce,
        price: i64,
        quantity: i64,
    ) -> Command {
        let sequence = self.take_sequence();
        let orders = &mut self.placed[instrument as usize - 1];
        orders.push(Placed { sequence, account, price, quantity });
        assert_eq!(orders.len(), order as usize, "orders of an instrument are dense from 1");
        Command {
            side: side as u8,
            order_type: OrderType::Limit as u8,
            time_in_force: time_in_force as u8,
            account,
            instrument,
            price,
            quantity,
            ..Command::new(Opcode::NewOrder)
        }
    }

    /// A cancel by order id.
    pub fn cancel(&mut self, instrument: u32, order: u32) -> Command {
        self.take_sequence();
        let Placed { sequence, account, .. } = *self.placed(instrument, order);
        Command { account, instrument, order_id: sequence, ..Command::new(Opcode::CancelOrder) }
    }

    /// A smaller total quantity at the same price: the order keeps its place.
    pub fn reduce(&mut self, instrument: u32, order: u32, by: i64) -> Command {
        self.take_sequence();
        let placed = self.placed(instrument, order);
        placed.quantity -= by;
        Self::replace(*placed)
    }

    /// A new price with the same total quantity: the order goes to the back.
    pub fn reprice(&mut self, instrument: u32, order: u32, price: i64) -> Command {
        self.take_sequence();
        let placed = self.placed(instrument, order);
        placed.price = price;
        Self::replace(*placed)
    }

    fn replace(placed: Placed) -> Command {
        Command {
            account: placed.account,
            order_id: placed.sequence,
            price: placed.price,
            quantity: placed.quantity,
            ..Command::new(Opcode::ReplaceOrder)
        }
    }
}
