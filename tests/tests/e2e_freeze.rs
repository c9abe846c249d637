//! The brake on each runtime: within two seconds no line is probed any more, and after it all are again.
//!
//! Knows the commands and what they print. Invariant: the probed line runs all the while.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use stillframe_tests::app::{App, at, folder};
use stillframe_tests::java;
use stillframe_tests::stand::{Hub, Stand, with, with_node, with_ruby, with_shop_of_java};

/// The line runs hundreds of times in it.
const WHILE: Duration = Duration::from_secs(1);

const NODE: &str = "\
function tick (n) {
  return n + 1
}
let n = 0
setInterval(() => { n = tick(n) }, 2)
";
const RUBY: &str = "\
def tick(n)
  n + 1
end
n = 0
loop do
  n = tick(n)
  sleep 0.002
end
";

/// Counts at `place`, brakes, and lets go.
fn brake(stand: &Stand, hub: &Hub, folder: &Path, place: &str) {
    let say = |words: &[&str]| stand.start(stand.stillframe(words).current_dir(folder)).end();
    let done = |words: &[&str]| {
        let ended = say(words);
        assert_eq!(ended.code, Some(0), "{words:?}: {}{}", ended.stdout, ended.stderr);
        ended.stdout
    };
    done(&["count", place]);
    let id = hub.armed(1).id.to_string();
    let hits = || hub.probe(&id).counters.hits;
    hub.probe_until(&id, |probe| probe.counters.hits > 0);

    let frozen = done(&["freeze"]);
    assert!(frozen.contains("\ndisarmed on 1 instance · 1 probe waiting"), "{frozen}");
    let before = hits();
    std::thread::sleep(WHILE);
    assert_eq!(hits(), before, "the line ran, and nobody counted");
    let refused = say(&["snap", place]);
    assert_eq!(refused.code, Some(5), "{}", refused.stderr);
    assert!(refused.stderr.contains("froze this hub"), "{}", refused.stderr);

    assert!(done(&["unfreeze"]).contains("\nlet go: 1 probe armed again"));
    hub.probe_until(&id, |probe| probe.counters.hits > before);
}

/// Starts `program` with `name`, which ticks by itself, and brakes it at `line`.
fn ticking(stand: &Stand, program: &str, (name, text): (&str, &str), line: u32) {
    stand.file(name, text);
    let hub = stand.hub(0);
    let words = ["run", "--service", "ticking", "--", program, name];
    let _program = stand.start(stand.stillframe(&words).current_dir(stand.folder()));
    let place = format!("{name}:{line}");
    hub.loaded("ticking", 1, &place);
    brake(stand, &hub, stand.folder(), &place);
}

/// Orders from `app` while it is braked.
fn ordering(stand: &Stand, hub: &Hub, app: &App, folder: &Path, place: &str) {
    let is_over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !is_over.load(Ordering::Relaxed) {
                app.order(1, "SF-1007", 1);
            }
        });
        let braked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            brake(stand, hub, folder, place);
        }));
        is_over.store(true, Ordering::Relaxed);
        braked.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
    });
}

#[test]
fn a_freeze_takes_the_probes_from_python() {
    with("312", |stand| {
        let hub = stand.hub(0);
        let app = App::start(stand, "app.py");
        hub.instances("checkout", 1);
        ordering(stand, &hub, &app, &folder(), &at("app.py", "order = book.place(cart)"));
    });
}

#[test]
fn a_freeze_takes_the_probes_from_node() {
    with_node(|stand| ticking(stand, "node", ("tick.js", NODE), 2));
}

#[test]
fn a_freeze_takes_the_probes_from_ruby() {
    with_ruby(|stand| ticking(stand, "ruby", ("tick.rb", RUBY), 2));
}

#[test]
fn a_freeze_takes_the_probes_from_the_jvm() {
    with_shop_of_java(|stand| {
        let hub = stand.hub(0);
        let app = java::shop(stand);
        hub.instances("checkout", 1);
        let place = java::at("shop/Orders.java", "new Order(numbers");
        ordering(stand, &hub, &app, &java::folder(), &place);
    });
}
