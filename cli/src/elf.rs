//! What the header of a program or library says: the machine and the C library it was made for.
//!
//! Reads a file and runs nothing. Invariant: what is no ELF file, or is cut off, is told from one
//! that is whole; nothing is guessed from a name.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;

/// Program headers and sections of one file; real ones have some dozens.
const MAX_ENTRIES: u64 = 4_096;
/// Bytes of a table of names that are read.
const MAX_NAMES: u64 = 64 << 20;
const PT_LOAD: u64 = 1;
const PT_DYNAMIC: u64 = 2;
const PT_INTERP: u64 = 3;
const DT_NEEDED: u64 = 1;
const DT_STRTAB: u64 = 5;

/// A C library: code made for one does not load beside the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Libc {
    /// glibc.
    Gnu,
    /// musl.
    Musl,
}

impl Libc {
    /// The library that a file called `name` belongs to, if it is one.
    pub(crate) fn of(name: &str) -> Option<Self> {
        let name = name.rsplit('/').next().unwrap_or(name);
        if name.starts_with("ld-musl-") || name.starts_with("libc.musl-") {
            return Some(Self::Musl);
        }
        (name.starts_with("ld-linux") || name == "ld64.so.2" || name == "libc.so.6")
            .then_some(Self::Gnu)
    }

    /// As people call it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Gnu => "glibc",
            Self::Musl => "musl",
        }
    }
}

/// What one file says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Elf {
    /// `e_machine`.
    pub(crate) machine: u16,
    /// The C library it asks for; none where it asks for none.
    pub(crate) libc: Option<Libc>,
}

impl Elf {
    /// Reads `path`; an error says why it is no ELF file of 64 bits.
    pub(crate) fn read(path: &Path) -> Result<Self, String> {
        let words = |error: io::Error| match error.kind() {
            io::ErrorKind::UnexpectedEof => "is no ELF file, or is cut off".to_owned(),
            _ => format!("cannot be read: {error}"),
        };
        let reader = Reader { file: File::open(path).map_err(words)? };
        let header = reader.bytes(0, 64).map_err(words)?;
        if !header.starts_with(b"\x7fELF") {
            return Err("is no ELF file".to_owned());
        }
        if header[4..6] != [2, 1] {
            return Err("is not for a little-endian machine of 64 bits".to_owned());
        }
        let machine = number(&header[18..20]);
        let libc = reader.libc(&header).map_err(words)?;
        Ok(Self { machine: u16::try_from(machine).unwrap_or(0), libc })
    }

    /// What it is for, as people call it: `x86_64, glibc`.
    pub(crate) fn shown(&self) -> String {
        let machine = machine_name(self.machine);
        self.libc.map_or_else(|| machine.clone(), |libc| format!("{machine}, {}", libc.name()))
    }

    /// Whether code of `other` loads into a process of this one.
    pub(crate) fn takes(&self, other: &Self) -> bool {
        let same = self.libc.zip(other.libc).is_none_or(|(own, other)| own == other);
        self.machine == other.machine && same
    }
}

/// The name of `e_machine`, as `uname -m` has it.
fn machine_name(machine: u16) -> String {
    match machine {
        3 => "i686".to_owned(),
        21 => "ppc64le".to_owned(),
        40 => "arm".to_owned(),
        62 => "x86_64".to_owned(),
        183 => "aarch64".to_owned(),
        243 => "riscv64".to_owned(),
        other => format!("machine {other}"),
    }
}

/// Whether the program at `path` has a section called `name`.
pub(crate) fn has_section(path: &Path, name: &str) -> io::Result<bool> {
    let reader = Reader { file: File::open(path)? };
    let header = reader.bytes(0, 64)?;
    let (start, count) = (number(&header[40..48]), number(&header[60..62]));
    let section = |index: u64| reader.bytes(start.saturating_add(index * 64), 64);
    let names = section(number(&header[62..64]))?;
    let names = reader.bytes(number(&names[24..32]), number(&names[32..40]).min(MAX_NAMES))?;
    for index in 0..count.min(MAX_ENTRIES) {
        if text_at(&names, number(&section(index)?[..4])) == Some(name) {
            return Ok(true);
        }
    }
    Ok(false)
}

struct Reader {
    file: File,
}

impl Reader {
    fn bytes(&self, at: u64, len: u64) -> io::Result<Vec<u8>> {
        let len = usize::try_from(len.min(MAX_NAMES)).map_err(io::Error::other)?;
        let mut bytes = vec![0; len];
        self.file.read_exact_at(&mut bytes, at)?;
        Ok(bytes)
    }

    /// By the interpreter a program names, else by the libraries it needs.
    fn libc(&self, header: &[u8]) -> io::Result<Option<Libc>> {
        let (start, count) = (number(&header[32..40]), number(&header[56..58]).min(MAX_ENTRIES));
        let table = self.bytes(start, count * 56)?;
        let entries: Vec<&[u8]> = table.chunks_exact(56).collect();
        let of_kind = |kind| entries.iter().find(move |entry| number(&entry[..4]) == kind);
        let whole = |entry: &[u8]| self.bytes(number(&entry[8..16]), number(&entry[32..40]));
        if let Some(entry) = of_kind(PT_INTERP) {
            let name = whole(entry)?;
            return Ok(text_at(&name, 0).and_then(Libc::of));
        }
        let Some(entry) = of_kind(PT_DYNAMIC) else { return Ok(None) };
        let dynamic = whole(entry)?;
        let pairs =
            || dynamic.chunks_exact(16).map(|pair| (number(&pair[..8]), number(&pair[8..])));
        let address = pairs().find(|(tag, _)| *tag == DT_STRTAB).map(|(_, value)| value);
        let loaded = address.and_then(|address| {
            let holds = |entry: &&&[u8]| {
                let (from, len) = (number(&entry[16..24]), number(&entry[32..40]));
                number(&entry[..4]) == PT_LOAD && address >= from && address - from < len
            };
            let entry = entries.iter().find(holds)?;
            let inside = address - number(&entry[16..24]);
            let rest = number(&entry[32..40]) - inside;
            Some((number(&entry[8..16]).saturating_add(inside), rest))
        });
        let Some((offset, len)) = loaded else { return Ok(None) };
        let names = self.bytes(offset, len)?;
        let mut needed = pairs().filter(|(tag, _)| *tag == DT_NEEDED);
        Ok(needed.find_map(|(_, at)| text_at(&names, at).and_then(Libc::of)))
    }
}

/// A number of up to eight bytes, the least first.
fn number(bytes: &[u8]) -> u64 {
    bytes.iter().rev().fold(0, |sum, byte| sum << 8 | u64::from(*byte))
}

fn text_at(names: &[u8], at: u64) -> Option<&str> {
    let rest = names.get(usize::try_from(at).ok()?..)?;
    str::from_utf8(rest.split(|byte| *byte == 0).next()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_says_what_it_is_for() {
        let own = Elf::read(&std::env::current_exe().expect("a path")).expect("an ELF file");
        let expected = if cfg!(target_env = "musl") { Libc::Musl } else { Libc::Gnu };
        assert!(own.libc.is_none_or(|libc| libc == expected), "{own:?}");
        assert_eq!(own.machine, if cfg!(target_arch = "x86_64") { 62 } else { 183 });
        let other = Elf { machine: own.machine, libc: Some(Libc::Musl) };
        let gnu = Elf { machine: own.machine, libc: Some(Libc::Gnu) };
        assert!(gnu.takes(&gnu) && !gnu.takes(&other));
        assert!(!gnu.takes(&Elf { machine: 40, libc: None }), "another machine");
        assert!(other.shown().ends_with(", musl"), "{}", other.shown());
    }

    #[test]
    fn sections_are_found_by_name() {
        let own = std::env::current_exe().expect("a path");
        assert_eq!(has_section(&own, ".text").ok(), Some(true));
        assert_eq!(has_section(&own, ".svm_heap").ok(), Some(false));
    }

    #[test]
    fn what_is_no_elf_file_is_said() {
        let file = tempfile::NamedTempFile::new().expect("a file");
        let reason = |text: &[u8]| {
            std::fs::write(file.path(), text).expect("written");
            Elf::read(file.path()).expect_err("no ELF file")
        };
        assert!(reason(b"").contains("cut off"));
        assert!(reason(&[b'#'; 80]).contains("no ELF"));
        let mut narrow = [0_u8; 80];
        narrow[..6].copy_from_slice(b"\x7fELF\x01\x01");
        assert!(reason(&narrow).contains("64 bits"));
        let own = std::fs::read(std::env::current_exe().expect("a path")).expect("read");
        assert!(reason(&own[..200]).contains("cut off"));
        assert!(Elf::read(Path::new("/nonexistent")).expect_err("none").contains("cannot be read"));
    }

    #[test]
    fn libraries_are_known_by_their_files() {
        for (name, libc) in [
            ("/lib64/ld-linux-x86-64.so.2", Some(Libc::Gnu)),
            ("/lib/ld-linux-aarch64.so.1", Some(Libc::Gnu)),
            ("libc.so.6", Some(Libc::Gnu)),
            ("/lib/ld-musl-x86_64.so.1", Some(Libc::Musl)),
            ("libc.musl-x86_64.so.1", Some(Libc::Musl)),
            ("libpthread.so.0", None),
        ] {
            assert_eq!(Libc::of(name), libc, "{name}");
        }
    }
}
