//! What a tree may say at one place in the code: names, redaction, and where collections may stand.
//!
//! Asks [`Names`](crate::host::Names) what is visible; never reads a value. Invariant: a tree that
//! passed has every name bound, names nothing redacted, calls nothing of the application, and holds
//! collections without a value of their own only where the compiler takes them apart.

mod loose;
mod open;

use super::Install;
use super::dialect::{Literal, Rules, Style};
use super::message;
use super::syntax::{Binding, Comparison, Expr, Function, Generator, Kind, Shape, Span};
use crate::error::Result;

/// Checks `expr` and binds its names.
pub(super) fn check(expr: &mut Expr, install: &mut Install<'_>) -> Result<()> {
    Checker { install, bound: Vec::new() }.value(expr)
}

struct Checker<'c, 'i> {
    install: &'c mut Install<'i>,
    /// Names bound by the generators around, outermost first.
    bound: Vec<Box<str>>,
}

impl Checker<'_, '_> {
    /// Checks an expression whose value is used.
    fn value(&mut self, expr: &mut Expr) -> Result<()> {
        let span = expr.span;
        if self.is_open() && Self::is_of_ruby(&expr.kind) {
            return self.open_value(expr);
        }
        match &mut expr.kind {
            Kind::Name(name, binding) => {
                let name = name.clone();
                match self.name(&name, span)? {
                    Ok(found) => *binding = found,
                    Err(literal) => expr.kind = literal,
                }
                Ok(())
            }
            Kind::Attr(_, name) => {
                self.visible(name, span)?;
                if self.is_loose() {
                    return self.loose_attr(expr);
                }
                match (self.qualified(&expr.kind), &mut expr.kind) {
                    (Some(kind), _) => expr.kind = kind,
                    (None, Kind::Attr(object, _)) => self.value(object)?,
                    _ => {}
                }
                Ok(())
            }
            Kind::BigInt(..) if self.install.dialect.rules == Rules::Typed => {
                Err(message::too_wide(span, is_long(&expr.kind)))
            }
            Kind::Index(object, key) => {
                self.key(key)?;
                self.value(key)?;
                if self.is_loose() {
                    return self.loose_element(object, key);
                }
                match &mut object.kind {
                    Kind::Call(Function::Split, args) => self.values(args),
                    _ => self.value(object),
                }
            }
            Kind::Slice(object, start, end) => {
                self.value(object)?;
                for bound in [start, end].into_iter().flatten() {
                    self.value(bound)?;
                }
                Ok(())
            }
            Kind::Unary(_, operand)
            | Kind::Convert(_, operand)
            | Kind::Guard(operand)
            | Kind::Chain(operand) => self.value(operand),
            Kind::Binary(_, left, right) => self.value(left).and_then(|()| self.value(right)),
            Kind::Logic(_, terms) => self.values(terms),
            Kind::Compare(first, rest) => self.comparison(first, rest),
            Kind::Ternary(parts) => {
                let (test, yes, no) = &mut **parts;
                self.value(test)?;
                self.value(yes)?;
                self.value(no)
            }
            Kind::Call(function, args) => self.call(*function, args, span),
            Kind::Generator(generator) => self.generator(generator, span),
            Kind::Collection(..) if self.is_loose() => Err(message::array_literal(span)),
            Kind::Collection(..) => Err(message::literal_collection(span)),
            Kind::Pattern(_) => Err(message::pattern_alone(span)),
            Kind::Arrow(..) => Err(message::arrow(span)),
            Kind::Private(name) => self.visible(name, span),
            _ => Ok(()),
        }
    }

    fn values(&mut self, exprs: &mut [Expr]) -> Result<()> {
        exprs.iter_mut().try_for_each(|expr| self.value(expr))
    }

    /// Checks an expression whose elements are used.
    fn collection(&mut self, expr: &mut Expr) -> Result<()> {
        match &mut expr.kind {
            Kind::Call(
                Function::Keys | Function::Values | Function::Items | Function::Split,
                args,
            ) => self.values(args),
            _ => self.value(expr),
        }
    }

    /// What `name` means: a binding, or a literal that another language calls so.
    fn name(&mut self, name: &str, span: Span) -> Result<Result<Binding, Kind>> {
        if let Some(at) = self.bound.iter().rposition(|bound| **bound == *name) {
            return Ok(Ok(Binding::Bound(at as u16)));
        }
        // A symbol is a value; what begins with two colons is a constant.
        if !name.starts_with(':') || name.starts_with("::") {
            self.visible(name, span)?;
        }
        let stored = self.install.names.stored_as(name);
        let unknown = match self.install.names.slot(stored.as_deref().unwrap_or(name)) {
            Ok(slot) => return Ok(Ok(Binding::Slot(slot))),
            Err(unknown) => unknown,
        };
        let dialect = self.install.dialect;
        let mut words = dialect.constants.iter().chain(dialect.foreign);
        match words.find(|(word, _)| *word == name) {
            Some((_, Literal::Null)) => Ok(Err(Kind::Null)),
            Some((_, Literal::True)) => Ok(Err(Kind::Bool(true))),
            Some((_, Literal::False)) => Ok(Err(Kind::Bool(false))),
            Some((_, Literal::Undefined)) => Ok(Err(Kind::Undefined)),
            Some((_, Literal::NotANumber)) => Ok(Err(Kind::Float(f64::NAN))),
            Some((_, Literal::Infinity)) => Ok(Err(Kind::Float(f64::INFINITY))),
            None => Err(message::unknown_name(span, name, &unknown.nearest)),
        }
    }

    /// The name that a whole path is: a class within a class or a package.
    fn qualified(&mut self, kind: &Kind) -> Option<Kind> {
        if !self.install.dialect.has_qualified_names {
            return None;
        }
        let path = path(kind).filter(|path| path.contains('.'))?;
        let slot = self.install.names.slot(&path).ok()?;
        Some(Kind::Name(path.into(), Binding::Slot(slot)))
    }

    /// An error if `name` is redacted; a call is judged by what it reads (`getPin()` by `Pin` too).
    fn visible(&self, name: &str, span: Span) -> Result<()> {
        let redaction = self.install.redaction;
        let read = name.strip_suffix("()");
        let field = read.and_then(|read| read.strip_prefix("get").or(read.strip_prefix("is")));
        let read = read.unwrap_or(name).trim_start_matches('#');
        let mut names = std::iter::once(read).chain(field);
        match names.any(|name| redaction.name(name)) {
            true => Err(message::redacted(span, name)),
            false => Ok(()),
        }
    }

    /// An error if `key` is a constant that is redacted.
    fn key(&self, key: &Expr) -> Result<()> {
        match &key.kind {
            Kind::Text(text) => self.visible(text, key.span),
            Kind::Name(symbol, _) if symbol.starts_with(':') => {
                self.visible(symbol.trim_start_matches(':'), key.span)
            }
            Kind::Bytes(bytes) => self.visible(&String::from_utf8_lossy(bytes), key.span),
            _ => Ok(()),
        }
    }

    fn comparison(&mut self, first: &mut Expr, rest: &mut [(Comparison, Expr)]) -> Result<()> {
        self.value(first)?;
        for (operator, operand) in rest {
            match (&operator, &mut operand.kind) {
                _ if self.is_loose() || self.is_open() => self.value(operand)?,
                (Comparison::In | Comparison::NotIn, Kind::Collection(_, items)) => {
                    self.values(items)?;
                }
                (Comparison::In | Comparison::NotIn, _) => self.collection(operand)?,
                _ => self.value(operand)?,
            }
        }
        Ok(())
    }

    fn call(&mut self, function: Function, args: &mut [Expr], span: Span) -> Result<()> {
        self.callable(function, span)?;
        if self.is_open() {
            return self.open_call(function, args, span);
        }
        if self.is_loose() {
            return self.loose_call(function, args, span);
        }
        match (function, args) {
            (Function::Keys | Function::Values | Function::Items | Function::Split, _) => {
                let name = self.install.dialect.spelled(function).map_or("", |found| found.name);
                Err(message::view(span, name))
            }
            (
                Function::Len
                | Function::Any
                | Function::All
                | Function::Sum
                | Function::Min
                | Function::Max,
                [only],
            ) => self.collection(only),
            (Function::IsInstance, [value, class]) => {
                self.value(value)?;
                if class.kind.is_literal() {
                    return Err(message::not_a_class(class.span));
                }
                self.one_or_tuple(class)
            }
            (Function::StartsWith | Function::EndsWith, [receiver, affix]) => {
                self.value(receiver)?;
                self.one_or_tuple(affix)
            }
            (Function::Matches, [value, pattern]) => match pattern.kind {
                Kind::Text(_) => self.value(value),
                _ => Err(message::pattern_literal(
                    pattern.span,
                    self.install.dialect.spelling.pattern,
                )),
            },
            (Function::Get | Function::GetOrDefault | Function::ContainsKey, args) => {
                if let Some(key) = args.get(1) {
                    self.key(key)?;
                }
                self.values(args)
            }
            (_, args) => self.values(args),
        }
    }

    fn one_or_tuple(&mut self, expr: &mut Expr) -> Result<()> {
        match &mut expr.kind {
            Kind::Collection(Shape::Tuple, items) => self.values(items),
            _ => self.value(expr),
        }
    }

    /// An error if `function`'s name means something else here.
    fn callable(&mut self, function: Function, span: Span) -> Result<()> {
        let Some(callable) = self.install.dialect.spelled(function) else { return Ok(()) };
        let name = match callable.style {
            Style::Static(class) => class,
            _ => callable.name,
        };
        let bound = self.bound.iter().any(|bound| **bound == *name);
        let hidden = match callable.style {
            Style::Function => bound || !self.install.names.is_builtin(name),
            Style::Ours => bound || self.install.names.slot(name).is_ok(),
            Style::Static(class) => bound || !self.install.names.is_builtin(class),
            Style::Module(_)
            | Style::Method
            | Style::Infix
            | Style::Property
            | Style::Cast
            | Style::Prefix
            | Style::Sign
            | Style::Brackets => false,
        };
        if hidden {
            return Err(message::hidden_builtin(span, name));
        }
        Ok(())
    }

    fn generator(&mut self, generator: &mut Generator, span: Span) -> Result<()> {
        self.callable(if generator.any { Function::Any } else { Function::All }, span)?;
        self.collection(&mut generator.source)?;
        let outer = self.bound.len();
        for target in &generator.targets {
            self.visible(target, span)?;
            self.bound.push(target.clone());
        }
        self.values(&mut generator.filters)?;
        self.value(&mut generator.element)?;
        self.bound.truncate(outer);
        Ok(())
    }
}

/// Names joined by dots, as one.
fn path(kind: &Kind) -> Option<String> {
    match kind {
        Kind::Name(name, _) => Some(name.to_string()),
        Kind::Attr(object, name) if !name.ends_with(')') => {
            path(&object.kind).map(|path| format!("{path}.{name}"))
        }
        _ => None,
    }
}

/// Whether an integer literal that is too wide for its type is one of 64 bits.
fn is_long(kind: &Kind) -> bool {
    matches!(kind, Kind::BigInt(_, digits) if digits.len() > 1)
}
