//! Ids of clients: a text, or a number that stands for its decimal text.

/// Digits of the largest u64.
pub const DIGITS_MAX: usize = 20;

/// The number that `text` is the decimal text of, or 0: then the text itself is the id.
#[inline]
pub fn number_of(text: &[u8]) -> u64 {
    if text.len() > DIGITS_MAX || text.first().is_none_or(|first| !(b'1'..=b'9').contains(first)) {
        return 0;
    }
    // 19 digits always fit; of 20 the last may be too much.
    let (head, last) = text.split_at(text.len().min(DIGITS_MAX - 1));
    let (mut number, mut is_number) = (0_u64, true);
    for byte in head {
        let digit = byte.wrapping_sub(b'0');
        is_number &= digit <= 9;
        number = number.wrapping_mul(10).wrapping_add(u64::from(digit));
    }
    if !is_number {
        return 0;
    }
    let Some(byte) = last.first() else { return number };
    let digit = byte.wrapping_sub(b'0');
    let whole = number.checked_mul(10).and_then(|it| it.checked_add(digit.into()));
    if digit > 9 { 0 } else { whole.unwrap_or(0) }
}

/// `00` to `99`, one behind the other.
const PAIRS: [[u8; 2]; 100] = {
    let mut pairs = [[0; 2]; 100];
    let mut pair = 0;
    while pair < 100 {
        pairs[pair] = [b'0' + pair as u8 / 10, b'0' + pair as u8 % 10];
        pair += 1;
    }
    pairs
};

/// The decimal text of `number`, at the end of `buffer`.
#[inline]
pub fn text_of(number: u64, buffer: &mut [u8; DIGITS_MAX]) -> &[u8] {
    let (mut rest, mut start) = (number, DIGITS_MAX);
    while rest >= 100 {
        start -= 2;
        buffer[start..start + 2].copy_from_slice(&PAIRS[(rest % 100) as usize]);
        rest /= 100;
    }
    if rest >= 10 {
        start -= 2;
        buffer[start..start + 2].copy_from_slice(&PAIRS[rest as usize]);
    } else {
        start -= 1;
        buffer[start] = b'0' + rest as u8;
    }
    &buffer[start..]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_and_its_text_are_the_same_id() {
        let tens = (0..20).map(|power| 10_u64.pow(power));
        let numbers = tens.flat_map(|ten| [ten, ten + 1, ten.wrapping_sub(1).max(1)]);
        for number in numbers.chain([12_345, 99, u64::MAX - 1, u64::MAX]) {
            let mut buffer = [0; DIGITS_MAX];
            let text = text_of(number, &mut buffer);
            assert_eq!(text, number.to_string().as_bytes());
            assert_eq!(number_of(text), number);
        }
    }

    #[test]
    fn other_texts_are_no_number() {
        let texts = ["", "0", "01", "+1", "1a", "a1", "-1", "18446744073709551616", "1 "];
        let longest = ["99999999999999999999", "111111111111111111111", "1844674407370955161x"];
        for text in texts.into_iter().chain(longest) {
            assert_eq!(number_of(text.as_bytes()), 0, "{text}");
        }
    }
}
