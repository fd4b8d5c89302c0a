//! The price levels of one side of a book: an array with a bitmap around and behind the touch, an
//! ordered map for the rest.
//!
//! Prices are *keys* here, and a higher key is better: a bid's key is its price, an ask's is minus
//! its price. A place of the array holds the levels of one tick, or of 2, 4, 8… ticks where prices
//! lie far apart. Where the array lies and how fine it is never shows in state, changes or hash.

use std::hint::select_unpredictable;

use crate::far_levels::FarLevels;
use crate::fetch::Fetch;
use crate::occupancy::Occupancy;
use crate::units::{Price, Quantity, TICKS_MAX};

/// Position in the side's level slab.
pub type LevelIndex = u32;
/// Position in the book's order slab.
pub type OrderIndex = u32;
/// Ends a list.
pub const NONE: u32 = u32::MAX;

/// Fewest places of the array: 64 KiB of indexes a side. More leave the cache, fewer send ordinary
/// prices to the far map.
const PLACES_MIN: usize = 16_384;
/// Most places: two each for half a million levels; more levels share places.
const PLACES_MAX: usize = 1 << 20;
/// The part of the array kept above the touch when it is laid anew is one in this many.
const HEADROOM_PART: i64 = 4;
/// Levels in one place, which are walked; further ones go to the far map.
const CHAIN_MAX: u32 = 8;
/// Far accesses that are always tolerated before the array is laid anew.
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
    /// Next worse level in the same place of the array.
    worse: LevelIndex,
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
    /// Best level of each place.
    window: Vec<LevelIndex>,
    taken: Occupancy,
    /// Lowest key of the first place.
    base: i64,
    /// A place holds 2^shift keys.
    shift: u32,
    window_levels: u32,
    /// Whether a full place has sent a level to the far map since the array was laid.
    overflows: bool,
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
            window: Vec::new(),
            taken: Occupancy::default(),
            base: 0,
            shift: 0,
            window_levels: 0,
            overflows: false,
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
        let Some(place) = self.place(key) else { return self.far.get(key) };
        let index = self.window[place];
        // One level a place, and nothing of the window's span is far.
        if self.shift == 0 && index != NONE {
            return Some(index);
        }
        let index = self.at_or_below(index, key);
        if index != NONE && self.key(index) == key {
            return Some(index);
        }
        if self.overflows { self.far.get(key) } else { None }
    }

    #[inline]
    fn key(&self, index: LevelIndex) -> i64 {
        self.level(index).price * self.sign
    }

    /// The first level of a chain whose key is `key` or lower.
    #[inline]
    fn at_or_below(&self, mut index: LevelIndex, key: i64) -> LevelIndex {
        while index != NONE && self.key(index) > key {
            index = self.level(index).worse;
        }
        index
    }

    /// Fetches a level that an order may leave and, in an array too large to stay in the cache, its
    /// place there.
    #[inline]
    pub fn fetch_from(&self, index: LevelIndex, price: Price, fetch: impl Fetch) {
        if self.shift != 0 {
            self.fetch_at(price, fetch);
        }
        fetch.line_if(self.levels.get(index as usize));
    }

    /// Reads the place of `price` in the array and fetches its level; the ordered map is not looked
    /// at.
    #[inline]
    pub fn fetch_at(&self, price: Price, fetch: impl Fetch) {
        // What there is not fetches the first of its kind: cheaper than asking.
        let place = self.place_of(price.wrapping_mul(self.sign));
        let place = select_unpredictable(place < self.window.len(), place, 0);
        let Some(index) = self.window.get(place) else { return };
        let index = select_unpredictable(*index == NONE, 0, *index);
        fetch.line_if(self.levels.get(index as usize));
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
            self.lay(PLACES_MIN, 0, key);
        }
        let places = self.window.len();
        let is_crowded = 2 * self.window_levels as usize > places && places < PLACES_MAX;
        if is_crowded || self.misses > MISSES_MIN + self.window_levels {
            self.lay_anew();
        }
        let (head, tail, worse) = (NONE, NONE, NONE);
        let level = Level { price, quantity: 0, head, tail, orders: 0, worse };
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
        let key = self.key(index);
        let is_near = self.place(key).is_some_and(|place| self.take(place, index));
        if !is_near {
            self.far.remove(key);
        }
        self.free.push(index);
        if self.best == index {
            self.best = self.below(key);
            self.best_key = match self.best {
                NONE => i64::MIN,
                best => self.key(best),
            };
        }
    }

    /// Place of a key in the array, when it is within.
    #[inline]
    fn place(&self, key: i64) -> Option<usize> {
        let place = self.place_of(key);
        (place < self.window.len()).then_some(place)
    }

    /// Place of a key in an array without an end.
    #[inline]
    fn place_of(&self, key: i64) -> usize {
        // A key below the base wraps to far behind the array, which is empty at first.
        (key.wrapping_sub(self.base) as u64 >> self.shift) as usize
    }

    /// Puts a level into the array, or into the far map: outside, or where a place is full.
    #[inline]
    fn put(&mut self, key: i64, index: LevelIndex) {
        match self.place(key) {
            Some(place) if self.window[place] == NONE => {
                self.window[place] = index;
                self.taken.set(place);
                self.window_levels += 1;
            }
            Some(place) if self.chain(place, key, index) => self.window_levels += 1,
            _ => {
                self.misses += 1;
                self.far.insert(key, index);
            }
        }
    }

    /// Adds a level to the others of its place, unless those are too many.
    fn chain(&mut self, place: usize, key: i64, index: LevelIndex) -> bool {
        let (mut before, mut at, mut length) = (NONE, self.window[place], 0);
        while at != NONE {
            if self.key(at) > key {
                before = at;
            }
            at = self.level(at).worse;
            length += 1;
        }
        if length >= CHAIN_MAX {
            self.overflows = true;
            return false;
        }
        let link = match before {
            NONE => &mut self.window[place],
            before => &mut self.levels[before as usize].worse,
        };
        let worse = std::mem::replace(link, index);
        self.levels[index as usize].worse = worse;
        true
    }

    /// Takes a level out of a place; false when it is not there.
    #[inline]
    fn take(&mut self, place: usize, index: LevelIndex) -> bool {
        let worse = self.level(index).worse;
        if self.window[place] == index {
            self.window[place] = worse;
            if worse == NONE {
                self.taken.unset(place);
            }
        } else if !self.unchain(place, index, worse) {
            return false;
        }
        self.window_levels -= 1;
        true
    }

    fn unchain(&mut self, place: usize, index: LevelIndex, worse: LevelIndex) -> bool {
        let mut before = self.window[place];
        while before != NONE {
            let link = &mut self.levels[before as usize].worse;
            if *link == index {
                *link = worse;
                return true;
            }
            before = *link;
        }
        false
    }

    /// Best level with a key below `key`.
    #[inline]
    fn below(&self, key: i64) -> LevelIndex {
        let near = self.near_below(key);
        let Some(far_best) = self.far.last_key() else { return near };
        if near != NONE && far_best < self.key(near) {
            return near;
        }
        match self.far.below(key) {
            Some((far, level)) if near == NONE || far > self.key(near) => level,
            _ => near,
        }
    }

    /// Best level of the array with a key below `key`.
    #[inline]
    fn near_below(&self, key: i64) -> LevelIndex {
        let end = match self.place(key) {
            Some(place) => {
                let same = self.at_or_below(self.window[place], key - 1);
                if same != NONE {
                    return same;
                }
                place
            }
            None if key < self.base => 0,
            None => self.window.len(),
        };
        self.taken.last_before(end).map_or(NONE, |place| self.window[place])
    }

    /// Lays the array so that nearly all levels are in it, a few places each.
    ///
    /// Cost: two steps per level, paid for by the far accesses counted since the last time, or by
    /// as many new levels.
    #[cold]
    fn lay_anew(&mut self) {
        self.misses = 0;
        if self.best == NONE {
            return;
        }
        let levels = self.window_levels as usize + self.far.len();
        let places = (2 * levels).next_power_of_two().clamp(PLACES_MIN, PLACES_MAX);
        let below_touch = places as i64 - places as i64 / HEADROOM_PART;
        // How many levels need each shift to lie within.
        let mut needed = [0_usize; 64];
        for level in self.levels.iter().filter(|level| level.orders > 0) {
            let distance = (self.best_key - level.price * self.sign) / below_touch;
            needed[(64 - distance.leading_zeros()) as usize] += 1;
        }
        let mut within = 0;
        let shift = needed.iter().position(|count| {
            within += count;
            within >= levels - levels / 32
        });
        let shift = shift.unwrap_or(0) as u32;
        let moved = (self.best_key - (below_touch << shift)).abs_diff(self.base) >> shift;
        let is_near = moved < (places as u64 / HEADROOM_PART as u64) / 2;
        if is_near && (shift, places) == (self.shift, self.window.len()) {
            return;
        }
        self.lay(places, shift, self.best_key);
        for index in 0..self.levels.len() as u32 {
            if self.level(index).orders > 0 {
                self.levels[index as usize].worse = NONE;
                self.put(self.key(index), index);
            }
        }
        self.misses = 0;
    }

    /// An empty array of so many places, with `best` a quarter below its upper end.
    fn lay(&mut self, places: usize, shift: u32, best: i64) {
        let below_touch = places as i64 - places as i64 / HEADROOM_PART;
        self.base = best - (below_touch << shift);
        self.shift = shift;
        self.window.clear();
        self.window.resize(places, NONE);
        self.taken.clear(places);
        self.window_levels = 0;
        self.overflows = false;
        self.far.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    /// Every other price lies within `spread` ticks, the others within `cluster`.
    fn check_against_model(is_bid: bool, spread: i64, cluster: i64, seed: u64) -> bool {
        let mut state = seed;
        let mut ladder = Ladder::new(is_bid);
        let mut model: BTreeMap<i64, LevelIndex> = BTreeMap::new();
        let sign = if is_bid { 1 } else { -1 };
        for step in 0..12_000_i64 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_041);
            let drift = step * 9;
            let among = if step % 2 == 0 { spread } else { cluster };
            let price = 1 + drift + ((state >> 33) as i64) % among;
            match model.remove(&(price * sign)) {
                Some(index) => {
                    ladder.level_mut(index, -1).orders = 0;
                    ladder.remove(index);
                }
                None => {
                    let index = ladder.find_or_insert(price);
                    ladder.level_mut(index, 1).orders = 1;
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
            assert_eq!(ladder.find(price).is_some(), model.contains_key(&(price * sign)));
        }
        ladder.shift > 0
    }

    #[test]
    fn agrees_with_an_ordered_map_for_narrow_and_wide_prices() {
        let cases = [
            (300, 300, 1),
            (40_000, 40_000, 2),
            (5_000_000, 5_000_000, 3),
            (5_000_000, 3_000, 4),
            (TICKS_MAX / 2, 100, 5),
        ];
        for (spread, cluster, seed) in cases {
            for is_bid in [true, false] {
                let is_coarse = check_against_model(is_bid, spread, cluster, seed);
                assert!(is_coarse || spread < 1_000_000, "seed={seed}");
            }
        }
    }
}
