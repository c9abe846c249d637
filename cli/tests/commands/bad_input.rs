//! Whatever is wrong gets one clear message with the next step and its documented exit code.

use super::support::{Machine, answering, nobody};
use serde_json::Value;

#[test]
fn a_wrong_command_line_is_usage() {
    let machine = Machine::new();
    for args in [
        &["fly"][..],
        &["snap"],
        &["log", "app.py:1"],
        &["snap", "app.py:1", "--limit", "many"],
        &["snap", "app.py:1", "--for", "ten minutes"],
        &["snap", "app.py:1", "--budget", "2"],
        &["snap", "app.py:1", "--rate", "0"],
        &["snap", "app.py:1", "--label", "zone"],
        &["snap", "app.py:1", "--keep"],
        &["snap", "app.py:1", "--service", "a", "--all-services"],
        &["rm"],
        &["rm", "p7k2", "--all"],
        &["rm", "--service", "a"],
        &["run", "--children=maybe", "--", "true"],
        &["run"],
        &["ls", "-o", "yaml"],
        &["why", "P7K2!"],
        &["show", "p7k2/first"],
        &["ls", "--hub", "prod"],
    ] {
        machine.run(args).failed(2);
    }
}

#[test]
fn bounds_are_checked_before_anybody_is_asked() {
    let machine = Machine::new();
    // With no hub at all, exit 2 shows that the bounds came first.
    for args in [
        &["snap", "app.py:1", "--limit", "0"][..],
        &["snap", "app.py:1", "--depth", "11"],
        &["snap", "app.py:1", "--frames", "101"],
        &["snap", "app.py:1", "--if", &"x".repeat(5_000)],
    ] {
        let ran = machine.run(args);
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""), "{ran:?}");
    }
}

#[test]
fn a_location_that_cannot_be_is_refused() {
    let machine = Machine::new();
    machine.write("work/app.py", "a = 1\nb = 2\n");
    for (location, message) in [
        ("app.py", "line is missing"),
        ("app.py:0", "counted from 1"),
        ("app.py:1..2", "for `time` only"),
        ("app.py:2..1", "goes forward"),
        ("app.py:1:5", "write app.py:1"),
        ("app.py:total()", "without parentheses"),
        (":7", "one side of the colon is empty"),
        ("Cart:total", "no file"),
        ("what?  no", "no name holds ' '"),
    ] {
        for command in [&["snap", location][..], &["count", location], &["log", location, "x"]] {
            let ran = machine.run(command).failed(2);
            assert!(ran.stderr.starts_with("stillframe: "), "{ran:?}");
            assert!(ran.stderr.contains(message), "{ran:?}");
        }
    }
    let ran = machine.run(&["snap", "app.py:3"]).failed(5);
    assert!(ran.stderr.contains("has 2 lines"), "{ran:?}");
}

#[test]
fn errors_are_objects_for_programs() {
    let machine = Machine::new();
    machine.write("work/app.py", "a = 1\n");
    let url = nobody();
    for (args, code, word) in [
        (&["ls", "-o", "json"][..], 6, "hub"),
        (&["fly", "-o", "json"], 2, "usage"),
        (&["snap", "app.py:9", "-ojson"], 5, "location"),
        (&["show", "gone.jsonl", "--output=json"], 3, "file"),
        (&["ls", "--hub", &url, "-o", "json"], 4, "unauthorized"),
    ] {
        let ran = machine.run(args);
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(code), ""), "{ran:?}");
        let answer: Value = serde_json::from_str(&ran.stderr).expect("one object");
        assert_eq!(answer["error"]["code"], word, "{ran:?}");
        assert!(answer["error"]["message"].is_string() && answer["error"]["next"].is_string());
    }
}

#[test]
fn without_a_hub_the_next_step_is_to_start_one() {
    let machine = Machine::new();
    let ran = machine.run(&["ls"]).failed(6);
    assert!(ran.stderr.contains("stillframe serve"), "{ran:?}");
}

#[test]
fn a_hub_that_is_away_is_unreachable() {
    let machine = Machine::new();
    let url = nobody();
    machine.announce(&url);
    machine.write("work/app.py", "a = 1\n");
    for args in [
        &["ls"][..],
        &["snap", "app.py:1", "-f"],
        &["why", "p7k2"],
        &["rm", "--all"],
        &["tail"],
        &["tail", "p7k2"],
        &["show", "p7k2/1"],
    ] {
        let ran = machine.run(args).failed(6);
        assert!(ran.stderr.contains(&url), "{ran:?}");
    }
}

#[test]
fn what_speaks_nonsense_is_no_hub() {
    for bytes in [
        &b""[..],
        b"\x00\xff\x16\x03\x01garbage",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 14\r\n\r\n<html>hi</html",
        b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{\"a\":[1]}",
        b"HTTP/1.1 500 Oh\r\ncontent-length: 3\r\n\r\nno!",
        b"HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 999\r\n\r\n[",
    ] {
        let machine = Machine::new();
        machine.announce(&answering(bytes));
        for args in [&["ls"][..], &["snap", "a.py:1"], &["tail", "p7k2"]] {
            machine.run(args).failed(6);
        }
    }
}

#[test]
fn the_wrong_kind_of_token_is_refused_by_name() {
    let machine = Machine::new();
    machine.announce(&nobody());
    let mut command = machine.command(&["ls"]);
    let ran: super::support::Ran =
        command.env("STILLFRAME_TOKEN", "sfa_secret").output().expect("it starts").into();
    let ran = ran.failed(4);
    assert!(ran.stderr.contains("agent's token"), "{ran:?}");
    assert!(!ran.stderr.contains("secret"), "{ran:?}");
    let mut command = machine.command(&["ls"]);
    command.env("STILLFRAME_TOKEN_FILE", "/nonexistent");
    let ran: super::support::Ran = command.output().expect("it starts").into();
    ran.failed(4);
}

#[test]
fn a_token_never_travels_over_an_open_network() {
    let machine = Machine::new();
    machine.run(&["ls", "--hub", "http://192.0.2.1:4737"]).failed(5);
}

#[test]
fn help_names_only_what_works_and_every_exit_code() {
    let machine = Machine::new();
    let ran = machine.run(&["--help"]).done();
    for word in [
        "run", "attach", "ls", "snap", "log", "count", "tail", "show", "why", "rm", "freeze",
        "unfreeze", "login", "logout", "token", "audit", "doctor",
    ] {
        assert!(ran.stdout.contains(&format!("\n  {word} ")), "{word}: {}", ran.stdout);
        machine.run(&[word, "--help"]).done();
    }
    for word in ["record", "replay", "dap", "mcp"] {
        assert!(!ran.stdout.contains(&format!("\n  {word} ")), "{word}");
    }
    assert!(ran.stdout.contains("7 ended, nothing captured"));
}
