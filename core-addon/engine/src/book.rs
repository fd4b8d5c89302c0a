//! The open orders of one instrument: a slab of orders, linked in time priority within price
//! levels.
//!
//! The book moves quantities only; amounts are computed by the matcher and added by the ledger.

use std::hint::select_unpredictable;

use crate::change::{ChangeType, ChangeWriter, OrderImage};
use crate::command::{OrderType, Side, TEXT_BYTES_MAX};
use crate::fetch::Fetch;
use crate::hash::{DigestKind, digest};
use crate::ladder::{Ladder, LevelState, NONE, OrderIndex};
use crate::order::{Order, Papers};
use crate::units::{InstrumentId, Price, Quantity, amount_words};

/// A client order id: its length, then its bytes.
#[derive(Clone, Copy)]
struct Text {
    length: u8,
    bytes: [u8; TEXT_BYTES_MAX],
}

/// One instrument's book.
pub struct Book {
    instrument: InstrumentId,
    /// Bids, asks.
    sides: [Ladder; 2],
    orders: Vec<Order>,
    /// As long as `orders`.
    papers: Vec<Papers>,
    free: Vec<OrderIndex>,
    texts: Vec<Text>,
    free_texts: Vec<u32>,
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
            papers: Vec::new(),
            free: Vec::new(),
            texts: Vec::new(),
            free_texts: Vec::new(),
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

    /// What else is kept of an order.
    #[inline]
    pub fn papers(&self, index: OrderIndex) -> &Papers {
        &self.papers[index as usize]
    }

    /// `papers`, to be changed: nothing that the digest covers.
    #[inline]
    pub fn papers_mut(&mut self, index: OrderIndex) -> &mut Papers {
        &mut self.papers[index as usize]
    }

    /// An order, to be changed: its digest is computed anew at the next `digest_sum`.
    #[inline]
    pub fn order_mut(&mut self, index: OrderIndex) -> &mut Order {
        let order = &mut self.orders[index as usize];
        if !order.is_dirty() {
            order.set_dirty(true);
            self.dirty.push(index);
        }
        order
    }

    /// Empty when the venue assigned it.
    #[inline]
    pub fn client_order_id(&self, index: OrderIndex) -> &[u8] {
        if self.order(index).is_named() { self.text(index) } else { &[] }
    }

    #[inline(never)]
    fn text(&self, index: OrderIndex) -> &[u8] {
        let text = &self.texts[self.papers(index).text as usize];
        &text.bytes[..usize::from(text.length)]
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

    /// Adds an order behind all others of its price. Returns its position and what the level has
    /// become.
    #[inline]
    pub fn add(
        &mut self,
        order: &Order,
        papers: &Papers,
        client_order_id: &[u8],
    ) -> (OrderIndex, LevelState) {
        let index = match self.free.pop() {
            Some(index) => {
                let place = &mut self.orders[index as usize];
                // It may still be in the list of changed orders.
                let is_dirty = place.is_dirty();
                *place = *order;
                place.set_dirty(is_dirty);
                self.papers[index as usize] = *papers;
                index
            }
            None => {
                self.orders.push(*order);
                self.papers.push(*papers);
                (self.orders.len() - 1) as u32
            }
        };
        self.length += 1;
        self.set_client_order_id(index, client_order_id);
        let level = self.link(index);
        (index, level)
    }

    /// Gives an order another client id; an empty one changes nothing.
    #[inline]
    pub fn set_client_order_id(&mut self, index: OrderIndex, text: &[u8]) {
        if !text.is_empty() {
            self.set_text(index, text);
        }
    }

    #[inline(never)]
    fn set_text(&mut self, index: OrderIndex, text: &[u8]) {
        let mut fresh = Text { length: text.len() as u8, bytes: [0; TEXT_BYTES_MAX] };
        fresh.bytes[..text.len()].copy_from_slice(text);
        let at = &mut self.papers[index as usize].text;
        if *at == NONE {
            *at = self.free_texts.pop().unwrap_or(self.texts.len() as u32);
        }
        match self.texts.get_mut(*at as usize) {
            Some(place) => *place = fresh,
            None => self.texts.push(fresh),
        }
        self.order_mut(index).set_named();
    }

    /// Puts an order, whose price and quantity are set, behind all others of its price. Returns
    /// what the level has become.
    pub fn link(&mut self, index: OrderIndex) -> LevelState {
        let side = self.order_mut(index).terms.side;
        attach(&mut self.orders, &mut self.sides[side as usize - 1], index)
    }

    /// Takes an order out of its queue; it stays in the slab until `release`. Returns what the
    /// level has become.
    pub fn unlink(&mut self, index: OrderIndex) -> LevelState {
        let leaves = self.order(index).leaves();
        self.unlink_filled(index, leaves)
    }

    /// `unlink` of an order whose last `quantity` lots were just filled.
    #[inline]
    pub fn unlink_filled(&mut self, index: OrderIndex, quantity: Quantity) -> LevelState {
        let side = self.order_mut(index).terms.side;
        detach(&mut self.orders, &mut self.sides[side as usize - 1], index, quantity)
    }

    /// Takes an order out of its queue, has `change` set its new price and quantity, and puts it
    /// behind all others of that price. Returns what the level it left and the one it joined have
    /// become.
    #[inline]
    pub fn relocate(
        &mut self,
        index: OrderIndex,
        change: impl FnOnce(&mut Order),
    ) -> [LevelState; 2] {
        let order = self.order_mut(index);
        let (side, leaves) = (order.terms.side, order.leaves());
        let (orders, ladder) = (&mut self.orders[..], &mut self.sides[side as usize - 1]);
        let left = detach(orders, ladder, index, leaves);
        change(&mut orders[index as usize]);
        [left, attach(orders, ladder, index)]
    }

    /// Fetches both lines of an order.
    #[inline]
    pub fn fetch(&self, index: OrderIndex, fetch: impl Fetch) {
        if let Some(order) = self.orders.get(index as usize) {
            fetch.line(order);
            fetch.line(&order.terms.frozen);
        }
    }

    /// Reads an order and fetches its neighbours, its level, and the place of that in the array.
    /// Returns its side; nothing for a position that there is not yet.
    #[inline(always)]
    pub fn fetch_queue(&self, index: OrderIndex, fetch: impl Fetch) -> Option<Side> {
        let order = self.orders.get(index as usize)?;
        // The end of a queue, and a free position, fetch their own order: cheaper than asking.
        let is_free = order.order_id == 0;
        let neighbour = |found| select_unpredictable(is_free | (found == NONE), index, found);
        fetch.line(self.order(neighbour(order.previous)));
        fetch.line(self.order(neighbour(order.next)));
        self.side(order.terms.side).fetch_from(order.level(), order.terms.price, fetch);
        Some(order.terms.side)
    }

    /// Fetches what coming and ending write of an order.
    #[inline]
    pub fn fetch_papers(&self, index: OrderIndex, fetch: impl Fetch) {
        fetch.line_if(self.papers.get(index as usize));
    }

    /// The position that the next new order gets, if one is free.
    #[inline]
    pub fn index_ahead(&self) -> OrderIndex {
        self.free.last().copied().unwrap_or(NONE)
    }

    /// Lowers the level of an order that keeps its place by the lots that its fill or its smaller
    /// quantity takes away. Returns what the level has become.
    #[inline]
    pub fn lower(&mut self, index: OrderIndex, quantity: Quantity) -> LevelState {
        let order = self.order_mut(index);
        let (side, level) = (order.terms.side, order.level());
        LevelState::of(self.side_mut(side).level_mut(level, -quantity))
    }

    /// Gives the slab position of an unlinked order back.
    #[inline]
    pub fn release(&mut self, index: OrderIndex) {
        let papers = &mut self.papers[index as usize];
        self.digest_sum = self.digest_sum.wrapping_sub(papers.digest);
        papers.digest = 0;
        if papers.text != NONE {
            self.free_texts.push(papers.text);
        }
        self.orders[index as usize].order_id = 0;
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
            let papers = &mut self.papers[index as usize];
            self.digest_sum = self.digest_sum.wrapping_sub(papers.digest).wrapping_add(fresh);
            papers.digest = fresh;
            self.orders[index as usize].set_dirty(false);
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
        scratch.extend(&amount_words(order.terms.rated()));
        scratch.extend(&amount_words(order.terms.frozen));
        digest(DigestKind::OpenOrder, &scratch.words()[1..])
    }

    /// The full image of an open order.
    pub fn image(&self, index: OrderIndex) -> OrderImage<'_> {
        let Order { order_id, account, priority, ref terms, .. } = *self.order(index);
        let leaves = terms.quantity - terms.filled;
        let created_at_ns = self.papers(index).created_at_ns;
        let text = self.client_order_id(index);
        terms.image(order_id, account, self.instrument, leaves, 0, priority, created_at_ns, text)
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
                    assert!(order.priority > priority, "queue out of order at {index}");
                    assert!(terms.price == level.price && terms.side == side);
                    assert!(order.leaves() > 0 && terms.order_type == OrderType::Limit as u8);
                    priority = order.priority;
                    quantity += order.leaves();
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
    let found = ladder.level_mut(level, order.leaves());
    found.orders += 1;
    let tail = std::mem::replace(&mut found.tail, index);
    found.head = select_unpredictable(tail == NONE, index, found.head);
    let state = LevelState::of(found);
    // Without an order before it, it is its own predecessor for a moment: see `detach`.
    orders[select_unpredictable(tail == NONE, index, tail) as usize].next = index;
    let order = &mut orders[index as usize];
    order.previous = tail;
    order.next = NONE;
    order.set_level(level);
    state
}

/// Takes an order out of its queue and `quantity` lots off its level. Returns what the level has
/// become.
#[inline(always)]
fn detach(
    orders: &mut [Order],
    ladder: &mut Ladder,
    index: OrderIndex,
    quantity: Quantity,
) -> LevelState {
    let order = &orders[index as usize];
    let (previous, next, level) = (order.previous, order.next, order.level());
    let (is_first, is_last) = (previous == NONE, next == NONE);
    // At an end of the queue it is its own neighbour for a moment: whether it stands there is a
    // guess for the processor, and this spares it the guess.
    orders[select_unpredictable(is_first, index, previous) as usize].next = next;
    orders[select_unpredictable(is_last, index, next) as usize].previous = previous;
    let found = ladder.level_mut(level, -quantity);
    found.orders -= 1;
    found.head = select_unpredictable(is_first, next, found.head);
    found.tail = select_unpredictable(is_last, previous, found.tail);
    let state = LevelState::of(found);
    if state.orders == 0 {
        ladder.remove(level);
    }
    state
}
