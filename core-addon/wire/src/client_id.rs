//! Ids of clients: a text, or a number that stands for its decimal text.

/// Digits of the largest u64.
pub const DIGITS_MAX: usize = 20;

/// The number that `text` is the decimal text of, or 0: then the text itself is the id.
#[inline]
pub fn number_of(text: &[u8]) -> u64 {
    if text.len() > DIGITS_MAX || text.first().is_none_or(|first| !(b'1'..=b'9').contains(first)) {
        return 0;
    }
    let mut number = 0_u64;
    for byte in text {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return 0;
        }
        let Some(next) = number.checked_mul(10).and_then(|it| it.checked_add(digit.into())) else {
            return 0;
        };
        number = next;
    }
    number
}

/// The decimal text of `number`, at the end of `buffer`.
#[inline]
pub fn text_of(number: u64, buffer: &mut [u8; DIGITS_MAX]) -> &[u8] {
    let (mut rest, mut start) = (number, DIGITS_MAX);
    while rest >= 100 {
        start -= 2;
        let pair = (rest % 100) as u8;
        (buffer[start], buffer[start + 1]) = (b'0' + pair / 10, b'0' + pair % 10);
        rest /= 100;
    }
    if rest >= 10 {
        start -= 1;
        buffer[start] = b'0' + (rest % 10) as u8;
        rest /= 10;
    }
    start -= 1;
    buffer[start] = b'0' + rest as u8;
    &buffer[start..]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_and_its_text_are_the_same_id() {
        for number in [1, 9, 10, 99, 100, 12_345, u64::MAX - 1, u64::MAX] {
            let mut buffer = [0; DIGITS_MAX];
            let text = text_of(number, &mut buffer);
            assert_eq!(text, number.to_string().as_bytes());
            assert_eq!(number_of(text), number);
        }
    }

    #[test]
    fn other_texts_are_no_number() {
        let texts = ["", "0", "01", "+1", "1a", "a1", "-1", "18446744073709551616", "1 "];
        for text in texts.into_iter().chain(["99999999999999999999", "111111111111111111111"]) {
            assert_eq!(number_of(text.as_bytes()), 0, "{text}");
        }
    }
}
