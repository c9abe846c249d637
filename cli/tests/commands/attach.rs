//! `attach`: a JVM that runs gets the agent, or a reason and what to do.

use super::agent::{Agent, arms};
use super::hub::Hub;
use super::jvm::{Jdk, Waiting, agents, jdks, said, skip};
use super::support::{Machine, Ran};
use serde_json::Value;
use std::path::Path;
use std::process::{Command, Stdio};
use stillframe_core::transport::message::InstanceInfo;

/// Runs `test` for each JDK.
fn each(test: fn(&Jdk)) {
    match jdks() {
        Ok(jdks) => jdks.iter().for_each(test),
        Err(reason) => skip(&reason),
    }
}

pub(crate) fn attach(machine: &Machine, pid: u32, args: &[&str]) -> Command {
    let pid = pid.to_string();
    let mut command = machine.command(&[&["attach", &pid], args].concat());
    command.env("STILLFRAME_AGENTS", agents(machine));
    command
}

fn run(mut command: Command) -> Ran {
    command.output().expect("the command starts").into()
}

/// A JVM whose own environment says where results go, so that no hub is needed.
fn alone(machine: &Machine, jdk: &Jdk, options: &[&str]) -> Waiting {
    let mut java = Command::new(jdk.home.join("bin/java"));
    java.args(options).arg("-cp").arg(super::jvm::waits(machine, jdk)).arg("Waits");
    java.env("SAYS", machine.path("says")).env("STILLFRAME_SINK", "stderr");
    Waiting::of(&mut java)
}

/// Whether nothing of ours is left that asked the JVM.
fn is_tidy(pid: u32) {
    assert!(!std::env::temp_dir().join(format!(".attach_pid{pid}")).exists());
}

#[test]
fn the_instance_that_says_hello_is_shown() {
    each(|jdk| {
        let machine = Machine::new();
        let jvm = Waiting::start(&machine, jdk, &[]);
        let hub = Hub::serve(&machine);
        let args = ["--service", "größe, 1", "--label", "zone=a", "--label", "team=x"];
        let mut command = attach(&machine, jvm.pid, &args);
        let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("starts");
        let said = said(&machine.path("says"), 1);
        let token = machine.agent_token_file();
        let sfa = std::fs::read_to_string(&token).expect("a token");
        let encoded = |text: &str| text.replace(':', "%3A").replace('/', "%2F");
        let expected = format!(
            "attach hub={},token_file={},service=gr%C3%B6%C3%9Fe%2C%201,labels=zone%3Da%2Cteam%3Dx {}",
            encoded(hub.url()),
            encoded(token.to_str().expect("a path")),
            sfa.trim()
        );
        assert_eq!(said, [expected], "JDK {}", jdk.version);
        let host = std::fs::read_to_string("/proc/sys/kernel/hostname").expect("proc");
        let info = InstanceInfo {
            service: "checkout".to_owned(),
            host: host.trim().to_owned(),
            pid: jvm.pid,
            runtime: "java 17.0.1".to_owned(),
            ..InstanceInfo::default()
        };
        let _agent = Agent::connect_as(hub.url(), &token, info, arms);
        let ran = Ran::from(child.wait_with_output().expect("it ends")).done();
        let first = format!("the agent is in process {} now\n", jvm.pid);
        assert!(ran.stdout.starts_with(&first), "{ran:?}");
        assert!(ran.stdout.contains("java 17.0") && ran.stdout.contains("checkout"), "{ran:?}");
        // Once more, for programs: the instance is there already.
        let ran = run(attach(&machine, jvm.pid, &["-o", "json"])).done().json();
        let expected = Value::from("checkout");
        assert_eq!((&ran["already"], &ran["instance"]["service"]), (&Value::Bool(true), &expected));
        is_tidy(jvm.pid);
    });
}

#[test]
fn without_a_hub_the_process_itself_must_say_where_results_go() {
    each(|jdk| {
        let machine = Machine::new();
        let jvm = Waiting::start(&machine, jdk, &[]);
        let ran = run(attach(&machine, jvm.pid, &[])).failed(6);
        assert!(ran.stderr.contains("stillframe serve"), "{ran:?}");
        assert!(!machine.path("says").exists(), "nothing was loaded");
        drop(jvm);
        let jvm = alone(&machine, jdk, &[]);
        let ran = run(attach(&machine, jvm.pid, &[])).done();
        assert!(ran.stdout.contains("its own environment"), "{ran:?}");
        assert_eq!(said(&machine.path("says"), 1), ["attach  -"]);
        let ran = run(attach(&machine, jvm.pid, &["--service", "x"])).done();
        assert!(ran.stdout.contains("already"), "{ran:?}");
        assert_eq!(said(&machine.path("says"), 2)[1], "attach service=x -");
        // From 21 on the JVM itself says that an agent came.
        assert_eq!(jvm.stderr().contains("WARNING"), jdk.version >= 21);
    });
}

#[test]
fn an_agent_that_does_not_start_is_told_from_one_that_does_not_load() {
    each(|jdk| {
        let machine = Machine::new();
        let jvm = alone(&machine, jdk, &[]);
        let ran = run(attach(&machine, jvm.pid, &["--service", "fails"])).failed(1);
        assert!(ran.stderr.contains("did not start (7)"), "{ran:?}");
        let jvm = alone(&machine, jdk, &[]);
        let command = attach(&machine, jvm.pid, &[]);
        // A library without an entry for agents.
        let source = machine.write("source/empty.c", "int nothing;\n");
        let library = machine.path("agents/jvm/libstillframe_jvm.so");
        super::jvm::must(Command::new("cc").args(["-shared", "-o"]).args([&library, &source]));
        let ran = run(command).failed(1);
        assert!(ran.stderr.contains("Agent_OnAttach is not available"), "{ran:?}");
        let long = "x".repeat(1_025);
        run(attach(&machine, jvm.pid, &["--service", &long])).failed(2);
        is_tidy(jvm.pid);
    });
}

#[test]
fn a_jvm_that_forbids_it_is_named_with_its_flag() {
    each(|jdk| {
        let machine = Machine::new();
        let flags = machine.write("work/flags", "-XX:+DisableAttachMechanism\n");
        let flags = format!("@{}", flags.display());
        for (option, words) in [
            ("-XX:-EnableDynamicAgentLoading", "-XX:-EnableDynamicAgentLoading"),
            ("-XX:+DisableAttachMechanism", "started with -XX:+DisableAttachMechanism"),
            // Where it cannot be seen, no socket appears.
            (&flags, "opened no socket within 5 s"),
        ] {
            let jvm = alone(&machine, jdk, &[option]);
            let ran = run(attach(&machine, jvm.pid, &[])).failed(5);
            assert!(ran.stderr.contains(words), "JDK {}: {ran:?}", jdk.version);
            assert!(!machine.path("says").exists(), "{option}: nothing was loaded");
            assert!(Path::new(&format!("/proc/{}/exe", jvm.pid)).exists(), "{option}: it lives");
            is_tidy(jvm.pid);
        }
    });
}

#[test]
fn a_jvm_that_takes_no_signals_is_attached_to_without_one() {
    each(|jdk| {
        let machine = Machine::new();
        let jvm = alone(&machine, jdk, &["-Xrs"]);
        run(attach(&machine, jvm.pid, &[])).done();
        assert_eq!(said(&machine.path("says"), 1), ["attach  -"]);
    });
}

#[test]
fn a_stopped_jvm_is_not_waited_for() {
    each(|jdk| {
        let machine = Machine::new();
        let jvm = alone(&machine, jdk, &[]);
        let id = i32::try_from(jvm.pid).ok().and_then(rustix::process::Pid::from_raw);
        let id = id.expect("an id");
        rustix::process::kill_process(id, rustix::process::Signal::STOP).expect("signalled");
        let ran = run(attach(&machine, jvm.pid, &[])).failed(1);
        assert!(ran.stderr.contains("kill -CONT"), "{ran:?}");
    });
}

#[test]
fn the_agent_must_be_made_for_the_jvm() {
    each(|jdk| {
        let machine = Machine::new();
        let jvm = alone(&machine, jdk, &[]);
        let mut command = attach(&machine, jvm.pid, &[]);
        let path = machine.path("agents/jvm/libstillframe_jvm.so");
        let mut library = std::fs::read(&path).expect("compiled");
        // `e_machine`: that of 32-bit ARM.
        library[18..20].copy_from_slice(&[40, 0]);
        std::fs::write(&path, library).expect("written");
        let ran = Ran::from(command.output().expect("it starts")).failed(5);
        assert!(ran.stderr.contains("the agent is for arm"), "{ran:?}");
        std::fs::remove_file(path).expect("removed");
        let ran = Ran::from(command.output().expect("it starts")).failed(1);
        assert!(ran.stderr.contains("no agent for the JVM"), "{ran:?}");
    });
}

#[test]
fn what_is_no_jvm_is_said_plainly_and_left_alone() {
    let machine = Machine::new();
    for (program, words) in [("sleep", "is no JVM"), ("python3", "runs Python")] {
        let name = machine.path(program);
        // By its name alone: what is linked is no matter.
        std::fs::copy("/bin/sleep", &name).expect("copied");
        let mut sleep = Command::new(&name).arg("600").spawn().expect("it starts");
        let ran = machine.run(&["attach", &sleep.id().to_string()]).failed(5);
        assert!(ran.stderr.contains(words), "{ran:?}");
        assert!(sleep.try_wait().expect("asked").is_none(), "it lives");
        sleep.kill().and_then(|()| sleep.wait()).expect("ended");
        let ran = machine.run(&["attach", &sleep.id().to_string()]).failed(3);
        assert!(ran.stderr.contains("there is no process"), "{ran:?}");
    }
    assert_eq!(machine.run(&["attach", "x"]).code, Some(2));
}

#[test]
fn java_compiled_ahead_of_time_is_no_jvm() {
    let machine = Machine::new();
    let program = machine.path("native");
    let section = machine.write("section", "heap");
    let mut objcopy = Command::new("objcopy");
    objcopy.arg(format!("--add-section=.svm_heap={}", section.display()));
    match objcopy.arg("/bin/sleep").arg(&program).output() {
        Ok(output) => assert!(output.status.success(), "{output:?}"),
        Err(error) => return skip(&format!("objcopy: {error}")),
    }
    let mut sleep = Command::new(&program).arg("600").spawn().expect("it starts");
    let ran = machine.run(&["attach", &sleep.id().to_string()]);
    sleep.kill().and_then(|()| sleep.wait()).expect("ended");
    assert!(ran.failed(5).stderr.contains("native image"));
}

#[test]
fn the_applications_own_word_counts() {
    each(|jdk| {
        let machine = Machine::new();
        let mut java = Command::new(jdk.home.join("bin/java"));
        java.arg("-cp").arg(super::jvm::waits(&machine, jdk)).arg("Waits");
        let jvm = Waiting::of(java.env("STILLFRAME_ENABLED", "false"));
        let ran = run(attach(&machine, jvm.pid, &[])).failed(5);
        assert!(ran.stderr.contains("STILLFRAME_ENABLED"), "{ran:?}");
    });
}
