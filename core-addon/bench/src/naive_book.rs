//! A slow, obvious order book, enough to answer the anchor stream's generator.
//!
//! No accounts, no self-trade prevention, no limits: price, then time. It is neither the engine's
//! book nor its reference twin, so a stream's known answers do not depend on what they check.

use std::collections::{BTreeMap, VecDeque};

use engine::command::Side;

/// Index of an order; the caller gives dense ids from 1.
pub type OrderIndex = u32;

/// One resting or finished order.
#[derive(Clone, Copy)]
struct Entry {
    side: Side,
    price: i64,
    /// 0 when it is not in the book.
    leaves: i64,
}

/// One match: the resting order, the price and quantity, and whether the resting order is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Match {
    /// The resting order.
    pub maker: OrderIndex,
    /// Ticks; the resting order's price.
    pub price: i64,
    /// Lots.
    pub quantity: i64,
    /// Nothing is left of the resting order.
    pub maker_done: bool,
}

/// One price level as seen from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LevelImage {
    /// Ticks.
    pub price: i64,
    /// Lots of all its orders.
    pub quantity: i64,
    /// Number of orders.
    pub orders: u32,
}

/// Two sides of levels, each a queue of order indexes.
#[derive(Default)]
pub struct NaiveBook {
    entries: Vec<Option<Entry>>,
    bids: BTreeMap<i64, VecDeque<OrderIndex>>,
    asks: BTreeMap<i64, VecDeque<OrderIndex>>,
    bid_count: u32,
    ask_count: u32,
}

impl NaiveBook {
    /// Number of resting orders of a side.
    #[must_use]
    pub fn order_count(&self, side: Side) -> u32 {
        match side {
            Side::Buy => self.bid_count,
            Side::Sell => self.ask_count,
        }
    }

    /// Levels of a side from the touch outward.
    #[must_use]
    pub fn levels(&self, side: Side) -> Vec<LevelImage> {
        let image = |(price, queue): (&i64, &VecDeque<OrderIndex>)| LevelImage {
            price: *price,
            quantity: queue.iter().map(|order| self.entry(*order).leaves).sum(),
            orders: queue.len() as u32,
        };
        match side {
            Side::Buy => self.bids.iter().rev().map(image).collect(),
            Side::Sell => self.asks.iter().map(image).collect(),
        }
    }

    /// Matches a limit order and rests what is left.
    pub fn place(
        &mut self,
        order: OrderIndex,
        side: Side,
        price: i64,
        quantity: i64,
        matches: &mut Vec<Match>,
    ) {
        let leaves = self.take(side, price, quantity, matches);
        self.rest(order, side, price, leaves);
    }

    /// Takes up to `quantity` lots at `limit` or better; returns what is left.
    pub fn take(&mut self, side: Side, limit: i64, quantity: i64, matches: &mut Vec<Match>) -> i64 {
        let mut left = quantity;
        while left > 0 {
            let (levels, count) = match side {
                Side::Buy => (&mut self.asks, &mut self.ask_count),
                Side::Sell => (&mut self.bids, &mut self.bid_count),
            };
            let best = match side {
                Side::Buy => levels.first_entry().filter(|level| *level.key() <= limit),
                Side::Sell => levels.last_entry().filter(|level| *level.key() >= limit),
            };
            let Some(mut level) = best else { break };
            let price = *level.key();
            let maker = *level.get().front().expect("no level is empty");
            let entry = self.entries[maker as usize].as_mut().expect("a queue holds known orders");
            let filled = left.min(entry.leaves);
            entry.leaves -= filled;
            left -= filled;
            let maker_done = entry.leaves == 0;
            if maker_done {
                level.get_mut().pop_front();
                *count -= 1;
                if level.get().is_empty() {
                    level.remove();
                }
            }
            matches.push(Match { maker, price, quantity: filled, maker_done });
        }
        left
    }

    /// Cost in price × lots of taking exactly `quantity` at any price; `None` when too few rest.
    #[must_use]
    pub fn cost_of(&self, side: Side, quantity: i64) -> Option<i64> {
        let mut left = quantity;
        let mut cost = 0;
        for level in self.levels(side.opposite()) {
            let taken = left.min(level.quantity);
            cost += taken * level.price;
            left -= taken;
            if left == 0 {
                return Some(cost);
            }
        }
        None
    }

    /// The best order of a side.
    #[must_use]
    pub fn front(&self, side: Side) -> Option<OrderIndex> {
        self.queues(side).next()?.front().copied()
    }

    /// Lots of the first `count` orders of a side.
    #[must_use]
    pub fn front_quantity(&self, side: Side, count: u32) -> i64 {
        let orders = self.queues(side).flatten().take(count as usize);
        orders.map(|order| self.entry(*order).leaves).sum()
    }

    /// Removes a resting order.
    pub fn cancel(&mut self, order: OrderIndex) {
        self.unlink(order);
    }

    /// Makes a resting order smaller in place; it leaves the book when nothing is left.
    pub fn reduce(&mut self, order: OrderIndex, by: i64) {
        let leaves = self.entry(order).leaves;
        assert!(by >= 1 && by <= leaves, "order={order} by={by} leaves={leaves}");
        if by == leaves {
            self.unlink(order);
        } else {
            self.entries[order as usize].as_mut().expect("known order").leaves -= by;
        }
    }

    /// Gives a resting order a new price: it may trade, and rests behind all others there.
    pub fn reprice(&mut self, order: OrderIndex, price: i64, matches: &mut Vec<Match>) {
        let Entry { side, leaves, .. } = self.unlink(order);
        let left = self.take(side, price, leaves, matches);
        self.rest(order, side, price, left);
    }

    /// Side, price and leaves of a resting order.
    #[must_use]
    pub fn resting(&self, order: OrderIndex) -> Option<(Side, i64, i64)> {
        let entry = self.entries.get(order as usize).copied().flatten()?;
        (entry.leaves > 0).then_some((entry.side, entry.price, entry.leaves))
    }

    fn queues(&self, side: Side) -> Box<dyn Iterator<Item = &VecDeque<OrderIndex>> + '_> {
        match side {
            Side::Buy => Box::new(self.bids.values().rev()),
            Side::Sell => Box::new(self.asks.values()),
        }
    }

    fn entry(&self, order: OrderIndex) -> &Entry {
        self.entries[order as usize].as_ref().expect("known order")
    }

    fn rest(&mut self, order: OrderIndex, side: Side, price: i64, leaves: i64) {
        if self.entries.len() <= order as usize {
            self.entries.resize(order as usize + 1, None);
        }
        self.entries[order as usize] = Some(Entry { side, price, leaves });
        if leaves == 0 {
            return;
        }
        let (levels, count) = self.side_mut(side);
        levels.entry(price).or_default().push_back(order);
        *count += 1;
    }

    fn unlink(&mut self, order: OrderIndex) -> Entry {
        let slot = self.entries[order as usize].as_mut().expect("known order");
        let entry = *slot;
        assert!(entry.leaves > 0, "order {order} does not rest");
        slot.leaves = 0;
        let (levels, count) = self.side_mut(entry.side);
        *count -= 1;
        let queue = levels.get_mut(&entry.price).expect("a resting order has a level");
        let position = queue.iter().position(|other| *other == order);
        queue.remove(position.expect("a resting order is in its queue"));
        if queue.is_empty() {
            levels.remove(&entry.price);
        }
        entry
    }

    fn side_mut(&mut self, side: Side) -> (&mut BTreeMap<i64, VecDeque<OrderIndex>>, &mut u32) {
        match side {
            Side::Buy => (&mut self.bids, &mut self.bid_count),
            Side::Sell => (&mut self.asks, &mut self.ask_count),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn level(price: i64, quantity: i64, orders: u32) -> LevelImage {
        LevelImage { price, quantity, orders }
    }

    #[test]
    fn trades_by_price_then_time_and_rests_the_remainder() {
        let mut book = NaiveBook::default();
        let mut matches = Vec::new();
        book.place(1, Side::Sell, 11, 5, &mut matches);
        book.place(2, Side::Sell, 10, 2, &mut matches);
        book.place(3, Side::Sell, 10, 3, &mut matches);
        assert_eq!(matches, []);
        assert_eq!(book.cost_of(Side::Buy, 6), Some(61));
        assert_eq!(book.cost_of(Side::Buy, 11), None);

        book.place(4, Side::Buy, 10, 4, &mut matches);
        assert_eq!(
            matches,
            [
                Match { maker: 2, price: 10, quantity: 2, maker_done: true },
                Match { maker: 3, price: 10, quantity: 2, maker_done: false },
            ]
        );
        assert_eq!(book.levels(Side::Sell), [level(10, 1, 1), level(11, 5, 1)]);
        assert_eq!(book.levels(Side::Buy), []);
    }

    #[test]
    fn a_repriced_order_goes_behind_the_others() {
        let mut book = NaiveBook::default();
        let mut matches = Vec::new();
        book.place(1, Side::Buy, 9, 1, &mut matches);
        book.place(2, Side::Buy, 8, 1, &mut matches);
        book.reprice(1, 8, &mut matches);
        book.reduce(2, 1);
        assert_eq!(book.resting(2), None);
        assert_eq!(book.levels(Side::Buy), [level(8, 1, 1)]);
        book.place(3, Side::Buy, 8, 1, &mut matches);
        assert_eq!(book.take(Side::Sell, 1, 1, &mut matches), 0);
        assert_eq!(matches, [Match { maker: 1, price: 8, quantity: 1, maker_done: true }]);
        book.cancel(3);
        assert_eq!((book.order_count(Side::Buy), book.order_count(Side::Sell)), (0, 0));
    }
}
