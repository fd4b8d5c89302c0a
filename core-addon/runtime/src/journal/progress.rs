//! How far the journal is, seen from every thread, and the end of it when the disk fails.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::fault::Fault;

/// Called once with the failure after which nothing may be acknowledged.
pub type FatalHook = Box<dyn Fn(&Fault) + Send + Sync>;

/// Published by whoever writes; only ever grows.
pub struct Progress {
    sequence: AtomicU64,
    position: AtomicU64,
    failure: OnceLock<Fault>,
    fatal: FatalHook,
}

impl Progress {
    /// Starts at what recovery found.
    #[must_use]
    pub fn new(sequence: u64, fatal: FatalHook) -> Progress {
        let (sequence, position) = (AtomicU64::new(sequence), AtomicU64::new(0));
        Progress { sequence, position, failure: OnceLock::new(), fatal }
    }

    /// The last sequence that is in the journal at the chosen durability.
    #[must_use]
    pub fn sequence(&self) -> u64 {
        self.sequence.load(Ordering::Acquire)
    }

    /// Bytes of entries, counted since the core was opened, that are there too.
    #[must_use]
    pub fn position(&self) -> u64 {
        self.position.load(Ordering::Acquire)
    }

    /// Says that all up to `sequence` is there, and `bytes` more.
    ///
    /// Order: only after the write, and in durability fsync the sync, has succeeded.
    pub fn publish(&self, sequence: u64, bytes: usize) {
        debug_assert!(sequence >= self.sequence());
        if self.failure.get().is_some() {
            return;
        }
        self.sequence.store(sequence, Ordering::Release);
        self.position.fetch_add(bytes as u64, Ordering::Release);
    }

    /// Ends the journal: nothing is published after this. A failed sync is never tried again,
    /// because the kernel may have dropped the pages and would then report success
    /// (`reliability.md` 3.2).
    pub fn fail(&self, fault: &Fault) {
        if self.failure.set(fault.clone()).is_ok() {
            (self.fatal)(fault);
        }
    }

    /// Errors: the failure that ended the journal.
    #[inline]
    pub fn check(&self) -> Result<(), Fault> {
        self.failure.get().map_or(Ok(()), |fault| Err(fault.clone()))
    }
}
