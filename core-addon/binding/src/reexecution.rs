//! Re-executions of a core, by id: started, read chunk by chunk, closed.

use std::collections::BTreeMap;

use napi::Error;
use napi::bindgen_prelude::Uint8Array;
use napi_derive::napi;
use runtime::{Reexecuted, Reexecution};

use crate::convert::{Result, from_fault};
use crate::{CORES, to_sequence, with_core};

/// Most runs of one core at once: more than a venue has stages, and each has an engine and a
/// segment in memory.
const RUNS_MAX: usize = 8;

/// The open runs of one core; they end with it.
#[derive(Default)]
pub struct Reexecutions {
    open: BTreeMap<u32, Run>,
    /// Ids are never reused.
    next_id: u32,
}

struct Run {
    reexecution: Reexecution,
    /// It did not fit into the buffer of the last read.
    chunk: Option<Vec<u8>>,
}

/// Executes again in the background what follows `after`, and returns the id of the run.
///
/// Errors: `core_not_open`, `argument_invalid`, `reexecution_limit_reached`, and the faults of
/// `runtime::Core::reexecute`.
#[napi]
pub fn reexecute(handle: u32, after: f64) -> Result<u32> {
    let after = to_sequence(after)?;
    with_core(handle, |core| {
        let runs = &mut core.reexecutions;
        if runs.open.len() == RUNS_MAX {
            let reason = format!("{RUNS_MAX} re-executions are open");
            return Err(Error::new("reexecution_limit_reached", reason));
        }
        let reexecution = core.core.reexecute(after).map_err(from_fault)?;
        let id = runs.next_id;
        runs.next_id += 1;
        runs.open.insert(id, Run { reexecution, chunk: None });
        Ok(id)
    })
}

/// Writes the next transactions of a run into `chunk` and returns their bytes: 0 none yet, -1 there
/// are no more. A size above that of `chunk` means nothing was written: ask again with a larger
/// one. Never waits.
///
/// Errors: `core_not_open`, `reexecution_not_open`, and the faults of
/// `runtime::Reexecution::read`.
#[napi]
pub fn read_reexecution(handle: u32, id: u32, mut chunk: Uint8Array) -> Result<i32> {
    with_core(handle, |core| {
        let bytes = match next_chunk(&mut core.reexecutions, id)? {
            Reexecuted::Transactions(bytes) => bytes,
            Reexecuted::NotYet => return Ok(0),
            Reexecuted::End => return Ok(-1),
        };
        let length = bytes.len() as i32;
        // SAFETY: JavaScript does not run during a call, and nothing else has this memory.
        match unsafe { chunk.as_mut() }.get_mut(..bytes.len()) {
            Some(room) => room.copy_from_slice(&bytes),
            None => run_of(&mut core.reexecutions, id)?.chunk = Some(bytes),
        }
        Ok(length)
    })
}

/// What a run has next; never waits.
///
/// Errors: `reexecution_not_open`, and the faults of `runtime::Reexecution::read`.
pub fn next_chunk(runs: &mut Reexecutions, id: u32) -> Result<Reexecuted> {
    let run = run_of(runs, id)?;
    match run.chunk.take() {
        Some(bytes) => Ok(Reexecuted::Transactions(bytes)),
        None => run.reexecution.read().map_err(from_fault),
    }
}

fn run_of(runs: &mut Reexecutions, id: u32) -> Result<&mut Run> {
    let reason = || format!("No open re-execution has the id {id}");
    runs.open.get_mut(&id).ok_or_else(|| Error::new("reexecution_not_open", reason()))
}

/// Ends a run; one that is not open is closed already.
#[napi]
pub fn close_reexecution(handle: u32, id: u32) {
    CORES.with(|cores| {
        let mut cores = cores.borrow_mut();
        let open = cores.get_mut(handle as usize).and_then(Option::as_mut);
        open.and_then(|open| open.reexecutions.open.remove(&id));
    });
}
