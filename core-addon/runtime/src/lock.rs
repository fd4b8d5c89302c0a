//! One process per data directory.

use std::path::Path;

use crate::environment::{Disk, DiskLock, LockRefusal};
use crate::fault::{Fault, FaultCode};

/// The held lock of a data directory. The kernel lets go of it when the process ends, however it
/// ends.
pub struct DataLock {
    _held: Box<dyn DiskLock>,
}

/// Takes the lock of `data_directory`.
///
/// Errors: `data_directory_locked`, naming the process that holds it.
pub fn lock(disk: &dyn Disk, data_directory: &Path) -> Result<DataLock, Fault> {
    let path = data_directory.join("lock");
    match disk.lock(&path, &format!("{}\n", std::process::id())) {
        Ok(held) => Ok(DataLock { _held: held }),
        Err(LockRefusal::Failed(error)) => Err(Fault::disk("lock", &path, &error)),
        Err(LockRefusal::Held(holder)) => {
            // A process that was just given the lock has not written its id yet.
            let process = if holder.trim().is_empty() { "unknown" } else { holder.trim() };
            let directory = data_directory.display();
            let message = format!("{directory} is in use by process {process}");
            Err(Fault::new(FaultCode::DataDirectoryLocked, message))
        }
    }
}
