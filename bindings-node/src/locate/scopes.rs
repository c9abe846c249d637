//! The scopes of a script, and what is known of each of their variables.
//!
//! Knows the syntax, and which variables V8 leaves out; not where a name is asked for. Invariant: a
//! scope comes behind those around it.

use super::parsed::Reading;
use oxc_ast::AstKind;
use oxc_semantic::{Scoping, Semantic, SymbolId};
use oxc_span::{GetSpan, Span};

/// A name, and from which byte on it may be read.
#[derive(Debug)]
pub(super) struct Variable {
    pub(super) name: String,
    pub(super) from: u32,
    /// How it can be read if V8 may have left it out.
    pub(super) left_out: Option<Reading>,
    /// Where it is declared.
    pub(super) declared: u32,
}

/// Names that are visible between two bytes.
#[derive(Debug)]
pub(super) struct Scope {
    pub(super) span: Span,
    /// Whether a declaration in it may be passed by.
    pub(super) is_switch: bool,
    pub(super) variables: Vec<Variable>,
}

/// The scopes with names, outer ones first.
pub(super) fn scopes(semantic: &Semantic<'_>) -> Vec<Scope> {
    let scoping: &Scoping = semantic.scoping();
    let mut scopes: Vec<Scope> = scoping
        .scope_descendants_from_root()
        .map(|id| {
            let kind = semantic.nodes().kind(scoping.get_node_id(id));
            let is_switch = matches!(kind, AstKind::SwitchStatement(_));
            let mut symbols: Vec<_> = scoping.iter_bindings_in(id).collect();
            symbols.sort_by_key(|symbol| scoping.symbol_span(*symbol).start);
            let variable = |symbol: SymbolId| Variable {
                name: scoping.symbol_name(symbol).to_owned(),
                from: initialised(semantic, symbol),
                left_out: left_out(semantic, symbol),
                declared: scoping.symbol_span(symbol).start,
            };
            Scope {
                span: kind.span(),
                is_switch,
                variables: symbols.into_iter().map(variable).collect(),
            }
        })
        .filter(|scope| !scope.variables.is_empty())
        .collect();
    scopes.sort_by_key(|scope| (scope.span.start, u32::MAX - scope.span.end));
    scopes
}

/// How a variable can be read that nothing reads or stores to: V8 has no place for it, and would show
/// another that is called so. Parameters have one all the same, and what is exported.
fn left_out(semantic: &Semantic<'_>, symbol: SymbolId) -> Option<Reading> {
    let scoping = semantic.scoping();
    let nodes = semantic.nodes();
    let declared = scoping.symbol_declaration(symbol);
    let is_head = || {
        let mut around = nodes.ancestor_kinds(declared).skip(1);
        matches!(around.next(), Some(AstKind::ForInStatement(_) | AstKind::ForOfStatement(_)))
    };
    let is_left = match nodes.kind(declared) {
        _ if !scoping.symbol_is_unused(symbol) => false,
        AstKind::Function(_) => true,
        AstKind::VariableDeclarator(one) => {
            let is_var = !scoping.symbol_flags(symbol).is_block_scoped();
            is_var && one.init.is_none() && !is_head()
        }
        _ => false,
    };
    let is_plain = scoping.symbol_redeclarations(symbol).is_empty();
    let is_inner = scoping.symbol_scope_id(symbol) != scoping.root_scope_id();
    is_left.then_some(if is_plain && is_inner { Reading::Unset } else { Reading::Guarded })
}

/// The byte behind which a variable may be read; 0 where that is always.
fn initialised(semantic: &Semantic<'_>, symbol: SymbolId) -> u32 {
    let scoping = semantic.scoping();
    let flags = scoping.symbol_flags(symbol);
    let is_late = flags.is_block_scoped() && !flags.is_function() && !flags.is_catch_variable();
    if !is_late {
        return 0;
    }
    let declared = semantic.nodes().kind(scoping.symbol_declaration(symbol));
    match declared {
        AstKind::VariableDeclarator(_) | AstKind::Class(_) => declared.span().end,
        _ => 0,
    }
}
