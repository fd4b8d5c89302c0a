//! Orders of one and two sessions, from the frame to what each is told.

use engine::generated::reject_code::RejectCode;
use wire::Bounds;
use wire::generated::{
    CancelReason, Liquidity, OrderStatus, OrderType, ServerMessage, Side, TimeInForce,
};

use crate::support::{Order, Venue, cancel, kinds, mass_cancel, messages, replace};

fn venue() -> (Venue, u32, u32) {
    let mut venue = Venue::new(Bounds::DEFAULT);
    let (first, second) = (venue.open(3, "one", false), venue.open(4, "two", false));
    venue.join(1, first, 1);
    venue.join(2, second, 1);
    (venue, 1, 2)
}

fn numbers(messages: &[ServerMessage]) -> Vec<u64> {
    messages.iter().map(ServerMessage::number).collect()
}

#[test]
fn an_order_is_accepted_with_its_terms() {
    let (mut venue, one, two) = venue();
    let bytes = venue.ask(one, &Order::limit(Side::Buy, 5, 100, 77).frame());
    let told = messages(&bytes);
    assert_eq!(told.len(), 1);
    assert_eq!((told[0].number(), told[0].sequence()), (1, venue.engine.sequence()));
    assert_eq!(told[0].time_ns(), venue.engine.time_ns());
    let order = told[0].body_as_order_accepted().expect("accepted");
    assert_eq!(order.order_id(), venue.engine.sequence());
    assert_eq!((order.client_ref(), order.client_order_id()), (77, None));
    assert_eq!((order.instrument(), order.side()), (1, Side::Buy));
    assert_eq!((order.order_type(), order.time_in_force()), (OrderType::Limit, TimeInForce::Gtc));
    assert_eq!((order.price(), order.quantity(), order.duplicate()), (100, 5, false));
    assert!(order.session() > 0);
    assert_eq!(venue.take(two), [0; 0], "another account hears nothing");
}

#[test]
fn a_text_id_comes_back_as_text() {
    let (mut venue, one, _) = venue();
    for text in ["a", "007", "18446744073709551616", &"x".repeat(64)] {
        let order = Order { client_order_id: text, ..Order::limit(Side::Buy, 1, 1, 0) };
        let bytes = venue.ask(one, &order.frame());
        let told = messages(&bytes);
        let accepted = told[0].body_as_order_accepted().expect("accepted");
        assert_eq!((accepted.client_order_id(), accepted.client_ref()), (Some(text), 0));
    }
    let order = Order { client_order_id: "42", ..Order::limit(Side::Buy, 1, 1, 0) };
    let bytes = venue.ask(one, &order.frame());
    let accepted = messages(&bytes)[0].body_as_order_accepted().expect("accepted");
    assert_eq!((accepted.client_order_id(), accepted.client_ref()), (None, 42));
}

#[test]
fn both_sides_of_a_trade_are_told() {
    let (mut venue, one, two) = venue();
    venue.ask(one, &Order::limit(Side::Sell, 3, 100, 1).frame());
    venue.ask(one, &Order::limit(Side::Sell, 3, 101, 2).frame());
    let taker = venue.ask(two, &Order::limit(Side::Buy, 5, 101, 9).frame());
    assert_eq!(kinds(&taker), ["OrderAccepted", "OrderFilled", "OrderFilled"]);
    let told = messages(&taker);
    assert_eq!(numbers(&told), [1, 2, 3]);
    let rows: Vec<_> = told[1..]
        .iter()
        .map(|message| message.body_as_order_filled().expect("a fill"))
        .map(|fill| (fill.price(), fill.quantity(), fill.filled(), fill.leaves(), fill.status()))
        .collect();
    let partly = OrderStatus::PartiallyFilled;
    assert_eq!(rows, [(100, 3, 3, 2, partly), (101, 2, 5, 0, OrderStatus::Filled)]);
    let fill = told[1].body_as_order_filled().expect("a fill");
    assert_eq!(
        (fill.liquidity(), fill.side(), fill.client_ref()),
        (Liquidity::Taker, Side::Buy, 9)
    );
    assert_eq!((fill.trade_id(), fill.notional().map(|it| it.low())), (1, Some(300)));

    let maker = venue.take(one);
    assert_eq!(kinds(&maker), ["OrderFilled", "OrderFilled"]);
    let told = messages(&maker);
    assert_eq!(numbers(&told), [3, 4]);
    let fill = told[1].body_as_order_filled().expect("a fill");
    assert_eq!((fill.liquidity(), fill.client_ref()), (Liquidity::Maker, 2));
    assert_eq!((fill.filled(), fill.leaves(), fill.status()), (2, 1, partly));
}

#[test]
fn the_rest_of_an_immediate_order_is_cancelled() {
    let (mut venue, one, two) = venue();
    venue.ask(one, &Order::limit(Side::Sell, 3, 100, 1).frame());
    let order = Order { time_in_force: TimeInForce::Ioc, ..Order::limit(Side::Buy, 5, 100, 2) };
    let bytes = venue.ask(two, &order.frame());
    assert_eq!(kinds(&bytes), ["OrderAccepted", "OrderFilled", "OrderCancelled"]);
    let told = messages(&bytes);
    let fill = told[1].body_as_order_filled().expect("a fill");
    assert_eq!((fill.status(), fill.leaves()), (OrderStatus::PartiallyFilled, 2));
    let cancelled = told[2].body_as_order_cancelled().expect("cancelled");
    assert_eq!(cancelled.reason(), CancelReason::ImmediateOrCancel);
    assert_eq!((cancelled.filled(), cancelled.quantity(), cancelled.client_ref()), (3, 5, 2));
}

#[test]
fn a_refused_order_is_numbered_too() {
    let (mut venue, one, _) = venue();
    let bytes = venue.ask(one, &Order::limit(Side::Unknown, 5, 100, 2).frame());
    let told = messages(&bytes);
    let rejected = told[0].body_as_order_rejected().expect("rejected");
    assert_eq!((told[0].number(), rejected.client_ref()), (1, 2));
    assert_eq!(rejected.code(), RejectCode::SideInvalid.number());
}

#[test]
fn a_replace_tells_its_terms_before_its_fills() {
    let (mut venue, one, two) = venue();
    venue.ask(one, &Order::limit(Side::Sell, 4, 105, 1).frame());
    venue.ask(two, &Order::limit(Side::Buy, 6, 100, 10).frame());
    let bytes = venue.ask(two, &replace(10, 11, 5, 105));
    assert_eq!(kinds(&bytes), ["OrderReplaced", "OrderFilled"]);
    let told = messages(&bytes);
    let replaced = told[0].body_as_order_replaced().expect("replaced");
    assert_eq!((replaced.client_ref(), replaced.previous_client_ref()), (11, 10));
    assert_eq!((replaced.price(), replaced.quantity()), (105, 5));
    assert_eq!((replaced.filled(), replaced.leaves()), (0, 5));
    let fill = told[1].body_as_order_filled().expect("a fill");
    assert_eq!((fill.client_ref(), fill.filled(), fill.leaves()), (11, 4, 1));
}

#[test]
fn cancels_are_told_to_every_session_of_the_account() {
    let (mut venue, one, _) = venue();
    let other = venue.open(3, "other", false);
    venue.join(5, other, 1);
    venue.ask(one, &Order::limit(Side::Sell, 4, 105, 1).frame());
    let bytes = venue.ask(one, &cancel(1, 0));
    assert_eq!(kinds(&bytes), ["OrderCancelled"]);
    let told = messages(&bytes);
    let cancelled = told[0].body_as_order_cancelled().expect("cancelled");
    assert_eq!(cancelled.reason(), CancelReason::ClientRequest);
    let elsewhere = venue.take(5);
    assert_eq!(kinds(&elsewhere), ["OrderAccepted", "OrderCancelled"]);
    assert_eq!(numbers(&messages(&elsewhere)), [1, 2]);
}

#[test]
fn a_mass_cancel_tells_each_order() {
    let (mut venue, one, _) = venue();
    for client_ref in 1..=3 {
        venue.ask(one, &Order::limit(Side::Sell, 4, 105, client_ref).frame());
    }
    let bytes = venue.ask(one, &mass_cancel(0));
    let cancelled = kinds(&bytes).into_iter().filter(|kind| *kind == "OrderCancelled").count();
    assert_eq!(cancelled, 3);
    let first = messages(&bytes)[0].body_as_order_cancelled().expect("cancelled");
    assert_eq!(first.reason(), CancelReason::MassCancel);
}

#[test]
fn balances_are_told_to_sessions_that_asked() {
    let mut venue = Venue::new(Bounds::DEFAULT);
    let (with, without) = (venue.open(3, "with", true), venue.open(3, "without", false));
    venue.join(1, with, 1);
    venue.join(2, without, 1);
    let bytes = venue.ask(1, &Order::limit(Side::Buy, 5, 100, 1).frame());
    assert_eq!(kinds(&bytes), ["OrderAccepted", "BalanceUpdated"]);
    let told = messages(&bytes);
    let balance = told[1].body_as_balance_updated().expect("a balance");
    assert_eq!(balance.currency(), 2);
    assert_eq!(balance.frozen().map(|it| (it.low(), it.high())), Some((500, 0)));
    assert_eq!(kinds(&venue.take(2)), ["OrderAccepted"]);
}

#[test]
fn a_size_prefixed_builder_is_understood() {
    use flatbuffers::FlatBufferBuilder;
    use wire::generated::{ClientBody, ClientMessage, ClientMessageArgs, NewOrder, NewOrderArgs};
    let (mut venue, one, _) = venue();
    let mut builder = FlatBufferBuilder::new();
    let args = NewOrderArgs {
        instrument: 1,
        side: Side::Buy,
        order_type: OrderType::Limit,
        time_in_force: TimeInForce::Gtc,
        price: 7,
        quantity: 8,
        ..Default::default()
    };
    let body = NewOrder::create(&mut builder, &args).as_union_value();
    let args = ClientMessageArgs { body_type: ClientBody::NewOrder, body: Some(body) };
    let root = ClientMessage::create(&mut builder, &args);
    builder.finish_size_prefixed(root, None);
    let bytes = venue.ask(one, builder.finished_data());
    let told = messages(&bytes);
    let accepted = told[0].body_as_order_accepted().expect("accepted");
    assert_eq!((accepted.price(), accepted.quantity()), (7, 8));
}
