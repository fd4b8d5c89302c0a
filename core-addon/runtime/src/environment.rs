//! The world as the runtime sees it: clock, disk, randomness. Everything impure comes through here,
//! so that tests can make it fail, stop, lie about time and lose power.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, FileExt, OpenOptionsExt};
use std::path::Path;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use crate::fault::{Fault, FaultCode};

/// Reads time.
pub trait Clock: Send + Sync {
    /// Nanoseconds since 1970 UTC; may jump when the system clock is set.
    fn utc_ns(&self) -> u64;
    /// Nanoseconds since some moment of this process; never jumps, may stand still while suspended.
    fn monotonic_ns(&self) -> u64;
}

/// One open file.
pub trait DiskFile: Send + Sync {
    /// Bytes in the file.
    fn length(&self) -> io::Result<u64>;
    /// Fills `buffer` from `offset`; an error when the file ends before.
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()>;
    /// Writes all of `bytes` at `offset`.
    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<()>;
    /// Returns when what was written, and the length, survive a loss of power.
    fn sync(&self) -> io::Result<()>;
}

/// Why a lock was not given.
pub enum LockRefusal {
    /// Held by another process; what it wrote into the file.
    Held(String),
    /// The file could not be opened or locked.
    Failed(io::Error),
}

/// A held lock; dropping it lets go.
pub trait DiskLock: Send {}

/// File operations. A new name, a rename and a removal survive a loss of power after
/// `sync_directory`.
pub trait Disk: Send + Sync {
    /// Makes a directory and those above it; existing ones are fine.
    fn create_directory(&self, path: &Path) -> io::Result<()>;
    /// Names of the files in a directory, in no order.
    fn list(&self, directory: &Path) -> io::Result<Vec<String>>;
    /// Opens an existing file for reading and writing.
    fn open(&self, path: &Path) -> io::Result<Arc<dyn DiskFile>>;
    /// Makes an empty file, in the place of an existing one.
    fn create(&self, path: &Path) -> io::Result<Arc<dyn DiskFile>>;
    /// Gives a file another name, in the place of an existing one.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;
    /// Removes a file.
    fn remove(&self, path: &Path) -> io::Result<()>;
    /// Makes the names in a directory survive a loss of power.
    fn sync_directory(&self, path: &Path) -> io::Result<()>;
    /// Locks a file for this process and writes `holder` into it.
    fn lock(&self, path: &Path, holder: &str) -> Result<Box<dyn DiskLock>, LockRefusal>;
}

/// All of it, passed down from the caller.
#[derive(Clone)]
pub struct Environment {
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Files.
    pub disk: Arc<dyn Disk>,
    /// Random numbers for a new venue's id and hash key.
    pub random: fn() -> io::Result<[u64; 4]>,
}

impl Environment {
    /// The machine this process runs on.
    #[must_use]
    pub fn system() -> Environment {
        Environment {
            clock: Arc::new(SystemClock { start: Instant::now() }),
            disk: Arc::new(SystemDisk),
            random: system_random,
        }
    }
}

fn system_random() -> io::Result<[u64; 4]> {
    let mut source = File::open("/dev/urandom")?;
    let mut words = [0; 4];
    for word in &mut words {
        let mut bytes = [0; 8];
        source.read_exact(&mut bytes)?;
        *word = u64::from_le_bytes(bytes);
    }
    Ok(words)
}

struct SystemClock {
    start: Instant,
}

impl Clock for SystemClock {
    fn utc_ns(&self) -> u64 {
        // A clock before 1970 reads as 1970: stamped time never goes back anyway.
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        since.as_nanos() as u64
    }

    fn monotonic_ns(&self) -> u64 {
        self.start.elapsed().as_nanos() as u64
    }
}

/// Files are for their owner alone: a segment's header holds the venue's secret key.
struct SystemDisk;

impl DiskFile for File {
    fn length(&self) -> io::Result<u64> {
        Ok(self.metadata()?.len())
    }

    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        self.read_exact_at(buffer, offset)
    }

    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        self.write_all_at(bytes, offset)
    }

    fn sync(&self) -> io::Result<()> {
        self.sync_data()
    }
}

impl DiskLock for File {}

impl Disk for SystemDisk {
    fn create_directory(&self, path: &Path) -> io::Result<()> {
        DirBuilder::new().recursive(true).mode(0o700).create(path)
    }

    fn list(&self, directory: &Path) -> io::Result<Vec<String>> {
        let names = std::fs::read_dir(directory)?;
        names.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned())).collect()
    }

    fn open(&self, path: &Path) -> io::Result<Arc<dyn DiskFile>> {
        Ok(Arc::new(OpenOptions::new().read(true).write(true).open(path)?))
    }

    fn create(&self, path: &Path) -> io::Result<Arc<dyn DiskFile>> {
        let mut options = OpenOptions::new();
        Ok(Arc::new(
            options.read(true).write(true).create(true).truncate(true).mode(0o600).open(path)?,
        ))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        std::fs::rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        std::fs::remove_file(path)
    }

    fn sync_directory(&self, path: &Path) -> io::Result<()> {
        File::open(path)?.sync_all()
    }

    fn lock(&self, path: &Path, holder: &str) -> Result<Box<dyn DiskLock>, LockRefusal> {
        let mut options = OpenOptions::new();
        let opened =
            options.read(true).write(true).create(true).truncate(false).mode(0o600).open(path);
        let mut file = opened.map_err(LockRefusal::Failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut text = String::new();
                file.read_to_string(&mut text).map_err(LockRefusal::Failed)?;
                return Err(LockRefusal::Held(text));
            }
            Err(TryLockError::Error(error)) => return Err(LockRefusal::Failed(error)),
        }
        let written = file.set_len(0).and_then(|()| file.write_all(holder.as_bytes()));
        written.map_err(LockRefusal::Failed)?;
        Ok(Box::new(file))
    }
}

/// Starts a named thread.
pub fn start_thread<T: Send + 'static>(
    name: &str,
    run: impl FnOnce() -> T + Send + 'static,
) -> Result<JoinHandle<T>, Fault> {
    std::thread::Builder::new().name(name.into()).spawn(run).map_err(|error| {
        Fault::new(FaultCode::DiskOperationFailed, format!("start thread {name}: {error}"))
    })
}

/// Lets the calling thread run behind the others. On other systems than Linux, niceness belongs to
/// the whole process, so nothing is done there.
pub fn lower_thread_priority() {
    #[cfg(target_os = "linux")]
    {
        unsafe extern "C" {
            safe fn nice(increment: std::ffi::c_int) -> std::ffi::c_int;
        }
        // The result is the new niceness; a refusal only means the thread runs at the usual one.
        let _ = nice(10);
    }
}
