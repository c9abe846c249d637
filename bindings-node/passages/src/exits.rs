//! How statements are left other than at their end.
//!
//! Knows syntax, not places. Invariant: of a jump it is known which statement it leaves, unless that is
//! among the statements themselves.

use super::flow::Flow;
use super::{Edge, Edges};
use oxc_ast::ast::{
    ArrowFunctionExpression, AwaitExpression, BreakStatement, Class, ContinueStatement,
    DoWhileStatement, Expression, ForInStatement, ForOfStatement, ForStatement, Function,
    LabeledStatement, ReturnStatement, Statement, SwitchStatement, ThrowStatement, TryStatement,
    WhileStatement, YieldExpression,
};
use oxc_ast_visit::{VisitJs, walk_js};
use oxc_span::Span;
use oxc_syntax::scope::ScopeFlags;

/// Where a `break` or `continue` goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Jump {
    /// The label it names.
    pub(super) label: Option<String>,
    /// Whether it goes on with the next turn.
    pub(super) continues: bool,
}

/// What leaves some statements.
#[derive(Debug, Default)]
pub(super) struct Exits {
    /// Whether the frame may be suspended in them.
    pub(super) suspends: bool,
    pub(super) returns: Vec<Span>,
    pub(super) jumps: Vec<Jump>,
    throws: Vec<Span>,
    /// A `try` with a `finally`, and that.
    finalizers: Vec<(Span, Span)>,
    /// Loops that are left with `break`, and whether `continue` goes on with them too.
    around: Vec<bool>,
    labels: Vec<String>,
}

impl Exits {
    pub(super) fn of(statements: &[Statement<'_>]) -> Self {
        let mut exits = Self::default();
        for statement in statements {
            exits.visit_statement(statement);
        }
        exits
    }

    pub(super) fn of_expression(expression: &Expression<'_>) -> Self {
        let mut exits = Self::default();
        exits.visit_expression(expression);
        exits
    }

    /// Where they may be left for good with no place for it: V8 has none for a `return` that something
    /// is done behind, a `finally` or the end of an iterator, and none for an exception.
    pub(super) fn edges(&self, flow: &Flow<'_>) -> Edges {
        let is_unseen = |span: &&Span| flow.returns(**span).next().is_none();
        let unseen: Vec<Span> = self.returns.iter().filter(is_unseen).copied().collect();
        let holds = |around: &Span| unseen.iter().any(|span| around.contains_inclusive(*span));
        let finalizers = self.finalizers.iter().filter(|(around, _)| holds(around));
        let last = unseen.iter().chain(finalizers.map(|(_, finalizer)| finalizer));
        let leaves = last.filter_map(|span| flow.last(*span));
        let throws = self.throws.iter().filter_map(|span| flow.last(*span));
        leaves
            .map(|spot| (spot, Edge::Leave))
            .chain(throws.map(|spot| (spot, Edge::Throw)))
            .collect()
    }

    fn within(&mut self, is_loop: bool, walk: impl FnOnce(&mut Self)) {
        self.around.push(is_loop);
        walk(self);
        self.around.pop();
    }

    fn jump(&mut self, label: Option<String>, continues: bool) {
        let is_inside = match &label {
            Some(label) => self.labels.contains(label),
            None => self.around.iter().any(|is_loop| *is_loop || !continues),
        };
        if !is_inside {
            self.jumps.push(Jump { label, continues });
        }
    }
}

impl<'a> VisitJs<'a> for Exits {
    // What functions and classes inside do is theirs.
    fn visit_function(&mut self, _: &Function<'a>, _: ScopeFlags) {}
    fn visit_arrow_function_expression(&mut self, _: &ArrowFunctionExpression<'a>) {}
    fn visit_class(&mut self, _: &Class<'a>) {}

    fn visit_await_expression(&mut self, it: &AwaitExpression<'a>) {
        self.suspends = true;
        walk_js::walk_await_expression(self, it);
    }

    fn visit_yield_expression(&mut self, it: &YieldExpression<'a>) {
        self.suspends = true;
        walk_js::walk_yield_expression(self, it);
    }

    fn visit_return_statement(&mut self, it: &ReturnStatement<'a>) {
        self.returns.push(it.span);
        walk_js::walk_return_statement(self, it);
    }

    fn visit_throw_statement(&mut self, it: &ThrowStatement<'a>) {
        self.throws.push(it.span);
        walk_js::walk_throw_statement(self, it);
    }

    fn visit_try_statement(&mut self, it: &TryStatement<'a>) {
        self.finalizers.extend(it.finalizer.iter().map(|block| (it.span, block.span)));
        walk_js::walk_try_statement(self, it);
    }

    fn visit_break_statement(&mut self, it: &BreakStatement<'a>) {
        self.jump(it.label.as_ref().map(|label| label.name.to_string()), false);
    }

    fn visit_continue_statement(&mut self, it: &ContinueStatement<'a>) {
        self.jump(it.label.as_ref().map(|label| label.name.to_string()), true);
    }

    fn visit_labeled_statement(&mut self, it: &LabeledStatement<'a>) {
        self.labels.push(it.label.name.to_string());
        walk_js::walk_labeled_statement(self, it);
        self.labels.pop();
    }

    fn visit_for_of_statement(&mut self, it: &ForOfStatement<'a>) {
        self.suspends |= it.r#await;
        self.within(true, |exits| walk_js::walk_for_of_statement(exits, it));
    }

    fn visit_for_in_statement(&mut self, it: &ForInStatement<'a>) {
        self.within(true, |exits| walk_js::walk_for_in_statement(exits, it));
    }

    fn visit_for_statement(&mut self, it: &ForStatement<'a>) {
        self.within(true, |exits| walk_js::walk_for_statement(exits, it));
    }

    fn visit_while_statement(&mut self, it: &WhileStatement<'a>) {
        self.within(true, |exits| walk_js::walk_while_statement(exits, it));
    }

    fn visit_do_while_statement(&mut self, it: &DoWhileStatement<'a>) {
        self.within(true, |exits| walk_js::walk_do_while_statement(exits, it));
    }

    fn visit_switch_statement(&mut self, it: &SwitchStatement<'a>) {
        self.within(false, |exits| walk_js::walk_switch_statement(exits, it));
    }
}
