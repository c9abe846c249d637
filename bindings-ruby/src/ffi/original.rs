//! Methods of Ruby's own as they were when the library was loaded, called past whatever the application
//! has made of them since, and past what its classes answer in their place.
//!
//! Each is kept as a method object bound to the call of another, so that nothing is looked up by name
//! when it is called. Invariant: what is called is Ruby's own; where the application had written it anew
//! before we came, nothing is called.

use super::object::{Obj, Tag, classes};
use super::protect::protected;
use super::text::intern;
use super::thread::Kept;
use rb_sys::VALUE;
use std::ffi::c_int;
use std::sync::OnceLock;

/// A method of Ruby's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Original {
    /// `Module#instance_method`
    InstanceMethod,
    /// `Kernel#method`
    Method,
    /// `UnboundMethod#owner`
    Owner,
    /// `UnboundMethod#arity`
    Arity,
    /// `UnboundMethod#source_location`
    SourceLocation,
    /// `UnboundMethod#original_name`
    FirstName,
    /// `Method#name`
    MethodName,
    /// `UnboundMethod#name`
    UnboundName,
    /// `RubyVM::InstructionSequence.of`
    CodeOf,
    /// `TracePoint#instruction_sequence`
    Compiled,
    /// `TracePoint#eval_script`
    EvalScript,
    /// `Binding#local_variable_get`
    Local,
    /// `Module#autoload?`
    Waits,
    /// `Module#const_defined?`
    IsDefined,
    /// `Module#const_get`
    Constant,
    /// `Module#constants`
    Constants,
}

/// Whose they are, in the order of the numbers above.
const ALL: [(&[&str], &str); 16] = [
    (&["Module"], "instance_method"),
    (&["Kernel"], "method"),
    (&["UnboundMethod"], "owner"),
    (&["UnboundMethod"], "arity"),
    (&["UnboundMethod"], "source_location"),
    (&["UnboundMethod"], "original_name"),
    (&["Method"], "name"),
    (&["UnboundMethod"], "name"),
    (&["RubyVM", "InstructionSequence", "singleton"], "of"),
    (&["TracePoint"], "instruction_sequence"),
    (&["TracePoint"], "eval_script"),
    (&["Binding"], "local_variable_get"),
    (&["Module"], "autoload?"),
    (&["Module"], "const_defined?"),
    (&["Module"], "const_get"),
    (&["Module"], "constants"),
];
/// The receiver and two arguments.
const MOST: usize = 3;

static KEPT: OnceLock<Vec<Option<Kept>>> = OnceLock::new();

/// Keeps them all. When the library is loaded.
pub(crate) fn keep() {
    KEPT.get_or_init(|| ALL.iter().map(|(path, name)| kept(path, name)).collect());
}

fn kept(path: &[&str], name: &str) -> Option<Kept> {
    let class = path.iter().try_fold(classes::object(), |class, name| match *name {
        "singleton" => Some(class.stored_class()),
        name => class.loaded_constant(intern(name)),
    })?;
    let unbound_method = classes::unbound_method();
    let ways = [
        (class.stored_class(), "instance_method"),
        (unbound_method, CALL),
        (unbound_method, "source_location"),
    ];
    if !ways.into_iter().all(|(class, name)| class.has_basic_method(intern(name))) {
        return None;
    }
    let unbound = super::asked_with(class, "instance_method", Obj::symbol(intern(name)))?;
    if !class.has_basic_method(intern(name)) && !is_internal(unbound) {
        return None;
    }
    let call = Obj::symbol(intern(CALL)).raw();
    // SAFETY: any object may be asked; what is raised stays here.
    protected(|| unsafe { rb_sys::rb_obj_method(unbound.raw(), call) }).map(Kept::new)
}

/// Whether a method is one of those that Ruby itself has written in Ruby.
fn is_internal(unbound: Obj<'_>) -> bool {
    let place = super::asked(unbound, "source_location").filter(|place| place.tag() == Tag::Array);
    let path = place.and_then(|place| place.items().first()).and_then(|path| path.utf8());
    path.is_some_and(|path| path.starts_with("<internal:"))
}

/// Calls an unbound method on what is given first.
const CALL: &str = "bind_call";

impl Original {
    /// What it answers of `receiver`; nothing if it raised, or was not Ruby's own when we came.
    pub(crate) fn ask<'g>(self, receiver: Obj<'_>, arguments: &[Obj<'_>]) -> Option<Obj<'g>> {
        let method = KEPT.get()?.get(self as usize)?.as_ref()?.get().raw();
        let mut all: [VALUE; MOST] = [receiver.raw(); MOST];
        for (place, argument) in all[1..].iter_mut().zip(arguments) {
            *place = argument.raw();
        }
        let count = (1 + arguments.len()).min(MOST) as c_int;
        // SAFETY: it is a method object, and so many arguments lie there.
        protected(|| unsafe { rb_sys::rb_method_call(count, all.as_ptr(), method) })
    }
}
