//! Answers about the state as it is: the same records as the change log, as images.

use crate::account::{Found, OpenOrder};
use crate::change::{
    BalanceUpdate, CancelReason, ChangeType, ChangeWriter, OrderImage, OrderStatus,
    TransactionHeader,
};
use crate::command::{Command, NameKind, QueryKind, Side};
use crate::generated::reject_code::RejectCode;
use crate::ladder::NONE;
use crate::name::{self, Name};
use crate::sequencer::Engine;
use crate::units::{AccountId, OrderId};

/// Most records one answer holds.
pub const PAGE_MAX: i64 = 1_000;

impl Engine {
    /// Writes the answer to a query as one pseudo-transaction: its sequence is the last one
    /// executed, its records are images.
    pub fn query(&self, query: &Command, answer: &mut ChangeWriter) {
        answer.begin();
        let verdict = match QueryKind::from_byte(query.opcode) {
            None => Err(RejectCode::CommandUnknown),
            Some(kind) => self.answer(kind, query, answer),
        };
        answer.end(&TransactionHeader {
            sequence: self.sequence,
            time_ns: self.time_ns,
            code: verdict.err().map_or(0, RejectCode::number),
            opcode: query.opcode,
            flags: 0,
            account: query.account,
            result: 0,
            instrument: query.instrument,
        });
    }

    fn answer(
        &self,
        kind: QueryKind,
        query: &Command,
        answer: &mut ChangeWriter,
    ) -> Result<(), RejectCode> {
        let image = ChangeType::Image;
        match kind {
            QueryKind::Balances => self.answer_balances(query.account, answer)?,
            QueryKind::Orders => self.answer_orders(query, answer)?,
            QueryKind::Order => self.answer_order(query, answer)?,
            QueryKind::Book => self.answer_book(query, answer)?,
            QueryKind::Instruments => {
                self.instruments.iter().for_each(|found| found.write(image, answer));
            }
            QueryKind::Currencies => {
                self.currencies.iter().for_each(|found| found.write(image, answer));
            }
            QueryKind::Accounts => {
                let first = query.order_id.saturating_add(1).min(u64::from(u32::MAX)) as u32;
                let ids = first..=self.accounts.count();
                for id in ids.take(page(query)) {
                    self.accounts.image(id).write(image, answer);
                }
            }
            QueryKind::Aliases => {
                for (kind, name, id) in self.names.aliases() {
                    name::write_alias(image, kind, id, name, answer);
                }
            }
            QueryKind::Sessions => {
                self.sessions.iter().for_each(|found| found.write(image, answer))
            }
            QueryKind::Account => {
                let id = self.find_account(query).ok_or(RejectCode::AccountNotFound)?;
                self.accounts.image(id).write(image, answer);
            }
        }
        Ok(())
    }

    fn require_account(&self, account: AccountId) -> Result<(), RejectCode> {
        if self.accounts.exists(account) { Ok(()) } else { Err(RejectCode::AccountNotFound) }
    }

    fn find_account(&self, query: &Command) -> Option<AccountId> {
        if query.account != 0 {
            return self.accounts.exists(query.account).then_some(query.account);
        }
        let name = Name::new(query.text())?;
        self.names.find(NameKind::Account, name).map(|target| target.id)
    }

    fn answer_balances(
        &self,
        account: AccountId,
        answer: &mut ChangeWriter,
    ) -> Result<(), RejectCode> {
        self.require_account(account)?;
        for currency in &self.currencies {
            let balance = self.ledger.balance(account, currency.id);
            if balance.available == 0 && balance.frozen == 0 {
                continue;
            }
            answer.balance(
                ChangeType::Image,
                &BalanceUpdate {
                    account,
                    currency: currency.id,
                    available_before: balance.available,
                    available_after: balance.available,
                    frozen_before: balance.frozen,
                    frozen_after: balance.frozen,
                },
            );
        }
        Ok(())
    }

    /// Open orders by id; with `kind` 1 also the final ones that are kept.
    fn answer_orders(&self, query: &Command, answer: &mut ChangeWriter) -> Result<(), RejectCode> {
        self.require_account(query.account)?;
        let after = query.order_id;
        let fits = |instrument| query.instrument == 0 || query.instrument == instrument;
        if query.kind == 0 {
            let open = self.accounts.open_orders(query.account, after, &self.books);
            for order in open.filter(|order| fits(order.place.instrument)).take(page(query)) {
                self.write_open(&order, answer);
            }
            return Ok(());
        }
        let open = self.accounts.open_orders(query.account, after, &self.books);
        let open = open.map(|order| order.order_id);
        let finals = self
            .accounts
            .final_orders(query.account)
            .map(|order| order.order_id)
            .filter(|order_id| *order_id > after);
        let mut ids: Vec<OrderId> = open.chain(finals).collect();
        ids.sort_unstable();
        let found = ids.iter().filter_map(|id| self.find(query.account, *id));
        for order in found.filter(|order| fits(order.instrument())).take(page(query)) {
            self.write_found(query.account, &order, answer);
        }
        Ok(())
    }

    fn answer_order(&self, query: &Command, answer: &mut ChangeWriter) -> Result<(), RejectCode> {
        let account = query.account;
        self.require_account(account).map_err(|_| RejectCode::OrderNotFound)?;
        let order_id = match query.order_id {
            0 => self.resolve_client_id(account, query.text()),
            order_id => Some(order_id),
        };
        let found = order_id
            .and_then(|order_id| self.find(account, order_id))
            .ok_or(RejectCode::OrderNotFound)?;
        self.write_found(account, &found, answer);
        Ok(())
    }

    fn write_found(&self, account: AccountId, found: &Found, answer: &mut ChangeWriter) {
        match found {
            Found::Open(order) => self.write_open(order, answer),
            Found::Final(order) => {
                let image = OrderImage {
                    status: order.status,
                    reason: order.reason,
                    filled: order.filled,
                    ..retained_image(order.order_id, account, order.instrument)
                };
                answer.order_image(ChangeType::Image, &image);
            }
        }
    }

    fn write_open(&self, order: &OpenOrder, answer: &mut ChangeWriter) {
        let book = &self.books[order.place.instrument as usize - 1];
        answer.order_image(ChangeType::Image, &book.image(order.place.index));
    }

    /// Levels of both sides, bids then asks, from the touch outward.
    fn answer_book(&self, query: &Command, answer: &mut ChangeWriter) -> Result<(), RejectCode> {
        let instrument = self.instrument(query.instrument)?.id;
        let book = &self.books[instrument as usize - 1];
        for side in [Side::Buy, Side::Sell] {
            let ladder = book.side(side);
            let mut index = ladder.best();
            for _ in 0..page(query) {
                if index == NONE {
                    break;
                }
                let level = ladder.level(index);
                let (price, quantity, orders) = (level.price, level.quantity, level.orders);
                let image = ChangeType::Image;
                answer.level(image, instrument, side as u8, price, quantity, orders);
                index = ladder.next_worse(index);
            }
        }
        Ok(())
    }
}

/// Records a query asks for: 1 to 1,000, 1,000 when it does not say.
fn page(query: &Command) -> usize {
    if (1..=PAGE_MAX).contains(&query.quantity) {
        query.quantity as usize
    } else {
        PAGE_MAX as usize
    }
}

/// The image of an order of which little is known any more.
fn retained_image(order_id: OrderId, account: u32, instrument: u32) -> OrderImage<'static> {
    OrderImage {
        order_id,
        account,
        instrument,
        side: 0,
        order_type: 0,
        time_in_force: 0,
        status: OrderStatus::Filled,
        reason: CancelReason::None,
        self_trade_prevention: 0,
        flags: 0,
        code: 0,
        retained: true,
        session: 0,
        price: 0,
        quantity: 0,
        filled: 0,
        leaves: 0,
        quote_quantity: 0,
        cumulative_notional: 0,
        fee: 0,
        maker_rate: 0,
        taker_rate: 0,
        created_at_ns: 0,
        priority: 0,
        client_order_id: &[],
    }
}
