//! The open orders of one instrument: a slab of orders, linked in time priority within price levels.
//!
//! The book moves quantities only; amounts are computed by the matcher and added by the ledger.

use crate::change::{CancelReason, ChangeType, ChangeWriter, OrderImage, OrderStatus};
use crate::command::{OrderType, Side, TEXT_BYTES_MAX};
use crate::hash::{DigestKind, digest};
use crate::ladder::{Ladder, LevelIndex, NONE, OrderIndex};
use crate::units::{
    AccountId, Amount, InstrumentId, OrderId, Price, Quantity, Sequence, SessionId, TICKS_MAX,
    TimeNs, amount_words,
};

/// What matching touches of an order: 32 bytes, two to a cache line.
#[derive(Clone, Copy, Debug)]
pub struct QueuedOrder {
    pub order_id: OrderId,
    /// Lots still open.
    pub leaves: Quantity,
    pub previous: OrderIndex,
    pub next: OrderIndex,
    pub level: LevelIndex,
    pub account: AccountId,
}

/// A client order id of up to 64 bytes; empty when the venue assigned it.
#[derive(Clone, Copy, Debug)]
pub struct ClientOrderId {
    bytes: [u8; TEXT_BYTES_MAX],
    length: u8,
}

impl ClientOrderId {
    pub fn new(text: &[u8]) -> ClientOrderId {
        let mut bytes = [0; TEXT_BYTES_MAX];
        bytes[..text.len()].copy_from_slice(text);
        ClientOrderId { bytes, length: text.len() as u8 }
    }

    #[inline]
    pub fn text(&self) -> &[u8] {
        &self.bytes[..usize::from(self.length)]
    }
}

/// Everything else about an order, fixed at acceptance or summed over its fills.
#[derive(Clone, Copy, Debug)]
pub struct OrderTerms {
    pub side: Side,
    /// `OrderType`, `TimeInForce`, `STP_…` and flags as bytes.
    pub order_type: u8,
    pub time_in_force: u8,
    pub self_trade_prevention: u8,
    pub flags: u8,
    /// 0 for market orders.
    pub price: Price,
    /// Total quantity; 0 for a budget order.
    pub quantity: Quantity,
    pub filled: Quantity,
    pub session: SessionId,
    pub created_at_ns: TimeNs,
    /// Sequence at which the order got its place in the queue.
    pub priority: Sequence,
    /// Rates in millionths, captured at acceptance.
    pub maker_rate: i32,
    pub taker_rate: i32,
    pub quote_quantity: Amount,
    /// Σ price × quantity × k over its fills.
    pub notional: Amount,
    /// Σ notional × rate over its fills, in millionths of a quote unit.
    pub rated: Amount,
    /// Fee charged so far.
    pub fee: Amount,
    /// What the account has frozen for it: quote units of a buy, base units of a sell.
    pub frozen: Amount,
    pub client_order_id: ClientOrderId,
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

    /// The full image of the order.
    pub fn image(
        &self,
        order_id: OrderId,
        account: AccountId,
        instrument: InstrumentId,
        leaves: Quantity,
    ) -> OrderImage<'_> {
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
            quote_quantity: self.quote_quantity,
            cumulative_notional: self.notional,
            fee: self.fee,
            maker_rate: self.maker_rate,
            taker_rate: self.taker_rate,
            created_at_ns: self.created_at_ns,
            priority: self.priority,
            client_order_id: self.client_order_id.text(),
        }
    }
}

#[derive(Clone, Copy)]
struct Footprint {
    digest: u64,
    is_dirty: bool,
}

/// One instrument's book.
pub struct Book {
    instrument: InstrumentId,
    bids: Ladder,
    asks: Ladder,
    queued: Vec<QueuedOrder>,
    terms: Vec<OrderTerms>,
    footprints: Vec<Footprint>,
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
            bids: Ladder::new(true),
            asks: Ladder::new(false),
            queued: Vec::new(),
            terms: Vec::new(),
            footprints: Vec::new(),
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
        match side {
            Side::Buy => &self.bids,
            Side::Sell => &self.asks,
        }
    }

    #[inline]
    fn side_mut(&mut self, side: Side) -> &mut Ladder {
        match side {
            Side::Buy => &mut self.bids,
            Side::Sell => &mut self.asks,
        }
    }

    #[inline]
    pub fn queued(&self, index: OrderIndex) -> &QueuedOrder {
        &self.queued[index as usize]
    }

    #[inline]
    pub fn terms(&self, index: OrderIndex) -> &OrderTerms {
        &self.terms[index as usize]
    }

    /// The order's terms, to be changed: its digest is computed anew at the next `digest_sum`.
    #[inline]
    pub fn terms_mut(&mut self, index: OrderIndex) -> &mut OrderTerms {
        self.touch(index);
        &mut self.terms[index as usize]
    }

    /// Best price of a side.
    #[inline]
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
        match (side, self.best_price(side.opposite())) {
            (_, None) => false,
            (Side::Buy, Some(ask)) => ask <= limit,
            (Side::Sell, Some(bid)) => bid >= limit,
        }
    }

    /// Whether `more` lots fit into the level at `price`: like an order it holds less than 2^53 lots.
    #[inline]
    pub fn has_room(&self, side: Side, price: Price, more: Quantity) -> bool {
        let ladder = self.side(side);
        ladder.find(price).is_none_or(|level| ladder.level(level).quantity + more < TICKS_MAX)
    }

    /// Adds an order behind all others of its price. Returns its position.
    #[inline]
    pub fn add(
        &mut self,
        order_id: OrderId,
        account: AccountId,
        leaves: Quantity,
        terms: &OrderTerms,
    ) -> OrderIndex {
        let queued =
            QueuedOrder { order_id, leaves, previous: NONE, next: NONE, level: NONE, account };
        let index = match self.free.pop() {
            Some(index) => {
                self.queued[index as usize] = queued;
                self.terms[index as usize] = *terms;
                index
            }
            None => {
                self.queued.push(queued);
                self.terms.push(*terms);
                self.footprints.push(Footprint { digest: 0, is_dirty: false });
                (self.queued.len() - 1) as u32
            }
        };
        self.length += 1;
        self.link(index);
        index
    }

    /// Puts an order, whose price and leaves are set, behind all others of its price.
    pub fn link(&mut self, index: OrderIndex) {
        self.touch(index);
        let terms = &self.terms[index as usize];
        let (side, price) = (terms.side, terms.price);
        let leaves = self.queued[index as usize].leaves;
        let ladder = self.side_mut(side);
        let level = ladder.find_or_insert(price);
        let found = ladder.level_mut(level);
        found.quantity += leaves;
        found.orders += 1;
        let tail = std::mem::replace(&mut found.tail, index);
        if tail == NONE {
            found.head = index;
        } else {
            self.queued[tail as usize].next = index;
        }
        let queued = &mut self.queued[index as usize];
        queued.previous = tail;
        queued.next = NONE;
        queued.level = level;
    }

    /// Takes an order out of its queue; it stays in the slab.
    pub fn unlink(&mut self, index: OrderIndex) {
        self.touch(index);
        let queued = self.queued[index as usize];
        if queued.previous != NONE {
            self.queued[queued.previous as usize].next = queued.next;
        }
        if queued.next != NONE {
            self.queued[queued.next as usize].previous = queued.previous;
        }
        let side = self.terms[index as usize].side;
        let ladder = self.side_mut(side);
        let level = ladder.level_mut(queued.level);
        level.quantity -= queued.leaves;
        level.orders -= 1;
        if queued.previous == NONE {
            level.head = queued.next;
        }
        if queued.next == NONE {
            level.tail = queued.previous;
        }
        if level.orders == 0 {
            ladder.remove(queued.level);
        }
    }

    /// Lowers an order's leaves, which keeps its place. The order stays even at 0: see `remove`.
    #[inline]
    pub fn reduce(&mut self, index: OrderIndex, quantity: Quantity) {
        self.touch(index);
        let queued = &mut self.queued[index as usize];
        queued.leaves -= quantity;
        let level = queued.level;
        let side = self.terms[index as usize].side;
        self.side_mut(side).level_mut(level).quantity -= quantity;
    }

    /// Sets the leaves of an unlinked order.
    pub fn set_leaves(&mut self, index: OrderIndex, leaves: Quantity) {
        self.touch(index);
        self.queued[index as usize].leaves = leaves;
    }

    /// Removes an order from queue and slab.
    #[inline]
    pub fn remove(&mut self, index: OrderIndex) {
        self.unlink(index);
        self.release(index);
    }

    /// Gives the slab position of an unlinked order back.
    pub fn release(&mut self, index: OrderIndex) {
        let footprint = &mut self.footprints[index as usize];
        self.digest_sum = self.digest_sum.wrapping_sub(footprint.digest);
        footprint.digest = 0;
        self.queued[index as usize].order_id = 0;
        self.free.push(index);
        self.length -= 1;
    }

    #[inline]
    fn touch(&mut self, index: OrderIndex) {
        let footprint = &mut self.footprints[index as usize];
        if !footprint.is_dirty {
            footprint.is_dirty = true;
            self.dirty.push(index);
        }
    }

    /// Sum of the digests of all open orders.
    ///
    /// Cost: one digest per order touched since the last call.
    pub fn digest_sum(&mut self) -> u64 {
        let mut scratch = std::mem::take(&mut self.scratch);
        for at in 0..self.dirty.len() {
            let index = self.dirty[at];
            let fresh = self.order_digest(index, &mut scratch);
            let footprint = &mut self.footprints[index as usize];
            self.digest_sum = self.digest_sum.wrapping_sub(footprint.digest).wrapping_add(fresh);
            *footprint = Footprint { digest: fresh, is_dirty: false };
        }
        self.dirty.clear();
        self.scratch = scratch;
        self.digest_sum
    }

    fn order_digest(&self, index: OrderIndex, scratch: &mut ChangeWriter) -> u64 {
        let queued = &self.queued[index as usize];
        if queued.order_id == 0 {
            return 0;
        }
        let terms = &self.terms[index as usize];
        let image = terms.image(queued.order_id, queued.account, self.instrument, queued.leaves);
        scratch.clear();
        scratch.order_image(ChangeType::Image, &image);
        scratch.extend(&amount_words(terms.rated));
        scratch.extend(&amount_words(terms.frozen));
        digest(DigestKind::OpenOrder, &scratch.words()[1..])
    }

    /// `digest_sum` computed anew from the queues, which it checks on the way: priorities ascend, sums
    /// and counts agree, no order rests at a market price.
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
                    let (queued, terms) = (self.queued(index), self.terms(index));
                    assert!(terms.priority > priority, "queue out of order at {index}");
                    assert!(terms.price == level.price && terms.side == side);
                    assert!(queued.leaves > 0 && terms.order_type == OrderType::Limit as u8);
                    priority = terms.priority;
                    quantity += queued.leaves;
                    orders += 1;
                    sum = sum.wrapping_add(self.order_digest(index, &mut scratch));
                    index = queued.next;
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
            index = self.queued(found).next;
            if index == NONE {
                level = ladder.next_worse(level);
                index = if level == NONE { NONE } else { ladder.level(level).head };
            }
            Some(found)
        })
    }
}
