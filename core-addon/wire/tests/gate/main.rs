//! The gate with a real engine behind it: what clients send, what they are told.

mod control;
mod hostile;
mod orders;
mod recovery;
mod support;
