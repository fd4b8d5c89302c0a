//! The real disk, and real processes: one that holds the directory, and one that is killed.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command as Process, Stdio};

use engine::command::{Command, Opcode};
use runtime::inspect::verify;
use runtime::{
    BEHAVIOUR_VERSION, Core, Durability, Environment, FaultCode, OpenOptions, OpenReport,
};

use crate::support::{transactions, workload};

/// Names the directory in which this test program plays the other process.
const CHILD_DIRECTORY: &str = "OPENBELL_TEST_CHILD_DIRECTORY";

/// A directory of its own, removed at the end.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Scratch {
        let path = std::env::temp_dir().join(format!("openbell-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).expect("the temporary directory is writable");
        Scratch(path)
    }

    fn data_directory(&self) -> PathBuf {
        self.0.join("data")
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // Nothing depends on it; a directory left behind is the system's to clean.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn open(
    data_directory: &Path,
    durability: Durability,
) -> Result<(Core, OpenReport), runtime::Fault> {
    let mut options = OpenOptions::new(data_directory);
    options.durability = durability;
    options.segment_bytes = 256 << 10;
    options.snapshot_interval_commands = 2_000;
    let fatal = Box::new(|fault: &runtime::Fault| panic!("{fault}"));
    Core::open(options, Environment::system(), Box::new(|| {}), fatal)
}

fn clocks(count: usize) -> Vec<u8> {
    workload::to_bytes(&vec![Command::new(Opcode::Clock); count])
}

#[test]
fn a_venue_on_the_real_disk_goes_on_where_it_ended() {
    for durability in [Durability::None, Durability::Os, Durability::Fsync] {
        let scratch = Scratch::new(&format!("real-{durability:?}"));
        let data_directory = scratch.data_directory();
        let mut out = vec![0; 1 << 20];
        let mut expected = (0, 0);
        for generation in 0..3 {
            let (mut core, report) = open(&data_directory, durability).expect("it opens");
            assert_eq!(report.is_new, generation == 0);
            assert_eq!((report.sequence, report.commands_replayed), (expected.0, 0));
            let mut submitted = 0;
            while submitted < 3_000 {
                let done = core.submit(&clocks(50), None, &mut out).expect("the disk is well");
                submitted += done.commands;
                core.drain().expect("the disk is well");
                while core.read(&mut out).expect("the disk is well").bytes > 0 {}
            }
            let stopped = core.stop().expect("a clean stop");
            assert_eq!((stopped.warnings.as_slice(), stopped.unread_bytes), ([].as_slice(), 0));
            expected = (stopped.sequence, stopped.state_hash);
        }
        let report = verify(&Environment::system(), &data_directory, BEHAVIOUR_VERSION);
        let report = report.expect("no process runs");
        assert_eq!((report.problems.as_slice(), report.state_hash), ([].as_slice(), expected.1));
    }
}

#[test]
fn an_unwritable_directory_is_a_fault_that_names_it() {
    let scratch = Scratch::new("unwritable");
    // A file where a directory should be fails for every user.
    let path = scratch.data_directory();
    std::fs::write(&path, "not a directory").expect("the temporary directory is writable");
    let fault = open(&path, Durability::Fsync).err().expect("there is a file in the way");
    assert_eq!(fault.code, FaultCode::DiskOperationFailed);
    assert!(fault.message.contains(path.to_str().expect("a text")), "{fault}");
}

/// The other process: this program, running only `the_other_process`.
struct Other {
    child: Child,
    lines: std::io::Lines<BufReader<std::process::ChildStdout>>,
}

impl Other {
    fn start(data_directory: &Path) -> Other {
        let program = std::env::current_exe().expect("this program has a path");
        let mut child = Process::new(program)
            .args(["--exact", "real_disk::the_other_process", "--nocapture"])
            .env(CHILD_DIRECTORY, data_directory)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("this program starts");
        let lines = BufReader::new(child.stdout.take().expect("it is piped")).lines();
        Other { child, lines }
    }

    /// The next sequence it says it has seen acknowledged.
    fn next_seen(&mut self) -> u64 {
        loop {
            let line = self.lines.next().expect("it goes on until it is killed").expect("text");
            if let Some(sequence) = line.strip_prefix("seen ") {
                return sequence.parse().expect("a number");
            }
        }
    }

    /// Kills it and returns the last sequence it saw.
    fn kill(&mut self) -> u64 {
        self.child.kill().expect("it runs");
        self.child.wait().expect("it ends");
        let rest = self.lines.by_ref().map_while(Result::ok);
        let seen = rest.filter_map(|line| line.strip_prefix("seen ")?.parse().ok());
        seen.max().unwrap_or(0)
    }
}

impl Drop for Other {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Without the variable this is one more look at a core; with it, a process that trades until it is
/// killed.
#[test]
fn the_other_process() {
    let directory = std::env::var_os(CHILD_DIRECTORY);
    // A process that is killed removes nothing, so it makes nothing of its own.
    let scratch = directory.is_none().then(|| Scratch::new("other"));
    let given = directory.map(PathBuf::from);
    let data_directory = given.or(scratch.as_ref().map(Scratch::data_directory));
    let data_directory = data_directory.expect("one of them is there");
    let (mut core, _) = open(&data_directory, Durability::Fsync).expect("it opens");
    let mut out = vec![0; 1 << 20];
    loop {
        core.submit(&clocks(20), None, &mut out).expect("the disk is well");
        core.drain().expect("the disk is well");
        let released = core.read(&mut out).expect("the disk is well");
        if let Some(last) = transactions(&out[..released.bytes]).last() {
            println!("seen {}", last.sequence);
        }
        if scratch.is_some() {
            break;
        }
    }
    core.stop().expect("a clean stop");
}

#[test]
fn a_second_process_is_refused_with_the_id_of_the_first() {
    let scratch = Scratch::new("lock");
    let mut other = Other::start(&scratch.data_directory());
    other.next_seen();
    let fault = open(&scratch.data_directory(), Durability::Fsync).err().expect("it is in use");
    assert_eq!(fault.code, FaultCode::DataDirectoryLocked);
    let process = format!("in use by process {}", other.child.id());
    assert!(fault.message.ends_with(&process), "{fault}");
    other.kill();
    open(&scratch.data_directory(), Durability::Fsync).expect("the kernel let go of the lock");
}

#[test]
fn a_killed_process_loses_nothing_it_acknowledged() {
    let scratch = Scratch::new("kill");
    let data_directory = scratch.data_directory();
    for round in 0..12 {
        let mut other = Other::start(&data_directory);
        let mut seen = 0;
        for _ in 0..=(round * 7) % 40 {
            seen = other.next_seen();
        }
        seen = other.kill().max(seen);
        let (core, report) = open(&data_directory, Durability::Fsync).expect("it opens");
        assert!(report.sequence >= seen, "round {round}: {seen} seen, {} there", report.sequence);
        drop(core);
    }
    let report = verify(&Environment::system(), &data_directory, BEHAVIOUR_VERSION);
    assert_eq!(report.expect("no process runs").problems, []);
}
