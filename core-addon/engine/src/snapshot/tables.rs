//! Currencies, instruments, aliases, sessions, backlog.

use crate::administration::{instrument_state, name_kind};
use crate::book::Book;
use crate::bytes::{ByteReader, ByteWriter, SnapshotError};
use crate::cancel_all::Backlog;
use crate::change::CancelReason;
use crate::command::{NameKind, Opcode};
use crate::currency::Currency;
use crate::instrument::{Instrument, Limits};
use crate::name::{Name, Target};
use crate::sequencer::Engine;
use crate::session::Session;

impl Engine {
    pub(super) fn write_tables(&self, bytes: &mut ByteWriter) {
        bytes.u32(self.currencies.len() as u32);
        for currency in &self.currencies {
            bytes.u8(currency.scale);
            bytes.text(currency.code.text());
        }
        bytes.u32(self.instruments.len() as u32);
        for instrument in &self.instruments {
            write_instrument(instrument, bytes);
        }
        bytes.u32(self.names.aliases().count() as u32);
        for (kind, name, id) in self.names.aliases() {
            bytes.u8(kind as u8);
            bytes.u32(id);
            bytes.text(name.text());
        }
        bytes.u32(self.sessions.len() as u32);
        for session in self.sessions.iter() {
            bytes.u64(session.id);
            bytes.u32(session.account);
            bytes.u8(session.flags);
            bytes.u64(session.opened_at_ns);
            bytes.text(session.name());
        }
        bytes.u32(self.backlog.len() as u32);
        for work in &self.backlog {
            bytes.u8(work.opcode as u8);
            bytes.u32(work.account);
            bytes.u32(work.instrument);
            bytes.u64(work.session);
            bytes.u64(work.after);
            bytes.u8(work.reason as u8);
        }
    }

    pub(super) fn read_tables(&mut self, bytes: &mut ByteReader) -> Result<(), SnapshotError> {
        for id in 1..=bytes.u32()? {
            let scale = bytes.u8()?;
            let code = Name::currency_code(bytes.text()?).ok_or(bytes.invalid("currency code"))?;
            self.currencies.push(Currency { id, scale, code });
            self.ledger.add_currency(id);
            self.names.insert(NameKind::Currency, code, Target { id, is_alias: false });
        }
        for id in 1..=bytes.u32()? {
            let instrument = read_instrument(id, bytes)?;
            self.instruments.push(instrument);
            self.books.push(Book::new(id));
            let target = Target { id, is_alias: false };
            self.names.insert(NameKind::Instrument, instrument.symbol, target);
        }
        for _ in 0..bytes.u32()? {
            let kind = name_kind(bytes.u8()?).ok_or(bytes.invalid("name kind"))?;
            let id = bytes.u32()?;
            let name = Name::new(bytes.text()?).ok_or(bytes.invalid("alias"))?;
            self.names.insert(kind, name, Target { id, is_alias: true });
        }
        for _ in 0..bytes.u32()? {
            let session = read_session(bytes)?;
            self.sessions.insert(session);
        }
        for _ in 0..bytes.u32()? {
            let work = read_backlog(bytes)?;
            self.backlog.push_back(work);
        }
        Ok(())
    }
}

fn write_instrument(instrument: &Instrument, bytes: &mut ByteWriter) {
    let limits = &instrument.limits;
    bytes.u8(instrument.state as u8);
    bytes.u32(instrument.base);
    bytes.u32(instrument.quote);
    bytes.i64(instrument.lot_size);
    bytes.i64(instrument.quote_per_tick_lot);
    bytes.u32(instrument.maker_rate as u32);
    bytes.u32(instrument.taker_rate as u32);
    bytes.i64(limits.quantity_min);
    bytes.i64(limits.quantity_max);
    bytes.amount(limits.notional_min);
    bytes.amount(limits.order_value_max);
    bytes.u32(limits.open_orders_max);
    bytes.i64(limits.position_max);
    bytes.i64(instrument.reference);
    bytes.i64(instrument.band);
    bytes.u8(instrument.both_sides.into());
    bytes.amount(instrument.fee_accumulator);
    bytes.u64(instrument.next_trade_id);
    bytes.i64(instrument.last_price);
    let traded = instrument.traded_since_clock;
    #[cfg(feature = "planted-bugs")]
    let traded = traded && !crate::EngineBug::SnapshotForgetsTraded.is_planted();
    bytes.u8(traded.into());
    bytes.i64(instrument.tick_mantissa);
    bytes.u8(instrument.tick_exponent);
    bytes.text(instrument.symbol.text());
}

fn read_instrument(id: u32, bytes: &mut ByteReader) -> Result<Instrument, SnapshotError> {
    let state = instrument_state(bytes.u8()?).ok_or(bytes.invalid("instrument state"))?;
    let mut instrument = Instrument {
        id,
        state,
        base: bytes.u32()?,
        quote: bytes.u32()?,
        lot_size: bytes.i64()?,
        quote_per_tick_lot: bytes.i64()?,
        maker_rate: bytes.u32()? as i32,
        taker_rate: bytes.u32()? as i32,
        limits: Limits {
            quantity_min: bytes.i64()?,
            quantity_max: bytes.i64()?,
            notional_min: bytes.amount()?,
            order_value_max: bytes.amount()?,
            open_orders_max: bytes.u32()?,
            position_max: bytes.i64()?,
        },
        reference: bytes.i64()?,
        band: bytes.i64()?,
        band_range: None,
        both_sides: bytes.u8()? != 0,
        fee_accumulator: bytes.amount()?,
        next_trade_id: bytes.u64()?,
        last_price: bytes.i64()?,
        traded_since_clock: bytes.u8()? != 0,
        tick_mantissa: bytes.i64()?,
        tick_exponent: bytes.u8()?,
        symbol: Name::new(bytes.text()?).ok_or(bytes.invalid("symbol"))?,
    };
    instrument.set_band(instrument.reference, instrument.band);
    Ok(instrument)
}

fn read_session(bytes: &mut ByteReader) -> Result<Session, SnapshotError> {
    let (id, account, flags) = (bytes.u64()?, bytes.u32()?, bytes.u8()?);
    let opened_at_ns = bytes.u64()?;
    let text = bytes.text()?;
    let mut name = [0; 64];
    let Some(used) = name.get_mut(..text.len()) else {
        return Err(bytes.invalid("session name"));
    };
    used.copy_from_slice(text);
    Ok(Session { id, account, flags, opened_at_ns, name, name_length: text.len() as u8 })
}

fn read_backlog(bytes: &mut ByteReader) -> Result<Backlog, SnapshotError> {
    let opcode = Opcode::from_byte(bytes.u8()?).ok_or(bytes.invalid("backlog opcode"))?;
    Ok(Backlog {
        opcode,
        account: bytes.u32()?,
        instrument: bytes.u32()?,
        session: bytes.u64()?,
        after: bytes.u64()?,
        reason: CancelReason::from_byte(bytes.u8()?).ok_or(bytes.invalid("reason"))?,
    })
}
