//! What is built from the repository: the command, the wheels, the jar, the npm packages, the gems, the
//! agents beside the command.
//!
//! Knows where each part goes. Invariant: [`Product`] names only files that exist.

use crate::Result;
use crate::clean;
use crate::count::Counts;
use crate::files::{copy, make_empty, root, target};
use crate::java;
use crate::node;
use crate::process::must;
use crate::profile;
use crate::python::{self, Python};
use crate::ruby::{self, Ruby};
use crate::say::say;
use crate::shipped;
use crate::step::{Verdict, beside, on_lanes, step};
use crate::zig;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The parts that demo, tests and bench use.
pub(crate) struct Product {
    /// The `stillframe` command.
    pub(crate) bin: PathBuf,
    /// Folder of the agents.
    pub(crate) agents: PathBuf,
    /// Library of the agent for the JVM, if there is a JDK to build it with.
    pub(crate) jvm: Option<PathBuf>,
    /// The addon of the agent for Node.
    pub(crate) node: PathBuf,
    /// Each Ruby with the library of its agent.
    pub(crate) rubies: Vec<(Ruby, PathBuf)>,
    /// Each interpreter with its wheel.
    pub(crate) wheels: Vec<(Python, PathBuf)>,
}

impl Product {
    /// Builds the parts for `pythons` and `rubies`.
    pub(crate) fn build(pythons: Vec<Python>, rubies: &[Ruby], release: bool) -> Result<Self> {
        let bin = step("build the command", || command(release))?;
        let jvm = step("build the agent for the JVM", java::agent)?;
        let node = step("build the agent for Node", node::addon)?;
        let rubies = step("build the agent for Ruby", || ruby::libraries(rubies))?;
        let wheels = wheels(pythons)?;
        let agents = target("agents");
        let pairs: Vec<_> = wheels.iter().map(|(python, wheel)| (python, wheel.clone())).collect();
        step("lay out the agents", || {
            make_empty(&agents)?;
            python::agents(&agents.join("python"), &pairs)?;
            node::agents(&agents.join("node"), &node)?;
            if !rubies.is_empty() {
                ruby::agents(&agents.join("ruby"), &rubies)?;
            }
            jvm.as_ref().map_or(Ok(()), |library| java::agents(&agents.join("jvm"), library))
        })?;
        Ok(Self { bin, agents, jvm, node, rubies, wheels })
    }

    /// The first interpreter and its wheel: the one to show things with.
    pub(crate) fn first(&self) -> Result<&(Python, PathBuf)> {
        self.wheels.first().ok_or_else(|| "no supported CPython is on this machine".to_owned())
    }
}

/// Builds the wheels: the first alone, for it compiles what the others share.
fn wheels(mut pythons: Vec<Python>) -> Result<Vec<(Python, PathBuf)>> {
    let name = |python: &Python| format!("build the wheel for {}", python.tag());
    let others = pythons.split_off(pythons.len().min(1));
    let first = pythons.into_iter().map(|python| {
        let wheel = step(&name(&python), || python::wheel(&python))?;
        Ok((python, wheel))
    });
    let first: Vec<_> = first.collect::<Result<_>>()?;
    let others = on_lanes(others, |python| {
        let wheel = beside(&name(&python), || python::wheel(&python))?;
        Ok((python, wheel))
    });
    first.into_iter().map(Ok).chain(others).collect()
}

/// Builds the command alone: what is shipped as agents are, else with the same packages as in the tests,
/// so that nothing is built twice.
fn command(release: bool) -> Result<PathBuf> {
    let folder = if release {
        must(profile::cargo("build").args(["-p", "stillframe-cli"]))?;
        profile::folder()
    } else {
        let mut cargo = cargo("build");
        // An agent needs its runtime to be built.
        for agent in ["stillframe-python", "stillframe-jvm", "stillframe-node", "stillframe-ruby"] {
            cargo.args(["--exclude", agent]);
        }
        must(cargo.args(["--locked", "--workspace"]))?;
        target("debug")
    };
    let bin = folder.join("stillframe");
    if bin.exists() { Ok(bin) } else { Err(format!("{} is missing", bin.display())) }
}

/// `cargo VERB` at the root.
pub(crate) fn cargo(verb: &str) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root()).arg(verb);
    command
}

/// What lies in `target/dist`.
struct Dist {
    /// The parts, where they lie there.
    product: Product,
    jar: PathBuf,
    packages: [PathBuf; 2],
    gems: [PathBuf; 2],
}

/// Builds everything in release and lays it out under `target/dist`.
pub(crate) fn run() -> Result<()> {
    make().map(|_| ())
}

fn make() -> Result<Dist> {
    let (mut pythons, missing) = python::all();
    if !missing.is_empty() {
        return Err(missing.join("; "));
    }
    pythons.extend(python::newer());
    java::find_maven()?;
    node::find_npm()?;
    let (rubies, no_ruby) = ruby::all();
    if let Some(fault) = no_ruby {
        return Err(fault);
    }
    if let Err(fault) = zig::linker() {
        return Err(format!("without zig nothing is made to be shipped: {fault}"));
    }
    let product = Product::build(pythons, &rubies, true)?;
    step("build the Java API", java::api)?;
    let packages = step("pack for npm", || node::pack(&product.node))?;
    let gems = step("build the gems", || ruby::pack(&product.rubies))?;
    let made = step("lay out target/dist", || lay_out(product, java::jar()?, packages, gems))?;
    say!(
        "\n{}: the command, the agents beside it, the wheels, the jar, npm's packages, the gems",
        target("dist").display()
    );
    Ok(made)
}

fn lay_out(
    mut product: Product,
    jar: PathBuf,
    packages: [PathBuf; 2],
    gems: [PathBuf; 2],
) -> Result<Dist> {
    let dist = target("dist");
    make_empty(&dist)?;
    let put = |from: &Path, name: &str| {
        let to = dist.join(name);
        copy(from, &to).map(|()| to)
    };
    let file = |from: &Path| put(from, &from.file_name().unwrap_or_default().to_string_lossy());
    let both = |[one, other]: [PathBuf; 2]| Ok::<_, String>([file(&one)?, file(&other)?]);
    put(&root().join("LICENSE"), "LICENSE")?;
    product.bin = put(&product.bin, "stillframe")?;
    product.agents = put(&product.agents, "stillframe-agents")?;
    product.wheels = product
        .wheels
        .into_iter()
        .map(|(python, wheel)| Ok((python, file(&wheel)?)))
        .collect::<Result<_>>()?;
    Ok(Dist { product, jar: file(&jar)?, packages: both(packages)?, gems: both(gems)? })
}

/// Makes all of it, and has each installed and used where there is nothing else.
pub(crate) fn tests() -> Result<Verdict> {
    let Dist { product, jar, packages: [package, _], gems } = make()?;
    let (python, _) = product.first()?;
    let library = product.agents.join("jvm").join(java::LIBRARY);
    let rubies: Vec<_> = product.rubies.iter().map(|(ruby, _)| ruby.clone()).collect();
    let mut verdicts = vec![
        step("what they need of a system", || shipped::check(&target("dist"), python))?,
        step("the jar and the agent of the JVM", || clean::jvm(&library, &jar))?,
        step("the command with its agents", || clean::command(&product))?,
        step("npm's package", || node::package_tests_of(&package))?,
        step("the gems", || ruby::gem_tests_of(&rubies, &gems))?,
    ];
    for (python, wheel) in &product.wheels {
        verdicts.push(step(&format!("the wheel for {}", python.tag()), || {
            clean::wheel(python, wheel)
        })?);
    }
    let mut sum = Counts::default();
    for verdict in verdicts {
        match verdict {
            Verdict::Ran(counts) => sum += counts,
            Verdict::Fine => {}
            Verdict::Skipped(fault) => return Err(fault),
        }
    }
    Ok(Verdict::Ran(sum))
}
