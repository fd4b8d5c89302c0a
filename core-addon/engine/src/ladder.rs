//! The price levels of one side of a book: an array of ticks with a bitmap around the touch, an
//! ordered map for the rest.
//!
//! Prices are *keys* here, and a higher key is better: a bid's key is its price, an ask's is minus
//! its price. Where the array lies never shows in state, changes or hash.

use crate::far_levels::FarLevels;
use crate::units::{Price, Quantity, TICKS_MAX};

/// Position in the side's level slab.
pub type LevelIndex = u32;
/// Position in the book's order slab.
pub type OrderIndex = u32;
/// Ends a list.
pub const NONE: u32 = u32::MAX;

/// Ticks the array spans: 64 × 256, three levels of bitmap words. 64 KiB of indexes a side; a wider
/// array leaves the cache, a narrower one sends ordinary prices to the far map.
const WINDOW: i64 = 16_384;
const WORDS: usize = WINDOW as usize / 64;
/// Share of the window kept above the touch when it is laid anew, in ticks.
const HEADROOM: i64 = WINDOW / 4;
/// Far accesses that are always tolerated before the window is laid anew.
const MISSES_MIN: u32 = 64;

/// One price: its orders in time priority.
#[derive(Clone, Copy, Debug)]
pub struct Level {
    pub price: Price,
    /// Sum of the orders' leaves.
    pub quantity: Quantity,
    pub head: OrderIndex,
    pub tail: OrderIndex,
    pub orders: u32,
}

/// What a level holds, for its record: nothing when it is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LevelState {
    pub price: Price,
    pub quantity: Quantity,
    pub orders: u32,
}

impl LevelState {
    #[inline]
    pub fn of(level: &Level) -> LevelState {
        LevelState { price: level.price, quantity: level.quantity, orders: level.orders }
    }
}

/// Levels of one side, best first.
pub struct Ladder {
    levels: Vec<Level>,
    free: Vec<LevelIndex>,
    /// Key of the window's lowest tick.
    base: i64,
    window: Vec<LevelIndex>,
    words: [u64; WORDS],
    summary: [u64; WORDS / 64],
    window_levels: u32,
    far: FarLevels,
    best: LevelIndex,
    /// Key of the best level; lower than every key when the side is empty.
    best_key: i64,
    misses: u32,
    /// -1 for asks, 1 for bids.
    sign: i64,
    /// Sum of all levels' quantities.
    quantity: i128,
}

impl Ladder {
    /// An empty side. `is_bid` says which prices are better.
    pub fn new(is_bid: bool) -> Ladder {
        Ladder {
            levels: Vec::new(),
            free: Vec::new(),
            base: 0,
            window: Vec::new(),
            words: [0; WORDS],
            summary: [0; WORDS / 64],
            window_levels: 0,
            far: FarLevels::default(),
            best: NONE,
            best_key: i64::MIN,
            misses: 0,
            sign: if is_bid { 1 } else { -1 },
            quantity: 0,
        }
    }

    /// Best level, `NONE` when the side is empty.
    #[inline]
    pub fn best(&self) -> LevelIndex {
        self.best
    }

    /// Whether the best level is at `price` or better; an empty side has none.
    #[inline]
    pub fn reaches(&self, price: Price) -> bool {
        self.best_key >= price * self.sign
    }

    #[inline]
    pub fn level(&self, index: LevelIndex) -> &Level {
        &self.levels[index as usize]
    }

    /// A level whose orders change, by `more` lots in all.
    #[inline]
    pub fn level_mut(&mut self, index: LevelIndex, more: Quantity) -> &mut Level {
        let level = &mut self.levels[index as usize];
        level.quantity += more;
        self.quantity += i128::from(more);
        level
    }

    /// Whether `more` lots fit into the level at `price`: like an order it holds less than 2^53
    /// lots.
    #[inline(always)]
    pub fn has_room(&self, price: Price, more: Quantity) -> bool {
        // Nearly always the whole side holds less.
        self.quantity + i128::from(more) < i128::from(TICKS_MAX) || self.level_has_room(price, more)
    }

    #[cold]
    fn level_has_room(&self, price: Price, more: Quantity) -> bool {
        self.find(price).is_none_or(|level| self.level(level).quantity + more < TICKS_MAX)
    }

    /// Number of levels.
    #[cfg(test)]
    pub fn len(&self) -> usize {
        self.window_levels as usize + self.far.len()
    }

    /// The level at `price`.
    #[inline]
    pub fn find(&self, price: Price) -> Option<LevelIndex> {
        let key = price * self.sign;
        match self.offset(key) {
            Some(offset) => match self.window[offset] {
                NONE => None,
                index => Some(index),
            },
            None => self.far.get(key),
        }
    }

    /// Loads a level; see `look_ahead.rs`.
    #[inline]
    pub fn look_ahead(&self, index: LevelIndex) -> u64 {
        self.levels.get(index as usize).map_or(0, |level| level.quantity as u64)
    }

    /// Loads the level at `price` if the array has it; the ordered map is not looked at.
    #[inline]
    pub fn look_ahead_at(&self, price: Price) -> u64 {
        let offset = price.wrapping_mul(self.sign).wrapping_sub(self.base);
        self.window.get(offset as usize).map_or(0, |index| self.look_ahead(*index))
    }

    /// The level next worse than `index`.
    pub fn next_worse(&self, index: LevelIndex) -> LevelIndex {
        self.below(self.level(index).price * self.sign)
    }

    /// The level at `price`, made when it is missing.
    #[inline]
    pub fn find_or_insert(&mut self, price: Price) -> LevelIndex {
        match self.find(price) {
            Some(index) => index,
            None => self.insert(price),
        }
    }

    fn insert(&mut self, price: Price) -> LevelIndex {
        let key = price * self.sign;
        if self.window.is_empty() {
            self.window = vec![NONE; WINDOW as usize];
            self.base = key - (WINDOW - HEADROOM);
        }
        if self.offset(key).is_none() {
            self.misses += 1;
            if self.misses > MISSES_MIN + self.window_levels {
                self.lay_window();
            }
        }
        let level = Level { price, quantity: 0, head: NONE, tail: NONE, orders: 0 };
        let index = match self.free.pop() {
            Some(index) => {
                self.levels[index as usize] = level;
                index
            }
            None => {
                self.levels.push(level);
                (self.levels.len() - 1) as u32
            }
        };
        self.put(key, index);
        if key > self.best_key {
            (self.best, self.best_key) = (index, key);
        }
        index
    }

    /// Removes an empty level.
    #[inline]
    pub fn remove(&mut self, index: LevelIndex) {
        let key = self.level(index).price * self.sign;
        match self.offset(key) {
            Some(offset) => self.clear(offset),
            None => self.far.remove(key),
        }
        self.free.push(index);
        if self.best == index {
            self.best = self.below(key);
            self.best_key = match self.best {
                NONE => i64::MIN,
                best => self.level(best).price * self.sign,
            };
        }
    }

    #[inline]
    fn offset(&self, key: i64) -> Option<usize> {
        // A key below the base wraps to far behind the window, which is empty at first.
        let offset = key.wrapping_sub(self.base) as usize;
        (offset < self.window.len()).then_some(offset)
    }

    fn put(&mut self, key: i64, index: LevelIndex) {
        match self.offset(key) {
            Some(offset) => {
                self.window[offset] = index;
                self.words[offset / 64] |= 1 << (offset % 64);
                self.summary[offset / 4096] |= 1 << (offset / 64 % 64);
                self.window_levels += 1;
            }
            None => self.far.insert(key, index),
        }
    }

    #[inline]
    fn clear(&mut self, offset: usize) {
        self.window[offset] = NONE;
        self.window_levels -= 1;
        self.words[offset / 64] &= !(1 << (offset % 64));
        if self.words[offset / 64] == 0 {
            self.summary[offset / 4096] &= !(1 << (offset / 64 % 64));
        }
    }

    /// Best level with a key below `key`.
    #[inline]
    fn below(&self, key: i64) -> LevelIndex {
        let near = self.window_below(key);
        if self.far.len() == 0 {
            return near.map_or(NONE, |offset| self.window[offset]);
        }
        match (near, self.far.below(key)) {
            (Some(offset), Some((far, level))) => {
                if self.base + offset as i64 > far {
                    self.window[offset]
                } else {
                    level
                }
            }
            (Some(offset), None) => self.window[offset],
            (None, Some((_, level))) => level,
            (None, None) => NONE,
        }
    }

    /// Highest occupied offset of the window below `key`.
    #[inline]
    fn window_below(&self, key: i64) -> Option<usize> {
        let end = key.saturating_sub(self.base).clamp(0, WINDOW) as usize;
        if end == 0 || self.window_levels == 0 {
            return None;
        }
        let mut word = (end - 1) / 64;
        let kept = u64::MAX >> (63 - (end - 1) % 64);
        let bits = self.words[word] & kept;
        if bits != 0 {
            return Some(word * 64 + 63 - bits.leading_zeros() as usize);
        }
        let mut block = word / 64;
        let mut bits = self.summary[block] & ((1_u64 << (word % 64)) - 1);
        while bits == 0 {
            block = block.checked_sub(1)?;
            bits = self.summary[block];
        }
        word = block * 64 + 63 - bits.leading_zeros() as usize;
        Some(word * 64 + 63 - self.words[word].leading_zeros() as usize)
    }

    /// Lays the window around the best price. Its cost, one step per level moved, was paid for by
    /// the far accesses counted since the last time.
    #[cold]
    fn lay_window(&mut self) {
        self.misses = 0;
        let best = match self.best {
            NONE => return,
            index => self.level(index).price * self.sign,
        };
        let base = best - (WINDOW - HEADROOM);
        if (base - self.base).abs() < HEADROOM / 2 {
            return;
        }
        while let Some(offset) = self.window_below(i64::MAX) {
            let index = self.window[offset];
            self.clear(offset);
            self.far.insert(self.base + offset as i64, index);
        }
        self.base = base;
        while let Some((key, index)) = self.far.below(base + WINDOW) {
            if key < base {
                break;
            }
            self.far.remove(key);
            self.put(key, index);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn check_against_model(is_bid: bool, spread: i64, seed: u64) {
        let mut state = seed;
        let mut ladder = Ladder::new(is_bid);
        let mut model: BTreeMap<i64, LevelIndex> = BTreeMap::new();
        let sign = if is_bid { 1 } else { -1 };
        for step in 0..12_000_i64 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_041);
            let drift = step * 9;
            let price = 1 + drift + ((state >> 33) as i64) % spread;
            match model.remove(&(price * sign)) {
                Some(index) => ladder.remove(index),
                None => {
                    let index = ladder.find_or_insert(price);
                    model.insert(price * sign, index);
                }
            }
            let best = model.iter().next_back().map_or(NONE, |(_, index)| *index);
            assert_eq!(ladder.best(), best, "seed={seed} step={step}");
            assert_eq!(ladder.len(), model.len());
            if let Some((key, index)) = model.iter().nth(model.len() / 2) {
                let worse = model.range(..key).next_back().map_or(NONE, |(_, index)| *index);
                assert_eq!(ladder.next_worse(*index), worse, "seed={seed} step={step}");
                assert_eq!(ladder.find(key * sign), Some(*index));
            }
        }
    }

    #[test]
    fn agrees_with_an_ordered_map_for_narrow_and_wide_prices() {
        for (spread, seed) in [(300, 1), (40_000, 2), (5_000_000, 3)] {
            check_against_model(true, spread, seed);
            check_against_model(false, spread, seed);
        }
    }
}
