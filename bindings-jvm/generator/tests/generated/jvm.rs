//! The harness: JDKs, the classes of the tests, and runs of generated classes.
//!
//! Knows the harness's lines. Invariant: everything runs with the verifier on, and a JDK that is
//! absent is a failure in CI and a loud skip elsewhere.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Once;

/// Classes of the application that cases use, in the order of their handles.
const CLASSES: [&str; 9] = [
    "shop.Cart",
    "shop.Status",
    "shop.User",
    "shop.Member",
    "shop.Item",
    "java.lang.Object",
    "java.lang.String",
    "java.lang.Integer",
    "java.util.Map",
];
static COMPILED: Once = Once::new();
const EXPORTS: &str = "java.base/jdk.internal.misc=ALL-UNNAMED";

/// One JDK, for one test.
pub(crate) struct Jvm {
    java: PathBuf,
    /// The folder of the application's classes, and those that cases use, in the order of handles.
    application: PathBuf,
    classes: Vec<&'static str>,
    /// Of the test, whose cases are in a file of their own.
    name: &'static str,
}

fn run(command: &mut Command) -> String {
    let ran = command.output().expect("the program starts");
    let stderr = String::from_utf8_lossy(&ran.stderr);
    assert!(ran.status.success(), "{command:?} failed: {stderr}");
    String::from_utf8_lossy(&ran.stdout).into_owned()
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("the folder is there");
    let paths = entries.map(|entry| entry.expect("it can be read").path());
    paths.filter(|path| path.extension().is_some_and(|end| end == "java")).collect()
}

impl Jvm {
    /// The JDKs of this machine, for a test of this name.
    pub(crate) fn all(name: &'static str) -> Vec<Self> {
        let homes = jdks();
        let is_ci = std::env::var("CI").is_ok_and(|ci| ci == "true" || ci == "1");
        if homes.is_empty() {
            assert!(!is_ci, "no JDK is there, and in CI that is a failure");
            eprintln!("SKIPPED what a JVM would say: no JDK is there");
            return Vec::new();
        }
        COMPILED.call_once(compile);
        homes
            .into_iter()
            .map(|java| Self {
                java,
                application: folder().join("shop"),
                classes: CLASSES.to_vec(),
                name,
            })
            .collect()
    }

    /// The same JDK with another application, compiled from these sources.
    pub(crate) fn with(
        mut self,
        name: &'static str,
        classes: &[&'static str],
        sources: &[PathBuf],
    ) -> Self {
        self.application = folder().join(name);
        self.classes = classes.to_vec();
        let mut javac = Command::new("javac");
        javac.args(["--release", "17", "-nowarn", "-Xlint:none", "-encoding", "UTF-8", "-d"]);
        run(javac.arg(&self.application).args(sources));
        self
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.java);
        let boot = folder().join("boot");
        command.arg(format!("-Xbootclasspath/a:{}", boot.display())).arg("-cp");
        command.arg(&self.application).args(["--add-exports", EXPORTS]);
        command.args(["-XX:+UnlockDiagnosticVMOptions", "-XX:+BytecodeVerificationLocal"]);
        command.arg("-XX:+BytecodeVerificationRemote");
        command
    }

    /// What there is to know of the classes.
    pub(crate) fn describe(&self) -> String {
        run(self.command().args(["java.stillframe.Harness", "describe", "-"]).args(&self.classes))
    }

    /// Runs cases, one a line; the outcomes in their order, without the numbers.
    pub(crate) fn check(&self, cases: &[String]) -> Vec<String> {
        let file = folder().join(self.name).with_extension("txt");
        std::fs::write(&file, cases.join("\n")).expect("the file can be written");
        let mut command = self.command();
        command.args(["java.stillframe.Harness", "check"]).arg(file).args(&self.classes);
        let text = run(&mut command);
        let lines =
            text.lines().map(|line| line.split_once('\t').unwrap_or((line, "")).1.to_owned());
        let outcomes: Vec<String> = lines.collect();
        assert_eq!(outcomes.len(), cases.len(), "each case has an outcome: {text}");
        outcomes
    }

    /// What it calls itself.
    pub(crate) fn name(&self) -> String {
        let text = run(self.command().arg("--version"));
        text.lines().next().unwrap_or_default().to_owned()
    }

    /// Nanoseconds of a loop, and what the hook of a case adds.
    pub(crate) fn measure(&self, case: &str) -> String {
        let file = folder().join(self.name).with_extension("txt");
        std::fs::write(&file, case).expect("the file can be written");
        let mut command = self.command();
        command.arg(format!("-Dstillframe.case={}", file.display()));
        command.arg(format!("-Dstillframe.classes={}", self.classes.join(",")));
        run(command.arg("java.stillframe.Measure"))
    }
}

/// A `java` of each version that is there, from 17 on: that of the path, and those where Linux keeps
/// them.
fn jdks() -> Vec<PathBuf> {
    let kept = std::fs::read_dir("/usr/lib/jvm").into_iter().flatten().flatten();
    let mut all: Vec<PathBuf> = kept.map(|entry| entry.path().join("bin/java")).collect();
    all.push(PathBuf::from("java"));
    all.sort();
    let mut by_version = BTreeMap::new();
    for java in all {
        let Ok(said) = Command::new(&java).arg("--version").output() else { continue };
        let text = String::from_utf8_lossy(&said.stdout).into_owned();
        let version = text.split(' ').nth(1).and_then(|text| text.split('.').next());
        if let Some(version) = version.and_then(|text| text.parse::<u32>().ok()) {
            by_version.insert(version, java);
        }
    }
    by_version.into_iter().filter(|(version, _)| *version >= 17).map(|(_, java)| java).collect()
}

/// Where everything is compiled to.
pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("generated")
}

fn compile() {
    let folder = folder();
    if folder.exists() {
        std::fs::remove_dir_all(&folder).expect("what an earlier run left can go");
    }
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let harness = here.join("tests/harness");
    let mut javac = Command::new("javac");
    javac.args(["-XDstringConcat=inline", "-nowarn", "-source", "17", "-target", "17"]);
    javac.args(["--add-exports", EXPORTS, "-d"]).arg(folder.join("boot"));
    javac.args(sources(&harness.join("java/stillframe")));
    javac.arg(here.join("../java/java/stillframe/Values.java"));
    run(&mut javac);
    let mut javac = Command::new("javac");
    javac.args(["--release", "17", "-d"]).arg(folder.join("shop"));
    run(javac.args(sources(&harness.join("shop"))));
}
