//! The journal's thread: takes whatever is queued, writes it at once, syncs once, publishes, rings.
//!
//! No timer decides the size of a group: it is what arrived during the sync before (group commit).

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::environment::start_thread;
use crate::fault::Fault;

use super::Durability;
use super::appender::Appender;
use super::entry::{self, EntryKind};

/// In durability none nobody waits for the disk, and waking a thread costs 20 commands: after a
/// write the thread comes back by itself after this long, or when `LINGER_BYTES` are queued.
const LINGER: Duration = Duration::from_millis(2);
/// See `LINGER`; 256 KiB are about 1,500 commands.
const LINGER_BYTES: usize = 256 << 10;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Waiting {
    No,
    ForEntry,
    Lingering,
}

struct Queue {
    entries: Vec<u8>,
    waiting: Waiting,
    stop: bool,
}

struct Shared {
    queue: Mutex<Queue>,
    wake: Condvar,
}

/// The queue in front of the journal's thread. Bounded by the core, which admits no command while
/// `unsynced_commands_max` wait.
pub struct Writer {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<Appender>>,
}

impl Writer {
    /// Starts the thread. `doorbell` is rung after each publication, in durability fsync only.
    pub fn start(
        appender: Appender,
        durability: Durability,
        doorbell: Box<dyn Fn() + Send + Sync>,
    ) -> Result<Writer, Fault> {
        let queue = Queue { entries: Vec::new(), waiting: Waiting::No, stop: false };
        let shared = Arc::new(Shared { queue: Mutex::new(queue), wake: Condvar::new() });
        let theirs = Arc::clone(&shared);
        let run = move || run(&theirs, appender, durability, &doorbell);
        Ok(Writer { shared, thread: Some(start_thread("journal-writer", run)?) })
    }

    /// Queues one entry and wakes the thread when it sleeps.
    pub fn append(
        &self,
        kind: EntryKind,
        sequence: u64,
        time_ns: u64,
        commands: u32,
        payload: &[u8],
    ) {
        let mut queue = self.shared.lock();
        entry::push(&mut queue.entries, kind, sequence, time_ns, commands, payload);
        let wake = match queue.waiting {
            Waiting::No => false,
            Waiting::ForEntry => true,
            Waiting::Lingering => queue.entries.len() >= LINGER_BYTES,
        };
        if wake {
            queue.waiting = Waiting::No;
            drop(queue);
            self.shared.wake.notify_one();
        }
    }

    /// Writes what is queued, ends the thread and returns its appender.
    pub fn stop(&mut self) -> Option<Appender> {
        self.shared.lock().stop = true;
        self.shared.wake.notify_one();
        self.thread.take()?.join().ok()
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Swaps the queued entries against the empty `group`; false at the end.
    fn next_group(&self, group: &mut Vec<u8>, linger: bool) -> bool {
        group.clear();
        let mut queue = self.lock();
        if linger && !queue.stop && queue.entries.len() < LINGER_BYTES {
            queue.waiting = Waiting::Lingering;
            let waited = self.wake.wait_timeout(queue, LINGER);
            queue = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        while queue.entries.is_empty() && !queue.stop {
            queue.waiting = Waiting::ForEntry;
            queue = self.wake.wait(queue).unwrap_or_else(PoisonError::into_inner);
        }
        queue.waiting = Waiting::No;
        std::mem::swap(&mut queue.entries, group);
        !group.is_empty()
    }
}

fn run(
    shared: &Shared,
    mut appender: Appender,
    durability: Durability,
    doorbell: &(dyn Fn() + Send + Sync),
) -> Appender {
    let mut group = Vec::new();
    let mut linger = false;
    while shared.next_group(&mut group, linger) {
        let written: Result<(), Fault> = appender.append(&mut group);
        if written.is_err() {
            break;
        }
        match durability {
            Durability::Fsync => doorbell(),
            Durability::None | Durability::Os => linger = true,
        }
    }
    appender
}
