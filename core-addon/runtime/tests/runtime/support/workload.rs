//! Seeded commands of a small venue, and the twin engine that executes the same ones.

use engine::Engine;
use engine::change::ChangeWriter;
use engine::command::{
    COMMAND_BYTES, Command, FLAG_CANCEL_ON_DISCONNECT, InstrumentState, LimitKind, Opcode,
    OrderType, Side, TimeInForce,
};
use runtime::record;

use super::random::Random;

/// Accounts 3 to this trade.
const ACCOUNTS: u32 = 6;

/// One command as the test submitted it.
#[derive(Clone, Copy, Debug)]
pub struct Sent {
    pub time_ns: u64,
    pub command: Command,
    pub extension: Option<Command>,
}

pub fn to_bytes(commands: &[Command]) -> Vec<u8> {
    commands.iter().flat_map(|command| *record::to_bytes(command)).collect()
}

/// Two currencies, one open instrument, four funded accounts.
pub fn setup() -> Vec<Command> {
    let mut commands = Vec::new();
    for (code, scale) in [("BTC", 9), ("USDT", 8)] {
        let mut currency = Command::new(Opcode::CreateCurrency).with_text(code);
        currency.quantity = scale;
        commands.push(currency);
    }
    let mut instrument = Command::new(Opcode::CreateInstrument).with_text("BTC-USDT");
    (instrument.account, instrument.instrument) = (1, 2);
    (instrument.price, instrument.side, instrument.quantity) = (1, 0, 1_000_000_000);
    commands.push(instrument);
    let mut open = Command::new(Opcode::SetInstrumentState);
    (open.instrument, open.kind) = (1, InstrumentState::Open as u8);
    commands.push(open);
    let mut band = Command::new(Opcode::SetBand);
    (band.instrument, band.price, band.quantity) = (1, 100, 500_000);
    commands.push(band);
    let mut limit = Command::new(Opcode::SetLimit);
    (limit.instrument, limit.kind) = (1, LimitKind::OpenOrdersMax as u8);
    commands.push(limit.with_amount(5_000));
    for account in 3..=ACCOUNTS {
        let name = format!("trader-{account}");
        // One command with an extension, so that every batch path sees one.
        let mut create = Command::new(Opcode::CreateAccount).with_text(&name);
        (create.extensions, create.session) = (1, 1);
        commands.push(create);
        commands.push(Command::new(Opcode::Extension).with_text(&name));
        for currency in [1, 2] {
            let request = format!("fund-{account}-{currency}");
            let mut deposit = Command::new(Opcode::Deposit).with_text(&request);
            (deposit.account, deposit.instrument, deposit.session) = (account, currency, 1);
            commands.push(deposit.with_amount(1_000_000_000_000_000_000));
        }
    }
    commands
}

/// One random command of a trader.
pub fn trade(random: &mut Random, next_id: u64) -> Command {
    let account = 3 + random.below(u64::from(ACCOUNTS) - 2) as u32;
    let mut command = match random.below(20) {
        0..=13 => {
            let mut order = Command::new(Opcode::NewOrder);
            if random.coin() {
                order = order.with_text(&format!("order-{next_id}"));
            }
            order.side = if random.coin() { Side::Buy as u8 } else { Side::Sell as u8 };
            order.order_type = OrderType::Limit as u8;
            order.time_in_force = TimeInForce::Gtc as u8;
            order.flags = FLAG_CANCEL_ON_DISCONNECT;
            order.price = 90 + random.below(20) as i64;
            order.quantity = 1 + random.below(9) as i64;
            order
        }
        14..=17 => {
            let mut cancel = Command::new(Opcode::CancelOrder);
            cancel.order_id = 1 + random.below(next_id);
            cancel
        }
        18 => Command::new(Opcode::MassCancel),
        _ => Command::new(Opcode::Clock),
    };
    command.account = account;
    command.instrument = if command.opcode == Opcode::NewOrder as u8 { 1 } else { 0 };
    command
}

/// Executes what was sent on a fresh engine, as far as `sequence`; returns the engine and, per
/// sequence, the transaction's words.
pub fn twin(hash_key: [u64; 2], sent: &[Sent], sequence: u64) -> (Engine, Vec<Vec<u64>>) {
    let mut engine = Engine::new(hash_key);
    let mut transactions = Vec::new();
    let rest = Command::new(Opcode::Continue);
    let mut changes = ChangeWriter::with_capacity(1 << 10);
    let mut run = |engine: &mut Engine, time_ns, command: &Command, extension: Option<&Command>| {
        changes.clear();
        engine.execute(engine.sequence() + 1, time_ns, command, extension, &mut changes);
        transactions.push(changes.words().to_vec());
    };
    for sent in sent {
        if engine.sequence() >= sequence {
            break;
        }
        run(&mut engine, sent.time_ns, &sent.command, sent.extension.as_ref());
        while engine.has_backlog() && engine.sequence() < sequence {
            run(&mut engine, sent.time_ns, &rest, None);
        }
    }
    assert_eq!(engine.sequence(), sequence, "the twin has no more commands");
    (engine, transactions)
}

/// The commands in submitted records.
pub fn sent(records: &[u8], time_ns: u64) -> Vec<Sent> {
    let (mut offset, mut found) = (0, Vec::new());
    while offset + COMMAND_BYTES <= records.len() {
        let item = record::read(records, offset);
        found.push(Sent { time_ns, command: item.command, extension: item.extension });
        offset = item.next;
    }
    found
}
