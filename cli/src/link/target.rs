//! Which hub is meant, and which token it gets.
//!
//! Order: the flag, `STILLFRAME_HUB`, the discovery file. Invariant: the tokens that a discovery file
//! points at go to the hub of that file and to no other.

use crate::fail::{Exit, Failure, Result};
use std::path::{Path, PathBuf};
use stillframe_hub::discovery::{self, Discovery};
use ureq::http::Uri;

/// What people call the hub of their own machine.
const LOCAL: &str = "local";

/// A hub, before anybody asked it anything.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    /// `http://127.0.0.1:4737`, without a slash at the end.
    pub(crate) url: String,
    /// What the discovery file says, if it is about this hub.
    pub(crate) discovery: Option<Discovery>,
}

/// A variable of the environment that is set to something.
pub(crate) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.trim().is_empty())
}

impl Target {
    /// The hub that `flag`, the environment or the discovery file names.
    pub(crate) fn find(flag: Option<&str>) -> Result<Self> {
        let named = flag.map(str::to_owned).or_else(|| variable("STILLFRAME_HUB"));
        Self::choose(named.as_deref(), Discovery::find(&discovery::folder()))
    }

    fn choose(named: Option<&str>, discovery: Option<Discovery>) -> Result<Self> {
        let Some(named) = named.filter(|named| *named != LOCAL) else {
            let found = discovery.ok_or_else(|| {
                Failure::new(Exit::Unreachable, "hub", "no hub runs on this machine, none is named")
                    .next("start one with `stillframe serve`, or name one with --hub URL")
            })?;
            let url = plain(&found.url)?;
            return Ok(Self { url, discovery: Some(found) });
        };
        if !named.contains("://") {
            return Err(Failure::usage(format!("no hub is called `{named}`"))
                .next("give its URL, or `local` for the one of this machine"));
        }
        let url = plain(named)?;
        let same = |found: &Discovery| plain(&found.url).is_ok_and(|other| other == url);
        Ok(Self { discovery: discovery.filter(same), url })
    }

    /// The token of the person who asks.
    pub(crate) fn token(&self) -> Result<String> {
        if let Some(token) = variable("STILLFRAME_TOKEN") {
            return of_a_person(&token, "STILLFRAME_TOKEN");
        }
        if let Some(path) = variable("STILLFRAME_TOKEN_FILE") {
            return of_a_person(&read(Path::new(&path))?, "the file of STILLFRAME_TOKEN_FILE");
        }
        match &self.discovery {
            Some(found) => of_a_person(&read(&found.token_file)?, "the hub's own token file"),
            None => Err(unauthorized(format!("no token for {}", self.url))
                .next("set STILLFRAME_TOKEN_FILE to a file with a person's token (sfu_…)")),
        }
    }

    /// The file with the token for agents, if this hub's is known.
    pub(crate) fn agent_token_file(&self) -> Option<PathBuf> {
        self.discovery.as_ref().map(|found| found.agent_token_file.clone())
    }
}

fn unauthorized(message: String) -> Failure {
    Failure::new(Exit::Unauthorized, "unauthorized", message)
}

fn read(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).map_err(|error| {
        unauthorized(format!("the token file {} cannot be read: {error}", path.display()))
            .next("check the path and that the file is yours")
    })
}

/// The token if it is a person's; what it is and where it stands otherwise, never its text.
fn of_a_person(token: &str, place: &str) -> Result<String> {
    let token = token.trim();
    let is_text = token.bytes().all(|byte| byte.is_ascii_graphic());
    if token.starts_with("sfu_") && is_text {
        return Ok(token.to_owned());
    }
    let wrong = |message: String| {
        let failure = Failure::new(Exit::Unauthorized, "wrong_token", message);
        Err(failure.next("people use a token that begins with sfu_"))
    };
    if token.starts_with("sfa_") {
        return wrong(format!("{place} holds an agent's token (sfa_…), not a person's"));
    }
    wrong(format!("{place} holds no token of a person (sfu_…)"))
}

/// The URL without its trailing slash, if a token may travel there.
fn plain(url: &str) -> Result<String> {
    let bad = |message: String| Failure::usage(message).next("such as http://127.0.0.1:4737");
    let text = url.trim().trim_end_matches('/');
    let uri: Uri = text.parse().map_err(|_| bad(format!("`{text}` is no URL of a hub")))?;
    let host = uri.host().filter(|host| !host.is_empty());
    let host = host.ok_or_else(|| bad(format!("`{text}` names no host")))?;
    if uri.authority().is_some_and(|authority| authority.as_str().contains('@')) {
        return Err(bad("a URL holds no password or token".to_owned()));
    }
    match uri.scheme_str() {
        Some("http") if is_loopback(host) => Ok(text.to_owned()),
        Some("http") => Err(Failure::new(
            Exit::Refused,
            "policy",
            format!("http:// to {host} would carry the token over an open network"),
        )
        .next(format!(
            "write https://{host}, or forward a port: ssh -L 4737:127.0.0.1:4737 {host}"
        ))),
        Some("https") => Ok(text.to_owned()),
        _ => Err(bad(format!("`{text}` does not begin with https:// or http://"))),
    }
}

fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let address = bare.parse::<std::net::IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn discovery(url: &str) -> Discovery {
        Discovery {
            pid: 1,
            url: url.to_owned(),
            token_file: "token".into(),
            agent_token_file: "agent".into(),
        }
    }

    #[test]
    fn the_discovered_token_stays_with_its_hub() {
        let found = || Some(discovery("http://127.0.0.1:4737"));
        for named in [None, Some("local"), Some("http://127.0.0.1:4737/")] {
            let target = Target::choose(named, found()).expect("a hub");
            assert_eq!(target.agent_token_file(), Some("agent".into()), "{named:?}");
        }
        let other = Target::choose(Some("http://127.0.0.1:4800"), found()).expect("a hub");
        assert_eq!(other.agent_token_file(), None);
    }

    #[test]
    fn nowhere_to_go_says_where_to_go() {
        let failure = Target::choose(None, None).expect_err("no hub");
        assert_eq!(failure.exit, Exit::Unreachable);
        for (named, exit) in [
            ("prod", Exit::Usage),
            ("ftp://127.0.0.1", Exit::Usage),
            ("http://", Exit::Usage),
            ("http://a:b@127.0.0.1", Exit::Usage),
            ("http://10.0.0.7:4737", Exit::Refused),
            ("http://127.0.0.1.example.com", Exit::Refused),
        ] {
            let failure = Target::choose(Some(named), None).expect_err(named);
            assert_eq!(failure.exit, exit, "{named}: {}", failure.message);
            assert!(failure.next.is_some(), "{named}");
        }
        for good in ["http://[::1]:4737", "https://stillframe.example.com"] {
            assert!(Target::choose(Some(good), None).is_ok(), "{good}");
        }
    }

    #[test]
    fn the_wrong_kind_of_token_is_refused_by_name() {
        let failure = of_a_person("sfa_secret\n", "STILLFRAME_TOKEN").expect_err("an agent's");
        assert!(failure.message.contains("agent's token"), "{}", failure.message);
        assert!(!failure.message.contains("secret"));
        assert_eq!(of_a_person(" sfu_x\n", "a file").as_deref(), Ok("sfu_x"));
        for bad in ["", "secret", "sfu_a\r\nX: y"] {
            let failure = of_a_person(bad, "a file").expect_err(bad);
            assert_eq!(failure.exit, Exit::Unauthorized);
        }
    }
}
