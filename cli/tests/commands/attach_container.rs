//! `attach` into namespaces of their own, as containers have them, and across users.

use super::attach::attach;
use super::jvm::{Jdk, Waiting, jdks, said, skip, waits};
use super::support::{Machine, Ran};
use std::path::PathBuf;
use std::process::Command;

/// Runs `test` for each JDK, where namespaces and users can be changed.
fn each(test: fn(&Jdk)) {
    let may = |program: &str, args: &[&str]| {
        Command::new(program).args(args).output().is_ok_and(|output| output.status.success())
    };
    if !rustix::process::geteuid().is_root() {
        return skip("only root may change namespaces and users");
    }
    if !may("unshare", &["--mount", "--pid", "--fork", "mount", "-t", "tmpfs", "x", "/mnt"]) {
        return skip("namespaces are not permitted here (unshare, mount)");
    }
    if !may("setpriv", &["--reuid=65534", "--regid=65534", "--clear-groups", "true"]) {
        return skip("other users are not permitted here (setpriv)");
    }
    match jdks() {
        Ok(jdks) => jdks.iter().for_each(test),
        Err(reason) => skip(&reason),
    }
}

/// A JVM that is process 1 of a container with a `/tmp` of its own; `prepare` is a line of shell.
fn contained(machine: &Machine, jdk: &Jdk, prepare: &str, launch: &str) -> Waiting {
    let script = "exec 3<\"$0/Waits.class\"; mount -t tmpfs tmpfs /tmp && mkdir -m 777 /tmp/app && \
        cat <&3 >/tmp/app/Waits.class && exec 3<&- && ";
    let script = format!("{script}{prepare} exec {launch} \"$1\" -cp /tmp/app Waits");
    let mut unshare = Command::new("unshare");
    unshare.args(["--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "sh", "-c"]);
    unshare.arg(script).arg(waits(machine, jdk)).arg(jdk.home.join("bin/java"));
    unshare.env("SAYS", "/tmp/app/says").env("STILLFRAME_SINK", "stderr");
    // What the JVM writes there for other tools would need a writable /tmp.
    Waiting::of(unshare.env("MALLOC_ARENA_MAX", "2"))
}

fn inside(jvm: &Waiting, path: &str) -> PathBuf {
    PathBuf::from(format!("/proc/{}/root{path}", jvm.pid))
}

fn names(folder: &PathBuf) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("a folder").flatten();
    let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
    let mut names: Vec<String> = names.filter(|name| !name.starts_with("hsperfdata")).collect();
    names.sort();
    names
}

#[test]
fn a_container_gets_a_copy_that_goes_again() {
    each(|jdk| {
        let machine = Machine::new();
        let (_, token) = machine.announce(&super::support::nobody());
        let jvm = contained(&machine, jdk, "", "");
        // There is no hub to ask, so the process's own environment has to do.
        std::fs::remove_file(machine.path("runtime/stillframe/hub.json")).expect("removed");
        let ran = Ran::from(attach(&machine, jvm.pid, &[]).output().expect("starts")).done();
        assert!(ran.stdout.contains("now"), "{ran:?}");
        assert_eq!(said(&inside(&jvm, "/tmp/app/says"), 1), ["attach  -"]);
        assert_eq!(names(&inside(&jvm, "/tmp")), [".java_pid1", "app"], "JDK {}", jdk.version);
        // The copy is gone and its code is there, so no other one comes.
        let ran = Ran::from(attach(&machine, jvm.pid, &[]).output().expect("starts")).done();
        assert!(ran.stdout.contains("already"), "{ran:?}");
        assert_eq!(said(&inside(&jvm, "/tmp/app/says"), 1).len(), 1);
        assert!(token.exists());
    });
}
