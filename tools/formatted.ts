/** What `bun fmt` owns. Markdown and CSV are written by hand, Rust by rustfmt. */
export const FORMATTED = ["**/*.ts", "**/*.mjs", "*.json"];
