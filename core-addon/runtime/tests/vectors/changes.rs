//! Transactions: changes to bytes. Rust only writes them; TypeScript only reads them.

use std::collections::BTreeSet;

use engine::change::{
    BalanceUpdate, CancelReason, ChangeType, ChangeWriter, Entity, OrderCause, OrderImage,
    OrderStatus, OrderUpdate, Request, Trade, TransactionHeader, byte_word, pair_word,
};
use engine::units::amount_words;
use runtime::record;
use serde_json::Value;

use crate::{cases, expected_hex, files, hex, number, text};

/// Entities by their name in the vectors.
pub const ENTITIES: [(&str, Entity); 11] = [
    ("order", Entity::Order),
    ("trade", Entity::Trade),
    ("level", Entity::Level),
    ("balance", Entity::Balance),
    ("instrument", Entity::Instrument),
    ("account", Entity::Account),
    ("currency", Entity::Currency),
    ("session", Entity::Session),
    ("clock", Entity::Clock),
    ("alias", Entity::Alias),
    ("request", Entity::Request),
];

const STATUSES: [OrderStatus; 7] = [
    OrderStatus::ConditionalPending,
    OrderStatus::Pending,
    OrderStatus::PartiallyFilled,
    OrderStatus::Filled,
    OrderStatus::Cancelled,
    OrderStatus::Rejected,
    OrderStatus::Expired,
];

fn status(fields: &Value, name: &str) -> OrderStatus {
    STATUSES[number::<usize>(fields, name)]
}

fn reason(fields: &Value) -> CancelReason {
    match number::<u8>(fields, "reason") {
        0 => CancelReason::None,
        1 => CancelReason::ClientRequest,
        12 => CancelReason::Admin,
        other => panic!("no vector uses reason {other}"),
    }
}

fn write_order_image(changes: &mut ChangeWriter, change: ChangeType, fields: &Value) {
    changes.order_image(
        change,
        &OrderImage {
            order_id: number(fields, "order_id"),
            account: number(fields, "account"),
            instrument: number(fields, "instrument"),
            side: number(fields, "side"),
            order_type: number(fields, "order_type"),
            time_in_force: number(fields, "time_in_force"),
            status: status(fields, "status"),
            reason: reason(fields),
            self_trade_prevention: number(fields, "self_trade_prevention"),
            flags: number(fields, "flags"),
            code: number(fields, "code"),
            retained: fields["retained"].as_bool().expect("retained is a boolean"),
            session: number(fields, "session"),
            price: number(fields, "price"),
            quantity: number(fields, "quantity"),
            filled: number(fields, "filled"),
            leaves: number(fields, "leaves"),
            quote_quantity: number(fields, "quote_quantity"),
            cumulative_notional: number(fields, "cumulative_notional"),
            fee: number(fields, "fee"),
            maker_rate: number(fields, "maker_rate"),
            taker_rate: number(fields, "taker_rate"),
            created_at_ns: number(fields, "created_at_ns"),
            priority: number(fields, "priority"),
            client_order_id: text(fields, "client_order_id").as_bytes(),
        },
    );
}

fn write_order_update(changes: &mut ChangeWriter, fields: &Value) {
    changes.order_update(&OrderUpdate {
        order_id: number(fields, "order_id"),
        account: number(fields, "account"),
        instrument: number(fields, "instrument"),
        side: number(fields, "side"),
        status_before: status(fields, "status_before"),
        status_after: status(fields, "status_after"),
        reason: reason(fields),
        cause: match number::<u8>(fields, "cause") {
            1 => OrderCause::Fill,
            2 => OrderCause::Cancel,
            3 => OrderCause::Replace,
            other => panic!("cause {other} is not known"),
        },
        session: number(fields, "session"),
        price: number(fields, "price"),
        quantity: number(fields, "quantity"),
        filled_before: number(fields, "filled_before"),
        filled_after: number(fields, "filled_after"),
        leaves_before: number(fields, "leaves_before"),
        leaves_after: number(fields, "leaves_after"),
        cumulative_notional: number(fields, "cumulative_notional"),
        fee: number(fields, "fee"),
        price_before: number(fields, "price_before"),
        quantity_before: number(fields, "quantity_before"),
        client_order_id: text(fields, "client_order_id").as_bytes(),
        client_order_id_before: text(fields, "client_order_id_before").as_bytes(),
    });
}

fn write_trade(changes: &mut ChangeWriter, fields: &Value) {
    changes.trade(&Trade {
        trade_id: number(fields, "trade_id"),
        instrument: number(fields, "instrument"),
        taker_side: number(fields, "taker_side"),
        taker_order: number(fields, "taker_order"),
        maker_order: number(fields, "maker_order"),
        taker_account: number(fields, "taker_account"),
        maker_account: number(fields, "maker_account"),
        price: number(fields, "price"),
        quantity: number(fields, "quantity"),
        notional: number(fields, "notional"),
        taker_fee: number(fields, "taker_fee"),
        maker_fee: number(fields, "maker_fee"),
    });
}

fn write_balance(changes: &mut ChangeWriter, change: ChangeType, fields: &Value) {
    changes.balance(
        change,
        &BalanceUpdate {
            account: number(fields, "account"),
            currency: number(fields, "currency"),
            available_before: number(fields, "available_before"),
            available_after: number(fields, "available_after"),
            frozen_before: number(fields, "frozen_before"),
            frozen_after: number(fields, "frozen_after"),
        },
    );
}

/// Words 1 to 21 of an instrument.
fn instrument_words(fields: &Value) -> Vec<u64> {
    let [notional_min, value_max, fees] = ["notional_min", "order_value_max", "fee_accumulator"]
        .map(|name| amount_words(number(fields, name)));
    let word = |name| number::<u64>(fields, name);
    let both_sides = fields["both_sides"].as_bool().expect("both_sides is a boolean");
    let symbol_length = text(fields, "symbol").len() as u8;
    vec![
        pair_word(number(fields, "instrument_id"), number(fields, "state")),
        pair_word(number(fields, "base_currency"), number(fields, "quote_currency")),
        word("tick_mantissa"),
        byte_word([
            number(fields, "tick_exponent"),
            symbol_length,
            both_sides.into(),
            0,
            0,
            0,
            0,
            0,
        ]),
        word("lot_size"),
        word("quote_per_tick_lot"),
        pair_word(number::<i32>(fields, "maker_rate") as u32, number(fields, "taker_rate")),
        word("quantity_min"),
        word("quantity_max"),
        notional_min[0],
        notional_min[1],
        value_max[0],
        value_max[1],
        word("open_orders_max"),
        word("position_max"),
        word("reference_price"),
        word("band"),
        fees[0],
        fees[1],
        word("next_trade_id"),
        word("last_trade_price"),
    ]
}

/// Two words: an id, two bytes.
fn id_and_bytes(id: u32, first: u8, length: usize) -> u64 {
    u64::from(id) | byte_word([0, 0, 0, 0, first, length as u8, 0, 0])
}

/// Writes one change of a case through the engine's own writer.
fn write_change(changes: &mut ChangeWriter, fields: &Value) {
    let name = text(fields, "entity");
    let found = ENTITIES.iter().find(|(known, _)| *known == name);
    let (_, entity) = *found.unwrap_or_else(|| panic!("entity {name} is not known"));
    let change = match text(fields, "change") {
        "created" => ChangeType::Created,
        "updated" => ChangeType::Updated,
        "deleted" => ChangeType::Deleted,
        "image" => ChangeType::Image,
        other => panic!("change type {other} is not known"),
    };
    let (words, text) = match entity {
        Entity::Order if change == ChangeType::Updated => {
            return write_order_update(changes, fields);
        }
        Entity::Order => return write_order_image(changes, change, fields),
        Entity::Trade => return write_trade(changes, fields),
        Entity::Balance => return write_balance(changes, change, fields),
        Entity::Request => {
            return changes.request(&Request {
                session: number(fields, "session_id"),
                order_id: number(fields, "order_id"),
                order_status: (!text(fields, "order_status").is_empty())
                    .then(|| status(fields, "order_status")),
                side: number(fields, "side"),
                instrument: number(fields, "instrument"),
                request_id: text(fields, "request_id").as_bytes(),
                target_client_order_id: text(fields, "target_client_order_id").as_bytes(),
            });
        }
        Entity::Level => {
            return changes.level(
                change,
                number(fields, "instrument"),
                number(fields, "side"),
                number(fields, "price"),
                number(fields, "quantity"),
                number(fields, "order_count"),
            );
        }
        Entity::Instrument => (instrument_words(fields), text(fields, "symbol")),
        Entity::Account => {
            let name = text(fields, "name");
            let id = number(fields, "account_id");
            (vec![id_and_bytes(id, number(fields, "state"), name.len())], name)
        }
        Entity::Currency => {
            let code = text(fields, "code");
            let id = number(fields, "currency_id");
            (vec![id_and_bytes(id, number(fields, "scale"), code.len())], code)
        }
        Entity::Session => {
            let name = text(fields, "name");
            let account =
                id_and_bytes(number(fields, "account"), number(fields, "flags"), name.len());
            (vec![number(fields, "session_id"), account, number(fields, "opened_at_ns")], name)
        }
        Entity::Clock => (vec![number(fields, "time_ns")], ""),
        Entity::Alias => {
            let alias = text(fields, "text");
            let id = number(fields, "target_id");
            (vec![id_and_bytes(id, number(fields, "kind"), alias.len())], alias)
        }
    };
    changes.record(entity, change, &words, text.as_bytes());
}

#[test]
fn transactions_are_the_bytes_of_the_vectors() {
    for (name, case) in cases("transaction") {
        let header = &case["input"]["header"];
        let mut changes = ChangeWriter::with_capacity(64);
        changes.begin();
        for fields in case["input"]["changes"].as_array().expect("changes are a list") {
            write_change(&mut changes, fields);
        }
        changes.end(&TransactionHeader {
            sequence: number(header, "sequence"),
            time_ns: number(header, "time_ns"),
            code: number(header, "code"),
            opcode: number(header, "opcode"),
            flags: number(header, "flags"),
            account: number(header, "account"),
            result: number(header, "result"),
            instrument: number(header, "instrument"),
        });
        let bytes = record::words_to_bytes(changes.words());
        assert_eq!(hex(bytes), expected_hex(&case), "{name}");
    }
}

#[test]
fn every_kind_of_change_record_has_a_vector() {
    let mut kinds = BTreeSet::new();
    for (_, case) in cases("transaction") {
        for fields in case["input"]["changes"].as_array().expect("changes are a list") {
            kinds.insert(format!("{} {}", text(fields, "entity"), text(fields, "change")));
        }
    }
    let constants = &files()["constants.json"];
    let expected = constants["change_records"].as_array().expect("change_records is a list");
    let expected = expected.iter().map(|kind| kind.as_str().expect("a kind is text").to_owned());
    assert_eq!(kinds, expected.collect());
}
