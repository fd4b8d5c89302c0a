//! Connections: bytes that came and wait, control frames that wait, and output that the socket has
//! not taken.

use crate::bounds::Bounds;
use crate::frame::LENGTH_BYTES;
use crate::session::NONE;

/// What `Received` and `next_dirty` say of a connection.
pub mod flag {
    /// The batch is not empty: it is to be submitted in this turn.
    pub const COMMANDS: u32 = 1;
    /// `next_control` has a frame.
    pub const CONTROL: u32 = 2;
    /// `output` is not empty.
    pub const OUTPUT: u32 = 4;
    /// The output is to be written once, then the socket ends. See `close_reason`.
    pub const CLOSE: u32 = 8;
    /// The socket is not to be read until the connection turns up with `RESUME`.
    pub const PAUSE: u32 = 16;
    /// `receive` is to be called again, if only with nothing, and the socket to be read when it
    /// does not say `PAUSE`.
    pub const RESUME: u32 = 32;
}

/// Why a connection is closed; names are for metrics.
#[repr(u8)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CloseReason {
    /// It is not.
    None = 0,
    /// A frame's length is 0 or above its bound.
    LengthInvalid = 1,
    /// The verifier refuses a frame before the login, or too many after it.
    FrameInvalid = 2,
    /// The first message is no login.
    NotLoggedIn = 3,
    /// It sent on although its socket was not to be read.
    InputOverflow = 4,
    /// It did not take what it was sent.
    SlowReader = 5,
}

impl CloseReason {
    /// The name used in metrics.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            CloseReason::None => "none",
            CloseReason::LengthInvalid => "length_invalid",
            CloseReason::FrameInvalid => "frame_invalid",
            CloseReason::NotLoggedIn => "not_logged_in",
            CloseReason::InputOverflow => "input_overflow",
            CloseReason::SlowReader => "slow_reader",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Free,
    /// Its first message must be a login.
    New,
    /// Its login is being looked at; what came behind it waits.
    LoggingIn,
    LoggedIn,
    /// Nothing is decoded any more.
    Ended,
}

/// What its bytes wait for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pause {
    None,
    Login,
    InFlight,
    Batch,
    Controls,
}

pub struct Connection {
    pub state: State,
    pub session: u32,
    /// Number of the first numbered message that its login asked for.
    pub from_number: u64,
    pub pause: Pause,
    pub close_reason: CloseReason,
    /// Frames that the verifier refused.
    pub malformed: u32,
    /// Bytes of frames that are not whole or not decoded yet.
    pub input: Vec<u8>,
    /// Frames with their length, of which the first `control_start` bytes are gone.
    controls: Vec<u8>,
    control_start: usize,
    control_count: usize,
    /// Of which the first `output_start` bytes are gone.
    output: Vec<u8>,
    output_start: usize,
    is_dirty: bool,
    may_resume: bool,
}

impl Connection {
    fn new() -> Connection {
        Connection {
            state: State::Free,
            session: NONE,
            from_number: 0,
            pause: Pause::None,
            close_reason: CloseReason::None,
            malformed: 0,
            input: Vec::new(),
            controls: Vec::new(),
            control_start: 0,
            control_count: 0,
            output: Vec::new(),
            output_start: 0,
            is_dirty: false,
            may_resume: false,
        }
    }

    pub fn control_count(&self) -> usize {
        self.control_count
    }

    pub fn push_control(&mut self, frame: &[u8]) {
        self.controls.extend_from_slice(frame);
        self.control_count += 1;
    }

    /// The oldest control frame, without its length.
    pub fn take_control(&mut self) -> Option<&[u8]> {
        if self.control_count == 0 {
            self.controls.clear();
            self.control_start = 0;
            return None;
        }
        let start = self.control_start + LENGTH_BYTES;
        let prefix = self.controls[self.control_start..].first_chunk().expect("a whole frame");
        let end = start + u32::from_le_bytes(*prefix) as usize;
        self.control_start = end;
        self.control_count -= 1;
        Some(&self.controls[start..end])
    }

    pub fn output(&self) -> &[u8] {
        &self.output[self.output_start..]
    }

    fn flags(&self) -> u32 {
        let mut flags = 0;
        if self.control_count > 0 {
            flags |= flag::CONTROL;
        }
        if self.output.len() > self.output_start {
            flags |= flag::OUTPUT;
        }
        if self.close_reason != CloseReason::None {
            flags |= flag::CLOSE;
        }
        if self.pause != Pause::None {
            flags |= flag::PAUSE;
        }
        flags
    }
}

/// All connections, by the ids of whoever owns the sockets.
pub struct Connections {
    slots: Vec<Connection>,
    count_max: u32,
    unsent_bytes_max: usize,
    /// Connections with something new, each once.
    dirty: Vec<u32>,
}

impl Connections {
    pub fn new(bounds: &Bounds) -> Connections {
        Connections {
            slots: Vec::new(),
            count_max: bounds.connections,
            unsent_bytes_max: bounds.unsent_bytes,
            dirty: Vec::new(),
        }
    }

    /// Bounds: ids below the number of connections. Order: the id is not connected.
    pub fn connect(&mut self, id: u32) -> bool {
        if id >= self.count_max {
            return false;
        }
        while self.slots.len() <= id as usize {
            self.slots.push(Connection::new());
        }
        let connection = &mut self.slots[id as usize];
        assert!(connection.state == State::Free, "connection {id} is connected");
        connection.state = State::New;
        true
    }

    /// Forgets it, buffers included.
    pub fn disconnect(&mut self, id: u32) {
        self.slots[id as usize] = Connection::new();
        self.dirty.retain(|dirty| *dirty != id);
    }

    pub fn is_connected(&self, id: u32) -> bool {
        self.slots.get(id as usize).is_some_and(|slot| slot.state != State::Free)
    }

    #[inline]
    pub fn get(&self, id: u32) -> &Connection {
        let connection = &self.slots[id as usize];
        assert!(connection.state != State::Free, "connection {id} is not connected");
        connection
    }

    #[inline]
    pub fn get_mut(&mut self, id: u32) -> &mut Connection {
        let connection = &mut self.slots[id as usize];
        assert!(connection.state != State::Free, "connection {id} is not connected");
        connection
    }

    pub fn flags(&self, id: u32) -> u32 {
        self.get(id).flags()
    }

    /// Appends output; above the bound the connection is closed.
    #[inline]
    pub fn push(&mut self, id: u32, bytes: &[u8]) {
        let unsent_bytes_max = self.unsent_bytes_max;
        let connection = self.get_mut(id);
        // Whatever else it is closed for, it is told so behind what it is owed.
        if connection.close_reason == CloseReason::SlowReader || bytes.is_empty() {
            return;
        }
        if connection.output().len() + bytes.len() > unsent_bytes_max {
            self.close(id, CloseReason::SlowReader);
            return;
        }
        connection.output.extend_from_slice(bytes);
        self.mark(id);
    }

    /// Ends decoding and asks for the end of the socket; the first reason stays.
    pub fn close(&mut self, id: u32, reason: CloseReason) {
        let connection = self.get_mut(id);
        if connection.close_reason == CloseReason::None {
            connection.close_reason = reason;
        }
        self.end(id);
        self.mark(id);
    }

    /// Nothing more is decoded.
    pub fn end(&mut self, id: u32) {
        let connection = self.get_mut(id);
        connection.state = State::Ended;
        connection.pause = Pause::None;
        connection.input = Vec::new();
    }

    /// The socket took so many bytes.
    pub fn sent(&mut self, id: u32, bytes: usize) {
        let connection = self.get_mut(id);
        connection.output_start += bytes;
        assert!(connection.output_start <= connection.output.len(), "more was sent than owed");
        if connection.output_start == connection.output.len() {
            connection.output.clear();
            connection.output_start = 0;
        } else if connection.output_start > connection.output.len() / 2 {
            connection.output.copy_within(connection.output_start.., 0);
            connection.output.truncate(connection.output.len() - connection.output_start);
            connection.output_start = 0;
        }
    }

    /// What its bytes waited for may have come.
    pub fn wake(&mut self, id: u32, waits_for: Pause) {
        let connection = &mut self.slots[id as usize];
        if connection.pause == waits_for && connection.state != State::Free {
            connection.may_resume = true;
            self.mark(id);
        }
    }

    #[inline]
    fn mark(&mut self, id: u32) {
        let connection = &mut self.slots[id as usize];
        if !connection.is_dirty {
            connection.is_dirty = true;
            self.dirty.push(id);
        }
    }

    /// The next with something new, and its flags.
    pub fn next_dirty(&mut self) -> Option<(u32, u32)> {
        let id = self.dirty.pop()?;
        let connection = &mut self.slots[id as usize];
        connection.is_dirty = false;
        let resume = if std::mem::take(&mut connection.may_resume) { flag::RESUME } else { 0 };
        Some((id, connection.flags() | resume))
    }
}
