//! `key=value` arguments of the bench program.

use crate::anchor::AnchorShape;
use crate::anchor_workload::anchor_workload;
use crate::harder::{SHAPES, harder_workload};
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
    /// File to write.
    pub out: String,
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
            out: String::new(),
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
                "fees" => options.has_fees = value == "yes",
                "check" => options.is_checked = value == "yes",
                "out" => options.out = value.into(),
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
        Ok(harder_workload(shape, commands, fees, retained))
    }
}
