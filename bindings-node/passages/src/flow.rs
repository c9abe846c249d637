//! Which place is reached first in a statement, and which next behind it.
//!
//! Knows syntax and where V8 can stop. Invariant: what is said to be reached first in a statement is
//! reached whenever the statement is, before anything else of it runs; what is reached next is among the
//! places that are told.

use super::exits::Jump;
use super::{Edge, Edges, Spot};
use oxc_ast::ast::{Statement, VariableDeclaration};
use oxc_span::{GetSpan, Span};

/// The first place of a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) spot: Spot,
    /// Whether it is reached again from inside the statement.
    pub(super) repeats: bool,
}

/// The places of one function.
pub(super) struct Flow<'l> {
    spots: Vec<Spot>,
    body: Span,
    line_of: &'l dyn Fn(u32) -> Option<u32>,
}

/// A list of statements, and which of them is looked into.
#[derive(Clone, Copy)]
pub(super) struct Level<'a> {
    list: &'a [Statement<'a>],
    /// The statement that the list is of, and which part of it; none for the function's own.
    of: Option<(&'a Statement<'a>, Part)>,
    /// The first and the last that are passed.
    passed: (usize, usize),
}

/// What a list is to its statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    /// It runs once, and what follows the statement comes next.
    Branch,
    /// Of a loop.
    Turn,
    /// Of a `try`.
    Tried,
    /// Of a `catch`.
    Caught,
    /// Of the case with that number.
    Case(usize),
}

impl<'a> Level<'a> {
    /// The lists around lines, the outermost first; the last is that whose statements are passed.
    pub(super) fn around(
        flow: &Flow<'_>,
        all: &'a [Statement<'a>],
        (first, last): (u32, u32),
    ) -> Vec<Self> {
        let mut levels = Vec::new();
        let mut next = Some((all, None));
        while let Some((list, of)) = next.take() {
            let has_any = |one: &Statement<'_>| flow.any_on(one.span(), first, last);
            let Some(from) = list.iter().position(has_any) else { break };
            let to = list.iter().rposition(has_any).unwrap_or(from);
            levels.push(Self { list, of, passed: (from, to) });
            let one = &list[from];
            let (begin, end) = flow.lines_of(one.span());
            if from == to && (begin < first || end > last) {
                let wanted = flow.on_lines(first, last);
                let bounds = wanted.fold(None, |bounds: Option<Span>, spot| {
                    let at = Span::new(spot.byte, spot.byte);
                    Some(bounds.map_or(at, |bounds| bounds.merge(at)))
                });
                let holds = |list: &[Statement<'_>]| {
                    let span = list.first().zip(list.last()).map(|(a, b)| a.span().merge(b.span()));
                    span.zip(bounds).is_some_and(|(span, bounds)| span.contains_inclusive(bounds))
                };
                let inside = parts(one).into_iter().find(|(list, _)| holds(list));
                next = inside.map(|(list, part)| (list, Some((one, part))));
            }
        }
        levels
    }

    /// The statements that are passed.
    pub(super) fn passed(&self) -> &'a [Statement<'a>] {
        &self.list[self.passed.0..=self.passed.1]
    }
}

/// The lists of a statement.
fn parts<'a>(statement: &'a Statement<'a>) -> Vec<(&'a [Statement<'a>], Part)> {
    use std::slice::from_ref;
    match statement {
        Statement::BlockStatement(one) => vec![(&one.body, Part::Branch)],
        Statement::LabeledStatement(one) => vec![(from_ref(&one.body), Part::Branch)],
        Statement::WithStatement(one) => vec![(from_ref(&one.body), Part::Branch)],
        Statement::IfStatement(one) => {
            let alternate = one.alternate.iter().map(|other| (from_ref(other), Part::Branch));
            std::iter::once((from_ref(&one.consequent), Part::Branch)).chain(alternate).collect()
        }
        Statement::ForStatement(one) => vec![(from_ref(&one.body), Part::Turn)],
        Statement::ForInStatement(one) => vec![(from_ref(&one.body), Part::Turn)],
        Statement::ForOfStatement(one) => vec![(from_ref(&one.body), Part::Turn)],
        Statement::WhileStatement(one) => vec![(from_ref(&one.body), Part::Turn)],
        Statement::DoWhileStatement(one) => vec![(from_ref(&one.body), Part::Turn)],
        Statement::TryStatement(one) => {
            let mut all: Vec<(&[Statement<'_>], Part)> = vec![(&one.block.body, Part::Tried)];
            all.extend(one.handler.iter().map(|handler| (&handler.body.body[..], Part::Caught)));
            all.extend(one.finalizer.iter().map(|block| (&block.body[..], Part::Branch)));
            all
        }
        Statement::SwitchStatement(one) => {
            let cases = one.cases.iter().enumerate();
            cases.map(|(at, case)| (&case.consequent[..], Part::Case(at))).collect()
        }
        _ => Vec::new(),
    }
}

impl<'l> Flow<'l> {
    pub(super) fn new(
        spots: Vec<Spot>,
        body: Span,
        line_of: &'l dyn Fn(u32) -> Option<u32>,
    ) -> Self {
        Self { spots, body, line_of }
    }

    /// Places in a piece of the text at which nothing returns.
    fn within(&self, span: Span) -> impl DoubleEndedIterator<Item = Spot> {
        let inside = move |spot: &&Spot| span.start <= spot.byte && spot.byte < span.end;
        self.spots.iter().filter(|spot| !spot.is_return).filter(inside).copied()
    }

    /// Places at which the function returns, in a piece of the text and at its end.
    pub(super) fn returns(&self, span: Span) -> impl Iterator<Item = Spot> {
        let inside = move |spot: &&Spot| span.start <= spot.byte && spot.byte <= span.end;
        self.spots.iter().filter(|spot| spot.is_return).filter(inside).copied()
    }

    /// Places on some lines, from 1.
    pub(super) fn on_lines(&self, first: u32, last: u32) -> impl Iterator<Item = Spot> {
        let all = self.within(self.body);
        all.filter(move |spot| (first..=last).contains(&spot.line))
    }

    pub(super) fn any_on(&self, span: Span, first: u32, last: u32) -> bool {
        self.within(span).any(|spot| (first..=last).contains(&spot.line))
    }

    /// Whether all places of a piece of the text are on some lines.
    pub(super) fn is_within_lines(&self, span: Span, first: u32, last: u32) -> bool {
        self.within(span).all(|spot| (first..=last).contains(&spot.line))
    }

    /// First and last line of a piece of the text.
    pub(super) fn lines_of(&self, span: Span) -> (u32, u32) {
        let ends = [span.start, span.end.saturating_sub(1).max(span.start)];
        let ends = ends.into_iter().filter_map(|byte| (self.line_of)(byte));
        let lines = ends.chain(self.within(span).map(|spot| spot.line));
        lines.fold((u32::MAX, 0), |(first, last), line| (first.min(line), last.max(line)))
    }

    /// The last place of a piece of the text.
    pub(super) fn last(&self, span: Span) -> Option<Spot> {
        self.within(span).next_back()
    }

    /// The first place of an expression.
    pub(super) fn once(&self, span: Span) -> Option<Entry> {
        self.within(span).next().map(|spot| Entry { spot, repeats: false })
    }

    fn again(&self, span: Span) -> Option<Entry> {
        self.within(span).next().map(|spot| Entry { spot, repeats: true })
    }

    pub(super) fn entry_of(&self, list: &[Statement<'_>]) -> Option<Entry> {
        list.iter().find_map(|statement| self.entry(statement))
    }

    fn entry(&self, statement: &Statement<'_>) -> Option<Entry> {
        let repeating = |entry: Option<Entry>| entry.map(|entry| Entry { repeats: true, ..entry });
        match statement {
            Statement::BlockStatement(one) => self.entry_of(&one.body),
            Statement::LabeledStatement(one) => self.entry(&one.body),
            Statement::TryStatement(one) => {
                let finalizer =
                    || one.finalizer.as_ref().and_then(|block| self.entry_of(&block.body));
                self.entry_of(&one.block.body).or_else(finalizer)
            }
            Statement::FunctionDeclaration(_) | Statement::EmptyStatement(_) => None,
            Statement::VariableDeclaration(one) => self.declared(one),
            Statement::WhileStatement(one) => {
                self.again(one.test.span()).or_else(|| repeating(self.entry(&one.body)))
            }
            Statement::DoWhileStatement(one) => {
                repeating(self.entry(&one.body)).or_else(|| self.again(one.test.span()))
            }
            Statement::ForStatement(one) => {
                let init = one.init.as_ref().and_then(|init| self.once(init.span()));
                let test = || one.test.as_ref().and_then(|test| self.again(test.span()));
                init.or_else(test).or_else(|| repeating(self.entry(&one.body)))
            }
            Statement::ForInStatement(one) => self.once(one.right.span()).or(self.once(one.span)),
            Statement::ForOfStatement(one) => self.once(one.right.span()).or(self.once(one.span)),
            other => self.once(other.span()),
        }
    }

    /// A pattern's defaults lie before what it takes apart, and run behind it.
    fn declared(&self, declaration: &VariableDeclaration<'_>) -> Option<Entry> {
        let values = declaration.declarations.iter().filter_map(|one| one.init.as_ref());
        values.into_iter().find_map(|value| self.once(value.span()))
    }

    /// What is reached when the statements of the last list are passed.
    pub(super) fn after(&self, levels: &[Level<'_>]) -> Vec<Spot> {
        let Some((level, outer)) = levels.split_last() else { return Vec::new() };
        if let Some(next) = self.entry_of(&level.list[level.passed.1 + 1..]) {
            return vec![next.spot];
        }
        match level.of {
            // Where the function ends.
            None => {
                self.returns(Span::new(self.body.end.saturating_sub(1), self.body.end)).collect()
            }
            Some((statement, Part::Turn)) => self.turn(statement, outer),
            Some((Statement::TryStatement(one), Part::Tried | Part::Caught)) => {
                let finalizer = one.finalizer.as_ref().and_then(|block| self.entry_of(&block.body));
                finalizer.map_or_else(|| self.after(outer), |entry| vec![entry.spot])
            }
            Some((Statement::SwitchStatement(one), Part::Case(at))) => {
                let next =
                    one.cases[at + 1..].iter().find_map(|case| self.entry_of(&case.consequent));
                next.map_or_else(|| self.after(outer), |entry| vec![entry.spot])
            }
            Some(_) => self.after(outer),
        }
    }

    /// What is reached when a loop goes on with its next turn; V8 leaves tests out that it knows.
    fn turn(&self, statement: &Statement<'_>, outer: &[Level<'_>]) -> Vec<Spot> {
        let next = match statement {
            Statement::ForStatement(one) => {
                let update = one.update.as_ref().and_then(|update| self.once(update.span()));
                update.or_else(|| one.test.as_ref().and_then(|test| self.once(test.span())))
            }
            Statement::WhileStatement(one) => self.once(one.test.span()),
            Statement::DoWhileStatement(one) => self.once(one.test.span()),
            Statement::ForInStatement(one) => self.once(one.left.span()),
            Statement::ForOfStatement(one) => self.once(one.left.span()),
            _ => None,
        };
        let body = || match statement {
            Statement::ForStatement(one) => self.entry(&one.body),
            Statement::WhileStatement(one) => self.entry(&one.body),
            Statement::DoWhileStatement(one) => self.entry(&one.body),
            _ => None,
        };
        match next {
            Some(next) => vec![next.spot],
            None => {
                let behind = self.after(outer);
                body().map(|entry| entry.spot).into_iter().chain(behind).collect()
            }
        }
    }

    /// What is reached by a `break` or `continue` that leaves the statements.
    pub(super) fn jump(&self, levels: &[Level<'_>], jump: &Jump) -> Vec<Spot> {
        for at in (1..levels.len()).rev() {
            let Some((statement, part)) = levels[at].of else { continue };
            let outer = &levels[..at];
            let is_loop = part == Part::Turn;
            let is_switch = matches!(part, Part::Case(_));
            let is_meant = match &jump.label {
                None => is_loop || (is_switch && !jump.continues),
                Some(label) if jump.continues => is_loop && is_labelled(outer, label),
                Some(label) => match statement {
                    Statement::LabeledStatement(one) => one.label.name.as_str() == label,
                    _ => false,
                },
            };
            if is_meant {
                return match jump.continues {
                    true => self.turn(statement, outer),
                    false => self.after(outer),
                };
            }
        }
        Vec::new()
    }

    /// What an exception or a jump passes on its way through the statements around.
    pub(super) fn around(&self, levels: &[Level<'_>]) -> Edges {
        let mut edges = Vec::new();
        for (statement, part) in levels.iter().filter_map(|level| level.of) {
            let Statement::TryStatement(one) = statement else { continue };
            let handler = one.handler.as_ref().filter(|_| part == Part::Tried);
            let handler = handler.and_then(|handler| self.entry_of(&handler.body.body));
            edges.extend(handler.map(|entry| (entry.spot, Edge::Raise)));
            let finalizer = one.finalizer.as_ref().filter(|_| part != Part::Branch);
            let finalizer = finalizer.and_then(|block| self.entry_of(&block.body));
            edges.extend(finalizer.map(|entry| (entry.spot, Edge::End)));
        }
        edges
    }
}

/// Whether the loop in the last of these lists has that label.
fn is_labelled(levels: &[Level<'_>], label: &str) -> bool {
    let names = levels.iter().rev().map_while(|level| match level.of {
        Some((Statement::LabeledStatement(one), Part::Branch)) => Some(&one.label.name),
        _ => None,
    });
    names.into_iter().any(|name| name.as_str() == label)
}
