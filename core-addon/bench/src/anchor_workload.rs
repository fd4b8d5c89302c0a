//! The anchor stream as engine commands: what `bench/README.md` calls the adapter.
//!
//! | stream | command |
//! |---|---|
//! | GTC | limit GTC; freezes at its own price, not at the range's end as the anchor does |
//! | IOC | limit IOC at the stream's price, the end of the range |
//! | FOK-budget | limit FOK at the end of the range (see `fok`) |
//! | CANCEL | cancel by order id |
//! | REDUCE by less than the rest | replace: same price, smaller total quantity |
//! | REDUCE by all of the rest | cancel: a replace may not go down to what is filled |
//! | MOVE | replace: new price, same total quantity |

use engine::command::{Command, Side, TimeInForce};

use crate::anchor::{AnchorCommand, AnchorShape, AnchorStream, Kind};
use crate::java_random::JavaRandom;
use crate::venue::{Fees, VenueShape};
use crate::workload::{CommandBuilder, Expected, Workload};

/// Seed of the order in which the streams of several instruments are interleaved.
const MERGE_SEED: i64 = 1;

/// One command of the merged streams, with its instrument from 1.
#[derive(Clone, Copy)]
pub struct MergedCommand {
    /// Dense from 1; its stream's symbol plus 1.
    pub instrument: u32,
    /// What the stream drew.
    pub command: AnchorCommand,
}

/// The streams of symbols 0 to `instruments` − 1, merged.
pub struct MergedStream {
    /// Each instrument's first orders, instrument after instrument.
    pub prefill: Vec<MergedCommand>,
    /// Each instrument's next commands, interleaved by uniform draws among those not yet done.
    pub timed: Vec<MergedCommand>,
    /// What the generators' books hold and traded.
    pub expected: Expected,
}

/// Draws `commands` timed commands in all, the same number for every instrument.
#[must_use]
pub fn merged_stream(shape: AnchorShape, instruments: u32, commands: u64) -> MergedStream {
    let mut streams: Vec<AnchorStream> = (0..instruments as i32)
        .map(|symbol| AnchorStream::new(AnchorShape { symbol: shape.symbol + symbol, ..shape }))
        .collect();
    let mut prefill = Vec::new();
    for (index, stream) in streams.iter_mut().enumerate() {
        let instrument = index as u32 + 1;
        let drawn = (0..shape.target).map(|_| MergedCommand { instrument, command: stream.draw() });
        prefill.extend(drawn);
    }
    let trades_before: u64 = streams.iter().map(|stream| stream.trades).sum();
    let volume_before: i64 = streams.iter().map(|stream| stream.volume).sum();

    let mut random = JavaRandom::new(MERGE_SEED);
    let each = commands / u64::from(instruments);
    let mut waiting: Vec<(u32, u64)> = (1..=instruments).map(|id| (id, each)).collect();
    let mut timed = Vec::with_capacity((each * u64::from(instruments)) as usize);
    while !waiting.is_empty() {
        let position = random.int_below(waiting.len() as u32) as usize;
        let (instrument, left) = &mut waiting[position];
        let command = streams[*instrument as usize - 1].draw();
        timed.push(MergedCommand { instrument: *instrument, command });
        *left -= 1;
        if *left == 0 {
            waiting.swap_remove(position);
        }
    }
    let sides = [Side::Buy, Side::Sell];
    let expected = Expected {
        trades: streams.iter().map(|stream| stream.trades).sum::<u64>() - trades_before,
        volume: streams.iter().map(|stream| stream.volume).sum::<i64>() - volume_before,
        rejects: 0,
        books: streams.iter().map(|stream| sides.map(|side| stream.book().levels(side))).collect(),
    };
    MergedStream { prefill, timed, expected }
}

/// The merged streams as engine commands.
#[must_use]
pub fn anchor_workload(
    shape: AnchorShape,
    instruments: u32,
    commands: u64,
    fees: Fees,
    retained: u32,
) -> Workload {
    let orders = 4 * shape.target;
    let venue = VenueShape { instruments, users: shape.users, fees, retained, orders };
    let setup = venue.commands();
    let stream = merged_stream(shape, instruments, commands);
    let mut builder = CommandBuilder::new(instruments, setup.len());
    let mut build = |merged: &MergedCommand| engine_command(&mut builder, &venue, *merged);
    Workload {
        name: format!("anchor, {instruments} instruments"),
        venue,
        setup,
        prefill: stream.prefill.iter().map(&mut build).collect(),
        timed: stream.timed.iter().map(&mut build).collect(),
        expected: stream.expected,
    }
}

fn engine_command(
    builder: &mut CommandBuilder,
    venue: &VenueShape,
    merged: MergedCommand,
) -> Command {
    let MergedCommand { instrument, command } = merged;
    let AnchorCommand { kind, side, user, order, price, size, leaves, .. } = command;
    let account = venue.account(user, side);
    match kind {
        Kind::Cancel => builder.cancel(instrument, order),
        Kind::Reduce if leaves == 0 => builder.cancel(instrument, order),
        Kind::Reduce => builder.reduce(instrument, order, size),
        Kind::Move => builder.reprice(instrument, order, price),
        Kind::Gtc | Kind::Ioc | Kind::FokBudget => {
            let time_in_force = match kind {
                Kind::Gtc => TimeInForce::Gtc,
                Kind::Ioc => TimeInForce::Ioc,
                _ => fok(command),
            };
            builder.limit(instrument, order, account, side, time_in_force, price, size)
        }
    }
}

/// A FOK-budget order fills whole or not at all, at any price. The price of a plain FOK at the end
/// of the range says the same as long as the stream's order fills: no budget is ever short, and
/// no order rests beyond the range. Both hold for every stream used; a stream for which they do
/// not must not pass unnoticed.
fn fok(command: AnchorCommand) -> TimeInForce {
    assert_eq!(command.filled, command.size, "a FOK-budget order of this stream did not fill");
    TimeInForce::Fok
}
