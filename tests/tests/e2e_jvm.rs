//! The same story on the JVM: a hub, a shop with not one line changed, probes in it, what they show.
//!
//! Knows the commands and their JSON, and the shop's sources. Invariant: the shop is the one of the
//! demo, started by `run`, or attached to while it sells.

use serde_json::Value;
use stillframe_hub::api::types::ProbeView;
use stillframe_tests::app::App;
use stillframe_tests::java::{at, folder, shop};
use stillframe_tests::process;
use stillframe_tests::stand::{free_port, with_shop_of_java};

fn json_of(line: &str) -> Value {
    serde_json::from_str(line).expect("stdout holds JSON only")
}

/// Orders until `enough`: what is armed is so a moment after it says so.
fn order_until(app: &App, user: u32, what: &str, mut enough: impl FnMut() -> bool) {
    process::until(what, || {
        app.order(user, "SF-1042", 2);
        enough().then_some(())
    });
}

#[test]
fn a_shop_on_the_jvm_shows_a_snapshot() {
    with_shop_of_java(|stand| {
        let hub = stand.hub(0);
        let app = shop(stand);
        let instance = hub.instances("checkout", 1).remove(0);
        assert_eq!(instance.pid, app.program.pid(), "run keeps the process id");
        let place = at("shop/Orders.java", "new Order(numbers");
        let words = ["snap", &place, "--if", "total > 100 && user.id() == 7", "--watch"];
        let mut snap = stand.stillframe(&words);
        snap.args(["cart.items.get(0).sku()", "--limit", "1", "--tail", "-o", "json"]);
        let follow = stand.start(snap.current_dir(folder()));
        let id = hub.armed(1).id.to_string();
        app.order(1, "SF-1042", 2);
        order_until(&app, 7, "a snapshot", || hub.probe(&id).captured > 0);
        let ended = follow.end();
        assert_eq!(ended.code, Some(0), "{}", ended.stderr);
        let snapshot = json_of(ended.stdout.lines().next().unwrap_or_default());
        assert_eq!(snapshot["at"]["function"], "Orders.place", "{snapshot:#}");
        assert_eq!(
            snapshot["at"]["line"].to_string(),
            place.rsplit(':').next().unwrap_or_default()
        );
        assert_eq!(snapshot["service"]["name"], "checkout");
        assert_eq!(snapshot["locals"]["cart"]["$type"], "shop.Cart");
        assert_eq!(snapshot["locals"]["total"], 178.0);
        assert_eq!(snapshot["watches"]["cart.items.get(0).sku()"], "SF-1042");
        assert!(snapshot["stack"].as_array().is_some_and(|stack| stack.len() > 3), "{snapshot:#}");
        assert!(!ended.stdout.contains("example.com"), "an e-mail address left: {}", ended.stdout);
    });
}

#[test]
fn logs_counts_and_durations_of_the_jvm() {
    with_shop_of_java(|stand| {
        let hub = stand.hub(0);
        let app = shop(stand);
        hub.instances("checkout", 1);
        let place = at("shop/Orders.java", "new Order(numbers");
        let last = at("shop/Orders.java", "user.ordered()");
        let range = at("shop/Orders.java", "Deque<Order> latest = byUser.compute");
        let range = format!("{range}..{}", last.rsplit(':').next().unwrap_or_default());
        for words in [
            vec!["count", &place, "-o", "json"],
            vec!["time", "shop/Cart.java:Cart.total", "-o", "json"],
            vec!["time", &range, "--if", "user.id() == 3", "-o", "json"],
            vec!["log", &place, "{user.id()} pays {total}", "-o", "json"],
        ] {
            let ended = stand.start(stand.stillframe(&words).current_dir(folder())).end();
            assert_eq!(ended.code, Some(0), "{words:?}: {}", ended.stderr);
        }
        let all = process::until("four probes armed", || {
            let all: Vec<ProbeView> = hub.get("/api/v1/probes");
            (all.len() == 4 && all.iter().all(|probe| probe.armed == 1)).then_some(all)
        });
        let counted = |probe: &ProbeView| hub.probe(&probe.id.to_string()).counters.hits > 2;
        order_until(&app, 3, "hits of all", || all.iter().all(counted));
        for probe in &all {
            let id = probe.id.to_string();
            let why = stand.start(&mut stand.stillframe(&["why", &id])).end();
            assert_eq!(why.code, Some(0), "{}", why.stderr);
        }
        let show = stand.start(&mut stand.stillframe(&["ls"])).end();
        assert!(
            show.stdout.contains("p50 ") && show.stdout.contains("checkout"),
            "{}",
            show.stdout
        );
        let removed = stand.start(&mut stand.stillframe(&["rm", "--all"])).end();
        assert_eq!(removed.code, Some(0), "{}", removed.stderr);
        app.order(3, "SF-1042", 2);
    });
}

#[test]
fn a_shop_that_sells_already_is_attached_to() {
    with_shop_of_java(|stand| {
        let hub = stand.hub(0);
        let port = free_port();
        let mut command = stand.java();
        command.arg("-cp").arg(stand.shop()).args(["checkout.App", "--port", &port.to_string()]);
        let app = App::listening(stand, command.current_dir(folder()), port);
        app.order(1, "SF-1007", 1);
        let pid = app.program.pid().to_string();
        let mut attach = stand.stillframe(&["attach", &pid, "--service", "checkout", "-o", "json"]);
        let attached = stand.start(&mut attach).end();
        assert_eq!(attached.code, Some(0), "{}", attached.stderr);
        assert_eq!(json_of(attached.stdout.trim())["type"], "attached");
        hub.instances("checkout", 1);
        let place = at("shop/Orders.java", "new Order(numbers");
        let words = ["snap", &place, "--limit", "1", "-o", "json"];
        let placed = stand.start(stand.stillframe(&words).current_dir(folder())).end();
        assert_eq!(placed.code, Some(0), "{}", placed.stderr);
        let id = hub.armed(1).id.to_string();
        order_until(&app, 7, "a snapshot", || hub.probe(&id).captured > 0);
        let snapshot = hub.snapshots(&id, 1).remove(0);
        assert_eq!(snapshot["locals"]["user"]["id"], 7, "{snapshot:#}");
    });
}

#[test]
fn an_agent_that_is_attached_trusts_whom_the_command_trusts() {
    with_shop_of_java(|stand| {
        let tls = |name: &str| format!("{}/tls/{name}", env!("CARGO_MANIFEST_DIR"));
        let (certificate, key) = (tls("hub.pem"), tls("hub.key"));
        let data = stand.folder().join("hub").to_string_lossy().into_owned();
        let serve = ["serve", "--bind", "127.0.0.1:0", "--data", &data];
        let mut serve = stand.stillframe(&serve);
        serve.args(["--tls-cert", &certificate, "--tls-key", &key]);
        let mut hub = stand.start(&mut serve);
        hub.until("its address", |hub| hub.stdout().contains("https://").then_some(()));
        let port = free_port();
        let mut command = stand.java();
        command.arg("-cp").arg(stand.shop()).args(["checkout.App", "--port", &port.to_string()]);
        let app = App::listening(stand, command.current_dir(folder()), port);
        let pid = app.program.pid().to_string();
        let mut attach = stand.stillframe(&["attach", &pid, "--service", "checkout", "-o", "json"]);
        let attached = stand.start(attach.env("STILLFRAME_CA_FILE", tls("ca.pem"))).end();
        assert_eq!(attached.code, Some(0), "{}", attached.stderr);
        let instance = &json_of(attached.stdout.trim())["instance"];
        assert_eq!(instance["connected"], true, "{instance:#}");
        assert_eq!(instance["service"], "checkout");
    });
}
