//! Processes that an application starts: observed like itself, or left alone.
//!
//! Knows `--children`. Invariant: a child's exit code is its own.

use stillframe_tests::on_each_python;
use stillframe_tests::process::Program;
use stillframe_tests::stand::Stand;

on_each_python!(children_are_instances, children_can_be_left_alone, forks_are_instances);

/// Starts another interpreter that waits until the file `stop` exists.
const PARENT: &str = "\
import subprocess, sys
print('up', flush=True)
sys.exit(subprocess.call([sys.executable, 'child.py']))
";
const CHILD: &str = "\
import pathlib, sys, time
end = time.monotonic() + 60
while not pathlib.Path('stop').exists() and time.monotonic() < end:
    time.sleep(0.02)
sys.exit(9)
";
const FORKS: &str = "\
import os, pathlib, sys, time
child = os.fork()
end = time.monotonic() + 60
while not pathlib.Path('stop').exists() and time.monotonic() < end:
    time.sleep(0.02)
if child == 0:
    sys.exit(9)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
";

fn stop(stand: &Stand, program: Program) {
    stand.file("stop", "");
    let ended = program.end();
    assert_eq!(ended.code, Some(9), "{}", ended.stderr);
}

fn children_are_instances(stand: &Stand) {
    let hub = stand.hub(0);
    stand.file("child.py", CHILD);
    let parent = stand.file("parent.py", PARENT).to_string_lossy().into_owned();
    let program = stand.start(&mut stand.run("family", &[&parent]));
    let pids: Vec<u32> = hub.instances("family", 2).iter().map(|each| each.pid).collect();
    assert!(pids.contains(&program.pid()), "{pids:?}");
    stop(stand, program);
}

fn children_can_be_left_alone(stand: &Stand) {
    let hub = stand.hub(0);
    let text = format!("import os\nassert 'STILLFRAME_AGENT_TOKEN' not in os.environ\n{CHILD}");
    stand.file("child.py", &text);
    let parent = stand.file("parent.py", PARENT).to_string_lossy().into_owned();
    let plain = stand.python(&[&parent]);
    let words = ["run", "--service", "family", "--children=no", "--"];
    let mut run = stand.stillframe(&words);
    let program = stand.start(run.arg(plain.get_program()).arg(&parent));
    let found = hub.instances("family", 1);
    assert_eq!(found[0].pid, program.pid());
    stop(stand, program);
}

fn forks_are_instances(stand: &Stand) {
    let hub = stand.hub(0);
    let script = stand.file("forks.py", FORKS).to_string_lossy().into_owned();
    let program = stand.start(&mut stand.run("family", &[&script]));
    let found = hub.instances("family", 2);
    assert_ne!(found[0].id, found[1].id, "a fork is a new instance");
    stop(stand, program);
}
