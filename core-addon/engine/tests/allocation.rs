//! No command allocates once the tables have seen their largest size.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use engine::Engine;
use engine::change::ChangeWriter;
use engine::command::{Command, Opcode, OrderType, Side, TimeInForce};
use engine::fetch::Reading;

struct Counting;

thread_local! {
    static ALLOCATIONS: Cell<u64> = const { Cell::new(0) };
}

// SAFETY: every call is passed on to the system allocator unchanged; counting allocates nothing.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.with(|count| count.set(count.get() + 1));
        // SAFETY: the caller keeps the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller keeps the contract of `dealloc`.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        ALLOCATIONS.with(|count| count.set(count.get() + 1));
        // SAFETY: the caller keeps the contract of `realloc`.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// The time of every command: one for the whole test, so that nothing expires.
const TIME_NS: u64 = 1_000_000;
const ACCOUNTS: u32 = 40;

struct Venue {
    engine: Engine,
    changes: ChangeWriter,
    random: u64,
    /// One of each account.
    sessions: Vec<u64>,
}

impl Venue {
    fn execute(&mut self, command: &Command) -> u16 {
        self.execute_with(command, None)
    }

    fn execute_with(&mut self, command: &Command, extension: Option<&Command>) -> u16 {
        self.changes.clear();
        let sequence = self.engine.sequence() + 1;
        self.engine.look_ahead(std::slice::from_ref(command), Reading);
        self.engine.execute(sequence, TIME_NS, command, extension, &mut self.changes);
        (self.changes.words()[3] & 0xffff) as u16
    }

    fn accept(&mut self, command: &Command) {
        let code = self.execute(command);
        assert_eq!(code, 0, "{command:?}");
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.random = self.random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695);
        (self.random >> 33) % bound
    }

    /// Two currencies, one instrument, funded accounts. Few open orders and few final ones kept, so
    /// that every table reaches its largest size during the warm-up.
    fn new() -> Venue {
        let (engine, changes) = (Engine::new([1, 2]), ChangeWriter::default());
        let mut venue = Venue { engine, changes, random: 7, sessions: Vec::new() };
        venue.accept(&Command { session: 64, order_id: 2_000, ..Command::new(Opcode::Configure) });
        for code in ["BTC", "USD"] {
            venue.accept(&Command::new(Opcode::CreateCurrency).with_text(code));
        }
        let mut instrument = Command::new(Opcode::CreateInstrument).with_text("BTC-USD");
        (instrument.account, instrument.instrument) = (1, 2);
        (instrument.price, instrument.quantity) = (1, 1);
        venue.accept(&instrument);
        let open = Command { instrument: 1, kind: 1, ..Command::new(Opcode::SetInstrumentState) };
        venue.accept(&open);
        let fees = Command { instrument: 1, price: 500, quantity: 1_000, ..open };
        venue.accept(&Command { opcode: Opcode::SetFees as u8, ..fees });
        let limit = Command { instrument: 1, kind: 5, ..Command::new(Opcode::SetLimit) };
        venue.accept(&limit.with_amount(20));
        for account in 3..3 + ACCOUNTS {
            let name = format!("trader-{account}");
            venue.accept(&Command::new(Opcode::CreateAccount).with_text(&name));
            let opened = Command { account, ..Command::new(Opcode::SessionOpened) };
            venue.accept(&opened.with_text("s"));
            venue.sessions.push(venue.engine.sequence());
            for currency in [1, 2] {
                let deposit = Command { account, instrument: currency, session: 2, ..open };
                let deposit = Command { opcode: Opcode::Deposit as u8, kind: 0, ..deposit };
                let id = format!("{account}-{currency}");
                venue.accept(&deposit.with_amount(1 << 60).with_text(&id));
            }
        }
        venue
    }

    /// One random order, cancel, replace, mass cancel or transfer with a fresh id; most orders are
    /// those of a session.
    fn step(&mut self, number: u64) {
        let account = 3 + self.below(u64::from(ACCOUNTS)) as u32;
        let recent = self.engine.sequence().saturating_sub(self.below(300));
        let price = 1_000 + self.below(if number.is_multiple_of(50) { 60_000 } else { 40 }) as i64;
        let mut command = Command { account, instrument: 1, ..Command::new(Opcode::NewOrder) };
        match self.below(20) {
            0..10 => {
                command.side = [Side::Buy, Side::Sell][self.below(2) as usize] as u8;
                command.order_type = OrderType::Limit as u8;
                command.time_in_force = [TimeInForce::Gtc, TimeInForce::Ioc, TimeInForce::Fok]
                    [self.below(3) as usize] as u8;
                command.price = price;
                command.quantity = 1 + self.below(50) as i64;
                if self.below(8) != 0 {
                    write_id(&mut command, number);
                }
            }
            10..14 => {
                command.opcode = Opcode::CancelOrder as u8;
                command.order_id = recent;
            }
            14..18 => {
                command.opcode = Opcode::ReplaceOrder as u8;
                command.order_id = recent;
                (command.price, command.quantity) = (price, 1 + self.below(60) as i64);
            }
            18 => command.opcode = Opcode::MassCancel as u8,
            _ => {
                command.opcode = Opcode::Transfer as u8;
                command.order_id = u64::from(3 + (account - 2) % ACCOUNTS);
                command.session = 2;
                command = command.with_amount(5);
                write_id(&mut command, number);
            }
        }
        let is_order = command.opcode != Opcode::Transfer as u8;
        if is_order && !number.is_multiple_of(4) {
            command.session = self.sessions[account as usize - 3];
        }
        let mut own_id = Command::new(Opcode::Extension);
        write_id(&mut own_id, number);
        let is_cancel = [Opcode::CancelOrder as u8, Opcode::MassCancel as u8];
        let has_own_id = is_cancel.contains(&command.opcode) && number.is_multiple_of(2);
        self.execute_with(&command, has_own_id.then_some(&own_id));
        if number.is_multiple_of(1_000) {
            self.engine.state_hash();
        }
    }
}

/// A client or request id made without allocating.
fn write_id(command: &mut Command, number: u64) {
    let digits = number.to_le_bytes().map(|byte| [b'a' + byte / 16, b'a' + byte % 16]);
    command.text[..16].copy_from_slice(digits.as_flattened());
    command.text_length = 16;
}

#[test]
fn no_command_allocates_after_warm_up() {
    let mut venue = Venue::new();
    // Request ids are kept for a day, up to 65,536 of them: warm up until they turn over.
    for number in 0..1_600_000 {
        venue.step(number);
    }
    let before = ALLOCATIONS.with(Cell::get);
    for number in 1_600_000..1_700_000 {
        venue.step(number);
    }
    let allocations = ALLOCATIONS.with(Cell::get) - before;
    assert_eq!(allocations, 0, "100,000 commands allocated");
}
