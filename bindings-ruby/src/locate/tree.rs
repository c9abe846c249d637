//! Which code lies in which: blocks in methods, methods in classes, classes in files.
//!
//! Knows only that code lists what is directly in it. Invariant: a chain goes from the innermost out
//! and ends.

use super::codes_in;
use crate::ffi::{Obj, code};
use magnus::value::ReprValue;
use magnus::{Error, RArray, Value};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};

/// Code around code that is looked at.
const DEEPEST: usize = 64;

/// What lies around each code of a file.
#[derive(Debug, Default)]
pub(crate) struct Tree {
    around: HashMap<usize, usize>,
}

/// The tree of the file asked for last, and the index's state that it was made in.
static KEPT: Mutex<Option<(String, u64, Arc<Tree>)>> = Mutex::new(None);

impl Tree {
    /// Of the loaded code of a file.
    pub(crate) fn of(path: &str) -> Arc<Self> {
        let state = super::state();
        if let Some((known, of, tree)) = &*super::locked(&KEPT)
            && known == path
            && *of == state
        {
            return Arc::clone(tree);
        }
        let tree = Arc::new(Self::made(path));
        *super::locked(&KEPT) = Some((path.to_owned(), state, Arc::clone(&tree)));
        tree
    }

    fn made(path: &str) -> Self {
        let mut tree = Self::default();
        for code in codes_in(path) {
            for child in children(code).unwrap_or_default() {
                tree.around.insert(child, code);
            }
        }
        tree
    }

    /// Code and what lies around it, the innermost first.
    pub(crate) fn chain(&self, code: usize) -> Vec<usize> {
        let next = |code: &usize| self.around.get(code).copied();
        std::iter::successors(Some(code), next).take(DEEPEST).collect()
    }
}

/// What lies directly in code.
fn children(code: usize) -> Result<Vec<usize>, Error> {
    let Some(wrapper) = code::wrapper(code) else { return Ok(Vec::new()) };
    let children: Value = wrapper.funcall("enum_for", ("each_child",))?;
    let children: RArray = children.funcall("to_a", ())?;
    Ok(children.into_iter().filter_map(|child| code::code_of(Obj::of_magnus(child))).collect())
}

/// Code and all that lies in it, at whatever depth, each pinned once more.
pub(super) fn with_children(code: usize) -> Vec<usize> {
    code::pin(code);
    let (mut all, mut at) = (vec![code], 0);
    while let Some(code) = all.get(at).copied() {
        for child in children(code).unwrap_or_default() {
            if !all.contains(&child) {
                code::pin(child);
                all.push(child);
            }
        }
        at += 1;
    }
    all
}

/// The code of the scopes whose locals `code` sees: itself, and while that is a block or a clause what
/// lies around it.
pub(crate) fn scopes(code: usize) -> Vec<usize> {
    let Some(path) = super::file_of(code) else { return vec![code] };
    let chain = Tree::of(&path).chain(code);
    let inner = chain.iter().take_while(|code| super::name::is_inner(**code)).count();
    chain.into_iter().take(inner + 1).collect()
}
