//! What of journal and snapshots stays: what a restart needs, and what is held for those who will
//! execute the past again.
//!
//! All removal of old files is here, one at a time: nobody lists files while some of them go.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::environment::Disk;
use crate::fault::Fault;
use crate::journal::recovery::Directories;
use crate::journal::segment::{SegmentFile, list_segments, segment_name, sequence_of_name};
use crate::snapshot::{list_snapshots, snapshot_path};

/// The old files of one venue and who holds them.
pub struct Retention {
    disk: Arc<dyn Disk>,
    directories: Directories,
    state: Mutex<State>,
    /// Held while files are removed. Apart from `state`, for which nobody waits long.
    removal: Mutex<()>,
}

struct State {
    /// What follows this sequence stays; `u64::MAX`: nothing is held.
    hold: u64,
    /// The same for each run under way.
    runs: Vec<u64>,
    old: OldFiles,
}

/// Files that no restart needs, as they were found last.
#[derive(Default)]
struct OldFiles {
    /// The snapshot in front of which they lie; 0 none.
    older: u64,
    snapshots: Vec<OldFile>,
    /// Oldest first.
    segments: Vec<OldFile>,
}

struct OldFile {
    path: PathBuf,
    /// In its name.
    sequence: u64,
    /// It goes when everything starts from a snapshot at this sequence or behind it.
    free_at: u64,
    bytes: u64,
}

impl Retention {
    /// `hold`: see there; `None` holds nothing.
    #[must_use]
    pub fn new(disk: Arc<dyn Disk>, directories: Directories, hold: Option<u64>) -> Retention {
        let hold = hold.unwrap_or(u64::MAX);
        let state = State { hold, runs: Vec::new(), old: OldFiles::default() };
        Retention { disk, directories, state: Mutex::new(state), removal: Mutex::new(()) }
    }

    /// Keeps what is needed to execute again what follows `sequence`, in the place of the hold
    /// before: the newest snapshot not newer, and the journal from there.
    pub fn hold(&self, sequence: u64) {
        lock(&self.state).hold = sequence;
    }

    /// Keeps the same for a run that reads now, until it is dropped.
    #[must_use]
    pub fn hold_run(self: &Arc<Retention>, after: u64) -> RunHold {
        lock(&self.state).runs.push(after);
        RunHold { retention: Arc::clone(self), after }
    }

    /// Bytes of segments and snapshots that only holds keep.
    #[must_use]
    pub fn held_bytes(&self) -> u64 {
        let state = lock(&self.state);
        state.old.held_bytes(state.old.base(state.lowest()))
    }

    /// Counts what is there already, at open.
    pub fn count(&self) -> Result<(), Fault> {
        let snapshots = list_snapshots(&*self.disk, &self.directories.snapshots)?;
        let mut old = self.find(snapshots.get(1).copied().unwrap_or(0))?;
        self.measure(&mut old);
        lock(&self.state).old = old;
        Ok(())
    }

    /// Removes the snapshots in front of `older`, then the segments that only hold older commands;
    /// of both only what nobody holds.
    ///
    /// `older`: the newest one but one that was read or written by this process, 0 none: if the
    /// newest is damaged, that one and the journal give the same state. A damaged one may lie
    /// between them.
    /// Order: snapshots first, so that a crash in between leaves too much, never too little.
    pub fn purge(&self, older: u64) -> Result<(), Fault> {
        let _removal = lock(&self.removal);
        let mut old = self.find(older)?;
        let base = old.base(lock(&self.state).lowest());
        for file in old.snapshots.iter().chain(&old.segments).filter(|file| file.free_at <= base) {
            let path = &file.path;
            self.disk.remove(path).map_err(|error| Fault::disk("remove", path, &error))?;
        }
        old.snapshots.retain(|file| file.free_at > base);
        old.segments.retain(|file| file.free_at > base);
        self.measure(&mut old);
        lock(&self.state).old = old;
        Ok(())
    }

    fn find(&self, older: u64) -> Result<OldFiles, Fault> {
        let Directories { journal, snapshots } = &self.directories;
        let found = list_snapshots(&*self.disk, snapshots)?.into_iter();
        let snapshots = found.filter(|sequence| *sequence < older).map(|sequence| OldFile {
            path: snapshot_path(snapshots, sequence),
            sequence,
            free_at: sequence + 1,
            bytes: 0,
        });
        let names = self.disk.list(journal);
        let names = names.map_err(|error| Fault::disk("list", journal, &error))?;
        let mut firsts: Vec<u64> =
            names.iter().filter_map(|name| sequence_of_name(name, ".segment")).collect();
        // Oldest first: what a crash leaves has no gap.
        firsts.sort_unstable();
        let pairs = firsts.windows(2).filter(|pair| pair[1] <= older + 1);
        let segments = pairs.map(|pair| OldFile {
            path: journal.join(segment_name(pair[0])),
            sequence: pair[0],
            free_at: pair[1] - 1,
            bytes: 0,
        });
        Ok(OldFiles { older, snapshots: snapshots.collect(), segments: segments.collect() })
    }

    fn measure(&self, old: &mut OldFiles) {
        for file in old.snapshots.iter_mut().chain(&mut old.segments) {
            // Only a number for the operator: nothing fails for it.
            let length = self.disk.open(&file.path).and_then(|open| open.length());
            file.bytes = length.unwrap_or(0);
        }
    }
}

impl State {
    fn lowest(&self) -> u64 {
        self.runs.iter().copied().fold(self.hold, u64::min)
    }
}

impl OldFiles {
    /// The snapshot from which a restart, and what follows `hold`, can be executed again; 0 none.
    fn base(&self, hold: u64) -> u64 {
        if hold >= self.older {
            return self.older;
        }
        let sequences = self.snapshots.iter().map(|file| file.sequence);
        sequences.filter(|sequence| *sequence <= hold).max().unwrap_or(0)
    }

    fn held_bytes(&self, base: u64) -> u64 {
        let files = self.snapshots.iter().chain(&self.segments);
        files.filter(|file| file.free_at > base).map(|file| file.bytes).sum()
    }
}

/// Keeps what follows one sequence until it is dropped.
pub struct RunHold {
    retention: Arc<Retention>,
    after: u64,
}

impl RunHold {
    /// The segments there are. Those that are held stay; a removal under way is waited for.
    pub fn segments(&self) -> Result<Vec<SegmentFile>, Fault> {
        let _removal = lock(&self.retention.removal);
        list_segments(&*self.retention.disk, &self.retention.directories.journal)
    }
}

impl Drop for RunHold {
    fn drop(&mut self) {
        let runs = &mut lock(&self.retention.state).runs;
        if let Some(index) = runs.iter().position(|after| *after == self.after) {
            runs.swap_remove(index);
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn old_file(sequence: u64, free_at: u64, bytes: u64) -> OldFile {
        OldFile { path: PathBuf::new(), sequence, free_at, bytes }
    }

    #[test]
    fn a_hold_keeps_the_newest_snapshot_not_newer_and_what_is_behind_it() {
        let snapshots = vec![old_file(200, 201, 2), old_file(100, 101, 1)];
        let segments = vec![old_file(90, 120, 10), old_file(121, 210, 20), old_file(211, 299, 40)];
        let old = OldFiles { older: 300, snapshots, segments };
        let rows = [
            (u64::MAX, 300, 0),
            (300, 300, 0),
            (299, 200, 2 + 20 + 40),
            (200, 200, 2 + 20 + 40),
            (199, 100, 1 + 2 + 10 + 20 + 40),
            (100, 100, 1 + 2 + 10 + 20 + 40),
            (99, 0, 1 + 2 + 10 + 20 + 40),
        ];
        for (hold, base, bytes) in rows {
            assert_eq!((old.base(hold), old.held_bytes(base)), (base, bytes), "hold {hold}");
        }
        assert_eq!(OldFiles::default().base(7), 0);
    }
}
