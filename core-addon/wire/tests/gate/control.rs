//! Logins, control messages, refusals without a number, and the bounds of a connection.

use engine::command::Opcode;
use engine::generated::reject_code::RejectCode;
use wire::generated::{ClientBody, ClientMessage, QueryBalances, QueryBalancesArgs, Side};
use wire::{Bounds, CloseReason, LogIn, LoggedIn, SessionSpec, Waits, flag};

use crate::support::{
    Order, Venue, cancel, frame, framed, heartbeat, kinds, login, mass_cancel, messages, replace,
};

fn query() -> Vec<u8> {
    frame(ClientBody::QueryBalances, |to| {
        let args = QueryBalancesArgs { request_ref: 5 };
        QueryBalances::create(to, &args).as_union_value()
    })
}

fn order(client_ref: u64) -> Vec<u8> {
    Order::limit(Side::Buy, 1, 1, client_ref).frame()
}

fn joined(bounds: Bounds) -> (Venue, u32) {
    let mut venue = Venue::new(bounds);
    let session = venue.open(3, "one", false);
    venue.join(1, session, 1);
    (venue, session)
}

#[test]
fn what_comes_behind_a_login_waits_for_it() {
    let mut venue = Venue::new(Bounds::DEFAULT);
    let session = venue.open(3, "one", false);
    venue.gate.connect(1);
    let received = venue.send(1, &[login(), order(1), order(2)].concat());
    assert_eq!(received.flags, flag::CONTROL | flag::PAUSE);
    let mut frame = [0; 1 << 14];
    let length = venue.gate.next_control(1, &mut frame).expect("a login");
    let message = flatbuffers::root::<ClientMessage>(&frame[..length]).expect("verified");
    assert_eq!(message.body_as_login().expect("a login").session_name(), "main");
    assert_eq!(venue.gate.next_control(1, &mut frame), None);
    let login = LogIn { may_trade: true, cancel_on_disconnect: true, next_number: 0 };
    let ready = LoggedIn::Ready { next_number: 1 };
    assert_eq!(venue.gate.log_in(1, session, &login), ready);
    assert!(venue.gate.go_live(1));
    assert_eq!(venue.gate.next_dirty(), Some((1, flag::RESUME | flag::PAUSE)));
    let told = venue.ask(1, &[]);
    assert_eq!(kinds(&told), ["OrderAccepted", "OrderAccepted"]);
    let accepted = messages(&told)[0].body_as_order_accepted().expect("accepted");
    assert!(accepted.cancel_on_disconnect(), "orders carry what the login asked for");
}

#[test]
fn nothing_but_a_login_may_come_first() {
    let mut venue = Venue::new(Bounds::DEFAULT);
    for (first, reason) in [
        (order(1), CloseReason::NotLoggedIn),
        (heartbeat(), CloseReason::NotLoggedIn),
        (query(), CloseReason::NotLoggedIn),
        (framed(&[0; 12]), CloseReason::FrameInvalid),
        (vec![0; 4], CloseReason::LengthInvalid),
        (vec![1, 0, 1, 0], CloseReason::LengthInvalid),
    ] {
        venue.gate.connect(9);
        let received = venue.send(9, &[first, login()].concat());
        assert_eq!(received.flags, flag::CLOSE, "{reason:?}");
        assert_eq!(venue.gate.close_reason(9), reason);
        assert!(venue.gate.output(9).is_empty() && venue.gate.batch().is_empty());
        assert_eq!(venue.send(9, &login()).flags, flag::CLOSE, "it is not listened to any more");
        venue.gate.disconnect(9);
    }
}

#[test]
fn a_second_login_is_refused_and_the_session_lives() {
    let (mut venue, _) = joined(Bounds::DEFAULT);
    let told = venue.ask(1, &[login(), order(1)].concat());
    assert_eq!(kinds(&told), ["Rejected", "OrderAccepted"]);
    let messages = messages(&told);
    let rejected = messages[0].body_as_rejected().expect("rejected");
    assert_eq!((messages[0].number(), rejected.of()), (0, ClientBody::Login.0));
    assert_eq!(rejected.code(), RejectCode::MalformedRequest.number());
}

#[test]
fn control_frames_are_handed_on_in_order_and_bounded() {
    let (mut venue, _) = joined(Bounds { control_frames: 3, ..Bounds::DEFAULT });
    let received = venue.send(1, &[query(), query(), query(), query(), order(1)].concat());
    assert_eq!(received.flags, flag::CONTROL | flag::PAUSE);
    let mut frame = [0; 1 << 14];
    for _ in 0..3 {
        let length = venue.gate.next_control(1, &mut frame).expect("a query");
        let message = flatbuffers::root::<ClientMessage>(&frame[..length]).expect("verified");
        assert_eq!(message.body_as_query_balances().expect("a query").request_ref(), 5);
    }
    assert_eq!(venue.gate.next_control(1, &mut frame), None);
    assert!(venue.gate.next_dirty().is_some_and(|(_, flags)| flags & flag::RESUME != 0));
    let received = venue.send(1, &[]);
    assert_eq!(received.flags, flag::CONTROL | flag::COMMANDS);
    assert_eq!(kinds(&venue.ask(1, &heartbeat())), ["OrderAccepted"], "a heartbeat has no answer");
}

#[test]
fn what_is_above_the_grant_is_throttled_with_its_ids() {
    let (mut venue, _) = joined(Bounds::DEFAULT);
    let bytes =
        [order(1), order(2), cancel(1, 8), cancel(2, 9), replace(3, 4, 5, 6), mass_cancel(0)];
    venue.gate.set_waits(Waits { request_ms: 700, cancel_ms: 300 });
    let received = venue.gate.receive(1, &bytes.concat(), 1, 1);
    assert_eq!((received.requests_used, received.cancels_used), (1, 1));
    assert_eq!(received.flags, flag::COMMANDS | flag::OUTPUT);
    let told = venue.take(1);
    assert_eq!(kinds(&told), ["Throttled"; 4]);
    let messages = messages(&told);
    let rows: Vec<_> = messages
        .iter()
        .map(|message| message.body_as_throttled().expect("throttled"))
        .map(|message| {
            let ids = (message.of(), message.client_ref(), message.request_ref());
            (ids, message.retry_after_ms())
        })
        .collect();
    let of = |body: ClientBody| body.0;
    assert_eq!(
        rows,
        [
            ((of(ClientBody::NewOrder), 2, 0), 700),
            ((of(ClientBody::CancelOrder), 2, 9), 300),
            ((of(ClientBody::ReplaceOrder), 3, 4), 700),
            ((of(ClientBody::MassCancel), 0, 0), 300),
        ]
    );
    assert!(messages.iter().all(|message| message.number() == 0));
}

#[test]
fn a_throttled_cancel_waits_for_a_cancel_or_a_request() {
    let (mut venue, _) = joined(Bounds::DEFAULT);
    venue.gate.set_waits(Waits { request_ms: 200, cancel_ms: 300 });
    venue.gate.receive(1, &cancel(2, 9), 0, 0);
    let frames = venue.take(1);
    let told = messages(&frames)[0].body_as_throttled().expect("throttled");
    assert_eq!(told.retry_after_ms(), 200);
}

#[test]
fn a_cancel_takes_a_request_when_no_cancel_is_left() {
    let (mut venue, _) = joined(Bounds::DEFAULT);
    let received = venue.gate.receive(1, &[cancel(1, 0), cancel(2, 0)].concat(), 1, 1);
    assert_eq!((received.requests_used, received.cancels_used), (1, 1));
    assert_eq!(venue.gate.output(1).len(), 0);
}

#[test]
fn a_key_that_may_not_trade_is_refused() {
    let (mut venue, session) = joined(Bounds::DEFAULT);
    venue.gate.set_may_trade(session, false);
    let told = venue.ask(1, &order(6));
    let messages = messages(&told);
    let rejected = messages[0].body_as_rejected().expect("rejected");
    assert_eq!(rejected.code(), RejectCode::PermissionDenied.number());
    assert_eq!((rejected.of(), rejected.client_ref()), (ClientBody::NewOrder.0, 6));
    assert!(venue.gate.batch().is_empty());
}

#[test]
fn what_the_core_refuses_is_rejected_with_its_ids() {
    let (mut venue, _) = joined(Bounds::DEFAULT);
    venue.send(1, &[order(1), cancel(2, 8), replace(3, 4, 5, 6)].concat());
    let first = venue.engine.sequence() + 1;
    venue.gate.clear_batch(1, first, first, RejectCode::JournalFull.number());
    let told = venue.take(1);
    assert_eq!(kinds(&told), ["Rejected"; 2]);
    let rows: Vec<_> = messages(&told)
        .iter()
        .map(|message| message.body_as_rejected().expect("rejected"))
        .map(|message| (message.code(), message.client_ref(), message.request_ref()))
        .collect();
    let code = RejectCode::JournalFull.number();
    assert_eq!(rows, [(code, 2, 8), (code, 3, 4)]);
    assert!(venue.gate.batch().is_empty());
}

#[test]
fn where_only_cancels_are_taken_they_stay_in_the_batch() {
    let (mut venue, _) = joined(Bounds::DEFAULT);
    venue.send(1, &[order(1), cancel(2, 8), replace(3, 4, 5, 6), order(7)].concat());
    let first = venue.engine.sequence() + 1;
    venue.gate.clear_batch(1, first, first, RejectCode::VenueCancelOnly.number());
    assert_eq!(kinds(&venue.take(1)), ["Rejected"; 2]);
    assert_eq!(venue.gate.batch()[0].opcode, Opcode::CancelOrder as u8);
    venue.gate.clear_batch(1, first + 1, first + 1, 0);
    assert!(venue.gate.batch().is_empty());
}

#[test]
fn a_session_with_too_much_in_flight_is_not_read() {
    let (mut venue, session) = joined(Bounds { in_flight: 4, ..Bounds::DEFAULT });
    let orders: Vec<u8> = (1..=6).flat_map(order).collect();
    let received = venue.send(1, &orders);
    assert_eq!(received.flags, flag::COMMANDS | flag::PAUSE);
    assert_eq!(venue.gate.batch().len(), 4);
    venue.turn();
    let (connection, flags) = venue.gate.next_dirty().expect("it has answers");
    assert_eq!((connection, flags), (1, flag::OUTPUT | flag::PAUSE | flag::RESUME));
    let received = venue.send(1, &[]);
    assert_eq!(received.flags, flag::COMMANDS | flag::OUTPUT);
    venue.turn();
    assert_eq!(messages(&venue.take(1)).len(), 6);
    venue.gate.disconnect(1);
    assert!(venue.gate.is_idle(session));
}

#[test]
fn a_full_batch_pauses_and_resumes() {
    let (mut venue, _) = joined(Bounds { batch_commands: 3, ..Bounds::DEFAULT });
    let orders: Vec<u8> = (1..=5).flat_map(order).collect();
    assert_eq!(venue.send(1, &orders).flags, flag::COMMANDS | flag::PAUSE);
    venue.turn();
    assert!(venue.gate.next_dirty().is_some_and(|(_, flags)| flags & flag::RESUME != 0));
    assert_eq!(venue.send(1, &[]).flags, flag::COMMANDS | flag::OUTPUT);
    venue.turn();
    assert_eq!(messages(&venue.take(1)).len(), 5);
}

#[test]
fn those_who_wait_for_room_in_a_batch_turn_up_in_the_order_of_waiting() {
    let (mut venue, _) = joined(Bounds { batch_commands: 2, ..Bounds::DEFAULT });
    for connection in 2..=4 {
        let session = venue.open(3, &format!("session {connection}"), false);
        venue.join(connection, session, 1);
    }
    while venue.gate.next_dirty().is_some() {}
    venue.send(1, &[order(1), order(2)].concat());
    for (connection, client_ref) in [(2, 3), (3, 4), (4, 5)] {
        let received = venue.send(connection, &order(client_ref));
        assert_eq!(received.flags, flag::COMMANDS | flag::PAUSE);
    }
    // Who has an answer already comes behind them.
    venue.gate.clear_batch(0, 0, 0, RejectCode::Throttled.number());
    let woken = std::iter::from_fn(|| venue.gate.next_dirty());
    let resumed = woken.filter(|(_, flags)| flags & flag::RESUME != 0);
    assert_eq!(resumed.map(|(connection, _)| connection).collect::<Vec<_>>(), [2, 3, 4, 1]);
}

#[test]
fn a_batch_takes_two_milliseconds_and_no_more_is_decoded() {
    let (mut venue, _) = joined(Bounds::DEFAULT);
    let orders: Vec<u8> = (1..=1_500).flat_map(order).collect();
    assert_eq!(venue.send(1, &orders).flags, flag::COMMANDS | flag::PAUSE);
    assert_eq!(venue.gate.batch().len(), 1_024);
}

#[test]
fn who_sends_on_while_paused_is_closed() {
    let bounds = Bounds { in_flight: 1, input_bytes: 1_000, ..Bounds::DEFAULT };
    let (mut venue, _) = joined(bounds);
    let mut flags = 0;
    for client_ref in 1..20 {
        flags = venue.send(1, &order(client_ref)).flags;
    }
    assert_eq!(flags & (flag::CLOSE | flag::PAUSE), flag::CLOSE);
    assert_eq!(venue.gate.close_reason(1), CloseReason::InputOverflow);
    venue.turn();
    assert_eq!(messages(&venue.take(1)).len(), 1, "what it is owed still leaves");
}

#[test]
fn who_does_not_take_its_output_is_closed_and_recovers() {
    let (mut venue, session) = joined(Bounds { unsent_bytes: 1_000, ..Bounds::DEFAULT });
    for client_ref in 1..20 {
        venue.send(1, &order(client_ref));
        venue.turn();
    }
    assert_eq!(venue.gate.close_reason(1), CloseReason::SlowReader);
    assert!(venue.gate.output(1).len() <= 1_000);
    venue.gate.disconnect(1);
    let position = venue.gate.position(session);
    assert_eq!(
        venue.join(2, session, position.number),
        LoggedIn::Ready { next_number: position.number }
    );
    assert_eq!(messages(venue.gate.output(2))[0].number(), position.number);
}

#[test]
fn output_that_is_taken_in_parts_stays_whole() {
    let (mut venue, _) = joined(Bounds::DEFAULT);
    let mut taken = Vec::new();
    for client_ref in 1..=50 {
        venue.send(1, &order(client_ref));
        venue.turn();
        let part = venue.gate.output(1).len().min(97);
        taken.extend_from_slice(&venue.gate.output(1)[..part]);
        venue.gate.sent(1, part);
    }
    taken.extend(venue.take(1));
    let numbers: Vec<u64> = messages(&taken).iter().map(|message| message.number()).collect();
    assert_eq!(numbers, (1..=50).collect::<Vec<u64>>());
}

#[test]
fn sessions_and_connections_are_bounded() {
    let mut venue = Venue::new(Bounds { sessions: 1, connections: 2, ..Bounds::DEFAULT });
    let session = venue.open(3, "one", false);
    let spec = SessionSpec {
        account: 4,
        engine_name: b"two",
        balance_updates: false,
        increasing_refs: false,
        position: venue.gate.position(session),
    };
    assert_eq!(venue.gate.open_session(&spec), None);
    assert!(venue.gate.is_idle(session));
    venue.gate.close_session(session);
    assert_eq!(venue.gate.open_session(&spec), Some(session), "its slot is free");
    assert!(venue.gate.connect(0) && venue.gate.connect(1) && !venue.gate.connect(2));
    venue.gate.disconnect(1);
    assert!(venue.gate.connect(1));
}

#[test]
fn who_is_taken_over_hears_no_more() {
    let (mut venue, session) = joined(Bounds::DEFAULT);
    venue.ask(1, &order(1));
    venue.gate.end(1);
    venue.join(2, session, 0);
    assert_eq!(kinds(&venue.ask(2, &order(2))), ["OrderAccepted"]);
    assert_eq!(venue.take(1).len(), 0);
    assert_eq!(venue.send(1, &order(3)).flags & flag::COMMANDS, 0);
}
