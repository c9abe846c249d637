//! `cargo xtask demo`: the main job on real input, as a person would do it by hand.
//!
//! Knows which commands a person would type. Invariant: every screen is the command's own output,
//! and nothing is left running after `--once`.

mod stage;

use crate::Result;
use crate::dist::Product;
use crate::files::{line_of, root};
use crate::python::{MINORS, Python};
use crate::step::step;
use crate::test::app_environment;
use serde_json::Value;
use stage::Stage;
use std::path::Path;
use std::time::Duration;

/// How long the customers buy at most when the demo stays up.
const STAY: Duration = Duration::from_secs(3600);
/// How long one followed probe may take at most; the shop gets an order every 25 ms.
const PATIENCE: Duration = Duration::from_secs(60);

/// An agent reports this often while counters move, and this many reports are awaited.
const REPORT: Duration = Duration::from_secs(1);
const REPORTS: u32 = 4;

/// A probe of the demo.
struct Probe {
    title: &'static str,
    args: Vec<String>,
    is_snapshot: bool,
}

/// Runs the demo; with `json` only snapshots are on stdout, one a line.
pub(crate) fn run(once: bool, json: bool) -> Result<()> {
    let python = step("find CPython", any_python)?;
    let app = step("install the shop's packages", || app_environment(&python))?;
    let product = Product::build(vec![python], false)?;
    let stage = step("start hub, shop and customers", || {
        Stage::set(&product.bin, &product.agents, &app, if once { PATIENCE * 5 } else { STAY })
    })?;
    let counted =
        stage.arm_count(&format!("shop/cart.py:{}", line("shop/cart.py", "total +=")?))?;
    for probe in probes(&app)? {
        show(&stage, &probe, json)?;
    }
    if !json {
        let cost_ppm = cost_ppm(&stage);
        println!("\n━━ What the counter says, and what all of it cost\n");
        stage.screen(&["why", &counted])?;
        stage.screen(&["ls"])?;
        println!("\n{}", overhead(&stage, cost_ppm)?);
    }
    if once {
        return stage.strike();
    }
    eprintln!("\n{}", stage.next());
    stage.stay()
}

fn any_python() -> Result<Python> {
    let mut faults = Vec::new();
    for minor in MINORS {
        match Python::find(minor) {
            Ok(python) => return Ok(python),
            Err(fault) => faults.push(fault),
        }
    }
    Err(faults.join("; "))
}

fn line(file: &str, text: &str) -> Result<usize> {
    line_of(&root().join("examples/checkout-python").join(file), text)
}

fn probes(app: &Path) -> Result<Vec<Probe>> {
    let words = |list: &[&str]| list.iter().map(|&word| word.to_owned()).collect::<Vec<_>>();
    let order = format!("app.py:{}", line("app.py", "return jsonify(number=")?);
    let placed = format!("shop/orders.py:{}", line("shop/orders.py", "cart.owner.orders += 1")?);
    let site = site_packages(app)?.join("werkzeug/routing/map.py");
    let routing = line_of(&site, "if self.map.redirect_defaults:")?;
    let routing = format!("werkzeug/routing/map.py:{routing}");
    let mut large = words(&["snap", &order, "--if", "total > 100 and order.discount.amount > 0"]);
    large.extend(words(&["--watch", "cart.items[0].sku", "--watch", "order.discount.reason"]));
    large.extend(words(&["--limit", "2", "-f"]));
    let template = "order {order.number}: {total} less {discount.amount} for {discount.reason}";
    let log = words(&["log", &placed, template, "--limit", "5", "-f"]);
    let library = words(&["snap", &routing, "--if", "method == 'POST'", "--limit", "1", "-f"]);
    Ok(vec![
        Probe { title: "Large orders with a discount", args: large, is_snapshot: true },
        Probe { title: "A log line nobody deployed", args: log, is_snapshot: false },
        Probe { title: "Inside a library: werkzeug's routing", args: library, is_snapshot: true },
    ])
}

fn site_packages(app: &Path) -> Result<std::path::PathBuf> {
    let code = "import sysconfig; print(sysconfig.get_path('purelib'))";
    let path = crate::process::quiet(std::process::Command::new(app).args(["-c", code]))?;
    Ok(path.trim().into())
}

fn show(stage: &Stage, probe: &Probe, json: bool) -> Result<()> {
    let args: Vec<&str> = probe.args.iter().map(String::as_str).collect();
    if json {
        return stage.follow_json(&args, probe.is_snapshot);
    }
    println!("\n━━ {}\n", probe.title);
    stage.screen(&args)
}

/// What the agent measured itself to cost, from the hub.
fn overhead(stage: &Stage, cost_ppm: f64) -> Result<String> {
    let took = stage.took_ns()?;
    let captures = took.len();
    let mean = took.iter().sum::<f64>() / captures.max(1) as f64 / 1000.0;
    Ok(format!(
        "Measured by the agent itself: the probe that still counts costs {:.4} % of one core;\n\
         {captures} snapshots took {mean:.0} µs each on the shop's own threads, once each.",
        cost_ppm / 10_000.0
    ))
}

/// Share of one core in millionths, once the agent has reported one; it does so every second.
fn cost_ppm(stage: &Stage) -> f64 {
    let reported = || {
        let listed = stage.json(&["ls"]).ok()?;
        find(&listed, "cost_ppm").and_then(Value::as_f64).filter(|&cost| cost > 0.0)
    };
    (0..REPORTS)
        .find_map(|_| {
            std::thread::sleep(REPORT);
            reported()
        })
        .unwrap_or_default()
}

/// The first value under `key` anywhere in `value`.
fn find<'a>(value: &'a Value, key: &str) -> Option<&'a Value> {
    match value {
        Value::Object(map) => map.get(key).or_else(|| map.values().find_map(|v| find(v, key))),
        Value::Array(list) => list.iter().find_map(|v| find(v, key)),
        _ => None,
    }
}
