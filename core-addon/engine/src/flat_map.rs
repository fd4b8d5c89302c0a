//! Open-addressing index from u64 keys to positions of 32 or 64 bits, the only hash table of the
//! engine.
//!
//! Several entries may share a key (it may be part of a longer one), so look-ups take a test.
//! Iteration order never reaches state, changes or hash: there is no iterator.

use std::fmt::Display;

use crate::fetch::Fetch;

/// Marks an empty bucket.
const EMPTY: u64 = 0;
const BUCKETS_MIN: usize = 16;

/// Linear probing with backward-shift deletion; at most three quarters full.
///
/// Cost: about one cache miss per look-up. Allocates only when it grows past its largest size so
/// far.
pub struct FlatMap<P = u32> {
    buckets: Vec<(u64, P)>,
    length: usize,
}

impl<P> Default for FlatMap<P> {
    fn default() -> FlatMap<P> {
        FlatMap { buckets: Vec::new(), length: 0 }
    }
}

impl<P: Copy + PartialEq + Default + Display> FlatMap<P> {
    /// Position under `key` that passes `test`.
    #[inline]
    pub fn find(&self, key: u64, test: impl Fn(P) -> bool) -> Option<P> {
        let key = key.max(1);
        let mask = self.buckets.len().checked_sub(1)?;
        let mut bucket = home(key, mask);
        loop {
            let (found, position) = self.buckets[bucket];
            if found == key && test(position) {
                return Some(position);
            }
            if found == EMPTY {
                return None;
            }
            bucket = (bucket + 1) & mask;
        }
    }

    /// Position under `key`, when keys are unique.
    #[inline]
    pub fn get(&self, key: u64) -> Option<P> {
        self.find(key, |_| true)
    }

    /// Fetches the bucket where a search for `key` begins.
    #[inline]
    pub fn fetch(&self, key: u64, fetch: impl Fetch) {
        let mask = self.buckets.len().wrapping_sub(1);
        fetch.line_if(self.buckets.get(home(key, mask)));
    }

    /// The position under `key`, to be changed in place; keys are unique.
    #[inline]
    pub fn get_mut(&mut self, key: u64) -> Option<&mut P> {
        let key = key.max(1);
        let mask = self.buckets.len().checked_sub(1)?;
        let mut bucket = home(key, mask);
        while self.buckets[bucket].0 != key {
            if self.buckets[bucket].0 == EMPTY {
                return None;
            }
            bucket = (bucket + 1) & mask;
        }
        Some(&mut self.buckets[bucket].1)
    }

    /// Adds an entry; the caller knows that it is not there yet.
    #[inline]
    pub fn insert(&mut self, key: u64, position: P) {
        if (self.length + 1) * 4 > self.buckets.len() * 3 {
            self.grow();
        }
        self.length += 1;
        self.place(key.max(1), position);
    }

    /// Removes the entry of `key` and `position`.
    ///
    /// Panics when there is none: an index that lost an entry must not serve one more command.
    #[inline]
    pub fn remove(&mut self, key: u64, position: P) {
        let key = key.max(1);
        let mask = self.buckets.len() - 1;
        let mut bucket = home(key, mask);
        while self.buckets[bucket] != (key, position) {
            assert!(self.buckets[bucket].0 != EMPTY, "index lost key={key} position={position}");
            bucket = (bucket + 1) & mask;
        }
        self.length -= 1;
        let mut hole = bucket;
        loop {
            bucket = (bucket + 1) & mask;
            let (found, _) = self.buckets[bucket];
            if found == EMPTY {
                break;
            }
            let distance = bucket.wrapping_sub(home(found, mask)) & mask;
            if distance >= bucket.wrapping_sub(hole) & mask {
                self.buckets[hole] = self.buckets[bucket];
                hole = bucket;
            }
        }
        self.buckets[hole] = (EMPTY, P::default());
    }

    #[inline]
    fn place(&mut self, key: u64, position: P) {
        let mask = self.buckets.len() - 1;
        let mut bucket = home(key, mask);
        while self.buckets[bucket].0 != EMPTY {
            bucket = (bucket + 1) & mask;
        }
        self.buckets[bucket] = (key, position);
    }

    #[cold]
    fn grow(&mut self) {
        let larger = vec![(EMPTY, P::default()); (self.buckets.len() * 2).max(BUCKETS_MIN)];
        let old = std::mem::replace(&mut self.buckets, larger);
        for (key, position) in old {
            if key != EMPTY {
                self.place(key, position);
            }
        }
    }
}

/// Fibonacci hashing: consecutive ids spread over the table.
#[inline(always)]
fn home(key: u64, mask: usize) -> usize {
    (key.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 20) as usize & mask
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn agrees_with_an_ordered_map_over_random_inserts_and_removes() {
        let mut state = 42_u64;
        let mut map: FlatMap = FlatMap::default();
        let mut model = BTreeMap::new();
        for _ in 0..20_000 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let key = 1 + (state >> 33) % 700;
            match model.remove(&key) {
                Some(position) => map.remove(key, position),
                None => {
                    model.insert(key, (state >> 40) as u32);
                    map.insert(key, (state >> 40) as u32);
                }
            }
            let probe = 1 + (state >> 20) % 700;
            assert_eq!(map.get(probe), model.get(&probe).copied());
        }
    }

    #[test]
    fn keeps_entries_apart_that_share_a_key() {
        let mut map: FlatMap = FlatMap::default();
        map.insert(7, 1);
        map.insert(7, 2);
        assert_eq!(map.find(7, |position| position == 2), Some(2));
        map.remove(7, 1);
        assert_eq!(map.get(7), Some(2));
    }
}
