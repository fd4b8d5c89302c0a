//! What is kept of one account for a while after the fact, oldest out first: final orders, request
//! ids.

use crate::units::TimeNs;

/// How long final orders and request ids are kept: 24 h of journaled time (`rules.md` 2.3).
pub const RETENTION_NS: TimeNs = 24 * 3_600 * 1_000_000_000;
/// Expired entries removed whenever one is added: two, so that an account's expired entries become
/// fewer and one command's work stays bounded.
pub const EXPIRED_PER_ADDITION: usize = 2;
const CAPACITY_MIN: usize = 4;

/// Whether something of time `at` has been kept long enough at `now`.
#[inline]
pub fn is_expired(at: TimeNs, now: TimeNs) -> bool {
    #[cfg(feature = "planted-bugs")]
    if crate::EngineBug::ForgottenEarly.is_planted() {
        return now - at >= RETENTION_NS - RETENTION_NS / 24;
    }
    now - at >= RETENTION_NS
}

/// Entries in the order they came. Each has a number, and its place is its number modulo the
/// capacity, so it can be found again as long as it is here.
///
/// Cost: adding writes one entry behind the last. Grows by doubling, never shrinks.
#[derive(Clone, Debug)]
pub struct AgeRing<T> {
    entries: Vec<T>,
    first: u32,
    length: u32,
}

/// Numbers wrap at 2^31, which every capacity divides: the top bit is free for the index.
const NUMBER_MASK: u32 = (1 << 31) - 1;

impl<T: Copy> Default for AgeRing<T> {
    fn default() -> Self {
        AgeRing::EMPTY
    }
}

impl<T: Copy> AgeRing<T> {
    /// Nothing kept yet.
    pub const EMPTY: AgeRing<T> = AgeRing { entries: Vec::new(), first: 0, length: 0 };

    /// The number that the next entry gets.
    #[inline]
    pub fn next_number(&self) -> u32 {
        self.first.wrapping_add(self.length) & NUMBER_MASK
    }

    #[inline]
    pub fn len(&self) -> u32 {
        self.length
    }

    /// The entry with this number, when it is still here.
    #[inline]
    pub fn get(&self, number: u32) -> Option<&T> {
        self.position(number).map(|position| &self.entries[position])
    }

    /// `get`, to be changed.
    #[inline]
    pub fn get_mut(&mut self, number: u32) -> Option<&mut T> {
        self.position(number).map(|position| &mut self.entries[position])
    }

    #[inline]
    fn position(&self, number: u32) -> Option<usize> {
        let age = number.wrapping_sub(self.first) & NUMBER_MASK;
        (age < self.length).then(|| number as usize & (self.entries.len() - 1))
    }

    /// Adds the newest entry and returns its number.
    #[inline]
    pub fn push(&mut self, entry: T) -> u32 {
        if self.length as usize == self.entries.len() {
            self.grow(entry);
        }
        let number = self.next_number();
        let mask = self.entries.len() - 1;
        self.entries[number as usize & mask] = entry;
        self.length += 1;
        number
    }

    /// The oldest entry.
    #[inline]
    pub fn oldest(&self) -> Option<&T> {
        self.get(self.first)
    }

    /// The entry that `age` older ones stand in front of.
    #[inline]
    pub fn nth(&self, age: u32) -> Option<&T> {
        self.get(self.first.wrapping_add(age) & NUMBER_MASK)
    }

    /// Removes the oldest entry and returns it with its number.
    #[inline]
    pub fn pop(&mut self) -> Option<(u32, T)> {
        let entry = *self.oldest()?;
        let number = self.first;
        self.first = number.wrapping_add(1) & NUMBER_MASK;
        self.length -= 1;
        Some((number, entry))
    }

    /// All entries, oldest first.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        (0..self.length).filter_map(|age| self.nth(age))
    }

    #[cold]
    fn grow(&mut self, filler: T) {
        let larger = vec![filler; (self.entries.len() * 2).max(CAPACITY_MIN)];
        let old = std::mem::replace(&mut self.entries, larger);
        for age in 0..self.length {
            let number = self.first.wrapping_add(age) & NUMBER_MASK;
            let (from, to) = (old.len() - 1, self.entries.len() - 1);
            self.entries[number as usize & to] = old[number as usize & from];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::VecDeque;

    #[test]
    fn agrees_with_a_queue_across_growth_and_the_wrap_of_numbers() {
        let mut ring = AgeRing { entries: Vec::new(), first: NUMBER_MASK - 5, length: 0 };
        let mut model: VecDeque<(u32, u64)> = VecDeque::new();
        for step in 0..200_u64 {
            if step % 3 == 2 {
                assert_eq!(ring.pop(), model.pop_front());
            } else {
                model.push_back((ring.push(step), step));
            }
            assert_eq!(ring.len() as usize, model.len());
            assert_eq!(ring.oldest().copied(), model.front().map(|(_, value)| *value));
            for (number, value) in &model {
                assert_eq!(ring.get(*number), Some(value), "step {step}");
            }
            assert!(ring.iter().eq(model.iter().map(|(_, value)| value)));
        }
    }
}
