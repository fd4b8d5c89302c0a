//! Request ids of ledger moves and administration: what was asked before, and what came of it.

use std::collections::BTreeMap;

use crate::command::{Command, Opcode, is_id_text};
use crate::flat_map::FlatMap;
use crate::generated::reject_code::RejectCode;
use crate::hash::{DigestKind, digest, keyed_hash, keyed_hash_words};
use crate::ledger::{SLOTS, slot_of};
use crate::retention::{AgeQueue, EXPIRED_PER_ADDITION, Kept, Retention, is_expired};
use crate::units::{AccountId, TimeNs};

/// Most request ids kept per caller (`rules.md` 2.4).
pub const REQUEST_IDS_MAX: u32 = 65_536;

/// One accepted request.
#[derive(Clone, Copy, Debug)]
pub struct RequestId {
    pub key: u128,
    pub content: u128,
    pub result: u64,
}

/// What a command's request id says about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Request {
    /// It has none.
    Absent,
    /// It is new; reserve these hashes once the command is accepted.
    New { key: u128, content: u128 },
    /// It repeats an earlier one with this result.
    Duplicate(u64),
}

#[derive(Default)]
struct RequestSlot {
    requests: Retention<RequestId>,
    by_key: FlatMap,
    queues: BTreeMap<AccountId, AgeQueue>,
    digest_sum: u64,
}

/// Request ids by slot of the calling account.
pub struct RequestIds {
    slots: Vec<RequestSlot>,
}

/// The text of a command that is its request id.
pub fn request_id_text<'a>(command: &'a Command, extension: Option<&'a Command>) -> &'a [u8] {
    if is_ledger_move(command) { command.text() } else { extension.map_or(&[], Command::text) }
}

fn is_ledger_move(command: &Command) -> bool {
    [Opcode::Deposit as u8, Opcode::Withdraw as u8, Opcode::Transfer as u8]
        .contains(&command.opcode)
}

/// Refuses a request id of a bad form. Ledger moves must have one.
pub fn check_form(command: &Command, text: &[u8]) -> Result<(), RejectCode> {
    let is_absent = text.is_empty() && !is_ledger_move(command);
    if is_absent || is_id_text(text) { Ok(()) } else { Err(RejectCode::RequestIdInvalid) }
}

/// Hash of what a command asks for: its record without caller and request id.
fn content_hash(key: [u64; 2], command: &Command) -> u128 {
    let mut content = *command;
    content.session = 0;
    if is_ledger_move(command) {
        content.text = [0; 64];
        content.text_length = 0;
    }
    keyed_hash_words(key, &content.words())
}

impl RequestIds {
    pub fn new() -> RequestIds {
        RequestIds { slots: (0..SLOTS).map(|_| RequestSlot::default()).collect() }
    }

    /// Looks a command's request id up among those of `caller`.
    ///
    /// Errors: request_id_exists when it was used with other content.
    pub fn check(
        &self,
        hash_key: [u64; 2],
        caller: AccountId,
        command: &Command,
        text: &[u8],
        now: TimeNs,
    ) -> Result<Request, RejectCode> {
        if text.is_empty() {
            return Ok(Request::Absent);
        }
        let key = keyed_hash(hash_key, text);
        let content = content_hash(hash_key, command);
        let Some(found) = self.find(caller, key).filter(|kept| !is_expired(kept.at, now)) else {
            return Ok(Request::New { key, content });
        };
        if found.value.content == content {
            Ok(Request::Duplicate(found.value.result))
        } else {
            Err(RejectCode::RequestIdExists)
        }
    }

    fn find(&self, caller: AccountId, key: u128) -> Option<&Kept<RequestId>> {
        let slot = &self.slots[slot_of(caller)];
        let position = slot.by_key.find(key as u64, |position| {
            let kept = slot.requests.get(position);
            kept.account == caller && kept.value.key == key
        })?;
        Some(slot.requests.get(position))
    }

    /// Keeps an accepted request and lets go of older ones.
    pub fn add(&mut self, caller: AccountId, now: TimeNs, request: RequestId) {
        let slot = &mut self.slots[slot_of(caller)];
        for _ in 0..EXPIRED_PER_ADDITION {
            let Some(oldest) = slot.requests.oldest_expired(now) else { break };
            slot.forget_oldest(slot.requests.get(oldest).account);
        }
        while slot.has(caller, request.key) {
            // Only an expired one can still hold the key, and everything older is expired too.
            slot.forget_oldest(caller);
        }
        if slot.push(caller, now, request) > REQUEST_IDS_MAX {
            slot.forget_oldest(caller);
        }
    }

    /// Adds a request read from a snapshot; they come oldest first.
    pub fn restore(&mut self, caller: AccountId, at: TimeNs, request: RequestId) {
        self.slots[slot_of(caller)].push(caller, at, request);
    }

    pub fn digest_sum(&self) -> u64 {
        self.slots.iter().fold(0, |sum, slot| sum.wrapping_add(slot.digest_sum))
    }

    pub fn digest_sum_full(&self) -> u64 {
        self.iter().fold(0, |sum, (_, kept)| sum.wrapping_add(request_digest(kept)))
    }

    /// Every kept request by slot, oldest first.
    pub fn iter(&self) -> impl Iterator<Item = (usize, &Kept<RequestId>)> {
        self.slots
            .iter()
            .enumerate()
            .flat_map(|(slot, kept)| kept.requests.iter().map(move |kept| (slot, kept)))
    }
}

impl RequestSlot {
    /// Adds the newest request and returns how many its caller has now.
    fn push(&mut self, caller: AccountId, at: TimeNs, request: RequestId) -> u32 {
        let queue = self.queues.entry(caller).or_insert(AgeQueue::EMPTY);
        let position = self.requests.push(queue, caller, at, request);
        self.by_key.insert(request.key as u64, position);
        self.digest_sum = self.digest_sum.wrapping_add(request_digest(self.requests.get(position)));
        queue.length
    }

    fn has(&self, caller: AccountId, key: u128) -> bool {
        let test = |position: u32| {
            let kept = self.requests.get(position);
            kept.account == caller && kept.value.key == key
        };
        self.by_key.find(key as u64, test).is_some()
    }

    fn forget_oldest(&mut self, caller: AccountId) {
        let queue = self.queues.get_mut(&caller).expect("a caller with requests has a queue");
        let position = queue.oldest();
        let kept = self.requests.pop(queue);
        self.by_key.remove(kept.value.key as u64, position);
        self.digest_sum = self.digest_sum.wrapping_sub(request_digest(&kept));
    }
}

fn request_digest(kept: &Kept<RequestId>) -> u64 {
    let request = &kept.value;
    let words = [
        u64::from(kept.account),
        request.key as u64,
        (request.key >> 64) as u64,
        request.content as u64,
        (request.content >> 64) as u64,
        request.result,
        kept.at,
    ];
    digest(DigestKind::RequestId, &words)
}
