//! Open orders of every instrument, bids then asks, best first, in time priority.

use crate::book::OrderTerms;
use crate::bytes::{ByteReader, ByteWriter, SnapshotError};
use crate::command::{Side, TEXT_BYTES_MAX};
use crate::sequencer::Engine;

impl Engine {
    pub(super) fn write_orders(&self, bytes: &mut ByteWriter) {
        for book in &self.books {
            bytes.u32(book.len() as u32);
            for side in [Side::Buy, Side::Sell] {
                for index in book.iter(side) {
                    let order = book.order(index);
                    bytes.u64(order.order_id);
                    bytes.u32(order.account);
                    bytes.i64(order.leaves);
                    write_terms(&order.terms, bytes);
                    bytes.text(order.client_order_id());
                    self.write_client_ids(order.account, order.order_id, bytes);
                }
            }
        }
    }

    pub(super) fn read_orders(&mut self, bytes: &mut ByteReader) -> Result<(), SnapshotError> {
        let mut open = Vec::new();
        for position in 0..self.books.len() {
            for _ in 0..bytes.u32()? {
                let (order_id, account) = (bytes.u64()?, bytes.u32()?);
                if account == 0 || account > self.accounts.count() {
                    return Err(bytes.invalid("account"));
                }
                let leaves = bytes.i64()?;
                let terms = read_terms(bytes)?;
                let text = bytes.text()?;
                if text.len() > TEXT_BYTES_MAX {
                    return Err(bytes.invalid("client order id"));
                }
                let index = self.books[position].add(order_id, account, leaves, &terms, text);
                let mut client_ids = Vec::new();
                for _ in 0..bytes.u32()? {
                    client_ids.push((bytes.hash()?, bytes.hash()?));
                }
                open.push((order_id, account, position as u32 + 1, index, client_ids));
            }
        }
        // An account lists its open orders by id, over all instruments.
        open.sort_unstable_by_key(|(order_id, ..)| *order_id);
        for (order_id, account, instrument, index, client_ids) in open {
            self.accounts.add_open(account, order_id, instrument, index);
            for (key, content) in client_ids {
                self.accounts.attach_client_id(account, order_id, key, content);
            }
        }
        Ok(())
    }
}

fn write_terms(terms: &OrderTerms, bytes: &mut ByteWriter) {
    bytes.u8(terms.side as u8);
    bytes.u8(terms.order_type);
    bytes.u8(terms.time_in_force);
    bytes.u8(terms.self_trade_prevention);
    bytes.u8(terms.flags);
    bytes.i64(terms.price);
    bytes.i64(terms.quantity);
    bytes.i64(terms.filled);
    bytes.u64(terms.session);
    bytes.u64(terms.created_at_ns);
    bytes.u64(terms.priority);
    bytes.u32(terms.maker_rate as u32);
    bytes.u32(terms.taker_rate as u32);
    bytes.amount(terms.notional);
    bytes.amount(terms.rated);
    bytes.amount(terms.fee);
    bytes.amount(terms.frozen);
}

fn read_terms(bytes: &mut ByteReader) -> Result<OrderTerms, SnapshotError> {
    Ok(OrderTerms {
        side: Side::from_byte(bytes.u8()?).ok_or(bytes.invalid("side"))?,
        order_type: bytes.u8()?,
        time_in_force: bytes.u8()?,
        self_trade_prevention: bytes.u8()?,
        flags: bytes.u8()?,
        price: bytes.i64()?,
        quantity: bytes.i64()?,
        filled: bytes.i64()?,
        session: bytes.u64()?,
        created_at_ns: bytes.u64()?,
        priority: bytes.u64()?,
        maker_rate: bytes.u32()? as i32,
        taker_rate: bytes.u32()? as i32,
        notional: bytes.amount()?,
        rated: bytes.amount()?,
        fee: bytes.amount()?,
        frozen: bytes.amount()?,
    })
}
