//! The venue as a consumer of the change log knows it, and what must hold of it after every
//! command.
//!
//! Built from transactions alone, it is a third reading: what it asserts does not depend on either
//! engine's state.

use std::collections::{BTreeMap, BTreeSet};

use engine::change::{OrderCause, OrderStatus, TRANSACTION_DUPLICATE};
use engine::command::{FLAG_CANCEL_ON_DISCONNECT, Opcode, Side};
use engine::units::{Amount, EXTERNAL_ACCOUNT};

use super::record::{RecordView, TransactionView};

#[derive(Clone)]
pub struct ViewOrder {
    pub account: u32,
    pub instrument: u32,
    pub side: u8,
    pub status: u8,
    pub session: u64,
    pub cancel_on_disconnect: bool,
    pub price: i64,
    pub quantity: i64,
    pub filled: i64,
    pub leaves: i64,
    pub priority: u64,
    pub client_order_id: Vec<u8>,
    notional: Amount,
    rates: [i64; 2],
    /// Sum of notional × rate over the fills.
    notional_rate_sum: i128,
}

#[derive(Clone)]
pub struct ViewInstrument {
    pub state: u8,
    pub base: u32,
    pub quote: u32,
    pub lot: i64,
    pub quote_per_tick_lot: i64,
    pub reference: i64,
    pub fee_accumulator: Amount,
    pub next_trade_id: u64,
}

/// Everything the changes told.
#[derive(Default)]
pub struct View {
    pub orders: BTreeMap<u64, ViewOrder>,
    /// Orders that ended, newest last, bounded.
    pub finals: Vec<(u64, u32)>,
    pub instruments: BTreeMap<u32, ViewInstrument>,
    /// State by account.
    pub accounts: BTreeMap<u32, u8>,
    pub currencies: BTreeMap<u32, u8>,
    /// Account by session.
    pub sessions: BTreeMap<u64, u32>,
    pub aliases: BTreeSet<(u8, Vec<u8>)>,
    /// Available and frozen by account and currency.
    pub balances: BTreeMap<(u32, u32), [Amount; 2]>,
    /// Quantity and count by instrument, side and price.
    pub levels: BTreeMap<(u32, u8, i64), (i64, u64)>,
    trade_count: u64,
}

const FINALS_MAX: usize = 64;

fn ceil_millionths(value: i128) -> Amount {
    value.div_euclid(1_000_000) + i128::from(value.rem_euclid(1_000_000) != 0)
}

fn is_final(status: u8) -> bool {
    status >= OrderStatus::Filled as u8
}

impl ViewOrder {
    fn fee(&self) -> Amount {
        ceil_millionths(self.notional_rate_sum)
    }

    /// What a resting order holds, by `rules.md` 3.2.
    fn frozen(&self, instrument: &ViewInstrument) -> Amount {
        if self.side == Side::Sell as u8 {
            return i128::from(self.leaves) * i128::from(instrument.lot);
        }
        let open = i128::from(self.price)
            * i128::from(self.leaves)
            * i128::from(instrument.quote_per_tick_lot);
        let rate_max = i128::from(self.rates[0].max(self.rates[1]));
        open + ceil_millionths(self.notional_rate_sum + open * rate_max) - self.fee()
    }

    fn fill(&mut self, notional: Amount, rate: i64) -> Amount {
        let before = self.fee();
        self.notional += notional;
        self.notional_rate_sum += notional * i128::from(rate);
        self.fee() - before
    }
}

impl View {
    pub fn new() -> View {
        View { accounts: BTreeMap::from([(1, 1), (2, 1)]), ..View::default() }
    }

    pub fn trade_count(&self) -> u64 {
        self.trade_count
    }

    pub fn available(&self, account: u32, currency: u32) -> Amount {
        self.balances.get(&(account, currency)).map_or(0, |balance| balance[0])
    }

    /// Takes one transaction in and asserts what must hold.
    pub fn apply(&mut self, transaction: &TransactionView) {
        let is_duplicate = transaction.flags & TRANSACTION_DUPLICATE != 0;
        let (request, records) = split_request(&transaction.records);
        if let Some(request) = request {
            self.assert_request(&request, transaction);
        }
        if transaction.code != 0 {
            self.assert_refused(transaction, records);
            return;
        }
        if is_duplicate {
            assert!(records.is_empty(), "a duplicate changes nothing");
            return;
        }
        let mut legs = BTreeMap::new();
        let mut totals = BTreeMap::new();
        let mut touched = BTreeSet::new();
        for record in records {
            match record.entity {
                1 if record.change == 1 => self.create_order(record, transaction),
                1 => self.update_order(record, transaction, &mut touched),
                2 => self.apply_trade(record, &mut legs),
                3 => self.apply_level(record),
                4 => self.apply_balance(record, &mut totals),
                5 => self.apply_instrument(record),
                6 => drop(self.accounts.insert(record.low(1), record.byte(1, 4))),
                7 => drop(self.currencies.insert(record.low(1), record.byte(1, 4))),
                8 => self.apply_session(record),
                9 => assert_eq!(record.word(1), transaction.time_ns),
                10 => self.apply_alias(record),
                other => panic!("unknown entity {other}"),
            }
        }
        self.orders.retain(|_, order| !is_final(order.status));
        assert_order_of_entities(records);
        if is_order_command(transaction.opcode) {
            legs.retain(|_, amount| *amount != 0);
            totals.retain(|_, amount| *amount != 0);
            assert_eq!(legs, totals, "balances move by what was traded, nothing else");
        }
        self.assert_levels(&touched);
        self.assert_frozen();
        self.assert_conserved();
        self.assert_uncrossed();
    }

    /// Only what no other record says: a refusal, a duplicate, an id of the request's own.
    fn assert_request(&self, request: &RecordView, transaction: &TransactionView) {
        assert_eq!(request.change, 1);
        assert!(is_order_command(transaction.opcode), "only requests about orders");
        let [id_length, target_length] = [0, 1].map(|byte| request.byte(3, byte));
        let is_done = transaction.code == 0 && transaction.flags & TRANSACTION_DUPLICATE == 0;
        let may_have_own_id =
            [Opcode::CancelOrder as u8, Opcode::MassCancel as u8].contains(&transaction.opcode);
        let has_own_id = may_have_own_id && id_length > 0;
        assert!(has_own_id || (!is_done && request.word(1) != 0), "it says something");
        if transaction.opcode == Opcode::MassCancel as u8 {
            assert_eq!((request.word(2), target_length), (0, 0), "all orders have no name");
        } else if transaction.code == 0 || transaction.opcode == Opcode::NewOrder as u8 {
            assert_eq!(request.word(2), transaction.result, "the order it is about");
        }
    }

    fn assert_refused(&self, transaction: &TransactionView, records: &[RecordView]) {
        if transaction.opcode == Opcode::NewOrder as u8 {
            assert_eq!(records.len(), 1, "a refused order appears once");
            let record = &records[0];
            assert_eq!((record.entity, record.change), (1, 1));
            assert_eq!(record.byte(3, 3), OrderStatus::Rejected as u8);
            assert_eq!(record.word(4), u64::from(transaction.code));
        } else {
            assert!(records.is_empty(), "a refused command changes nothing");
        }
    }

    fn create_order(&mut self, record: &RecordView, transaction: &TransactionView) {
        let id = record.word(1);
        assert_eq!(id, transaction.sequence, "an order's id is its command's sequence");
        assert_eq!(id, transaction.result);
        assert_eq!(record.byte(3, 3), OrderStatus::Pending as u8);
        assert_eq!(record.word(17), transaction.time_ns);
        let order = ViewOrder {
            account: record.low(2),
            instrument: record.high(2),
            side: record.byte(3, 0),
            status: record.byte(3, 3),
            session: record.word(5),
            cancel_on_disconnect: record.byte(3, 6) & FLAG_CANCEL_ON_DISCONNECT != 0,
            price: record.signed(6),
            quantity: record.signed(7),
            filled: record.signed(8),
            leaves: record.signed(9),
            priority: record.word(18),
            client_order_id: record.text(19, record.byte(3, 7)),
            notional: 0,
            rates: [record.low(16), record.high(16)].map(|rate| i64::from(rate as i32)),
            notional_rate_sum: 0,
        };
        self.orders.insert(id, order);
    }

    fn update_order(
        &mut self,
        record: &RecordView,
        transaction: &TransactionView,
        touched: &mut BTreeSet<(u32, u8, i64)>,
    ) {
        let id = record.word(1);
        let order = self.orders.get_mut(&id).expect("only open orders move");
        let [status_before, status, cause] = [1, 2, 4].map(|byte| record.byte(3, byte));
        assert_eq!(status_before, order.status, "status before");
        assert_eq!(record.signed(7), order.filled, "filled before");
        assert_eq!(record.signed(9), order.leaves, "leaves before");
        assert_eq!(record.signed(15), order.price, "price before");
        assert_eq!(record.signed(16), order.quantity, "quantity before");
        assert!(!is_final(status_before) && status >= status_before, "4.1: status only advances");
        assert_eq!(record.amount(11), order.notional, "cumulative notional is that of the trades");
        assert_eq!(record.amount(13), order.fee(), "fee is that of the trades");
        touched.insert((order.instrument, order.side, order.price));
        let (price, quantity) = (record.signed(5), record.signed(6));
        if cause == OrderCause::Replace as u8 {
            let keeps_place = price == order.price && quantity < order.quantity;
            order.priority = if keeps_place { order.priority } else { transaction.sequence };
            assert_eq!(
                record.text(17 + text_words(record), record.byte(3, 6)),
                order.client_order_id
            );
        } else {
            assert_eq!((price, quantity), (order.price, order.quantity));
        }
        order.client_order_id = record.text(17, record.byte(3, 7));
        order.status = status;
        order.price = price;
        order.quantity = quantity;
        order.filled = record.signed(8);
        order.leaves = record.signed(10);
        touched.insert((order.instrument, order.side, order.price));
        if is_final(status) {
            assert_eq!(order.leaves, 0, "a final order has no leaves");
            self.finals.push((id, order.account));
            if self.finals.len() > FINALS_MAX {
                self.finals.remove(0);
            }
        } else {
            assert_eq!(order.leaves, order.quantity - order.filled);
            assert_eq!(status == OrderStatus::PartiallyFilled as u8, order.filled > 0);
        }
    }

    fn apply_trade(&mut self, record: &RecordView, legs: &mut BTreeMap<(u32, u32), Amount>) {
        let instrument = self.instruments.get_mut(&record.low(2)).expect("a known instrument");
        let (taker_id, maker_id) = (record.word(3), record.word(4));
        let (price, quantity) = (record.signed(6), record.signed(7));
        assert_eq!(record.word(1), instrument.next_trade_id, "trade ids are dense");
        instrument.next_trade_id += 1;
        let notional =
            i128::from(price) * i128::from(quantity) * i128::from(instrument.quote_per_tick_lot);
        assert_eq!(record.amount(8), notional);
        let (taker_fee, maker_fee) = (record.amount(10), record.amount(12));
        instrument.fee_accumulator += taker_fee + maker_fee;
        self.trade_count += 1;
        let goods = i128::from(quantity) * i128::from(instrument.lot);
        let (base, quote) = (instrument.base, instrument.quote);
        self.assert_first_in_line(maker_id, taker_id);
        let taker_buys = record.high(2) == Side::Buy as u32;
        for (id, is_maker, fee) in [(taker_id, false, taker_fee), (maker_id, true, maker_fee)] {
            let order = self.orders.get_mut(&id).expect("both orders are open");
            let rate = order.rates[usize::from(!is_maker)];
            assert_eq!(order.fill(notional, rate), fee, "3.3: cumulative fee, captured rate");
            assert!(!is_maker || order.price == price, "4.3: the maker's price");
            assert_eq!(order.account, if is_maker { record.high(5) } else { record.low(5) });
            let buys = taker_buys != is_maker;
            assert_eq!(order.side, if buys { Side::Buy } else { Side::Sell } as u8);
            let sign = if buys { 1 } else { -1 };
            *legs.entry((order.account, base)).or_default() += sign * goods;
            *legs.entry((order.account, quote)).or_default() -= sign * notional + fee;
        }
    }

    /// 4.3, 4.5: best price, then oldest; never one's own.
    fn assert_first_in_line(&self, maker_id: u64, taker_id: u64) {
        let (maker, taker) = (&self.orders[&maker_id], &self.orders[&taker_id]);
        assert_ne!(maker.account, taker.account, "4.5: no self-trade");
        let outward = |price: i64| if maker.side == Side::Sell as u8 { price } else { -price };
        let is_ahead = |(id, other): (&u64, &ViewOrder)| {
            *id != taker_id
                && (other.instrument, other.side) == (maker.instrument, maker.side)
                && !is_final(other.status)
                && (outward(other.price), other.priority) < (outward(maker.price), maker.priority)
        };
        assert!(!self.orders.iter().any(is_ahead), "4.3: price, then time");
    }

    fn apply_level(&mut self, record: &RecordView) {
        let key = (record.low(1), record.high(1) as u8, record.signed(2));
        let level = (record.signed(3), record.word(4));
        assert_eq!(record.change == 3, level.1 == 0, "deleted when empty");
        assert_eq!(level.0 == 0, level.1 == 0);
        if level.1 == 0 {
            self.levels.remove(&key);
        } else {
            self.levels.insert(key, level);
        }
    }

    fn apply_balance(&mut self, record: &RecordView, totals: &mut BTreeMap<(u32, u32), Amount>) {
        let key = (record.low(1), record.high(1));
        let balance = self.balances.entry(key).or_default();
        let before = [record.amount(2), record.amount(6)];
        let after = [record.amount(4), record.amount(8)];
        assert_eq!(*balance, before, "balance before");
        assert_ne!(before, after, "only what moved is written");
        let may_owe = key.0 == EXTERNAL_ACCOUNT;
        assert!(after[0] >= 0 || may_owe, "3.1: available of {key:?} is {}", after[0]);
        assert!(after[1] >= 0, "3.1: frozen of {key:?} is {}", after[1]);
        *balance = after;
        totals.insert(key, after[0] + after[1] - before[0] - before[1]);
    }

    fn apply_instrument(&mut self, record: &RecordView) {
        let id = record.low(1);
        let instrument = ViewInstrument {
            state: record.high(1) as u8,
            base: record.low(2),
            quote: record.high(2),
            lot: record.signed(5),
            quote_per_tick_lot: record.signed(6),
            reference: record.signed(16),
            fee_accumulator: record.amount(18),
            next_trade_id: record.word(20),
        };
        if let Some(known) = self.instruments.get(&id) {
            assert_eq!(known.next_trade_id, instrument.next_trade_id);
            let is_swept = instrument.fee_accumulator == 0;
            assert!(is_swept || known.fee_accumulator == instrument.fee_accumulator);
        }
        self.instruments.insert(id, instrument);
    }

    fn apply_session(&mut self, record: &RecordView) {
        let id = record.word(1);
        if record.change == 3 {
            assert!(self.sessions.remove(&id).is_some());
            let stays = |order: &ViewOrder| {
                order.session == id && order.cancel_on_disconnect && !is_final(order.status)
            };
            assert!(!self.orders.values().any(stays), "4.14: closing cancels these");
        } else {
            self.sessions.insert(id, record.low(2));
        }
    }

    fn apply_alias(&mut self, record: &RecordView) {
        let alias = (record.byte(1, 4), record.text(2, record.byte(1, 5)));
        if record.change == 3 {
            assert!(self.aliases.remove(&alias));
        } else {
            assert!(self.aliases.insert(alias));
        }
    }

    /// Levels that orders touched say what the orders say.
    fn assert_levels(&self, touched: &BTreeSet<(u32, u8, i64)>) {
        for key in touched {
            let at_level = self.orders.values().filter(|order| {
                (order.instrument, order.side, order.price) == *key && !is_final(order.status)
            });
            let sum = at_level.fold((0, 0), |sum, order| (sum.0 + order.leaves, sum.1 + 1));
            let level = self.levels.get(key).copied().unwrap_or_default();
            assert_eq!(level, sum, "level {key:?} against its orders");
        }
    }

    fn assert_frozen(&self) {
        let mut needed: BTreeMap<(u32, u32), Amount> = BTreeMap::new();
        for order in self.orders.values() {
            let instrument = &self.instruments[&order.instrument];
            let buys = order.side == Side::Buy as u8;
            let currency = if buys { instrument.quote } else { instrument.base };
            *needed.entry((order.account, currency)).or_default() += order.frozen(instrument);
        }
        for (key, balance) in &self.balances {
            let needed = needed.get(key).copied().unwrap_or_default();
            assert_eq!(balance[1], needed, "3.2: frozen of {key:?} against its open orders");
        }
    }

    fn assert_conserved(&self) {
        let mut sums: BTreeMap<u32, Amount> = BTreeMap::new();
        for ((_, currency), balance) in &self.balances {
            *sums.entry(*currency).or_default() += balance[0] + balance[1];
        }
        for instrument in self.instruments.values() {
            *sums.entry(instrument.quote).or_default() += instrument.fee_accumulator;
        }
        for (currency, sum) in sums {
            assert_eq!(sum, 0, "3.5: currency {currency} is conserved");
        }
    }

    fn assert_uncrossed(&self) {
        for id in self.instruments.keys() {
            let prices = |side: u8| {
                self.levels.range((*id, side, 0)..=(*id, side, i64::MAX)).map(|(key, _)| key.2)
            };
            let best_bid = prices(1).next_back().unwrap_or(0);
            let best_ask = prices(2).next().unwrap_or(i64::MAX);
            assert!(best_bid < best_ask, "book of {id} is crossed: {best_bid} against {best_ask}");
        }
    }
}

/// Words of the client id of an `Order Updated`.
fn text_words(record: &RecordView) -> usize {
    usize::from(record.byte(3, 7)).div_ceil(8)
}

fn is_order_command(opcode: u8) -> bool {
    let moves_money = [Opcode::Deposit, Opcode::Withdraw, Opcode::Transfer, Opcode::SweepFees];
    !moves_money.iter().any(|known| *known as u8 == opcode)
}

/// The request of a transaction, which is its last record, and what comes before it.
fn split_request<'a, 'b>(
    records: &'a [RecordView<'b>],
) -> (Option<RecordView<'b>>, &'a [RecordView<'b>]) {
    match records.split_last() {
        Some((last, before)) if last.entity == 11 => (Some(*last), before),
        _ => (None, records),
    }
}

/// 5.1: orders and trades, then levels, then balances, then the rest.
fn assert_order_of_entities(records: &[RecordView]) {
    let part = |record: &RecordView| match record.entity {
        1 | 2 => 0,
        3 => 1,
        4 => 2,
        _ => 3,
    };
    assert!(records.is_sorted_by_key(part), "5.1: order of the records");
    let levels = records.iter().filter(|record| record.entity == 3).map(|record| {
        let bids = record.high(1) == 1;
        let outward = if bids { -record.signed(2) } else { record.signed(2) };
        (record.low(1), !bids, outward)
    });
    assert!(levels.is_sorted_by(|one, two| one < two), "5.1: levels from the touch outward");
    let balances = records.iter().filter(|record| record.entity == 4);
    let keys = balances.map(|record| (record.low(1), record.high(1)));
    assert!(keys.is_sorted_by(|one, two| one < two), "5.1: balances by account and currency");
}
