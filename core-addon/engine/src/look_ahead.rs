//! Reads what the next commands will need, so that their cache misses overlap instead of following
//! one another. Nothing changes and nothing is decided here: leaving it out costs only time.

use std::hint::{black_box, select_unpredictable};

use crate::command::{Command, Opcode, Side};
use crate::hash::keyed_hash;
use crate::ladder::NONE;
use crate::order::Place;
use crate::sequencer::Engine;
use crate::units::{InstrumentId, OrderId};

/// Commands looked at together: about as many misses as a processor keeps in flight.
pub const LOOK_AHEAD: usize = 8;

impl Engine {
    /// Loads what up to `LOOK_AHEAD` commands will read. Further ones are ignored.
    ///
    /// Stage by stage over all of them: what one stage reads says where the next one must look.
    /// Kinds of commands come at random, so that few things here ask for the kind.
    pub fn look_ahead(&self, commands: &[Command]) {
        let commands = &commands[..commands.len().min(LOOK_AHEAD)];
        // Adding up what was read is the cheapest use that the compiler cannot leave out.
        let mut sum = 0_u64;
        let (mut order_ids, mut texts) = ([0; LOOK_AHEAD], 0);
        for (command, order_id) in commands.iter().zip(&mut order_ids) {
            *order_id = command.order_id;
            texts |= command.text_length;
        }
        if texts != 0 {
            sum ^= self.client_ids_ahead(commands, &mut order_ids);
        }
        sum ^= self.forgotten_ahead(commands);
        let mut places = [Place::NOWHERE; LOOK_AHEAD];
        let sequences = self.sequence + 1..;
        let named = order_ids.iter().zip(sequences);
        for ((command, place), (order_id, sequence)) in commands.iter().zip(&mut places).zip(named)
        {
            *place = if command.opcode == Opcode::NewOrder as u8 {
                sum ^= self.accounts.look_ahead_id(command.account, sequence);
                self.free_place(command.instrument)
            } else {
                let found = self.accounts.place_ahead(command.account, *order_id);
                found.unwrap_or(Place::NOWHERE)
            };
        }
        for (command, place) in commands.iter().zip(&places) {
            if let Some(book) = self.books.get(position_of(place.instrument)) {
                sum ^= book.look_ahead(place.index);
            }
            if command.opcode != Opcode::ReplaceOrder as u8 {
                sum ^= self.accounts.look_ahead(command.account);
            }
        }
        for (command, place) in commands.iter().zip(&places) {
            sum ^= self.order_ahead(command, *place);
        }
        black_box(sum);
    }

    /// Loads what accounts forget that keep as many final orders as they may: one for each cancel.
    #[inline(never)]
    fn forgotten_ahead(&self, commands: &[Command]) -> u64 {
        let (mut sum, mut account, mut age) = (0, 0, 0);
        let mut ids = [NONE; LOOK_AHEAD];
        for (command, id) in commands.iter().zip(&mut ids) {
            if command.opcode == Opcode::CancelOrder as u8 {
                age = if command.account == account { age + 1 } else { 0 };
                account = command.account;
                let retained_max = self.capacities.retained;
                let (read, latest) = self.accounts.look_ahead_forgotten(account, age, retained_max);
                sum ^= read;
                *id = latest;
            }
        }
        for (command, id) in commands.iter().zip(ids) {
            if id != NONE {
                sum ^= self.accounts.ids_ahead(command.account).look_ahead_at(id);
            }
        }
        sum
    }

    /// Looks the ids of clients up that commands have, and sets the orders that cancels name so.
    #[inline(never)]
    fn client_ids_ahead(&self, commands: &[Command], order_ids: &mut [OrderId; LOOK_AHEAD]) -> u64 {
        let mut sum = 0;
        let mut keys = [None; LOOK_AHEAD];
        for (command, key) in commands.iter().zip(&mut keys) {
            if names_order(command) || command.opcode == Opcode::NewOrder as u8 {
                *key = self.client_id_key(command);
            }
        }
        // On their own: behind a hash each, too few of these would be in flight.
        for (command, key) in commands.iter().zip(keys) {
            let ids = self.accounts.ids_ahead(command.account);
            sum ^= key.map_or(0, |key| ids.look_ahead(key));
        }
        for ((command, key), order_id) in commands.iter().zip(keys).zip(order_ids) {
            let ids = self.accounts.ids_ahead(command.account);
            let found = key.and_then(|key| ids.find(command.account, key));
            if command.opcode == Opcode::CancelOrder as u8 && command.order_id == 0 {
                *order_id = found.map_or(0, |id| id.order_id);
            }
        }
        sum
    }

    /// The hash of the id of the client that the command has.
    #[inline]
    fn client_id_key(&self, command: &Command) -> Option<u128> {
        let text = command.text();
        (!text.is_empty()).then(|| keyed_hash(self.hash_key, text))
    }

    /// Where a new order of the instrument will lie.
    #[inline]
    fn free_place(&self, instrument: InstrumentId) -> Place {
        let book = self.books.get(position_of(instrument));
        book.map_or(Place::NOWHERE, |book| Place { instrument, index: book.index_ahead() })
    }

    #[inline(always)]
    fn order_ahead(&self, command: &Command, place: Place) -> u64 {
        let Some(book) = self.books.get(position_of(place.instrument)) else { return 0 };
        let instrument = &self.instruments[position_of(place.instrument)];
        let (mut sum, found) = book.look_ahead_queue(place.index);
        if command.opcode != Opcode::ReplaceOrder as u8 {
            sum ^= book.look_ahead_papers(place.index);
            sum ^= self.accounts.look_ahead_end(command.account, place.instrument);
        }
        let stated = Side::from_byte(command.side).unwrap_or(Side::Buy);
        let is_new = command.opcode == Opcode::NewOrder as u8;
        let side = select_unpredictable(is_new, stated, found.unwrap_or(stated));
        sum ^= self.ledger.look_ahead(command.account, instrument.frozen_currency(side));
        sum ^ book.side(side).look_ahead_at(command.price)
    }
}

/// Position of an instrument's book; none for instrument 0.
#[inline]
fn position_of(instrument: InstrumentId) -> usize {
    (instrument as usize).wrapping_sub(1)
}

#[inline]
fn names_order(command: &Command) -> bool {
    let opcode = command.opcode;
    opcode == Opcode::CancelOrder as u8 || opcode == Opcode::ReplaceOrder as u8
}
