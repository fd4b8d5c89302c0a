//! Written by `schemas/generate.ts`; never edited.
pub mod reject_code;
