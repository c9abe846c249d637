//! The collector's own lists of objects, walked in stretches, so that the GIL can be given up in
//! between however many objects there are.
//!
//! Knows the lists of CPython 3.9 to 3.13, which are the same, and proves them before it uses them.
//! Knows nothing of what is looked for. Invariants: nothing is walked while a collection is under
//! way; between two stretches a marker of ours stays in the list, so that no address of the
//! application's is kept across them.

use super::memory::{load, read_word, store};
use super::object::Obj;
use pyo3::types::{PyAnyMethods, PyList};
use pyo3::{Py, PyResult, Python};
use std::time::Instant;

/// Bytes of a `PyGC_Head`, which stands before each object that is tracked.
const HEAD: usize = 16;
/// Bits of `_gc_prev` that are flags.
const FLAGS: usize = 3;
/// From one `struct gc_generation` to the next, and to `threshold` in each.
const GENERATION: usize = 24;
const THRESHOLD: usize = 16;
/// From the youngest generation to what follows it in `struct _gc_runtime_state`.
const GENERATION_0: usize = 72;
const PERMANENT: usize = 80;
const COLLECTIONS: usize = 104;
const COLLECTING: usize = 176;
/// Generations, and behind them that of `gc.freeze`.
const LISTS: usize = 4;
/// How many objects lie between two looks at the clock.
const BETWEEN_LOOKS: usize = 512;
/// How often a list that was collected meanwhile is begun anew before it is walked in one stretch.
const MAX_RESTARTS: u32 = 16;

/// How a stretch ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stretch {
    /// There is more.
    More,
    /// A collection is under way, which has given the GIL up: nothing was looked at.
    Busy,
    /// Everything was looked at.
    Done,
}

/// A walk over everything that is tracked.
#[derive(Debug)]
pub(super) struct Walk {
    lists: Lists,
    /// The list that is being walked.
    at: usize,
    /// Stands in that list behind what was looked at, once a stretch has ended there.
    marker: Py<PyList>,
    is_placed: bool,
    /// Collections of this generation or an older one, when the stretch ended.
    collections: usize,
    restarts: u32,
}

impl Walk {
    /// A walk that has not begun; `None` if the lists are not where they should be.
    pub(super) fn new(py: Python<'_>) -> Option<Self> {
        let marker = PyList::empty(py);
        let lists = Lists::find(py, &marker).ok()??;
        let marker = marker.unbind();
        Some(Self { lists, at: 0, marker, is_placed: false, collections: 0, restarts: 0 })
    }

    /// Shows objects to `visit` until the deadline, or all there are. About 5 ns an object.
    pub(super) fn stretch(
        &mut self,
        _py: Python<'_>,
        deadline: Instant,
        mut visit: impl FnMut(Obj),
    ) -> Stretch {
        if self.lists.is_collecting() {
            return Stretch::Busy;
        }
        let marker = Obj::of_kept(&self.marker);
        let mut node = self.resume(marker);
        let mut looked = 0_usize;
        loop {
            if self.lists.is_head(node) {
                self.at += 1;
                if self.at >= LISTS {
                    return Stretch::Done;
                }
                node = next(self.lists.head(self.at));
                continue;
            }
            let object = Obj::new(node.wrapping_add(HEAD).cast_mut().cast());
            if let Some(object) = object.filter(|object| *object != marker) {
                visit(object);
                looked += 1;
                let must_look = looked.is_multiple_of(BETWEEN_LOOKS);
                if must_look && self.restarts < MAX_RESTARTS && Instant::now() >= deadline {
                    move_behind(marker, node);
                    self.is_placed = true;
                    self.collections = self.lists.collections(self.at);
                    return Stretch::More;
                }
            }
            node = next(node);
        }
    }

    /// The first node that was not looked at yet.
    fn resume(&mut self, marker: Obj) -> *const u8 {
        if self.is_placed {
            if self.collections == self.lists.collections(self.at) {
                return next(marker.base().wrapping_sub(HEAD));
            }
            // A collection may have put what was not looked at before what was.
            self.restarts += 1;
        }
        next(self.lists.head(self.at))
    }
}

/// Where the lists begin.
#[derive(Clone, Copy, Debug)]
struct Lists {
    youngest: *const u8,
}

impl Lists {
    /// The lists, if they are as this file has it. A new object is the last of the youngest list, so
    /// that the list's own head comes after it.
    fn find(py: Python<'_>, newest: &pyo3::Bound<'_, PyList>) -> PyResult<Option<Self>> {
        let gc = py.import("gc")?;
        let thresholds: [usize; 3] = gc.call_method0("get_threshold")?.extract()?;
        let node = Obj::of(newest).handle() - HEAD;
        let Some(youngest) = read_word(node) else { return Ok(None) };
        let half = |at: usize| read_word(youngest + at).map(|word| word & 0xffff_ffff);
        let is_ring = |head: usize| {
            let next = read_word(head);
            next.and_then(|next| read_word(next + 8)).map(|back| back & !FLAGS) == Some(head)
        };
        let holds = read_word(youngest + GENERATION_0) == Some(youngest)
            && (0..3).all(|at| half(at * GENERATION + THRESHOLD) == Some(thresholds[at]))
            && half(COLLECTING).is_some_and(|flag| flag <= 1)
            && (0..3).all(|at| is_ring(youngest + at * GENERATION))
            && is_ring(youngest + PERMANENT);
        Ok(holds.then_some(Self { youngest: youngest as *const u8 }))
    }

    fn head(self, list: usize) -> *const u8 {
        let at = if list < 3 { list * GENERATION } else { PERMANENT };
        self.youngest.wrapping_add(at)
    }

    fn is_head(self, node: *const u8) -> bool {
        let from = (node as usize).wrapping_sub(self.youngest as usize);
        from <= PERMANENT
    }

    fn is_collecting(self) -> bool {
        // SAFETY: `find` proved the layout; the interpreter's state lives as long as the process.
        let flag: i32 = unsafe { load(self.youngest, COLLECTING) };
        flag != 0
    }

    /// Collections that reordered list `list`: those of its generation and of older ones.
    fn collections(self, list: usize) -> usize {
        let of = |at: usize| {
            // SAFETY: as above.
            let count: usize = unsafe { load(self.youngest, COLLECTIONS + at * GENERATION) };
            count
        };
        (list..3).map(of).fold(0, usize::wrapping_add)
    }
}

fn next(node: *const u8) -> *const u8 {
    // SAFETY: `node` is in a list, as its neighbour said; outside of collections the word is a plain
    // pointer, and `stretch` walks outside of them only.
    unsafe { load(node, 0) }
}

/// Takes the marker from where it is in the lists and puts it behind `node`, which it is not.
fn move_behind(marker: Obj, node: *const u8) {
    let own = marker.base().wrapping_sub(HEAD);
    let previous = |node: *const u8| {
        // SAFETY: every node of a list has its own neighbour there.
        let word: usize = unsafe { load(node, 8) };
        word
    };
    let set_previous = |node: *const u8, to: *const u8| {
        let word = to as usize | previous(node) & FLAGS;
        // SAFETY: the GIL is held and nothing is collecting, so the list is ours to change.
        unsafe { store(node, 8, word) };
    };
    let before = (previous(own) & !FLAGS) as *const u8;
    let after = next(own);
    // SAFETY: as above; `before` and `after` are the marker's neighbours.
    unsafe { store(before, 0, after) };
    set_previous(after, before);
    let following = next(node);
    // SAFETY: as above; the marker is in no list now.
    unsafe { store(own, 0, following) };
    set_previous(own, node);
    // SAFETY: as above.
    unsafe { store(node, 0, own) };
    set_previous(following, own);
}
