//! Everything that did change: the engine's only output.
//!
//! One command makes one transaction: a header of 6 words and then its change records, all in
//! 64-bit words. `docs/formats.md` draws every record; the writers below are the only place that
//! makes them.

use crate::units::{Amount, Price, Quantity, Sequence, TimeNs, amount_words};

/// Words that a writer makes room for at first.
const WORDS_MIN: usize = 64;

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

/// Appends transactions to a word buffer.
///
/// Cost: no allocation while the buffer's capacity lasts; `clear` keeps the capacity.
#[derive(Default)]
pub struct ChangeWriter {
    /// What was written, and behind it words that are free.
    words: Vec<u64>,
    length: usize,
    start: usize,
    count: u32,
}

/// Text packed into words, up to 64 bytes.
pub type TextWords = ([u64; 8], usize);

/// Packs up to 64 bytes of text into little-endian words, padded with 0.
#[inline]
#[must_use]
pub fn text_words(text: &[u8]) -> TextWords {
    let mut words = [0; 8];
    if text.is_empty() {
        return (words, 0);
    }
    for (index, chunk) in text.chunks(8).take(8).enumerate() {
        let mut bytes = [0; 8];
        bytes[..chunk.len()].copy_from_slice(chunk);
        words[index] = u64::from_le_bytes(bytes);
    }
    (words, text_length_words(text))
}

/// Words that a text of up to 64 bytes takes.
#[inline]
fn text_length_words(text: &[u8]) -> usize {
    text.len().min(64).div_ceil(8)
}

/// Packs up to 8 bytes into one word, first byte lowest.
#[inline]
#[must_use]
pub fn byte_word(bytes: [u8; 8]) -> u64 {
    u64::from_le_bytes(bytes)
}

/// Packs two 32-bit values into one word, `low` in the low half.
#[inline]
#[must_use]
pub fn pair_word(low: u32, high: u32) -> u64 {
    u64::from(low) | (u64::from(high) << 32)
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

impl ChangeWriter {
    /// A writer with room for `words` words.
    #[must_use]
    pub fn with_capacity(words: usize) -> ChangeWriter {
        ChangeWriter { words: vec![0; words], length: 0, start: 0, count: 0 }
    }

    /// All transactions written since the last `clear`.
    #[must_use]
    pub fn words(&self) -> &[u64] {
        &self.words[..self.length]
    }

    /// Forgets what was written, keeps the capacity.
    pub fn clear(&mut self) {
        self.length = 0;
    }

    /// Starts a transaction; `end` writes its header.
    pub fn begin(&mut self) {
        self.start = self.length;
        self.count = 0;
        self.put([0; HEADER_WORDS]);
    }

    /// Ends the transaction that `begin` started.
    pub fn end(&mut self, header: &TransactionHeader) {
        let length = (self.length - self.start) as u32;
        let found = self.words[self.start..].first_chunk_mut::<HEADER_WORDS>();
        *found.expect("`begin` made room for the header") = [
            pair_word(length, self.count),
            header.sequence,
            header.time_ns,
            u64::from(header.code)
                | u64::from(header.opcode) << 16
                | u64::from(header.flags) << 24
                | u64::from(header.account) << 32,
            header.result,
            u64::from(header.instrument),
        ];
    }

    /// Appends words that belong to no record; for digests, never inside a transaction.
    pub fn extend(&mut self, words: &[u64]) {
        let end = self.length + words.len();
        if end > self.words.len() {
            self.grow(words.len());
        }
        self.words[self.length..end].copy_from_slice(words);
        self.length = end;
    }

    /// Appends words one by one straight into the buffer, without an array in between.
    #[inline(always)]
    fn put<const N: usize>(&mut self, words: [u64; N]) {
        let free = match self.words.get_mut(self.length..) {
            Some(free) if free.len() >= N => free,
            _ => self.grow(N),
        };
        if let Some(place) = free.first_chunk_mut::<N>() {
            *place = words;
        }
        self.length += N;
    }

    /// Makes room for at least `more` words and returns it.
    #[cold]
    #[inline(never)]
    fn grow(&mut self, more: usize) -> &mut [u64] {
        let length = (self.words.len() * 2).max(self.length + more).max(WORDS_MIN);
        self.words.resize(length, 0);
        &mut self.words[self.length..]
    }

    /// Number of change records in the current transaction.
    #[must_use]
    pub fn count(&self) -> u32 {
        self.count
    }

    /// Header word: entity u8, change type u8, length in words u8, 0, sub u32.
    #[inline(always)]
    fn head(&mut self, entity: Entity, change: ChangeType, words: usize) -> u64 {
        let sub = self.count;
        self.count += 1;
        entity as u64 | (change as u64) << 8 | (words as u64) << 16 | u64::from(sub) << 32
    }

    /// Writes an `Order` record with its full image. 19 words and the client id.
    #[inline(always)]
    pub fn order_image(&mut self, change: ChangeType, order: &OrderImage) {
        let text = order.client_order_id;
        let head = self.head(Entity::Order, change, 19 + text_length_words(text));
        let [quote_low, quote_high] = amount_words(order.quote_quantity);
        let [notional_low, notional_high] = amount_words(order.cumulative_notional);
        let [fee_low, fee_high] = amount_words(order.fee);
        self.put([
            head,
            order.order_id,
            pair_word(order.account, order.instrument),
            byte_word([
                order.side,
                order.order_type,
                order.time_in_force,
                order.status as u8,
                order.reason as u8,
                order.self_trade_prevention,
                order.flags,
                order.client_order_id.len() as u8,
            ]),
            u64::from(order.code) | u64::from(order.retained) << 16,
            order.session,
            order.price as u64,
            order.quantity as u64,
            order.filled as u64,
            order.leaves as u64,
            quote_low,
            quote_high,
            notional_low,
            notional_high,
            fee_low,
            fee_high,
            pair_word(order.maker_rate as u32, order.taker_rate as u32),
            order.created_at_ns,
            order.priority,
        ]);
        self.push_text(text);
    }

    /// Writes `Order` Updated. 17 words and both client ids.
    #[inline(always)]
    pub fn order_update(&mut self, order: &OrderUpdate) {
        let (text, before) = (order.client_order_id, order.client_order_id_before);
        let length = 17 + text_length_words(text) + text_length_words(before);
        let head = self.head(Entity::Order, ChangeType::Updated, length);
        let [notional_low, notional_high] = amount_words(order.cumulative_notional);
        let [fee_low, fee_high] = amount_words(order.fee);
        self.put([
            head,
            order.order_id,
            pair_word(order.account, order.instrument),
            byte_word([
                order.side,
                order.status_before as u8,
                order.status_after as u8,
                order.reason as u8,
                order.cause as u8,
                0,
                order.client_order_id_before.len() as u8,
                order.client_order_id.len() as u8,
            ]),
            order.session,
            order.price as u64,
            order.quantity as u64,
            order.filled_before as u64,
            order.filled_after as u64,
            order.leaves_before as u64,
            order.leaves_after as u64,
            notional_low,
            notional_high,
            fee_low,
            fee_high,
            order.price_before as u64,
            order.quantity_before as u64,
        ]);
        self.push_text(text);
        self.push_text(before);
    }

    /// Writes `Trade` Created. 14 words.
    #[inline(always)]
    pub fn trade(&mut self, trade: &Trade) {
        let head = self.head(Entity::Trade, ChangeType::Created, 14);
        let [notional_low, notional_high] = amount_words(trade.notional);
        let [taker_low, taker_high] = amount_words(trade.taker_fee);
        let [maker_low, maker_high] = amount_words(trade.maker_fee);
        self.put([
            head,
            trade.trade_id,
            pair_word(trade.instrument, u32::from(trade.taker_side)),
            trade.taker_order,
            trade.maker_order,
            pair_word(trade.taker_account, trade.maker_account),
            trade.price as u64,
            trade.quantity as u64,
            notional_low,
            notional_high,
            taker_low,
            taker_high,
            maker_low,
            maker_high,
        ]);
    }

    /// Writes one `Level`: absolute quantity and order count, both 0 when it is gone. 5 words.
    #[inline(always)]
    pub fn level(
        &mut self,
        change: ChangeType,
        instrument: u32,
        side: u8,
        price: Price,
        quantity: Quantity,
        orders: u32,
    ) {
        let head = self.head(Entity::Level, change, 5);
        self.put([
            head,
            pair_word(instrument, u32::from(side)),
            price as u64,
            quantity as u64,
            u64::from(orders),
        ]);
    }

    /// Writes one `Balance`. 10 words.
    #[inline(always)]
    pub fn balance(&mut self, change: ChangeType, balance: &BalanceUpdate) {
        let head = self.head(Entity::Balance, change, 10);
        let [available_before_low, available_before_high] = amount_words(balance.available_before);
        let [available_after_low, available_after_high] = amount_words(balance.available_after);
        let [frozen_before_low, frozen_before_high] = amount_words(balance.frozen_before);
        let [frozen_after_low, frozen_after_high] = amount_words(balance.frozen_after);
        self.put([
            head,
            pair_word(balance.account, balance.currency),
            available_before_low,
            available_before_high,
            available_after_low,
            available_after_high,
            frozen_before_low,
            frozen_before_high,
            frozen_after_low,
            frozen_after_high,
        ]);
    }

    /// Writes a record of plain words and a text: `Instrument`, `Account`, `Currency`, `Session`,
    /// `Clock`, `Alias`. Their words are drawn in `docs/formats.md` and made by each entity's file.
    pub fn record(&mut self, entity: Entity, change: ChangeType, fields: &[u64], text: &[u8]) {
        let head = self.head(entity, change, 1 + fields.len() + text_length_words(text));
        self.put([head]);
        self.extend(fields);
        self.push_text(text);
    }

    /// Most texts are empty: the venue assigned the id.
    #[inline]
    fn push_text(&mut self, text: &[u8]) {
        if !text.is_empty() {
            let (words, count) = text_words(text);
            self.extend(&words[..count]);
        }
    }
}
