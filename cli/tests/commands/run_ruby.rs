//! `run` and Ruby: the agent comes by `RUBYOPT`, and no Ruby fails to start for it.

use super::jvm::skip;
use super::support::{Machine, Ran};
use std::path::{Path, PathBuf};

/// Says how it was loaded.
const AUTO: &str = "warn \"auto #{$PROGRAM_NAME} #{ARGV.join(' ')}\"\n";

fn agents(machine: &Machine) -> PathBuf {
    machine.agents();
    machine.write("agents/ruby/stillframe/auto.rb", AUTO);
    let library = machine.write("agents/ruby/stillframe/3.1/stillframe_ruby.so", "");
    std::fs::copy(std::env::current_exe().expect("a path"), library).expect("copied");
    machine.path("agents")
}

fn run(machine: &Machine, agents: &Path, env: &[(&str, &str)], args: &[&str]) -> Ran {
    let mut command = machine.command(&[&["run", "--"], args].concat());
    command.env("STILLFRAME_AGENTS", agents).env("STILLFRAME_SINK", "stderr");
    command.envs(env.iter().copied()).output().expect("the command starts").into()
}

fn value(ran: &Ran) -> Option<&str> {
    ran.stdout.lines().find_map(|line| line.strip_prefix("RUBYOPT="))
}

#[test]
fn the_users_own_options_stay_and_ours_comes_once() {
    let machine = Machine::new();
    let agents = agents(&machine);
    let ours = format!("-r{}/ruby/stillframe/auto", agents.display());
    let ran = run(&machine, &agents, &[], &["env"]).done();
    assert_eq!(value(&ran), Some(ours.as_str()));
    assert!(ran.stdout.contains("PYTHONPATH="), "every runtime gets its hook");
    let both = format!("{ours} -W0 -rset");
    let ran = run(&machine, &agents, &[("RUBYOPT", "-W0 -rset")], &["env"]).done();
    assert_eq!(value(&ran), Some(both.as_str()));
    let ran = run(&machine, &agents, &[("RUBYOPT", &both)], &["env"]).done();
    assert_eq!(value(&ran), Some(both.as_str()), "below another `run`");
}

#[test]
fn a_ruby_loads_the_agent_before_the_program_and_the_users_options_too() {
    if !std::process::Command::new("ruby")
        .arg("--version")
        .output()
        .is_ok_and(|o| o.status.success())
    {
        return skip("`ruby` is not there");
    }
    let machine = Machine::new();
    let agents = agents(&machine);
    let app = machine.write("app.rb", "puts defined?(OpenStruct), ARGV\nexit 7\n");
    let app = app.to_str().expect("a path");
    let ran = run(&machine, &agents, &[("RUBYOPT", "-rostruct")], &["ruby", app, "-x", "y"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(7), "constant\n-x\ny\n"), "{ran:?}");
    assert_eq!(ran.stderr, format!("auto {app} -x y\n"));
    let words = ["ruby", "--disable=rubyopt", app];
    let ran = run(&machine, &agents, &[], &words);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(7), "\n"), "{ran:?}");
    let expected = "stillframe: ruby --disable=rubyopt ignores RUBYOPT, by which the agent comes: it starts \
         untouched\n";
    assert_eq!(ran.stderr, expected);
}

#[test]
fn an_agent_that_a_ruby_could_not_load_is_not_offered() {
    let machine = Machine::new();
    let agents = agents(&machine);
    std::fs::write(agents.join("ruby/stillframe/3.1/stillframe_ruby.so"), "text").expect("written");
    assert_eq!(value(&run(&machine, &agents, &[], &["env"]).done()), None);
    let puma = machine.write("bin/puma", "#!/bin/sh\necho started\n");
    super::jvm::must(std::process::Command::new("chmod").arg("755").arg(&puma));
    let ran = run(&machine, &agents, &[], &[puma.to_str().expect("a path")]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(0), "started\n"), "{ran:?}");
    assert!(
        ran.stderr.contains("puma: the agent ") && ran.stderr.contains("no ELF file"),
        "{ran:?}"
    );
    assert_eq!(ran.stderr.lines().count(), 1, "{ran:?}");
    std::fs::remove_file(agents.join("ruby/stillframe/auto.rb")).expect("removed");
    assert_eq!(value(&run(&machine, &agents, &[], &["env"]).done()), None);
}

#[test]
fn a_doctor_tells_the_agent() {
    let machine = Machine::new();
    let agents = agents(&machine);
    let doctor = || {
        let mut command = machine.command(&["doctor", "-o", "json"]);
        command.env("STILLFRAME_AGENTS", &agents);
        let ran = Ran::from(command.output().expect("it starts")).json();
        let said = ran.as_array().expect("a list").iter().map(|check| {
            format!("{} {}", check["state"].as_str().unwrap(), check["message"].as_str().unwrap())
        });
        said.collect::<Vec<_>>()
    };
    let said = doctor();
    assert!(said.iter().any(|line| line.starts_with("ok for Ruby 3.1 in ")), "{said:?}");
    std::fs::remove_dir_all(agents.join("ruby")).expect("removed");
    let said = doctor();
    assert!(said.iter().any(|line| line.starts_with("note no agent for Ruby in ")), "{said:?}");
}
