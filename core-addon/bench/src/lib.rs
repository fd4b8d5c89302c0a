//! Command streams with known answers, and the engine's speed and memory on them.
//!
//! Nothing here is part of the product; `bench/README.md` says how to run it and how to read it.

pub mod anchor;
pub mod anchor_workload;
pub mod book_steps;
pub mod core_layer;
pub mod gate_layer;
pub mod group_commit;
pub mod harder;
pub mod java_random;
pub mod memory;
pub mod naive_book;
pub mod options;
pub mod peer_file;
pub mod result_hash;
pub mod venue;
pub mod workload;
