//! Orders, cancels and replaces as clients send them.

use engine::command::{Command, FLAG_ADMIN, FLAG_CANCEL_ON_DISCONNECT, Opcode};

use super::{Call, Stream};
use crate::twin::stream::Shape;
use crate::twin::view::View;

const BUY: u8 = 1;
const LIMIT: u8 = 1;
const MARKET: u8 = 2;
const GTC: u8 = 1;
const IOC: u8 = 2;
const FOK: u8 = 3;
const POST_ONLY: u8 = 4;

/// Client ids that are used again and again.
const POOL: u64 = 40;

impl Stream {
    pub(super) fn place(&mut self, view: &View) -> Call {
        let mut command = Command::new(Opcode::NewOrder);
        command.account = *self.random.pick(&self.world.accounts);
        let index = self.random.below(self.world.instruments.len() as u64) as usize;
        command.instrument = index as u32 + 1;
        command.side = self.random.between(1, 2) as u8;
        command.session = self.session_of(view, command.account);
        command.kind = self.random.below(2) as u8;
        command.order_type = if self.random.one_in(8) { MARKET } else { LIMIT };
        if self.random.one_in(4) {
            command.flags |= FLAG_CANCEL_ON_DISCONNECT;
        }
        command.quantity = self.quantity(index);
        if command.order_type == LIMIT {
            let kinds = [(10, GTC), (2, IOC), (2, FOK), (3, POST_ONLY)];
            command.time_in_force = self.random.weighted(&kinds);
            command.price = self.price(view, index, command.side == BUY);
        } else {
            command.time_in_force = IOC;
            if command.side == BUY && !self.random.one_in(3) {
                let unit = self.world.instruments[index].quantity_unit;
                let value = self.world.ordinary_value(index, command.quantity / unit);
                let cut = i128::from(self.random.between(1, 1_500));
                command = command.with_amount((value * cut / 1_000).max(1));
                command.quantity = 0;
            }
        }
        (command.with_text(&self.client_id()), None)
    }

    /// Around the centre, so that most books stay two-sided and many orders trade.
    fn price(&mut self, view: &View, index: usize, buys: bool) -> i64 {
        if self.world.shape == Shape::Wide {
            return self.wide_price(index, buys);
        }
        let known = view.instruments.get(&(index as u32 + 1)).map_or(0, |known| known.reference);
        let centre = if known == 0 { self.world.instruments[index].centre } else { known };
        if self.world.shape == Shape::Backlog && !self.random.one_in(8) {
            // Far from the other side: these orders gather.
            let distance = self.random.between(1, 40);
            return if buys { (centre - distance).max(1) } else { centre + distance };
        }
        let spread = (centre / 200).clamp(2, 8);
        let offset = self.random.between(-spread, spread);
        let away = i64::from(self.random.one_in(2));
        (centre + offset + if buys { -away } else { away }).max(1)
    }

    /// From the touch to far behind it, around a centre that jumps: levels of all distances, and
    /// now and then a sweep of what an earlier centre left.
    fn wide_price(&mut self, index: usize, buys: bool) -> i64 {
        let place = &mut self.world.instruments[index];
        if self.random.one_in(150) {
            let jump = *self.random.pick(&[100, 5_000, 40_000]);
            place.centre = (place.centre + self.random.between(-jump, jump)).max(50_000);
        }
        let reach = *self.random.pick(&[3, 3, 60, 60, 4_000, 20_000, 60_000]);
        let distance = self.random.between(-1 - reach / 30, reach);
        (place.centre + if buys { -distance } else { distance }).max(1)
    }

    fn quantity(&mut self, index: usize) -> i64 {
        let most = *self.random.pick(&[1, 5, 20, 20, 60]);
        self.random.between(1, most) * self.world.instruments[index].quantity_unit
    }

    fn client_id(&mut self) -> String {
        match self.random.below(60) {
            0..34 => String::new(),
            34..50 => self.fresh_id("o"),
            50..59 => format!("p{}", self.random.below(POOL)),
            _ => (*self.random.pick(&["ob-7", "a b", "a,b", "\u{7f}"])).to_string(),
        }
    }

    /// No session, or one of the account; now and then any.
    fn session_of(&mut self, view: &View, account: u32) -> u64 {
        let own: Vec<u64> = view
            .sessions
            .iter()
            .filter(|(_, owner)| **owner == account)
            .map(|(id, _)| *id)
            .collect();
        if self.random.one_in(60) {
            let any: Vec<u64> = view.sessions.keys().copied().chain([1 << 40]).collect();
            return *self.random.pick(&any);
        }
        if own.is_empty() || self.random.one_in(2) { 0 } else { *self.random.pick(&own) }
    }

    /// Names an order: mostly an open one of the account, by order id or client id.
    fn target(&mut self, view: &View) -> (u32, u64, String) {
        let open: Vec<u64> = view.orders.keys().copied().collect();
        let mut account = *self.random.pick(&self.world.accounts);
        let mut id = self.random.below(2_000);
        let mut text = format!("p{}", self.random.below(POOL));
        if !open.is_empty() && !self.random.one_in(8) {
            id = *self.random.pick(&open);
            let order = &view.orders[&id];
            account = if self.random.one_in(15) { account } else { order.account };
            text = String::from_utf8_lossy(&order.client_order_id).into_owned();
        } else if !view.finals.is_empty() {
            (id, account) = *self.random.pick(&view.finals);
        }
        if text.is_empty() || self.random.one_in(8) {
            text = format!("ob-{id}");
        }
        match self.random.below(3) {
            0 => (account, 0, text),
            1 => (account, id, String::new()),
            _ => (account, id, text),
        }
    }

    pub(super) fn cancel(&mut self, view: &View) -> Call {
        let (account, id, text) = self.target(view);
        let mut command = Command::new(Opcode::CancelOrder).with_text(&text);
        command.account = account;
        command.order_id = id;
        command.session = self.session_of(view, account);
        if self.random.one_in(5) {
            command.instrument = self.random.between(1, 3) as u32;
        }
        if self.random.one_in(6) {
            command.flags = FLAG_ADMIN;
        }
        (command, self.own_id())
    }

    pub(super) fn replace(&mut self, view: &View) -> Call {
        let (account, id, text) = self.target(view);
        let mut command = Command::new(Opcode::ReplaceOrder).with_text(&self.client_id());
        command.account = account;
        command.order_id = id;
        command.session = self.session_of(view, account);
        command.price = self.random.between(1, 100);
        command.quantity = self.random.between(1, 20);
        if let Some(order) = view.orders.get(&id) {
            let (price, quantity, filled) = (order.price, order.quantity, order.filled);
            // An instrument made by the stream itself is not of its world.
            let index = (order.instrument as usize - 1).min(self.world.instruments.len() - 1);
            let unit = self.world.instruments[index].quantity_unit;
            let (price, quantity) = match self.random.below(8) {
                0 => (price, (quantity - unit).max(1)),
                1 => (price, quantity + self.quantity(index)),
                2 => (price, quantity),
                3 => (price, filled.max(1)),
                4 => (price, filled + 1),
                5 => (self.price(view, index, order.side == BUY), quantity),
                // Through the book.
                6 => (self.price(view, index, order.side != BUY), quantity),
                _ => (self.price(view, index, order.side == BUY), self.quantity(index) + filled),
            };
            command.price = price;
            command.quantity = quantity;
        }
        (command, Self::extension_of(&text))
    }

    pub(super) fn mass_cancel(&mut self, view: &View) -> Call {
        let mut command = Command::new(Opcode::MassCancel);
        command.account = *self.random.pick(&self.world.accounts);
        command.session = self.session_of(view, command.account);
        if self.random.one_in(2) {
            command.instrument = self.random.between(1, 4) as u32;
        }
        if self.random.one_in(4) {
            command.flags = FLAG_ADMIN;
        }
        (command, self.own_id())
    }

    /// None, or an id of the request alone.
    fn own_id(&mut self) -> Option<Command> {
        let id = if self.random.one_in(2) { self.fresh_id("q") } else { String::new() };
        Self::extension_of(&id)
    }

    pub(super) fn session(&mut self, view: &View) -> Call {
        let open: Vec<u64> = view.sessions.keys().copied().collect();
        if !open.is_empty() && self.random.one_in(3) {
            let mut command = Command::new(Opcode::SessionClosed);
            command.session = *self.random.pick(&open);
            return (command, None);
        }
        let name = format!("s{}", self.random.below(2));
        let mut command = Command::new(Opcode::SessionOpened).with_text(&name);
        command.account = *self.random.pick(&self.world.accounts);
        command.flags = self.random.below(2) as u8 * FLAG_CANCEL_ON_DISCONNECT;
        (command, None)
    }
}
