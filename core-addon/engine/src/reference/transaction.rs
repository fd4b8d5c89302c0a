//! What one command touched, written at its end: levels, balances, then the rest.

use std::collections::{BTreeMap, BTreeSet};

use super::Reference;
use super::entity::Balance;
use crate::change::{BalanceUpdate, ChangeType, ChangeWriter, Entity};
use crate::command::Side;
use crate::units::{AccountId, CurrencyId, InstrumentId, Price};

/// A record that follows the balances.
pub(super) struct Record {
    pub entity: Entity,
    pub change: ChangeType,
    pub fields: Vec<u64>,
    pub text: Vec<u8>,
}

/// One transaction while its command runs. Orders and trades are written as they happen.
pub(super) struct Transaction<'a> {
    pub changes: &'a mut ChangeWriter,
    balances_before: BTreeMap<(AccountId, CurrencyId), Balance>,
    levels: BTreeSet<(InstrumentId, u8, Price)>,
    rest: Vec<Record>,
}

impl<'a> Transaction<'a> {
    pub fn begin(
        changes: &'a mut ChangeWriter,
        balances: &BTreeMap<(AccountId, CurrencyId), Balance>,
    ) -> Transaction<'a> {
        changes.begin();
        let balances_before = balances.clone();
        Transaction { changes, balances_before, levels: BTreeSet::new(), rest: Vec::new() }
    }

    /// Notes that an order at this price came, went or moved.
    pub fn touch(&mut self, instrument: InstrumentId, side: Side, price: Price) {
        // Bids run from the highest price down.
        let outward = if side == Side::Buy { -price } else { price };
        self.levels.insert((instrument, side as u8, outward));
    }

    /// Adds a record behind levels and balances.
    pub fn push(&mut self, record: Record) {
        self.rest.push(record);
    }

    /// Writes what was touched.
    pub fn finish(self, state: &Reference) {
        for (instrument, side, outward) in self.levels {
            let price = outward.abs();
            let at_level = state.orders.values().filter(|order| {
                order.instrument == instrument && order.side as u8 == side && order.price == price
            });
            let (quantity, orders) =
                at_level.fold((0, 0), |(sum, count), order| (sum + order.leaves(), count + 1));
            let change = if orders == 0 { ChangeType::Deleted } else { ChangeType::Updated };
            self.changes.level(change, instrument, side, price, quantity, orders);
        }
        for ((account, currency), after) in &state.balances {
            let before =
                self.balances_before.get(&(*account, *currency)).copied().unwrap_or_default();
            if before != *after {
                let update = BalanceUpdate {
                    account: *account,
                    currency: *currency,
                    available_before: before.available,
                    available_after: after.available,
                    frozen_before: before.frozen,
                    frozen_after: after.frozen,
                };
                self.changes.balance(ChangeType::Updated, &update);
            }
        }
        for record in self.rest {
            self.changes.record(record.entity, record.change, &record.fields, &record.text);
        }
    }
}
