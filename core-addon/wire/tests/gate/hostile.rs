//! Bytes that no client should send: refused or closed, never a panic.

use engine::command::{Command, Opcode};
use engine::generated::reject_code::RejectCode;
use engine::units::TICKS_MAX;
use wire::generated::{ClientBody, Side};
use wire::{
    Bounds, CloseReason, FRAME_IN_BYTES_MAX, LogIn, OrderCommand, Request, flag, read_request,
};

use crate::support::{
    Order, Venue, cancel, cancel_by_id, framed, heartbeat, kinds, login, mass_cancel, messages,
    replace,
};

/// What a frame asks for, and the command if it is one.
fn read(frame: &[u8]) -> (Request, OrderCommand) {
    let mut order = OrderCommand::default();
    (read_request(frame, &mut order), order)
}

fn joined() -> Venue {
    let mut venue = Venue::new(Bounds::DEFAULT);
    let session = venue.open(3, "one", false);
    venue.join(1, session, 1);
    venue
}

/// One of each, with ids as text and as number.
fn conversation() -> Vec<Vec<u8>> {
    let text = Order { client_order_id: "first", ..Order::limit(Side::Sell, 9, 100, 0) };
    vec![
        text.frame(),
        Order::limit(Side::Buy, 2, 100, 1).frame(),
        heartbeat(),
        Order::limit(Side::Buy, 2, 90, 2).frame(),
        replace(2, 3, 4, 91),
        cancel(3, 0),
        mass_cancel(0),
    ]
}

#[test]
fn every_split_says_the_same() {
    let whole = conversation().concat();
    let expected = joined().ask(1, &whole);
    assert!(kinds(&expected).len() > 6);
    for at in 0..=whole.len() {
        let mut venue = joined();
        venue.send(1, &whole[..at]);
        assert_eq!(venue.ask(1, &whole[at..]), expected, "split at {at}");
    }
    let mut venue = joined();
    for byte in &whole {
        venue.send(1, &[*byte]);
    }
    assert_eq!(venue.ask(1, &[]), expected, "byte by byte");
}

#[test]
fn a_login_may_be_split_anywhere() {
    let whole = [login(), conversation().concat()].concat();
    for at in 0..=login().len() + 4 {
        let mut venue = Venue::new(Bounds::DEFAULT);
        venue.gate.connect(1);
        venue.send(1, &whole[..at]);
        let received = venue.send(1, &whole[at..]);
        assert_eq!(received.flags, flag::CONTROL | flag::PAUSE, "split at {at}");
    }
}

#[test]
fn a_length_that_lies_ends_the_connection() {
    for length in [0, FRAME_IN_BYTES_MAX as u32 + 1, 1 << 31, u32::MAX] {
        let mut venue = joined();
        let bytes = [&conversation()[0][..], &length.to_le_bytes()].concat();
        let received = venue.send(1, &bytes);
        assert_eq!(received.flags, flag::COMMANDS | flag::OUTPUT | flag::CLOSE, "{length}");
        assert_eq!(venue.gate.close_reason(1), CloseReason::LengthInvalid);
        assert_eq!(kinds(venue.gate.output(1)), ["Rejected"]);
    }
}

#[test]
fn a_largest_frame_is_read_and_refused() {
    let mut venue = joined();
    let told = venue.ask(1, &framed(&vec![0; FRAME_IN_BYTES_MAX]));
    assert_eq!(kinds(&told), ["Rejected"]);
    assert_eq!(kinds(&venue.ask(1, &conversation()[0])), ["OrderAccepted"], "it lives");
}

#[test]
fn a_flood_of_unreadable_frames_ends_the_connection() {
    let mut venue = joined();
    let unreadable = framed(&[0; 12]);
    let told = venue.ask(1, &unreadable.repeat(256));
    assert_eq!(kinds(&told), ["Rejected"; 256]);
    assert_eq!(kinds(&venue.ask(1, &conversation()[0])), ["OrderAccepted"]);
    let received = venue.send(1, &unreadable.repeat(1_000));
    assert_eq!(received.flags, flag::OUTPUT | flag::CLOSE);
    assert_eq!(venue.gate.close_reason(1), CloseReason::FrameInvalid);
    assert_eq!(venue.gate.statistics().malformed, 257);
}

#[test]
fn little_is_kept_behind_a_login() {
    for (bytes, flags) in
        [(60 << 10, flag::CONTROL | flag::PAUSE), (65 << 10, flag::CONTROL | flag::CLOSE)]
    {
        let mut venue = Venue::new(Bounds::DEFAULT);
        venue.gate.connect(1);
        let received = venue.send(1, &[login(), vec![7; bytes]].concat());
        assert_eq!(received.flags, flags, "{bytes}");
    }
}

#[test]
fn a_login_that_is_answered_behind_a_close_reads_nothing_more() {
    let mut venue = Venue::new(Bounds::DEFAULT);
    let session = venue.open(3, "one", false);
    venue.gate.connect(1);
    venue.send(1, &[login(), vec![7; 65 << 10]].concat());
    let login = LogIn { may_trade: true, cancel_on_disconnect: false, next_number: 0 };
    venue.gate.log_in(1, session, &login);
    assert!(venue.gate.go_live(1));
    assert_eq!(venue.send(1, &conversation()[0]).flags, flag::CLOSE | flag::CONTROL);
    assert!(venue.gate.batch().is_empty());
    venue.gate.disconnect(1);
    assert!(venue.gate.is_idle(session));
}

#[test]
fn every_cut_frame_is_refused_and_the_session_lives() {
    for frame in conversation() {
        for length in 1..frame.len() - 4 {
            let cut = framed(&frame[4..4 + length]);
            // A text's end may be cut off when it is only what rounds it up.
            let found = read(&cut);
            assert!(found.0 == Request::Malformed || found == read(&frame), "cut to {length}");
        }
    }
}

#[test]
fn no_body_and_unknown_bodies_are_refused() {
    let mut venue = joined();
    let mut unknown = heartbeat();
    let at = unknown.iter().rposition(|byte| *byte == ClientBody::Heartbeat.0).expect("its type");
    unknown[at] = 200;
    assert_eq!(read(&unknown).0, Request::Unknown(ClientBody(200)));
    let told = venue.ask(1, &unknown);
    let rejected = messages(&told)[0].body_as_rejected().expect("rejected");
    assert_eq!((rejected.of(), rejected.code()), (200, 1008));
    unknown[at] = 0;
    assert_eq!(read(&unknown).0, Request::Malformed);
}

#[test]
fn ids_that_no_record_holds_are_refused() {
    let mut venue = joined();
    let long = "x".repeat(65);
    let order = Order { client_order_id: &long, ..Order::limit(Side::Buy, 1, 1, 0) };
    let told = venue.ask(1, &order.frame());
    let rejected = messages(&told)[0].body_as_rejected().expect("rejected");
    assert_eq!((rejected.code(), rejected.client_order_id()), (3014, None));
    let order = Order { client_order_id: "ä b", ..Order::limit(Side::Buy, 1, 1, 0) };
    assert_eq!(kinds(&venue.ask(1, &order.frame())), ["OrderRejected"], "the engine judges it");
}

#[test]
fn unknown_words_reach_the_engine_and_are_refused_there() {
    let mut venue = joined();
    for (at, name) in [(Side(7), "side"), (Side(255), "side")] {
        let told = venue.ask(1, &Order::limit(at, 1, 1, 0).frame());
        assert_eq!(kinds(&told), ["OrderRejected"], "{name}");
    }
    for (price, quantity) in [(-1, -1), (1 - TICKS_MAX, 1), (1, 1 - TICKS_MAX)] {
        let told = venue.ask(1, &Order::limit(Side::Buy, quantity, price, 0).frame());
        assert_eq!(kinds(&told), ["OrderRejected"], "{quantity} @ {price}");
    }
}

#[test]
fn what_the_change_log_cannot_say_is_refused_before_the_engine() {
    let mut venue = joined();
    let cases = [
        (TICKS_MAX, 1, RejectCode::PriceOutOfRange),
        (i64::MIN, i64::MAX, RejectCode::PriceOutOfRange),
        (1, -TICKS_MAX, RejectCode::QuantityOutOfRange),
        (i64::MAX, i64::MIN, RejectCode::PriceOutOfRange),
    ];
    let sequence = venue.engine.sequence();
    for (price, quantity, code) in cases {
        let told = venue.ask(1, &Order::limit(Side::Buy, quantity, price, 77).frame());
        let rejected = messages(&told)[0].body_as_rejected().expect("rejected");
        assert_eq!((rejected.code(), rejected.client_ref()), (code.number(), 77));
    }
    for order_id in [1 << 53, u64::MAX] {
        let told = venue.ask(1, &cancel_by_id(order_id, 5));
        let rejected = messages(&told)[0].body_as_rejected().expect("rejected");
        assert_eq!(rejected.code(), RejectCode::OrderNotFound.number());
        assert_eq!((rejected.order_id(), rejected.request_ref()), (order_id, 5));
    }
    assert_eq!(venue.engine.sequence(), sequence);
}

#[test]
fn every_changed_byte_is_survived() {
    for frame in conversation().into_iter().chain([login()]) {
        for at in 4..frame.len() {
            for value in [0, 1, 0x7f, 0x80, 0xff, frame[at].wrapping_add(1), frame[at] ^ 4] {
                let mut changed = frame.clone();
                changed[at] = value;
                read(&changed);
            }
        }
    }
}

#[test]
fn a_table_that_is_its_own_vtable_has_no_fields() {
    // Root offset 4: a table whose offset to its vtable is 0, so that both are the same bytes.
    let own = [4_u32.to_le_bytes(), 0_u32.to_le_bytes(), 0_u32.to_le_bytes()].concat();
    assert_eq!(read(&framed(&own)).0, Request::Malformed);
    // Root at 12, vtable at 4: type NewOrder, and a body whose offset 0 leads to itself.
    let mut cycle = Vec::new();
    cycle.extend(12_u32.to_le_bytes());
    for half in [8_u16, 9, 8, 4] {
        cycle.extend(half.to_le_bytes());
    }
    cycle.extend(8_i32.to_le_bytes());
    cycle.extend(0_u32.to_le_bytes());
    cycle.push(ClientBody::NewOrder.0);
    let (request, order) = read(&framed(&cycle));
    assert_eq!(request, Request::Order);
    assert_eq!(order.command, Command::new(Opcode::NewOrder), "every field is left out");
}
