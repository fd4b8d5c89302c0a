//! Accounts and what they own besides balances: which orders they have open, which final ones are kept,
//! and which client order ids are reserved. Divided by account slot.

use crate::change::{
    CancelReason, ChangeType, ChangeWriter, Entity, OrderStatus, pair_word, text_words,
};
use crate::command::AccountState;
use crate::flat_map::FlatMap;
use crate::hash::{DigestKind, digest};
use crate::ladder::{NONE, OrderIndex};
use crate::ledger::{SLOTS, row_of, slot_of};
use crate::name::Name;
use crate::retention::{AgeQueue, EXPIRED_PER_ADDITION, Kept, Retention, is_expired};
use crate::units::{AccountId, InstrumentId, OrderId, Quantity, TimeNs};

/// One account.
#[derive(Clone, Copy, Debug)]
pub struct Account {
    pub id: AccountId,
    pub state: AccountState,
    pub name: Name,
    /// Open orders by order id.
    first_open: u32,
    last_open: u32,
    finals: AgeQueue,
    /// Client order ids reserved.
    client_ids: u32,
}

impl Account {
    /// Writes the full image.
    pub fn write(&self, change: ChangeType, changes: &mut ChangeWriter) {
        changes.record(Entity::Account, change, &[self.word()], self.name.text());
    }

    /// Account id | state and name length.
    fn word(&self) -> u64 {
        pair_word(self.id, self.state as u32 | (self.name.text().len() as u32) << 8)
    }

    fn digest(&self) -> u64 {
        let (text, count) = text_words(self.name.text());
        let mut words = [0; 5];
        words[0] = self.word();
        words[1..=count].copy_from_slice(&text[..count]);
        digest(DigestKind::Account, &words[..=count])
    }
}

/// An open order, as its account sees it.
#[derive(Clone, Copy, Debug)]
pub struct OpenOrder {
    pub order_id: OrderId,
    pub instrument: InstrumentId,
    /// Position in the book of the instrument.
    pub index: OrderIndex,
    pub account: AccountId,
    previous: u32,
    next: u32,
    client_ids: u32,
}

/// What is kept of a final order (`rules.md` 5.7).
#[derive(Clone, Copy, Debug)]
pub struct FinalOrder {
    pub order_id: OrderId,
    pub instrument: InstrumentId,
    pub status: OrderStatus,
    pub reason: CancelReason,
    pub filled: Quantity,
    client_ids: u32,
}

/// A reserved client order id.
#[derive(Clone, Copy, Debug)]
pub struct ClientId {
    pub key: u128,
    pub content: u128,
    pub order_id: OrderId,
    account: AccountId,
    /// Next id of the same order.
    next: u32,
}

/// Where an order id leads to.
#[derive(Clone, Copy, Debug)]
pub enum Found {
    Open(OpenOrder),
    Final(Kept<FinalOrder>),
}

impl Found {
    pub fn order_id(&self) -> OrderId {
        match self {
            Found::Open(order) => order.order_id,
            Found::Final(kept) => kept.value.order_id,
        }
    }

    pub fn instrument(&self) -> InstrumentId {
        match self {
            Found::Open(order) => order.instrument,
            Found::Final(kept) => kept.value.instrument,
        }
    }
}

/// Marks positions of final orders in the index of order ids.
const FINAL_BIT: u32 = 1 << 31;

/// The accounts of one slot.
#[derive(Default)]
pub struct AccountSlot {
    accounts: Vec<Account>,
    open: Vec<OpenOrder>,
    free_open: Vec<u32>,
    finals: Retention<FinalOrder>,
    by_order_id: FlatMap,
    client_ids: Vec<ClientId>,
    free_client_ids: Vec<u32>,
    by_client_id: FlatMap,
    /// Open orders by account and instrument.
    open_counts: FlatMap,
    digest_sum: u64,
}

/// All accounts.
pub struct Accounts {
    slots: Vec<AccountSlot>,
    count: u32,
    /// Sum of the digests of the accounts' images.
    image_sum: u64,
}

impl Accounts {
    pub fn new() -> Accounts {
        let slots = (0..SLOTS).map(|_| AccountSlot::default()).collect();
        Accounts { slots, count: 0, image_sum: 0 }
    }

    pub fn count(&self) -> u32 {
        self.count
    }

    /// Adds the next account.
    pub fn create(&mut self, name: Name) -> AccountId {
        self.count += 1;
        let id = self.count;
        let slot = &mut self.slots[slot_of(id)];
        let account = Account {
            id,
            state: AccountState::Active,
            name,
            first_open: NONE,
            last_open: NONE,
            finals: AgeQueue::EMPTY,
            client_ids: 0,
        };
        self.image_sum = self.image_sum.wrapping_add(account.digest());
        slot.accounts.push(account);
        id
    }

    /// Sets the state of an account that exists.
    pub fn set_state(&mut self, id: AccountId, state: AccountState) {
        let account = self.slots[slot_of(id)].account_mut(id);
        self.image_sum = self.image_sum.wrapping_sub(account.digest());
        account.state = state;
        self.image_sum = self.image_sum.wrapping_add(account.digest());
    }

    #[inline]
    pub fn slot(&self, account: AccountId) -> &AccountSlot {
        &self.slots[slot_of(account)]
    }

    #[inline]
    pub fn slot_mut(&mut self, account: AccountId) -> &mut AccountSlot {
        &mut self.slots[slot_of(account)]
    }

    #[inline]
    pub fn get(&self, account: AccountId) -> Option<&Account> {
        if account == 0 || account > self.count {
            return None;
        }
        Some(self.slots[slot_of(account)].account(account))
    }

    /// All accounts by id.
    pub fn iter(&self) -> impl Iterator<Item = &Account> {
        (1..=self.count).filter_map(|id| self.get(id))
    }

    /// Names an account that was created under a placeholder.
    pub fn rename(&mut self, id: AccountId, name: Name) {
        let account = self.slots[slot_of(id)].account_mut(id);
        self.image_sum = self.image_sum.wrapping_sub(account.digest());
        account.name = name;
        self.image_sum = self.image_sum.wrapping_add(account.digest());
    }

    /// Every slot, for snapshots.
    pub fn slots(&self) -> &[AccountSlot] {
        &self.slots
    }

    /// Sum of the digests of accounts, final orders and client ids.
    pub fn digest_sum(&self) -> u64 {
        self.slots.iter().fold(self.image_sum, |sum, slot| sum.wrapping_add(slot.digest_sum))
    }

    /// `digest_sum` computed anew.
    pub fn digest_sum_full(&self) -> u64 {
        let images = self.iter().fold(0_u64, |sum, found| sum.wrapping_add(found.digest()));
        self.slots.iter().fold(images, |sum, slot| sum.wrapping_add(slot.digest_sum_full()))
    }
}

/// Row of an account among the accounts of its slot: slot 0 has no row 0, since id 0 does not exist.
#[inline]
fn position_of(account: AccountId) -> usize {
    row_of(account) - usize::from(slot_of(account) == 0)
}

#[inline]
fn pair_key(account: AccountId, instrument: InstrumentId) -> u64 {
    u64::from(account) << 32 | u64::from(instrument)
}

impl AccountSlot {
    #[inline]
    pub fn account(&self, account: AccountId) -> &Account {
        &self.accounts[position_of(account)]
    }

    #[inline]
    pub fn account_mut(&mut self, account: AccountId) -> &mut Account {
        &mut self.accounts[position_of(account)]
    }

    /// The account's order with this id, open or final and not expired.
    #[inline]
    pub fn find(&self, account: AccountId, order_id: OrderId, now: TimeNs) -> Option<Found> {
        let position = self.by_order_id.get(order_id)?;
        if position & FINAL_BIT == 0 {
            let open = self.open[position as usize];
            return (open.account == account).then_some(Found::Open(open));
        }
        let kept = *self.finals.get(position & !FINAL_BIT);
        (kept.account == account && !is_expired(kept.at, now)).then_some(Found::Final(kept))
    }

    /// The account's reserved client id with this key, unless its order is final and expired.
    pub fn find_client_id(&self, account: AccountId, key: u128, now: TimeNs) -> Option<&ClientId> {
        let position = self.client_id_position(account, key)?;
        let client_id = &self.client_ids[position as usize];
        self.find(account, client_id.order_id, now).map(|_| client_id)
    }

    fn client_id_position(&self, account: AccountId, key: u128) -> Option<u32> {
        self.by_client_id.find(key as u64, |position| {
            let client_id = &self.client_ids[position as usize];
            client_id.account == account && client_id.key == key
        })
    }

    /// Open orders of the account in the instrument.
    #[inline]
    pub fn open_count(&self, account: AccountId, instrument: InstrumentId) -> u32 {
        self.open_counts.get(pair_key(account, instrument)).unwrap_or(0)
    }

    /// Client order ids the account has reserved.
    pub fn client_id_count(&self, account: AccountId) -> u32 {
        self.account(account).client_ids
    }

    /// Adds an open order; ids only grow, so the list stays sorted.
    #[inline]
    pub fn add_open(
        &mut self,
        account: AccountId,
        order_id: OrderId,
        instrument: InstrumentId,
        index: OrderIndex,
    ) {
        let previous = self.account(account).last_open;
        let order = OpenOrder {
            order_id,
            instrument,
            index,
            account,
            previous,
            next: NONE,
            client_ids: NONE,
        };
        let position = match self.free_open.pop() {
            Some(position) => {
                self.open[position as usize] = order;
                position
            }
            None => {
                self.open.push(order);
                (self.open.len() - 1) as u32
            }
        };
        match previous {
            NONE => self.account_mut(account).first_open = position,
            previous => self.open[previous as usize].next = position,
        }
        self.account_mut(account).last_open = position;
        self.by_order_id.insert(order_id, position);
        match self.open_counts.get_mut(pair_key(account, instrument)) {
            Some(count) => *count += 1,
            None => self.open_counts.insert(pair_key(account, instrument), 1),
        }
    }

    /// Turns an order into a final one that is kept for a while, and lets go of older ones.
    ///
    /// `order` need not be open: a taker that never rested comes here too.
    pub fn add_final(
        &mut self,
        account: AccountId,
        order: &Finality,
        now: TimeNs,
        retained_max: u32,
    ) {
        let client_ids = self.remove_open(order.order_id);
        for _ in 0..EXPIRED_PER_ADDITION {
            let Some(oldest) = self.finals.oldest_expired(now) else { break };
            let owner = self.finals.get(oldest).account;
            self.forget_oldest(owner);
        }
        let value = FinalOrder {
            order_id: order.order_id,
            instrument: order.instrument,
            status: order.status,
            reason: order.reason,
            filled: order.filled,
            client_ids,
        };
        let queue = &mut self.accounts[position_of(account)].finals;
        let position = self.finals.push(queue, account, now, value);
        self.digest_sum = self.digest_sum.wrapping_add(final_digest(self.finals.get(position)));
        match self.by_order_id.get_mut(order.order_id) {
            Some(found) => *found = position | FINAL_BIT,
            None => self.by_order_id.insert(order.order_id, position | FINAL_BIT),
        }
        if self.account(account).finals.length > retained_max {
            self.forget_oldest(account);
        }
    }

    /// Takes an order off its account's open list; its index entry stays for the final one.
    fn remove_open(&mut self, order_id: OrderId) -> u32 {
        let Some(position) = self.by_order_id.get(order_id) else { return NONE };
        let order = self.open[position as usize];
        match order.previous {
            NONE => self.account_mut(order.account).first_open = order.next,
            previous => self.open[previous as usize].next = order.next,
        }
        match order.next {
            NONE => self.account_mut(order.account).last_open = order.previous,
            next => self.open[next as usize].previous = order.previous,
        }
        self.free_open.push(position);
        let key = pair_key(order.account, order.instrument);
        match self.open_counts.get_mut(key) {
            Some(1) => self.open_counts.remove(key, 1),
            Some(count) => *count -= 1,
            None => unreachable!("an open order is counted"),
        }
        order.client_ids
    }

    fn forget_oldest(&mut self, account: AccountId) {
        let queue = &mut self.accounts[position_of(account)].finals;
        let position = queue.oldest() | FINAL_BIT;
        let kept = self.finals.pop(queue);
        self.digest_sum = self.digest_sum.wrapping_sub(final_digest(&kept));
        self.by_order_id.remove(kept.value.order_id, position);
        let mut next = kept.value.client_ids;
        while next != NONE {
            let client_id = self.client_ids[next as usize];
            self.digest_sum = self.digest_sum.wrapping_sub(client_id_digest(&client_id));
            self.by_client_id.remove(client_id.key as u64, next);
            self.free_client_ids.push(next);
            self.accounts[position_of(account)].client_ids -= 1;
            next = client_id.next;
        }
    }

    /// Reserves a client id for an order that is open or final. An expired one of the same key goes.
    pub fn reserve_client_id(
        &mut self,
        account: AccountId,
        order_id: OrderId,
        key: u128,
        content: u128,
    ) {
        while self.client_id_position(account, key).is_some() {
            // Only an expired final order can still hold it, and everything older is expired too.
            self.forget_oldest(account);
        }
        self.attach_client_id(account, order_id, key, content);
    }

    /// Adds a client id that is free to an order that is open or final.
    pub fn attach_client_id(
        &mut self,
        account: AccountId,
        order_id: OrderId,
        key: u128,
        content: u128,
    ) {
        let Some(position) = self.by_order_id.get(order_id) else { return };
        let head = if position & FINAL_BIT == 0 {
            &mut self.open[position as usize].client_ids
        } else {
            &mut self.finals.get_mut(position & !FINAL_BIT).value.client_ids
        };
        let client_id = ClientId { key, content, order_id, account, next: *head };
        let new = match self.free_client_ids.pop() {
            Some(new) => {
                self.client_ids[new as usize] = client_id;
                new
            }
            None => {
                self.client_ids.push(client_id);
                (self.client_ids.len() - 1) as u32
            }
        };
        *head = new;
        self.by_client_id.insert(key as u64, new);
        self.account_mut(account).client_ids += 1;
        self.digest_sum = self.digest_sum.wrapping_add(client_id_digest(&client_id));
    }

    /// Open orders of an account by order id, from the first one after `after`.
    pub fn open_orders(
        &self,
        account: AccountId,
        after: OrderId,
    ) -> impl Iterator<Item = &OpenOrder> {
        let mut position = self.account(account).first_open;
        std::iter::from_fn(move || {
            let order = self.open.get(position as usize)?;
            position = order.next;
            Some(order)
        })
        .skip_while(move |order| order.order_id <= after)
    }

    /// Final orders of an account that are not expired, oldest first.
    pub fn final_orders(
        &self,
        account: AccountId,
        now: TimeNs,
    ) -> impl Iterator<Item = &Kept<FinalOrder>> {
        self.finals
            .iter_account(&self.account(account).finals)
            .filter(move |kept| !is_expired(kept.at, now))
    }

    /// The accounts of this slot by id.
    pub fn accounts(&self) -> &[Account] {
        &self.accounts
    }

    /// All final orders of the slot, oldest first, expired or not.
    pub fn finals(&self) -> impl Iterator<Item = &Kept<FinalOrder>> {
        self.finals.iter()
    }

    /// Client ids of an order, latest first.
    pub fn client_ids_of(&self, order_id: OrderId) -> impl Iterator<Item = &ClientId> {
        let mut next = match self.by_order_id.get(order_id) {
            None => NONE,
            Some(position) if position & FINAL_BIT == 0 => self.open[position as usize].client_ids,
            Some(position) => self.finals.get(position & !FINAL_BIT).value.client_ids,
        };
        std::iter::from_fn(move || {
            let client_id = self.client_ids.get(next as usize)?;
            next = client_id.next;
            Some(client_id)
        })
    }

    /// Adds a final order read from a snapshot; they come oldest first.
    pub fn restore_final(&mut self, account: AccountId, at: TimeNs, order: &Finality) {
        let value = FinalOrder {
            order_id: order.order_id,
            instrument: order.instrument,
            status: order.status,
            reason: order.reason,
            filled: order.filled,
            client_ids: NONE,
        };
        let queue = &mut self.accounts[position_of(account)].finals;
        let position = self.finals.push(queue, account, at, value);
        self.digest_sum = self.digest_sum.wrapping_add(final_digest(self.finals.get(position)));
        self.by_order_id.insert(order.order_id, position | FINAL_BIT);
    }

    fn digest_sum_full(&self) -> u64 {
        let mut sum = 0_u64;
        for kept in self.finals.iter() {
            sum = sum.wrapping_add(final_digest(kept));
            for client_id in self.client_ids_of(kept.value.order_id) {
                sum = sum.wrapping_add(client_id_digest(client_id));
            }
        }
        for account in &self.accounts {
            for order in self.open_orders(account.id, 0) {
                for client_id in self.client_ids_of(order.order_id) {
                    sum = sum.wrapping_add(client_id_digest(client_id));
                }
            }
        }
        sum
    }
}

/// How an order ended.
#[derive(Clone, Copy, Debug)]
pub struct Finality {
    pub order_id: OrderId,
    pub instrument: InstrumentId,
    pub status: OrderStatus,
    pub reason: CancelReason,
    pub filled: Quantity,
}

fn final_digest(kept: &Kept<FinalOrder>) -> u64 {
    let order = &kept.value;
    let words = [
        order.order_id,
        u64::from(kept.account) | u64::from(order.instrument) << 32,
        order.status as u64 | (order.reason as u64) << 8,
        order.filled as u64,
        kept.at,
    ];
    digest(DigestKind::RetainedOrder, &words)
}

fn client_id_digest(client_id: &ClientId) -> u64 {
    let words = [
        u64::from(client_id.account),
        client_id.key as u64,
        (client_id.key >> 64) as u64,
        client_id.content as u64,
        (client_id.content >> 64) as u64,
        client_id.order_id,
    ];
    digest(DigestKind::ClientOrderId, &words)
}
