//! A runtime and a frame that are data: what the agent's tests drive it with.

use crate::error::{Error, ErrorKind, Result};
use crate::host::{
    Attr, FrameName, Hook, LoadedFile, LoadedFunction, Name, Named, Names, Runtime, Scope, Shape,
    SourceText, Span, UnknownName, Visitor, Walker,
};
use crate::value::{Missing, Object, Reading, Text, Value};
use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};
use std::sync::Mutex;

type Task = Box<dyn FnOnce() + Send>;

/// A runtime of one file, `/app/app.py`, whose function `f` has the lines 2 to 9 and the variables of
/// [`Frame`]. Its tasks run when the test says so. `COUNTS` is its [`Runtime::COUNTS_FALSE`], `TOGETHER`
/// its [`Runtime::TOGETHER`].
#[derive(Default)]
pub(super) struct Double<const COUNTS: bool = true, const TOGETHER: usize = 1> {
    tasks: Mutex<VecDeque<Task>>,
    pub(super) loaded: Mutex<bool>,
    pub(super) going_away: Mutex<bool>,
    pub(super) cannot_arm: Mutex<bool>,
    /// What hooks do not reach, as `arm` says it.
    pub(super) unreached: Mutex<Option<String>>,
    /// What happens right behind the next look for a file.
    pub(super) after_look: Mutex<Option<Task>>,
    /// How often functions are asked for or hooks set before the code is there.
    pub(super) absent: Mutex<(u32, u32)>,
    /// How often the file was loaded anew, and how many lines it has gained at its beginning.
    pub(super) reloaded: Mutex<(u64, u32)>,
    /// Lines that no hook can be set on.
    pub(super) bad_lines: Mutex<Vec<u32>>,
    /// How many hooks each change took off and set.
    pub(super) changes: Mutex<Vec<(usize, usize)>>,
    /// Spans by site.
    pub(super) spans: Mutex<BTreeMap<u32, Span>>,
    /// Hooks by site: code and line.
    pub(super) hooks: Mutex<BTreeMap<u32, (u64, u32)>>,
}

impl Double {
    pub(super) fn new() -> Self {
        Self::with_file()
    }
}

impl<const COUNTS: bool, const TOGETHER: usize> Double<COUNTS, TOGETHER> {
    pub(super) fn with_file() -> Self {
        let double = Self::default();
        *double.loaded.lock().expect("no test panics inside") = true;
        double
    }

    /// Runs the tasks that wait; how many there were.
    pub(super) fn run(&self) -> usize {
        let mut count = 0;
        while self.run_one() {
            count += 1;
        }
        count
    }

    /// Runs the next task; whether there was one.
    pub(super) fn run_one(&self) -> bool {
        let task = self.tasks.lock().expect("no test panics inside").pop_front();
        task.map(|task| task()).is_some()
    }

    /// Runs `fork` while no thread of another's holds the queue: its lock would never come free in
    /// the child.
    pub(super) fn holding_tasks<O>(&self, fork: impl FnOnce() -> O) -> O {
        let _tasks = self.tasks.lock().expect("no test panics inside");
        fork()
    }

    pub(super) fn is_idle(&self) -> bool {
        self.tasks.lock().expect("no test panics inside").is_empty()
    }

    pub(super) fn sites(&self) -> Vec<u32> {
        self.hooks.lock().expect("no test panics inside").keys().copied().collect()
    }
}

impl<const COUNTS: bool, const TOGETHER: usize> Runtime for Double<COUNTS, TOGETHER> {
    const COUNTS_FALSE: bool = COUNTS;
    const TOGETHER: usize = TOGETHER;

    fn run_soon(&self, task: Task) -> bool {
        if *self.going_away.lock().expect("no test panics inside") {
            return false;
        }
        self.tasks.lock().expect("no test panics inside").push_back(task);
        true
    }

    fn files(&self, file_name: &str) -> Vec<LoadedFile> {
        let is_there = *self.loaded.lock().expect("no test panics inside");
        let file =
            LoadedFile { path: "/app/app.py".to_owned(), real_path: None, is_application: true };
        let after = self.after_look.lock().expect("no test panics inside").take();
        after.into_iter().for_each(|after| after());
        if is_there && file_name == "app.py" { vec![file] } else { Vec::new() }
    }

    fn source(&self, _file: &LoadedFile) -> SourceText {
        let shift = self.reloaded.lock().expect("no test panics inside").1;
        let text = "def f(x, name):\n    a\n    b\n    c\n    d\n    e\n    g\n    h\n";
        SourceText::Known(format!("{}{text}", "\n".repeat(shift as usize)).into())
    }

    fn functions(&self, _file: &LoadedFile) -> Vec<LoadedFunction> {
        if take_one(&mut self.absent.lock().expect("no test panics inside").0) {
            return Vec::new();
        }
        let (times, shift) = *self.reloaded.lock().expect("no test panics inside");
        vec![LoadedFunction {
            code: 7 + times,
            name: "f".to_owned(),
            first_line: 1 + shift,
            lines: (2 + shift..9 + shift).collect(),
            runs_once: false,
        }]
    }

    fn edition(&self, _file: &str) -> u64 {
        1 + self.reloaded.lock().expect("no test panics inside").0
    }

    fn file_names(&self) -> Vec<String> {
        vec!["app.py".to_owned()]
    }

    fn named(&self, _name: &str) -> Option<Named> {
        None
    }

    fn files_with(&self, _name: &str) -> Vec<LoadedFile> {
        Vec::new()
    }

    fn names(&self, _code: u64, _line: u32, _span: Option<Span>) -> Box<dyn Names + '_> {
        Box::new(Slots)
    }

    fn arm(&self, site: u32, code: u64, line: u32, _attrs: &[Box<str>]) -> Result<Option<String>> {
        WHILE_ARMING.take().into_iter().for_each(|meanwhile| meanwhile());
        if take_one(&mut self.absent.lock().expect("no test panics inside").1) {
            return Err(Error::new(ErrorKind::Location, "the code was unloaded meanwhile"));
        }
        let is_bad = self.bad_lines.lock().expect("no test panics inside").contains(&line);
        if is_bad || *self.cannot_arm.lock().expect("no test panics inside") {
            return Err(Error::new(ErrorKind::Unsupported, "no tool id is free"));
        }
        self.hooks.lock().expect("no test panics inside").insert(site, (code, line));
        Ok(self.unreached.lock().expect("no test panics inside").clone())
    }

    fn arm_span(
        &self,
        site: u32,
        code: u64,
        span: Span,
        attrs: &[Box<str>],
    ) -> Result<Option<String>> {
        self.spans.lock().expect("no test panics inside").insert(site, span);
        self.arm(site, code, 0, attrs)
    }

    fn disarm(&self, site: u32) {
        self.hooks.lock().expect("no test panics inside").remove(&site);
    }

    fn change(&self, off: &[u32], on: &[Hook<'_>]) -> Vec<Result<Option<String>>> {
        self.changes.lock().expect("no test panics inside").push((off.len(), on.len()));
        off.iter().for_each(|site| self.disarm(*site));
        let arm = |hook: &Hook<'_>| match hook.span {
            Some(span) => self.arm_span(hook.site, hook.code, span, hook.attrs),
            None => self.arm(hook.site, hook.code, hook.line, hook.attrs),
        };
        on.iter().map(arm).collect()
    }

    fn forked(&self) {
        let tasks = std::mem::take(&mut *self.tasks.lock().expect("no test panics inside"));
        tasks.into_iter().for_each(std::mem::forget);
    }
}

/// Whether there was one left, which is taken.
fn take_one(left: &mut u32) -> bool {
    left.checked_sub(1).map(|less| *left = less).is_some()
}

struct Slots;

impl Names for Slots {
    fn slot(&mut self, name: &str) -> Result<u16, UnknownName> {
        match name {
            "x" => Ok(0),
            "name" => Ok(1),
            _ => Err(UnknownName { nearest: vec!["x".to_owned()] }),
        }
    }

    fn is_builtin(&mut self, _name: &str) -> bool {
        true
    }
}

thread_local! {
    /// What happens while a hook is set, once.
    pub(super) static WHILE_ARMING: RefCell<Option<Box<dyn FnOnce()>>> =
        const { RefCell::new(None) };
    /// What a frame that is called `again` does when `x` is read, once: another hit, for one.
    pub(super) static AGAIN: RefCell<Option<Box<dyn FnOnce()>>> = const { RefCell::new(None) };
}

/// The frame of one hit: `x` and `name`, which is not set where it is empty. One that is called
/// `panic` does.
#[derive(Clone, Copy)]
pub(super) struct Frame {
    pub(super) x: i64,
    pub(super) name: &'static str,
}

impl Scope for Frame {
    fn slot(&self, slot: u16) -> Reading<Value<'_>> {
        match slot {
            0 if self.name == "panic" => panic!("on purpose"),
            0 if self.name == "again" => {
                AGAIN.take().into_iter().for_each(|again| again());
                Ok(Value::Int(self.x))
            }
            0 => Ok(Value::Int(self.x)),
            1 if self.name.is_empty() => Err(Missing::Unset),
            1 => Ok(Value::Text(Text::Utf8(self.name))),
            _ => Err(Missing::Absent),
        }
    }

    fn attr(&self, _object: Object, _attr: Attr<'_>) -> Reading<Value<'_>> {
        Err(Missing::NeedsCode)
    }

    fn item(&self, _sequence: Object, _index: usize) -> Reading<Value<'_>> {
        Err(Missing::Unreadable)
    }

    fn lookup(&self, _container: Object, _key: &Value<'_>) -> Option<Reading<Value<'_>>> {
        None
    }

    fn entry(&self, _container: Object, _cursor: &mut usize) -> Option<(Value<'_>, Value<'_>)> {
        None
    }

    fn len(&self, _object: Object) -> Reading<usize> {
        Err(Missing::Unreadable)
    }

    fn truth(&self, _object: Object) -> Reading<bool> {
        Err(Missing::NeedsCode)
    }

    fn underlying(&self, _object: Object) -> Reading<Value<'_>> {
        Err(Missing::Unreadable)
    }

    fn compares_by_identity(&self, _object: Object) -> bool {
        false
    }

    fn is_instance(&self, _value: &Value<'_>, _class: Object) -> Reading<bool> {
        Err(Missing::Unreadable)
    }

    fn type_name(&self, _value: &Value<'_>) -> Text<'_> {
        Text::Utf8("int")
    }
}

fn name(text: &str) -> Name<'_> {
    Name { identity: 0, text: Text::Utf8(text) }
}

impl Walker for Frame {
    fn variable(&self, ordinal: usize) -> Option<(Name<'_>, Reading<Value<'_>>)> {
        let names = ["x", "name"];
        Some((name(names.get(ordinal)?), self.slot(ordinal as u16)))
    }

    fn frame(&self, depth: usize) -> Option<FrameName<'_>> {
        (depth == 0).then(|| FrameName { file: name("/app/app.py"), function: name("f"), line: 3 })
    }

    fn thread_name(&self) -> Text<'_> {
        Text::Utf8("MainThread")
    }

    fn trace_id(&self) -> Option<[u8; 16]> {
        None
    }

    fn shape(&self, _object: Object) -> Shape<'_> {
        Shape { type_name: name("object"), len: None }
    }

    fn children(&self, _object: Object, _visitor: &mut impl Visitor) {}
}
