//! What is kept for a while after the fact: final orders and request ids, oldest out first.
//!
//! One slab per account slot with two intrusive lists: all entries of the slot by age, and those of each
//! account by age. The oldest of a slot is therefore also the oldest of its account.

use crate::ladder::NONE;
use crate::units::TimeNs;

/// How long final orders and request ids are kept: 24 h of journaled time (`rules.md` 2.3).
pub const RETENTION_NS: TimeNs = 24 * 3_600 * 1_000_000_000;
/// Expired entries removed whenever one is added: two, so that the backlog shrinks and one command's
/// work stays bounded.
pub const EXPIRED_PER_ADDITION: usize = 2;

/// Whether an entry of time `at` has been kept long enough at `now`.
#[inline]
pub fn is_expired(at: TimeNs, now: TimeNs) -> bool {
    #[cfg(feature = "planted-bugs")]
    if crate::EngineBug::ForgottenEarly.is_planted() {
        return now - at >= RETENTION_NS - RETENTION_NS / 24;
    }
    now - at >= RETENTION_NS
}

/// One account's entries by age.
#[derive(Clone, Copy, Debug)]
pub struct AgeQueue {
    oldest: u32,
    newest: u32,
    pub length: u32,
}

impl AgeQueue {
    pub const EMPTY: AgeQueue = AgeQueue { oldest: NONE, newest: NONE, length: 0 };

    /// Position of the oldest entry, `NONE` when there is none.
    pub fn oldest(&self) -> u32 {
        self.oldest
    }
}

/// An entry with its owner and time.
#[derive(Clone, Copy, Debug)]
pub struct Kept<T> {
    pub value: T,
    pub account: u32,
    pub at: TimeNs,
    account_next: u32,
    slot_previous: u32,
    slot_next: u32,
}

/// The entries of one account slot.
pub struct Retention<T> {
    entries: Vec<Kept<T>>,
    free: Vec<u32>,
    oldest: u32,
    newest: u32,
}

impl<T: Copy> Default for Retention<T> {
    fn default() -> Self {
        Retention { entries: Vec::new(), free: Vec::new(), oldest: NONE, newest: NONE }
    }
}

impl<T: Copy> Retention<T> {
    #[inline]
    pub fn get(&self, position: u32) -> &Kept<T> {
        &self.entries[position as usize]
    }

    #[inline]
    pub fn get_mut(&mut self, position: u32) -> &mut Kept<T> {
        &mut self.entries[position as usize]
    }

    /// Position of the slot's oldest entry when it is expired.
    #[inline]
    pub fn oldest_expired(&self, now: TimeNs) -> Option<u32> {
        (self.oldest != NONE && is_expired(self.get(self.oldest).at, now)).then_some(self.oldest)
    }

    /// Adds the newest entry of its account and slot.
    pub fn push(&mut self, queue: &mut AgeQueue, account: u32, at: TimeNs, value: T) -> u32 {
        let entry = Kept {
            value,
            account,
            at,
            account_next: NONE,
            slot_previous: self.newest,
            slot_next: NONE,
        };
        let position = match self.free.pop() {
            Some(position) => {
                self.entries[position as usize] = entry;
                position
            }
            None => {
                self.entries.push(entry);
                (self.entries.len() - 1) as u32
            }
        };
        match self.newest {
            NONE => self.oldest = position,
            newest => self.entries[newest as usize].slot_next = position,
        }
        self.newest = position;
        match queue.newest {
            NONE => queue.oldest = position,
            newest => self.entries[newest as usize].account_next = position,
        }
        queue.newest = position;
        queue.length += 1;
        position
    }

    /// Removes the oldest entry of an account.
    pub fn pop(&mut self, queue: &mut AgeQueue) -> Kept<T> {
        let position = queue.oldest;
        let entry = self.entries[position as usize];
        queue.oldest = entry.account_next;
        if queue.oldest == NONE {
            queue.newest = NONE;
        }
        queue.length -= 1;
        match entry.slot_previous {
            NONE => self.oldest = entry.slot_next,
            previous => self.entries[previous as usize].slot_next = entry.slot_next,
        }
        match entry.slot_next {
            NONE => self.newest = entry.slot_previous,
            next => self.entries[next as usize].slot_previous = entry.slot_previous,
        }
        self.free.push(position);
        entry
    }

    /// All entries of the slot, oldest first.
    pub fn iter(&self) -> impl Iterator<Item = &Kept<T>> {
        let mut position = self.oldest;
        std::iter::from_fn(move || {
            let entry = self.entries.get(position as usize)?;
            position = entry.slot_next;
            Some(entry)
        })
    }

    /// Entries of one account, oldest first.
    pub fn iter_account(&self, queue: &AgeQueue) -> impl Iterator<Item = &Kept<T>> {
        let mut position = queue.oldest;
        std::iter::from_fn(move || {
            let entry = self.entries.get(position as usize)?;
            position = entry.account_next;
            Some(entry)
        })
    }
}
