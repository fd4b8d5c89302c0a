//! An order meets the book: fills, their money, and what becomes of the rest.

use super::Reference;
use super::entity::{Instrument, Order};
use super::transaction::Transaction;
use crate::change::{CancelReason, OrderCause, OrderStatus, Trade};
use crate::command::{OrderType, Side, TimeInForce};
use crate::units::{Amount, InstrumentId, MILLION, OrderId, Price, Quantity};

/// Why an order stopped trading.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    Filled,
    Cancelled(CancelReason),
    Rests,
}

impl Reference {
    /// The order of the other side that is next to trade, within `limit` when there is one.
    pub(super) fn next_maker(
        &self,
        instrument: InstrumentId,
        taker_side: Side,
        limit: Option<Price>,
    ) -> Option<&Order> {
        self.makers(instrument, taker_side, limit).into_iter().next()
    }

    /// The orders of the other side within `limit`, by price, then time.
    fn makers(
        &self,
        instrument: InstrumentId,
        taker_side: Side,
        limit: Option<Price>,
    ) -> Vec<&Order> {
        let outward = |price: Price| if taker_side == Side::Buy { price } else { -price };
        let is_within = |order: &&Order| {
            order.instrument == instrument
                && order.side == taker_side.opposite()
                && limit.is_none_or(|limit| outward(order.price) <= outward(limit))
        };
        let mut makers: Vec<&Order> = self.orders.values().filter(is_within).collect();
        makers.sort_by_key(|order| (outward(order.price), order.priority));
        makers
    }

    /// The worst price this order may trade at; none: any.
    fn limit_of(&self, order: &Order) -> Option<Price> {
        match (order.order_type, order.side, self.instrument(order.instrument).band_prices()) {
            (OrderType::Limit, ..) => Some(order.price),
            (OrderType::Market, _, None) => None,
            (OrderType::Market, Side::Buy, Some((_, upper))) => Some(upper),
            (OrderType::Market, Side::Sell, Some((lower, _))) => Some(lower),
        }
    }

    /// Whether a FOK order finds its whole quantity before the first order of its own account.
    pub(super) fn can_fill_whole(&self, order: &Order) -> bool {
        let makers = self.makers(order.instrument, order.side, self.limit_of(order));
        let foreign = makers.iter().take_while(|maker| maker.account != order.account);
        let quantity: i128 = foreign.map(|maker| i128::from(maker.leaves())).sum();
        quantity >= i128::from(order.quantity)
    }

    /// Trades until the order is filled or must stop.
    pub(super) fn fill_all(&mut self, order: &mut Order, transaction: &mut Transaction) -> Ending {
        let limit = self.limit_of(order);
        loop {
            if !order.is_budget() && order.leaves() == 0 {
                return Ending::Filled;
            }
            let Some(maker) = self.next_maker(order.instrument, order.side, limit).cloned() else {
                return self.ending_without_maker(order);
            };
            let lots = if order.is_budget() {
                let affordable = self.affordable_lots(order, maker.price);
                if affordable == 0 {
                    return if order.filled == 0 {
                        Ending::Cancelled(CancelReason::MarketRemainder)
                    } else {
                        Ending::Filled
                    };
                }
                let room = self.position_room(order.account, order.instrument);
                room.map_or(affordable, |room| affordable.min(room))
            } else {
                i128::from(order.leaves())
            };
            if lots <= 0 {
                // The position limit.
                return self.ending_without_maker(order);
            }
            if maker.account == order.account {
                return Ending::Cancelled(CancelReason::SelfTradePrevention);
            }
            let quantity = lots.min(i128::from(maker.leaves())) as Quantity;
            self.fill(order, maker.id, quantity, transaction);
        }
    }

    /// The notional that a budget may still reach: fees fit into the budget, too.
    fn spendable(&self, order: &Order) -> Amount {
        let million = i128::from(MILLION);
        let notional_max =
            order.quote_quantity * million / (million + i128::from(order.taker_rate));
        notional_max - order.cumulative_notional
    }

    fn affordable_lots(&self, order: &Order, price: Price) -> i128 {
        self.spendable(order) / self.instrument(order.instrument).notional(price, 1)
    }

    fn ending_without_maker(&self, order: &Order) -> Ending {
        if order.order_type == OrderType::Market {
            let is_spent =
                order.is_budget() && order.filled != 0 && self.affordable_lots(order, 1) == 0;
            return if is_spent {
                Ending::Filled
            } else {
                Ending::Cancelled(CancelReason::MarketRemainder)
            };
        }
        match order.time_in_force {
            TimeInForce::Gtc | TimeInForce::PostOnly => Ending::Rests,
            TimeInForce::Ioc => Ending::Cancelled(CancelReason::ImmediateOrCancel),
            TimeInForce::Fok => unreachable!("a FOK order fills whole or does not begin"),
        }
    }

    /// One trade at the maker's price.
    fn fill(
        &mut self,
        taker: &mut Order,
        maker_id: OrderId,
        quantity: Quantity,
        transaction: &mut Transaction,
    ) {
        let mut maker = self.orders[&maker_id].clone();
        let maker_before = maker.clone();
        let instrument = self.instrument(taker.instrument).clone();
        let notional = instrument.notional(maker.price, quantity);
        let taker_rate = taker.taker_rate;
        let maker_rate = maker.maker_rate;
        let taker_fee = self.settle(taker, &instrument, quantity, notional, taker_rate);
        let maker_fee = self.settle(&mut maker, &instrument, quantity, notional, maker_rate);
        maker.status = OrderStatus::PartiallyFilled;
        if maker.filled == maker.quantity {
            maker.status = OrderStatus::Filled;
        }
        transaction.changes.trade(&Trade {
            trade_id: instrument.next_trade_id,
            instrument: taker.instrument,
            taker_side: taker.side as u8,
            taker_order: taker.id,
            maker_order: maker.id,
            taker_account: taker.account,
            maker_account: maker.account,
            price: maker.price,
            quantity,
            notional,
            taker_fee,
            maker_fee,
        });
        transaction.changes.order_update(&maker.update(&maker_before, OrderCause::Fill));
        transaction.touch(maker.instrument, maker.side, maker.price);
        let changed = &mut self.instruments[taker.instrument as usize - 1];
        changed.next_trade_id += 1;
        changed.last_price = maker.price;
        changed.traded_since_clock = true;
        changed.fee_accumulator += taker_fee + maker_fee;
        if maker.status.is_final() {
            self.retain(&maker);
        } else {
            self.orders.insert(maker.id, maker);
        }
    }

    /// One order's side of a fill: what it held for these lots is released, then money and goods
    /// move. Returns the fee of this fill.
    fn settle(
        &mut self,
        order: &mut Order,
        instrument: &Instrument,
        quantity: Quantity,
        notional: Amount,
        rate: i32,
    ) -> Amount {
        let frozen_before = order.frozen(instrument);
        let fee_before = order.fee();
        order.filled += quantity;
        order.cumulative_notional += notional;
        order.notional_rate_sum += notional * i128::from(rate);
        let fee = order.fee() - fee_before;
        let released = frozen_before - order.frozen(instrument);
        self.move_to_frozen(order, instrument, -released);
        let goods = i128::from(quantity) * i128::from(instrument.lot);
        let (quote, base) = match order.side {
            Side::Buy => (-notional - fee, goods),
            Side::Sell => (notional - fee, -goods),
        };
        self.add_available(order.account, instrument.quote, quote);
        self.add_available(order.account, instrument.base, base);
        fee
    }

    /// Gives the order its place in the book or its end.
    pub(super) fn conclude(
        &mut self,
        order: &mut Order,
        ending: Ending,
        transaction: &mut Transaction,
    ) {
        let instrument = self.instrument(order.instrument).clone();
        let frozen = order.frozen(&instrument);
        match ending {
            Ending::Rests => {
                let is_touched = order.filled != 0;
                order.status =
                    if is_touched { OrderStatus::PartiallyFilled } else { OrderStatus::Pending };
                transaction.touch(order.instrument, order.side, order.price);
                self.orders.insert(order.id, order.clone());
                return;
            }
            Ending::Filled => order.status = OrderStatus::Filled,
            Ending::Cancelled(reason) => {
                order.status = OrderStatus::Cancelled;
                order.reason = reason;
            }
        }
        self.move_to_frozen(order, &instrument, -frozen);
        self.retain(order);
    }
}
