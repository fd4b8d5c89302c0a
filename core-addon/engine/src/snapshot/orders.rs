//! Open orders of every instrument, bids then asks, best first, in time priority.

use crate::bytes::{ByteReader, ByteWriter, SnapshotError};
use crate::command::{Side, TEXT_BYTES_MAX};
use crate::order::{Order, OrderTerms, Papers, Place};
use crate::sequencer::Engine;
use crate::units::{MILLION, Sequence, TimeNs, ceil_millionths};

impl Engine {
    pub(super) fn write_orders(&self, bytes: &mut ByteWriter) {
        for book in &self.books {
            bytes.u32(book.len() as u32);
            for side in [Side::Buy, Side::Sell] {
                for index in book.iter(side) {
                    let order = book.order(index);
                    bytes.u64(order.order_id);
                    bytes.u32(order.account);
                    bytes.i64(order.leaves());
                    write_terms(order, book.papers(index).created_at_ns, bytes);
                    bytes.text(book.client_order_id(index));
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
                let (terms, priority, created_at_ns) = read_terms(bytes)?;
                if leaves < 1 || leaves != terms.quantity - terms.filled {
                    return Err(bytes.invalid("leaves"));
                }
                let text = bytes.text()?;
                if text.len() > TEXT_BYTES_MAX {
                    return Err(bytes.invalid("client order id"));
                }
                let order = Order::new(order_id, account, priority, &terms);
                let (index, _) =
                    self.books[position].add(&order, &Papers::new(created_at_ns), text);
                let mut client_ids = Vec::new();
                for _ in 0..bytes.u32()? {
                    client_ids.push((bytes.hash()?, bytes.hash()?));
                }
                let place = Place { instrument: position as u32 + 1, index };
                open.push((order_id, account, place, client_ids));
            }
        }
        // An account lists its open orders by id, over all instruments.
        open.sort_unstable_by_key(|(order_id, ..)| *order_id);
        for (order_id, account, place, client_ids) in open {
            let books = &mut self.books;
            self.accounts.add_open(account, order_id, place, books);
            for (key, content) in client_ids {
                self.accounts.attach_client_id(account, order_id, key, content, books);
            }
        }
        Ok(())
    }
}

fn write_terms(order: &Order, created_at_ns: TimeNs, bytes: &mut ByteWriter) {
    let terms = &order.terms;
    bytes.u8(terms.side as u8);
    bytes.u8(terms.order_type);
    bytes.u8(terms.time_in_force);
    bytes.u8(terms.self_trade_prevention);
    bytes.u8(terms.flags);
    bytes.i64(terms.price);
    bytes.i64(terms.quantity);
    bytes.i64(terms.filled);
    bytes.u64(terms.session);
    bytes.u64(created_at_ns);
    bytes.u64(order.priority);
    bytes.u32(terms.maker_rate as u32);
    bytes.u32(terms.taker_rate as u32);
    bytes.amount(terms.notional);
    bytes.amount(terms.rated());
    bytes.amount(terms.fee);
    bytes.amount(terms.frozen);
}

/// The terms, the priority and the time of an order.
fn read_terms(bytes: &mut ByteReader) -> Result<(OrderTerms, Sequence, TimeNs), SnapshotError> {
    let side = Side::from_byte(bytes.u8()?).ok_or(bytes.invalid("side"))?;
    let kind = [bytes.u8()?, bytes.u8()?, bytes.u8()?, bytes.u8()?];
    let (price, quantity, filled) = (bytes.i64()?, bytes.i64()?, bytes.i64()?);
    let (session, created_at_ns, priority) = (bytes.u64()?, bytes.u64()?, bytes.u64()?);
    let rates = [bytes.u32()? as i32, bytes.u32()? as i32];
    let mut terms = OrderTerms::new(side, kind, price, quantity, session, rates);
    terms.filled = filled;
    terms.notional = bytes.amount()?;
    let rated = bytes.amount()?;
    terms.fee = bytes.amount()?;
    if ceil_millionths(rated) != terms.fee {
        return Err(bytes.invalid("fee"));
    }
    terms.set_rounded_up((terms.fee * i128::from(MILLION) - rated) as i64);
    terms.frozen = bytes.amount()?;
    Ok((terms, priority, created_at_ns))
}
