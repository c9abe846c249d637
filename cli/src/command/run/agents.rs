//! The agents this command carries: where their files lie and what they fit.
//!
//! Invariant: a folder is used only after the files that the hook loads were found in it.

use super::inherited;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

/// The agent for Python.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Python {
    /// Folder that goes on `PYTHONPATH`; holds `sitecustomize.py` and a folder for each version.
    pub(crate) folder: PathBuf,
    /// Minor versions of Python 3 there are agents for, in order.
    pub(crate) minors: Vec<u32>,
}

/// Runtimes whose agents are not there yet, by the names of their commands.
const NOT_YET: [(&str, &[&str]); 3] = [
    ("Node", &["node", "nodejs", "npm", "npx", "yarn", "pnpm", "tsx", "ts-node", "nest"]),
    ("the JVM", &["java", "mvn", "mvnw", "gradle", "gradlew", "kotlin", "scala", "sbt"]),
    ("Ruby", &["ruby", "bundle", "rails", "rake", "puma"]),
];

/// The agent for Python, or why there is none.
pub(crate) fn python() -> Result<Python, String> {
    if let Some(agents) = inherited("STILLFRAME_AGENTS") {
        let agents = PathBuf::from(agents);
        let inside = agents.join("python");
        let folder = if inside.is_dir() { inside } else { agents };
        return check(&folder);
    }
    let here = std::env::current_exe().and_then(|path| path.canonicalize());
    let here = here.map_err(|error| format!("this program's own place is unknown: {error}"))?;
    let beside = here.parent().map(Path::to_path_buf).unwrap_or_default();
    let places = [beside.join("stillframe-agents/python"), beside.join("../lib/stillframe/python")];
    let found = places.iter().find(|place| place.is_dir());
    match found {
        Some(folder) => check(&folder.canonicalize().unwrap_or_else(|_| folder.clone())),
        None => Err(format!("no agent for Python in {}", places[0].display())),
    }
}

fn check(folder: &Path) -> Result<Python, String> {
    let readable = |file: &Path| std::fs::File::open(file).is_ok();
    if !readable(&folder.join("sitecustomize.py")) {
        return Err(format!("no agent for Python in {}", folder.display()));
    }
    if folder.as_os_str().as_encoded_bytes().iter().any(|byte| b": \t\n".contains(byte)) {
        return Err(format!("a colon or blank in the agent's folder {}", folder.display()));
    }
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let minor = |name: &OsStr| name.to_str()?.strip_prefix("cp3")?.parse::<u32>().ok();
    let mut minors: Vec<u32> = entries
        .filter(|entry| readable(&entry.path().join("stillframe/__init__.py")))
        .filter_map(|entry| minor(&entry.file_name()))
        .collect();
    minors.sort_unstable();
    match minors.is_empty() {
        true => Err(format!("no agent for any version of Python in {}", folder.display())),
        false => Ok(Python { folder: folder.to_path_buf(), minors }),
    }
}

impl Python {
    /// `3.12, 3.13`.
    pub(crate) fn versions(&self) -> String {
        let versions = self.minors.iter().map(|minor| format!("3.{minor}"));
        versions.collect::<Vec<_>>().join(", ")
    }
}

/// Why the agents clearly do not fit a command, told from its words alone: nothing is run.
pub(crate) fn misfit(command: &[OsString]) -> Option<String> {
    let (program, arguments) = command.split_first()?;
    let typed = Path::new(program).file_name()?.to_str()?.to_owned();
    for (runtime, commands) in NOT_YET {
        if commands.contains(&typed.as_str()) {
            return Some(format!("{typed}: there is no agent for {runtime} yet"));
        }
    }
    if typed.starts_with("python")
        && let Some(flag) = ignores_the_hook(arguments)
    {
        return Some(format!("{typed} -{flag} ignores PYTHONPATH, by which the agent comes"));
    }
    // A version without an agent says so itself, by the hook's first lines.
    None
}

/// The flag by which this Python takes no notice of `PYTHONPATH` or `sitecustomize`.
fn ignores_the_hook(arguments: &[OsString]) -> Option<char> {
    let mut words = arguments.iter();
    while let Some(flags) = words.next()?.to_str()?.strip_prefix('-') {
        for flag in flags.chars() {
            match flag {
                'I' | 'E' | 'S' => return Some(flag),
                // Behind these stands what runs, or a long option.
                'c' | 'm' | '-' => return None,
                'W' | 'X' => {
                    if flags.ends_with(flag) {
                        words.next()?;
                    }
                    break;
                }
                _ => {}
            }
        }
    }
    None
}

/// The file that `exec` would take for a program.
pub(crate) fn on_path(program: &OsStr) -> Option<PathBuf> {
    if program.as_encoded_bytes().contains(&b'/') {
        return Some(PathBuf::from(program));
    }
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn carried(temp: &Path, versions: &[&str]) {
        std::fs::write(temp.join("sitecustomize.py"), "").expect("a file");
        for version in versions {
            let package = temp.join(version).join("stillframe");
            std::fs::create_dir_all(&package).expect("folders");
            std::fs::write(package.join("__init__.py"), "").expect("a file");
        }
    }

    #[test]
    fn a_folder_counts_only_with_its_files() {
        let temp = tempfile::tempdir().expect("a temporary folder");
        assert!(check(temp.path()).is_err());
        carried(temp.path(), &[]);
        assert!(check(temp.path()).is_err());
        std::fs::create_dir(temp.path().join("cp311")).expect("a folder");
        carried(temp.path(), &["cp313", "cp312"]);
        let python = check(temp.path()).expect("agents");
        assert_eq!(
            (python.minors.as_slice(), python.versions().as_str()),
            (&[12, 13][..], "3.12, 3.13")
        );
        let blank = temp.path().join("a b");
        std::fs::create_dir(&blank).expect("a folder");
        carried(&blank, &["cp312"]);
        assert!(check(&blank).expect_err("a blank").contains("blank"));
    }

    #[test]
    fn only_what_clearly_does_not_fit_is_said() {
        let misfit = |command: &str| {
            let words: Vec<OsString> = command.split(' ').map(OsString::from).collect();
            misfit(&words)
        };
        for clear in [
            "node app.js",
            "/usr/bin/java",
            "bundle",
            "python3.12 -I app.py",
            "python3.13 -W ignore -uE -c 1",
            "python3.12 -Xdev -Sm app",
        ] {
            assert!(misfit(clear).is_some(), "{clear}");
        }
        for open in [
            "python3.12 app.py -I",
            "python3.12 -c -I",
            "python3.12 -m app -E",
            "python3.12 -W ignore -u --check-hash-based-pycs always",
            "gunicorn -E",
            "sh",
            "no-such-program",
        ] {
            assert_eq!(misfit(open), None, "{open}");
        }
    }
}
