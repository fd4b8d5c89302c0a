//! Makes snapshots behind the core's back: replays the journal onto the newest snapshot in a thread
//! of its own, checks every state hash on the way, and writes what it got. The core never pauses
//! for it.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use engine::Engine;

use crate::environment::{Disk, Environment, lower_thread_priority, start_thread};
use crate::fault::{Fault, FaultCode};
use crate::journal::progress::Progress;
use crate::journal::reader::{self, Visit};
use crate::journal::recovery::{Directories, first_segment_to_replay, newest_snapshot};
use crate::journal::segment::{Identity, SegmentFile, list_segments, sync_segments};
use crate::replay::Replay;
use crate::retention::Retention;
use crate::snapshot::{self, SnapshotHeader};

/// How often the thread looks whether the journal has reached the state hash it was asked to stop
/// at.
const POLL: Duration = Duration::from_millis(5);

/// A state hash in the journal at which a snapshot is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SnapshotRequest {
    /// The sequence the state hash speaks of.
    pub sequence: u64,
    /// `Journal::position` behind the state hash.
    pub position: u64,
}

/// What became of the snapshots.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SnapshotStatus {
    /// Sequence of the newest one, 0 none.
    pub sequence: u64,
    /// Bytes of the newest one written by this process.
    pub bytes: u64,
    /// Time it took, in nanoseconds.
    pub duration_ns: u64,
    /// Written by this process.
    pub written: u64,
    /// State hashes compared by this process.
    pub markers_checked: u64,
    /// Why the last attempt failed. A state hash that did not match stays.
    pub fault: Option<Fault>,
}

struct State {
    request: Option<SnapshotRequest>,
    /// The request failed; it is tried again after a pause, or when another comes.
    is_paused: bool,
    is_busy: bool,
    status: SnapshotStatus,
}

struct Shared {
    environment: Environment,
    directories: Directories,
    identity: Identity,
    progress: Arc<Progress>,
    retention: Arc<Retention>,
    retry: Duration,
    state: Mutex<State>,
    wake: Condvar,
    stop: AtomicBool,
}

/// The thread and its requests; a later request replaces one that waits.
pub struct Snapshotter {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

impl Snapshotter {
    /// Starts the thread. `newest`: sequence of the newest snapshot, 0 none. `retry`: pause behind
    /// a failure.
    pub fn start(
        environment: Environment,
        directories: Directories,
        identity: Identity,
        progress: Arc<Progress>,
        retention: Arc<Retention>,
        newest: u64,
        retry: Duration,
    ) -> Result<Snapshotter, Fault> {
        let status = SnapshotStatus { sequence: newest, ..SnapshotStatus::default() };
        let state = State { request: None, is_paused: false, is_busy: false, status };
        let shared = Arc::new(Shared {
            environment,
            directories,
            identity,
            progress,
            retention,
            retry,
            state: Mutex::new(state),
            wake: Condvar::new(),
            stop: AtomicBool::new(false),
        });
        let theirs = Arc::clone(&shared);
        let thread = start_thread("snapshot", move || {
            lower_thread_priority();
            theirs.run();
        })?;
        Ok(Snapshotter { shared, thread: Some(thread) })
    }

    /// Asks for a snapshot.
    pub fn request(&self, request: SnapshotRequest) {
        let mut state = self.shared.lock();
        (state.request, state.is_paused) = (Some(request), false);
        drop(state);
        self.shared.wake.notify_one();
    }

    /// What became of the requests so far.
    #[must_use]
    pub fn status(&self) -> SnapshotStatus {
        self.shared.lock().status.clone()
    }

    /// Whether a request waits or is worked on; one that failed and waits to be tried again does
    /// not count.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        let state = self.shared.lock();
        state.is_busy || (state.request.is_some() && !state.is_paused)
    }

    /// Ends the thread soon, a snapshot half made included.
    pub fn stop(&mut self) {
        {
            // Under the lock: else the thread could look, find nothing, and sleep past the notice.
            let _state = self.shared.lock();
            self.shared.stop.store(true, Ordering::Release);
        }
        self.shared.wake.notify_one();
        if let Some(thread) = self.thread.take() {
            // A panic in there is a broken invariant of a replica; the live core is not concerned.
            let _ = thread.join();
        }
    }
}

impl Drop for Snapshotter {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn must_stop(&self) -> bool {
        self.stop.load(Ordering::Acquire) || self.progress.check().is_err()
    }

    fn run(&self) {
        while let Some(request) = self.next_request() {
            let start = self.environment.clock.monotonic_ns();
            let made = self.make(request).map_err(as_snapshot_failed);
            let duration_ns = self.environment.clock.monotonic_ns().saturating_sub(start);
            let mut state = self.lock();
            state.is_busy = false;
            let is_latched = matches!(
                &state.status.fault,
                Some(fault) if fault.code == FaultCode::StateHashMismatch
            );
            match made {
                Ok(Some(bytes)) => {
                    let status = &mut state.status;
                    (status.sequence, status.bytes) = (request.sequence, bytes);
                    (status.duration_ns, status.written) = (duration_ns, status.written + 1);
                    if !is_latched {
                        status.fault = None;
                    }
                }
                Ok(None) => {}
                Err(fault) if is_latched => drop(fault),
                Err(fault) => {
                    if fault.code.is_retryable() && state.request.is_none() {
                        (state.request, state.is_paused) = (Some(request), true);
                    }
                    state.status.fault = Some(fault);
                }
            }
        }
    }

    /// Waits for a request, and then for the journal to hold it.
    fn next_request(&self) -> Option<SnapshotRequest> {
        let mut state = self.lock();
        loop {
            if self.must_stop() {
                return None;
            }
            let Some(request) = state.request else {
                state = self.wake.wait(state).unwrap_or_else(PoisonError::into_inner);
                continue;
            };
            if state.is_paused {
                let waited = self.wake.wait_timeout(state, self.retry);
                let (next, timeout) = waited.unwrap_or_else(PoisonError::into_inner);
                state = next;
                state.is_paused &= !timeout.timed_out();
                continue;
            }
            if self.progress.position() >= request.position {
                state.request = None;
                state.is_busy = true;
                return Some(request);
            }
            let waited = self.wake.wait_timeout(state, POLL);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Returns the size of the snapshot, or `None` when there is nothing to do or no time to do it.
    fn make(&self, request: SnapshotRequest) -> Result<Option<u64>, Fault> {
        let disk = &*self.environment.disk;
        let segments = list_segments(disk, &self.directories.journal)?;
        let loaded =
            newest_snapshot(disk, &self.directories.snapshots, &self.identity, &mut Vec::new())?;
        let sequence = loaded.as_ref().map_or(0, |loaded| loaded.header.sequence);
        if sequence >= request.sequence {
            return Ok(None);
        }
        let engine =
            loaded.map_or_else(|| Engine::new(self.identity.hash_key), |loaded| loaded.engine);
        let first = first_segment_to_replay(&segments, sequence)?;
        let replay = Replay::new(engine, self.identity.behaviour_version);
        let Some(mut engine) = self.replay(replay, &segments, first, request.sequence)? else {
            return Ok(None);
        };
        let synced = sync_segments(disk, &segments[first..], request.sequence);
        if let Err(fault) = synced {
            // A segment that cannot be opened now has lost nothing.
            if fault.code == FaultCode::JournalSyncFailed {
                self.progress.fail(&fault);
            }
            return Err(fault);
        }
        let bytes =
            write_state(disk, &self.directories.snapshots, self.identity, &mut engine, false)?;
        self.retention.purge(sequence)?;
        Ok(Some(bytes))
    }

    /// Replays up to the state hash at `sequence`, which is compared too.
    fn replay(
        &self,
        mut replay: Replay,
        segments: &[SegmentFile],
        first: usize,
        sequence: u64,
    ) -> Result<Option<Engine>, Fault> {
        let disk = &*self.environment.disk;
        let end = reader::walk(disk, segments, first, &mut |segment, entry| {
            replay.apply(segment, entry)?;
            let is_there = entry.state_hash().is_some() && entry.sequence == sequence;
            Ok(if is_there || self.must_stop() { Visit::Stop } else { Visit::Continue })
        })?;
        self.lock().status.markers_checked += replay.markers;
        if let Some(end) = end {
            let message = format!(
                "the journal ends at sequence {}, before the state hash of {sequence}",
                end.sequence
            );
            return Err(Fault::new(FaultCode::SnapshotFailed, message));
        }
        Ok((replay.engine().sequence() == sequence).then(|| replay.into_engine()))
    }
}

/// A file operation that failed here failed the snapshot, and nothing else needs it.
fn as_snapshot_failed(fault: Fault) -> Fault {
    match fault.code {
        FaultCode::DiskOperationFailed => Fault::new(FaultCode::SnapshotFailed, fault.message),
        _ => fault,
    }
}

/// Writes the engine's state as a snapshot, after checking it against itself; returns the size.
pub fn write_state(
    disk: &dyn Disk,
    snapshots: &Path,
    identity: Identity,
    engine: &mut Engine,
    is_clean_stop: bool,
) -> Result<u64, Fault> {
    let (sequence, state_hash) = (engine.sequence(), engine.state_hash());
    let recomputed = engine.state_hash_full();
    if recomputed != state_hash {
        let message = format!(
            "at sequence {sequence} the state hash kept is {state_hash:016x}, \
             recomputed {recomputed:016x}"
        );
        return Err(Fault::new(FaultCode::StateHashMismatch, message));
    }
    let time_ns = engine.time_ns();
    let header = SnapshotHeader { identity, sequence, time_ns, state_hash, is_clean_stop };
    let mut state = Vec::new();
    engine.write_snapshot(&mut state);
    snapshot::write_snapshot(disk, snapshots, &header, &state)
}
