//! A prefork server: each worker is an instance of its own, and counts what it ran itself.
//!
//! Knows gunicorn's command line. Invariant: the truth is counted by the probed line itself.

use std::collections::BTreeMap;
use std::thread;
use stillframe_tests::app::App;
use stillframe_tests::on_each_python;
use stillframe_tests::process::until;
use stillframe_tests::stand::{Stand, free_port};

on_each_python!(workers_count_exactly, workers_forked_after_import_count_exactly);

const WORKERS: usize = 4;
/// Requests in all, from as many threads at once as there are workers.
const REQUESTS: usize = 400;
/// The application says which worker answered and how often its line ran there.
const APP: &str = "\
import os

ran = 0


def work():
    global ran
    ran += 1
    return ran


def app(environ, start_response):
    body = f'{os.getpid()} {work()}'.encode()
    start_response('200 OK', [('Content-Length', str(len(body)))])
    return [body]
";

fn workers_count_exactly(stand: &Stand) {
    prefork(stand, &[]);
}

fn workers_forked_after_import_count_exactly(stand: &Stand) {
    prefork(stand, &["--preload"]);
}

fn prefork(stand: &Stand, options: &[&str]) {
    stand.file("counted.py", APP);
    let hub = stand.hub(0);
    let port = free_port();
    let bind = format!("127.0.0.1:{port}");
    let mut words = vec!["-m", "gunicorn", "-w", "4", "-b", &bind, "counted:app"];
    words.extend(options);
    let app = App::listening(stand, &mut stand.run("prefork", &words), port);
    until("the four workers without their master", || {
        let workers = hub.instances("prefork", WORKERS);
        workers.iter().all(|worker| worker.pid != app.program.pid()).then_some(())
    });
    let armed = stand.start(&mut stand.stillframe(&["count", "counted.py:9"])).end();
    assert_eq!(armed.code, Some(0), "{}", armed.stderr);
    let id = hub.armed(4).id.to_string();

    let ran = requests(&app);
    assert_eq!(ran.values().sum::<u64>(), REQUESTS as u64);
    assert!(ran.len() > 1, "one worker answered everything");
    let counted = until("every worker's count", || {
        let reports = hub.reports(&id).into_iter();
        let counted: BTreeMap<u32, u64> =
            reports.map(|(pid, report)| (pid, report.counters.captured)).collect();
        (counted.values().sum::<u64>() >= REQUESTS as u64).then_some(counted)
    });
    assert_eq!(counted.len(), WORKERS);
    for (pid, count) in counted {
        assert_eq!(count, ran.get(&pid).copied().unwrap_or(0), "worker {pid}");
    }
}

/// How often the line ran in each worker, by its own count.
fn requests(app: &App) -> BTreeMap<u32, u64> {
    let answers: Vec<String> = thread::scope(|scope| {
        let clients = (0..WORKERS).map(|_| {
            scope.spawn(|| (0..REQUESTS / WORKERS).map(|_| app.get("/")).collect::<Vec<_>>())
        });
        let clients: Vec<_> = clients.collect();
        clients.into_iter().flat_map(|client| client.join().expect("answers")).collect()
    });
    let mut ran = BTreeMap::new();
    for answer in answers {
        let (pid, count) = answer.split_once(' ').expect("PID COUNT");
        let highest: &mut u64 = ran.entry(pid.parse().expect("a pid")).or_default();
        *highest = (*highest).max(count.parse().expect("a count"));
    }
    ran
}
