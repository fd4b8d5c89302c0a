//! After warm-up, a submit allocates nothing on the calling thread.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use engine::command::{Command, Opcode};
use runtime::{Core, Durability, Environment, OpenOptions, record};

struct Counting;

thread_local! {
    static ALLOCATIONS: Cell<u64> = const { Cell::new(0) };
}

// SAFETY: everything is handed on to the system's allocator; counting allocates nothing.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
        // SAFETY: the caller's layout, as it is.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the pointer came from `alloc` with the same layout.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

#[test]
fn a_submit_allocates_nothing_after_warm_up() {
    for durability in [Durability::None, Durability::Os, Durability::Fsync] {
        let name = format!("openbell-allocation-{durability:?}-{}", std::process::id());
        let data_directory = std::env::temp_dir().join(name);
        let mut options = OpenOptions::new(&data_directory);
        options.durability = durability;
        options.segment_bytes = 8 << 20;
        let fatal = Box::new(|fault: &runtime::Fault| panic!("{fault}"));
        let opened = Core::open(options, Environment::system(), Box::new(|| {}), fatal);
        let (mut core, _) = opened.expect("a new venue opens");
        let records: Vec<u8> =
            (0..8).flat_map(|_| *record::to_bytes(&Command::new(Opcode::Clock))).collect();
        let mut out = vec![0; 1 << 20];
        let mut run = |rounds: u32| {
            for _ in 0..rounds {
                core.submit(&records, None, &mut out).expect("the disk is well");
                core.drain().expect("the disk is well");
                core.read(&mut out).expect("the disk is well");
            }
        };
        run(50);
        let before = ALLOCATIONS.get();
        run(500);
        let after = ALLOCATIONS.get();
        core.stop().expect("a clean stop");
        std::fs::remove_dir_all(&data_directory).expect("the directory is ours");
        assert_eq!(after - before, 0, "{durability:?}");
    }
}
