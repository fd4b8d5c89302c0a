//! A suite that cannot fail proves nothing: every planted defect must stop the lockstep run.

mod twin;

use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};

use engine::EngineBug;
use twin::{Coverage, EngineMachine, SHORT, run_stream};

/// The first stream of the short run that notices, by its place.
fn first_to_notice(bug: EngineBug) -> Option<String> {
    EngineBug::plant(Some(bug));
    let mut noticed = None;
    'streams: for (shape, seeds, length) in SHORT {
        for seed in 0..seeds {
            let (mut machine, mut coverage) = (EngineMachine::new(), Coverage::default());
            let run = || run_stream(&mut machine, &mut coverage, seed, shape, length);
            if catch_unwind(AssertUnwindSafe(run)).is_err() {
                noticed = Some(format!("{shape:?} stream of seed {seed}"));
                break 'streams;
            }
        }
    }
    EngineBug::plant(None);
    noticed
}

#[test]
fn every_planted_bug_is_noticed_by_the_short_run() {
    // Their panics are expected; a bug that is not noticed is reported below.
    let hook = take_hook();
    set_hook(Box::new(|_| {}));
    let found = EngineBug::ALL.map(|bug| (bug, first_to_notice(bug)));
    set_hook(hook);
    for (bug, stream) in &found {
        println!("{bug:?}: {}", stream.as_deref().unwrap_or("not noticed"));
    }
    let missed: Vec<EngineBug> =
        found.iter().filter(|(_, stream)| stream.is_none()).map(|(bug, _)| *bug).collect();
    assert!(missed.is_empty(), "not noticed: {missed:?}");
}
