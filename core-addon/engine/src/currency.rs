//! Currencies.

use crate::change::{ChangeType, ChangeWriter, Entity, pair_word};
use crate::hash::{DigestKind, digest};
use crate::name::Name;
use crate::units::CurrencyId;

/// One currency: amounts are in units of 10^-scale.
#[derive(Clone, Copy, Debug)]
pub struct Currency {
    pub id: CurrencyId,
    pub scale: u8,
    pub code: Name,
}

impl Currency {
    /// Writes the full image.
    pub fn write(&self, change: ChangeType, changes: &mut ChangeWriter) {
        let code = self.code.text();
        let bytes = u32::from(self.scale) | (code.len() as u32) << 8;
        changes.record(Entity::Currency, change, &[pair_word(self.id, bytes)], code);
    }

    pub fn digest(&self, scratch: &mut ChangeWriter) -> u64 {
        scratch.clear();
        self.write(ChangeType::Image, scratch);
        digest(DigestKind::Currency, &scratch.words()[1..])
    }
}
