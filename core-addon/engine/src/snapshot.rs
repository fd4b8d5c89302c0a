//! The whole state to and from bytes, account data by slot, orders by instrument in queue order.
//!
//! Only what cannot be derived is written: levels, indexes, counts and digests are made anew.

mod accounts;
mod orders;
mod tables;

pub use crate::bytes::SnapshotError;
use crate::bytes::{ByteReader, ByteWriter};
use crate::sequencer::{Capacities, Engine};

/// Version of the format; a change of any field raises it.
pub const SNAPSHOT_VERSION: u32 = 1;

impl Engine {
    /// Appends the whole state to `out`.
    pub fn write_snapshot(&self, out: &mut Vec<u8>) {
        let mut bytes = ByteWriter(out);
        bytes.u32(SNAPSHOT_VERSION);
        bytes.u64(self.hash_key[0]);
        bytes.u64(self.hash_key[1]);
        bytes.u64(self.sequence);
        bytes.u64(self.time_ns);
        self.capacities.values().into_iter().for_each(|value| bytes.u32(value));
        self.write_tables(&mut bytes);
        self.write_accounts(&mut bytes);
        self.write_orders(&mut bytes);
    }

    /// The state that `write_snapshot` wrote.
    ///
    /// Errors: bytes of another version, cut short, or with values the engine does not write. That
    /// they are the bytes once written is for the caller to know (the runtime's checksum and state
    /// hash).
    pub fn read_snapshot(bytes: &[u8]) -> Result<Engine, SnapshotError> {
        let mut bytes = ByteReader::new(bytes);
        let found = bytes.u32()?;
        if found != SNAPSHOT_VERSION {
            return Err(SnapshotError::Version { found, known: SNAPSHOT_VERSION });
        }
        let mut engine = Engine::empty([bytes.u64()?, bytes.u64()?]);
        engine.sequence = bytes.u64()?;
        engine.time_ns = bytes.u64()?;
        let mut values = [0; 6];
        for value in &mut values {
            *value = bytes.u32()?;
        }
        engine.capacities = Capacities::from_values(values);
        engine.read_tables(&mut bytes)?;
        engine.read_accounts(&mut bytes)?;
        engine.read_orders(&mut bytes)?;
        if !bytes.is_at_end() {
            return Err(bytes.invalid("end"));
        }
        Ok(engine)
    }
}
