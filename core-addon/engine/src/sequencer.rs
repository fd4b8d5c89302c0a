//! One command after the other: check → match → settle → encode over one result slot.
//!
//! `execute` is the only way in. Checks return the first refusal in the order of `precedence`; the
//! matcher moves orders; `settle` adds the amounts; the transaction's bytes are complete when it
//! returns.

use std::collections::VecDeque;

use crate::account::{Accounts, OpenOrder};
use crate::book::Book;
use crate::cancel_all::Backlog;
use crate::change::{
    BalanceUpdate, ChangeType, ChangeWriter, LevelChange, TRANSACTION_BACKLOG,
    TRANSACTION_DUPLICATE, TRANSACTION_SYSTEM, TransactionHeader,
};
use crate::check::ClientIdHashes;
use crate::command::{Command, NameKind, Opcode, Side};
use crate::currency::Currency;
use crate::generated::reject_code::RejectCode;
use crate::instrument::Instrument;
use crate::keys_ahead::KeysAhead;
use crate::ladder::LevelState;
use crate::ledger::{Delta, Ledger};
use crate::name::{Name, Names, Target};
use crate::request_id::RequestIds;
use crate::result_slot::{Closed, ResultSlot};
use crate::session::Sessions;
use crate::units::{AccountId, EXTERNAL_ACCOUNT, FEE_ACCOUNT, InstrumentId, Sequence, TimeNs};

/// Bounds of the tables; set by `Configure`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capacities {
    pub accounts: u32,
    pub instruments: u32,
    pub currencies: u32,
    pub sessions: u32,
    /// Open orders per instrument.
    pub orders: u32,
    /// Final orders kept per account.
    pub retained: u32,
}

impl Capacities {
    /// What an engine starts with.
    pub const DEFAULT: Capacities = Capacities {
        accounts: 100_000,
        instruments: 1_024,
        currencies: 256,
        sessions: 10_000,
        orders: 1_048_576,
        retained: 65_536,
    };

    /// What the index types and walks of the engine can bear.
    pub const LIMIT: Capacities = Capacities {
        accounts: 1 << 24,
        instruments: 1 << 16,
        currencies: 1 << 12,
        sessions: 1 << 20,
        orders: 1 << 28,
        retained: 65_536,
    };
}

/// What an accepted command answers besides its changes.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Accepted {
    /// Id made or concerned.
    pub result: u64,
    /// Instrument concerned, 0 = none.
    pub instrument: InstrumentId,
    /// Nothing was executed: the command repeats the one that gave `result`.
    pub is_duplicate: bool,
}

/// The whole venue: state and the functions that change it.
pub struct Engine {
    pub(crate) sequence: Sequence,
    pub(crate) time_ns: TimeNs,
    pub(crate) hash_key: [u64; 2],
    pub(crate) capacities: Capacities,
    pub(crate) accounts: Accounts,
    pub(crate) ledger: Ledger,
    pub(crate) currencies: Vec<Currency>,
    pub(crate) instruments: Vec<Instrument>,
    pub(crate) books: Vec<Book>,
    pub(crate) names: Names,
    pub(crate) sessions: Sessions,
    pub(crate) requests: RequestIds,
    pub(crate) backlog: VecDeque<Backlog>,
    pub(crate) result: ResultSlot,
    /// Orders a mass cancel is about to cancel; kept for its capacity.
    pub(crate) targets: Vec<OpenOrder>,
    /// Client id of the order that the current command makes.
    pub(crate) reserved: Option<ClientIdHashes>,
    /// Of the commands that come next.
    pub(crate) keys_ahead: KeysAhead,
    /// Words of one entity while it is digested.
    pub(crate) scratch: ChangeWriter,
}

impl Engine {
    /// An empty venue with its two own accounts. `hash_key` keys the hashes of client order ids and
    /// request ids, which strangers choose.
    #[must_use]
    pub fn new(hash_key: [u64; 2]) -> Engine {
        let mut engine = Engine::empty(hash_key);
        for (id, text) in [(FEE_ACCOUNT, "fees"), (EXTERNAL_ACCOUNT, "external")] {
            let name = Name::new(text.as_bytes()).expect("the venue's own names are valid");
            let created = engine.create_account_row(name);
            debug_assert_eq!(created, id);
        }
        engine
    }

    /// An engine without even the venue's own accounts, to read a snapshot into.
    pub(crate) fn empty(hash_key: [u64; 2]) -> Engine {
        Engine {
            sequence: 0,
            time_ns: 0,
            hash_key,
            capacities: Capacities::DEFAULT,
            accounts: Accounts::new(),
            ledger: Ledger::new(),
            currencies: Vec::new(),
            instruments: Vec::new(),
            books: Vec::new(),
            names: Names::default(),
            sessions: Sessions::default(),
            requests: RequestIds::default(),
            backlog: VecDeque::new(),
            result: ResultSlot::default(),
            targets: Vec::new(),
            reserved: None,
            keys_ahead: KeysAhead::default(),
            scratch: ChangeWriter::default(),
        }
    }

    pub(crate) fn create_account_row(&mut self, name: Name) -> AccountId {
        let id = self.accounts.create(name);
        self.ledger.add_account(id);
        self.names.insert(NameKind::Account, name, Target { id, is_alias: false });
        id
    }

    /// Gives an account read from a snapshot its name.
    pub(crate) fn rename_account(&mut self, id: AccountId, name: Name) {
        self.accounts.rename(id, name);
        self.names.insert(NameKind::Account, name, Target { id, is_alias: false });
    }

    /// Sequence of the last command executed, 0 at the start.
    #[must_use]
    pub fn sequence(&self) -> Sequence {
        self.sequence
    }

    /// Time of the last command executed.
    #[must_use]
    pub fn time_ns(&self) -> TimeNs {
        self.time_ns
    }

    /// Bounds in force.
    #[must_use]
    pub fn capacities(&self) -> Capacities {
        self.capacities
    }

    /// Whether `Continue` must come before any other command.
    #[must_use]
    pub fn has_backlog(&self) -> bool {
        !self.backlog.is_empty()
    }

    /// Whether a `Clock` would change more than the time.
    #[must_use]
    pub fn waits_for_clock(&self) -> bool {
        self.instruments.iter().any(Instrument::waits_for_clock)
    }

    /// Executes one command and writes its transaction.
    ///
    /// Bounds: `sequence` is the next one; `time_ns` is not below the last and in whole
    /// microseconds.
    /// Order: while `has_backlog`, only `Continue`. Cost: no allocation once the tables have
    /// reached their size; administration and new sessions excepted.
    pub fn execute(
        &mut self,
        sequence: Sequence,
        time_ns: TimeNs,
        command: &Command,
        extension: Option<&Command>,
        changes: &mut ChangeWriter,
    ) {
        assert_eq!(sequence, self.sequence + 1, "sequences are dense");
        assert!(time_ns >= self.time_ns, "time never runs backwards");
        self.sequence = sequence;
        self.time_ns = time_ns;
        self.result.clear();
        changes.begin();
        let verdict = match Opcode::from_byte(command.opcode) {
            Some(opcode) => self.dispatch(opcode, command, extension, changes),
            None => Err(RejectCode::CommandUnknown),
        };
        let mut flags = if self.backlog.is_empty() { 0 } else { TRANSACTION_BACKLOG };
        if is_system(command.opcode) {
            flags |= TRANSACTION_SYSTEM;
        }
        let (code, accepted) = match verdict {
            Ok(accepted) => (0, accepted),
            Err(code) => (code.number(), self.refused(command)),
        };
        if accepted.is_duplicate {
            flags |= TRANSACTION_DUPLICATE;
        }
        let header = TransactionHeader {
            sequence,
            time_ns,
            code,
            opcode: command.opcode,
            flags,
            account: command.account,
            result: accepted.result,
            instrument: accepted.instrument,
        };
        let has_news = code != 0 || accepted.is_duplicate;
        if extension.is_some() || (has_news && command.session != 0) {
            self.write_request(command, extension, &header, changes);
        }
        changes.end(&header);
    }

    /// A refused new order still has its id, so that its owner can query it.
    fn refused(&self, command: &Command) -> Accepted {
        if command.opcode == Opcode::NewOrder as u8 {
            return Accepted {
                result: self.sequence,
                instrument: command.instrument,
                is_duplicate: false,
            };
        }
        Accepted::default()
    }

    #[inline(always)]
    fn dispatch(
        &mut self,
        opcode: Opcode,
        command: &Command,
        extension: Option<&Command>,
        changes: &mut ChangeWriter,
    ) -> Result<Accepted, RejectCode> {
        match opcode {
            Opcode::NewOrder => self.place(command, changes),
            Opcode::CancelOrder => self.cancel(command, changes),
            Opcode::ReplaceOrder => self.replace(command, extension, changes),
            Opcode::MassCancel => self.mass_cancel(command, changes),
            Opcode::SessionOpened => self.open_session(command, changes),
            Opcode::SessionClosed => self.close_session(command, changes),
            Opcode::Clock => self.tick(changes),
            Opcode::Continue => self.continue_backlog(changes),
            Opcode::Configure => self.configure(command),
            Opcode::Extension => Err(RejectCode::CommandUnknown),
            _ => self.requested(opcode, command, extension, changes),
        }
    }

    /// Settle and encode: adds the amounts of the result slot, keeps what ended, and writes the
    /// levels and balances that moved.
    pub(crate) fn settle(&mut self, changes: &mut ChangeWriter) {
        self.write_levels(changes);
        self.write_balances(changes);
        for at in 0..self.result.closed.len() {
            let closed = self.result.closed[at];
            self.keep_closed(&closed);
        }
    }

    /// Keeps an order that ended for its account, and gives its position in the book back.
    #[inline(never)]
    pub(crate) fn keep_closed(&mut self, closed: &Closed) {
        let (retained, time_ns) = (self.capacities.retained, self.time_ns);
        self.accounts.add_final(closed, time_ns, retained, &mut self.books);
    }

    fn write_levels(&mut self, changes: &mut ChangeWriter) {
        self.result.sort_levels();
        for touched in &self.result.levels {
            let ladder = self.books[touched.instrument as usize - 1].side(touched.side);
            let state = match ladder.find(touched.price) {
                None => LevelState { price: touched.price, quantity: 0, orders: 0 },
                Some(found) => LevelState::of(ladder.level(found)),
            };
            write_level(touched.instrument, touched.side, &state, changes);
        }
    }

    fn write_balances(&mut self, changes: &mut ChangeWriter) {
        self.result.merge_deltas();
        for at in 0..self.result.deltas.len() {
            let delta = self.result.deltas[at];
            self.settle_delta(&delta, changes);
        }
    }

    /// Adds an amount to a balance and writes the balance.
    #[inline(never)]
    pub(crate) fn settle_delta(&mut self, delta: &Delta, changes: &mut ChangeWriter) {
        let (before, after) = self.ledger.apply(delta);
        changes.balance(
            ChangeType::Updated,
            &BalanceUpdate {
                account: delta.account,
                currency: delta.currency,
                available_before: before.available,
                available_after: after.available,
                frozen_before: before.frozen,
                frozen_after: after.frozen,
            },
        );
    }

    pub(crate) fn instrument(&self, id: InstrumentId) -> Result<&Instrument, RejectCode> {
        let position = (id as usize).wrapping_sub(1);
        self.instruments.get(position).ok_or(RejectCode::InstrumentNotFound)
    }

    /// Refuses a session that is not open or not of this account; 0 = none is fine.
    pub(crate) fn check_session(&self, command: &Command) -> Result<(), RejectCode> {
        if command.session == 0 {
            return Ok(());
        }
        match self.sessions.get(command.session) {
            Some(session) if session.account == command.account => Ok(()),
            _ => Err(RejectCode::SessionNotFound),
        }
    }
}

/// Writes what a level has become.
#[inline]
pub(crate) fn write_level(
    instrument: InstrumentId,
    side: Side,
    state: &LevelState,
    changes: &mut ChangeWriter,
) {
    changes.levels(instrument, side as u8, [level_change(state)]);
}

/// The record of what a level has become.
#[inline]
pub(crate) fn level_change(state: &LevelState) -> LevelChange {
    let LevelState { price, quantity, orders } = *state;
    let change = if orders == 0 { ChangeType::Deleted } else { ChangeType::Updated };
    #[cfg(feature = "planted-bugs")]
    let orders = orders + u32::from(crate::EngineBug::LevelCount.is_planted() && orders > 2);
    LevelChange { change, price, quantity, orders }
}

/// Commands that the runtime issues by itself.
fn is_system(opcode: u8) -> bool {
    [Opcode::Configure, Opcode::Clock, Opcode::Continue].iter().any(|own| *own as u8 == opcode)
}
