// Written by schemas/generate.ts; never edited.

/// The border that this addon has.
pub const BORDER: u32 = 0xabde9d2f;
