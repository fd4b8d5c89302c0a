//! Frames that were damaged at random: the fast reader must say what the verifier says, and the
//! gate must survive, answer with frames that verify, and hold no more memory than before.
//!
//! `OPENBELL_EXECUTIONS=10000000 cargo test --release -p wire --test gate fuzz` is the long run;
//! `OPENBELL_SEED=n` repeats one seed.

use wire::generated::{Side, TimeInForce};
use wire::{
    Bounds, Gate, LogIn, OrderCommand, Position, Request, SessionSpec, flag, read_request,
    read_verified,
};

use crate::heap::live_bytes;
use crate::random::Random;
use crate::support::{Order, cancel, heartbeat, login, mass_cancel, messages, replace};

fn number(name: &str, otherwise: u64) -> u64 {
    let Ok(text) = std::env::var(name) else { return otherwise };
    text.parse().unwrap_or_else(|_| panic!("{name} is not a number: {text}"))
}

/// Every client message that decoding looks into, and some that it does not.
fn seeds() -> Vec<Vec<u8>> {
    let text = Order { client_order_id: "first", ..Order::limit(Side::Sell, 9, 100, 0) };
    let long = "x".repeat(64);
    let longest = Order { client_order_id: &long, ..Order::limit(Side::Buy, 9, 100, 0) };
    let fok = Order { time_in_force: TimeInForce::Fok, ..Order::limit(Side::Buy, 1, 2, u64::MAX) };
    vec![
        text.frame(),
        longest.frame(),
        fok.frame(),
        Order::limit(Side::Buy, 2, 100, 1).frame(),
        cancel(3, 0),
        cancel(3, 17),
        replace(2, 3, 4, 91),
        mass_cancel(0),
        mass_cancel(12),
        login(),
        heartbeat(),
    ]
}

const WORDS: [u32; 12] =
    [0, 1, 4, 8, 0x7f, 0x80, 0xffff, 0x8000, 0x7fff_ffff, 0x8000_0000, u32::MAX - 3, u32::MAX];

/// Damages a frame in one place; its length stays true unless that is what is damaged.
fn damage(frame: &mut Vec<u8>, random: &mut Random, others: &[Vec<u8>]) {
    let at = random.below(frame.len().max(1));
    match random.below(9) {
        0..=2 if !frame.is_empty() => frame[at] ^= 1 << random.below(8),
        3 if !frame.is_empty() => frame[at] = random.next() as u8,
        4 if at + 4 <= frame.len() => {
            frame[at..at + 4].copy_from_slice(&random.pick(&WORDS).to_le_bytes());
        }
        5 if at + 2 <= frame.len() => {
            frame[at..at + 2].copy_from_slice(&(random.pick(&WORDS) as u16).to_le_bytes());
        }
        6 => frame.truncate(at),
        7 => {
            let other = &others[random.below(others.len())];
            let from = random.below(other.len());
            let end = (from + random.below(16)).min(other.len());
            frame.splice(at..at, other[from..end].iter().copied());
        }
        _ => {
            let end = (at + random.below(8)).min(frame.len());
            frame.drain(at..end);
        }
    }
    if frame.len() >= 4 && random.below(16) > 0 {
        let length = (frame.len() - 4) as u32;
        frame[..4].copy_from_slice(&length.to_le_bytes());
    }
}

fn damaged(random: &mut Random, seeds: &[Vec<u8>]) -> Vec<u8> {
    let mut frame = seeds[random.below(seeds.len())].clone();
    for _ in 0..random.below(4) {
        damage(&mut frame, random, seeds);
    }
    frame
}

#[test]
fn the_fast_reader_says_what_the_verifier_says() {
    let executions = number("OPENBELL_EXECUTIONS", 100_000);
    let seed = number("OPENBELL_SEED", 1);
    let (mut random, seeds) = (Random(seed), seeds());
    let (mut plain, mut checked) = (OrderCommand::default(), OrderCommand::default());
    let mut orders = 0;
    for execution in 0..executions {
        let frame = damaged(&mut random, &seeds);
        // Of exactly its size, so that a checker of memory sees the byte behind it.
        let frame = frame.into_boxed_slice();
        let found = read_request(&frame, &mut plain);
        let expected = read_verified(&frame, &mut checked);
        let place = || format!("OPENBELL_SEED={seed}, execution {execution}: {frame:02x?}");
        assert_eq!(found, expected, "{}", place());
        if found == Request::Order {
            assert_eq!(plain.command, checked.command, "{}", place());
            assert_eq!(plain.extension_text(), checked.extension_text(), "{}", place());
            orders += 1;
        }
    }
    assert!(orders > executions / 10, "only {orders} frames were orders still");
}

/// A port with one session and a client that sends what it likes.
struct Port {
    gate: Gate,
    session: u32,
}

const BOUNDS: Bounds = Bounds {
    connections: 2,
    sessions: 1,
    in_flight: 8,
    batch_commands: 6,
    input_bytes: 20 << 10,
    unsent_bytes: 8 << 10,
    ring_bytes: 4 << 10,
    control_frames: 3,
};

impl Port {
    fn new() -> Port {
        let position = Position { engine_session: 9, ..Position::default() };
        let mut gate = Gate::new(BOUNDS);
        let engine_name = b"one";
        let spec = SessionSpec {
            account: 3,
            engine_name,
            balance_updates: false,
            increasing_refs: true,
            position,
        };
        let session = gate.open_session(&spec).expect("there is room");
        Port { gate, session }
    }

    /// One connection from its start to its end.
    fn converse(&mut self, random: &mut Random, seeds: &[Vec<u8>]) -> u64 {
        assert!(self.gate.connect(1));
        let mut executions = 0;
        let is_logged_in = random.below(4) > 0;
        if is_logged_in {
            self.hear(&login(), random);
        }
        for _ in 0..random.below(64) {
            let frames = 1 + random.below(4);
            let bytes: Vec<u8> = (0..frames).flat_map(|_| damaged(random, seeds)).collect();
            executions += frames as u64;
            let at = random.below(bytes.len() + 1);
            self.hear(&bytes[..at], random);
            if self.hear(&bytes[at..], random) & flag::CLOSE != 0 {
                break;
            }
        }
        self.gate.disconnect(1);
        assert!(self.gate.is_idle(self.session), "nothing is in flight");
        executions
    }

    fn hear(&mut self, bytes: &[u8], random: &mut Random) -> u32 {
        let grants = [0, 1, 100];
        let (requests, cancels) = (random.pick(&grants), random.pick(&grants));
        let received = self.gate.receive(1, bytes, requests, cancels);
        assert!(received.requests_used <= requests && received.cancels_used <= cancels);
        let mut control = [0; 1 << 14];
        while self.gate.next_control(1, &mut control).is_some() {}
        let batch = self.gate.batch();
        assert!(batch.len() <= 2 * 6);
        for record in batch {
            let is_stamped = record.account == 3 && record.session != 0;
            assert!(is_stamped || record.opcode == 255, "{record:02x?}");
            assert!((10..=13).contains(&record.opcode) || record.opcode == 255);
        }
        self.gate.clear_batch(0, 0, 0, 9001);
        while self.gate.next_dirty().is_some() {}
        self.enter();
        let output = self.gate.output(1);
        assert!(output.len() <= 8 << 10);
        if random.below(8) > 0 {
            messages(output);
            self.gate.sent(1, output.len());
        }
        received.flags
    }

    /// Logs in whoever has sent a login; a second time it finds nothing to do.
    fn enter(&mut self) {
        if self.gate.is_idle(self.session) && self.gate.waits_for_login(1) {
            let login = LogIn { may_trade: true, cancel_on_disconnect: true, next_number: 0 };
            self.gate.log_in(1, self.session, &login);
            assert!(self.gate.go_live(1));
        }
    }
}

#[test]
fn the_gate_survives_whatever_comes() {
    let executions = number("OPENBELL_EXECUTIONS", 100_000);
    let seed = number("OPENBELL_SEED", 2);
    println!("OPENBELL_SEED={seed}");
    let (mut random, seeds, mut port) = (Random(seed), seeds(), Port::new());
    let mut done = 0;
    let mut early = 0;
    while done < executions {
        done += port.converse(&mut random, &seeds);
        let live = live_bytes();
        if early == 0 && done > executions / 4 {
            early = live;
        }
        // Buffers of the gate itself grow to their bounds; those of a connection go with it.
        assert!(early == 0 || live <= early + (64 << 10), "{live} bytes after {early}");
    }
    let statistics = port.gate.statistics();
    let kinds = [statistics.commands, statistics.malformed, statistics.throttled];
    assert!(kinds.iter().all(|kind| *kind > executions / 100), "{statistics:?}");
}
