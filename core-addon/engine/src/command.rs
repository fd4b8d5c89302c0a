//! Everything that may change state: one fixed record of 128 bytes, and what each opcode reads of
//! it.
//!
//! The same bytes cross the addon border and lie in the journal; `docs/formats.md` draws them.
//! A command that needs a second text (`ReplaceOrder` by client id, administration with a request
//! id) is followed by one `Extension` record, which shares its sequence.

use crate::units::{Amount, amount_from_words, amount_words};

/// Size of one command record in bytes.
pub const COMMAND_BYTES: usize = 128;
/// Longest text of a record: a client order id, request id or name.
pub const TEXT_BYTES_MAX: usize = 64;

/// What a command asks for. Numbers are never reused.
#[repr(u8)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Opcode {
    /// Sets the bounds of the tables; journaled, because a bound decides rejects.
    Configure = 1,
    /// Places an order.
    NewOrder = 10,
    /// Cancels one order by order id, or by client id when the order id is 0.
    CancelOrder = 11,
    /// Changes price and total quantity of one order.
    ReplaceOrder = 12,
    /// Cancels all open orders of an account, or those in one instrument.
    MassCancel = 13,
    /// Moves an amount from the external account to an account.
    Deposit = 20,
    /// Moves an amount from an account to the external account.
    Withdraw = 21,
    /// Moves an amount between two accounts.
    Transfer = 22,
    /// Moves an instrument's collected fees to the fee account.
    SweepFees = 23,
    /// Opens a named session of an account, or returns the open one of that name.
    SessionOpened = 30,
    /// Closes a session and cancels its orders that ask for it.
    SessionClosed = 31,
    /// Tells the time; moves reference prices.
    Clock = 40,
    /// Works off up to 1,024 transitions of the backlog.
    Continue = 41,
    /// Adds a currency.
    CreateCurrency = 50,
    /// Adds an instrument, halted and without limits.
    CreateInstrument = 51,
    /// Adds an account.
    CreateAccount = 52,
    /// Adds another name of an instrument or account.
    SetAlias = 53,
    /// Removes a name added by `SetAlias`.
    RemoveAlias = 54,
    /// Sets maker and taker fee rates of an instrument for orders accepted from now on.
    SetFees = 55,
    /// Sets one limit of an instrument.
    SetLimit = 56,
    /// Sets reference price and band of an instrument.
    SetBand = 57,
    /// Sets the trading state of an instrument.
    SetInstrumentState = 58,
    /// Suspends or reactivates an account.
    SetAccountState = 59,
    /// Second record of the command before it.
    Extension = 255,
}

impl Opcode {
    /// Returns the opcode of a byte.
    #[must_use]
    pub fn from_byte(byte: u8) -> Option<Opcode> {
        use Opcode::*;
        Some(match byte {
            1 => Configure,
            10 => NewOrder,
            11 => CancelOrder,
            12 => ReplaceOrder,
            13 => MassCancel,
            20 => Deposit,
            21 => Withdraw,
            22 => Transfer,
            23 => SweepFees,
            30 => SessionOpened,
            31 => SessionClosed,
            40 => Clock,
            41 => Continue,
            50 => CreateCurrency,
            51 => CreateInstrument,
            52 => CreateAccount,
            53 => SetAlias,
            54 => RemoveAlias,
            55 => SetFees,
            56 => SetLimit,
            57 => SetBand,
            58 => SetInstrumentState,
            59 => SetAccountState,
            255 => Extension,
            _ => return None,
        })
    }
}

/// What a query asks for; queries use the command record and never reach the journal.
#[repr(u8)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QueryKind {
    /// Balances of `account` that are not 0.
    Balances = 200,
    /// Orders of `account` (in `instrument`, 0 = all) after `order_id`, at most `quantity`; `kind`
    /// 0 open ones, 1 also final ones that are kept.
    Orders = 201,
    /// One order of `account`, by `order_id` or, when that is 0, by client id.
    Order = 202,
    /// Up to `quantity` levels a side of `instrument`.
    Book = 203,
    /// All instruments.
    Instruments = 204,
    /// All currencies.
    Currencies = 205,
    /// Accounts after id `order_id`, at most `quantity`.
    Accounts = 206,
    /// All aliases.
    Aliases = 207,
    /// All open sessions.
    Sessions = 208,
    /// One account, by `account` or, when that is 0, by name or alias.
    Account = 209,
}

impl QueryKind {
    /// Returns the kind of a byte.
    #[must_use]
    pub fn from_byte(byte: u8) -> Option<QueryKind> {
        use QueryKind::*;
        [
            Balances,
            Orders,
            Order,
            Book,
            Instruments,
            Currencies,
            Accounts,
            Aliases,
            Sessions,
            Account,
        ]
        .into_iter()
        .find(|kind| *kind as u8 == byte)
    }
}

/// `flags`: the order is cancelled when its session closes; on `SessionOpened`: its orders by
/// default.
pub const FLAG_CANCEL_ON_DISCONNECT: u8 = 1;
/// `flags`: issued by the venue: may act on a halted instrument, and the reason is `admin`.
pub const FLAG_ADMIN: u8 = 2;
/// `flags` of `SetBand`: refuse both sides outside the band, not only the aggressive one.
pub const FLAG_BOTH_SIDES: u8 = 4;

/// Buy or sell.
#[repr(u8)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Pays quote, receives base.
    Buy = 1,
    /// Pays base, receives quote.
    Sell = 2,
}

impl Side {
    /// Returns the side of a byte.
    #[must_use]
    pub fn from_byte(byte: u8) -> Option<Side> {
        match byte {
            1 => Some(Side::Buy),
            2 => Some(Side::Sell),
            _ => None,
        }
    }

    /// The other side.
    #[must_use]
    pub fn opposite(self) -> Side {
        match self {
            Side::Buy => Side::Sell,
            Side::Sell => Side::Buy,
        }
    }
}

/// `order_type`.
#[repr(u8)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrderType {
    /// Trades at its price or better.
    Limit = 1,
    /// Trades at once within the band, never rests.
    Market = 2,
}

/// `time_in_force`. Numbers 5 and 6 are kept for good-till-date and day.
#[repr(u8)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeInForce {
    /// Good till cancelled.
    Gtc = 1,
    /// Immediate or cancel.
    Ioc = 2,
    /// Fill or kill.
    Fok = 3,
    /// Post-only (GTX): rests or is rejected.
    PostOnly = 4,
}

/// `self_trade_prevention`: 0 takes the account's default. Others are kept for later.
pub const STP_DEFAULT: u8 = 0;
/// The taker's remainder is cancelled when it meets an order of its own account.
pub const STP_EXPIRE_TAKER: u8 = 1;

/// What a name names (`kind` of `SetAlias`).
#[repr(u8)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NameKind {
    /// `instrument` is the target.
    Instrument = 1,
    /// `account` is the target.
    Account = 2,
    /// Currency codes; made by `CreateCurrency` only.
    Currency = 3,
}

/// Which limit `SetLimit` sets (`kind`); the value is `amount`, 0 removes it.
#[repr(u8)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LimitKind {
    /// Smallest total quantity of an order, in lots.
    QuantityMin = 1,
    /// Largest total quantity of an order, in lots.
    QuantityMax = 2,
    /// Smallest price × quantity of a limit order, or budget of a market order, in quote units.
    NotionalMin = 3,
    /// Largest price × quantity of a limit order, or budget, or protected value, in quote units.
    OrderValueMax = 4,
    /// Most open orders of one account in this instrument; never unlimited, default 1,000.
    OpenOrdersMax = 5,
    /// Largest base total plus open buys of one account, in lots.
    PositionMax = 6,
}

/// Trading state of an instrument. Numbers 5 and 6 are kept for pre-open and auction.
#[repr(u8)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InstrumentState {
    /// Everything is accepted.
    Open = 1,
    /// Cancels only.
    CancelOnly = 2,
    /// Only the venue may cancel.
    Halted = 3,
    /// Cancels only, and the day is over.
    Closed = 4,
}

/// State of an account.
#[repr(u8)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountState {
    /// May place and cancel.
    Active = 1,
    /// May cancel only.
    Suspended = 2,
}

/// One command record, as it lies in the journal and at the border. Unused fields are 0.
///
/// Which opcode reads which field is the command table in `docs/commands.md`.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Command {
    /// `Opcode`.
    pub opcode: u8,
    /// `FLAG_…` bits.
    pub flags: u8,
    /// `Side`; tick exponent of `CreateInstrument`.
    pub side: u8,
    /// `OrderType`.
    pub order_type: u8,
    /// `TimeInForce`.
    pub time_in_force: u8,
    /// `STP_…` of an order; `NameKind`, `LimitKind` or a state in administration.
    pub kind: u8,
    /// Bytes of `text` in use, 0 to 64.
    pub text_length: u8,
    /// Extension records that follow: 0 or 1.
    pub extensions: u8,
    /// The account acted on.
    pub account: u32,
    /// Instrument; currency of `Deposit`, `Withdraw`, `Transfer`.
    pub instrument: u32,
    /// Session of an order; calling account in ledger moves and administration.
    pub session: u64,
    /// Target order; receiving account of `Transfer`.
    pub order_id: u64,
    /// Ticks; tick mantissa, maker rate or reference price in administration.
    pub price: i64,
    /// Lots; lot size, scale, taker rate or band in administration.
    pub quantity: i64,
    /// Low and high half of an amount: budget of a market buy, ledger amount, value of a limit.
    pub amount: [u64; 2],
    /// Client order id, request id or name; bytes behind `text_length` are 0.
    pub text: [u8; TEXT_BYTES_MAX],
}

const _: () = assert!(size_of::<Command>() == COMMAND_BYTES && align_of::<Command>() == 8);

impl Command {
    /// A record of `opcode` with every other field 0.
    #[must_use]
    pub const fn new(opcode: Opcode) -> Command {
        Command {
            opcode: opcode as u8,
            flags: 0,
            side: 0,
            order_type: 0,
            time_in_force: 0,
            kind: 0,
            text_length: 0,
            extensions: 0,
            account: 0,
            instrument: 0,
            session: 0,
            order_id: 0,
            price: 0,
            quantity: 0,
            amount: [0; 2],
            text: [0; TEXT_BYTES_MAX],
        }
    }

    /// The text in use. A length above 64 reads as 64.
    #[must_use]
    pub fn text(&self) -> &[u8] {
        &self.text[..usize::from(self.text_length).min(TEXT_BYTES_MAX)]
    }

    /// The same record with `text`, cut at 64 bytes.
    #[must_use]
    pub fn with_text(mut self, text: &str) -> Command {
        let length = text.len().min(TEXT_BYTES_MAX);
        self.text = [0; TEXT_BYTES_MAX];
        self.text[..length].copy_from_slice(&text.as_bytes()[..length]);
        self.text_length = length as u8;
        self
    }

    /// The amount.
    #[must_use]
    pub fn amount(&self) -> Amount {
        amount_from_words(self.amount)
    }

    /// The same record with `amount`.
    #[must_use]
    pub fn with_amount(mut self, amount: Amount) -> Command {
        self.amount = amount_words(amount);
        self
    }

    /// The record as 16 words.
    #[must_use]
    pub fn words(&self) -> [u64; COMMAND_BYTES / 8] {
        let mut words = [0; COMMAND_BYTES / 8];
        words[..8].copy_from_slice(&[
            u64::from_le_bytes([
                self.opcode,
                self.flags,
                self.side,
                self.order_type,
                self.time_in_force,
                self.kind,
                self.text_length,
                self.extensions,
            ]),
            u64::from(self.account) | u64::from(self.instrument) << 32,
            self.session,
            self.order_id,
            self.price as u64,
            self.quantity as u64,
            self.amount[0],
            self.amount[1],
        ]);
        for (word, chunk) in words[8..].iter_mut().zip(self.text.chunks_exact(8)) {
            let mut bytes = [0; 8];
            bytes.copy_from_slice(chunk);
            *word = u64::from_le_bytes(bytes);
        }
        words
    }

    /// Whether `flag` is set.
    #[must_use]
    pub fn has(&self, flag: u8) -> bool {
        self.flags & flag != 0
    }
}

/// Whether `text` may be a client order id or request id: 1 to 64 printable ASCII characters
/// without space, comma and quotes.
#[must_use]
pub fn is_id_text(text: &[u8]) -> bool {
    (1..=TEXT_BYTES_MAX).contains(&text.len())
        && text.iter().all(|byte| (0x21..=0x7e).contains(byte) && !b",\"'`".contains(byte))
}

/// The order id that a venue-assigned client id `ob-<order id>` names.
#[must_use]
pub fn assigned_order_id(text: &[u8]) -> Option<u64> {
    let digits = text.strip_prefix(b"ob-")?;
    if digits.is_empty() || digits.len() > 16 || digits[0] == b'0' {
        return None;
    }
    digits.iter().try_fold(0_u64, |value, byte| {
        byte.is_ascii_digit().then(|| value * 10 + u64::from(byte - b'0'))
    })
}
