//! The recent numbered frames of one session, one behind the other.

use crate::frame::LENGTH_BYTES;

/// Bytes that a half takes at first.
const HALF_BYTES_MIN: usize = 2 << 10;

/// Frames in two halves: when the newer is full the older is forgotten and they change places, so
/// that nothing is moved. Bounds: `half_bytes_max` each.
pub struct Ring {
    older: Vec<u8>,
    newer: Vec<u8>,
    half_bytes_max: usize,
    /// Number of the first frame of each half; of the next one when it has none.
    older_number: u64,
    newer_number: u64,
    next_number: u64,
}

impl Ring {
    pub fn new(bytes_max: usize, next_number: u64) -> Ring {
        Ring {
            older: Vec::new(),
            newer: Vec::new(),
            half_bytes_max: bytes_max / 2,
            older_number: next_number,
            newer_number: next_number,
            next_number,
        }
    }

    pub fn first_number(&self) -> u64 {
        self.older_number
    }

    /// Cost: no allocation once it has its size.
    #[inline]
    pub fn push(&mut self, frame: &[u8]) {
        if self.newer.len() + frame.len() > self.newer.capacity() {
            self.make_room(frame.len());
        }
        self.newer.extend_from_slice(frame);
        self.next_number += 1;
    }

    #[cold]
    fn make_room(&mut self, more: usize) {
        let doubled = (self.newer.capacity() * 2).max(HALF_BYTES_MIN);
        let wanted = doubled.min(self.half_bytes_max);
        if wanted >= self.newer.len() + more {
            self.newer.reserve_exact(wanted - self.newer.len());
            return;
        }
        std::mem::swap(&mut self.older, &mut self.newer);
        self.older_number = self.newer_number;
        self.newer_number = self.next_number;
        self.newer.clear();
        self.newer.reserve_exact(self.older.capacity().max(more));
    }

    /// The frames from `number` on, in two parts, if they are still there.
    pub fn from(&self, number: u64) -> Option<[&[u8]; 2]> {
        if number < self.older_number || number > self.next_number {
            return None;
        }
        if number < self.newer_number {
            return Some([skip(&self.older, number - self.older_number), &self.newer]);
        }
        Some([skip(&self.newer, number - self.newer_number), &[]])
    }
}

/// What stands behind so many frames.
fn skip(mut frames: &[u8], count: u64) -> &[u8] {
    for _ in 0..count {
        let prefix = frames.first_chunk().expect("a ring holds whole frames");
        frames = &frames[LENGTH_BYTES + u32::from_le_bytes(*prefix) as usize..];
    }
    frames
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
            assert!(ring.newer.capacity() <= 4 << 10 && ring.older.capacity() <= 4 << 10);
            let first = ring.first_number();
            assert_eq!(ring.from(first - 1), None);
            assert_eq!(ring.from(number + 2), None);
            if number % 97 > 0 {
                continue;
            }
            for from in [first, (first + number) / 2, number] {
                let expected: Vec<u8> = (from..=number).flat_map(frame).collect();
                let found = ring.from(from).expect("it is there");
                assert_eq!(found.concat(), expected, "{from} of {number}");
            }
            assert_eq!(ring.from(number + 1), Some([&[][..]; 2]));
        }
        // 8 bytes each: between half and all of the bound.
        let kept = 5_001 - ring.first_number();
        assert!((512..=1_024).contains(&kept), "{kept} are kept");
    }

    #[test]
    fn an_empty_one_has_the_next_number() {
        let ring = Ring::new(1 << 20, 7);
        assert_eq!(ring.from(7), Some([&[][..]; 2]));
        assert_eq!((ring.from(6), ring.from(8)), (None, None));
    }
}
