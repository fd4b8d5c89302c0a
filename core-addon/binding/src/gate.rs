//! The gate of the binary port, by the handle of its core: chunks of sockets in, frames for sockets
//! out, and the commands between them, which JavaScript never sees.

use napi::Error;
use napi::bindgen_prelude::{Float64Array, Uint8Array, Uint32Array};
use napi_derive::napi;
use runtime::record::slice_to_bytes;
use runtime::{Reexecuted, Released};
use wire::{Bounds, Gate, LogIn, LoggedIn, Position, Progress, SessionSpec, Statistics, Waits};

use crate::convert::{Result, argument_invalid, from_fault, place};
use crate::reexecution::next_chunk;
use crate::{Buffers, OpenCore, tell_released, to_sequence, to_time_ns, with_core};

/// Columns of a row of the table that `gate_outputs` fills: connection, flags, and where its bytes
/// lie in the outgoing buffer; then a place for how many of them the socket took.
const COLUMNS: usize = 5;
/// Beside those of `wire::flag`: the connection has more than fitted.
const FLAG_MORE: u32 = 1 << 7;

/// The gate of one core, and the memory that it shares with JavaScript beside the core's.
pub struct OpenGate {
    gate: Gate,
    outgoing: Uint8Array,
    table: Uint32Array,
    /// Whose socket is full, by connection: nothing is copied for it until it drains.
    is_full: Vec<bool>,
}

impl OpenGate {
    /// Takes note of what is about to leave the core, and marks what answers the gate's commands.
    pub fn deliver(&mut self, released: &mut [u8]) {
        self.gate.deliver(released);
    }

    /// The socket of a connection took so many bytes of those that it was offered.
    fn sent(&mut self, connection: u32, offered: usize, taken: usize) {
        self.gate.sent(connection, taken);
        self.is_full[connection as usize] = taken < offered;
    }
}

fn with_gate<T>(handle: u32, call: impl FnOnce(&mut OpenGate) -> Result<T>) -> Result<T> {
    with_core(handle, |open| call(gate_of(&mut open.gate)?))
}

/// The gate of a connection. One that is not connected is the caller's defect, and ends only what
/// the caller was about: a panic would end the venue.
fn with_connection<T>(
    handle: u32,
    connection: u32,
    call: impl FnOnce(&mut OpenGate) -> Result<T>,
) -> Result<T> {
    with_gate(handle, |open| {
        refuse_unknown(open, connection)?;
        call(open)
    })
}

fn refuse_unknown(open: &OpenGate, connection: u32) -> Result<()> {
    if open.gate.is_connected(connection) {
        return Ok(());
    }
    Err(argument_invalid(format!("connection {connection} is not connected")))
}

fn gate_of(gate: &mut Option<Box<OpenGate>>) -> Result<&mut OpenGate> {
    let not_open = || Error::new("gate_not_open", "This core has no gate".to_owned());
    gate.as_deref_mut().ok_or_else(not_open)
}

fn places_of(buffers: &mut Option<Buffers>) -> Result<&mut Float64Array> {
    let Some(buffers) = buffers else {
        return Err(argument_invalid("attach buffers before this call"));
    };
    Ok(&mut buffers.places)
}

/// Makes the gate of a core. `outgoing` takes frames for sockets, `table` tells which bytes of it
/// are whose. They must not be detached or resized.
///
/// Errors: `core_not_open`, `argument_invalid`.
#[napi]
pub fn gate_open(handle: u32, outgoing: Uint8Array, table: Uint32Array) -> Result<()> {
    if outgoing.is_empty() || table.len() < COLUMNS {
        return Err(argument_invalid("the gate's buffers are empty"));
    }
    with_core(handle, |open| {
        let gate = Gate::new(Bounds::DEFAULT);
        let is_full = Vec::new();
        open.gate = Some(Box::new(OpenGate { gate, outgoing, table, is_full }));
        Ok(())
    })
}

/// A socket connected. False: there are too many. Errors: `core_not_open`, `gate_not_open`.
#[napi]
pub fn gate_connect(handle: u32, connection: u32) -> Result<bool> {
    with_gate(handle, |open| {
        let is_connected = open.gate.connect(connection);
        if is_connected && open.is_full.len() <= connection as usize {
            open.is_full.resize(connection as usize + 1, false);
        }
        Ok(is_connected)
    })
}

/// A socket is gone. Errors: as `gate_receive`.
#[napi]
pub fn gate_disconnect(handle: u32, connection: u32) -> Result<()> {
    with_connection(handle, connection, |open| {
        open.gate.disconnect(connection);
        open.is_full[connection as usize] = false;
        Ok(())
    })
}

/// Reads what a socket brought: orders go into the gate's batch. Returns the flags of `wire::flag`;
/// what was used of `requests` and `cancels` is in the status array, where it is told how long to
/// wait for more.
///
/// Errors: `core_not_open`, `gate_not_open`, `argument_invalid`.
#[napi]
pub fn gate_receive(
    handle: u32,
    connection: u32,
    chunk: &[u8],
    requests: u32,
    cancels: u32,
) -> Result<u32> {
    with_core(handle, |open| {
        let OpenCore { gate, buffers, .. } = open;
        let gate = gate_of(gate)?;
        refuse_unknown(gate, connection)?;
        // SAFETY: as in `with_buffers`.
        let places = unsafe { places_of(buffers)?.as_mut() };
        // What is no u32 becomes the nearest.
        gate.gate.set_waits(Waits {
            request_ms: places[place::REQUEST_WAIT_MS] as u32,
            cancel_ms: places[place::CANCEL_WAIT_MS] as u32,
        });
        let received = gate.gate.receive(connection, chunk, requests, cancels);
        places[place::REQUESTS_USED] = f64::from(received.requests_used);
        places[place::CANCELS_USED] = f64::from(received.cancels_used);
        Ok(received.flags)
    })
}

/// Writes the next message that is JavaScript's to answer over the answer buffer. Returns its
/// length, or -1 when there is none.
///
/// Errors: `core_not_open`, `gate_not_open`, `argument_invalid`.
#[napi]
pub fn gate_next_control(handle: u32, connection: u32) -> Result<i32> {
    with_core(handle, |open| {
        let Some(buffers) = &mut open.buffers else {
            return Err(argument_invalid("attach buffers before this call"));
        };
        // SAFETY: as in `with_buffers`.
        let answer = unsafe { buffers.answer.as_mut() };
        let gate = gate_of(&mut open.gate)?;
        refuse_unknown(gate, connection)?;
        let length = gate.gate.next_control(connection, answer);
        Ok(length.map_or(-1, |length| length as i32))
    })
}

/// Why a connection is to be closed, by its stable name. Errors: as `gate_receive`.
#[napi]
pub fn gate_close_reason(handle: u32, connection: u32) -> Result<&'static str> {
    with_connection(handle, connection, |open| Ok(open.gate.close_reason(connection).name()))
}

/// Opens the numbered stream of an account under a name: a new one, or one as it was at a stored
/// position, which is in the status array. Returns its slot, or -1 when there are too many.
///
/// Errors: `core_not_open`, `gate_not_open`, `argument_invalid`.
#[napi]
pub fn gate_open_session(
    handle: u32,
    account: u32,
    engine_name: String,
    balance_updates: bool,
    increasing_refs: bool,
) -> Result<i32> {
    with_core(handle, |open| {
        let OpenCore { gate, buffers, .. } = open;
        // SAFETY: as in `with_buffers`.
        let position = to_position(unsafe { places_of(buffers)?.as_mut() })?;
        let engine_name = engine_name.as_bytes();
        let spec = SessionSpec { account, engine_name, balance_updates, increasing_refs, position };
        let session = gate_of(gate)?.gate.open_session(&spec);
        Ok(session.map_or(-1, |session| session as i32))
    })
}

/// Forgets a numbered stream. False: somebody is connected to it, or a command of it has no answer
/// yet.
///
/// Errors: `core_not_open`, `gate_not_open`.
#[napi]
pub fn gate_close_session(handle: u32, session: u32) -> Result<bool> {
    with_gate(handle, |open| {
        let is_idle = open.gate.is_idle(session);
        if is_idle {
            open.gate.close_session(session);
        }
        Ok(is_idle)
    })
}

/// Joins a connection and a numbered stream. Returns 0 it is ready to go live, 1 it must be
/// brought up by a replay, 2 `next_number` was never given; the status array has the next number
/// and the last `client_ref`.
///
/// Errors: `core_not_open`, `gate_not_open`, `argument_invalid`.
#[napi]
pub fn gate_log_in(
    handle: u32,
    connection: u32,
    session: u32,
    may_trade: bool,
    cancel_on_disconnect: bool,
    next_number: f64,
) -> Result<u32> {
    let next_number = to_sequence(next_number)?;
    let login = LogIn { may_trade, cancel_on_disconnect, next_number };
    with_core(handle, |open| {
        let OpenCore { gate, buffers, .. } = open;
        let open_gate = gate_of(gate)?;
        refuse_unknown(open_gate, connection)?;
        let gate = &mut open_gate.gate;
        let (kind, next_number) = match gate.log_in(connection, session, &login) {
            LoggedIn::Ready { next_number } => (0, next_number),
            LoggedIn::NeedsReplay { next_number, .. } => (1, next_number),
            LoggedIn::Ahead { next_number } => (2, next_number),
        };
        // SAFETY: as in `with_buffers`.
        let places = unsafe { places_of(buffers)?.as_mut() };
        places[place::NUMBER] = next_number as f64;
        places[place::CLIENT_REF] = gate.last_client_ref(session) as f64;
        Ok(kind)
    })
}

/// What the connection is owed follows what was sent. Errors: as `gate_receive`.
#[napi]
pub fn gate_go_live(handle: u32, connection: u32) -> Result<bool> {
    with_connection(handle, connection, |open| Ok(open.gate.go_live(connection)))
}

/// The connection leaves its stream, and nothing that it sends is read any more; what it was sent
/// still goes out. Errors: as `gate_receive`.
#[napi]
pub fn gate_end(handle: u32, connection: u32) -> Result<()> {
    with_connection(handle, connection, |open| {
        open.gate.end(connection);
        Ok(())
    })
}

/// Executes the gate's batch and releases what may leave into the output buffer. Returns the bytes
/// released. What the core refuses, the gate answers.
///
/// Order: after the batch of JavaScript. A full output buffer ends it early: `read`, and call it
/// again. Errors: `core_not_open`, `gate_not_open`, and the faults of `runtime::Core::submit`.
#[napi]
pub fn gate_submit(handle: u32, time_us: Option<f64>) -> Result<i32> {
    let time_ns = to_time_ns(time_us)?;
    with_core(handle, |open| {
        let OpenCore { core, gate, buffers, .. } = open;
        let OpenGate { gate, .. } = gate_of(gate)?;
        let Some(buffers) = buffers else {
            return Err(argument_invalid("attach buffers before this call"));
        };
        // SAFETY: as in `with_buffers`.
        let (output, places) = unsafe { (buffers.output.as_mut(), buffers.places.as_mut()) };
        let mut released = Released::default();
        while !gate.batch().is_empty() && !released.more {
            let first = core.executed_sequence() + 1;
            let room = &mut output[released.bytes..];
            let records = slice_to_bytes(gate.batch());
            let submitted = core.submit(records, time_ns, room).map_err(from_fault)?;
            let last = core.executed_sequence();
            let refusal = submitted.refusal.map_or(0, |code| code as u16);
            gate.clear_batch(submitted.commands as usize, first, last, refusal);
            let Released { bytes, more, needed_bytes } = submitted.released;
            gate.deliver(&mut room[..bytes]);
            // What did not fit behind something may well fit alone.
            let needed_bytes = if released.bytes == 0 { needed_bytes } else { 0 };
            released = Released { bytes: released.bytes + bytes, more, needed_bytes };
        }
        Ok(tell_released(released, places))
    })
}

/// The last transaction that is in the streams. Errors: `core_not_open`, `gate_not_open`.
#[napi]
pub fn gate_delivered(handle: u32) -> Result<f64> {
    with_gate(handle, |open| Ok(open.gate.delivered() as f64))
}

/// Says up to where nobody is owed anything. Errors: `core_not_open`, `gate_not_open`.
#[napi]
pub fn gate_set_delivered(handle: u32, sequence: f64) -> Result<()> {
    let sequence = to_sequence(sequence)?;
    with_gate(handle, |open| {
        open.gate.set_delivered(sequence);
        Ok(())
    })
}

/// Gives the next transactions of a re-execution to all streams, before anything else is delivered.
/// Returns their bytes: 0 none yet, -1 there are no more.
///
/// Errors: as `read_reexecution`, `gate_not_open`.
#[napi]
pub fn gate_catch_up(handle: u32, reexecution: u32) -> Result<i32> {
    with_core(handle, |open| {
        let chunk = next_chunk(&mut open.reexecutions, reexecution)?;
        let gate = gate_of(&mut open.gate)?;
        Ok(match chunk {
            Reexecuted::Transactions(mut bytes) => {
                gate.deliver(&mut bytes);
                bytes.len() as i32
            }
            Reexecuted::NotYet => 0,
            Reexecuted::End => -1,
        })
    })
}

/// Tells one connection what the next transactions of a re-execution brought its stream. The status
/// array has the position that they follow, and afterwards the next one. Returns 2 when the
/// connection is live, 1 more are to come, 0 none yet, -1 there are no more.
///
/// Errors: as `read_reexecution`, `gate_not_open`, `argument_invalid`.
#[napi]
pub fn gate_replay(handle: u32, reexecution: u32, connection: u32) -> Result<i32> {
    with_core(handle, |open| {
        let OpenCore { gate, buffers, reexecutions, .. } = open;
        let gate = gate_of(gate)?;
        refuse_unknown(gate, connection)?;
        // SAFETY: as in `with_buffers`.
        let places = unsafe { places_of(buffers)?.as_mut() };
        let bytes = match next_chunk(reexecutions, reexecution)? {
            Reexecuted::Transactions(bytes) => bytes,
            Reexecuted::NotYet => return Ok(0),
            Reexecuted::End => return Ok(-1),
        };
        replay(&mut gate.gate, connection, &bytes, places)
    })
}

/// As `gate_replay`, out of transactions that JavaScript has kept. Returns 2 when the connection is
/// live, 1 more are to come.
///
/// Errors: `core_not_open`, `gate_not_open`, `argument_invalid`.
#[napi]
pub fn gate_replay_bytes(handle: u32, connection: u32, transactions: &[u8]) -> Result<i32> {
    with_core(handle, |open| {
        let gate = gate_of(&mut open.gate)?;
        refuse_unknown(gate, connection)?;
        // SAFETY: as in `with_buffers`.
        let places = unsafe { places_of(&mut open.buffers)?.as_mut() };
        replay(&mut gate.gate, connection, transactions, places)
    })
}

/// Returns 2 when the connection is live, else 1.
fn replay(gate: &mut Gate, connection: u32, bytes: &[u8], places: &mut [f64]) -> Result<i32> {
    let mut position = to_position(places)?;
    let is_live = gate.replay(connection, &mut position, bytes);
    note_position(&position, places);
    Ok(if is_live { 2 } else { 1 })
}

/// Writes where a stream is into the status array. Errors: `core_not_open`, `gate_not_open`,
/// `argument_invalid`.
#[napi]
pub fn gate_position(handle: u32, session: u32) -> Result<()> {
    with_core(handle, |open| {
        let position = gate_of(&mut open.gate)?.gate.position(session);
        // SAFETY: as in `with_buffers`.
        note_position(&position, unsafe { places_of(&mut open.buffers)?.as_mut() });
        Ok(())
    })
}

/// Adds a whole frame behind what a connection is owed. Errors: as `gate_receive`.
#[napi]
pub fn gate_send(handle: u32, connection: u32, frame: &[u8]) -> Result<()> {
    with_connection(handle, connection, |open| {
        open.gate.send(connection, frame);
        Ok(())
    })
}

/// Copies what connections have for their sockets, and tells in the table which bytes are whose.
/// Returns the number of rows; a full table may not be all.
///
/// Order: `gate_settle` before the next call. Errors: `core_not_open`, `gate_not_open`.
#[napi]
pub fn gate_outputs(handle: u32) -> Result<u32> {
    with_gate(handle, |open| {
        let OpenGate { gate, outgoing, table, is_full } = open;
        // SAFETY: JavaScript does not run during a call, and the references keep the memory.
        let (outgoing, table) = unsafe { (outgoing.as_mut(), table.as_mut()) };
        let (mut rows, mut end) = (0, 0);
        for row in table.chunks_exact_mut(COLUMNS) {
            let Some((connection, flags)) = gate.next_dirty() else { break };
            let offered = if is_full[connection as usize] { &[] } else { gate.output(connection) };
            let (length, more) = copy(offered, &mut outgoing[end..]);
            row.copy_from_slice(&[connection, flags | more, end as u32, length as u32, 0]);
            end += length;
            rows += 1;
        }
        Ok(rows)
    })
}

/// Takes what the sockets took of the rows that `gate_outputs` gave.
///
/// Errors: `core_not_open`, `gate_not_open`.
#[napi]
pub fn gate_settle(handle: u32, rows: u32) -> Result<()> {
    with_gate(handle, |open| {
        for index in 0..rows as usize {
            let row = &open.table[index * COLUMNS..(index + 1) * COLUMNS];
            let (connection, offered, taken) = (row[0], row[3] as usize, row[4] as usize);
            if offered > 0 {
                open.sent(connection, offered, taken);
            }
        }
        Ok(())
    })
}

/// Copies what one connection has for its socket to the start of the outgoing buffer, and returns
/// its length. Errors: as `gate_receive`.
#[napi]
pub fn gate_output(handle: u32, connection: u32) -> Result<u32> {
    with_connection(handle, connection, |open| {
        // SAFETY: as in `gate_outputs`.
        let outgoing = unsafe { open.outgoing.as_mut() };
        Ok(copy(open.gate.output(connection), outgoing).0 as u32)
    })
}

/// Takes what the socket took of so many bytes. Errors: as `gate_receive`.
#[napi]
pub fn gate_sent(handle: u32, connection: u32, offered: u32, taken: u32) -> Result<()> {
    with_connection(handle, connection, |open| {
        open.sent(connection, offered as usize, taken as usize);
        Ok(())
    })
}

/// What went through the gate since its start: bytes in, frames in, commands, malformed, rejected,
/// throttled, numbered frames. Errors: `core_not_open`, `gate_not_open`.
#[napi]
pub fn gate_statistics(handle: u32) -> Result<Vec<f64>> {
    with_gate(handle, |open| {
        let counts = open.gate.statistics();
        let Statistics { bytes_in, frames_in, commands, malformed, .. } = counts;
        let Statistics { rejected, throttled, numbered_out, .. } = counts;
        let all = [bytes_in, frames_in, commands, malformed, rejected, throttled, numbered_out];
        Ok(all.map(|count| count as f64).to_vec())
    })
}

/// Writes into the status array how far the commands have come: in the batch now; executed, and of
/// these answered, since the start. Errors: `core_not_open`, `gate_not_open`, `argument_invalid`.
#[napi]
pub fn gate_progress(handle: u32) -> Result<()> {
    with_core(handle, |open| {
        let Progress { waiting, executed, answered } = gate_of(&mut open.gate)?.gate.progress();
        // SAFETY: as in `with_buffers`.
        let places = unsafe { places_of(&mut open.buffers)?.as_mut() };
        places[place::WAITING] = waiting as f64;
        places[place::EXECUTED] = executed as f64;
        places[place::ANSWERED] = answered as f64;
        Ok(())
    })
}

/// As much as fits: its length, and the flag for the rest.
fn copy(output: &[u8], room: &mut [u8]) -> (usize, u32) {
    let length = output.len().min(room.len());
    room[..length].copy_from_slice(&output[..length]);
    (length, if length < output.len() { FLAG_MORE } else { 0 })
}

fn to_position(places: &[f64]) -> Result<Position> {
    Ok(Position {
        number: to_sequence(places[place::NUMBER])?,
        sequence: to_sequence(places[place::SEQUENCE])?,
        engine_session: to_sequence(places[place::ENGINE_SESSION])?,
        client_ref: to_sequence(places[place::CLIENT_REF])?,
    })
}

fn note_position(position: &Position, places: &mut [f64]) {
    places[place::NUMBER] = position.number as f64;
    places[place::SEQUENCE] = position.sequence as f64;
    places[place::ENGINE_SESSION] = position.engine_session as f64;
    places[place::CLIENT_REF] = position.client_ref as f64;
}
