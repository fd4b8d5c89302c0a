//! Accounts and what they own besides balances: which orders they have open, which final ones are
//! kept, and which client order ids are reserved. Rows lie by account, indexes by account slot.

mod ahead;

use std::fmt;

use crate::age_ring::{AgeRing, EXPIRED_PER_ADDITION, is_expired};
use crate::book::Book;
use crate::change::{
    CancelReason, ChangeType, ChangeWriter, Entity, OrderStatus, pair_word, text_words,
};
use crate::client_id::{ClientId, ClientIds};
use crate::command::AccountState;
use crate::flat_map::FlatMap;
use crate::hash::{DigestKind, digest};
use crate::ladder::NONE;
use crate::ledger::{SLOTS, by_slot, slot_of};
use crate::name::Name;
use crate::order::{Order, Papers, Place};
use crate::result_slot::Closed;
use crate::units::{AccountId, InstrumentId, OrderId, Quantity, TimeNs};

/// One account, in one cache line; its name and state lie apart.
#[derive(Clone, Debug)]
#[repr(align(64))]
struct Row {
    finals: AgeRing<FinalOrder>,
    /// Its open orders with the lowest and the highest id; `Papers` link those between.
    oldest: Place,
    newest: Place,
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
    pub place: Place,
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

/// Where an order id leads to.
#[derive(Clone, Copy, Debug)]
pub enum Found<'a> {
    Open(OpenOrder),
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
            Found::Open(order) => order.place.instrument,
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

/// Where the index of order ids leads to: an open order's instrument and position, or the number of
/// a final one.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
struct Entry(u64);

/// Marks numbers of final orders.
const FINAL_BIT: u64 = 1 << 63;

impl Entry {
    #[inline]
    fn open(place: Place) -> Entry {
        Entry(u64::from(place.instrument) << 32 | u64::from(place.index))
    }

    #[inline]
    fn finished(number: u32) -> Entry {
        Entry(FINAL_BIT | u64::from(number))
    }

    /// The place of an open order, or the number of a final one.
    #[inline]
    fn look(self) -> Result<Place, u32> {
        if self.0 & FINAL_BIT != 0 {
            return Err(self.0 as u32);
        }
        Ok(Place { instrument: (self.0 >> 32) as u32, index: self.0 as u32 })
    }
}

impl fmt::Display for Entry {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        write!(formatter, "{:x}", self.0)
    }
}

/// Indexes of the accounts of one slot, in one cache line.
#[repr(align(64))]
struct Slot {
    by_order_id: FlatMap<Entry>,
    /// Number of open orders by account and instrument.
    open_counts: FlatMap,
}

/// All accounts.
pub struct Accounts {
    slots: Box<[Slot; SLOTS]>,
    /// By account id; row 0 is nobody's.
    rows: Vec<Row>,
    client_ids: Box<[ClientIds; SLOTS]>,
    names: Vec<Name>,
    /// By account id from 1: most commands need nothing else of the account's own.
    states: Vec<AccountState>,
    /// Sum of the digests of accounts, final orders and client ids.
    digest_sum: u64,
}

const EMPTY_ROW: Row =
    Row { finals: AgeRing::EMPTY, oldest: Place::NOWHERE, newest: Place::NOWHERE, client_ids: 0 };

#[inline]
fn pair_key(account: AccountId, instrument: InstrumentId) -> u64 {
    u64::from(account) << 32 | u64::from(instrument)
}

impl Accounts {
    pub fn new() -> Accounts {
        let indexes = || Slot { by_order_id: FlatMap::default(), open_counts: FlatMap::default() };
        Accounts {
            slots: by_slot(indexes),
            rows: vec![EMPTY_ROW],
            client_ids: by_slot(ClientIds::default),
            names: Vec::new(),
            states: Vec::new(),
            digest_sum: 0,
        }
    }

    pub fn count(&self) -> u32 {
        self.names.len() as u32
    }

    /// Adds the next account.
    pub fn create(&mut self, name: Name) -> AccountId {
        self.names.push(name);
        self.states.push(AccountState::Active);
        let id = self.count();
        self.rows.push(EMPTY_ROW);
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
        &self.rows[account as usize]
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
    #[inline(always)]
    pub fn find(
        &self,
        account: AccountId,
        order_id: OrderId,
        now: TimeNs,
        books: &[Book],
    ) -> Option<Found<'_>> {
        let slot = &self.slots[slot_of(account)];
        match slot.by_order_id.get(order_id)?.look() {
            Ok(place) => {
                // Accounts of one slot share the index.
                let is_own = open_at(books, place).account == account;
                is_own.then_some(Found::Open(OpenOrder { order_id, place }))
            }
            Err(number) => {
                let order = self.rows.get(account as usize)?.finals.get(number)?;
                // The number may be another account's.
                let is_own = order.order_id == order_id;
                (is_own && !is_expired(order.at, now)).then_some(Found::Final(order))
            }
        }
    }

    /// The account's reserved client id with this key, unless its order is final and expired.
    pub fn find_client_id(&self, account: AccountId, key: u128, now: TimeNs) -> Option<&ClientId> {
        let client_id = self.client_ids[slot_of(account)].find(account, key)?;
        let slot = &self.slots[slot_of(account)];
        match slot.by_order_id.get(client_id.order_id)?.look() {
            Ok(_) => Some(client_id),
            Err(number) => {
                let order = self.row(account).finals.get(number)?;
                (!is_expired(order.at, now)).then_some(client_id)
            }
        }
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

    /// Adds an open order that is in its book; ids only grow, so the account's list stays sorted.
    #[inline]
    pub fn add_open(
        &mut self,
        account: AccountId,
        order_id: OrderId,
        place: Place,
        books: &mut [Book],
    ) {
        let Slot { by_order_id, open_counts } = &mut self.slots[slot_of(account)];
        let row = &mut self.rows[account as usize];
        let older = std::mem::replace(&mut row.newest, place);
        papers_at(books, place).older = older;
        match older {
            Place::NOWHERE => row.oldest = place,
            older => papers_at(books, older).newer = place,
        }
        by_order_id.insert(order_id, Entry::open(place));
        match open_counts.get_mut(pair_key(account, place.instrument)) {
            Some(count) => *count += 1,
            None => open_counts.insert(pair_key(account, place.instrument), 1),
        }
    }

    /// Turns an order into a final one that is kept for a while, and lets go of older ones.
    ///
    /// `order` need not be open: a taker that never rested comes here too.
    #[inline]
    pub fn add_final(
        &mut self,
        order: &Closed,
        now: TimeNs,
        retained_max: u32,
        books: &mut [Book],
    ) {
        let account = order.account;
        for _ in 0..EXPIRED_PER_ADDITION {
            let oldest = self.row(account).finals.oldest();
            if !oldest.is_some_and(|oldest| is_expired(oldest.at, now)) {
                break;
            }
            self.forget_oldest(account);
        }
        if self.keep_final(order, now, books) > retained_max {
            self.forget_oldest(account);
        }
    }

    /// Returns how many final orders the account now keeps.
    #[inline]
    fn keep_final(&mut self, order: &Closed, at: TimeNs, books: &mut [Book]) -> u32 {
        let account = order.account;
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
        let row = &mut self.rows[account as usize];
        let number = Entry::finished(row.finals.next_number());
        match order.index {
            NONE => slot.by_order_id.insert(order.order_id, number),
            index => {
                let place = Place { instrument: order.instrument, index };
                kept.client_ids = slot.remove_open(account, row, place, books);
                let found = slot.by_order_id.get_mut(order.order_id);
                *found.expect("an open order is in the index") = number;
            }
        }
        row.finals.push(kept);
        row.finals.len()
    }

    fn forget_oldest(&mut self, account: AccountId) {
        let slot = &mut self.slots[slot_of(account)];
        let row = &mut self.rows[account as usize];
        let Some((number, order)) = row.finals.pop() else { return };
        self.digest_sum = self.digest_sum.wrapping_sub(final_digest(account, &order));
        slot.by_order_id.remove(order.order_id, Entry::finished(number));
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
        books: &mut [Book],
    ) {
        while self.client_ids[slot_of(account)].find(account, key).is_some() {
            // Only an expired final order can still hold it, and everything older is expired too.
            self.forget_oldest(account);
        }
        self.attach_client_id(account, order_id, key, content, books);
    }

    /// Adds a client id that is free to an order that is open or final.
    pub fn attach_client_id(
        &mut self,
        account: AccountId,
        order_id: OrderId,
        key: u128,
        content: u128,
        books: &mut [Book],
    ) {
        let slot = &mut self.slots[slot_of(account)];
        let Some(entry) = slot.by_order_id.get(order_id) else { return };
        let row = &mut self.rows[account as usize];
        let head = match entry.look() {
            Ok(place) => &mut papers_at(books, place).client_ids,
            Err(number) => match row.finals.get_mut(number) {
                Some(order) => &mut order.client_ids,
                None => return,
            },
        };
        let client_id = ClientId { key, content, order_id, account, next: *head };
        *head = self.client_ids[slot_of(account)].add(client_id);
        row.client_ids += 1;
        self.digest_sum = self.digest_sum.wrapping_add(client_id.digest());
    }

    /// Open orders of an account by order id, from the first one after `after`.
    pub fn open_orders<'a>(
        &self,
        account: AccountId,
        after: OrderId,
        books: &'a [Book],
    ) -> impl Iterator<Item = OpenOrder> + 'a {
        let mut next = self.row(account).oldest;
        std::iter::from_fn(move || {
            let place = next;
            if place == Place::NOWHERE {
                return None;
            }
            let book = &books[place.instrument as usize - 1];
            next = book.papers(place.index).newer;
            Some(OpenOrder { order_id: book.order(place.index).order_id, place })
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
        books: &[Book],
    ) -> impl Iterator<Item = &ClientId> {
        let entry = self.slots[slot_of(account)].by_order_id.get(order_id);
        let head = match entry.map(Entry::look) {
            None => NONE,
            Some(Ok(place)) => {
                let book = &books[place.instrument as usize - 1];
                book.papers(place.index).client_ids
            }
            Some(Err(number)) => {
                let kept = self.row(account).finals.get(number);
                kept.map_or(NONE, |order| order.client_ids)
            }
        };
        self.client_ids[slot_of(account)].chain(head)
    }

    /// Adds a final order read from a snapshot; those of an account come oldest first.
    pub fn restore_final(&mut self, at: TimeNs, order: &Closed) {
        self.keep_final(order, at, &mut []);
    }

    /// Sum of the digests of accounts, final orders and client ids.
    pub fn digest_sum(&self) -> u64 {
        self.digest_sum
    }

    /// `digest_sum` computed anew.
    pub fn digest_sum_full(&self, books: &[Book]) -> u64 {
        let mut sum = 0_u64;
        for account in 1..=self.count() {
            sum = sum.wrapping_add(self.image(account).digest());
            let open = self.open_orders(account, 0, books).map(|order| order.order_id);
            let finals = self.final_orders(account).map(|order| order.order_id);
            for order_id in open.chain(finals) {
                let ids = self.client_ids_of(account, order_id, books);
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
    /// Takes an order off its account's open list, gives its place in the book back and returns its
    /// client ids; its index entry is for the final one now.
    #[inline]
    fn remove_open(
        &mut self,
        account: AccountId,
        row: &mut Row,
        place: Place,
        books: &mut [Book],
    ) -> u32 {
        let Papers { older, newer, client_ids, .. } = *papers_at(books, place);
        match older {
            Place::NOWHERE => row.oldest = newer,
            older => papers_at(books, older).newer = newer,
        }
        match newer {
            Place::NOWHERE => row.newest = older,
            newer => papers_at(books, newer).older = older,
        }
        books[place.instrument as usize - 1].release(place.index);
        let key = pair_key(account, place.instrument);
        match self.open_counts.get_mut(key) {
            Some(1) => self.open_counts.remove(key, 1),
            Some(count) => *count -= 1,
            None => unreachable!("an open order is counted"),
        }
        client_ids
    }
}

/// The open order at a place.
#[inline]
fn open_at(books: &[Book], place: Place) -> &Order {
    books[place.instrument as usize - 1].order(place.index)
}

#[inline]
fn papers_at(books: &mut [Book], place: Place) -> &mut Papers {
    books[place.instrument as usize - 1].papers_mut(place.index)
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
