//! Asks a hub, blocking.
//!
//! Knows HTTP, tokens and the form of errors. Invariant: every way an answer can be wrong (nobody
//! there, not a hub, an error of the API) ends as a [`Failure`] with its documented exit code.

use super::sse;
use super::target::Target;
use super::tls::{self, TlsConnector};
use crate::fail::{Exit, Failure, Result};
use crate::screen::snapshot::Canvas;
use crate::screen::text::clean;
use crate::screen::why;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::io::{BufReader, Read};
use std::time::Duration;
use stillframe_hub::api::types::{Code, ErrorAnswer, ErrorInfo, Me};
use ureq::http::{Method, Request, Response};
use ureq::unversioned::resolver::DefaultResolver;
use ureq::unversioned::transport::{ConnectProxyConnector, Connector, TcpConnector};
use ureq::{Agent, AsSendBody, Body, Proxy};

/// A hub that runs answers a connection at once.
const CONNECT_TIME: Duration = Duration::from_secs(5);
/// The slowest answer: a probe that waits for its instances' reports, at most a few seconds. A hub
/// that hangs is away.
const ANSWER_TIME: Duration = Duration::from_secs(15);
/// Bytes of one answer: a page of a thousand snapshots stays below.
const MAX_ANSWER_BYTES: u64 = 256 << 20;

/// A hub with the token it wants.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    agent: Agent,
    url: String,
    token: String,
}

/// A stream of events.
pub(crate) type Events = sse::Reader<BufReader<Box<dyn Read + Send>>>;

impl Client {
    /// A client of `target`; asks nothing yet.
    pub(crate) fn new(target: &Target) -> Result<Self> {
        Self::with_token(target, target.token()?)
    }

    /// The same, with a token that is not the target's own yet.
    pub(crate) fn with_token(target: &Target, token: String) -> Result<Self> {
        let way = target.way();
        let proxy = way.proxy_to(host(&target.url)).filter(|_| target.url.starts_with("https:"));
        let proxy = proxy.map(Proxy::new).transpose().map_err(|_| {
            Failure::new(Exit::Unreachable, "hub", "HTTPS_PROXY names no proxy that can be used")
                .next("write http://HOST:PORT, or except the hub by NO_PROXY")
        })?;
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .proxy(proxy)
            .timeout_connect(Some(CONNECT_TIME))
            .timeout_recv_response(Some(ANSWER_TIME))
            .build();
        let connector = ConnectProxyConnector::default()
            .chain(TcpConnector::default())
            .chain(TlsConnector { ca_file: way.ca_file });
        let agent = Agent::with_parts(config, connector, DefaultResolver::default());
        Ok(Self { agent, url: target.url.clone(), token })
    }

    /// The hub's address.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Who the token belongs to.
    pub(crate) fn me(&self) -> Result<Me> {
        self.get("/api/v1/me")
    }

    /// Asks for something.
    pub(crate) fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T> {
        self.answer(self.send(Method::GET, path, (), Some(ANSWER_TIME))?)
    }

    /// Takes something away.
    pub(crate) fn delete<T: DeserializeOwned>(&self, path: &str) -> Result<T> {
        self.answer(self.send(Method::DELETE, path, (), Some(ANSWER_TIME))?)
    }

    /// Asks for something to be done.
    pub(crate) fn post<T: DeserializeOwned>(&self, path: &str, body: &impl Serialize) -> Result<T> {
        let body = serde_json::to_vec(body)
            .map_err(|error| Failure::new(Exit::Failed, "failed", error.to_string()))?;
        self.answer(self.send(Method::POST, path, body, Some(ANSWER_TIME))?)
    }

    /// Opens a stream of events.
    pub(crate) fn events(&self, path: &str) -> Result<Events> {
        let response = self.send(Method::GET, path, (), None)?;
        if !response.status().is_success() {
            return self.answer::<()>(response).and_then(|()| Err(self.nonsense("no events")));
        }
        let kind = response.headers().get("content-type").and_then(|kind| kind.to_str().ok());
        if !kind.is_some_and(|kind| kind.starts_with("text/event-stream")) {
            return Err(self.nonsense("it sends no events"));
        }
        let body: Box<dyn Read + Send> = Box::new(response.into_body().into_reader());
        Ok(sse::Reader::new(BufReader::new(body)))
    }

    /// Sends a request; its whole answer must be there after `most`, if that is bounded.
    fn send(
        &self,
        method: Method,
        path: &str,
        body: impl AsSendBody,
        most: Option<Duration>,
    ) -> Result<Response<Body>> {
        let request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.url))
            .header("authorization", format!("Bearer {}", self.token))
            .header("content-type", "application/json")
            .body(body)
            .map_err(|error| Failure::usage(format!("the address cannot be asked: {error}")))?;
        let request = self.agent.configure_request(request).timeout_global(most).build();
        self.agent.run(request).map_err(|error| self.away(&error))
    }

    fn answer<T: DeserializeOwned>(&self, mut response: Response<Body>) -> Result<T> {
        let good = response.status().is_success();
        let body = response.body_mut().with_config().limit(MAX_ANSWER_BYTES).read_to_vec();
        let body = body.map_err(|error| self.away(&error))?;
        if good {
            return serde_json::from_slice(&body)
                .map_err(|error| self.nonsense(&format!("its answer cannot be read: {error}")));
        }
        match serde_json::from_slice::<ErrorAnswer>(&body) {
            Ok(answer) => Err(of_api(answer.error)),
            Err(_) => Err(self.nonsense(&format!("it answers {}", response.status().as_u16()))),
        }
    }

    fn away(&self, error: &ureq::Error) -> Failure {
        if let Some(error) = tls::explain(error, host(&self.url)) {
            return Failure::from(error);
        }
        let message = match error {
            ureq::Error::Timeout(_) => {
                format!("the hub at {} does not answer within {ANSWER_TIME:?}", self.url)
            }
            error => format!("the hub at {} cannot be reached: {error}", self.url),
        };
        Failure::new(Exit::Unreachable, "hub", message)
            .next("check that it runs (`stillframe doctor`), or name another with --hub URL")
    }

    fn nonsense(&self, what: &str) -> Failure {
        let message = format!("what answers at {} is no Stillframe hub: {what}", self.url);
        Failure::new(Exit::Unreachable, "hub", message)
            .next("check the address, and that hub and command are of one version")
    }
}

/// The name or address within a URL.
pub(crate) fn host(url: &str) -> &str {
    let authority = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = authority.split('/').next().unwrap_or_default();
    match authority.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, _)) => address,
        None => authority.rsplit_once(':').map_or(authority, |(host, _)| host),
    }
}

/// A text as one segment or value of a URL.
pub(crate) fn encode(text: &str) -> String {
    let byte = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
            char::from(byte).to_string()
        }
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(byte).collect()
}

fn of_api(error: ErrorInfo) -> Failure {
    // Errors go to stderr, which may be as narrow as any terminal.
    let canvas = Canvas { width: 80, zone: jiff::tz::TimeZone::UTC };
    let exit = match error.code.exit_code() {
        2 => Exit::Usage,
        3 => Exit::NotFound,
        4 => Exit::Unauthorized,
        5 => Exit::Refused,
        _ => Exit::Failed,
    };
    let mut failure = Failure::new(exit, &word(error.code), clean(&error.message));
    failure.next = error.next.as_deref().map(clean);
    if let (Some(source), Some((start, end))) = (&error.source, error.span) {
        failure = failure.caret(source, start, end);
    }
    for candidate in &error.candidates {
        failure = failure.detail(clean(candidate));
    }
    if let Some(why) = &error.why {
        failure.details.extend(why::sources(why, &canvas));
        let first = why.tries.first().map(|step| clean(&step.text));
        failure.next = failure.next.or(first);
    }
    failure
}

fn word(code: Code) -> String {
    let text = serde_json::to_value(code).ok();
    text.and_then(|text| text.as_str().map(str::to_owned)).unwrap_or_else(|| "failed".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_of_the_api_keep_their_words_and_exit_code() {
        let mut info = ErrorInfo::new(Code::SeveralServices, "it matches in 2 services");
        info.candidates = vec!["checkout".into(), "orders\u{1b}".into()];
        let failure = of_api(info);
        assert_eq!((failure.exit, failure.code.as_str()), (Exit::Refused, "several_services"));
        assert_eq!(failure.details, ["checkout", "orders\\u{1b}"]);
    }

    #[test]
    fn what_goes_into_a_url_is_encoded() {
        assert_eq!(encode("a b/c?ü"), "a%20b%2Fc%3F%C3%BC");
    }
}
