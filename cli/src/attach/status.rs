//! What `/proc/PID/status` says of a process.
//!
//! Invariant: the numbers of users are those of our own namespace, the process's id that of its own.

/// The lines of it that attaching needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Status {
    /// `R`, `S`, `T`, `Z` …
    pub(crate) state: char,
    /// Process that this is a thread of: itself, if it is a process.
    pub(crate) process: u32,
    /// Its id as it sees itself.
    pub(crate) inside: u32,
    /// Effective user.
    pub(crate) user: u32,
    /// Effective group.
    pub(crate) group: u32,
    /// Whether it has a handler for SIGQUIT, which ends a process that has none.
    pub(crate) catches_quit: bool,
}

/// Number of SIGQUIT, from 1.
const SIGQUIT: u32 = 3;

impl Status {
    /// Reads the text of the file.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let words = |name: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
            Some(line.split_whitespace())
        };
        let number = |name: &str, index: usize| words(name)?.nth(index)?.parse::<u32>().ok();
        let caught = u64::from_str_radix(words("SigCgt")?.next()?, 16).ok()?;
        let process = number("Tgid", 0)?;
        // The line is absent where the kernel knows no namespaces.
        let inside = words("NSpid").and_then(|ids| ids.last()?.parse().ok());
        Some(Self {
            state: words("State")?.next()?.chars().next()?,
            process,
            inside: inside.unwrap_or(process),
            user: number("Uid", 1)?,
            group: number("Gid", 1)?,
            catches_quit: caught >> (SIGQUIT - 1) & 1 == 1,
        })
    }
}

/// The user of a process's namespace that `user` of ours is, by the text of `/proc/PID/uid_map`.
pub(crate) fn user_inside(map: &str, user: u32) -> Option<u32> {
    map.lines().find_map(|line| {
        let mut numbers = line.split_whitespace().map(|word| word.parse::<u32>().ok());
        let (inside, outside, count) = (numbers.next()??, numbers.next()??, numbers.next()??);
        let offset = user.checked_sub(outside)?;
        (offset < count).then_some(inside.checked_add(offset)?)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_in_a_namespace_knows_itself_by_its_own_id() {
        let text = "Name:\tjava\nState:\tS (sleeping)\nTgid:\t4711\nPid:\t4711\n\
            Uid:\t0\t1000\t0\t0\nGid:\t5\t6\t7\t8\nNSpid:\t4711\t12\t1\nSigCgt:\t0000000181005ccf\n";
        let expected = Status {
            state: 'S',
            process: 4_711,
            inside: 1,
            user: 1_000,
            group: 6,
            catches_quit: true,
        };
        assert_eq!(Status::parse(text), Some(expected));
        let bare = text.replace("NSpid:\t4711\t12\t1\n", "").replace("5ccf", "5cc8");
        let bare = Status::parse(&bare).expect("a status");
        assert_eq!((bare.inside, bare.catches_quit), (4_711, false));
        assert_eq!(Status::parse("Name:\tjava\n"), None);
    }

    #[test]
    fn users_are_mapped_by_ranges() {
        let map = "         0       1000          1\n         1     100000      65536\n";
        assert_eq!(user_inside(map, 1_000), Some(0));
        assert_eq!(user_inside(map, 100_004), Some(5));
        assert_eq!(user_inside(map, 0), None);
        assert_eq!(user_inside("0 0 4294967295\n", 0), Some(0));
    }

    #[test]
    fn this_process_has_a_status() {
        let text = std::fs::read_to_string("/proc/self/status").expect("proc");
        let status = Status::parse(&text).expect("a status");
        assert_eq!(status.process, std::process::id());
        assert_eq!(status.user, rustix::process::geteuid().as_raw());
    }
}
