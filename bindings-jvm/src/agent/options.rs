//! What the command line (`-agentpath:…=`), an attach or the jar's agent says to the library.
//!
//! Pairs `key=value`, joined by commas, each percent-encoded. Knows no environment. Invariant: what is
//! not understood is said by name and nothing of it is guessed.

use crate::error::Fault;
use std::collections::BTreeMap;
use stillframe_core::agent::{Arguments, percent_decoded};

/// The arguments that `text` stands for.
pub(super) fn arguments(text: &str) -> Result<Arguments, Fault> {
    let mut arguments = Arguments::default();
    for pair in text.split(',').filter(|pair| !pair.is_empty()) {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        let (key, value) = (percent_decoded(key), percent_decoded(value));
        match key.as_str() {
            "hub" => arguments.hub = Some(value),
            "token" => arguments.agent_token = Some(value),
            "token_file" => arguments.agent_token = Some(token(&value)?),
            "ca_file" => arguments.ca_file = Some(value.into()),
            "service" => arguments.service = Some(value),
            "version" => arguments.version = Some(value),
            "sink" => arguments.sink = Some(value.parse()?),
            "labels" => arguments.labels = labels(&value),
            _ => return Err(unknown(&key)),
        }
    }
    Ok(arguments)
}

fn token(path: &str) -> Result<String, Fault> {
    std::fs::read_to_string(path).map_err(|error| {
        let message = format!("token file {path} is unreadable: {error}");
        Fault::new("unauthorized", &message, Some("give a file that this process may read"))
    })
}

fn labels(text: &str) -> BTreeMap<String, String> {
    let pairs = text.split(',').filter_map(|pair| pair.split_once('='));
    pairs.map(|(key, value)| (key.trim().to_owned(), value.trim().to_owned())).collect()
}

fn unknown(key: &str) -> Fault {
    let hint = "options are hub, token, token_file, ca_file, service, version, sink and labels";
    Fault::new("option", &format!("there is no option {key}"), Some(hint))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_percent_encoded_pairs() {
        let text = "hub=http%3A%2F%2F127.0.0.1%3A4737,ca_file=%2Fetc%2Fa%20b.pem,service=check%2Cout,\
             labels=team%3Dshop%2Ca%3Db";
        let arguments = arguments(text).expect("it is understood");
        assert_eq!(arguments.hub.as_deref(), Some("http://127.0.0.1:4737"));
        assert_eq!(arguments.service.as_deref(), Some("check,out"));
        assert_eq!(arguments.ca_file.as_deref(), Some("/etc/a b.pem".as_ref()));
        assert_eq!(arguments.labels.len(), 2);
        assert!(super::arguments("").expect("nothing is fine").hub.is_none());
    }

    #[test]
    fn what_is_not_understood_is_named() {
        let fault = arguments("hubb=x").expect_err("there is no such option");
        assert!(fault.to_string().contains("hubb"), "{fault}");
        let fault = arguments("token_file=%2Fnowhere").expect_err("there is no such file");
        assert!(fault.to_string().contains("/nowhere"), "{fault}");
    }
}
