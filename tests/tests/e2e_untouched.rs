//! Exit code, signal, stdout and stderr of an application are its own, whatever the hub does.
//!
//! Knows how programs end. Invariant: each run is compared with the same program without us; only
//! lines of the documented log, `stillframe: …`, may be added.

use std::net::TcpListener;
use std::process::Command;
use std::time::{Duration, Instant};
use stillframe_tests::on_each_python;
use stillframe_tests::process::{Ended, Program};
use stillframe_tests::stand::{Stand, free_port};

on_each_python!(
    with_the_hub_away,
    with_the_hub_hanging,
    with_the_hub_there,
    with_stillframe_off,
    with_the_interpreter_isolated,
);

/// The most that our leaving may add to an application's end: half a second is promised, the rest
/// is for a busy machine.
const LEAVING: Duration = Duration::from_secs(3);
const TRIES: usize = 4;
/// Ways to end, by name.
const SCRIPTS: [(&str, &str); 8] = [
    ("returns", "import sys\nprint('out')\nprint('err', file=sys.stderr)\n"),
    ("exits", "import sys\nprint('out')\nsys.exit(3)\n"),
    ("exits_with_text", "import sys\nsys.exit('no more')\n"),
    ("raises", "def f(x):\n    return 1 / x\n\n\nf(0)\n"),
    ("leaves_at_once", "import os\nprint('out', flush=True)\nos._exit(4)\n"),
    ("is_killed", "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)\n"),
    (
        "has_threads",
        "import threading, time\nt = threading.Thread(target=time.sleep, args=(60,))\n\
      t.daemon = True\nt.start()\nprint('out')\n",
    ),
    (
        "forks",
        "import os\nchild = os.fork()\nif child:\n    _, status = os.waitpid(child, 0)\n\
      \u{20}   print(os.waitstatus_to_exitcode(status))\nelse:\n    os._exit(7)\n",
    ),
];

fn with_the_hub_away(stand: &Stand) {
    compare(stand, Some(&format!("http://127.0.0.1:{}", free_port())));
}

fn with_the_hub_hanging(stand: &Stand) {
    // Connections are accepted by the system and never answered.
    let hanging = TcpListener::bind("127.0.0.1:0").expect("loopback has free ports");
    let address = hanging.local_addr().expect("a bound socket has an address");
    compare(stand, Some(&format!("http://{address}")));
}

fn with_the_hub_there(stand: &Stand) {
    let _hub = stand.hub(0);
    compare(stand, None);
}

fn with_stillframe_off(stand: &Stand) {
    for (name, text) in SCRIPTS {
        let file = stand.file(&format!("{name}.py"), text).to_string_lossy().into_owned();
        let mut off = stand.run("ends", &[&file]);
        let off = stand.start(off.env("STILLFRAME_ENABLED", "false")).end();
        assert_eq!(off, stand.start(&mut stand.python(&[&file])).end(), "{name}");
    }
}

/// `-I` keeps us out; the application must not notice.
fn with_the_interpreter_isolated(stand: &Stand) {
    let _hub = stand.hub(0);
    let words = ["-I", "-c", "import sys; print(len(sys.argv)); sys.exit(5)"];
    let ours = Ours::of(stand.start(&mut stand.run("ends", &words)).end());
    assert_eq!(ours.0, stand.start(&mut stand.python(&words)).end());
}

fn compare(stand: &Stand, hub: Option<&str>) {
    for (name, text) in SCRIPTS {
        let file = stand.file(&format!("{name}.py"), text).to_string_lossy().into_owned();
        let plain = timed(stand, &mut stand.python(&[&file]));
        let mut command = with_hub(stand.run("ends", &[&file]), hub);
        let mut took = Duration::MAX;
        // A machine that is busy with other things makes one of them slow, and not all.
        for _ in 0..TRIES {
            let ours = timed(stand, &mut command);
            assert_eq!(Ours::of(ours.0).0, plain.0, "{name}");
            took = took.min(ours.1);
            if took < plain.1 + LEAVING {
                break;
            }
        }
        assert!(took < plain.1 + LEAVING, "{name} took {took:?}, alone {:?}", plain.1);
    }
    ends_by_signal(stand, hub);
}

fn with_hub(mut command: Command, hub: Option<&str>) -> Command {
    if let Some(hub) = hub {
        command.env("STILLFRAME_HUB", hub).env("STILLFRAME_AGENT_TOKEN", "sfa_none");
    }
    command
}

fn ends_by_signal(stand: &Stand, hub: Option<&str>) {
    let text = "import time\nprint('up', flush=True)\ntime.sleep(60)\n";
    let file = stand.file("sleeps.py", text).to_string_lossy().into_owned();
    let terminated = |mut program: Program| {
        program.until("its start", |program| program.stdout().contains("up\n").then_some(()));
        program.signal(libc::SIGTERM);
        program.end()
    };
    let plain = terminated(stand.start(&mut stand.python(&[&file])));
    let ours = terminated(stand.start(&mut with_hub(stand.run("ends", &[&file]), hub)));
    assert_eq!(Ours::of(ours).0, plain);
}

fn timed(stand: &Stand, command: &mut Command) -> (Ended, Duration) {
    let start = Instant::now();
    let ended = stand.start(command).end();
    (ended, start.elapsed())
}

/// An end without the lines of our log.
struct Ours(Ended);

impl Ours {
    fn of(ended: Ended) -> Self {
        let lines = ended.stderr.split_inclusive('\n');
        let stderr = lines.filter(|line| !line.starts_with("stillframe: ")).collect();
        Self(Ended { stderr, ..ended })
    }
}
