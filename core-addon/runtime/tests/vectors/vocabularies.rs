//! The numbers of every vocabulary.

use std::collections::BTreeMap;

use engine::change::{
    CancelReason, ChangeType, HEADER_WORDS, OrderCause, OrderStatus, TRANSACTION_BACKLOG,
    TRANSACTION_DUPLICATE, TRANSACTION_SYSTEM,
};
use engine::command::{
    AccountState, COMMAND_BYTES, FLAG_ADMIN, FLAG_BOTH_SIDES, FLAG_CANCEL_ON_DISCONNECT,
    InstrumentState, LimitKind, NameKind, Opcode, OrderType, QueryKind, STP_DEFAULT,
    STP_EXPIRE_TAKER, Side, TEXT_BYTES_MAX, TimeInForce,
};
use engine::units::{
    CURRENCY_SCALE_MAX, EXTERNAL_ACCOUNT, FEE_ACCOUNT, MILLION, SUPPLY_MAX, TICKS_MAX,
};

use crate::changes::ENTITIES;
use crate::{files, number};

/// Every variant of an enum under its name in the vectors; a new variant does not compile.
macro_rules! vocabulary {
    ($type:ident: $($variant:ident = $name:literal),+) => {{
        let name = |value: $type| match value { $($type::$variant => $name),+ };
        vec![$((name($type::$variant), $type::$variant as i128)),+]
    }};
}

fn order_vocabularies() -> Vec<(&'static str, Vec<(&'static str, i128)>)> {
    vec![
        ("side", vocabulary!(Side: Buy = "buy", Sell = "sell")),
        ("order_type", vocabulary!(OrderType: Limit = "limit", Market = "market")),
        (
            "time_in_force",
            vocabulary!(TimeInForce: Gtc = "gtc", Ioc = "ioc", Fok = "fok", PostOnly = "post_only"),
        ),
        (
            "self_trade_prevention",
            vec![
                ("account_default", i128::from(STP_DEFAULT)),
                ("expire_taker", i128::from(STP_EXPIRE_TAKER)),
            ],
        ),
        (
            "order_status",
            vocabulary!(OrderStatus: ConditionalPending = "conditional_pending",
                Pending = "pending", PartiallyFilled = "partially_filled", Filled = "filled",
                Cancelled = "cancelled", Rejected = "rejected", Expired = "expired"),
        ),
        (
            "cancel_reason",
            vocabulary!(CancelReason: None = "none", ClientRequest = "client_request",
                ImmediateOrCancel = "immediate_or_cancel", FillOrKill = "fill_or_kill",
                MarketRemainder = "market_remainder",
                SelfTradePrevention = "self_trade_prevention", MassCancel = "mass_cancel",
                SessionDisconnected = "session_disconnected", KillSwitch = "kill_switch",
                InstrumentClosed = "instrument_closed", LinkedOrder = "linked_order",
                Liquidation = "liquidation", Admin = "admin"),
        ),
        (
            "order_cause",
            vocabulary!(OrderCause: Fill = "fill", Cancel = "cancel", Replace = "replace"),
        ),
    ]
}

fn other_vocabularies() -> Vec<(&'static str, Vec<(&'static str, i128)>)> {
    let flags = [FLAG_CANCEL_ON_DISCONNECT, FLAG_ADMIN, FLAG_BOTH_SIDES].map(i128::from);
    let transaction_flags =
        [TRANSACTION_DUPLICATE, TRANSACTION_BACKLOG, TRANSACTION_SYSTEM].map(i128::from);
    vec![
        (
            "command_flag",
            vec![("cancel_on_disconnect", flags[0]), ("admin", flags[1]), ("both_sides", flags[2])],
        ),
        (
            "transaction_flag",
            vec![
                ("duplicate", transaction_flags[0]),
                ("backlog", transaction_flags[1]),
                ("system", transaction_flags[2]),
            ],
        ),
        (
            "name_kind",
            vocabulary!(NameKind: Instrument = "instrument", Account = "account",
                Currency = "currency"),
        ),
        (
            "limit_kind",
            vocabulary!(LimitKind: QuantityMin = "quantity_min", QuantityMax = "quantity_max",
                NotionalMin = "notional_min", OrderValueMax = "order_value_max",
                OpenOrdersMax = "open_orders_max", PositionMax = "position_max"),
        ),
        (
            "instrument_state",
            vocabulary!(InstrumentState: Open = "open", CancelOnly = "cancel_only",
                Halted = "halted", Closed = "closed"),
        ),
        ("account_state", vocabulary!(AccountState: Active = "active", Suspended = "suspended")),
        ("entity", ENTITIES.map(|(name, entity)| (name, entity as i128)).to_vec()),
        (
            "change_type",
            vocabulary!(ChangeType: Created = "created", Updated = "updated",
                Deleted = "deleted", Image = "image"),
        ),
        (
            "bound",
            vec![
                ("command_bytes", COMMAND_BYTES as i128),
                ("text_bytes_max", TEXT_BYTES_MAX as i128),
                ("header_words", HEADER_WORDS as i128),
                ("ticks_max", i128::from(TICKS_MAX)),
                ("supply_max", SUPPLY_MAX),
                ("million", i128::from(MILLION)),
                ("currency_scale_max", i128::from(CURRENCY_SCALE_MAX)),
                ("fee_account", i128::from(FEE_ACCOUNT)),
                ("external_account", i128::from(EXTERNAL_ACCOUNT)),
            ],
        ),
    ]
}

/// `NewOrder` as `new_order`.
fn snake_case(name: &str) -> String {
    let mut snake = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.extend(letter.to_lowercase());
    }
    snake
}

#[test]
fn numbers_of_the_vocabularies_are_those_of_the_vectors() {
    let mut vocabularies = BTreeMap::new();
    for (name, values) in [order_vocabularies(), other_vocabularies()].concat() {
        let values = values.into_iter().map(|(word, number)| (word.to_owned(), number));
        vocabularies.insert(name.to_owned(), values.collect::<BTreeMap<String, i128>>());
    }
    let named = |name: String, byte: u8| (snake_case(&name), i128::from(byte));
    let opcodes =
        (0..=255).filter_map(|byte| Some(named(format!("{:?}", Opcode::from_byte(byte)?), byte)));
    vocabularies.insert("opcode".to_owned(), opcodes.collect());
    let queries = (0..=255)
        .filter_map(|byte| Some(named(format!("{:?}", QueryKind::from_byte(byte)?), byte)));
    vocabularies.insert("query_kind".to_owned(), queries.collect());

    let constants = &files()["constants.json"]["constants"];
    let mut expected = BTreeMap::new();
    for (name, values) in constants.as_object().expect("constants are an object") {
        let words = values.as_object().expect("a vocabulary is an object").keys();
        let numbers = words.map(|word| (word.clone(), number(values, word)));
        expected.insert(name.clone(), numbers.collect::<BTreeMap<String, i128>>());
    }
    assert_eq!(vocabularies, expected);
}
