//! Commands that the core has executed and whose transactions have not come out yet.

use std::collections::VecDeque;

/// Commands of one batch: their transactions have sequences within it, those of the runtime among
/// them.
struct Run {
    first: u64,
    last: u64,
    commands: usize,
}

/// Bounds: the commands that the core executes ahead of the disk.
#[derive(Default)]
pub struct Flights {
    /// Their sessions, in order.
    sessions: VecDeque<u32>,
    runs: VecDeque<Run>,
    executed: u64,
}

impl Flights {
    pub fn add(&mut self, sessions: impl ExactSizeIterator<Item = u32>, first: u64, last: u64) {
        self.runs.push_back(Run { first, last, commands: sessions.len() });
        self.executed += sessions.len() as u64;
        self.sessions.extend(sessions);
    }

    /// Commands so far: those that the core has executed, and those of them that are answered.
    #[must_use]
    pub fn counts(&self) -> (u64, u64) {
        (self.executed, self.executed - self.sessions.len() as u64)
    }

    /// The session whose command made this transaction; `is_system`: the runtime issued it. Order:
    /// ascending.
    #[inline]
    pub fn land(&mut self, sequence: u64, is_system: bool) -> Option<u32> {
        let run = self.runs.front_mut()?;
        if sequence < run.first || is_system {
            return None;
        }
        assert!(sequence <= run.last && run.commands > 0, "{sequence} is of no command in flight");
        run.commands -= 1;
        if run.commands == 0 {
            self.runs.pop_front();
        }
        self.sessions.pop_front()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_transaction_finds_its_session() {
        let mut flights = Flights::default();
        flights.add([7, 8].into_iter(), 10, 12);
        flights.add([9].into_iter(), 15, 15);
        assert_eq!(flights.land(9, false), None, "of another door");
        assert_eq!(flights.land(10, false), Some(7));
        assert_eq!(flights.land(11, true), None, "of the runtime");
        assert_eq!(flights.counts(), (3, 1));
        assert_eq!(flights.land(12, false), Some(8));
        assert_eq!(flights.land(13, false), None);
        assert_eq!(flights.land(15, false), Some(9));
        assert_eq!(flights.land(16, false), None);
        assert_eq!(flights.counts(), (3, 3));
    }

    #[test]
    #[should_panic(expected = "of no command in flight")]
    fn a_missing_transaction_is_a_defect() {
        let mut flights = Flights::default();
        flights.add([7].into_iter(), 10, 10);
        flights.land(11, false);
    }
}
