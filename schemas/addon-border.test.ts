import { expect, test } from "bun:test";
import { borderOf } from "./addon-border.ts";

const RUST = `
/// Takes one.
#[napi]
pub fn take(handle: u32, from: f64) -> Result<u32> {
    with_core(handle, |open| open.take(from))
}

#[napi(object)]
#[derive(Debug)]
pub struct Report {
    /// What it says.
    pub text: String,
}

pub mod place {
    pub const COMMANDS: usize = 0;
}

pub const BEHAVIOUR_VERSION: u32 = 2;
`;

test("calls, objects, places and behaviour are the border", () => {
  expect(borderOf(RUST)).toEqual([
    "#[napi] pub fn take(handle: u32, from: f64) -> Result<u32> ",
    "#[napi(object)] #[derive(Debug)] pub struct Report { pub text: String, ",
    "pub mod place { pub const COMMANDS: usize = 0; }",
    "pub const BEHAVIOUR_VERSION: u32 = 2",
  ]);
});

test.each([
  ["a comment", "Takes one.", "Takes another."],
  ["a body", "open.take(from)", "open.give(from)"],
])("%s is not", (_, before, after) => {
  expect(borderOf(RUST.replace(before, after))).toEqual(borderOf(RUST));
});

test.each([
  ["an argument", "from: f64", "from: u32"],
  ["a field", "text: String", "text: u32"],
  ["a place", "usize = 0", "usize = 1"],
  ["the behaviour", "u32 = 2", "u32 = 3"],
])("%s that changes is another one", (_, before, after) => {
  expect(borderOf(RUST.replace(before, after))).not.toEqual(borderOf(RUST));
});
