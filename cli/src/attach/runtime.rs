//! Which runtime a process is, by the files it has mapped and the program it runs.
//!
//! Looks at names and at the program's sections. Invariant: a process is taken for a JVM only if it
//! has the library of one.

use crate::elf::{Elf, Libc};

/// What a process runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Runtime {
    /// A JVM that can be attached to.
    HotSpot,
    /// Eclipse OpenJ9, which has a protocol of its own.
    OpenJ9,
    /// Java compiled ahead of time, without a JVM.
    NativeImage,
    /// The `java` launcher before it has loaded its JVM.
    Starting,
    /// A runtime that is no JVM, by its name.
    Other(&'static str),
    /// None that is known.
    Unknown,
}

/// Files with code that a process has mapped, each once, from the text of `/proc/PID/maps`.
pub(crate) fn mapped(maps: &str) -> Vec<&str> {
    let mut files: Vec<&str> = maps
        .lines()
        .filter_map(|line| {
            // Address, permissions, offset, device, inode; a path may hold blanks.
            let path = line.get(line.find('/')?..)?;
            line.split_whitespace().nth(1)?.contains('x').then_some(path)
        })
        .collect();
    files.dedup();
    files
}

/// The runtime of a process that has `files` mapped and runs `program`; `is_native_image` looks into
/// the program.
pub(crate) fn runtime(
    files: &[&str],
    program: &str,
    is_native_image: impl FnOnce() -> bool,
) -> Runtime {
    let names: Vec<&str> = files.iter().map(|file| base(file)).collect();
    let has = |wanted: &str| names.iter().any(|name| name.starts_with(wanted));
    let program = base(program);
    if has("libj9vm") {
        return Runtime::OpenJ9;
    }
    if has("libjvm.so") {
        return Runtime::HotSpot;
    }
    if program == "java" {
        return Runtime::Starting;
    }
    if program.starts_with("python") || has("libpython") {
        return Runtime::Other("Python");
    }
    if program == "node" || program == "nodejs" || has("libnode.so") {
        return Runtime::Other("Node");
    }
    if program.starts_with("ruby") || has("libruby") {
        return Runtime::Other("Ruby");
    }
    if is_native_image() { Runtime::NativeImage } else { Runtime::Unknown }
}

/// What the process is made for, which its libraries must be too: the machine of its program, the C
/// library it has mapped.
pub(crate) fn machine(files: &[&str], program: &Elf) -> Elf {
    let mapped = files.iter().find_map(|file| Libc::of(file));
    Elf { machine: program.machine, libc: mapped.or(program.libc) }
}

/// The name of a file, without what the system adds to one that was removed.
pub(crate) fn base(path: &str) -> &str {
    let path = path.strip_suffix(" (deleted)").unwrap_or(path);
    path.rsplit('/').next().unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAPS: &str = "\
55d0-55d1 r--p 00000000 fe:00 12     /usr/lib/jvm/my jdk/bin/java
7f00-7f01 r--p 00000000 fe:00 11     /usr/lib/jvm/my jdk/lib/server/libjvm.so
7f01-7f02 r-xp 00001000 fe:00 11     /usr/lib/jvm/my jdk/lib/server/libjvm.so
7f02-7f03 r-xp 00001000 fe:00 10     /usr/lib/libc.so.6
7f03-7f04 r-xp 00001000 fe:00 13     /tmp/libstillframe_jvm-1.so (deleted)
7ffe-7fff r-xp 00000000 00:00 0      [vdso]
";

    #[test]
    fn mapped_code_is_told_from_mapped_data() {
        let files = mapped(MAPS);
        let expected = ["libjvm.so", "libc.so.6", "libstillframe_jvm-1.so"];
        assert_eq!(files.iter().map(|file| base(file)).collect::<Vec<_>>(), expected);
        let gnu = Elf { machine: 62, libc: None };
        assert_eq!(machine(&files, &gnu).libc, Some(Libc::Gnu));
        assert_eq!(machine(&["/lib/ld-musl-x86_64.so.1"], &gnu).libc, Some(Libc::Musl));
    }

    #[test]
    fn each_runtime_is_told_by_its_files() {
        let told = |files: &[&str], program: &str| runtime(files, program, || false);
        assert_eq!(told(&mapped(MAPS), "/usr/bin/java"), Runtime::HotSpot);
        assert_eq!(told(&["/opt/app/lib/libjvm.so"], "/opt/app/run"), Runtime::HotSpot);
        let openj9 = ["/j/lib/default/libjvm.so", "/j/lib/default/libj9vm29.so"];
        assert_eq!(told(&openj9, "/j/bin/java"), Runtime::OpenJ9);
        assert_eq!(told(&[], "/usr/bin/java"), Runtime::Starting);
        assert_eq!(told(&[], "/usr/bin/python3.12"), Runtime::Other("Python"));
        assert_eq!(told(&["/lib/libpython3.11.so.1.0"], "/app/x"), Runtime::Other("Python"));
        assert_eq!(told(&[], "/usr/bin/node"), Runtime::Other("Node"));
        assert_eq!(told(&["/lib/libruby-3.1.so.3.1"], "/usr/bin/x"), Runtime::Other("Ruby"));
        assert_eq!(told(&[], "/bin/sleep"), Runtime::Unknown);
        assert_eq!(runtime(&[], "/app/native", || true), Runtime::NativeImage);
    }
}
