//! Hashes of ids of clients that looking ahead made: the command that has the id finds its own here
//! and need not make it again.

use crate::command::{Command, TEXT_BYTES_MAX};
use crate::look_ahead::LOOK_AHEAD;
use crate::units::Sequence;

/// One for each of the commands looked at together. Which is where follows from the sequence; that
/// it is another command's shows in the text.
#[derive(Default)]
pub(crate) struct KeysAhead([KeyAhead; LOOK_AHEAD]);

#[derive(Clone, Copy)]
struct KeyAhead {
    text: [u8; TEXT_BYTES_MAX],
    text_length: u8,
    key: u128,
}

impl Default for KeyAhead {
    fn default() -> KeyAhead {
        // No text is as long: none is found before one was put.
        KeyAhead { text: [0; TEXT_BYTES_MAX], text_length: u8::MAX, key: 0 }
    }
}

impl KeysAhead {
    /// Keeps the hash of the text of the command that will have this sequence.
    #[inline]
    pub(crate) fn put(&mut self, sequence: Sequence, command: &Command, key: u128) {
        let Command { text, text_length, .. } = *command;
        self.0[sequence as usize % LOOK_AHEAD] = KeyAhead { text, text_length, key };
    }

    /// The hash of `text`, if the command of this sequence had it.
    #[inline]
    pub(crate) fn find(&self, sequence: Sequence, text: &[u8]) -> Option<u128> {
        let ahead = &self.0[sequence as usize % LOOK_AHEAD];
        let is_known = ahead.text.get(..usize::from(ahead.text_length)) == Some(text);
        is_known.then_some(ahead.key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::Opcode;

    #[test]
    fn a_key_made_ahead_is_found_by_its_command_alone() {
        let mut keys = KeysAhead::default();
        for sequence in 1..=2 * LOOK_AHEAD as u64 {
            assert_eq!(keys.find(sequence, b""), None, "nothing was put");
            assert_eq!(keys.find(sequence, b"one"), None, "nothing was put");
        }
        let command = Command::new(Opcode::NewOrder).with_text("one");
        keys.put(5, &command, 77);
        assert_eq!(keys.find(5, b"one"), Some(77));
        for (sequence, text) in [(5, "on"), (5, "one "), (5, "two"), (5, ""), (6, "one")] {
            assert_eq!(keys.find(sequence, text.as_bytes()), None, "{text} of {sequence}");
        }
        keys.put(5 + LOOK_AHEAD as u64, &command.with_text("two"), 78);
        assert_eq!((keys.find(5, b"one"), keys.find(13, b"two")), (None, Some(78)));
    }
}
