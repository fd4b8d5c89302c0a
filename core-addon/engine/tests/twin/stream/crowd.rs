//! One account with more orders than one transaction may cancel, and what cancels them (`rules.md`
//! 4.12).

use std::collections::VecDeque;

use engine::command::{Command, FLAG_ADMIN, FLAG_CANCEL_ON_DISCONNECT, Opcode};

use super::Call;
use super::world::World;
use crate::twin::random::Random;

/// Two bounds of 1,024 and some more.
const ORDERS: i64 = 2_100;
const OWNER: u32 = 3;

/// Appends a session, its crowd of orders and a closing or mass cancel to the setup.
pub fn append(world: &World, random: &mut Random, calls: &mut VecDeque<Call>) {
    let mut opened = Command::new(Opcode::SessionOpened).with_text("crowd");
    opened.account = OWNER;
    calls.push_back((opened, None));
    // Nothing before it leaves a backlog, so its place in the plan is its sequence.
    let session = calls.len() as u64;
    for index in 0..ORDERS {
        let mut order = resting_order(world, random, index);
        order.session = session;
        order.flags = u8::from(!random.one_in(40)) * FLAG_CANCEL_ON_DISCONNECT;
        calls.push_back((order, None));
    }
    let mut halt = Command::new(Opcode::SetInstrumentState);
    halt.instrument = 2;
    halt.kind = 3;
    let mut cancel = Command::new(Opcode::MassCancel);
    cancel.account = OWNER;
    match random.below(4) {
        // Closes over a halted instrument; what does not ask for it stays.
        0 => {
            calls.push_back((halt, None));
            cancel = Command::new(Opcode::SessionClosed);
            cancel.session = session;
        }
        // The owner's leaves the halted instrument out.
        1 => calls.push_back((halt, None)),
        2 => cancel.flags = FLAG_ADMIN,
        _ => {}
    }
    calls.push_back((cancel, None));
}

/// Far from the other side, on few levels, in two instruments by turns.
fn resting_order(world: &World, random: &mut Random, index: i64) -> Command {
    let position = (index % 2) as usize;
    let centre = world.instruments[position].centre;
    let mut order = Command::new(Opcode::NewOrder);
    order.account = OWNER;
    order.instrument = position as u32 + 1;
    order.side = random.between(1, 2) as u8;
    order.order_type = 1;
    order.time_in_force = 1;
    order.quantity = random.between(1, 3);
    let distance = random.between(1, 30);
    order.price = if order.side == 1 { (centre - distance).max(1) } else { centre + distance };
    if random.one_in(4) {
        order = order.with_text(&format!("crowd-{index}"));
    }
    order
}
