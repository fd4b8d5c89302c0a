//! Every layer with tiny parameters: the engine must answer each stream as its generator does.

use bench::anchor::AnchorShape;
use bench::anchor_workload::anchor_workload;
use bench::core_layer::{check, timed_pass};
use bench::harder::{HarderShape, SHAPES, harder_workload};
use bench::venue::Fees;
use bench::workload::Workload;

/// Checks a workload, times it once and prints its hash.
fn run(workload: &Workload) {
    let (state_hash, output_hash) = check(workload);
    let pass = timed_pass(workload);
    assert_eq!(pass.state_hash, state_hash, "{}", workload.name);
    assert_eq!(pass.counted.rejects, workload.expected.rejects, "{}", workload.name);
    println!("{}: state {state_hash:016x} output {output_hash:016x}", workload.name);
}

#[test]
fn the_anchor_stream_comes_out_on_one_and_on_many_instruments() {
    for (instruments, fees) in [(1, Fees::NONE), (1, Fees::CHARGED), (5, Fees::CHARGED)] {
        let shape = AnchorShape { users: 50, target: 200, ..AnchorShape::CHECKED };
        let workload = anchor_workload(shape, instruments, 20_000, fees, 2);
        assert!(workload.expected.trades > 500, "{:?}", workload.expected.trades);
        run(&workload);
    }
}

#[test]
fn the_harder_streams_come_out() {
    for shape in SHAPES {
        let shape = HarderShape {
            resting: shape.resting.min(300),
            still: shape.still.min(300),
            users: 100,
            instruments: shape.instruments.min(3),
            ..shape
        };
        let workload = harder_workload(shape, 10_000, Fees::CHARGED, 2);
        assert!(workload.expected.trades > 1_000, "{}", workload.name);
        assert!(workload.expected.rejects > 100, "{}", workload.name);
        run(&workload);
    }
}
