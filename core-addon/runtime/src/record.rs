//! Command records as bytes: the addon border and the journal carry the same 128
//! (`docs/formats.md`).
//!
//! The only casts between bytes and records are here. Every bit pattern is a valid `Command`, so
//! reading cannot fail; what the numbers mean is the engine's to judge.

use engine::command::{COMMAND_BYTES, Command, Opcode};
use engine::{Engine, LOOK_AHEAD};

use crate::fault::{Fault, FaultCode};
use crate::prefetch::Prefetch;

// The bytes on disk are little-endian; on another machine a cast would not be them.
const _: () = assert!(cfg!(target_endian = "little"));
const _: () = assert!(size_of::<Command>() == COMMAND_BYTES);
const _: () = assert!(std::mem::offset_of!(Command, account) == 8);
const _: () = assert!(std::mem::offset_of!(Command, instrument) == 12);
const _: () = assert!(std::mem::offset_of!(Command, session) == 16);
const _: () = assert!(std::mem::offset_of!(Command, order_id) == 24);
const _: () = assert!(std::mem::offset_of!(Command, price) == 32);
const _: () = assert!(std::mem::offset_of!(Command, quantity) == 40);
const _: () = assert!(std::mem::offset_of!(Command, amount) == 48);
const _: () = assert!(std::mem::offset_of!(Command, text) == 64);

/// The longest command in bytes: a record and its extension.
pub const COMMAND_BYTES_MAX: usize = 2 * COMMAND_BYTES;

/// Byte 7 of a record: how many extension records follow.
const EXTENSIONS_OFFSET: usize = 7;

/// The bytes of a record.
#[must_use]
pub fn to_bytes(command: &Command) -> &[u8; COMMAND_BYTES] {
    // SAFETY: `Command` is `repr(C)` of 128 bytes without padding (asserted above), so all are
    // initialised.
    unsafe { &*std::ptr::from_ref(command).cast() }
}

/// The record in the first 128 bytes.
///
/// Panics when there are fewer.
#[must_use]
pub fn from_bytes(bytes: &[u8]) -> Command {
    let bytes = &bytes[..COMMAND_BYTES];
    // SAFETY: 128 bytes are there, any of them make a `Command`, and the read needs no alignment.
    unsafe { bytes.as_ptr().cast::<Command>().read_unaligned() }
}

/// The bytes of 64-bit words, as transactions leave the core.
#[must_use]
pub fn words_to_bytes(words: &[u64]) -> &[u8] {
    // SAFETY: a u64 is 8 initialised bytes without padding, and bytes need no alignment.
    unsafe { std::slice::from_raw_parts(words.as_ptr().cast(), size_of_val(words)) }
}

/// One command: its record, its extension if it has one, and where the next begins.
pub struct Item {
    /// The record.
    pub command: Command,
    /// The record behind it that belongs to it.
    pub extension: Option<Command>,
    /// Offset of the next command.
    pub next: usize,
}

/// Reads the command at `offset` of bytes that `count` accepted.
#[inline]
#[must_use]
pub fn read(bytes: &[u8], offset: usize) -> Item {
    let command = from_bytes(&bytes[offset..]);
    let next = offset + COMMAND_BYTES;
    if command.extensions == 0 {
        return Item { command, extension: None, next };
    }
    let extension = Some(from_bytes(&bytes[next..]));
    Item { command, extension, next: next + COMMAND_BYTES }
}

/// The records in bytes that `count` accepted, where they lie; in `copy` when that is no address
/// for a record.
#[must_use]
pub fn slice<'a>(bytes: &'a [u8], copy: &'a mut Vec<Command>) -> &'a [Command] {
    // SAFETY: any 128 bytes make a `Command`.
    let (before, records, behind) = unsafe { bytes.align_to::<Command>() };
    if before.is_empty() && behind.is_empty() {
        return records;
    }
    copy.clear();
    copy.extend(bytes.chunks_exact(COMMAND_BYTES).map(from_bytes));
    copy
}

/// The bytes of records.
#[must_use]
pub fn slice_to_bytes(records: &[Command]) -> &[u8] {
    // SAFETY: as in `to_bytes`.
    unsafe { std::slice::from_raw_parts(records.as_ptr().cast(), size_of_val(records)) }
}

/// One command: its record, its extension if it has one, and the position of the next.
#[inline]
#[must_use]
pub fn command_at(records: &[Command], at: usize) -> (&Command, Option<&Command>, usize) {
    let command = &records[at];
    if command.extensions == 0 {
        return (command, None, at + 1);
    }
    (command, Some(&records[at + 1]), at + 2)
}

/// Lets the engine fetch what the records from `at` on will touch; see `Engine::look_ahead`.
///
/// Returns the position up to where it looked; nothing to overlap, nothing done.
#[inline]
pub fn look_ahead(engine: &mut Engine, records: &[Command], at: usize) -> usize {
    let end = records.len().min(at + LOOK_AHEAD);
    if end > at + 1 {
        engine.look_ahead(&records[at..], Prefetch);
    }
    end
}

/// Counts the commands in `bytes`, or says where they do not parse.
///
/// Errors: `records_malformed`: not whole records, more than one extension, or an extension
/// missing.
pub fn count(bytes: &[u8]) -> Result<u32, Fault> {
    let malformed = |offset: usize, what: &str| {
        Fault::new(FaultCode::RecordsMalformed, format!("{what} at byte {offset}"))
    };
    if !bytes.len().is_multiple_of(COMMAND_BYTES) {
        return Err(malformed(bytes.len() / COMMAND_BYTES * COMMAND_BYTES, "part of a record"));
    }
    let (mut offset, mut commands) = (0, 0);
    while offset < bytes.len() {
        let extensions = usize::from(bytes[offset + EXTENSIONS_OFFSET]);
        if extensions > 1 {
            return Err(malformed(offset, "more than one extension"));
        }
        let next = offset + COMMAND_BYTES * (1 + extensions);
        if extensions == 1 && bytes.get(offset + COMMAND_BYTES) != Some(&(Opcode::Extension as u8))
        {
            return Err(malformed(offset + COMMAND_BYTES, "no extension"));
        }
        offset = next;
        commands += 1;
    }
    Ok(commands)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_extension() -> [Command; 2] {
        let mut first = Command::new(Opcode::CreateAccount).with_text("alice");
        first.extensions = 1;
        [first, Command::new(Opcode::Extension).with_text("request-1")]
    }

    #[test]
    fn a_record_is_its_fields_in_order() {
        let mut command = Command::new(Opcode::NewOrder).with_text("id").with_amount(-2);
        (command.account, command.instrument) = (0x0102_0304, 5);
        (command.session, command.order_id) = (6, 7);
        (command.price, command.quantity) = (-8, 9);
        let bytes = to_bytes(&command);
        assert_eq!(bytes[..8], [10, 0, 0, 0, 0, 0, 2, 0]);
        assert_eq!(bytes[8..12], [4, 3, 2, 1]);
        assert_eq!(bytes[32..40], (-8_i64).to_le_bytes());
        assert_eq!(bytes[48..64], (-2_i128).to_le_bytes());
        assert_eq!(bytes[64..68], *b"id\0\0");
        // An odd address must not matter.
        let mut shifted = vec![0];
        shifted.extend_from_slice(bytes);
        assert_eq!(from_bytes(&shifted[1..]), command);
    }

    #[test]
    fn records_are_the_same_wherever_they_lie() {
        let records = [with_extension().as_slice(), &[Command::new(Opcode::Clock)]].concat();
        let bytes = slice_to_bytes(&records);
        let mut copy = Vec::new();
        assert_eq!(slice(bytes, &mut copy), records);
        assert!(copy.is_empty(), "they lie where records may lie");
        let mut room = vec![0; bytes.len() + 8];
        for shift in 0..8 {
            room[shift..shift + bytes.len()].copy_from_slice(bytes);
            assert_eq!(slice(&room[shift..shift + bytes.len()], &mut copy), records);
        }
        assert_eq!(copy, records, "they lay elsewhere");
        assert_eq!(command_at(&records, 0), (&records[0], Some(&records[1]), 2));
        assert_eq!(command_at(&records, 2), (&records[2], None, 3));
    }

    #[test]
    fn counts_commands_and_reads_them_with_their_extension() {
        let records = [with_extension().as_slice(), &[Command::new(Opcode::Clock)]].concat();
        let bytes: Vec<u8> = records.iter().flat_map(|record| *to_bytes(record)).collect();
        assert_eq!(count(&bytes), Ok(2));
        let first = read(&bytes, 0);
        assert_eq!((first.command, first.extension), (records[0], Some(records[1])));
        let second = read(&bytes, first.next);
        assert_eq!((second.command, second.extension), (records[2], None));
        assert_eq!(second.next, bytes.len());
    }

    #[test]
    fn refuses_bytes_that_are_not_whole_commands() {
        let records = with_extension();
        let mut two = records[0];
        two.extensions = 2;
        let join = |records: &[Command]| -> Vec<u8> {
            records.iter().flat_map(|record| *to_bytes(record)).collect()
        };
        let rows = [
            (join(&records)[..200].to_vec(), "part of a record at byte 128"),
            (join(&records[..1]), "no extension at byte 128"),
            (join(&[records[0], records[0]]), "no extension at byte 128"),
            (join(&[two, records[1], records[1]]), "more than one extension at byte 0"),
        ];
        for (bytes, message) in rows {
            let fault = count(&bytes).expect_err(message);
            assert_eq!(
                (fault.code, fault.message.as_str()),
                (FaultCode::RecordsMalformed, message)
            );
        }
    }
}
