//! The gate with a real engine behind it: what clients send, what they are told.

mod allocation;
mod answers;
mod client_refs;
mod control;
mod fuzz;
mod golden;
mod heap;
mod hostile;
mod orders;
mod property;
mod random;
mod recovery;
mod support;
mod vectors;
