//! `cargo xtask demo`: the main job on real input, as a person would do it by hand.
//!
//! Knows which commands a person would type. Invariant: every screen is the command's own output,
//! and nothing is left running after `--once`.

mod shop;
mod side;
mod stage;

use crate::Result;
use crate::dist::Product;
use crate::node;
use crate::python::{MINORS, Python};
use crate::ruby;
use crate::step::step;
use crate::test::app_environment;
use serde_json::Value;
use shop::{Probe, Shop, python_line};
use stage::Stage;
use std::time::Duration;

/// How long the customers buy at most when the demo stays up.
const STAY: Duration = Duration::from_secs(3600);
/// How long one followed probe may take at most; a shop gets an order every 25 ms.
const PATIENCE: Duration = Duration::from_secs(60);

/// An agent reports this often while counters move, and this many reports are awaited.
const REPORT: Duration = Duration::from_secs(1);
const REPORTS: u32 = 4;

/// Runs the demo; with `json` only snapshots are on stdout, one a line.
pub(crate) fn run(once: bool, json: bool) -> Result<()> {
    let python = step("find CPython", any_python)?;
    let app = step("install the shop's packages", || app_environment(&python))?;
    let (rubies, missing) = ruby::all();
    // One is shown, so one is built.
    let ruby = missing.map_or_else(|| ruby::able(&rubies), Err).map(|able| able[0].clone());
    let product =
        Product::build(vec![python], ruby.as_ref().map_or(&[][..], std::slice::from_ref), false)?;
    let mut shops = vec![Shop::python(&app)?];
    if product.jvm.is_some() {
        shops.push(step("compile the shop for the JVM", Shop::jvm)?);
    } else {
        eprintln!("No shop on the JVM, and no probes there: no JDK was found.");
    }
    match node::find_npm() {
        Ok(()) => shops.push(step("compile the shop for Node", Shop::node)?),
        Err(fault) => eprintln!("No shop on Node, and no probes there: {fault}."),
    }
    match &ruby {
        Ok(ruby) => shops.push(Shop::ruby(ruby)?),
        Err(fault) => eprintln!("No shop on Ruby, and no probes there: {fault}."),
    }
    let bound = if once { PATIENCE * 5 } else { STAY };
    let stage =
        step("start hub, shops and customers", || Stage::set(&product, &shops, &app, bound))?;
    let count = format!("shop/cart.py:{}", python_line("shop/cart.py", "total +=")?);
    let counted = stage.arm_count(&count)?;
    for probe in shops.iter().flat_map(|shop| &shop.probes) {
        show(&stage, probe, json)?;
    }
    if !json {
        println!("\n━━ A log line nobody deployed, in {} shops at once\n", shops.len());
        side::show(&stage, &shops)?;
        let cost_ppm = cost_ppm(&stage);
        println!("\n━━ What the counter says, and what all of it cost\n");
        stage.screen(&["why", &counted])?;
        stage.screen(&["ls"])?;
        println!("\n{}", overhead(&stage, cost_ppm)?);
    }
    if once {
        return stage.strike();
    }
    eprintln!("\n{}", stage.next(&shops));
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

fn show(stage: &Stage, probe: &Probe, json: bool) -> Result<()> {
    let args: Vec<&str> = probe.args.iter().map(String::as_str).collect();
    if json {
        return stage.follow_json(&args);
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
         {captures} snapshots took {mean:.0} µs each on the application's own threads, once each.",
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
