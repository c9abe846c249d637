//! `attach` into namespaces of their own, as containers have them, and across users.

use super::agent::{Agent, arms};
use super::attach::attach;
use super::hub::Hub;
use super::jvm::{Jdk, Waiting, jdks, said, skip, waits};
use super::support::{Machine, Ran};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use stillframe_core::transport::message::InstanceInfo;

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

/// What a container does before its JVM starts: a `/tmp` of its own, with the class in it.
const OWN_TMP: &str = "exec 3<\"$0/Waits.class\"; mount -t tmpfs tmpfs /tmp && \
    mkdir -m 777 /tmp/app && cat <&3 >/tmp/app/Waits.class && exec 3<&- && CLASSES=/tmp/app";

/// A JVM that is process 1 of a container, which `prepare`, a line of shell, makes what it is.
fn contained(machine: &Machine, jdk: &Jdk, options: &[&str], prepare: &str) -> Waiting {
    let script = format!("CLASSES=$0; {prepare} && exec \"$1\" -cp \"$CLASSES\" Waits");
    let mut unshare = Command::new("unshare");
    unshare.args(["--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]).args(options);
    unshare.args(["sh", "-c", &script]).arg(waits(machine, jdk)).arg(jdk.home.join("bin/java"));
    Waiting::of(unshare.env("SAYS", "/tmp/app/says").env("STILLFRAME_SINK", "stderr"))
}

fn run(mut command: Command) -> Ran {
    command.output().expect("the command starts").into()
}

fn inside(jvm: &Waiting, path: &str) -> PathBuf {
    PathBuf::from(format!("/proc/{}/root{path}", jvm.pid))
}

fn names(folder: &Path) -> Vec<String> {
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
        let jvm = contained(&machine, jdk, &[], OWN_TMP);
        let ran = run(attach(&machine, jvm.pid, &[])).done();
        assert!(ran.stdout.contains("now"), "{ran:?}");
        assert_eq!(said(&inside(&jvm, "/tmp/app/says"), 1), ["attach  -"]);
        assert_eq!(names(&inside(&jvm, "/tmp")), [".java_pid1", "app"], "JDK {}", jdk.version);
        // The copy is gone and its code is there, so no other one comes.
        let ran = run(attach(&machine, jvm.pid, &[])).done();
        assert!(ran.stdout.contains("already"), "{ran:?}");
        assert_eq!(said(&inside(&jvm, "/tmp/app/says"), 1).len(), 1);
    });
}

#[test]
fn file_systems_that_take_no_code_or_no_file_are_told_apart() {
    each(|jdk| {
        let machine = Machine::new();
        let no_exec = "mount -o remount,noexec /tmp && mount -t tmpfs -o noexec tmpfs /var/tmp";
        let read_only = "mount -o remount,ro /tmp && mount -t tmpfs -o ro tmpfs /var/tmp";
        let seen = "mount --bind /tmp /tmp && mount -o remount,bind,ro /tmp";
        for (prepare, words) in [
            (format!("{OWN_TMP} && {no_exec}"), "mounted noexec"),
            (format!("{OWN_TMP} && {read_only}"), "cannot be written to"),
            // The agent's files are seen, and the JVM cannot open its socket.
            (seen.to_owned(), "is read-only"),
        ] {
            let jvm = contained(&machine, jdk, &[], &prepare);
            let ran = run(attach(&machine, jvm.pid, &[])).failed(5);
            let said = ran.stderr.replace('\n', " ");
            assert!(said.contains(words), "{said}");
        }
    });
}

#[test]
fn an_agent_in_another_network_is_not_waited_for_without_a_word() {
    each(|jdk| {
        let machine = Machine::new();
        let _hub = Hub::serve(&machine);
        let jvm = contained(&machine, jdk, &["--net"], OWN_TMP);
        let ran = run(attach(&machine, jvm.pid, &[]));
        assert_eq!(ran.code, Some(1), "{ran:?}");
        assert!(ran.stdout.contains("now") && ran.stderr.contains("network of its own"), "{ran:?}");
        // The token came in a file that was there as long as the agent was loaded.
        let sfa = std::fs::read_to_string(machine.agent_token_file()).expect("a token");
        let said = said(&inside(&jvm, "/tmp/app/says"), 1).remove(0);
        assert!(said.contains(",token_file=%2Ftmp%2F.stillframe-"), "{said}");
        assert!(said.ends_with(&format!(" {}", sfa.trim())), "{said}");
        assert_eq!(names(&inside(&jvm, "/tmp")), [".java_pid1", "app"]);
    });
}

#[test]
fn root_attaches_for_others_and_others_for_themselves() {
    const NOBODY: [&str; 3] = ["--reuid=65534", "--regid=65534", "--clear-groups"];
    each(|jdk| {
        let machine = Machine::new();
        let open = |name: &str, mode: u32| {
            let mode = std::fs::Permissions::from_mode(mode);
            std::fs::set_permissions(machine.path(name), mode).expect("permissions");
        };
        let hub = Hub::serve(&machine);
        let token = machine.agent_token_file();
        open("", 0o755);
        open("work", 0o777);
        let mut setpriv = Command::new("setpriv");
        setpriv.args(NOBODY).arg(jdk.home.join("bin/java")).arg("-cp").arg(waits(&machine, jdk));
        let says = machine.path("work/says");
        let jvm = Waiting::of(setpriv.arg("Waits").env("SAYS", &says));
        let mut command = attach(&machine, jvm.pid, &[]);
        let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("starts");
        let said = said(&says, 1).remove(0);
        let sfa = std::fs::read_to_string(&token).expect("a token");
        assert!(said.contains("%2F.stillframe-") && said.ends_with(sfa.trim()), "{said}");
        let host = std::fs::read_to_string("/proc/sys/kernel/hostname").expect("proc");
        let info =
            InstanceInfo { host: host.trim().to_owned(), pid: jvm.pid, ..InstanceInfo::default() };
        let _agent = Agent::connect_as(hub.url(), &token, info, arms);
        Ran::from(child.wait_with_output().expect("it ends")).done();
        let binary = machine.path("work/stillframe");
        std::fs::copy(env!("CARGO_BIN_EXE_stillframe"), &binary).expect("copied");
        let mut setpriv = Command::new("setpriv");
        let own = std::process::id().to_string();
        setpriv.args(NOBODY).arg(&binary).args(["attach", &own]).current_dir(machine.path("work"));
        let ran = Ran::from(setpriv.output().expect("it starts")).failed(4);
        assert!(ran.stderr.contains("sudo -u '#0' -g '#0' stillframe attach"), "{ran:?}");
    });
}
