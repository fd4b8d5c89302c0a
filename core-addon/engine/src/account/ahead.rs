//! What `look_ahead.rs` asks of accounts.

use super::{Accounts, FinalOrder, pair_key};
use crate::client_id::ClientIds;
use crate::fetch::Fetch;
use crate::ledger::slot_of;
use crate::order::Place;
use crate::units::{AccountId, InstrumentId, OrderId};

impl Accounts {
    /// Where the order with this id is if it is open, whoever's of the account's slot.
    #[inline]
    pub fn place_ahead(&self, account: AccountId, order_id: OrderId) -> Option<Place> {
        self.slots[slot_of(account)].by_order_id.get(order_id)?.look().ok()
    }

    /// Fetches where the index has an order's id.
    #[inline]
    pub fn fetch_id(&self, account: AccountId, order_id: OrderId, fetch: impl Fetch) {
        self.slots[slot_of(account)].by_order_id.fetch(order_id, fetch);
    }

    /// The client ids of an account's slot.
    #[inline]
    pub fn ids_ahead(&self, account: AccountId) -> &ClientIds {
        &self.client_ids[slot_of(account)]
    }

    /// Fetches the row of an account; row 0 is nobody's.
    #[inline]
    pub fn fetch_row(&self, account: AccountId, fetch: impl Fetch) {
        fetch.line_if(self.rows.get(account as usize).map(|row| &row.newest));
    }

    /// Fetches the number of an account's open orders.
    #[inline]
    pub fn fetch_count(&self, account: AccountId, instrument: InstrumentId, fetch: impl Fetch) {
        let counts = &self.slots[slot_of(account)].open_counts;
        counts.fetch(pair_key(account, instrument), fetch);
    }

    /// Fetches the final order that an account looks at when it keeps `age` more and one: the one
    /// it forgets, which is returned, if it keeps as many as it may, else its oldest.
    #[inline]
    pub fn fetch_final(
        &self,
        account: AccountId,
        age: u32,
        retained_max: u32,
        fetch: impl Fetch,
    ) -> Option<&FinalOrder> {
        let finals = &self.rows.get(account as usize)?.finals;
        let is_full = finals.len() >= retained_max;
        let order = finals.nth(if is_full { age } else { 0 });
        fetch.line_if(order);
        order.filter(|_| is_full)
    }

    /// Fetches where the indexes have a final order that its account forgets.
    #[inline]
    pub fn fetch_forgotten(&self, account: AccountId, order: &FinalOrder, fetch: impl Fetch) {
        self.fetch_id(account, order.order_id, fetch);
        self.ids_ahead(account).fetch_at(order.client_ids, fetch);
    }
}
