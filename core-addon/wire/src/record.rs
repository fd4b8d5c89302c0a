//! Transactions and change records, read from the bytes in which they leave the core.

use engine::change::HEADER_WORDS;

/// Words as they lie in released bytes.
pub type Words<'a> = &'a [[u8; 8]];

#[inline]
fn word(words: Words, index: usize) -> u64 {
    u64::from_le_bytes(words[index])
}

#[inline]
fn low(word: u64) -> u32 {
    word as u32
}

#[inline]
fn high(word: u64) -> u32 {
    (word >> 32) as u32
}

/// Bytes of a text that starts at word `index`; it never reaches beyond the record.
#[inline]
fn text(words: Words<'_>, index: usize, length: u8) -> &[u8] {
    let bytes = words.get(index..).unwrap_or_default().as_flattened();
    &bytes[..usize::from(length).min(bytes.len())]
}

/// Byte of the flags in a transaction's header.
pub const FLAGS_BYTE: usize = 3 * 8 + 3;

/// One transaction.
#[derive(Clone, Copy)]
pub struct Transaction<'a>(Words<'a>);

impl<'a> Transaction<'a> {
    /// The first of `words`, if it is whole.
    #[inline]
    pub fn first_of(words: Words<'a>) -> Option<Transaction<'a>> {
        let length = low(u64::from_le_bytes(*words.first()?)) as usize;
        (length >= HEADER_WORDS).then(|| words.get(..length).map(Transaction))?
    }

    #[inline]
    pub fn length_words(self) -> usize {
        self.0.len()
    }

    #[inline]
    pub fn sequence(self) -> u64 {
        word(self.0, 1)
    }

    #[inline]
    pub fn time_ns(self) -> u64 {
        word(self.0, 2)
    }

    #[inline]
    pub fn code(self) -> u16 {
        word(self.0, 3) as u16
    }

    #[inline]
    pub fn opcode(self) -> u8 {
        self.0[3][2]
    }

    #[inline]
    pub fn flags(self) -> u8 {
        self.0[3][3]
    }

    #[inline]
    pub fn account(self) -> u32 {
        high(word(self.0, 3))
    }

    #[inline]
    pub fn result(self) -> u64 {
        word(self.0, 4)
    }

    #[inline]
    pub fn instrument(self) -> u32 {
        low(word(self.0, 5))
    }

    /// Its change records.
    #[inline]
    pub fn records(self) -> Records<'a> {
        Records(&self.0[HEADER_WORDS..])
    }
}

/// The records of one transaction, one after the other.
#[derive(Clone, Copy)]
pub struct Records<'a>(Words<'a>);

impl<'a> Iterator for Records<'a> {
    type Item = Record<'a>;

    #[inline]
    fn next(&mut self) -> Option<Record<'a>> {
        let length = usize::from(self.0.first()?[2]).max(1);
        let (record, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(Record(record))
    }
}

/// One change record.
#[derive(Clone, Copy)]
pub struct Record<'a>(Words<'a>);

impl<'a> Record<'a> {
    #[inline]
    pub fn entity(self) -> u8 {
        self.0[0][0]
    }

    #[inline]
    pub fn change(self) -> u8 {
        self.0[0][1]
    }

    #[inline]
    pub fn words(self) -> Words<'a> {
        self.0
    }
}

/// `Order` Created.
#[derive(Clone, Copy)]
pub struct Image<'a>(pub Words<'a>);

impl<'a> Image<'a> {
    #[inline]
    pub fn order_id(self) -> u64 {
        word(self.0, 1)
    }

    #[inline]
    pub fn account(self) -> u32 {
        low(word(self.0, 2))
    }

    #[inline]
    pub fn instrument(self) -> u32 {
        high(word(self.0, 2))
    }

    #[inline]
    pub fn side(self) -> u8 {
        self.0[3][0]
    }

    #[inline]
    pub fn order_type(self) -> u8 {
        self.0[3][1]
    }

    #[inline]
    pub fn time_in_force(self) -> u8 {
        self.0[3][2]
    }

    #[inline]
    pub fn status(self) -> u8 {
        self.0[3][3]
    }

    #[inline]
    pub fn self_trade_prevention(self) -> u8 {
        self.0[3][5]
    }

    #[inline]
    pub fn flags(self) -> u8 {
        self.0[3][6]
    }

    #[inline]
    pub fn code(self) -> u16 {
        word(self.0, 4) as u16
    }

    #[inline]
    pub fn session(self) -> u64 {
        word(self.0, 5)
    }

    #[inline]
    pub fn price(self) -> u64 {
        word(self.0, 6)
    }

    #[inline]
    pub fn quantity(self) -> u64 {
        word(self.0, 7)
    }

    #[inline]
    pub fn budget(self) -> [u64; 2] {
        [word(self.0, 10), word(self.0, 11)]
    }

    #[inline]
    pub fn maker_rate(self) -> u32 {
        low(word(self.0, 16))
    }

    #[inline]
    pub fn taker_rate(self) -> u32 {
        high(word(self.0, 16))
    }

    #[inline]
    pub fn client_order_id(self) -> &'a [u8] {
        text(self.0, 19, self.0[3][7])
    }
}

/// `Order` Updated.
#[derive(Clone, Copy)]
pub struct Update<'a>(pub Words<'a>);

impl<'a> Update<'a> {
    #[inline]
    pub fn order_id(self) -> u64 {
        word(self.0, 1)
    }

    #[inline]
    pub fn account(self) -> u32 {
        low(word(self.0, 2))
    }

    #[inline]
    pub fn instrument(self) -> u32 {
        high(word(self.0, 2))
    }

    #[inline]
    pub fn side(self) -> u8 {
        self.0[3][0]
    }

    #[inline]
    pub fn status_after(self) -> u8 {
        self.0[3][2]
    }

    #[inline]
    pub fn reason(self) -> u8 {
        self.0[3][3]
    }

    #[inline]
    pub fn cause(self) -> u8 {
        self.0[3][4]
    }

    #[inline]
    pub fn session(self) -> u64 {
        word(self.0, 4)
    }

    #[inline]
    pub fn price(self) -> u64 {
        word(self.0, 5)
    }

    #[inline]
    pub fn quantity(self) -> u64 {
        word(self.0, 6)
    }

    #[inline]
    pub fn filled_before(self) -> u64 {
        word(self.0, 7)
    }

    #[inline]
    pub fn filled_after(self) -> u64 {
        word(self.0, 8)
    }

    #[inline]
    pub fn leaves_after(self) -> u64 {
        word(self.0, 10)
    }

    #[inline]
    pub fn client_order_id(self) -> &'a [u8] {
        text(self.0, 17, self.0[3][7])
    }

    /// Of a replace.
    #[inline]
    pub fn previous_client_order_id(self) -> &'a [u8] {
        let own_words = usize::from(self.0[3][7]).div_ceil(8);
        text(self.0, 17 + own_words, self.0[3][6])
    }
}

/// `Trade` Created.
#[derive(Clone, Copy)]
pub struct Trade<'a>(pub Words<'a>);

impl Trade<'_> {
    #[inline]
    pub fn trade_id(self) -> u64 {
        word(self.0, 1)
    }

    #[inline]
    pub fn maker_order(self) -> u64 {
        word(self.0, 4)
    }

    #[inline]
    pub fn taker_account(self) -> u32 {
        low(word(self.0, 5))
    }

    #[inline]
    pub fn price(self) -> u64 {
        word(self.0, 6)
    }

    #[inline]
    pub fn quantity(self) -> u64 {
        word(self.0, 7)
    }

    #[inline]
    pub fn notional(self) -> [u64; 2] {
        [word(self.0, 8), word(self.0, 9)]
    }

    #[inline]
    pub fn taker_fee(self) -> [u64; 2] {
        [word(self.0, 10), word(self.0, 11)]
    }

    #[inline]
    pub fn maker_fee(self) -> [u64; 2] {
        [word(self.0, 12), word(self.0, 13)]
    }
}

/// `Balance` Updated.
#[derive(Clone, Copy)]
pub struct Balance<'a>(pub Words<'a>);

impl Balance<'_> {
    #[inline]
    pub fn account(self) -> u32 {
        low(word(self.0, 1))
    }

    #[inline]
    pub fn currency(self) -> u32 {
        high(word(self.0, 1))
    }

    #[inline]
    pub fn available(self) -> [u64; 2] {
        [word(self.0, 4), word(self.0, 5)]
    }

    #[inline]
    pub fn frozen(self) -> [u64; 2] {
        [word(self.0, 8), word(self.0, 9)]
    }
}

/// `Session` Created.
#[derive(Clone, Copy)]
pub struct Opened<'a>(pub Words<'a>);

impl<'a> Opened<'a> {
    #[inline]
    pub fn session(self) -> u64 {
        word(self.0, 1)
    }

    #[inline]
    pub fn account(self) -> u32 {
        low(word(self.0, 2))
    }

    #[inline]
    pub fn name(self) -> &'a [u8] {
        text(self.0, 4, self.0[2][5])
    }
}

/// `Request` Created: the answer to a request that left no other trace, or that has an id.
#[derive(Clone, Copy)]
pub struct Answer<'a>(pub Words<'a>);

impl<'a> Answer<'a> {
    #[inline]
    pub fn session(self) -> u64 {
        word(self.0, 1)
    }

    #[inline]
    pub fn order_id(self) -> u64 {
        word(self.0, 2)
    }

    #[inline]
    pub fn request_id(self) -> &'a [u8] {
        text(self.0, 4, self.0[3][0])
    }

    #[inline]
    pub fn target_client_order_id(self) -> &'a [u8] {
        let own_words = usize::from(self.0[3][0]).div_ceil(8);
        text(self.0, 4 + own_words, self.0[3][1])
    }
}
