//! What a statement is to a check: whether it gets one, and which names it brings into being.
//!
//! Knows the syntax tree. Invariant: a statement that gets a check does something when it is
//! reached.

use oxc_ast::ast::{
    BindingPattern, Declaration, ExportDefaultDeclarationKind, Expression, FormalParameters,
    Statement, VariableDeclaration,
};

/// Whether there is something to see when this statement is reached.
pub(crate) fn is_eligible(statement: &Statement<'_>) -> bool {
    match statement {
        Statement::BlockStatement(_)
        | Statement::EmptyStatement(_)
        | Statement::FunctionDeclaration(_)
        | Statement::ImportDeclaration(_)
        | Statement::ExportAllDeclaration(_)
        | Statement::ExportNamedDeclaration(_)
        | Statement::ExportFromDeclaration(_) => false,
        Statement::VariableDeclaration(variables) => has_initialiser(variables),
        Statement::ExportDeclaration(export) => match &export.declaration {
            Declaration::VariableDeclaration(variables) => has_initialiser(variables),
            Declaration::ClassDeclaration(_) => true,
            _ => false,
        },
        Statement::ExportDefaultDeclaration(export) => {
            !matches!(export.declaration, ExportDefaultDeclarationKind::FunctionDeclaration(_))
        }
        Statement::LabeledStatement(labelled) => is_eligible(&labelled.body),
        _ => true,
    }
}

fn has_initialiser(variables: &VariableDeclaration<'_>) -> bool {
    variables.declarations.iter().any(|one| one.init.is_some())
}

/// Whether it declares a function, which exists from the begin of the block on.
pub(crate) fn is_hoisted(statement: &Statement<'_>) -> bool {
    match statement {
        Statement::FunctionDeclaration(_) => true,
        Statement::LabeledStatement(labelled) => is_hoisted(&labelled.body),
        Statement::ExportDeclaration(export) => {
            matches!(export.declaration, Declaration::FunctionDeclaration(_))
        }
        Statement::ExportDefaultDeclaration(export) => {
            matches!(export.declaration, ExportDefaultDeclarationKind::FunctionDeclaration(_))
        }
        _ => false,
    }
}

/// Whether it is `super(…)`, behind which `this` can be read.
pub(crate) fn calls_super(statement: &Statement<'_>) -> bool {
    let Statement::ExpressionStatement(statement) = statement else { return false };
    let Expression::CallExpression(call) = statement.expression.get_inner_expression() else {
        return false;
    };
    matches!(call.callee, Expression::Super(_))
}

/// The variables that are initialised once this statement has run.
pub(crate) fn lexical<'b, 'a>(statement: &'b Statement<'a>) -> Option<&'b VariableDeclaration<'a>> {
    let variables: &VariableDeclaration<'a> = match statement {
        Statement::VariableDeclaration(variables) => variables,
        Statement::ExportDeclaration(export) => match &export.declaration {
            Declaration::VariableDeclaration(variables) => variables,
            _ => return None,
        },
        _ => return None,
    };
    (!variables.kind.is_var()).then_some(variables)
}

/// The names of functions and classes that a statement declares in its block.
pub(crate) fn definition<'a>(statement: &Statement<'a>) -> Option<&'a str> {
    let id = match statement {
        Statement::FunctionDeclaration(function) => &function.id,
        Statement::ClassDeclaration(class) => &class.id,
        Statement::LabeledStatement(labelled) => return definition(&labelled.body),
        Statement::ExportDeclaration(export) => match &export.declaration {
            Declaration::FunctionDeclaration(function) => &function.id,
            Declaration::ClassDeclaration(class) => &class.id,
            _ => return None,
        },
        Statement::ExportDefaultDeclaration(export) => match &export.declaration {
            ExportDefaultDeclarationKind::FunctionDeclaration(function) => &function.id,
            ExportDefaultDeclarationKind::ClassDeclaration(class) => &class.id,
            _ => return None,
        },
        _ => return None,
    };
    id.as_ref().map(|id| id.name.as_str())
}

/// The names that a pattern binds.
pub(crate) fn bound<'a>(pattern: &BindingPattern<'a>) -> Vec<&'a str> {
    pattern.get_binding_identifiers().into_iter().map(|one| one.name.as_str()).collect()
}

/// The names that a declaration binds.
pub(crate) fn declared<'a>(variables: &VariableDeclaration<'a>) -> Vec<&'a str> {
    variables.declarations.iter().flat_map(|one| bound(&one.id)).collect()
}

/// The names that parameters bind.
pub(crate) fn parameters<'a>(parameters: &FormalParameters<'a>) -> Vec<&'a str> {
    let items = parameters.items.iter().flat_map(|one| bound(&one.pattern));
    let rest = parameters.rest.iter().flat_map(|one| bound(&one.rest.argument));
    items.chain(rest).collect()
}
