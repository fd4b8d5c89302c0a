//! Everything that did change: the engine's only output.
//!
//! One command makes one transaction: a header of 6 words and then its change records, all in
//! 64-bit words. `docs/formats.md` draws every record, `change_writer.rs` makes them.

pub use crate::change_writer::{ChangeWriter, byte_word, pair_word, text_words};
use crate::units::{Amount, Price, Quantity, Sequence, TimeNs};

/// Words of a transaction header.
pub const HEADER_WORDS: usize = 6;

/// What a change record is about. Numbers are never reused.
#[repr(u8)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entity {
    /// SpotOrder.
    Order = 1,
    /// SpotTrade.
    Trade = 2,
    /// One price level of a book.
    Level = 3,
    /// Balance of one account in one currency.
    Balance = 4,
    /// Instrument, full image.
    Instrument = 5,
    /// Account, full image.
    Account = 6,
    /// Currency, full image.
    Currency = 7,
    /// Session, full image.
    Session = 8,
    /// Journaled time.
    Clock = 9,
    /// A second name of an instrument or account.
    Alias = 10,
    /// What a session is told of its own request and no other record says.
    Request = 11,
}

/// How an entity changed.
#[repr(u8)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeType {
    /// It exists from now on: full image.
    Created = 1,
    /// It moved: values before and after, or a full image (see `Entity`).
    Updated = 2,
    /// It is gone.
    Deleted = 3,
    /// Not a change: the full image given in answer to a query.
    Image = 4,
}

/// Order status, as on every wire (`rules.md` 4.1).
#[repr(u8)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum OrderStatus {
    /// Waits for a trigger; not made by this version.
    ConditionalPending = 0,
    /// In the book, nothing filled.
    Pending = 1,
    /// In the book, partly filled.
    PartiallyFilled = 2,
    /// Final.
    Filled = 3,
    /// Final; see `CancelReason`.
    Cancelled = 4,
    /// Final; never was in the book.
    Rejected = 5,
    /// Final; not made by this version.
    Expired = 6,
}

impl OrderStatus {
    /// Returns the status of a byte.
    #[must_use]
    pub fn from_byte(byte: u8) -> Option<OrderStatus> {
        use OrderStatus::*;
        [ConditionalPending, Pending, PartiallyFilled, Filled, Cancelled, Rejected, Expired]
            .into_iter()
            .find(|status| *status as u8 == byte)
    }

    /// Whether no further change can follow.
    #[must_use]
    pub fn is_final(self) -> bool {
        self >= OrderStatus::Filled
    }
}

/// Why an order was cancelled (`rules.md` 4.2); 0 = not cancelled. Numbers are never reused.
#[repr(u8)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CancelReason {
    /// Not cancelled.
    None = 0,
    /// Its owner asked.
    ClientRequest = 1,
    /// What an IOC order could not fill.
    ImmediateOrCancel = 2,
    /// A FOK order that could not fill whole.
    FillOrKill = 3,
    /// What a market order could not fill.
    MarketRemainder = 4,
    /// The taker met an order of its own account.
    SelfTradePrevention = 5,
    /// Its owner cancelled all.
    MassCancel = 6,
    /// Its session closed.
    SessionDisconnected = 7,
    /// Kept for later.
    KillSwitch = 8,
    /// Kept for later.
    InstrumentClosed = 9,
    /// Kept for later.
    LinkedOrder = 10,
    /// Kept for later.
    Liquidation = 11,
    /// The venue cancelled it.
    Admin = 12,
}

impl CancelReason {
    /// Returns the reason of a byte.
    #[must_use]
    pub fn from_byte(byte: u8) -> Option<CancelReason> {
        use CancelReason::*;
        [
            None,
            ClientRequest,
            ImmediateOrCancel,
            FillOrKill,
            MarketRemainder,
            SelfTradePrevention,
            MassCancel,
            SessionDisconnected,
            KillSwitch,
            InstrumentClosed,
            LinkedOrder,
            Liquidation,
            Admin,
        ]
        .into_iter()
        .find(|reason| *reason as u8 == byte)
    }
}

/// What moved an order (`Order Updated`).
#[repr(u8)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrderCause {
    /// Trades, and for a taker what became of its remainder.
    Fill = 1,
    /// A cancel.
    Cancel = 2,
    /// A replace, and the trades that followed at once.
    Replace = 3,
}

/// Header flag: the command repeats an earlier one; nothing was executed; `result` names the
/// original.
pub const TRANSACTION_DUPLICATE: u8 = 1;
/// Header flag: the command left a backlog; `Continue` follows.
pub const TRANSACTION_BACKLOG: u8 = 2;
/// Header flag: the runtime issued the command (`Clock`, `Continue`, `Configure`), no client waits
/// for it.
pub const TRANSACTION_SYSTEM: u8 = 4;

/// What a transaction header says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TransactionHeader {
    /// Sequence of the command.
    pub sequence: Sequence,
    /// Journaled time of its batch.
    pub time_ns: TimeNs,
    /// Reject code, 0 = accepted.
    pub code: u16,
    /// Opcode byte of the command, also when it is unknown.
    pub opcode: u8,
    /// `TRANSACTION_…` bits.
    pub flags: u8,
    /// Account of the command.
    pub account: u32,
    /// Id made or concerned: order, account, instrument, currency, session; the original's when
    /// duplicate.
    pub result: u64,
    /// Instrument concerned, 0 = none.
    pub instrument: u32,
}

/// Full image of an order (`Order` Created and Image).
#[derive(Clone, Copy, Debug)]
pub struct OrderImage<'a> {
    pub order_id: u64,
    pub account: u32,
    pub instrument: u32,
    /// `Side`.
    pub side: u8,
    /// `OrderType`.
    pub order_type: u8,
    /// `TimeInForce`.
    pub time_in_force: u8,
    pub status: OrderStatus,
    pub reason: CancelReason,
    /// `STP_…` in force, never `STP_DEFAULT`.
    pub self_trade_prevention: u8,
    /// `FLAG_CANCEL_ON_DISCONNECT` or 0.
    pub flags: u8,
    /// Reject code, 0 = none.
    pub code: u16,
    /// Whether only id, status, reason, filled and client id are still known (`rules.md` 5.7).
    pub retained: bool,
    pub session: u64,
    pub price: Price,
    pub quantity: Quantity,
    pub filled: Quantity,
    pub leaves: Quantity,
    pub quote_quantity: Amount,
    /// Sum of price × quantity over all fills, in quote units.
    pub cumulative_notional: Amount,
    /// Fee charged so far, in quote units.
    pub fee: Amount,
    /// Captured maker rate in millionths.
    pub maker_rate: i32,
    /// Captured taker rate in millionths.
    pub taker_rate: i32,
    pub created_at_ns: TimeNs,
    /// Sequence at which the order got its place in the queue.
    pub priority: Sequence,
    /// Empty when the venue assigned `ob-<order id>`.
    pub client_order_id: &'a [u8],
}

/// Values of an order before and after (`Order` Updated).
#[derive(Clone, Copy, Debug)]
pub struct OrderUpdate<'a> {
    pub order_id: u64,
    pub account: u32,
    pub instrument: u32,
    pub side: u8,
    pub status_before: OrderStatus,
    pub status_after: OrderStatus,
    pub reason: CancelReason,
    pub cause: OrderCause,
    pub session: u64,
    pub price: Price,
    pub quantity: Quantity,
    pub filled_before: Quantity,
    pub filled_after: Quantity,
    pub leaves_before: Quantity,
    pub leaves_after: Quantity,
    pub cumulative_notional: Amount,
    pub fee: Amount,
    /// Before a replace; the same as `price` otherwise.
    pub price_before: Price,
    /// Before a replace; the same as `quantity` otherwise.
    pub quantity_before: Quantity,
    /// Empty when the venue assigned `ob-<order id>`.
    pub client_order_id: &'a [u8],
    /// Client id before a replace; otherwise empty.
    pub client_order_id_before: &'a [u8],
}

/// One trade.
#[derive(Clone, Copy, Debug)]
pub struct Trade {
    pub trade_id: u64,
    pub instrument: u32,
    /// `Side` of the taker.
    pub taker_side: u8,
    pub taker_order: u64,
    pub maker_order: u64,
    pub taker_account: u32,
    pub maker_account: u32,
    pub price: Price,
    pub quantity: Quantity,
    pub notional: Amount,
    /// Fee of this fill alone.
    pub taker_fee: Amount,
    /// Fee of this fill alone; negative is a rebate.
    pub maker_fee: Amount,
}

/// One level: absolute quantity and order count, both 0 when it is gone.
#[derive(Clone, Copy, Debug)]
pub struct LevelChange {
    pub change: ChangeType,
    pub price: Price,
    pub quantity: Quantity,
    pub orders: u32,
}

/// Balance of one account in one currency, before and after.
#[derive(Clone, Copy, Debug)]
pub struct BalanceUpdate {
    pub account: u32,
    pub currency: u32,
    pub available_before: Amount,
    pub available_after: Amount,
    pub frozen_before: Amount,
    pub frozen_after: Amount,
}

/// Status of an order that is not known, where one could be.
pub const STATUS_UNKNOWN: u8 = 255;

/// What a session asked for.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    pub session: u64,
    /// The order it is about, 0 = none.
    pub order_id: u64,
    /// Of that order behind the command; none = it is not known.
    pub order_status: Option<OrderStatus>,
    /// `Side` as given, 0 = none.
    pub side: u8,
    /// As given, 0 = none.
    pub instrument: u32,
    pub request_id: &'a [u8],
    /// Client id of the order it is about, as given.
    pub target_client_order_id: &'a [u8],
}
