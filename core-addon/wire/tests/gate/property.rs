//! For all values: what a builder writes is read as it was meant, and what the change log says is
//! told as it is.

use engine::change::{
    BalanceUpdate, CancelReason, ChangeType, ChangeWriter, OrderCause, OrderImage, OrderStatus,
    OrderUpdate, Trade, TransactionHeader,
};
use engine::command::Opcode;
use engine::units::amount_words;
use wire::generated::{
    Amount, ClientBody, NewOrder, NewOrderArgs, OrderType, SelfTradePrevention, ServerMessage,
    Side, TimeInForce,
};
use wire::{
    Bounds, Gate, LogIn, OrderCommand, Position, Request, SessionSpec, read_request, read_verified,
};

use crate::random::Random;
use crate::support::{frame, login, messages};

const CASES: u64 = 256;
const ACCOUNT: u32 = 3;

/// Ids of all lengths, as a text that is no number.
fn text(random: &mut Random) -> String {
    let letters = b"abz-09_.:/#";
    (0..random.below(65)).map(|_| char::from(random.pick(letters))).collect()
}

/// Numbers of all sizes.
fn value(random: &mut Random) -> u64 {
    let bits = random.below(64);
    (random.next() << 40 | random.next()) >> bits
}

#[test]
fn any_order_is_read_as_it_was_written() {
    for seed in 0..CASES {
        let mut random = Random(seed);
        let (words, id) = ([value(&mut random), value(&mut random)], text(&mut random));
        let budget = Amount::new(words[0], words[1]);
        let bytes: [u8; 4] = std::array::from_fn(|_| random.next() as u8 >> random.below(8));
        let (instrument, client_ref) = (value(&mut random) as u32, value(&mut random));
        let (price, quantity) = (value(&mut random) as i64, -(value(&mut random) as i64));
        let has_budget = seed % 2 == 0;
        let sent = frame(ClientBody::NewOrder, |to| {
            let args = NewOrderArgs {
                instrument,
                side: Side(bytes[0]),
                order_type: OrderType(bytes[1]),
                time_in_force: TimeInForce(bytes[2]),
                self_trade_prevention: SelfTradePrevention(bytes[3]),
                price,
                quantity,
                budget: has_budget.then_some(&budget),
                client_order_id: (seed % 3 > 0).then(|| to.create_string(&id)),
                client_ref,
            };
            NewOrder::create(to, &args).as_union_value()
        });
        let (mut fast, mut checked) = (OrderCommand::default(), OrderCommand::default());
        assert_eq!(read_request(&sent, &mut fast), Request::Order, "seed {seed}");
        assert_eq!(read_verified(&sent, &mut checked), Request::Order, "seed {seed}");
        assert_eq!(fast.command, checked.command, "seed {seed}");
        let command = fast.command;
        // Words that there are not are read as none; the engine refuses them.
        let known = |at: usize, last: u8| if bytes[at] <= last { bytes[at] } else { 0 };
        let words_meant = [known(0, 2), known(1, 2), known(2, 4), bytes[3]];
        let words_read = [command.side, command.order_type, command.time_in_force, command.kind];
        assert_eq!(
            (command.opcode, words_read),
            (Opcode::NewOrder as u8, words_meant),
            "seed {seed}"
        );
        let terms = (command.instrument, command.price, command.quantity, command.amount);
        let budget_read = if has_budget { words } else { [0, 0] };
        assert_eq!(terms, (instrument, price, quantity, budget_read), "seed {seed}");
        let id = match (seed % 3 > 0 && !id.is_empty(), client_ref) {
            (true, _) => id,
            (false, 0) => String::new(),
            (false, number) => number.to_string(),
        };
        assert_eq!(command.text(), id.as_bytes(), "seed {seed}");
    }
}

/// A gate that has told one transaction to a session of `ACCOUNT`.
fn told(changes: &ChangeWriter) -> Vec<u8> {
    let mut gate = Gate::new(Bounds::DEFAULT);
    let position = Position { number: 6, engine_session: 5, ..Position::default() };
    let engine_name = b"one";
    let spec = SessionSpec {
        account: ACCOUNT,
        engine_name,
        balance_updates: true,
        increasing_refs: false,
        position,
    };
    let session = gate.open_session(&spec).expect("there is room");
    assert!(gate.connect(0));
    gate.receive(0, &login(), 1, 1);
    let login = LogIn { may_trade: true, cancel_on_disconnect: false, next_number: 7 };
    gate.log_in(0, session, &login);
    assert!(gate.go_live(0));
    let mut released: Vec<u8> =
        changes.words().iter().flat_map(|word| word.to_le_bytes()).collect();
    gate.deliver(&mut released);
    gate.output(0).to_vec()
}

fn header(random: &mut Random, opcode: Opcode) -> TransactionHeader {
    TransactionHeader {
        sequence: value(random) | 1,
        time_ns: value(random),
        code: 0,
        opcode: opcode as u8,
        flags: 0,
        account: ACCOUNT,
        result: 0,
        instrument: 1,
    }
}

fn amount(random: &mut Random) -> i128 {
    i128::from(value(random) as i64) * i128::from(value(random) as i64)
}

fn pair(amount: Option<&Amount>) -> [u64; 2] {
    amount.map(|amount| [amount.low(), amount.high()]).expect("an amount is always there")
}

fn check_root(message: &ServerMessage, header: &TransactionHeader, number: u64) {
    let root = (message.number(), message.sequence(), message.time_ns());
    assert_eq!(root, (number, header.sequence, header.time_ns));
}

fn random_image<'a>(random: &mut Random, flags: u8, id: &'a str) -> OrderImage<'a> {
    OrderImage {
        order_id: value(random),
        account: ACCOUNT,
        instrument: value(random) as u32,
        side: random.next() as u8,
        order_type: random.next() as u8,
        time_in_force: random.next() as u8,
        status: OrderStatus::Pending,
        reason: CancelReason::None,
        self_trade_prevention: random.next() as u8,
        flags,
        code: 0,
        retained: false,
        session: value(random),
        price: value(random) as i64,
        quantity: value(random) as i64,
        filled: 0,
        leaves: 0,
        quote_quantity: amount(random),
        cumulative_notional: 0,
        fee: 0,
        maker_rate: value(random) as i32,
        taker_rate: -(value(random) as i32).wrapping_abs(),
        created_at_ns: 0,
        priority: 0,
        client_order_id: id.as_bytes(),
    }
}

#[test]
fn any_order_and_balance_are_told_as_they_are() {
    for seed in 0..CASES {
        let mut random = Random(seed);
        let id = text(&mut random);
        let order = random_image(&mut random, (seed % 2) as u8, &id);
        let balance = BalanceUpdate {
            account: ACCOUNT,
            currency: value(&mut random) as u32,
            available_before: 1,
            available_after: amount(&mut random),
            frozen_before: 2,
            frozen_after: amount(&mut random),
        };
        let header = header(&mut random, Opcode::NewOrder);
        let mut changes = ChangeWriter::default();
        changes.begin();
        changes.order_image(ChangeType::Created, &order);
        changes.balance(ChangeType::Updated, &balance);
        changes.end(&header);
        let bytes = told(&changes);
        let messages = messages(&bytes);
        check_root(&messages[0], &header, 7);
        let found = messages[0].body_as_order_accepted().expect("accepted");
        let ids = (found.order_id(), found.instrument(), found.session());
        assert_eq!(ids, (order.order_id, order.instrument, order.session), "seed {seed}");
        let words = [found.side().0, found.order_type().0, found.time_in_force().0];
        assert_eq!(words, [order.side, order.order_type, order.time_in_force], "seed {seed}");
        assert_eq!(found.self_trade_prevention().0, order.self_trade_prevention);
        assert_eq!((found.price(), found.quantity()), (order.price, order.quantity));
        assert_eq!(pair(found.budget()), amount_words(order.quote_quantity));
        let rates = (found.maker_rate(), found.taker_rate(), found.cancel_on_disconnect());
        assert_eq!(rates, (order.maker_rate, order.taker_rate, seed % 2 == 1), "seed {seed}");
        let id_told = match found.client_ref() {
            0 => found.client_order_id().unwrap_or_default().to_owned(),
            number => number.to_string(),
        };
        assert_eq!(id_told, id, "seed {seed}");
        check_root(&messages[1], &header, 8);
        let found = messages[1].body_as_balance_updated().expect("a balance");
        assert_eq!(found.currency(), balance.currency);
        assert_eq!(pair(found.available()), amount_words(balance.available_after));
        assert_eq!(pair(found.frozen()), amount_words(balance.frozen_after));
    }
}

fn random_update<'a>(random: &mut Random, id: &'a str) -> OrderUpdate<'a> {
    OrderUpdate {
        order_id: value(random),
        account: ACCOUNT,
        instrument: value(random) as u32,
        side: random.next() as u8,
        status_before: OrderStatus::Pending,
        status_after: OrderStatus::PartiallyFilled,
        reason: CancelReason::None,
        cause: OrderCause::Fill,
        session: value(random),
        price: value(random) as i64,
        quantity: value(random) as i64,
        filled_before: 0,
        filled_after: value(random) as i64,
        leaves_before: 1,
        leaves_after: value(random) as i64,
        cumulative_notional: 0,
        fee: 0,
        price_before: 0,
        quantity_before: 0,
        client_order_id: id.as_bytes(),
        client_order_id_before: &[],
    }
}

#[test]
fn any_fill_and_replace_are_told_as_they_are() {
    for seed in 0..CASES {
        let mut random = Random(seed);
        let (id, before) = (text(&mut random), text(&mut random));
        let order = random_update(&mut random, &id);
        let trade = Trade {
            trade_id: value(&mut random),
            instrument: 1,
            taker_side: 1,
            taker_order: 0,
            maker_order: order.order_id,
            taker_account: 4,
            maker_account: ACCOUNT,
            price: value(&mut random) as i64,
            quantity: value(&mut random) as i64,
            notional: amount(&mut random),
            taker_fee: 1,
            maker_fee: -amount(&mut random),
        };
        let mut header = header(&mut random, Opcode::NewOrder);
        header.account = 4;
        let mut changes = ChangeWriter::default();
        changes.begin();
        changes.trade(&trade);
        changes.order_update(&order);
        changes.end(&header);
        let bytes = told(&changes);
        let messages = messages(&bytes);
        check_root(&messages[0], &header, 7);
        let found = messages[0].body_as_order_filled().expect("filled");
        let ids = (found.order_id(), found.instrument(), found.session(), found.trade_id());
        let expected = (order.order_id, order.instrument, order.session, trade.trade_id);
        assert_eq!((ids, found.side().0), (expected, order.side), "seed {seed}");
        assert_eq!((found.price(), found.quantity()), (trade.price, trade.quantity));
        assert_eq!((found.filled(), found.leaves()), (order.filled_after, order.leaves_after));
        assert_eq!(pair(found.notional()), amount_words(trade.notional));
        assert_eq!(pair(found.fee()), amount_words(trade.maker_fee));
        check_replace(
            &mut random,
            OrderUpdate { client_order_id_before: before.as_bytes(), ..order },
        );
    }
}

/// The same order with new terms, which then was cancelled.
fn check_replace(random: &mut Random, order: OrderUpdate) {
    let order = OrderUpdate {
        cause: OrderCause::Replace,
        status_after: OrderStatus::Cancelled,
        reason: CancelReason::SelfTradePrevention,
        quantity: order.filled_after.max(2),
        filled_before: 1,
        ..order
    };
    let header =
        TransactionHeader { result: order.order_id, ..header(random, Opcode::ReplaceOrder) };
    let mut changes = ChangeWriter::default();
    changes.begin();
    changes.order_update(&order);
    changes.end(&header);
    let bytes = told(&changes);
    let messages = messages(&bytes);
    let found = messages[0].body_as_order_replaced().expect("replaced");
    assert_eq!((found.price(), found.quantity()), (order.price, order.quantity));
    assert_eq!((found.filled(), found.leaves()), (1, order.quantity - 1));
    let before = match found.previous_client_ref() {
        0 => found.previous_client_order_id().unwrap_or_default().to_owned(),
        number => number.to_string(),
    };
    assert_eq!(before.as_bytes(), order.client_order_id_before);
    let found = messages[1].body_as_order_cancelled().expect("cancelled");
    assert_eq!(found.reason().0, CancelReason::SelfTradePrevention as u8);
    assert_eq!((found.quantity(), found.filled()), (order.quantity, order.filled_after));
}
