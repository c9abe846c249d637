//! A checked tree to instructions.
//!
//! A condition becomes code that branches where it is decided; a watch the same code with a value at
//! its end. Invariant: each instruction finds the stack as high as it expects on every path to it,
//! and no path holds more than [`STACK`] values.

use crate::condition::Install;
use crate::condition::dialect::Rules;
use crate::condition::message;
use crate::condition::op::{AttrName, Code, Op, STACK, Site, Source};
use crate::condition::syntax::{Expr, Function, Kind, MAX_LOOPS, Span};
use crate::error::Result;

/// Compiles a tree that [`check`](super::check::check) passed.
pub(in crate::condition) fn compile(expr: &Expr, install: &mut Install<'_>) -> Result<Code> {
    let code = Code { rules: install.dialect.rules, ..Code::default() };
    let mut compiler =
        Compiler { install, code, height: 0, level: 0, bound: Vec::new(), guards: Vec::new() };
    let fails = compiler.test(expr, true)?;
    compiler.emit(Op::Return(true), expr.span, 0, 0);
    compiler.patch(&fails);
    compiler.emit(Op::Return(false), expr.span, 0, 0);
    compiler.code.value_start = compiler.code.ops.len();
    compiler.value(expr)?;
    compiler.emit(Op::ReturnTop, expr.span, 1, 0);
    let and = compiler.install.dialect.spelling.and;
    let code = compiler.code;
    if code.most_values > STACK {
        return Err(message::too_much_stack(expr.span, STACK, and));
    }
    Ok(code)
}

pub(super) struct Compiler<'c, 'i> {
    pub(super) install: &'c mut Install<'i>,
    pub(super) code: Code,
    /// Values on the stack here.
    pub(super) height: usize,
    /// Loops around.
    pub(super) level: usize,
    /// Where on the stack the names bound by loops are, outermost first.
    pub(super) bound: Vec<u16>,
    /// Guards of each chain around, to be patched at its end.
    pub(super) guards: Vec<Vec<usize>>,
}

impl Compiler<'_, '_> {
    /// Appends an instruction that takes `pops` values and leaves `pushes`.
    pub(super) fn emit(&mut self, op: Op, span: Span, pops: usize, pushes: usize) -> usize {
        self.emit_at(op, Site { span, subject: span, other: span }, pops, pushes)
    }

    pub(super) fn emit_at(&mut self, op: Op, site: Site, pops: usize, pushes: usize) -> usize {
        self.height = self.height.saturating_sub(pops) + pushes;
        self.code.most_values = self.code.most_values.max(self.height);
        self.code.ops.push(op);
        self.code.sites.push(site);
        self.code.ops.len() - 1
    }

    /// Whether the host's values have types.
    pub(super) fn is_typed(&self) -> bool {
        self.code.rules == Rules::Typed
    }

    /// Whether the host converts what does not fit together.
    pub(super) fn is_loose(&self) -> bool {
        self.code.rules == Rules::Loose
    }

    /// Whether methods of the host's classes are open to change, and few values false.
    pub(super) fn is_open(&self) -> bool {
        self.code.rules == Rules::Open
    }

    pub(super) fn here(&self) -> u16 {
        // 256 nodes make fewer than 65,536 instructions.
        u16::try_from(self.code.ops.len()).unwrap_or(u16::MAX)
    }

    /// Lets the branches at `places` go on here.
    pub(super) fn patch(&mut self, places: &[usize]) {
        let here = self.here();
        for &place in places {
            if let Some(op) = self.code.ops.get_mut(place) {
                op.patch(here);
            }
        }
    }

    pub(super) fn text(&mut self, text: &str) -> u16 {
        let texts = &mut self.code.texts;
        let at = texts.iter().position(|known| **known == *text).unwrap_or_else(|| {
            texts.push(text.into());
            texts.len() - 1
        });
        at as u16
    }

    /// The attribute's number in this program, entered in the site's table if it is new there.
    pub(super) fn attr(&mut self, name: &str, span: Span) -> Result<u16> {
        let stored = self.install.names.stored_as(name);
        let name = stored.as_deref().unwrap_or(name);
        if let Some(at) = self.code.attrs.iter().position(|attr| *attr.text == *name) {
            return Ok(at as u16);
        }
        let table = &mut *self.install.attrs;
        let index = table.iter().position(|known| **known == *name).unwrap_or_else(|| {
            table.push(name.into());
            table.len() - 1
        });
        let index = u16::try_from(index).map_err(|_| message::too_many_names(span))?;
        self.code.attrs.push(AttrName { index, text: name.into() });
        Ok((self.code.attrs.len() - 1) as u16)
    }

    /// Pushes what a collection is made of; says what of it is used.
    pub(super) fn source(&mut self, expr: &Expr, takes_pairs: bool) -> Result<Source> {
        let Kind::Call(function, args) = &expr.kind else {
            self.value(expr)?;
            return Ok(Source::Elements);
        };
        let source = match function {
            Function::Keys => Source::Keys,
            Function::Values => Source::Values,
            Function::Items if takes_pairs => Source::Items,
            Function::Items => return Err(message::pairs(expr.span)),
            Function::Split => Source::Split(args.len() as u8),
            _ => {
                self.value(expr)?;
                return Ok(Source::Elements);
            }
        };
        for arg in args {
            self.value(arg)?;
        }
        Ok(source)
    }

    pub(super) fn enter_loop(&mut self, span: Span) -> Result<u8> {
        if self.level == MAX_LOOPS {
            return Err(message::too_many_loops(span));
        }
        self.level += 1;
        self.code.has_loops = true;
        Ok((self.level - 1) as u8)
    }
}

impl Source {
    /// Values it takes from the stack.
    pub(in crate::condition) fn values(self) -> usize {
        match self {
            Self::Split(values) => usize::from(values),
            _ => 1,
        }
    }
}
