//! Request ids of ledger moves and administration: what was asked before, and what came of it.

use std::collections::BTreeMap;

use crate::age_ring::{AgeRing, EXPIRED_PER_ADDITION, is_expired};
use crate::command::{Command, Opcode, is_id_text};
use crate::flat_map::FlatMap;
use crate::generated::reject_code::RejectCode;
use crate::hash::{DigestKind, digest, keyed_hash, keyed_hash_words};
use crate::units::{AccountId, TimeNs};

/// Most request ids kept per caller (`rules.md` 2.4).
pub const REQUEST_IDS_MAX: u32 = 65_536;

/// One accepted request.
#[derive(Clone, Copy, Debug)]
pub struct RequestId {
    pub key: u128,
    pub content: u128,
    pub result: u64,
    pub at: TimeNs,
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

/// Requests of one caller.
#[derive(Default)]
struct Caller {
    requests: AgeRing<RequestId>,
    index: FlatMap,
}

/// Kept requests by calling account.
#[derive(Default)]
pub struct RequestIds {
    callers: BTreeMap<AccountId, Caller>,
    digest_sum: u64,
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
        let found = self.callers.get(&caller).and_then(|caller| caller.find(key));
        let Some(found) = found.filter(|request| !is_expired(request.at, now)) else {
            return Ok(Request::New { key, content });
        };
        if found.content == content {
            Ok(Request::Duplicate(found.result))
        } else {
            Err(RejectCode::RequestIdExists)
        }
    }

    /// Keeps an accepted request and lets go of the caller's older ones.
    pub fn add(&mut self, account: AccountId, request: RequestId) {
        let caller = self.callers.entry(account).or_default();
        let sum = &mut self.digest_sum;
        for _ in 0..EXPIRED_PER_ADDITION {
            let oldest = caller.requests.oldest();
            if !oldest.is_some_and(|oldest| is_expired(oldest.at, request.at)) {
                break;
            }
            caller.forget_oldest(account, sum);
        }
        while caller.find(request.key).is_some() {
            // Only an expired one can still hold the key, and everything older is expired too.
            caller.forget_oldest(account, sum);
        }
        caller.push(account, request, sum);
        if caller.requests.len() > REQUEST_IDS_MAX {
            caller.forget_oldest(account, sum);
        }
    }

    /// Adds a request read from a snapshot; those of a caller come oldest first.
    pub fn restore(&mut self, account: AccountId, request: RequestId) {
        self.callers.entry(account).or_default().push(account, request, &mut self.digest_sum);
    }

    pub fn digest_sum(&self) -> u64 {
        self.digest_sum
    }

    pub fn digest_sum_full(&self) -> u64 {
        self.iter().fold(0, |sum, (account, request)| sum.wrapping_add(request.digest(account)))
    }

    /// Every kept request by caller, oldest first.
    pub fn iter(&self) -> impl Iterator<Item = (AccountId, &RequestId)> {
        self.callers.iter().flat_map(|(account, caller)| {
            caller.requests.iter().map(move |request| (*account, request))
        })
    }
}

impl Caller {
    fn find(&self, key: u128) -> Option<&RequestId> {
        let has_key = |number| self.requests.get(number).is_some_and(|found| found.key == key);
        self.requests.get(self.index.find(key as u64, has_key)?)
    }

    fn push(&mut self, account: AccountId, request: RequestId, sum: &mut u64) {
        let number = self.requests.push(request);
        self.index.insert(request.key as u64, number);
        *sum = sum.wrapping_add(request.digest(account));
    }

    fn forget_oldest(&mut self, account: AccountId, sum: &mut u64) {
        let Some((number, request)) = self.requests.pop() else { return };
        self.index.remove(request.key as u64, number);
        *sum = sum.wrapping_sub(request.digest(account));
    }
}

impl RequestId {
    fn digest(&self, caller: AccountId) -> u64 {
        let words = [
            u64::from(caller),
            self.key as u64,
            (self.key >> 64) as u64,
            self.content as u64,
            (self.content >> 64) as u64,
            self.result,
            self.at,
        ];
        digest(DigestKind::RequestId, &words)
    }
}
