//! Named sessions: what each is owed is numbered from 1 and depends on the change log alone. They
//! stay while nobody is connected.

use engine::command::{Command, Opcode};
use engine::generated::reject_code::RejectCode;

use crate::bounds::Bounds;
use crate::client_id;
use crate::ring::Ring;

/// Longest name of an engine session.
const NAME_BYTES_MAX: usize = 64;
/// Largest `client_ref` that counts where they only rise: JavaScript stores it as a double.
pub const CLIENT_REF_MAX: u64 = (1 << 53) - 1;
/// No session, no connection.
pub const NONE: u32 = u32::MAX;

/// A numbered stream after a sequence: everything that is needed to go on from there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Position {
    /// The last that was given, 0 = none.
    pub number: u64,
    /// The last one that was told.
    pub sequence: u64,
    /// The engine session that answers go to, 0 = none.
    pub engine_session: u64,
    /// Where `client_ref`s only rise: the largest that an order of the account got, 0 = none.
    pub client_ref: u64,
}

impl Position {
    /// An order of the account got this id.
    pub fn note_id(&mut self, id: &[u8]) {
        let number = client_id::number_of(id);
        if number <= CLIENT_REF_MAX {
            self.client_ref = self.client_ref.max(number);
        }
    }
}

/// A session as its owner knows it.
#[derive(Clone, Copy, Debug)]
pub struct SessionSpec<'a> {
    pub account: u32,
    /// The engine session's name, 1 to 64 bytes: a later one of this name takes its place.
    pub engine_name: &'a [u8],
    /// Its numbered stream has balances, too.
    pub balance_updates: bool,
    /// A new order must have a larger `client_ref` than all of the account since its creation.
    pub increasing_refs: bool,
    /// Of a new one number 0 and the sequence that was delivered last.
    pub position: Position,
}

pub struct Session {
    pub account: u32,
    name: [u8; NAME_BYTES_MAX],
    name_length: usize,
    pub balance_updates: bool,
    pub increasing_refs: bool,
    pub position: Position,
    pub ring: Ring,
    /// `NONE` = nobody is connected.
    pub connection: u32,
    /// The connection gets what comes; before, it waits for what was.
    pub is_live: bool,
    /// What its key may, and what its orders carry.
    pub may_trade: bool,
    pub order_flags: u8,
    /// Commands without an answer.
    pub in_flight: u32,
    /// Largest `client_ref` among them, if not less.
    sent_ref: u64,
    next_of_account: u32,
}

impl Session {
    pub fn name(&self) -> &[u8] {
        &self.name[..self.name_length]
    }

    /// Number of the next numbered message.
    pub fn next_number(&self) -> u64 {
        self.position.number + 1
    }

    /// What the next `client_ref` must be above, where they only rise.
    pub fn last_client_ref(&self) -> u64 {
        self.sent_ref.max(self.position.client_ref)
    }

    /// Takes note of the id that a command gives an order. Returns why it may not, if so.
    pub fn give_id(&mut self, command: &Command) -> Option<RejectCode> {
        let is_replace = command.opcode == Opcode::ReplaceOrder as u8;
        // A replaced order may keep its id.
        let gives_id = is_replace && command.text_length > 0;
        if !gives_id && command.opcode != Opcode::NewOrder as u8 {
            return None;
        }
        let number = client_id::number_of(command.text());
        if number == 0 || number > CLIENT_REF_MAX {
            return Some(RejectCode::ClientOrderIdInvalid);
        }
        if number <= self.last_client_ref() {
            return Some(RejectCode::ClientOrderIdExists);
        }
        self.sent_ref = number;
        None
    }

    /// The core has refused a command that gave this id, and all behind it.
    pub fn take_back_id(&mut self, id: &[u8]) {
        if let Some(before) = client_id::number_of(id).checked_sub(1) {
            self.sent_ref = self.sent_ref.min(before);
        }
    }

    /// A command has its answer. With none under way `position` knows every id that was given.
    #[inline]
    pub fn land(&mut self) {
        self.in_flight -= 1;
        if self.in_flight == 0 {
            self.sent_ref = 0;
        }
    }
}

/// All sessions, by slot and by account.
pub struct Sessions {
    slots: Vec<Option<Session>>,
    free: Vec<u32>,
    /// Account → its first session.
    heads: Vec<u32>,
    count: u32,
    count_max: u32,
    ring_bytes: usize,
}

impl Sessions {
    pub fn new(bounds: &Bounds) -> Sessions {
        Sessions {
            slots: Vec::new(),
            free: Vec::new(),
            heads: Vec::new(),
            count: 0,
            count_max: bounds.sessions,
            ring_bytes: bounds.ring_bytes,
        }
    }

    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Returns its slot; `None` at the bound.
    pub fn open(&mut self, spec: &SessionSpec) -> Option<u32> {
        if self.count == self.count_max {
            return None;
        }
        let account = spec.account as usize;
        if self.heads.len() <= account {
            self.heads.resize(account + 1, NONE);
        }
        let mut name = [0; NAME_BYTES_MAX];
        name[..spec.engine_name.len()].copy_from_slice(spec.engine_name);
        let session = Session {
            account: spec.account,
            name,
            name_length: spec.engine_name.len(),
            balance_updates: spec.balance_updates,
            increasing_refs: spec.increasing_refs,
            position: spec.position,
            ring: Ring::new(self.ring_bytes, spec.position.number + 1),
            connection: NONE,
            is_live: false,
            may_trade: false,
            order_flags: 0,
            in_flight: 0,
            sent_ref: 0,
            next_of_account: self.heads[account],
        };
        let slot = self.free.pop().unwrap_or(self.slots.len() as u32);
        match self.slots.get_mut(slot as usize) {
            Some(place) => *place = Some(session),
            None => self.slots.push(Some(session)),
        }
        self.heads[account] = slot;
        self.count += 1;
        Some(slot)
    }

    /// Forgets a session that nobody is connected to and that waits for no answer.
    pub fn close(&mut self, slot: u32) {
        let session = self.slots[slot as usize].take().expect("the session is open");
        assert!(session.connection == NONE && session.in_flight == 0, "the session is in use");
        let account = session.account as usize;
        if self.heads[account] == slot {
            self.heads[account] = session.next_of_account;
        } else {
            let mut at = self.heads[account];
            while self.get(at).next_of_account != slot {
                at = self.get(at).next_of_account;
            }
            self.get_mut(at).next_of_account = session.next_of_account;
        }
        self.free.push(slot);
        self.count -= 1;
    }

    pub fn get(&self, slot: u32) -> &Session {
        self.slots[slot as usize].as_ref().expect("the session is open")
    }

    #[inline]
    pub fn get_mut(&mut self, slot: u32) -> &mut Session {
        self.slots[slot as usize].as_mut().expect("the session is open")
    }

    /// First session of an account, or `NONE`; `next_of_account` leads to the others.
    #[inline]
    fn first_of(&self, account: u32) -> u32 {
        self.heads.get(account as usize).copied().unwrap_or(NONE)
    }

    #[inline]
    pub fn has_any(&self, account: u32) -> bool {
        self.first_of(account) != NONE
    }

    /// The sessions of an account.
    #[inline]
    pub fn of_account(&self, account: u32) -> impl Iterator<Item = &Session> {
        let mut slot = self.first_of(account);
        std::iter::from_fn(move || {
            let session = (slot != NONE).then(|| self.get(slot))?;
            slot = session.next_of_account;
            Some(session)
        })
    }

    /// Calls `change` with each session of an account that was not told of `sequence` yet.
    #[inline]
    pub fn change_untold(
        &mut self,
        account: u32,
        sequence: u64,
        mut change: impl FnMut(&mut Session),
    ) {
        let mut slot = self.first_of(account);
        while slot != NONE {
            let session = self.get_mut(slot);
            slot = session.next_of_account;
            if sequence > session.position.sequence {
                change(session);
            }
        }
    }
}
