//! Every command against a real hub, with agents that are none.

use super::agent::{Agent, arms};
use super::support::{Machine, Ran};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdout, Stdio};
use stillframe_core::probe::{Explanation, ProbeSpec, ProbeState};
use stillframe_core::transport::message::InstanceInfo;

/// A hub that is served by the command itself.
pub(crate) struct Hub<'a> {
    machine: &'a Machine,
    child: Child,
    said: Value,
}

impl<'a> Hub<'a> {
    pub(crate) fn serve(machine: &'a Machine) -> Self {
        Self::with(machine, &[])
    }

    /// One with further options.
    pub(crate) fn with(machine: &'a Machine, options: &[&str]) -> Self {
        let serve = ["serve", "--bind", "127.0.0.1:0", "-o", "json"];
        let mut command = machine.command(&[&serve, options].concat());
        command.stdout(Stdio::piped());
        let mut child = command.spawn().expect("it starts");
        let mut lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
        let line = lines.next().expect("a line").expect("text");
        let said = serde_json::from_str(&line).expect("one object");
        Self { machine, child, said }
    }

    pub(crate) fn url(&self) -> &str {
        self.said["url"].as_str().expect("an address")
    }

    pub(crate) fn agent(&self, service: &str, answer: super::agent::Answer) -> Agent {
        let token = self.said["agent_token_file"].as_str().expect("a path");
        let agent = Agent::connect(self.url(), token.as_ref(), service, answer);
        self.machine.until(&["ls", "-o", "json"], |ran| {
            ran.stdout.contains(&format!("\"service\":\"{service}\""))
        });
        agent
    }

    /// Arms a probe that nobody follows and says its id.
    fn arm(&self, args: &[&str]) -> String {
        let armed = self.machine.run(&[args, &["-o", "json"]].concat()).done().json();
        armed["probe"]["id"].as_str().expect("an id").to_owned()
    }

    pub(crate) fn signal(&self, signal: rustix::process::Signal) {
        kill(&self.child, signal);
    }
}

impl Drop for Hub<'_> {
    fn drop(&mut self) {
        self.signal(rustix::process::Signal::TERM);
        let status = self.child.wait().expect("it ends");
        assert!(std::thread::panicking() || status.code() == Some(0), "{status}");
    }
}

fn kill(child: &Child, signal: rustix::process::Signal) {
    let id = rustix::process::Pid::from_child(child);
    rustix::process::kill_process(id, signal).expect("it is there");
}

/// A command that is read while it runs.
pub(crate) struct Follower {
    child: Child,
    lines: std::io::Lines<BufReader<ChildStdout>>,
}

impl Follower {
    pub(crate) fn start(machine: &Machine, args: &[&str]) -> Self {
        let mut command = machine.command(args);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("it starts");
        let lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
        Self { child, lines }
    }

    fn line(&mut self) -> String {
        self.lines.next().expect("a line").expect("text")
    }

    /// Lines up to the one that begins with `start`.
    pub(crate) fn until(&mut self, start: &str) -> Vec<String> {
        let mut lines = Vec::new();
        while lines.last().is_none_or(|line: &String| !line.starts_with(start)) {
            lines.push(self.line());
        }
        lines
    }

    /// The rest of stdout, and how it ended.
    pub(crate) fn end(mut self) -> Ran {
        let rest: Vec<String> = self.lines.by_ref().map(|line| line.expect("text")).collect();
        let output = self.child.wait_with_output().expect("it ends");
        let mut ran = Ran::from(output);
        ran.stdout = rest.join("\n");
        ran
    }
}

pub(crate) fn id_in(head: &[String]) -> String {
    let probe = head.iter().find_map(|line| line.strip_prefix("probe  ")).expect("a probe");
    probe.split(' ').next().expect("an id").to_owned()
}

#[test]
fn a_followed_snapshot_from_head_to_done() {
    let machine = Machine::new();
    machine.write("work/app.py", "def place_order(total):\n    pay(total)\n");
    let hub = Hub::serve(&machine);
    let agent = hub.agent("checkout", arms);
    let mut snap = Follower::start(
        &machine,
        &["snap", "app.py:2", "--if", "total > 100", "--watch", "sku", "--limit", "2", "-f"],
    );
    let head = snap.until("Ctrl-C");
    assert!(head[0].starts_with("hub    local  http://127.0.0.1:"), "{head:?}");
    assert!(head[0].contains("(admin)") || head[0].contains("(prober)"), "{head:?}");
    let id = id_in(&head);
    let rest = [
        format!("probe  {id}  snap  app.py:2  if total > 100"),
        "           2 |     pay(total)".to_owned(),
        "armed  1 of 1 instance of checkout".to_owned(),
        "until  2 captures in all or 30 min · cost cap 0.5 % of a core per process".to_owned(),
        format!("Ctrl-C removes it · why: stillframe why {id}"),
    ];
    assert_eq!(head[1..], rest);
    agent.miss();
    agent.hit(129.9);
    assert_eq!(snap.line(), "");
    let shown = [
        format!("{id}/1  12:04:31.207  box/17  v41  thread worker-3"),
        "  app.py:2 in place_order".to_owned(),
        "    total  129.9".to_owned(),
        "  watch".to_owned(),
        "    sku  \"SF-1042\\u{1b}[31m\"".to_owned(),
        "  called from".to_owned(),
        "    app.py:9   <module>".to_owned(),
        "  took 6.1 µs".to_owned(),
        format!("  all of it: stillframe show {id}/1"),
    ];
    assert_eq!(snap.until("  all of it"), shown);
    agent.hit(200.0);
    let ended = snap.end();
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""), "{ended:?}");
    let done = format!("{id} done: 2 of 2 captured on 1 instance in ");
    assert!(ended.stdout.contains(&done), "{ended:?}");
}

#[test]
fn a_stream_for_programs_holds_snapshots_only() {
    let machine = Machine::new();
    let hub = Hub::serve(&machine);
    let agent = hub.agent("checkout", arms);
    let args = ["log", "app.py:2", "total={total}", "--limit", "2", "-f", "-o", "json"];
    let mut log = Follower::start(&machine, &args);
    machine.until(&["ls", "-o", "json"], |ran| ran.stdout.contains("\"armed\":1"));
    agent.hit(1.5);
    agent.hit(2.5);
    for (number, total) in [(1, "1.5"), (2, "2.5")] {
        let line: Value = serde_json::from_str(&log.line()).expect("an object");
        assert_eq!(line["type"], "log");
        assert_eq!(line["message"], format!("total={total}"));
        assert!(line["id"].as_str().is_some_and(|id| id.ends_with(&format!("/{number}"))));
    }
    let ended = log.end();
    assert_eq!((ended.code, &*ended.stdout, &*ended.stderr), (Some(0), "", ""), "{ended:?}");
}

#[test]
fn ctrl_c_removes_the_probe_and_keep_does_not() {
    let machine = Machine::new();
    let hub = Hub::serve(&machine);
    let _agent = hub.agent("checkout", arms);
    for (extra, left) in [(&[][..], 0), (&["--keep"][..], 1)] {
        let args = [&["snap", "app.py:2", "-f"], extra].concat();
        let mut snap = Follower::start(&machine, &args);
        let id = id_in(&snap.until("Ctrl-C"));
        // Runners of commands signal the process and its group: twice the same wish.
        kill(&snap.child, rustix::process::Signal::INT);
        kill(&snap.child, rustix::process::Signal::INT);
        let ended = snap.end();
        assert_eq!(ended.code, Some(130), "{ended:?}");
        let list = machine.run(&["ls", "-o", "json"]).done().json();
        let list = list.as_array().expect("a list");
        assert_eq!(list.iter().filter(|one| one["id"] == id).count(), left, "{extra:?}");
    }
}

#[test]
fn a_reader_that_goes_away_takes_the_probe_along() {
    let machine = Machine::new();
    let hub = Hub::serve(&machine);
    let agent = hub.agent("checkout", arms);
    let mut snap = Follower::start(&machine, &["snap", "app.py:2", "-f"]);
    snap.until("Ctrl-C");
    let Follower { mut child, lines } = snap;
    drop(lines);
    agent.hit(1.0);
    assert_eq!(child.wait().expect("it ends").code(), Some(0));
    let list = machine.run(&["ls", "-o", "json"]).done().json();
    assert!(list.as_array().expect("a list").iter().all(|one| one["type"] != "probe"), "{list}");
}

#[test]
fn nothing_captured_says_why_and_exits_with_7() {
    let machine = Machine::new();
    let hub = Hub::serve(&machine);
    let agent = hub.agent("checkout", arms);
    let args = ["snap", "app.py:2", "--if", "total > 1e9", "--for", "1s", "-f"];
    let mut snap = Follower::start(&machine, &args);
    let id = id_in(&snap.until("Ctrl-C"));
    agent.miss();
    agent.miss();
    let ended = snap.end();
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(7), ""), "{ended:?}");
    let text = ended.stdout.replace('\n', " ");
    assert!(text.contains(&format!("{id} done: nothing captured in 1 s.")), "{text}");
    assert!(text.contains("The line ran 2 times on 1 instance"), "{text}");
    assert!(text.contains("total > 1e9 was false each time, and failed 0 times."), "{text}");
    let ended = Follower::start(&machine, &[&args[..], &["-o", "json"]].concat()).end();
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(7), ""), "{ended:?}");
    let error: Value = serde_json::from_str(&ended.stderr).expect("an object");
    assert_eq!(error["error"]["code"], "nothing_captured");
}

#[test]
fn hits_that_are_not_counted_are_not_called_none() {
    let machine = Machine::new();
    let hub = Hub::serve(&machine);
    let info = InstanceInfo {
        service: "checkout".to_owned(),
        runtime: "java 21.0.2".to_owned(),
        ..InstanceInfo::default()
    };
    let agent = Agent::connect_as(hub.url(), &machine.agent_token_file(), info, arms);
    machine.until(&["ls", "-o", "json"], |ran| ran.stdout.contains("checkout"));
    let args = ["snap", "Cart.java:2", "--if", "total > 1e9", "--for", "1s", "-f"];
    let missed = |more: &[&str]| {
        let mut snap = Follower::start(&machine, &[&args[..], more].concat());
        let id = id_in(&snap.until("Ctrl-C"));
        agent.miss();
        agent.miss();
        let ended = snap.end();
        assert_eq!((ended.code, ended.stderr.as_str()), (Some(7), ""), "{ended:?}");
        let list = machine.run(&["ls", "--all", "-o", "json"]).done().json();
        let list = list.as_array().expect("a list");
        let probe = list.iter().find(|one| one["id"] == *id).cloned().expect("it is known");
        (probe, ended.stdout.replace('\n', " "))
    };
    let (probe, text) = missed(&[]);
    assert_eq!(probe["false_uncounted"], true, "{probe}");
    let how_often = "total > 1e9 was false whenever the line ran; how often is not counted";
    assert!(text.contains(how_often) && text.contains("reached: not counted here"), "{text}");
    assert!(text.contains("snap Cart.java:2 --if 'total > 1e9' --exact"), "{text}");
    let (probe, text) = missed(&["--exact"]);
    assert_eq!((&probe["spec"]["exact"], probe.get("false_uncounted")), (&json!(true), None));
    assert!(text.contains("The line ran 2 times on 1 instance"), "{text}");
}

#[test]
fn show_tail_why_and_rm_tell_of_one_probe() {
    let machine = Machine::new();
    let hub = Hub::serve(&machine);
    let agent = hub.agent("checkout", arms);
    let armed = machine.run(&["snap", "app.py:2", "--limit", "1"]).done();
    let id = id_in(&armed.stdout.lines().map(str::to_owned).collect::<Vec<_>>());
    assert!(armed.stdout.contains(&format!("stillframe tail {id}")), "{armed:?}");
    let nothing = machine.run(&["show", &id]).done();
    assert!(nothing.stdout.contains("nothing captured yet"), "{nothing:?}");
    agent.hit(129.9);
    // What it captured is sent first, its end closes the stream.
    let tailed = machine.run(&["tail", &id, "-o", "json"]).done();
    assert_eq!(tailed.json()["locals"], json!({"total": 129.9}));
    let whole = machine.run(&["show", &format!("{id}/1")]).done();
    assert!(whole.stdout.contains("    total  129.9\n"), "{whole:?}");
    assert!(!whole.stdout.contains("all of it"), "{whole:?}");
    let object = machine.run(&["show", &format!("{id}/1"), "-o", "json"]).done().json();
    assert_eq!(object["type"], "snapshot");
    let list = machine.run(&["show", &id, "-o", "json"]).done().json();
    assert_eq!(list, json!([object]));
    let why = machine.run(&["why", &id]).done();
    assert!(why.stdout.starts_with(&format!("{id}  snap  app.py:2")), "{why:?}");
    assert!(machine.run(&["why", &id, "-o", "json"]).done().json()["headline"]["word"].is_string());
    let other = hub.arm(&["count", "app.py:3"]);
    let removed = machine.run(&["rm", &other]).done();
    assert!(removed.stdout.starts_with(&format!("{other} removed: 0 hits")), "{removed:?}");
    assert_eq!(machine.run(&["rm", "--all", "-o", "json"]).done().json(), json!([]));
    for args in [["why", "zzzz"], ["rm", "zzzz"], ["tail", "zzzz"], ["show", "zzzz/1"]] {
        machine.run(&args).failed(1);
    }
}

#[test]
fn a_count_is_followed_by_its_hits() {
    let machine = Machine::new();
    let hub = Hub::serve(&machine);
    let agent = hub.agent("checkout", arms);
    let mut count = Follower::start(&machine, &["count", "app.py:2", "-f", "-o", "json"]);
    assert_eq!(serde_json::from_str::<Value>(&count.line()).expect("JSON")["hits"], 0);
    agent.hit(1.0);
    agent.hit(1.0);
    loop {
        let line: Value = serde_json::from_str(&count.line()).expect("JSON");
        if line["hits"] == 2 {
            break;
        }
    }
    kill(&count.child, rustix::process::Signal::INT);
    assert_eq!(count.end().code, Some(130));
}

#[test]
fn ls_lists_instances_then_probes() {
    let machine = Machine::new();
    let hub = Hub::serve(&machine);
    assert_eq!(machine.run(&["ls", "-o", "json"]).done().json(), json!([]));
    let nobody = machine.run(&["ls"]).done();
    assert!(nobody.stdout.contains("stillframe run -- CMD"), "{nobody:?}");
    let _agent = hub.agent("checkout", arms);
    let id = hub.arm(&["count", "app.py:2"]);
    let list = machine.run(&["ls", "-o", "json"]).done().json();
    let types: Vec<&str> =
        list.as_array().expect("a list").iter().filter_map(|one| one["type"].as_str()).collect();
    assert_eq!(types, ["instance", "probe"]);
    assert_eq!(list[0]["command"], json!(["python", "app.py"]));
    let screen = machine.run(&["ls"]).done();
    let rows: Vec<&str> = screen.stdout.lines().collect();
    assert!(rows[0].starts_with("SERVICE ") && rows[1].starts_with("checkout  v41 "), "{rows:?}");
    assert!(rows.iter().any(|row| row.starts_with(&format!("{id}   count  app.py:2"))), "{rows:?}");
}

fn refuses(_: &ProbeSpec) -> (ProbeState, Option<Explanation>) {
    let why = Explanation {
        code: "source_differs".to_owned(),
        message: "line 42 is gone".to_owned(),
        hint: Some("take line 39".to_owned()),
        span: None,
    };
    (ProbeState::Refused, Some(why))
}

#[test]
fn what_every_instance_refuses_is_refused() {
    let machine = Machine::new();
    let hub = Hub::serve(&machine);
    let _agent = hub.agent("checkout", refuses);
    let ran = machine.run(&["snap", "app.py:42"]);
    assert_eq!(ran.code, Some(5), "{ran:?}");
    assert!(ran.stdout.starts_with("hub    local") && ran.stderr.contains("line 42"), "{ran:?}");
    let ran = machine.run(&["snap", "app.py:42", "-o", "json"]).failed_for_programs(5);
    assert!(ran.stderr.contains("line 42"), "{ran:?}");
}

#[test]
fn a_wish_that_fits_nothing_is_refused_with_its_exit_code() {
    let machine = Machine::new();
    let hub = Hub::serve(&machine);
    let nobody = machine.run(&["snap", "app.py:2"]);
    assert_eq!(nobody.code, Some(3), "{nobody:?}");
    assert!(nobody.stderr.contains("next: "), "{nobody:?}");
    let waiting = machine.run(&["snap", "app.py:2", "--wait"]).done();
    assert!(waiting.stdout.contains("armed  0 of 0 instances"), "{waiting:?}");
    machine.run(&["rm", "--all"]).done();
    let _agents = [hub.agent("checkout", arms), hub.agent("orders", arms)];
    for (args, code) in [
        (&["snap", "app.py:2", "--service", "nobody"][..], 3),
        (&["snap", "app.py:2"], 5),
        (&["snap", "app.py:2", "--service", "checkout", "--if", "total >"], 5),
    ] {
        machine.run(&[args, &["-o", "json"]].concat()).failed_for_programs(code);
        let ran = machine.run(args);
        assert_eq!(ran.code, Some(code), "{ran:?}");
        assert!(ran.stderr.starts_with("stillframe: "), "{ran:?}");
    }
    let both = machine.run(&["snap", "app.py:2", "--all-services", "--dry-run"]).done();
    let would = "would  be armed on 2 of 2 instances of checkout, orders";
    assert!(both.stdout.contains(would), "{both:?}");
    assert!(both.stdout.contains("box/17  v41  line 2 · source equal"), "{both:?}");
    let list = machine.run(&["ls", "-o", "json"]).done().json();
    assert!(list.as_array().expect("a list").iter().all(|one| one["type"] == "instance"), "{list}");
}

#[test]
fn wrong_tokens_are_not_authorised() {
    let machine = Machine::new();
    let _hub = Hub::serve(&machine);
    let mut command = machine.command(&["ls"]);
    let ran = command.env("STILLFRAME_TOKEN", "sfu_wrong").output().expect("it starts");
    Ran::from(ran).failed(4);
}

#[test]
fn the_token_is_for_terminals_and_shutdown_is_clean() {
    let machine = Machine::new();
    let mut hub = Follower::start(&machine, &["serve", "--bind", "127.0.0.1:0"]);
    let said = hub.until("Ctrl-C").join("\n");
    assert!(!said.contains("sfu_") && said.contains("token  in /"), "{said}");
    let second = machine.run(&["serve", "--bind", "192.0.2.1:0"]).failed(5);
    assert!(second.stderr.contains("without TLS"), "{second:?}");
    kill(&hub.child, rustix::process::Signal::INT);
    let ended = hub.end();
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""), "{ended:?}");
    machine.run(&["ls"]).failed(6);
}

#[test]
fn a_doctor_finds_what_is_wrong() {
    let machine = Machine::new();
    let agents = machine.agents();
    let doctor = |machine: &Machine, args: &[&str]| {
        let mut command = machine.command(args);
        Ran::from(command.env("STILLFRAME_AGENTS", &agents).output().expect("it starts"))
    };
    let alone = doctor(&machine, &["doctor"]);
    assert_eq!(alone.code, Some(1), "{alone:?}");
    assert!(
        alone.stdout.contains("next: stillframe serve")
            || alone.stdout.contains("`stillframe serve`")
    );
    let hub = Hub::serve(&machine);
    let _agent = hub.agent("checkout", arms);
    let well = doctor(&machine, &["doctor"]);
    assert_eq!((well.code, well.stderr.as_str()), (Some(0), ""), "{well:?}");
    for line in ["ok    hub", "ok    token", "ok    instances  1 instance is connected"] {
        assert!(well.stdout.contains(line), "{line}: {well:?}");
    }
    let list = doctor(&machine, &["doctor", "-o", "json"]).json();
    assert!(list.as_array().is_some_and(|list| list.iter().all(|check| check["state"] != "bad")));
    let token = hub.said["agent_token_file"].as_str().expect("a path");
    let open = std::os::unix::fs::PermissionsExt::from_mode(0o644);
    std::fs::set_permissions(token, open).expect("permissions");
    let ill = doctor(&machine, &["doctor"]);
    assert_eq!(ill.code, Some(1), "{ill:?}");
    let words: Vec<&str> = ill.stdout.split_whitespace().collect();
    assert!(words.join(" ").contains("open to others (644) next: stop the hub"), "{ill:?}");
}

#[test]
fn a_stream_survives_a_hub_that_is_restarted() {
    let machine = Machine::new();
    let hub = Hub::serve(&machine);
    let agent = hub.agent("checkout", arms);
    let address = hub.url().trim_start_matches("http://").to_owned();
    let mut snap = Follower::start(&machine, &["snap", "app.py:2", "--limit", "2", "-f"]);
    let id = id_in(&snap.until("Ctrl-C"));
    agent.hit(1.0);
    snap.until("  all of it");
    drop((agent, hub));
    let mut command = machine.command(&["serve", "--bind", &address]);
    let mut again = command.stdout(Stdio::piped()).spawn().expect("it starts");
    let mut lines = BufReader::new(again.stdout.take().expect("a pipe")).lines();
    lines.next().expect("a line").expect("it listens");
    let found = machine.run(&["ls", "-o", "json"]).done().json();
    assert!(found.to_string().contains(&id), "{found}");
    let (url, token) = (format!("http://{address}"), machine.agent_token_file());
    let agent = Agent::connect(&url, &token, "checkout", arms);
    machine.until(&["ls", "-o", "json"], |ran| ran.stdout.contains("\"armed\":1"));
    agent.hit(2.0);
    snap.until("  all of it");
    let ended = snap.end();
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.stderr.contains("trying again"), "{ended:?}");
    drop(agent);
    kill(&again, rustix::process::Signal::TERM);
    assert_eq!(again.wait().expect("it ends").code(), Some(0));
}
