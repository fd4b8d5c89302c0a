//! Open sessions: who may have orders cancelled by a lost connection (`rules.md` 4.14).

use std::collections::BTreeMap;

use crate::change::{ChangeType, ChangeWriter, Entity, pair_word};
use crate::command::TEXT_BYTES_MAX;
use crate::hash::{DigestKind, digest};
use crate::units::{AccountId, SessionId, TimeNs};

/// One open session.
#[derive(Clone, Copy, Debug)]
pub struct Session {
    pub id: SessionId,
    pub account: AccountId,
    pub flags: u8,
    pub opened_at_ns: TimeNs,
    pub name: [u8; TEXT_BYTES_MAX],
    pub name_length: u8,
}

impl Session {
    pub fn name(&self) -> &[u8] {
        &self.name[..usize::from(self.name_length)]
    }

    /// Writes the full image.
    pub fn write(&self, change: ChangeType, changes: &mut ChangeWriter) {
        let bytes = u32::from(self.flags) | u32::from(self.name_length) << 8;
        let fields = [self.id, pair_word(self.account, bytes), self.opened_at_ns];
        changes.record(Entity::Session, change, &fields, self.name());
    }

    fn digest(&self) -> u64 {
        let mut scratch = ChangeWriter::with_capacity(12);
        self.write(ChangeType::Image, &mut scratch);
        digest(DigestKind::Session, &scratch.words()[1..])
    }
}

/// All open sessions by id.
#[derive(Default)]
pub struct Sessions {
    by_id: BTreeMap<SessionId, Session>,
    by_name: BTreeMap<(AccountId, [u8; TEXT_BYTES_MAX]), SessionId>,
    digest_sum: u64,
}

impl Sessions {
    pub fn len(&self) -> usize {
        self.by_id.len()
    }

    pub fn get(&self, id: SessionId) -> Option<&Session> {
        self.by_id.get(&id)
    }

    pub fn find(&self, account: AccountId, name: &[u8; TEXT_BYTES_MAX]) -> Option<SessionId> {
        self.by_name.get(&(account, *name)).copied()
    }

    pub fn insert(&mut self, session: Session) {
        self.by_name.insert((session.account, session.name), session.id);
        self.by_id.insert(session.id, session);
        self.digest_sum = self.digest_sum.wrapping_add(session.digest());
    }

    pub fn remove(&mut self, id: SessionId) -> Option<Session> {
        let session = self.by_id.remove(&id)?;
        self.by_name.remove(&(session.account, session.name));
        self.digest_sum = self.digest_sum.wrapping_sub(session.digest());
        Some(session)
    }

    pub fn iter(&self) -> impl Iterator<Item = &Session> {
        self.by_id.values()
    }

    /// Sum of the digests of all open sessions.
    pub fn digest_sum(&self) -> u64 {
        self.digest_sum
    }

    /// `digest_sum` computed anew.
    pub fn digest_sum_full(&self) -> u64 {
        self.iter().fold(0, |sum, session| sum.wrapping_add(session.digest()))
    }
}
