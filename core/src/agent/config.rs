//! What an agent was told: arguments, then `STILLFRAME_*`, then `OTEL_*` for identity, then defaults.
//!
//! Knows no runtime and starts nothing. Invariants: `STILLFRAME_ENABLED=false` wins over everything;
//! `STILLFRAME_ALLOW` and `STILLFRAME_MAX_BUDGET` only tighten what the arguments say.

use crate::error::{Error, ErrorKind, Result};
use crate::probe::ProbeKind;
use crate::transport::address::percent_decoded;
use crate::transport::log::Level;
use crate::transport::sink::SinkTarget;
use crate::transport::spool::SPOOL_BYTES;
use crate::transport::way::Way;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// What a binding passes on from `start(…)`, and what it alone can know. All of it may be absent.
#[derive(Debug, Default)]
pub struct Arguments {
    /// The hub's address: `http://127.0.0.1:4737`, `https://HOST`, or with `ws` and `wss`.
    pub hub: Option<String>,
    /// The agent's token for that hub.
    pub agent_token: Option<String>,
    /// Certificates to trust for that hub in place of the system's.
    pub ca_file: Option<PathBuf>,
    /// Where results go without a hub.
    pub sink: Option<SinkTarget>,
    /// Name of the service.
    pub service: Option<String>,
    /// Version of the service.
    pub version: Option<String>,
    /// Labels of the instance; a variable's labels are added to them.
    pub labels: BTreeMap<String, String>,
    /// Which kinds of probe may be armed; all when absent.
    pub allow: Option<Vec<ProbeKind>>,
    /// Share of one core, in millionths, that no probe's budget may pass.
    pub max_budget_ppm: Option<u32>,
    /// Further names to redact.
    pub redact: Vec<String>,
    /// Names of the built-in list that the application's own code knows to be harmless.
    pub readable: Vec<String>,
    /// Main script or jar: the service's name when nobody gave one.
    pub main: Option<String>,
    /// Runtime and version: `python 3.12.1`.
    pub runtime: String,
    /// Loaded packages and their versions.
    pub packages: BTreeMap<String, String>,
    /// Whether this process only launches others.
    pub launcher: bool,
    /// Calibrated nanoseconds that a hit costs outside the core, captured or not.
    pub hit_cost_ns: u64,
}

/// What an agent goes by. Made by [`Config::resolve`].
#[derive(Debug)]
pub struct Config {
    /// Whether the agent does anything at all.
    pub enabled: bool,
    /// The hub's address as it was given.
    pub hub: Option<String>,
    /// The agent's token for it.
    pub agent_token: Option<String>,
    /// Whom to trust on the way to it, and through which proxy.
    pub way: Way,
    /// Where results go without a hub.
    pub sink: Option<SinkTarget>,
    /// File that holds probes, re-read when it changes.
    pub probes_file: Option<PathBuf>,
    /// Name of the service.
    pub service: String,
    /// Whether that name was derived because nobody gave one.
    pub unnamed: bool,
    /// `service.namespace`.
    pub namespace: Option<String>,
    /// `service.version`.
    pub version: Option<String>,
    /// `deployment.environment.name`.
    pub environment: Option<String>,
    /// Commit the code was built from.
    pub commit: Option<String>,
    /// Labels, and the remaining resource attributes.
    pub labels: BTreeMap<String, String>,
    /// Bytes of batches that may wait for the hub.
    pub spool_bytes: usize,
    /// Kinds of probe that may be armed.
    pub allow: Vec<ProbeKind>,
    /// Share of one core, in millionths, that no probe's budget may pass.
    pub max_budget_ppm: u32,
    /// Further names to redact.
    pub redact: Vec<String>,
    /// Names taken off the built-in list; those of `redact` stay redacted.
    pub readable: Vec<String>,
    /// `(path prefix here, path it stands for)`: only where suffixes cannot tell.
    pub source_root: Option<(String, String)>,
    /// What is written to stderr.
    pub log: Level,
    /// Runtime and version.
    pub runtime: String,
    /// Loaded packages and their versions.
    pub packages: BTreeMap<String, String>,
    /// Whether this process only launches others.
    pub launcher: bool,
    /// Calibrated nanoseconds that a hit costs outside the core.
    pub hit_cost_ns: u64,
}

/// A whole core: the ceiling when nobody set a lower one.
const WHOLE_CORE_PPM: u32 = 1_000_000;
/// Kinds of probe this build can arm.
const KINDS: [(&str, ProbeKind); 4] = [
    ("snap", ProbeKind::Snap),
    ("log", ProbeKind::Log),
    ("count", ProbeKind::Count),
    ("time", ProbeKind::Time),
];

impl Config {
    /// Config of a process by its own environment.
    pub fn of_process(arguments: Arguments) -> Result<Self> {
        Self::resolve(arguments, &|name| std::env::var(name).ok())
    }

    /// Config by `arguments` and the variables that `env` knows; an empty variable is no variable.
    pub fn resolve(arguments: Arguments, env: &dyn Fn(&str) -> Option<String>) -> Result<Self> {
        let env = |name: &str| env(name).filter(|value| !value.trim().is_empty());
        let of = |name: &str| env(&format!("STILLFRAME_{name}"));
        let mut attributes = env("OTEL_RESOURCE_ATTRIBUTES")
            .map(|text| pairs(&text, percent_decoded))
            .unwrap_or_default();
        let named = arguments.service.or_else(|| of("SERVICE"));
        let attribute = attributes.remove("service.name");
        let named = named.or_else(|| env("OTEL_SERVICE_NAME")).or(attribute);
        let version = attributes.remove("service.version");
        let namespace = attributes.remove("service.namespace");
        let environment = attributes.remove("deployment.environment.name");
        let environment = environment.or_else(|| attributes.remove("deployment.environment"));
        let commit = attributes.remove("vcs.ref.head.revision");
        attributes.extend(of("LABELS").map(|text| pairs(&text, str::to_owned)).unwrap_or_default());
        attributes.extend(arguments.labels);
        let sink = match (arguments.sink, of("SINK")) {
            (Some(sink), _) => Some(sink),
            (None, Some(text)) => Some(text.parse()?),
            (None, None) => None,
        };
        let mut redact = arguments.redact;
        redact.extend(of("REDACT").iter().flat_map(|text| list(text)));
        Ok(Self {
            enabled: of("ENABLED").is_none_or(|value| !is_false(&value)),
            hub: arguments.hub.or_else(|| of("HUB")),
            agent_token: agent_token(arguments.agent_token, &of)?,
            way: Way::of(&env).trusting(arguments.ca_file),
            sink,
            probes_file: of("PROBES").map(PathBuf::from),
            unnamed: named.is_none(),
            spool_bytes: SPOOL_BYTES,
            service: named.or(arguments.main).unwrap_or_else(|| "unnamed".to_owned()),
            namespace,
            version: arguments.version.or_else(|| of("VERSION")).or(version),
            environment,
            commit,
            labels: attributes,
            allow: allowed(arguments.allow, of("ALLOW").as_deref())?,
            max_budget_ppm: ceiling(arguments.max_budget_ppm, of("MAX_BUDGET").as_deref())?,
            redact,
            readable: arguments.readable,
            source_root: of("SOURCE_ROOT").map(|text| source_root(&text)).transpose()?,
            log: of("LOG").map_or(Ok(Level::Warn), |text| text.parse())?,
            runtime: arguments.runtime,
            packages: arguments.packages,
            launcher: arguments.launcher,
            hit_cost_ns: arguments.hit_cost_ns,
        })
    }
}

fn is_false(value: &str) -> bool {
    ["false", "0", "no", "off"].contains(&value.trim().to_ascii_lowercase().as_str())
}

fn list(text: &str) -> impl Iterator<Item = String> {
    text.split(',').map(|word| word.trim().to_owned()).filter(|word| !word.is_empty())
}

fn pairs(text: &str, value_of: impl Fn(&str) -> String) -> BTreeMap<String, String> {
    let pairs = text.split(',').filter_map(|pair| pair.split_once('='));
    pairs
        .map(|(key, value)| (key.trim().to_owned(), value_of(value.trim())))
        .filter(|(key, _)| !key.is_empty())
        .collect()
}

fn agent_token(
    argument: Option<String>,
    of: &dyn Fn(&str) -> Option<String>,
) -> Result<Option<String>> {
    let unauthorized = |message: String| {
        Error::new(ErrorKind::Unauthorized, message)
            .with_hint("set STILLFRAME_AGENT_TOKEN or STILLFRAME_AGENT_TOKEN_FILE")
    };
    let token = match (argument.or_else(|| of("AGENT_TOKEN")), of("AGENT_TOKEN_FILE")) {
        (Some(token), _) => token,
        (None, None) => return Ok(None),
        (None, Some(path)) => std::fs::read_to_string(&path)
            .map_err(|error| unauthorized(format!("token file {path} is unreadable: {error}")))?,
    };
    let token = token.trim().to_owned();
    if token.starts_with("sfu_") {
        return Err(unauthorized("this is a person's token (sfu_), not an agent's (sfa_)".into()));
    }
    if !token.starts_with("sfa_") || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(unauthorized("an agent's token begins with sfa_".into()));
    }
    Ok(Some(token))
}

fn allowed(argument: Option<Vec<ProbeKind>>, variable: Option<&str>) -> Result<Vec<ProbeKind>> {
    let mut kinds = argument.unwrap_or_else(|| KINDS.map(|(_, kind)| kind).to_vec());
    if let Some(text) = variable {
        let mut permitted = Vec::new();
        for word in list(text) {
            let kind = KINDS.iter().find(|(name, _)| *name == word).ok_or_else(|| {
                Error::new(
                    ErrorKind::Policy,
                    format!("STILLFRAME_ALLOW names {word:?}; kinds are snap, log and count"),
                )
            })?;
            permitted.push(kind.1);
        }
        kinds.retain(|kind| permitted.contains(kind));
    }
    Ok(kinds)
}

fn ceiling(argument: Option<u32>, variable: Option<&str>) -> Result<u32> {
    let variable = variable.map(share_ppm).transpose()?;
    let ceilings = [Some(WHOLE_CORE_PPM), argument, variable];
    Ok(ceilings.into_iter().flatten().min().unwrap_or(WHOLE_CORE_PPM))
}

/// Millionths that a share such as `2%` or `0.25 %` stands for.
pub fn share_ppm(text: &str) -> Result<u32> {
    let refuse = || {
        Error::new(ErrorKind::Limit, format!("{:?} is no share of a core", text.trim()))
            .with_hint("write a percentage above 0 and up to 100, such as 0.5%")
    };
    let number = text.trim().strip_suffix('%').ok_or_else(refuse)?.trim();
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let is_number = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !is_number(whole) || !is_number(fraction) || fraction.len() > 4 {
        return Err(refuse());
    }
    let whole: u32 = whole.parse().map_err(|_| refuse())?;
    // A ten-thousandth of a percent is a millionth.
    let fraction: u32 = format!("{fraction:0<4}").parse().map_err(|_| refuse())?;
    let ppm = whole.checked_mul(10_000).and_then(|ppm| ppm.checked_add(fraction));
    ppm.filter(|ppm| (1..=WHOLE_CORE_PPM).contains(ppm)).ok_or_else(refuse)
}

fn source_root(text: &str) -> Result<(String, String)> {
    let (here, there) = text.split_once('=').ok_or_else(|| {
        Error::new(ErrorKind::Location, "STILLFRAME_SOURCE_ROOT has no =")
            .with_hint("write PREFIX=FOLDER such as /app=services/checkout")
    })?;
    Ok((here.trim_end_matches('/').to_owned(), there.trim_end_matches('/').to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolve(arguments: Arguments, variables: &[(&str, &str)]) -> Result<Config> {
        let find = |name: &str| {
            let found = variables.iter().find(|(key, _)| *key == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        Config::resolve(arguments, &find)
    }

    #[test]
    fn arguments_precede_our_variables_precede_opentelemetry() {
        let otel = [
            ("OTEL_RESOURCE_ATTRIBUTES", "service.name=c,service.version=3,team=a%20b"),
            ("OTEL_SERVICE_NAME", "b"),
            ("STILLFRAME_SERVICE", "a"),
            ("STILLFRAME_LABELS", "zone=x, team = z"),
        ];
        let argument = Arguments { service: Some("arg".into()), ..Arguments::default() };
        let service =
            |arguments, skip: usize| resolve(arguments, &otel[..skip]).map(|config| config.service);
        assert_eq!(service(argument, 4), Ok("arg".to_owned()));
        assert_eq!(service(Arguments::default(), 3), Ok("a".to_owned()));
        assert_eq!(service(Arguments::default(), 2), Ok("b".to_owned()));
        assert_eq!(service(Arguments::default(), 1), Ok("c".to_owned()));
        let config = resolve(Arguments::default(), &otel).expect("it is well-formed");
        assert_eq!(config.version.as_deref(), Some("3"));
        assert!(!config.unnamed);
        assert_eq!(config.labels["zone"], "x");
        assert_eq!(config.labels["team"], "z");
        let only = resolve(Arguments::default(), &otel[..1]).expect("it is well-formed");
        assert_eq!(only.labels["team"], "a b");
    }

    #[test]
    fn only_the_applications_own_code_takes_a_name_off_the_list() {
        let arguments = || Arguments { readable: vec!["email".into()], ..Arguments::default() };
        let of = |arguments, variables: &[(&str, &str)]| {
            let config = resolve(arguments, variables).expect("nothing is malformed");
            let redaction = crate::redaction::Redaction::with(&config.redact, &config.readable);
            (redaction.name("email"), redaction.name("password"), redaction.name("iban_2"))
        };
        assert_eq!(of(Arguments::default(), &[]), (true, true, false));
        assert_eq!(of(arguments(), &[]), (false, true, false));
        let adds = [("STILLFRAME_REDACT", "email, *iban*"), ("STILLFRAME_READABLE", "password")];
        assert_eq!(of(arguments(), &adds), (true, true, true), "who adds has the last word");
    }

    #[test]
    fn a_name_nobody_gave_is_marked() {
        let main = Arguments { main: Some("app.py".into()), ..Arguments::default() };
        let config = resolve(main, &[]).expect("nothing is malformed");
        assert_eq!((config.service.as_str(), config.unnamed), ("app.py", true));
    }

    #[test]
    fn ceilings_only_tighten_and_false_always_wins() {
        let arguments = || Arguments {
            allow: Some(vec![ProbeKind::Count, ProbeKind::Snap]),
            max_budget_ppm: Some(5_000),
            ..Arguments::default()
        };
        let config = resolve(
            arguments(),
            &[
                ("STILLFRAME_ALLOW", "count,log"),
                ("STILLFRAME_MAX_BUDGET", "2%"),
                ("STILLFRAME_ENABLED", "False"),
            ],
        )
        .expect("nothing is malformed");
        assert_eq!(config.allow, [ProbeKind::Count]);
        assert_eq!(config.max_budget_ppm, 5_000);
        assert!(!config.enabled);
        let tighter = resolve(arguments(), &[("STILLFRAME_MAX_BUDGET", "0.1 %")]);
        assert_eq!(tighter.expect("nothing is malformed").max_budget_ppm, 1_000);
    }

    #[test]
    fn malformed_variables_are_refused_by_name() {
        for (name, value, word) in [
            ("STILLFRAME_ALLOW", "snap,shot", "shot"),
            ("STILLFRAME_MAX_BUDGET", "2", "share of a core"),
            ("STILLFRAME_MAX_BUDGET", "0%", "share of a core"),
            ("STILLFRAME_MAX_BUDGET", "101%", "share of a core"),
            ("STILLFRAME_AGENT_TOKEN", "sfu_x", "person's token"),
            ("STILLFRAME_AGENT_TOKEN", "hello", "sfa_"),
            ("STILLFRAME_AGENT_TOKEN_FILE", "/nonexistent", "unreadable"),
            ("STILLFRAME_SINK", "ftp://x", "ftp"),
            ("STILLFRAME_LOG", "loud", "loud"),
            ("STILLFRAME_SOURCE_ROOT", "/app", "="),
        ] {
            let error = resolve(Arguments::default(), &[(name, value)]).expect_err(name);
            assert!(error.to_string().contains(word), "{error}");
        }
    }
}
