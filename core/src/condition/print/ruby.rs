//! What Ruby alone writes: symbols, blocks, ranges, and calls without parentheses around nothing.

use super::Printer;
use super::literal::ruby_text;
use crate::condition::dialect::{Literals, Style};
use crate::condition::parse::UNNAMED;
use crate::condition::syntax::{Expr, Function, Kind};
use crate::condition::token::is_plain_symbol;

impl Printer {
    pub(super) fn is_ruby(&self) -> bool {
        self.dialect.literals == Literals::Ruby
    }

    /// A name, or a symbol, which stands behind a colon.
    pub(super) fn ruby_name(&mut self, name: &str) {
        match name.strip_prefix(':') {
            Some(symbol) if !name.starts_with("::") && !is_plain_symbol(symbol) => {
                self.push(":");
                self.push(&ruby_text(symbol));
            }
            _ => self.push(name),
        }
    }

    /// `{ |x| body }`.
    pub(super) fn block(&mut self, parameters: &[Box<str>], body: &Expr) {
        self.push("{ ");
        if !matches!(parameters, [only] if **only == *UNNAMED) {
            self.push("|");
            self.push(&parameters.join(", "));
            self.push("| ");
        }
        self.expr(body, 0);
        self.push(" }");
    }

    pub(super) fn range(&mut self, first: Option<&Expr>, last: Option<&Expr>, below: bool) {
        let power = self.dialect.powers.range;
        for (n, bound) in [first, last].into_iter().enumerate() {
            if n == 1 {
                self.push(if below { "..." } else { ".." });
            }
            if let Some(bound) = bound {
                self.expr(bound, power);
            }
        }
    }

    pub(super) fn ruby_call(&mut self, function: Function, args: &[Expr]) {
        let Some(callable) = self.dialect.spelled(function) else { return };
        let Some((receiver, others)) = args.split_first() else { return };
        match (callable.style, others) {
            (Style::Sign, [right]) => {
                let power = self.dialect.powers.equality;
                self.expr(receiver, power);
                self.push(&format!(" {} ", callable.name));
                self.expr(right, power);
            }
            (Style::Brackets, [start, length]) => {
                self.object(receiver);
                self.push("[");
                self.expr(start, 0);
                self.push(", ");
                self.expr(length, 0);
                self.push("]");
            }
            _ => self.message(receiver, callable.name, others),
        }
    }

    fn message(&mut self, receiver: &Expr, name: &str, others: &[Expr]) {
        self.object(receiver);
        self.push(".");
        self.push(name);
        let (args, block) = match others {
            [args @ .., Expr { kind: Kind::Block(parameters, body), .. }] => {
                (args, Some((parameters, body)))
            }
            args => (args, None),
        };
        if !args.is_empty() {
            self.push("(");
            self.list(args);
            self.push(")");
        }
        if let Some((parameters, body)) = block {
            self.push(" ");
            self.block(parameters, body);
        }
    }
}
