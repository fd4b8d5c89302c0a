//! Numbered messages that are asked for again: from the ring, from the log, and after a restart.

use wire::generated::{Side, TimeInForce};
use wire::{Bounds, Gate, LogIn, LoggedIn, Position, SessionSpec};

use crate::support::{Order, Venue, cancel, login, messages, replace};

/// Trades, cancels and replaces of two accounts; what the first one's session was told.
fn busy(venue: &mut Venue, rounds: u64) -> Vec<u8> {
    let mut told = Vec::new();
    for round in 0..rounds {
        let id = round * 10;
        told.extend(venue.ask(1, &Order::limit(Side::Sell, 3, 100, id + 1).frame()));
        told.extend(venue.ask(1, &Order::limit(Side::Sell, 3, 101, id + 2).frame()));
        let order = Order::limit(Side::Buy, 7, 101, id + 1);
        venue.ask(2, &Order { time_in_force: TimeInForce::Ioc, ..order }.frame());
        told.extend(venue.ask(1, &Order::limit(Side::Buy, 2, 50, id + 3).frame()));
        told.extend(venue.ask(1, &replace(id + 3, id + 4, 4, 51)));
        told.extend(venue.ask(1, &cancel(id + 4, 0)));
    }
    told.extend(venue.take(1));
    told
}

fn joined(bounds: Bounds) -> (Venue, u32, Position) {
    let mut venue = Venue::new(bounds);
    let (one, two) = (venue.open(3, "one", true), venue.open(4, "two", false));
    let start = venue.gate.position(one);
    venue.join(1, one, 1);
    venue.join(2, two, 1);
    (venue, one, start)
}

/// The frames from `number` on.
fn tail(told: &[u8], number: u64) -> Vec<u8> {
    let mut rest = told;
    for message in messages(told) {
        if message.number() >= number {
            break;
        }
        let length = u32::from_le_bytes(*rest.first_chunk().expect("a frame")) as usize;
        rest = &rest[4 + length..];
    }
    rest.to_vec()
}

#[test]
fn the_ring_gives_every_number_again() {
    let (mut venue, session, _) = joined(Bounds::DEFAULT);
    let told = busy(&mut venue, 5);
    let count = messages(&told).len() as u64;
    assert_eq!(venue.gate.position(session).number, count);
    venue.gate.disconnect(1);
    for number in 1..=count + 1 {
        let ready = LoggedIn::Ready { next_number: number };
        assert_eq!(venue.join(7, session, number), ready);
        assert_eq!(venue.take(7), tail(&told, number), "from {number}");
        venue.gate.disconnect(7);
    }
    let ahead = LoggedIn::Ahead { next_number: count + 1 };
    assert_eq!(venue.join(7, session, count + 2), ahead);
    venue.gate.end(7);
}

#[test]
fn what_comes_meanwhile_is_neither_lost_nor_doubled() {
    let (mut venue, session, _) = joined(Bounds::DEFAULT);
    let mut told = busy(&mut venue, 2);
    venue.gate.disconnect(1);
    venue.gate.connect(1);
    venue.send(1, &login());
    let login = LogIn { may_trade: true, cancel_on_disconnect: false, next_number: 4 };
    venue.gate.log_in(1, session, &login);
    venue.ask(2, &Order::limit(Side::Buy, 1, 40, 900).frame());
    let other = venue.open(3, "other", false);
    venue.join(5, other, 1);
    venue.ask(5, &Order::limit(Side::Sell, 1, 900, 901).frame());
    assert!(venue.gate.output(1).is_empty(), "not before it goes live");
    assert!(venue.gate.go_live(1));
    told.extend(tail(&venue.take(1), messages(&told).len() as u64 + 1));
    venue.ask(5, &cancel(901, 0));
    told.extend(venue.take(1));
    let numbers: Vec<u64> = messages(&told).iter().map(|message| message.number()).collect();
    assert_eq!(numbers, (1..=numbers.len() as u64).collect::<Vec<u64>>());
}

/// Feeds the log in pieces of whole transactions.
fn replay(venue: &mut Venue, connection: u32, mut position: Position) -> Vec<u8> {
    let mut told = Vec::new();
    let log = venue.log.clone();
    let mut rest = &log[..];
    let mut is_live = false;
    while !is_live {
        let words = rest.first_chunk().map_or(0, |it| u32::from_le_bytes(*it)) as usize;
        let (one, next) = rest.split_at(words * 8);
        is_live = venue.gate.replay(connection, &mut position, one);
        told.extend(venue.take(connection));
        rest = next;
    }
    told
}

#[test]
fn what_the_ring_has_forgotten_is_derived_again() {
    let (mut venue, session, start) = joined(Bounds { ring_bytes: 4_096, ..Bounds::DEFAULT });
    let told = busy(&mut venue, 12);
    venue.gate.disconnect(1);
    let count = messages(&told).len() as u64;
    let login_frame = login();
    for number in [1, 2, 17, count / 2, count] {
        venue.gate.connect(7);
        venue.send(7, &login_frame);
        let login = LogIn { may_trade: true, cancel_on_disconnect: false, next_number: number };
        match venue.gate.log_in(7, session, &login) {
            LoggedIn::NeedsReplay { next_number, ring_from } => {
                assert!(next_number == number && ring_from > number);
                assert!(!venue.gate.go_live(7), "the ring does not reach back so far");
                assert_eq!(replay(&mut venue, 7, start), tail(&told, number), "from {number}");
            }
            LoggedIn::Ready { .. } => {
                assert!(venue.gate.go_live(7));
                assert_eq!(venue.take(7), tail(&told, number), "from {number}");
            }
            LoggedIn::Ahead { .. } => panic!("{number} of {count} was told"),
        }
        venue.gate.disconnect(7);
    }
}

#[test]
fn a_restart_gives_the_same_numbers() {
    let (mut venue, session, start) = joined(Bounds::DEFAULT);
    let first = busy(&mut venue, 3);
    let middle = venue.gate.position(session);
    let told = [first, {
        // A new engine session takes the place of the old one.
        venue.open_engine_session(3, "one");
        busy_again(&mut venue)
    }]
    .concat();
    let end = venue.gate.position(session);
    for stored in [start, middle, end] {
        let mut gate = Gate::new(Bounds::DEFAULT);
        let spec = SessionSpec {
            account: 3,
            engine_name: b"one",
            balance_updates: true,
            increasing_refs: false,
            position: stored,
        };
        let again = gate.open_session(&spec).expect("there is room");
        let mut log = venue.log.clone();
        gate.deliver(&mut log);
        assert_eq!(log, venue.log, "nobody waits for what is told again");
        assert_eq!(gate.position(again), end);
        venue.gate = gate;
        let number = stored.number + 1;
        venue.join(1, again, number);
        assert_eq!(venue.take(1), tail(&told, number), "stored at {number}");
        venue.gate.disconnect(1);
    }
}

fn busy_again(venue: &mut Venue) -> Vec<u8> {
    let mut told = Vec::new();
    for id in 5_000..5_005 {
        told.extend(venue.ask(1, &Order::limit(Side::Sell, 3, 100, id).frame()));
    }
    told
}
