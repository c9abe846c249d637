//! From what was typed to a location the hub and the agents can check: git root, hash, line text.
//!
//! Reads files of this machine and nothing else; which file of an instance is meant is decided there.
//! Invariant: a path that does not exist here is sent exactly as it was typed.

use crate::fail::{Exit, Failure, Result};
use std::path::{Component, Path, PathBuf};
use stillframe_core::location::{source_lines, source_sha256};
use stillframe_core::probe::Location;

mod around;

/// Bytes of a source file that is read for its hash. Generated bundles are larger than hand-written
/// files and smaller than this.
const MAX_SOURCE_FILE_BYTES: u64 = 64 << 20;

/// Reads a location as it was typed in `folder`. With `unchecked` a line beyond the end of the file
/// here is let pass: the running file may be longer.
pub(crate) fn resolve(typed: &str, folder: &Path, unchecked: bool) -> Result<Location> {
    // What is no location at all is a slip of the hand; what is one may still be refused.
    let usage = |failure: Failure| Failure { exit: Exit::Usage, ..failure };
    let mut location: Location =
        typed.parse().map_err(|error| usage(stillframe_core::error::Error::into(error)))?;
    let Some(file) = location.file.clone() else { return Ok(location) };
    let path = folder.join(&file);
    if !path.is_file() {
        return Ok(location);
    }
    let source = read(&path, &file)?;
    let path = plain(&path);
    match git_root(&path).and_then(|root| path.strip_prefix(root).ok().map(Path::to_path_buf)) {
        Some(inside) => {
            let components = named(&inside);
            let typed = named(Path::new(&file)).len().min(components.len());
            if typed < components.len() {
                location.typed_components = u32::try_from(typed).ok();
            }
            location.file = Some(components.join("/"));
        }
        None if Path::new(&file).is_relative() => {
            location.file = Some(named(Path::new(&file)).join("/"));
        }
        None => {}
    }
    location.source_sha256 = Some(source_sha256(&source));
    if let Some(line) = location.line {
        add_line(&mut location, &source, &file, line, unchecked)?;
    }
    Ok(location)
}

fn add_line(
    location: &mut Location,
    source: &[u8],
    file: &str,
    line: u32,
    unchecked: bool,
) -> Result<()> {
    let lines = source_lines(source);
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let index = (line as usize).saturating_sub(1);
    let line = location.last_line.unwrap_or(line);
    match lines.get(index) {
        Some(text) if line as usize <= lines.len() => {
            location.line_text = Some((*text).to_owned());
            location.around = around::function(file, &lines, index);
            Ok(())
        }
        _ if unchecked => Ok(()),
        _ => {
            let count = lines.len();
            let message =
                format!("line {line} is beyond the end of {file}, which has {count} lines");
            Err(Failure::new(Exit::Refused, "location", message)
                .next("take a line of the file, or --unchecked if the running file is another"))
        }
    }
}

fn read(path: &Path, typed: &str) -> Result<Vec<u8>> {
    let bytes = path.metadata().map(|metadata| metadata.len()).unwrap_or_default();
    if bytes > MAX_SOURCE_FILE_BYTES {
        let message = format!("{typed} is larger than any source file: {bytes} bytes");
        return Err(Failure::new(Exit::Refused, "location", message));
    }
    std::fs::read(path).map_err(|error| {
        Failure::new(Exit::NotFound, "file", format!("{typed} cannot be read: {error}"))
            .next("check its permissions; its text is compared with the running one")
    })
}

/// The names in a path, without `.` and `..`.
fn named(path: &Path) -> Vec<String> {
    let name = |component: Component| match component {
        Component::Normal(name) => Some(name.to_string_lossy().into_owned()),
        _ => None,
    };
    path.components().filter_map(name).collect()
}

/// The path with `.` and `..` taken out by their meaning, symbolic links left as they were typed.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                plain.pop();
            }
            other => plain.push(other),
        }
    }
    plain
}

fn git_root(path: &Path) -> Option<&Path> {
    // In a linked work tree and a submodule `.git` is a file.
    path.ancestors().skip(1).find(|folder| folder.join(".git").exists())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: &str =
        "import x\r\n\r\nclass Cart:\r\n    def total(self):\r\n        return 1\r\n";

    fn tree() -> tempfile::TempDir {
        let temp = tempfile::tempdir().expect("a temporary folder");
        let folder = temp.path().join("services/checkout/shop");
        std::fs::create_dir_all(&folder).expect("folders");
        std::fs::write(folder.join("cart.py"), SOURCE).expect("a file");
        temp
    }

    #[test]
    fn a_file_in_a_repository_is_named_from_its_root() {
        let temp = tree();
        std::fs::create_dir(temp.path().join(".git")).expect("a folder");
        let folder = temp.path().join("services/checkout");
        for (typed, components) in [
            ("shop/cart.py:5", Some(2)),
            ("./shop/../shop/cart.py:5", Some(3)),
            ("../checkout/shop/cart.py:5", Some(3)),
        ] {
            let location = resolve(typed, &folder, false).expect(typed);
            assert_eq!(location.file.as_deref(), Some("services/checkout/shop/cart.py"), "{typed}");
            assert_eq!(location.typed_components, components, "{typed}");
            assert_eq!(location.line_text.as_deref(), Some("        return 1"));
            assert_eq!(location.around.as_deref(), Some("Cart.total"));
            let unix = SOURCE.replace("\r\n", "\n");
            assert_eq!(location.source_sha256, Some(source_sha256(unix.as_bytes())));
        }
        let whole = resolve("services/checkout/shop/cart.py:5", temp.path(), false).expect("there");
        assert_eq!(whole.typed_components, None);
    }

    #[test]
    fn without_a_repository_the_path_stays_as_typed() {
        let temp = tree();
        let folder = temp.path().join("services");
        let location = resolve("./checkout/shop/cart.py:1", &folder, false).expect("there");
        assert_eq!(location.file.as_deref(), Some("checkout/shop/cart.py"));
        assert!(location.source_sha256.is_some() && location.typed_components.is_none());
        assert_eq!(location.around, None);
    }

    #[test]
    fn what_is_not_here_is_sent_as_typed() {
        let temp = tree();
        for typed in ["werkzeug/routing/map.py:12", "/srv/app/x.py:3", "shop.cart.Cart.total"] {
            let location = resolve(typed, temp.path(), false).expect(typed);
            assert_eq!(location, typed.parse().expect(typed));
        }
    }

    #[test]
    fn a_function_of_a_file_here_carries_the_hash() {
        let temp = tree();
        let folder = temp.path().join("services/checkout");
        let location = resolve("shop/cart.py:Cart.total", &folder, false).expect("there");
        assert_eq!(location.function.as_deref(), Some("Cart.total"));
        assert!(location.source_sha256.is_some() && location.line_text.is_none());
    }

    #[test]
    fn a_line_beyond_the_end_is_refused_unless_unchecked() {
        let temp = tree();
        let folder = temp.path().join("services/checkout");
        let failure = resolve("shop/cart.py:6", &folder, false).expect_err("five lines");
        assert_eq!(failure.exit, Exit::Refused);
        assert!(failure.message.contains("5 lines"), "{}", failure.message);
        let location = resolve("shop/cart.py:6", &folder, true).expect("unchecked");
        assert_eq!(location.line_text, None);
        let failure = resolve("shop/cart.py:4..6", &folder, false).expect_err("five lines");
        assert!(failure.message.contains("line 6 is beyond"), "{}", failure.message);
        let location = resolve("shop/cart.py:4..5", &folder, false).expect("there");
        assert_eq!((location.line, location.last_line), (Some(4), Some(5)));
    }
}
