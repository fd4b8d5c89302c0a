//! `bench <layer> [key=value…]`: runs one layer in this process and prints one JSON line.
//!
//! `bench/run.ts` starts it in fresh processes and makes the table.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use bench::anchor::{AnchorShape, AnchorStream, Kind};
use bench::anchor_workload::merged_stream;
use bench::core_layer;
use bench::gate_layer::{self, GateShape};
use bench::group_commit;
use bench::harder::{DEEP, HarderShape, harder_workload};
use bench::memory::footprint;
use bench::options::Options;
use bench::peer_file::write_peer_file;
use bench::result_hash::ResultHash;
use bench::venue::{Fees, VenueShape};
use bench::workload::Expected;
use engine::command::{COMMAND_BYTES, Command, Side};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let run = match arguments.first().map(String::as_str) {
        Some("stream") => stream,
        Some("core") => core,
        Some("gate") => gate,
        Some("memory") => memory,
        Some("peer-file") => peer_file,
        Some("records") => records,
        Some("group-commit") => group_commit,
        _ => |_: &Options| {
            let layers = "stream|core|gate|memory|peer-file|records|group-commit";
            Err(format!("usage: bench {layers} [key=value…]"))
        },
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
    if options.workload != "anchor" {
        return own_stream(options);
    }
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

/// Of one of our own streams: the hash covers every command as it lies in the journal.
fn own_stream(options: &Options) -> Result<String, String> {
    let workload = options.build()?;
    let mut hash = ResultHash::default();
    for command in workload.prefill.iter().chain(&workload.timed) {
        for word in record_bytes(command).chunks_exact(8) {
            hash.add(word.iter().rev().fold(0, |value, byte| value << 8 | u64::from(*byte)));
        }
    }
    let Expected { trades, volume, rejects, .. } = &workload.expected;
    Ok(format!(
        "{{\"commands\":{},\"trades\":{trades},\"volume\":{volume},\"rejects\":{rejects},\
         \"hash\":\"{:016x}\"}}",
        workload.timed.len(),
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

/// Orders and their cancels, from the bytes of clients to those of their answers.
fn gate(options: &Options) -> Result<String, String> {
    let (commands, retained, in_flight) = (options.commands, options.retained, options.in_flight);
    let directory = std::env::temp_dir().join(format!("bench-gate-{}", std::process::id()));
    let run = gate_layer::run(GateShape { commands, in_flight, retained }, &directory);
    let removed = std::fs::remove_dir_all(&directory);
    let run = run.map_err(|fault| fault.to_string())?;
    removed.map_err(|error| format!("{}: {error}", directory.display()))?;
    let ns_of = |times: &[Duration], percent: usize| {
        let time = times.get(times.len() * percent / 100).copied().unwrap_or_default();
        time.as_nanos() as f64 / run.commands_a_turn as f64
    };
    let [orders, cancels] = &run.turns;
    Ok(format!(
        "{{\"commands\":{commands},\"retained\":{retained},\"frames\":{},\"bytes_out\":{},\
         \"order_ns\":{{\"p10\":{:.0},\"p50\":{:.0}}},\
         \"cancel_ns\":{{\"p10\":{:.0},\"p50\":{:.0}}},\"hash\":\"{:016x}\"}}",
        run.frames,
        run.bytes_out,
        ns_of(orders, 10),
        ns_of(orders, 50),
        ns_of(cancels, 10),
        ns_of(cancels, 50),
        run.hash,
    ))
}

/// Resident memory of 100,000 accounts with two balances each and of as many orders as `commands`.
fn memory(options: &Options) -> Result<String, String> {
    let resting = u32::try_from(options.commands).map_err(|_| "commands: too many".to_string())?;
    let shape = HarderShape { users: 50_000, resting, ..DEEP };
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
    let books = &stream.expected.books;
    let levels = |side: usize| books.iter().flat_map(move |book| &book[side]);
    let orders = |side: usize| levels(side).map(|level| level.orders).sum::<u32>();
    Ok(format!(
        "{{\"prefill\":{},\"commands\":{},\"trades\":{},\"volume\":{},\"ask_levels\":{},\
         \"ask_orders\":{},\"bid_levels\":{},\"bid_orders\":{}}}",
        stream.prefill.len(),
        stream.timed.len(),
        stream.expected.trades,
        stream.expected.volume,
        levels(1).count(),
        orders(1),
        levels(0).count(),
        orders(0),
    ))
}

/// Writes a workload's commands as records of the border: setup, first orders, timed commands.
fn records(options: &Options) -> Result<String, String> {
    let workload = options.build()?;
    let parts = [&workload.setup, &workload.prefill, &workload.timed];
    let write = || -> io::Result<()> {
        let mut file = BufWriter::new(File::create(&options.out)?);
        for command in parts.into_iter().flatten() {
            file.write_all(&record_bytes(command))?;
        }
        file.flush()
    };
    write().map_err(|error| format!("{}: {error}", options.out))?;
    let [setup, prefill, timed] = parts.map(Vec::len);
    Ok(format!("{{\"setup\":{setup},\"prefill\":{prefill},\"timed\":{timed}}}"))
}

/// A command as it lies in the journal: see `docs/formats.md`.
fn record_bytes(command: &Command) -> [u8; COMMAND_BYTES] {
    let mut bytes = [0; COMMAND_BYTES];
    bytes[..8].copy_from_slice(&[
        command.opcode,
        command.flags,
        command.side,
        command.order_type,
        command.time_in_force,
        command.kind,
        command.text_length,
        command.extensions,
    ]);
    bytes[8..12].copy_from_slice(&command.account.to_le_bytes());
    bytes[12..16].copy_from_slice(&command.instrument.to_le_bytes());
    bytes[16..24].copy_from_slice(&command.session.to_le_bytes());
    bytes[24..32].copy_from_slice(&command.order_id.to_le_bytes());
    bytes[32..40].copy_from_slice(&command.price.to_le_bytes());
    bytes[40..48].copy_from_slice(&command.quantity.to_le_bytes());
    bytes[48..56].copy_from_slice(&command.amount[0].to_le_bytes());
    bytes[56..64].copy_from_slice(&command.amount[1].to_le_bytes());
    bytes[64..].copy_from_slice(&command.text);
    bytes
}

/// The floor of the durable layer.
fn group_commit(options: &Options) -> Result<String, String> {
    let length = Duration::from_millis(options.length_ms);
    let run = group_commit::measure(Path::new(&options.out), options.in_flight, length)
        .map_err(|error| format!("{}: {error}", options.out))?;
    let seconds = run.duration.as_secs_f64();
    Ok(format!(
        "{{\"in_flight\":{},\"acks_per_second\":{:.0},\"syncs_per_second\":{:.0},\
         \"p50_us\":{:.1},\"p90_us\":{:.1},\"p99_us\":{:.1},\"p999_us\":{:.1},\
         \"p9999_us\":{:.1},\"max_us\":{:.1},\"histogram\":{}}}",
        options.in_flight,
        run.acknowledged as f64 / seconds,
        run.syncs as f64 / seconds,
        run.percentile_us(0.5),
        run.percentile_us(0.9),
        run.percentile_us(0.99),
        run.percentile_us(0.999),
        run.percentile_us(0.9999),
        run.percentile_us(1.0),
        run.histogram_json(),
    ))
}
