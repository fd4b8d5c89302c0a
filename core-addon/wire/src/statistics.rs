//! What went through the gate since its start.

/// Counts; they only grow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Statistics {
    pub bytes_in: u64,
    pub frames_in: u64,
    /// Frames that became a command.
    pub commands: u64,
    /// Frames that the verifier refused, or that say nothing.
    pub malformed: u64,
    /// Messages refused without a number, malformed ones included.
    pub rejected: u64,
    pub throttled: u64,
    /// Numbered frames, counted for each session.
    pub numbered_out: u64,
}

/// How far commands have come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// In the batch.
    pub waiting: usize,
    /// By the core, since the start.
    pub executed: u64,
    /// Of those executed: their transactions were delivered.
    pub answered: u64,
}
