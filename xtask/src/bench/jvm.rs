//! What a probe costs on the JVM: the programs of `bench/java`, on each JDK.
//!
//! Knows how they are compiled and started, and compares processes that it starts itself. Invariant:
//! processes that are compared run in turn.

mod peers;

use super::rows_of;
use crate::Result;
use crate::files::{copy, in_folder, make_empty, make_folder, root, target};
use crate::java;
use crate::jdk::{Jdk, MAJORS};
use crate::process::{free_port, quiet};
use crate::say::say;
use crate::step::step;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};
use stillframe_bench::Row;

/// Names of the rows that are measured beside classes which an application has, and what those are like.
const STALLS: [(&str, &str, &str); 3] = [
    ("Simple", "0", ""),
    ("Simple", "10000", "10000_classes"),
    ("Filler", "10000", "10000_larger_classes"),
];

/// How much is measured.
struct Amount {
    is_short: bool,
    forks: &'static str,
    rounds: &'static str,
    /// Of one measurement.
    milliseconds: &'static str,
    /// Probes placed by each process that measures how long others stand still.
    stalls: &'static str,
    stall_runs: usize,
    starts: usize,
    first_runs: usize,
    stream_runs: usize,
    stream_milliseconds: &'static str,
}

const WHOLE: Amount = Amount {
    is_short: false,
    forks: "3",
    rounds: "3",
    milliseconds: "300",
    stalls: "40",
    stall_runs: 3,
    starts: 40,
    first_runs: 10,
    stream_runs: 7,
    stream_milliseconds: "3000",
};
const SHORT: Amount = Amount {
    is_short: true,
    forks: "1",
    rounds: "1",
    milliseconds: "20",
    stalls: "2",
    stall_runs: 1,
    starts: 2,
    first_runs: 2,
    stream_runs: 1,
    stream_milliseconds: "200",
};

/// Rows of every JDK of this machine, and what could not be measured.
pub(super) fn rows(with_peers: bool, short: bool) -> Result<(Vec<Row>, Vec<String>)> {
    let library = java::agent()?.ok_or("there is no agent for the JVM")?;
    let (mut rows, mut absent) = (Vec::new(), Vec::new());
    for major in MAJORS {
        match Jdk::find(major) {
            Ok(jdk) => {
                let amount = if short { &SHORT } else { &WHOLE };
                let bench = Bench::new(jdk, &library, amount)?;
                rows.extend(bench.rows(&mut absent)?);
                if with_peers {
                    peers::add(&bench, &mut rows, &mut absent);
                }
            }
            Err(fault) => absent.push(fault),
        }
    }
    Ok((rows, absent))
}

/// Our own process's base stands in the table.
fn without_base(rows: Vec<Row>) -> impl Iterator<Item = Row> {
    rows.into_iter().filter(|row| !row.case.starts_with("base"))
}

/// The one in the middle; of an even number, the later one.
fn middle(mut all: Vec<f64>) -> f64 {
    all.sort_by(f64::total_cmp);
    all.get(all.len() / 2).copied().unwrap_or(f64::NAN)
}

/// The programs, compiled by one JDK.
struct Bench {
    jdk: Jdk,
    folder: PathBuf,
    agent: String,
    amount: &'static Amount,
}

impl Bench {
    fn new(jdk: Jdk, library: &Path, amount: &'static Amount) -> Result<Self> {
        let folder = target(&format!("bench/java-{}", jdk.major));
        make_empty(&folder)?;
        let sink = folder.join("results");
        make_folder(&sink)?;
        let agent = format!("-agentpath:{}=sink=file://{}", library.display(), sink.display());
        let bench = Self { jdk, folder, agent, amount };
        bench.capture()?;
        let mut javac = bench.jdk.program("javac");
        javac.arg("-g").arg("-cp").arg(bench.boot()).arg("-d").arg(bench.classes());
        for sources in [
            "bench/java/bench",
            "bench/java/dev/stillframe",
            "bindings-jvm/api/src/main/java/dev/stillframe",
        ] {
            javac.args(in_folder(&root().join(sources), "java"));
        }
        quiet(&mut javac)?;
        Ok(bench)
    }

    /// Ours, and those of what the JVM itself offers.
    fn rows(&self, absent: &mut Vec<String>) -> Result<Vec<Row>> {
        let name = format!("JDK {}", self.jdk.major);
        let mut rows = step(&format!("{name}: stillframe"), || self.stillframe())?;
        rows.extend(step(&format!("{name}: processes"), || self.processes())?);
        rows.extend(step(&format!("{name}: threads that stand still"), || self.stalls())?);
        // Without a C compiler there is no agent for a breakpoint; nothing else needs one.
        match step(&format!("{name}: a breakpoint of the tool interface"), || self.jvmti()) {
            Ok(of_jvmti) => rows.extend(without_base(of_jvmti)),
            Err(fault) => absent.push(format!("jvmti on {name}: {fault}")),
        }
        let of_jdi = step(&format!("{name}: a debugger's breakpoint"), || self.jdi())?;
        rows.extend(without_base(of_jdi));
        Ok(rows)
    }

    /// Compiles what plays the native side of a capture, against the bridge's sources, and keeps that
    /// class alone: the agent brings the bridge.
    fn capture(&self) -> Result<()> {
        let all = self.folder.join("writer");
        let real = in_folder(&root().join("bindings-jvm/java/java/stillframe"), "java");
        let mut javac = self.jdk.program("javac");
        javac.args(["-nowarn", "-source", "17", "-target", "17", "-XDstringConcat=inline", "-d"]);
        javac.arg(&all).arg("--add-exports=java.base/jdk.internal.misc=ALL-UNNAMED");
        javac.args(real.into_iter().filter(|file| !file.ends_with("Bridge.java")));
        quiet(javac.args(in_folder(&root().join("tests/jvm/java/stillframe"), "java")))?;
        let class = "java/stillframe/Capture.class";
        make_folder(&self.boot().join("java/stillframe"))?;
        copy(&all.join(class), &self.boot().join(class))
    }

    fn boot(&self) -> PathBuf {
        self.folder.join("boot")
    }

    fn classes(&self) -> PathBuf {
        self.folder.join("classes")
    }

    fn java(&self, flags: &[&str]) -> Command {
        let mut java = self.jdk.program("java");
        // What the agent prints of itself would be taken for rows, and its environment for ours.
        java.args(flags).arg("-cp").arg(self.classes());
        let targets = root().join("bench/java/bench/Targets.java");
        java.arg(format!("-Dbench.targets={}", targets.display()));
        java
    }

    /// Rounds over a subject, in so many JVMs with these flags and variables, each measurement so long.
    fn overhead(
        &self,
        subject: &str,
        (forks, milliseconds): (&str, &str),
        flags: &[&str],
        environment: &[(&str, &str)],
    ) -> Result<Vec<Row>> {
        let mut java = self.java(&[]);
        java.envs(environment.iter().copied());
        java.args(["bench.Overhead", subject, forks, self.amount.rounds, milliseconds]);
        rows_of(java.args(flags))
    }

    fn stillframe(&self) -> Result<Vec<Row>> {
        let amount = (self.amount.forks, self.amount.milliseconds);
        let boot = format!("-Xbootclasspath/a:{}", self.boot().display());
        self.overhead("stillframe", amount, &[&self.agent, &boot], &[])
    }

    fn jvmti(&self) -> Result<Vec<Row>> {
        let library = self.folder.join("libbreakpoint.so");
        let mut cc = Command::new("cc");
        cc.args(["-O2", "-shared", "-fPIC", "-o"]).arg(&library);
        for folder in [self.jdk.headers(), self.jdk.headers().join("linux")] {
            cc.arg("-I").arg(folder);
        }
        quiet(cc.arg(root().join("bench/java/breakpoint.c")))?;
        let agent = format!("-agentpath:{}", library.display());
        self.overhead("jvmti", ("1", self.amount.milliseconds), &[&agent], &[])
    }

    fn jdi(&self) -> Result<Vec<Row>> {
        let port = free_port()?;
        let agent = format!(
            "-agentlib:jdwp=transport=dt_socket,server=y,suspend=n,address=127.0.0.1:{port}"
        );
        let port = format!("-Dbench.port={port}");
        self.overhead("jdi", ("1", self.amount.milliseconds), &[&agent, &port], &[])
    }

    fn stalls(&self) -> Result<Vec<Row>> {
        let mut rows = Vec::new();
        for (template, classes, name) in STALLS {
            // Where the classes lie in memory differs between processes: the one in the middle counts.
            let mut runs = Vec::new();
            for _ in 0..self.amount.stall_runs {
                // Collections stop all threads as well; a heap that large has none meanwhile.
                let mut java =
                    self.java(&["-Xms512m", "-Xmx512m", "-XX:MetaspaceSize=512m", &self.agent]);
                java.args(["bench.Stall", template, classes, self.amount.stalls]);
                runs.push(rows_of(java.args((!name.is_empty()).then_some(name)))?);
            }
            let first = runs.first().cloned().unwrap_or_default();
            rows.extend(first.into_iter().enumerate().map(|(at, row)| {
                let all = runs.iter().filter_map(|run| Some(run.get(at)?.ns)).collect();
                Row { ns: middle(all), ..row }
            }));
        }
        Ok(rows)
    }

    fn row(&self, case: &str, ns: f64, ratio: f64) -> Row {
        Row {
            runtime: "jvm".to_owned(),
            version: self.jdk.version.clone(),
            case: case.to_owned(),
            subject: "stillframe".to_owned(),
            ns,
            ratio,
        }
    }

    /// Ordinary code and the start of a process, with the agent and nothing probed, and first hits.
    fn processes(&self) -> Result<Vec<Row>> {
        // What the compiler chooses differs by more between processes than the agent could add, so the
        // middle counts and not the least.
        let (mut without, mut with) = (Vec::new(), Vec::new());
        for _ in 0..self.amount.stream_runs {
            without.push(self.streams(&[])?);
            with.push(self.streams(&[&self.agent])?);
        }
        let (without, with) = (middle(without), middle(with));
        let streams = self.row("idle_streams", with - without, with / without);
        let (mut bare, mut loaded) = (Vec::new(), Vec::new());
        for _ in 0..self.amount.starts {
            bare.push(self.start(&[])?);
            loaded.push(self.start(&[&self.agent])?);
        }
        bare.sort();
        loaded.sort();
        let ms = |times: &[Duration], at: usize| times[at].as_secs_f64() * 1e3;
        let middle = bare.len() / 2;
        let (least, most) = (ms(&bare, 0), ms(&loaded, 0));
        let medians = (ms(&bare, middle), ms(&loaded, middle));
        say!("start: least {least:.1} and {most:.1} ms, in the middle {medians:.1?} ms");
        let startup = self.row("startup", (most - least) * 1e6, most / least);
        let [hit, capture] = self.first()?;
        Ok(vec![
            streams,
            self.row("first_hit", hit, 1.0),
            self.row("first_capture", capture, 1.0),
            startup,
        ])
    }

    /// Nanoseconds of the first hit of a process, and of the first capture; the least of some processes.
    fn first(&self) -> Result<[f64; 2]> {
        let mut least = [f64::MAX; 2];
        for _ in 0..self.amount.first_runs {
            let said = quiet(self.java(&[&self.agent]).arg("bench.First"))?;
            let parsed = said
                .split_whitespace()
                .map(str::parse)
                .collect::<std::result::Result<Vec<f64>, _>>();
            let Ok([hit, capture]) = parsed.as_deref() else {
                return Err(format!("bench.First said {said:?}"));
            };
            least = [least[0].min(*hit), least[1].min(*capture)];
        }
        Ok(least)
    }

    fn streams(&self, flags: &[&str]) -> Result<f64> {
        let flags = [&["-Xms256m", "-Xmx256m"], flags].concat();
        let mut java = self.java(&flags);
        let said = quiet(java.args(["bench.Streams", self.amount.stream_milliseconds]))?;
        said.trim().parse().map_err(|error| format!("bench.Streams said {said:?}: {error}"))
    }

    fn start(&self, flags: &[&str]) -> Result<Duration> {
        let mut java = self.java(flags);
        let began = Instant::now();
        quiet(java.arg("bench.Hello"))?;
        Ok(began.elapsed())
    }
}
