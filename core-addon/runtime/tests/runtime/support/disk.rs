//! A disk in memory that knows what was synced, fails when told, fills up, and can lose power.
//!
//! What a process wrote is seen by later reads at once (page cache). What survives a loss of power
//! is what was synced, and of the rest any choice of 512-byte sectors and any first part of the
//! renames.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};

use runtime::environment::{Disk, DiskFile, DiskLock, LockRefusal};

use super::random::Random;

const SECTOR: usize = 512;

#[derive(Clone, Default)]
struct FileState {
    bytes: Vec<u8>,
    /// As of the last sync.
    synced: Vec<u8>,
    /// Sectors written since.
    touched: BTreeSet<usize>,
}

#[derive(Clone)]
enum NameChange {
    Add(PathBuf, u64),
    Rename(PathBuf, PathBuf),
    Remove(PathBuf),
}

/// What goes wrong, and when. Operations are counted from the moment it is set, from 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Trouble {
    #[default]
    None,
    /// The n-th write to a segment fails, once.
    Write(u64),
    /// The n-th sync of a segment fails, once, and the pages are dropped.
    Sync(u64),
    /// The machine stops at the n-th operation that changes anything; a write still leaves its
    /// first bytes.
    Stop { operation: u64, torn_bytes: usize },
}

#[derive(Clone, Default)]
struct State {
    files: HashMap<u64, FileState>,
    names: BTreeMap<PathBuf, u64>,
    synced_names: BTreeMap<PathBuf, u64>,
    /// Since the last sync of their directory, in order.
    name_changes: Vec<NameChange>,
    next_id: u64,
    space: Option<u64>,
    trouble: Trouble,
    counted: u64,
    stopped: bool,
    syncs_held: bool,
    syncs_waiting: u32,
    locked: BTreeSet<PathBuf>,
    unreadable: BTreeSet<u64>,
    opens_left: Option<u64>,
    opened: u64,
}

pub struct SimulatedDisk {
    state: Mutex<State>,
    released: Condvar,
}

impl SimulatedDisk {
    pub fn new() -> Arc<SimulatedDisk> {
        SimulatedDisk::with(State::default())
    }

    fn with(state: State) -> Arc<SimulatedDisk> {
        Arc::new(SimulatedDisk { state: Mutex::new(state), released: Condvar::new() })
    }

    fn lock_state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no test panics while it holds the disk")
    }

    pub fn set_trouble(&self, trouble: Trouble) {
        let mut state = self.lock_state();
        (state.trouble, state.counted) = (trouble, 0);
    }

    /// Operations that changed anything, since `set_trouble`.
    pub fn counted(&self) -> u64 {
        self.lock_state().counted
    }

    pub fn is_stopped(&self) -> bool {
        self.lock_state().stopped
    }

    /// Most bytes all files may have together.
    pub fn set_space(&self, bytes: Option<u64>) {
        self.lock_state().space = bytes;
    }

    pub fn used(&self) -> u64 {
        self.lock_state().used()
    }

    /// While held, a sync of a segment does not return.
    pub fn hold_syncs(&self, held: bool) {
        self.lock_state().syncs_held = held;
        self.released.notify_all();
    }

    /// Whether a sync of a segment is held: its write is done and nobody was told.
    pub fn is_sync_waiting(&self) -> bool {
        self.lock_state().syncs_waiting > 0
    }

    /// What the system does now and then by itself: everything written reaches the disk.
    pub fn write_back(&self) {
        let mut state = self.lock_state();
        for file in state.files.values_mut() {
            file.synced = file.bytes.clone();
            file.touched.clear();
        }
    }

    /// The disk as the next process finds it after a kill: everything written is there.
    pub fn after_kill(&self) -> Arc<SimulatedDisk> {
        SimulatedDisk::with(self.lock_state().settled())
    }

    /// The disk after a loss of power now.
    pub fn after_power_cut(&self, random: &mut Random) -> Arc<SimulatedDisk> {
        let state = self.lock_state();
        let mut names = state.synced_names.clone();
        let kept = random.below(state.name_changes.len() as u64 + 1) as usize;
        for change in &state.name_changes[..kept] {
            change.apply(&mut names);
        }
        let mut next = state.settled();
        next.name_changes = Vec::new();
        next.files = names.values().map(|id| (*id, state.files[id].after_cut(random))).collect();
        next.synced_names = names.clone();
        next.names = names;
        SimulatedDisk::with(next)
    }

    pub fn paths(&self) -> Vec<PathBuf> {
        self.lock_state().names.keys().cloned().collect()
    }

    pub fn paths_with(&self, extension: &str) -> Vec<PathBuf> {
        self.paths()
            .into_iter()
            .filter(|path| path.extension().is_some_and(|e| e == extension))
            .collect()
    }

    pub fn read_all(&self, path: &Path) -> Vec<u8> {
        let state = self.lock_state();
        state.files[&state.names[path]].bytes.clone()
    }

    /// Changes a file behind everybody's back, synced.
    pub fn replace(&self, path: &Path, bytes: Vec<u8>) {
        let mut state = self.lock_state();
        state.next_id += 1;
        let id = state.next_id;
        let file = FileState { synced: bytes.clone(), bytes, touched: BTreeSet::new() };
        state.files.insert(id, file);
        state.names.insert(path.into(), id);
        state.synced_names.insert(path.into(), id);
    }

    /// Changes the first bytes of a file, under the hands of those who have it open.
    pub fn patch(&self, path: &Path, bytes: &[u8]) {
        let mut state = self.lock_state();
        let id = state.names[path];
        let file = state.files.get_mut(&id).expect("a named file exists");
        file.bytes[..bytes.len()].copy_from_slice(bytes);
        file.synced = file.bytes.clone();
    }

    /// The file lies on sectors that the disk gives back no more.
    pub fn make_unreadable(&self, path: &Path) {
        let mut state = self.lock_state();
        let id = state.names[path];
        state.unreadable.insert(id);
    }

    /// Files that may still be opened: a process can have only so many.
    pub fn set_opens_left(&self, count: Option<u64>) {
        self.lock_state().opens_left = count;
    }

    /// How often a file was opened.
    pub fn opened(&self) -> u64 {
        self.lock_state().opened
    }

    pub fn delete(&self, path: &Path) {
        let mut state = self.lock_state();
        state.names.remove(path).expect("the file is there");
        state.synced_names.remove(path);
    }
}

impl NameChange {
    fn apply(&self, names: &mut BTreeMap<PathBuf, u64>) {
        match self {
            NameChange::Add(path, id) => {
                names.insert(path.clone(), *id);
            }
            NameChange::Rename(from, to) => {
                if let Some(id) = names.remove(from) {
                    names.insert(to.clone(), id);
                }
            }
            NameChange::Remove(path) => {
                names.remove(path);
            }
        }
    }

    fn directory(&self) -> Option<&Path> {
        match self {
            NameChange::Add(path, _) | NameChange::Remove(path) => path.parent(),
            NameChange::Rename(_, to) => to.parent(),
        }
    }
}

impl FileState {
    fn after_cut(&self, random: &mut Random) -> FileState {
        let mut bytes = self.synced.clone();
        if bytes.len() < self.bytes.len() && random.coin() {
            bytes.resize(self.bytes.len(), 0);
        }
        for sector in &self.touched {
            let start = sector * SECTOR;
            let end = (start + SECTOR).min(bytes.len()).min(self.bytes.len());
            if start < end && random.coin() {
                bytes[start..end].copy_from_slice(&self.bytes[start..end]);
            }
        }
        FileState { synced: bytes.clone(), bytes, touched: BTreeSet::new() }
    }
}

impl State {
    fn settled(&self) -> State {
        let mut next = self.clone();
        (next.trouble, next.counted, next.stopped) = (Trouble::None, 0, false);
        (next.space, next.syncs_held, next.syncs_waiting) = (None, false, 0);
        next.locked.clear();
        next
    }

    fn used(&self) -> u64 {
        self.names.values().map(|id| self.files[id].bytes.len() as u64).sum()
    }

    /// Counts one operation; true when the machine stops at it.
    fn count(&mut self) -> io::Result<bool> {
        if self.stopped {
            return Err(io::Error::other("the machine has stopped"));
        }
        if let Trouble::Stop { operation, .. } = self.trouble {
            self.counted += 1;
            self.stopped = self.counted == operation;
        } else if self.trouble == Trouble::None {
            self.counted += 1;
        }
        Ok(self.stopped)
    }

    fn change_name(&mut self, change: NameChange) -> io::Result<()> {
        if self.count()? {
            return Err(io::Error::other("the machine stops"));
        }
        change.apply(&mut self.names);
        self.name_changes.push(change);
        Ok(())
    }

    fn is_segment(&self, id: u64) -> bool {
        self.names.iter().any(|(path, named)| {
            *named == id && path.extension().is_some_and(|extension| extension == "segment")
        })
    }

    fn fails_now(&mut self, id: u64, is_write: bool) -> bool {
        let at = match self.trouble {
            Trouble::Write(at) if is_write => at,
            Trouble::Sync(at) if !is_write => at,
            _ => return false,
        };
        if !self.is_segment(id) {
            return false;
        }
        self.counted += 1;
        self.counted == at
    }
}

struct SimulatedFile {
    disk: Arc<SimulatedDisk>,
    id: u64,
}

impl SimulatedFile {
    fn write(state: &mut State, id: u64, bytes: &[u8], offset: usize) {
        let file = state.files.get_mut(&id).expect("an open file exists");
        let end = offset + bytes.len();
        if end > file.bytes.len() {
            file.bytes.resize(end, 0);
        }
        file.bytes[offset..end].copy_from_slice(bytes);
        file.touched.extend(offset / SECTOR..end.div_ceil(SECTOR));
    }
}

impl DiskFile for SimulatedFile {
    fn length(&self) -> io::Result<u64> {
        Ok(self.disk.lock_state().files[&self.id].bytes.len() as u64)
    }

    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        let state = self.disk.lock_state();
        if state.unreadable.contains(&self.id) {
            return Err(io::Error::other("injected read failure"));
        }
        let bytes = &state.files[&self.id].bytes;
        let range = offset as usize..offset as usize + buffer.len();
        let found = bytes.get(range).ok_or(io::ErrorKind::UnexpectedEof)?;
        buffer.copy_from_slice(found);
        Ok(())
    }

    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        let mut state = self.disk.lock_state();
        let torn =
            if let Trouble::Stop { torn_bytes, .. } = state.trouble { torn_bytes } else { 0 };
        if state.count()? {
            let torn = torn.min(bytes.len());
            SimulatedFile::write(&mut state, self.id, &bytes[..torn], offset as usize);
            return Err(io::Error::other("the machine stops"));
        }
        if state.fails_now(self.id, true) {
            return Err(io::Error::other("injected write failure"));
        }
        let length = state.files[&self.id].bytes.len() as u64;
        let growth = (offset + bytes.len() as u64).saturating_sub(length);
        if growth > 0 && state.space.is_some_and(|space| state.used() + growth > space) {
            return Err(io::ErrorKind::StorageFull.into());
        }
        SimulatedFile::write(&mut state, self.id, bytes, offset as usize);
        Ok(())
    }

    fn sync(&self) -> io::Result<()> {
        let mut state = self.disk.lock_state();
        while state.syncs_held && state.is_segment(self.id) {
            state.syncs_waiting += 1;
            state = self.disk.released.wait(state).expect("no test panics with the disk");
            state.syncs_waiting -= 1;
        }
        if state.count()? {
            return Err(io::Error::other("the machine stops"));
        }
        let fails = state.fails_now(self.id, false);
        let file = state.files.get_mut(&self.id).expect("an open file exists");
        file.touched.clear();
        if fails {
            // The kernel forgets the pages: a later sync would report success.
            return Err(io::Error::other("injected sync failure"));
        }
        file.synced = file.bytes.clone();
        Ok(())
    }
}

struct HeldLock {
    disk: Arc<SimulatedDisk>,
    path: PathBuf,
}

impl DiskLock for HeldLock {}

impl Drop for HeldLock {
    fn drop(&mut self) {
        self.disk.lock_state().locked.remove(&self.path);
    }
}

/// The trait is implemented on a handle, because files keep their disk alive.
#[derive(Clone)]
pub struct DiskHandle(pub Arc<SimulatedDisk>);

impl DiskHandle {
    fn file(&self, id: u64) -> Arc<dyn DiskFile> {
        Arc::new(SimulatedFile { disk: self.0.clone(), id })
    }
}

impl Disk for DiskHandle {
    fn create_directory(&self, _path: &Path) -> io::Result<()> {
        Ok(())
    }

    fn list(&self, directory: &Path) -> io::Result<Vec<String>> {
        let state = self.0.lock_state();
        let names = state.names.keys().filter(|path| path.parent() == Some(directory));
        Ok(names.filter_map(|path| Some(path.file_name()?.to_str()?.to_owned())).collect())
    }

    fn open(&self, path: &Path) -> io::Result<Arc<dyn DiskFile>> {
        let mut state = self.0.lock_state();
        if let Some(left) = &mut state.opens_left {
            *left = left.checked_sub(1).ok_or(io::Error::other("too many open files"))?;
        }
        state.opened += 1;
        let id = *state.names.get(path).ok_or(io::ErrorKind::NotFound)?;
        Ok(self.file(id))
    }

    fn create(&self, path: &Path) -> io::Result<Arc<dyn DiskFile>> {
        let mut state = self.0.lock_state();
        state.next_id += 1;
        let id = state.next_id;
        state.change_name(NameChange::Add(path.into(), id))?;
        state.files.insert(id, FileState::default());
        drop(state);
        Ok(self.file(id))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        let mut state = self.0.lock_state();
        if !state.names.contains_key(from) {
            return Err(io::ErrorKind::NotFound.into());
        }
        state.change_name(NameChange::Rename(from.into(), to.into()))
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        let mut state = self.0.lock_state();
        if !state.names.contains_key(path) {
            return Err(io::ErrorKind::NotFound.into());
        }
        state.change_name(NameChange::Remove(path.into()))
    }

    fn sync_directory(&self, path: &Path) -> io::Result<()> {
        let mut state = self.0.lock_state();
        if state.count()? {
            return Err(io::Error::other("the machine stops"));
        }
        let changes = std::mem::take(&mut state.name_changes);
        for change in changes {
            if change.directory() == Some(path) {
                change.apply(&mut state.synced_names);
            } else {
                state.name_changes.push(change);
            }
        }
        Ok(())
    }

    fn lock(&self, path: &Path, _holder: &str) -> Result<Box<dyn DiskLock>, LockRefusal> {
        if !self.0.lock_state().locked.insert(path.into()) {
            return Err(LockRefusal::Held("1".into()));
        }
        Ok(Box::new(HeldLock { disk: self.0.clone(), path: path.into() }))
    }
}
