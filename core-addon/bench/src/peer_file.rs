//! A merged anchor stream as bytes, for a peer that is not written in Rust.
//!
//! Little-endian records of 40 bytes: kind u8 (0 GTC, 1 IOC, 2 FOK-budget, 3 cancel, 4 reduce,
//! 5 move), side u8 (1 buy, 2 sell), 2 bytes 0, instrument u32, account u32, user u32, order u64,
//! price i64, size i64. The prefill comes first.

use std::io::{self, Write};

use crate::anchor::Kind;
use crate::anchor_workload::{MergedCommand, MergedStream};
use crate::venue::VenueShape;

/// Writes the whole stream.
pub fn write_peer_file(
    stream: &MergedStream,
    venue: &VenueShape,
    out: &mut impl Write,
) -> io::Result<()> {
    for MergedCommand { instrument, command } in stream.prefill.iter().chain(&stream.timed) {
        let kind = match command.kind {
            Kind::Gtc => 0,
            Kind::Ioc => 1,
            Kind::FokBudget => 2,
            Kind::Cancel => 3,
            Kind::Reduce => 4,
            Kind::Move => 5,
        };
        let mut record = [0; 40];
        record[0] = kind;
        record[1] = command.side as u8;
        record[4..8].copy_from_slice(&instrument.to_le_bytes());
        let account = venue.account(command.user, command.side);
        record[8..12].copy_from_slice(&account.to_le_bytes());
        record[12..16].copy_from_slice(&command.user.to_le_bytes());
        record[16..24].copy_from_slice(&u64::from(command.order).to_le_bytes());
        record[24..32].copy_from_slice(&command.price.to_le_bytes());
        record[32..40].copy_from_slice(&command.size.to_le_bytes());
        out.write_all(&record)?;
    }
    out.flush()
}
