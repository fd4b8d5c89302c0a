//! The deterministic exchange: ledger, books, matcher, sequencer.
//!
//! Same commands, same changes, same state hash, on any machine. No I/O, clock, thread, randomness,
//! float, hash-map order or dependency: time and sequence arrive with each command.
#![forbid(unsafe_code)]

pub mod change;
pub mod command;
mod far_levels;
mod flat_map;
pub mod generated;
pub mod hash;
mod ladder;
pub mod units;
