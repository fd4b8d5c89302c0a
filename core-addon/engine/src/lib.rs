//! The deterministic exchange: ledger, books, matcher, sequencer.
//!
//! Same commands, same changes, same state hash, on any machine. No I/O, clock, thread, randomness,
//! float, hash-map order or dependency: time and sequence arrive with each command.
#![forbid(unsafe_code)]

mod account;
mod administration;
mod age_ring;
mod amend;
mod book;
#[cfg(feature = "planted-bugs")]
mod bug;
mod bytes;
mod cancel_all;
pub mod change;
mod change_writer;
mod check;
mod client_id;
pub mod command;
mod currency;
mod far_levels;
pub mod fetch;
mod flat_map;
pub mod generated;
pub mod hash;
mod instrument;
mod keys_ahead;
mod ladder;
mod ledger;
mod look_ahead;
mod matcher;
mod move_order;
mod name;
mod occupancy;
mod order;
mod place;
mod query;
#[cfg(any(test, feature = "reference"))]
pub mod reference;
mod request;
mod request_id;
mod result_slot;
mod sequencer;
mod session;
mod snapshot;
mod state;
mod transfer;
pub mod units;

#[cfg(feature = "planted-bugs")]
pub use bug::EngineBug;
pub use look_ahead::LOOK_AHEAD;
pub use sequencer::{Capacities, Engine};
pub use snapshot::{SNAPSHOT_VERSION, SnapshotError};
