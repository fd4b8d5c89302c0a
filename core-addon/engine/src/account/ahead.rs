//! What `look_ahead.rs` asks of accounts.

use super::{Accounts, pair_key};
use crate::client_id::ClientIds;
use crate::ladder::NONE;
use crate::ledger::slot_of;
use crate::order::Place;
use crate::units::{AccountId, InstrumentId, OrderId};

impl Accounts {
    /// Where the order with this id is if it is open, whoever's of the account's slot.
    #[inline]
    pub fn place_ahead(&self, account: AccountId, order_id: OrderId) -> Option<Place> {
        self.slots[slot_of(account)].by_order_id.get(order_id)?.look().ok()
    }

    /// Loads where the index has an order's id.
    #[inline]
    pub fn look_ahead_id(&self, account: AccountId, order_id: OrderId) -> u64 {
        self.slots[slot_of(account)].by_order_id.look_ahead(order_id)
    }

    /// The client ids of an account's slot.
    #[inline]
    pub fn ids_ahead(&self, account: AccountId) -> &ClientIds {
        &self.client_ids[slot_of(account)]
    }

    /// Loads the row of an account.
    #[inline]
    pub fn look_ahead(&self, account: AccountId) -> u64 {
        let row = self.rows.get(account as usize);
        row.map_or(0, |row| u64::from(row.newest.index))
    }

    /// Loads the number of an account's open orders and its oldest final one.
    #[inline]
    pub fn look_ahead_end(&self, account: AccountId, instrument: InstrumentId) -> u64 {
        let counts = &self.slots[slot_of(account)].open_counts;
        let oldest = self.rows.get(account as usize).and_then(|row| row.finals.oldest());
        counts.look_ahead(pair_key(account, instrument)) ^ oldest.map_or(0, |order| order.at)
    }

    /// Loads where the index has the final order that the account forgets when it keeps `age` more
    /// and one: none before it keeps `retained_max`. Returns its latest client id, `NONE` without.
    #[inline]
    pub fn look_ahead_forgotten(
        &self,
        account: AccountId,
        age: u32,
        retained_max: u32,
    ) -> (u64, u32) {
        let finals = self.rows.get(account as usize).map(|row| &row.finals);
        let full = finals.filter(|finals| finals.len() >= retained_max);
        let Some(order) = full.and_then(|finals| finals.nth(age)) else { return (0, NONE) };
        (self.look_ahead_id(account, order.order_id), order.client_ids)
    }
}
