//! What is inserted where, and what there is to tell of it.
//!
//! Knows the form of a check, not what a program means. Invariant: an insertion lies behind the
//! last token of its line, and at one place what closes comes before what opens.

use crate::scopes::{Outer, Scopes};
use crate::tokens::Tokens;
use crate::{Function, Line, Rewritten, Unchecked, Why, global};

/// A function whose code is being read, or the code outside all of them.
pub(crate) struct Frame<'a> {
    pub(crate) name: String,
    pub(crate) first_line: u32,
    /// How many entries of the scopes belong to what is around it.
    pub(crate) own: usize,
    pub(crate) outer: Outer<'a>,
    /// Its statements get no checks, for this reason.
    pub(crate) silent: Option<Why>,
    /// What it declares is passed to no function inside.
    pub(crate) is_top: bool,
    /// No statement was met yet.
    pub(crate) is_fresh: bool,
    /// Where it lies among the functions with checks.
    pub(crate) index: Option<usize>,
}

/// How a check is joined to what follows it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Joint {
    /// A statement in a list of statements.
    Listed,
    /// The only statement of a branch or loop, which needs braces around both.
    Braced,
    /// An expression, which needs parentheses around both.
    Enclosed,
    /// An expression in parentheses that are there.
    Led,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Order {
    Closes,
    Opens,
}

/// The check itself. A call would make V8 guess other names for functions without one, which stack
/// traces show; a construction does not.
fn call(number: u32, line: u32, names: &[&str]) -> String {
    let hook = global(number);
    let mut call = format!("{hook}!==void 0&&new {hook}({line}");
    for name in names {
        call.push(',');
        call.push_str(name);
    }
    call.push(')');
    call
}

/// Everything that is to be inserted.
pub(crate) struct Sheet<'t> {
    pub(crate) tokens: &'t Tokens,
    base: u32,
    edits: Vec<(u32, Order, String)>,
    pub(crate) functions: Vec<Function>,
    unchecked: Vec<Unchecked>,
}

impl<'t> Sheet<'t> {
    pub(crate) fn new(tokens: &'t Tokens, base: u32) -> Self {
        let (edits, functions, unchecked) = (Vec::new(), Vec::new(), Vec::new());
        Self { tokens, base, edits, functions, unchecked }
    }

    /// Puts a check before what starts and ends here, if there is room for one.
    pub(crate) fn check<'a>(
        &mut self,
        (start, end): (u32, u32),
        joint: Joint,
        frame: &mut Frame<'a>,
        scopes: &Scopes<'a>,
    ) {
        let line = self.tokens.line(start);
        let is_first = std::mem::take(&mut frame.is_fresh);
        let Some(place) = self.tokens.before(start) else {
            return self.skip(line, frame.silent.unwrap_or(Why::SharesLine));
        };
        let closing = match joint {
            Joint::Listed | Joint::Led => None,
            Joint::Braced => Some("}"),
            Joint::Enclosed => Some(")"),
        };
        let behind = self.tokens.behind(end);
        if let Some(why) = frame.silent {
            return self.skip(line, why);
        }
        if closing.is_some() && behind.is_none() {
            return self.skip(line, Why::NoEnd);
        }
        let (names, is_cut) = scopes.names(frame.own, &frame.outer, frame.is_top);
        let number = self.number(frame);
        let call = call(number, line, &names);
        let call = match joint {
            Joint::Listed => format!(";{call};"),
            Joint::Braced => format!("{{{call};"),
            Joint::Enclosed => format!("({call},"),
            Joint::Led => format!("{call},"),
        };
        self.edits.push((place, Order::Opens, call));
        if let (Some(closing), Some(behind)) = (closing, behind) {
            self.edits.push((behind, Order::Closes, closing.to_owned()));
        }
        let names = names.into_iter().map(str::to_owned).collect();
        let index = (number - self.base) as usize;
        self.functions[index].lines.push(Line { line, is_first, names, is_cut });
    }

    fn skip(&mut self, line: u32, why: Why) {
        self.unchecked.push(Unchecked { line, why });
    }

    /// The number of a function, which it gets with its first check.
    fn number(&mut self, frame: &mut Frame<'_>) -> u32 {
        let index = *frame.index.get_or_insert_with(|| {
            let number = self.base + self.functions.len() as u32;
            let (name, first_line) = (std::mem::take(&mut frame.name), frame.first_line);
            self.functions.push(Function { name, first_line, number, lines: Vec::new() });
            self.functions.len() - 1
        });
        self.base + index as u32
    }

    /// The new source, and what is in it.
    pub(crate) fn finish(mut self, source: &str) -> Rewritten {
        // Stable: of two that close at one place, the inner one was written first.
        self.edits.sort_by_key(|(at, order, _)| (*at, *order));
        let added: usize = self.edits.iter().map(|(_, _, text)| text.len()).sum();
        let mut code = String::with_capacity(source.len() + added);
        let mut inserted = Vec::with_capacity(self.edits.len());
        let mut done = 0;
        for (at, _, text) in &self.edits {
            code.push_str(&source[done..*at as usize]);
            inserted.push(code.len() as u32..(code.len() + text.len()) as u32);
            code.push_str(text);
            done = *at as usize;
        }
        code.push_str(&source[done..]);
        let mut checked: Vec<u32> = Vec::new();
        for function in &mut self.functions {
            function.lines.sort_by_key(|line| line.line);
            checked.extend(function.lines.iter().map(|line| line.line));
        }
        checked.sort_unstable();
        self.unchecked.sort_by_key(|one| one.line);
        self.unchecked.dedup_by_key(|one| one.line);
        self.unchecked.retain(|one| checked.binary_search(&one.line).is_err());
        let (functions, unchecked) = (self.functions, self.unchecked);
        Rewritten { code, inserted, functions, unchecked }
    }
}
