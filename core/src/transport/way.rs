//! The way to a hub elsewhere: whom to trust, and which proxy to go through.
//!
//! Knows variables, no connection; agents and the command line share it. Invariant: what stays on this
//! machine goes through no proxy.

use super::tls::CA_VARIABLE;
use std::net::IpAddr;
use std::path::PathBuf;

/// What the environment says of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Way {
    /// Certificates to trust in place of the system's.
    pub ca_file: Option<PathBuf>,
    /// `HTTPS_PROXY`.
    proxy: Option<String>,
    /// `NO_PROXY`.
    except: Option<String>,
}

impl Way {
    /// The way by the variables that `env` knows, in upper or lower case as other programs have them.
    pub fn of(env: &dyn Fn(&str) -> Option<String>) -> Self {
        let set = |name: &str| env(name).filter(|value| !value.trim().is_empty());
        let either = |name: &str| set(name).or_else(|| set(&name.to_ascii_lowercase()));
        Self {
            ca_file: set(CA_VARIABLE).map(PathBuf::from),
            proxy: either("HTTPS_PROXY"),
            except: either("NO_PROXY"),
        }
    }

    /// The same with other certificates, where some are named.
    #[must_use]
    pub fn trusting(self, ca_file: Option<PathBuf>) -> Self {
        Self { ca_file: ca_file.or(self.ca_file), ..self }
    }

    /// The proxy's address for a hub at `host`, if it goes through one.
    pub fn proxy_to(&self, host: &str) -> Option<&str> {
        let ip = host.parse::<IpAddr>();
        let is_here = ip.map_or(host.eq_ignore_ascii_case("localhost"), |ip| ip.is_loopback());
        let except = self.except.as_deref().unwrap_or_default();
        let is_excepted = except.split(',').map(str::trim).any(|name| covers(name, host));
        self.proxy.as_deref().filter(|_| !is_here && !is_excepted)
    }
}

/// Whether an entry of `NO_PROXY` is about `host`: itself, a domain above it, or everything.
fn covers(name: &str, host: &str) -> bool {
    if name == "*" {
        return true;
    }
    let name = name.strip_prefix("*.").or(name.strip_prefix('.')).unwrap_or(name);
    let (name, host) = (name.to_ascii_lowercase(), host.to_ascii_lowercase());
    let above = host.strip_suffix(&name).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
    !name.is_empty() && above
}

#[cfg(test)]
mod tests {
    use super::*;

    fn way(variables: &[(&str, &str)]) -> Way {
        let find = |name: &str| {
            let found = variables.iter().find(|(key, _)| *key == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        Way::of(&find)
    }

    #[test]
    fn a_proxy_is_for_what_is_elsewhere_and_not_excepted() {
        let proxy = ("HTTPS_PROXY", "http://proxy:3128");
        let except = ("no_proxy", "example.org, .internal,*.corp,10.0.0.7, ,");
        let way = way(&[proxy, except, ("STILLFRAME_CA_FILE", "/ca")]);
        assert_eq!(way.ca_file, Some("/ca".into()));
        for host in ["hub.example.com", "notexample.org", "internal.example", "10.0.0.77"] {
            assert_eq!(way.proxy_to(host), Some("http://proxy:3128"), "{host}");
        }
        for host in
            ["localhost", "127.0.0.1", "::1", "example.org", "a.EXAMPLE.org", "hub.internal"]
        {
            assert_eq!(way.proxy_to(host), None, "{host}");
        }
        assert_eq!((way.proxy_to("a.corp"), way.proxy_to("10.0.0.7")), (None, None));
    }

    #[test]
    fn nothing_set_is_no_proxy_and_a_star_excepts_all() {
        assert_eq!(way(&[("HTTPS_PROXY", " ")]).proxy_to("hub.example"), None);
        let lower = way(&[("https_proxy", "http://p")]);
        assert_eq!(lower.proxy_to("hub.example"), Some("http://p"));
        let all = way(&[("https_proxy", "http://p"), ("NO_PROXY", "*")]);
        assert_eq!(all.proxy_to("hub.example"), None);
    }
}
