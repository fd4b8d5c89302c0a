//! Everything of the binary port but its sockets: bytes of clients in, command records out;
//! released transactions in, bytes for clients out.
//!
//! Order of a turn: `receive` for each chunk, the core executes `batch`, `clear_batch`, `deliver`
//! what the core released, `next_dirty` until there is none.

use engine::command::{Command, Opcode};
use engine::generated::reject_code::RejectCode;

use crate::bounds::Bounds;
use crate::connection::{CloseReason, Connections, Pause, State, flag};
use crate::encode::{Encoder, Ids, Refusal, body_of};
use crate::flight::Flights;
use crate::frame::{Front, front_of};
use crate::generated::ClientBody;
use crate::request::{OrderCommand, Request, read_request, unspeakable};
use crate::session::Sessions;
use crate::statistics::{Progress, Statistics};

/// Header flag of a transaction that a gate's client waits for, and nobody else.
pub const TRANSACTION_GATE: u8 = 64;

/// Bytes kept behind a login: who is not known yet gets little room.
const LOGIN_INPUT_BYTES_MAX: usize = 64 << 10;
/// Frames of a logged-in client that the verifier may refuse: each costs it more than an order, and
/// who sends that many does not mean to trade.
const MALFORMED_MAX: u32 = 256;

/// What became of a chunk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Received {
    /// `flag::…` bits.
    pub flags: u32,
    /// Of what was granted.
    pub requests_used: u32,
    pub cancels_used: u32,
}

/// How long a connection waits that has used what it was granted, in ms.
#[derive(Clone, Copy, Debug, Default)]
pub struct Waits {
    pub request_ms: u32,
    /// A cancel takes a request as well.
    pub cancel_ms: u32,
}

/// How a connection enters its session.
#[derive(Clone, Copy, Debug)]
pub struct LogIn {
    pub may_trade: bool,
    pub cancel_on_disconnect: bool,
    /// First numbered message wanted, 0 = none of the past.
    pub next_number: u64,
}

/// What a login finds. Each tells the number of the first numbered message that will follow, or
/// would.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoggedIn {
    /// `go_live` gives what is missing.
    Ready { next_number: u64 },
    /// The ring begins later, at `ring_from`: `replay` gives what is missing.
    NeedsReplay { next_number: u64, ring_from: u64 },
    /// More is asked for than was ever given; nobody is logged in.
    Ahead { next_number: u64 },
}

/// All connections and sessions of the port.
pub struct Gate {
    pub(crate) bounds: Bounds,
    pub(crate) connections: Connections,
    pub(crate) sessions: Sessions,
    pub(crate) encoder: Encoder,
    pub(crate) flights: Flights,
    /// The command that is decoded.
    pub(crate) order: OrderCommand,
    /// Records for the core, and the session of each command among them.
    pub(crate) batch: Vec<Command>,
    pub(crate) origins: Vec<u32>,
    /// Connections whose bytes wait for room in the batch.
    pub(crate) waiting: Vec<u32>,
    pub(crate) delivered: u64,
    /// Of the connection that is read.
    waits: Waits,
    pub(crate) statistics: Statistics,
}

impl Gate {
    #[must_use]
    pub fn new(bounds: Bounds) -> Gate {
        Gate {
            bounds,
            connections: Connections::new(&bounds),
            sessions: Sessions::new(&bounds),
            encoder: Encoder::default(),
            flights: Flights::default(),
            order: OrderCommand::default(),
            batch: Vec::new(),
            origins: Vec::new(),
            waiting: Vec::new(),
            delivered: 0,
            waits: Waits::default(),
            statistics: Statistics::default(),
        }
    }

    /// Takes a connection under an id of the caller's. Returns whether there is room. Order: the id
    /// is not connected.
    pub fn connect(&mut self, connection: u32) -> bool {
        self.connections.connect(connection)
    }

    /// Whether the caller has connected it. Order: what takes a connection panics on another one.
    #[must_use]
    pub fn is_connected(&self, connection: u32) -> bool {
        self.connections.is_connected(connection)
    }

    /// Forgets a connection, what it sent and what it did not take; its session stays. Its commands
    /// under way are executed.
    pub fn disconnect(&mut self, connection: u32) {
        self.log_out(connection);
        self.connections.disconnect(connection);
        self.waiting.retain(|waiting| *waiting != connection);
    }

    /// What Throttled tells from now on, until it is said anew.
    pub fn set_waits(&mut self, waits: Waits) {
        self.waits = waits;
    }

    /// Decodes what was left over and `chunk`: orders into the batch, the rest for `next_control`.
    ///
    /// `requests` and `cancels` are how many may be executed: a cancel takes a request when no
    /// cancel is left. What is above is answered with Throttled. Control messages take a request
    /// and are never refused here.
    pub fn receive(
        &mut self,
        connection: u32,
        chunk: &[u8],
        requests: u32,
        cancels: u32,
    ) -> Received {
        self.statistics.bytes_in += chunk.len() as u64;
        let mut grant = Grant { requests, cancels };
        let slot = self.connections.get_mut(connection);
        if slot.state != State::Ended {
            slot.pause = if slot.state == State::LoggingIn { Pause::Login } else { Pause::None };
            let mut kept = std::mem::take(&mut slot.input);
            if kept.is_empty() {
                let used = self.decode(connection, chunk, &mut grant);
                kept.extend_from_slice(&chunk[used..]);
            } else {
                kept.extend_from_slice(chunk);
                let used = self.decode(connection, &kept, &mut grant);
                kept.drain(..used);
            }
            self.keep(connection, kept);
        }
        let has_commands = if self.origins.is_empty() { 0 } else { flag::COMMANDS };
        Received {
            flags: self.connections.flags(connection) | has_commands,
            requests_used: requests - grant.requests,
            cancels_used: cancels - grant.cancels,
        }
    }

    /// Keeps what could not be decoded yet.
    fn keep(&mut self, connection: u32, rest: Vec<u8>) {
        let slot = self.connections.get_mut(connection);
        let is_login = slot.state == State::LoggingIn;
        let login_bytes = if is_login { LOGIN_INPUT_BYTES_MAX } else { usize::MAX };
        let is_over = rest.len() > self.bounds.input_bytes.min(login_bytes);
        if slot.state == State::Ended {
            return;
        }
        if slot.pause == Pause::Batch {
            self.waiting.push(connection);
        }
        slot.input = rest;
        if is_over {
            self.connections.close(connection, CloseReason::InputOverflow);
        }
    }

    /// Whether its login was heard and not answered yet.
    #[must_use]
    pub fn waits_for_login(&self, connection: u32) -> bool {
        self.connections.get(connection).state == State::LoggingIn
    }

    /// Why a connection is closed.
    #[must_use]
    pub fn close_reason(&self, connection: u32) -> CloseReason {
        self.connections.get(connection).close_reason
    }

    /// Copies the oldest control frame, without its length, to the front of `out` and returns its
    /// length. Bounds: 16 KiB.
    pub fn next_control(&mut self, connection: u32, out: &mut [u8]) -> Option<usize> {
        let slot = self.connections.get_mut(connection);
        let Some(frame) = slot.take_control() else {
            self.connections.wake(connection, Pause::Controls);
            return None;
        };
        let length = frame.len();
        out[..length].copy_from_slice(frame);
        Some(length)
    }

    /// Appends a frame made elsewhere, with its length, behind what is owed already.
    pub fn send(&mut self, connection: u32, frame: &[u8]) {
        self.connections.push(connection, frame);
    }

    /// The next connection with something new, and its flags; each once.
    pub fn next_dirty(&mut self) -> Option<(u32, u32)> {
        self.connections.next_dirty()
    }

    /// What the socket has not taken.
    #[must_use]
    pub fn output(&self, connection: u32) -> &[u8] {
        self.connections.get(connection).output()
    }

    /// The socket took so many bytes of `output`.
    pub fn sent(&mut self, connection: u32, bytes: usize) {
        self.connections.sent(connection, bytes);
    }

    #[must_use]
    pub fn statistics(&self) -> Statistics {
        self.statistics
    }

    #[must_use]
    pub fn progress(&self) -> Progress {
        let (executed, answered) = self.flights.counts();
        Progress { waiting: self.origins.len(), executed, answered }
    }
}

/// What may still be executed.
struct Grant {
    requests: u32,
    cancels: u32,
}

impl Grant {
    fn take_request(&mut self) -> bool {
        let has_one = self.requests > 0;
        self.requests -= u32::from(has_one);
        has_one
    }

    fn take_cancel(&mut self) -> bool {
        if self.cancels == 0 {
            return self.take_request();
        }
        self.cancels -= 1;
        true
    }
}

impl Gate {
    /// Returns how many bytes are done with.
    fn decode(&mut self, connection: u32, bytes: &[u8], grant: &mut Grant) -> usize {
        let mut at = 0;
        while self.may_decode(connection) {
            match front_of(&bytes[at..]) {
                Front::Frame(length) => {
                    self.statistics.frames_in += 1;
                    self.take_frame(connection, &bytes[at..at + length], grant);
                    at += length;
                }
                Front::Part => break,
                Front::Invalid => {
                    self.refuse_malformed(connection, grant);
                    self.connections.close(connection, CloseReason::LengthInvalid);
                }
            }
        }
        at
    }

    /// Notes what the next frame has to wait for.
    #[inline]
    fn may_decode(&mut self, connection: u32) -> bool {
        let bounds = &self.bounds;
        let slot = self.connections.get_mut(connection);
        let pause = match slot.state {
            State::Free | State::Ended => return false,
            State::LoggingIn => Pause::Login,
            _ if slot.control_count() >= bounds.control_frames => Pause::Controls,
            State::New => return true,
            State::LoggedIn if self.origins.len() >= bounds.batch_commands => Pause::Batch,
            State::LoggedIn => {
                let in_flight = self.sessions.get(slot.session).in_flight;
                if in_flight < bounds.in_flight {
                    return true;
                }
                Pause::InFlight
            }
        };
        slot.pause = pause;
        false
    }

    #[inline]
    fn take_frame(&mut self, connection: u32, frame: &[u8], grant: &mut Grant) {
        let request = read_request(frame, &mut self.order);
        if self.connections.get(connection).state == State::New {
            return self.take_first(connection, frame, request);
        }
        match request {
            Request::Order => self.take_order(connection, grant),
            Request::Heartbeat => {}
            Request::Control(ClientBody::Login) => {
                let code = RejectCode::MalformedRequest;
                self.refuse(connection, ClientBody::Login, code, grant);
            }
            Request::Control(_) => {
                grant.take_request();
                self.connections.get_mut(connection).push_control(frame);
            }
            Request::IdInvalid(body) => {
                self.refuse(connection, body, RejectCode::ClientOrderIdInvalid, grant);
            }
            Request::Unknown(body) => {
                self.refuse(connection, body, RejectCode::CommandUnknown, grant);
            }
            Request::Malformed => self.refuse_malformed(connection, grant),
        }
    }

    /// Only a login is heard of who is not logged in.
    fn take_first(&mut self, connection: u32, frame: &[u8], request: Request) {
        match request {
            Request::Control(ClientBody::Login) => {
                let slot = self.connections.get_mut(connection);
                slot.state = State::LoggingIn;
                slot.push_control(frame);
            }
            Request::Malformed => {
                self.statistics.malformed += 1;
                self.connections.close(connection, CloseReason::FrameInvalid);
            }
            _ => self.connections.close(connection, CloseReason::NotLoggedIn),
        }
    }

    #[inline]
    fn take_order(&mut self, connection: u32, grant: &mut Grant) {
        let slot = self.connections.get(connection).session;
        let session = self.sessions.get_mut(slot);
        let command = &mut self.order.command;
        let is_cancel = command.opcode == Opcode::CancelOrder as u8
            || command.opcode == Opcode::MassCancel as u8;
        if !(if is_cancel { grant.take_cancel() } else { grant.take_request() }) {
            self.statistics.throttled += 1;
            let Waits { request_ms, cancel_ms } = self.waits;
            let retry_after_ms = if is_cancel { cancel_ms.min(request_ms) } else { request_ms };
            return self.refuse_order(connection, Refusal::Throttled { retry_after_ms });
        }
        if !session.may_trade {
            self.statistics.rejected += 1;
            let code = RejectCode::PermissionDenied.number();
            return self.refuse_order(connection, Refusal::Code(code));
        }
        if let Some(code) = unspeakable(command) {
            self.statistics.rejected += 1;
            return self.refuse_order(connection, Refusal::Code(code.number()));
        }
        if session.increasing_refs
            && let Some(code) = session.give_id(command)
        {
            self.statistics.rejected += 1;
            return self.refuse_order(connection, Refusal::Code(code.number()));
        }
        command.account = session.account;
        command.session = session.position.engine_session;
        if command.opcode == Opcode::NewOrder as u8 {
            command.flags = session.order_flags;
        }
        session.in_flight += 1;
        self.statistics.commands += 1;
        self.origins.push(slot);
        self.batch.push(*command);
        if command.extensions > 0 {
            self.batch.push(self.order.extension);
        }
    }

    #[cold]
    fn refuse_order(&mut self, connection: u32, refusal: Refusal) {
        let body = body_of(self.order.command.opcode);
        let frame = self.encoder.refused(body, refusal, Some(&Ids::of(&self.order)));
        self.connections.push(connection, frame.bytes());
    }

    /// Answers what is no command; a flood of it is throttled like one of commands.
    fn refuse(&mut self, connection: u32, of: ClientBody, code: RejectCode, grant: &mut Grant) {
        let refusal = if grant.take_request() {
            self.statistics.rejected += 1;
            Refusal::Code(code.number())
        } else {
            self.statistics.throttled += 1;
            Refusal::Throttled { retry_after_ms: self.waits.request_ms }
        };
        let frame = self.encoder.refused(of, refusal, None);
        self.connections.push(connection, frame.bytes());
    }

    fn refuse_malformed(&mut self, connection: u32, grant: &mut Grant) {
        self.statistics.malformed += 1;
        if self.connections.get(connection).state == State::LoggedIn {
            self.refuse(connection, ClientBody::NONE, RejectCode::MalformedRequest, grant);
            let slot = self.connections.get_mut(connection);
            slot.malformed += 1;
            if slot.malformed > MALFORMED_MAX {
                self.connections.close(connection, CloseReason::FrameInvalid);
            }
        }
    }
}
