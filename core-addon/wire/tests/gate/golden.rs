//! The numbered messages of one scenario, byte by byte, beside the behaviour version that they are
//! of.

use std::collections::BTreeSet;

use engine::command::{Command, InstrumentState, Opcode};
use runtime::BEHAVIOUR_VERSION;
use wire::Bounds;
use wire::generated::{ClientBody, MassCancel, MassCancelArgs, Side, TimeInForce};

use crate::support::{Order, Venue, cancel, frame, kinds, mass_cancel, replace};

/// Behaviour version, and the hash of what two accounts are told in it.
const GOLDEN: (u32, u64) = (2, 0x0897_7f13_d398_ff86);

/// Everything numbered that there is, to sessions with and without balances.
fn told() -> Vec<u8> {
    let mut venue = Venue::new(Bounds::DEFAULT);
    let sessions =
        [venue.open(3, "one", true), venue.open(4, "two", false), venue.open_increasing(4, "up")];
    for (connection, session) in (1..).zip(sessions) {
        venue.join(connection, session, 1);
    }
    let sell = |quantity, price, id| Order::limit(Side::Sell, quantity, price, id).frame();
    let taker = Order { time_in_force: TimeInForce::Ioc, ..Order::limit(Side::Buy, 9, 102, 1) };
    let text = Order { client_order_id: "a-text", ..Order::limit(Side::Buy, 1, 50, 0) };
    let requests = [
        (1, sell(3, 100, 1)),
        (1, sell(3, 100, 1)),
        (1, sell(2, 101, 2)),
        (2, taker.frame()),
        (1, text.frame()),
        (1, Order::limit(Side::Buy, 0, 50, 3).frame()),
        (2, Order::limit(Side::Buy, 4, 60, 4).frame()),
        (2, replace(4, 5, 6, 61)),
        (2, replace(4, 5, 6, 61)),
        (2, replace(77, 78, 1, 1)),
        (1, sell(2, 61, 6)),
        (2, cancel(5, 9)),
        (2, cancel(5, 0)),
        (3, Order::limit(Side::Buy, 1, 40, 79).frame()),
        (1, sell(1, 200, 7)),
        (1, mass_cancel(8)),
        (3, mass_cancel(0)),
    ];
    let mut told = Vec::new();
    for (connection, request) in requests {
        told.extend(venue.ask(connection, &request));
        (1..=3).for_each(|each| told.extend(venue.take(each)));
    }
    let kind = InstrumentState::Halted as u8;
    venue.execute(
        &Command { instrument: 1, kind, ..Command::new(Opcode::SetInstrumentState) },
        None,
    );
    let of_one = frame(ClientBody::MassCancel, |to| {
        let args = MassCancelArgs { instrument: 1, request_ref: 12, ..Default::default() };
        MassCancel::create(to, &args).as_union_value()
    });
    told.extend(venue.ask(1, &of_one));
    told
}

/// FNV-1a.
fn hash_of(bytes: &[u8]) -> u64 {
    let add = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, add)
}

#[test]
fn a_change_of_what_is_told_is_a_new_behaviour_version() {
    let told = told();
    let found: BTreeSet<&str> = kinds(&told).into_iter().collect();
    let numbered = [
        "BalanceUpdated",
        "CancelRejected",
        "MassCancelDone",
        "MassCancelRejected",
        "OrderAccepted",
        "OrderCancelled",
        "OrderFilled",
        "OrderRejected",
        "OrderReplaced",
        "ReplaceRejected",
    ];
    assert_eq!(found, BTreeSet::from(numbered), "the scenario has every numbered message");
    let hash = hash_of(&told);
    assert_eq!(
        (BEHAVIOUR_VERSION, hash),
        GOLDEN,
        "What streams of numbers tell has changed ({hash:#018x}). A client that was told message n \
         must not be told another one under its number: undo the change, or raise \
         BEHAVIOUR_VERSION in core-addon/runtime/src/lib.rs, which sends an upgrade through a \
         clean stop, and put both here (docs/decisions/0017)."
    );
}
