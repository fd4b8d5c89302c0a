//! The messages that are encoded here, and what is written into each: numbered ones of the change
//! log, and refusals of what never reached it.

use engine::change::TRANSACTION_BACKLOG;
use engine::command::{FLAG_CANCEL_ON_DISCONNECT, Opcode};

use crate::generated::{
    BalanceUpdated, CancelRejected, ClientBody, Liquidity, MassCancelDone, MassCancelRejected,
    OrderAccepted, OrderCancelled, OrderFilled, OrderRejected, OrderReplaced, Rejected,
    ReplaceRejected, Throttled,
};
use crate::record::{Answer, Balance, Image, Trade, Transaction, Update};
use crate::request::OrderCommand;
use crate::template::{Frame, IdFields, Moment};
use crate::templates::Templates;
use crate::terms::NO_REQUEST_ID;

/// One side of a trade.
pub struct Fill<'a> {
    /// Its order's, for what no trade changes.
    pub update: Update<'a>,
    pub liquidity: Liquidity,
    pub fee: [u64; 2],
    /// After the trade.
    pub status: u8,
    pub filled: u64,
    pub leaves: u64,
}

/// Makes one frame at a time.
pub struct Encoder {
    templates: Templates,
    frame: Frame,
}

impl Default for Encoder {
    fn default() -> Encoder {
        Encoder { templates: Templates::new(), frame: Frame::default() }
    }
}

fn moment_of(transaction: Transaction) -> Moment {
    Moment { sequence: transaction.sequence(), time_ns: transaction.time_ns() }
}

impl Encoder {
    pub fn accepted(&mut self, transaction: Transaction, order: Image) -> &mut Frame {
        type Message<'a> = OrderAccepted<'a>;
        let id: IdFields = (Message::VT_CLIENT_ORDER_ID, Message::VT_CLIENT_REF);
        self.frame
            .begin(&self.templates.accepted, moment_of(transaction))
            .u64(Message::VT_ORDER_ID, order.order_id())
            .u32(Message::VT_INSTRUMENT, order.instrument())
            .u8(Message::VT_SIDE, order.side())
            .u8(Message::VT_ORDER_TYPE, order.order_type())
            .u8(Message::VT_TIME_IN_FORCE, order.time_in_force())
            .u8(Message::VT_SELF_TRADE_PREVENTION, order.self_trade_prevention())
            .u64(Message::VT_SESSION, order.session())
            .u64(Message::VT_PRICE, order.price())
            .u64(Message::VT_QUANTITY, order.quantity())
            .amount(Message::VT_BUDGET, order.budget())
            .u8(Message::VT_CANCEL_ON_DISCONNECT, order.flags() & FLAG_CANCEL_ON_DISCONNECT)
            .u32(Message::VT_MAKER_RATE, order.maker_rate())
            .u32(Message::VT_TAKER_RATE, order.taker_rate())
            .id(id, order.client_order_id())
            .end();
        &mut self.frame
    }

    /// The answer to an order that was sent before.
    pub fn accepted_before(&mut self, transaction: Transaction, answer: Answer) -> &mut Frame {
        type Message<'a> = OrderAccepted<'a>;
        let id: IdFields = (Message::VT_CLIENT_ORDER_ID, Message::VT_CLIENT_REF);
        self.frame
            .begin(&self.templates.accepted, moment_of(transaction))
            .u64(Message::VT_ORDER_ID, transaction.result())
            .u8(Message::VT_DUPLICATE, 1)
            .id(id, answer.request_id())
            .end();
        &mut self.frame
    }

    pub fn rejected(&mut self, transaction: Transaction, order: Image) -> &mut Frame {
        type Message<'a> = OrderRejected<'a>;
        let id: IdFields = (Message::VT_CLIENT_ORDER_ID, Message::VT_CLIENT_REF);
        self.frame
            .begin(&self.templates.rejected, moment_of(transaction))
            .u64(Message::VT_ORDER_ID, order.order_id())
            .u32(Message::VT_INSTRUMENT, order.instrument())
            .u64(Message::VT_SESSION, order.session())
            .u16(Message::VT_CODE, order.code())
            .id(id, order.client_order_id())
            .end();
        &mut self.frame
    }

    pub fn filled(&mut self, transaction: Transaction, trade: Trade, fill: &Fill) -> &mut Frame {
        type Message<'a> = OrderFilled<'a>;
        let id: IdFields = (Message::VT_CLIENT_ORDER_ID, Message::VT_CLIENT_REF);
        self.frame
            .begin(&self.templates.filled, moment_of(transaction))
            .u64(Message::VT_ORDER_ID, fill.update.order_id())
            .u32(Message::VT_INSTRUMENT, fill.update.instrument())
            .u8(Message::VT_SIDE, fill.update.side())
            .u8(Message::VT_LIQUIDITY, fill.liquidity.0)
            .u8(Message::VT_STATUS, fill.status)
            .u64(Message::VT_SESSION, fill.update.session())
            .u64(Message::VT_TRADE_ID, trade.trade_id())
            .u64(Message::VT_PRICE, trade.price())
            .u64(Message::VT_QUANTITY, trade.quantity())
            .amount(Message::VT_NOTIONAL, trade.notional())
            .amount(Message::VT_FEE, fill.fee)
            .u64(Message::VT_FILLED, fill.filled)
            .u64(Message::VT_LEAVES, fill.leaves)
            .id(id, fill.update.client_order_id())
            .end();
        &mut self.frame
    }

    /// `request_id`: of the cancel that asked for it, empty = none.
    pub fn cancelled(
        &mut self,
        transaction: Transaction,
        update: Update,
        request_id: &[u8],
    ) -> &mut Frame {
        type Message<'a> = OrderCancelled<'a>;
        let id: IdFields = (Message::VT_CLIENT_ORDER_ID, Message::VT_CLIENT_REF);
        self.frame
            .begin(&self.templates.cancelled, moment_of(transaction))
            .u64(Message::VT_ORDER_ID, update.order_id())
            .u32(Message::VT_INSTRUMENT, update.instrument())
            .u8(Message::VT_SIDE, update.side())
            .u8(Message::VT_REASON, update.reason())
            .u64(Message::VT_SESSION, update.session())
            .u64(Message::VT_QUANTITY, update.quantity())
            .u64(Message::VT_FILLED, update.filled_after())
            .id(id, update.client_order_id())
            .id((Message::VT_REQUEST_ID, Message::VT_REQUEST_REF), request_id)
            .end();
        &mut self.frame
    }

    /// As the order stood before its new terms traded.
    pub fn replaced(&mut self, transaction: Transaction, update: Update) -> &mut Frame {
        type Message<'a> = OrderReplaced<'a>;
        let id: IdFields = (Message::VT_CLIENT_ORDER_ID, Message::VT_CLIENT_REF);
        let previous: IdFields =
            (Message::VT_PREVIOUS_CLIENT_ORDER_ID, Message::VT_PREVIOUS_CLIENT_REF);
        let filled = update.filled_before();
        self.frame
            .begin(&self.templates.replaced, moment_of(transaction))
            .u64(Message::VT_ORDER_ID, update.order_id())
            .u32(Message::VT_INSTRUMENT, update.instrument())
            .u8(Message::VT_SIDE, update.side())
            .u64(Message::VT_SESSION, update.session())
            .u64(Message::VT_PRICE, update.price())
            .u64(Message::VT_QUANTITY, update.quantity())
            .u64(Message::VT_FILLED, filled)
            .u64(Message::VT_LEAVES, update.quantity().saturating_sub(filled))
            .id(id, update.client_order_id())
            .id(previous, update.previous_client_order_id())
            .end();
        &mut self.frame
    }

    /// The answer to a replace that was sent before.
    pub fn replaced_before(&mut self, transaction: Transaction, answer: Answer) -> &mut Frame {
        type Message<'a> = OrderReplaced<'a>;
        let id: IdFields = (Message::VT_CLIENT_ORDER_ID, Message::VT_CLIENT_REF);
        self.frame
            .begin(&self.templates.replaced, moment_of(transaction))
            .u64(Message::VT_ORDER_ID, transaction.result())
            .u8(Message::VT_DUPLICATE, 1)
            .id(id, answer.request_id())
            .end();
        &mut self.frame
    }

    pub fn replace_rejected(&mut self, transaction: Transaction, answer: Answer) -> &mut Frame {
        type Message<'a> = ReplaceRejected<'a>;
        let id: IdFields = (Message::VT_CLIENT_ORDER_ID, Message::VT_CLIENT_REF);
        let new: IdFields = (Message::VT_NEW_CLIENT_ORDER_ID, Message::VT_NEW_CLIENT_REF);
        self.frame
            .begin(&self.templates.replace_rejected, moment_of(transaction))
            .u64(Message::VT_ORDER_ID, answer.order_id())
            .u16(Message::VT_CODE, transaction.code())
            .id(id, answer.target_client_order_id())
            .id(new, answer.request_id())
            .end();
        &mut self.frame
    }

    pub fn cancel_rejected(&mut self, transaction: Transaction, answer: Answer) -> &mut Frame {
        type Message<'a> = CancelRejected<'a>;
        let id: IdFields = (Message::VT_CLIENT_ORDER_ID, Message::VT_CLIENT_REF);
        self.frame
            .begin(&self.templates.cancel_rejected, moment_of(transaction))
            .u64(Message::VT_ORDER_ID, answer.order_id())
            .u16(Message::VT_CODE, transaction.code())
            .id(id, answer.target_client_order_id())
            .id((Message::VT_REQUEST_ID, Message::VT_REQUEST_REF), answer.request_id())
            .end();
        &mut self.frame
    }

    pub fn mass_cancel_done(&mut self, transaction: Transaction, answer: Answer) -> &mut Frame {
        type Message<'a> = MassCancelDone<'a>;
        let has_more = transaction.flags() & TRANSACTION_BACKLOG != 0;
        self.frame
            .begin(&self.templates.mass_cancel_done, moment_of(transaction))
            .u32(Message::VT_INSTRUMENT, transaction.instrument())
            .u64(Message::VT_ORDERS, transaction.result())
            .u8(Message::VT_HAS_MORE, has_more.into())
            .id((Message::VT_REQUEST_ID, Message::VT_REQUEST_REF), asked_id(answer.request_id()))
            .end();
        &mut self.frame
    }

    pub fn mass_cancel_rejected(&mut self, transaction: Transaction, answer: Answer) -> &mut Frame {
        type Message<'a> = MassCancelRejected<'a>;
        self.frame
            .begin(&self.templates.mass_cancel_rejected, moment_of(transaction))
            .u16(Message::VT_CODE, transaction.code())
            .id((Message::VT_REQUEST_ID, Message::VT_REQUEST_REF), asked_id(answer.request_id()))
            .end();
        &mut self.frame
    }

    pub fn balance_updated(&mut self, transaction: Transaction, balance: Balance) -> &mut Frame {
        self.frame
            .begin(&self.templates.balance_updated, moment_of(transaction))
            .u32(BalanceUpdated::VT_CURRENCY, balance.currency())
            .amount(BalanceUpdated::VT_AVAILABLE, balance.available())
            .amount(BalanceUpdated::VT_FROZEN, balance.frozen())
            .end();
        &mut self.frame
    }

    /// Of a message that was not executed: a code, or that there were too many.
    pub fn refused(&mut self, of: ClientBody, refusal: Refusal, ids: Option<&Ids>) -> &mut Frame {
        match refusal {
            Refusal::Throttled { retry_after_ms } => self.throttled(of, retry_after_ms, ids),
            Refusal::Code(code) => self.refused_with(of, code, ids),
        }
        &mut self.frame
    }

    fn throttled(&mut self, of: ClientBody, retry_after_ms: u32, ids: Option<&Ids>) {
        type Message<'a> = Throttled<'a>;
        let mut fields = self.frame.begin(&self.templates.throttled, Moment::default());
        fields.u8(Message::VT_OF, of.0).u32(Message::VT_RETRY_AFTER_MS, retry_after_ms);
        if let Some(ids) = ids {
            fields
                .u64(Message::VT_ORDER_ID, ids.order_id)
                .id((Message::VT_CLIENT_ORDER_ID, Message::VT_CLIENT_REF), ids.client_order_id)
                .id((Message::VT_REQUEST_ID, Message::VT_REQUEST_REF), ids.request_id);
        }
        fields.end();
    }

    fn refused_with(&mut self, of: ClientBody, code: u16, ids: Option<&Ids>) {
        type Message<'a> = Rejected<'a>;
        let mut fields = self.frame.begin(&self.templates.refused, Moment::default());
        fields.u8(Message::VT_OF, of.0).u16(Message::VT_CODE, code);
        if let Some(ids) = ids {
            fields
                .u64(Message::VT_ORDER_ID, ids.order_id)
                .id((Message::VT_CLIENT_ORDER_ID, Message::VT_CLIENT_REF), ids.client_order_id)
                .id((Message::VT_REQUEST_ID, Message::VT_REQUEST_REF), ids.request_id);
        }
        fields.end();
    }
}

/// Why a message was not executed.
#[derive(Clone, Copy)]
pub enum Refusal {
    Throttled { retry_after_ms: u32 },
    Code(u16),
}

/// How a message names its order and itself.
pub struct Ids<'a> {
    pub order_id: u64,
    pub client_order_id: &'a [u8],
    pub request_id: &'a [u8],
}

impl<'a> Ids<'a> {
    pub fn of(order: &'a OrderCommand) -> Ids<'a> {
        let command = &order.command;
        Ids::new(command.opcode, command.order_id, command.text(), order.extension_text())
    }

    /// `own` text of the record and that of its extension. Of a replace the request id is the
    /// order's new id.
    pub fn new(opcode: u8, order_id: u64, own: &'a [u8], other: &'a [u8]) -> Ids<'a> {
        let is_replace = opcode == Opcode::ReplaceOrder as u8;
        let (client_order_id, request_id) = if is_replace { (other, own) } else { (own, other) };
        Ids { order_id, client_order_id, request_id: asked_id(request_id) }
    }
}

/// The member of the union that a command came in.
pub fn body_of(opcode: u8) -> ClientBody {
    match Opcode::from_byte(opcode) {
        Some(Opcode::NewOrder) => ClientBody::NewOrder,
        Some(Opcode::CancelOrder) => ClientBody::CancelOrder,
        Some(Opcode::ReplaceOrder) => ClientBody::ReplaceOrder,
        Some(Opcode::MassCancel) => ClientBody::MassCancel,
        _ => ClientBody::NONE,
    }
}

/// The id that a client gave: that of a mass cancel may be ours.
fn asked_id(id: &[u8]) -> &[u8] {
    if id == NO_REQUEST_ID { &[] } else { id }
}
