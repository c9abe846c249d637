//! The Debian sid that the matrix runs in.
//!
//! Made by debootstrap under `target/matrix/sid`, or given by `STILLFRAME_MATRIX_ROOT`. Needs root,
//! for chroot and for mounts, which live in a mount namespace of each command's own. Knows nothing of
//! what is run in it. Invariant: a folder counts as made only once everything was installed.

use crate::Result;
use crate::files::{make_folder, root, target, write};
use crate::process::{captured, must};
use crate::system::{Package, install, is_root, runs};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Where a system may be given from outside.
const GIVEN: &str = "STILLFRAME_MATRIX_ROOT";
/// What every CPython there needs to get packages.
const INCLUDE: &str = "ca-certificates,python3,python3-pip";
/// The oldest minor version that is of use there: older ones are tested outside.
const OLDEST: u8 = 13;
const DEBOOTSTRAP: Package = Package { apt: &["debootstrap"], dnf: &["debootstrap"], brew: &[] };

/// Installs every CPython that the archive has, with headers, from version 3.$1 on.
const INSTALL: &str = r"
export DEBIAN_FRONTEND=noninteractive
apt-get update -q
names=$(apt-cache search --names-only '^python3\.[0-9]+$' | sed -n 's/^python3\.\([0-9]*\) .*/\1/p')
for minor in $names; do
    [ $minor -ge $1 ] || continue
    apt-get install -q -y --no-install-recommends python3.$minor python3.$minor-dev python3.$minor-venv
done
apt-get clean";

/// Mounts what the program needs from outside, then runs it inside. All of it ends with it.
const ENTER: &str = r#"
sid=$1; shift
while [ "$1" != -- ]; do
    if [ -d "$1" ]; then mkdir -p "$sid$1"; mount --bind "$1" "$sid$1"
    elif [ -e "$1" ]; then [ -e "$sid$1" ] || touch "$sid$1"; mount --bind "$1" "$sid$1"; fi
    shift
done
shift
mount -t proc proc "$sid/proc"
exec chroot "$sid" "$@""#;

/// A Debian system in a folder.
pub(super) struct Sid {
    folder: PathBuf,
}

impl Sid {
    /// The one that was given or made before, or a new one; why there is none.
    pub(super) fn get() -> Result<Self> {
        if !is_root() {
            return Err("chroot and mounts need root: sudo cargo xtask test --matrix".to_owned());
        }
        let private = ["--mount", "true"];
        if !runs("unshare", &private) {
            return Err("a mount namespace of its own is not allowed here".to_owned());
        }
        if let Some(folder) = std::env::var_os(GIVEN).map(PathBuf::from) {
            let is_system = folder.join("usr/bin").is_dir();
            return if is_system {
                Ok(Self { folder })
            } else {
                Err(format!("{GIVEN}: {} is no system", folder.display()))
            };
        }
        let folder = target("matrix/sid");
        let stamp = target("matrix/sid.made");
        if !stamp.exists() {
            make(&folder)?;
            write(&stamp, "")?;
        }
        Ok(Self { folder })
    }

    /// Minor versions of the CPythons in it, ascending.
    pub(super) fn minors(&self) -> Result<Vec<u8>> {
        let folder = self.folder.join("usr/bin");
        let entries =
            fs::read_dir(&folder).map_err(|error| format!("list its programs: {error}"))?;
        let minor = |entry: fs::DirEntry| {
            let name = entry.file_name().to_string_lossy().into_owned();
            name.strip_prefix("python3.")?.parse().ok().filter(|minor| *minor >= OLDEST)
        };
        let mut minors: Vec<u8> = entries.flatten().filter_map(minor).collect();
        minors.sort_unstable();
        if minors.is_empty() { Err("it holds no CPython".to_owned()) } else { Ok(minors) }
    }

    /// `program`, which lies inside, to be run there with the repository and the outputs of its
    /// build in the same places as outside.
    pub(super) fn command(&self, program: &Path, variables: &[(&str, &str)]) -> Command {
        let mut command = Command::new("unshare");
        command.args(["--mount", "sh", "-e", "-c", ENTER, "sh"]).arg(&self.folder);
        command.arg(root()).arg(target(""));
        // How this machine reaches the package index.
        command.args(["/etc/resolv.conf", "/etc/ssl/certs"]);
        if let Some(folder) = std::env::var_os("PIP_FIND_LINKS") {
            command.arg(folder);
        }
        command.args(["--", "env", "-C"]).arg(root());
        command.args(variables.iter().map(|(name, value)| format!("{name}={value}")));
        command.arg(program);
        command
    }

    /// A program outside that stands for the interpreter inside: builds ask it for its version.
    pub(super) fn entry(&self, minor: u8) -> Result<PathBuf> {
        let folder = target("matrix/bin");
        make_folder(&folder)?;
        let program = folder.join(format!("python3.{minor}"));
        let sid = self.folder.display();
        write(
            &program,
            &format!("#!/bin/sh\nexec chroot '{sid}' /usr/bin/python3.{minor} \"$@\"\n"),
        )?;
        let mode = fs::Permissions::from_mode(0o755);
        fs::set_permissions(&program, mode).map_err(|error| format!("allow its start: {error}"))?;
        Ok(program)
    }

    /// For people: the version of `program` in it, or what its archive could add.
    pub(super) fn holds(&self, program: &str, ask: &str) -> String {
        let inside = |words: &[&str]| {
            let mut command = Command::new("chroot");
            captured(command.arg(&self.folder).args(words))
                .ok()
                .filter(|ended| ended.status.success())
        };
        if let Some(ended) = inside(&[program, ask]) {
            return format!("holds {program}: {}", ended.output.lines().next().unwrap_or_default());
        }
        let package = match program {
            "java" => "default-jdk-headless",
            "node" => "nodejs",
            other => other,
        };
        let offer = inside(&["apt-cache", "show", "--no-all-versions", package]);
        let version = offer
            .as_ref()
            .and_then(|offer| offer.output.lines().find_map(|line| line.strip_prefix("Version: ")));
        format!("holds no {program}; its archive has {package} {}", version.unwrap_or("not"))
    }
}

/// What PyO3's build script would find out about CPython 3.`minor` if it could start it.
pub(super) fn config(minor: u8) -> Result<PathBuf> {
    let file = target("matrix").join(format!("pyo3-3.{minor}.txt"));
    let lines = [
        "implementation=CPython".to_owned(),
        format!("version=3.{minor}"),
        format!("target_abi=CPython-gil_enabled-3.{minor}"),
        "shared=true".to_owned(),
        "pointer_width=64".to_owned(),
    ];
    write(&file, &(lines.join("\n") + "\n"))?;
    Ok(file)
}

/// Makes the system: 40 s and 650 MB for the base, more for each CPython.
fn make(folder: &Path) -> Result<()> {
    if !runs("debootstrap", &["--version"]) {
        install(&DEBOOTSTRAP)?;
    }
    if folder.exists() {
        fs::remove_dir_all(folder)
            .map_err(|error| format!("empty {}: {error}", folder.display()))?;
    }
    make_folder(folder)?;
    let include = format!("--include={INCLUDE}");
    let mut command = Command::new("debootstrap");
    must(command.args(["--variant=minbase", &include, "sid"]).arg(folder))?;
    let mut command = Command::new("chroot");
    command.arg(folder).args(["sh", "-e", "-c", INSTALL, "sh", &OLDEST.to_string()]);
    must(&mut command).map(|_| ())
}
