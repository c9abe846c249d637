//! What is said on the socket of a running JVM: one request, one answer.
//!
//! Version 1 of HotSpot's attach protocol, which every release up to now speaks. Knows no process
//! and no file. Invariant: an answer is read by its words, because the number in front of them is 0
//! on some releases for what failed.

use std::io::{self, Read, Write};

/// Bytes that a word of a request may have.
pub(crate) const MAX_WORD: usize = 1_024;
/// Bytes of an answer that are read.
const MAX_ANSWER: u64 = 64 << 10;
const FORBIDDEN: &str = "Dynamic agent loading is not enabled";

/// What became of the request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// The library was loaded and its agent started.
    Loaded,
    /// The library was loaded and its agent returned this number.
    Returned(i32),
    /// The JVM was told to load no agents while it runs.
    Forbidden,
    /// The library was not loaded, in the JVM's words.
    NotLoaded(String),
    /// The JVM hung up without a word.
    Nothing,
}

/// Asks for the library at `path`, which gets `options`.
pub(crate) fn load(
    mut socket: impl Read + Write,
    path: &[u8],
    options: &str,
) -> io::Result<Answer> {
    let words = [b"1".as_slice(), b"load", path, b"true", options.as_bytes()];
    let mut request = Vec::new();
    for word in words {
        if word.len() > MAX_WORD || word.contains(&0) {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "a word is too long"));
        }
        request.extend_from_slice(word);
        request.push(0);
    }
    let sent = socket.write_all(&request);
    let mut answer = Vec::new();
    let read = socket.take(MAX_ANSWER).read_to_end(&mut answer);
    // A JVM that hangs up early is told from one that never answers.
    let hung_up = |error: &io::Error| {
        [io::ErrorKind::BrokenPipe, io::ErrorKind::ConnectionReset].contains(&error.kind())
    };
    match sent.and(read.map(|_| ())) {
        Err(error) if answer.is_empty() && hung_up(&error) => Ok(Answer::Nothing),
        Err(error) if answer.is_empty() => Err(error),
        _ => Ok(parse(&String::from_utf8_lossy(&answer))),
    }
}

fn parse(answer: &str) -> Answer {
    let (_, words) = answer.split_once('\n').unwrap_or((answer, ""));
    let words = words.trim();
    if answer.trim().is_empty() {
        return Answer::Nothing;
    }
    if words.contains(FORBIDDEN) {
        return Answer::Forbidden;
    }
    // Before JDK 9 the number stood alone.
    let number = words.strip_prefix("return code: ").unwrap_or(words);
    match number.trim().parse() {
        Ok(0) => Answer::Loaded,
        Ok(number) => Answer::Returned(number),
        Err(_) if words.is_empty() => Answer::NotLoaded(format!("error {}", answer.trim())),
        Err(_) => Answer::NotLoaded(words.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    /// A socket that keeps what it is told and answers with `answer`.
    struct Told {
        asked: Vec<u8>,
        answer: Cursor<&'static [u8]>,
    }

    impl Read for &mut Told {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            self.answer.read(into)
        }
    }

    impl Write for &mut Told {
        fn write(&mut self, from: &[u8]) -> io::Result<usize> {
            self.asked.write(from)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_request_is_five_words_that_end() {
        let mut told = Told { asked: Vec::new(), answer: Cursor::new(b"0\nreturn code: 0\n") };
        let answer = load(&mut told, b"/agents/lib.so", "hub=x,service=y").expect("an answer");
        assert_eq!(answer, Answer::Loaded);
        assert_eq!(told.asked, b"1\0load\0/agents/lib.so\0true\0hub=x,service=y\0");
        let long = "x".repeat(MAX_WORD + 1);
        for (path, options) in [("/a", long.as_str()), (&long, ""), ("/a\0b", "")] {
            let error = load(&mut told, path.as_bytes(), options).expect_err("too long");
            assert_eq!(error.kind(), io::ErrorKind::InvalidInput);
        }
    }

    #[test]
    fn answers_are_read_by_their_words() {
        // As JDK 17 and 25 wrote them.
        let forbidden = "Dynamic agent loading is not enabled. Use \
            -XX:+EnableDynamicAgentLoading to launch target VM.";
        let missing = "/a.so was not loaded.\n/a.so: cannot open shared object file: No such file";
        for (answer, expected) in [
            ("0\nreturn code: 0\n", Answer::Loaded),
            ("0\n0\n", Answer::Loaded),
            ("0\nreturn code: 7\n", Answer::Returned(7)),
            ("0\nreturn code: -1\n", Answer::Returned(-1)),
            (&format!("-1\n{forbidden}"), Answer::Forbidden),
            (&format!("0\n{forbidden}\n"), Answer::Forbidden),
            (&format!("-1\n{missing}\n"), Answer::NotLoaded(missing.to_owned())),
            (&format!("0\n{missing}\n"), Answer::NotLoaded(missing.to_owned())),
            ("101\n", Answer::NotLoaded("error 101".to_owned())),
            ("\n", Answer::Nothing),
        ] {
            assert_eq!(parse(answer), expected, "{answer:?}");
        }
    }
}
