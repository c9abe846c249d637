//! More than one person: tokens, logins, roles and the audit.

use super::hub::Hub;
use super::support::{Machine, Ran};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Stdio;

/// Makes a token and says in which file it is, and its id.
fn give(machine: &Machine, name: &str, options: &[&str]) -> (String, String) {
    let out = machine.path(&format!("{name}.token")).to_string_lossy().into_owned();
    let create = ["token", "create", name, "--out", &out, "-o", "json"];
    let made = machine.run(&[&create, options].concat()).done().json();
    (out, made["id"].as_str().expect("an id").to_owned())
}

fn piped(machine: &Machine, args: &[&str], text: &str) -> Ran {
    let mut command = machine.command(args);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("it starts");
    child.stdin.take().expect("a pipe").write_all(text.as_bytes()).expect("read");
    child.wait_with_output().expect("it ends").into()
}

fn mode(path: &Path) -> u32 {
    path.metadata().expect("it is there").permissions().mode() & 0o777
}

#[test]
fn a_token_is_given_used_and_revoked() {
    let machine = Machine::new();
    let hub = Hub::serve(&machine);
    let (file, id) = give(&machine, "ann", &["--role", "viewer"]);
    assert_eq!(mode(file.as_ref()), 0o600);
    let as_ann = |args: &[&str]| -> Ran {
        let mut command = machine.command(args);
        command.env("STILLFRAME_TOKEN_FILE", &file).output().expect("it starts").into()
    };
    as_ann(&["ls"]).done();
    let ran = as_ann(&["snap", "app.py:1"]);
    assert_eq!(ran.code, Some(4), "{ran:?}");
    assert!(ran.stderr.contains("needs role prober, and yours is viewer"), "{ran:?}");
    for args in [&["token", "ls"][..], &["token", "create", "eve", "--out", "x"], &["audit"]] {
        assert!(as_ann(args).failed(4).stderr.contains("needs role admin"));
    }
    let listed = machine.run(&["token", "ls"]).done().stdout;
    assert!(listed.contains(&id) && listed.contains("ann"), "{listed}");
    machine.run(&["token", "revoke", &id]).done();
    assert!(as_ann(&["ls"]).failed(4).stderr.contains("was revoked"));
    assert!(!machine.run(&["token", "ls"]).done().stdout.contains(&id));
    assert!(machine.run(&["token", "ls", "--all"]).done().stdout.contains("revoked 2"));
    machine.run(&["token", "revoke", "0123456789"]).failed(1);
    let token = std::fs::read_to_string(&file).expect("a token");
    let audit = machine.run(&["audit", "-o", "json"]).done().stdout;
    assert!(audit.contains("give token") && audit.contains("revoke token"), "{audit}");
    assert!(!audit.contains(token.trim()) && hub.url().starts_with("http://127"));
}

#[test]
fn a_token_goes_to_a_terminal_or_a_new_file_and_nowhere_else() {
    let machine = Machine::new();
    let _hub = Hub::serve(&machine);
    let count =
        || machine.run(&["token", "ls", "-o", "json"]).done().json().as_array().map(Vec::len);
    let before = count();
    machine.run(&["token", "create", "ann"]).failed(2);
    machine.run(&["token", "create", "ann", "-o", "json"]).failed_for_programs(2);
    let file = machine.write("there", "");
    machine.run(&["token", "create", "ann", "--out", &file.to_string_lossy()]).failed(2);
    machine.run(&["token", "create", "a", "--agent", "--role", "admin", "--out", "x"]).failed(2);
    machine.run(&["token", "create", "a", "--expires", "soon", "--out", "x"]).failed(2);
    machine.run(&["token", "create", " ", "--out", "x"]).failed(2);
    assert_eq!(count(), before, "none was made");
    let (agent, _) = give(&machine, "shop", &["--agent"]);
    assert!(std::fs::read_to_string(agent).expect("a token").starts_with("sfa_"));
}

#[test]
fn a_login_is_asked_until_another_is_chosen() {
    let (machine, elsewhere) = (Machine::new(), Machine::new());
    let hub = Hub::with(&elsewhere, &["--name", "far"]);
    let (file, _) = give(&elsewhere, "lea", &["--role", "prober"]);
    let token = std::fs::read_to_string(&file).expect("a token");
    machine.run(&["ls", "--hub", hub.url()]).failed(4);
    let wrong = piped(&machine, &["login", hub.url()], "sfu_000000\n").failed(4);
    assert!(wrong.stderr.contains("does not know"), "{wrong:?}");
    assert!(!machine.path("home/config/stillframe/logins.json").exists());
    let agents = std::fs::read_to_string(elsewhere.agent_token_file()).expect("a token");
    let wrong = piped(&machine, &["login", hub.url()], &agents).failed(4);
    assert!(wrong.stderr.contains("agent's token"), "{wrong:?}");
    let ran = piped(&machine, &["login", hub.url(), "--name", "prod"], &token).done();
    assert!(ran.stdout.contains("as lea (prober)"), "{ran:?}");
    assert!(!ran.stdout.contains(token.trim()), "{ran:?}");
    let kept = machine.path("home/config/stillframe/logins.json");
    assert_eq!(mode(&kept), 0o600);
    for args in [&["ls"][..], &["ls", "--hub", "prod"], &["ls", "--hub", hub.url()]] {
        machine.run(args).done();
    }
    machine.run(&["ls", "--hub", "prd"]).failed(2);
    let listed = machine.run(&["login"]).done().stdout;
    assert!(listed.contains("*  prod") && !listed.contains("sfu_"), "{listed}");
    machine.run(&["login", "local"]).done();
    machine.run(&["ls"]).failed(6);
    machine.run(&["login", "prod"]).done();
    machine.run(&["ls"]).done();
    machine.run(&["login", "nobody"]).failed(2);
    machine.agents();
    let mut run = machine.command(&["run", "--", "true"]);
    let ran: Ran =
        run.env("STILLFRAME_AGENTS", machine.path("agents")).output().expect("ran").into();
    assert!(ran.stderr.contains("no token for agents of http"), "{ran:?}");
    std::fs::set_permissions(&kept, std::fs::Permissions::from_mode(0o644)).expect("loosened");
    assert!(machine.run(&["ls"]).failed(1).stderr.contains("chmod 600"));
    std::fs::set_permissions(&kept, std::fs::Permissions::from_mode(0o600)).expect("tightened");
    machine.run(&["logout", "prod"]).done();
    machine.run(&["ls", "--hub", hub.url()]).failed(4);
    machine.run(&["logout", "prod"]).failed(2);
}

#[test]
fn the_audit_is_verified_with_and_without_its_hub() {
    let machine = Machine::new();
    let data = machine.path("home/data/stillframe").to_string_lossy().into_owned();
    let hub = Hub::serve(&machine);
    for _ in 0..3 {
        machine.run(&["tail", "p7k2"]).failed(1);
        machine.run(&["show", "p7k2/1"]).failed(1);
    }
    let shown = machine.run(&["audit"]).done().stdout;
    assert!(shown.contains("read snapshot  p7k2/1"), "{shown}");
    let verdict = machine.run(&["audit", "--verify", "-o", "json"]).done().json();
    let head = verdict["head"].as_str().expect("a head").to_owned();
    machine.run(&["audit", "--verify", "--head", &head]).done();
    let offline = ["audit", "--verify", "--data", &data];
    machine.run(&offline).done();
    machine.run(&["audit", "--verify", "--head", "1:00"]).failed(2);
    machine.run(&["audit", "--verify", "--data", "/nonexistent"]).failed(3);
    drop(hub);
    machine.run(&offline).done();
    let path = Path::new(&data).join("hub.db");
    let mut bytes = std::fs::read(&path).expect("the file");
    let place = bytes.windows(6).rposition(|window| window == b"p7k2/1").expect("a row");
    bytes[place + 5] = b'2';
    std::fs::write(&path, bytes).expect("tampered");
    let ran = machine.run(&offline).failed(1);
    assert!(ran.stderr.contains("does not hold: row"), "{ran:?}");
    let _hub = Hub::serve(&machine);
    assert!(machine.run(&["audit", "--verify"]).failed(1).stderr.contains("does not hold"));
}
