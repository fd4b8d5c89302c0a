//! Layer "gate": the way of a binary order in Rust, without sockets and JavaScript: frames in,
//! gate, core with its journal, gate, frames out.
//!
//! A turn brings a chunk of each of eight clients, executes them and copies out what the clients
//! are owed, as the addon does. A client sends orders that rest and, when its turn comes again,
//! their cancels by `client_ref`. Clients' bytes are made outside the time.

use std::path::Path;
use std::time::{Duration, Instant};

use engine::command::{Command, Opcode, Side};
use flatbuffers::{FlatBufferBuilder, UnionWIPOffset, WIPOffset};
use runtime::record::{slice_to_bytes, to_bytes};
use runtime::{ClockSource, Core, Durability, Environment, Fault, OpenOptions, Released};
use wire::generated::{
    CancelOrder, CancelOrderArgs, ClientBody, ClientMessage, ClientMessageArgs, Login, LoginArgs,
    NewOrder, NewOrderArgs, OrderType, Side as WireSide, TimeInForce,
};
use wire::{Bounds, FRAME_IN_BYTES_MAX, Gate, LogIn, LoggedIn, Position, SessionSpec, Statistics};

use crate::result_hash::ResultHash;
use crate::venue::{Fees, VenueShape};

/// Clients, each with an account and a session of its own.
const CLIENTS: u32 = 64;
/// Those whose bytes one turn reads.
const CLIENTS_A_TURN: usize = 8;
/// Stands in a frame where an id goes.
const MARK: u64 = 0x1f2e_3d4c_5b6a;
/// First journaled time, any whole µs, and the time between two turns.
const START_NS: u64 = 1_800_000_000_000_000_000;
const TURN_NS: u64 = 100_000;
/// As the gateway attaches them: room for transactions, and for what sockets are given.
const OUTPUT_BYTES: usize = 1 << 20;
const OUTGOING_BYTES: usize = 4 << 20;
/// Ahead of the journal's thread it goes no further: half of what the core refuses.
const UNWRITTEN_MAX: u64 = 32_768;
/// The journal is one segment: a core that makes the next one may refuse commands. Of a command
/// with its share of an entry's header, and of what lies before and behind.
const COMMAND_SEGMENT_BYTES: u64 = 130;
const REST_SEGMENT_BYTES: u64 = 4 << 20;

/// What a run is given.
#[derive(Clone, Copy, Debug)]
pub struct GateShape {
    /// Timed commands.
    pub commands: u64,
    /// Commands of a client in one chunk.
    pub in_flight: u64,
    /// Finished orders that an account keeps; as many are made before the first timed command.
    pub retained: u32,
}

impl GateShape {
    /// Commands until each account keeps as many finished orders as it may.
    fn warm(&self) -> u64 {
        2 * u64::from(CLIENTS) * u64::from(self.retained)
    }

    fn segment_bytes(&self) -> u32 {
        let bytes = (self.warm() + self.commands) * COMMAND_SEGMENT_BYTES + REST_SEGMENT_BYTES;
        u32::try_from(bytes.next_multiple_of(4096)).unwrap_or(u32::MAX)
    }
}

/// What came out.
#[derive(Clone, Debug)]
pub struct GateRun {
    /// Numbered frames, warming up included.
    pub frames: u64,
    /// For clients, of the timed turns.
    pub bytes_out: u64,
    /// Of the bytes for clients.
    pub hash: u64,
    /// Time of the timed turns, each ascending: with orders, with their cancels.
    pub turns: [Vec<Duration>; 2],
    pub commands_a_turn: u64,
}

/// Runs it on a fresh venue in `directory`, which must be empty or not be there.
///
/// Errors: faults of the core; `option_invalid`: more commands than a segment holds.
pub fn run(shape: GateShape, directory: &Path) -> Result<GateRun, Fault> {
    let mut venue = GateVenue::open(shape, directory)?;
    let commands_a_turn = shape.in_flight * CLIENTS_A_TURN as u64;
    for _ in 0..shape.warm().div_ceil(commands_a_turn) {
        venue.prepare();
        venue.run_counted()?;
    }
    let (mut turns, mut bytes_out) = ([Vec::new(), Vec::new()], 0);
    let mut hash = ResultHash::default();
    for _ in 0..shape.commands.div_ceil(commands_a_turn) {
        let is_cancel = venue.prepare();
        let start = Instant::now();
        let length = venue.run_counted()?;
        turns[usize::from(is_cancel)].push(start.elapsed());
        for word in venue.outgoing[..length].as_chunks().0 {
            hash.add(u64::from_le_bytes(*word));
        }
        bytes_out += length as u64;
    }
    turns.iter_mut().for_each(|times| times.sort_unstable());
    let Statistics { numbered_out: frames, commands, .. } = venue.gate.statistics();
    assert_eq!(frames, commands, "each command is answered once");
    venue.core.stop()?;
    Ok(GateRun { frames, bytes_out, hash: hash.value(), turns, commands_a_turn })
}

/// One client's requests: an order and its cancel, in which ids are stored.
struct Template {
    frame: Vec<u8>,
    mark_at: usize,
}

impl Template {
    fn new(frame: Vec<u8>) -> Template {
        let is_mark = |bytes: &[u8]| bytes == MARK.to_le_bytes();
        let mark_at = frame.windows(8).position(is_mark).expect("a frame has its mark");
        Template { frame, mark_at }
    }

    fn put(&self, id: u64, chunk: &mut Vec<u8>) {
        let start = chunk.len();
        chunk.extend_from_slice(&self.frame);
        let at = start + self.mark_at;
        chunk[at..at + 8].copy_from_slice(&id.to_le_bytes());
    }
}

/// Core and gate, and the buffers that JavaScript shares with them.
struct GateVenue {
    core: Core,
    gate: Gate,
    order: Template,
    cancel: Template,
    in_flight: u64,
    time_ns: u64,
    turn: u64,
    /// What the clients of the turn send.
    chunks: Vec<Vec<u8>>,
    output: Vec<u8>,
    outgoing: Vec<u8>,
}

impl GateVenue {
    fn open(shape: GateShape, directory: &Path) -> Result<GateVenue, Fault> {
        let options = OpenOptions {
            durability: Durability::None,
            clock: ClockSource::Caller,
            segment_bytes: shape.segment_bytes(),
            snapshot_interval_commands: 1 << 40,
            ..OpenOptions::new(directory)
        };
        let fatal = Box::new(|fault: &Fault| panic!("{fault}"));
        let (core, _) = Core::open(options, Environment::system(), Box::new(|| {}), fatal)?;
        let mut venue = GateVenue {
            core,
            gate: Gate::new(Bounds::DEFAULT),
            order: Template::new(order()),
            cancel: Template::new(cancel()),
            in_flight: shape.in_flight,
            time_ns: START_NS,
            turn: 0,
            chunks: vec![Vec::new(); CLIENTS_A_TURN],
            output: vec![0; OUTPUT_BYTES],
            outgoing: vec![0; OUTGOING_BYTES],
        };
        let users = VenueShape {
            instruments: 1,
            users: CLIENTS,
            fees: Fees::CHARGED,
            retained: shape.retained,
            orders: 1 << 17,
        };
        for command in users.commands() {
            venue.execute(&command)?;
        }
        for connection in 0..CLIENTS {
            venue.join(connection, users.account(connection + 1, Side::Buy))?;
        }
        Ok(venue)
    }

    /// Executes one command that is not refused and returns its result.
    fn execute(&mut self, command: &Command) -> Result<u64, Fault> {
        let record = to_bytes(command);
        let submitted = self.core.submit(record, Some(self.time_ns), &mut self.output)?;
        let released = &mut self.output[..submitted.released.bytes];
        let word = |index: usize| released[index * 8..].first_chunk().copied().expect("a header");
        let (code, result) = (word(3), u64::from_le_bytes(word(4)));
        assert_eq!(code[..2], [0; 2], "opcode {} was refused", command.opcode);
        self.gate.deliver(released);
        Ok(result)
    }

    /// Opens an account's session and its stream, and connects a client to it.
    fn join(&mut self, connection: u32, account: u32) -> Result<(), Fault> {
        let opened = Command { account, ..Command::new(Opcode::SessionOpened) }.with_text("main");
        let engine_session = self.execute(&opened)?;
        let sequence = self.gate.delivered();
        let spec = SessionSpec {
            account,
            engine_name: b"main",
            balance_updates: false,
            increasing_refs: false,
            position: Position { sequence, engine_session, ..Position::default() },
        };
        let session = self.gate.open_session(&spec).expect("there is room");
        assert!(self.gate.connect(connection), "there is room");
        self.gate.receive(connection, &login(), 1, 0);
        let heard = self.gate.next_control(connection, &mut [0; FRAME_IN_BYTES_MAX]);
        assert!(heard.is_some(), "a login is the caller's to answer");
        let login = LogIn { may_trade: true, cancel_on_disconnect: false, next_number: 0 };
        let found = self.gate.log_in(connection, session, &login);
        assert_eq!(found, LoggedIn::Ready { next_number: 1 });
        assert!(self.gate.go_live(connection), "nothing was told before");
        Ok(())
    }

    /// Where the clients of a turn begin, and how many turns each had before.
    fn clients(&self) -> (u32, u64) {
        let turns = u64::from(CLIENTS) / CLIENTS_A_TURN as u64;
        ((self.turn % turns) as u32 * CLIENTS_A_TURN as u32, self.turn / turns)
    }

    /// Makes what the clients of the next turn send, and waits for the journal's thread.
    /// Returns whether they are cancels.
    fn prepare(&mut self) -> bool {
        let (_, before) = self.clients();
        let is_cancel = !before.is_multiple_of(2);
        let kind = if is_cancel { &self.cancel } else { &self.order };
        let first = before / 2 * self.in_flight + 1;
        for chunk in &mut self.chunks {
            chunk.clear();
            (first..first + self.in_flight).for_each(|id| kind.put(id, chunk));
        }
        while self.core.status().unsynced_commands > UNWRITTEN_MAX {
            std::thread::yield_now();
        }
        is_cancel
    }

    /// One turn. Returns the bytes for clients.
    #[inline(never)]
    fn run_counted(&mut self) -> Result<usize, Fault> {
        let (first, _) = self.clients();
        for (connection, chunk) in (first..).zip(&self.chunks) {
            self.gate.receive(connection, chunk, 1 << 20, 1 << 20);
        }
        self.turn += 1;
        self.time_ns += TURN_NS;
        self.submit()?;
        Ok(self.copy_outputs())
    }

    fn submit(&mut self) -> Result<(), Fault> {
        let GateVenue { core, gate, output, time_ns, .. } = self;
        while !gate.batch().is_empty() {
            let first = core.executed_sequence() + 1;
            let records = slice_to_bytes(gate.batch());
            let submitted = core.submit(records, Some(*time_ns), output)?;
            assert_eq!(submitted.refusal, None, "the journal has room");
            let last = core.executed_sequence();
            gate.clear_batch(submitted.commands as usize, first, last, 0);
            let mut released = submitted.released;
            loop {
                let Released { bytes, more, .. } = released;
                gate.deliver(&mut output[..bytes]);
                if !more {
                    break;
                }
                released = core.read(output)?;
            }
        }
        Ok(())
    }

    fn copy_outputs(&mut self) -> usize {
        let mut end = 0;
        while let Some((connection, _)) = self.gate.next_dirty() {
            let offered = self.gate.output(connection);
            let length = offered.len();
            self.outgoing[end..end + length].copy_from_slice(offered);
            self.gate.sent(connection, length);
            end += length;
        }
        end
    }
}

/// A frame of the union's member that `make` builds.
fn frame(
    kind: ClientBody,
    make: impl for<'a> FnOnce(&mut FlatBufferBuilder<'a>) -> WIPOffset<UnionWIPOffset>,
) -> Vec<u8> {
    let mut builder = FlatBufferBuilder::new();
    let body = make(&mut builder);
    let args = ClientMessageArgs { body_type: kind, body: Some(body) };
    let root = ClientMessage::create(&mut builder, &args);
    builder.finish_size_prefixed(root, None);
    builder.finished_data().to_vec()
}

fn login() -> Vec<u8> {
    frame(ClientBody::Login, |to| {
        let (token, name) = (to.create_string("token"), to.create_string("main"));
        let (token, session_name) = (Some(token), Some(name));
        let args = LoginArgs { version: 1, token, session_name, ..Default::default() };
        Login::create(to, &args).as_union_value()
    })
}

fn order() -> Vec<u8> {
    frame(ClientBody::NewOrder, |to| {
        let args = NewOrderArgs {
            instrument: 1,
            side: WireSide::Buy,
            order_type: OrderType::Limit,
            time_in_force: TimeInForce::Gtc,
            price: 1_000,
            quantity: 100,
            client_ref: MARK,
            ..Default::default()
        };
        NewOrder::create(to, &args).as_union_value()
    })
}

fn cancel() -> Vec<u8> {
    frame(ClientBody::CancelOrder, |to| {
        let args = CancelOrderArgs { client_ref: MARK, ..Default::default() };
        CancelOrder::create(to, &args).as_union_value()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clients_are_told_the_same_in_every_run() {
        let shape = GateShape { commands: 4_096, in_flight: 4, retained: 8 };
        let directory = std::env::temp_dir().join(format!("gate-layer-{}", std::process::id()));
        let runs = [1, 2].map(|_| {
            let run = run(shape, &directory).expect("the core runs");
            std::fs::remove_dir_all(&directory).expect("it was made");
            (run.frames, run.bytes_out, run.hash)
        });
        assert_eq!(runs[0].0, shape.commands + shape.warm());
        assert_eq!(runs[0], runs[1]);
    }
}
