//! A first part of the story on Node: a hub, a server with not one line changed, probes in it.
//!
//! Knows the commands and their JSON. Invariant: the server is started by `run`.

use serde_json::Value;
use stillframe_core::probe::SourceMatch;
use stillframe_hub::api::types::ProbeView;
use stillframe_tests::app::App;
use stillframe_tests::process;
use stillframe_tests::stand::{Stand, free_port, with_node};
use stillframe_tests::tree::root;

const SERVER: &str = "\
const http = require('node:http')
class Cart {
  constructor (user) { this.user = user; this.items = [] }
  total () { return this.items.reduce((sum, item) => sum + item.price, 0) }
}
function place (cart, password) {
  const total = cart.total()
  const order = { user: cart.user, total }
  return order // placed
}
let user = 0
http.createServer((request, response) => {
  const cart = new Cart(++user)
  cart.items.push({ sku: 'SF-1042', price: 89 }, { sku: 'SF-1007', price: 1.5 })
  response.end(JSON.stringify(place(cart, 'hunter2')))
}).listen(Number(process.argv[2]), '127.0.0.1')
";
/// The line that is probed.
const PLACED: &str = "server.js:9";

fn server(stand: &Stand) -> App {
    run_with(stand, &[])
}

fn run_with(stand: &Stand, options: &[&str]) -> App {
    stand.file("server.js", SERVER);
    start(stand, options)
}

fn start(stand: &Stand, options: &[&str]) -> App {
    let port = free_port();
    let words = [&["run", "--service", "checkout"], options, &["--", "node"]].concat();
    let mut command = stand.stillframe(&words);
    command.args(["server.js", &port.to_string()]).current_dir(stand.folder());
    App::listening(stand, &mut command, port)
}

/// Orders in TypeScript, and what tsc made of them.
const ORDERS: &str = "src/orders/orders.service.ts";
const TYPED_SERVER: &str = "\
const http = require('node:http')
const { OrdersService } = require('./tsc/main.js')
http.createServer((request, response) => {
  const orders = new OrdersService('ann')
  orders.add({ sku: 'SF-1042', price: 89 })
  response.end(String(orders.total('fr')))
}).listen(Number(process.argv[2]), '127.0.0.1')
";

fn typed_server(stand: &Stand) -> App {
    let maps = root().join("bindings-node/tests/maps");
    let made = ["main.js", "rates.js", "orders/orders.service.js", "orders/orders.service.js.map"];
    let made = made.map(|name| (format!("tsc/{name}"), maps.join("generated/tsc").join(name)));
    // The source first: one that is younger than its map is not what that was made of.
    let all = [(ORDERS.to_owned(), maps.join(ORDERS))].into_iter().chain(made);
    for (name, from) in all {
        let text = std::fs::read_to_string(from).expect("a file of the binding's tests");
        stand.file(&name, &text);
    }
    stand.file("server.js", TYPED_SERVER);
    start(stand, &[])
}

#[test]
fn a_line_of_typescript_is_probed_where_it_was_written() {
    with_node(|stand| {
        let hub = stand.hub(0);
        let app = typed_server(stand);
        hub.instances("checkout", 1);
        let text = std::fs::read_to_string(stand.folder().join(ORDERS)).expect("just written");
        let line = text.lines().position(|line| line.ends_with("//: total")).expect("a mark") + 1;
        let at = format!("{ORDERS}:{line}");
        let words = ["snap", &at, "--if", "sum > 100", "--limit", "1", "--tail", "-o", "json"];
        let follow = stand.start(stand.stillframe(&words).current_dir(stand.folder()));
        let id = hub.armed(1).id.to_string();
        process::until("a snapshot", || {
            app.get("/");
            (hub.probe(&id).captured > 0).then_some(())
        });
        let ended = follow.end();
        assert_eq!(ended.code, Some(0), "{}", ended.stderr);
        let snapshot = ended.stdout.lines().next().unwrap_or_default();
        let snapshot: Value = serde_json::from_str(snapshot).expect("stdout holds JSON only");
        assert_eq!(snapshot["at"]["line"], line, "{snapshot:#}");
        assert_eq!(snapshot["at"]["function"], "OrdersService.total");
        let file = snapshot["at"]["file"].as_str().unwrap_or_default();
        assert!(file.ends_with(ORDERS), "{file}");
        assert_eq!(snapshot["locals"]["sum"], 178);
        // Else it would say that the source differs, or could not be compared.
        assert_eq!(snapshot["notes"], serde_json::json!([]), "{snapshot:#}");
    });
}

#[test]
fn a_source_that_is_not_here_is_found_while_its_map_is_read() {
    with_node(|stand| {
        let hub = stand.hub(0);
        let _app = typed_server(stand);
        hub.instances("checkout", 1);
        let text = std::fs::read_to_string(stand.folder().join(ORDERS)).expect("just written");
        let line = text.lines().position(|line| line.ends_with("//: total")).expect("a mark") + 1;
        let elsewhere = stand.file("elsewhere/none.txt", "");
        let count = |place: &str| {
            let mut command = stand.stillframe(&["count", place, "-o", "json"]);
            stand.start(command.current_dir(elsewhere.with_file_name(""))).end()
        };
        // Nobody asked for a source before: its map is read now.
        let ended = count(&format!("{ORDERS}:{line}"));
        assert_eq!(ended.code, Some(0), "{}", ended.stderr);
        hub.armed(1);
        let ended = count("src/orders/no.service.ts:3");
        assert_ne!(ended.code, Some(0), "{}", ended.stdout);
        assert!(ended.stderr.contains("no instance has loaded"), "{}", ended.stderr);
    });
}

#[test]
fn a_server_on_node_shows_a_snapshot_and_counts() {
    with_node(|stand| {
        let hub = stand.hub(0);
        let app = server(stand);
        let instance = hub.instances("checkout", 1).remove(0);
        assert_eq!(instance.pid, app.program.pid(), "run keeps the process id");
        let snapshot = app.shows_a_snapshot_and_counts(stand, &hub, PLACED);
        assert_eq!(snapshot["at"]["function"], "place", "{snapshot:#}");
        assert_eq!(snapshot["locals"]["cart"]["items"][0]["sku"], "SF-1042");
    });
}

#[test]
fn a_line_that_moved_is_found_and_what_hits_cost_is_told() {
    with_node(|stand| {
        let hub = stand.hub(0);
        let _app = server(stand);
        hub.loaded("checkout", 1, PLACED);
        // Two lines more than in what runs.
        stand.file("server.js", &format!("// One.\n// Two.\n{SERVER}"));
        let words = ["snap", "server.js:11"];
        let placed = stand.start(stand.stillframe(&words).current_dir(stand.folder())).end();
        assert_eq!(placed.code, Some(0), "{}", placed.stderr);
        assert!(placed.stdout.contains("line moved 11 -> 9"), "{}", placed.stdout);
        let cost = placed.stdout.lines().find(|line| line.starts_with("cost "));
        assert!(cost.is_some_and(|cost| cost.contains("hits/s")), "{}", placed.stdout);
    });
}

#[test]
fn a_server_on_node_is_asked_conditions() {
    with_node(|stand| {
        let hub = stand.hub(0);
        let app = server(stand);
        hub.instances("checkout", 1);
        let words =
            ["log", PLACED, "{total} of {cart.user}", "--if", "cart.user > 7", "-o", "json"];
        let logged = stand.start(stand.stillframe(&words).current_dir(stand.folder())).end();
        assert_eq!(logged.code, Some(0), "{}", logged.stderr);
        let words = ["snap", PLACED, "--if", "total > 100 && totl < 3"];
        let refused = stand.start(stand.stillframe(&words).current_dir(stand.folder())).end();
        assert_eq!(refused.code, Some(5), "{refused:?}");
        assert!(refused.stderr.contains("did you mean total?"), "{}", refused.stderr);
        process::until("a log line", || {
            app.get("/");
            let all: Vec<ProbeView> = hub.get("/api/v1/probes");
            all.iter().any(|probe| probe.spec.log.is_some() && probe.captured > 0).then_some(())
        });
    });
}

#[test]
fn a_server_whose_code_was_rewritten_shows_the_same() {
    with_node(|stand| {
        let hub = stand.hub(0);
        let app = run_with(stand, &["--rewrite"]);
        hub.instances("checkout", 1);
        let words = ["snap", PLACED, "--if", "total > 90", "--limit", "1", "-o", "json"];
        let placed = stand.start(stand.stillframe(&words).current_dir(stand.folder())).end();
        assert_eq!(placed.code, Some(0), "{}", placed.stderr);
        let id = hub.armed(1).id.to_string();
        let (_, report) = hub.reports(&id).remove(0);
        assert_eq!(report.engine.as_deref(), Some("rewrite"), "{report:#?}");
        let source = report.at.map(|at| at.source);
        assert_eq!(source, Some(SourceMatch::Equal), "checks are no difference");
        process::until("a snapshot", || {
            app.get("/");
            (hub.probe(&id).captured > 0).then_some(())
        });
        let shown = stand.start(&mut stand.stillframe(&["show", &id, "-o", "json"])).end();
        let snapshots: Value = serde_json::from_str(&shown.stdout).expect("stdout holds JSON only");
        let snapshot = snapshots.get(0).unwrap_or(&snapshots);
        assert_eq!(snapshot["stack"][0]["line"], 9, "{snapshot:#}");
        assert_eq!(snapshot["locals"]["total"], 90.5, "{snapshot:#}");
        assert!(!shown.stdout.contains("hunter2"), "a password left: {}", shown.stdout);
    });
}
