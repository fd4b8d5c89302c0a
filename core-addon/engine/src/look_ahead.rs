//! Reads what the next commands will need, so that their cache misses overlap instead of following
//! one another. Nothing changes and nothing is decided here: leaving it out costs only time.

use std::hint::black_box;

use crate::command::{Command, Opcode, Side};
use crate::ladder::{NONE, OrderIndex};
use crate::sequencer::Engine;

/// Commands looked at together: about as many misses as a processor keeps in flight.
pub const LOOK_AHEAD: usize = 8;

impl Engine {
    /// Loads what up to `LOOK_AHEAD` commands will read. Further ones are ignored.
    ///
    /// Stage by stage over all of them: what one stage reads says where the next one must look.
    pub fn look_ahead(&self, commands: &[Command]) {
        let commands = &commands[..commands.len().min(LOOK_AHEAD)];
        let mut positions = [NONE; LOOK_AHEAD];
        for (command, position) in commands.iter().zip(&mut positions) {
            if names_order(command) {
                let found = self.accounts.position_of_order(command.account, command.order_id);
                *position = found.unwrap_or(NONE);
            }
        }
        // Adding up what was read is the cheapest use that the compiler cannot leave out.
        let mut sum = 0_u64;
        let mut orders = [(0, NONE); LOOK_AHEAD];
        for ((command, position), order) in commands.iter().zip(positions).zip(&mut orders) {
            match self.accounts.open_at(command.account, position) {
                Some(open) => *order = (open.instrument as usize - 1, open.index),
                None => sum ^= self.new_order_ahead(command),
            }
        }
        for (position, index) in orders {
            if let Some(book) = self.books.get(position) {
                sum ^= book.look_ahead(index);
            }
        }
        for (command, (position, index)) in commands.iter().zip(orders) {
            if index != NONE {
                sum ^= self.open_order_ahead(command, position, index);
            }
        }
        black_box(sum);
    }

    #[inline]
    fn new_order_ahead(&self, command: &Command) -> u64 {
        let position = (command.instrument as usize).wrapping_sub(1);
        let (Some(book), Some(side)) = (self.books.get(position), Side::from_byte(command.side))
        else {
            return 0;
        };
        let currency = self.instruments[position].frozen_currency(side);
        book.look_ahead_new(side, command.price)
            ^ self.accounts.look_ahead(command.account)
            ^ self.ledger.look_ahead(command.account, currency)
    }

    #[inline]
    fn open_order_ahead(&self, command: &Command, position: usize, index: OrderIndex) -> u64 {
        let book = &self.books[position];
        let currency = self.instruments[position].frozen_currency(book.order(index).terms.side);
        let balance = self.ledger.look_ahead(command.account, currency);
        let account = match command.opcode == Opcode::CancelOrder as u8 {
            true => self.accounts.look_ahead(command.account),
            false => 0,
        };
        balance ^ account ^ book.look_ahead_queue(index, command.price)
    }
}

fn names_order(command: &Command) -> bool {
    let opcode = command.opcode;
    opcode == Opcode::CancelOrder as u8 || opcode == Opcode::ReplaceOrder as u8
}
