//! Writes transactions and their change records into a buffer of words: the only place that makes
//! them.

use crate::change::{
    BalanceUpdate, ChangeType, Entity, HEADER_WORDS, LevelChange, OrderImage, OrderUpdate, Request,
    STATUS_UNKNOWN, Trade, TransactionHeader,
};
use crate::units::{Price, Quantity, amount_words};

/// Words that a writer makes room for at first.
const WORDS_MIN: usize = 64;

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

    /// Forgets the first `count` words, keeps the capacity. Order: not inside a transaction.
    ///
    /// Cost: moves what is behind them.
    pub fn drop_front(&mut self, count: usize) {
        self.words.copy_within(count..self.length, 0);
        self.length -= count;
    }

    /// Starts a transaction; `end` writes its header.
    pub fn begin(&mut self) {
        self.start = self.length;
        self.count = 0;
        self.length += HEADER_WORDS;
        if self.length > self.words.len() {
            self.grow(0);
        }
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
        self.put_all([words]);
    }

    /// Appends records of one length, for which it makes room once.
    #[inline(always)]
    fn put_all<const N: usize, const M: usize>(&mut self, records: [[u64; N]; M]) {
        let free = match self.words.get_mut(self.length..) {
            Some(free) if free.len() >= N * M => free,
            _ => self.grow(N * M),
        };
        for (place, words) in free.as_chunks_mut::<N>().0.iter_mut().zip(records) {
            *place = words;
        }
        self.length += N * M;
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
        self.levels(instrument, side, [LevelChange { change, price, quantity, orders }]);
    }

    /// Writes one `Level` for each of several levels of a side.
    #[inline(always)]
    pub fn levels<const N: usize>(&mut self, instrument: u32, side: u8, levels: [LevelChange; N]) {
        let at = pair_word(instrument, u32::from(side));
        let records = levels.map(|level| {
            let head = self.head(Entity::Level, level.change, 5);
            [head, at, level.price as u64, level.quantity as u64, u64::from(level.orders)]
        });
        self.put_all(records);
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

    /// Writes `Request` Created. 4 words and both texts.
    pub fn request(&mut self, request: &Request) {
        let (id, target) = (request.request_id, request.target_client_order_id);
        let length = 4 + text_length_words(id) + text_length_words(target);
        let head = self.head(Entity::Request, ChangeType::Created, length);
        let status = request.order_status.map_or(STATUS_UNKNOWN, |status| status as u8);
        let bytes = [id.len() as u8, target.len() as u8, status, request.side];
        let word = pair_word(u32::from_le_bytes(bytes), request.instrument);
        self.put([head, request.session, request.order_id, word]);
        self.push_text(id);
        self.push_text(target);
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
    #[inline(always)]
    fn push_text(&mut self, text: &[u8]) {
        if !text.is_empty() {
            self.push_text_words(text);
        }
    }

    #[inline(never)]
    fn push_text_words(&mut self, text: &[u8]) {
        let (words, count) = text_words(text);
        self.extend(&words[..count]);
    }
}
