//! The corpus as a program that is compiled, changed and run.
//!
//! Knows where its classes lie and what the tests' bridge says. Invariant: a changed program is another
//! one, in a folder of its own.

use crate::jdk;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The corpus.
pub const SOURCE: &str = include_str!("../corpus/Corpus.java");

/// A folder of classes with the corpus's main class.
pub struct Program {
    folder: PathBuf,
    bridge: PathBuf,
    main: String,
    changes: AtomicUsize,
}

/// What a run said.
pub struct Ran {
    pub stdout: String,
    pub stderr: String,
    /// By site: hits, and the locals of the first.
    pub notes: BTreeMap<u16, (u64, String)>,
}

impl Ran {
    /// The number behind `name=`.
    pub fn number(&self, name: &str) -> u64 {
        let words = self.stderr.split_whitespace().filter_map(|word| word.split_once('='));
        let found =
            words.filter(|(word, _)| *word == name).find_map(|(_, value)| value.parse().ok());
        found.expect("the bridge says its numbers")
    }
}

fn tests() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests")
}

impl Program {
    /// Compiles the corpus; none where there is no JDK.
    pub fn compile(name: &str, options: &[&str]) -> Option<Self> {
        Self::compile_file(name, options, &tests().join("corpus/Corpus.java"), "Corpus")
    }

    /// The same for another source, whose main class is `main`.
    pub fn compile_file(name: &str, options: &[&str], source: &Path, main: &str) -> Option<Self> {
        if !jdk::is_there() {
            return None;
        }
        let folder = jdk::folder(&format!("corpus-{name}"));
        let (classes, bridge) = (folder.join("classes"), folder.join("bridge"));
        let compile = |options: &[&str], to: &Path, source: &Path| {
            let mut javac = Command::new("javac");
            jdk::run(javac.args(options).arg("-nowarn").arg("-d").arg(to).arg(source));
        };
        compile(options, &classes, source);
        compile(&[], &bridge, &tests().join("mass/java/stillframe/Bridge.java"));
        let main = main.to_owned();
        Some(Self { folder: classes, bridge, main, changes: AtomicUsize::new(0) })
    }

    /// The bytes of a class.
    pub fn class(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.folder.join(format!("{name}.class"))).expect("the class was compiled")
    }

    /// The program with every class changed.
    pub fn changed(&self, mut change: impl FnMut(&[u8]) -> Vec<u8>) -> Self {
        let number = self.changes.fetch_add(1, Ordering::Relaxed);
        let folder = self.folder.with_extension(format!("{number}"));
        std::fs::create_dir_all(&folder).expect("a folder can be made");
        for entry in std::fs::read_dir(&self.folder).expect("the folder is there") {
            let path = entry.expect("the folder can be read").path();
            let bytes = std::fs::read(&path).expect("the class can be read");
            let to = folder.join(path.file_name().expect("a file has a name"));
            std::fs::write(to, change(&bytes)).expect("the class can be written");
        }
        let (bridge, main) = (self.bridge.clone(), self.main.clone());
        Self { folder, bridge, main, changes: AtomicUsize::new(0) }
    }

    /// Runs it, with the verifier looking at all of it.
    pub fn run(&self) -> Ran {
        let mut java = Command::new("java");
        java.arg(format!("-Xbootclasspath/a:{}", self.bridge.display()));
        java.args(["-Dstillframe.notes=yes", "-Dstillframe.counts=yes", "-Xshare:auto", "-cp"]);
        java.arg(&self.folder).arg(&self.main);
        let ran = java.output().expect("java starts");
        let stderr = String::from_utf8_lossy(&ran.stderr).into_owned();
        assert!(ran.status.success(), "{stderr}");
        let mut notes = BTreeMap::new();
        for line in stderr.lines().filter_map(|line| line.strip_prefix("site ")) {
            let mut words = line.splitn(3, ' ');
            let mut next = || words.next().unwrap_or_default();
            let (site, hits, locals) = (next().parse(), next().parse(), next().to_owned());
            notes.insert(site.expect("a site"), (hits.expect("a count"), locals));
        }
        Ran { stdout: String::from_utf8_lossy(&ran.stdout).into_owned(), stderr, notes }
    }
}
