//! One number that stands for what a bench computed, so that two runs can be told equal.

/// FNV-1a with 64-bit words in the place of bytes, and a rotation so that high bits
/// reach low ones. Source: Fowler, Noll, Vo.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ResultHash(u64);

impl Default for ResultHash {
    fn default() -> ResultHash {
        ResultHash(0xcbf2_9ce4_8422_2325)
    }
}

impl ResultHash {
    /// Adds one word.
    pub fn add(&mut self, word: u64) {
        self.0 = (self.0 ^ word).wrapping_mul(0x0100_0000_01b3).rotate_left(29);
    }

    /// The hash so far.
    #[must_use]
    pub fn value(self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn depends_on_every_word_and_their_order() {
        let hash = |words: &[u64]| {
            let mut hash = ResultHash::default();
            words.iter().for_each(|word| hash.add(*word));
            hash.value()
        };
        assert_eq!(hash(&[1, 2]), hash(&[1, 2]));
        assert_ne!(hash(&[1, 2]), hash(&[2, 1]));
        assert_ne!(hash(&[1]), hash(&[1, 0]));
    }
}
