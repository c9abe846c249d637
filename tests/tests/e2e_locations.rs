//! Where a probe lands when the file here is not the one that runs there, as people see it.
//!
//! Knows the commands and their screens. Invariant: a probe is on the line that was meant, or the
//! screen says where it is instead, and why.

use serde_json::Value;
use std::path::{Path, PathBuf};
use stillframe_tests::on_each_python;
use stillframe_tests::process::{Ended, Program, until};
use stillframe_tests::stand::{Hub, Stand};

on_each_python!(
    versions_that_differ_move_or_refuse,
    a_dry_run_tells_each_instance_and_arms_nothing,
    a_follow_tells_who_comes_moves_refuses_and_goes,
    a_file_of_the_same_name_is_named,
    what_cannot_be_found_says_what_is_there,
    two_services_are_told_apart,
);

/// The file as the asker has it; line 6 is the one of interest.
const MINE: &str = "\
def rules(amount):
    return amount / 10

def total(cart):
    amount = sum(cart)
    discount = rules(amount)
    return amount - discount
";
const LINE: &str = "discount = rules(amount)";
/// What is called there.
const TOTAL: &str = "shop.cart.total";

/// Calls `shop.cart.total` of the folder it is given, or only has it loaded.
const MAIN: &str = "\
import sys, time
sys.path.insert(0, sys.argv[1])
import shop.cart
while True:
    time.sleep(0.005)
    if sys.argv[2] == 'calls':
        shop.cart.total([1, 2])
";

fn moved() -> String {
    format!("import os\nimport sys\n{MINE}")
}

fn gone() -> String {
    MINE.replace(LINE, "discount = rules(amount) / 2")
}

/// Writes `shop/cart.py` below a folder of its own.
fn shop(stand: &Stand, folder: &str, cart: &str) -> PathBuf {
    stand.file(&format!("{folder}/shop/__init__.py"), "");
    stand.file(&format!("{folder}/shop/cart.py"), cart);
    stand.folder().join(folder)
}

fn start(stand: &Stand, service: &str, version: &str, root: &Path, does: &str) -> Program {
    let main = stand.file("main.py", MAIN).to_string_lossy().into_owned();
    let mut run = stand.run(service, &[&main, &root.to_string_lossy(), does]);
    stand.start(run.env("STILLFRAME_VERSION", version))
}

/// Runs a command where the asker's own file lies.
fn ask(stand: &Stand, words: &[&str]) -> Ended {
    let mine = shop(stand, "mine", MINE);
    stand.start(stand.stillframe(words).current_dir(mine)).end()
}

/// Checks how a command ended and what is on its screen, wherever its lines are broken.
#[track_caller]
fn says(ended: &Ended, code: i32, texts: &[&str]) {
    let all = format!("{}{}", ended.stdout, ended.stderr);
    assert_eq!(ended.code, Some(code), "{all}");
    let flat = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    for text in texts {
        assert!(flat(&all).contains(&flat(text)), "no {text:?} on the screen:\n{all}");
    }
}

fn id_of(ended: &Ended) -> String {
    let line = ended.stdout.lines().find_map(|line| line.strip_prefix("probe  "));
    line.and_then(|line| line.split(' ').next()).expect("a probe was named").to_owned()
}

fn two_versions(stand: &Stand, hub: &Hub) -> [Program; 2] {
    let old = start(stand, "checkout", "v41", &shop(stand, "v41", &gone()), "calls");
    let new = start(stand, "checkout", "v42", &shop(stand, "v42", &moved()), "calls");
    hub.loaded("checkout", 2, TOTAL);
    [old, new]
}

fn versions_that_differ_move_or_refuse(stand: &Stand) {
    let hub = stand.hub(0);
    let _running = two_versions(stand, &hub);
    let snap = ask(stand, &["snap", "shop/cart.py:6", "--if", "amount < 0"]);
    says(&snap, 0, &["armed  1 of 2 instances of checkout", "1 at another line (line moved 6 ->"]);
    says(&snap, 0, &["1 refused (line 6 is gone)", LINE]);
    let id = id_of(&snap);
    hub.probe_until(&id, |probe| probe.counters.hits > 0);
    let why = ask(stand, &["why", &id]);
    says(&why, 0, &["NOT ARMED on 1 of 2: the running file differs from the one on your disk"]);
    let yours = format!("6 |     {LINE}");
    let theirs = format!("6 |     {LINE} / 2");
    says(&why, 0, &["  yours  ", &yours, "  v41 (1)  ", &theirs, "nearest  6 | "]);
    says(&why, 0, &["  v42 (1)    armed at 8 (moved) · reached "]);
    let next = "stillframe snap shop/cart.py:6 --version v41 --unchecked";
    says(&why, 0, &[&format!("  try    {next}")]);

    let mut words: Vec<&str> = next.split(' ').skip(1).collect();
    words.extend(["--limit", "1", "-f", "-o", "json"]);
    let unchecked = ask(stand, &words);
    says(&unchecked, 0, &[]);
    let snapshot: Value = serde_json::from_str(&unchecked.stdout)
        .unwrap_or_else(|error| panic!("{error}: {unchecked:?}"));
    assert_eq!(snapshot["service"]["version"], "v41");
    assert_eq!(snapshot["notes"], serde_json::json!(["armed unchecked: the source differs"]));
    let all = ask(stand, &["snap", "shop/cart.py:6", "--version", "v41"]);
    says(&all, 5, &["the running file differs from the one here: line 6 is gone", &theirs]);
}

fn a_dry_run_tells_each_instance_and_arms_nothing(stand: &Stand) {
    let hub = stand.hub(0);
    let _running = two_versions(stand, &hub);
    let dry = ask(stand, &["snap", "shop/cart.py:6", "--if", "amount > 1", "--dry-run"]);
    says(&dry, 0, &["(dry run)", "would  be armed on 1 of 2 instances of checkout"]);
    says(&dry, 0, &["v42  line 8 · line moved 6 -> 8", "v41  refused: line 6 is gone"]);
    let wrong = ask(stand, &["snap", "shop/cart.py:6", "--if", "amuont > 1", "--dry-run"]);
    says(&wrong, 5, &[]);
    assert!(hub.get::<Vec<Value>>("/api/v1/probes?ended=true").is_empty(), "nothing was armed");
    let blank = ask(stand, &["snap", "shop/cart.py:3", "--version", "v42", "--dry-run"]);
    says(&blank, 5, &["line 3 is gone"]);
    let function = ask(stand, &["snap", "shop.cart.total", "--dry-run"]);
    says(&function, 0, &["would  be armed on 2 of 2", "line 5 · source unverified"]);
}

fn a_follow_tells_who_comes_moves_refuses_and_goes(stand: &Stand) {
    let hub = stand.hub(0);
    let mine = shop(stand, "mine", MINE);
    let first = start(stand, "checkout", "v40", &mine, "calls");
    hub.loaded("checkout", 1, TOTAL);
    let words = ["snap", "shop/cart.py:6", "--if", "amount < 0", "-f"];
    let mut follow = stand.start(stand.stillframe(&words).current_dir(&mine));
    hub.armed(1);
    let seen = |follow: &Program, texts: &[&str]| {
        let screen = follow.stdout();
        let has_all = |line: &str| texts.iter().all(|text| line.contains(text));
        screen.lines().any(has_all).then_some(())
    };
    let running = two_versions_more(stand, &hub);
    let moves = ["~ ", " is new (v42): line moved 6 -> 8, armed"];
    follow.until("the one that moves", |follow| seen(follow, &moves));
    let refuses = ["! ", " is new (v41): refused, line 6 is gone"];
    follow.until("the one that refuses", |follow| seen(follow, &refuses));
    let gone = format!("/{} is gone", first.pid());
    drop(first);
    follow.until("the one that goes", |follow| seen(follow, &["~ ", &gone]));
    follow.signal(2);
    let ended = follow.end();
    assert_eq!(ended.code, Some(130), "{}", ended.stderr);
    until("no probe", || hub.get::<Vec<Value>>("/api/v1/probes").is_empty().then_some(()));
    drop(running);
}

fn two_versions_more(stand: &Stand, hub: &Hub) -> [Program; 2] {
    let old = start(stand, "checkout", "v41", &shop(stand, "v41", &gone()), "calls");
    let new = start(stand, "checkout", "v42", &shop(stand, "v42", &moved()), "calls");
    hub.loaded("checkout", 3, TOTAL);
    [old, new]
}

fn a_file_of_the_same_name_is_named(stand: &Stand) {
    let hub = stand.hub(0);
    let root = shop(stand, "app", MINE);
    let legacy = shop(stand, "legacy", &gone());
    let main = "\
import importlib.util, sys, time
sys.path.insert(0, sys.argv[1])
import shop.cart
spec = importlib.util.spec_from_file_location('legacy', sys.argv[2] + '/shop/cart.py')
legacy = importlib.util.module_from_spec(spec)
spec.loader.exec_module(legacy)
while True:
    time.sleep(0.005)
    legacy.total([1])
";
    let main = stand.file("both.py", main).to_string_lossy().into_owned();
    let (root, legacy) = (root.to_string_lossy(), legacy.to_string_lossy());
    let _running = stand.start(&mut stand.run("checkout", &[&main, &root, &legacy]));
    hub.loaded("checkout", 1, "legacy/shop/cart.py:total");
    let equal = ask(stand, &["snap", "shop/cart.py:total"]);
    says(&equal, 0, &["armed  1 of 1"]);
    let id = id_of(&equal);
    hub.probe_until(&id, |probe| probe.armed == 1);
    let why = ask(stand, &["why", &id]);
    says(&why, 0, &["NOT REACHED: armed on 1 of 1, the line ran 0 times"]);
    let armed = format!("  armed in     {root}/shop/cart.py");
    let other = format!("  not probed   {legacy}/shop/cart.py  (same name, other file)");
    says(&why, 0, &[&armed, &other]);
    says(&why, 0, &["total  (source equal)", "  try    stillframe count shop/cart.py:total"]);
    let tie = stand.start(&mut stand.stillframe(&["snap", "shop/cart.py:6"])).end();
    says(&tie, 5, &["shop/cart.py fits 2 loaded files", "type more folders"]);
}

fn what_cannot_be_found_says_what_is_there(stand: &Stand) {
    let hub = stand.hub(0);
    let nobody = ask(stand, &["snap", "shop/cart.py:6"]);
    says(&nobody, 3, &["no application is connected", "--wait"]);
    let root = shop(stand, "app", MINE);
    let _running = start(stand, "checkout", "v41", &root, "waits");
    hub.loaded("checkout", 1, TOTAL);
    for (location, code, text) in [
        ("shop/crat.py:6", 3, "loaded are cart.py"),
        ("other/cart.py:6", 3, "shop/cart.py: type fewer folders"),
        ("shop.cart.totla", 3, "there is total"),
        ("shop/cart.py:totla", 5, "there is total"),
        ("shop/cart.py:3", 0, "armed at 5"),
        ("shop.cart", 5, "is no function"),
        ("shop/cart.py:99", 5, "has 7 lines"),
        ("shop/cart.py:6:1", 2, "write shop/cart.py:6"),
    ] {
        says(&ask(stand, &["snap", location, "--dry-run"]), code, &[text]);
    }
    let waits = ask(stand, &["snap", "shop/crat.py:6", "--wait"]);
    says(&waits, 0, &["1 pending (shop/crat.py is not loaded yet)"]);
    let service = ask(stand, &["snap", "shop/cart.py:6", "--service", "chekout"]);
    says(&service, 3, &["connected are checkout"]);
}

fn two_services_are_told_apart(stand: &Stand) {
    let hub = stand.hub(0);
    let root = shop(stand, "app", MINE);
    let _running =
        ["checkout", "orders"].map(|service| start(stand, service, "v1", &root, "waits"));
    hub.loaded("checkout", 1, TOTAL);
    hub.loaded("orders", 1, TOTAL);
    for words in [&["snap", "shop/cart.py:6"][..], &["count", "shop.cart.total", "--dry-run"]] {
        let refused = ask(stand, words);
        says(&refused, 5, &["is in more than one service: checkout, orders", "--service checkout"]);
    }
    assert!(hub.get::<Vec<Value>>("/api/v1/probes").is_empty());
    let one = ask(stand, &["snap", "shop/cart.py:6", "--service", "orders"]);
    says(&one, 0, &["armed  1 of 1 instance of orders"]);
    let both = ask(stand, &["snap", "shop/cart.py:6", "--all-services"]);
    says(&both, 0, &["armed  2 of 2 instances of checkout, orders"]);
}
