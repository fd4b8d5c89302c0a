//! Names of currencies, instruments and accounts, and the one table that finds them.

use std::collections::BTreeMap;

use crate::change::{ChangeType, ChangeWriter, Entity, pair_word, text_words};
use crate::command::NameKind;
use crate::hash::{DigestKind, digest};

/// Longest name in bytes.
pub const NAME_BYTES_MAX: usize = 32;
/// Longest currency code in bytes.
pub const CODE_BYTES_MAX: usize = 12;
/// Most aliases of all kinds together; each costs about 100 bytes.
pub const ALIASES_MAX: usize = 65_536;

/// A name of 1 to 32 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Name {
    bytes: [u8; NAME_BYTES_MAX],
    length: u8,
}

impl Name {
    /// The name, when every byte may stand in one: `A–Z a–z 0–9 . _ - : /`.
    pub fn new(text: &[u8]) -> Option<Name> {
        let fits = |byte: &u8| byte.is_ascii_alphanumeric() || b"._-:/".contains(byte);
        let valid = (1..=NAME_BYTES_MAX).contains(&text.len()) && text.iter().all(fits);
        valid.then(|| Name::copy(text))
    }

    /// The name, when it may be a currency code: 1 to 12 of `A–Z 0–9`.
    pub fn currency_code(text: &[u8]) -> Option<Name> {
        let fits = |byte: &u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
        let valid = (1..=CODE_BYTES_MAX).contains(&text.len()) && text.iter().all(fits);
        valid.then(|| Name::copy(text))
    }

    fn copy(text: &[u8]) -> Name {
        let mut bytes = [0; NAME_BYTES_MAX];
        bytes[..text.len()].copy_from_slice(text);
        Name { bytes, length: text.len() as u8 }
    }

    pub fn text(&self) -> &[u8] {
        &self.bytes[..usize::from(self.length)]
    }
}

/// Writes one `Alias`.
pub fn write_alias(
    change: ChangeType,
    kind: NameKind,
    id: u32,
    name: &Name,
    changes: &mut ChangeWriter,
) {
    changes.record(Entity::Alias, change, &[alias_word(kind, id, name)], name.text());
}

/// Target id | kind and text length.
fn alias_word(kind: NameKind, id: u32, name: &Name) -> u64 {
    pair_word(id, kind as u32 | (name.text().len() as u32) << 8)
}

fn alias_digest(kind: NameKind, id: u32, name: &Name) -> u64 {
    let (text, count) = text_words(name.text());
    let mut words = [0; 5];
    words[0] = alias_word(kind, id, name);
    words[1..=count].copy_from_slice(&text[..count]);
    digest(DigestKind::Alias, &words[..=count])
}

/// Every name in use: unique per kind, over first names and aliases.
#[derive(Default)]
pub struct Names {
    names: BTreeMap<(NameKind, Name), Target>,
    aliases: usize,
    digest_sum: u64,
}

/// What a name leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Target {
    pub id: u32,
    /// Added by `SetAlias`, not the name the target was created with.
    pub is_alias: bool,
}

impl Names {
    pub fn find(&self, kind: NameKind, name: Name) -> Option<Target> {
        self.names.get(&(kind, name)).copied()
    }

    /// Adds a name; the caller knows that it is free.
    pub fn insert(&mut self, kind: NameKind, name: Name, target: Target) {
        if target.is_alias {
            self.aliases += 1;
            self.digest_sum = self.digest_sum.wrapping_add(alias_digest(kind, target.id, &name));
        }
        self.names.insert((kind, name), target);
    }

    /// Removes an alias; the caller knows that it is one.
    pub fn remove_alias(&mut self, kind: NameKind, name: Name) {
        let target = self.names.remove(&(kind, name)).expect("an alias that was found");
        self.aliases -= 1;
        self.digest_sum = self.digest_sum.wrapping_sub(alias_digest(kind, target.id, &name));
    }

    pub fn aliases_full(&self) -> bool {
        self.aliases >= ALIASES_MAX
    }

    /// Sum of the digests of all aliases.
    pub fn digest_sum(&self) -> u64 {
        self.digest_sum
    }

    /// `digest_sum` computed anew.
    pub fn digest_sum_full(&self) -> u64 {
        self.aliases()
            .fold(0, |sum, (kind, name, id)| sum.wrapping_add(alias_digest(kind, id, name)))
    }

    /// Aliases by kind and text.
    pub fn aliases(&self) -> impl Iterator<Item = (NameKind, &Name, u32)> {
        self.names
            .iter()
            .filter(|(_, target)| target.is_alias)
            .map(|((kind, name), target)| (*kind, name, target.id))
    }
}
