//! What the venue may change about an instrument: fees, limits, band, state.

use super::check::refuse_if;
use super::entity::Instrument;
use super::identity::Request;
use super::transaction::Transaction;
use super::{Answer, Reference};
use crate::change::ChangeType;
use crate::command::{Command, FLAG_BOTH_SIDES, InstrumentState};
use crate::generated::reject_code::RejectCode;
use crate::units::{MILLION, SUPPLY_MAX, TICKS_MAX};

/// Largest limit of open orders per account.
const OPEN_ORDERS_MAX: i128 = 1_000_000;

impl Reference {
    /// Instrument and request id come first in every setting.
    fn start_setting<'a>(
        &self,
        command: &Command,
        request_id: &'a [u8],
    ) -> Result<Request<'a>, RejectCode> {
        let request = self.second_request(command, request_id);
        refuse_if(!self.instrument_exists(command.instrument), RejectCode::InstrumentNotFound)?;
        Self::check_request_form(&request)?;
        Ok(request)
    }

    /// Applies a setting whose form is good, unless the request was seen before.
    fn apply_setting(
        &mut self,
        command: &Command,
        request: &Request,
        transaction: &mut Transaction,
        change: impl FnOnce(&mut Instrument),
    ) -> Answer {
        if let Some(duplicate) = self.check_request(request)? {
            return Ok(duplicate);
        }
        let id = command.instrument;
        let instrument = &mut self.instruments[id as usize - 1];
        change(instrument);
        transaction.push(instrument.record(id, ChangeType::Updated));
        Ok(self.accept_request(request, u64::from(id)))
    }

    pub(super) fn set_fees(
        &mut self,
        command: &Command,
        request_id: &[u8],
        transaction: &mut Transaction,
    ) -> Answer {
        let request = self.start_setting(command, request_id)?;
        let (maker, taker) = (command.price, command.quantity);
        // Only the maker rate may be negative (3.3).
        let is_good = (-MILLION..=MILLION).contains(&maker)
            && (0..=MILLION).contains(&taker)
            && maker + taker >= 0;
        refuse_if(!is_good, RejectCode::FeeRateInvalid)?;
        self.apply_setting(command, &request, transaction, |instrument| {
            instrument.maker_rate = maker as i32;
            instrument.taker_rate = taker as i32;
        })
    }

    pub(super) fn set_limit(
        &mut self,
        command: &Command,
        request_id: &[u8],
        transaction: &mut Transaction,
    ) -> Answer {
        let request = self.start_setting(command, request_id)?;
        let value = command.amount();
        let good = match command.kind {
            1 | 2 | 6 => 0..=i128::from(TICKS_MAX - 1),
            3 | 4 => 0..=SUPPLY_MAX,
            // Never unlimited.
            5 => 1..=OPEN_ORDERS_MAX,
            _ => return Err(RejectCode::LimitInvalid),
        };
        refuse_if(!good.contains(&value), RejectCode::LimitInvalid)?;
        self.apply_setting(command, &request, transaction, |instrument| match command.kind {
            1 => instrument.quantity_min = value as i64,
            2 => instrument.quantity_max = value as i64,
            3 => instrument.notional_min = value,
            4 => instrument.order_value_max = value,
            5 => instrument.open_orders_max = value as u64,
            _ => instrument.position_max = value as i64,
        })
    }

    pub(super) fn set_band(
        &mut self,
        command: &Command,
        request_id: &[u8],
        transaction: &mut Transaction,
    ) -> Answer {
        let request = self.start_setting(command, request_id)?;
        let (reference, band) = (command.price, command.quantity);
        let is_good = (0..TICKS_MAX).contains(&reference) && (0..MILLION).contains(&band);
        refuse_if(!is_good, RejectCode::BandInvalid)?;
        self.apply_setting(command, &request, transaction, |instrument| {
            instrument.reference = reference;
            instrument.band = band;
            instrument.band_both_sides = command.has(FLAG_BOTH_SIDES);
        })
    }

    pub(super) fn set_state(
        &mut self,
        command: &Command,
        request_id: &[u8],
        transaction: &mut Transaction,
    ) -> Answer {
        let request = self.start_setting(command, request_id)?;
        let state = match command.kind {
            1 => InstrumentState::Open,
            2 => InstrumentState::CancelOnly,
            3 => InstrumentState::Halted,
            4 => InstrumentState::Closed,
            _ => return Err(RejectCode::StateInvalid),
        };
        self.apply_setting(command, &request, transaction, |instrument| instrument.state = state)
    }
}
