//! `run`: the command starts as it would by itself, whatever is wrong on our side.

use super::support::{Machine, Ran, nobody};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::ExitStatusExt;
use std::process::Stdio;

fn run(machine: &Machine, env: &[(&str, &str)], args: &[&str]) -> Ran {
    let mut command = machine.command(args);
    command.envs(env.iter().copied());
    command.output().expect("the command starts").into()
}

#[test]
fn process_exit_code_and_signals_stay_the_commands_own() {
    let machine = Machine::new();
    let agents = machine.agents();
    let mut command = machine.command(&["run", "--", "sh", "-c", "echo $$; exit 42"]);
    command.env("STILLFRAME_AGENTS", agents).stdout(Stdio::piped()).stderr(Stdio::null());
    let child = command.spawn().expect("it starts");
    let id = child.id();
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), id.to_string());
    assert_eq!(output.status.code(), Some(42));
    let mut command = machine.command(&["run", "--", "sh", "-c", "kill -TERM $$"]);
    assert_eq!(command.output().expect("it starts").status.signal(), Some(15));
}

#[test]
fn the_hook_comes_first_and_the_users_path_stays() {
    let machine = Machine::new();
    let agents = machine.agents();
    let (_, agent_token) = machine.announce("http://127.0.0.1:4737");
    let env = [
        ("STILLFRAME_AGENTS", agents.to_str().expect("a path")),
        ("PYTHONPATH", "/mine:/yours"),
        ("STILLFRAME_TOKEN", "sfu_secret"),
        ("STILLFRAME_TOKEN_FILE", "/secret"),
    ];
    let args = ["run", "--service", "checkout", "--label", "zone=a", "--", "env"];
    let ran = run(&machine, &env, &args).done();
    let has =
        |line: &str| assert!(ran.stdout.lines().any(|other| other == line), "{line}: {ran:?}");
    has(&format!("PYTHONPATH={}/python:/mine:/yours", agents.display()));
    has("STILLFRAME_HUB=http://127.0.0.1:4737");
    has(&format!("STILLFRAME_AGENT_TOKEN_FILE={}", agent_token.display()));
    has("STILLFRAME_SERVICE=checkout");
    has("STILLFRAME_LABELS=zone=a");
    assert!(!ran.stdout.contains("secret"), "{ran:?}");
    assert!(!ran.stdout.contains("sfa_"), "{ran:?}");
}

#[test]
fn a_hub_that_is_not_the_discovered_one_gets_no_discovered_token() {
    let machine = Machine::new();
    machine.agents();
    machine.announce("http://127.0.0.1:4737");
    let agents = machine.path("agents");
    let env = [("STILLFRAME_AGENTS", agents.to_str().expect("a path"))];
    let url = nobody();
    let ran = run(&machine, &env, &["run", "--hub", &url, "--", "env"]);
    assert!(ran.stdout.contains(&format!("STILLFRAME_HUB={url}\n")), "{ran:?}");
    assert!(!ran.stdout.contains("STILLFRAME_AGENT_TOKEN_FILE"), "{ran:?}");
    let said = (ran.code, ran.stderr.lines().count());
    assert!(said == (Some(0), 1) && ran.stderr.contains("no token for agents of"), "{ran:?}");
}

#[test]
fn without_agents_the_command_starts_untouched_and_one_line_says_so() {
    let machine = Machine::new();
    machine.announce("http://127.0.0.1:4737");
    let empty = machine.write("empty/file", "");
    let empty = empty.parent().and_then(|path| path.to_str()).expect("a path");
    let ran = run(&machine, &[("STILLFRAME_AGENTS", empty)], &["run", "--", "echo", "hi"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(0), "hi\n"), "{ran:?}");
    assert_eq!(ran.stderr.lines().count(), 1, "{ran:?}");
    assert!(ran.stderr.contains("untouched"), "{ran:?}");
    let env = [("STILLFRAME_AGENTS", empty), ("STILLFRAME_LOG", "off")];
    run(&machine, &env, &["run", "--", "echo", "hi"]).done();
    // Where nothing is started there is nothing to leave untouched.
    run(&machine, &env, &["run", "--print"]).failed(1);
}

#[test]
fn without_a_hub_it_is_said_unless_results_go_elsewhere() {
    let machine = Machine::new();
    let agents = machine.agents();
    let agents = agents.to_str().expect("a path");
    let ran = run(&machine, &[("STILLFRAME_AGENTS", agents)], &["run", "--", "true"]);
    assert!(ran.code == Some(0) && ran.stderr.contains("stillframe serve"), "{ran:?}");
    let env = [("STILLFRAME_AGENTS", agents), ("STILLFRAME_SINK", "stderr")];
    run(&machine, &env, &["run", "--", "true"]).done();
    let env = [("STILLFRAME_AGENTS", agents), ("STILLFRAME_ENABLED", "false")];
    let ran = run(&machine, &env, &["run", "--", "env"]).done();
    assert!(!ran.stdout.contains("PYTHONPATH"), "{ran:?}");
}

#[test]
fn a_runtime_without_an_agent_is_named() {
    let machine = Machine::new();
    let agents = machine.agents();
    machine.announce("http://127.0.0.1:4737");
    let node = machine.write("bin/node", "#!/bin/sh\necho started\n");
    std::fs::set_permissions(&node, std::fs::Permissions::from_mode(0o755)).expect("permissions");
    let env = [("STILLFRAME_AGENTS", agents.to_str().expect("a path"))];
    let ran = run(&machine, &env, &["run", "--", node.to_str().expect("a path")]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(0), "started\n"), "{ran:?}");
    assert!(ran.stderr.contains("Node") && ran.stderr.lines().count() == 1, "{ran:?}");
}

#[test]
fn what_cannot_be_started_says_so_as_a_shell_does() {
    let machine = Machine::new();
    let file = machine.write("work/data.txt", "x");
    for (program, code) in [("no-such-program", 127), (file.to_str().expect("a path"), 126)] {
        let ran = run(&machine, &[("STILLFRAME_LOG", "off")], &["run", "--", program]).failed(code);
        assert!(ran.stderr.contains(program), "{ran:?}");
    }
}

#[test]
fn the_variables_can_be_printed_for_elsewhere() {
    let machine = Machine::new();
    let agents = machine.agents();
    machine.announce("http://127.0.0.1:4737");
    let env = [("STILLFRAME_AGENTS", agents.to_str().expect("a path"))];
    let args = ["run", "--service", "it's", "--print"];
    let text = run(&machine, &env, &args).done().stdout;
    assert!(text.contains("export STILLFRAME_SERVICE='it'\\''s'\n"), "{text}");
    let yaml = run(&machine, &env, &[&args[..], &["-o", "yaml"]].concat()).done().stdout;
    assert!(yaml.starts_with("env:\n  - name: PYTHONPATH\n    value: \"/"), "{yaml}");
    let json = run(&machine, &env, &[&args[..], &["-o", "json"]].concat()).done().json();
    let names: Vec<&str> =
        json.as_array().expect("a list").iter().filter_map(|v| v["name"].as_str()).collect();
    let expected =
        ["PYTHONPATH", "STILLFRAME_HUB", "STILLFRAME_AGENT_TOKEN_FILE", "STILLFRAME_SERVICE"];
    assert_eq!(names, expected);
}
