//! Ordered map from price keys to levels, for prices far from the touch.
//!
//! A directory of sorted pages: insertion moves at most one page's keys, and a page split moves the
//! directory, so 100,000 far prices cost no more than two binary searches. Pages are pooled.

use crate::ladder::LevelIndex;

/// Keys per page: a page of keys fills eight cache lines.
const PAGE_KEYS: usize = 64;

struct Page {
    keys: [i64; PAGE_KEYS],
    levels: [LevelIndex; PAGE_KEYS],
    length: usize,
}

/// Sorted by key, ascending.
#[derive(Default)]
pub struct FarLevels {
    /// First key and page number of each page, ascending.
    directory: Vec<(i64, u32)>,
    pages: Vec<Page>,
    free: Vec<u32>,
    length: usize,
}

impl FarLevels {
    pub fn len(&self) -> usize {
        self.length
    }

    /// Forgets all levels, keeps what it has allocated.
    pub fn clear(&mut self) {
        self.free.extend(self.directory.drain(..).map(|(_, page)| page));
        self.length = 0;
    }

    /// Highest key.
    #[inline]
    pub fn last_key(&self) -> Option<i64> {
        let page = &self.pages[self.directory.last()?.1 as usize];
        Some(page.keys[page.length - 1])
    }

    /// Highest key below `key` and its level.
    pub fn below(&self, key: i64) -> Option<(i64, LevelIndex)> {
        let entry = self.directory.partition_point(|(first, _)| *first < key).checked_sub(1)?;
        let page = &self.pages[self.directory[entry].1 as usize];
        let at = page.keys[..page.length].partition_point(|found| *found < key) - 1;
        Some((page.keys[at], page.levels[at]))
    }

    /// The level at `key`.
    pub fn get(&self, key: i64) -> Option<LevelIndex> {
        let entry = self.directory.partition_point(|(first, _)| *first <= key).checked_sub(1)?;
        let page = &self.pages[self.directory[entry].1 as usize];
        let at = page.keys[..page.length].binary_search(&key).ok()?;
        Some(page.levels[at])
    }

    /// Adds a level; the caller knows that `key` is not there.
    pub fn insert(&mut self, key: i64, level: LevelIndex) {
        self.length += 1;
        if self.directory.is_empty() {
            let page = self.take_page();
            self.directory.push((key, page));
        }
        let mut entry =
            self.directory.partition_point(|(first, _)| *first <= key).saturating_sub(1);
        if self.pages[self.directory[entry].1 as usize].length == PAGE_KEYS {
            self.split(entry);
            entry = self.directory.partition_point(|(first, _)| *first <= key).saturating_sub(1);
        }
        let page = &mut self.pages[self.directory[entry].1 as usize];
        let at = page.keys[..page.length].partition_point(|found| *found < key);
        page.keys.copy_within(at..page.length, at + 1);
        page.levels.copy_within(at..page.length, at + 1);
        page.keys[at] = key;
        page.levels[at] = level;
        page.length += 1;
        self.directory[entry].0 = page.keys[0];
    }

    /// Removes the level at `key`. Panics when there is none.
    pub fn remove(&mut self, key: i64) {
        let entry = self.directory.partition_point(|(first, _)| *first <= key) - 1;
        let number = self.directory[entry].1;
        let page = &mut self.pages[number as usize];
        let found = page.keys[..page.length].binary_search(&key);
        let at = found.expect("a far level is where its price says");
        page.keys.copy_within(at + 1..page.length, at);
        page.levels.copy_within(at + 1..page.length, at);
        page.length -= 1;
        self.length -= 1;
        if page.length == 0 {
            self.directory.remove(entry);
            self.free.push(number);
        } else {
            self.directory[entry].0 = page.keys[0];
        }
    }

    fn split(&mut self, entry: usize) {
        let upper = self.take_page();
        let half = PAGE_KEYS / 2;
        let lower = &mut self.pages[self.directory[entry].1 as usize];
        let (keys, levels) = (lower.keys, lower.levels);
        lower.length = half;
        let page = &mut self.pages[upper as usize];
        page.keys[..half].copy_from_slice(&keys[half..]);
        page.levels[..half].copy_from_slice(&levels[half..]);
        page.length = half;
        self.directory.insert(entry + 1, (keys[half], upper));
    }

    fn take_page(&mut self) -> u32 {
        let number = self.free.pop().unwrap_or_else(|| {
            self.pages.push(Page { keys: [0; PAGE_KEYS], levels: [0; PAGE_KEYS], length: 0 });
            (self.pages.len() - 1) as u32
        });
        self.pages[number as usize].length = 0;
        number
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn agrees_with_an_ordered_map() {
        let mut state = 7_u64;
        let mut far = FarLevels::default();
        let mut model = BTreeMap::new();
        for step in 0..30_000_u32 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040);
            let key = ((state >> 33) % 3_000) as i64 - 1_500;
            if model.remove(&key).is_some() {
                far.remove(key);
            } else {
                model.insert(key, step);
                far.insert(key, step);
            }
            let probe = ((state >> 21) % 3_000) as i64 - 1_500;
            assert_eq!(far.get(probe), model.get(&probe).copied());
            let below = model.range(..probe).next_back().map(|(key, level)| (*key, *level));
            assert_eq!(far.below(probe), below);
            assert_eq!(far.last_key(), model.keys().next_back().copied());
            assert_eq!(far.len(), model.len());
        }
    }
}
