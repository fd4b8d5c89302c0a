//! Balances: available and frozen per account and currency, in dense rows by account.
//!
//! The ledger only adds; which amounts move is decided where they are earned. `available` and
//! `frozen` are never negative, except those of the external account.

use crate::fetch::Fetch;
use crate::hash::{DigestKind, digest};
use crate::units::{AccountId, Amount, CurrencyId, EXTERNAL_ACCOUNT, amount_words};

/// Account slots: the unit that indexes and snapshots are divided by (`slot = id & 1023`).
pub const SLOTS: usize = 1_024;

/// Currencies per account row at the start.
const STRIDE_MIN: usize = 2;

/// Slot of an account.
#[inline]
pub fn slot_of(account: AccountId) -> usize {
    account as usize & (SLOTS - 1)
}

/// One of what every slot has. The fixed length spares every access its bounds check.
pub fn by_slot<T>(mut make: impl FnMut() -> T) -> Box<[T; SLOTS]> {
    let slots: Box<[T]> = (0..SLOTS).map(|_| make()).collect();
    slots.try_into().unwrap_or_else(|_| unreachable!("as many as there are slots"))
}

/// Balance of one account in one currency, in currency units. Never across two cache lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(align(32))]
pub struct Balance {
    pub available: Amount,
    pub frozen: Amount,
}

/// What one command adds to one balance.
#[derive(Clone, Copy, Debug)]
pub struct Delta {
    pub account: AccountId,
    pub currency: CurrencyId,
    pub available: Amount,
    pub frozen: Amount,
}

/// All balances.
pub struct Ledger {
    /// By account, then currency: a look-up is one multiplication and one load.
    balances: Vec<Balance>,
    /// Balances per account row: a power of two, at least the number of currencies.
    stride: usize,
    /// A bit per account and currency, set while the balance is in `dirty`. Apart from the
    /// balances, so that two of those fill a cache line.
    marks: Vec<u64>,
    digests: Vec<u64>,
    dirty: Vec<(AccountId, CurrencyId)>,
    digest_sum: u64,
}

impl Ledger {
    pub fn new() -> Ledger {
        let (balances, marks, digests) = (Vec::new(), Vec::new(), Vec::new());
        let dirty = Vec::new();
        Ledger { balances, stride: STRIDE_MIN, marks, digests, dirty, digest_sum: 0 }
    }

    /// Makes room for the rows of `account`.
    pub fn add_account(&mut self, account: AccountId) {
        let length = (account as usize + 1) * self.stride;
        if self.balances.len() < length {
            self.balances.resize(length, Balance::default());
            self.marks.resize(length.div_ceil(64), 0);
            self.digests.resize(length, 0);
        }
    }

    /// Makes room for `currency` in every row.
    pub fn add_currency(&mut self, currency: CurrencyId) {
        let old = self.stride;
        if currency as usize <= old {
            return;
        }
        // Leaves nothing marked.
        self.digest_sum();
        self.stride = (currency as usize).next_power_of_two();
        self.balances = widen(&self.balances, old, self.stride);
        self.digests = widen(&self.digests, old, self.stride);
        self.marks.resize(self.digests.len().div_ceil(64), 0);
    }

    /// The balance of an account that exists, in a currency that exists.
    #[inline]
    pub fn balance(&self, account: AccountId, currency: CurrencyId) -> &Balance {
        &self.balances[self.position(account, currency)]
    }

    /// Fetches a balance.
    #[inline]
    pub fn fetch(&self, account: AccountId, currency: CurrencyId, fetch: impl Fetch) {
        fetch.line_if(self.balances.get(self.position(account, currency)));
    }

    /// Adds `delta` and returns the balance before and after.
    ///
    /// Panics when a balance would be negative: an invariant is broken, and no further command may
    /// be served from it.
    #[inline(always)]
    pub fn apply(&mut self, delta: &Delta) -> (Balance, Balance) {
        let at = self.position(delta.account, delta.currency);
        let balance = &mut self.balances[at];
        let before = *balance;
        balance.available += delta.available;
        balance.frozen += delta.frozen;
        assert!(
            (balance.available >= 0 && balance.frozen >= 0) || delta.account == EXTERNAL_ACCOUNT,
            "balance below zero: {delta:?} on {before:?}",
        );
        let after = *balance;
        let marks = &mut self.marks[at / 64];
        if *marks & 1 << (at % 64) == 0 {
            *marks |= 1 << (at % 64);
            self.dirty.push((delta.account, delta.currency));
        }
        (before, after)
    }

    #[inline]
    fn position(&self, account: AccountId, currency: CurrencyId) -> usize {
        account as usize * self.stride + currency as usize - 1
    }

    /// Sum of the digests of all balances that are not 0.
    ///
    /// Cost: one digest per balance touched since the last call.
    pub fn digest_sum(&mut self) -> u64 {
        for at in 0..self.dirty.len() {
            let (account, currency) = self.dirty[at];
            let fresh = balance_digest(account, currency, self.balance(account, currency));
            let mark = self.position(account, currency);
            #[cfg(feature = "planted-bugs")]
            let fresh = match crate::EngineBug::StaleHash.is_planted() && fresh == 0 {
                true => self.digests[mark],
                false => fresh,
            };
            let old = std::mem::replace(&mut self.digests[mark], fresh);
            self.digest_sum = self.digest_sum.wrapping_sub(old).wrapping_add(fresh);
            self.marks[mark / 64] &= !(1 << (mark % 64));
        }
        self.dirty.clear();
        self.digest_sum
    }

    /// `digest_sum` computed anew from every balance.
    pub fn digest_sum_full(&self) -> u64 {
        self.iter().fold(0, |sum, (account, currency, balance)| {
            sum.wrapping_add(balance_digest(account, currency, balance))
        })
    }

    /// Every balance, by account and currency.
    pub fn iter(&self) -> impl Iterator<Item = (AccountId, CurrencyId, &Balance)> {
        self.balances.iter().enumerate().map(|(at, balance)| {
            let (account, currency) = (at / self.stride, at % self.stride);
            (account as AccountId, currency as CurrencyId + 1, balance)
        })
    }

    /// Sum over all accounts of available and frozen in one currency.
    pub fn total(&self, currency: CurrencyId) -> Amount {
        self.iter()
            .filter(|(_, found, _)| *found == currency)
            .map(|(_, _, balance)| balance.available + balance.frozen)
            .sum()
    }
}

/// The same rows, each with `stride` places in the place of `old`.
fn widen<T: Copy + Default>(rows: &[T], old: usize, stride: usize) -> Vec<T> {
    let mut wider = vec![T::default(); rows.len() / old * stride];
    for (from, to) in rows.chunks_exact(old).zip(wider.chunks_exact_mut(stride)) {
        to[..old].copy_from_slice(from);
    }
    wider
}

fn balance_digest(account: AccountId, currency: CurrencyId, balance: &Balance) -> u64 {
    if balance.available == 0 && balance.frozen == 0 {
        return 0;
    }
    let [available_low, available_high] = amount_words(balance.available);
    let [frozen_low, frozen_high] = amount_words(balance.frozen);
    let owner = u64::from(account) | u64::from(currency) << 32;
    let words = [owner, available_low, available_high, frozen_low, frozen_high];
    digest(DigestKind::Balance, &words)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn delta(account: AccountId, currency: CurrencyId, available: Amount) -> Delta {
        Delta { account, currency, available, frozen: 0 }
    }

    #[test]
    fn keeps_balances_when_rows_grow_wider() {
        let mut ledger = Ledger::new();
        ledger.add_currency(4);
        for account in [3, 3 + 1_024, 9] {
            ledger.add_account(account);
            ledger.apply(&delta(account, 4, i128::from(account)));
        }
        let sum = ledger.digest_sum();
        ledger.add_currency(5);
        for account in [3, 3 + 1_024, 9] {
            assert_eq!(ledger.balance(account, 4).available, i128::from(account));
            assert_eq!(ledger.balance(account, 5).available, 0);
        }
        assert_eq!(ledger.digest_sum_full(), sum);
    }

    #[test]
    fn digest_follows_changes() {
        let mut ledger = Ledger::new();
        ledger.add_account(3);
        ledger.apply(&delta(3, 1, 5));
        assert_eq!(ledger.digest_sum(), ledger.digest_sum_full());
        ledger.apply(&delta(3, 1, -5));
        assert_eq!(ledger.digest_sum(), 0);
    }

    #[test]
    #[should_panic(expected = "balance below zero")]
    fn refuses_to_go_on_with_a_negative_balance() {
        let mut ledger = Ledger::new();
        ledger.add_account(3);
        ledger.apply(&delta(3, 1, -1));
    }
}
