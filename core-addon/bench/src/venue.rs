//! The venue that the streams trade on: currencies, pairs, accounts and their funds.
//!
//! Every user has one account that buys and one that sells. The engine never lets an account trade
//! with itself and the streams were drawn without that rule, so with one account per user their
//! known answers would not come out.

use engine::command::{Command, InstrumentState, LimitKind, Opcode, Side};

/// Decimal places of every currency.
const SCALE: i64 = 8;
/// A tick is 1 × 10^-2 quote.
const TICK_EXPONENT: u8 = 2;
/// A lot is 10^3 units, 10^-5 base. One tick × lot is then 10^-7 quote, 10 units.
const LOT_UNITS: i64 = 1_000;
/// Units of each currency that each funded account starts with: no stream comes near it, and all
/// accounts together stay below the supply limit of 2^96.
const FUNDS: i128 = 10_000_000_000_000_000;
/// The most open orders of one account and instrument that the engine can be told to allow.
const OPEN_ORDERS_MAX: u32 = 1_000_000;
/// The engine makes two accounts of its own first.
const FIRST_ACCOUNT: u32 = 3;

/// Fee rates in millionths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fees {
    /// Of resting orders.
    pub maker: i32,
    /// Of orders that take.
    pub taker: i32,
}

impl Fees {
    /// No fees.
    pub const NONE: Fees = Fees { maker: 0, taker: 0 };
    /// 2 and 4 basis points: most fees need rounding.
    pub const CHARGED: Fees = Fees { maker: 200, taker: 400 };
}

/// How large the venue is.
#[derive(Clone, Copy, Debug)]
pub struct VenueShape {
    /// Instruments, each another pair of currencies.
    pub instruments: u32,
    /// Users with funds.
    pub users: u32,
    /// Of every instrument.
    pub fees: Fees,
    /// Finished orders that each account keeps.
    pub retained: u32,
    /// Bound of open orders per instrument, and per account and instrument up to the engine's own.
    pub orders: u32,
}

impl VenueShape {
    /// The account of `user` (from 1) for orders of `side`.
    #[must_use]
    pub fn account(&self, user: u32, side: Side) -> u32 {
        debug_assert!(user >= 1 && user <= self.users);
        FIRST_ACCOUNT + 2 * (user - 1) + u32::from(side == Side::Sell)
    }

    /// An account without any funds.
    #[must_use]
    pub fn poor_account(&self) -> u32 {
        FIRST_ACCOUNT + 2 * self.users
    }

    /// Number of currencies: the fewest that give every instrument its own pair.
    #[must_use]
    pub fn currencies(&self) -> u32 {
        (2..)
            .find(|count| count * (count - 1) / 2 >= self.instruments)
            .expect("some count is enough")
    }

    /// Base and quote currency of each instrument, in the order of their ids.
    fn pairs(&self) -> Vec<(u32, u32)> {
        let pairs =
            (2..=self.currencies()).flat_map(|base| (1..base).map(move |quote| (base, quote)));
        pairs.take(self.instruments as usize).collect()
    }

    /// The commands that build the venue. They take the sequences from 1.
    #[must_use]
    pub fn commands(&self) -> Vec<Command> {
        let accounts = self.poor_account();
        let mut commands = vec![Command {
            account: accounts,
            instrument: self.instruments,
            price: i64::from(self.currencies()),
            order_id: u64::from(self.orders),
            session: u64::from(self.retained),
            ..Command::new(Opcode::Configure)
        }];
        for currency in 1..=self.currencies() {
            let code = format!("C{currency}");
            let create = Command { quantity: SCALE, ..Command::new(Opcode::CreateCurrency) };
            commands.push(create.with_text(&code));
        }
        for account in FIRST_ACCOUNT..=accounts {
            let name = format!("account-{account}");
            commands.push(Command::new(Opcode::CreateAccount).with_text(&name));
        }
        for account in FIRST_ACCOUNT..accounts {
            for currency in 1..=self.currencies() {
                let request = format!("fund-{account}-{currency}");
                let deposit = Command {
                    account,
                    instrument: currency,
                    session: u64::from(account),
                    ..Command::new(Opcode::Deposit)
                };
                commands.push(deposit.with_amount(FUNDS).with_text(&request));
            }
        }
        for (index, (base, quote)) in self.pairs().into_iter().enumerate() {
            self.add_instrument(&mut commands, index as u32 + 1, base, quote);
        }
        commands
    }

    fn add_instrument(&self, commands: &mut Vec<Command>, id: u32, base: u32, quote: u32) {
        let create = Command {
            account: base,
            instrument: quote,
            price: 1,
            side: TICK_EXPONENT,
            quantity: LOT_UNITS,
            ..Command::new(Opcode::CreateInstrument)
        };
        commands.push(create.with_text(&format!("C{base}-C{quote}")));
        let limit = Command {
            instrument: id,
            kind: LimitKind::OpenOrdersMax as u8,
            ..Command::new(Opcode::SetLimit)
        };
        let most = self.orders.min(OPEN_ORDERS_MAX);
        commands.push(limit.with_amount(i128::from(most)));
        commands.push(Command {
            instrument: id,
            price: i64::from(self.fees.maker),
            quantity: i64::from(self.fees.taker),
            ..Command::new(Opcode::SetFees)
        });
        commands.push(Command {
            instrument: id,
            kind: InstrumentState::Open as u8,
            ..Command::new(Opcode::SetInstrumentState)
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_instrument_has_its_own_pair_and_every_user_two_accounts() {
        let shape = VenueShape {
            instruments: 100,
            users: 1000,
            fees: Fees::NONE,
            retained: 1,
            orders: 1000,
        };
        assert_eq!(shape.currencies(), 15);
        let pairs = shape.pairs();
        let distinct: std::collections::BTreeSet<_> = pairs.iter().collect();
        assert_eq!((pairs.len(), distinct.len()), (100, 100));
        assert_eq!((shape.account(1, Side::Buy), shape.account(1, Side::Sell)), (3, 4));
        assert_eq!(shape.poor_account(), 2003);
    }
}
