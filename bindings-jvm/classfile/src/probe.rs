//! Probes: what is inserted at the lines of a class, and which locals each is given.
//!
//! Knows the names of the bridge's methods, not what they do. Invariant: a probe is placed wholly or
//! not at all, and one that cannot be keeps no other from it.

mod calls;
mod plan;
mod rehearsal;

pub use plan::{Placed, lines_with_code, place};
pub use rehearsal::rehearsal;

use crate::class::Class;
use crate::patch::{Additions, Insertion, outgrown, patch_and_wrap};
use crate::refusal::{Blame, Reason};
use crate::wrap::Wrap;
use std::collections::BTreeMap;

/// The class that inserted code calls.
pub const BRIDGE: &str = "java/stillframe/Bridge";

/// How a probe is called. What is timed passes when its passage began before all else, and is
/// answered with when it began: `probe(J…)J` and `Bridge.enter`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Form {
    /// `invokedynamic probe(…)V`, linked by `Bridge.link` with the site's number. References are
    /// passed as objects, all else as it is. Where the class's version is below 51 it is `Boxed`.
    Dynamic,
    /// `Bridge.boxed(int, Object[])`, with the site's number and each local boxed by `Bridge.box`.
    Boxed,
    /// `Bridge.enter(long, int)`: no locals are passed. Only what is timed.
    Bare,
}

/// Where a probe is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Spot {
    /// Each time the line is entered.
    Line(u16),
    /// `Bridge.enter` where the method begins, `Bridge.leave(long, int)` before it returns, and
    /// `Bridge.unwind(long, int)` where an exception leaves it: always one of the latter. When the call
    /// began lies in a variable of the frame's own, behind those of the method.
    Whole,
    /// The same for each passage through these lines: entered by whatever way, and left.
    Lines {
        /// The first.
        first: u16,
        /// The last.
        last: u16,
    },
}

/// A probe to be placed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Probe {
    /// The method's index.
    pub method: usize,
    /// Where.
    pub spot: Spot,
    /// The number by which the bridge knows it.
    pub site: i32,
    /// How it is called.
    pub form: Form,
}

/// A class with probes in it.
#[derive(Clone, Debug)]
pub struct Instrumented {
    /// The class file.
    pub bytes: Vec<u8>,
    /// What became of each probe, in their order.
    pub probes: Vec<Result<Placed, Reason>>,
}

/// Places probes. For the 3,868 classes of `jdk.compiler` and `java.xml` it took 23 µs a class with one
/// probe each (the largest 0.8 ms), and 320 µs with one on each of 192,131 lines: 6 µs a line. That
/// was an optimised build on two busy cores.
///
/// # Errors
///
/// When the class as a whole cannot be read. What is wrong with one probe is said in its place.
pub fn instrument(bytes: &[u8], probes: &[Probe]) -> Result<Instrumented, Reason> {
    let class = Class::read(bytes)?;
    let mut placed = plan::all(&class, probes);
    // Every round places all probes or leaves out one more.
    for _ in 0..=probes.len() {
        let mut build = Build::new(&class)?;
        for (index, probe) in probes.iter().enumerate() {
            if let Ok(plan) = &placed[index]
                && let Err(reason) = build.add(index, probe, plan)
            {
                placed[index] = Err(reason);
            }
        }
        if build.insertions.is_empty() && build.wraps.is_empty() {
            break;
        }
        let done = patch_and_wrap(&class, &build.insertions, &build.wraps, build.additions);
        let refusal = match done {
            Ok(bytes) => return Ok(Instrumented { bytes, probes: placed }),
            Err(refusal) => refusal,
        };
        let last = placed.iter().rposition(Result::is_ok);
        let mut is_out = false;
        for (index, probe) in probes.iter().enumerate() {
            let is_blamed = match refusal.blame {
                // One probe less needs fewer constants.
                Blame::Class if refusal.reason == Reason::ConstantsFull => Some(index) == last,
                Blame::Class => true,
                Blame::Method(method) => probe.method == method,
                Blame::Insertion(insertion) => build.owners[insertion] == index,
            };
            if is_blamed && placed[index].is_ok() {
                placed[index] = Err(refusal.reason.clone());
                is_out = true;
            }
        }
        if !is_out {
            return Err(refusal.reason);
        }
    }
    Ok(Instrumented { bytes: bytes.to_vec(), probes: placed })
}

/// What is to be inserted.
struct Build {
    additions: Additions,
    insertions: Vec<Insertion>,
    /// The probe of each insertion.
    owners: Vec<usize>,
    wraps: Vec<Wrap>,
    /// Bytes that each method has with what is inserted, apart from the padding of switches.
    lens: BTreeMap<usize, usize>,
}

impl Build {
    fn new(class: &Class<'_>) -> Result<Self, Reason> {
        let additions = Additions::to(class)?;
        Ok(Self {
            additions,
            insertions: Vec::new(),
            owners: Vec::new(),
            wraps: Vec::new(),
            lens: BTreeMap::new(),
        })
    }

    fn add(&mut self, index: usize, probe: &Probe, plan: &Placed) -> Result<(), Reason> {
        let Probe { method, spot, site, form } = *probe;
        if !matches!(spot, Spot::Line(_)) {
            return self.add_timed(index, probe, plan);
        }
        if form == Form::Bare {
            return Err(Reason::NoForm);
        }
        // Looked at first: a probe that cannot be leaves no constants behind.
        let len = self.lens.entry(method).or_insert(plan.code_len);
        let new_len = *len + calls::len(plan.form, site, &plan.locals) * plan.pcs.len();
        if let Some(reason) = outgrown(plan.code_len, new_len) {
            return Err(reason);
        }
        *len = new_len;
        let (code, words) = match plan.form {
            Form::Dynamic => calls::dynamic(site, &plan.locals, &mut self.additions)?,
            _ => calls::boxed(site, &plan.locals, &mut self.additions.constants)?,
        };
        for (pc, room) in plan.pcs.iter().zip(&plan.rooms) {
            self.insert((index, method), *pc, &code, words.saturating_sub(*room));
        }
        Ok(())
    }

    fn insert(&mut self, (owner, method): (usize, usize), pc: u16, code: &[u8], extra_stack: u16) {
        self.insertions.push(Insertion { method, pc, code: code.to_vec(), extra_stack });
        self.owners.push(owner);
    }

    /// Adds what times a method or a range of its lines.
    fn add_timed(&mut self, index: usize, probe: &Probe, plan: &Placed) -> Result<(), Reason> {
        let method = probe.method;
        let known = self.wraps.iter().position(|one| one.method == method);
        let longs = known.map_or(0, |at| self.wraps[at].longs);
        let slot = longs.checked_mul(2).and_then(|words| plan.slots.checked_add(words));
        let slot = slot.filter(|slot| *slot < u16::MAX).ok_or(Reason::TooManyLocals)?;
        let timed = calls::timed(probe.site, plan, slot, &mut self.additions)?;
        let at = known.unwrap_or_else(|| {
            self.wraps.push(Wrap { method, ..Wrap::default() });
            self.wraps.len() - 1
        });
        let wrap = &mut self.wraps[at];
        wrap.longs += 1;
        wrap.entry.extend(timed.outside);
        if probe.spot == Spot::Whole {
            wrap.entry.extend(&timed.enter);
        }
        wrap.exit.extend(&timed.leave);
        wrap.unwind.extend(timed.unwind);
        wrap.extra_stack = wrap.extra_stack.max(timed.words);
        for pc in &plan.pcs {
            self.insert((index, method), *pc, &timed.enter, timed.words);
        }
        for pc in &plan.outs {
            self.insert((index, method), *pc, &timed.leave, timed.words);
        }
        Ok(())
    }
}
