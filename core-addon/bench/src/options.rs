//! `key=value` arguments of the bench program.

use crate::anchor::AnchorShape;
use crate::anchor_workload::anchor_workload;
use crate::harder::{HarderShape, SHAPES, harder_workload};
use crate::venue::Fees;
use crate::workload::Workload;

/// What one run measures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// `anchor` or the name of a harder shape.
    pub workload: String,
    /// Instruments of the anchor stream; the harder shapes bring their own.
    pub instruments: u32,
    /// Timed commands.
    pub commands: u64,
    /// Timed passes, each on a fresh engine.
    pub passes: u32,
    /// Whether orders pay fees.
    pub has_fees: bool,
    /// Finished orders kept per account.
    pub retained: u32,
    /// Whether the result is decoded and compared before the timed passes.
    pub is_checked: bool,
    /// Most orders that rest per instrument of a harder shape; for tests.
    pub resting_max: u32,
    /// File to write.
    pub out: String,
    /// Records that wait for the disk at once.
    pub in_flight: u64,
    /// Length of a run that has no number of commands, in ms.
    pub length_ms: u64,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            workload: "anchor".into(),
            instruments: 1,
            commands: 3_000_000,
            passes: 3,
            has_fees: false,
            retained: 1,
            is_checked: true,
            resting_max: u32::MAX,
            out: String::new(),
            in_flight: 1,
            length_ms: 1_000,
        }
    }
}

impl Options {
    /// Reads arguments; the error names the one that is wrong.
    pub fn parse(arguments: &[String]) -> Result<Options, String> {
        let mut options = Options::default();
        for argument in arguments {
            let (key, value) = argument.split_once('=').unwrap_or((argument, ""));
            let wrong = |_| format!("{argument}: not a number");
            match key {
                "workload" => options.workload = value.into(),
                "instruments" => options.instruments = value.parse().map_err(wrong)?,
                "commands" => options.commands = value.parse().map_err(wrong)?,
                "passes" => options.passes = value.parse().map_err(wrong)?,
                "retained" => options.retained = value.parse().map_err(wrong)?,
                "resting_max" => options.resting_max = value.parse().map_err(wrong)?,
                "fees" => options.has_fees = value == "yes",
                "check" => options.is_checked = value == "yes",
                "out" => options.out = value.into(),
                "in_flight" => options.in_flight = value.parse().map_err(wrong)?,
                "length_ms" => options.length_ms = value.parse().map_err(wrong)?,
                _ => return Err(format!("{argument}: unknown")),
            }
        }
        Ok(options)
    }

    /// The fee rates.
    #[must_use]
    pub fn fees(&self) -> Fees {
        if self.has_fees { Fees::CHARGED } else { Fees::NONE }
    }

    /// Builds the workload.
    pub fn build(&self) -> Result<Workload, String> {
        let (fees, retained, commands) = (self.fees(), self.retained, self.commands);
        if self.workload == "anchor" {
            let shape = AnchorShape::CHECKED;
            return Ok(anchor_workload(shape, self.instruments, commands, fees, retained));
        }
        let found = SHAPES.into_iter().find(|shape| shape.name == self.workload);
        let shape = found.ok_or_else(|| format!("workload={}: unknown", self.workload))?;
        let resting = shape.resting.min(self.resting_max);
        let still = shape.still.min(self.resting_max);
        Ok(harder_workload(HarderShape { resting, still, ..shape }, commands, fees, retained))
    }
}
