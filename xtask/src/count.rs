//! How many tests a runner says it ran.
//!
//! Knows the closing lines of libtest, pytest, Surefire, minitest and Node's runner (TAP), and the words
//! `name=number` of programs of our own. Invariant: nothing is counted that no runner said.

use crate::Result;
use std::ops::AddAssign;

/// What minitest counts besides its runs.
const MINITEST: [&str; 4] = ["assertions", "failures", "errors", "skips"];

/// Tests by how they ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
    pub(crate) skipped: u64,
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

impl std::fmt::Display for Counts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} passed, {} failed, {} skipped", self.passed, self.failed, self.skipped)
    }
}

/// Sum of the closing lines in `output`.
pub(crate) fn in_output(output: &str) -> Counts {
    let mut sum = Counts::default();
    for line in output.lines() {
        let line = line.trim_matches(|c: char| c == '=' || c.is_whitespace());
        let of_libtest = line.starts_with("test result: ");
        let of_pytest = line.contains(" in ") && line.starts_with(|c: char| c.is_ascii_digit());
        if of_libtest || of_pytest {
            sum += in_line(line);
        }
        sum += of_surefire(line).unwrap_or_default();
        sum += of_tap(line).unwrap_or_default();
        sum += of_minitest(line).unwrap_or_default();
    }
    sum
}

/// The number behind `name=` in what a program says.
pub(crate) fn number(said: &str, name: &str) -> Result<u64> {
    let words = said.split_whitespace().filter_map(|word| word.split_once('='));
    let found = words.filter(|(word, _)| *word == name).find_map(|(_, value)| value.parse().ok());
    found.ok_or_else(|| format!("nothing says `{name}`: {said}"))
}

fn in_line(line: &str) -> Counts {
    let words: Vec<&str> = line.split([' ', ',', ';', '.']).filter(|w| !w.is_empty()).collect();
    let mut counts = Counts::default();
    for pair in words.windows(2) {
        let Ok(number) = pair[0].parse::<u64>() else { continue };
        match pair[1] {
            "passed" => counts.passed += number,
            "failed" | "error" | "errors" => counts.failed += number,
            "skipped" | "ignored" | "xfailed" => counts.skipped += number,
            _ => {}
        }
    }
    counts
}

/// The sum of a module's classes: the lines of the classes say a time as well.
fn of_surefire(line: &str) -> Option<Counts> {
    let (_, figures) = line.split_once("] Tests run: ")?;
    if figures.contains("Time elapsed") {
        return None;
    }
    let words = figures.split([' ', ',', ':']).filter(|word| !word.is_empty());
    let numbers: Vec<u64> = words.filter_map(|word| word.parse().ok()).collect();
    let &[run, failures, errors, skipped] = &numbers[..] else { return None };
    let failed = failures + errors;
    Some(Counts { passed: run.saturating_sub(failed + skipped), failed, skipped })
}

/// `# pass 9`, and the same of what failed and was skipped.
fn of_tap(line: &str) -> Option<Counts> {
    let (word, number) = line.strip_prefix("# ")?.split_once(' ')?;
    let number = number.parse().ok()?;
    let mut counts = Counts::default();
    match word {
        "pass" => counts.passed = number,
        "fail" | "cancelled" => counts.failed = number,
        "skipped" | "todo" => counts.skipped = number,
        _ => {}
    }
    Some(counts)
}

/// `12 runs, 30 assertions, 1 failures, 0 errors, 2 skips`.
fn of_minitest(line: &str) -> Option<Counts> {
    let (runs, others) = line.split_once(" runs, ")?;
    let words: Vec<&str> = others.split([' ', ',']).filter(|word| !word.is_empty()).collect();
    let numbers: Vec<u64> = words.iter().step_by(2).filter_map(|word| word.parse().ok()).collect();
    let is_closing = words.iter().skip(1).step_by(2).eq(&MINITEST);
    let &[_, failures, errors, skipped] = &numbers[..] else { return None };
    let failed = failures + errors;
    let runs: u64 = runs.parse().ok().filter(|_| is_closing)?;
    Some(Counts { passed: runs.saturating_sub(failed + skipped), failed, skipped })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn libtest_is_read() {
        let text = "running 3 tests\ntest result: ok. 2 passed; 0 failed; 1 ignored; 0 measured; \
                    4 filtered out; finished in 0.12s\ntest result: FAILED. 1 passed; 2 failed; \
                    0 ignored; 0 measured; 0 filtered out; finished in 1.00s\n";
        assert_eq!(in_output(text), Counts { passed: 3, failed: 2, skipped: 1 });
    }

    #[test]
    fn pytest_is_read() {
        let quiet = "....s\n4 passed, 1 skipped in 0.52s\n";
        assert_eq!(in_output(quiet), Counts { passed: 4, failed: 0, skipped: 1 });
        let loud = "==== 1 failed, 2 passed, 1 error in 3.10s (0:00:03) ====";
        assert_eq!(in_output(loud), Counts { passed: 2, failed: 2, skipped: 0 });
    }

    #[test]
    fn surefire_is_read() {
        let text = "[INFO] Tests run: 5, Failures: 0, Errors: 0, Skipped: 0, Time elapsed: 0.06 s \
                    -- in dev.stillframe.LibraryTest\n[WARNING] Tests run: 37, Failures: 1, \
                    Errors: 2, Skipped: 6\n";
        assert_eq!(in_output(text), Counts { passed: 28, failed: 3, skipped: 6 });
    }

    #[test]
    fn tap_is_read() {
        let text = "# Subtest: a\nok 1 - a\n1..9\n# tests 9\n# suites 0\n# pass 7\n# fail 1\n\
                    # cancelled 1\n# skipped 0\n# todo 0\n# duration_ms 3309.5\n";
        assert_eq!(in_output(text), Counts { passed: 7, failed: 2, skipped: 0 });
    }

    #[test]
    fn minitest_is_read() {
        let text = "Finished in 0.04s, 250.0 runs/s, 750.0 assertions/s.\n\n\
                    10 runs, 30 assertions, 1 failures, 1 errors, 2 skips\n";
        assert_eq!(in_output(text), Counts { passed: 6, failed: 2, skipped: 2 });
    }

    #[test]
    fn other_text_is_not_counted() {
        assert_eq!(in_output("12 passed the door\n3 in a row"), Counts::default());
    }
}
