//! Which places of a long array are taken: a bit each, and a bit for every word that has one.

/// Bits of `words` and, for each of those that is not 0, a bit of `summary`.
#[derive(Default)]
pub struct Occupancy {
    words: Vec<u64>,
    summary: Vec<u64>,
}

impl Occupancy {
    /// `length` free places, a multiple of 4,096. Keeps what it has allocated.
    pub fn clear(&mut self, length: usize) {
        debug_assert!(length.is_multiple_of(4_096));
        self.words.clear();
        self.words.resize(length / 64, 0);
        self.summary.clear();
        self.summary.resize(length / 4_096, 0);
    }

    #[inline]
    pub fn set(&mut self, place: usize) {
        self.words[place / 64] |= 1 << (place % 64);
        self.summary[place / 4_096] |= 1 << (place / 64 % 64);
    }

    #[inline]
    pub fn unset(&mut self, place: usize) {
        let word = &mut self.words[place / 64];
        *word &= !(1 << (place % 64));
        if *word == 0 {
            self.summary[place / 4_096] &= !(1 << (place / 64 % 64));
        }
    }

    /// The last place taken before `end`, which is at most the length.
    ///
    /// Cost: two words near the last one taken, and one per 4,096 free places between.
    #[inline]
    pub fn last_before(&self, end: usize) -> Option<usize> {
        let last = end.checked_sub(1)?;
        let mut word = last / 64;
        let bits = self.words[word] & (u64::MAX >> (63 - last % 64));
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
}
