//! Who this process is, as far as only the virtual machine knows: its version, main class or jar.
//!
//! Knows no configuration. Invariant: what cannot be found out is left out; nothing here fails.

use crate::error::Fault;
use crate::ffi::{Argument, Env};
use stillframe_core::agent::Arguments;

/// The property that holds the path of the library whose agent runs.
const LIBRARY: &str = "stillframe.library";

/// Fills in what the binding alone can know.
pub(super) fn complete(env: Env, arguments: &mut Arguments) {
    let version = property(env, "java.version").unwrap_or_default();
    arguments.runtime = format!("jvm {version}").trim_end().to_owned();
    arguments.main = property(env, "sun.java.command").as_deref().and_then(main_of);
}

/// A property of the system.
fn property(env: Env, name: &str) -> Option<String> {
    let system = env.find_class(c"java/lang/System")?;
    let descriptor = c"(Ljava/lang/String;)Ljava/lang/String;";
    let get = env.static_method(system, c"getProperty", descriptor)?;
    let name = env.new_string(name)?;
    let value = env.call_static_object(system, get, &[Argument::Object(name)])?;
    Some(env.text(value))
}

/// Notes that this library's agent is the process's; an error if another copy's is.
pub(super) fn claim(env: Env) -> Result<(), Fault> {
    let own = own_path().unwrap_or_default();
    if let Some(other) = property(env, LIBRARY).filter(|other| !other.is_empty() && *other != own) {
        let message = format!("the agent of {other} is in this process already");
        return Err(Fault::new("started", &message, Some("use one way of starting it")));
    }
    let set = || {
        let system = env.find_class(c"java/lang/System")?;
        let descriptor = c"(Ljava/lang/String;Ljava/lang/String;)Ljava/lang/String;";
        let set = env.static_method(system, c"setProperty", descriptor)?;
        let [name, value] = [env.new_string(LIBRARY)?, env.new_string(&own)?];
        env.call_static_object(system, set, &[Argument::Object(name), Argument::Object(value)])
    };
    set();
    Ok(())
}

/// The file that this code was loaded from, as the system has mapped it.
fn own_path() -> Option<String> {
    let here = own_path as *const () as usize;
    let maps = std::fs::read_to_string("/proc/self/maps").ok()?;
    let line = maps.lines().find(|line| {
        let range = line.split_whitespace().next().and_then(|range| range.split_once('-'));
        let bounds = range.map(|(from, to)| [from, to].map(|at| usize::from_str_radix(at, 16)));
        matches!(bounds, Some([Ok(from), Ok(to)]) if (from..to).contains(&here))
    })?;
    line.find('/').map(|at| line[at..].to_owned())
}

/// The name of what was started: the jar without its ending, or the main class without its package.
fn main_of(command: &str) -> Option<String> {
    let first = command.split_whitespace().next()?;
    let name = first.rsplit('/').next().unwrap_or(first);
    let name = match name.strip_suffix(".jar").or_else(|| name.strip_suffix(".java")) {
        Some(name) => name,
        None => name.rsplit('.').next().unwrap_or(name),
    };
    (!name.is_empty()).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_is_called_by_its_jar_or_main_class() {
        let name = |command: &str| main_of(command).unwrap_or_default();
        assert_eq!(name("/app/checkout-1.4.jar --port 80"), "checkout-1.4");
        assert_eq!(name("shop.App --port 80"), "App");
        assert_eq!(name("checkout/shop.Server"), "Server");
        assert_eq!(name("Main.java"), "Main");
        assert_eq!(name(""), "");
    }
}
