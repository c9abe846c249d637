//! Every hit of every process is accounted for: eight threads on one line with several probes, forks
//! of both kinds, a hub that is killed in between.
//!
//! Knows what each counter means. Invariant: the truth is counted by the application itself, and every
//! comparison is to the unit.

use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use stillframe_core::probe::{Counters, Delivery, ProbeReport};
use stillframe_hub::api::types::WhyView;
use stillframe_tests::on_each_python;
use stillframe_tests::process::{until, until_said};
use stillframe_tests::stand::Stand;

on_each_python!(
    eight_threads_account_for_every_hit,
    forks_account_for_every_hit,
    reads_by_the_public_way_account_for_every_hit,
);

/// Hammers one line from eight threads in this process and, asked to, in four children; each process
/// leaves what it ran and what its agent says, then waits until the file `stop` exists.
const SCRIPT: &str = r#"
import json, multiprocessing, os, pathlib, sys, threading, time
import stillframe

THREADS, CALLS = 8, 1500


class Late:
    pass


def work(n, name, late):
    total = n + 1
    return total


def hammer(counts, index):
    late = Late()
    for n in range(CALLS):
        work(n, "a" if n % 2 else "b", late)
    counts[index] = CALLS


def await_file(name):
    end = time.monotonic() + 90
    while not pathlib.Path(name).exists() and time.monotonic() < end:
        time.sleep(0.005)


def process(hold):
    counts = [0] * THREADS
    threads = [threading.Thread(target=hammer, args=(counts, i)) for i in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    await_file("back")
    # One that ends while its hub is away has half a second for its last word, and may not have it.
    end = time.monotonic() + 60
    while time.monotonic() < end:
        if stillframe.flush(1) and stillframe.status()["link"]["state"] == "connected":
            break
        time.sleep(0.005)
    said = {"pid": os.getpid(), "ran": sum(counts), "status": stillframe.status()}
    path = pathlib.Path(f"{os.getpid()}.said")
    path.with_suffix(".new").write_text(json.dumps(said))
    path.with_suffix(".new").rename(path)
    if hold:
        await_file("stop")


def main():
    print("up", flush=True)
    await_file("go")
    forked, started = [], []
    if sys.argv[1] == "forks":
        for hold in (True, False):
            child = os.fork()
            if child == 0:
                process(hold)
                sys.exit(0)
            forked.append(child)
        context = multiprocessing.get_context("fork")
        started = [context.Process(target=process, args=(hold,)) for hold in (True, False)]
        for child in started:
            child.start()
    process(True)
    for child in forked:
        os.waitpid(child, 0)
    for child in started:
        child.join()


main()
"#;
/// The line of `total = n + 1`.
const LINE: u32 = 13;

/// Words of the probes on that line, and whether each stays on it to the end.
const PROBES: [(&[&str], bool); 5] = [
    (&["count"], true),
    (&["log", "n={n} {name}", "--if", "n > 1000"], true),
    (&["log", "n={n}", "--if", "late.missing == 1"], true),
    (&["snap", "--limit", "7", "--if", "name == 'a'"], false),
    (&["log", "n={n}", "--limit", "40"], false),
];

fn eight_threads_account_for_every_hit(stand: &Stand) {
    story(stand, "alone", &[]);
}

fn forks_account_for_every_hit(stand: &Stand) {
    story(stand, "forks", &[]);
}

fn reads_by_the_public_way_account_for_every_hit(stand: &Stand) {
    // Where reads give the runtime's lock up, another thread's hit may come while one is under way.
    story(stand, "forks", &[("STILLFRAME_DIRECT_READS", "off")]);
}

/// What a process said of itself.
struct Said {
    ran: u64,
    status: Value,
}

fn story(stand: &Stand, mode: &str, variables: &[(&str, &str)]) {
    let hub = stand.hub(0);
    let script = stand.file("hammer.py", SCRIPT).to_string_lossy().into_owned();
    let mut run = stand.run("hammer", &[&script, mode]);
    // The budget is not what is tested: a probe that rests sees no hits.
    run.env("STILLFRAME_MAX_BUDGET", "100%").env("STILLFRAME_LOG", "off");
    run.envs(variables.iter().copied());
    let program = stand.start(&mut run);
    hub.instances("hammer", 1);
    let ids: Vec<String> = PROBES.iter().map(|(words, _)| place(stand, words)).collect();
    let [first, ..] = ids.as_slice() else { panic!("there are probes") };
    for id in &ids {
        hub.probe_until(id, |probe| probe.armed == 1);
    }
    stand.file("go", "");
    // Killed while they hit, and back before they are done with it.
    hub.probe_until(first, |probe| probe.counters.hits > 0);
    let port = hub.port();
    drop(hub);
    let hub = stand.hub(port);
    stand.file("back", "");
    let processes = if mode == "forks" { 5 } else { 1 };
    let said = until("what every process said", || {
        let said = said(stand);
        (said.len() == processes).then_some(said)
    });
    for (id, (words, stays)) in ids.iter().zip(PROBES) {
        for (pid, said) in &said {
            local(*pid, said, id, stays);
        }
        let why = until_said(&format!("all accounts of {words:?}"), || {
            let why = why(stand, id);
            if settled(&why, &said, stays) { Ok(why) } else { Err(format!("{why:?}")) }
        });
        let stored: u64 = why.instances.iter().map(|one| one.stored + one.surplus).sum();
        let kept = why.probe.captured + why.probe.surplus;
        assert!(words[0] == "count" || stored == kept, "{words:?}: {stored} of {kept}");
        let counters = why.hosts.iter().map(|host| host.counters.hits).sum::<u64>();
        assert_eq!(counters, why.probe.counters.hits, "the hosts' sum of {words:?}");
    }
    drop(hub);
    stand.file("stop", "");
    let ended = program.end();
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
}

/// Places a probe and answers its id.
fn place(stand: &Stand, words: &[&str]) -> String {
    let place = format!("hammer.py:{LINE}");
    let mut command = stand.stillframe(&[words[0], &place]);
    command.args(&words[1..]).args(["--budget", "100%", "-o", "json"]);
    let placed = stand.start(&mut command).end();
    assert_eq!(placed.code, Some(0), "{words:?}: {}", placed.stderr);
    let placed: Value = serde_json::from_str(&placed.stdout).expect("JSON");
    let id = placed["probe"]["id"].as_str().or(placed["id"].as_str());
    id.unwrap_or_else(|| panic!("no id in {placed}")).to_owned()
}

fn why(stand: &Stand, id: &str) -> WhyView {
    let ended = stand.start(&mut stand.stillframe(&["why", id, "-o", "json"])).end();
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    serde_json::from_str(&ended.stdout).expect("what the API answers")
}

fn said(stand: &Stand) -> BTreeMap<u32, Said> {
    let files = fs::read_dir(stand.folder()).expect("the test's folder").flatten();
    let files = files.filter(|file| file.path().extension().is_some_and(|end| end == "said"));
    let read = |file: fs::DirEntry| {
        let text = fs::read_to_string(file.path()).expect("it was written");
        let value: Value = serde_json::from_str(&text).expect("JSON");
        let number = |name: &str| value[name].as_u64().expect("a number");
        let (pid, ran) = (number("pid"), number("ran"));
        let said = Said { ran, status: value["status"].clone() };
        (u32::try_from(pid).expect("a pid"), said)
    };
    files.map(read).collect()
}

/// Both equations by the process's own `status()`.
fn local(pid: u32, said: &Said, id: &str, stays: bool) {
    let reports = said.status["probes"].as_array().expect("a list");
    let Some(report) = reports.iter().find(|report| report["probe"] == id) else {
        // The hub took it away before: at its limit.
        assert!(!stays, "{id} is not in the status of {pid}: {}", said.status);
        return;
    };
    let report: ProbeReport = serde_json::from_value(report.clone()).expect("a report");
    equations(pid, &report.counters, &report.delivery);
    assert_eq!(report.delivery.spooled, 0, "{pid}: {report:?}");
    if stays {
        assert_eq!(report.counters.hits, said.ran, "{pid}: {report:?}");
    }
}

fn equations(pid: u32, counters: &Counters, delivery: &Delivery) {
    assert_eq!(*counters, counters.since(&Counters::default()), "hits of {pid}");
    let counts_only = delivery.taken() == 0;
    assert!(
        counts_only || counters.captured == delivery.taken(),
        "{pid}: {counters:?} {delivery:?}"
    );
}

/// Whether the hub knows the last word of every process; the equations hold in any case.
fn settled(why: &WhyView, said: &BTreeMap<u32, Said>, stays: bool) -> bool {
    let is_count = why.probe.spec.kind == stillframe_core::probe::ProbeKind::Count;
    let mut settled = 0;
    for instance in &why.instances {
        let Some(report) = &instance.report else { continue };
        let (counters, delivery) = (&report.counters, &report.delivery);
        let pid: u32 =
            instance.name.rsplit('/').next().and_then(|pid| pid.parse().ok()).expect("a pid");
        assert_eq!(*counters, counters.since(&Counters::default()), "hits of {pid}");
        assert!(delivery.taken() <= counters.captured, "{pid}: {counters:?} {delivery:?}");
        let is_delivered = is_count
            || (counters.captured == delivery.taken()
                && delivery.spooled == 0
                && delivery.acknowledged == instance.stored + instance.surplus);
        let ran = said.get(&pid).map_or(0, |said| said.ran);
        settled += usize::from(is_delivered && (!stays || counters.hits == ran));
    }
    // A probe that ended early may never have been hit in a child.
    settled == why.instances.len() && (!stays || settled == said.len())
}
