//! Deliberate defects, one at a time, for the tests that prove the suite would notice them.
//!
//! Compiled with the feature `planted-bugs` only; without it neither this file nor any hook exists.

use std::cell::Cell;

/// A defect that a reviewer could miss.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EngineBug {
    /// A buy that trades below its limit keeps what it froze for the limit.
    ImprovementKept,
    /// A replace that grows at the same price keeps its place.
    GrowthKeepsPlace,
    /// Accounts of one slot count as one account for self-trade prevention.
    SelfTradeBySlot,
    /// A FOK order counts orders of its own account.
    FokCountsOwn,
    /// Every fill rounds its fee up by itself.
    FeePerFill,
    /// A maker pays the instrument's rate of today, not the one it was accepted with.
    CurrentRate,
    /// A level reports one order too many when it has more than two.
    LevelCount,
    /// A cancel of a partly filled buy releases once more what its fills paid.
    CancelReleasesTwice,
    /// A backlog starts each part at the highest order id.
    BacklogReversed,
    /// Final orders are forgotten after 23 hours.
    ForgottenEarly,
    /// The content of a new order leaves the budget out.
    ContentWithoutBudget,
    /// The position limit leaves out open buys.
    PositionWithoutBuys,
    /// A market sell ignores the lower price of the band.
    SellBelowBand,
    /// A snapshot forgets that an instrument traded since the last clock.
    SnapshotForgetsTraded,
    /// The state hash does not see a balance that went to 0 and 0.
    StaleHash,
    /// A session is not told that its request repeats an earlier one.
    DuplicateUntold,
    /// A refused request names its order as the client did, not as it was found.
    TargetAsGiven,
}

thread_local! {
    static PLANTED: Cell<Option<EngineBug>> = const { Cell::new(None) };
}

impl EngineBug {
    /// Every defect there is.
    pub const ALL: [EngineBug; 17] = [
        EngineBug::ImprovementKept,
        EngineBug::GrowthKeepsPlace,
        EngineBug::SelfTradeBySlot,
        EngineBug::FokCountsOwn,
        EngineBug::FeePerFill,
        EngineBug::CurrentRate,
        EngineBug::LevelCount,
        EngineBug::CancelReleasesTwice,
        EngineBug::BacklogReversed,
        EngineBug::ForgottenEarly,
        EngineBug::ContentWithoutBudget,
        EngineBug::PositionWithoutBuys,
        EngineBug::SellBelowBand,
        EngineBug::SnapshotForgetsTraded,
        EngineBug::StaleHash,
        EngineBug::DuplicateUntold,
        EngineBug::TargetAsGiven,
    ];

    /// Plants `bug` in every engine of this thread; none takes it out again.
    pub fn plant(bug: Option<EngineBug>) {
        PLANTED.with(|planted| planted.set(bug));
    }

    /// Whether this defect is planted.
    pub(crate) fn is_planted(self) -> bool {
        PLANTED.with(Cell::get) == Some(self)
    }
}
