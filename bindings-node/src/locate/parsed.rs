//! Functions and scopes of one script.
//!
//! Knows the syntax of JavaScript. Invariant: each place where V8 can stop is of one function, the
//! innermost around it.

use super::lines::{Lines, Table};
use super::privates::{self, Class, Private};
use super::scopes::{Scope, Variable, scopes};
use super::stops::stops;
use crate::ffi::Told;
use crate::rewrite::{self, Check};
use oxc_allocator::Allocator;
use oxc_ast::AstKind;
use oxc_ast::ast::{AssignmentTarget, BindingPattern, PropertyKey};
use oxc_parser::Parser;
use oxc_semantic::{AstNode, Semantic, SemanticBuilder};
use oxc_span::{GetSpan, SourceType, Span};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;
use stillframe_passages::Spot;

/// A function, or the script itself.
#[derive(Debug)]
pub(super) struct Function {
    /// `total`, `Cart.total`; `<module>` for the script.
    pub(super) name: String,
    /// From 1.
    pub(super) first_line: u32,
    /// Lines on which something of its own runs, and the column of the first of it.
    pub(super) lines: BTreeMap<u32, u32>,
    /// Whether it is the script.
    pub(super) runs_once: bool,
    /// Whether it has a `this` of its own, and how that can be read.
    this: Option<Reading>,
    /// Nodes of its syntax tree: V8 builds the whole tree anew with each hit.
    pub(super) nodes: u32,
    /// Whether V8 says that it returns behind its end: the script, and an arrow function without braces.
    is_open: bool,
    /// Where its body begins: before that no parameter behind the place is set.
    body: u32,
    /// Whether they are more than names: V8 then finds variables of the body at some places only.
    is_complex: bool,
    span: Span,
}

/// A name that is visible at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Visible {
    pub(crate) name: String,
    /// What it was written as, if a source map says that this was another name.
    pub(crate) written: Option<String>,
    /// Whether it can be read there.
    pub(crate) reading: Reading,
}

impl Visible {
    /// A name that is as it was written.
    pub(crate) fn new(name: &str, reading: Reading) -> Self {
        Self { name: name.to_owned(), written: None, reading }
    }

    /// Whether it is the name of a private member.
    pub(crate) fn is_private(&self) -> bool {
        matches!(self.reading, Reading::Private | Reading::Presence)
    }

    /// The name that people know.
    pub(crate) fn shown(&self) -> &str {
        self.written.as_deref().unwrap_or(&self.name)
    }
}

/// What a variable that is declared at a line, from 1, and column was written as.
pub(super) type Spelling<'a> = &'a dyn Fn((u32, u32)) -> Option<String>;

/// Whether a name can be read at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reading {
    /// Always.
    Sure,
    /// It may raise: the name is of a function around, in a `switch` whose cases may be passed by, or
    /// `this` before `super()`.
    Guarded,
    /// Never: it is declared behind the place, in a scope that began before it, and V8 would show
    /// undefined where reading it raises; or nothing uses it, and V8 has no place for it.
    Unset,
    /// It is a private name: what can be read is a function that reads it of an object.
    Private,
    /// It is one that is an accessor: what can be read is a function that says whether an object has it.
    Presence,
}

/// What is known of a script.
#[derive(Debug)]
pub(super) struct Parsed {
    pub(super) functions: Vec<Function>,
    /// Outer ones before those inside them.
    scopes: Vec<Scope>,
    classes: Vec<Class>,
    text: Box<str>,
    table: Arc<Table>,
    /// For each function the one around it.
    outer: Vec<Option<usize>>,
    /// Where V8 can stop, in order; there is one for each place.
    stops: Vec<Stop>,
    /// Lines that begin with a loop whose first stop is reached with each turn.
    turning: HashSet<u32>,
    /// Checks by the line that they stand before, with the function that they are in.
    checks: HashMap<u32, (usize, Check)>,
}

/// A place where V8 can stop: lines from 1, columns from 0.
#[derive(Debug)]
struct Stop {
    at: (u32, u32),
    /// The end of what begins there.
    until: (u32, u32),
    /// The innermost function around it.
    function: usize,
}

impl Parsed {
    /// Parses a text. One that makes no sense to the parser has no functions.
    pub(super) fn of(text: &str) -> Self {
        let allocator = Allocator::default();
        let kind = SourceType::unambiguous();
        let program = Parser::new(&allocator, text, kind).parse().program;
        let semantic = SemanticBuilder::new().with_build_nodes(true).build(&program).semantic;
        let lines = Lines::of(text);
        let functions = functions(&semantic, &lines);
        let outer = outer(&functions);
        let (scopes, classes) = (scopes(&semantic), privates::classes(&semantic));
        let turning = semantic.nodes().iter().filter(|node| is_turning(node.kind()));
        let turning = turning.map(|node| lines.line(node.kind().span().start as usize)).collect();
        let (table, stops, checks) = (lines.table(), Vec::new(), HashMap::new());
        let mut parsed = Self {
            functions,
            scopes,
            classes,
            text: text.into(),
            table,
            outer,
            stops,
            turning,
            checks,
        };
        let mut stops = self::stops(&semantic);
        if let Some(sheet) = rewrite::sheet_of(text) {
            stops.retain(|stop| !sheet.holds(stop.start as usize));
            parsed.learn(sheet.checks(text));
        }
        parsed.place(stops, &lines);
        parsed
    }

    /// Says of each function where V8 can stop in it.
    fn place(&mut self, stops: Vec<Span>, lines: &Lines<'_>) {
        let stop = |one: Span| {
            let at = lines.place(one.start as usize);
            let until = lines.place(one.end as usize);
            Some(Stop { at, until, function: self.around(one.start)? })
        };
        let mut stops: Vec<Stop> = stops.into_iter().filter_map(stop).collect();
        // Of those at one place the longest holds the others.
        stops.sort_by_key(|one| (one.at, std::cmp::Reverse(one.until)));
        stops.dedup_by_key(|one| one.at);
        for Stop { at: (line, column), function, .. } in &stops {
            self.functions[*function].lines.entry(*line).or_insert(*column);
        }
        self.stops = stops;
    }

    /// The places within two others, from 0, at which V8 can stop: for each the function, line from 1
    /// and column.
    pub(super) fn placed(&self, within: Within) -> Vec<(usize, (u32, u32))> {
        let from_one = |(line, column): (u32, u32)| (line.saturating_add(1), column);
        let before = |place| self.stops.partition_point(|stop| stop.at < from_one(place));
        let found = self.stops[before(within.0)..before(within.1)].iter();
        found.map(|stop| (stop.function, stop.at)).collect()
    }

    /// Where what runs at a place ends; the place itself, if nothing is known of it.
    pub(super) fn until(&self, at: (u32, u32)) -> (u32, u32) {
        let found = self.stops.binary_search_by_key(&at, |stop| stop.at);
        found.map_or(at, |index| self.stops[index].until)
    }

    /// The innermost function around a byte. Where one begins is of what makes it.
    fn around(&self, at: u32) -> Option<usize> {
        let behind = self.functions.partition_point(|one| one.span.start < at);
        let mut index = behind.saturating_sub(1);
        if self.functions.is_empty() {
            return None;
        }
        while !self.functions[index].contains(at) {
            index = self.outer[index]?;
        }
        Some(index)
    }

    /// Where a function is in the text, whether it is the script, and from its first place, from 0, to
    /// its end.
    pub(super) fn extent(&self, index: usize) -> Option<((Span, bool), Within)> {
        let function = self.functions.get(index)?;
        let lines = Lines::again(&self.text, &self.table);
        // Where it begins, V8 is not in it yet.
        let first = self.stops.iter().find(|stop| stop.function == index);
        let begin = first.map_or(lines.place(function.span.start as usize), |stop| stop.at);
        // Behind an arrow function without braces is where it returns.
        let end = lines.place(function.span.end as usize);
        let within = ((begin.0 - 1, begin.1), (end.0 - 1, end.1 + 1));
        Some(((function.span, function.runs_once), within))
    }

    /// Those of the places that are of a function, with their lines as people have them; places of what
    /// nobody wrote are none.
    pub(super) fn spots(
        &self,
        index: usize,
        places: &[Told],
        line_of: &dyn Fn((u32, u32)) -> Option<u32>,
    ) -> Vec<Spot> {
        let lines = Lines::again(&self.text, &self.table);
        let spot = |stop: &Told| {
            let byte = lines.byte(stop.line + 1, stop.column) as u32;
            let at = (stop.line, stop.column);
            // What returns may be of no line: the end of a function that was written otherwise.
            let line = line_of(at).or(stop.is_return.then_some(0))?;
            Some(Spot { byte, at, line, is_return: stop.is_return })
        };
        let all = places.iter().filter_map(spot);
        all.filter(|spot| self.around(spot.byte) == Some(index)).collect()
    }

    /// Remembers checks in the text, each with a byte inside of it.
    fn learn(&mut self, checks: impl Iterator<Item = (usize, Check)>) {
        for (at, check) in checks {
            let Some(index) = self.around(at as u32) else { continue };
            if !self.turning.contains(&check.line) {
                self.checks.insert(check.line, (index, check));
            }
        }
    }

    /// The check before a line of a function.
    pub(super) fn check(&self, index: usize, line: u32) -> Option<&Check> {
        let (of, check) = self.checks.get(&line)?;
        (*of == index).then_some(check)
    }

    /// The text that it is of.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Private names that can be written at a place, those of the innermost class first.
    pub(super) fn privates(&self, at: (u32, u32)) -> Vec<(&str, Private)> {
        let lines = Lines::again(&self.text, &self.table);
        privates::at(&self.classes, lines.byte(at.0, at.1) as u32)
    }

    /// Names visible at a place of a function: all, the innermost first, or those of the function
    /// itself in the order in which they are written, behind its `this`.
    pub(super) fn names(
        &self,
        index: usize,
        at: (u32, u32),
        only_own: bool,
        spelling: Option<Spelling<'_>>,
    ) -> Vec<Visible> {
        let Some(function) = self.functions.get(index) else { return Vec::new() };
        let lines = Lines::again(&self.text, &self.table);
        let byte = lines.byte(at.0, at.1) as u32;
        // Where nothing stands between two statements, the end of one is the begin of the next.
        let is_end = function.is_open && function.span.end == byte;
        let contains = |span: Span| match is_end {
            true => span.start <= byte && byte <= span.end,
            false => span.start <= byte && byte < span.end,
        };
        let around = self.scopes.iter().filter(|scope| contains(scope.span));
        let is_own = |scope: &&Scope| is_within(function.span, scope.span);
        let mut scopes: Vec<&Scope> = match only_own {
            true => around.filter(is_own).collect(),
            false => around.collect(),
        };
        // An inner name hides an outer one.
        let (mut hidden, mut told) = (HashSet::new(), HashSet::new());
        let mut names: Vec<Visible> = Vec::new();
        scopes.reverse();
        for scope in scopes {
            let own = scope.variables.iter().rev().filter(|one| hidden.insert(one.name.as_str()));
            let is_ahead = |one: &Variable| byte < function.body && byte <= one.declared;
            let reading = |one: &Variable| match (is_own(&scope), one.left_out) {
                (true, _) if byte < one.from || is_ahead(one) => Reading::Unset,
                (true, None) if byte < function.body || function.is_complex => Reading::Guarded,
                (true, Some(reading)) => reading,
                (true, None) if !scope.is_switch => Reading::Sure,
                _ => Reading::Guarded,
            };
            let visible = |one: &Variable| Visible {
                written: spelling.and_then(|of| of(lines.place(one.declared as usize))),
                ..Visible::new(&one.name, reading(one))
            };
            names.extend(own.map(visible).filter(|one| told.insert(one.shown().to_owned())));
        }
        if function.this.is_some() || !only_own {
            let reading = function.this.unwrap_or(Reading::Guarded);
            names.push(Visible::new("this", reading));
        }
        if only_own { names.into_iter().rev().collect() } else { names }
    }
}

/// Whether V8 first stops in a loop where each of its turns begins, and not once before them.
fn is_turning(kind: AstKind<'_>) -> bool {
    match kind {
        AstKind::WhileStatement(_) | AstKind::ForInStatement(_) | AstKind::ForOfStatement(_) => {
            true
        }
        AstKind::ForStatement(one) => one.init.is_none(),
        _ => false,
    }
}

impl Function {
    /// Whether a place at which V8 can stop is of it, or of one within it.
    fn contains(&self, at: u32) -> bool {
        self.span.start <= at && (at < self.span.end || (self.is_open && at == self.span.end))
    }
}

fn is_within(outer: Span, inner: Span) -> bool {
    outer.start <= inner.start && inner.end <= outer.end
}

/// All functions, outer ones before those inside them.
fn functions(semantic: &Semantic<'_>, lines: &Lines<'_>) -> Vec<Function> {
    let mut functions: Vec<Function> =
        semantic.nodes().iter().filter_map(|node| function(semantic, node, lines)).collect();
    functions.sort_by_key(|function| (function.span.start, u32::MAX - function.span.end));
    let mut begins: Vec<u32> =
        semantic.nodes().iter().map(|node| node.kind().span().start).collect();
    begins.sort_unstable();
    let before = |at: u32| begins.partition_point(|begin| *begin < at) as u32;
    for function in &mut functions {
        function.nodes = before(function.span.end) - before(function.span.start);
    }
    functions
}

/// For each function the one around it.
fn outer(functions: &[Function]) -> Vec<Option<usize>> {
    let mut open: Vec<usize> = Vec::new();
    let mut outer = Vec::with_capacity(functions.len());
    for (index, function) in functions.iter().enumerate() {
        while open.pop_if(|one| !is_within(functions[*one].span, function.span)).is_some() {}
        outer.push(open.last().copied());
        open.push(index);
    }
    outer
}

/// Two places, line and column from 0: the first within, and the first behind.
pub(super) type Within = ((u32, u32), (u32, u32));

/// A function of a text that V8 does not have: the source that a script was made of.
#[derive(Debug)]
pub(super) struct Written {
    pub(super) name: String,
    /// Whether it is the source itself.
    pub(super) runs_once: bool,
    /// Line from 1 and column of its begin and its end.
    pub(super) from: (u32, u32),
    to: (u32, u32),
}

impl Written {
    pub(super) fn contains(&self, at: (u32, u32)) -> bool {
        self.runs_once || (self.from <= at && at <= self.to)
    }
}

/// The functions of a source, outer ones before those inside them; none where it makes no sense to the
/// parser.
pub(super) fn written(text: &str, path: &str) -> Vec<Written> {
    let allocator = Allocator::default();
    let Ok(kind) = SourceType::from_path(path) else { return Vec::new() };
    let parsed = Parser::new(&allocator, text, kind).parse();
    if parsed.panicked {
        return Vec::new();
    }
    let semantic = SemanticBuilder::new().with_build_nodes(true).build(&parsed.program).semantic;
    let lines = Lines::of(text);
    let written = |one: Function| Written {
        name: one.name,
        runs_once: one.runs_once,
        from: lines.place(one.span.start as usize),
        to: lines.place(one.span.end as usize),
    };
    functions(&semantic, &lines).into_iter().map(written).collect()
}

fn function(semantic: &Semantic<'_>, node: &AstNode<'_>, lines: &Lines<'_>) -> Option<Function> {
    let (name, this, runs_once) = match node.kind() {
        AstKind::Program(_) => ("<module>".to_owned(), None, true),
        AstKind::Function(one) => {
            let own = one.id.as_ref().map(|id| id.name.to_string());
            let this = if is_derived(semantic, node) { Reading::Guarded } else { Reading::Sure };
            (named(semantic, node, own), Some(this), false)
        }
        AstKind::ArrowFunctionExpression(_) => (named(semantic, node, None), None, false),
        _ => return None,
    };
    let span = node.kind().span();
    let first_line = lines.line(span.start as usize);
    let (parameters, body) = match node.kind() {
        AstKind::Function(one) => {
            (one.params.span, one.body.as_ref().map_or(0, |one| one.span.start))
        }
        AstKind::ArrowFunctionExpression(one) => (one.params.span, one.body.span().start),
        _ => (Span::empty(0), 0),
    };
    let is_complex = parameters.source_text(semantic.source_text()).contains(['=', '{', '[', '.']);
    let is_bare =
        matches!(node.kind(), AstKind::ArrowFunctionExpression(one) if one.is_expression());
    Some(Function {
        name,
        first_line,
        lines: BTreeMap::new(),
        runs_once,
        this,
        nodes: 0,
        is_open: runs_once || is_bare,
        body,
        is_complex,
        span,
    })
}

/// Whether it is the constructor of a class that extends another, which has no `this` before `super()`.
fn is_derived(semantic: &Semantic<'_>, node: &AstNode<'_>) -> bool {
    let mut around = semantic.nodes().ancestor_kinds(node.id());
    let is_constructor = matches!(
        around.next(), Some(AstKind::MethodDefinition(one)) if one.kind.is_constructor()
    );
    let class = around.find_map(|kind| match kind {
        AstKind::Class(class) => Some(class),
        _ => None,
    });
    is_constructor && class.is_some_and(|class| class.heritage.is_some())
}

/// The name of a function: its own, or that of what it is assigned to, behind its class's.
fn named(semantic: &Semantic<'_>, node: &AstNode<'_>, own: Option<String>) -> String {
    let mut class = None;
    let mut given = own;
    for (depth, kind) in semantic.nodes().ancestor_kinds(node.id()).enumerate() {
        match kind {
            AstKind::VariableDeclarator(one) if depth == 0 && given.is_none() => {
                if let BindingPattern::BindingIdentifier(id) = &one.id {
                    given = Some(id.name.to_string());
                }
            }
            AstKind::AssignmentExpression(one) if depth == 0 && given.is_none() => {
                given = assigned(&one.left);
            }
            AstKind::MethodDefinition(one) if depth == 0 => given = key(&one.key).or(given),
            AstKind::PropertyDefinition(one) if depth == 0 => given = key(&one.key).or(given),
            AstKind::ObjectProperty(one) if depth == 0 => given = key(&one.key).or(given),
            AstKind::Class(one) if depth <= 2 => {
                class = one.id.as_ref().map(|id| id.name.to_string());
                break;
            }
            AstKind::Function(_) | AstKind::ArrowFunctionExpression(_) => break,
            _ => {}
        }
    }
    let name = given.unwrap_or_else(|| "(anonymous)".to_owned());
    class.map_or_else(|| name.clone(), |class| format!("{class}.{name}"))
}

fn assigned(target: &AssignmentTarget<'_>) -> Option<String> {
    match target {
        AssignmentTarget::AssignmentTargetIdentifier(id) => Some(id.name.to_string()),
        AssignmentTarget::StaticMemberExpression(one) => Some(one.property.name.to_string()),
        _ => None,
    }
}

fn key(key: &PropertyKey<'_>) -> Option<String> {
    match key {
        PropertyKey::StaticIdentifier(id) => Some(id.name.to_string()),
        PropertyKey::PrivateIdentifier(id) => Some(format!("#{}", id.name)),
        PropertyKey::StringLiteral(text) => Some(text.value.to_string()),
        _ => None,
    }
}
