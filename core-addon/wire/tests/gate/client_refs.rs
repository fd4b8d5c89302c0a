//! Sessions in which `client_ref`s only rise: what is refused, and that a crash changes nothing.

use engine::command::{Command, Opcode, OrderType, Side as EngineSide, TimeInForce};
use engine::generated::reject_code::RejectCode;
use wire::generated::{ClientBody, ServerBody, Side};
use wire::{Bounds, Gate, Position, SessionSpec};

use crate::random::Random;
use crate::support::{Order, Venue, cancel, kinds, messages, replace};

const EXISTS: u16 = RejectCode::ClientOrderIdExists.number();
const INVALID: u16 = RejectCode::ClientOrderIdInvalid.number();

/// One such session, of account 3, on connection 1.
fn venue() -> (Venue, u32) {
    let mut venue = Venue::new(Bounds::DEFAULT);
    let session = venue.open_increasing(3, "one");
    venue.join(1, session, 1);
    (venue, session)
}

fn order(client_ref: u64) -> Vec<u8> {
    Order::limit(Side::Buy, 4, 90, client_ref).frame()
}

fn with_text(client_order_id: &str) -> Vec<u8> {
    Order { client_order_id, ..Order::limit(Side::Buy, 4, 90, 0) }.frame()
}

/// An order of account 3 from another door.
fn order_elsewhere(venue: &mut Venue, client_order_id: &str) {
    let command = Command {
        account: 3,
        instrument: 1,
        side: EngineSide::Buy as u8,
        order_type: OrderType::Limit as u8,
        time_in_force: TimeInForce::Gtc as u8,
        price: 80,
        quantity: 1,
        ..Command::new(Opcode::NewOrder)
    };
    venue.execute(&command.with_text(client_order_id), None);
}

/// The codes of what was refused before the core; 0 for everything else.
fn codes(told: &[u8]) -> Vec<u16> {
    let code = |message: &wire::generated::ServerMessage| {
        message.body_as_rejected().map_or(0, |rejected| {
            assert_eq!(message.number(), 0, "what left no trace has no number");
            rejected.code()
        })
    };
    messages(told).iter().map(code).collect()
}

#[test]
fn a_client_ref_that_is_not_above_the_last_is_refused() {
    let (mut venue, session) = venue();
    assert_eq!(venue.gate.last_client_ref(session), 0);
    for (client_ref, code) in [(5, 0), (6, 0), (6, EXISTS), (5, EXISTS), (1, EXISTS), (9, 0)] {
        let sequence = venue.engine.sequence();
        let told = venue.ask(1, &order(client_ref));
        assert_eq!(codes(&told), [code], "{client_ref}");
        let has_run = venue.engine.sequence() > sequence;
        assert_eq!(has_run, code == 0, "{client_ref}: the core hears of what is not refused");
    }
    let told = venue.ask(1, &order(8));
    let refused = messages(&told)[0].body_as_rejected().expect("refused");
    assert_eq!((refused.client_ref(), refused.of()), (8, ClientBody::NewOrder.0));
    assert_eq!(venue.gate.last_client_ref(session), 9);
}

#[test]
fn an_id_is_a_number_below_two_to_the_53() {
    let (mut venue, session) = venue();
    let largest = (1 << 53) - 1;
    for text in ["a", "", "007", "18446744073709551616"] {
        assert_eq!(codes(&venue.ask(1, &with_text(text))), [INVALID], "{text:?}");
    }
    for number in [0, largest + 1, u64::MAX] {
        assert_eq!(codes(&venue.ask(1, &order(number))), [INVALID], "{number}");
    }
    assert_eq!(codes(&venue.ask(1, &with_text("7"))), [0], "the text of a number is that number");
    assert_eq!(codes(&venue.ask(1, &order(7))), [EXISTS]);
    assert_eq!(codes(&venue.ask(1, &order(largest))), [0]);
    assert_eq!(codes(&venue.ask(1, &order(largest))), [EXISTS]);
    assert_eq!(venue.gate.last_client_ref(session), largest);
}

#[test]
fn the_orders_of_one_chunk_count_at_once() {
    let (mut venue, _) = venue();
    let told = venue.ask(1, &[order(5), order(5), order(4), order(6)].concat());
    // What the gate itself refuses is answered at once.
    assert_eq!(codes(&told), [EXISTS, EXISTS, 0, 0]);
    let accepted = messages(&told)[3].body_as_order_accepted().expect("accepted");
    assert_eq!(accepted.client_ref(), 6);
}

#[test]
fn the_new_id_of_a_replace_counts_too() {
    let (mut venue, session) = venue();
    venue.ask(1, &order(5));
    assert_eq!(codes(&venue.ask(1, &replace(5, 5, 3, 90))), [EXISTS]);
    assert_eq!(kinds(&venue.ask(1, &replace(5, 0, 3, 90))), ["OrderReplaced"], "it keeps its id");
    assert_eq!(kinds(&venue.ask(1, &replace(5, 8, 2, 90))), ["OrderReplaced"]);
    assert_eq!(codes(&venue.ask(1, &order(8))), [EXISTS]);
    assert_eq!(kinds(&venue.ask(1, &replace(77, 9, 2, 90))), ["ReplaceRejected"]);
    assert_eq!(venue.gate.last_client_ref(session), 9, "what the core refuses has used its id");
    let told = venue.ask(1, &[cancel(8, 1), order(10)].concat());
    assert_eq!(kinds(&told), ["OrderCancelled", "OrderAccepted"], "a request id is no order's");
}

#[test]
fn orders_of_other_doors_and_sessions_count() {
    let (mut venue, session) = venue();
    let other = venue.open(3, "other", false);
    venue.join(2, other, 1);
    venue.ask(2, &order(20));
    assert_eq!(kinds(&venue.take(1)), ["OrderAccepted"]);
    assert_eq!(codes(&venue.ask(1, &order(20))), [EXISTS]);
    order_elsewhere(&mut venue, "30");
    order_elsewhere(&mut venue, "text");
    order_elsewhere(&mut venue, "18446744073709551615");
    assert_eq!(venue.gate.last_client_ref(session), 30, "what is too large for a ref is none");
    assert_eq!(kinds(&venue.take(1)), ["OrderAccepted"; 3]);
    assert_eq!(codes(&venue.ask(1, &order(30))), [EXISTS]);
    venue.take(2);
    assert_eq!(codes(&venue.ask(2, &order(3))), [0], "the other session did not ask for it");
    venue.take(1);
    let stranger = venue.open(4, "one", false);
    venue.join(3, stranger, 1);
    venue.ask(3, &order(500));
    assert_eq!(codes(&venue.ask(1, &order(31))), [0], "another account's do not");
    let later = venue.open_increasing(3, "later");
    assert_eq!(venue.gate.last_client_ref(later), 0, "a name begins with its creation");
}

#[test]
fn what_left_no_trace_may_be_sent_again() {
    let (mut venue, session) = venue();
    venue.gate.receive(1, &order(5), 0, 0);
    assert_eq!(kinds(&venue.take(1)), ["Throttled"]);
    venue.gate.set_may_trade(session, false);
    assert_eq!(codes(&venue.ask(1, &order(5))), [RejectCode::PermissionDenied.number()]);
    venue.gate.set_may_trade(session, true);
    assert_eq!(codes(&venue.ask(1, &order(3))), [0]);

    venue.send(1, &[order(5), order(7), order(9)].concat());
    let first = venue.engine.sequence() + 1;
    venue.gate.clear_batch(0, first, first, RejectCode::JournalFull.number());
    let full = RejectCode::JournalFull.number();
    assert_eq!(codes(&venue.take(1)), [full; 3]);
    assert_eq!(venue.gate.last_client_ref(session), 3);
    assert_eq!(codes(&venue.ask(1, &[order(3), order(4), order(5)].concat())), [EXISTS, 0, 0]);
}

#[test]
fn behind_what_was_executed_the_rest_may_be_sent_again() {
    let (mut venue, session) = venue();
    venue.send(1, &[order(5), order(6)].concat());
    let mut released = venue.execute_batch();
    venue.send(1, &[replace(5, 7, 4, 91), order(8)].concat());
    let full = RejectCode::JournalFull.number();
    venue.gate.clear_batch(0, 1, 1, full);
    assert_eq!(codes(&venue.take(1)), [full; 2]);
    assert_eq!(venue.gate.last_client_ref(session), 6, "the core has those up to here");
    venue.send(1, &order(6));
    assert_eq!(codes(&venue.take(1)), [EXISTS]);
    venue.gate.deliver(&mut released);
    assert_eq!(kinds(&venue.take(1)), ["OrderAccepted", "OrderAccepted"]);
    assert_eq!(codes(&venue.ask(1, &[order(6), order(7)].concat())), [EXISTS, 0]);
}

/// A session that is taken up at `stored` after a crash.
fn taken_up(venue: &Venue, stored: Position) -> (Gate, u32) {
    let mut gate = Gate::new(Bounds::DEFAULT);
    let spec = SessionSpec {
        account: 3,
        engine_name: b"one",
        balance_updates: false,
        increasing_refs: true,
        position: stored,
    };
    let session = gate.open_session(&spec).expect("there is room");
    gate.deliver(&mut venue.log.clone());
    (gate, session)
}

#[test]
fn for_all_orders_and_crashes_each_ref_is_above_all_before() {
    for seed in 0..64 {
        let mut random = Random(seed);
        let (mut venue, mut session) = venue();
        let mut stored = vec![venue.gate.position(session)];
        let mut last = 0;
        for step in 0..60 {
            let client_ref = last + random.below(6) as u64;
            let client_ref = client_ref.saturating_sub(3);
            let wanted = match client_ref {
                0 => INVALID,
                _ if client_ref <= last => EXISTS,
                _ => 0,
            };
            let told = match random.below(4) {
                0 => {
                    order_elsewhere(&mut venue, &(client_ref + 1).to_string());
                    last = last.max(client_ref + 1);
                    venue.take(1);
                    continue;
                }
                // Some of an order that there is, most of none.
                1 if client_ref > 0 => venue.ask(1, &replace(last, client_ref, 1, 90)),
                _ => venue.ask(1, &order(client_ref)),
            };
            assert_eq!(codes(&told)[0], wanted, "seed {seed}, step {step}: {client_ref}, {last}");
            assert!(told.len() > 4 && messages(&told)[0].body_type() != ServerBody::NONE);
            last = last.max(client_ref);
            stored.push(venue.gate.position(session));
            if random.below(8) == 0 {
                let position = stored[random.below(stored.len())];
                let end = venue.gate.position(session);
                (venue.gate, session) = taken_up(&venue, position);
                assert_eq!(venue.gate.position(session), end, "seed {seed}, step {step}");
                assert_eq!(venue.gate.last_client_ref(session), last, "seed {seed}, step {step}");
                venue.join(1, session, 0);
            }
        }
    }
}
