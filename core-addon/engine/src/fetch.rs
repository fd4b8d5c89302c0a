//! How the host asks for memory that the engine will need.
//!
//! A processor's instruction for it is not safe Rust, which the engine keeps to: the host has it.

use std::hint::black_box;

/// Brings cache lines near. Decides nothing, changes nothing, may do nothing.
pub trait Fetch: Copy {
    /// Asks for the cache line where `place` begins.
    fn line<T: Copy>(self, place: &T);

    /// `line`, of what may not be there.
    #[inline(always)]
    fn line_if<T: Copy>(self, place: Option<&T>) {
        if let Some(place) = place {
            self.line(place);
        }
    }
}

/// Reads what it is to bring: does on any processor, but holds up a full queue of instructions.
#[derive(Clone, Copy, Debug)]
pub struct Reading;

impl Fetch for Reading {
    #[inline(always)]
    fn line<T: Copy>(self, place: &T) {
        black_box(*place);
    }
}
