//! The open orders of one instrument: a slab of orders, linked in time priority within price
//! levels.
//!
//! The book moves quantities only; amounts are computed by the matcher and added by the ledger.

use std::hint::select_unpredictable;

use crate::change::{CancelReason, ChangeType, ChangeWriter, OrderImage, OrderStatus};
use crate::command::{OrderType, Side, TEXT_BYTES_MAX};
use crate::hash::{DigestKind, digest};
use crate::ladder::{Ladder, LevelIndex, LevelState, NONE, OrderIndex};
use crate::units::{
    AccountId, Amount, InstrumentId, OrderId, Price, Quantity, Sequence, SessionId, TimeNs,
    amount_words,
};

/// What an order asks for and what its fills have come to. Laid out so that, behind the 32 bytes of
/// its place in the queue, matching reads one cache line and settling the next.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct OrderTerms {
    /// 0 for market orders.
    pub price: Price,
    /// Total quantity; 0 for a budget order.
    pub quantity: Quantity,
    pub filled: Quantity,
    /// Rates in millionths, captured at acceptance.
    pub maker_rate: i32,
    pub taker_rate: i32,
    /// Σ price × quantity × k over its fills.
    pub notional: Amount,
    /// Σ notional × rate over its fills, in millionths of a quote unit.
    pub rated: Amount,
    /// Fee charged so far.
    pub fee: Amount,
    /// What the account has frozen for it: quote units of a buy, base units of a sell.
    pub frozen: Amount,
    pub session: SessionId,
    pub created_at_ns: TimeNs,
    /// Sequence at which the order got its place in the queue.
    pub priority: Sequence,
    pub side: Side,
    /// `OrderType`, `TimeInForce`, `STP_…` and flags as bytes.
    pub order_type: u8,
    pub time_in_force: u8,
    pub self_trade_prevention: u8,
    pub flags: u8,
}

/// An open order: four cache lines, of which the last is touched only for a long client id.
#[derive(Clone, Copy, Debug)]
#[repr(C, align(64))]
pub struct Order {
    /// 0 marks a free position.
    pub order_id: OrderId,
    /// Lots still open.
    pub leaves: Quantity,
    pub previous: OrderIndex,
    pub next: OrderIndex,
    level: LevelIndex,
    pub account: AccountId,
    pub terms: OrderTerms,
    digest: u64,
    is_dirty: bool,
    client_order_id_length: u8,
    client_order_id: [u8; TEXT_BYTES_MAX],
}

const _: () = assert!(size_of::<Order>() == 256 && std::mem::offset_of!(Order, terms) == 32);

impl Order {
    /// Empty when the venue assigned it.
    #[inline]
    pub fn client_order_id(&self) -> &[u8] {
        &self.client_order_id[..usize::from(self.client_order_id_length)]
    }
}

impl OrderTerms {
    /// Larger of the captured rates; never negative, since their sum is not.
    #[inline]
    pub fn rate_max(&self) -> i32 {
        self.maker_rate.max(self.taker_rate)
    }

    /// Status of the order while it is open.
    #[inline]
    pub fn open_status(&self) -> OrderStatus {
        if self.filled > 0 { OrderStatus::PartiallyFilled } else { OrderStatus::Pending }
    }

    /// The full image of the order. `quote_quantity` is the budget of a market buy.
    pub fn image<'a>(
        &self,
        order_id: OrderId,
        account: AccountId,
        instrument: InstrumentId,
        leaves: Quantity,
        quote_quantity: Amount,
        client_order_id: &'a [u8],
    ) -> OrderImage<'a> {
        OrderImage {
            order_id,
            account,
            instrument,
            side: self.side as u8,
            order_type: self.order_type,
            time_in_force: self.time_in_force,
            status: self.open_status(),
            reason: CancelReason::None,
            self_trade_prevention: self.self_trade_prevention,
            flags: self.flags,
            code: 0,
            retained: false,
            session: self.session,
            price: self.price,
            quantity: self.quantity,
            filled: self.filled,
            leaves,
            quote_quantity,
            cumulative_notional: self.notional,
            fee: self.fee,
            maker_rate: self.maker_rate,
            taker_rate: self.taker_rate,
            created_at_ns: self.created_at_ns,
            priority: self.priority,
            client_order_id,
        }
    }
}

/// One instrument's book.
pub struct Book {
    instrument: InstrumentId,
    /// Bids, asks.
    sides: [Ladder; 2],
    orders: Vec<Order>,
    free: Vec<OrderIndex>,
    length: usize,
    dirty: Vec<OrderIndex>,
    digest_sum: u64,
    scratch: ChangeWriter,
}

impl Book {
    pub fn new(instrument: InstrumentId) -> Book {
        Book {
            instrument,
            sides: [Ladder::new(true), Ladder::new(false)],
            orders: Vec::new(),
            free: Vec::new(),
            length: 0,
            dirty: Vec::new(),
            digest_sum: 0,
            scratch: ChangeWriter::with_capacity(40),
        }
    }

    /// Open orders.
    pub fn len(&self) -> usize {
        self.length
    }

    #[inline]
    pub fn side(&self, side: Side) -> &Ladder {
        &self.sides[side as usize - 1]
    }

    #[inline]
    fn side_mut(&mut self, side: Side) -> &mut Ladder {
        &mut self.sides[side as usize - 1]
    }

    #[inline]
    pub fn order(&self, index: OrderIndex) -> &Order {
        &self.orders[index as usize]
    }

    /// An order, to be changed: its digest is computed anew at the next `digest_sum`.
    #[inline]
    pub fn order_mut(&mut self, index: OrderIndex) -> &mut Order {
        let order = &mut self.orders[index as usize];
        if !order.is_dirty {
            order.is_dirty = true;
            self.dirty.push(index);
        }
        order
    }

    /// Best price of a side.
    pub fn best_price(&self, side: Side) -> Option<Price> {
        let ladder = self.side(side);
        match ladder.best() {
            NONE => None,
            best => Some(ladder.level(best).price),
        }
    }

    /// Whether an order of `side` with `limit` would trade at once.
    #[inline]
    pub fn would_trade(&self, side: Side, limit: Price) -> bool {
        self.side(side.opposite()).reaches(limit)
    }

    /// Adds an order behind all others of its price. Returns its position.
    #[inline]
    pub fn add(
        &mut self,
        order_id: OrderId,
        account: AccountId,
        leaves: Quantity,
        terms: &OrderTerms,
        client_order_id: &[u8],
    ) -> OrderIndex {
        let index = match self.free.pop() {
            Some(index) => index,
            None => {
                self.orders.push(vacant(*terms));
                (self.orders.len() - 1) as u32
            }
        };
        let order = self.order_mut(index);
        order.order_id = order_id;
        order.leaves = leaves;
        order.account = account;
        order.terms = *terms;
        order.client_order_id_length = 0;
        self.length += 1;
        self.set_client_order_id(index, client_order_id);
        self.link(index);
        index
    }

    /// Gives an order another client id.
    #[inline]
    pub fn set_client_order_id(&mut self, index: OrderIndex, text: &[u8]) {
        if text.is_empty() {
            return;
        }
        let order = self.order_mut(index);
        order.client_order_id_length = text.len() as u8;
        order.client_order_id[..text.len()].copy_from_slice(text);
    }

    /// Puts an order, whose price and leaves are set, behind all others of its price.
    pub fn link(&mut self, index: OrderIndex) {
        let side = self.order_mut(index).terms.side;
        attach(&mut self.orders, &mut self.sides[side as usize - 1], index);
    }

    /// Takes an order out of its queue; it stays in the slab.
    pub fn unlink(&mut self, index: OrderIndex) {
        let side = self.order_mut(index).terms.side;
        detach(&mut self.orders, &mut self.sides[side as usize - 1], index);
    }

    /// Takes an order out of its queue, has `change` set its new price and leaves, and puts it
    /// behind all others of that price. Returns what the level it left and the one it joined have
    /// become.
    #[inline]
    pub fn relocate(
        &mut self,
        index: OrderIndex,
        change: impl FnOnce(&mut Order),
    ) -> [LevelState; 2] {
        let side = self.order_mut(index).terms.side;
        let ladder = &mut self.sides[side as usize - 1];
        let left = detach(&mut self.orders, ladder, index);
        change(&mut self.orders[index as usize]);
        [left, attach(&mut self.orders, ladder, index)]
    }

    /// Loads the lines of an order that matching, settling and its digest read; see
    /// `look_ahead.rs`.
    #[inline]
    pub fn look_ahead(&self, index: OrderIndex) -> u64 {
        let Some(order) = self.orders.get(index as usize) else { return 0 };
        order.order_id ^ order.terms.frozen as u64 ^ order.digest
    }

    /// Loads the neighbours of an order whose own lines are there, its level, and the level at the
    /// price it may move to.
    #[inline]
    pub fn look_ahead_queue(&self, index: OrderIndex, price: Price) -> u64 {
        let Some(order) = self.orders.get(index as usize) else { return 0 };
        let neighbours = [order.previous, order.next].map(|neighbour| {
            // The end of a queue loads its own order: cheaper than asking.
            self.orders.get(neighbour as usize).unwrap_or(order).order_id
        });
        let ladder = self.side(order.terms.side);
        neighbours[0] ^ neighbours[1] ^ ladder.look_ahead(order.level) ^ ladder.look_ahead_at(price)
    }

    /// Loads what a new order reads.
    #[inline]
    pub fn look_ahead_new(&self, side: Side, price: Price) -> u64 {
        let free = self.free.last().map_or(0, |index| self.look_ahead(*index));
        free ^ self.side(side).look_ahead_at(price)
    }

    /// Lowers an order's leaves, which keeps its place. The order stays even at 0: see `remove`.
    /// Returns what the level has become.
    #[inline]
    pub fn reduce(&mut self, index: OrderIndex, quantity: Quantity) -> LevelState {
        let order = self.order_mut(index);
        order.leaves -= quantity;
        let (side, level) = (order.terms.side, order.level);
        LevelState::of(self.side_mut(side).level_mut(level, -quantity))
    }

    /// Removes an order from queue and slab.
    #[inline]
    pub fn remove(&mut self, index: OrderIndex) {
        self.unlink(index);
        self.release(index);
    }

    /// Gives the slab position of an unlinked order back.
    pub fn release(&mut self, index: OrderIndex) {
        let order = &mut self.orders[index as usize];
        self.digest_sum = self.digest_sum.wrapping_sub(order.digest);
        order.digest = 0;
        order.order_id = 0;
        self.free.push(index);
        self.length -= 1;
    }

    /// Sum of the digests of all open orders.
    ///
    /// Cost: one digest per order touched since the last call.
    pub fn digest_sum(&mut self) -> u64 {
        let mut scratch = std::mem::take(&mut self.scratch);
        for at in 0..self.dirty.len() {
            let index = self.dirty[at];
            let fresh = self.order_digest(index, &mut scratch);
            let order = &mut self.orders[index as usize];
            self.digest_sum = self.digest_sum.wrapping_sub(order.digest).wrapping_add(fresh);
            order.digest = fresh;
            order.is_dirty = false;
        }
        self.dirty.clear();
        self.scratch = scratch;
        self.digest_sum
    }

    fn order_digest(&self, index: OrderIndex, scratch: &mut ChangeWriter) -> u64 {
        let order = self.order(index);
        if order.order_id == 0 {
            return 0;
        }
        scratch.clear();
        scratch.order_image(ChangeType::Image, &self.image(index));
        scratch.extend(&amount_words(order.terms.rated));
        scratch.extend(&amount_words(order.terms.frozen));
        digest(DigestKind::OpenOrder, &scratch.words()[1..])
    }

    /// The full image of an open order.
    pub fn image(&self, index: OrderIndex) -> OrderImage<'_> {
        let order = self.order(index);
        let (id, account, leaves) = (order.order_id, order.account, order.leaves);
        let client_order_id = order.client_order_id();
        order.terms.image(id, account, self.instrument, leaves, 0, client_order_id)
    }

    /// `digest_sum` computed anew from the queues, which it checks on the way: priorities ascend,
    /// sums and counts agree, no order rests at a market price.
    ///
    /// Panics when a queue is broken.
    pub fn digest_sum_full(&self) -> u64 {
        let mut sum = 0_u64;
        let mut seen = 0;
        let mut scratch = ChangeWriter::with_capacity(40);
        for side in [Side::Buy, Side::Sell] {
            let ladder = self.side(side);
            let mut level_index = ladder.best();
            while level_index != NONE {
                let level = ladder.level(level_index);
                let (mut quantity, mut orders, mut priority) = (0, 0, 0);
                let mut index = level.head;
                while index != NONE {
                    let order = self.order(index);
                    let terms = &order.terms;
                    assert!(terms.priority > priority, "queue out of order at {index}");
                    assert!(terms.price == level.price && terms.side == side);
                    assert!(order.leaves > 0 && terms.order_type == OrderType::Limit as u8);
                    priority = terms.priority;
                    quantity += order.leaves;
                    orders += 1;
                    sum = sum.wrapping_add(self.order_digest(index, &mut scratch));
                    index = order.next;
                }
                assert_eq!((quantity, orders), (level.quantity, level.orders));
                seen += orders as usize;
                level_index = ladder.next_worse(level_index);
            }
        }
        assert_eq!(seen, self.length, "every open order is queued");
        if let (Some(bid), Some(ask)) = (self.best_price(Side::Buy), self.best_price(Side::Sell)) {
            assert!(bid < ask, "book is crossed: {bid} >= {ask}");
        }
        sum
    }

    /// Open orders of a side from best to worst, in time priority.
    pub fn iter(&self, side: Side) -> impl Iterator<Item = OrderIndex> + '_ {
        let ladder = self.side(side);
        let mut level = ladder.best();
        let mut index = if level == NONE { NONE } else { ladder.level(level).head };
        std::iter::from_fn(move || {
            if index == NONE {
                return None;
            }
            let found = index;
            index = self.order(found).next;
            if index == NONE {
                level = ladder.next_worse(level);
                index = if level == NONE { NONE } else { ladder.level(level).head };
            }
            Some(found)
        })
    }
}

/// Puts an order behind all others of its price. Returns what the level has become.
#[inline(always)]
fn attach(orders: &mut [Order], ladder: &mut Ladder, index: OrderIndex) -> LevelState {
    let order = &orders[index as usize];
    let level = ladder.find_or_insert(order.terms.price);
    let found = ladder.level_mut(level, order.leaves);
    found.orders += 1;
    let tail = std::mem::replace(&mut found.tail, index);
    found.head = select_unpredictable(tail == NONE, index, found.head);
    let state = LevelState::of(found);
    // Without an order before it, it is its own predecessor for a moment: see `detach`.
    orders[select_unpredictable(tail == NONE, index, tail) as usize].next = index;
    let order = &mut orders[index as usize];
    order.previous = tail;
    order.next = NONE;
    order.level = level;
    state
}

/// Takes an order out of its queue. Returns what the level has become.
#[inline(always)]
fn detach(orders: &mut [Order], ladder: &mut Ladder, index: OrderIndex) -> LevelState {
    let order = &orders[index as usize];
    let (previous, next, level, leaves) = (order.previous, order.next, order.level, order.leaves);
    let (is_first, is_last) = (previous == NONE, next == NONE);
    // At an end of the queue it is its own neighbour for a moment: whether it stands there is a
    // guess for the processor, and this spares it the guess.
    orders[select_unpredictable(is_first, index, previous) as usize].next = next;
    orders[select_unpredictable(is_last, index, next) as usize].previous = previous;
    let found = ladder.level_mut(level, -leaves);
    found.orders -= 1;
    found.head = select_unpredictable(is_first, next, found.head);
    found.tail = select_unpredictable(is_last, previous, found.tail);
    let state = LevelState::of(found);
    if state.orders == 0 {
        ladder.remove(level);
    }
    state
}

/// A free slab position.
fn vacant(terms: OrderTerms) -> Order {
    Order {
        order_id: 0,
        leaves: 0,
        previous: NONE,
        next: NONE,
        level: NONE,
        account: 0,
        terms,
        digest: 0,
        is_dirty: false,
        client_order_id_length: 0,
        client_order_id: [0; TEXT_BYTES_MAX],
    }
}
