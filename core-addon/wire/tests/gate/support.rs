//! A venue without disk or sockets: gate and engine, and clients that speak with generated code.

use engine::Engine;
use engine::change::ChangeWriter;
use engine::command::{Command, Opcode};
use flatbuffers::{FlatBufferBuilder, UnionWIPOffset, WIPOffset};
use wire::generated::{
    CancelOrder, CancelOrderArgs, ClientBody, ClientMessage, ClientMessageArgs, Heartbeat,
    HeartbeatArgs, Login, LoginArgs, MassCancel, MassCancelArgs, NewOrder, NewOrderArgs, OrderType,
    ReplaceOrder, ReplaceOrderArgs, ServerMessage, Side, TimeInForce,
};
use wire::{Bounds, Gate, LogIn, LoggedIn, Position, Received, SessionSpec, flag};

/// Funds of each account in both currencies.
const FUNDS: i128 = 1 << 60;
const TIME_NS: u64 = 1_700_000_000_000_000_000;

/// A frame of the union's member that `make` builds.
pub fn frame(
    kind: ClientBody,
    make: impl for<'a> FnOnce(&mut FlatBufferBuilder<'a>) -> WIPOffset<UnionWIPOffset>,
) -> Vec<u8> {
    let mut builder = FlatBufferBuilder::new();
    let body = make(&mut builder);
    let args = ClientMessageArgs { body_type: kind, body: Some(body) };
    let root = ClientMessage::create(&mut builder, &args);
    builder.finish_minimal(root);
    framed(builder.finished_data())
}

pub fn framed(body: &[u8]) -> Vec<u8> {
    [&(body.len() as u32).to_le_bytes()[..], body].concat()
}

pub fn login() -> Vec<u8> {
    frame(ClientBody::Login, |to| {
        let (token, name) = (to.create_string("ob_1_x"), to.create_string("main"));
        let args = LoginArgs {
            version: 1,
            token: Some(token),
            session_name: Some(name),
            ..Default::default()
        };
        Login::create(to, &args).as_union_value()
    })
}

pub fn heartbeat() -> Vec<u8> {
    frame(ClientBody::Heartbeat, |to| Heartbeat::create(to, &HeartbeatArgs {}).as_union_value())
}

/// A limit order, good till cancelled.
#[derive(Clone, Copy)]
pub struct Order<'a> {
    pub side: Side,
    pub price: i64,
    pub quantity: i64,
    pub time_in_force: TimeInForce,
    pub client_order_id: &'a str,
    pub client_ref: u64,
}

impl<'a> Order<'a> {
    pub fn limit(side: Side, quantity: i64, price: i64, client_ref: u64) -> Order<'a> {
        let time_in_force = TimeInForce::Gtc;
        Order { side, price, quantity, time_in_force, client_order_id: "", client_ref }
    }

    pub fn frame(&self) -> Vec<u8> {
        frame(ClientBody::NewOrder, |to| {
            let text = self.client_order_id;
            let id = (!text.is_empty()).then(|| to.create_string(text));
            let args = NewOrderArgs {
                instrument: 1,
                side: self.side,
                order_type: OrderType::Limit,
                time_in_force: self.time_in_force,
                price: self.price,
                quantity: self.quantity,
                client_order_id: id,
                client_ref: self.client_ref,
                ..Default::default()
            };
            NewOrder::create(to, &args).as_union_value()
        })
    }
}

pub fn cancel(client_ref: u64, request_ref: u64) -> Vec<u8> {
    frame(ClientBody::CancelOrder, |to| {
        let args = CancelOrderArgs { client_ref, request_ref, ..Default::default() };
        CancelOrder::create(to, &args).as_union_value()
    })
}

pub fn cancel_by_id(order_id: u64, request_ref: u64) -> Vec<u8> {
    frame(ClientBody::CancelOrder, |to| {
        let args = CancelOrderArgs { order_id, request_ref, ..Default::default() };
        CancelOrder::create(to, &args).as_union_value()
    })
}

pub fn replace(client_ref: u64, new_client_ref: u64, quantity: i64, price: i64) -> Vec<u8> {
    frame(ClientBody::ReplaceOrder, |to| {
        let args =
            ReplaceOrderArgs { client_ref, new_client_ref, quantity, price, ..Default::default() };
        ReplaceOrder::create(to, &args).as_union_value()
    })
}

pub fn mass_cancel(request_ref: u64) -> Vec<u8> {
    frame(ClientBody::MassCancel, |to| {
        let args = MassCancelArgs { request_ref, ..Default::default() };
        MassCancel::create(to, &args).as_union_value()
    })
}

/// The frames in `bytes`, without their lengths; each must pass the verifier.
pub fn messages(bytes: &[u8]) -> Vec<ServerMessage<'_>> {
    let mut rest = bytes;
    let mut found = Vec::new();
    while let Some((prefix, behind)) = rest.split_first_chunk() {
        let (body, next) = behind.split_at(u32::from_le_bytes(*prefix) as usize);
        found.push(flatbuffers::root::<ServerMessage>(body).expect("the venue's frames verify"));
        rest = next;
    }
    assert!(rest.is_empty(), "{} bytes are no frame", rest.len());
    found
}

/// Message kinds by name, for short expectations.
pub fn kinds(bytes: &[u8]) -> Vec<&'static str> {
    let name = |message: &ServerMessage| message.body_type().variant_name().expect("a known kind");
    messages(bytes).iter().map(name).collect()
}

pub struct Venue {
    pub gate: Gate,
    pub engine: Engine,
    changes: ChangeWriter,
    /// Every transaction since the start.
    pub log: Vec<u8>,
}

impl Venue {
    /// Accounts 3 and 4 with funds, one instrument.
    pub fn new(bounds: Bounds) -> Venue {
        let mut venue = Venue {
            gate: Gate::new(bounds),
            engine: Engine::new([1, 2]),
            changes: ChangeWriter::default(),
            log: Vec::new(),
        };
        for code in ["BTC", "USD"] {
            venue.execute(&Command::new(Opcode::CreateCurrency).with_text(code), None);
        }
        let mut instrument = Command::new(Opcode::CreateInstrument).with_text("BTC-USD");
        (instrument.account, instrument.instrument) = (1, 2);
        (instrument.price, instrument.quantity) = (1, 1);
        venue.execute(&instrument, None);
        let open = Command { instrument: 1, kind: 1, ..Command::new(Opcode::SetInstrumentState) };
        venue.execute(&open, None);
        for (account, name) in [(3, "A"), (4, "B")] {
            venue.execute(&Command::new(Opcode::CreateAccount).with_text(name), None);
            for currency in [1, 2] {
                let mut deposit = Command::new(Opcode::Deposit).with_amount(FUNDS);
                (deposit.account, deposit.instrument, deposit.session) = (account, currency, 3);
                venue.execute(&deposit.with_text(&format!("d{account}{currency}")), None);
            }
        }
        venue
    }

    /// Executes one command and delivers its transaction; returns its bytes.
    pub fn execute(&mut self, command: &Command, extension: Option<&Command>) -> Vec<u8> {
        let mut bytes = self.run(command, extension);
        self.gate.deliver(&mut bytes);
        bytes
    }

    /// Executes one command; nobody is told.
    fn run(&mut self, command: &Command, extension: Option<&Command>) -> Vec<u8> {
        self.changes.clear();
        let sequence = self.engine.sequence() + 1;
        self.engine.execute(sequence, TIME_NS, command, extension, &mut self.changes);
        let words = self.changes.words();
        let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
        self.log.extend_from_slice(&bytes);
        bytes
    }

    /// Executes the gate's batch and clears it; returns what was released.
    pub fn execute_batch(&mut self) -> Vec<u8> {
        let batch = self.gate.batch().to_vec();
        let mut records = batch.iter();
        let first = self.engine.sequence() + 1;
        let mut released = Vec::new();
        while let Some(command) = records.next() {
            let extension = if command.extensions > 0 { records.next() } else { None };
            released.extend(self.run(command, extension));
        }
        let last = self.engine.sequence();
        self.gate.clear_batch((last + 1 - first) as usize, first, last, 0);
        released
    }

    /// Executes the gate's batch and tells everybody.
    pub fn turn(&mut self) {
        let mut released = self.execute_batch();
        self.gate.deliver(&mut released);
        let mut at = 0;
        while let Some(length) = released[at..].first_chunk() {
            let is_marked = released[at + 3 * 8 + 3] & wire::TRANSACTION_GATE != 0;
            assert!(is_marked, "a client of the gate waits for it");
            at += u32::from_le_bytes(*length) as usize * 8;
        }
    }

    /// Opens an engine session and the gate's stream of it.
    pub fn open(&mut self, account: u32, name: &str, balance_updates: bool) -> u32 {
        self.open_stream(account, name, balance_updates, false)
    }

    /// As `open`, one in which `client_ref`s only rise.
    pub fn open_increasing(&mut self, account: u32, name: &str) -> u32 {
        self.open_stream(account, name, false, true)
    }

    fn open_stream(
        &mut self,
        account: u32,
        name: &str,
        balance_updates: bool,
        increasing_refs: bool,
    ) -> u32 {
        let engine_session = self.open_engine_session(account, name);
        let sequence = self.gate.delivered();
        let position = Position { sequence, engine_session, ..Position::default() };
        let engine_name = name.as_bytes();
        let spec = SessionSpec { account, engine_name, balance_updates, increasing_refs, position };
        self.gate.open_session(&spec).expect("there is room")
    }

    pub fn open_engine_session(&mut self, account: u32, name: &str) -> u64 {
        let opened = Command { account, ..Command::new(Opcode::SessionOpened) };
        let bytes = self.execute(&opened.with_text(name), None);
        u64::from_le_bytes(*bytes[4 * 8..].first_chunk().expect("a header"))
    }

    /// Connects, logs in and goes live from `next_number` on.
    pub fn join(&mut self, connection: u32, session: u32, next_number: u64) -> LoggedIn {
        assert!(self.gate.connect(connection));
        let received = self.send(connection, &login());
        assert_eq!(received.flags & flag::CONTROL, flag::CONTROL);
        assert!(self.gate.next_control(connection, &mut [0; 1 << 14]).is_some());
        let login = LogIn { may_trade: true, cancel_on_disconnect: false, next_number };
        let found = self.gate.log_in(connection, session, &login);
        if let LoggedIn::Ready { .. } = found {
            assert!(self.gate.go_live(connection));
        }
        found
    }

    /// Bytes of a client, as many allowed as there are.
    pub fn send(&mut self, connection: u32, bytes: &[u8]) -> Received {
        self.gate.receive(connection, bytes, 1 << 20, 1 << 20)
    }

    /// Bytes of a client, executed; returns what the connection got.
    pub fn ask(&mut self, connection: u32, bytes: &[u8]) -> Vec<u8> {
        self.send(connection, bytes);
        self.turn();
        self.take(connection)
    }

    /// Everything that a connection has not taken.
    pub fn take(&mut self, connection: u32) -> Vec<u8> {
        let bytes = self.gate.output(connection).to_vec();
        self.gate.sent(connection, bytes.len());
        bytes
    }
}
