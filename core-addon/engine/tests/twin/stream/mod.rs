//! Seeded streams of commands: mostly sensible, often refused, sometimes nonsense.
//!
//! A stream knows only what the change log told it (`View`), like a client of the venue.

mod administration;
mod crowd;
mod damage;
mod order;
mod world;

use std::collections::VecDeque;

use engine::command::{Command, Opcode};

use super::random::Random;
use super::view::View;
pub use damage::nonsense;
pub use world::Shape;
use world::World;

/// One command as the runtime would submit it.
#[derive(Clone, Copy)]
pub struct Step {
    pub time_ns: u64,
    pub command: Command,
    pub extension: Option<Command>,
}

/// A command and its second record, not yet stamped with a time.
type Call = (Command, Option<Command>);

/// Most recent commands that may be sent again.
const RECENT_MAX: usize = 24;
const MICROSECOND_NS: u64 = 1_000;
const SECOND_NS: u64 = 1_000_000_000;
const HOUR_NS: u64 = 3_600 * SECOND_NS;

/// A source of commands.
pub struct Stream {
    random: Random,
    world: World,
    time_ns: u64,
    planned: VecDeque<Call>,
    recent: Vec<Call>,
    /// Makes fresh client and request ids.
    id_count: u64,
}

/// What the next command is about.
#[derive(Clone, Copy)]
enum Topic {
    Place,
    Cancel,
    Replace,
    MassCancel,
    Money,
    Session,
    Clock,
    Administration,
    Again,
    Nonsense,
}

const TOPICS: [(u64, Topic); 10] = [
    (52, Topic::Place),
    (9, Topic::Cancel),
    (13, Topic::Replace),
    (1, Topic::MassCancel),
    (5, Topic::Money),
    (3, Topic::Session),
    (3, Topic::Clock),
    (8, Topic::Administration),
    (5, Topic::Again),
    (1, Topic::Nonsense),
];

impl Stream {
    pub fn new(seed: u64, shape: Shape) -> Stream {
        let mut random = Random::new(seed);
        let world = World::new(&mut random, shape);
        let mut planned = world.setup(&mut random);
        if shape == Shape::Backlog {
            crowd::append(&world, &mut random, &mut planned);
        }
        Stream {
            random,
            world,
            time_ns: 1_700_000_000 * SECOND_NS,
            planned,
            recent: Vec::new(),
            id_count: 0,
        }
    }

    /// The next command, given what is known of the venue.
    pub fn next(&mut self, view: &View) -> Step {
        let is_planned = !self.planned.is_empty();
        let (mut command, mut extension) = match self.planned.pop_front() {
            Some(call) => call,
            None => self.draw(view),
        };
        // Orders are many and must mostly be good; of the rest more may be bad.
        let is_order = command.opcode == Opcode::NewOrder as u8;
        if !is_planned && self.random.one_in(if is_order { 16 } else { 6 }) {
            damage::change_one_field(&mut self.random, &mut command, &mut extension);
        }
        command.extensions = u8::from(extension.is_some());
        if !is_planned {
            self.pass_time();
            self.remember((command, extension));
        }
        Step { time_ns: self.time_ns, command, extension }
    }

    /// A `Continue` at the time of the last command.
    pub fn continue_step(&self) -> Step {
        Step { time_ns: self.time_ns, command: Command::new(Opcode::Continue), extension: None }
    }

    fn draw(&mut self, view: &View) -> Call {
        if self.random.one_in(4)
            && let Some(repair) = self.repair(view)
        {
            return (repair, None);
        }
        let topic = self.random.weighted(&TOPICS);
        match topic {
            // Their books must grow.
            Topic::MassCancel | Topic::Session | Topic::Administration
                if self.world.shape == Shape::Wide && !self.random.one_in(20) =>
            {
                self.place(view)
            }
            Topic::Place => self.place(view),
            Topic::Cancel => self.cancel(view),
            Topic::Replace => self.replace(view),
            Topic::MassCancel => self.mass_cancel(view),
            Topic::Money => self.money(view),
            Topic::Session => self.session(view),
            Topic::Clock => (Command::new(Opcode::Clock), None),
            Topic::Administration => self.administration(view),
            Topic::Again => self.again(),
            Topic::Nonsense => (damage::nonsense(&mut self.random), None),
        }
    }

    /// An earlier command once more, now and then with other content under the same id.
    fn again(&mut self) -> Call {
        if self.recent.is_empty() {
            return (Command::new(Opcode::Clock), None);
        }
        let (mut command, extension) = *self.random.pick(&self.recent);
        if self.random.one_in(3) {
            command.quantity = command.quantity.wrapping_add(1);
        }
        (command, extension)
    }

    fn remember(&mut self, call: Call) {
        if self.recent.len() == RECENT_MAX {
            self.recent.remove(0);
        }
        self.recent.push(call);
    }

    /// Mostly little or nothing; now and then most of a day.
    fn pass_time(&mut self) {
        let passed = match self.random.below(400) {
            0..150 => 0,
            150..398 => self.random.below(2_000_000) * MICROSECOND_NS,
            // Just before and just after ids run out, too.
            _ => HOUR_NS * *self.random.pick(&[1, 6, 12, 23, 23, 24]),
        };
        self.time_ns += passed;
    }

    fn fresh_id(&mut self, prefix: &str) -> String {
        self.id_count += 1;
        format!("{prefix}{}", self.id_count)
    }

    /// A request id for money and administration: none, new, or one that was likely used before.
    fn request_id(&mut self) -> String {
        match self.random.below(10) {
            0..4 => String::new(),
            4..9 => self.fresh_id("r"),
            _ => format!("r{}", self.random.below(self.id_count + 1)),
        }
    }

    /// The extension that carries `text`, or none.
    fn extension_of(text: &str) -> Option<Command> {
        (!text.is_empty()).then(|| Command::new(Opcode::Extension).with_text(text))
    }
}
