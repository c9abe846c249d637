//! What each function uses and declares, gathered before anything is placed.
//!
//! Knows the syntax tree. Invariant: what a function is said to use, it or a function inside it
//! names in its source, so that passing it captures nothing that was not captured before.

use oxc_ast::ast::{
    ArrowFunctionExpression, BinaryExpression, Expression, Function, IdentifierReference,
    LogicalExpression, Program, StaticBlock, Super, ThisExpression, VariableDeclaration,
};
use oxc_ast_visit::{VisitJs, walk_js};
use oxc_syntax::scope::ScopeFlags;
use std::collections::HashMap;
use std::ops::Range;

/// The key of the code outside all functions.
pub(crate) const TOP: u32 = u32::MAX;

/// What one function uses and declares.
#[derive(Default)]
pub(crate) struct Fact<'a> {
    names: Range<usize>,
    /// The names it declares with `var`, at whatever depth.
    pub(crate) vars: Vec<&'a str>,
    /// Its own `this` is used, by it or by an arrow function inside it.
    pub(crate) has_this: bool,
}

/// What all functions of a source use and declare, by where they start.
#[derive(Default)]
pub(crate) struct Facts<'a> {
    facts: HashMap<u32, Fact<'a>>,
    /// All names in the order of the source, of which each function's are one stretch.
    names: Vec<&'a str>,
    open: Vec<Fact<'a>>,
}

impl<'a> Facts<'a> {
    pub(crate) fn of(program: &Program<'a>) -> Self {
        let mut facts = Self::default();
        facts.within(TOP, |facts| {
            walk_js::walk_program(facts, program);
            false
        });
        facts
    }

    /// What the function that starts here declares.
    pub(crate) fn of_function(&self, start: u32) -> Option<&Fact<'a>> {
        self.facts.get(&start)
    }

    /// The names that a function uses, some of them more than once.
    pub(crate) fn names(&self, start: u32) -> &[&'a str] {
        self.facts.get(&start).map_or(&[], |fact| &self.names[fact.names.clone()])
    }

    /// Gathers one function; the walk says whether its `this` is that of the function around it.
    fn within(&mut self, start: u32, walk: impl FnOnce(&mut Self) -> bool) {
        let first = self.names.len();
        self.open.push(Fact::default());
        let shares_this = walk(self);
        let Some(mut fact) = self.open.pop() else { return };
        fact.names = first..self.names.len();
        if let Some(around) = self.open.last_mut() {
            around.has_this |= shares_this && fact.has_this;
        }
        self.facts.insert(start, fact);
    }

    fn note_this(&mut self) {
        if let Some(fact) = self.open.last_mut() {
            fact.has_this = true;
        }
    }
}

impl<'a> VisitJs<'a> for Facts<'a> {
    fn visit_function(&mut self, it: &Function<'a>, flags: ScopeFlags) {
        self.within(it.span.start, |facts| {
            walk_js::walk_function(facts, it, flags);
            false
        });
    }

    fn visit_arrow_function_expression(&mut self, it: &ArrowFunctionExpression<'a>) {
        self.within(it.span.start, |facts| {
            walk_js::walk_arrow_function_expression(facts, it);
            true
        });
    }

    fn visit_static_block(&mut self, it: &StaticBlock<'a>) {
        self.within(it.span.start, |facts| {
            walk_js::walk_static_block(facts, it);
            false
        });
    }

    fn visit_variable_declaration(&mut self, it: &VariableDeclaration<'a>) {
        if let (true, Some(fact)) = (it.kind.is_var(), self.open.last_mut()) {
            for declarator in &it.declarations {
                let bound = declarator.id.get_binding_identifiers();
                fact.vars.extend(bound.iter().map(|one| one.name.as_str()));
            }
        }
        walk_js::walk_variable_declaration(self, it);
    }

    fn visit_identifier_reference(&mut self, it: &IdentifierReference<'a>) {
        self.names.push(it.name.as_str());
    }

    fn visit_this_expression(&mut self, _: &ThisExpression) {
        self.note_this();
    }

    fn visit_super(&mut self, _: &Super) {
        self.note_this();
    }

    fn visit_binary_expression(&mut self, it: &BinaryExpression<'a>) {
        operands(&it.left, &it.right, |operand| self.visit_expression(operand));
    }

    fn visit_logical_expression(&mut self, it: &LogicalExpression<'a>) {
        operands(&it.left, &it.right, |operand| self.visit_expression(operand));
    }
}

/// The operands of a chain of operators from left to right. Sums of ten thousand strings are real,
/// and a walk that recurs once for each of them needs more stack than there is.
pub(crate) fn operands<'a, 'b>(
    left: &'b Expression<'a>,
    right: &'b Expression<'a>,
    mut visit: impl FnMut(&'b Expression<'a>),
) {
    let mut rights = vec![right];
    let mut first = left;
    loop {
        let (left, right) = match first {
            Expression::BinaryExpression(inner) => (&inner.left, &inner.right),
            Expression::LogicalExpression(inner) => (&inner.left, &inner.right),
            _ => break,
        };
        rights.push(right);
        first = left;
    }
    visit(first);
    rights.into_iter().rev().for_each(visit);
}
