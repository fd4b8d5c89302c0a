//! Counters of the journal and the snapshots. Written by their threads, read by `status`.

use std::sync::atomic::{AtomicU64, Ordering};

/// Upper bounds of the sync histogram in microseconds; the last bucket has none. A quiet disk syncs
/// in about 80 µs, an overloaded one in seconds.
pub const SYNC_BUCKETS_US: [u64; 11] =
    [50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 50_000, 250_000, 1_000_000];

/// Adds up; never reset while the core is open.
#[derive(Default)]
pub struct Counters {
    /// Bytes of entries written.
    pub bytes: AtomicU64,
    /// Writes to a segment.
    pub writes: AtomicU64,
    /// Syncs of a segment after a write.
    pub syncs: AtomicU64,
    /// Time in those syncs, in nanoseconds.
    pub sync_ns: AtomicU64,
    /// Syncs by duration; see `SYNC_BUCKETS_US`.
    pub sync_buckets: [AtomicU64; SYNC_BUCKETS_US.len() + 1],
    /// Segments begun.
    pub segments: AtomicU64,
}

impl Counters {
    /// Adds one sync of `ns` nanoseconds.
    pub fn count_sync(&self, ns: u64) {
        let bucket = SYNC_BUCKETS_US.partition_point(|bound| bound * 1_000 < ns);
        self.sync_buckets[bucket].fetch_add(1, Ordering::Relaxed);
        self.syncs.fetch_add(1, Ordering::Relaxed);
        self.sync_ns.fetch_add(ns, Ordering::Relaxed);
    }

    /// Adds one write of `bytes` bytes.
    pub fn count_write(&self, bytes: usize) {
        self.writes.fetch_add(1, Ordering::Relaxed);
        self.bytes.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    /// The values now. They belong to about the same moment, not exactly the same.
    #[must_use]
    pub fn read(&self) -> JournalMetrics {
        let value = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        JournalMetrics {
            bytes: value(&self.bytes),
            writes: value(&self.writes),
            syncs: value(&self.syncs),
            sync_ns: value(&self.sync_ns),
            sync_buckets: std::array::from_fn(|index| value(&self.sync_buckets[index])),
            segments: value(&self.segments),
        }
    }
}

/// Values of `Counters` at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct JournalMetrics {
    /// Bytes of entries written.
    pub bytes: u64,
    /// Writes to a segment.
    pub writes: u64,
    /// Syncs of a segment after a write.
    pub syncs: u64,
    /// Time in those syncs, in nanoseconds.
    pub sync_ns: u64,
    /// Syncs by duration; see `SYNC_BUCKETS_US`.
    pub sync_buckets: [u64; SYNC_BUCKETS_US.len() + 1],
    /// Segments begun.
    pub segments: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sync_counts_in_the_first_bucket_that_holds_it() {
        let counters = Counters::default();
        for us in [0, 50, 51, 1_000_000, 1_000_001] {
            counters.count_sync(us * 1_000);
        }
        let metrics = counters.read();
        assert_eq!(metrics.sync_buckets, [2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1]);
        assert_eq!((metrics.syncs, metrics.sync_ns), (5, 2_000_102_000));
    }
}
