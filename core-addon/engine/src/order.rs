//! An open order as it lies in its book: what every command reads in two cache lines, the rest
//! apart.

use crate::change::{CancelReason, OrderImage, OrderStatus};
use crate::command::Side;
use crate::ladder::{LevelIndex, NONE, OrderIndex};
use crate::units::{
    AccountId, Amount, InstrumentId, MILLION, OrderId, Price, Quantity, Sequence, SessionId, TimeNs,
};

/// What an order asks for and what its fills have come to. Laid out so that the first cache line of
/// an `Order` ends behind `flags`: matching reads that one, settling the next.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct OrderTerms {
    /// 0 for market orders.
    pub price: Price,
    /// Total quantity; 0 for a budget order.
    pub quantity: Quantity,
    pub filled: Quantity,
    /// `rounded_up`, little-endian: below 2^20.
    rounded_up: [u8; 3],
    pub side: Side,
    /// `OrderType`, `TimeInForce`, `STP_…` and flags as bytes.
    pub order_type: u8,
    pub time_in_force: u8,
    pub self_trade_prevention: u8,
    pub flags: u8,
    pub session: SessionId,
    /// Rates in millionths, captured at acceptance.
    pub maker_rate: i32,
    pub taker_rate: i32,
    /// Σ price × quantity × k over its fills.
    pub notional: Amount,
    /// Fee charged so far.
    pub fee: Amount,
    /// What the account has frozen for it: quote units of a buy, base units of a sell.
    pub frozen: Amount,
}

/// An open order: two cache lines.
#[derive(Clone, Copy, Debug)]
#[repr(C, align(64))]
pub struct Order {
    /// 0 marks a free position.
    pub order_id: OrderId,
    pub previous: OrderIndex,
    pub next: OrderIndex,
    /// Its level, and two marks in the bits that no level index reaches.
    level: u32,
    pub account: AccountId,
    /// Sequence at which it got its place in the queue.
    pub priority: Sequence,
    pub terms: OrderTerms,
}

const _: () = assert!(size_of::<Order>() == 128 && std::mem::offset_of!(Order, terms) == 32);

/// Levels of a side are at most as many as orders of a book: below 2^28.
const LEVEL_MASK: u32 = (1 << 28) - 1;
/// Marks an order that is in the book's list of changed ones.
const DIRTY: u32 = 1 << 31;
/// Marks an order with a client order id.
const NAMED: u32 = 1 << 30;

/// Where an open order is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    pub instrument: InstrumentId,
    /// Position in the instrument's book.
    pub index: OrderIndex,
}

impl Place {
    /// No order.
    pub const NOWHERE: Place = Place { instrument: 0, index: NONE };
}

/// What only coming, ending and digesting read of an open order.
#[derive(Clone, Copy, Debug)]
pub struct Papers {
    pub created_at_ns: TimeNs,
    /// Digest that is in the book's sum.
    pub digest: u64,
    /// The account's open orders with the next lower and the next higher id.
    pub older: Place,
    pub newer: Place,
    /// First of its reserved client ids, in the table of the account's slot.
    pub client_ids: u32,
    /// Position of its client order id in the book, `NONE` without one.
    pub text: u32,
}

impl Papers {
    pub fn new(created_at_ns: TimeNs) -> Papers {
        let (older, newer) = (Place::NOWHERE, Place::NOWHERE);
        Papers { created_at_ns, digest: 0, older, newer, client_ids: NONE, text: NONE }
    }
}

impl OrderTerms {
    /// Terms of an order that has not traded and has nothing frozen.
    #[inline]
    pub fn new(
        side: Side,
        [order_type, time_in_force, self_trade_prevention, flags]: [u8; 4],
        price: Price,
        quantity: Quantity,
        session: SessionId,
        [maker_rate, taker_rate]: [i32; 2],
    ) -> OrderTerms {
        OrderTerms {
            price,
            quantity,
            filled: 0,
            rounded_up: [0; 3],
            side,
            order_type,
            time_in_force,
            self_trade_prevention,
            flags,
            session,
            maker_rate,
            taker_rate,
            notional: 0,
            fee: 0,
            frozen: 0,
        }
    }

    /// Larger of the captured rates; never negative, since their sum is not.
    #[inline]
    pub fn rate_max(&self) -> i32 {
        self.maker_rate.max(self.taker_rate)
    }

    /// By how many millionths of a quote unit the fee is more than Σ notional × rate of its fills.
    #[inline]
    pub fn rounded_up(&self) -> i64 {
        let [low, middle, high] = self.rounded_up.map(i64::from);
        low | middle << 8 | high << 16
    }

    /// Sets `rounded_up`, which is from 0 to 999,999.
    #[inline]
    pub fn set_rounded_up(&mut self, millionths: i64) {
        debug_assert!((0..MILLION).contains(&millionths), "rounded up by {millionths}");
        let [low, middle, high, ..] = millionths.to_le_bytes();
        self.rounded_up = [low, middle, high];
    }

    /// Σ notional × rate over its fills, in millionths of a quote unit.
    pub fn rated(&self) -> Amount {
        self.fee * i128::from(MILLION) - i128::from(self.rounded_up())
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
        priority: Sequence,
        created_at_ns: TimeNs,
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
            created_at_ns,
            priority,
            client_order_id,
        }
    }
}

impl Order {
    /// An order that is in no queue yet.
    pub fn new(
        order_id: OrderId,
        account: AccountId,
        priority: Sequence,
        terms: &OrderTerms,
    ) -> Order {
        let (previous, next) = (NONE, NONE);
        Order { order_id, previous, next, level: 0, account, priority, terms: *terms }
    }

    /// Lots still open: only orders with a quantity rest.
    #[inline]
    pub fn leaves(&self) -> Quantity {
        self.terms.quantity - self.terms.filled
    }

    #[inline]
    pub fn level(&self) -> LevelIndex {
        self.level & LEVEL_MASK
    }

    #[inline]
    pub fn set_level(&mut self, level: LevelIndex) {
        self.level = self.level & !LEVEL_MASK | level;
    }

    #[inline]
    pub fn is_named(&self) -> bool {
        self.level & NAMED != 0
    }

    pub fn set_named(&mut self) {
        self.level |= NAMED;
    }

    #[inline]
    pub fn is_dirty(&self) -> bool {
        self.level & DIRTY != 0
    }

    #[inline]
    pub fn set_dirty(&mut self, is_dirty: bool) {
        self.level = if is_dirty { self.level | DIRTY } else { self.level & !DIRTY };
    }
}
