//! Money and administration, with a pull back to a venue that trades.

use engine::command::{Command, Opcode, Side};
use engine::units::SUPPLY_MAX;

use super::world::{set_band, set_fees, set_limit};
use super::{Call, Stream};
use crate::twin::view::View;

#[derive(Clone, Copy)]
enum Topic {
    State,
    Fees,
    Band,
    Limit,
    Suspension,
    Currency,
    Instrument,
    Account,
    Alias,
    NoAlias,
    Sweep,
    Capacity,
}

const TOPICS: [(u64, Topic); 12] = [
    (10, Topic::State),
    (5, Topic::Fees),
    (8, Topic::Band),
    (14, Topic::Limit),
    (5, Topic::Suspension),
    (2, Topic::Currency),
    (2, Topic::Instrument),
    (2, Topic::Account),
    (3, Topic::Alias),
    (2, Topic::NoAlias),
    (3, Topic::Sweep),
    (1, Topic::Capacity),
];

impl Stream {
    pub(super) fn money(&mut self, view: &View) -> Call {
        let accounts = self.world.accounts.clone();
        let account = *self.random.pick(&accounts);
        let index = self.random.below(self.world.instruments.len() as u64) as usize;
        let of_quote = self.random.one_in(2);
        let mut command = self.world.deposit(&mut self.random, account, index, of_quote);
        let available = view.available(account, command.instrument);
        match self.random.below(8) {
            0..3 => {}
            3..5 => command.opcode = Opcode::Withdraw as u8,
            _ => {
                command.opcode = Opcode::Transfer as u8;
                command.order_id = u64::from(*self.random.pick(&accounts));
            }
        }
        let is_deposit = command.opcode == Opcode::Deposit as u8;
        if !is_deposit && available > 0 && self.random.one_in(2) {
            command = command.with_amount(available / i128::from(self.random.between(1, 4)));
        }
        if is_deposit && self.random.one_in(12) {
            command = command.with_amount(SUPPLY_MAX - i128::from(self.random.below(1_000)));
        }
        if self.random.one_in(15) {
            command.account = self.random.between(1, 2) as u32;
        }
        command.session = self.caller();
        let request_id = self.request_id();
        let request_id = if request_id.is_empty() { self.fresh_id("m") } else { request_id };
        (command.with_text(&request_id), None)
    }

    /// Callers of one slot, mostly.
    fn caller(&mut self) -> u64 {
        *self.random.pick(&[3, 3, 3, 1_027, 1, 5, 5, 77])
    }

    pub(super) fn administration(&mut self, view: &View) -> Call {
        let mut command = self.setting(view);
        command.session = self.caller();
        let request_id = self.request_id();
        (command, Self::extension_of(&request_id))
    }

    fn setting(&mut self, view: &View) -> Command {
        let id = self.random.between(1, self.world.instruments.len() as i64) as u32;
        let centre = self.world.instruments[id as usize - 1].centre;
        let new_name = self.fresh_id("N");
        match self.random.weighted(&TOPICS) {
            Topic::State => self.state(id),
            Topic::Fees => set_fees(&mut self.random, id),
            Topic::Band => set_band(&mut self.random, id, centre),
            Topic::Limit => self.limit(view, id),
            Topic::Suspension => self.suspension(),
            Topic::Currency => {
                let name = if self.random.one_in(3) { "C0" } else { &new_name };
                let mut command = Command::new(Opcode::CreateCurrency).with_text(name);
                command.quantity = self.random.between(0, 19);
                command
            }
            Topic::Instrument => self.new_instrument(&new_name),
            Topic::Account => {
                let name = if self.random.one_in(3) { "account-3" } else { &new_name };
                Command::new(Opcode::CreateAccount).with_text(name)
            }
            Topic::Alias => self.alias(id, &new_name),
            Topic::NoAlias => self.no_alias(view),
            Topic::Sweep => {
                let mut command = Command::new(Opcode::SweepFees);
                command.instrument = id;
                command
            }
            Topic::Capacity => {
                let mut command = Command::new(Opcode::Configure);
                command.session = self.random.below(9);
                command.order_id = self.random.below(2) * self.random.below(80);
                command.quantity = self.random.between(0, 5);
                command
            }
        }
    }

    fn state(&mut self, id: u32) -> Command {
        let mut command = Command::new(Opcode::SetInstrumentState);
        command.instrument = id;
        command.kind = self.random.between(1, 4) as u8;
        command
    }

    fn suspension(&mut self) -> Command {
        let mut command = Command::new(Opcode::SetAccountState);
        command.account = *self.random.pick(&self.world.accounts);
        command.kind = 2;
        command
    }

    /// What brings a closed instrument or a suspended account back, when there is one.
    pub(super) fn repair(&mut self, view: &View) -> Option<Command> {
        if let Some((id, _)) = view.instruments.iter().find(|(_, known)| known.state != 1) {
            let mut command = Command::new(Opcode::SetInstrumentState);
            command.instrument = *id;
            command.kind = 1;
            return Some(command);
        }
        let (id, _) = view.accounts.iter().find(|(_, state)| **state != 1)?;
        let mut command = Command::new(Opcode::SetAccountState);
        command.account = *id;
        command.kind = 1;
        Some(command)
    }

    /// Near what ordinary orders need; mostly the limit is taken away.
    fn limit(&mut self, view: &View, id: u32) -> Command {
        let kind = self.random.between(1, 6) as u8;
        let index = id as usize - 1;
        let unit = i128::from(self.world.instruments[index].quantity_unit);
        let lots = self.random.between(1, 40);
        let value = match kind {
            1 => i128::from(self.random.between(1, 4)) * unit,
            2 => i128::from(self.random.between(10, 60)) * unit,
            3 => self.world.ordinary_value(index, 1 + lots / 10),
            4 => self.world.ordinary_value(index, lots),
            5 => i128::from(self.random.between(2, 12)),
            _ => self.position_near(view, index) + i128::from(lots) * unit,
        };
        let none = if kind == 5 { 1_000 } else { 0 };
        set_limit(id, kind, if self.random.one_in(5) { value } else { none })
    }

    /// Lots that some account has, if there is one that also buys, so that a limit just above them
    /// binds.
    fn position_near(&mut self, view: &View, index: usize) -> i128 {
        let buys = view.orders.values().filter(|order| {
            order.instrument as usize == index + 1 && order.side == Side::Buy as u8
        });
        let buyers: Vec<u32> = buys.map(|order| order.account).collect();
        let known = if buyers.is_empty() { &self.world.accounts } else { &buyers };
        let account = *self.random.pick(known);
        let place = &self.world.instruments[index];
        view.available(account, place.base) / i128::from(place.lot)
    }

    /// Few of these are exact.
    fn new_instrument(&mut self, new_name: &str) -> Command {
        let name = if self.random.one_in(3) { "I0" } else { new_name };
        let mut command = Command::new(Opcode::CreateInstrument).with_text(name);
        command.account = self.random.between(1, 3) as u32;
        command.instrument = 1 + (command.account + self.random.below(2) as u32) % 3;
        command.price = self.random.between(1, 10);
        command.side = self.random.below(10) as u8;
        command.quantity = 10_i64.pow(self.random.below(19) as u32);
        command
    }

    fn alias(&mut self, id: u32, new_name: &str) -> Command {
        let name = match self.random.below(4) {
            0 => "I0",
            1 => "account-3",
            _ => new_name,
        };
        let mut command = Command::new(Opcode::SetAlias).with_text(name);
        command.kind = self.random.between(1, 2) as u8;
        command.instrument = id;
        command.account = *self.random.pick(&self.world.accounts);
        command
    }

    fn no_alias(&mut self, view: &View) -> Command {
        let mut command = Command::new(Opcode::RemoveAlias).with_text("I0");
        command.kind = 1;
        let known: Vec<&(u8, Vec<u8>)> = view.aliases.iter().collect();
        if !known.is_empty() {
            let (kind, text) = *self.random.pick(&known);
            command = command.with_text(&String::from_utf8_lossy(text));
            command.kind = *kind;
        }
        command
    }
}
