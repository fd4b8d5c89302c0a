//! The engine and its slow twin run seeded streams side by side.
//!
//! `OPENBELL_SEED=n` runs the streams of one seed; `OPENBELL_STREAMS=n` runs that many seeds of
//! each shape; `OPENBELL_COMMANDS=n` sets the length of a stream.

mod twin;

use std::collections::BTreeSet;
use std::ops::Range;

use engine::generated::reject_code::RejectCode;
use twin::{Coverage, EngineMachine, SHORT, run_stream};

/// Codes that the gateway or the runtime answers before the engine sees a command.
const NOT_OF_THE_ENGINE: [RejectCode; 24] = [
    RejectCode::MalformedRequest,
    RejectCode::MalformedNumber,
    RejectCode::MediaTypeUnsupported,
    RejectCode::BodyTooLarge,
    RejectCode::MethodNotAllowed,
    RejectCode::RouteNotFound,
    RejectCode::RequestTimeout,
    RejectCode::NotLoggedIn,
    RejectCode::CredentialsInvalid,
    RejectCode::PermissionDenied,
    RejectCode::AmountScaleExceeded,
    RejectCode::PriceNotTickMultiple,
    RejectCode::QuantityNotLotMultiple,
    RejectCode::Throttled,
    RejectCode::CoreUnavailable,
    RejectCode::VenueCancelOnly,
    RejectCode::JournalFull,
    RejectCode::ConnectionLimitReached,
    RejectCode::InternalError,
    RejectCode::HistoryUnavailable,
    RejectCode::StatementNotAvailable,
    RejectCode::SessionInUse,
    RejectCode::SequenceNotAvailable,
    RejectCode::VersionUnsupported,
];

/// Needs 65,536 aliases: `bounds.rs` fills them.
const TOO_FAR_FOR_STREAMS: [RejectCode; 1] = [RejectCode::AliasTableFull];

fn number(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{name} is not a number: {text}")))
}

fn seeds(count: u64) -> Range<u64> {
    match (number("OPENBELL_SEED"), number("OPENBELL_STREAMS")) {
        (Some(seed), _) => seed..seed + 1,
        (None, Some(streams)) => 0..streams,
        (None, None) => 0..count,
    }
}

#[test]
fn engine_and_reference_agree_after_every_command() {
    let mut coverage = Coverage::default();
    for (shape, count, length) in SHORT {
        let length = number("OPENBELL_COMMANDS").unwrap_or(length);
        for seed in seeds(count) {
            run_stream(&mut EngineMachine::new(), &mut coverage, seed, shape, length);
        }
    }
    println!("{coverage:?}");
    let is_whole = ["OPENBELL_SEED", "OPENBELL_STREAMS", "OPENBELL_COMMANDS"]
        .iter()
        .all(|name| number(name).is_none());
    if is_whole {
        assert_covered(&coverage);
    }
}

/// A stream that never meets a refusal proves nothing about it.
fn assert_covered(coverage: &Coverage) {
    let is_expected = |code: &&RejectCode| {
        !NOT_OF_THE_ENGINE.contains(code) && !TOO_FAR_FOR_STREAMS.contains(code)
    };
    let expected = RejectCode::ALL.iter().filter(is_expected);
    let missing: Vec<&str> = expected
        .filter(|code| !coverage.codes.contains_key(&(**code as u16)))
        .map(|code| code.name())
        .collect();
    assert!(missing.is_empty(), "no stream met {missing:?}");
    let opcodes = [1, 10, 11, 12, 13, 20, 21, 22, 23, 30, 31, 40, 41, 50, 51, 52, 53, 54, 55, 56];
    let all: BTreeSet<u8> = opcodes.into_iter().chain([57, 58, 59]).collect();
    assert_eq!(coverage.opcodes, all, "every command is accepted at least once");
    let reasons = BTreeSet::from([0, 1, 2, 3, 4, 5, 6, 7, 12]);
    assert_eq!(coverage.reasons, reasons, "every reason of a cancel that exists today");
    assert!(coverage.duplicates > 100, "duplicates: {}", coverage.duplicates);
    assert!(coverage.requests > 1_000, "requests: {}", coverage.requests);
    assert!(coverage.trades > 5_000, "trades: {}", coverage.trades);
    assert!(coverage.continues >= 2, "continues: {}", coverage.continues);
}
