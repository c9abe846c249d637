//! Where V8 can stop in a script, as its syntax says.
//!
//! V8 itself is not asked: whatever it is asked about it keeps in its interpreter from then on, and of
//! functions whose code it has dropped it says nothing. Knows statements and calls, not functions.
//! Invariant: V8 stops for what is named here at its beginning or behind that, within it.

use oxc_ast::AstKind;
use oxc_ast::ast::{
    CallExpression, Expression, ForStatementInit, ForStatementLeft, VariableDeclaration,
    VariableDeclarationKind,
};
use oxc_semantic::Semantic;
use oxc_span::{GetSpan, Span};

/// What V8 can stop at, in the order of the syntax tree.
pub(super) fn stops(semantic: &Semantic<'_>) -> Vec<Span> {
    let mut found = Vec::new();
    for node in semantic.nodes().iter() {
        collect(node.kind(), &mut found);
    }
    found
}

fn collect(kind: AstKind<'_>, found: &mut Vec<Span>) {
    match kind {
        AstKind::ExpressionStatement(_)
        | AstKind::ReturnStatement(_)
        | AstKind::BreakStatement(_)
        | AstKind::ContinueStatement(_)
        | AstKind::ThrowStatement(_)
        | AstKind::DebuggerStatement(_)
        | AstKind::NewExpression(_)
        | AstKind::AwaitExpression(_)
        | AstKind::YieldExpression(_)
        | AstKind::TaggedTemplateExpression(_) => found.push(kind.span()),
        AstKind::IfStatement(one) => found.push(to(one.span, &one.test)),
        AstKind::SwitchStatement(one) => found.push(to(one.span, &one.discriminant)),
        AstKind::WithStatement(one) => found.push(to(one.span, &one.object)),
        AstKind::WhileStatement(one) => found.push(one.test.span()),
        AstKind::DoWhileStatement(one) => found.push(one.test.span()),
        AstKind::CallExpression(call) => found.push(called(call)),
        AstKind::PropertyDefinition(one) => found.extend(one.value.iter().map(GetSpan::span)),
        AstKind::VariableDeclaration(one) => found.extend(given(one)),
        AstKind::ForStatement(one) => {
            // What is declared there is a declaration as any other.
            let init = one.init.iter().filter(|init| !is_declaration(init));
            found.extend(init.map(GetSpan::span));
            let parts = [&one.test, &one.update];
            found.extend(parts.into_iter().flatten().map(GetSpan::span));
        }
        AstKind::ForInStatement(one) => found.extend([head(&one.left), one.right.span()]),
        AstKind::ForOfStatement(one) => found.extend([head(&one.left), one.right.span()]),
        AstKind::ArrowFunctionExpression(one) => {
            found.extend(one.body.as_expression().map(GetSpan::span));
        }
        _ => {}
    }
}

/// A statement as far as its head goes.
fn to(whole: Span, head: &Expression<'_>) -> Span {
    Span::new(whole.start, head.span().end)
}

/// A call, from the last name before its parentheses on.
fn called(call: &CallExpression<'_>) -> Span {
    let start = match &call.callee {
        Expression::StaticMemberExpression(one) => one.property.span.start,
        Expression::PrivateFieldExpression(one) => one.field.span.start,
        callee => callee.span().start,
    };
    Span::new(start, call.span.end)
}

/// What variables are given; that one without a value holds undefined is stored too.
fn given(all: &VariableDeclaration<'_>) -> Vec<Span> {
    let is_let = all.kind == VariableDeclarationKind::Let;
    let given = all.declarations.iter().filter_map(|one| match &one.init {
        Some(value) => Some(value.span()),
        None => is_let.then_some(one.span),
    });
    given.collect()
}

fn is_declaration(init: &ForStatementInit<'_>) -> bool {
    matches!(init, ForStatementInit::VariableDeclaration(_))
}

/// What each of what is walked is put into.
fn head(left: &ForStatementLeft<'_>) -> Span {
    match left {
        ForStatementLeft::VariableDeclaration(one) => {
            one.declarations.first().map_or(one.span, |first| first.span)
        }
        other => other.span(),
    }
}
