//! One transaction → what each account's sessions are owed, in order. Depends on nothing but the
//! transaction, so that it is the same whenever it is derived.

use engine::change::{ChangeType, Entity, OrderCause, OrderStatus, TRANSACTION_DUPLICATE};
use engine::command::Opcode;

use crate::encode::{Encoder, Fill};
use crate::generated::Liquidity;
use crate::record::{Answer, Balance, Image, Opened, Record, Trade, Transaction, Update};
use crate::template::Frame;

/// Who hears. The frames have no number yet.
pub trait Audience {
    /// Whether anybody hears what an account is owed: else nothing is encoded.
    fn hears(&self, account: u32) -> bool;
    /// Whether anybody hears of its balances.
    fn hears_balances(&self, account: u32) -> bool;
    /// For every session of the account.
    fn tell(&mut self, account: u32, frame: &mut Frame);
    /// For its sessions that want balances.
    fn tell_balance(&mut self, account: u32, frame: &mut Frame);
    /// For the session of this engine session alone.
    fn tell_session(&mut self, account: u32, engine_session: u64, frame: &mut Frame);
    /// An order of the account was to get this id.
    fn id_given(&mut self, account: u32, id: &[u8]);
    /// An engine session was opened.
    fn session_opened(&mut self, account: u32, name: &[u8], engine_session: u64);
}

/// The records that somebody may hear of.
enum Kind<'a> {
    OrderCreated(Image<'a>),
    OrderUpdated(Update<'a>),
    Trade(Trade<'a>),
    Balance(Balance<'a>),
    Opened(Opened<'a>),
    Answer(Answer<'a>),
    Other,
}

#[inline]
fn kind_of(record: Record<'_>) -> Kind<'_> {
    const CREATED: u8 = ChangeType::Created as u8;
    const UPDATED: u8 = ChangeType::Updated as u8;
    const ORDER: u8 = Entity::Order as u8;
    const TRADE: u8 = Entity::Trade as u8;
    const BALANCE: u8 = Entity::Balance as u8;
    const SESSION: u8 = Entity::Session as u8;
    const REQUEST: u8 = Entity::Request as u8;
    let words = record.words();
    match (record.entity(), record.change()) {
        (ORDER, CREATED) => Kind::OrderCreated(Image(words)),
        (ORDER, UPDATED) => Kind::OrderUpdated(Update(words)),
        (TRADE, CREATED) => Kind::Trade(Trade(words)),
        (BALANCE, UPDATED) => Kind::Balance(Balance(words)),
        (SESSION, CREATED) => Kind::Opened(Opened(words)),
        (REQUEST, CREATED) => Kind::Answer(Answer(words)),
        _ => Kind::Other,
    }
}

/// The order that a command is about, while its fills are told.
#[derive(Clone, Copy, Default)]
struct Taker<'t> {
    update: Option<Update<'t>>,
    /// So far.
    filled: u64,
}

/// Tells one transaction to whoever hears of it.
#[inline]
pub fn tell(transaction: Transaction, encoder: &mut Encoder, audience: &mut impl Audience) {
    Telling { transaction, encoder, audience }.run();
}

struct Telling<'t, 'e, A> {
    transaction: Transaction<'t>,
    encoder: &'e mut Encoder,
    audience: &'e mut A,
}

impl<'t, A: Audience> Telling<'t, '_, A> {
    #[inline]
    fn run(&mut self) {
        let (mut taker, request_id) = self.look_ahead();
        if let (true, Some(update)) = (self.is(Opcode::ReplaceOrder), taker.update)
            && self.audience.hears(update.account())
        {
            if update.client_order_id() != update.previous_client_order_id() {
                self.audience.id_given(update.account(), update.client_order_id());
            }
            let frame = self.encoder.replaced(self.transaction, update);
            self.audience.tell(update.account(), frame);
        }
        let mut trade = None;
        for record in self.transaction.records() {
            match kind_of(record) {
                Kind::OrderCreated(image) => self.order_created(image),
                Kind::Trade(found) => {
                    self.taker_filled(&mut taker, found);
                    trade = Some(found);
                }
                Kind::OrderUpdated(update) => self.order_updated(update, trade.take(), request_id),
                Kind::Balance(balance) => self.balance_updated(balance),
                Kind::Opened(opened) => {
                    let (account, name) = (opened.account(), opened.name());
                    self.audience.session_opened(account, name, opened.session());
                }
                Kind::Answer(answer) => self.answer(answer),
                Kind::Other => {}
            }
        }
    }

    fn is(&self, opcode: Opcode) -> bool {
        self.transaction.opcode() == opcode as u8
    }

    /// The order of a new order or replace as it ends, and the own id of a cancel: both stand
    /// behind what is told before them.
    #[inline]
    fn look_ahead(&self) -> (Taker<'t>, &'t [u8]) {
        let mut taker = Taker::default();
        if self.is(Opcode::CancelOrder) {
            let last = self.transaction.records().last().map(kind_of);
            let Some(Kind::Answer(answer)) = last else { return (taker, &[]) };
            return (taker, answer.request_id());
        }
        // A new order that traded at all did so at once.
        let has_traded = || {
            let behind_it = self.transaction.records().nth(1);
            behind_it.is_some_and(|record| record.entity() == Entity::Trade as u8)
        };
        if self.is(Opcode::ReplaceOrder) || self.is(Opcode::NewOrder) && has_traded() {
            for record in self.transaction.records() {
                match kind_of(record) {
                    Kind::OrderUpdated(update)
                        if update.order_id() == self.transaction.result() =>
                    {
                        taker.filled = update.filled_before();
                        taker.update = Some(update);
                    }
                    _ => {}
                }
            }
        }
        (taker, &[])
    }

    #[inline]
    fn order_created(&mut self, image: Image) {
        if !self.audience.hears(image.account()) {
            return;
        }
        self.audience.id_given(image.account(), image.client_order_id());
        let is_rejected = image.status() == OrderStatus::Rejected as u8;
        let frame = if is_rejected {
            self.encoder.rejected(self.transaction, image)
        } else {
            self.encoder.accepted(self.transaction, image)
        };
        self.audience.tell(image.account(), frame);
    }

    #[inline]
    fn taker_filled(&mut self, taker: &mut Taker, trade: Trade) {
        let account = trade.taker_account();
        let Some(update) = taker.update else { return };
        taker.filled += trade.quantity();
        if !self.audience.hears(account) {
            return;
        }
        // An order whose quantity is its budget leaves nothing that it knows of.
        let leaves = update.quantity().saturating_sub(taker.filled);
        let is_last = taker.filled == update.filled_after();
        let is_filled = is_last && update.status_after() == OrderStatus::Filled as u8;
        let status = if is_filled { OrderStatus::Filled } else { OrderStatus::PartiallyFilled };
        let fill = Fill {
            update,
            liquidity: Liquidity::Taker,
            fee: trade.taker_fee(),
            status: status as u8,
            filled: taker.filled,
            leaves,
        };
        let frame = self.encoder.filled(self.transaction, trade, &fill);
        self.audience.tell(account, frame);
    }

    #[inline]
    fn order_updated(&mut self, update: Update, trade: Option<Trade>, request_id: &[u8]) {
        let account = update.account();
        if !self.audience.hears(account) {
            return;
        }
        if let (Some(trade), true) = (trade, update.cause() == OrderCause::Fill as u8)
            && update.order_id() == trade.maker_order()
        {
            self.maker_filled(update, trade);
        } else if update.status_after() == OrderStatus::Cancelled as u8 {
            let frame = self.encoder.cancelled(self.transaction, update, request_id);
            self.audience.tell(account, frame);
        }
    }

    #[inline]
    fn maker_filled(&mut self, update: Update, trade: Trade) {
        let fill = Fill {
            update,
            liquidity: Liquidity::Maker,
            fee: trade.maker_fee(),
            status: update.status_after(),
            filled: update.filled_after(),
            leaves: update.leaves_after(),
        };
        let frame = self.encoder.filled(self.transaction, trade, &fill);
        self.audience.tell(update.account(), frame);
    }

    #[inline]
    fn balance_updated(&mut self, balance: Balance) {
        if self.audience.hears_balances(balance.account()) {
            let frame = self.encoder.balance_updated(self.transaction, balance);
            self.audience.tell_balance(balance.account(), frame);
        }
    }

    /// A refused order has its own record, and a cancel that was done its order's.
    fn answer(&mut self, answer: Answer) {
        let (transaction, account) = (self.transaction, self.transaction.account());
        if !self.audience.hears(account) {
            return;
        }
        if self.is(Opcode::NewOrder) || self.is(Opcode::ReplaceOrder) {
            self.audience.id_given(account, answer.request_id());
        }
        let is_refused = transaction.code() != 0;
        let is_duplicate = transaction.flags() & TRANSACTION_DUPLICATE != 0;
        let frame = match Opcode::from_byte(transaction.opcode()) {
            Some(Opcode::NewOrder) if is_duplicate => {
                self.encoder.accepted_before(transaction, answer)
            }
            Some(Opcode::ReplaceOrder) if is_refused => {
                self.encoder.replace_rejected(transaction, answer)
            }
            Some(Opcode::ReplaceOrder) if is_duplicate => {
                self.encoder.replaced_before(transaction, answer)
            }
            Some(Opcode::CancelOrder) if is_refused => {
                self.encoder.cancel_rejected(transaction, answer)
            }
            Some(Opcode::MassCancel) if is_refused => {
                self.encoder.mass_cancel_rejected(transaction, answer)
            }
            Some(Opcode::MassCancel) => self.encoder.mass_cancel_done(transaction, answer),
            _ => return,
        };
        self.audience.tell_session(account, answer.session(), frame);
    }
}
