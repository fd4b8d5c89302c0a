//! `bench <layer> [key=value…]`: runs one layer in this process and prints one JSON line.
//!
//! `bench/run.ts` starts it in fresh processes and makes the table.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::BufWriter;
use std::process::ExitCode;

use bench::anchor::{AnchorShape, AnchorStream, Kind};
use bench::anchor_workload::merged_stream;
use bench::core_layer;
use bench::harder::{HarderShape, SHAPES, harder_workload};
use bench::memory::footprint;
use bench::options::Options;
use bench::peer_file::write_peer_file;
use bench::result_hash::ResultHash;
use bench::venue::{Fees, VenueShape};
use engine::command::Side;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let run = match arguments.first().map(String::as_str) {
        Some("stream") => stream,
        Some("core") => core,
        Some("memory") => memory,
        Some("peer-file") => peer_file,
        _ => |_: &Options| Err("usage: bench stream|core|memory|peer-file [key=value…]".into()),
    };
    match Options::parse(arguments.get(1..).unwrap_or_default()).and_then(|options| run(&options)) {
        Ok(line) => {
            println!("{line}");
            ExitCode::SUCCESS
        }
        Err(problem) => {
            eprintln!("{problem}");
            ExitCode::FAILURE
        }
    }
}

/// Draws the anchor stream of symbol 0 and prints its check values.
fn stream(options: &Options) -> Result<String, String> {
    let mut stream = AnchorStream::new(AnchorShape::CHECKED);
    let mut hash = ResultHash::default();
    let mut counts: BTreeMap<Kind, u64> = BTreeMap::new();
    let prefill = u64::from(AnchorShape::CHECKED.target);
    for drawn in 0..prefill + options.commands {
        let command = stream.draw();
        for word in [command.order as i64, command.price, command.size, command.filled] {
            hash.add(word as u64);
        }
        if drawn >= prefill {
            *counts.entry(command.kind).or_default() += 1;
        }
    }
    let counts: Vec<String> =
        counts.iter().map(|(kind, count)| format!("\"{kind:?}\":{count}")).collect();
    let levels = [Side::Sell, Side::Buy].map(|side| stream.book().levels(side).len());
    let orders = [Side::Sell, Side::Buy].map(|side| stream.book().order_count(side));
    Ok(format!(
        "{{\"seed\":{},\"commands\":{},{},\"trades\":{},\"volume\":{},\"ask_levels\":{},\
         \"ask_orders\":{},\"bid_levels\":{},\"bid_orders\":{},\"hash\":\"{:016x}\"}}",
        AnchorShape::CHECKED.seed,
        options.commands,
        counts.join(","),
        stream.trades,
        stream.volume,
        levels[0],
        orders[0],
        levels[1],
        orders[1],
        hash.value(),
    ))
}

/// Checks a workload's result on the engine, then times it.
fn core(options: &Options) -> Result<String, String> {
    let workload = options.build()?;
    let checked = options.is_checked.then(|| core_layer::check(&workload));
    let passes: Vec<_> = (0..options.passes).map(|_| core_layer::timed_pass(&workload)).collect();
    let last = passes.last().ok_or("passes=0: nothing to time")?;
    if let Some((state_hash, _)) = checked {
        let is_same = passes.iter().all(|pass| pass.state_hash == state_hash);
        assert!(is_same, "passes of one workload ended in different states");
    }
    let rates: Vec<String> = passes
        .iter()
        .map(|pass| format!("{:.0}", workload.timed.len() as f64 / pass.duration.as_secs_f64()))
        .collect();
    Ok(format!(
        "{{\"workload\":\"{}\",\"commands\":{},\"fees\":{},\"retained\":{},\"trades\":{},\
         \"rejects\":{},\"records\":{},\"words\":{},\"commands_per_second\":[{}],\
         \"hash\":\"{:016x}\",\"output_hash\":\"{:016x}\"}}",
        workload.name,
        workload.timed.len(),
        options.has_fees,
        options.retained,
        workload.expected.trades,
        last.counted.rejects,
        last.counted.records,
        last.counted.words,
        rates.join(","),
        last.state_hash,
        checked.map_or(0, |(_, output)| output),
    ))
}

/// Resident memory of 100,000 accounts with two balances each and of as many orders as `commands`.
fn memory(options: &Options) -> Result<String, String> {
    let resting = u32::try_from(options.commands).map_err(|_| "commands: too many".to_string())?;
    let shape = HarderShape { users: 50_000, resting, ..SHAPES[1] };
    let workload = harder_workload(shape, 0, Fees::CHARGED, options.retained);
    let bytes = footprint(&workload);
    Ok(format!(
        "{{\"orders\":{resting},\"account_bytes\":{},\"balance_bytes\":{},\"order_bytes\":{}}}",
        bytes.account, bytes.balance, bytes.order,
    ))
}

/// Writes the merged anchor stream for a peer.
fn peer_file(options: &Options) -> Result<String, String> {
    let shape = AnchorShape::CHECKED;
    let stream = merged_stream(shape, options.instruments, options.commands);
    let venue = VenueShape {
        instruments: options.instruments,
        users: shape.users,
        fees: Fees::NONE,
        retained: 1,
        orders: shape.target,
    };
    let file = File::create(&options.out).map_err(|error| format!("{}: {error}", options.out))?;
    write_peer_file(&stream, &venue, &mut BufWriter::new(file))
        .map_err(|error| format!("{}: {error}", options.out))?;
    Ok(format!(
        "{{\"prefill\":{},\"commands\":{},\"trades\":{},\"volume\":{}}}",
        stream.prefill.len(),
        stream.timed.len(),
        stream.expected.trades,
        stream.expected.volume,
    ))
}
