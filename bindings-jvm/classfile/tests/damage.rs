//! Classes with wrong bytes in them, patched and given to a JVM: what it links before it links after.
//!
//! Knows where tables of variables lie. Invariant: the damage is the same in every run.

#[path = "support/jdk.rs"]
#[expect(unreachable_pub, reason = "a support file of several test crates")]
mod jdk;

use std::ops::Range;
use std::path::Path;
use std::process::Command;
use stillframe_classfile::{Class, Form, Probe, Spot, instrument, lines};

/// Damaged classes of each kind.
const ROUNDS: u64 = 300;

/// Numbers that look random (splitmix64).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) as usize % bound
    }
}

/// Where tables of variables lie: nothing else has a length of two and ten for each entry.
fn tables(bytes: &[u8]) -> Vec<Range<usize>> {
    let table = |at: usize| {
        let (len, rest) = bytes[at..].split_first_chunk::<4>()?;
        let (count, _) = rest.split_first_chunk::<2>()?;
        let (len, count) = (u32::from_be_bytes(*len), u32::from(u16::from_be_bytes(*count)));
        let is_one = count > 0 && count < 50 && len == 2 + 10 * count;
        let entries = at + 6..at + 4 + len as usize;
        (is_one && entries.end <= bytes.len()).then_some(entries)
    };
    (0..bytes.len()).filter_map(table).collect()
}

/// Makes an entry of a table say something else that a JVM lets pass.
fn mislead(bytes: &mut [u8], tables: &[Range<usize>], numbers: &mut Numbers) {
    let entry = |numbers: &mut Numbers| {
        let table = &tables[numbers.below(tables.len())];
        table.start + 10 * numbers.below(table.len() / 10)
    };
    let (one, other) = (entry(numbers), entry(numbers));
    match numbers.below(4) {
        // It begins earlier, ends earlier, has another's type, or lies in another slot.
        0 => bytes[one + 1] = numbers.below(usize::from(bytes[one + 1]) + 1) as u8,
        1 => bytes[one + 3] = numbers.below(usize::from(bytes[one + 3]) + 1) as u8,
        2 => bytes.copy_within(other + 6..other + 8, one + 6),
        _ => bytes[one + 9] = numbers.below(5) as u8,
    }
}

/// Probes on every line of the class.
fn patched(bytes: &[u8], form: Form) -> Option<Vec<u8>> {
    let class = Class::read(bytes).ok()?;
    let probe = |(site, one): (i32, stillframe_classfile::Line)| {
        let (method, spot) = (one.method, Spot::Line(one.line));
        Probe { method, spot, site, form }
    };
    let probes: Vec<Probe> = (0..).zip(lines(&class)).map(probe).collect();
    instrument(bytes, &probes).ok().map(|done| done.bytes)
}

#[test]
fn what_links_before_links_after() {
    if !jdk::is_there() {
        return;
    }
    let folder = jdk::folder("damage");
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let classes = folder.join("classes");
    for source in
        ["corpus/Corpus.java", "mass/tools/Define.java", "mass/java/stillframe/Bridge.java"]
    {
        let mut javac = Command::new("javac");
        jdk::run(javac.args(["-g", "-d"]).arg(&classes).arg(tests.join(source)));
    }
    let plain = std::fs::read(classes.join("Corpus.class")).unwrap();
    let tables = tables(&plain);
    assert!(tables.len() > 10, "only {} tables of variables", tables.len());
    let pairs = folder.join("pairs");
    std::fs::create_dir_all(&pairs).unwrap();
    let mut numbers = Numbers(7);
    let mut count = 0;
    for round in 0..2 * ROUNDS {
        let mut bytes = plain.clone();
        for _ in 0..1 + numbers.below(3) {
            if round < ROUNDS {
                mislead(&mut bytes, &tables, &mut numbers);
            } else {
                let place = numbers.below(bytes.len());
                // Numbers in class files are mostly small, and nearly right is worst.
                bytes[place] = match numbers.below(3) {
                    0 => bytes[place].wrapping_add(1),
                    1 => numbers.below(16) as u8,
                    _ => numbers.below(256) as u8,
                };
            }
        }
        let form = if round % 2 == 0 { Form::Dynamic } else { Form::Boxed };
        if let Some(new) = patched(&bytes, form) {
            std::fs::write(pairs.join(format!("{round}.old")), bytes).unwrap();
            std::fs::write(pairs.join(format!("{round}.new")), new).unwrap();
            count += 1;
        }
    }
    assert!(count > ROUNDS, "only {count} were patched");
    let mut java = Command::new("java");
    let said = jdk::run(java.arg("-cp").arg(&classes).arg("Define").arg(&pairs));
    let last = said.lines().last().unwrap_or_default();
    let linked = last.split(['=', ' ']).nth(1).and_then(|number| number.parse::<u64>().ok());
    assert!(linked.is_some_and(|linked| linked > ROUNDS / 3), "{last}");
    assert!(last.ends_with("broken=0"), "{said}");
}
