//! Lines of cases for the harness.
//!
//! Knows what a line holds. Invariant: the values stand in the order of the locals.

use crate::world::Place;
use stillframe_core::condition::Program;
use stillframe_jvm_generator::{Generated, LocalAt, Site, Task, generate};

/// What a case does besides its condition.
#[derive(Clone, Copy)]
pub(crate) struct Way {
    /// What is done when the condition holds.
    pub(crate) task: Task,
    /// Whether false hits are counted.
    pub(crate) is_counted: bool,
    /// What the bridge does: nothing special, `full` or `broken`.
    pub(crate) mode: &'static str,
    /// What the frame keeps of a passage that is timed.
    pub(crate) began: i64,
}

/// Hits are written, and false ones not counted.
pub(crate) const WRITTEN: Way = Way { task: Task::Write, is_counted: false, mode: "", began: 0 };

/// The line of a case, and what was generated. Its site's number is 100 more than its token.
pub(crate) fn case(
    place: &mut Place<'_>,
    program: Option<&Program>,
    token: usize,
    values: &[&str],
    way: Way,
) -> (String, Generated) {
    let owned = place.locals.clone();
    let locals: Vec<LocalAt<'_>> =
        owned.iter().map(|(name, descriptor)| LocalAt { name, descriptor }).collect();
    let site = Site {
        number: token as i32 + 100,
        token: token as i32,
        condition: program.map(Program::tree),
        locals: &locals,
        task: way.task,
        is_counted: way.is_counted,
    };
    let made = generate(&site, place).expect("the class is small");
    let types: String = locals.iter().map(|local| passed_as(local.descriptor)).collect();
    let hex: String = made.bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let data: Vec<String> = made.data.iter().map(|class| class.0.to_string()).collect();
    let (types, began) = match way.task {
        Task::Time => (format!("(J{types})J"), Some(format!("J{}", way.began))),
        _ => (format!("({types})V"), None),
    };
    let head = [token.to_string(), types, hex, data.join(","), way.mode.to_owned()];
    let values = began.into_iter().chain(values.iter().map(|value| (*value).to_owned()));
    (head.into_iter().chain(values).collect::<Vec<_>>().join("\t"), made)
}

/// The descriptor of what the hook passes of a local.
fn passed_as(signature: &str) -> &str {
    match signature.as_bytes() {
        [_] => signature,
        _ => "Ljava/lang/Object;",
    }
}
