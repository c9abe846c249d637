//! JavaScript with a dormant check before each statement, no token of which lies elsewhere than
//! before.
//!
//! Knows JavaScript's syntax and scopes; neither V8 nor an agent. Does no I/O. Invariant: what is
//! rewritten does the same while its checks sleep, and while they call something that returns;
//! where that cannot be, there is no check, and it is said why.
//!
//! ```text
//! function total(list) {;__sf3!==void 0&&new __sf3(2,list);
//!   let sum = 0;;__sf3!==void 0&&new __sf3(3,list,sum);
//!   for (const item of list){__sf3!==void 0&&new __sf3(4,list,sum,item);
//!     sum += item};__sf3!==void 0&&new __sf3(5,list,sum);
//!   return sum;
//! }
//! ```
//!
//! **Where.** A check stands behind the last token of the line before its statement, and before a
//! comment there. So lines and columns stay, and source maps stay true; a statement behind another
//! token of its line has no check. A branch or loop without braces gets them, and the expression
//! that is an arrow function's body gets parentheses, if its last token is the last of its line
//! too.
//!
//! **The call.** `__sfN` is a global of the function with the number N. It must exist and hold
//! `undefined` before the code runs, in every realm that runs it. V8 then takes it for a constant
//! and compiles nothing for a check. A function put there is called with the line and the values of
//! [`Line::names`]. It is *constructed*: as an effect of how V8's parser guesses names, a call
//! would change what stack traces name functions that have no name of their own. What it answers is
//! dropped; what it throws, the application catches.
//!
//! **Arming.** Delete the global and define it anew, with the hook or with `undefined`: writable,
//! configurable, not enumerable, and nothing of the application between the two. So V8 takes it for
//! a constant again, and inlines the hook where it is hot. A mere assignment makes it a variable
//! from the second one on, for good. A hook has to be a `function`, because nothing else can be
//! constructed.
//!
//! | nanoseconds a check, Node.js 20 | renewed | assigned |
//! |---|---|---|
//! | dormant, in loops of 1 to 5 ns a turn | 0 (0.99x to 1.03x) | the same |
//! | armed and false, first time | 0.0 | 0.2 |
//! | armed and false, later | 0.0 to 0.1 | 12 to 15 |
//! | disarmed | 0 (1.00x to 1.02x) | up to 2.8x of the loop |
//!
//! acorn parses itself in 1.09x to 1.13x of its time with dormant checks, in 1.07x to 1.11x with
//! checks that pass no names, and in 2.4x with closures in place of values: most of it is code that
//! is not optimised yet. The rewriter takes 16 to 20 ms for 10,000 lines of it. `tests/speed`
//! measures this.
//!
//! **The names.** Values are passed, not a closure that reads them: a closure would move every
//! variable it names from a register to the heap, also while it sleeps. Reading a name that is not
//! initialised yet throws, so a name is passed only where it is known to be: parameters and `var`s
//! everywhere, `let` and `const` behind their declaration in the same list of statements, `this`
//! where the function uses it and behind `super()`. A variable of a function around is passed if
//! the function uses it anyway and was made when it was initialised. Functions, classes and imports
//! are not passed, nor are to functions the variables of a module, or of the function that a
//! bundler wraps around it.
//!
//! **What differs.** `Function.prototype.toString` shows the checks, and so does the line that
//! Node.js prints for an error nobody catches. Frames are larger, so recursion ends a little
//! earlier. The call of a static initialiser has no position in V8, and shows that of something
//! before it, which may be a check. A direct `eval` in sloppy code makes the checks around it look
//! their global up, which costs; inside `with` there are none. TypeScript and JSX have to be
//! compiled first.

mod name;
mod refusal;
mod scopes;
mod sheet;
mod statements;
mod tokens;
mod uses;
mod walk;

pub use refusal::{Reason, Refusal};

use oxc_allocator::Allocator;
use oxc_parser::config::TokensParserConfig;
use oxc_parser::{ParseOptions, Parser, ParserReturn};
use oxc_span::SourceType;
use std::ops::Range;

/// What a source is to Node.js.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Goal {
    /// A script, whose last value somebody may read: code outside its functions gets no checks.
    Script,
    /// A CommonJS module.
    CommonJs,
    /// An ECMAScript module.
    Module,
}

/// How a source is rewritten.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// What the source is.
    pub goal: Goal,
    /// The number of the first function. The next source begins behind the functions of this one.
    pub base: u32,
}

/// A source with checks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rewritten {
    /// The source, each of whose tokens lies where it lay.
    pub code: String,
    /// Where in the code, in bytes, what was inserted lies: the rest is the source.
    pub inserted: Vec<Range<u32>>,
    /// The functions with at least one check, by number.
    pub functions: Vec<Function>,
    /// The lines on which a statement begins, and that have no check.
    pub unchecked: Vec<Unchecked>,
}

/// A function with checks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Function {
    /// Its name, behind that of its class or object: `Cart.add`. Empty without one; `<module>` for
    /// code outside all functions, `<static_initializer>` for a static block of a class.
    pub name: String,
    /// The line on which it begins.
    pub first_line: u32,
    /// Its number in the process: its checks call the global that [`global`] names.
    pub number: u32,
    /// Its checks, by line. No other function has one on the same line.
    pub lines: Vec<Line>,
}

/// A check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The line of the statement behind it, which is the check's first argument.
    pub line: u32,
    /// It stands before the first statement of the function.
    pub is_first: bool,
    /// What its arguments behind the line are, in this order; `this` is the first of them if it is
    /// among them.
    pub names: Vec<String>,
    /// There were more names than a check passes.
    pub is_cut: bool,
}

/// A line that has a statement and no check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unchecked {
    /// The line.
    pub line: u32,
    /// What stands against it.
    pub why: Why,
}

/// Why a line has no check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Why {
    /// The line begins with something else, or the source begins with it.
    SharesLine,
    /// The statement needs braces, and the line on which it ends goes on.
    NoEnd,
    /// Inside `with`, an object of the application would be asked for the names of checks.
    InsideWith,
    /// It lies outside the functions of a script.
    TopOfScript,
}

/// The global that the checks of a function call once it holds something.
pub fn global(number: u32) -> String {
    format!("{PREFIX}{number}")
}

/// What the names of all globals of checks begin with.
pub const PREFIX: &str = "__sf";

/// Longest source, in bytes.
const MAX_BYTES: usize = 64 << 20;
/// Brackets inside each other, as bytes count that are in strings too.
const MAX_DEPTH: usize = 8_000;
/// Of the thread that parses; it is only used as far as the source is deep.
const STACK_BYTES: usize = 256 << 20;

/// Puts checks into a source.
///
/// # Errors
///
/// Refuses what it cannot parse, and what would not do the same afterwards.
pub fn rewrite(source: &str, options: &Options) -> Result<Rewritten, Refusal> {
    let whole = |reason| Refusal { reason, line: 0 };
    if source.len() > MAX_BYTES {
        return Err(whole(Reason::TooLarge));
    }
    if bracket_depth(source) > MAX_DEPTH {
        return Err(whole(Reason::TooDeep));
    }
    // A parser recurs: a stack of its own, because nobody knows how much of this one is left.
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK_BYTES);
        let thread = thread.spawn_scoped(scope, || on_this_thread(source, options));
        let thread = thread.map_err(|_| whole(Reason::NoThread))?;
        thread.join().unwrap_or_else(|_| Err(whole(Reason::ParserFailed)))
    })
}

fn on_this_thread(source: &str, options: &Options) -> Result<Rewritten, Refusal> {
    let allocator = Allocator::default();
    let kind = match options.goal {
        Goal::Script => SourceType::script(),
        Goal::CommonJs => SourceType::cjs(),
        Goal::Module => SourceType::mjs(),
    };
    let parsed = parse(&allocator, source, kind);
    let program = &parsed.program;
    let hashbang = program.hashbang.as_ref().map_or(0, |hashbang| hashbang.span.end);
    let tokens = tokens::Tokens::new(source, &parsed.tokens, hashbang);
    if let Some(error) = parsed.diagnostics.iter().next() {
        let at = error.labels.first().map_or(0, |label| label.offset());
        let line = tokens.line(at);
        let is_jsx = parse(&allocator, source, kind.with_jsx(true)).diagnostics.is_empty();
        let reason = if is_jsx { Reason::Jsx } else { Reason::Syntax(error.message.to_string()) };
        return Err(Refusal { reason, line });
    }
    if let Some((name, at)) = taken_name(source, &parsed) {
        return Err(Refusal { reason: Reason::NameTaken(name), line: tokens.line(at) });
    }
    let sheet = sheet::Sheet::new(&tokens, options.base);
    let mut walk = walk::Walk::new(uses::Facts::of(program), sheet);
    walk.program(program, (options.goal == Goal::Script).then_some(Why::TopOfScript));
    Ok(walk.sheet.finish(source))
}

fn parse<'a>(allocator: &'a Allocator, source: &'a str, kind: SourceType) -> ParserReturn<'a> {
    let options = ParseOptions { enable_ident_hashes: false, ..ParseOptions::default() };
    Parser::new(allocator, source, kind)
        .with_options(options)
        .with_config(TokensParserConfig)
        .parse()
}

/// A name in the source that could be one of ours.
fn taken_name(source: &str, parsed: &ParserReturn<'_>) -> Option<(String, u32)> {
    // Strings and comments may say it; looking at the tokens is only worth it where something does.
    if !source.contains(PREFIX) {
        return None;
    }
    parsed.tokens.iter().find_map(|token| {
        let text = &source[token.start() as usize..token.end() as usize];
        let number = text.strip_prefix(PREFIX)?;
        let is_ours = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
        is_ours.then(|| (text.to_owned(), token.start()))
    })
}

fn bracket_depth(source: &str) -> usize {
    let (mut depth, mut most) = (0_usize, 0);
    for byte in source.bytes() {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            _ => continue,
        }
        most = most.max(depth);
    }
    most
}
