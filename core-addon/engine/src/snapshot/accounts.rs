//! Accounts, balances, final orders and request ids, slot by slot.

use crate::account::Finality;
use crate::administration::account_state;
use crate::bytes::{ByteReader, ByteWriter, SnapshotError};
use crate::change::{CancelReason, OrderStatus};
use crate::ledger::{Delta, SLOTS};
use crate::name::Name;
use crate::request_id::RequestId;
use crate::sequencer::Engine;
use crate::units::AccountId;

impl Engine {
    pub(super) fn write_accounts(&self, bytes: &mut ByteWriter) {
        bytes.u32(self.accounts.count());
        for slot in self.accounts.slots() {
            for account in slot.accounts() {
                bytes.u8(account.state as u8);
                bytes.text(account.name.text());
                self.write_balances_of(account.id, bytes);
            }
            bytes.u32(slot.finals().count() as u32);
            for kept in slot.finals() {
                let order = &kept.value;
                bytes.u64(order.order_id);
                bytes.u32(kept.account);
                bytes.u32(order.instrument);
                bytes.u8(order.status as u8);
                bytes.u8(order.reason as u8);
                bytes.i64(order.filled);
                bytes.u64(kept.at);
                self.write_client_ids(kept.account, order.order_id, bytes);
            }
        }
        bytes.u32(self.requests.iter().count() as u32);
        for (_, kept) in self.requests.iter() {
            bytes.u32(kept.account);
            bytes.u64(kept.at);
            bytes.hash(kept.value.key);
            bytes.hash(kept.value.content);
            bytes.u64(kept.value.result);
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
        let mut ids: Vec<_> = self.accounts.slot(account).client_ids_of(order).collect();
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
            let first = if slot == 0 { SLOTS as u32 } else { slot };
            for id in (first..=count).step_by(SLOTS) {
                self.read_account(id, bytes)?;
            }
            for _ in 0..bytes.u32()? {
                self.read_final(count, bytes)?;
            }
        }
        for _ in 0..bytes.u32()? {
            let (caller, at) = (bytes.u32()?, bytes.u64()?);
            let (key, content) = (bytes.hash()?, bytes.hash()?);
            let request = RequestId { key, content, result: bytes.u64()? };
            self.requests.restore(caller, at, request);
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
        Ok(())
    }

    fn read_final(&mut self, accounts: u32, bytes: &mut ByteReader) -> Result<(), SnapshotError> {
        let order_id = bytes.u64()?;
        let (account, instrument) = (bytes.u32()?, bytes.u32()?);
        if account == 0 || account > accounts {
            return Err(bytes.invalid("account"));
        }
        let order = Finality {
            order_id,
            instrument,
            status: OrderStatus::from_byte(bytes.u8()?).ok_or(bytes.invalid("status"))?,
            reason: CancelReason::from_byte(bytes.u8()?).ok_or(bytes.invalid("reason"))?,
            filled: bytes.i64()?,
        };
        let at = bytes.u64()?;
        self.accounts.slot_mut(account).restore_final(account, at, &order);
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
            self.accounts.slot_mut(account).attach_client_id(account, order, key, content);
        }
        Ok(())
    }
}
