//! Which hub is meant, and which token it gets.
//!
//! Order: the flag, `STILLFRAME_HUB`, the chosen login, the discovery file. Invariant: the token of a
//! login, and those that a discovery file points at, go to their own hub and to no other.

use crate::command::login::unknown;
use crate::fail::{Exit, Failure, Result};
use crate::link::logins::{Login, Logins};
use std::path::{Path, PathBuf};
use stillframe_core::transport::way::Way;
use stillframe_hub::discovery::{self, Discovery};
use ureq::http::Uri;

/// What people call the hub of their own machine.
pub(crate) const LOCAL: &str = "local";

/// A hub, before anybody asked it anything.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    /// `http://127.0.0.1:4737`, without a slash at the end.
    pub(crate) url: String,
    /// What the discovery file says, if it is about this hub.
    pub(crate) discovery: Option<Discovery>,
    /// The login to it, if there is one.
    login: Option<Login>,
}

/// A variable of the environment that is set to something.
pub(crate) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.trim().is_empty())
}

impl Target {
    /// The hub that `flag`, the environment or the discovery file names.
    pub(crate) fn find(flag: Option<&str>) -> Result<Self> {
        let named = flag.map(str::to_owned).or_else(|| variable("STILLFRAME_HUB"));
        Self::choose(named.as_deref(), &Logins::load()?, Discovery::find(&discovery::folder()))
    }

    /// The hub of a login.
    pub(crate) fn of(login: Login) -> Self {
        Self { url: login.url.clone(), discovery: None, login: Some(login) }
    }

    fn choose(named: Option<&str>, logins: &Logins, discovery: Option<Discovery>) -> Result<Self> {
        if let (None, Some(login)) = (named, logins.chosen()) {
            return Ok(Self::of(login.clone()));
        }
        let Some(named) = named.filter(|named| *named != LOCAL) else {
            let found = discovery.ok_or_else(|| {
                Failure::new(Exit::Unreachable, "hub", "no hub runs on this machine, none is named")
                    .next("start one with `stillframe serve`, or name one with --hub URL")
            })?;
            let url = plain(&found.url)?;
            return Ok(Self { url, discovery: Some(found), login: None });
        };
        if !named.contains("://") {
            let login = logins.named(named).cloned();
            return login.map(Self::of).ok_or_else(|| unknown(named, logins));
        }
        let url = plain(named)?;
        let same = |found: &Discovery| plain(&found.url).is_ok_and(|other| other == url);
        Ok(Self { discovery: discovery.filter(same), login: logins.to(&url).cloned(), url })
    }

    /// The token of the person who asks.
    pub(crate) fn token(&self) -> Result<String> {
        if let Some(token) = variable("STILLFRAME_TOKEN") {
            return of_a_person(&token, "STILLFRAME_TOKEN");
        }
        if let Some(path) = variable("STILLFRAME_TOKEN_FILE") {
            return of_a_person(&read(Path::new(&path))?, "the file of STILLFRAME_TOKEN_FILE");
        }
        if let Some(login) = &self.login {
            return of_a_person(&login.token, "the login");
        }
        match &self.discovery {
            Some(found) => of_a_person(&read(&found.token_file)?, "the hub's own token file"),
            None => Err(unauthorized(format!("no token for {}", self.url)).next(format!(
                "log in: stillframe login {}, or set STILLFRAME_TOKEN_FILE",
                self.url
            ))),
        }
    }

    /// The way there by the environment, with the certificates that the login names.
    pub(crate) fn way(&self) -> Way {
        let mut way = Way::of(&variable);
        let of_login = || self.login.as_ref().and_then(|login| login.ca_file.clone());
        way.ca_file = way.ca_file.or_else(of_login);
        way
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
pub(crate) fn of_a_person(token: &str, place: &str) -> Result<String> {
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
pub(crate) fn plain(url: &str) -> Result<String> {
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
            let target = Target::choose(named, &Logins::default(), found()).expect("a hub");
            assert_eq!(target.agent_token_file(), Some("agent".into()), "{named:?}");
        }
        let other = Target::choose(Some("http://127.0.0.1:4800"), &Logins::default(), found())
            .expect("a hub");
        assert_eq!(other.agent_token_file(), None);
    }

    #[test]
    fn a_login_is_meant_when_chosen_named_or_addressed_and_its_token_stays_with_it() {
        let login = |name: &str, url: &str| Login {
            name: name.into(),
            url: url.into(),
            ca_file: None,
            token: format!("sfu_{name}"),
        };
        let mut logins = Logins::default();
        logins.put(login("test", "https://b"));
        logins.put(login("prod", "https://a"));
        let found = || Some(discovery("http://127.0.0.1:4737"));
        let token = |named: Option<&str>, logins: &Logins| {
            let target = Target::choose(named, logins, found()).expect("a hub");
            target.login.map(|login| login.token)
        };
        assert_eq!(token(None, &logins).as_deref(), Some("sfu_prod"));
        assert_eq!(token(Some("test"), &logins).as_deref(), Some("sfu_test"));
        assert_eq!(token(Some("https://b/"), &logins).as_deref(), Some("sfu_test"));
        for named in ["local", "https://c", "http://127.0.0.1:4737"] {
            assert_eq!(token(Some(named), &logins), None, "{named}");
        }
        logins.chosen = None;
        assert_eq!(token(None, &logins), None);
        let failure = Target::choose(Some("prd"), &logins, found()).expect_err("not one of them");
        assert!(failure.next.is_some_and(|next| next.contains("prod")));
    }

    #[test]
    fn nowhere_to_go_says_where_to_go() {
        let failure = Target::choose(None, &Logins::default(), None).expect_err("no hub");
        assert_eq!(failure.exit, Exit::Unreachable);
        for (named, exit) in [
            ("prod", Exit::Usage),
            ("ftp://127.0.0.1", Exit::Usage),
            ("http://", Exit::Usage),
            ("http://a:b@127.0.0.1", Exit::Usage),
            ("http://10.0.0.7:4737", Exit::Refused),
            ("http://127.0.0.1.example.com", Exit::Refused),
        ] {
            let failure = Target::choose(Some(named), &Logins::default(), None).expect_err(named);
            assert_eq!(failure.exit, exit, "{named}: {}", failure.message);
            assert!(failure.next.is_some(), "{named}");
        }
        for good in ["http://[::1]:4737", "https://stillframe.example.com"] {
            assert!(Target::choose(Some(good), &Logins::default(), None).is_ok(), "{good}");
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
