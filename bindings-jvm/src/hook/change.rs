//! Hooks that come and go together: the classes that they are in are retransformed once, in one call.
//!
//! Knows patches and classes, not why hooks change. Invariant: each hook has the answer that it would
//! have alone: where several fail together, they are tried one by one.

use super::hooked;
use super::patches::{self, Patch};
use super::{Target, bridge, gone, unsupported};
use crate::agent::JvmAgent;
use crate::ffi::{Env, Machine};
use crate::frame::Plan;
use crate::jvmti::{Event, Mode};
use crate::locate::{ClassName, Code};
use crate::value::Local;
use jni_sys::jclass;
use std::ptr::null_mut;
use std::sync::Arc;
use stillframe_core::error::{Error, Result};

/// Classes that are replaced while the machine stands still once: it then goes through all that are
/// loaded, which takes far longer than to replace one.
const AT_ONCE: usize = 16;
/// References that setting one hook makes.
const REFERENCES: i32 = 512;

/// A hook that is wanted.
pub(crate) struct Wanted {
    pub(crate) agent: Arc<JvmAgent>,
    /// The core's number of its site.
    pub(crate) site: u32,
    pub(crate) code: Code,
    pub(crate) target: Target,
    pub(crate) plan: Plan,
}

/// A hook that was set, and what it leaves out.
pub(crate) type Set = (u32, Option<String>);

/// A hook whose patch is in the table, and perhaps not in its class.
struct Placing {
    class: Local,
    signature: String,
    patch: Patch,
    note: Option<String>,
}

/// Classes, each once.
struct Classes(Env, Vec<Local>);

impl Classes {
    fn add(&mut self, class: Local) {
        let Self(env, classes) = self;
        if !classes.iter().any(|known| env.is_same(known.raw(), class.raw())) {
            classes.push(class);
        }
    }
}

/// Takes the hooks with these numbers off, and sets those that are wanted, each of which is answered.
pub(crate) fn change(
    env: Env,
    machine: &Machine,
    off: &[u32],
    on: Vec<Wanted>,
) -> Vec<Result<Set>> {
    crate::classes::sweep(env);
    super::traces::find(env, machine);
    // Before the others go: a number that old code has is not given out again until that code is gone.
    let placed: Vec<Result<Placing>> =
        on.into_iter().map(|wanted| place(env, machine, wanted)).collect();
    let mut classes = Classes(env, Vec::new());
    let numbers: Vec<u32> = off.iter().filter_map(|token| take(&mut classes, *token)).collect();
    placed.iter().flatten().for_each(|placing| classes.add(placing.class.again()));
    let failed = retransform_all(machine, &classes.1);
    numbers.into_iter().for_each(|number| bridge::forget(env, number));
    let refused = |placing: &Placing| -> Option<Error> {
        let of_class = failed.iter().find(|(class, _)| env.is_same(*class, placing.class.raw()));
        of_class.map(|(_, error)| error.clone()).or_else(|| outcome(env, placing).err())
    };
    let errors: Vec<Option<Error>> =
        placed.iter().map(|one| one.as_ref().ok().and_then(refused)).collect();
    let answers = answers(env, machine, placed, errors);
    if patches::is_empty() {
        let _ = machine.jvmti.notify(Mode::Off, Event::ClassFileLoadHook, null_mut());
    }
    answers
}

/// The answers to what was placed; what failed is taken off again, and where that was not alone in its
/// class, tried alone.
fn answers(
    env: Env,
    machine: &Machine,
    placed: Vec<Result<Placing>>,
    errors: Vec<Option<Error>>,
) -> Vec<Result<Set>> {
    let mut are_tried = Vec::with_capacity(placed.len());
    for (placing, error) in placed.iter().zip(&errors) {
        let Ok(placing) = placing else {
            are_tried.push(false);
            continue;
        };
        let of_class = placed.iter().flatten();
        let of_class = of_class.filter(|one| env.is_same(one.class.raw(), placing.class.raw()));
        are_tried.push(error.is_some() && of_class.count() > 1);
    }
    // All of them first: none is to fail by another.
    for (placing, is_tried) in placed.iter().zip(&are_tried) {
        if let (Ok(placing), true) = (placing, is_tried) {
            let (classes, _) = patches::remove(env, placing.patch.token);
            classes.into_iter().for_each(|class| env.delete_local(class));
        }
    }
    let answer = |((placed, error), is_tried): ((Result<Placing>, Option<Error>), bool)| {
        let placing = placed?;
        let done = match error {
            Some(_) if is_tried => alone(env, machine, &placing),
            Some(error) => Err(error),
            None => Ok(()),
        };
        if let Err(error) = done {
            disarm(env, machine, placing.patch.token);
            return Err(error);
        }
        Ok((placing.patch.token, placing.note))
    };
    placed.into_iter().zip(errors).zip(are_tried).map(answer).collect()
}

/// Gives a hook its numbers and the class that its line will call, and puts it into the table.
fn place(env: Env, machine: &Machine, wanted: Wanted) -> Result<Placing> {
    let Wanted { agent, site, code, target, plan } = wanted;
    let class = Local::new(env, code.class(env).ok_or_else(gone)?);
    let placed = &target.placed;
    let token = hooked::add(&agent, site, plan, placed)?;
    let method = (code.name.as_str(), code.descriptor.as_str());
    let mut patch = Patch::new(token, method, target.spot, placed.form, placed.locals.clone());
    let number = patches::number(&code.signature, &mut patch);
    env.in_frame(REFERENCES, || {
        bridge::define(env, machine, (number, token), class.raw(), placed)
    })?;
    if !patches::add(env, class.raw(), &code.signature, patch.clone()) {
        return Err(gone());
    }
    let left_out = placed.left_out.len();
    let note = format!("{left_out} local variables more than one call can take are not read");
    let note = (left_out > 0).then_some(note);
    Ok(Placing { class, signature: code.signature, patch, note })
}

/// Retransforms a class for one hook whose patch is not in the table.
fn alone(env: Env, machine: &Machine, placing: &Placing) -> Result<()> {
    let class = placing.class.raw();
    if !patches::add(env, class, &placing.signature, placing.patch.clone()) {
        return Err(gone());
    }
    retransform(machine, &[class])?;
    outcome(env, placing)
}

/// What the class file of its class said to a hook's patch.
fn outcome(env: Env, placing: &Placing) -> Result<()> {
    patches::outcome(env, placing.class.raw(), placing.patch.token).map_err(|why| {
        unsupported(format!("{}: {why}", ClassName::of(&placing.signature).dotted()))
    })
}

/// Takes the patches of a hook from the table; the number of its spot.
fn take(classes: &mut Classes, token: u32) -> Option<u32> {
    let env = classes.0;
    let (of_token, number) = patches::remove(env, token);
    of_token.into_iter().for_each(|class| classes.add(Local::new(env, class)));
    number
}

/// Takes one hook off: its class gets the bytes back that it would have without it.
fn disarm(env: Env, machine: &Machine, token: u32) {
    let mut classes = Classes(env, Vec::new());
    let number = take(&mut classes, token);
    // A class that cannot be changed back keeps a call that does nothing.
    retransform_all(machine, &classes.1);
    if let Some(number) = number {
        bridge::forget(env, number);
    }
}

/// Retransforms classes, as few times as may be: the machine replaces all that it is given or none, so
/// where one is refused they are tried one by one. Those that are refused, and why.
fn retransform_all(machine: &Machine, classes: &[Local]) -> Vec<(jclass, Error)> {
    let classes: Vec<jclass> = classes.iter().map(Local::raw).collect();
    let mut failed = Vec::new();
    for some in classes.chunks(AT_ONCE) {
        match (retransform(machine, some), some) {
            (Ok(()), _) => {}
            (Err(error), [class]) => failed.push((*class, error)),
            (Err(_), _) => {
                let one_by_one = some.iter().map(|class| (*class, retransform(machine, &[*class])));
                failed.extend(one_by_one.filter_map(|(class, done)| Some((class, done.err()?))));
            }
        }
    }
    failed
}

/// Has the machine ask for the bytes of classes and replace those.
pub(super) fn retransform(machine: &Machine, classes: &[jclass]) -> Result<()> {
    let refused = |error| unsupported(format!("the machine refused the class: {error}"));
    machine.jvmti.notify(Mode::On, Event::ClassFileLoadHook, null_mut()).map_err(refused)?;
    crate::frame::while_lines_change(|| machine.jvmti.retransform(classes)).map_err(refused)
}
