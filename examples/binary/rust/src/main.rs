//! Trades over the binary protocol, and misses nothing when a connection or the venue breaks:
//! `cargo run -- PORT KEY SESSION [NEXT_NUMBER]`, then `buy|sell INSTRUMENT LOTS TICKS` or
//! `cancel ORDER_ID` on standard input.

use std::io::{Read, Result, Write, stdin};
use std::time::{Duration, SystemTime};
use std::{env, net::TcpStream, process::exit, sync::Mutex, thread};

#[allow(warnings)]
mod schema {
    include!("../generated/order-entry_generated.rs");
}
use schema::openbell::order_entry::*;

const HEARTBEAT: Duration = Duration::from_secs(1);
/// Once it is logged in.
static SOCKET: Mutex<Option<TcpStream>> = Mutex::new(None);

fn frame(body: ClientBodyT) -> Vec<u8> {
    let mut builder = flatbuffers::FlatBufferBuilder::new();
    let message = ClientMessageT { body }.pack(&mut builder);
    builder.finish_size_prefixed(message, None);
    builder.finished_data().to_vec()
}

/// Waits until there is a connection. That it broke is noticed where it is read.
fn send(body: ClientBodyT) {
    while SOCKET.lock().unwrap().is_none() {
        thread::sleep(HEARTBEAT / 10);
    }
    let connection = SOCKET.lock().unwrap();
    let _ = connection.as_ref().map(|mut socket| socket.write_all(&frame(body)));
}

fn to_request(line: &str, reference: u64) -> ClientBodyT {
    let words: Vec<&str> = line.split(' ').collect();
    let number = |at: usize| words[at].parse::<i64>().expect("a number");
    if words[0] == "cancel" {
        let order_id = number(1) as u64;
        let cancel = CancelOrderT { order_id, request_ref: reference, ..Default::default() };
        return ClientBodyT::CancelOrder(cancel.into());
    }
    let mut order = NewOrderT { client_ref: reference, ..Default::default() };
    order.side = if words[0] == "buy" { Side::Buy } else { Side::Sell };
    (order.order_type, order.time_in_force) = (OrderType::Limit, TimeInForce::Gtc);
    (order.instrument, order.quantity, order.price) = (number(1) as u32, number(2), number(3));
    ClientBodyT::NewOrder(order.into())
}

/// Until the connection breaks. What `login` asks for next moves on with what came.
fn hear(port: &str, login: &mut LoginT) -> Result<()> {
    let mut socket = TcpStream::connect(format!("127.0.0.1:{port}"))?;
    socket.set_read_timeout(Some(5 * HEARTBEAT))?;
    socket.write_all(&frame(ClientBodyT::Login(login.clone().into())))?;
    loop {
        let mut length = [0; 4];
        socket.read_exact(&mut length)?;
        let mut bytes = vec![0; u32::from_le_bytes(length) as usize];
        socket.read_exact(&mut bytes)?;
        let message = flatbuffers::root::<ServerMessage>(&bytes).expect("a message").unpack();
        login.next_number = login.next_number.max(message.number + 1);
        if !matches!(message.body, ServerBodyT::Heartbeat(_)) {
            println!("#{} {:?}", message.number, message.body);
        }
        match message.body {
            ServerBodyT::LoginAccepted(_) => *SOCKET.lock().unwrap() = Some(socket.try_clone()?),
            ServerBodyT::LoginRejected(_) => exit(1),
            ServerBodyT::EndOfSession(end) if end.reason != EndReason::VenueStopping => exit(0),
            _ => {}
        }
    }
}

fn main() {
    let [port, token, session_name] = [1, 2, 3].map(|at| env::args().nth(at).expect("an argument"));
    let mut login = LoginT { version: 1, token, session_name, ..Default::default() };
    login.next_number = env::args().nth(4).map_or(1, |text| text.parse().expect("a number"));
    (login.heartbeat_ms, login.take_over) = (HEARTBEAT.as_millis() as u32, true);
    thread::spawn(move || {
        loop {
            let _ = hear(&port, &mut login);
            *SOCKET.lock().unwrap() = None;
            thread::sleep(HEARTBEAT / 5);
        }
    });
    thread::spawn(|| {
        loop {
            send(ClientBodyT::Heartbeat(Default::default()));
            thread::sleep(HEARTBEAT / 2);
        }
    });
    let mut reference = SystemTime::UNIX_EPOCH.elapsed().unwrap().as_micros() as u64; // a new one
    for line in stdin().lines().map_while(Result::ok) {
        reference += 1;
        send(to_request(&line, reference));
    }
    send(ClientBodyT::Logout(Default::default()));
    thread::park();
}
