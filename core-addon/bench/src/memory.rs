//! Resident memory that accounts, balances and resting orders cost.

use engine::command::{Command, Opcode};

use crate::core_layer::Venue;
use crate::workload::Workload;

/// Bytes of resident memory per thing added, slack of growing tables included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Footprint {
    /// Per account without balances.
    pub account: u64,
    /// Per funded balance, with the request id of its deposit, which is kept for a day.
    pub balance: u64,
    /// Per resting order without a client order id.
    pub order: u64,
}

/// Builds a workload's venue and first orders and reads resident memory in between.
#[must_use]
pub fn footprint(workload: &Workload) -> Footprint {
    let first = |opcode: Opcode| {
        let is_found = |command: &Command| command.opcode == opcode as u8;
        workload.setup.iter().position(is_found).expect("every venue is set up by it")
    };
    let (deposits, instruments) = (first(Opcode::Deposit), first(Opcode::CreateInstrument));
    let accounts = first(Opcode::CreateAccount);
    let mut venue = Venue::default();
    let mut grown = |commands: &[Command], count: usize| {
        let before = resident_bytes();
        venue.run_accepted(commands);
        resident_bytes().saturating_sub(before) / count.max(1) as u64
    };
    let account = grown(&workload.setup[..deposits], deposits - accounts);
    let balance = grown(&workload.setup[deposits..instruments], instruments - deposits);
    let _ = grown(&workload.setup[instruments..], 1);
    let order = grown(&workload.prefill, workload.prefill.len());
    Footprint { account, balance, order }
}

/// Resident memory of this process. Source: proc(5), `statm`, second field in pages of 4 KiB.
fn resident_bytes() -> u64 {
    let text = std::fs::read_to_string("/proc/self/statm").expect("Linux has /proc");
    let pages = text.split(' ').nth(1).and_then(|field| field.parse::<u64>().ok());
    pages.expect("the second field is a number") * 4096
}
