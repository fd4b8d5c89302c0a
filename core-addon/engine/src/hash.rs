//! Two hashes: a keyed one for ids that strangers choose, and a fast one for the state hash.

/// SipHash-1-3 with a 128-bit result, keyed. Source: Aumasson and Bernstein, "SipHash: a fast
/// short-input PRF" (2012); the 128-bit variant of the authors' reference.
///
/// Cost: about 1 ns a word.
#[must_use]
pub fn keyed_hash(key: [u64; 2], bytes: &[u8]) -> u128 {
    let mut state = Sip::new(key);
    let mut chunks = bytes.chunks_exact(8);
    for chunk in &mut chunks {
        let mut word = [0; 8];
        word.copy_from_slice(chunk);
        state.absorb(u64::from_le_bytes(word));
    }
    let rest = chunks.remainder();
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    state.absorb(u64::from_le_bytes(last) | (bytes.len() as u64) << 56);
    state.finish()
}

/// `keyed_hash` of whole words.
#[must_use]
pub fn keyed_hash_words(key: [u64; 2], words: &[u64]) -> u128 {
    let mut state = Sip::new(key);
    for word in words {
        state.absorb(*word);
    }
    state.absorb((words.len() as u64 * 8) << 56);
    state.finish()
}

struct Sip([u64; 4]);

impl Sip {
    fn new(key: [u64; 2]) -> Sip {
        Sip([
            key[0] ^ 0x736f_6d65_7073_6575,
            key[1] ^ 0x646f_7261_6e64_6f6d ^ 0xee,
            key[0] ^ 0x6c79_6765_6e65_7261,
            key[1] ^ 0x7465_6462_7974_6573,
        ])
    }

    #[inline]
    fn round(&mut self) {
        let [mut a, mut b, mut c, mut d] = self.0;
        a = a.wrapping_add(b);
        c = c.wrapping_add(d);
        b = b.rotate_left(13) ^ a;
        d = d.rotate_left(16) ^ c;
        a = a.rotate_left(32).wrapping_add(d);
        c = c.wrapping_add(b);
        b = b.rotate_left(17) ^ c;
        d = d.rotate_left(21) ^ a;
        c = c.rotate_left(32);
        self.0 = [a, b, c, d];
    }

    #[inline]
    fn absorb(&mut self, word: u64) {
        self.0[3] ^= word;
        self.round();
        self.0[0] ^= word;
    }

    fn finish(mut self) -> u128 {
        self.0[2] ^= 0xee;
        for _ in 0..3 {
            self.round();
        }
        let low = self.0[0] ^ self.0[1] ^ self.0[2] ^ self.0[3];
        self.0[1] ^= 0xdd;
        for _ in 0..3 {
            self.round();
        }
        let high = self.0[0] ^ self.0[1] ^ self.0[2] ^ self.0[3];
        u128::from(low) | u128::from(high) << 64
    }
}

/// Which kind of entity a digest stands for; keeps equal words of different kinds apart.
#[repr(u64)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DigestKind {
    /// Words 1… of the order's image, then Σ notional × rate (2 words) and the amount frozen (2
    /// words).
    OpenOrder = 1,
    /// order id, account | instrument, status | reason << 8, filled, final at ns.
    RetainedOrder = 2,
    /// account, key hash (2 words), content hash (2 words), order id.
    ClientOrderId = 3,
    /// caller, key hash (2 words), content hash (2 words), result, accepted at ns.
    RequestId = 4,
    /// account | currency, available (2 words), frozen (2 words). A balance of 0 and 0 counts
    /// nothing.
    Balance = 5,
    /// Words 1… of the instrument's image, then 1 if it traded since the last Clock, else 0.
    Instrument = 6,
    /// Words 1… of the account's image.
    Account = 7,
    /// Words 1… of the currency's image.
    Currency = 8,
    /// Words 1… of the session's image.
    Session = 9,
    /// Words 1… of the alias record.
    Alias = 10,
    /// position from 0, opcode, account | instrument, session, last order id done, reason.
    Backlog = 11,
    /// The six values of `Configure` in the order account, instrument, currencies, sessions,
    /// orders, retained.
    Capacity = 12,
    /// sequence, time, and the wrapping sum of the digests of all entities.
    State = 13,
}

/// Digest of one entity. Not keyed: it guards against faults, not against forgers.
///
/// The state hash is `digest(State, [sequence, time_ns, wrapping sum of all entity digests])`;
/// queue position is in it by each order's priority.
#[inline]
#[must_use]
pub fn digest(kind: DigestKind, words: &[u64]) -> u64 {
    let mut state = fold(kind as u64 ^ 0x9e37_79b9_7f4a_7c15, 0xd6e8_feb8_6659_fd93);
    for word in words {
        state = fold(state ^ word, 0xa076_1d64_78bd_642f).wrapping_add(*word);
    }
    fold(state ^ words.len() as u64, 0xe703_7ed1_a0b4_28db)
}

#[inline]
fn fold(left: u64, right: u64) -> u64 {
    let product = u128::from(left) * u128::from(right);
    product as u64 ^ (product >> 64) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keyed_hash_depends_on_key_length_and_every_byte() {
        let base = keyed_hash([1, 2], b"order-1");
        assert_ne!(base, keyed_hash([1, 3], b"order-1"));
        assert_ne!(base, keyed_hash([1, 2], b"order-2"));
        assert_ne!(keyed_hash([1, 2], b""), keyed_hash([1, 2], b"\0"));
        assert_eq!(keyed_hash([7, 9], &5_u64.to_le_bytes()), keyed_hash_words([7, 9], &[5]),);
    }

    #[test]
    fn digest_depends_on_kind_order_and_length() {
        let base = digest(DigestKind::Balance, &[1, 2]);
        assert_ne!(base, digest(DigestKind::Account, &[1, 2]));
        assert_ne!(base, digest(DigestKind::Balance, &[2, 1]));
        assert_ne!(base, digest(DigestKind::Balance, &[1, 2, 0]));
    }
}
