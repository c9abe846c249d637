//! Puma, as people start it: by Bundler, and with workers that count what they ran themselves.
//!
//! Knows Puma's command line. Invariant: the application has not one line changed, and the truth of a
//! count is what the probed line counts itself.

use std::collections::BTreeMap;
use std::process::Command;
use stillframe_tests::app::App;
use stillframe_tests::process::until;
use stillframe_tests::stand::{Stand, free_port, with_ruby};
use stillframe_tests::tree::root;

const WORKERS: usize = 2;
const REQUESTS: usize = 200;
/// Says which worker answered and how often its line ran there.
const COUNTED: &str = "\
class Counted
  @ran = 0
  def self.work
    @ran += 1
  end

  def self.call(_)
    [200, { 'content-type' => 'text/plain' }, [\"#{Process.pid} #{work}\"]]
  end
end
";

fn run(stand: &Stand, service: &str, words: &[&str]) -> App {
    let port = free_port();
    let bind = format!("tcp://127.0.0.1:{port}");
    let all = [&["run", "--service", service, "--"], words, &["-b", &bind]].concat();
    App::listening(stand, stand.stillframe(&all).current_dir(stand.folder()), port)
}

#[test]
fn bundler_executes_puma_in_its_own_process_and_that_is_the_instance() {
    with_ruby(|stand| {
        let shop = root().join("examples/checkout-ruby/.");
        let copied = Command::new("cp").arg("-r").arg(shop).arg(stand.folder()).status();
        assert!(copied.is_ok_and(|status| status.success()));
        let hub = stand.hub(0);
        let app = run(stand, "checkout", &["bundle", "exec", "puma"]);
        let instance = hub.instances("checkout", 1).remove(0);
        assert_eq!(instance.pid, app.program.pid(), "run keeps the process id");
        let orders = std::fs::read_to_string(stand.folder().join("shop/orders.rb"));
        let orders = orders.expect("just copied");
        let line = orders.lines().position(|line| line.contains("user.orders += 1"));
        let at = format!("shop/orders.rb:{}", line.expect("the example has that line") + 1);
        let words = ["snap", &at, "--limit", "1", "-o", "json"];
        let armed = stand.start(stand.stillframe(&words).current_dir(stand.folder())).end();
        assert_eq!(armed.code, Some(0), "{}", armed.stderr);
        let id = hub.armed(1).id.to_string();
        app.order(3, "SF-1042", 2);
        let snapshot = hub.snapshots(&id, 1).remove(0);
        assert_eq!(snapshot["locals"]["order"]["total"], 178.0, "{snapshot:#}");
        // Of the method around the block that the line stands in.
        assert_eq!(snapshot["locals"]["user"]["@name"], "Ada", "{snapshot:#}");
    });
}

#[test]
fn workers_of_a_cluster_count_exactly() {
    with_ruby(|stand| cluster(stand, &[]));
}

#[test]
fn workers_forked_behind_the_application_count_exactly() {
    with_ruby(|stand| cluster(stand, &["--preload"]));
}

fn cluster(stand: &Stand, options: &[&str]) {
    stand.file("counted.rb", COUNTED);
    stand.file("config.ru", "require './counted'\nrun Counted\n");
    let hub = stand.hub(0);
    let app = run(stand, "prefork", &[&["puma", "-w", "2", "-t", "1:1"], options].concat());
    until("the workers without their master", || {
        let workers = hub.instances("prefork", WORKERS);
        workers.iter().all(|worker| worker.pid != app.program.pid()).then_some(())
    });
    let mut count = stand.stillframe(&["count", "counted.rb:4"]);
    let armed = stand.start(count.current_dir(stand.folder())).end();
    assert_eq!(armed.code, Some(0), "{}", armed.stderr);
    let id = hub.armed(WORKERS as u32).id.to_string();
    let mut ran: BTreeMap<u32, u64> = BTreeMap::new();
    for _ in 0..REQUESTS {
        let answer = app.get("/");
        let (pid, count) = answer.split_once(' ').expect("PID COUNT");
        ran.insert(pid.parse().expect("a pid"), count.parse().expect("a count"));
    }
    assert_eq!(ran.values().sum::<u64>(), REQUESTS as u64);
    let counted = until("every worker's count", || {
        let reports = hub.reports(&id).into_iter();
        let counted: BTreeMap<u32, u64> =
            reports.map(|(pid, report)| (pid, report.counters.captured)).collect();
        (counted.values().sum::<u64>() >= REQUESTS as u64).then_some(counted)
    });
    for (pid, count) in counted {
        assert_eq!(count, ran.get(&pid).copied().unwrap_or(0), "worker {pid}");
    }
}
