//! Resident memory with tiny parameters; alone in its process, because others would be counted too.

use bench::harder::{DEEP, HarderShape, harder_workload};
use bench::memory::footprint;
use bench::venue::Fees;

#[test]
fn the_memory_of_orders_is_seen() {
    let shape = HarderShape { resting: 50_000, users: 100, ..DEEP };
    let bytes = footprint(&harder_workload(shape, 0, Fees::NONE, 2));
    println!("{bytes:?}");
    // An order is never smaller than its 32-byte hot part.
    assert!(bytes.order >= 32, "{bytes:?}");
}
