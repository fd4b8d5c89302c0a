//! Reserved client order ids of one account slot, each linked to the next one of its order.

use crate::fetch::Fetch;
use crate::flat_map::FlatMap;
use crate::hash::{DigestKind, digest};
use crate::ladder::NONE;
use crate::units::{AccountId, OrderId};

/// A reserved client order id: hashes of its text and of what it asked for.
#[derive(Clone, Copy, Debug)]
pub struct ClientId {
    pub key: u128,
    pub content: u128,
    pub order_id: OrderId,
    pub account: AccountId,
    /// Position of the next id of the same order.
    pub next: u32,
}

impl ClientId {
    pub fn digest(&self) -> u64 {
        let words = [
            u64::from(self.account),
            self.key as u64,
            (self.key >> 64) as u64,
            self.content as u64,
            (self.content >> 64) as u64,
            self.order_id,
        ];
        digest(DigestKind::ClientOrderId, &words)
    }
}

/// The ids of one slot.
#[derive(Default)]
pub struct ClientIds {
    entries: Vec<ClientId>,
    free: Vec<u32>,
    index: FlatMap,
}

impl ClientIds {
    pub fn find(&self, account: AccountId, key: u128) -> Option<&ClientId> {
        let position = self.index.find(key as u64, |position| {
            let client_id = &self.entries[position as usize];
            client_id.account == account && client_id.key == key
        })?;
        Some(&self.entries[position as usize])
    }

    /// Fetches where a search begins.
    #[inline]
    pub fn fetch(&self, key: u128, fetch: impl Fetch) {
        self.index.fetch(key as u64, fetch);
    }

    /// Reads the id at a position, if there is one, and fetches where it is found.
    #[inline]
    pub fn fetch_at(&self, position: u32, fetch: impl Fetch) {
        if let Some(client_id) = self.entries.get(position as usize) {
            self.fetch(client_id.key, fetch);
        }
    }

    /// Adds an id and returns its position, the new head of its order's chain.
    pub fn add(&mut self, client_id: ClientId) -> u32 {
        let position = match self.free.pop() {
            Some(position) => {
                self.entries[position as usize] = client_id;
                position
            }
            None => {
                self.entries.push(client_id);
                (self.entries.len() - 1) as u32
            }
        };
        self.index.insert(client_id.key as u64, position);
        position
    }

    /// Removes a whole chain; returns how many ids it had and the sum of their digests.
    #[inline]
    pub fn remove_chain(&mut self, head: u32) -> (u32, u64) {
        let (mut count, mut sum, mut next) = (0, 0_u64, head);
        while next != NONE {
            let client_id = self.entries[next as usize];
            self.index.remove(client_id.key as u64, next);
            self.free.push(next);
            count += 1;
            sum = sum.wrapping_add(client_id.digest());
            next = client_id.next;
        }
        (count, sum)
    }

    /// The ids of a chain, latest first.
    pub fn chain(&self, head: u32) -> impl Iterator<Item = &ClientId> {
        let mut next = head;
        std::iter::from_fn(move || {
            let client_id = self.entries.get(next as usize)?;
            next = client_id.next;
            Some(client_id)
        })
    }
}
