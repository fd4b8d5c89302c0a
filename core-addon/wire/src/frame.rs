//! Frames: a length and so many bytes.

/// Bytes of the length in front of a frame.
pub const LENGTH_BYTES: usize = 4;
/// Longest frame of a client, without its length.
pub const FRAME_IN_BYTES_MAX: usize = 16 << 10;
/// Longest frame of the venue, without its length.
pub const FRAME_OUT_BYTES_MAX: usize = 64 << 10;

/// What stands at the front of some bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Front {
    /// A frame of so many bytes, with its length.
    Frame(usize),
    /// Its end has not come yet.
    Part,
    /// A length of 0 or above the bound: nothing behind it can be found.
    Invalid,
}

/// Looks at the front of `bytes`.
#[inline]
pub fn front_of(bytes: &[u8]) -> Front {
    let Some(prefix) = bytes.first_chunk::<LENGTH_BYTES>() else {
        return Front::Part;
    };
    let length = u32::from_le_bytes(*prefix) as usize;
    if length == 0 || length > FRAME_IN_BYTES_MAX {
        return Front::Invalid;
    }
    let end = LENGTH_BYTES + length;
    if bytes.len() < end { Front::Part } else { Front::Frame(end) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bounds_of_a_length_are_exact() {
        let frame = |length: u32| [&length.to_le_bytes()[..], &[7; 3]].concat();
        assert_eq!(front_of(&frame(0)), Front::Invalid);
        assert_eq!(front_of(&frame(1)), Front::Frame(5));
        assert_eq!(front_of(&frame(3)), Front::Frame(7));
        assert_eq!(front_of(&frame(4)), Front::Part);
        assert_eq!(front_of(&frame(FRAME_IN_BYTES_MAX as u32)), Front::Part);
        assert_eq!(front_of(&frame(FRAME_IN_BYTES_MAX as u32 + 1)), Front::Invalid);
        assert_eq!(front_of(&frame(u32::MAX)), Front::Invalid);
        assert_eq!(front_of(&frame(3)[..3]), Front::Part);
    }
}
