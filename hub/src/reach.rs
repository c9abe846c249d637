//! From where, and by which names, the hub may be reached.
//!
//! Knows addresses and headers, no route. Invariants: without TLS nothing beyond this machine is
//! listened to, unless somebody vouches for a proxy that has it; a name that was merely pointed at
//! this machine is not one of the hub's.

use crate::api::types::DEFAULT_PORT;
use crate::serve::Options;
use crate::tls::Tls;
use axum::http::HeaderMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use stillframe_core::error::{Error, ErrorKind, Result};

/// Who is at the two ends of a connection.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ends {
    /// The other end; a proxy's when there is one.
    pub remote: SocketAddr,
    /// This end: the address that was asked for.
    pub local: SocketAddr,
}

/// How the hub is reached.
pub(crate) struct Reach {
    pub tls: Option<Arc<Tls>>,
    proxied: bool,
    hosts: Vec<String>,
}

impl Reach {
    /// What `options` ask for, if tokens are safe on the way.
    pub(crate) fn of(options: &Options) -> Result<Self> {
        let policy = |message: String| Error::new(ErrorKind::Policy, message);
        let tls = options.tls.clone().map(Tls::open).transpose()?.map(Arc::new);
        let reach = Self {
            tls,
            proxied: options.tls_terminated_by_proxy,
            hosts: options.hosts.iter().map(|host| host.to_ascii_lowercase()).collect(),
        };
        let uncovered = reach.hosts.iter().find(|host| !reach.covers(host));
        if let Some(host) = uncovered.filter(|_| reach.tls.is_some()) {
            return Err(policy(format!("the certificate is not for {host}"))
                .with_hint("leave that --host away, or take a certificate that names it"));
        }
        if options.bind.ip().is_loopback() || reach.tls.is_some() {
            return Ok(reach);
        }
        let (ip, port) = (options.bind.ip(), options.bind.port());
        let port = if port == 0 { DEFAULT_PORT } else { port };
        if !reach.proxied {
            return Err(policy(format!(
                "listening on {ip} without TLS would carry tokens and snapshots in the clear"
            ))
            .with_hint(format!(
                "give it a certificate: --tls-cert FILE --tls-key FILE; or, behind a proxy that \
                 has one, say --tls-terminated-by-proxy --host NAME; or bind 127.0.0.1:{port} and \
                 come by `ssh -L {port}:127.0.0.1:{port} HOST`"
            )));
        }
        if reach.hosts.is_empty() {
            return Err(policy("behind a proxy the hub has to know its name".to_owned())
                .with_hint("say by which name it is reached: --host stillframe.example.com"));
        }
        Ok(reach)
    }

    fn covers(&self, host: &str) -> bool {
        self.tls.as_ref().is_some_and(|tls| tls.is_for(host))
    }

    /// Whether a `Host` header may say `host`, without its port. An address is admitted where it is
    /// the one that was connected to: no name was pointed anywhere to get here.
    pub(crate) fn admits(&self, host: &str, local: IpAddr) -> bool {
        let host = host.trim_end_matches('.').to_ascii_lowercase();
        if let Ok(ip) = host.parse::<IpAddr>() {
            return ip.is_loopback() || ip.to_canonical() == local.to_canonical();
        }
        host == "localhost" || self.hosts.contains(&host) || self.covers(&host)
    }

    /// Whether `origin` is a page of the hub itself, which was asked for as `host`.
    pub(crate) fn is_own_page(&self, origin: &str, host: &str) -> bool {
        let Some((scheme, name)) = origin.split_once("://") else { return false };
        let may_be = match scheme {
            "https" => self.tls.is_some() || self.proxied,
            "http" => self.tls.is_none(),
            _ => false,
        };
        may_be && name.eq_ignore_ascii_case(host)
    }

    /// Where a request comes from, for the audit. A proxy's word is noted beside its own address.
    pub(crate) fn origin_of(&self, ends: &Ends, headers: &HeaderMap) -> String {
        let remote = ends.remote.ip().to_canonical();
        self.said(headers).map_or_else(|| remote.to_string(), |said| format!("{said} by {remote}"))
    }

    /// The address that a request counts for: who a proxy says it is, else the other end's own.
    pub(crate) fn address_of(&self, ends: &Ends, headers: &HeaderMap) -> IpAddr {
        self.said(headers).unwrap_or(ends.remote.ip())
    }

    /// Who the proxy says it is.
    fn said(&self, headers: &HeaderMap) -> Option<IpAddr> {
        let said = headers.get_all("x-forwarded-for").iter().next_back();
        let said = said.filter(|_| self.proxied).and_then(|said| said.to_str().ok());
        // The last entry is the proxy's own; those before are whatever the client liked to say.
        said.and_then(|said| said.rsplit(',').next()?.trim().parse().ok())
    }

    /// The address by which programs of this machine find the hub.
    pub(crate) fn url(&self, bound: SocketAddr) -> String {
        let ip = match bound.ip() {
            ip if ip.is_unspecified() => IpAddr::from(Ipv4Addr::LOCALHOST),
            ip => ip,
        };
        let at = SocketAddr::new(ip, bound.port());
        if self.tls.is_none() {
            return format!("http://{at}");
        }
        let named = self.hosts.first().map(String::as_str);
        let by_name = named.or(Some("localhost").filter(|name| self.covers(name)));
        match by_name.filter(|_| named.is_some() || !self.covers(&ip.to_string())) {
            Some(name) => format!("https://{name}:{}", bound.port()),
            None => format!("https://{at}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tls::TlsFiles;
    use std::path::Path;

    fn options(bind: &str) -> Options {
        Options { bind: bind.parse().expect("an address"), ..Options::default() }
    }

    fn with_tls(bind: &str) -> Options {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/tls");
        let tls = TlsFiles { certificate: folder.join("hub.pem"), key: folder.join("hub.key") };
        Options { tls: Some(tls), ..options(bind) }
    }

    fn proxied(bind: &str, hosts: &[&str]) -> Options {
        let hosts = hosts.iter().map(|&host| host.to_owned()).collect();
        Options { tls_terminated_by_proxy: true, hosts, ..options(bind) }
    }

    #[test]
    fn beyond_this_machine_only_with_tls_or_somebody_who_vouches_for_it() {
        let refused = |options: &Options| {
            let error = Reach::of(options).err().expect("refused");
            assert_eq!(error.kind(), ErrorKind::Policy);
            error.to_string()
        };
        for bind in ["0.0.0.0:0", "[::]:4737", "192.0.2.7:99"] {
            assert!(refused(&options(bind)).contains("in the clear"), "{bind}");
            assert!(Reach::of(&with_tls(bind)).is_ok(), "{bind}");
            assert!(refused(&proxied(bind, &[])).contains("name"), "{bind}");
            assert!(Reach::of(&proxied(bind, &["hub.example"])).is_ok(), "{bind}");
        }
        assert!(Reach::of(&options("127.0.0.1:0")).is_ok());
        assert!(Reach::of(&options("[::1]:0")).is_ok());
        let hint = Reach::of(&options("0.0.0.0:0")).err().and_then(|e| e.hint().map(str::to_owned));
        for way in ["--tls-cert", "--tls-terminated-by-proxy", "ssh -L 4737:"] {
            assert!(hint.as_ref().is_some_and(|hint| hint.contains(way)), "{hint:?}");
        }
        let mut named = with_tls("0.0.0.0:0");
        named.hosts = vec!["evil.test".into()];
        assert!(refused(&named).contains("not for evil.test"));
    }

    #[test]
    fn names_are_those_of_the_certificate_those_told_and_the_address_itself() {
        let local: IpAddr = "192.0.2.7".parse().expect("an address");
        let plain = Reach::of(&options("127.0.0.1:0")).expect("loopback");
        for host in ["localhost", "LOCALHOST", "127.0.0.1", "127.8.8.8", "::1", "192.0.2.7"] {
            assert!(plain.admits(host, local), "{host}");
        }
        for host in ["evil.example", "127.0.0.1.evil.example", "192.0.2.8", "", "hub.test"] {
            assert!(!plain.admits(host, local), "{host}");
        }
        let tls = Reach::of(&with_tls("0.0.0.0:0")).expect("TLS");
        assert!(tls.admits("hub.test", local) && tls.admits("x.wild.test", local));
        assert!(!tls.admits("evil.test", local));
        let behind = Reach::of(&proxied("0.0.0.0:0", &["Hub.Example"])).expect("a proxy");
        assert!(behind.admits("hub.example", local) && behind.admits("hub.example.", local));
        assert!(!behind.admits("evil.example", local));
    }

    #[test]
    fn pages_are_its_own_by_scheme_and_name() {
        let plain = Reach::of(&options("127.0.0.1:0")).expect("loopback");
        let tls = Reach::of(&with_tls("127.0.0.1:0")).expect("TLS");
        let behind = Reach::of(&proxied("127.0.0.1:0", &["hub.example"])).expect("a proxy");
        let pages = |reach: &Reach| {
            ["http://h:1", "https://h:1", "https://h", "null", "h:1", "ftp://h:1"]
                .map(|origin| reach.is_own_page(origin, "h:1"))
        };
        assert_eq!(pages(&plain), [true, false, false, false, false, false]);
        assert_eq!(pages(&tls), [false, true, false, false, false, false]);
        assert_eq!(pages(&behind), [true, true, false, false, false, false]);
    }

    #[test]
    fn a_proxy_is_believed_only_where_there_is_one_and_only_its_last_word() {
        let ends = Ends {
            remote: "10.0.0.1:5".parse().expect("an address"),
            local: "10.0.0.2:1".parse().expect("an address"),
        };
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-for", "6.6.6.6, 192.0.2.9".parse().expect("a header"));
        let plain = Reach::of(&options("127.0.0.1:0")).expect("loopback");
        assert_eq!(plain.origin_of(&ends, &headers), "10.0.0.1");
        let behind = Reach::of(&proxied("127.0.0.1:0", &["hub.example"])).expect("a proxy");
        assert_eq!(behind.origin_of(&ends, &headers), "192.0.2.9 by 10.0.0.1");
        headers.append("x-forwarded-for", "nonsense".parse().expect("a header"));
        assert_eq!(behind.origin_of(&ends, &headers), "10.0.0.1");
    }

    #[test]
    fn the_address_is_one_that_the_certificate_is_for() {
        let bound = |text: &str| text.parse().expect("an address");
        let url = |options: &Options, at: &str| Reach::of(options).expect("safe").url(bound(at));
        assert_eq!(url(&options("127.0.0.1:0"), "127.0.0.1:7"), "http://127.0.0.1:7");
        assert_eq!(url(&with_tls("0.0.0.0:0"), "0.0.0.0:7"), "https://127.0.0.1:7");
        assert_eq!(url(&with_tls("[::1]:0"), "[::1]:7"), "https://localhost:7");
        assert_eq!(url(&proxied("0.0.0.0:0", &["h.example"]), "0.0.0.0:7"), "http://127.0.0.1:7");
        let mut named = with_tls("0.0.0.0:0");
        named.hosts = vec!["hub.test".into()];
        assert_eq!(url(&named, "0.0.0.0:7"), "https://hub.test:7");
    }
}
