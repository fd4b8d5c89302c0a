//! Frames made by copying: for each numbered message and each refusal the bytes that flatc's own
//! builder makes of it with every field present, and where in them each field lies. Encoding copies
//! them, stores the fields and appends the texts; the generated reader reads back what was meant.

use flatbuffers::{FlatBufferBuilder, Table, UnionWIPOffset, VOffsetT, WIPOffset};

use crate::client_id;
use crate::frame::LENGTH_BYTES;
use crate::generated::{ServerBody, ServerMessage, ServerMessageArgs};

/// Fields of the largest table that is encoded here.
const FIELDS_MAX: usize = 24;
/// Length, root and body with all numbers.
const FIXED_BYTES_MAX: usize = 320;
/// A text with its length, its end and what rounds it up.
const TEXT_FRAME_BYTES_MAX: usize = 4 + 64 + 4;
/// Two texts at most.
pub const FRAME_BYTES_MAX: usize = FIXED_BYTES_MAX + 2 * TEXT_FRAME_BYTES_MAX;
/// First field of a vtable, after its own size and the table's.
const FIRST_FIELD: VOffsetT = 4;

/// One kind of message. Places count from the start of the frame; 0 = no such field.
pub struct Template {
    bytes: [u8; FIXED_BYTES_MAX],
    length: usize,
    /// Of the root.
    number: usize,
    sequence: usize,
    time_ns: usize,
    /// Of the body: itself, its vtable, and its fields by their index.
    table: usize,
    vtable: usize,
    places: [u16; FIELDS_MAX],
}

/// A text that is not there yet.
type Text<'a> = WIPOffset<&'a str>;

impl Template {
    /// `make` builds the body with every field; it gets one placeholder for all its `texts`, which
    /// lies at the end and is cut off again.
    pub fn new<'a>(
        kind: ServerBody,
        texts: &[VOffsetT],
        make: impl FnOnce(&mut FlatBufferBuilder<'a>, Text<'a>) -> WIPOffset<UnionWIPOffset>,
    ) -> Template {
        let mut builder = FlatBufferBuilder::new();
        builder.force_defaults(true);
        let text = builder.create_string("");
        let body = make(&mut builder, text);
        let root = ServerMessage::create(
            &mut builder,
            &ServerMessageArgs {
                number: 0,
                sequence: 0,
                time_ns: 0,
                body_type: kind,
                body: Some(body),
            },
        );
        builder.finish_minimal(root);
        Template::from_frame(builder.finished_data()).without(texts)
    }

    fn from_frame(buffer: &[u8]) -> Template {
        let message = flatbuffers::root::<ServerMessage>(buffer).expect("flatc's own bytes");
        let body = message.body().expect("the body was given");
        let place = |table: &Table, field: VOffsetT| match table.vtable().get(field) {
            0 => 0,
            offset => LENGTH_BYTES + table.loc() + usize::from(offset),
        };
        let root = &message._tab;
        let mut places = [0; FIELDS_MAX];
        for (index, at) in places.iter_mut().enumerate() {
            *at = place(&body, FIRST_FIELD + 2 * index as VOffsetT) as u16;
        }
        // The placeholder, made first, is last: its length, its end, and what rounds it up.
        let length = LENGTH_BYTES + buffer.len() - 8;
        let mut bytes = [0; FIXED_BYTES_MAX];
        bytes[LENGTH_BYTES..length].copy_from_slice(&buffer[..length - LENGTH_BYTES]);
        Template {
            bytes,
            length,
            number: place(root, ServerMessage::VT_NUMBER),
            sequence: place(root, ServerMessage::VT_SEQUENCE),
            time_ns: place(root, ServerMessage::VT_TIME_NS),
            table: LENGTH_BYTES + body.loc(),
            vtable: LENGTH_BYTES + vtable_of(buffer, body.loc()),
            places,
        }
    }

    /// The template, with its text fields absent until a text is given.
    fn without(mut self, texts: &[VOffsetT]) -> Template {
        for field in texts {
            let slot = self.vtable + usize::from(*field);
            self.bytes[slot..slot + 2].fill(0);
            let place = usize::from(self.places[field_index(*field)]);
            self.bytes[place..place + 4].fill(0);
        }
        self
    }
}

#[inline]
fn field_index(field: VOffsetT) -> usize {
    usize::from(field - FIRST_FIELD) / 2
}

/// Its first field says how far in front of the table, or behind it, its vtable lies.
fn vtable_of(buffer: &[u8], table: usize) -> usize {
    let back = buffer[table..].first_chunk().expect("a table begins with an offset");
    table.wrapping_sub_signed(i32::from_le_bytes(*back) as isize)
}

/// One frame while it is made; used again for every one.
pub struct Frame {
    bytes: [u8; FRAME_BYTES_MAX],
    length: usize,
    number: usize,
}

impl Default for Frame {
    fn default() -> Frame {
        Frame { bytes: [0; FRAME_BYTES_MAX], length: 0, number: 0 }
    }
}

impl Frame {
    /// The finished frame, with its length.
    #[inline]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes[..self.length]
    }

    /// Gives a finished frame its number.
    #[inline]
    pub fn set_number(&mut self, number: u64) {
        self.bytes[self.number..self.number + 8].copy_from_slice(&number.to_le_bytes());
    }

    /// Begins a message: all numbers 0, all texts absent.
    #[inline]
    pub fn begin<'a>(&'a mut self, template: &'a Template, moment: Moment) -> Fields<'a> {
        self.bytes[..template.length].copy_from_slice(&template.bytes[..template.length]);
        self.length = template.length;
        self.number = template.number;
        let mut fields = Fields { frame: self, template };
        fields.put(template.sequence, &moment.sequence.to_le_bytes());
        fields.put(template.time_ns, &moment.time_ns.to_le_bytes());
        fields
    }
}

/// When what a message tells happened.
#[derive(Clone, Copy, Default)]
pub struct Moment {
    pub sequence: u64,
    pub time_ns: u64,
}

/// The fields of a message under way. A field is named by its place in the vtable, as flatc does.
pub struct Fields<'a> {
    frame: &'a mut Frame,
    template: &'a Template,
}

impl Fields<'_> {
    #[inline]
    fn put(&mut self, at: usize, value: &[u8]) {
        self.frame.bytes[at..at + value.len()].copy_from_slice(value);
    }

    #[inline]
    fn place_of(&self, field: VOffsetT) -> usize {
        usize::from(self.template.places[field_index(field)])
    }

    #[inline]
    pub fn u8(&mut self, field: VOffsetT, value: u8) -> &mut Self {
        self.put(self.place_of(field), &[value]);
        self
    }

    #[inline]
    pub fn u16(&mut self, field: VOffsetT, value: u16) -> &mut Self {
        self.put(self.place_of(field), &value.to_le_bytes());
        self
    }

    #[inline]
    pub fn u32(&mut self, field: VOffsetT, value: u32) -> &mut Self {
        self.put(self.place_of(field), &value.to_le_bytes());
        self
    }

    #[inline]
    pub fn u64(&mut self, field: VOffsetT, value: u64) -> &mut Self {
        self.put(self.place_of(field), &value.to_le_bytes());
        self
    }

    #[inline]
    pub fn amount(&mut self, field: VOffsetT, [low, high]: [u64; 2]) -> &mut Self {
        let at = self.place_of(field);
        self.put(at, &low.to_le_bytes());
        self.put(at + 8, &high.to_le_bytes());
        self
    }

    /// An id as it is told: a decimal text as its number, any other one as text, none as neither.
    /// Bounds: 64 bytes, two texts in a message.
    #[inline]
    pub fn id(&mut self, (text, number): IdFields, id: &[u8]) -> &mut Self {
        if id.is_empty() {
            return self;
        }
        match client_id::number_of(id) {
            0 => self.text(text, id),
            value => self.u64(number, value),
        }
    }

    fn text(&mut self, field: VOffsetT, text: &[u8]) -> &mut Self {
        let (place, start) = (self.place_of(field), self.frame.length);
        let slot = self.template.vtable + usize::from(field);
        self.put(slot, &((place - self.template.table) as u16).to_le_bytes());
        self.put(place, &((start - place) as u32).to_le_bytes());
        self.put(start, &(text.len() as u32).to_le_bytes());
        self.put(start + 4, text);
        let end = start + 4 + text.len();
        // At least one zero ends a text; the next begins at a multiple of 4.
        let next = (end + 4) & !3;
        self.frame.bytes[end..next].fill(0);
        self.frame.length = next;
        self
    }

    #[inline]
    pub fn end(&mut self) {
        let length = (self.frame.length - LENGTH_BYTES) as u32;
        self.put(0, &length.to_le_bytes());
    }
}

/// The fields of one id: as text, as number.
pub type IdFields = (VOffsetT, VOffsetT);
