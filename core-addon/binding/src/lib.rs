//! The Node-API addon: free functions over a handle, buffers attached once, no object per call.
//!
//! Order: all calls come from the main thread; a Worker is refused. A reject is a value. A fault is
//! an error with a stable `code`. A panic in runtime or engine aborts the process: decision 0006.

mod border;
mod convert;
pub mod gate;
pub mod reexecution;

use std::cell::RefCell;
use std::io::{self, Write};
use std::mem::ManuallyDrop;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use napi::bindgen_prelude::{Float64Array, Function, JsObjectValue, Object, Uint8Array};
use napi::threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode};
use napi::{Env, Error, Status as NapiStatus};
use napi_derive::napi;
use runtime::{BEHAVIOUR_VERSION, Core, Environment, Fault, Released, Submitted, inspect};

use convert::{
    AddonFault, AddonOpenReport, AddonOptions, AddonStopReport, AddonVerifyReport, Result,
    argument_invalid, from_fault, from_open_report, from_stop_report, from_verify_report, place,
    to_addon_fault, to_count, to_open_options, write_status,
};
use gate::OpenGate;
use reexecution::Reexecutions;

/// Exit code of a process whose core failed: nothing more may be acknowledged.
const EXIT_FATAL: i32 = 70;
/// Bytes of a query record, at the start of the answer buffer.
const QUERY_BYTES: usize = 128;

/// Bytes of text that a dump gives away at once.
const DUMP_BYTES: usize = 64 << 10;

/// Memory shared with JavaScript; the references keep it alive.
struct Buffers {
    input: Uint8Array,
    output: Uint8Array,
    answer: Uint8Array,
    places: Float64Array,
}

struct OpenCore {
    core: Core,
    buffers: Option<Buffers>,
    reexecutions: Reexecutions,
    /// Of the binary port, when there is one.
    gate: Option<Box<OpenGate>>,
}

thread_local! {
    /// Open cores by handle; handles are never reused. Never dropped: at the end of a process that
    /// did not stop its core there is no JavaScript left to release buffers to, and the journal has
    /// everything.
    static CORES: ManuallyDrop<RefCell<Vec<Option<OpenCore>>>> = const {
        ManuallyDrop::new(RefCell::new(Vec::new()))
    };
}

fn not_open(handle: u32) -> Error<&'static str> {
    Error::new("core_not_open", format!("No open core has the handle {handle}"))
}

fn with_core<T>(handle: u32, call: impl FnOnce(&mut OpenCore) -> Result<T>) -> Result<T> {
    CORES.with(|cores| {
        let mut cores = cores.borrow_mut();
        let open = cores.get_mut(handle as usize).and_then(Option::as_mut);
        call(open.ok_or_else(|| not_open(handle))?)
    })
}

/// The buffers of one core, for the length of one call.
struct Views<'a> {
    input: &'a [u8],
    output: &'a mut [u8],
    answer: &'a mut [u8],
    places: &'a mut [f64],
    gate: Option<&'a mut OpenGate>,
}

fn with_buffers<T>(handle: u32, call: impl FnOnce(&mut Core, Views<'_>) -> Result<T>) -> Result<T> {
    with_core(handle, |open| {
        let Some(buffers) = &mut open.buffers else {
            return Err(argument_invalid("attach buffers before this call"));
        };
        // SAFETY: JavaScript does not run during a call, the references keep the memory, `attach`
        // checked that no buffer is part of another, and the facade never detaches one.
        let views = unsafe {
            Views {
                input: &buffers.input,
                output: buffers.output.as_mut(),
                answer: buffers.answer.as_mut(),
                places: buffers.places.as_mut(),
                gate: open.gate.as_deref_mut(),
            }
        };
        call(&mut open.core, views)
    })
}

/// What gateway and addon must agree on, as one number: the gateway refuses an addon with another
/// one.
#[napi]
pub fn border() -> u32 {
    border::BORDER
}

/// Opens a core. `doorbell` is called on the event loop after transactions became readable; rings
/// before that call are one. The one under way at a stop may still come.
///
/// Errors: every fault of `runtime::Core::open`, `worker_refused`, `argument_invalid`.
#[napi(strict)]
pub fn open(
    env: Env,
    options: AddonOptions,
    doorbell: Function<'_, (), ()>,
) -> Result<AddonOpenReport> {
    refuse_worker(&env)?;
    let options = to_open_options(&options)?;
    let unsynced_commands_max = options.unsynced_commands_max;
    let bell = Doorbell::new(&doorbell)?;
    let (core, report) = Core::open(
        options,
        Environment::system(),
        Box::new(move || bell.ring()),
        Box::new(exit_on),
    )
    .map_err(from_fault)?;
    let handle = CORES.with(|cores| {
        let mut cores = cores.borrow_mut();
        let reexecutions = Reexecutions::default();
        cores.push(Some(OpenCore { core, buffers: None, reexecutions, gate: None }));
        cores.len() - 1
    });
    Ok(from_open_report(handle as u32, unsynced_commands_max, report))
}

/// Names the buffers of a core; a second call replaces them. They must not be detached or resized.
///
/// `input` takes command records, `output` gives transactions, `answer` takes a query and gives its
/// answer, `places` gives the numbers that `convert::place` lists.
/// Errors: `core_not_open`, `argument_invalid`.
#[napi]
pub fn attach(
    handle: u32,
    input: Uint8Array,
    output: Uint8Array,
    answer: Uint8Array,
    places: Float64Array,
) -> Result<()> {
    if answer.len() < QUERY_BYTES {
        return Err(argument_invalid("the answer buffer is smaller than a query"));
    }
    if places.len() < place::COUNT {
        let count = place::COUNT;
        return Err(argument_invalid(format!("the status array has less than {count} places")));
    }
    let ranges = [
        input.as_ptr_range(),
        output.as_ptr_range(),
        answer.as_ptr_range(),
        places.as_ptr().cast()..places.as_ptr_range().end.cast(),
    ];
    for (index, range) in ranges.iter().enumerate() {
        if ranges[..index].iter().any(|other| range.start < other.end && other.start < range.end) {
            return Err(argument_invalid("two buffers share memory"));
        }
    }
    with_core(handle, |open| {
        open.buffers = Some(Buffers { input, output, answer, places });
        Ok(())
    })
}

/// Executes the commands in `input[from..to]` and releases what may leave into the output buffer.
///
/// Returns the bytes released, or the reject code of the first command that was not executed,
/// negative; the status array holds the details of both. `time_us` is the caller's clock, if
/// chosen.
/// Errors: `argument_invalid`, `core_not_open`, and the faults of `runtime::Core::submit`.
#[napi]
pub fn submit(handle: u32, from: u32, to: u32, time_us: Option<f64>) -> Result<i32> {
    let time_ns = to_time_ns(time_us)?;
    with_buffers(handle, |core, views| {
        let Some(records) = views.input.get(from as usize..to as usize) else {
            let length = views.input.len();
            return Err(argument_invalid(format!("{from} to {to} is not within {length} bytes")));
        };
        let submitted = core.submit(records, time_ns, views.output).map_err(from_fault)?;
        Ok(note_submitted(submitted, views))
    })
}

/// Releases what may leave into the output buffer and returns its bytes.
///
/// Errors: `core_not_open`, `argument_invalid`, and the faults of `runtime::Core::read`.
#[napi]
pub fn read(handle: u32) -> Result<i32> {
    with_buffers(handle, |core, views| {
        let released = core.read(views.output).map_err(from_fault)?;
        Ok(note_released(released, views))
    })
}

/// Answers the query at the start of the answer buffer, over it. A size above that of the buffer
/// means nothing was written: ask again with a larger one.
///
/// Errors: `core_not_open`, `argument_invalid`.
#[napi]
pub fn query(handle: u32) -> Result<u32> {
    with_buffers(handle, |core, views| {
        let mut query = [0; QUERY_BYTES];
        query.copy_from_slice(&views.answer[..QUERY_BYTES]);
        core.query(&query, views.answer).map(|bytes| bytes as u32).map_err(from_fault)
    })
}

/// Journals a `Clock` if the engine waits for one, and what is left of a backlog; to be called
/// about once a second. Returns as `submit`.
///
/// Errors: as `submit`.
#[napi]
pub fn tick(handle: u32, time_us: Option<f64>) -> Result<i32> {
    let time_ns = to_time_ns(time_us)?;
    with_buffers(handle, |core, views| {
        let submitted = core.tick(time_ns, views.output).map_err(from_fault)?;
        Ok(note_submitted(submitted, views))
    })
}

/// Fills the status array.
///
/// Errors: `core_not_open`, `argument_invalid`.
#[napi]
pub fn status(handle: u32) -> Result<()> {
    with_buffers(handle, |core, views| {
        write_status(&core.status(), views.places);
        Ok(())
    })
}

/// The gravest fault in force, if the status array says that there is one.
///
/// Errors: `core_not_open`.
#[napi]
pub fn fault(handle: u32) -> Result<Option<AddonFault>> {
    with_core(handle, |open| Ok(open.core.status().fault.as_ref().map(to_addon_fault)))
}

/// The state hash at the last command executed, in 16 hex digits.
///
/// Errors: `core_not_open`.
#[napi]
pub fn state_hash(handle: u32) -> Result<String> {
    with_core(handle, |open| Ok(format!("{:016x}", open.core.state_hash())))
}

/// Believes the system clock after a jump.
///
/// Errors: `core_not_open`.
#[napi]
pub fn confirm_clock(handle: u32) -> Result<()> {
    with_core(handle, |open| {
        open.core.confirm_clock();
        Ok(())
    })
}

/// Asks for a snapshot in the background.
///
/// Errors: `core_not_open`, and the fault that ended the journal.
#[napi]
pub fn request_snapshot(handle: u32) -> Result<()> {
    with_core(handle, |open| open.core.request_snapshot().map_err(from_fault))
}

/// Waits until everything executed can be read.
///
/// Errors: `core_not_open`, and the fault that ended the journal.
#[napi]
pub fn drain(handle: u32) -> Result<()> {
    with_core(handle, |open| open.core.drain().map_err(from_fault))
}

/// Keeps what is needed to execute again what follows `sequence`.
///
/// Errors: `core_not_open`, `argument_invalid`.
#[napi]
pub fn hold_journal(handle: u32, sequence: f64) -> Result<()> {
    let sequence = to_sequence(sequence)?;
    with_core(handle, |open| {
        open.core.hold_journal(sequence);
        Ok(())
    })
}

/// Syncs the journal, writes a snapshot and closes the core with its re-executions; the handle is
/// no longer valid, whatever comes of it.
///
/// Errors: `core_not_open`, and the fault that ended the journal.
#[napi]
pub fn stop(handle: u32) -> Result<AddonStopReport> {
    let taken = CORES.with(|cores| cores.borrow_mut().get_mut(handle as usize)?.take());
    let OpenCore { core, reexecutions, .. } = taken.ok_or_else(|| not_open(handle))?;
    drop(reexecutions);
    core.stop().map(from_stop_report).map_err(from_fault)
}

/// Checks a data directory that no process serves: every file, every state hash, every balance.
///
/// Errors: `data_directory_locked`, `disk_operation_failed`; what is wrong with the venue is in the
/// report.
#[napi]
pub fn journal_verify(data_directory: String) -> Result<AddonVerifyReport> {
    let environment = Environment::system();
    let report = inspect::verify(&environment, Path::new(&data_directory), BEHAVIOUR_VERSION);
    report.map(|report| from_verify_report(&report)).map_err(from_fault)
}

/// Gives the journal's entries that hold the sequences `from` to `to` to `write`, as text in parts
/// of any length.
///
/// Errors: `argument_invalid`, `write_failed` when `write` throws, and what is wrong with a file,
/// after everything in front of it.
#[napi(strict)]
pub fn journal_dump(
    data_directory: String,
    from: f64,
    to: f64,
    write: Function<'_, String, ()>,
) -> Result<()> {
    let (from, to) = (to_sequence(from)?, to_sequence(to)?);
    let mut sink = TextSink { write, text: String::new(), failure: None };
    let environment = Environment::system();
    let dumped = inspect::dump(&environment, Path::new(&data_directory), (from, to), &mut sink);
    sink.pass_on();
    match sink.failure {
        Some(reason) => Err(Error::new("write_failed", reason)),
        None => dumped.map_err(from_fault),
    }
}

/// A JavaScript function as a place to write text to. After it threw it is not called again.
struct TextSink<'a> {
    write: Function<'a, String, ()>,
    text: String,
    failure: Option<String>,
}

impl TextSink<'_> {
    fn pass_on(&mut self) {
        if self.failure.is_none() && !self.text.is_empty() {
            let called = self.write.call(std::mem::take(&mut self.text));
            self.failure = called.err().map(|error| error.reason.clone());
        }
    }
}

impl Write for TextSink<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.text.push_str(&String::from_utf8_lossy(bytes));
        if self.text.len() >= DUMP_BYTES {
            self.pass_on();
        }
        match &self.failure {
            Some(reason) => Err(io::Error::other(reason.clone())),
            None => Ok(bytes.len()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A Worker that ends takes its addon state along, and a second thread would race the first.
fn refuse_worker(env: &Env) -> Result<()> {
    // Other hosts have no such word; their Workers are not this product's.
    let is_main = || -> napi::Result<bool> {
        let bun: Object<'_> = env.get_global()?.get_named_property("Bun")?;
        bun.get_named_property("isMainThread")
    };
    if is_main().unwrap_or(true) {
        return Ok(());
    }
    Err(Error::new("worker_refused", "The core opens on the main thread only".to_owned()))
}

fn to_sequence(value: f64) -> Result<u64> {
    to_count(value).ok_or_else(|| argument_invalid(format!("{value} is no sequence")))
}

fn to_time_ns(time_us: Option<f64>) -> Result<Option<u64>> {
    let Some(time_us) = time_us else { return Ok(None) };
    let count = to_count(time_us);
    let time_ns = count.and_then(|count| count.checked_mul(1_000));
    match time_ns {
        Some(time_ns) => Ok(Some(time_ns)),
        None => Err(argument_invalid(format!("{time_us} is no time in microseconds"))),
    }
}

fn note_released(released: Released, views: Views<'_>) -> i32 {
    if let Some(gate) = views.gate {
        gate.deliver(&mut views.output[..released.bytes]);
    }
    tell_released(released, views.places)
}

fn note_submitted(submitted: Submitted, views: Views<'_>) -> i32 {
    views.places[place::COMMANDS] = f64::from(submitted.commands);
    let bytes = note_released(submitted.released, views);
    submitted.refusal.map_or(bytes, |code| -(code as i32))
}

fn tell_released(released: Released, places: &mut [f64]) -> i32 {
    places[place::RELEASED_BYTES] = released.bytes as f64;
    places[place::HAS_MORE] = f64::from(u8::from(released.more));
    places[place::NEEDED_BYTES] = released.needed_bytes as f64;
    released.bytes as i32
}

/// Calls JavaScript from the journal's thread, with at most one call under way.
struct Doorbell {
    function: ThreadsafeFunction<(), (), (), NapiStatus, false>,
    is_rung: Arc<AtomicBool>,
}

impl Doorbell {
    fn new(function: &Function<'_, (), ()>) -> Result<Doorbell> {
        let is_rung = Arc::new(AtomicBool::new(false));
        let theirs = Arc::clone(&is_rung);
        // Cleared before JavaScript reads, on its thread: what is published after that rings anew,
        // what was published before that is read.
        let answered = move |_| {
            theirs.store(false, Ordering::SeqCst);
            Ok(())
        };
        let built = function.build_threadsafe_function().callee_handled::<false>();
        let function = built
            .build_callback(answered)
            .map_err(|error| Error::new("doorbell_failed", error.reason.clone()))?;
        Ok(Doorbell { function, is_rung })
    }

    fn ring(&self) {
        if !self.is_rung.swap(true, Ordering::SeqCst) {
            self.function.call((), ThreadsafeFunctionCallMode::NonBlocking);
        }
    }
}

/// Ends the process at once: no exit handler may delay it while JavaScript still answers clients.
fn exit_on(fault: &Fault) {
    unsafe extern "C" {
        safe fn _exit(code: std::ffi::c_int) -> !;
    }
    // Not `eprintln`, which panics when the log is on the disk that failed.
    let _ = io::stderr().write_all(format!("openbell: fatal: {fault}\n").as_bytes());
    _exit(EXIT_FATAL)
}
