//! The reply gate: transactions wait here until their command is durable (`rules.md` 5.4).
//!
//! They leave whole, in sequence order, as the bytes the engine wrote.

use engine::change::ChangeWriter;

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

/// Transactions in the order of their sequences, where the engine wrote them. The core admits no
/// command above its bound.
#[derive(Default)]
pub struct Pending {
    changes: ChangeWriter,
    /// Words at the front that have left.
    start: usize,
}

impl Pending {
    /// Room for `words` words at first.
    pub fn with_capacity(words: usize) -> Pending {
        Pending { changes: ChangeWriter::with_capacity(words), start: 0 }
    }

    /// Where the engine writes the next transactions: whole ones, behind those that wait.
    #[inline]
    pub fn writer(&mut self) -> &mut ChangeWriter {
        &mut self.changes
    }

    fn words(&self) -> &[u64] {
        &self.changes.words()[self.start..]
    }

    /// Bytes that wait.
    #[must_use]
    #[inline]
    pub fn bytes(&self) -> usize {
        size_of_val(self.words())
    }

    /// Moves the transactions up to `last_sequence` that fit into `out`.
    pub fn release(&mut self, last_sequence: u64, out: &mut [u8]) -> Released {
        let mut released = Released::default();
        let (waiting, mut words) = (self.words(), 0);
        // A transaction begins with its length in words (low half) and its sequence.
        while let [head, sequence, ..] = waiting[words..] {
            if sequence > last_sequence {
                break;
            }
            let next = words + (head as u32) as usize;
            if next * WORD_BYTES > out.len() {
                released.more = true;
                released.needed_bytes = if words == 0 { next * WORD_BYTES } else { 0 };
                break;
            }
            words = next;
        }
        released.bytes = words * WORD_BYTES;
        out[..released.bytes].copy_from_slice(words_to_bytes(&waiting[..words]));
        self.start += words;
        self.use_again();
        released
    }

    /// Gives the words that have left back to the writer, once they are as many as those that wait:
    /// each that is moved pays for one that left.
    fn use_again(&mut self) {
        if self.start >= self.words().len() {
            self.changes.drop_front(self.start);
            self.start = 0;
        }
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
        pending.writer().extend(&transaction(1, 6));
        pending.writer().extend(&transaction(2, 6));
        assert_eq!(pending.release(0, &mut out), Released::default());
        let released = pending.release(1, &mut out);
        assert_eq!((released.bytes, released.more), (48, false));
        assert_eq!((sequences(&out[..48]), pending.bytes()), (vec![1], 48));
    }

    #[test]
    fn only_whole_transactions_leave_and_a_large_one_says_its_size() {
        let (mut pending, mut out) = (Pending::default(), [0; 100]);
        pending.writer().extend(&transaction(1, 6));
        pending.writer().extend(&transaction(2, 20));
        let first = pending.release(2, &mut out);
        assert_eq!(first, Released { bytes: 48, more: true, needed_bytes: 0 });
        let second = pending.release(2, &mut out);
        assert_eq!(second, Released { bytes: 0, more: true, needed_bytes: 160 });
        let mut large = [0; 160];
        let third = pending.release(2, &mut large);
        assert_eq!(third, Released { bytes: 160, more: false, needed_bytes: 0 });
    }

    #[test]
    fn order_and_content_survive_that_room_is_used_again() {
        let (mut pending, mut out) = (Pending::default(), [0; 200]);
        let (mut pushed, mut seen) = (0, Vec::new());
        while pushed < 500 {
            for _ in 0..3 {
                pushed += 1;
                pending.writer().extend(&transaction(pushed, 6 + pushed % 9));
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
