//! The venue's time: one per batch, whole microseconds, never back, never a leap nobody confirmed
//! (`rules.md` 2.2).

use std::sync::Arc;

use crate::environment::Clock;
use crate::fault::{Fault, FaultCode};

/// Where time comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClockSource {
    /// The system clock.
    System,
    /// Each call brings its own: tests, replays, backtests.
    Caller,
}

/// A system clock that runs this much ahead of the monotonic one has been set. `rules.md` 2.2.
const JUMP_NS: u64 = 5_000_000_000;

/// Stamps batches.
pub struct VenueClock {
    clock: Arc<dyn Clock>,
    source: ClockSource,
    accepts_jumps: bool,
    last_ns: u64,
    /// System and monotonic clock when the system clock was last believed.
    believed: (u64, u64),
    held: bool,
}

impl VenueClock {
    /// Goes on from `last_ns`; the time that passed while no process ran is no jump.
    #[must_use]
    pub fn new(
        clock: Arc<dyn Clock>,
        source: ClockSource,
        accepts_jumps: bool,
        last_ns: u64,
    ) -> VenueClock {
        let believed = (clock.utc_ns(), clock.monotonic_ns());
        VenueClock { clock, source, accepts_jumps, last_ns, believed, held: false }
    }

    /// The time of a batch that begins now.
    ///
    /// Errors: `caller_time_missing`.
    pub fn stamp(&mut self, caller_time_ns: Option<u64>) -> Result<u64, Fault> {
        let time_ns = match self.source {
            ClockSource::System => self.observe(),
            ClockSource::Caller => caller_time_ns.ok_or_else(|| {
                Fault::new(FaultCode::CallerTimeMissing, "the caller's clock was chosen at open")
            })?,
        };
        self.last_ns = self.last_ns.max(time_ns / 1_000 * 1_000);
        Ok(self.last_ns)
    }

    /// Whether a jump of the system clock waits for `confirm`.
    #[must_use]
    pub fn is_held(&self) -> bool {
        self.held
    }

    /// Believes the system clock as it is.
    pub fn confirm(&mut self) {
        self.believed = (self.clock.utc_ns(), self.clock.monotonic_ns());
        self.held = false;
    }

    /// A clock set back makes time stand still until it has caught up; the time last believed stays
    /// the measure, so its return is no jump.
    fn observe(&mut self) -> u64 {
        let (utc_ns, monotonic_ns) = (self.clock.utc_ns(), self.clock.monotonic_ns());
        let expected = self.believed.0 + monotonic_ns.saturating_sub(self.believed.1);
        self.held = !self.accepts_jumps && utc_ns > expected + JUMP_NS;
        if self.held {
            return expected;
        }
        if utc_ns >= self.last_ns {
            self.believed = (utc_ns, monotonic_ns);
        }
        utc_ns
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;

    const SECOND: u64 = 1_000_000_000;

    /// Both hands are set by the test.
    #[derive(Default)]
    struct Hands {
        utc_ns: AtomicU64,
        monotonic_ns: AtomicU64,
    }

    impl Clock for Hands {
        fn utc_ns(&self) -> u64 {
            self.utc_ns.load(Ordering::Relaxed)
        }

        fn monotonic_ns(&self) -> u64 {
            self.monotonic_ns.load(Ordering::Relaxed)
        }
    }

    impl Hands {
        fn pass(&self, ns: u64) {
            self.utc_ns.fetch_add(ns, Ordering::Relaxed);
            self.monotonic_ns.fetch_add(ns, Ordering::Relaxed);
        }
    }

    fn start(accepts_jumps: bool) -> (Arc<Hands>, VenueClock) {
        let hands = Arc::new(Hands::default());
        hands.pass(1_000 * SECOND);
        let clock = VenueClock::new(hands.clone(), ClockSource::System, accepts_jumps, 0);
        (hands, clock)
    }

    #[test]
    fn time_is_whole_microseconds_and_never_goes_back() {
        let (hands, mut clock) = start(false);
        hands.pass(1_999);
        assert_eq!(clock.stamp(None), Ok(1_000 * SECOND + 1_000));
        hands.utc_ns.store(10 * SECOND, Ordering::Relaxed);
        assert_eq!(clock.stamp(None), Ok(1_000 * SECOND + 1_000));
        assert!(!clock.is_held());
        // Set right again after a minute: no jump.
        hands.monotonic_ns.fetch_add(60 * SECOND, Ordering::Relaxed);
        hands.utc_ns.store(1_060 * SECOND, Ordering::Relaxed);
        assert_eq!(clock.stamp(None), Ok(1_060 * SECOND));
        assert!(!clock.is_held());
    }

    #[test]
    fn a_jump_is_held_until_it_is_confirmed() {
        let (hands, mut clock) = start(false);
        hands.utc_ns.fetch_add(3_600 * SECOND, Ordering::Relaxed);
        assert_eq!(clock.stamp(None), Ok(1_000 * SECOND));
        hands.pass(2 * SECOND);
        assert_eq!(clock.stamp(None), Ok(1_002 * SECOND));
        assert!(clock.is_held());
        clock.confirm();
        assert_eq!(clock.stamp(None), Ok(4_602 * SECOND));
        assert!(!clock.is_held());
    }

    #[test]
    fn a_jump_that_is_taken_back_needs_nobody() {
        let (hands, mut clock) = start(false);
        hands.utc_ns.fetch_add(6 * SECOND, Ordering::Relaxed);
        assert_eq!((clock.stamp(None), clock.is_held()), (Ok(1_000 * SECOND), true));
        hands.utc_ns.fetch_sub(6 * SECOND, Ordering::Relaxed);
        assert_eq!((clock.stamp(None), clock.is_held()), (Ok(1_000 * SECOND), false));
    }

    #[test]
    fn five_seconds_are_no_jump_and_jumps_may_be_accepted() {
        let (hands, mut clock) = start(false);
        hands.utc_ns.fetch_add(JUMP_NS, Ordering::Relaxed);
        assert_eq!((clock.stamp(None), clock.is_held()), (Ok(1_005 * SECOND), false));
        let (hands, mut clock) = start(true);
        hands.utc_ns.fetch_add(3_600 * SECOND, Ordering::Relaxed);
        assert_eq!((clock.stamp(None), clock.is_held()), (Ok(4_600 * SECOND), false));
    }

    #[test]
    fn the_callers_clock_needs_a_time_with_each_call() {
        let hands = Arc::new(Hands::default());
        let mut clock = VenueClock::new(hands, ClockSource::Caller, false, 5_000);
        assert_eq!(clock.stamp(Some(7_777)), Ok(7_000));
        assert_eq!(clock.stamp(Some(6_000)), Ok(7_000));
        let fault = clock.stamp(None).expect_err("no time");
        assert_eq!(fault.code, FaultCode::CallerTimeMissing);
    }
}
