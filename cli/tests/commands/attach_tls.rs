//! `attach` where the hub has a certificate that not everybody trusts.

use super::attach::attach;
use super::hub::Hub;
use super::jvm::{Jdk, Waiting, jdks, said, skip};
use super::support::{Machine, Ran};
use super::tls::{file, install};
use std::process::Stdio;

/// Runs `test` with a JDK: what is handed over does not depend on which.
fn one(test: fn(&Jdk)) {
    match jdks() {
        Ok(jdks) => jdks.iter().take(1).for_each(test),
        Err(reason) => skip(&reason),
    }
}

#[test]
fn the_agent_is_told_whom_to_trust() {
    one(|jdk| {
        let machine = Machine::new();
        let jvm = Waiting::start(&machine, jdk, &[]);
        let [certificate, key] = install(&machine, "hub");
        let _hub = Hub::with(&machine, &["--tls-cert", &certificate, "--tls-key", &key]);
        // Relative to the folder of the command, which is not the JVM's.
        std::fs::copy(file("ca.pem"), machine.path("work/ca.pem")).expect("copied");
        let mut command = attach(&machine, jvm.pid, &[]);
        command.env("STILLFRAME_CA_FILE", "ca.pem").stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = command.spawn().expect("it starts");
        let said = said(&machine.path("says"), 1).remove(0);
        child.kill().and_then(|()| child.wait()).expect("ended");
        let path = machine.path("work/ca.pem").to_string_lossy().replace('/', "%2F");
        assert!(said.contains(&format!(",ca_file={path},token_file=")), "{said}");
    });
}

#[test]
fn certificates_that_the_jvm_does_not_see_are_said_before_it_is_touched() {
    one(|jdk| {
        let machine = Machine::new();
        let jvm = Waiting::start(&machine, jdk, &[]);
        let [certificate, key] = install(&machine, "hub");
        let _hub = Hub::with(&machine, &["--tls-cert", &certificate, "--tls-key", &key]);
        let mut command = attach(&machine, jvm.pid, &[]);
        command.env("STILLFRAME_CA_FILE", machine.path("nowhere.pem"));
        let ran = Ran::from(command.output().expect("it starts")).failed(5);
        assert!(ran.stderr.contains("cannot read the certificates to trust"), "{ran:?}");
        assert!(!machine.path("says").exists(), "nothing was loaded");
    });
}
