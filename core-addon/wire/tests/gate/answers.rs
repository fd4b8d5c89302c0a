//! What a session alone is told of its requests: refusals, duplicates, and what has an id.

use engine::command::{Command, Opcode};
use engine::generated::reject_code::RejectCode;
use wire::Bounds;
use wire::generated::Side;

use crate::support::{Order, Venue, cancel, kinds, mass_cancel, messages, replace};

/// Two sessions of one account; the second hears what is not for the first alone.
fn venue() -> Venue {
    let mut venue = Venue::new(Bounds::DEFAULT);
    for (connection, name) in [(1, "one"), (2, "two")] {
        let session = venue.open(3, name, false);
        venue.join(connection, session, 1);
    }
    venue
}

fn order(client_ref: u64) -> Vec<u8> {
    Order::limit(Side::Sell, 4, 105, client_ref).frame()
}

#[test]
fn a_cancel_of_no_order_is_refused_to_who_sent_it() {
    let mut venue = venue();
    let told = venue.ask(1, &cancel(17, 5));
    assert_eq!(kinds(&told), ["CancelRejected"]);
    let message = messages(&told)[0];
    let rejected = message.body_as_cancel_rejected().expect("refused");
    assert_eq!((message.number(), message.sequence()), (1, venue.engine.sequence()));
    assert_eq!(rejected.code(), RejectCode::OrderNotFound.number());
    let ids = (rejected.order_id(), rejected.client_ref(), rejected.request_ref());
    assert_eq!(ids, (0, 17, 5));
    assert!(venue.take(2).is_empty(), "it is for the session that asked");
}

#[test]
fn a_cancel_of_a_final_order_names_it() {
    let mut venue = venue();
    venue.ask(1, &order(17));
    let order_id = venue.engine.sequence();
    venue.ask(1, &cancel(17, 0));
    let told = venue.ask(1, &cancel(17, 0));
    let rejected = messages(&told)[0].body_as_cancel_rejected().expect("refused");
    assert_eq!(rejected.code(), RejectCode::OrderAlreadyFinal.number());
    assert_eq!((rejected.order_id(), rejected.request_ref()), (order_id, 0));
}

#[test]
fn a_cancel_that_was_done_comes_back_with_its_id() {
    let mut venue = venue();
    venue.ask(1, &order(17));
    let told = venue.ask(1, &cancel(17, 99));
    assert_eq!(kinds(&told), ["OrderCancelled"]);
    let cancelled = messages(&told)[0].body_as_order_cancelled().expect("cancelled");
    assert_eq!((cancelled.client_ref(), cancelled.request_ref()), (17, 99));
}

#[test]
fn an_order_sent_twice_is_the_same_order() {
    let mut venue = venue();
    venue.ask(1, &order(17));
    let order_id = venue.engine.sequence();
    venue.take(2);
    let told = venue.ask(1, &order(17));
    assert_eq!(kinds(&told), ["OrderAccepted"]);
    let accepted = messages(&told)[0].body_as_order_accepted().expect("accepted");
    let rows = (accepted.duplicate(), accepted.order_id(), accepted.client_ref());
    assert_eq!(rows, (true, order_id, 17));
    assert!(venue.take(2).is_empty(), "it is for the session that asked");
    let other = venue.ask(1, &Order::limit(Side::Sell, 5, 105, 17).frame());
    assert_eq!(kinds(&other), ["OrderRejected"], "one answer to what is refused");
}

#[test]
fn a_replace_is_refused_with_both_ids_and_told_again_as_a_duplicate() {
    let mut venue = venue();
    let told = venue.ask(1, &replace(17, 18, 4, 105));
    assert_eq!(kinds(&told), ["ReplaceRejected"]);
    let rejected = messages(&told)[0].body_as_replace_rejected().expect("refused");
    assert_eq!((rejected.client_ref(), rejected.new_client_ref()), (17, 18));
    assert_eq!(rejected.code(), RejectCode::OrderNotFound.number());
    venue.ask(1, &order(17));
    let order_id = venue.engine.sequence();
    assert_eq!(kinds(&venue.ask(1, &replace(17, 18, 3, 106))), ["OrderReplaced"]);
    let told = venue.ask(1, &replace(17, 18, 3, 106));
    assert_eq!(kinds(&told), ["OrderReplaced"]);
    let replaced = messages(&told)[0].body_as_order_replaced().expect("replaced");
    let rows = (replaced.duplicate(), replaced.order_id(), replaced.client_ref());
    assert_eq!(rows, (true, order_id, 18));
}

#[test]
fn a_mass_cancel_is_done_when_its_orders_were_told() {
    let mut venue = venue();
    for client_ref in 1..=3 {
        venue.ask(1, &order(client_ref));
    }
    venue.take(2);
    let told = venue.ask(1, &mass_cancel(0));
    let cancelled = ["OrderCancelled"; 3];
    assert_eq!(kinds(&told), [&cancelled[..], &["MassCancelDone"]].concat());
    let done = messages(&told)[3].body_as_mass_cancel_done().expect("done");
    assert_eq!((done.orders(), done.has_more(), done.instrument()), (3, false, 0));
    assert_eq!((done.request_ref(), done.request_id()), (0, None), "it was given none");
    assert_eq!(kinds(&venue.take(2)), cancelled);
    let told = venue.ask(1, &mass_cancel(8));
    let done = messages(&told)[0].body_as_mass_cancel_done().expect("done");
    assert_eq!((done.orders(), done.request_ref()), (0, 8));
}

#[test]
fn a_mass_cancel_of_more_than_a_transaction_says_so() {
    let mut venue = venue();
    let open_orders_max = Command { instrument: 1, kind: 5, ..Command::new(Opcode::SetLimit) };
    venue.execute(&open_orders_max.with_amount(2_000), None);
    for client_ref in 1..=1_030 {
        venue.ask(1, &order(client_ref));
    }
    venue.take(2);
    let told = venue.ask(1, &mass_cancel(8));
    let done = messages(&told).pop().expect("an answer");
    let done = done.body_as_mass_cancel_done().expect("done");
    assert_eq!((done.orders(), done.has_more()), (1_024, true));
    venue.execute(&Command::new(Opcode::Continue), None);
    assert_eq!(kinds(&venue.take(1)), ["OrderCancelled"; 6]);
}

#[test]
fn a_mass_cancel_of_a_halted_instrument_is_refused() {
    use crate::support::frame;
    use wire::generated::{ClientBody, MassCancel, MassCancelArgs};
    let mut venue = venue();
    venue.execute(
        &Command { instrument: 1, kind: 3, ..Command::new(Opcode::SetInstrumentState) },
        None,
    );
    let of_one = frame(ClientBody::MassCancel, |to| {
        let args = MassCancelArgs { instrument: 1, request_ref: 6, ..Default::default() };
        MassCancel::create(to, &args).as_union_value()
    });
    let told = venue.ask(1, &of_one);
    let rejected = messages(&told)[0].body_as_mass_cancel_rejected().expect("refused");
    assert_eq!(rejected.code(), RejectCode::TradingHalted.number());
    assert_eq!(rejected.request_ref(), 6);
}
