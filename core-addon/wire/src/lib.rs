//! The binary protocol between socket and core: finds and verifies frames, makes command records of
//! them, and makes of the change log what each session is owed.
//!
//! No I/O and no clock: whoever owns the sockets calls `Gate`. What a client sends never panics.
//! `schemas/order-entry.fbs` is the contract, `docs/formats.md` draws two frames.
#![deny(unsafe_code)]

mod bounds;
mod client_id;
mod connection;
mod delivery;
mod encode;
mod flight;
mod frame;
mod gate;
mod owed;
mod plain;
mod record;
mod request;
mod ring;
mod session;
mod statistics;
mod template;
mod templates;
mod terms;

/// Code of the schema, as flatc writes it.
#[allow(unsafe_code, warnings, clippy::all)]
pub mod generated {
    include!("generated/order_entry.rs");
    pub use openbell::order_entry::*;
}

pub use bounds::Bounds;
pub use connection::{CloseReason, flag};
pub use frame::{FRAME_IN_BYTES_MAX, FRAME_OUT_BYTES_MAX, LENGTH_BYTES};
pub use gate::{Gate, LogIn, LoggedIn, Received, TRANSACTION_GATE, Waits};
pub use request::{OrderCommand, Request, read_request, read_verified};
pub use session::{Position, SessionSpec};
pub use statistics::{Progress, Statistics};
