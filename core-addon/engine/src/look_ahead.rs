//! Reads what the next commands will need, so that their cache misses overlap instead of following
//! one another. Nothing changes and nothing is decided here: leaving it out costs only time.

use std::hint::black_box;

use crate::command::{Command, Opcode, Side};
use crate::ladder::NONE;
use crate::sequencer::Engine;
use crate::units::{AccountId, InstrumentId};

/// Commands looked at together: about as many misses as a processor keeps in flight.
pub const LOOK_AHEAD: usize = 8;

impl Engine {
    /// Loads what up to `LOOK_AHEAD` commands will read. Further ones are ignored.
    ///
    /// Stage by stage over all of them: what one stage reads says where the next one must look.
    pub fn look_ahead(&self, commands: &[Command]) {
        let mut positions = [NONE; LOOK_AHEAD];
        let mut orders = [(0, NONE); LOOK_AHEAD];
        let commands = &commands[..commands.len().min(LOOK_AHEAD)];
        for (command, position) in commands.iter().zip(&mut positions) {
            if names_order(command) && self.accounts.exists(command.account) {
                let found = self.accounts.position_of_order(command.account, command.order_id);
                *position = found.unwrap_or(NONE);
            }
        }
        for ((command, position), order) in commands.iter().zip(positions).zip(&mut orders) {
            if let Some(open) = self.accounts.open_at(command.account, position) {
                *order = (open.instrument, open.index);
            }
        }
        for (command, (instrument, index)) in commands.iter().zip(orders) {
            match index {
                NONE => self.new_order_ahead(command),
                index => {
                    self.books[instrument as usize - 1].look_ahead(index);
                    self.account_ahead(command.account, instrument);
                }
            }
        }
        for (command, (instrument, index)) in commands.iter().zip(orders) {
            if index != NONE {
                self.books[instrument as usize - 1].look_ahead_queue(index, command.price);
            }
        }
    }

    fn new_order_ahead(&self, command: &Command) {
        if command.opcode != Opcode::NewOrder as u8 || !self.accounts.exists(command.account) {
            return;
        }
        let book = self.books.get((command.instrument as usize).wrapping_sub(1));
        if let (Some(book), Some(side)) = (book, Side::from_byte(command.side)) {
            book.look_ahead_new(side, command.price);
            self.account_ahead(command.account, command.instrument);
        }
    }

    fn account_ahead(&self, account: AccountId, instrument: InstrumentId) {
        black_box(self.accounts.state(account));
        let instrument = &self.instruments[instrument as usize - 1];
        self.ledger.look_ahead(account, instrument.base);
        self.ledger.look_ahead(account, instrument.quote);
    }
}

fn names_order(command: &Command) -> bool {
    let opcode = command.opcode;
    opcode == Opcode::CancelOrder as u8 || opcode == Opcode::ReplaceOrder as u8
}
