//! What the gate holds at most.

/// Bounds of one gate.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    pub connections: u32,
    pub sessions: u32,
    /// Commands of a session that are not answered yet; then its socket is not read.
    pub in_flight: u32,
    /// Commands of all connections in one batch: some two milliseconds with their answers, which
    /// everybody waits for. Then no socket is read until it was submitted.
    pub batch_commands: usize,
    /// Bytes kept of a connection whose decoding waits; one that sends on is closed.
    pub input_bytes: usize,
    /// Output that a socket has not taken; above it the connection is closed.
    pub unsent_bytes: usize,
    /// Recent numbered frames of a session; older ones come out of the journal.
    pub ring_bytes: usize,
    /// Frames of a connection that wait for whoever answers them; then its socket is not read.
    pub control_frames: usize,
}

impl Bounds {
    /// What the venue uses. One chunk of a socket is at most 512 KiB; a paused connection has room
    /// for two.
    pub const DEFAULT: Bounds = Bounds {
        connections: 16_384,
        sessions: 4_096,
        in_flight: 4_096,
        batch_commands: 1_024,
        input_bytes: 1 << 20,
        unsent_bytes: 4 << 20,
        ring_bytes: 1 << 20,
        control_frames: 64,
    };
}
