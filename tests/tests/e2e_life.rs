//! A probe outlives a restart of the hub and of the application, and nothing taken meanwhile is lost.
//!
//! Knows how both are killed. Invariant: both are killed, not asked to stop.

use stillframe_hub::api::types::ProbePhase;
use stillframe_tests::app::{App, at, folder};
use stillframe_tests::on_each_python;
use stillframe_tests::process::until;
use stillframe_tests::stand::Stand;

on_each_python!(
    a_probe_outlives_the_hub,
    a_probe_outlives_the_application,
    the_limit_holds_across_instances,
    an_unknown_line_is_refused,
);

/// Arms a snapshot at the example's order and answers its id.
fn arm(stand: &Stand, hub: &stillframe_tests::stand::Hub, instances: u32, limit: &str) -> String {
    let place = at("app.py", "order = book.place(cart)");
    let mut snap = stand.stillframe(&["snap", &place, "--limit", limit]);
    let armed = stand.start(snap.current_dir(folder())).end();
    assert_eq!(armed.code, Some(0), "{}", armed.stderr);
    hub.armed(instances).id.to_string()
}

fn a_probe_outlives_the_hub(stand: &Stand) {
    let hub = stand.hub(0);
    let app = App::start(stand, "app.py");
    hub.instances("checkout", 1);
    let id = arm(stand, &hub, 1, "10");
    app.order(1, "SF-1007", 1);
    hub.snapshots(&id, 1);
    let port = hub.port();
    drop(hub);
    // Taken while nobody listens: kept, and sent when somebody does.
    app.order(2, "SF-1007", 2);
    app.order(3, "SF-1007", 3);
    let hub = stand.hub(port);
    hub.instances("checkout", 1);
    app.order(4, "SF-1007", 4);
    let snapshots = hub.snapshots(&id, 4);
    let users: Vec<i64> =
        snapshots.iter().filter_map(|snapshot| snapshot["locals"]["user_id"].as_i64()).collect();
    assert_eq!(users, [1, 2, 3, 4], "each once, in order");
}

fn a_probe_outlives_the_application(stand: &Stand) {
    let hub = stand.hub(0);
    let app = App::start(stand, "app.py");
    let first = hub.instances("checkout", 1).remove(0);
    let id = arm(stand, &hub, 1, "10");
    app.order(1, "SF-1007", 1);
    hub.snapshots(&id, 1);
    drop(app);
    let app = App::start(stand, "app.py");
    until("the new process armed", || {
        let mut reports = hub.reports(&id).into_iter();
        let armed = reports.any(|(pid, report)| pid == app.program.pid() && report.at.is_some());
        armed.then_some(())
    });
    assert_ne!(hub.instances("checkout", 1)[0].id, first.id, "a new life is a new instance");
    app.order(2, "SF-1007", 1);
    hub.snapshots(&id, 2);
}

fn the_limit_holds_across_instances(stand: &Stand) {
    let hub = stand.hub(0);
    let apps = [App::start(stand, "app.py"), App::start(stand, "app.py")];
    hub.instances("checkout", 2);
    let id = arm(stand, &hub, 2, "3");
    for _ in 0..4 {
        for app in &apps {
            app.order(1, "SF-1007", 1);
        }
    }
    let done = hub.probe_until(&id, |probe| probe.phase == ProbePhase::Done);
    assert_eq!(done.captured, 3, "the hub keeps the first three");
    assert_eq!(hub.snapshots(&id, 3).len(), 3);
    until("both to be disarmed", || {
        let live = hub.reports(&id).into_iter().filter(|(_, report)| {
            matches!(report.state, stillframe_core::probe::ProbeState::Armed)
        });
        (live.count() == 0).then_some(())
    });
}

fn an_unknown_line_is_refused(stand: &Stand) {
    let hub = stand.hub(0);
    let _app = App::start(stand, "app.py");
    hub.instances("checkout", 1);
    let cases: [(&[&str], i32); 5] = [
        (&["snap", "app.py:29", "--if", "total >"], 5),
        (&["snap", "app.py:29", "--if", "cart.total() > 1"], 5),
        (&["snap", "app.py"], 2),
        (&["snap", "app.py:29", "--service", "nobody"], 3),
        (&["snap", "app.py:29", "--limit", "0"], 2),
    ];
    for (words, code) in cases {
        let ended = stand.start(stand.stillframe(words).current_dir(folder())).end();
        assert_eq!(ended.code, Some(code), "{words:?}: {}{}", ended.stdout, ended.stderr);
        assert!(!ended.stderr.trim().is_empty(), "{words:?} says nothing");
        assert!(!ended.stderr.contains("panicked"), "{words:?}: {}", ended.stderr);
    }
}
