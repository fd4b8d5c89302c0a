//! The reply gate: transactions wait here until their command is durable (`rules.md` 5.4).
//!
//! They leave whole, in sequence order, as the bytes the engine wrote.

use std::collections::VecDeque;

use crate::record::words_to_bytes;

const WORD_BYTES: usize = 8;

/// What was handed out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Released {
    /// Bytes written to the caller's buffer: whole transactions.
    pub bytes: usize,
    /// Whether another transaction could leave now but did not fit.
    pub more: bool,
    /// Size of the next one when even an empty buffer of this size is too small for it, else 0.
    pub needed_bytes: usize,
}

/// Transactions in the order of their sequences. The core admits no command above its bound.
#[derive(Default)]
pub struct Pending {
    words: VecDeque<u64>,
}

impl Pending {
    /// Adds whole transactions.
    pub fn push(&mut self, transactions: &[u64]) {
        self.words.extend(transactions);
    }

    /// Bytes that wait.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.words.len() * WORD_BYTES
    }

    /// Moves the transactions up to `last_sequence` that fit into `out`.
    pub fn release(&mut self, last_sequence: u64, out: &mut [u8]) -> Released {
        let mut released = Released::default();
        let mut words = 0;
        // A transaction begins with its length in words (low half) and its sequence.
        while let (Some(head), Some(sequence)) = (self.words.get(words), self.words.get(words + 1))
        {
            if *sequence > last_sequence {
                break;
            }
            let next = words + (*head as u32) as usize;
            if next * WORD_BYTES > out.len() {
                released.more = true;
                released.needed_bytes = if words == 0 { next * WORD_BYTES } else { 0 };
                break;
            }
            words = next;
        }
        self.copy_out(words, out);
        released.bytes = words * WORD_BYTES;
        released
    }

    fn copy_out(&mut self, words: usize, out: &mut [u8]) {
        let (front, back) = self.words.as_slices();
        let from_front = words.min(front.len());
        let split = from_front * WORD_BYTES;
        out[..split].copy_from_slice(words_to_bytes(&front[..from_front]));
        let from_back = &back[..words - from_front];
        out[split..words * WORD_BYTES].copy_from_slice(words_to_bytes(from_back));
        self.words.drain(..words);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn transaction(sequence: u64, words: u64) -> Vec<u64> {
        let mut transaction = vec![sequence * 100; words as usize];
        transaction[0] = words | 7 << 32;
        transaction[1] = sequence;
        transaction
    }

    fn sequences(out: &[u8]) -> Vec<u64> {
        let (words, _) = out.as_chunks::<8>();
        let words: Vec<u64> = words.iter().map(|word| u64::from_le_bytes(*word)).collect();
        let (mut at, mut found) = (0, Vec::new());
        while at < words.len() {
            found.push(words[at + 1]);
            at += (words[at] as u32) as usize;
        }
        found
    }

    #[test]
    fn nothing_leaves_before_its_sequence_is_durable() {
        let (mut pending, mut out) = (Pending::default(), [0; 1024]);
        pending.push(&transaction(1, 6));
        pending.push(&transaction(2, 6));
        assert_eq!(pending.release(0, &mut out), Released::default());
        let released = pending.release(1, &mut out);
        assert_eq!((released.bytes, released.more), (48, false));
        assert_eq!((sequences(&out[..48]), pending.bytes()), (vec![1], 48));
    }

    #[test]
    fn only_whole_transactions_leave_and_a_large_one_says_its_size() {
        let (mut pending, mut out) = (Pending::default(), [0; 100]);
        pending.push(&transaction(1, 6));
        pending.push(&transaction(2, 20));
        let first = pending.release(2, &mut out);
        assert_eq!(first, Released { bytes: 48, more: true, needed_bytes: 0 });
        let second = pending.release(2, &mut out);
        assert_eq!(second, Released { bytes: 0, more: true, needed_bytes: 160 });
        let mut large = [0; 160];
        let third = pending.release(2, &mut large);
        assert_eq!(third, Released { bytes: 160, more: false, needed_bytes: 0 });
    }

    #[test]
    fn order_and_content_survive_the_turn_of_the_ring() {
        let (mut pending, mut out) = (Pending::default(), [0; 200]);
        let (mut pushed, mut seen) = (0, Vec::new());
        while pushed < 500 {
            for _ in 0..3 {
                pushed += 1;
                pending.push(&transaction(pushed, 6 + pushed % 9));
            }
            loop {
                let released = pending.release(pushed, &mut out);
                seen.extend(sequences(&out[..released.bytes]));
                if !released.more {
                    break;
                }
            }
        }
        assert_eq!(seen, (1..=pushed).collect::<Vec<u64>>());
        assert_eq!(pending.bytes(), 0);
    }
}
