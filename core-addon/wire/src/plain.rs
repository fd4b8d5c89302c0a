//! Reads a table as the verifier and flatc's readers would, in one pass: the way of nearly every
//! order. Whatever is not plain (a long vtable, text beyond ASCII, anything out of its bounds) is
//! left to them, so that they alone say what is valid.

use flatbuffers::VOffsetT;

/// A vtable of more fields is left to the verifier; those of the schema have 10.
const VTABLE_BYTES_MAX: usize = 64;
/// So is a longer text.
const TEXT_BYTES_MAX: usize = 64;

/// One table, known to lie within the bytes with its vtable.
#[derive(Clone, Copy)]
pub struct Table<'a> {
    bytes: &'a [u8],
    at: usize,
    vtable: &'a [u8],
}

/// How 8-byte fields are aligned: a bit is set when one field is not.
///
/// Offsets count from behind a frame's length or, when a builder has written the length, from in
/// front of it. Fields of 4 bytes and less are aligned in both or in none.
#[derive(Clone, Copy, Default)]
pub struct Alignment {
    behind: usize,
    in_front: usize,
}

impl Alignment {
    #[inline]
    fn note(&mut self, at: usize) {
        self.behind |= at & 7;
        self.in_front |= (at ^ 4) & 7;
    }

    /// Whether all fields are aligned in one of the two ways.
    #[inline]
    pub fn is_one(self) -> bool {
        self.behind == 0 || self.in_front == 0
    }
}

impl<'a> Table<'a> {
    /// The table that the offset at the front leads to.
    #[inline]
    pub fn root(bytes: &'a [u8]) -> Option<Table<'a>> {
        let offset = u32::from_le_bytes(*bytes.first_chunk()?) as usize;
        Table::at(bytes, offset)
    }

    #[inline]
    fn at(bytes: &'a [u8], at: usize) -> Option<Table<'a>> {
        let back = i32::from_le_bytes(*bytes.get(at..)?.first_chunk()?);
        let start = at.checked_sub_signed(back as isize)?;
        let behind = bytes.get(start..)?;
        let length = usize::from(u16::from_le_bytes(*behind.first_chunk()?));
        if at & 3 != 0 || start & 1 != 0 || length & 1 != 0 || length > VTABLE_BYTES_MAX {
            return None;
        }
        Some(Table { bytes, at, vtable: behind.get(..length)? })
    }

    /// Where a field lies; 0 when it is absent.
    #[inline]
    fn place_of(&self, field: VOffsetT) -> usize {
        let Some(entry) = self.vtable.get(usize::from(field)..).and_then(|it| it.first_chunk())
        else {
            return 0;
        };
        match usize::from(u16::from_le_bytes(*entry)) {
            0 => 0,
            offset => self.at + offset,
        }
    }

    #[inline]
    fn chunk<const N: usize>(&self, field: VOffsetT) -> Option<(usize, [u8; N])> {
        match self.place_of(field) {
            0 => Some((0, [0; N])),
            place => Some((place, *self.bytes.get(place..)?.first_chunk()?)),
        }
    }

    #[inline]
    pub fn u8(&self, field: VOffsetT) -> Option<u8> {
        self.chunk::<1>(field).map(|(_, [value])| value)
    }

    #[inline]
    pub fn u32(&self, field: VOffsetT) -> Option<u32> {
        let (place, value) = self.chunk(field)?;
        (place & 3 == 0).then_some(u32::from_le_bytes(value))
    }

    #[inline]
    pub fn u64(&self, field: VOffsetT, alignment: &mut Alignment) -> Option<u64> {
        let (place, value) = self.chunk(field)?;
        if place > 0 {
            alignment.note(place);
        }
        Some(u64::from_le_bytes(value))
    }

    /// A struct of two words; the verifier does not look at its alignment.
    #[inline]
    pub fn pair(&self, field: VOffsetT) -> Option<[u64; 2]> {
        let (_, value) = self.chunk::<16>(field)?;
        let value = u128::from_le_bytes(value);
        Some([value as u64, (value >> 64) as u64])
    }

    /// Where the offset in a field leads to; 0 when it is absent.
    #[inline]
    fn target(&self, field: VOffsetT) -> Option<usize> {
        let (place, offset) = self.chunk(field)?;
        if place & 3 != 0 {
            return None;
        }
        Some(if place == 0 { 0 } else { place + u32::from_le_bytes(offset) as usize })
    }

    /// A text in ASCII; empty when it is absent.
    #[inline]
    pub fn text(&self, field: VOffsetT) -> Option<&'a [u8]> {
        let at = self.target(field)?;
        if at == 0 {
            return Some(&[]);
        }
        let behind = self.bytes.get(at..)?;
        let length = u32::from_le_bytes(*behind.first_chunk()?) as usize;
        if at & 3 != 0 || length > TEXT_BYTES_MAX || *behind.get(4 + length)? != 0 {
            return None;
        }
        let text = &behind[4..4 + length];
        text.is_ascii().then_some(text)
    }

    /// A table in a field.
    #[inline]
    pub fn table(&self, field: VOffsetT) -> Option<Table<'a>> {
        match self.target(field)? {
            0 => None,
            at => Table::at(self.bytes, at),
        }
    }
}
