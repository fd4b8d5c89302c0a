//! The runtime against a disk and a clock that do what a test says.

mod durability;
mod support;
