//! Where passages through a function, or through some of its statements, begin and end.
//!
//! V8 tells of no call and no return, only of the places where it can stop: this finds those at which a
//! passage begins, and those that are reached next when it is left. Knows the syntax of JavaScript,
//! neither clocks nor frames. Invariant: each way into the statements passes a place at which a passage
//! begins, and each way out that V8 can stop on one at which it ends; the others are told apart as
//! those that may have been left for good ([`Edge::Leave`], [`Edge::Throw`]).

mod exits;
mod flow;

use exits::Exits;
use flow::{Flow, Level};
use oxc_allocator::Allocator;
use oxc_ast::AstKind;
use oxc_ast::ast::{ArrowFunctionBody, Statement};
use oxc_parser::Parser;
use oxc_semantic::{Semantic, SemanticBuilder, SymbolId};
use oxc_span::{GetSpan, SourceType, Span};
use stillframe_core::error::{Error, ErrorKind, Result};
use stillframe_core::host;

/// Parameters by which frames are told apart, at most.
const MOST_PARAMETERS: usize = 8;

/// What a place means to the passages of a frame. The numbers are those of `../lib/passages.js`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Edge {
    /// It ends, if one is under way.
    End = 0,
    /// It is left by an exception, if one is under way.
    Raise = 1,
    /// Whatever was under way is over.
    Forget = 2,
    /// It may be left here: it was if nothing of the frame comes any more.
    Leave = 3,
    /// The same, by an exception.
    Throw = 4,
    /// One begins, whatever is known of the frame.
    Begin = 5,
    /// One begins, unless it is under way: the place is reached again from within.
    Enter = 6,
}

impl Edge {
    /// Whether a passage may begin there.
    pub fn begins(self) -> bool {
        matches!(self, Self::Begin | Self::Enter)
    }
}

/// By what a frame is told from others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Identity {
    /// By where it lies on the stack: it is not suspended in a passage.
    Stack,
    /// By these of its parameters, which never change.
    Parameters(Vec<String>),
}

/// The places of one time probe.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timing {
    /// Line and column, both from 0, and what the place means, the first to be looked at first.
    pub edges: Vec<((u32, u32), Edge)>,
    /// By what the frames are told apart.
    pub identity: Identity,
    /// Bytes of the function's text, by which V8's own part of a hit grows.
    pub bytes: u32,
}

impl Timing {
    /// Where a passage begins.
    pub fn begin(&self) -> Option<(u32, u32)> {
        self.edges.iter().find(|(_, edge)| edge.begins()).map(|(at, _)| *at)
    }
}

/// A place of the function at which V8 can stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spot {
    /// Where it is in the text.
    pub byte: u32,
    /// Line and column, from 0, as V8 has them.
    pub at: (u32, u32),
    /// The line, from 1, as people have it: of what the text was made of, if it was.
    pub line: u32,
    /// Whether the function returns there.
    pub is_return: bool,
}

fn refused(message: impl Into<String>, hint: impl Into<String>) -> Error {
    Error::new(ErrorKind::Unsupported, message.into()).with_hint(hint)
}

/// The places for timing a function, which is at `function` in `text`, where the script itself may be
/// too, and can be stopped at `spots`. `line_of` is the line of a byte as people have it.
///
/// # Errors
///
/// `Location` where passages cannot be told from each other, with what can be timed instead.
pub fn timing(
    text: &str,
    (function, is_script): (Span, bool),
    mut spots: Vec<Spot>,
    wanted: host::Span,
    line_of: &dyn Fn(u32) -> Option<u32>,
) -> Result<Timing> {
    spots.sort_by_key(|spot| (spot.byte, spot.is_return));
    let allocator = Allocator::default();
    let program = Parser::new(&allocator, text, SourceType::unambiguous()).parse().program;
    let semantic = SemanticBuilder::new().with_build_nodes(true).build(&program).semantic;
    let gone = || Error::new(ErrorKind::Internal, "the function is not where it was");
    let mut kinds = semantic.nodes().iter().map(|node| node.kind());
    let kind = kinds.find(|kind| is_at(*kind, function, is_script)).ok_or_else(gone)?;
    let body = body(kind).ok_or_else(gone)?;
    let flow = Flow::new(spots, body.span, line_of);
    let (edges, exits) = match wanted {
        host::Span::Function => of_function(&flow, &body)?,
        host::Span::Lines { first, last } => of_lines(&flow, &body, (first, last))?,
    };
    let identity = match exits.suspends {
        false => Identity::Stack,
        true => Identity::Parameters(fixed(&semantic, kind, text)),
    };
    Ok(Timing { edges: ordered(edges), identity, bytes: function.size() })
}

fn is_at(kind: AstKind<'_>, span: Span, is_script: bool) -> bool {
    let is_one = match kind {
        AstKind::Program(_) => is_script,
        AstKind::Function(_) | AstKind::ArrowFunctionExpression(_) => !is_script,
        _ => false,
    };
    is_one && kind.span() == span
}

/// The parameters of a function that are what they were whenever its frame is looked at, and its `this`.
fn fixed(semantic: &Semantic<'_>, kind: AstKind<'_>, text: &str) -> Vec<String> {
    let (scope, has_this) = match kind {
        AstKind::Function(one) => (one.scope_id(), true),
        AstKind::ArrowFunctionExpression(one) => (one.scope_id(), false),
        _ => return Vec::new(),
    };
    let scoping = semantic.scoping();
    let span = kind.span();
    let own_text = &text[span.start as usize..span.end as usize];
    let is_open = ["arguments", "eval"].iter().any(|word| own_text.contains(word));
    let is_parameter = |symbol: &SymbolId| {
        let declared = semantic.nodes().kind(scoping.symbol_declaration(*symbol));
        matches!(declared, AstKind::FormalParameter(_) | AstKind::FormalParameterRest(_))
    };
    let is_fixed = |symbol: &SymbolId| {
        let name = scoping.symbol_name(*symbol);
        let alike = scoping.symbol_ids().filter(|other| scoping.symbol_name(*other) == name);
        let inside = alike.filter(|other| span.contains_inclusive(scoping.symbol_span(*other)));
        let is_alone = inside.count() == 1 && scoping.symbol_redeclarations(*symbol).is_empty();
        is_alone && !scoping.symbol_is_mutated(*symbol)
    };
    let own = scoping.iter_bindings_in(scope).filter(is_parameter).filter(is_fixed);
    let names = own.filter(|_| !is_open).map(|symbol| scoping.symbol_name(symbol).to_owned());
    let this = has_this.then(|| "this".to_owned());
    this.into_iter().chain(names).take(MOST_PARAMETERS).collect()
}

/// What runs when a function is called.
enum Code<'a> {
    Statements(&'a [Statement<'a>]),
    /// What an arrow function answers.
    Expression(&'a oxc_ast::ast::Expression<'a>),
}

struct Body<'a> {
    span: Span,
    code: Code<'a>,
}

fn body<'a>(kind: AstKind<'a>) -> Option<Body<'a>> {
    let of = |span, statements| Some(Body { span, code: Code::Statements(statements) });
    match kind {
        AstKind::Program(one) => of(one.span, &one.body),
        AstKind::Function(one) => of(one.body.as_ref()?.span, &one.body.as_ref()?.statements),
        AstKind::ArrowFunctionExpression(one) => match &one.body {
            ArrowFunctionBody::FunctionBody(body) => of(body.span, &body.statements),
            other => {
                let expression = other.as_expression()?;
                Some(Body { span: expression.span(), code: Code::Expression(expression) })
            }
        },
        _ => None,
    }
}

/// Ends before begins, each once.
fn ordered(edges: Vec<(Spot, Edge)>) -> Vec<((u32, u32), Edge)> {
    let mut all: Vec<_> = edges.into_iter().map(|(spot, edge)| (spot.at, edge)).collect();
    all.sort_by_key(|(at, edge)| (*at, *edge));
    all.dedup();
    all
}

type Edges = Vec<(Spot, Edge)>;

fn of_function(flow: &Flow<'_>, body: &Body<'_>) -> Result<(Edges, Exits)> {
    let (entry, exits) = match body.code {
        Code::Statements(all) => (flow.entry_of(all), Exits::of(all)),
        Code::Expression(one) => (flow.once(one.span()), Exits::of_expression(one)),
    };
    let entry = entry.ok_or_else(|| refused("nothing runs in that function", "time its caller"))?;
    if entry.repeats {
        let message = "the first thing that the function does is the test of a loop, which V8 does \
                       not tell from its begin";
        return Err(refused(message, "time the lines of the loop and behind it, or its caller"));
    }
    let mut edges = vec![(entry.spot, Edge::Begin)];
    edges.extend(flow.returns(body.span).map(|spot| (spot, Edge::End)));
    edges.extend(exits.edges(flow));
    Ok((edges, exits))
}

fn of_lines(flow: &Flow<'_>, body: &Body<'_>, (first, last): (u32, u32)) -> Result<(Edges, Exits)> {
    let Code::Statements(all) = body.code else {
        // An expression is one statement.
        return of_function(flow, body);
    };
    if flow.on_lines(first, last).next().is_none() {
        return Err(refused("nothing of the function runs on those lines", "choose others"));
    }
    let levels = Level::around(flow, all, (first, last));
    let passed = levels.last().map(|level| level.passed()).unwrap_or_default();
    let (Some(from), Some(to)) = (passed.first(), passed.last()) else {
        return Err(refused("nothing of the function runs on those lines", "choose others"));
    };
    if let Some(cut) = passed.iter().find(|one| !flow.is_within_lines(one.span(), first, last)) {
        let (from, to) = flow.lines_of(from.span().merge(to.span()));
        let (begin, end) = flow.lines_of(cut.span());
        let message =
            format!("lines {first} to {last} cut the statement on lines {begin} to {end}");
        return Err(refused(message, format!("time whole statements, here {from}..{to}")));
    }
    let entry =
        flow.entry_of(passed).ok_or_else(|| refused("nothing runs there", "choose others"))?;
    let exits = Exits::of(passed);
    let mut edges = Vec::new();
    if entry.repeats && exits.suspends {
        let message = "the loop on those lines waits, and V8 does not tell its next turn from another \
                       call's first";
        return Err(refused(message, "time the whole function, or lines inside of the loop"));
    }
    if entry.repeats {
        let begin = flow.entry_of(all).filter(|begin| !begin.repeats).ok_or_else(|| {
            let message = "the function begins with the loop on those lines, and V8 does not tell its \
                           test from its begin";
            refused(message, "time other lines, or the caller of the function")
        })?;
        edges.extend([(begin.spot, Edge::Forget), (entry.spot, Edge::Enter)]);
    } else {
        edges.push((entry.spot, Edge::Begin));
    }
    edges.extend(flow.after(&levels).into_iter().map(|spot| (spot, Edge::End)));
    edges.extend(flow.around(&levels));
    for target in &exits.jumps {
        edges.extend(flow.jump(&levels, target).into_iter().map(|spot| (spot, Edge::End)));
    }
    for span in &exits.returns {
        edges.extend(flow.returns(*span).map(|spot| (spot, Edge::End)));
    }
    edges.extend(exits.edges(flow));
    Ok((edges, exits))
}

#[cfg(test)]
mod tests;
