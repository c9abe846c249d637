//! What the core asks of a runtime: the one boundary.
//!
//! Three traits, statically dispatched. [`Scope`] and [`Walker`] are asked on the application's own
//! thread inside a hit; [`Runtime`] only where [`Runtime::run_soon`] lets its tasks run. Invariant:
//! no method of `Scope` or `Walker` runs code of the application, allocates in its heap, changes a
//! reference count that could reach zero, takes a lock, or unwinds.

use crate::error::{Error, ErrorKind, Result};
use crate::value::{Missing, Object, Ordered, Reading, Text, Value};
use std::cell::Cell;

/// A name with an identity: the core interns by identity where `identity` is not zero.
#[derive(Clone, Copy, Debug)]
pub struct Name<'a> {
    /// Address of an object that outlives the process's probes (a code name, a class key we hold a
    /// reference to), or zero: then the text is compared.
    pub identity: usize,
    /// The name.
    pub text: Text<'a>,
}

/// An attribute that a condition names: its text, and its index in the program's table of names, by
/// which a binding finds the host's own (interned) form of it.
#[derive(Clone, Copy, Debug)]
pub struct Attr<'a> {
    /// Index in the program's table of attribute names.
    pub index: u16,
    /// The name.
    pub text: &'a str,
}

/// Behind the text of an attribute: whether JavaScript's private name is there (`#x in o`). Any value
/// says that it is.
pub const PRESENCE: &str = " in";

/// Steps that an evaluation may still take over collections.
#[derive(Debug)]
pub struct Fuel(Cell<u32>);

impl Fuel {
    /// A tank with this many steps.
    pub fn new(steps: u32) -> Self {
        Self(Cell::new(steps))
    }

    /// Takes `steps`, or fails when the tank holds fewer.
    pub fn take(&self, steps: u32) -> Reading<()> {
        let left = self.0.get().checked_sub(steps).ok_or(Missing::OutOfFuel)?;
        self.0.set(left);
        Ok(())
    }
}

/// Values for a condition, read lazily.
///
/// Objects handed to a method came from the same `Scope` during the same hit.
pub trait Scope {
    /// The variable that the name resolver numbered `slot`. On the fastest path: a few loads.
    fn slot(&self, slot: u16) -> Reading<Value<'_>>;

    /// An attribute read from the object's own storage (or a known library's), never through code. A
    /// name that ends with `()` is a method that is called without arguments: readable where all it
    /// does is return a field.
    fn attr(&self, object: Object, attr: Attr<'_>) -> Reading<Value<'_>>;

    /// Element `index` of a list, tuple or range, counted from the start.
    fn item(&self, sequence: Object, index: usize) -> Reading<Value<'_>>;

    /// The value under `key` of a map, or membership in a set (then the key itself), if the runtime
    /// can look it up without running code; `None` asks the core to scan with [`Scope::entry`].
    fn lookup(&self, container: Object, key: &Value<'_>) -> Option<Reading<Value<'_>>>;

    /// The entry at or after `cursor` of a map (key, value) or set (key, key); moves the cursor on.
    /// `None` at the end. Starts at 0.
    fn entry(&self, container: Object, cursor: &mut usize) -> Option<(Value<'_>, Value<'_>)>;

    /// Elements of a collection, characters of a string subclass. `NeedsCode` where a subclass
    /// overrides how it is counted, iterated, indexed or searched: the core asks this first, and then
    /// takes `item`, `lookup` and `entry` for the stored elements.
    fn len(&self, object: Object) -> Reading<usize>;

    /// Whether the host takes it for true; `NeedsCode` where application code would decide.
    fn truth(&self, object: Object) -> Reading<bool>;

    /// The builtin value that a subclass instance stores (`class Status(str, Enum)`), where the
    /// subclass does not override the operations that compare it.
    fn underlying(&self, object: Object) -> Reading<Value<'_>>;

    /// The characters that an instance of a string or bytes subclass stores, whatever it overrides:
    /// only to judge them as a name. `None` where they cannot be had.
    fn stored_text(&self, object: Object) -> Option<Text<'_>> {
        match self.underlying(object) {
            Ok(Value::Text(text)) => Some(text),
            Ok(Value::Bytes(bytes)) => Some(Text::Latin1(bytes)),
            _ => None,
        }
    }

    /// The name that element `index` of a sequence goes by, if its class gives it one (a named
    /// tuple).
    fn element_name(&self, sequence: Object, index: usize) -> Option<Text<'_>> {
        let (_, _) = (sequence, index);
        None
    }

    /// What an object of the host's library means where that has an order of its own, read from its
    /// storage; `Absent` of all others.
    fn ordered(&self, object: Object) -> Reading<Ordered> {
        let _ = object;
        Err(Missing::Absent)
    }

    /// Whether `==` on it is identity: its type inherits the host's default equality.
    fn compares_by_identity(&self, object: Object) -> bool;

    /// Whether `value` is an instance of the class `class`, by its stored bases alone.
    fn is_instance(&self, value: &Value<'_>, class: Object) -> Reading<bool>;

    /// Bounds of a range whose elements need not be integers, each null where there is none.
    fn bounds(&self, range: Object) -> Reading<Bounds<'_>> {
        let _ = range;
        Err(Missing::Absent)
    }

    /// What a map yields for a key that it does not have: Ruby's default value; `NeedsCode` where code
    /// of the application would make one.
    fn absent_value(&self, map: Object) -> Reading<Value<'_>> {
        let _ = map;
        Ok(Value::Null)
    }

    /// Whether code of the application would answer `method` of `object`, in place of the method of the
    /// host's own class that it inherits. Asked where methods are open to that, of what is not exact.
    fn is_overridden(&self, object: Object, method: &str) -> bool {
        let _ = method;
        !object.exact
    }

    /// Whether `value` is of the class `class` itself, and of none that inherits it.
    fn is_exactly(&self, value: &Value<'_>, class: Object) -> Reading<bool> {
        let (_, _) = (value, class);
        Err(Missing::Unreadable)
    }

    /// Name of the type of a value, as the host writes it.
    fn type_name(&self, value: &Value<'_>) -> Text<'_>;
}

/// Bounds of a range.
#[derive(Clone, Copy, Debug)]
pub struct Bounds<'a> {
    /// Where it begins; null if it has no beginning.
    pub first: Value<'a>,
    /// Where it ends; null if it has no end.
    pub last: Value<'a>,
    /// Whether its end is none of its elements.
    pub excludes_last: bool,
}

/// One stack frame as it is named.
#[derive(Clone, Copy, Debug)]
pub struct FrameName<'a> {
    /// Path as the runtime has it.
    pub file: Name<'a>,
    /// Qualified name where the runtime has one.
    pub function: Name<'a>,
    /// Line, counted from 1; 0 if unknown.
    pub line: u32,
}

/// What an object is, before its children are visited.
#[derive(Clone, Copy, Debug)]
pub struct Shape<'a> {
    /// Name of its type, as the host writes it.
    pub type_name: Name<'a>,
    /// Children in all, where known without visiting them.
    pub len: Option<u64>,
}

/// Takes the children of an object, one by one. Each method says whether it wants the next.
///
/// A callback, and references, instead of a child that is handed back: compiled into the binding's own
/// loop, nothing is copied. (An enum is written in pieces; copied at once it would be read in other
/// pieces, and each such read waits for the writes to leave the processor's store buffer.)
pub trait Visitor {
    /// Element of a sequence or set.
    fn item(&mut self, item: &Reading<Value<'_>>) -> bool;

    /// Elements that are integers and follow each other: the same as an [`item`](Visitor::item) for
    /// each, for less.
    fn integers(&mut self, integers: &[i64]) -> bool {
        integers.iter().all(|integer| self.item(&Ok(Value::Int(*integer))))
    }

    /// Entry of a map.
    fn entry(&mut self, key: &Value<'_>, value: &Reading<Value<'_>>) -> bool;

    /// Field of an object.
    fn field(&mut self, name: &Name<'_>, value: &Reading<Value<'_>>) -> bool;
}

/// Frames that are counted beyond those named, where each costs a step of the runtime's own stack walk.
pub const MOST_COUNTED: u32 = 256;

/// Frames of a stack that are not named.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MoreFrames {
    /// Those that were counted.
    pub count: u32,
    /// Whether there may be more still.
    pub at_least: bool,
}

/// What a capture visits, one level at a time. The core decides depth, width, order and redaction.
pub trait Walker: Scope {
    /// Variable `ordinal` of the probed frame, in the host's order; `None` past the last.
    fn variable(&self, ordinal: usize) -> Option<(Name<'_>, Reading<Value<'_>>)>;

    /// Frame `depth` of the stack, 0 being the probed one; `None` past the outermost.
    fn frame(&self, depth: usize) -> Option<FrameName<'_>>;

    /// Frames of the stack behind the first `named`, counted as far as that costs little. By default as
    /// far as [`MOST_COUNTED`].
    fn more_frames(&self, named: usize) -> MoreFrames {
        let behind = named..named + MOST_COUNTED as usize;
        let count = behind.take_while(|depth| self.frame(*depth).is_some()).count() as u32;
        MoreFrames { count, at_least: count == MOST_COUNTED }
    }

    /// Name of the thread that hit; empty if it has none.
    fn thread_name(&self) -> Text<'_>;

    /// OpenTelemetry's current trace id, if a trace is active and it can be read as data.
    fn trace_id(&self) -> Option<[u8; 16]>;

    /// What `object` is.
    fn shape(&self, object: Object) -> Shape<'_>;

    /// Shows the children of `object` to `visitor`, in the host's order, until there are no more or
    /// it wants no more. The object does not change meanwhile, because the hit holds the runtime's
    /// lock or copies first.
    fn children(&self, object: Object, visitor: &mut impl Visitor);
}

/// Resolves the names of a condition at one place in the code, when a probe is installed.
pub trait Names {
    /// The slot by which [`Scope::slot`] will read `name`.
    /// The host's own order decides: locals, enclosing functions, globals, builtins.
    ///
    /// Where classes are named by dots, `name` may be such a path (`com.acme.Status`, `Outer.this`):
    /// the longest part of what is typed is asked for first. What begins with a variable is no such
    /// path.
    fn slot(&mut self, name: &str) -> Result<u16, UnknownName>;

    /// Whether `name` means the host's own builtin here (a class of the host's library such as `Math`,
    /// where those are called), not something of the application that hides it: only then does a call
    /// of it mean ours.
    fn is_builtin(&mut self, name: &str) -> bool;

    /// The name by which [`Scope::attr`] will read attribute `name` of the variable in `slot`, or of
    /// what is cast to the class there, if its declared type decides which one is meant (a field that
    /// a subclass hides).
    fn declared_attr(&mut self, slot: u16, name: &str) -> Option<String> {
        let (_, _) = (slot, name);
        None
    }

    /// The spelling under which the host really stores `name` at this place, if it is another one
    /// (a private `__x` inside a class).
    fn stored_as(&mut self, name: &str) -> Option<String> {
        let _ = name;
        None
    }
}

/// A name that is not visible at the probed line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UnknownName {
    /// Visible names that look alike, the nearest first; empty where the runtime cannot know.
    pub nearest: Vec<String>,
}

/// A source file that the runtime has code of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoadedFile {
    /// Absolute path as the runtime has it, symlinks kept.
    pub path: String,
    /// The same path with symlinks resolved, if it differs.
    pub real_path: Option<String>,
    /// Whether it belongs to the application rather than to a dependency.
    pub is_application: bool,
}

/// A function (or module body) with the lines that execute in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoadedFunction {
    /// Handle of the binding; equal handles are the same code.
    pub code: u64,
    /// Qualified name (`Cart.total`, `<module>`).
    pub name: String,
    /// First line, counted from 1.
    pub first_line: u32,
    /// Executable lines in ascending order, nested functions' lines left out.
    pub lines: Vec<u32>,
    /// Whether it runs while its file is loaded and then never again: the body of a module, or of a
    /// class outside functions.
    pub runs_once: bool,
}

/// What a host's own name stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// Where it is written.
    pub file: LoadedFile,
    /// Its code, if it is a function; a module or a class has none.
    pub code: Option<u64>,
}

/// Source text of a loaded file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SourceText {
    /// As it was loaded, or as the file still is, unchanged since it was loaded: its bytes.
    Known(Vec<u8>),
    /// The file changed on disk after it was loaded.
    ChangedSince,
    /// There is none to compare (`.pyc` only, frozen, a bundle without its sources).
    Unavailable,
}

/// Where a place of a file that was made of another was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// Path of what it was made of.
    pub file: String,
    /// Line there, counted from 1.
    pub line: u32,
    /// Qualified name of the function around it, where that is known.
    pub function: Option<String>,
}

/// What a time probe times.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Span {
    /// Each call of the function, from its first instruction to its return or exception.
    Function,
    /// Each passage through these lines of the function, from entering to leaving them.
    Lines {
        /// The first.
        first: u32,
        /// The last.
        last: u32,
    },
}

/// What happens to a frame that runs timed code, as a runtime tells
/// [`Agent::passage`](crate::agent::Agent::passage).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// The frame begins: its arguments are bound, none of its lines has run.
    Begin,
    /// A line of the range is reached at which a passage can begin.
    Enter {
        /// Whether it is never reached from within the range: then a passage begins whatever is known
        /// of the frame.
        afresh: bool,
    },
    /// A line outside the range is reached.
    Out,
    /// The frame is suspended, by `yield` or an `await` that waits.
    Suspend,
    /// The frame goes on, or something is thrown into it.
    Resume,
    /// The frame returns.
    Return,
    /// The frame is left by an exception.
    Raise,
}

/// A hook that is wanted: what [`Runtime::arm`] takes, or [`Runtime::arm_span`].
#[derive(Clone, Copy, Debug)]
pub struct Hook<'a> {
    /// The site, an index of the registry.
    pub site: u32,
    /// Its code.
    pub code: u64,
    /// Its line.
    pub line: u32,
    /// What is timed, if the probe times.
    pub span: Option<Span>,
    /// Attribute names of the site's programs, in [`Attr::index`] order.
    pub attrs: &'a [Box<str>],
}

/// How a hook works, in a runtime that has more than one way to make one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mechanism {
    /// Its name, for people.
    pub engine: &'static str,
    /// Calibrated nanoseconds that a hit costs outside the core, in place of what the agent was started
    /// with.
    pub hit_cost_ns: u64,
    /// Whether hits whose condition is false are counted, as [`Runtime::COUNTS_FALSE`] says of all.
    pub counts_false: bool,
    /// What is said where hits cost too much, and what to try, if there is something, on a line of its
    /// own; empty where there is nothing special.
    pub advice: &'static str,
}

/// What the core asks of a runtime outside a hit.
///
/// All methods but `run_soon` and `written` are called from within a task that `run_soon` runs, where
/// the runtime allows entering it.
pub trait Runtime: Send + Sync + 'static {
    /// Whether paths of loaded files begin at the package (`com/acme/Cart.java`) and not at a folder of
    /// this machine: then a location may name folders above it that nobody here knows.
    const PACKAGE_PATHS: bool = false;

    /// Whether every hit is counted. Else a hit whose condition is false costs the application next to
    /// nothing and is counted only where
    /// [`ProbeSpec::counts_false`](crate::probe::ProbeSpec::counts_false)
    /// says so; reports tell of the others that they are not.
    const COUNTS_FALSE: bool = true;

    /// Of how many probes that wait the hooks are changed together at most, in one task: more than one
    /// where that costs less than one by one.
    const TOGETHER: usize = 1;

    /// Runs `task` where the runtime may be entered: a thread of ours that takes the GIL, the event
    /// loop, an attached daemon thread. Tasks run one at a time, in order. False if the runtime is
    /// going away and the task was dropped.
    fn run_soon(&self, task: Box<dyn FnOnce() + Send>) -> bool;

    /// The thread that calls waits for tasks: if it is one that may run them, it runs those that there
    /// are.
    fn lend(&self) {}

    /// Loaded files whose last path component is `file_name`.
    fn files(&self, file_name: &str) -> Vec<LoadedFile>;

    /// Text of a loaded file.
    fn source(&self, file: &LoadedFile) -> SourceText;

    /// Functions with code in `file`, outermost first.
    fn functions(&self, file: &LoadedFile) -> Vec<LoadedFunction>;

    /// Why nothing can be said of `file` yet, where the runtime has several threads of which only some
    /// have it: those have not let us in (`worker 3 has not let us in yet`). Looked at again when code
    /// is loaded.
    fn awaits(&self, file: &LoadedFile) -> Option<String> {
        let _ = file;
        None
    }

    /// The same for durations, where more must be known of what is hooked.
    fn awaits_span(&self, file: &LoadedFile) -> Option<String> {
        self.awaits(file)
    }

    /// Whether all code of `file` that can be loaded is. Else a line that nothing loaded executes
    /// may be of what is not loaded yet.
    fn is_whole(&self, file: &LoadedFile) -> bool {
        let _ = file;
        true
    }

    /// Why no loaded file is the one that `path` names although its code may run: it was made into
    /// something else, and what it was made of cannot be told. With a hint of what to do.
    fn untold(&self, path: &str) -> Option<Error> {
        let _ = path;
        None
    }

    /// Whether it is still being found out which code `path` names, of which [`files`](Self::files) was
    /// just asked. When that is over code counts as loaded.
    fn is_looking(&self, path: &str) -> bool {
        let _ = path;
        false
    }

    /// A number that is another after each change of the code of `file`, as [`files`](Self::files) told
    /// of it last: a probe that is placed there goes on in what the file becomes when it is loaded anew.
    /// Zero where probes stay on the code that they were placed on.
    fn edition(&self, file: &str) -> u64 {
        let _ = file;
        0
    }

    /// The names of all loaded files, without their folders: what a name that fits none is compared
    /// with.
    fn file_names(&self) -> Vec<String>;

    /// What a host's own name (`shop.cart.Cart.total`, parts joined by dots) stands for, if loaded.
    fn named(&self, name: &str) -> Option<Named>;

    /// Loaded files in which a function called `name` may be written: the last parts of its name,
    /// joined by dots (`Cart.total`). More files than those are no harm.
    fn files_with(&self, name: &str) -> Vec<LoadedFile>;

    /// A resolver of names at `line` of code `code`, or of a time probe where a passage of its span
    /// begins.
    fn names(&self, code: u64, line: u32, span: Option<Span>) -> Box<dyn Names + '_>;

    /// Puts the hook for site `site` (an index of the registry) on `line` of `code`. `attrs` are
    /// the attribute names of the site's programs, in [`Attr::index`] order. Says, for people, what
    /// that runs now it does not reach (`2 running frames keep the old code`). `Unsupported` if it
    /// cannot.
    fn arm(&self, site: u32, code: u64, line: u32, attrs: &[Box<str>]) -> Result<Option<String>>;

    /// Has each [`Moment`] of the frames that run `span` of `code` told to
    /// [`Agent::passage`](crate::agent::Agent::passage), until [`Runtime::disarm`]. Else as
    /// [`Runtime::arm`].
    fn arm_span(
        &self,
        site: u32,
        code: u64,
        span: Span,
        attrs: &[Box<str>],
    ) -> Result<Option<String>> {
        let _ = (site, code, span, attrs);
        Err(Error::new(ErrorKind::Unsupported, "durations are not measured in this runtime yet"))
    }

    /// How the hook of site `site`, which is set, works; nothing where all hooks work alike.
    fn mechanism(&self, site: u32) -> Option<Mechanism> {
        let _ = site;
        None
    }

    /// Takes the hook of site `site` off. Hits already under way may still arrive.
    fn disarm(&self, site: u32);

    /// Takes the hooks of the sites `off` off and sets those of `on`, each of which has its own answer,
    /// in their order: one that cannot be set is no reason against another.
    fn change(&self, off: &[u32], on: &[Hook<'_>]) -> Vec<Result<Option<String>>> {
        off.iter().for_each(|site| self.disarm(*site));
        let arm = |hook: &Hook<'_>| match hook.span {
            Some(span) => self.arm_span(hook.site, hook.code, span, hook.attrs),
            None => self.arm(hook.site, hook.code, hook.line, hook.attrs),
        };
        on.iter().map(arm).collect()
    }

    /// Where a place of a loaded file, line and column from 1, was written, if the file was made of
    /// another. The one question that a thread of ours asks: it enters no runtime, and may take as long
    /// as reading a file does.
    fn written(&self, file: &str, line: u32, column: u32) -> Option<Written> {
        let (_, _, _) = (file, line, column);
        None
    }

    /// About once a second while a probe is on its line, from the agent's own thread: what a hit costs
    /// outside the core may have changed ([`Agent::set_hit_surplus`](crate::agent::Agent)).
    fn look_at_costs(&self) {}

    /// This process is a forked child: tasks and threads that the parent had are not here, and what
    /// its threads held is never to be waited for, dropped or written to.
    fn forked(&self);
}
