//! The pseudo-random numbers of Java's `java.util.Random`, from its documented recurrence.

/// Multiplier of the 48-bit linear congruence. Source: class documentation of `java.util.Random`.
const MULTIPLIER: u64 = 0x5_DEEC_E66D;
/// Increment of the same.
const INCREMENT: u64 = 0xB;
/// The state has 48 bits.
const STATE_MASK: u64 = (1 << 48) - 1;

/// One sequence of pseudo-random numbers.
pub struct JavaRandom(u64);

impl JavaRandom {
    /// Starts the sequence of `seed`.
    #[must_use]
    pub fn new(seed: i64) -> JavaRandom {
        JavaRandom((seed as u64 ^ MULTIPLIER) & STATE_MASK)
    }

    /// The next `bits` bits, 1 to 31.
    #[inline]
    fn next(&mut self, bits: u32) -> u32 {
        self.0 = self.0.wrapping_mul(MULTIPLIER).wrapping_add(INCREMENT) & STATE_MASK;
        (self.0 >> (48 - bits)) as u32
    }

    /// Uniform from 0 to `bound` − 1; `bound` is 1 to 2^31 − 1.
    ///
    /// A power of two takes the high bits; any other bound takes the remainder and draws again when
    /// the draw lies in the last, incomplete run of `bound` values.
    #[inline]
    pub fn int_below(&mut self, bound: u32) -> u32 {
        debug_assert!((1..1 << 31).contains(&bound));
        if bound.is_power_of_two() {
            return ((u64::from(bound) * u64::from(self.next(31))) >> 31) as u32;
        }
        loop {
            let draw = self.next(31);
            let value = draw % bound;
            if draw - value <= (1 << 31) - bound {
                return value;
            }
        }
    }

    /// Uniform from 0 to 1, 53 bits.
    pub fn unit(&mut self) -> f64 {
        let high = u64::from(self.next(26));
        let low = u64::from(self.next(27));
        ((high << 27) + low) as f64 / (1_u64 << 53) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Values printed by a Java 17 runtime; the second seed and bound draw again every third time.
    #[test]
    fn matches_the_java_runtime() {
        let mut random = JavaRandom::new(42);
        let drawn: Vec<u32> = (0..5).map(|_| random.int_below(1000)).collect();
        assert_eq!(drawn, [130, 763, 248, 884, 970]);
        assert_eq!(random.int_below(4), 3);
        assert_eq!(random.unit().to_bits(), 4_598_663_022_256_506_966);

        let mut random = JavaRandom::new(-1500);
        let sum = (0..1_000_000).fold(0_u64, |sum, _| {
            sum.wrapping_mul(31).wrapping_add(u64::from(random.int_below(1_431_655_765)))
        });
        assert_eq!(sum, 5_284_334_270_437_640_144);
    }
}
