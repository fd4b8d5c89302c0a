//! Tables whose bound lies too far for the lockstep streams: filled once, on the engine alone.

use engine::Engine;
use engine::change::{ChangeWriter, TRANSACTION_DUPLICATE};
use engine::command::{Command, Opcode};
use engine::generated::reject_code::RejectCode;
use engine::units::{Amount, TICKS_MAX};

/// `rules.md` 2.3, 2.4 and the bound of the alias table.
const KEPT_MAX: u64 = 65_536;
const OK: u16 = 0;

struct Venue {
    engine: Engine,
    changes: ChangeWriter,
}

struct Answer {
    code: u16,
    is_duplicate: bool,
    result: u64,
}

impl Venue {
    /// Currencies 1 and 2 without decimals, instrument 1 of them, and accounts from 3 on.
    fn new(accounts: u32) -> Venue {
        let changes = ChangeWriter::default();
        let mut venue = Venue { engine: Engine::new([1, 2]), changes };
        for code in ["BASE", "QUOTE"] {
            venue.run(Command::new(Opcode::CreateCurrency).with_text(code));
        }
        for account in 0..accounts {
            venue.run(Command::new(Opcode::CreateAccount).with_text(&format!("a{account}")));
        }
        let mut instrument = Command::new(Opcode::CreateInstrument).with_text("BASE-QUOTE");
        (instrument.account, instrument.instrument) = (1, 2);
        (instrument.price, instrument.quantity) = (1, 1);
        venue.run(instrument);
        let mut open = Command::new(Opcode::SetInstrumentState);
        (open.instrument, open.kind) = (1, 1);
        venue.run(open);
        venue
    }

    fn run(&mut self, command: Command) -> Answer {
        self.changes.clear();
        let sequence = self.engine.sequence() + 1;
        self.engine.execute(sequence, 1_000, &command, None, &mut self.changes);
        let words = self.changes.words();
        let flags = (words[3] >> 24) as u8;
        let is_duplicate = flags & TRANSACTION_DUPLICATE != 0;
        Answer { code: words[3] as u16, is_duplicate, result: words[4] }
    }

    fn deposit(&mut self, account: u32, currency: u32, amount: Amount, request_id: &str) -> Answer {
        let mut command = Command::new(Opcode::Deposit).with_amount(amount).with_text(request_id);
        (command.account, command.instrument, command.session) = (account, currency, 3);
        self.run(command)
    }

    /// A buy of `quantity` lots at price 1; IOC unless `rests`.
    fn buy(&mut self, account: u32, quantity: i64, rests: bool, id: &str) -> Answer {
        let mut command = Command::new(Opcode::NewOrder).with_text(id);
        (command.account, command.instrument, command.side) = (account, 1, 1);
        (command.order_type, command.time_in_force) = (1, if rests { 1 } else { 2 });
        (command.price, command.quantity) = (1, quantity);
        self.run(command)
    }
}

#[test]
fn aliases_are_refused_at_their_bound_and_accepted_below_it() {
    let mut venue = Venue::new(1);
    let alias = |opcode: Opcode, number: u64| {
        let mut command = Command::new(opcode).with_text(&format!("alias-{number}"));
        (command.kind, command.account) = (2, 3);
        command
    };
    for number in 0..KEPT_MAX {
        assert_eq!(venue.run(alias(Opcode::SetAlias, number)).code, OK, "alias {number}");
    }
    let full = RejectCode::AliasTableFull as u16;
    assert_eq!(venue.run(alias(Opcode::SetAlias, KEPT_MAX)).code, full);
    assert_eq!(venue.run(alias(Opcode::RemoveAlias, 7)).code, OK);
    assert_eq!(venue.run(alias(Opcode::SetAlias, KEPT_MAX)).code, OK);
}

#[test]
fn the_oldest_request_id_goes_when_a_caller_has_too_many() {
    let mut venue = Venue::new(1);
    for number in 0..=KEPT_MAX {
        assert_eq!(venue.deposit(3, 1, 1, &format!("r{number}")).code, OK);
    }
    assert!(venue.deposit(3, 1, 1, "r1").is_duplicate, "the second is still known");
    assert!(!venue.deposit(3, 1, 1, "r0").is_duplicate, "the first is not");
    assert!(!venue.deposit(3, 1, 1, "r1").is_duplicate, "and took the second's place");
    assert_eq!(venue.engine.state_hash(), venue.engine.state_hash_full());
}

#[test]
fn the_oldest_final_order_goes_when_an_account_has_too_many() {
    let mut venue = Venue::new(1);
    venue.deposit(3, 2, 1_000, "r");
    let first = venue.buy(3, 1, false, "o0").result;
    for number in 1..KEPT_MAX {
        assert_eq!(venue.buy(3, 1, false, &format!("o{number}")).code, OK);
    }
    let again = venue.buy(3, 1, false, "o0");
    assert!(again.is_duplicate && again.result == first, "the first is still known");
    assert_eq!(venue.buy(3, 1, false, "").code, OK);
    assert!(!venue.buy(3, 1, false, "o0").is_duplicate, "one more, and it is not");
    assert_eq!(venue.engine.state_hash(), venue.engine.state_hash_full());
}

#[test]
fn a_level_holds_less_than_two_to_the_53_lots() {
    let mut venue = Venue::new(1);
    venue.deposit(3, 2, Amount::from(TICKS_MAX) * 4, "r");
    let most = TICKS_MAX - 1;
    let full = RejectCode::OrderTableFull as u16;
    assert_eq!(venue.buy(3, most - 5, true, "").code, OK);
    let second = venue.buy(3, 5, true, "");
    assert_eq!(second.code, OK, "up to the bound");
    assert_eq!(venue.buy(3, 1, true, "").code, full);
    let mut replace = Command::new(Opcode::ReplaceOrder);
    (replace.account, replace.order_id, replace.price) = (3, second.result, 1);
    replace.quantity = 6;
    assert_eq!(venue.run(replace).code, full, "not by growing either");
    replace.quantity = 4;
    assert_eq!(venue.run(replace).code, OK);
    assert_eq!(venue.buy(3, 1, true, "").code, OK);
    assert_eq!(venue.engine.state_hash(), venue.engine.state_hash_full());
}
