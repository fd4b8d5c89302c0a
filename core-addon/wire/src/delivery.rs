//! The sessions' side of the gate: logins, what is released, and what is told again.

use engine::change::TRANSACTION_SYSTEM;
use engine::command::{Command, FLAG_CANCEL_ON_DISCONNECT, Opcode};
use engine::generated::reject_code::RejectCode;

use crate::connection::{Connections, Pause, State};
use crate::encode::{Ids, Refusal, body_of};
use crate::gate::{Gate, LogIn, LoggedIn, TRANSACTION_GATE};
use crate::owed::{self, Audience};
use crate::record::{FLAGS_BYTE, Transaction};
use crate::session::{NONE, Position, Session, SessionSpec, Sessions};
use crate::template::Frame;

impl Gate {
    /// Opens a session, a new one or one of an earlier process. Returns its slot; `None` at the
    /// bound. Bounds: a name of 1 to 64 bytes.
    ///
    /// A stored one comes up to date by `deliver` of what follows its position.
    pub fn open_session(&mut self, spec: &SessionSpec) -> Option<u32> {
        self.sessions.open(spec)
    }

    /// Forgets a session. Order: nobody is connected to it, and no command of it is under way.
    pub fn close_session(&mut self, session: u32) {
        self.sessions.close(session);
    }

    /// Whether `close_session` may be called.
    #[must_use]
    pub fn is_idle(&self, session: u32) -> bool {
        let session = self.sessions.get(session);
        session.connection == NONE && session.in_flight == 0
    }

    /// Where the stream of a session is: after the last transaction that was delivered.
    #[must_use]
    pub fn position(&self, session: u32) -> Position {
        let position = self.sessions.get(session).position;
        Position { sequence: position.sequence.max(self.delivered), ..position }
    }

    /// The `client_ref` that the next one of a session must be above; 0 where they need not rise.
    #[must_use]
    pub fn last_client_ref(&self, session: u32) -> u64 {
        self.sessions.get(session).last_client_ref()
    }

    /// Gives a session the connection whose login is looked at. Nothing is decoded, and nothing of
    /// the session sent, before `go_live` or the end of `replay`. Order: nobody else is connected
    /// to the session.
    pub fn log_in(&mut self, connection: u32, session: u32, login: &LogIn) -> LoggedIn {
        let entered = self.sessions.get_mut(session);
        assert!(entered.connection == NONE, "session {session} has a connection");
        let next_number = entered.next_number();
        if login.next_number > next_number {
            return LoggedIn::Ahead { next_number };
        }
        let wanted = if login.next_number == 0 { next_number } else { login.next_number };
        entered.connection = connection;
        entered.may_trade = login.may_trade;
        entered.order_flags =
            if login.cancel_on_disconnect { FLAG_CANCEL_ON_DISCONNECT } else { 0 };
        let ring_from = entered.ring.first_number();
        let slot = self.connections.get_mut(connection);
        // One that was closed meanwhile is logged in all the same, and reads nothing more.
        let has_asked = matches!(slot.state, State::LoggingIn | State::Ended);
        assert!(has_asked && slot.session == NONE, "connection {connection} asks for no login");
        slot.session = session;
        slot.from_number = wanted;
        if wanted < ring_from {
            return LoggedIn::NeedsReplay { next_number: wanted, ring_from };
        }
        LoggedIn::Ready { next_number: wanted }
    }

    /// Gives what the ring has from the number that the login asked for, then whatever comes.
    /// Returns whether the ring still reaches back so far; else `replay` is needed.
    pub fn go_live(&mut self, connection: u32) -> bool {
        let slot = self.connections.get(connection);
        self.join(connection, slot.session, slot.from_number)
    }

    fn join(&mut self, connection: u32, session: u32, from_number: u64) -> bool {
        let entered = self.sessions.get_mut(session);
        let Some([first, then]) = entered.ring.from(from_number) else { return false };
        entered.is_live = true;
        self.connections.push(connection, first);
        self.connections.push(connection, then);
        let slot = self.connections.get_mut(connection);
        if slot.state == State::LoggingIn {
            slot.state = State::LoggedIn;
        }
        self.connections.wake(connection, Pause::Login);
        true
    }

    /// Ends decoding: of a login that was refused, or whose client leaves. What is sent goes out.
    pub fn end(&mut self, connection: u32) {
        self.log_out(connection);
        self.connections.end(connection);
    }

    /// The session gives the connection no more, and takes nothing from it.
    pub fn log_out(&mut self, connection: u32) {
        let slot = self.connections.get_mut(connection);
        let session = std::mem::replace(&mut slot.session, NONE);
        if session == NONE {
            return;
        }
        if slot.state == State::LoggedIn {
            slot.state = State::Ended;
        }
        let left = self.sessions.get_mut(session);
        (left.connection, left.is_live) = (NONE, false);
    }

    /// What the session's key may from now on.
    pub fn set_may_trade(&mut self, session: u32, may_trade: bool) {
        self.sessions.get_mut(session).may_trade = may_trade;
    }

    /// Records for the core, in order of arrival.
    #[must_use]
    pub fn batch(&self) -> &[Command] {
        &self.batch
    }

    /// Says what the core made of the batch: the first `executed` commands have sequences in
    /// `first..=last`, commands of the runtime may be among them; the others are refused with the
    /// reject code `refusal`, not numbered. Where only cancels are taken, those stay in the batch:
    /// submit it again.
    pub fn clear_batch(&mut self, executed: usize, first: u64, last: u64, refusal: u16) {
        let executed = executed.min(self.origins.len());
        if executed > 0 {
            self.flights.add(self.origins[..executed].iter().copied(), first, last);
        }
        if executed < self.origins.len() {
            self.refuse_rest(executed, refusal);
        } else {
            self.batch.clear();
            self.origins.clear();
        }
        // Who has waited longest turns up first.
        for connection in self.waiting.drain(..).rev() {
            self.connections.wake(connection, Pause::Batch);
        }
    }

    fn refuse_rest(&mut self, executed: usize, refusal: u16) {
        let mut batch = std::mem::take(&mut self.batch);
        let mut origins = std::mem::take(&mut self.origins);
        let keeps_cancels = refusal == RejectCode::VenueCancelOnly.number();
        let mut records = batch.iter();
        for (index, origin) in origins.iter().copied().enumerate() {
            let command = records.next().expect("a record for each command");
            let extension = if command.extensions > 0 { records.next() } else { None };
            if index < executed {
                continue;
            }
            if keeps_cancels && is_cancel(command.opcode) {
                self.batch.push(*command);
                self.batch.extend(extension);
                self.origins.push(origin);
                continue;
            }
            self.refuse_one(origin, command, extension, refusal);
        }
        if self.origins.is_empty() {
            // Their memory is used again.
            batch.clear();
            origins.clear();
            (self.batch, self.origins) = (batch, origins);
        }
    }

    fn refuse_one(
        &mut self,
        origin: u32,
        command: &Command,
        extension: Option<&Command>,
        refusal: u16,
    ) {
        let session = self.sessions.get_mut(origin);
        if session.increasing_refs && !is_cancel(command.opcode) {
            session.take_back_id(command.text());
        }
        session.land();
        if session.connection == NONE {
            return;
        }
        self.statistics.rejected += 1;
        let other = extension.map_or(&[][..], Command::text);
        let ids = Ids::new(command.opcode, command.order_id, command.text(), other);
        let code = Refusal::Code(refusal);
        let frame = self.encoder.refused(body_of(command.opcode), code, Some(&ids));
        self.connections.push(session.connection, frame.bytes());
    }

    /// Takes whole transactions in the order in which they leave the core, each once; those that
    /// were delivered are passed over. Gives every session what it is owed, and marks those that
    /// answer a command of this gate with `TRANSACTION_GATE`.
    pub fn deliver(&mut self, released: &mut [u8]) {
        let mut at = 0;
        loop {
            let words = released.as_chunks::<8>().0;
            let Some(transaction) = Transaction::first_of(&words[at..]) else { break };
            let length = transaction.length_words();
            if self.deliver_one(transaction) {
                released[at * 8 + FLAGS_BYTE] |= TRANSACTION_GATE;
            }
            at += length;
        }
    }

    /// Returns whether a client of the gate waited for it.
    #[inline]
    fn deliver_one(&mut self, transaction: Transaction) -> bool {
        let sequence = transaction.sequence();
        if sequence <= self.delivered {
            return false;
        }
        self.delivered = sequence;
        if self.sessions.is_empty() {
            return false;
        }
        let mut delivery = Delivery {
            sessions: &mut self.sessions,
            connections: &mut self.connections,
            sequence,
            numbered: &mut self.statistics.numbered_out,
        };
        owed::tell(transaction, &mut self.encoder, &mut delivery);
        let is_system = transaction.flags() & TRANSACTION_SYSTEM != 0;
        let Some(slot) = self.flights.land(sequence, is_system) else { return false };
        self.answered(slot);
        true
    }

    #[inline]
    fn answered(&mut self, slot: u32) {
        let session = self.sessions.get_mut(slot);
        session.land();
        // Not at each answer: a socket that is read again should have room for a while.
        if session.in_flight == self.bounds.in_flight / 2 && session.connection != NONE {
            self.connections.wake(session.connection, Pause::InFlight);
        }
    }

    /// Sequence of the last transaction delivered.
    #[must_use]
    pub fn delivered(&self) -> u64 {
        self.delivered
    }

    /// Nothing up to `sequence` is owed to anybody: for a start without sessions.
    pub fn set_delivered(&mut self, sequence: u64) {
        self.delivered = sequence;
    }

    /// Tells again, on one connection, what its session was owed from the number that its login
    /// asked for: `position` is an earlier one of its stream and moves on; `executed` are the
    /// transactions behind it. Returns whether the ring was reached: it has given the rest, and
    /// the connection is live.
    pub fn replay(&mut self, connection: u32, position: &mut Position, executed: &[u8]) -> bool {
        let slot = self.connections.get(connection);
        let (session, from_number) = (slot.session, slot.from_number);
        let mut words = executed.as_chunks::<8>().0;
        loop {
            let entered = self.sessions.get(session);
            if position.number + 1 >= entered.ring.first_number() {
                return self.join(connection, session, from_number.max(position.number + 1));
            }
            let Some(transaction) = Transaction::first_of(words) else { return false };
            words = &words[transaction.length_words()..];
            if transaction.sequence() <= position.sequence {
                continue;
            }
            position.sequence = transaction.sequence();
            let connections = &mut self.connections;
            let mut again =
                Replay { session: entered, connection, connections, position, from_number };
            owed::tell(transaction, &mut self.encoder, &mut again);
        }
    }
}

fn is_cancel(opcode: u8) -> bool {
    opcode == Opcode::CancelOrder as u8 || opcode == Opcode::MassCancel as u8
}

/// Everybody, with what is new.
struct Delivery<'a> {
    sessions: &'a mut Sessions,
    connections: &'a mut Connections,
    sequence: u64,
    numbered: &'a mut u64,
}

impl Delivery<'_> {
    #[inline]
    fn tell_those(&mut self, account: u32, frame: &mut Frame, is_told: impl Fn(&Session) -> bool) {
        let Delivery { sessions, connections, sequence, numbered } = self;
        sessions.change_untold(account, *sequence, |session| {
            if !is_told(session) {
                return;
            }
            session.position.number += 1;
            frame.set_number(session.position.number);
            session.ring.push(frame.bytes());
            **numbered += 1;
            if session.is_live {
                connections.push(session.connection, frame.bytes());
            }
        });
    }
}

impl Audience for Delivery<'_> {
    #[inline]
    fn hears(&self, account: u32) -> bool {
        self.sessions.has_any(account)
    }

    #[inline]
    fn hears_balances(&self, account: u32) -> bool {
        self.sessions.of_account(account).any(|session| session.balance_updates)
    }

    #[inline]
    fn tell(&mut self, account: u32, frame: &mut Frame) {
        self.tell_those(account, frame, |_| true);
    }

    #[inline]
    fn tell_balance(&mut self, account: u32, frame: &mut Frame) {
        self.tell_those(account, frame, |session| session.balance_updates);
    }

    fn tell_session(&mut self, account: u32, engine_session: u64, frame: &mut Frame) {
        let is_told = |session: &Session| session.position.engine_session == engine_session;
        self.tell_those(account, frame, is_told);
    }

    #[inline]
    fn id_given(&mut self, account: u32, id: &[u8]) {
        self.sessions.change_untold(account, self.sequence, |session| {
            if session.increasing_refs {
                session.position.note_id(id);
            }
        });
    }

    fn session_opened(&mut self, account: u32, name: &[u8], engine_session: u64) {
        self.sessions.change_untold(account, self.sequence, |session| {
            if session.name() == name {
                session.position.engine_session = engine_session;
            }
        });
    }
}

/// One connection, with what its session was told before.
struct Replay<'a> {
    session: &'a Session,
    connection: u32,
    connections: &'a mut Connections,
    position: &'a mut Position,
    from_number: u64,
}

impl Replay<'_> {
    fn give(&mut self, frame: &mut Frame) {
        self.position.number += 1;
        if self.position.number >= self.from_number {
            frame.set_number(self.position.number);
            self.connections.push(self.connection, frame.bytes());
        }
    }
}

impl Audience for Replay<'_> {
    fn hears(&self, account: u32) -> bool {
        account == self.session.account
    }

    fn hears_balances(&self, account: u32) -> bool {
        self.hears(account) && self.session.balance_updates
    }

    fn tell(&mut self, _account: u32, frame: &mut Frame) {
        self.give(frame);
    }

    fn tell_balance(&mut self, _account: u32, frame: &mut Frame) {
        self.give(frame);
    }

    fn tell_session(&mut self, _account: u32, engine_session: u64, frame: &mut Frame) {
        if engine_session == self.position.engine_session {
            self.give(frame);
        }
    }

    fn id_given(&mut self, account: u32, id: &[u8]) {
        if self.hears(account) && self.session.increasing_refs {
            self.position.note_id(id);
        }
    }

    fn session_opened(&mut self, account: u32, name: &[u8], engine_session: u64) {
        if self.hears(account) && self.session.name() == name {
            self.position.engine_session = engine_session;
        }
    }
}
