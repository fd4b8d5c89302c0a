//! Everything impure around the engine: journal, snapshots, recovery, the reply gate, time.
//!
//! `Core` is the door: it executes a batch on the calling thread, hands it to the journal, and lets
//! replies out when their commands are durable. One invariant above all: nothing leaves before it
//! is in the journal at the configured durability, and nothing that left is ever lost.

pub mod core;
pub mod crc32c;
pub mod environment;
pub mod fault;
pub mod inspect;
pub mod journal;
pub mod lock;
pub mod metrics;
mod opening;
pub mod options;
mod pending;
pub mod prefetch;
pub mod record;
pub mod reexecute;
pub mod replay;
mod retention;
pub mod snapshot;
mod snapshotter;
pub mod status;
mod venue_clock;

pub use core::{Core, Submitted};
pub use environment::Environment;
pub use fault::{Fault, FaultCode};
pub use journal::Durability;
pub use options::OpenOptions;
pub use pending::Released;
pub use reexecute::{Reexecuted, Reexecution};
pub use snapshotter::SnapshotStatus;
pub use status::{Mode, OpenReport, Status, StopReport};
pub use venue_clock::ClockSource;

/// Behaviour of this engine. Raised by every change after which an old journal would replay to
/// another state or to other changes; the upgrade then goes through a clean stop (`rules.md` 2.5).
pub const BEHAVIOUR_VERSION: u32 = 2;
