//! The floor of the durable layer: records appended to a preallocated file and synced in groups,
//! with nothing around it.
//!
//! One thread keeps a fixed number of records in flight; another writes whatever is queued with one
//! `pwrite`, calls `fdatasync` and tells how far it got. What the first thread measures is the time
//! from queueing a record to learning that it is on the disk.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::{Condvar, Mutex};
use std::time::{Duration, Instant};

/// Bytes of one record: a command.
const RECORD_BYTES: usize = 128;
/// Size of the file; writing starts again at its beginning when it is full.
const FILE_BYTES: u64 = 64 << 20;

/// What a run measured.
#[derive(Clone, Debug)]
pub struct GroupCommit {
    /// Records known to be on the disk.
    pub acknowledged: u64,
    /// `fdatasync` calls.
    pub syncs: u64,
    /// Length of the run.
    pub duration: Duration,
    /// Time from queued to acknowledged of every record, ascending.
    pub latencies: Vec<Duration>,
}

#[derive(Default)]
struct Progress {
    queued: u64,
    acknowledged: u64,
    syncs: u64,
    is_over: bool,
    failure: Option<io::Error>,
}

/// Keeps `in_flight` records queued for as long as `length`, in a file at `path` that is removed
/// afterwards.
pub fn measure(path: &Path, in_flight: u64, length: Duration) -> io::Result<GroupCommit> {
    let file = OpenOptions::new().write(true).create(true).truncate(true).open(path)?;
    let zeros = vec![0; 1 << 20];
    for offset in (0..FILE_BYTES).step_by(zeros.len()) {
        file.write_all_at(&zeros, offset)?;
    }
    file.sync_all()?;
    let shared = (Mutex::new(Progress::default()), Condvar::new());
    let run = std::thread::scope(|scope| {
        scope.spawn(|| write(&file, &shared));
        keep_in_flight(&shared, in_flight, length)
    });
    std::fs::remove_file(path)?;
    run
}

fn keep_in_flight(
    shared: &(Mutex<Progress>, Condvar),
    in_flight: u64,
    length: Duration,
) -> io::Result<GroupCommit> {
    let (progress, changed) = shared;
    let mut queued_at = std::collections::VecDeque::new();
    let mut latencies = Vec::new();
    let start = Instant::now();
    let mut acknowledged = 0;
    let mut state = progress.lock().expect("no thread panics");
    loop {
        let now = Instant::now();
        while acknowledged < state.acknowledged {
            acknowledged += 1;
            latencies.extend(queued_at.pop_front().map(|queued| now.duration_since(queued)));
        }
        if state.failure.is_some() || start.elapsed() >= length {
            break;
        }
        while state.queued < acknowledged + in_flight {
            state.queued += 1;
            queued_at.push_back(now);
        }
        changed.notify_all();
        let is_same =
            |state: &mut Progress| state.acknowledged == acknowledged && state.failure.is_none();
        state = changed.wait_while(state, is_same).expect("no thread panics");
    }
    let duration = start.elapsed();
    state.is_over = true;
    changed.notify_all();
    if let Some(failure) = state.failure.take() {
        return Err(failure);
    }
    let syncs = state.syncs;
    latencies.sort_unstable();
    Ok(GroupCommit { acknowledged, syncs, duration, latencies })
}

/// Writes and syncs until told that it is over.
fn write(file: &File, (progress, changed): &(Mutex<Progress>, Condvar)) {
    let mut buffer = Vec::new();
    let mut offset = 0;
    let mut state = progress.lock().expect("no thread panics");
    loop {
        let is_idle = |state: &mut Progress| state.queued == state.acknowledged && !state.is_over;
        state = changed.wait_while(state, is_idle).expect("no thread panics");
        if state.is_over {
            return;
        }
        let goal = state.queued;
        buffer.resize((goal - state.acknowledged) as usize * RECORD_BYTES, goal as u8);
        drop(state);
        if offset + buffer.len() as u64 > FILE_BYTES {
            offset = 0;
        }
        let written = file.write_all_at(&buffer, offset).and_then(|()| file.sync_data());
        offset += buffer.len() as u64;
        state = progress.lock().expect("no thread panics");
        state.failure = written.err();
        state.acknowledged = goal;
        state.syncs += 1;
        changed.notify_all();
        if state.failure.is_some() {
            return;
        }
    }
}

/// Steps of one power of two, as in `bench/histogram.ts`.
const STEP_BITS: u32 = 5;

impl GroupCommit {
    /// All latencies, as a measuring process prints a histogram: the largest value of each step in
    /// ns, and how many it has.
    #[must_use]
    pub fn histogram_json(&self) -> String {
        let mut steps: Vec<(u64, u64)> = Vec::new();
        for latency in &self.latencies {
            let sample = u64::try_from(latency.as_nanos()).unwrap_or(u64::MAX);
            let shift = (u64::BITS - sample.leading_zeros()).saturating_sub(STEP_BITS + 1);
            let upper = sample | ((1 << shift) - 1);
            match steps.last_mut() {
                Some((last, count)) if *last == upper => *count += 1,
                _ => steps.push((upper, 1)),
            }
        }
        let texts: Vec<_> = steps.iter().map(|(upper, count)| format!("{upper},{count}")).collect();
        let max_ns = self.latencies.last().map_or(0, Duration::as_nanos);
        format!("{{\"steps\":[{}],\"max_ns\":{max_ns}}}", texts.join(","))
    }

    /// The latency that `share` of the records did not pass, in µs.
    #[must_use]
    pub fn percentile_us(&self, share: f64) -> f64 {
        let position = (self.latencies.len() as f64 * share).ceil() as usize;
        let found = self.latencies.get(position.saturating_sub(1));
        found.map_or(0.0, |latency| latency.as_nanos() as f64 / 1e3)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn acknowledges_every_record_it_queued_but_those_in_flight() {
        let path = std::env::temp_dir().join(format!("group-commit-{}", std::process::id()));
        let run = measure(&path, 4, Duration::from_millis(20)).expect("the disk works");
        assert!(run.syncs >= 1 && run.acknowledged >= run.syncs, "{run:?}");
        assert_eq!(run.latencies.len() as u64, run.acknowledged);
        assert!(run.percentile_us(0.5) <= run.percentile_us(0.99));
        assert!(run.histogram_json().starts_with("{\"steps\":["));
        assert!(!path.exists());
    }

    #[test]
    fn a_step_of_the_histogram_is_a_thirtysecond_of_a_power_of_two() {
        let latencies = [0, 63, 64, 65, 1_000].map(Duration::from_nanos).to_vec();
        let duration = Duration::from_secs(1);
        let run = GroupCommit { acknowledged: 5, syncs: 1, duration, latencies };
        let steps = "{\"steps\":[0,1,63,1,65,2,1007,1],\"max_ns\":1000}";
        assert_eq!(run.histogram_json(), steps);
    }
}
