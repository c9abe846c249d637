//! Calls of what is pure, by helpers that look at what they are given themselves.
//!
//! Invariant: a function of the text is called by a helper alone, and once for each element.

use crate::Uncovered;
use crate::value::{Code, Done, is_made};
use stillframe_core::condition::tree::{Expr, Function, Kind};

impl Code<'_> {
    pub(crate) fn call(&mut self, function: Function, args: &[Expr]) -> Done {
        use Function as F;
        let helper = match (function, args) {
            (F::TypeOf, [value]) => return Ok(format!("(typeof {})", self.value(value)?)),
            (F::Some, [array, arrow]) => return self.over("some", array, arrow),
            (F::Every, [array, arrow]) => return self.over("every", array, arrow),
            (F::Find, [array, arrow]) => return self.over("find", array, arrow),
            (F::Includes, [array, wanted]) => return self.includes(array, wanted),
            (F::Abs, [_]) => return self.of_numbers("abs", args),
            (F::Floor, [_]) => return self.of_numbers("floor", args),
            (F::Ceil, [_]) => return self.of_numbers("ceil", args),
            (F::Round, [_]) => return self.of_numbers("round", args),
            (F::Truncate, [_]) => return self.of_numbers("trunc", args),
            (F::SquareRoot, [_]) => return self.of_numbers("sqrt", args),
            (F::IsNan, [_]) => return self.of_numbers("isNan", args),
            (F::Min, _) => return self.of_numbers("min", args),
            (F::Max, _) => return self.of_numbers("max", args),
            (F::IsNanNumber, [_]) => "isNan",
            (F::IsArray, [_]) => "isArray",
            (F::IsInstance, [_, _]) => "isInstance",
            (F::StartsWith, [_, _]) => "startsWith",
            (F::EndsWith, [_, _]) => "endsWith",
            (F::IndexOf, [_, _]) => "indexOf",
            (F::Lower, [_]) => "lower",
            (F::Upper, [_]) => "upper",
            (F::Trim, [_]) => "trim",
            (F::Get, [_, _]) => "get",
            (F::Has, [_, _]) => "has",
            (F::Test, [pattern, value]) => return self.matches(pattern, value),
            _ => return Err(Uncovered("a function that only the machine has")),
        };
        let key = args.get(1).map(|key| &key.kind);
        if matches!(function, F::Get | F::Has) && matches!(key, Some(Kind::Text(_))) {
            // Installing has judged it, so it is a name that may be seen.
            return Ok(format!("{helper}({}, true)", self.values(args)?));
        }
        Ok(format!("{helper}({})", self.values(args)?))
    }

    fn of_numbers(&mut self, helper: &str, args: &[Expr]) -> Done {
        let all: Result<Vec<String>, Uncovered> =
            args.iter().map(|expr| self.number(expr)).collect();
        Ok(format!("{helper}({})", all?.join(", ")))
    }

    /// The elements of an array, one that a call makes too.
    pub(crate) fn elements(&mut self, array: &Expr) -> Done {
        match &array.kind {
            Kind::Call(function @ (Function::Filter | Function::MapEach), args) => {
                let [inner, arrow] = &args[..] else { return Err(Uncovered("a call")) };
                self.makes_arrays = true;
                let helper = if *function == Function::Filter { "filter" } else { "map" };
                self.over(helper, inner, arrow)
            }
            Kind::Call(Function::ObjectKeys, args) => Ok(format!("keys({})", self.values(args)?)),
            _ => Ok(format!("elements({})", self.value(array)?)),
        }
    }

    /// A helper that calls an arrow function for elements.
    fn over(&mut self, helper: &str, array: &Expr, arrow: &Expr) -> Done {
        let elements = self.elements(array)?;
        let Kind::Arrow(_, body) = &arrow.kind else { return Err(Uncovered("a call")) };
        let number = self.bound;
        self.bound += 1;
        let body = self.value(body);
        self.bound = number;
        Ok(format!("{helper}({elements}, b{number} => {})", body?))
    }

    fn includes(&mut self, array: &Expr, wanted: &Expr) -> Done {
        match &array.kind {
            Kind::Collection(_, items) => self.is_one_of(items, wanted),
            _ if is_made(array) => {
                let elements = self.elements(array)?;
                Ok(format!("{elements}.includes({})", self.value(wanted)?))
            }
            _ => Ok(format!("includes({})", self.values([array, wanted])?)),
        }
    }

    /// `[…].includes(wanted)`: all is computed before anything is compared.
    fn is_one_of(&mut self, items: &[Expr], wanted: &Expr) -> Done {
        let mut text = "(".to_owned();
        let mut tests = Vec::new();
        let wanted_at = self.keep();
        for item in items {
            let at = self.keep();
            text += &format!("k{at} = {}, ", self.value(item)?);
            tests.push(format!("isElement(k{at}, k{wanted_at})"));
        }
        let any = if tests.is_empty() { "false".to_owned() } else { tests.join(" || ") };
        Ok(format!("{text}k{wanted_at} = {}, {any})", self.value(wanted)?))
    }
}
