//! Every text that people read when an evaluation failed.
//!
//! Built outside the hit from the failure's place and types. Invariant: a text names expressions of
//! the source and types of the application, never a value.

use super::dialect::{Dialect, Rules};
use super::failure::{Failure, FailureKind};
use super::op::{Code, Op, Site};
use super::syntax::Comparison;

struct Explainer<'e> {
    source: &'e str,
    code: &'e Code,
    site: Site,
    op: Op,
    types: [&'e str; 2],
}

/// What happened, as a fragment.
pub(super) fn message(
    source: &str,
    code: &Code,
    dialect: &'static Dialect,
    failure: &Failure,
) -> String {
    let explainer = explainer(source, code, failure);
    let (subject, whole) = (explainer.subject(), explainer.whole());
    let type_name = explainer.type_name(0);
    match failure.kind() {
        FailureKind::Unset => format!("{whole} is not set yet"),
        FailureKind::NoAttribute => match explainer.member() {
            Some(member) => format!("{subject} is {type_name}, which has no {member}"),
            None => format!("{whole}: {type_name} has no such method"),
        },
        FailureKind::NoKey => format!("{subject} has no key {}", explainer.other()),
        FailureKind::NoIndex => format!("{subject} has no element {}", explainer.other()),
        FailureKind::NeedsCode => explainer.needs_code(),
        FailureKind::NotLoaded if explainer.is_typed() => match explainer.member() {
            Some(member) => {
                format!(
                    "{subject} is not initialised yet: its initialiser is not run to read {member}"
                )
            }
            None => {
                format!(
                    "{whole} is not there before its class's initialiser runs, which is not run for it"
                )
            }
        },
        FailureKind::NotLoaded => match explainer.member() {
            Some(member) => {
                format!("{subject} is {type_name}, not loaded: {member} would run application code")
            }
            None => format!("{whole} is not loaded: reading it would run application code"),
        },
        FailureKind::OutOfFuel => format!(
            "{whole} takes more than {} steps, which is all a condition may take",
            super::eval::FUEL
        ),
        FailureKind::OfNull => {
            let is_undefined = explainer.types[0] == "undefined";
            let null = if is_undefined { "undefined" } else { dialect.spelling.null };
            match explainer.member() {
                Some(member) => format!("{subject} is {null}, which has no {member}"),
                None => format!("{subject} is {null}"),
            }
        }
        FailureKind::Unreadable if explainer.is_open() && explainer.member().is_some() => {
            let member = explainer.member().unwrap_or_default();
            format!("{subject} is {type_name}, of which {member} is not read here")
        }
        FailureKind::Types => explainer.types(),
        FailureKind::Unhashable => format!("{} cannot be a key: it can change", explainer.key()),
        FailureKind::TooLong => {
            format!("{whole} computes a string longer than {} bytes", super::scratch::TEXT_BYTES)
        }
        FailureKind::Identity if explainer.is_loose() => {
            format!("{whole}: whether two empty arrays of bytes are one cannot be seen")
        }
        FailureKind::Identity => {
            format!("whether {whole} are the same object cannot be seen; write == to compare")
        }
        FailureKind::Pattern if explainer.is_loose() => {
            format!("{whole}: lines are told apart only where they end with \\n alone")
        }
        FailureKind::Pattern => {
            format!("{whole}: \\b cannot be decided beside a character beyond ASCII")
        }
        kind => format!("{whole} {}", said_of_the_whole(kind)),
    }
}

/// What is said of an expression whatever it is.
fn said_of_the_whole(kind: FailureKind) -> &'static str {
    match kind {
        FailureKind::Redacted => "would tell of a redacted value",
        FailureKind::Unreadable => "cannot be read on this runtime",
        FailureKind::ZeroDivision => "divides by zero",
        FailureKind::Overflow => "is beyond 64 bits",
        FailureKind::TooDeep => "compares collections nested too deeply",
        _ => "has no value here",
    }
}

/// What to write instead, if a way is known.
pub(super) fn hint(
    source: &str,
    code: &Code,
    dialect: &'static Dialect,
    failure: &Failure,
) -> Option<String> {
    let explainer = explainer(source, code, failure);
    let may_work = match failure.kind() {
        FailureKind::NotLoaded | FailureKind::NeedsCode => true,
        FailureKind::Types => explainer.is_typed(),
        _ => false,
    };
    if !may_work {
        return None;
    }
    let subject = explainer.site.subject;
    let lazy = dialect.lazy.iter().find(|lazy| {
        lazy.type_name == explainer.types[0]
            && subject.of(source).strip_suffix(lazy.attr).is_some_and(|rest| rest.ends_with('.'))
    });
    let Some(lazy) = lazy else {
        let is_met = |name: &str| explainer.types.iter().any(|met| last_part(met) == name);
        let works = dialect.works.iter().find(|(name, _)| is_met(name));
        return works.map(|(_, works)| (*works).to_owned());
    };
    let end = usize::from(subject.end);
    let head = source.get(..end - lazy.attr.len())?;
    Some(format!("{head}{}{}", lazy.instead, source.get(end..)?))
}

fn explainer<'e>(source: &'e str, code: &'e Code, failure: &'e Failure) -> Explainer<'e> {
    let at = usize::from(failure.at);
    let [first, second] = &failure.types;
    Explainer {
        source,
        code,
        site: code.sites.get(at).copied().unwrap_or_default(),
        op: code.ops.get(at).copied().unwrap_or(Op::Null),
        types: [first.as_str(), second.as_str()],
    }
}

impl Explainer<'_> {
    fn whole(&self) -> &str {
        self.site.span.of(self.source)
    }

    fn subject(&self) -> &str {
        self.site.subject.of(self.source)
    }

    fn other(&self) -> &str {
        self.site.other.of(self.source)
    }

    /// A type with its article: `a SimpleLazyObject`, `an int`.
    fn type_name(&self, at: usize) -> String {
        match self.types[at] {
            "" => "of another type".to_owned(),
            name => article(name),
        }
    }

    /// What an attribute instruction reads: `.id`.
    fn member(&self) -> Option<String> {
        match self.op {
            Op::Attr(attr) | Op::Method { attr, .. } | Op::Property { attr, .. } => {
                let name = &self.code.attrs.get(usize::from(attr))?.text;
                // Without the class that the host looks for it from.
                Some(format!(".{}", name.rsplit('.').next().unwrap_or(name)))
            }
            Op::Index { .. } | Op::ArrayItem | Op::LooseIndex { .. } => {
                Some(format!("[{}]", self.other()))
            }
            _ => None,
        }
    }

    /// Whether the host's values have types.
    fn is_typed(&self) -> bool {
        self.code.rules == Rules::Typed
    }

    /// Whether the host's values are converted.
    fn is_loose(&self) -> bool {
        self.code.rules == Rules::Loose
    }

    /// Whether operators are methods of the host's classes.
    fn is_open(&self) -> bool {
        self.code.rules == Rules::Open
    }

    /// The key of an index or membership.
    fn key(&self) -> &str {
        match self.op {
            Op::Index { .. } => self.other(),
            _ => self.subject(),
        }
    }

    fn needs_code(&self) -> String {
        let (subject, name) = (self.subject(), self.type_name(0));
        match self.op {
            Op::Attr(_)
            | Op::Index { .. }
            | Op::Method { .. }
            | Op::Property { .. }
            | Op::LooseIndex { .. } => {
                let member = self.member().unwrap_or_default();
                format!("{subject} is {name}: {member} would run application code")
            }
            Op::BranchSlotTruth { .. } | Op::BranchTruth { .. } | Op::KeepIf { .. } => {
                format!("{subject} is {name}: whether it is true would run application code")
            }
            Op::Module(_) => format!("{subject} does not call the module's own function here"),
            _ if !self.types[1].is_empty() && !self.types[0].is_empty() => format!(
                "{} would run application code of {} or {}",
                self.whole(),
                self.types[0],
                self.types[1]
            ),
            _ => format!("{subject} is {name}: {} would run application code", self.whole()),
        }
    }

    fn types(&self) -> String {
        let whole = self.whole();
        match (self.op, self.types) {
            (Op::BranchSlotBool { .. } | Op::BranchBool { .. }, [a, _]) => {
                format!("{whole} is {}, and only a boolean is true or false", article(a))
            }
            (Op::BranchTyped { comparison, .. }, [a, b]) => {
                format!("{whole}: {a} and {b} cannot be compared ({})", word(comparison))
            }
            (
                Op::BranchSlotInt { comparison, .. } | Op::BranchTopInt { comparison, .. },
                [a, _],
            ) if self.is_typed() => {
                format!("{whole}: {a} and int cannot be compared ({})", word(comparison))
            }
            (Op::BranchCompare { comparison, .. } | Op::BranchChain { comparison, .. }, [a, b]) => {
                format!("{whole}: {a} and {b} have no order ({})", word(comparison))
            }
            (
                Op::BranchSlotInt { comparison, .. } | Op::BranchTopInt { comparison, .. },
                [a, _],
            ) => {
                let int = if self.is_open() { "Integer" } else { "int" };
                format!("{whole}: {a} and {int} have no order ({})", word(comparison))
            }
            (Op::Part(_), [a, _]) => {
                format!("{whole}: a part is taken of a String here, not of {}", article(a))
            }
            (Op::Slice { .. }, [a, _]) => {
                format!("{whole}: a slice is taken of str and bytes here, not of {a}")
            }
            (_, ["", ""]) => format!("{whole} is not possible on these types"),
            (_, [a, ""]) => format!("{whole} is not possible on {}", article(a)),
            (_, [a, b]) => format!("{whole} is not possible on {a} and {b}"),
        }
    }
}

/// The name of a type without what it belongs to.
fn last_part(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or_default()
}

fn article(name: &str) -> String {
    let vowel = name.starts_with(['a', 'e', 'i', 'o', 'u', 'A', 'E', 'I', 'O', 'U']);
    format!("{} {name}", if vowel { "an" } else { "a" })
}

fn word(comparison: Comparison) -> &'static str {
    match comparison {
        Comparison::Less => "<",
        Comparison::LessEqual => "<=",
        Comparison::Greater => ">",
        Comparison::GreaterEqual => ">=",
        Comparison::Equal => "==",
        _ => "!=",
    }
}
