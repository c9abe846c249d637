//! The linker of what is shipped: zig, which brings the C library's symbols of an old version along.
//!
//! Knows cargo-zigbuild's wrapper and what it has to be told. Invariant: all agents of a run are
//! linked by the same linker, and where that is not zig it was said.

use crate::Result;
use crate::files::{make_folder, target, write};
use crate::process::quiet;
use crate::python::{self, Python};
use crate::say::say;
use std::env::consts::{ARCH, OS};
use std::fs::{Permissions, set_permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// The newest version of the C library whose symbols an artefact may need, as 2.this.
pub(crate) const GLIBC: u32 = 28;
/// What the linker is made of.
const PACKAGES: &str = "cargo-zigbuild==0.24.1\nziglang==0.17.1\n";
const VERSION: &str = "0.17.1";
const WHERE: &str = "import os, ziglang; print(os.path.dirname(ziglang.__file__), end='')";
/// `-lgcc_s` becomes zig's own unwinder where nobody says otherwise, and of two unwinders in a process
/// one reads what the other wrote: CPython 3.9 and 3.10 end threads by unwinding through our frames.
const SCRIPT: &str = r#"#!/bin/sh
for word do
  shift
  if [ "$word" = -lgcc_s ]; then
    # It was made for a newer C library, which is nothing to us.
    set -- "$@" -Wl,--allow-shlib-undefined
    word='@GCC@'
  fi
  set -- "$@" "$word"
done
export CARGO_ZIGBUILD_ZIG_VERSION='@VERSION@' CARGO_ZIGBUILD_ZIG_PATH='@ZIG@'
exec '@WRAPPER@' zig cc -- -fno-sanitize=all -target '@TARGET@' "$@"
"#;

/// The linker, which compiles C too; else why there is none, which is said once.
pub(crate) fn linker() -> std::result::Result<&'static Path, &'static str> {
    static LINKER: OnceLock<Result<PathBuf>> = OnceLock::new();
    let made = LINKER.get_or_init(|| {
        let made = make();
        if let Err(fault) = &made {
            say!(
                "\nNO ZIG: {fault}\nWhat is built now runs here, and may not run on older systems: \
                 it is not to be shipped.\n"
            );
        }
        made
    });
    made.as_deref().map_err(String::as_str)
}

fn make() -> Result<PathBuf> {
    if OS != "linux" || cfg!(target_env = "musl") {
        return Err("zig links for Linux with glibc alone".to_owned());
    }
    let python = python::MINORS.into_iter().find_map(|minor| Python::find(minor).ok());
    let python = python.ok_or("zig comes by pip, and there is no CPython")?;
    let program = python::environment(&python, "zig", PACKAGES)?;
    let zig = Path::new(&quiet(Command::new(&program).args(["-c", WHERE]))?).join("zig");
    let gcc = quiet(Command::new("cc").arg("-print-file-name=libgcc_s.so.1"))?;
    if !Path::new(gcc.trim()).is_absolute() {
        return Err("the C compiler has no libgcc_s.so.1".to_owned());
    }
    let wrapper = program.with_file_name("cargo-zigbuild");
    let target_name = format!("{ARCH}-linux-gnu.2.{GLIBC}");
    let words = [
        ("@GCC@", gcc.trim()),
        ("@VERSION@", VERSION),
        ("@ZIG@", &zig.to_string_lossy()),
        ("@WRAPPER@", &wrapper.to_string_lossy()),
        ("@TARGET@", &target_name),
    ];
    let script = words.iter().fold(SCRIPT.to_owned(), |text, (word, is)| text.replace(word, is));
    let file = target("zig").join("cc");
    make_folder(&target("zig"))?;
    write(&file, &script)?;
    set_permissions(&file, Permissions::from_mode(0o755))
        .map_err(|error| format!("allow {} to start: {error}", file.display()))?;
    Ok(file)
}
