//! Fetches what the next commands will need, so that their cache misses overlap instead of
//! following one another. Nothing of the venue changes and nothing is decided here: leaving it out
//! costs only time.

use std::hint::select_unpredictable;

use crate::account::FinalOrder;
use crate::command::{Command, Opcode, Side};
use crate::fetch::Fetch;
use crate::hash::keyed_hash;
use crate::order::Place;
use crate::sequencer::Engine;
use crate::units::{InstrumentId, OrderId};

/// Commands looked at together: about as many misses as a processor keeps in flight.
pub const LOOK_AHEAD: usize = 8;

impl Engine {
    /// Fetches what the next `LOOK_AHEAD` commands will read and write, and as many commands behind
    /// them.
    ///
    /// Stage by stage over all of them: what one stage fetched says where the next one must look.
    /// Kinds of commands come at random, so that few things here ask for the kind.
    pub fn look_ahead(&mut self, commands: &[Command], fetch: impl Fetch) {
        let (commands, behind) = commands.split_at(commands.len().min(LOOK_AHEAD));
        // Of a large batch what was written first is no longer near.
        behind.iter().take(LOOK_AHEAD).for_each(|command| fetch.line(command));
        let (mut order_ids, mut texts) = ([0; LOOK_AHEAD], 0);
        let sequences = self.sequence + 1..;
        for ((command, order_id), sequence) in commands.iter().zip(&mut order_ids).zip(sequences) {
            let is_new = command.opcode == Opcode::NewOrder as u8;
            *order_id = select_unpredictable(is_new, sequence, command.order_id);
            self.accounts.fetch_id(command.account, *order_id, fetch);
            // A replace needs no row: nobody's is always near, and cheaper than asking.
            let is_replace = command.opcode == Opcode::ReplaceOrder as u8;
            let row = select_unpredictable(is_replace, 0, command.account);
            self.accounts.fetch_row(row, fetch);
            texts |= command.text_length;
        }
        if texts != 0 {
            self.client_ids_ahead(commands, &mut order_ids, fetch);
        }
        let finals = self.finals_ahead(commands, fetch);
        let mut places = [Place::NOWHERE; LOOK_AHEAD];
        for ((command, place), order_id) in commands.iter().zip(&mut places).zip(order_ids) {
            *place = if command.opcode == Opcode::NewOrder as u8 {
                self.free_place(command.instrument)
            } else {
                let found = self.accounts.place_ahead(command.account, order_id);
                found.unwrap_or(Place::NOWHERE)
            };
            if let Some(book) = self.books.get(position_of(place.instrument)) {
                book.fetch(place.index, fetch);
            }
        }
        for (command, place) in commands.iter().zip(places) {
            self.order_ahead(command, place, fetch);
        }
        for (command, order) in commands.iter().zip(finals) {
            if let Some(order) = order {
                self.accounts.fetch_forgotten(command.account, order, fetch);
            }
        }
    }

    /// Fetches the final orders that cancels make their accounts look at. Returns those forgotten.
    #[inline(never)]
    fn finals_ahead(
        &self,
        commands: &[Command],
        fetch: impl Fetch,
    ) -> [Option<&FinalOrder>; LOOK_AHEAD] {
        let (mut account, mut age) = (0, 0);
        let mut finals = [None; LOOK_AHEAD];
        for (command, order) in commands.iter().zip(&mut finals) {
            if command.opcode == Opcode::CancelOrder as u8 {
                age = if command.account == account { age + 1 } else { 0 };
                account = command.account;
                *order = self.accounts.fetch_final(account, age, self.capacities.retained, fetch);
            }
        }
        finals
    }

    /// Looks the ids of clients up that commands have, and sets the orders that cancels name so.
    #[inline(never)]
    fn client_ids_ahead(
        &mut self,
        commands: &[Command],
        order_ids: &mut [OrderId; LOOK_AHEAD],
        fetch: impl Fetch,
    ) {
        let mut keys = [None; LOOK_AHEAD];
        let sequences = self.sequence + 1..;
        for ((command, key), sequence) in commands.iter().zip(&mut keys).zip(sequences) {
            let may_have_id = names_order(command) || command.opcode == Opcode::NewOrder as u8;
            if may_have_id && command.text_length != 0 {
                let hash = keyed_hash(self.hash_key, command.text());
                self.keys_ahead.put(sequence, command, hash);
                *key = Some(hash);
            }
        }
        // On their own: behind a hash each, too few of these would be in flight.
        for (command, key) in commands.iter().zip(keys) {
            if let Some(key) = key {
                self.accounts.ids_ahead(command.account).fetch(key, fetch);
            }
        }
        for ((command, key), order_id) in commands.iter().zip(keys).zip(order_ids) {
            let ids = self.accounts.ids_ahead(command.account);
            let found = key.and_then(|key| ids.find(command.account, key));
            if command.opcode == Opcode::CancelOrder as u8 && command.order_id == 0 {
                *order_id = found.map_or(0, |id| id.order_id);
                self.accounts.fetch_id(command.account, *order_id, fetch);
            }
        }
    }

    /// The hash of an id of a client that the current command has.
    #[inline]
    pub(crate) fn client_id_key(&self, text: &[u8]) -> u128 {
        let known = self.keys_ahead.find(self.sequence, text);
        known.unwrap_or_else(|| keyed_hash(self.hash_key, text))
    }

    /// Where a new order of the instrument will lie.
    #[inline]
    fn free_place(&self, instrument: InstrumentId) -> Place {
        let book = self.books.get(position_of(instrument));
        book.map_or(Place::NOWHERE, |book| Place { instrument, index: book.index_ahead() })
    }

    #[inline(always)]
    fn order_ahead(&self, command: &Command, place: Place, fetch: impl Fetch) {
        let Some(book) = self.books.get(position_of(place.instrument)) else { return };
        let instrument = &self.instruments[position_of(place.instrument)];
        let found = book.fetch_queue(place.index, fetch);
        if command.opcode != Opcode::ReplaceOrder as u8 {
            book.fetch_papers(place.index, fetch);
            self.accounts.fetch_count(command.account, place.instrument, fetch);
        }
        let stated = Side::from_byte(command.side).unwrap_or(Side::Buy);
        let is_new = command.opcode == Opcode::NewOrder as u8;
        let side = select_unpredictable(is_new, stated, found.unwrap_or(stated));
        self.ledger.fetch(command.account, instrument.frozen_currency(side), fetch);
        book.side(side).fetch_at(command.price, fetch);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::TEXT_BYTES_MAX;
    use crate::fetch::Reading;

    #[test]
    fn the_hash_is_the_same_with_and_without_looking_ahead() {
        let mut engine = Engine::new([1, 2]);
        let longest = "x".repeat(TEXT_BYTES_MAX);
        for text in ["a", "1234567890123456789", longest.as_str()] {
            let expected = keyed_hash([1, 2], text.as_bytes());
            let command = Command::new(Opcode::NewOrder).with_text(text);
            engine.look_ahead(&[command; 3], Reading);
            engine.sequence += 1;
            assert_eq!(engine.keys_ahead.find(engine.sequence, text.as_bytes()), Some(expected));
            assert_eq!(engine.client_id_key(text.as_bytes()), expected);
            assert_eq!(engine.client_id_key(b"other"), keyed_hash([1, 2], b"other"));
        }
    }
}
