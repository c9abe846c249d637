//! The patcher of class files, given files that no compiler made.
//!
//! An input is a class file. Checked: nothing panics, nothing hangs, and what was patched can be read
//! again, with the same methods and lines.

#![no_main]

use libfuzzer_sys::fuzz_target;
use stillframe_classfile::{
    Additions, Class, Form, Insertion, Line, Probe, Spot, field_read, instrument, lines,
    lines_with_code, op, patch,
};

/// Lines and methods that one input is asked about.
const MOST: usize = 200;

fn probes(class: &Class<'_>, form: Form) -> Vec<Probe> {
    let of_lines = lines(class).into_iter().map(|one| (one.method, Spot::Line(one.line)));
    let wholes = (0..class.methods.len()).map(|method| (method, Spot::Whole));
    let all = lines(class);
    let ends = all.iter().zip(all.iter().skip(2)).filter(|(one, end)| one.method == end.method);
    let range = |(one, end): (&Line, &Line)| {
        (one.method, Spot::Lines { first: one.line, last: end.line })
    };
    let probe = |(site, (method, spot))| Probe { method, spot, site, form };
    let spots = of_lines.take(MOST).chain(wholes.take(MOST)).chain(ends.map(range).take(MOST));
    (0..).zip(spots).map(probe).collect()
}

fn readable(old: &Class<'_>, new: &[u8]) {
    let new = Class::read(new).expect("what was written can be read");
    assert_eq!(new.methods.len(), old.methods.len());
    // A line that began behind the code may begin at what was added there.
    let found = lines(&new);
    assert!(lines(old).iter().all(|line| found.contains(line)));
}

fuzz_target!(|input: &[u8]| {
    let Ok(class) = Class::read(input) else { return };
    let _said = (class.source_file(), class.source_map(), class.nest_host());
    for method in 0..class.methods.len().min(MOST) {
        let _field = field_read(&class, method);
        let _lines = lines_with_code(&class, method);
        let insertion = Insertion { method, pc: 0, code: vec![op::NOP; 3], extra_stack: 1 };
        let Ok(additions) = Additions::to(&class) else { continue };
        if let Ok(new) = patch(&class, &[insertion], additions) {
            readable(&class, &new);
        }
    }
    for form in [Form::Dynamic, Form::Boxed, Form::Bare] {
        let probes = probes(&class, form);
        if let Ok(done) = instrument(input, &probes) {
            readable(&class, &done.bytes);
            // What was patched once can be patched again.
            let _again = instrument(&done.bytes, &probes);
        }
    }
});
