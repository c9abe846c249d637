//! The command line as types.
//!
//! Knows words and bounds, no hub. Invariant: a command or option that is listed works.

use clap::{Args, Parser, Subcommand, ValueEnum};
use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

pub(crate) mod value;

use value::{budget, duration, instances, label, rate};

const EXIT_CODES: &str = "\
Locations:
  FILE:LINE            services/checkout/app.py:42
  FILE:FUNCTION        shop/cart.py:Cart.total
  FILE:A..B            shop/cart.py:40..44 (for time only)
  the host's own name  shop.cart.Cart.total, Cart#total, com.acme.Cart:42

Which hub: --hub, else STILLFRAME_HUB, else the chosen login, else the hub that runs on this machine.
People's token: STILLFRAME_TOKEN or STILLFRAME_TOKEN_FILE, else that of the login or of this machine.

Exit codes:
  0 done                 4 not authorised
  1 failed               5 refused (condition, location, policy)
  2 usage                6 hub unreachable
  3 no instance or file  7 ended, nothing captured
  130 interrupted        run: CMD's own; 127 CMD not found, 126 not executable";

/// Non-breaking breakpoints in running production code: the application never pauses.
#[derive(Debug, Parser)]
#[command(name = "stillframe", version, after_help = EXIT_CODES, max_term_width = 100)]
pub(crate) struct Cli {
    /// Hub, by the name of a login, its URL, or `local` for the one of this machine.
    #[arg(long, global = true, value_name = "NAME|URL")]
    pub(crate) hub: Option<String>,
    /// Form of what is printed.
    #[arg(short, long, global = true, value_enum, default_value_t = Format::Text)]
    pub(crate) output: Format,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Form of what is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Screens for people.
    Text,
    /// Lists as one array, streams as one object a line.
    Json,
    /// For `run --print` only.
    Yaml,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run a hub on this machine.
    Serve(Serve),
    /// Start CMD with the agent in it.
    Run(Run),
    /// Load the agent into a JVM that runs already.
    Attach(Attach),
    /// List instances, then probes.
    Ls(Ls),
    /// Take snapshots where a line is reached.
    Snap(Snap),
    /// Write a log line where a line is reached.
    Log(Log),
    /// Count how often a line is reached.
    Count(Count),
    /// Measure how long a function, or a range of its lines, takes.
    Time(Time),
    /// Read along: a probe, all probes, or a file of a sink.
    Tail(Tail),
    /// Show a snapshot, a probe's snapshots, or a file of a sink.
    Show(Show),
    /// Say why a probe does not capture.
    Why(Why),
    /// Remove probes.
    Rm(Rm),
    /// Take every probe from every instance, and arm none until `unfreeze`.
    Freeze,
    /// Let a frozen hub go: probes that live still are armed again.
    Unfreeze,
    /// Log in to a hub elsewhere, choose one, or list them.
    Login(Login),
    /// Forget a hub one is logged in to.
    Logout(Logout),
    /// Give, list and revoke a hub's tokens.
    #[command(subcommand)]
    Token(Token),
    /// Show who did what, or verify that nothing of it was changed.
    Audit(Audit),
    /// Check hub, tokens, agents and runtimes of this machine.
    Doctor,
}

#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// Address and port; beyond loopback only with TLS.
    #[arg(long, value_name = "ADDR:PORT")]
    pub(crate) bind: Option<std::net::SocketAddr>,
    /// Certificate in PEM, followed by those above it; SIGHUP has it read again.
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    pub(crate) tls_cert: Option<PathBuf>,
    /// Private key of the certificate, in PEM.
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    pub(crate) tls_key: Option<PathBuf>,
    /// A proxy in front speaks TLS, and nobody else reaches this address.
    #[arg(long, conflicts_with = "tls_cert")]
    pub(crate) tls_terminated_by_proxy: bool,
    /// Name by which the hub is reached, besides those of its certificate; may be repeated.
    #[arg(long = "host", value_name = "NAME")]
    pub(crate) hosts: Vec<String>,
    /// Folder of tokens, probes and snapshots.
    #[arg(long, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
    /// Name people see.
    #[arg(long)]
    pub(crate) name: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Run {
    /// Name of the service (STILLFRAME_SERVICE).
    #[arg(long)]
    pub(crate) service: Option<String>,
    /// Labels of the instance (STILLFRAME_LABELS).
    #[arg(long = "label", value_name = "K=V", value_parser = label)]
    pub(crate) labels: Vec<(String, String)>,
    /// Whether processes that CMD starts get the agent too.
    #[arg(long, value_enum, default_value_t = Children::Yes)]
    pub(crate) children: Children,
    /// Let Node rewrite the application's code while it loads, so that probes on hot lines cost next to
    /// nothing; with names, also these packages of node_modules.
    #[arg(
        long,
        value_name = "PACKAGE,…",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "1"
    )]
    pub(crate) rewrite: Option<String>,
    /// Print the variables instead of starting anything; `-o yaml` for a Deployment.
    #[arg(long)]
    pub(crate) print: bool,
    /// Command and its arguments.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "CMD")]
    pub(crate) command: Vec<OsString>,
}

/// Whether children get the agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Children {
    /// They do.
    Yes,
    /// Only CMD itself.
    No,
}

#[derive(Debug, Args)]
pub(crate) struct Attach {
    /// The JVM's process id.
    pub(crate) pid: u32,
    /// Name of the service.
    #[arg(long)]
    pub(crate) service: Option<String>,
    /// Labels of the instance.
    #[arg(long = "label", value_name = "K=V", value_parser = label)]
    pub(crate) labels: Vec<(String, String)>,
}

#[derive(Debug, Args)]
pub(crate) struct Ls {
    /// Launchers, instances that went and probes that ended too.
    #[arg(long)]
    pub(crate) all: bool,
}

/// Where a probe goes and how long it lives, the same for every kind.
#[derive(Debug, Args)]
pub(crate) struct Arming {
    /// FILE:LINE, FILE:FUNCTION, or the host's own name; for time also FILE:A..B.
    pub(crate) location: String,
    /// Only where this is true, in the language of the file.
    #[arg(long = "if", value_name = "COND")]
    pub(crate) condition: Option<String>,
    /// Time after which it ends: 30s, 10m, 2h.
    #[arg(long = "for", value_name = "TIME", value_parser = duration)]
    pub(crate) lifetime: Option<Duration>,
    /// Captures a second on each instance.
    #[arg(long, value_parser = rate, value_name = "N")]
    pub(crate) rate: Option<u32>,
    /// Share of one core it may cost on each instance: 0.5%.
    #[arg(long, value_parser = budget, value_name = "PERCENT")]
    pub(crate) budget: Option<u32>,
    /// Only instances of this service.
    #[arg(long)]
    pub(crate) service: Option<String>,
    /// In every service that has the location.
    #[arg(long, conflicts_with = "service")]
    pub(crate) all_services: bool,
    /// Only instances of this version.
    #[arg(long)]
    pub(crate) version: Option<String>,
    /// Only instances with this label.
    #[arg(long = "label", value_name = "K=V", value_parser = label)]
    pub(crate) labels: Vec<(String, String)>,
    /// On this many instances; more than 20 get it on 5 unless told otherwise.
    #[arg(long, value_name = "N|all", value_parser = instances)]
    pub(crate) instances: Option<stillframe_hub::api::types::InstanceCount>,
    /// Accept that no instance has the location yet.
    #[arg(long)]
    pub(crate) wait: bool,
    /// Arm even if the running source differs; every snapshot says so.
    #[arg(long)]
    pub(crate) unchecked: bool,
    /// Print what comes until it ends; Ctrl-C removes the probe.
    #[arg(short, long, alias = "tail")]
    pub(crate) follow: bool,
    /// With --follow: the probe stays when the reader goes.
    #[arg(long, requires = "follow")]
    pub(crate) keep: bool,
    /// Say where it would be armed on each instance, check the condition there, and arm nothing.
    #[arg(long, conflicts_with = "follow")]
    pub(crate) dry_run: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Snap {
    #[command(flatten)]
    pub(crate) arming: Arming,
    /// Expression whose value travels with each snapshot; may be repeated.
    #[arg(long = "watch", value_name = "EXPR")]
    pub(crate) watches: Vec<String>,
    /// Snapshots in all, over every instance.
    #[arg(long, value_name = "N")]
    pub(crate) limit: Option<u64>,
    /// Count every hit. On the JVM a false condition costs nothing, and is else not counted.
    #[arg(long)]
    pub(crate) exact: bool,
    /// Stack frames named; of 0 the probed line alone, which costs the least.
    #[arg(long, value_name = "N")]
    pub(crate) frames: Option<u32>,
    /// Levels of children below a variable.
    #[arg(long, value_name = "N")]
    pub(crate) depth: Option<u32>,
    /// Elements taken of one collection.
    #[arg(long, value_name = "N")]
    pub(crate) items: Option<u32>,
    /// Fields taken of one object.
    #[arg(long, value_name = "N")]
    pub(crate) fields: Option<u32>,
    /// Bytes taken of one string.
    #[arg(long, value_name = "BYTES")]
    pub(crate) string: Option<u32>,
}

#[derive(Debug, Args)]
pub(crate) struct Log {
    #[command(flatten)]
    pub(crate) arming: Arming,
    /// Line to write: 'total={cart.total}'.
    pub(crate) template: String,
    /// Lines in all, over every instance.
    #[arg(long, value_name = "N")]
    pub(crate) limit: Option<u64>,
    /// Count every hit. On the JVM a false condition costs nothing, and is else not counted.
    #[arg(long)]
    pub(crate) exact: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Count {
    #[command(flatten)]
    pub(crate) arming: Arming,
}

#[derive(Debug, Args)]
pub(crate) struct Time {
    #[command(flatten)]
    pub(crate) arming: Arming,
    /// Passages in all, over every instance.
    #[arg(long, value_name = "N")]
    pub(crate) limit: Option<u64>,
}

#[derive(Debug, Args)]
pub(crate) struct Tail {
    /// A probe's id or a file of a sink; every probe when absent.
    #[arg(value_name = "PROBE|FILE")]
    pub(crate) source: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Show {
    /// `p7k2/1`, `p7k2`, or a file of a sink.
    #[arg(value_name = "ID|FILE")]
    pub(crate) id: String,
}

#[derive(Debug, Args)]
pub(crate) struct Why {
    /// A probe's id.
    pub(crate) probe: String,
    /// Each instance by itself.
    #[arg(long)]
    pub(crate) each: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Rm {
    /// Ids of probes.
    #[arg(value_name = "PROBE", required_unless_present = "all", conflicts_with = "all")]
    pub(crate) probes: Vec<String>,
    /// Every probe.
    #[arg(long)]
    pub(crate) all: bool,
    /// With --all: only those of this service.
    #[arg(long, requires = "all")]
    pub(crate) service: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Login {
    /// A hub's URL, or the name of an earlier login to choose; nothing lists them.
    #[arg(value_name = "URL|NAME")]
    pub(crate) hub: Option<String>,
    /// What to call it; the host's name otherwise.
    #[arg(long)]
    pub(crate) name: Option<String>,
    /// Certificates in PEM to trust for it, in place of the system's.
    #[arg(long, value_name = "FILE")]
    pub(crate) ca_file: Option<PathBuf>,
    /// File that holds the token; else it is asked for, or read from stdin.
    #[arg(long, value_name = "FILE")]
    pub(crate) token_file: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Logout {
    /// Name of the login.
    pub(crate) name: String,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Token {
    /// Give a person, or agents, a token; it is shown once.
    Create(TokenCreate),
    /// List those that are good.
    Ls {
        /// Those that were revoked or have expired too.
        #[arg(long)]
        all: bool,
    },
    /// Revoke tokens; what they had opened is closed.
    Revoke {
        /// Ids, as `token ls` lists them.
        #[arg(value_name = "ID", required = true)]
        ids: Vec<String>,
    },
}

#[derive(Debug, Args)]
pub(crate) struct TokenCreate {
    /// Whose it will be.
    pub(crate) name: String,
    /// What a person may do; viewer unless said otherwise.
    #[arg(long, value_parser = ["metrics", "viewer", "prober", "admin"])]
    pub(crate) role: Option<String>,
    /// For agents, which submit and receive probes and nothing else.
    #[arg(long)]
    pub(crate) agent: bool,
    /// How long it is good: 8h, 90d, never. 90d for people, never ends for agents.
    #[arg(long, value_name = "TIME", value_parser = value::lasting)]
    pub(crate) expires: Option<value::Lasting>,
    /// New file for the token, 0600, instead of the terminal.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Audit {
    /// Verify the chain of all rows: exit 1 if one was changed, moved or taken away.
    #[arg(long)]
    pub(crate) verify: bool,
    /// With --verify: a head that was noted earlier must be in it.
    #[arg(long, requires = "verify", value_name = "ROW:HASH")]
    pub(crate) head: Option<stillframe_hub::Head>,
    /// With --verify: read this data folder instead of asking the hub.
    #[arg(long, requires = "verify", value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
    /// How many of the last rows to show.
    #[arg(long, value_name = "N", default_value_t = 50)]
    pub(crate) last: u32,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_command_keeps_its_own_options() {
        let parsed = Cli::try_parse_from(["stillframe", "run", "--", "python", "-o", "x", "--hub"]);
        let Command::Run(run) = parsed.expect("parses").command else { panic!("run") };
        assert_eq!(run.command, ["python", "-o", "x", "--hub"]);
    }

    #[test]
    fn follow_has_its_other_name() {
        let parsed = Cli::try_parse_from(["stillframe", "snap", "a.py:1", "--tail", "-ojson"]);
        let cli = parsed.expect("parses");
        assert_eq!(cli.output, Format::Json);
        let Command::Snap(snap) = cli.command else { panic!("snap") };
        assert!(snap.arming.follow);
    }

    #[test]
    fn rewriting_takes_names_behind_an_equals_sign_alone() {
        let rewrite = |words: &[&str]| {
            let all = [&["stillframe", "run"], words].concat();
            let Command::Run(run) = Cli::try_parse_from(all).expect("parses").command else {
                panic!("run")
            };
            (run.rewrite, run.command)
        };
        assert_eq!(rewrite(&["--", "node"]), (None, vec!["node".into()]));
        assert_eq!(rewrite(&["--rewrite", "node"]), (Some("1".into()), vec!["node".into()]));
        let named = rewrite(&["--rewrite=dep,@scope/dep", "--", "node", "--rewrite"]);
        assert_eq!(named.0.as_deref(), Some("dep,@scope/dep"));
        assert_eq!(named.1, ["node", "--rewrite"]);
    }

    #[test]
    fn exact_is_for_what_may_leave_hits_uncounted() {
        let parse = |words: &[&str]| Cli::try_parse_from([&["stillframe"], words].concat());
        let snap = parse(&["snap", "A.java:1", "--if", "x > 1", "--exact"]).expect("parses");
        let Command::Snap(snap) = snap.command else { panic!("snap") };
        assert!(snap.exact);
        let log = parse(&["log", "A.java:1", "--exact", "--", "-> {x}"]).expect("parses");
        let Command::Log(log) = log.command else { panic!("log") };
        assert_eq!((log.exact, log.template.as_str()), (true, "-> {x}"));
        for kind in ["count", "time"] {
            assert!(parse(&[kind, "A.java:1", "--exact"]).is_err(), "{kind} counts every hit");
        }
    }

    #[test]
    fn the_help_documents_every_exit_code() {
        let help = Cli::command().render_long_help().to_string();
        for code in [
            "0 done",
            "1 failed",
            "2 usage",
            "3 no instance",
            "4 not",
            "5 refused",
            "6 hub",
            "7 ended",
            "130 interrupted",
        ] {
            assert!(help.contains(code), "{code}");
        }
    }
}
