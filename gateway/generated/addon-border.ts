// Written by schemas/generate.ts; never edited.

/** The border that the addon must have. */
export const ADDON_BORDER = 0xabde9d2f;
