//! The slow, obvious twin: a second reading of the rules, for tests only.
//!
//! Maps, vectors and scans; whatever can be recomputed from scratch is. It shares with the engine
//! only the words of the border (`units`, `command`, `change`, `hash`, reject codes), so that a
//! mistake in the engine's structures or arithmetic is not repeated here. `execute` must produce
//! the same bytes and `state_hash` the same value as `Engine`, after every command.

mod administration;
mod backlog;
mod cancel;
mod check;
mod digest;
mod entity;
mod identity;
mod instrument_setting;
mod matching;
mod money;
mod place;
mod replace;
mod request;
mod transaction;

use std::collections::BTreeMap;

use crate::change::{
    ChangeWriter, TRANSACTION_BACKLOG, TRANSACTION_DUPLICATE, TRANSACTION_SYSTEM, TransactionHeader,
};
use crate::command::{AccountState, Command, NameKind, Opcode};
use crate::generated::reject_code::RejectCode;
use crate::units::{AccountId, CurrencyId, OrderId, Sequence, SessionId, TimeNs};
use backlog::Backlog;
use entity::{Account, Balance, Capacity, Currency, Instrument, Order, Session};
use identity::{ClientId, RequestId, Retained};
use transaction::Transaction;

/// The whole state of the venue, in the plainest structures.
#[derive(Clone)]
pub struct Reference {
    hash_key: [u64; 2],
    sequence: Sequence,
    time_ns: TimeNs,
    capacity: Capacity,
    /// Index 0 holds id 1, and so on, as in the next two.
    currencies: Vec<Currency>,
    accounts: Vec<Account>,
    instruments: Vec<Instrument>,
    aliases: BTreeMap<(NameKind, Vec<u8>), u32>,
    sessions: BTreeMap<SessionId, Session>,
    balances: BTreeMap<(AccountId, CurrencyId), Balance>,
    /// Open orders of all instruments.
    orders: BTreeMap<OrderId, Order>,
    /// Final orders that are still remembered.
    retained: BTreeMap<OrderId, Retained>,
    client_ids: BTreeMap<(AccountId, u128), ClientId>,
    request_ids: BTreeMap<(u64, u128), RequestId>,
    backlog: Vec<Backlog>,
    /// Counts what was ever remembered; orders "oldest first" within one nanosecond.
    remembered_count: u64,
}

/// What an accepted command answers.
#[derive(Default)]
struct Outcome {
    result: u64,
    /// The result is the original's; nothing was executed.
    is_duplicate: bool,
}

impl Outcome {
    fn done(result: u64) -> Outcome {
        Outcome { result, is_duplicate: false }
    }

    fn duplicate(result: u64) -> Outcome {
        Outcome { result, is_duplicate: true }
    }
}

type Answer = Result<Outcome, RejectCode>;

impl Reference {
    /// An empty venue with the accounts `fees` and `external`.
    #[must_use]
    pub fn new(hash_key: [u64; 2]) -> Reference {
        let account = |name: &[u8]| Account { name: name.to_vec(), state: AccountState::Active };
        Reference {
            hash_key,
            sequence: 0,
            time_ns: 0,
            capacity: Capacity::DEFAULT,
            currencies: Vec::new(),
            accounts: vec![account(b"fees"), account(b"external")],
            instruments: Vec::new(),
            aliases: BTreeMap::new(),
            sessions: BTreeMap::new(),
            balances: BTreeMap::new(),
            orders: BTreeMap::new(),
            retained: BTreeMap::new(),
            client_ids: BTreeMap::new(),
            request_ids: BTreeMap::new(),
            backlog: Vec::new(),
            remembered_count: 0,
        }
    }

    /// Executes one command and writes its transaction into `changes`.
    ///
    /// Order: `sequence` follows the last one; `time_ns` is not smaller than the last one.
    pub fn execute(
        &mut self,
        sequence: Sequence,
        time_ns: TimeNs,
        command: &Command,
        extension: Option<&Command>,
        changes: &mut ChangeWriter,
    ) {
        assert_eq!(sequence, self.sequence + 1, "sequences are dense");
        assert!(time_ns >= self.time_ns, "time does not run backwards");
        self.sequence = sequence;
        self.time_ns = time_ns;
        let mut transaction = Transaction::begin(changes, &self.balances);
        let opcode = Opcode::from_byte(command.opcode);
        let of_order = self.instrument_of_order(command, extension);
        let request = self.request(command, extension);
        let answer = self.run(command, extension, &mut transaction);
        transaction.finish(self);
        let mut header = TransactionHeader {
            sequence,
            time_ns,
            code: 0,
            opcode: command.opcode,
            flags: 0,
            account: command.account,
            result: 0,
            instrument: 0,
        };
        match answer {
            Ok(outcome) => {
                header.result = outcome.result;
                header.instrument = match opcode {
                    Some(Opcode::CancelOrder | Opcode::ReplaceOrder) => of_order,
                    Some(Opcode::CreateInstrument) if !outcome.is_duplicate => {
                        outcome.result as u32
                    }
                    Some(known) if names_instrument(known) => command.instrument,
                    _ => 0,
                };
                header.flags |= u8::from(outcome.is_duplicate) * TRANSACTION_DUPLICATE;
            }
            Err(code) => header.code = code as u16,
        }
        if opcode == Some(Opcode::NewOrder) {
            header.instrument = command.instrument;
            header.result = if header.code == 0 { header.result } else { sequence };
        }
        if let Some(Opcode::Configure | Opcode::Clock | Opcode::Continue) = opcode {
            header.flags |= TRANSACTION_SYSTEM;
        }
        if self.has_backlog() {
            header.flags |= TRANSACTION_BACKLOG;
        }
        if let Some(request) = request {
            self.write_request(&request, &header, changes);
        }
        changes.end(&header);
    }

    fn run(
        &mut self,
        command: &Command,
        extension: Option<&Command>,
        transaction: &mut Transaction,
    ) -> Answer {
        let Some(opcode) = Opcode::from_byte(command.opcode) else {
            return Err(RejectCode::CommandUnknown);
        };
        let second_text = extension.map_or(&[][..], Command::text);
        match opcode {
            Opcode::Configure => self.configure(command),
            Opcode::NewOrder => self.new_order(command, transaction),
            Opcode::CancelOrder => self.cancel_order(command, transaction),
            Opcode::ReplaceOrder => self.replace_order(command, second_text, transaction),
            Opcode::MassCancel => self.mass_cancel(command, transaction),
            Opcode::Deposit => self.deposit(command),
            Opcode::Withdraw => self.withdraw(command),
            Opcode::Transfer => self.transfer(command),
            Opcode::SweepFees => self.sweep_fees(command, second_text, transaction),
            Opcode::SessionOpened => self.session_opened(command, transaction),
            Opcode::SessionClosed => self.session_closed(command, transaction),
            Opcode::Clock => self.clock(transaction),
            Opcode::Continue => self.continue_backlog(transaction),
            Opcode::CreateCurrency => self.create_currency(command, second_text, transaction),
            Opcode::CreateInstrument => self.create_instrument(command, second_text, transaction),
            Opcode::CreateAccount => self.create_account(command, second_text, transaction),
            Opcode::SetAlias => self.set_alias(command, second_text, transaction),
            Opcode::RemoveAlias => self.remove_alias(command, second_text, transaction),
            Opcode::SetFees => self.set_fees(command, second_text, transaction),
            Opcode::SetLimit => self.set_limit(command, second_text, transaction),
            Opcode::SetBand => self.set_band(command, second_text, transaction),
            Opcode::SetInstrumentState => self.set_state(command, second_text, transaction),
            Opcode::SetAccountState => self.set_account_state(command, second_text, transaction),
            Opcode::Extension => Err(RejectCode::CommandUnknown),
        }
    }

    /// Instrument of the order that a cancel or replace names.
    fn instrument_of_order(&self, command: &Command, extension: Option<&Command>) -> u32 {
        let text = match Opcode::from_byte(command.opcode) {
            Some(Opcode::CancelOrder) => command.text(),
            Some(Opcode::ReplaceOrder) => extension.map_or(&[][..], Command::text),
            _ => return 0,
        };
        let found = self.find_order(command.account, 0, command.order_id, text);
        found.map_or(0, |known| known.instrument)
    }

    /// Whether `Continue` must come before the next command.
    #[must_use]
    pub fn has_backlog(&self) -> bool {
        !self.backlog.is_empty()
    }

    /// Whether a reference price would move at the next `Clock`.
    #[must_use]
    pub fn waits_for_clock(&self) -> bool {
        self.instruments.iter().any(|instrument| instrument.reference_at_clock().is_some())
    }

    /// Sequence of the last command.
    #[must_use]
    pub fn sequence(&self) -> Sequence {
        self.sequence
    }

    /// Time of the last command.
    #[must_use]
    pub fn time_ns(&self) -> TimeNs {
        self.time_ns
    }
}

/// Whether the header of an accepted command carries the command's instrument.
fn names_instrument(opcode: Opcode) -> bool {
    use Opcode::*;
    matches!(opcode, MassCancel | SweepFees | SetFees | SetLimit | SetBand | SetInstrumentState)
}
