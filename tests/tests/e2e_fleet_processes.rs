//! A fleet of real processes of all four runtimes under one hub, and a new version over half of it while
//! probes are followed.
//!
//! Knows what `ls`, `why` and a follow say, in their words. Invariant: the probed line never runs, so
//! that every number is known beforehand. `STILLFRAME_FLEET` says how many processes of each runtime
//! there are, as far as memory goes.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use stillframe_hub::api::types::InstanceView;
use stillframe_tests::process::{Program, until};
use stillframe_tests::stand::{Hub, Stand, with};
use stillframe_tests::tool::is_there;

/// Processes of each runtime unless `STILLFRAME_FLEET` says otherwise: all together are so many that
/// `ls` has a row for a version and no longer for an instance.
const EACH: usize = 8;
/// Memory that one process of each of the four may take, with half of it started anew.
const KIB_OF_FOUR: usize = 300 << 10;

/// What a follow says of an instance in whose file the line stands two lines lower.
const ANEW: &str = "line moved 3 -> 5, armed";

/// A runtime: the service, its file, and what it is started by.
struct Runtime {
    service: &'static str,
    file: &'static str,
    /// The program; behind it come its flags and what it runs.
    words: Vec<String>,
}

fn words(all: &[&str]) -> Vec<String> {
    all.iter().map(|word| (*word).to_owned()).collect()
}

fn runtimes(python: &Path) -> [Runtime; 4] {
    let python = python.to_string_lossy();
    let java =
        ["java", "-Xmx32m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", ".", "Rare"];
    [
        Runtime { service: "of-java", file: "Rare.java", words: words(&java) },
        Runtime { service: "of-node", file: "rare.js", words: words(&["node", "rare.js"]) },
        Runtime { service: "of-python", file: "rare.py", words: words(&[&python, "rare.py"]) },
        Runtime { service: "of-ruby", file: "rare.rb", words: words(&["ruby", "rare.rb"]) },
    ]
}

/// The line is the third, and nobody calls its function.
const SOURCES: [(&str, &str); 4] = [
    (
        "rare.py",
        "# Rare.\ndef rare(n):\n    return n + 1\n\n\nimport time\nwhile True:\n    time.sleep(1)\n",
    ),
    (
        "rare.js",
        "// Rare.\nfunction rare (n) {\n  return n + 1\n}\nsetInterval(() => rare.name, 1000)\n",
    ),
    ("rare.rb", "# Rare.\ndef rare(n)\n  n + 1\nend\nloop { sleep 1 }\n"),
    (
        "Rare.java",
        "class Rare {\n  static int rare(int n) {\n    return n + 1;\n  }\n\n\
         \u{20} public static void main(String[] args) throws Exception {\n\
         \u{20}   while (true) Thread.sleep(1000);\n  }\n}\n",
    ),
];

/// A folder with a version of all sources; the newer has two lines more above them.
fn version(stand: &Stand, name: &str, head: [&str; 2]) -> PathBuf {
    for (file, text) in SOURCES {
        let comment = head[usize::from(file.ends_with(".js") || file.ends_with(".java"))];
        stand.file(&format!("{name}/{file}"), &format!("{comment}{text}"));
    }
    let folder = stand.folder().join(name);
    let javac = Command::new("javac").args(["-g", "Rare.java"]).current_dir(&folder).status();
    assert!(javac.is_ok_and(|status| status.success()), "the class compiles");
    folder
}

/// How many processes of each runtime memory allows.
fn count() -> usize {
    let wanted = std::env::var("STILLFRAME_FLEET").ok().and_then(|count| count.parse().ok());
    let wanted = wanted.unwrap_or(EACH);
    let memory = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let free = memory.lines().find_map(|line| line.strip_prefix("MemAvailable:"));
    let free = free.and_then(|rest| rest.trim().trim_end_matches(" kB").parse::<usize>().ok());
    let most = free.map_or(wanted, |kib| kib / KIB_OF_FOUR).max(EACH);
    if most < wanted {
        println!("memory for {most} processes of each runtime, and not for {wanted}");
    }
    most.min(wanted)
}

fn start(stand: &Stand, runtime: &Runtime, folder: &Path, count: usize) -> Vec<Program> {
    let version = folder.file_name().unwrap_or_default();
    let one = |_| {
        let mut command = stand.stillframe(&["run", "--service", runtime.service, "--"]);
        command.args(&runtime.words).current_dir(folder).env("STILLFRAME_VERSION", version);
        stand.start(&mut command)
    };
    (0..count).map(one).collect()
}

/// Follows a probe on the third line of a runtime's file, armed on `count`.
fn follow(stand: &Stand, hub: &Hub, runtime: &Runtime, folder: &Path, count: usize) -> Program {
    let place = format!("{}:3", runtime.file);
    hub.loaded(runtime.service, count, &place);
    let words = ["snap", &place, "--service", runtime.service, "--instances", "all", "-f"];
    let mut follow = stand.start(stand.stillframe(&words).current_dir(folder));
    let armed = format!("armed  {count} of {count} instances of {}", runtime.service);
    follow.until(&armed, |follow| follow.stdout().contains(&armed).then_some(()));
    follow
}

/// What a follow said of instances, without the clock. One may say hello before it has loaded its file,
/// and then says that, or not.
fn told(follow: &Program) -> BTreeSet<String> {
    let said = follow.stdout();
    let lines = said.lines().filter(|line| line.starts_with(['~', '!']));
    let lines = lines.filter(|line| !line.contains(" is not loaded yet"));
    lines.map(|line| format!("{} {}", &line[..1], line[10..].trim_start())).collect()
}

/// A screen's line as its words.
fn split(line: &str) -> Vec<String> {
    line.split_whitespace().map(str::to_owned).collect()
}

#[test]
fn half_of_all_processes_are_started_anew_under_their_follows() {
    with("312", |stand| {
        let needed = ["node", "ruby", "javac"];
        if !needed.iter().all(|program| is_there(program, "--version", "a fleet of processes")) {
            return;
        }
        let (each, half) = (count(), count() / 2);
        let old = version(stand, "v41", ["", ""]);
        let new = version(stand, "v42", ["# One.\n# Two.\n", "// One.\n// Two.\n"]);
        let runtimes = runtimes(Path::new(stand.python(&[]).get_program()));
        let hub = stand.hub(0);
        let mut fleet: Vec<_> = runtimes.iter().map(|one| start(stand, one, &old, each)).collect();
        let follows: Vec<_> =
            runtimes.iter().map(|one| follow(stand, &hub, one, &old, each)).collect();
        let before: Vec<_> = runtimes.iter().map(|one| hub.instances(one.service, each)).collect();

        let gone: Vec<Vec<Program>> = fleet.iter_mut().map(|all| all.split_off(half)).collect();
        let gone: Vec<BTreeSet<u32>> =
            gone.into_iter().map(|all| all.iter().map(Program::pid).collect()).collect();
        let anew: Vec<_> =
            runtimes.iter().map(|one| start(stand, one, &new, each - half)).collect();
        for ((runtime, follow), (before, gone)) in
            runtimes.iter().zip(&follows).zip(before.iter().zip(&gone))
        {
            let went = before.iter().filter(|one| gone.contains(&one.pid));
            let mut expected: BTreeSet<_> =
                went.map(|one| format!("~ {} is gone", one.name)).collect();
            let now = until("the new ones", || {
                let now = hub.instances(runtime.service, each);
                (now.iter().filter(|one| is_new(one)).count() == each - half).then_some(now)
            });
            let came = now.iter().filter(|one| is_new(one));
            expected.extend(came.map(|one| format!("~ {} is new (v42): {ANEW}", one.name)));
            until("what became of each", || (told(follow).len() >= expected.len()).then_some(()));
            assert_eq!(told(follow), expected, "{}", runtime.service);
        }
        screens(stand, &hub, &runtimes, (each, half));
        drop((fleet, anew));
    });
}

fn is_new(instance: &InstanceView) -> bool {
    instance.version.as_deref() == Some("v42")
}

/// What `ls` and `why` say of all of them.
fn screens(stand: &Stand, hub: &Hub, runtimes: &[Runtime], (each, half): (usize, usize)) {
    let ask = |words: &[&str]| stand.start(&mut stand.stillframe(words)).end().stdout;
    let ls = ask(&["ls"]);
    let mut rows = ls.lines();
    assert_eq!(
        split(rows.next().unwrap_or_default())[..4],
        words(&["SERVICE", "VERSION", "PODS", "PROCS"])
    );
    for runtime in runtimes {
        let one = hub.instances(runtime.service, each).remove(0);
        let name = one.runtime.splitn(3, '.').take(2).collect::<Vec<_>>().join(".");
        for (version, count) in [("v41", half), ("v42", each - half)] {
            let row = format!("{} {version} 1 {count} {name} 0 1", runtime.service);
            assert_eq!(split(rows.next().unwrap_or_default()), split(&row), "{ls}");
        }
    }
    for runtime in runtimes {
        let row = ls.lines().find(|line| line.contains(&format!("{}:3", runtime.file)));
        let row = split(row.unwrap_or_default());
        assert_eq!(row[3..6], words(&[&format!("{each}/{each}"), "0", "0/10"]), "{ls}");
        let why = ask(&["why", &row[0]]);
        let verdict = format!("NOT REACHED: armed on {each} of {each}, the line ran 0 times");
        assert_eq!(why.lines().nth(1), Some(verdict.as_str()), "{why}");
    }
}
