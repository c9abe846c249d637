//! The mass tests of the patcher of class files, by the JVMs that verify and run what it makes.
//!
//! Knows the programs in `bindings-jvm/classfile` and how much of each belongs to the gate.
//! Invariant: a JDK that is missing is a skip of all its steps.

use crate::Result;
use crate::count::{Counts, number};
use crate::dist::cargo;
use crate::files::{make_empty, root, target};
use crate::jdk::{Jdk, MAJORS};
use crate::process::{captured, must, quiet, show};
use crate::say::say;
use crate::step::{Chain, Verdict};
use crate::test::passed;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex, PoisonError};

/// The modules whose classes are patched.
const MODULES: [&str; 2] = ["jdk.compiler", "java.xml"];
/// What is proved on each JDK.
const STEPS: [&str; 4] =
    ["every line verifies", "unchecked does not", "the compiler compiles", "the corpus"];
/// Of this many classes one is patched in the gate, where not all are.
const SAMPLE: &str = "4";
/// The same for what must not verify, of which one would do.
const FEW: &str = "16";
/// Of this many probes one may have no room in its method.
const ROOM_FOR: u64 = 10_000;
/// Calls within each other that are under way, at most, when a compiler ends its process.
const UNDER_WAY: u64 = 100;

/// The steps, by JDK.
pub(crate) fn chains<'a>(full: bool) -> impl Iterator<Item = Chain<'a>> {
    MAJORS.into_iter().map(move |major| {
        let name = |what: &str| format!("classfile jdk{major}: {what}");
        let mut chain = Chain::after(&name("the patcher's example"), || {
            let mut command = cargo("build");
            command.args(["--locked", "-p", "stillframe-classfile", "--example", "mass"]);
            must(&mut command).map(|_| Verdict::Fine)
        });
        // The first JDK sees every class in the gate too, and `cargo test` sees the corpus on it.
        let is_first = major == MAJORS[0];
        let one_in = if full || is_first { "1" } else { SAMPLE };
        let stand = Arc::new(Mutex::new(None));
        for what in STEPS.into_iter().filter(|what| *what != "the corpus" || !is_first) {
            let stand = Arc::clone(&stand);
            chain.step(&name(what), move || {
                let mut stand = stand.lock().unwrap_or_else(PoisonError::into_inner);
                if stand.is_none() {
                    *stand = Some(match Jdk::find(major) {
                        Ok(jdk) => Stand::new(jdk)?,
                        Err(fault) => return Ok(Verdict::Skipped(fault)),
                    });
                }
                let Some(stand) = &mut *stand else { return Err("nothing was made".to_owned()) };
                match what {
                    "every line verifies" => stand.verifies(one_in, full),
                    "unchecked does not" => stand.unchecked(full),
                    "the corpus" => stand.corpus(),
                    _ => stand.compiles(one_in, full),
                }
            });
        }
        chain
    })
}

/// The programs and classes of one JDK.
struct Stand {
    jdk: Jdk,
    folder: PathBuf,
    /// What was patched already: how, one in how many, and what the example said.
    patched: Vec<(String, String, String)>,
}

impl Stand {
    fn new(jdk: Jdk) -> Result<Self> {
        let folder = target(&format!("classfile/{}", jdk.major));
        make_empty(&folder)?;
        let sources = root().join("bindings-jvm/classfile/tests/mass");
        let stand = Self { jdk, folder, patched: Vec::new() };
        for (to, from) in [
            ("tools", vec!["tools/Extract.java", "tools/Link.java"]),
            ("bridge", vec!["java/stillframe/Bridge.java"]),
        ] {
            let mut javac = stand.jdk.program("javac");
            javac.arg("-d").arg(stand.folder.join(to));
            quiet(javac.args(from.iter().map(|file| sources.join(file))))?;
        }
        let mut extract = stand.jdk.program("java");
        extract.arg("-cp").arg(stand.folder.join("tools")).arg("Extract");
        quiet(extract.arg(stand.folder.join("plain")).args(MODULES))?;
        Ok(stand)
    }

    /// Patches classes in one way; answers the numbers that the example says, and the folder.
    fn patch(&mut self, how: &str, one_in: &str) -> Result<(String, PathBuf)> {
        let to = self.folder.join(format!("{how}-{one_in}"));
        let known = self.patched.iter().find(|(known, one, _)| known == how && one == one_in);
        if let Some((.., said)) = known {
            return Ok((said.clone(), to));
        }
        let mut command = Command::new(target("debug/examples/mass"));
        command.arg(how).arg(self.folder.join("plain")).arg(&to).arg(one_in);
        let said = quiet(&mut command)?;
        say!("   {how}: {}", said.trim_end());
        self.patched.push((how.to_owned(), one_in.to_owned(), said.clone()));
        Ok((said, to))
    }

    /// A JVM that takes the modules' classes from a folder.
    fn java(&self, patched: &Path) -> Command {
        let mut java = self.jdk.program("java");
        let mut bridge = std::ffi::OsString::from("-Xbootclasspath/a:");
        bridge.push(self.folder.join("bridge"));
        java.arg(bridge).args(["-Xshare:off", "-XX:+UnlockDiagnosticVMOptions"]);
        java.args(["-XX:+BytecodeVerificationLocal", "-XX:+BytecodeVerificationRemote"]);
        for module in MODULES {
            java.arg("--patch-module");
            java.arg(format!("{module}={}", patched.join(module).display()));
            java.arg("--add-reads").arg(format!("{module}=ALL-UNNAMED"));
        }
        java
    }

    /// Links every class of a folder; answers how many did and did not verify.
    fn link(&self, patched: &Path) -> Result<Counts> {
        let mut java = self.java(patched);
        java.arg("-cp").arg(self.folder.join("tools")).arg("Link").arg(patched);
        let said = quiet(&mut java)?;
        if number(&said, "failed")? > 0 {
            return Err(format!("classes could not be loaded: {said}"));
        }
        let (passed, failed) = (number(&said, "linked")?, number(&said, "unverified")?);
        Ok(Counts { passed, failed, ..Counts::default() })
    }

    fn verifies(&mut self, one_in: &str, full: bool) -> Result<Verdict> {
        let mut counts = Counts::default();
        let ways: &[(&str, &str)] = match full {
            true => &[("dynamic", "1"), ("boxed", "1"), ("whole", "1"), ("ranges", "1")],
            false => &[("dynamic", one_in), ("whole", SAMPLE), ("ranges", SAMPLE)],
        };
        for (how, one_in) in ways {
            let (said, to) = self.patch(how, one_in)?;
            let refused = number(&said, "refused")?;
            let (no_room, probes) = (number(&said, "no_room")?, number(&said, "probes")?);
            if refused > 0 || no_room * ROOM_FOR > probes || probes == 0 {
                return Err(format!("not every place has its probe: {said}"));
            }
            for round in 0..number(&said, "rounds")? {
                counts += self.link(&to.join(round.to_string()))?;
            }
        }
        Ok(Verdict::Ran(counts))
    }

    /// What is loaded without looking at what can be read must not verify, or nothing was proved.
    fn unchecked(&mut self, full: bool) -> Result<Verdict> {
        let (_, to) = self.patch("unchecked", if full { "1" } else { FEW })?;
        let counts = self.link(&to.join("0"))?;
        match counts.failed {
            0 => Err("what cannot be read was read, and the verifier let it be".to_owned()),
            _ => Ok(Verdict::Ran(Counts { passed: 1, ..Counts::default() })),
        }
    }

    /// The crate's own tests, with this JDK instead of the path's.
    fn corpus(&self) -> Result<Verdict> {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let folders = std::iter::once(self.jdk.programs()).chain(std::env::split_paths(&path));
        let path = std::env::join_paths(folders).map_err(|error| error.to_string())?;
        let mut command = cargo("test");
        command.args(["--locked", "-p", "stillframe-classfile", "--test", "*"]).env("PATH", path);
        let ended = show(&mut command)?;
        passed((ended.status.success(), ended.output))
    }

    /// The patched compiler makes the same classes as the one that was not.
    fn compiles(&mut self, one_in: &str, full: bool) -> Result<Verdict> {
        let mut counts = Counts::default();
        let compile = |command: &mut Command, to: &Path| {
            let tests = root().join("bindings-jvm/classfile/tests");
            let sources = java_files(&tests);
            make_empty(to)?;
            let command = command.args(["-g", "-nowarn", "-proc:none", "-d"]).arg(to).args(sources);
            let done = captured(command)?;
            done.status.success().then_some(done.output.clone()).ok_or(done.output)
        };
        let expected = self.folder.join("compiled");
        compile(&mut self.jdk.program("javac"), &expected)?;
        let whole = if one_in == "1" && !full { SAMPLE } else { one_in };
        let ways = [
            ("dynamic", "hits", one_in),
            ("whole", "entered", whole),
            ("ranges", "entered", whole),
        ];
        for (how, counted, one_in) in ways {
            let (_, patched) = self.patch(how, one_in)?;
            let mut javac = self.java(&patched.join("0"));
            javac.arg("-Dstillframe.counts=yes");
            javac.args(["-m", "jdk.compiler/com.sun.tools.javac.Main"]);
            let made = self.folder.join("compiled-by-patched");
            let said = compile(&mut javac, &made)?;
            let count = number(&said, counted)?;
            say!("   {how}: the patched compiler was counted {count} times");
            if count < 1000 {
                return Err(format!("the patched compiler was counted {count} times only"));
            }
            let [left, unwound] = ["left", "unwound"].map(|name| number(&said, name));
            let open = number(&said, "entered")?.checked_sub(left? + unwound?);
            if open.is_none_or(|open| open > UNDER_WAY) || number(&said, "confused")? > 0 {
                return Err(format!("what was entered was not left once: {said}"));
            }
            counts.passed += same(&expected, &made)?;
        }
        Ok(Verdict::Ran(counts))
    }
}

fn java_files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut found = Vec::new();
    for path in entries.map(|entry| entry.path()) {
        if path.is_dir() {
            found.extend(java_files(&path));
        } else if path.extension().is_some_and(|one| one == "java") {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// How many files are in both folders and the same; a fault if any is not.
fn same(expected: &Path, made: &Path) -> Result<u64> {
    let entries = std::fs::read_dir(expected).map_err(|error| error.to_string())?;
    let mut count = 0;
    for path in entries.flatten().map(|entry| entry.path()) {
        let other = made.join(path.file_name().unwrap_or_default());
        if path.is_dir() {
            count += same(&path, &other)?;
        } else if std::fs::read(&path).ok() == std::fs::read(&other).ok() {
            count += 1;
        } else {
            return Err(format!("{} differs from {}", other.display(), path.display()));
        }
    }
    if count == 0 { Err("the compiler made nothing".to_owned()) } else { Ok(count) }
}
