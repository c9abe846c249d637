//! JavaScript's properties, calls, and arrow functions over the elements of arrays.
//!
//! An array that a call would make is never made: what is asked of it is asked of each element in turn.
//! Invariant: where the outcome may be known early, all that JavaScript would compute before is computed
//! once, so that what fails there fails here.

use super::compiler::Compiler;
use crate::condition::op::{Holes, Op, Site, Source, Step};
use crate::condition::pattern::Pattern;
use crate::condition::syntax::{Comparison, Expr, Function, Kind, Logic, Span};
use crate::error::Result;
use crate::host::PRESENCE;

/// An array, as what it is made of.
struct Array<'e> {
    base: &'e Expr,
    source: Source,
    /// What elements pass through, and the bodies of its functions.
    stages: Vec<(Function, &'e Expr)>,
}

/// Code that goes over elements.
struct Walk {
    /// Branches at the end of the elements.
    exhausted: usize,
    /// Branches where one element decided, with so many values of it on the stack.
    decided: Vec<usize>,
    values: usize,
    /// Values on the stack between two elements.
    outside: usize,
}

impl<'e> Array<'e> {
    fn of(expr: &'e Expr) -> Self {
        let mut array = Self { base: expr, source: Source::Elements, stages: Vec::new() };
        while let Kind::Call(function @ (Function::Filter | Function::MapEach), args) =
            &array.base.kind
            && let [inner, arrow] = &args[..]
        {
            array.stages.push((*function, body(arrow)));
            array.base = inner;
        }
        array.stages.reverse();
        if let Kind::Call(Function::ObjectKeys, args) = &array.base.kind
            && let [object] = &args[..]
        {
            array.base = object;
            array.source = Source::Keys;
        }
        array
    }

    /// Holes as its functions see them, or as `last` does.
    fn holes(&self, last: Holes) -> Holes {
        let maps = self.stages.iter().any(|(function, _)| *function == Function::MapEach);
        match self.stages.is_empty() {
            true => last,
            false if maps => Holes::Refused,
            false => Holes::Skipped,
        }
    }
}

/// The body of an arrow function.
fn body(arrow: &Expr) -> &Expr {
    match &arrow.kind {
        Kind::Arrow(_, body) => body,
        _ => arrow,
    }
}

/// Whether it is an array that a call would make.
fn is_made(expr: &Expr) -> bool {
    let made =
        |function| matches!(function, Function::Filter | Function::MapEach | Function::ObjectKeys);
    matches!(expr.kind, Kind::Call(function, _) if made(function))
}

impl Compiler<'_, '_> {
    /// `object.name`.
    pub(super) fn property(&mut self, object: &Expr, name: &str, span: Span) -> Result<()> {
        if name == "length" && is_made(object) {
            return self.count(object, span);
        }
        self.value(object)?;
        let attr = self.attr(name, span)?;
        let site = Site { span, subject: object.span, other: span };
        let op = match self.install.dialect.property(name) {
            Some(property) => Op::Property { function: property.function, attr },
            None => Op::Attr(attr),
        };
        self.emit_at(op, site, 1, 1);
        Ok(())
    }

    /// The test of `#name in object`; returns the branch taken when it does not come out as `want`.
    pub(super) fn has_private(
        &mut self,
        name: &str,
        named: Span,
        object: &Expr,
        want: bool,
    ) -> Result<usize> {
        self.value(object)?;
        let span = named.to(object.span);
        let attr = self.attr(&format!("{name}{PRESENCE}"), span)?;
        let site = Site { span, subject: object.span, other: span };
        self.emit_at(Op::HasPrivate(attr), site, 1, 1);
        Ok(self.emit(Op::BranchTruth { want, to: 0 }, span, 1, 0))
    }

    /// `object[key]`.
    pub(super) fn loose_index(&mut self, object: &Expr, key: &Expr, span: Span) -> Result<()> {
        match &key.kind {
            // A text never is a private name.
            Kind::Text(name) if !is_index(name) && !name.starts_with('#') => {
                return self.property(object, name, span);
            }
            Kind::Int(0) if is_made(object) => return self.first(object, None, span),
            _ => {}
        }
        self.value(object)?;
        self.value(key)?;
        let site = Site { span, subject: object.span, other: key.span };
        self.emit_at(Op::LooseIndex { is_constant: key.kind.is_literal() }, site, 2, 1);
        Ok(())
    }

    /// The first term that is neither null nor undefined.
    pub(super) fn coalesce(&mut self, terms: &[Expr]) -> Result<()> {
        let Some((last, others)) = terms.split_last() else { return Ok(()) };
        let mut kept = Vec::new();
        for term in others {
            self.value(term)?;
            kept.push(self.emit(Op::KeepPresent { to: 0 }, term.span, 1, 0));
        }
        self.value(last)?;
        self.patch(&kept);
        Ok(())
    }

    pub(super) fn loose_call(
        &mut self,
        function: Function,
        args: &[Expr],
        expr: &Expr,
    ) -> Result<()> {
        let span = expr.span;
        match (function, args) {
            _ if self.is_loop(function, args) => return self.truth(expr),
            (Function::Find, [array, arrow]) => return self.first(array, Some(body(arrow)), span),
            (Function::Test, [pattern, value]) => {
                let Kind::Pattern(text) = &pattern.kind else { return self.value(value) };
                self.value(value)?;
                let patterns = self.install.dialect.patterns;
                self.code.patterns.push(Pattern::compile(text, pattern.span, patterns)?);
                let at = (self.code.patterns.len() - 1) as u16;
                let site = Site { span, subject: value.span, other: pattern.span };
                self.emit_at(Op::Test(at), site, 1, 1);
            }
            _ => {
                self.code.computes_text |= matches!(function, Function::Lower | Function::Upper);
                for arg in args {
                    self.value(arg)?;
                }
                let subject = args.first().map_or(span, |first| first.span);
                let other = args.get(1).map_or(span, |second| second.span);
                let site = Site { span, subject, other };
                self.emit_at(Op::LooseCall(function, args.len() as u8), site, args.len(), 1);
            }
        }
        Ok(())
    }

    /// Whether a call goes over elements until one decides.
    pub(super) fn is_loop(&self, function: Function, args: &[Expr]) -> bool {
        let is_array = |array: &Expr| is_made(array) || matches!(array.kind, Kind::Collection(..));
        match function {
            Function::Some | Function::Every => true,
            Function::Includes => self.is_loose() && args.first().is_some_and(is_array),
            _ => false,
        }
    }

    /// The test of such a call; returns the branches taken when it does not come out as `want`.
    pub(super) fn loop_test(
        &mut self,
        function: Function,
        args: &[Expr],
        want: bool,
        span: Span,
    ) -> Result<Vec<usize>> {
        let [array, argument] = args else { return Ok(Vec::new()) };
        if let Kind::Collection(_, items) = &array.kind {
            return self.is_one_of(argument, items, want, span);
        }
        let array = Array::of(array);
        if !array.stages.is_empty() {
            self.drain(&array, span)?;
        }
        if function == Function::Includes {
            return self.made_includes(&array, argument, want, span);
        }
        let (any, element) = (function == Function::Some, body(argument));
        let walk = self.walk(
            &array,
            Holes::Skipped,
            span,
            |_| Ok(()),
            |compiler, place| compiler.with_bound(place, |compiler| compiler.test(element, !any)),
        )?;
        self.patch(&walk.decided);
        self.height = walk.outside + walk.values;
        self.emit(Op::Pop(walk.values as u8), span, walk.values, 0);
        if want == any {
            return Ok(vec![walk.exhausted]);
        }
        let leaves = self.emit(Op::Jump { to: 0 }, span, 0, 0);
        self.patch(&[walk.exhausted]);
        Ok(vec![leaves])
    }

    /// `[…].includes(wanted)`.
    fn is_one_of(
        &mut self,
        wanted: &Expr,
        items: &[Expr],
        want: bool,
        span: Span,
    ) -> Result<Vec<usize>> {
        let is_plain = |item: &Expr| {
            // Only as an element is NaN equal to itself.
            item.kind.is_literal() && !matches!(item.kind, Kind::Float(value) if value.is_nan())
        };
        if wanted.kind.is_leaf() && !items.is_empty() && items.iter().all(is_plain) {
            let equal = |item: &Expr| {
                let rest = vec![(Comparison::Is, item.clone())];
                Expr { span, kind: Kind::Compare(Box::new(wanted.clone()), rest) }
            };
            let terms = items.iter().map(equal).collect();
            return self.test(&Expr { span, kind: Kind::Logic(Logic::Or, terms) }, want);
        }
        if items.iter().all(|item| item.kind.is_literal()) {
            self.value(wanted)?;
            return self.steps(Step::Element, wanted, items, want, span);
        }
        // All elements are computed before one is compared.
        let first = self.height;
        for item in items {
            self.value(item)?;
        }
        let last = self.height;
        self.value(wanted)?;
        let mut found = Vec::new();
        for place in first..last {
            self.emit(Op::Bound(place as u16), span, 0, 1);
            self.emit(Op::Bound(last as u16), span, 0, 1);
            found.push(self.emit(Op::BranchSame { want: false, to: 0 }, span, 2, 0));
        }
        let values = self.height - first;
        self.emit(Op::Pop(values as u8), span, 0, 0);
        let none = self.emit(Op::Jump { to: 0 }, span, 0, 0);
        self.patch(&found);
        self.emit(Op::Pop(values as u8), span, values, 0);
        if want {
            return Ok(vec![none]);
        }
        let leaves = self.emit(Op::Jump { to: 0 }, span, 0, 0);
        self.patch(&[none]);
        Ok(vec![leaves])
    }

    /// `includes` of an array that a call would make.
    fn made_includes(
        &mut self,
        array: &Array<'_>,
        wanted: &Expr,
        want: bool,
        span: Span,
    ) -> Result<Vec<usize>> {
        let walk = self.walk(
            array,
            Holes::Undefined,
            span,
            |compiler| {
                compiler.value(wanted)?;
                if array.source == Source::Keys {
                    compiler.emit(Op::Visible, wanted.span, 0, 0);
                }
                Ok(())
            },
            |compiler, place| {
                let wanted = place_below(compiler.height, place, array);
                compiler.emit(Op::Bound(place), span, 0, 1);
                compiler.emit(Op::Bound(wanted), span, 0, 1);
                Ok(vec![compiler.emit(Op::BranchSame { want: false, to: 0 }, span, 2, 0)])
            },
        )?;
        let found = (&walk.decided[..], walk.outside + walk.values, walk.values + 1);
        let exhausted = (std::slice::from_ref(&walk.exhausted), walk.outside, 1);
        let (leaving, going) = if want { (exhausted, found) } else { (found, exhausted) };
        let mut leaves = Vec::new();
        for (n, (branches, height, values)) in [leaving, going].into_iter().enumerate() {
            self.patch(branches);
            self.height = height;
            self.emit(Op::Pop(values as u8), span, values, 0);
            if n == 0 {
                leaves.push(self.emit(Op::Jump { to: 0 }, span, 0, 0));
            }
        }
        Ok(leaves)
    }

    /// The first element, of those for which `element` is true if there is one; undefined if there is
    /// none.
    fn first(&mut self, array: &Expr, element: Option<&Expr>, span: Span) -> Result<()> {
        let array = Array::of(array);
        if !array.stages.is_empty() {
            self.drain(&array, span)?;
        }
        let walk = self.walk(
            &array,
            Holes::Undefined,
            span,
            |_| Ok(()),
            |compiler, place| match element {
                Some(element) => {
                    compiler.with_bound(place, |compiler| compiler.test(element, false))
                }
                None => Ok(vec![compiler.emit(Op::Jump { to: 0 }, span, 0, 0)]),
            },
        )?;
        self.patch(&walk.decided);
        self.height = walk.outside + walk.values;
        if walk.values > 1 {
            self.emit(Op::Under((walk.values - 1) as u8), span, walk.values, 1);
        }
        let end = self.emit(Op::Jump { to: 0 }, span, 1, 0);
        self.patch(&[walk.exhausted]);
        self.emit(Op::Undefined, span, 0, 1);
        self.patch(&[end]);
        Ok(())
    }

    /// How many elements there are.
    fn count(&mut self, array: &Expr, span: Span) -> Result<()> {
        let array = Array::of(array);
        let begin = |compiler: &mut Self| {
            compiler.emit(Op::Int(0), span, 0, 1);
            Ok(())
        };
        let walk = self.walk(&array, Holes::Undefined, span, begin, |compiler, place| {
            let count = place_below(compiler.height, place, &array);
            compiler.emit(Op::Increment(count), span, 0, 0);
            Ok(Vec::new())
        })?;
        self.patch(&[walk.exhausted]);
        self.height = walk.outside;
        Ok(())
    }

    /// Lets all elements pass, for what may fail on the way.
    fn drain(&mut self, array: &Array<'_>, span: Span) -> Result<()> {
        let nothing = |_: &mut Self, _| Ok(Vec::new());
        let walk = self.walk(array, Holes::Skipped, span, |_| Ok(()), nothing)?;
        self.patch(&[walk.exhausted]);
        self.height = walk.outside;
        Ok(())
    }

    fn with_bound<T>(
        &mut self,
        place: u16,
        work: impl FnOnce(&mut Self) -> Result<T>,
    ) -> Result<T> {
        self.bound.push(place);
        let done = work(self)?;
        self.bound.pop();
        Ok(done)
    }

    /// Code over the elements of `array`. `begin` pushes what stands below them; `decide`, which finds
    /// an element on top and leaves the stack as it is, falls through when it decides nothing.
    fn walk(
        &mut self,
        array: &Array<'_>,
        holes: Holes,
        span: Span,
        begin: impl FnOnce(&mut Self) -> Result<()>,
        decide: impl FnOnce(&mut Self, u16) -> Result<Vec<usize>>,
    ) -> Result<Walk> {
        self.value(array.base)?;
        let level = self.enter_loop(span)?;
        let site = Site { span, subject: array.base.span, other: span };
        self.emit_at(Op::LooseStart { level, source: array.source }, site, 1, 0);
        begin(self)?;
        let (next, outside) = (self.here(), self.height);
        let holes = array.holes(holes);
        let exhausted = self.emit_at(Op::LooseNext { level, holes, to: 0 }, site, 0, 1);
        let mut missed = Vec::new();
        for (function, body) in &array.stages {
            let place = (self.height - 1) as u16;
            if *function == Function::Filter {
                let branches = self.with_bound(place, |compiler| compiler.test(body, true))?;
                missed.push((branches, self.height - outside));
            } else {
                self.with_bound(place, |compiler| compiler.value(body))?;
            }
        }
        let values = self.height - outside;
        let decided = decide(self, (self.height - 1) as u16)?;
        missed.push((Vec::new(), values));
        for (branches, values) in missed.into_iter().rev() {
            self.patch(&branches);
            self.emit(Op::Pop(values as u8), span, 0, 0);
            self.emit(Op::Jump { to: next }, span, 0, 0);
        }
        self.level -= 1;
        self.height = outside;
        Ok(Walk { exhausted, decided, values, outside })
    }
}

/// The place of what `begin` pushed below the elements, of which the last is at `place`.
fn place_below(height: usize, place: u16, array: &Array<'_>) -> u16 {
    let maps = array.stages.iter().filter(|(function, _)| *function == Function::MapEach).count();
    debug_assert_eq!(height, usize::from(place) + 1);
    place - maps as u16 - 1
}

/// Whether a key in quotes may be the place of an element.
fn is_index(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_digit())
}
