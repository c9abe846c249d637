//! Node with more than one thread or process: workers are probed by the agent of their process, and
//! processes of a cluster are instances.
//!
//! Knows the commands and their JSON. Invariant: programs are started by `run`, with not one line
//! changed.

use serde_json::Value;
use stillframe_hub::api::types::ProbeView;
use stillframe_tests::app::App;
use stillframe_tests::process::until;
use stillframe_tests::stand::{Hub, Stand, free_port, with_node};

/// Answers by a worker, which it makes anew for each third request.
const SERVER: &str = "\
const http = require('node:http')
const { Worker } = require('node:worker_threads')
let worker
let requests = 0
http.createServer((request, response) => {
  if (requests++ % 3 === 0) {
    worker?.terminate()
    worker = new Worker('./crunch.js')
  }
  worker.once('message', (sum) => response.end(String(sum)))
  worker.postMessage([1, 2, requests])
}).listen(Number(process.argv[2]), '127.0.0.1')
";
const CRUNCH: &str = "\
const { parentPort } = require('node:worker_threads')
function crunch (numbers) {
  const sum = numbers.reduce((all, one) => all + one, 0)
  return sum // crunched
}
parentPort.on('message', (numbers) => parentPort.postMessage(crunch(numbers)))
";
/// Answers in two processes that share a port.
const CLUSTER: &str = "\
const cluster = require('node:cluster')
const http = require('node:http')
let ran = 0
function work () {
  ran += 1
  return ran // ran
}
if (cluster.isPrimary) {
  for (let n = 0; n < 2; n++) cluster.fork()
} else {
  http.createServer((request, response) => {
    response.setHeader('connection', 'close')
    response.end(`${process.pid} ${work()}`)
  }).listen(Number(process.argv[2]), '127.0.0.1')
}
";

fn serve(stand: &Stand, service: &str, file: &str) -> App {
    let port = free_port();
    let mut command = stand.stillframe(&["run", "--service", service, "--", "node"]);
    command.args([file, &port.to_string()]).current_dir(stand.folder());
    App::listening(stand, &mut command, port)
}

/// Places a count; its id, once it is armed in so many instances.
fn count(stand: &Stand, hub: &Hub, location: &str, instances: u32) -> String {
    let words = ["count", location, "-o", "json"];
    let placed = stand.start(stand.stillframe(&words).current_dir(stand.folder())).end();
    assert_eq!(placed.code, Some(0), "{}", placed.stderr);
    until("a count armed", || {
        let all: Vec<ProbeView> = hub.get("/api/v1/probes");
        let found = all.iter().find(|probe| probe.armed == instances);
        found.map(|probe| probe.id.to_string())
    })
}

#[test]
fn workers_are_threads_of_one_instance() {
    with_node(|stand| {
        stand.file("server.js", SERVER);
        stand.file("crunch.js", CRUNCH);
        let hub = stand.hub(0);
        let app = serve(stand, "crunching", "server.js");
        assert_eq!(app.get("/"), "4");
        let id = count(stand, &hub, "crunch.js:4", 1);
        let mut snap =
            stand.stillframe(&["snap", "crunch.js:4", "--limit", "1", "--tail", "-o", "json"]);
        let follow = stand.start(snap.current_dir(stand.folder()));
        until("a second probe", || {
            let all: Vec<ProbeView> = hub.get("/api/v1/probes");
            (all.iter().filter(|probe| probe.armed == 1).count() == 2).then_some(())
        });
        for request in 2..=9 {
            assert_eq!(app.get("/"), (3 + request).to_string());
        }
        hub.probe_until(&id, |probe| probe.counters.hits == 8);
        let ended = follow.end();
        assert_eq!(ended.code, Some(0), "{}", ended.stderr);
        let line = ended.stdout.lines().next().unwrap_or_default();
        let snapshot: Value = serde_json::from_str(line).expect("stdout holds JSON only");
        assert_eq!(snapshot["locals"]["sum"], 5, "{snapshot:#}");
        let thread = snapshot["thread"]["name"].as_str().unwrap_or_default();
        assert_eq!(thread, "worker 1", "{snapshot:#}");
        assert_eq!(hub.instances("crunching", 1).len(), 1);
    });
}

#[test]
fn processes_of_a_cluster_are_instances() {
    with_node(|stand| {
        stand.file("cluster.js", CLUSTER);
        let hub = stand.hub(0);
        let app = serve(stand, "clustered", "cluster.js");
        let pids: Vec<u32> = hub.instances("clustered", 3).iter().map(|each| each.pid).collect();
        assert!(pids.contains(&app.program.pid()), "{pids:?}");
        let id = count(stand, &hub, "cluster.js:6", 3);
        let mut ran = 0;
        let mut answered = Vec::new();
        for _ in 0..20 {
            let answer = app.get("/");
            let (pid, _) = answer.split_once(' ').expect("PID COUNT");
            answered.push(pid.parse::<u32>().expect("a pid"));
            ran += 1;
        }
        hub.probe_until(&id, |probe| probe.counters.hits == ran);
        for (pid, report) in hub.reports(&id) {
            let here = answered.iter().filter(|one| **one == pid).count() as u64;
            assert_eq!(report.counters.hits, here, "{pid}");
        }
    });
}
