//! The recent numbered frames of one session, one behind the other.

use crate::frame::LENGTH_BYTES;

/// Bytes that a ring takes at first.
const BYTES_MIN: usize = 4 << 10;

/// Bounds: `bytes_max`. When it is full the older half goes.
pub struct Ring {
    bytes: Vec<u8>,
    bytes_max: usize,
    /// Number of the first frame; of the next one when there is none.
    first_number: u64,
}

impl Ring {
    pub fn new(bytes_max: usize, next_number: u64) -> Ring {
        Ring { bytes: Vec::new(), bytes_max, first_number: next_number }
    }

    pub fn first_number(&self) -> u64 {
        self.first_number
    }

    /// Cost: no allocation once it has its size.
    #[inline]
    pub fn push(&mut self, frame: &[u8]) {
        if self.bytes.len() + frame.len() > self.bytes.capacity() {
            self.make_room(frame.len());
        }
        self.bytes.extend_from_slice(frame);
    }

    #[cold]
    fn make_room(&mut self, more: usize) {
        let wanted = (self.bytes.capacity() * 2).max(BYTES_MIN).min(self.bytes_max);
        if wanted >= self.bytes.len() + more {
            self.bytes.reserve_exact(wanted - self.bytes.len());
            return;
        }
        let (mut start, target) = (0, self.bytes.len() / 2);
        while start < target {
            start += frame_bytes(&self.bytes[start..]);
            self.first_number += 1;
        }
        self.bytes.copy_within(start.., 0);
        self.bytes.truncate(self.bytes.len() - start);
    }

    /// The frames from `number` on, if they are still there.
    pub fn from(&self, number: u64) -> Option<&[u8]> {
        let skipped = number.checked_sub(self.first_number)?;
        let mut start = 0;
        for _ in 0..skipped {
            if start == self.bytes.len() {
                return None;
            }
            start += frame_bytes(&self.bytes[start..]);
        }
        Some(&self.bytes[start..])
    }
}

/// Bytes of the first frame, with its length.
fn frame_bytes(bytes: &[u8]) -> usize {
    let prefix = bytes.first_chunk().expect("a ring holds whole frames");
    LENGTH_BYTES + u32::from_le_bytes(*prefix) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(number: u64) -> Vec<u8> {
        let text = number.to_string();
        [&(text.len() as u32).to_le_bytes()[..], text.as_bytes()].concat()
    }

    #[test]
    fn gives_everything_from_a_number_that_it_still_has() {
        let mut ring = Ring::new(8 << 10, 1);
        for number in 1..=5_000 {
            ring.push(&frame(number));
            assert!(ring.bytes.capacity() <= 8 << 10, "at {number}");
            let first = ring.first_number();
            for from in [first, (first + number) / 2, number] {
                let expected: Vec<u8> = (from..=number).flat_map(frame).collect();
                assert_eq!(ring.from(from), Some(&expected[..]), "{from} of {number}");
            }
            assert_eq!(ring.from(number + 1), Some(&[][..]));
            assert_eq!(ring.from(number + 2), None);
            assert_eq!(ring.from(first.wrapping_sub(1)), None);
        }
        // 8 bytes each: between half and all of the bound.
        let kept = 5_001 - ring.first_number();
        assert!((512..=1_024).contains(&kept), "{kept} are kept");
    }

    #[test]
    fn an_empty_one_has_the_next_number() {
        let ring = Ring::new(1 << 20, 7);
        assert_eq!(ring.from(7), Some(&[][..]));
        assert_eq!((ring.from(6), ring.from(8)), (None, None));
    }
}
