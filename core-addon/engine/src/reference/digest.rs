//! The state hash, by a walk over everything (`hash.rs`, `DigestKind`).

use super::Reference;
use super::entity::{Order, alias_record};
use super::transaction::Record;
use crate::change::{ChangeType, ChangeWriter, HEADER_WORDS, pair_word};
use crate::hash::{DigestKind, digest};
use crate::units::amount_words;

/// Words 1… of what `write` writes.
fn words_behind_head(write: impl FnOnce(&mut ChangeWriter)) -> Vec<u64> {
    let mut writer = ChangeWriter::default();
    writer.begin();
    write(&mut writer);
    writer.words()[HEADER_WORDS + 1..].to_vec()
}

fn record_words(record: &Record) -> Vec<u64> {
    words_behind_head(|writer| {
        writer.record(record.entity, record.change, &record.fields, &record.text);
    })
}

impl Reference {
    /// Hash of the whole state.
    #[must_use]
    pub fn state_hash(&self) -> u64 {
        let digests = [self.digests_of_orders(), self.digests_of_money(), self.digests_of_names()];
        let sum = digests.iter().flatten().fold(0_u64, |sum, digest| sum.wrapping_add(*digest));
        digest(DigestKind::State, &[self.sequence, self.time_ns, sum])
    }

    fn digests_of_orders(&self) -> Vec<u64> {
        let open = self.orders.values().map(|order| self.open_order_digest(order));
        let retained = self.retained.iter().map(|(id, kept)| {
            let words = [
                *id,
                pair_word(kept.account, kept.instrument),
                kept.status as u64 | (kept.reason as u64) << 8,
                kept.filled as u64,
                kept.final_at_ns,
            ];
            digest(DigestKind::RetainedOrder, &words)
        });
        let client_ids = self.client_ids.iter().map(|((account, key), entry)| {
            let [key_low, key_high] = amount_words(*key as i128);
            let [content_low, content_high] = amount_words(entry.content as i128);
            let words =
                [u64::from(*account), key_low, key_high, content_low, content_high, entry.order_id];
            digest(DigestKind::ClientOrderId, &words)
        });
        let backlog = self.backlog.iter().enumerate().map(|(position, work)| {
            let words = [
                position as u64,
                work.opcode as u64,
                pair_word(work.account, work.instrument),
                work.session,
                work.last_order_id,
                work.reason as u64,
            ];
            digest(DigestKind::Backlog, &words)
        });
        open.chain(retained).chain(client_ids).chain(backlog).collect()
    }

    fn open_order_digest(&self, order: &Order) -> u64 {
        let mut words =
            words_behind_head(|writer| writer.order_image(ChangeType::Image, &order.image()));
        let frozen = order.frozen(self.instrument(order.instrument));
        words.extend(amount_words(order.notional_rate_sum));
        words.extend(amount_words(frozen));
        digest(DigestKind::OpenOrder, &words)
    }

    fn digests_of_money(&self) -> Vec<u64> {
        let held = self.balances.iter().filter(|(_, held)| held.available != 0 || held.frozen != 0);
        let balances = held.map(|((account, currency), balance)| {
            let [available_low, available_high] = amount_words(balance.available);
            let [frozen_low, frozen_high] = amount_words(balance.frozen);
            let place = pair_word(*account, *currency);
            let words = [place, available_low, available_high, frozen_low, frozen_high];
            digest(DigestKind::Balance, &words)
        });
        let requests = self.request_ids.iter().map(|((caller, key), entry)| {
            let [key_low, key_high] = amount_words(*key as i128);
            let [content_low, content_high] = amount_words(entry.content as i128);
            let words = [
                *caller,
                key_low,
                key_high,
                content_low,
                content_high,
                entry.result,
                entry.accepted_at_ns,
            ];
            digest(DigestKind::RequestId, &words)
        });
        balances.chain(requests).collect()
    }

    fn digests_of_names(&self) -> Vec<u64> {
        let image = ChangeType::Image;
        let ids = 1_u32..;
        let instruments = ids.clone().zip(&self.instruments).map(|(id, instrument)| {
            let mut words = record_words(&instrument.record(id, image));
            words.push(u64::from(instrument.traded_since_clock));
            digest(DigestKind::Instrument, &words)
        });
        let accounts = ids.clone().zip(&self.accounts).map(|(id, account)| {
            digest(DigestKind::Account, &record_words(&account.record(id, image)))
        });
        let currencies = ids.zip(&self.currencies).map(|(id, currency)| {
            digest(DigestKind::Currency, &record_words(&currency.record(id, image)))
        });
        let sessions = self.sessions.iter().map(|(id, session)| {
            digest(DigestKind::Session, &record_words(&session.record(*id, image)))
        });
        let aliases = self.aliases.iter().map(|((kind, text), target)| {
            let record = alias_record(*kind, text, *target, image);
            digest(DigestKind::Alias, &record_words(&record))
        });
        let capacity = self.capacity;
        let bounds = [
            capacity.accounts,
            capacity.instruments,
            capacity.currencies,
            capacity.sessions,
            capacity.orders,
            capacity.retained,
        ];
        let first = [digest(DigestKind::Capacity, &bounds)];
        let rest = instruments.chain(accounts).chain(currencies).chain(sessions).chain(aliases);
        first.into_iter().chain(rest).collect()
    }
}
