//! The template of each message that is encoded here, built by flatc's code with every field.

use crate::generated::{
    Amount, BalanceUpdated, BalanceUpdatedArgs, CancelRejected, CancelRejectedArgs, MassCancelDone,
    MassCancelDoneArgs, MassCancelRejected, MassCancelRejectedArgs, OrderAccepted,
    OrderAcceptedArgs, OrderCancelled, OrderCancelledArgs, OrderFilled, OrderFilledArgs,
    OrderRejected, OrderRejectedArgs, OrderReplaced, OrderReplacedArgs, Rejected, RejectedArgs,
    ReplaceRejected, ReplaceRejectedArgs, ServerBody, Throttled, ThrottledArgs,
};
use crate::template::Template;

/// An amount that is there.
const AMOUNT: Amount = Amount([0; 16]);

pub struct Templates {
    pub accepted: Template,
    pub rejected: Template,
    pub filled: Template,
    pub cancelled: Template,
    pub replaced: Template,
    pub replace_rejected: Template,
    pub cancel_rejected: Template,
    pub mass_cancel_done: Template,
    pub mass_cancel_rejected: Template,
    pub balance_updated: Template,
    pub refused: Template,
    pub throttled: Template,
}

impl Templates {
    pub fn new() -> Templates {
        Templates {
            accepted: accepted(),
            rejected: rejected(),
            filled: filled(),
            cancelled: cancelled(),
            replaced: replaced(),
            replace_rejected: replace_rejected(),
            cancel_rejected: cancel_rejected(),
            mass_cancel_done: mass_cancel_done(),
            mass_cancel_rejected: mass_cancel_rejected(),
            balance_updated: balance_updated(),
            refused: refused(),
            throttled: throttled(),
        }
    }
}

fn accepted() -> Template {
    Template::new(ServerBody::OrderAccepted, &[OrderAccepted::VT_CLIENT_ORDER_ID], |to, text| {
        let args = OrderAcceptedArgs {
            client_order_id: Some(text),
            budget: Some(&AMOUNT),
            ..Default::default()
        };
        OrderAccepted::create(to, &args).as_union_value()
    })
}

fn rejected() -> Template {
    Template::new(ServerBody::OrderRejected, &[OrderRejected::VT_CLIENT_ORDER_ID], |to, text| {
        let args = OrderRejectedArgs { client_order_id: Some(text), ..Default::default() };
        OrderRejected::create(to, &args).as_union_value()
    })
}

fn filled() -> Template {
    Template::new(ServerBody::OrderFilled, &[OrderFilled::VT_CLIENT_ORDER_ID], |to, text| {
        let args = OrderFilledArgs {
            client_order_id: Some(text),
            notional: Some(&AMOUNT),
            fee: Some(&AMOUNT),
            ..Default::default()
        };
        OrderFilled::create(to, &args).as_union_value()
    })
}

fn cancelled() -> Template {
    let texts = [OrderCancelled::VT_CLIENT_ORDER_ID, OrderCancelled::VT_REQUEST_ID];
    Template::new(ServerBody::OrderCancelled, &texts, |to, text| {
        let args = OrderCancelledArgs {
            client_order_id: Some(text),
            request_id: Some(text),
            ..Default::default()
        };
        OrderCancelled::create(to, &args).as_union_value()
    })
}

fn replaced() -> Template {
    let texts = [OrderReplaced::VT_CLIENT_ORDER_ID, OrderReplaced::VT_PREVIOUS_CLIENT_ORDER_ID];
    Template::new(ServerBody::OrderReplaced, &texts, |to, text| {
        let args = OrderReplacedArgs {
            client_order_id: Some(text),
            previous_client_order_id: Some(text),
            ..Default::default()
        };
        OrderReplaced::create(to, &args).as_union_value()
    })
}

fn replace_rejected() -> Template {
    let texts = [ReplaceRejected::VT_CLIENT_ORDER_ID, ReplaceRejected::VT_NEW_CLIENT_ORDER_ID];
    Template::new(ServerBody::ReplaceRejected, &texts, |to, text| {
        let args = ReplaceRejectedArgs {
            client_order_id: Some(text),
            new_client_order_id: Some(text),
            ..Default::default()
        };
        ReplaceRejected::create(to, &args).as_union_value()
    })
}

fn cancel_rejected() -> Template {
    let texts = [CancelRejected::VT_CLIENT_ORDER_ID, CancelRejected::VT_REQUEST_ID];
    Template::new(ServerBody::CancelRejected, &texts, |to, text| {
        let args = CancelRejectedArgs {
            client_order_id: Some(text),
            request_id: Some(text),
            ..Default::default()
        };
        CancelRejected::create(to, &args).as_union_value()
    })
}

fn mass_cancel_done() -> Template {
    Template::new(ServerBody::MassCancelDone, &[MassCancelDone::VT_REQUEST_ID], |to, text| {
        let args = MassCancelDoneArgs { request_id: Some(text), ..Default::default() };
        MassCancelDone::create(to, &args).as_union_value()
    })
}

fn mass_cancel_rejected() -> Template {
    let texts = [MassCancelRejected::VT_REQUEST_ID];
    Template::new(ServerBody::MassCancelRejected, &texts, |to, text| {
        let args = MassCancelRejectedArgs { request_id: Some(text), ..Default::default() };
        MassCancelRejected::create(to, &args).as_union_value()
    })
}

fn balance_updated() -> Template {
    Template::new(ServerBody::BalanceUpdated, &[], |to, _| {
        let amount = Some(&AMOUNT);
        let args = BalanceUpdatedArgs { currency: 0, available: amount, frozen: amount };
        BalanceUpdated::create(to, &args).as_union_value()
    })
}

fn refused() -> Template {
    let texts = [Rejected::VT_CLIENT_ORDER_ID, Rejected::VT_REQUEST_ID];
    Template::new(ServerBody::Rejected, &texts, |to, text| {
        let args = RejectedArgs {
            client_order_id: Some(text),
            request_id: Some(text),
            ..Default::default()
        };
        Rejected::create(to, &args).as_union_value()
    })
}

fn throttled() -> Template {
    let texts = [Throttled::VT_CLIENT_ORDER_ID, Throttled::VT_REQUEST_ID];
    Template::new(ServerBody::Throttled, &texts, |to, text| {
        let args = ThrottledArgs {
            client_order_id: Some(text),
            request_id: Some(text),
            ..Default::default()
        };
        Throttled::create(to, &args).as_union_value()
    })
}
