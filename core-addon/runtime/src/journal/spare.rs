//! The next segment, made of zeros ahead of need by a background thread.
//!
//! Zeros are written, not only reserved: overwriting blocks that exist needs no new metadata, so a
//! sync costs half (`reliability.md` 3.1), and a full disk is met here, a whole segment before it
//! could stop a command. A file called `spare` is complete and on disk; an incomplete one is called
//! `spare.tmp`.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::environment::{Disk, lower_thread_priority, start_thread};
use crate::fault::{Fault, FaultCode};

/// Zeros are written and synced in pieces of this size: a larger piece holds up the journal's own
/// syncs on the same disk for longer, a smaller one costs more of them.
const PIECE_BYTES: u32 = 1 << 20;

/// Whether the next segment is there.
#[repr(u8)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpareState {
    /// Complete, free to take.
    Ready = 0,
    /// Promised to a seal that is on its way to the disk.
    Taken = 1,
    /// Being made.
    Preparing = 2,
    /// The last attempt failed; tried again by itself.
    Failed = 3,
}

struct Control {
    stop: bool,
    failure: Option<Fault>,
}

/// The spare segment and who waits for it.
pub struct Spare {
    disk: Arc<dyn Disk>,
    directory: PathBuf,
    segment_bytes: u32,
    retry: Duration,
    state: AtomicU8,
    control: Mutex<Control>,
    wake: Condvar,
}

impl Spare {
    /// Finds the spare that an earlier process left, or asks for a new one.
    pub fn find(
        disk: Arc<dyn Disk>,
        directory: PathBuf,
        segment_bytes: u32,
        retry: Duration,
    ) -> Result<Spare, Fault> {
        let names =
            disk.list(&directory).map_err(|error| Fault::disk("list", &directory, &error))?;
        let path = directory.join("spare");
        let mut state = SpareState::Preparing;
        if names.iter().any(|name| name == "spare") {
            let length = disk.open(&path).and_then(|file| file.length());
            if length.map_err(|error| Fault::disk("open", &path, &error))?
                == u64::from(segment_bytes)
            {
                state = SpareState::Ready;
            }
        }
        let control = Mutex::new(Control { stop: false, failure: None });
        let state = AtomicU8::new(state as u8);
        Ok(Spare { disk, directory, segment_bytes, retry, state, control, wake: Condvar::new() })
    }

    /// Whether the next segment is there. Cost: one load.
    #[must_use]
    pub fn state(&self) -> SpareState {
        match self.state.load(Ordering::Acquire) {
            0 => SpareState::Ready,
            1 => SpareState::Taken,
            2 => SpareState::Preparing,
            _ => SpareState::Failed,
        }
    }

    /// Why the last attempt failed, while it is so.
    #[must_use]
    pub fn failure(&self) -> Option<Fault> {
        self.lock().failure.clone()
    }

    /// Promises the spare to a seal. The writer's `used` follows.
    pub fn take(&self) {
        debug_assert_eq!(self.state(), SpareState::Ready);
        self.state.store(SpareState::Taken as u8, Ordering::Release);
    }

    /// The file is called `spare` no more: the next one may be made.
    pub fn used(&self) {
        self.set(SpareState::Preparing, None);
        self.wake.notify_all();
    }

    /// Path of the complete spare.
    #[must_use]
    pub fn path(&self) -> PathBuf {
        self.directory.join("spare")
    }

    /// Makes the spare on the calling thread unless it is there: a new venue's first segment, an
    /// upgrade.
    pub fn prepare_now(&self) -> Result<(), Fault> {
        if self.state() != SpareState::Ready {
            self.prepare().map_err(|error| self.fault(&error))?;
            self.set(SpareState::Ready, None);
        }
        Ok(())
    }

    /// Starts the thread that makes spares until `stop`.
    pub fn start(self: &Arc<Spare>) -> Result<JoinHandle<()>, Fault> {
        let spare = Arc::clone(self);
        start_thread("journal-spare", move || {
            lower_thread_priority();
            spare.run();
        })
    }

    /// Ends the thread soon.
    pub fn stop(&self) {
        self.lock().stop = true;
        self.wake.notify_all();
    }

    fn run(&self) {
        loop {
            let mut control = self.lock();
            while !control.stop && matches!(self.state(), SpareState::Ready | SpareState::Taken) {
                control = self.wake.wait(control).unwrap_or_else(PoisonError::into_inner);
            }
            if !control.stop && self.state() == SpareState::Failed {
                let waited = self.wake.wait_timeout(control, self.retry);
                control = waited.unwrap_or_else(PoisonError::into_inner).0;
            }
            if control.stop {
                return;
            }
            drop(control);
            match self.prepare() {
                Ok(()) => self.set(SpareState::Ready, None),
                Err(error) => self.set(SpareState::Failed, Some(self.fault(&error))),
            }
        }
    }

    fn prepare(&self) -> io::Result<()> {
        let temporary = self.directory.join("spare.tmp");
        let made = self.write_zeros(&temporary);
        if made.is_err() {
            // What was written must not keep others from their space; it may not even exist.
            let _ = self.disk.remove(&temporary);
        }
        made
    }

    fn write_zeros(&self, temporary: &Path) -> io::Result<()> {
        let zeros = vec![0; PIECE_BYTES.min(self.segment_bytes) as usize];
        let file = self.disk.create(temporary)?;
        let mut offset = 0;
        while offset < self.segment_bytes {
            if self.lock().stop {
                return Err(io::Error::new(io::ErrorKind::Interrupted, "the core stops"));
            }
            let piece = (self.segment_bytes - offset).min(PIECE_BYTES);
            file.write_at(&zeros[..piece as usize], u64::from(offset))?;
            file.sync()?;
            offset += piece;
        }
        self.disk.rename(temporary, &self.path())?;
        self.disk.sync_directory(&self.directory)
    }

    fn fault(&self, error: &io::Error) -> Fault {
        let directory = self.directory.display();
        let bytes = self.segment_bytes;
        let message = format!("no next segment of {bytes} bytes in {directory}: {error}");
        Fault::new(FaultCode::JournalSpaceLow, message)
    }

    fn set(&self, state: SpareState, failure: Option<Fault>) {
        let mut control = self.lock();
        control.failure = failure;
        self.state.store(state as u8, Ordering::Release);
    }

    fn lock(&self) -> MutexGuard<'_, Control> {
        self.control.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
