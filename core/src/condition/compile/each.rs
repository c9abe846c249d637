//! Functions over the elements of a collection: arrow functions of JavaScript, blocks of Ruby.
//!
//! A collection that a call would make is never made: what is asked of it is asked of each element in
//! turn. Invariant: where the outcome may be known early, all that the host would compute before is
//! computed once, so that what fails there fails here.

use super::compiler::Compiler;
use crate::condition::message;
use crate::condition::op::{Holes, Op, Site, Source, Step};
use crate::condition::syntax::{Comparison, Expr, Function, Kind, Logic, Span};
use crate::error::Result;

/// A collection, as what it is made of.
pub(super) struct Array<'e> {
    base: &'e Expr,
    source: Source,
    /// What elements pass through, and the arguments of its functions.
    stages: Vec<(Function, &'e Expr)>,
    /// Values that an element is, as the first function takes it; none where nothing does.
    targets: usize,
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

/// Where on the stack an element is.
#[derive(Clone, Copy)]
struct Element {
    place: u16,
    values: usize,
    /// Where what stands below all elements is.
    below: u16,
}

impl<'e> Array<'e> {
    pub(super) fn of(expr: &'e Expr) -> Self {
        let mut array =
            Self { base: expr, source: Source::Elements, stages: Vec::new(), targets: 0 };
        while let Kind::Call(
            function @ (Function::Filter | Function::Reject | Function::MapEach),
            args,
        ) = &array.base.kind
            && let [inner, argument] = &args[..]
        {
            array.stages.push((*function, argument));
            array.base = inner;
        }
        array.stages.reverse();
        array.targets = array.stages.first().map_or(0, |(_, argument)| parameters(argument));
        if let Kind::Call(function, args) = &array.base.kind
            && let [object] = &args[..]
            && let Some(source) = view(*function)
        {
            array.base = object;
            array.source = source;
        }
        array
    }

    /// With one more function that elements pass.
    fn and(mut self, function: Function, argument: &'e Expr) -> Self {
        self.takes(argument);
        self.stages.push((function, argument));
        self
    }

    /// Where nothing else is first, what is asked at the end takes the elements.
    fn takes(&mut self, argument: &Expr) {
        if self.stages.is_empty() {
            self.targets = parameters(argument);
        }
    }

    /// The same, of which each element must be one value.
    fn of_ones(expr: &'e Expr) -> Self {
        let mut array = Self::of(expr);
        array.targets = array.targets.max(1);
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

/// What of a collection a call makes another one of.
fn view(function: Function) -> Option<Source> {
    match function {
        Function::ObjectKeys | Function::Keys => Some(Source::Keys),
        Function::Values => Some(Source::Values),
        _ => None,
    }
}

/// The body of an arrow function or block.
pub(super) fn body(argument: &Expr) -> &Expr {
    match &argument.kind {
        Kind::Arrow(_, body) | Kind::Block(_, body) => body,
        _ => argument,
    }
}

/// How many parameters it has.
fn parameters(argument: &Expr) -> usize {
    match &argument.kind {
        Kind::Block(parameters, _) => parameters.len(),
        _ => 1,
    }
}

/// Whether it is a collection that a call would make.
pub(super) fn is_made(expr: &Expr) -> bool {
    use Function as F;
    match &expr.kind {
        Kind::Call(F::Filter | F::Reject | F::MapEach, _) => true,
        Kind::Call(function, _) => view(*function).is_some(),
        _ => false,
    }
}

impl Compiler<'_, '_> {
    /// Whether a call goes over elements until one decides.
    pub(super) fn is_loop(&self, function: Function, args: &[Expr]) -> bool {
        let is_made_here = args.first().is_some_and(is_made);
        let is_literal =
            || args.first().is_some_and(|list| matches!(list.kind, Kind::Collection(..)));
        match function {
            Function::Some | Function::Every | Function::NoneOf => true,
            Function::Includes => {
                (self.is_loose() || self.is_open()) && (is_made_here || is_literal())
            }
            Function::IsEmpty => self.is_open() && is_made_here,
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
        let Some(list) = args.first() else { return Ok(Vec::new()) };
        let argument = args.get(1);
        if let (Kind::Collection(_, items), Some(wanted)) = (&list.kind, argument) {
            return self.is_one_of(wanted, items, want, span);
        }
        let mut array = Array::of(list);
        if !array.stages.is_empty() {
            self.drain(&array, span)?;
        }
        if let (Function::Includes, Some(wanted)) = (function, argument) {
            array.targets = array.targets.max(1);
            return self.made_includes(&array, wanted, want, span);
        }
        // That none does is the opposite of that one does.
        let any = function != Function::Every;
        let want = want != matches!(function, Function::NoneOf | Function::IsEmpty);
        if let Some(argument) = argument {
            array.takes(argument);
        }
        let walk = self.walk(
            &array,
            Holes::Skipped,
            span,
            |_| Ok(()),
            |compiler, element| compiler.decides(function, argument, element, any, span),
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

    /// The test of one element, which falls through where it decides nothing.
    fn decides(
        &mut self,
        function: Function,
        argument: Option<&Expr>,
        element: Element,
        any: bool,
        span: Span,
    ) -> Result<Vec<usize>> {
        match argument {
            Some(argument) => {
                self.with_bound(element, argument, |compiler, body| compiler.test(body, !any))
            }
            // That there is one suffices.
            None if function == Function::IsEmpty => {
                Ok(vec![self.emit(Op::Jump { to: 0 }, span, 0, 0)])
            }
            None => {
                self.emit(Op::Bound(element.place), span, 0, 1);
                Ok(vec![self.emit(Op::BranchTruth { want: !any, to: 0 }, span, 1, 0)])
            }
        }
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
        let equality = if self.is_loose() { Comparison::Is } else { Comparison::Equal };
        if wanted.kind.is_leaf() && !items.is_empty() && items.iter().all(is_plain) {
            let equal = |item: &Expr| {
                let rest = vec![(equality, item.clone())];
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

    /// `includes` of a collection that a call would make.
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
            |compiler, element| {
                compiler.one_value(element, span)?;
                compiler.emit(Op::Bound(element.place), span, 0, 1);
                compiler.emit(Op::Bound(element.below), span, 0, 1);
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

    /// The first element, of those for which `test` is true if there is one; where there is none,
    /// undefined, or null.
    pub(super) fn first(&mut self, list: &Expr, test: Option<&Expr>, span: Span) -> Result<()> {
        let mut array = Array::of_ones(list);
        if !array.stages.is_empty() {
            self.drain(&array, span)?;
        }
        if let Some(test) = test {
            array.takes(test);
        }
        let walk = self.walk(
            &array,
            Holes::Undefined,
            span,
            |_| Ok(()),
            |compiler, element| {
                compiler.one_value(element, span)?;
                match test {
                    Some(test) => compiler
                        .with_bound(element, test, |compiler, body| compiler.test(body, false)),
                    None => Ok(vec![compiler.emit(Op::Jump { to: 0 }, span, 0, 0)]),
                }
            },
        )?;
        self.patch(&walk.decided);
        self.height = walk.outside + walk.values;
        if walk.values > 1 {
            self.emit(Op::Under((walk.values - 1) as u8), span, walk.values, 1);
        }
        let end = self.emit(Op::Jump { to: 0 }, span, 1, 0);
        self.patch(&[walk.exhausted]);
        self.emit(if self.is_loose() { Op::Undefined } else { Op::Null }, span, 0, 1);
        self.patch(&[end]);
        Ok(())
    }

    /// How many elements there are, of those for which `test` is true if there is one.
    pub(super) fn count(&mut self, list: &Expr, test: Option<&Expr>, span: Span) -> Result<()> {
        let mut array = Array::of(list);
        if let Some(test) = test {
            array = array.and(Function::Filter, test);
        }
        let begin = |compiler: &mut Self| {
            compiler.emit(Op::Int(0), span, 0, 1);
            Ok(())
        };
        let walk = self.walk(&array, Holes::Undefined, span, begin, |compiler, element| {
            compiler.emit(Op::Increment(element.below), span, 0, 0);
            Ok(Vec::new())
        })?;
        self.patch(&[walk.exhausted]);
        self.height = walk.outside;
        Ok(())
    }

    /// The sum, least or greatest of the elements, of what `each` makes of them if it is there.
    pub(super) fn gathered(
        &mut self,
        function: Function,
        list: &Expr,
        each: Option<&Expr>,
        span: Span,
    ) -> Result<()> {
        let mut array = Array::of_ones(list);
        if let Some(each) = each {
            array = array.and(Function::MapEach, each);
        }
        let begin = |compiler: &mut Self| {
            // What was gathered, and what rounding dropped of it.
            let none = if function == Function::Sum { Op::Int(0) } else { Op::Undefined };
            compiler.emit(none, span, 0, 1);
            compiler.emit(Op::Null, span, 0, 1);
            Ok(())
        };
        let walk = self.walk(&array, Holes::Undefined, span, begin, |compiler, element| {
            compiler.one_value(element, span)?;
            compiler.emit(Op::Bound(element.place), span, 0, 1);
            compiler.emit(Op::Gather(function, element.below - 1), span, 1, 0);
            Ok(Vec::new())
        })?;
        self.patch(&[walk.exhausted]);
        self.height = walk.outside;
        self.emit(Op::Gathered(function), span, 2, 1);
        Ok(())
    }

    /// An error if an element is more than one value.
    fn one_value(&self, element: Element, span: Span) -> Result<()> {
        match element.values {
            1 => Ok(()),
            _ => Err(message::block_parameters(span)),
        }
    }

    /// Lets all elements pass, for what may fail on the way.
    fn drain(&mut self, array: &Array<'_>, span: Span) -> Result<()> {
        let nothing = |_: &mut Self, _| Ok(Vec::new());
        let walk = self.walk(array, Holes::Skipped, span, |_| Ok(()), nothing)?;
        self.patch(&[walk.exhausted]);
        self.height = walk.outside;
        Ok(())
    }

    /// Works on the body of a function whose parameters are the values of an element.
    fn with_bound<T>(
        &mut self,
        element: Element,
        argument: &Expr,
        work: impl FnOnce(&mut Self, &Expr) -> Result<T>,
    ) -> Result<T> {
        if parameters(argument) != element.values {
            return Err(message::block_parameters(argument.span));
        }
        let outer = self.bound.len();
        self.bound.extend((0..element.values).map(|n| element.place + n as u16));
        let done = work(self, body(argument))?;
        self.bound.truncate(outer);
        Ok(done)
    }

    /// The instructions that begin to go over the elements of `array`, and go on.
    fn loop_of(&self, array: &Array<'_>, level: u8, holes: Holes) -> (Op, Op) {
        let (source, to) = (array.source, 0);
        match self.is_loose() {
            true => {
                let holes = array.holes(holes);
                (Op::LooseStart { level, source }, Op::LooseNext { level, holes, to })
            }
            false => {
                let targets = array.targets as u8;
                (Op::LoopStart { level, source }, Op::LoopNext { level, targets, to })
            }
        }
    }

    /// Code over the elements of `array`. `begin` pushes what stands below them; `decide`, which finds
    /// an element on top and leaves the stack as it is, falls through when it decides nothing.
    fn walk(
        &mut self,
        array: &Array<'_>,
        holes: Holes,
        span: Span,
        begin: impl FnOnce(&mut Self) -> Result<()>,
        decide: impl FnOnce(&mut Self, Element) -> Result<Vec<usize>>,
    ) -> Result<Walk> {
        self.value(array.base)?;
        let level = self.enter_loop(span)?;
        let site = Site { span, subject: array.base.span, other: span };
        let (start, next) = self.loop_of(array, level, holes);
        let values = array.targets.max(1);
        self.emit_at(start, site, 1, 0);
        begin(self)?;
        let (goes_on, outside) = (self.here(), self.height);
        let exhausted = self.emit_at(next, site, 0, values);
        let below = outside.saturating_sub(1) as u16;
        let mut element = Element { place: outside as u16, values, below };
        let mut missed = Vec::new();
        for (function, argument) in &array.stages {
            if *function == Function::MapEach {
                self.with_bound(element, argument, |compiler, body| compiler.value(body))?;
                element = Element { place: (self.height - 1) as u16, values: 1, below };
            } else {
                let keeps = *function == Function::Filter;
                let branches = self
                    .with_bound(element, argument, |compiler, body| compiler.test(body, keeps))?;
                missed.push((branches, self.height - outside));
            }
        }
        let values = self.height - outside;
        let decided = decide(self, element)?;
        missed.push((Vec::new(), values));
        for (branches, values) in missed.into_iter().rev() {
            self.patch(&branches);
            self.emit(Op::Pop(values as u8), span, 0, 0);
            self.emit(Op::Jump { to: goes_on }, span, 0, 0);
        }
        self.level -= 1;
        self.height = outside;
        Ok(Walk { exhausted, decided, values, outside })
    }
}
