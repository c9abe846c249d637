//! Probes from a file: an array of what the API takes, read again when it changes.
//!
//! Knows no hub. Invariant: a file that cannot be read or understood changes nothing and is said once;
//! a probe without an id keeps the one that its text gives it, so that re-reading moves nothing.

use super::Agent;
use crate::host::Runtime;
use crate::ids::ProbeId;
use crate::probe::ProbeSpec;
use crate::registry::Origin;
use crate::transport::log::Level;
use sha2::{Digest, Sha256};
use std::fs;
use std::path::Path;
use std::time::SystemTime;

/// Bytes of such a file that are read.
const MAX_BYTES: u64 = 1 << 20;

/// What the file was when it was last read.
#[derive(Debug, Default)]
pub(super) struct Watched(Option<(Option<SystemTime>, u64)>);

impl<R: Runtime> Agent<R> {
    pub(super) fn read_probes(&self, path: &Path, watched: &mut Watched) {
        let is = fs::metadata(path).map(|data| (data.modified().ok(), data.len()));
        let is = is.unwrap_or((None, u64::MAX));
        if watched.0.replace(is) == Some(is) {
            return;
        }
        match parse(path, is.1) {
            Ok(specs) => self.replace_all(specs, Origin::File),
            Err(message) => {
                let text = format!("probes of {} stay as they are: {message}", path.display());
                self.log.say(Level::Warn, "probes_file", text);
            }
        }
    }
}

fn parse(path: &Path, len: u64) -> Result<Vec<ProbeSpec>, String> {
    if len == u64::MAX {
        return Err("the file cannot be read".to_owned());
    }
    if len > MAX_BYTES {
        return Err("the file is over 1 MiB".to_owned());
    }
    let text = fs::read_to_string(path).map_err(|error| error.to_string())?;
    let specs: Vec<ProbeSpec> = serde_json::from_str(&text).map_err(|error| error.to_string())?;
    Ok(specs.into_iter().map(with_id).collect())
}

/// The probe with an id: its own, or one of its text.
fn with_id(mut spec: ProbeSpec) -> ProbeSpec {
    const ALPHABET: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz023456789";
    let text = serde_json::to_vec(&spec).unwrap_or_default();
    let digest = Sha256::digest(&text);
    // The specification's own number distinguishes what was changed under the same id.
    let revision = u32::from_le_bytes([digest[0], digest[1], digest[2], digest[3]]);
    if spec.id.is_none() {
        let letters = digest[4..9].iter().map(|byte| char::from(ALPHABET[usize::from(byte % 32)]));
        spec.id = format!("f{}", letters.collect::<String>()).parse::<ProbeId>().ok();
    } else if spec.revision == 0 {
        spec.revision = revision;
    }
    spec
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn a_probe_keeps_its_id_and_a_changed_one_gets_a_new_revision() {
        let read = |text: &str| {
            let mut file = tempfile::NamedTempFile::new().expect("a temporary file");
            file.write_all(text.as_bytes()).expect("it can be written");
            parse(file.path(), text.len() as u64)
        };
        let one = read(r#"[{"location":"app.py:42"}]"#).expect("well-formed");
        let two = read(r#"[{"kind":"count","location":"b.py:1"},{"location":"app.py:42"}]"#);
        assert_eq!(one[0], two.expect("well-formed")[1]);
        let named = |limit: u32| {
            let text = format!(r#"[{{"id":"aa","location":"a.py:1","limit":{limit}}}]"#);
            read(&text).expect("well-formed").remove(0)
        };
        assert_eq!(named(1).id, named(2).id);
        assert_ne!(named(1).revision, named(2).revision);
        for bad in ["", "{}", r#"[{"location":"app.py"}]"#, r#"[{"location":"a.py:1","x":1}]"#] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }
}
