//! `run` and the JVM: the agent comes by `JAVA_TOOL_OPTIONS`, and no JVM fails to start for it.

use super::jvm::{agents, jdks, said, skip, waits};
use super::support::{Machine, Ran};
use std::path::Path;
use std::process::{Command, Stdio};

fn run(machine: &Machine, agents: &Path, env: &[(&str, &str)], args: &[&str]) -> Ran {
    let mut command = machine.command(&[&["run", "--"], args].concat());
    command.env("STILLFRAME_AGENTS", agents).env("STILLFRAME_SINK", "stderr");
    command.envs(env.iter().copied()).output().expect("the command starts").into()
}

fn value(ran: &Ran) -> Option<&str> {
    ran.stdout.lines().find_map(|line| line.strip_prefix("JAVA_TOOL_OPTIONS="))
}

/// A copy of this program's own header that says it is for another machine.
fn foreign(path: &Path) {
    let mut program = std::fs::read(std::env::current_exe().expect("a path")).expect("read");
    program[18..20].copy_from_slice(&[40, 0]);
    std::fs::write(path, program).expect("written");
}

#[test]
fn the_users_own_options_stay_and_ours_comes_once() {
    if let Err(reason) = jdks() {
        return skip(&reason);
    }
    let machine = Machine::new();
    let agents = agents(&machine);
    let ours = format!("-agentpath:{}/jvm/libstillframe_jvm.so", agents.display());
    let ran = run(&machine, &agents, &[], &["env"]).done();
    assert_eq!(value(&ran), Some(ours.as_str()));
    assert!(ran.stdout.contains("PYTHONPATH="), "every runtime gets its hook");
    let both = format!("{ours} -Xmx64m");
    let ran = run(&machine, &agents, &[("JAVA_TOOL_OPTIONS", "-Xmx64m")], &["env"]).done();
    assert_eq!(value(&ran), Some(both.as_str()));
    let ran = run(&machine, &agents, &[("JAVA_TOOL_OPTIONS", &both)], &["env"]).done();
    assert_eq!(value(&ran), Some(both.as_str()), "below another `run`");
    let by_hand = [("JDK_JAVA_OPTIONS", ours.as_str())];
    assert_eq!(value(&run(&machine, &agents, &by_hand, &["env"]).done()), None);
}

#[test]
fn a_jvm_starts_with_the_agent_and_says_what_it_picked_up() {
    let jdks = match jdks() {
        Ok(jdks) => jdks,
        Err(reason) => return skip(&reason),
    };
    for (jdk, folder) in jdks.iter().flat_map(|jdk| [(jdk, "agents"), (jdk, "it's \"a b\"")]) {
        let machine = Machine::new();
        let plain = agents(&machine);
        let agents = machine.path(folder);
        if agents != plain {
            std::fs::rename(&plain, &agents).expect("moved");
        }
        let java = jdk.home.join("bin/java");
        let classes = waits(&machine, jdk);
        let says = machine.path("says");
        let mut command = machine.command(&["run", "--"]);
        command.arg(java).arg("-cp").arg(classes).arg("Waits").stdin(Stdio::null());
        command.env("STILLFRAME_AGENTS", &agents).env("STILLFRAME_SINK", "stderr");
        command.env("SAYS", &says).env("JAVA_TOOL_OPTIONS", "-Dx=1");
        let ran = Ran::from(command.output().expect("it starts"));
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(0), "ready\n"), "{ran:?}");
        // The JVM's own line and no other.
        assert!(ran.stderr.starts_with("Picked up JAVA_TOOL_OPTIONS: "), "{ran:?}");
        assert!(ran.stderr.ends_with(" -Dx=1\n") && ran.stderr.lines().count() == 1, "{ran:?}");
        assert_eq!(said(&says, 1), ["load  -"], "JDK {} {folder}", jdk.version);
    }
}

#[test]
fn a_jvm_that_could_not_load_the_agent_is_not_offered_it() {
    if let Err(reason) = jdks() {
        return skip(&reason);
    }
    let machine = Machine::new();
    let agents = agents(&machine);
    let home = machine.write("jdk/bin/java", "").parent().map(Path::to_path_buf);
    let home = home.as_deref().and_then(Path::parent).expect("a folder");
    foreign(&home.join("bin/java"));
    let env = [("JAVA_HOME", home.to_str().expect("a path"))];
    let ran = run(&machine, &agents, &env, &["env"]);
    assert_eq!((ran.code, value(&ran)), (Some(0), None), "{ran:?}");
    assert!(ran.stderr.contains("is for arm") && ran.stderr.lines().count() == 1, "{ran:?}");
    assert!(ran.stdout.contains("PYTHONPATH="), "the other runtimes are not concerned");
    // A library that is none, or that is for another machine.
    let library = agents.join("jvm/libstillframe_jvm.so");
    foreign(&library);
    assert_eq!(value(&run(&machine, &agents, &[], &["env"])), None);
    std::fs::write(&library, "text").expect("written");
    let ran = run(&machine, &agents, &[], &["env"]);
    assert_eq!(value(&ran), None);
    assert!(ran.stderr.contains("no ELF file") && ran.stderr.lines().count() == 1, "{ran:?}");
}

#[test]
fn a_build_without_an_agent_for_the_jvm_says_so_to_those_who_start_one() {
    let machine = Machine::new();
    let agents = machine.agents();
    let java = machine.write("bin/java", "#!/bin/sh\necho started\n");
    super::jvm::must(Command::new("chmod").arg("755").arg(&java));
    let ran = run(&machine, &agents, &[], &[java.to_str().expect("a path")]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(0), "started\n"), "{ran:?}");
    assert!(ran.stderr.contains("no agent for the JVM") && ran.stderr.lines().count() == 1);
    run(&machine, &agents, &[], &["true"]).done();
}

#[test]
fn a_doctor_tells_the_agent_and_each_jvm() {
    let jdks = match jdks() {
        Ok(jdks) => jdks,
        Err(reason) => return skip(&reason),
    };
    let machine = Machine::new();
    let agents = agents(&machine);
    let doctor = |home: &Path| {
        let mut command = machine.command(&["doctor", "-o", "json"]);
        command.env("STILLFRAME_AGENTS", &agents).env("JAVA_HOME", home);
        let ran = Ran::from(command.output().expect("it starts")).json();
        let said = ran.as_array().expect("a list").iter().map(|check| {
            format!("{} {}", check["state"].as_str().unwrap(), check["message"].as_str().unwrap())
        });
        said.collect::<Vec<_>>()
    };
    for jdk in &jdks {
        let said = doctor(&jdk.home);
        let has =
            |words: &[&str]| said.iter().any(|line| words.iter().all(|word| line.contains(word)));
        assert!(has(&["ok for the JVM", "glibc"]) || has(&["ok for the JVM", "musl"]), "{said:?}");
        assert!(has(&["ok ", &jdk.version.to_string(), "JAVA_HOME", "is supported"]), "{said:?}");
    }
    std::fs::write(agents.join("jvm/libstillframe_jvm.so"), "text").expect("written");
    let said = doctor(&jdks[0].home);
    assert!(said.iter().any(|line| line.starts_with("bad the agent")), "{said:?}");
    std::fs::remove_file(agents.join("jvm/libstillframe_jvm.so")).expect("removed");
    let said = doctor(&jdks[0].home);
    assert!(said.iter().any(|line| line.starts_with("note no agent for the JVM")), "{said:?}");
}
