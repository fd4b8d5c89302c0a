//! Accounts and what they own besides balances: which orders they have open, which final ones are
//! kept, and which client order ids are reserved. Every table is divided by account slot.

use crate::age_ring::{AgeRing, EXPIRED_PER_ADDITION, is_expired};
use crate::change::{
    CancelReason, ChangeType, ChangeWriter, Entity, OrderStatus, pair_word, text_words,
};
use crate::client_id::{ClientId, ClientIds};
use crate::command::AccountState;
use crate::flat_map::FlatMap;
use crate::hash::{DigestKind, digest};
use crate::ladder::{NONE, OrderIndex};
use crate::ledger::{SLOTS, row_of, slot_of};
use crate::name::Name;
use crate::units::{AccountId, InstrumentId, OrderId, Quantity, TimeNs};

/// One account, in one cache line; its name lies apart.
#[derive(Clone, Debug)]
#[repr(align(64))]
struct Row {
    finals: AgeRing<FinalOrder>,
    state: AccountState,
    /// Open orders by order id.
    first_open: u32,
    last_open: u32,
    /// Client order ids reserved.
    client_ids: u32,
}

/// An account as others see it.
#[derive(Clone, Copy, Debug)]
pub struct Account {
    pub id: AccountId,
    pub state: AccountState,
    pub name: Name,
}

/// An open order, as its account sees it.
#[derive(Clone, Copy, Debug)]
pub struct OpenOrder {
    pub order_id: OrderId,
    pub account: AccountId,
    pub instrument: InstrumentId,
    /// Position in the book of the instrument.
    pub index: OrderIndex,
    previous: u32,
    next: u32,
    client_ids: u32,
}

/// What is kept of a final order (`rules.md` 5.7).
#[derive(Clone, Copy, Debug)]
pub struct FinalOrder {
    pub order_id: OrderId,
    pub filled: Quantity,
    pub at: TimeNs,
    pub instrument: InstrumentId,
    client_ids: u32,
    pub status: OrderStatus,
    pub reason: CancelReason,
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

/// Where an order id leads to.
#[derive(Clone, Copy, Debug)]
pub enum Found {
    Open(OpenOrder),
    Final(FinalOrder),
}

impl Found {
    pub fn order_id(&self) -> OrderId {
        match self {
            Found::Open(order) => order.order_id,
            Found::Final(order) => order.order_id,
        }
    }

    pub fn instrument(&self) -> InstrumentId {
        match self {
            Found::Open(order) => order.instrument,
            Found::Final(order) => order.instrument,
        }
    }
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

/// Marks numbers of final orders in the index of order ids.
const FINAL_BIT: u32 = 1 << 31;

/// Open orders of one slot; free entries are linked by `next`.
struct OpenOrders {
    entries: Vec<OpenOrder>,
    free: u32,
}

/// All accounts.
pub struct Accounts {
    rows: Vec<Vec<Row>>,
    names: Vec<Name>,
    open: Vec<OpenOrders>,
    by_order_id: Vec<FlatMap>,
    /// Number of open orders by account and instrument.
    open_counts: Vec<FlatMap>,
    client_ids: Vec<ClientIds>,
    /// Sum of the digests of accounts, final orders and client ids.
    digest_sum: u64,
}

/// Row of an account among those of its slot: slot 0 has no row 0, since id 0 does not exist.
#[inline]
fn position_of(account: AccountId) -> usize {
    row_of(account) - usize::from(slot_of(account) == 0)
}

#[inline]
fn pair_key(account: AccountId, instrument: InstrumentId) -> u64 {
    u64::from(account) << 32 | u64::from(instrument)
}

impl Accounts {
    pub fn new() -> Accounts {
        let slots = || 0..SLOTS;
        Accounts {
            rows: slots().map(|_| Vec::new()).collect(),
            names: Vec::new(),
            open: slots().map(|_| OpenOrders { entries: Vec::new(), free: NONE }).collect(),
            by_order_id: slots().map(|_| FlatMap::default()).collect(),
            open_counts: slots().map(|_| FlatMap::default()).collect(),
            client_ids: slots().map(|_| ClientIds::default()).collect(),
            digest_sum: 0,
        }
    }

    pub fn count(&self) -> u32 {
        self.names.len() as u32
    }

    /// Adds the next account.
    pub fn create(&mut self, name: Name) -> AccountId {
        self.names.push(name);
        let id = self.count();
        self.rows[slot_of(id)].push(Row {
            finals: AgeRing::default(),
            state: AccountState::Active,
            first_open: NONE,
            last_open: NONE,
            client_ids: 0,
        });
        self.count_digest(id);
        id
    }

    /// Sets the state of an account that exists.
    pub fn set_state(&mut self, id: AccountId, state: AccountState) {
        self.uncount_digest(id);
        self.row_mut(id).state = state;
        self.count_digest(id);
    }

    /// Names an account that was created under a placeholder.
    pub fn rename(&mut self, id: AccountId, name: Name) {
        self.uncount_digest(id);
        self.names[id as usize - 1] = name;
        self.count_digest(id);
    }

    fn count_digest(&mut self, id: AccountId) {
        self.digest_sum = self.digest_sum.wrapping_add(self.image(id).digest());
    }

    fn uncount_digest(&mut self, id: AccountId) {
        self.digest_sum = self.digest_sum.wrapping_sub(self.image(id).digest());
    }

    #[inline]
    fn row(&self, account: AccountId) -> &Row {
        &self.rows[slot_of(account)][position_of(account)]
    }

    #[inline]
    fn row_mut(&mut self, account: AccountId) -> &mut Row {
        &mut self.rows[slot_of(account)][position_of(account)]
    }

    #[inline]
    pub fn exists(&self, account: AccountId) -> bool {
        account != 0 && account <= self.count()
    }

    /// State of an account, when it exists.
    #[inline]
    pub fn state(&self, account: AccountId) -> Option<AccountState> {
        self.exists(account).then(|| self.row(account).state)
    }

    /// An account that exists.
    pub fn image(&self, id: AccountId) -> Account {
        Account { id, state: self.row(id).state, name: self.names[id as usize - 1] }
    }

    /// The account's order with this id, open or final and not expired.
    #[inline]
    pub fn find(&self, account: AccountId, order_id: OrderId, now: TimeNs) -> Option<Found> {
        let slot = slot_of(account);
        let position = self.by_order_id[slot].get(order_id)?;
        if position & FINAL_BIT == 0 {
            let open = self.open[slot].entries[position as usize];
            return (open.account == account).then_some(Found::Open(open));
        }
        let order = *self.row(account).finals.get(position & !FINAL_BIT)?;
        // Accounts of one slot share the index, so the number may be another account's.
        (order.order_id == order_id && !is_expired(order.at, now)).then_some(Found::Final(order))
    }

    /// The account's reserved client id with this key, unless its order is final and expired.
    pub fn find_client_id(&self, account: AccountId, key: u128, now: TimeNs) -> Option<&ClientId> {
        let client_id = self.client_ids[slot_of(account)].find(account, key)?;
        self.find(account, client_id.order_id, now).map(|_| client_id)
    }

    /// Where the index has an order id of an account that exists: for `open_at`.
    #[inline]
    pub fn position_of_order(&self, account: AccountId, order_id: OrderId) -> Option<u32> {
        self.by_order_id[slot_of(account)].get(order_id)
    }

    /// The open order at a position of the index, if it is one.
    #[inline]
    pub fn open_at(&self, account: AccountId, position: u32) -> Option<&OpenOrder> {
        self.open[slot_of(account)].entries.get(position as usize)
    }

    /// Open orders of the account in the instrument.
    #[inline]
    pub fn open_count(&self, account: AccountId, instrument: InstrumentId) -> u32 {
        self.open_counts[slot_of(account)].get(pair_key(account, instrument)).unwrap_or(0)
    }

    /// Client order ids the account has reserved.
    pub fn client_id_count(&self, account: AccountId) -> u32 {
        self.row(account).client_ids
    }

    /// Adds an open order; ids only grow, so the account's list stays sorted.
    #[inline]
    pub fn add_open(
        &mut self,
        account: AccountId,
        order_id: OrderId,
        instrument: InstrumentId,
        index: OrderIndex,
    ) {
        let slot = slot_of(account);
        let row = &mut self.rows[slot][position_of(account)];
        let open = &mut self.open[slot];
        let previous = row.last_open;
        let position = open.add(OpenOrder {
            order_id,
            account,
            instrument,
            index,
            previous,
            next: NONE,
            client_ids: NONE,
        });
        row.last_open = position;
        match previous {
            NONE => row.first_open = position,
            previous => open.entries[previous as usize].next = position,
        }
        self.by_order_id[slot].insert(order_id, position);
        let counts = &mut self.open_counts[slot];
        match counts.get_mut(pair_key(account, instrument)) {
            Some(count) => *count += 1,
            None => counts.insert(pair_key(account, instrument), 1),
        }
    }

    /// Turns an order into a final one that is kept for a while, and lets go of older ones.
    ///
    /// `order` need not be open: a taker that never rested comes here too.
    #[inline]
    pub fn add_final(
        &mut self,
        account: AccountId,
        order: &Finality,
        now: TimeNs,
        retained_max: u32,
    ) {
        for _ in 0..EXPIRED_PER_ADDITION {
            let oldest = self.row(account).finals.oldest();
            if !oldest.is_some_and(|oldest| is_expired(oldest.at, now)) {
                break;
            }
            self.forget_oldest(account);
        }
        let slot = slot_of(account);
        let position = self.by_order_id[slot].get(order.order_id);
        let client_ids = position.map_or(NONE, |position| self.remove_open(account, position));
        let number = self.push_final(account, now, order, client_ids);
        match self.by_order_id[slot].get_mut(order.order_id) {
            Some(found) => *found = number | FINAL_BIT,
            None => self.by_order_id[slot].insert(order.order_id, number | FINAL_BIT),
        }
        if self.row(account).finals.len() > retained_max {
            self.forget_oldest(account);
        }
    }

    fn push_final(
        &mut self,
        account: AccountId,
        at: TimeNs,
        order: &Finality,
        client_ids: u32,
    ) -> u32 {
        let kept = FinalOrder {
            order_id: order.order_id,
            filled: order.filled,
            at,
            instrument: order.instrument,
            client_ids,
            status: order.status,
            reason: order.reason,
        };
        self.digest_sum = self.digest_sum.wrapping_add(final_digest(account, &kept));
        self.row_mut(account).finals.push(kept)
    }

    /// Takes an order off its account's open list and returns its client ids; its index entry stays
    /// for the final one.
    fn remove_open(&mut self, account: AccountId, position: u32) -> u32 {
        let slot = slot_of(account);
        let row = &mut self.rows[slot][position_of(account)];
        let open = &mut self.open[slot];
        let order = open.entries[position as usize];
        match order.previous {
            NONE => row.first_open = order.next,
            previous => open.entries[previous as usize].next = order.next,
        }
        match order.next {
            NONE => row.last_open = order.previous,
            next => open.entries[next as usize].previous = order.previous,
        }
        open.remove(position);
        let key = pair_key(account, order.instrument);
        let counts = &mut self.open_counts[slot];
        match counts.get_mut(key) {
            Some(1) => counts.remove(key, 1),
            Some(count) => *count -= 1,
            None => unreachable!("an open order is counted"),
        }
        order.client_ids
    }

    fn forget_oldest(&mut self, account: AccountId) {
        let slot = slot_of(account);
        let row = &mut self.rows[slot][position_of(account)];
        let Some((number, order)) = row.finals.pop() else { return };
        self.digest_sum = self.digest_sum.wrapping_sub(final_digest(account, &order));
        self.by_order_id[slot].remove(order.order_id, number | FINAL_BIT);
        let (count, sum) = self.client_ids[slot].remove_chain(order.client_ids);
        row.client_ids -= count;
        self.digest_sum = self.digest_sum.wrapping_sub(sum);
    }

    /// Reserves a client id for an order that is open or final. An expired one of the same key
    /// goes.
    pub fn reserve_client_id(
        &mut self,
        account: AccountId,
        order_id: OrderId,
        key: u128,
        content: u128,
    ) {
        while self.client_ids[slot_of(account)].find(account, key).is_some() {
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
        let slot = slot_of(account);
        let Some(position) = self.by_order_id[slot].get(order_id) else { return };
        let row = &mut self.rows[slot][position_of(account)];
        let head = if position & FINAL_BIT == 0 {
            &mut self.open[slot].entries[position as usize].client_ids
        } else {
            match row.finals.get_mut(position & !FINAL_BIT) {
                Some(order) => &mut order.client_ids,
                None => return,
            }
        };
        let client_id = ClientId { key, content, order_id, account, next: *head };
        *head = self.client_ids[slot].add(client_id);
        row.client_ids += 1;
        self.digest_sum = self.digest_sum.wrapping_add(client_id.digest());
    }

    /// Open orders of an account by order id, from the first one after `after`.
    pub fn open_orders(
        &self,
        account: AccountId,
        after: OrderId,
    ) -> impl Iterator<Item = &OpenOrder> {
        let open = &self.open[slot_of(account)];
        let mut position = self.row(account).first_open;
        std::iter::from_fn(move || {
            let order = open.entries.get(position as usize)?;
            position = order.next;
            Some(order)
        })
        .skip_while(move |order| order.order_id <= after)
    }

    /// All final orders of an account, oldest first, expired or not.
    pub fn final_orders(&self, account: AccountId) -> impl Iterator<Item = &FinalOrder> {
        self.row(account).finals.iter()
    }

    /// Client ids of an order of the account, latest first.
    pub fn client_ids_of(
        &self,
        account: AccountId,
        order_id: OrderId,
    ) -> impl Iterator<Item = &ClientId> {
        let slot = slot_of(account);
        let head = match self.by_order_id[slot].get(order_id) {
            None => NONE,
            Some(position) if position & FINAL_BIT == 0 => {
                self.open[slot].entries[position as usize].client_ids
            }
            Some(number) => {
                let kept = self.row(account).finals.get(number & !FINAL_BIT);
                kept.map_or(NONE, |order| order.client_ids)
            }
        };
        self.client_ids[slot].chain(head)
    }

    /// Adds a final order read from a snapshot; those of an account come oldest first.
    pub fn restore_final(&mut self, account: AccountId, at: TimeNs, order: &Finality) {
        let number = self.push_final(account, at, order, NONE);
        self.by_order_id[slot_of(account)].insert(order.order_id, number | FINAL_BIT);
    }

    /// Sum of the digests of accounts, final orders and client ids.
    pub fn digest_sum(&self) -> u64 {
        self.digest_sum
    }

    /// `digest_sum` computed anew.
    pub fn digest_sum_full(&self) -> u64 {
        let mut sum = 0_u64;
        for account in 1..=self.count() {
            sum = sum.wrapping_add(self.image(account).digest());
            let open = self.open_orders(account, 0).map(|order| order.order_id);
            let finals = self.final_orders(account).map(|order| order.order_id);
            for order_id in open.chain(finals) {
                let ids = self.client_ids_of(account, order_id);
                sum = ids.fold(sum, |sum, client_id| sum.wrapping_add(client_id.digest()));
            }
            for order in self.final_orders(account) {
                sum = sum.wrapping_add(final_digest(account, order));
            }
        }
        sum
    }
}

impl OpenOrders {
    #[inline]
    fn add(&mut self, order: OpenOrder) -> u32 {
        if self.free == NONE {
            self.entries.push(order);
            return (self.entries.len() - 1) as u32;
        }
        let position = self.free;
        self.free = self.entries[position as usize].next;
        self.entries[position as usize] = order;
        position
    }

    #[inline]
    fn remove(&mut self, position: u32) {
        self.entries[position as usize].next = self.free;
        self.free = position;
    }
}

fn final_digest(account: AccountId, order: &FinalOrder) -> u64 {
    let words = [
        order.order_id,
        pair_word(account, order.instrument),
        order.status as u64 | (order.reason as u64) << 8,
        order.filled as u64,
        order.at,
    ];
    digest(DigestKind::RetainedOrder, &words)
}
