//! No order allocates once the buffers have their size.

use wire::Bounds;
use wire::generated::Side;

use crate::heap::allocations;
use crate::support::{Order, Venue, cancel, replace};

/// Orders that trade, are replaced and cancelled, from two connections.
fn traffic(round: u64) -> [Vec<u8>; 2] {
    let id = round * 10;
    let maker = [
        Order::limit(Side::Sell, 3, 100, id + 1).frame(),
        Order { client_order_id: "a-text", ..Order::limit(Side::Buy, 1, 2, 0) }.frame(),
        Order::limit(Side::Buy, 2, 50, id + 2).frame(),
        replace(id + 2, id + 3, 4, 51),
        cancel(id + 3, id + 4),
    ];
    [maker.concat(), Order::limit(Side::Buy, 3, 100, id + 1).frame()]
}

#[test]
fn no_order_allocates_after_the_warm_up() {
    let ring_bytes = 64 << 10;
    let mut venue = Venue::new(Bounds { ring_bytes, ..Bounds::DEFAULT });
    let sessions = [venue.open(3, "one", true), venue.open_increasing(4, "two")];
    for (connection, session) in (1..).zip(sessions) {
        venue.join(connection, session, 1);
    }
    let (mut counted, mut frames) = (0, 0);
    for round in 1..=2_000 {
        let chunks = traffic(round);
        let before = allocations();
        for (connection, chunk) in (1..).zip(&chunks) {
            venue.send(connection, chunk);
        }
        let decoding = allocations() - before;
        let mut released = venue.execute_batch();
        let before = allocations();
        venue.gate.deliver(&mut released);
        while let Some((connection, _)) = venue.gate.next_dirty() {
            let bytes = venue.gate.output(connection).len();
            frames += usize::from(bytes > 0);
            venue.gate.sent(connection, bytes);
        }
        let delivering = allocations() - before;
        drop((released, chunks));
        if round > 1_000 {
            counted += decoding + delivering;
        }
    }
    assert!(frames > 2_000);
    assert_eq!(counted, 0, "allocations in a thousand rounds of orders");
}
