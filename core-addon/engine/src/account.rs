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
use crate::ledger::{SLOTS, by_slot, row_of, slot_of};
use crate::name::Name;
use crate::units::{AccountId, InstrumentId, OrderId, Quantity, TimeNs};

/// One account, in one cache line; its name and state lie apart.
#[derive(Clone, Debug)]
#[repr(align(64))]
struct Row {
    finals: AgeRing<FinalOrder>,
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
pub enum Found<'a> {
    Open(&'a OpenOrder),
    Final(&'a FinalOrder),
}

impl Found<'_> {
    #[inline]
    pub fn order_id(&self) -> OrderId {
        match self {
            Found::Open(order) => order.order_id,
            Found::Final(order) => order.order_id,
        }
    }

    #[inline]
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

/// What the accounts of one slot have: two cache lines of tables, so that a command finds all it
/// needs of them together.
#[repr(align(64))]
struct Slot {
    by_order_id: FlatMap,
    open: OpenOrders,
    rows: Vec<Row>,
    /// Number of open orders by account and instrument.
    open_counts: FlatMap,
}

/// All accounts.
pub struct Accounts {
    slots: Box<[Slot; SLOTS]>,
    client_ids: Box<[ClientIds; SLOTS]>,
    names: Vec<Name>,
    /// By account id from 1: most commands need nothing else of the account's own.
    states: Vec<AccountState>,
    /// Sum of the digests of accounts, final orders and client ids.
    digest_sum: u64,
}

const EMPTY_ROW: Row =
    Row { finals: AgeRing::EMPTY, first_open: NONE, last_open: NONE, client_ids: 0 };

#[inline]
fn pair_key(account: AccountId, instrument: InstrumentId) -> u64 {
    u64::from(account) << 32 | u64::from(instrument)
}

impl Accounts {
    pub fn new() -> Accounts {
        let mut slots = by_slot(|| Slot {
            by_order_id: FlatMap::default(),
            open: OpenOrders { entries: Vec::new(), free: NONE },
            rows: Vec::new(),
            open_counts: FlatMap::default(),
        });
        // Row 0 of slot 0 would be account 0.
        slots[0].rows.push(EMPTY_ROW);
        let (names, states) = (Vec::new(), Vec::new());
        Accounts { slots, client_ids: by_slot(ClientIds::default), names, states, digest_sum: 0 }
    }

    pub fn count(&self) -> u32 {
        self.names.len() as u32
    }

    /// Adds the next account.
    pub fn create(&mut self, name: Name) -> AccountId {
        self.names.push(name);
        self.states.push(AccountState::Active);
        let id = self.count();
        self.slots[slot_of(id)].rows.push(EMPTY_ROW);
        self.count_digest(id);
        id
    }

    /// Sets the state of an account that exists.
    pub fn set_state(&mut self, id: AccountId, state: AccountState) {
        self.uncount_digest(id);
        self.states[id as usize - 1] = state;
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
        &self.slots[slot_of(account)].rows[row_of(account)]
    }

    #[inline]
    pub fn exists(&self, account: AccountId) -> bool {
        self.state(account).is_some()
    }

    /// State of an account, when it exists.
    #[inline]
    pub fn state(&self, account: AccountId) -> Option<AccountState> {
        self.states.get((account as usize).wrapping_sub(1)).copied()
    }

    /// An account that exists.
    pub fn image(&self, id: AccountId) -> Account {
        let position = id as usize - 1;
        Account { id, state: self.states[position], name: self.names[position] }
    }

    /// The account's order with this id, open or final and not expired.
    #[inline]
    pub fn find(&self, account: AccountId, order_id: OrderId, now: TimeNs) -> Option<Found<'_>> {
        let slot = &self.slots[slot_of(account)];
        let position = slot.by_order_id.get(order_id)?;
        if position & FINAL_BIT == 0 {
            let open = &slot.open.entries[position as usize];
            return (open.account == account).then_some(Found::Open(open));
        }
        let order = slot.rows.get(row_of(account))?.finals.get(position & !FINAL_BIT)?;
        // Accounts of one slot share the index, so the number may be another account's.
        (order.order_id == order_id && !is_expired(order.at, now)).then_some(Found::Final(order))
    }

    /// The account's reserved client id with this key, unless its order is final and expired.
    pub fn find_client_id(&self, account: AccountId, key: u128, now: TimeNs) -> Option<&ClientId> {
        let client_id = self.client_ids[slot_of(account)].find(account, key)?;
        self.find(account, client_id.order_id, now).map(|_| client_id)
    }

    /// Where the index of the account's slot has an order id: for `open_at`.
    #[inline]
    pub fn position_of_order(&self, account: AccountId, order_id: OrderId) -> Option<u32> {
        self.slots[slot_of(account)].by_order_id.get(order_id)
    }

    /// The open order at a position of the index, if it is one.
    #[inline]
    pub fn open_at(&self, account: AccountId, position: u32) -> Option<&OpenOrder> {
        self.slots[slot_of(account)].open.entries.get(position as usize)
    }

    /// Loads the row of an account; see `look_ahead.rs`.
    #[inline]
    pub fn look_ahead(&self, account: AccountId) -> u64 {
        let row = self.slots[slot_of(account)].rows.get(row_of(account));
        row.map_or(0, |row| u64::from(row.last_open))
    }

    /// Open orders of the account in the instrument.
    #[inline]
    pub fn open_count(&self, account: AccountId, instrument: InstrumentId) -> u32 {
        let counts = &self.slots[slot_of(account)].open_counts;
        counts.get(pair_key(account, instrument)).unwrap_or(0)
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
        let Slot { by_order_id, open, rows, open_counts } = &mut self.slots[slot_of(account)];
        let row = &mut rows[row_of(account)];
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
        by_order_id.insert(order_id, position);
        match open_counts.get_mut(pair_key(account, instrument)) {
            Some(count) => *count += 1,
            None => open_counts.insert(pair_key(account, instrument), 1),
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
        if self.keep_final(account, order, now) > retained_max {
            self.forget_oldest(account);
        }
    }

    /// Returns how many final orders the account now keeps.
    #[inline]
    fn keep_final(&mut self, account: AccountId, order: &Finality, at: TimeNs) -> u32 {
        let slot = &mut self.slots[slot_of(account)];
        let mut kept = FinalOrder {
            order_id: order.order_id,
            filled: order.filled,
            at,
            instrument: order.instrument,
            client_ids: NONE,
            status: order.status,
            reason: order.reason,
        };
        self.digest_sum = self.digest_sum.wrapping_add(final_digest(account, &kept));
        let number = slot.rows[row_of(account)].finals.next_number();
        match slot.by_order_id.get_mut(order.order_id) {
            Some(found) => {
                let position = std::mem::replace(found, number | FINAL_BIT);
                kept.client_ids = slot.remove_open(account, position);
            }
            None => slot.by_order_id.insert(order.order_id, number | FINAL_BIT),
        }
        let finals = &mut slot.rows[row_of(account)].finals;
        finals.push(kept);
        finals.len()
    }

    fn forget_oldest(&mut self, account: AccountId) {
        let slot = &mut self.slots[slot_of(account)];
        let row = &mut slot.rows[row_of(account)];
        let Some((number, order)) = row.finals.pop() else { return };
        self.digest_sum = self.digest_sum.wrapping_sub(final_digest(account, &order));
        slot.by_order_id.remove(order.order_id, number | FINAL_BIT);
        if order.client_ids == NONE {
            return;
        }
        let (count, sum) = self.client_ids[slot_of(account)].remove_chain(order.client_ids);
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
        let slot = &mut self.slots[slot_of(account)];
        let Some(position) = slot.by_order_id.get(order_id) else { return };
        let row = &mut slot.rows[row_of(account)];
        let head = if position & FINAL_BIT == 0 {
            &mut slot.open.entries[position as usize].client_ids
        } else {
            match row.finals.get_mut(position & !FINAL_BIT) {
                Some(order) => &mut order.client_ids,
                None => return,
            }
        };
        let client_id = ClientId { key, content, order_id, account, next: *head };
        *head = self.client_ids[slot_of(account)].add(client_id);
        row.client_ids += 1;
        self.digest_sum = self.digest_sum.wrapping_add(client_id.digest());
    }

    /// Open orders of an account by order id, from the first one after `after`.
    pub fn open_orders(
        &self,
        account: AccountId,
        after: OrderId,
    ) -> impl Iterator<Item = &OpenOrder> {
        let open = &self.slots[slot_of(account)].open;
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
        let slot = &self.slots[slot_of(account)];
        let head = match slot.by_order_id.get(order_id) {
            None => NONE,
            Some(position) if position & FINAL_BIT == 0 => {
                slot.open.entries[position as usize].client_ids
            }
            Some(number) => {
                let kept = self.row(account).finals.get(number & !FINAL_BIT);
                kept.map_or(NONE, |order| order.client_ids)
            }
        };
        self.client_ids[slot_of(account)].chain(head)
    }

    /// Adds a final order read from a snapshot; those of an account come oldest first.
    pub fn restore_final(&mut self, account: AccountId, at: TimeNs, order: &Finality) {
        self.keep_final(account, order, at);
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

impl Slot {
    /// Takes an order off its account's open list and returns its client ids; its index entry is
    /// for the final one now.
    #[inline]
    fn remove_open(&mut self, account: AccountId, position: u32) -> u32 {
        let row = &mut self.rows[row_of(account)];
        let open = &mut self.open;
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
        match self.open_counts.get_mut(key) {
            Some(1) => self.open_counts.remove(key, 1),
            Some(count) => *count -= 1,
            None => unreachable!("an open order is counted"),
        }
        order.client_ids
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
