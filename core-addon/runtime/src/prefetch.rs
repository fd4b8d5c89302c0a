//! The processor's own way to bring a cache line near, for `Engine::look_ahead`.

use engine::fetch::Fetch;

/// Asks and goes on: unlike a read it keeps no later instruction from completing.
#[derive(Clone, Copy, Debug)]
pub struct Prefetch;

impl Fetch for Prefetch {
    #[cfg(target_arch = "x86_64")]
    #[inline(always)]
    fn line<T: Copy>(self, place: &T) {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        // SAFETY: every x86-64 has the instruction, which reads nothing and never faults.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(std::ptr::from_ref(place).cast()) };
    }

    #[cfg(not(target_arch = "x86_64"))]
    #[inline(always)]
    fn line<T: Copy>(self, place: &T) {
        engine::fetch::Reading.line(place);
    }
}
