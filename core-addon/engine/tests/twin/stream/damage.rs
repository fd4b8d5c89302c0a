//! Records that no well-behaved gateway sends.

use engine::command::{Command, Opcode};
use engine::units::{SUPPLY_MAX, TICKS_MAX};

use crate::twin::random::Random;

const NUMBERS: [i64; 17] = [
    0,
    1,
    2,
    3,
    5,
    7,
    9,
    -1,
    1_000_000,
    1_000_001,
    -1_000_001,
    TICKS_MAX - 1,
    TICKS_MAX,
    u32::MAX as i64,
    u32::MAX as i64 + 1,
    i64::MAX,
    i64::MIN,
];
const BYTES: [u8; 9] = [0, 1, 2, 3, 4, 5, 6, 7, 255];
const TEXTS: [&str; 9] = [
    "",
    "ob-1",
    "two words",
    "comma,comma",
    "quote\"",
    "\u{e9}",
    "fees",
    "a-name-that-is-longer-than-thirty-two",
    "exactly-sixty-four-characters-of-text-in-one-client-order-id-abc",
];

/// Sets one field to something unusual.
pub fn change_one_field(
    random: &mut Random,
    command: &mut Command,
    extension: &mut Option<Command>,
) {
    let number = *random.pick(&NUMBERS);
    let byte = *random.pick(&BYTES);
    let text = *random.pick(&TEXTS);
    match random.below(18) {
        0 => command.flags = byte,
        1 => command.side = byte,
        2 => command.order_type = byte,
        3 => command.time_in_force = byte,
        4 => command.kind = byte,
        5 => command.text_length = *random.pick(&[0, 1, 63]),
        6 => command.account = number as u32,
        7 => command.instrument = number as u32,
        8 => command.session = number as u64,
        9 => command.order_id = number as u64,
        10 => command.price = number,
        11 => command.quantity = number,
        12 => {
            let amounts = [0, -1, 1, SUPPLY_MAX, SUPPLY_MAX + 1, i128::MAX, i128::MIN];
            *command = command.with_amount(*random.pick(&amounts));
        }
        13 => *command = command.with_text(text),
        14 => *extension = Some(Command::new(Opcode::Extension).with_text(text)),
        15 => command.opcode = byte,
        16 => command.text[63] = b'x',
        _ => command.text_length = *random.pick(&[64, 65, 255]),
    }
}

/// A record of random bytes, mostly with an opcode that exists.
pub fn nonsense(random: &mut Random) -> Command {
    let known =
        [10, 11, 12, 13, 20, 21, 22, 23, 30, 31, 40, 41, 50, 51, 52, 53, 54, 55, 56, 57, 58];
    let mut command = Command::new(Opcode::Clock);
    let mut byte = || random.next() as u8;
    command.flags = byte();
    command.side = byte();
    command.order_type = byte();
    command.time_in_force = byte();
    command.kind = byte();
    command.text_length = byte();
    command.text = std::array::from_fn(|_| byte());
    command.account = random.next() as u32;
    command.instrument = random.next() as u32;
    command.session = random.next();
    command.order_id = random.next();
    command.price = random.next() as i64;
    command.quantity = random.next() as i64;
    command.amount = [random.next(), random.next()];
    command.opcode = if random.one_in(4) { random.next() as u8 } else { *random.pick(&known) };
    command
}
