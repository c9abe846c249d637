//! Which files get checks.
//!
//! Knows paths and the names of packages. Invariant: of packages only those that are named, and never
//! our own files.

/// The folder that holds packages.
const PACKAGES: &str = "/node_modules/";

/// What was asked for.
#[derive(Debug)]
pub(super) struct Wanted {
    /// Our own folder, with a slash behind it.
    own: String,
    packages: Vec<String>,
}

impl Wanted {
    /// What a value of `STILLFRAME_REWRITE` asks for: `1`, or packages with commas between.
    pub(super) fn of(asked: &str, own_folder: &str) -> Option<Self> {
        let own = format!("{}/", own_folder.trim_end_matches('/'));
        match asked.trim().to_ascii_lowercase().as_str() {
            "" | "0" | "false" | "no" | "off" => None,
            "1" | "true" | "yes" | "on" => Some(Self { own, packages: Vec::new() }),
            _ => {
                let named = asked.split(',').map(str::trim).filter(|name| !name.is_empty());
                Some(Self { own, packages: named.map(str::to_owned).collect() })
            }
        }
    }

    /// Whether the file at `path` gets checks.
    pub(super) fn takes(&self, path: &str) -> bool {
        let is_named = |name: &str| self.packages.iter().any(|one| one == name);
        path.starts_with('/') && !path.starts_with(&self.own) && package(path).is_none_or(is_named)
    }
}

/// The package that a file is of: `lodash`, `@scope/name`.
fn package(path: &str) -> Option<&str> {
    let (_, behind) = path.rsplit_once(PACKAGES)?;
    let slashes = if behind.starts_with('@') { 2 } else { 1 };
    let end = behind.match_indices('/').nth(slashes - 1).map_or(behind.len(), |(at, _)| at);
    Some(&behind[..end])
}
