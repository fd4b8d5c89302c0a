//! The whole state as one number, in two ways: kept up to date, and computed anew.

use crate::change::ChangeWriter;
use crate::hash::{DigestKind, digest};
use crate::sequencer::Engine;
use crate::units::{Amount, CurrencyId};

impl Engine {
    /// State hash: equal for equal states, queue positions included.
    ///
    /// Cost: one digest per order and balance touched since the last call and per instrument.
    pub fn state_hash(&mut self) -> u64 {
        let books =
            self.books.iter_mut().fold(0_u64, |sum, book| sum.wrapping_add(book.digest_sum()));
        let sum = books
            .wrapping_add(self.ledger.digest_sum())
            .wrapping_add(self.accounts.digest_sum())
            .wrapping_add(self.requests.digest_sum())
            .wrapping_add(self.names.digest_sum())
            .wrapping_add(self.sessions.digest_sum());
        let mut scratch = std::mem::take(&mut self.scratch);
        let hash = self.finish_hash(sum, &mut scratch);
        self.scratch = scratch;
        hash
    }

    /// `state_hash` computed anew from every entity. Checks the structure of books, accounts and
    /// ledger on the way.
    ///
    /// Panics when the structure or conservation is broken. Cost: O(state).
    #[must_use]
    pub fn state_hash_full(&self) -> u64 {
        self.assert_consistent();
        let books =
            self.books.iter().fold(0_u64, |sum, book| sum.wrapping_add(book.digest_sum_full()));
        let sum = books
            .wrapping_add(self.ledger.digest_sum_full())
            .wrapping_add(self.accounts.digest_sum_full(&self.books))
            .wrapping_add(self.requests.digest_sum_full())
            .wrapping_add(self.names.digest_sum_full())
            .wrapping_add(self.sessions.digest_sum_full());
        self.finish_hash(sum, &mut ChangeWriter::default())
    }

    /// Adds the small tables, which are always computed anew.
    fn finish_hash(&self, sum: u64, scratch: &mut ChangeWriter) -> u64 {
        let mut sum = sum;
        for instrument in &self.instruments {
            sum = sum.wrapping_add(instrument.digest(scratch));
        }
        for currency in &self.currencies {
            sum = sum.wrapping_add(currency.digest(scratch));
        }
        for (position, work) in self.backlog.iter().enumerate() {
            sum = sum.wrapping_add(work.digest(position));
        }
        let capacities = self.capacities.values().map(u64::from);
        sum = sum.wrapping_add(digest(DigestKind::Capacity, &capacities));
        digest(DigestKind::State, &[self.sequence, self.time_ns, sum])
    }

    /// Sum over all accounts and fee accumulators in a currency: always 0.
    #[must_use]
    pub fn currency_sum(&self, currency: CurrencyId) -> Amount {
        let fees: Amount = self
            .instruments
            .iter()
            .filter(|instrument| instrument.quote == currency)
            .map(|instrument| instrument.fee_accumulator)
            .sum();
        self.ledger.total(currency) + fees
    }

    /// Panics when money was made or lost, or when what is frozen is not what open orders hold.
    fn assert_consistent(&self) {
        for currency in &self.currencies {
            let sum = self.currency_sum(currency.id);
            assert_eq!(sum, 0, "currency {} does not add up", currency.id);
        }
        let mut frozen = std::collections::BTreeMap::new();
        let mut queued = 0;
        for account in 1..=self.accounts.count() {
            for open in self.accounts.open_orders(account, 0, &self.books) {
                let position = open.place.instrument as usize - 1;
                let (book, instrument) = (&self.books[position], &self.instruments[position]);
                let order = book.order(open.place.index);
                let terms = &order.terms;
                let is_buy = terms.side == crate::command::Side::Buy;
                let currency = if is_buy { instrument.quote } else { instrument.base };
                *frozen.entry((account, currency)).or_insert(0) += terms.frozen;
                assert_eq!((order.order_id, order.account), (open.order_id, account));
                queued += 1;
            }
        }
        assert_eq!(queued, self.books.iter().map(crate::book::Book::len).sum::<usize>());
        for (account, currency, balance) in self.ledger.iter() {
            let expected = frozen.get(&(account, currency)).copied().unwrap_or(0);
            assert_eq!(balance.frozen, expected, "account {account} currency {currency}");
        }
    }
}
