//! What code is called, as people write it: `Shop::Cart#total`, `Shop::Cart.load`,
//! `Cart#total.<block>`.
//!
//! Knows Ruby's own labels of code. Invariant: what has no name of its own is named in angle brackets,
//! behind the name of what it is in.

use crate::ffi::code::Owned;
use crate::ffi::{Obj, Original, Tag, code, intern};
use magnus::value::ReprValue;
use magnus::{Module, Ruby, Value};
use std::collections::BTreeMap;
use std::sync::Mutex;

fn label(code: usize) -> &'static str {
    code::label(code).utf8().unwrap_or("?")
}

/// Whether it sees the locals of what is around it: a block, or a clause of `rescue` or `ensure`.
pub(super) fn is_inner(code: usize) -> bool {
    let label = label(code);
    ["block ", "rescue in ", "ensure in "].iter().any(|start| label.starts_with(start))
}

/// Whether it runs while its file is loaded and then never again.
pub(super) fn runs_once(code: usize) -> bool {
    label(code).starts_with('<') || label(code) == "singleton class"
}

/// Names of methods with those of their classes, by where they are written.
static LEARNT: Mutex<BTreeMap<(String, u32), String>> = Mutex::new(BTreeMap::new());

/// Takes up what methods are called.
pub(super) fn learn(methods: Vec<Owned>) {
    super::locked(&LEARNT).extend(methods);
}

/// The name of a method with that of its class, as its class has it.
fn learnt(code: usize, method: &str) -> Option<String> {
    let at = (code::path(code).utf8()?.to_owned(), code::first_line(code));
    let name = super::locked(&LEARNT).get(&at).cloned()?;
    name.rsplit(['#', '.']).next().is_some_and(|last| last == method).then_some(name)
}

/// The name of the innermost of a chain of code.
pub(crate) fn qualified(chain: &[usize]) -> String {
    let mut classes = Vec::new();
    let mut is_singleton = false;
    let mut method = None;
    let mut inner = Vec::new();
    for code in chain {
        let label = label(*code);
        if let Some(class) = class_of(label) {
            classes.push(class);
        } else if label == "singleton class" {
            is_singleton = true;
        } else if is_inner(*code) {
            inner.push(if label.starts_with("block") { "<block>" } else { "<clause>" });
        } else if !label.starts_with('<') && method.is_none() {
            method = Some((*code, code::base_label(*code).utf8().unwrap_or(label)));
        }
    }
    classes.reverse();
    let mut name = classes.join("::");
    let joint = if name.is_empty() {
        ""
    } else if is_singleton {
        "."
    } else {
        "#"
    };
    match method {
        Some((code, method)) => {
            // What its class says of it knows a method of the class itself from others.
            let learnt = learnt(code, method);
            name = learnt.unwrap_or_else(|| format!("{name}{joint}{method}"));
        }
        None if name.is_empty() => "<main>".clone_into(&mut name),
        None if inner.is_empty() => name = format!("<class:{name}>"),
        None => {}
    }
    inner.iter().fold(name, |name, inner| format!("{name}.<locals>.{inner}"))
}

/// Names of the classes and modules around code, the outermost first.
pub(crate) fn nesting(code: usize) -> Vec<String> {
    let path = super::file_of(code).unwrap_or_default();
    let chain = super::chain_in(&path, code);
    let around = chain.iter().rev().filter_map(|code| class_of(label(*code)));
    let around: Vec<String> = around.map(str::to_owned).collect();
    let method = chain.iter().find(|code| !is_inner(**code)).filter(|_| around.is_empty());
    let learnt = method.and_then(|code| learnt(*code, code::base_label(*code).utf8()?));
    match learnt.as_deref().and_then(|name| name.rsplit_once(['#', '.'])) {
        Some((class, _)) => class.split("::").map(str::to_owned).collect(),
        None => around,
    }
}

/// Whether code is a method's, or of what is in one.
pub(crate) fn is_in_method(code: usize) -> bool {
    let path = super::file_of(code).unwrap_or_default();
    let chain = super::chain_in(&path, code);
    chain.iter().find(|code| !is_inner(**code)).is_some_and(|code| !runs_once(*code))
}

/// The class or module whose body is labelled so.
fn class_of(label: &str) -> Option<&str> {
    let body = label.strip_prefix("<class:").or_else(|| label.strip_prefix("<module:"))?;
    body.strip_suffix('>')
}

/// The file, and the code if it is a method, that a name of Ruby's own stands for (`Shop.Cart.total`,
/// its parts joined by dots), if loaded. Runs nothing: constants that wait to be loaded are not.
pub(crate) fn named(ruby: &Ruby, name: &str) -> Option<usize> {
    let parts: Vec<&str> = name.split('.').collect();
    let (method, classes) = parts.split_last()?;
    let mut holder = Obj::of_magnus(ruby.class_object().as_value());
    for class in classes {
        let name = [Obj::symbol(intern(class))];
        let waits = Original::Waits.ask(holder, &name)?.tag() != Tag::Nil;
        if waits || Original::IsDefined.ask(holder, &name)?.tag() != Tag::True {
            return None;
        }
        holder = Original::Constant.ask(holder, &name)?;
    }
    let machine: Value = ruby.class_object().const_get("RubyVM").ok()?;
    let sequences = Obj::of_magnus(machine).loaded_constant(intern("InstructionSequence"))?;
    for ask in [Original::InstanceMethod, Original::Method] {
        let Some(method) = ask.ask(holder, &[Obj::symbol(intern(method))]) else { continue };
        let code = Original::CodeOf.ask(sequences, &[method])?;
        if code.tag() != Tag::Nil {
            return code::code_of(code);
        }
    }
    None
}
