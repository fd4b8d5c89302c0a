//! Command streams with known answers, and the engine's speed and memory on them.
//!
//! Nothing here is part of the product; `bench/README.md` says how to run it and how to read it.

pub mod anchor;
pub mod java_random;
pub mod naive_book;
