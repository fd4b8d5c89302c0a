//! Accounts, balances, final orders and request ids, slot by slot.

use crate::administration::account_state;
use crate::bytes::{ByteReader, ByteWriter, SnapshotError};
use crate::change::{CancelReason, OrderStatus};
use crate::ladder::NONE;
use crate::ledger::{Delta, SLOTS};
use crate::name::Name;
use crate::request_id::RequestId;
use crate::result_slot::Closed;
use crate::sequencer::Engine;
use crate::units::AccountId;

impl Engine {
    pub(super) fn write_accounts(&self, bytes: &mut ByteWriter) {
        bytes.u32(self.accounts.count());
        for slot in 0..SLOTS as u32 {
            for id in accounts_of(slot, self.accounts.count()) {
                self.write_account(id, bytes);
            }
        }
        bytes.u32(self.requests.iter().count() as u32);
        for (caller, request) in self.requests.iter() {
            bytes.u32(caller);
            bytes.u64(request.at);
            bytes.hash(request.key);
            bytes.hash(request.content);
            bytes.u64(request.result);
        }
    }

    fn write_account(&self, id: AccountId, bytes: &mut ByteWriter) {
        let account = self.accounts.image(id);
        bytes.u8(account.state as u8);
        bytes.text(account.name.text());
        self.write_balances_of(id, bytes);
        bytes.u32(self.accounts.final_orders(id).count() as u32);
        for order in self.accounts.final_orders(id) {
            bytes.u64(order.order_id);
            bytes.u32(order.instrument);
            bytes.u8(order.status as u8);
            bytes.u8(order.reason as u8);
            bytes.i64(order.filled);
            bytes.u64(order.at);
            self.write_client_ids(id, order.order_id, bytes);
        }
    }

    fn write_balances_of(&self, account: AccountId, bytes: &mut ByteWriter) {
        let held = self.currencies.iter().filter_map(|currency| {
            let balance = self.ledger.balance(account, currency.id);
            let is_held = balance.available != 0 || balance.frozen != 0;
            is_held.then_some((currency.id, balance))
        });
        bytes.u32(held.clone().count() as u32);
        for (currency, balance) in held {
            bytes.u32(currency);
            bytes.amount(balance.available);
            bytes.amount(balance.frozen);
        }
    }

    /// Reserved client ids of an order, first reserved first.
    pub(super) fn write_client_ids(&self, account: AccountId, order: u64, bytes: &mut ByteWriter) {
        let mut ids: Vec<_> = self.accounts.client_ids_of(account, order, &self.books).collect();
        ids.reverse();
        bytes.u32(ids.len() as u32);
        for id in ids {
            bytes.hash(id.key);
            bytes.hash(id.content);
        }
    }

    pub(super) fn read_accounts(&mut self, bytes: &mut ByteReader) -> Result<(), SnapshotError> {
        let count = bytes.u32()?;
        // Accounts come by slot; ids are made in order, so rows are created before they are filled.
        let placeholder = Name::new(b"-").ok_or(bytes.invalid("placeholder"))?;
        for _ in 0..count {
            let id = self.accounts.create(placeholder);
            self.ledger.add_account(id);
        }
        for slot in 0..SLOTS as u32 {
            for id in accounts_of(slot, count) {
                self.read_account(id, bytes)?;
            }
        }
        for _ in 0..bytes.u32()? {
            let (caller, at) = (bytes.u32()?, bytes.u64()?);
            let (key, content) = (bytes.hash()?, bytes.hash()?);
            self.requests.restore(caller, RequestId { key, content, result: bytes.u64()?, at });
        }
        Ok(())
    }

    fn read_account(&mut self, id: AccountId, bytes: &mut ByteReader) -> Result<(), SnapshotError> {
        let state = account_state(bytes.u8()?).ok_or(bytes.invalid("account state"))?;
        let name = Name::new(bytes.text()?).ok_or(bytes.invalid("account name"))?;
        self.rename_account(id, name);
        self.accounts.set_state(id, state);
        for _ in 0..bytes.u32()? {
            let currency = bytes.u32()?;
            if currency == 0 || currency as usize > self.currencies.len() {
                return Err(bytes.invalid("currency"));
            }
            let (available, frozen) = (bytes.amount()?, bytes.amount()?);
            self.ledger.apply(&Delta { account: id, currency, available, frozen });
        }
        for _ in 0..bytes.u32()? {
            self.read_final(id, bytes)?;
        }
        Ok(())
    }

    fn read_final(
        &mut self,
        account: AccountId,
        bytes: &mut ByteReader,
    ) -> Result<(), SnapshotError> {
        let (order_id, instrument) = (bytes.u64()?, bytes.u32()?);
        let order = Closed {
            order_id,
            account,
            instrument,
            index: NONE,
            status: OrderStatus::from_byte(bytes.u8()?).ok_or(bytes.invalid("status"))?,
            reason: CancelReason::from_byte(bytes.u8()?).ok_or(bytes.invalid("reason"))?,
            filled: bytes.i64()?,
        };
        let at = bytes.u64()?;
        self.accounts.restore_final(at, &order);
        self.read_client_ids(account, order_id, bytes)
    }

    pub(super) fn read_client_ids(
        &mut self,
        account: AccountId,
        order: u64,
        bytes: &mut ByteReader,
    ) -> Result<(), SnapshotError> {
        for _ in 0..bytes.u32()? {
            let (key, content) = (bytes.hash()?, bytes.hash()?);
            self.accounts.attach_client_id(account, order, key, content, &mut self.books);
        }
        Ok(())
    }
}

/// Ids of the accounts of a slot among the first `count`, ascending.
fn accounts_of(slot: u32, count: u32) -> impl Iterator<Item = AccountId> {
    let first = if slot == 0 { SLOTS as u32 } else { slot };
    (first..=count).step_by(SLOTS)
}
