//! What functions are called in reports.
//!
//! Knows the syntax tree. Invariant: a name is one that stands in the source; a function without
//! any has the empty name.

use oxc_ast::ast::{AssignmentTarget, Expression, PropertyKey};

/// The name that a function gets from where it is put, as `a.b` for a member of something.
pub(crate) fn of_target(target: &AssignmentTarget<'_>) -> Option<String> {
    match target {
        AssignmentTarget::AssignmentTargetIdentifier(name) => Some(name.name.to_string()),
        AssignmentTarget::StaticMemberExpression(member) => {
            let object = of_object(&member.object);
            Some(join(object.as_deref(), &member.property.name))
        }
        _ => None,
    }
}

fn of_object(object: &Expression<'_>) -> Option<String> {
    match object {
        Expression::Identifier(name) => Some(name.name.to_string()),
        Expression::ThisExpression(_) => Some("this".to_owned()),
        Expression::StaticMemberExpression(member) => {
            Some(join(of_object(&member.object).as_deref(), &member.property.name))
        }
        _ => None,
    }
}

/// The name of a property, behind that of its class.
pub(crate) fn of_key(class: Option<&str>, key: &PropertyKey<'_>) -> Option<String> {
    let name = match key {
        PropertyKey::PrivateIdentifier(name) => format!("#{}", name.name),
        _ => key.static_name()?.into_owned(),
    };
    Some(join(class.filter(|class| !class.is_empty()), &name))
}

fn join(object: Option<&str>, name: &str) -> String {
    object.map_or_else(|| name.to_owned(), |object| format!("{object}.{name}"))
}

/// Whether an expression is what takes the name of what it is assigned to.
pub(crate) fn takes_a_name(expression: &Expression<'_>) -> bool {
    match expression {
        Expression::ParenthesizedExpression(inner) => takes_a_name(&inner.expression),
        Expression::ArrowFunctionExpression(_) => true,
        Expression::FunctionExpression(function) => function.id.is_none(),
        Expression::ClassExpression(class) => class.id.is_none(),
        _ => false,
    }
}
