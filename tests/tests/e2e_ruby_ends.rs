//! What a program on Ruby writes, how it ends, and what it starts, with the agent and without.
//!
//! Knows how programs end. Invariant: each run is compared with the same program without us; only lines
//! of the documented log, `stillframe: …`, may be added.

use std::path::Path;
use std::process::Command;
use stillframe_tests::process::Ended;
use stillframe_tests::stand::{Stand, free_port, with_ruby};

/// Ways to end, by name; all with warnings on.
const SCRIPTS: [(&str, &str); 8] = [
    ("returns", "puts 'out'\nwarn 'err'\n"),
    ("exits", "puts 'out'\nexit 3\n"),
    ("aborts", "abort 'no more'\n"),
    ("raises", "def f(x) = 1 / x\nf(0)\n"),
    ("leaves_at_once", "$stdout.sync = true\nputs 'out'\nexit! 4\n"),
    ("is_killed", "Process.kill :KILL, Process.pid\nsleep\n"),
    ("has_threads", "Thread.new { sleep }\nat_exit { puts 'last' }\nputs :out\n"),
    (
        "forks",
        "child = fork { at_exit { puts 'child' }; exit! 7 }\n_, status = Process.wait2(child)\n\
         puts status.exitstatus, $LOADED_FEATURES.grep(/json|rubygems.deprecate/).size\n",
    ),
];
const FAMILY: &str = "\
$stdout.sync = true
puts 'up'
exit system(*ARGV) ? 0 : $?.exitstatus
";
const CHILD: &str = "\
limit = Process.clock_gettime(Process::CLOCK_MONOTONIC) + 60
sleep 0.02 until File.exist?('stop') || Process.clock_gettime(Process::CLOCK_MONOTONIC) > limit
exit 9
";

fn without_ours(ended: Ended) -> Ended {
    let lines = ended.stderr.split_inclusive('\n');
    let stderr = lines.filter(|line| !line.starts_with("stillframe: ")).collect();
    Ended { stderr, ..ended }
}

fn ruby(stand: &Stand, words: &[&str]) -> Command {
    let mut command = stand.program("ruby");
    command.args(words);
    command
}

fn run(stand: &Stand, options: &[&str], words: &[&str]) -> Command {
    let all = [&["run", "--service", "ends"], options, &["--"], words].concat();
    stand.stillframe(&all)
}

fn compare(stand: &Stand, hub: Option<&str>) {
    for (name, text) in SCRIPTS {
        let file = stand.file(&format!("{name}.rb"), text).to_string_lossy().into_owned();
        let plain = stand.start(&mut ruby(stand, &["-w", &file])).end();
        let mut command = run(stand, &[], &["ruby", "-w", &file]);
        if let Some(hub) = hub {
            command.env("STILLFRAME_HUB", hub).env("STILLFRAME_AGENT_TOKEN", "sfa_none");
        }
        let ended = stand.start(&mut command).end();
        assert_eq!(without_ours(ended), plain, "{name}");
    }
}

#[test]
fn with_the_hub_there_a_program_ends_as_it_does_alone() {
    with_ruby(|stand| {
        let _hub = stand.hub(0);
        compare(stand, None);
    });
}

#[test]
fn with_the_hub_away_a_program_ends_as_it_does_alone() {
    with_ruby(|stand| compare(stand, Some(&format!("http://127.0.0.1:{}", free_port()))));
}

#[test]
fn what_is_off_says_nothing_at_all() {
    with_ruby(|stand| {
        let (name, text) = SCRIPTS[3];
        let file = stand.file(&format!("{name}.rb"), text).to_string_lossy().into_owned();
        let plain = stand.start(&mut ruby(stand, &["-w", &file])).end();
        let mut off = run(stand, &[], &["ruby", "-w", &file]);
        assert_eq!(stand.start(off.env("STILLFRAME_ENABLED", "false")).end(), plain);
    });
}

/// Every end of it is the child's.
fn stop(stand: &Stand, program: stillframe_tests::process::Program) {
    stand.file("stop", "");
    let ended = program.end();
    assert_eq!(ended.code, Some(9), "{}", ended.stderr);
}

#[test]
fn children_on_ruby_are_instances() {
    with_ruby(|stand| {
        let hub = stand.hub(0);
        let (parent, child) = (stand.file("parent.rb", FAMILY), stand.file("child.rb", CHILD));
        let words = ["ruby", &*parent.to_string_lossy(), "ruby", &*child.to_string_lossy()];
        let program = stand.start(&mut run(stand, &[], &words));
        let pids: Vec<u32> = hub.instances("ends", 2).iter().map(|each| each.pid).collect();
        assert!(pids.contains(&program.pid()), "{pids:?}");
        stop(stand, program);
    });
}

#[test]
fn children_can_be_left_alone() {
    with_ruby(|stand| {
        let hub = stand.hub(0);
        let text = format!("exit 1 if ENV.key?('RUBYOPT') || defined?(Stillframe)\n{CHILD}");
        let (parent, child) = (stand.file("parent.rb", FAMILY), stand.file("child.rb", &text));
        let words = ["ruby", &*parent.to_string_lossy(), "ruby", &*child.to_string_lossy()];
        let program = stand.start(&mut run(stand, &["--children=no"], &words));
        let found = hub.instances("ends", 1);
        assert_eq!(found[0].pid, program.pid());
        stop(stand, program);
    });
}

#[test]
fn forks_are_instances() {
    with_ruby(|stand| {
        let hub = stand.hub(0);
        let text = format!(
            "child = fork {{ {} }}\n_, status = Process.wait2(child)\n\
                            exit status.exitstatus\n",
            CHILD.replace('\n', "; ")
        );
        let file = stand.file("forks.rb", &text).to_string_lossy().into_owned();
        let program = stand.start(&mut run(stand, &[], &["ruby", &file]));
        let found = hub.instances("ends", 2);
        assert_ne!(found[0].id, found[1].id, "a fork is a new instance");
        stop(stand, program);
    });
}

/// What `ruby -W0` says with these agents: the user's options hold, and the program runs.
fn with_agents(stand: &Stand, agents: &Path) -> Ended {
    let file =
        stand.file("runs.rb", "puts $VERBOSE.inspect, defined?(Stillframe).inspect\nexit 5\n");
    let mut command = run(stand, &[], &["ruby", &*file.to_string_lossy()]);
    command.env("STILLFRAME_AGENTS", agents).env("RUBYOPT", "-W0").env("STILLFRAME_SINK", "stderr");
    stand.start(&mut command).end()
}

#[test]
fn a_library_that_does_not_fit_is_one_line_and_the_program_runs() {
    with_ruby(|stand| {
        let agents = stand.folder().join("agents");
        let copied = Command::new("cp").arg("-r").arg(stand.agents()).arg(&agents).status();
        assert!(copied.is_ok_and(|status| status.success()));
        let ended = with_agents(stand, &agents);
        assert_eq!((ended.code, ended.stdout.as_str()), (Some(5), "nil\n\"constant\"\n"));
        let inside = agents.join("ruby/stillframe");
        let entries = std::fs::read_dir(&inside).expect("the agent's files").flatten();
        let folders = entries.map(|entry| entry.path()).filter(|path| path.is_dir());
        let folders: Vec<_> =
            folders.filter(|path| path.join("stillframe_ruby.so").exists()).collect();
        folders.iter().for_each(|folder| without_entry(&folder.join("stillframe_ruby.so")));
        one_line(&with_agents(stand, &agents), "the native part cannot be loaded");
        // Of another version only.
        for folder in &folders[1..] {
            std::fs::remove_dir_all(folder).expect("removed");
        }
        std::fs::rename(&folders[0], inside.join("2.0")).expect("moved");
        one_line(&with_agents(stand, &agents), "there is no agent for Ruby 3.");
    });
}

/// Takes the name of its entry point out of a library, so that no Ruby can load it.
fn without_entry(library: &Path) {
    let mut bytes = std::fs::read(library).expect("a library");
    let name = b"Init_stillframe_ruby";
    let places = bytes.windows(name.len()).enumerate().filter(|(_, part)| part == name);
    let places: Vec<usize> = places.map(|(at, _)| at).collect();
    assert!(!places.is_empty(), "the library has no entry point");
    places.into_iter().for_each(|at| bytes[at] = b'X');
    std::fs::write(library, bytes).expect("written");
}

fn one_line(ended: &Ended, text: &str) {
    let ran = (ended.code, ended.stdout.lines().next());
    assert_eq!(ran, (Some(5), Some("nil")), "{ended:?}");
    let is_ours = ended.stderr.starts_with("stillframe: ") && ended.stderr.contains(text);
    assert!(is_ours && ended.stderr.ends_with("the program starts untouched\n"), "{ended:?}");
    assert_eq!(ended.stderr.lines().count(), 1, "{ended:?}");
}
