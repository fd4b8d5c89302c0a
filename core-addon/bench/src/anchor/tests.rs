use std::collections::BTreeMap;

use super::*;

/// The check values published with the description of the stream: any slip in a draw, in the book's
/// priority or in the sampling changes all of them.
#[test]
fn stream_has_the_published_check_values() {
    let mut stream = AnchorStream::new(AnchorShape::CHECKED);
    assert_eq!(stream.prices(), (30_754, 1_537, 23_069, 38_439));

    let prefill: Vec<AnchorCommand> = (0..1000).map(|_| stream.draw()).collect();
    assert!(prefill.iter().all(|command| command.kind == Kind::Gtc));
    let first: Vec<_> = prefill[..3]
        .iter()
        .map(|order| (order.side, order.user, order.price, order.size))
        .collect();
    assert_eq!(
        first,
        [(Side::Buy, 396, 30_496, 1), (Side::Buy, 415, 30_642, 41), (Side::Buy, 969, 30_677, 1)]
    );

    let mut counts = BTreeMap::new();
    for _ in 0..3_000_000 {
        *counts.entry(stream.draw().kind).or_insert(0) += 1;
    }
    assert_eq!(
        counts,
        BTreeMap::from([
            (Kind::Move, 2_125_720),
            (Kind::Gtc, 382_772),
            (Kind::Reduce, 218_606),
            (Kind::Cancel, 218_577),
            (Kind::Ioc, 52_583),
            (Kind::FokBudget, 1_742),
        ])
    );
    assert_eq!((stream.trades, stream.volume), (122_704, 1_062_983));
    let sides = [Side::Sell, Side::Buy];
    let levels = sides.map(|side| stream.book().levels(side).len());
    let orders = sides.map(|side| stream.book().order_count(side));
    assert_eq!((levels, orders), ([241, 261], [500, 521]));
}

#[test]
fn another_symbol_or_seed_is_another_stream() {
    let first = |shape| AnchorStream::new(shape).draw();
    let checked = AnchorShape::CHECKED;
    let base = first(checked);
    assert_eq!(base, first(checked));
    assert_ne!(base, first(AnchorShape { symbol: 1, ..checked }));
    assert_ne!(base, first(AnchorShape { seed: 1, ..checked }));
}
