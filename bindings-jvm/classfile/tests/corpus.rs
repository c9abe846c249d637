//! The corpus: patched in every way, it does what it did, and each line is hit as often as it runs.
//!
//! Knows the comments of `corpus/Corpus.java` and the words of the tests' bridge. Invariant: what is
//! expected stands beside the line that it is about.

#[path = "support/jdk.rs"]
#[expect(unreachable_pub, reason = "a support file of several test crates")]
mod jdk;
#[path = "support/stand.rs"]
#[expect(unreachable_pub, reason = "a support file of several test crates")]
mod stand;

use stand::{Program, SOURCE};
use stillframe_classfile::{
    Additions, Class, Form, Insertion, Line, Placed, Probe, Reason, Spot, field_read, instrument,
    lines, op, patch,
};

/// What the corpus prints.
const PRINTED: &str = "a1b2\n239\n";

/// What a comment of the corpus says of its line.
struct Expected {
    line: u16,
    hits: u64,
    /// Hits where the class has no names of variables.
    unnamed_hits: u64,
    locals: String,
}

fn expected() -> Vec<Expected> {
    let widths = "a=Long:1|b=Double:2.5|c=3|d=Float:4.5|e=Byte:5|f=Short:6|g=Character:c|h=true";
    let of_line = |(line, text): (u16, &str)| {
        let (hits, locals) = text.split_once("// hit ")?.1.split_once(':')?;
        let locals = locals.trim().replace("@widths", widths);
        let doubles = hits.ends_with('!');
        let hits: u64 = hits.trim_end_matches('!').parse().ok()?;
        let unnamed_hits = if doubles { 2 * hits } else { hits };
        Some(Expected { line, hits, unnamed_hits, locals })
    };
    let all: Vec<Expected> = (1..).zip(SOURCE.lines()).filter_map(of_line).collect();
    assert!(all.len() > 60, "only {} lines say what they expect", all.len());
    all
}

/// Probes on every line that says something, with sites that are its line.
fn probes(class: &Class<'_>, expected: &[Expected], form: Form) -> Vec<Probe> {
    let all = lines(class).into_iter();
    let wanted = all.filter(|one| expected.iter().any(|wanted| wanted.line == one.line));
    let probe = |one: Line| {
        let (method, spot) = (one.method, Spot::Line(one.line));
        Probe { method, spot, site: i32::from(one.line), form }
    };
    wanted.map(probe).collect()
}

/// Patches every class of a program, and compares what it prints and what was hit.
fn check(program: &Program, form: Form, has_names: bool) {
    let expected = expected();
    let mut placed: Vec<(u16, Placed)> = Vec::new();
    let patched = program.changed(|bytes| {
        let probes = probes(&Class::read(bytes).expect("it was compiled"), &expected, form);
        let done = instrument(bytes, &probes).expect("it can be read");
        for (probe, one) in probes.iter().zip(done.probes) {
            let one = one.unwrap_or_else(|reason| panic!("{}: {reason}", probe.site));
            placed.push((probe.site as u16, one));
        }
        done.bytes
    });
    let ran = patched.run();
    // What the corpus prints, whatever was compiled and patched how.
    assert_eq!(ran.stdout, PRINTED);
    let notes = ran.notes;
    let mut faults = Vec::new();
    for Expected { line, hits, unnamed_hits, locals } in &expected {
        let hits = if has_names { hits } else { unnamed_hits };
        let names = placed.iter().find(|(site, _)| site == line).map(|(_, one)| &one.locals);
        let names = names.map_or(&[][..], |names| names);
        let (count, values) = notes.get(line).cloned().unwrap_or_default();
        let pairs = names.iter().zip(values.split('|'));
        let pairs: Vec<String> =
            pairs.map(|(one, value)| format!("{}={value}", one.name)).collect();
        if count != *hits || (has_names && pairs.join("|") != *locals) {
            faults.push(format!("line {line}: {count} hits of {hits}, {pairs:?} for {locals}"));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn lines_are_hit_as_often_as_they_run() {
    let Some(program) = Program::compile("dynamic", &["-g"]) else { return };
    check(&program, Form::Dynamic, true);
}

#[test]
fn boxed_calls_are_given_the_same() {
    let Some(program) = Program::compile("boxed", &["-g"]) else { return };
    check(&program, Form::Boxed, true);
}

#[test]
fn without_variables_slots_are_read() {
    let Some(program) = Program::compile("slots", &["-g:source,lines"]) else { return };
    check(&program, Form::Dynamic, false);
    let bytes = program.class("Corpus");
    let class = Class::read(&bytes).unwrap();
    let wide = class.methods.iter().position(|one| one.name == "wide").unwrap();
    let line = lines(&class).into_iter().find(|one| one.method == wide).unwrap().line;
    let probe = Probe { method: wide, spot: Spot::Line(line), site: 1, form: Form::Dynamic };
    let placed = instrument(&bytes, &[probe]).unwrap().probes.pop().unwrap().unwrap();
    let told: Vec<(&str, &str)> =
        placed.locals.iter().map(|one| (one.name.as_str(), one.descriptor.as_str())).collect();
    let expected = ["J", "D", "I", "F", "B", "S", "C", "Z"];
    let slots = ["slot0", "slot2", "slot4", "slot5", "slot6", "slot7", "slot8", "slot9"];
    assert_eq!(told, slots.into_iter().zip(expected).collect::<Vec<_>>());
}

#[test]
fn old_versions_are_inferred() {
    let Some(program) = Program::compile("old", &["-g", "--release", "8"]) else { return };
    for version in [49, 50] {
        let old = program.changed(|bytes| {
            let mut bytes = bytes.to_vec();
            bytes[7] = version;
            bytes
        });
        // The form for them is taken by itself.
        check(&old, Form::Dynamic, true);
    }
}

#[test]
fn switches_are_padded_anew() {
    let Some(program) = Program::compile("padding", &["-g"]) else { return };
    assert_eq!(program.run().stdout, PRINTED);
    // Four bytes more are the same padding again.
    for count in 1..5 {
        let padded = program.changed(|bytes| {
            let class = Class::read(bytes).unwrap();
            let is_whole = |method: &usize| class.methods[*method].access & 0x500 == 0;
            let insertion =
                |method| Insertion { method, pc: 0, code: vec![op::NOP; count], extra_stack: 0 };
            let insertions: Vec<Insertion> =
                (0..class.methods.len()).filter(is_whole).map(insertion).collect();
            patch(&class, &insertions, Additions::to(&class).unwrap()).unwrap()
        });
        check(&padded, Form::Boxed, true);
    }
}

#[test]
fn nothing_inserted_changes_nothing() {
    let Some(program) = Program::compile("nothing", &["-g"]) else { return };
    program.changed(|bytes| {
        let class = Class::read(bytes).unwrap();
        let same = patch(&class, &[], Additions::to(&class).unwrap()).unwrap();
        assert_eq!(same, bytes);
        same
    });
}

#[test]
fn calls_that_begin_end_once() {
    let Some(program) = Program::compile("whole", &["-g"]) else { return };
    let patched = program.changed(|bytes| {
        let class = Class::read(bytes).unwrap();
        let is_whole = |method: &usize| class.methods[*method].access & 0x500 == 0;
        let methods = (0..class.methods.len()).filter(is_whole);
        let forms = [Form::Bare, Form::Dynamic, Form::Boxed];
        let probe = |method: usize| {
            let (site, form) = (method as i32, forms[method % forms.len()]);
            Probe { method, spot: Spot::Whole, site, form }
        };
        let all = lines(&class).into_iter();
        let of_line = all.map(|one| Probe {
            method: one.method,
            spot: Spot::Line(one.line),
            site: 2,
            form: Form::Dynamic,
        });
        let probes: Vec<Probe> = methods.map(probe).chain(of_line).collect();
        let done = instrument(bytes, &probes).unwrap();
        assert!(done.probes.iter().all(Result::is_ok));
        done.bytes
    });
    let ran = patched.run();
    assert_eq!(ran.stdout, PRINTED);
    assert_eq!(ran.number("confused"), 0);
    // Two calls of `thrower` are left by its exception, all others return.
    assert_eq!(ran.number("unwound"), 2);
    assert_eq!(ran.number("entered"), ran.number("left") + 2);
    assert!(ran.number("entered") > 40, "{}", ran.stderr);
}

/// Every range of so many lines that execute, of every method, timed in every form; each line has a
/// probe besides.
fn ranges(class: &Class<'_>, count: usize) -> Vec<Probe> {
    let all = lines(class);
    let of_method = all.chunk_by(|one, other| one.method == other.method);
    let windows = of_method.flat_map(|lines| lines.windows(count.min(lines.len())));
    let mut probes: Vec<Probe> = Vec::new();
    for window in windows {
        let (first, last) = (window[0].line, window[window.len() - 1].line);
        let site = probes.len();
        let form = [Form::Bare, Form::Dynamic, Form::Boxed][site % 3];
        let spot = Spot::Lines { first, last };
        probes.push(Probe { method: window[0].method, spot, site: site as i32, form });
    }
    let (spot, form) = (|one: &Line| Spot::Line(one.line), Form::Dynamic);
    probes.extend(all.iter().map(|one| Probe {
        method: one.method,
        spot: spot(one),
        site: 0,
        form,
    }));
    probes
}

#[test]
fn passages_of_any_range_begin_and_end_once() {
    for (version, flags) in [(61, "-g"), (61, "-g:source,lines"), (50, "-g"), (49, "-g")] {
        let release = if version < 51 { "8" } else { "17" };
        let name = format!("ranges-{version}-{}", flags.len());
        let Some(program) = Program::compile(&name, &[flags, "--release", release]) else { return };
        for count in [1, 2, 3, 5, 100] {
            let patched = program.changed(|bytes| {
                let mut bytes = bytes.to_vec();
                bytes[7] = if version < 51 { version } else { bytes[7] };
                let probes = ranges(&Class::read(&bytes).unwrap(), count);
                let done = instrument(&bytes, &probes).unwrap();
                let refused = done.probes.iter().filter_map(|one| one.as_ref().err());
                assert_eq!(refused.collect::<Vec<_>>(), Vec::<&Reason>::new());
                done.bytes
            });
            let ran = patched.run();
            let [entered, left, unwound, confused] =
                ["entered", "left", "unwound", "confused"].map(|name| ran.number(name));
            let told = format!("{version} {count}: {}", ran.stderr);
            assert_eq!(ran.stdout, PRINTED, "{told}");
            assert_eq!((entered, confused), (left + unwound, 0), "{told}");
            // `thrower` throws twice, each time out of the ranges that end with it.
            assert!(entered > 40 && unwound >= 2, "{told}");
        }
    }
}

#[test]
fn annotations_move_with_their_code() {
    if !jdk::is_there() {
        return;
    }
    let folder = jdk::folder("annotated");
    let source =
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/Annotated.java");
    jdk::run(std::process::Command::new("javac").args(["-g", "-d"]).arg(&folder).arg(source));
    let file = folder.join("Annotated.class");
    let places = || {
        let said = jdk::run(std::process::Command::new("javap").args(["-v", "-p"]).arg(&file));
        let of_line = |line: &str| {
            let (kind, place) = line.split_once("offset=").or(line.split_once("start_pc="))?;
            let number = place.split(|c: char| !c.is_ascii_digit()).next()?.parse::<u32>().ok()?;
            // What stands before the place, without the number of the annotation's constants.
            Some((kind.rsplit(' ').nth(1)?.to_owned(), number))
        };
        said.lines().filter(|line| line.contains("): ")).filter_map(of_line).collect::<Vec<_>>()
    };
    let before = places();
    assert!(before.len() >= 5, "{before:?}");
    let bytes = std::fs::read(&file).unwrap();
    let class = Class::read(&bytes).unwrap();
    let insertion = |method| Insertion { method, pc: 0, code: vec![op::NOP; 9], extra_stack: 0 };
    let insertions: Vec<Insertion> = (0..class.methods.len())
        .filter(|method| class.methods[*method].name == "all")
        .map(insertion)
        .collect();
    let new = patch(&class, &insertions, Additions::to(&class).unwrap()).unwrap();
    std::fs::write(&file, new).unwrap();
    let moved: Vec<_> = before.into_iter().map(|(kind, place)| (kind, place + 9)).collect();
    assert_eq!(places(), moved);
    assert_eq!(
        jdk::run(std::process::Command::new("java").arg("-cp").arg(&folder).arg("Annotated")),
        "1\n"
    );
}

#[test]
fn a_class_says_where_it_comes_from() {
    let Some(program) = Program::compile("origin", &["-g"]) else { return };
    let bytes = program.class("Corpus$Pair");
    let class = Class::read(&bytes).unwrap();
    assert_eq!(class.source_file().as_deref(), Some("Corpus.java"));
    assert_eq!(class.nest_host().as_deref(), Some("Corpus"));
    assert_eq!(class.source_map(), None);
    let getter = |name: &str| {
        let method = class.methods.iter().position(|one| one.name == name).unwrap();
        field_read(&class, method).map(|field| field.name.into_owned())
    };
    assert_eq!(getter("number").as_deref(), Some("number"));
    assert_eq!(getter("<init>"), None);
}

#[test]
fn more_locals_than_arguments_are_left_out() {
    let folder = jdk::folder("many");
    let names: Vec<String> = (0..126).map(|number| format!("long p{number}")).collect();
    let source = format!(
        "class Many {{\n static long f({}) {{\n return p125;\n }}\n \
         public static void main(String[] a) {{ System.out.println(f({}9)); }}\n}}\n",
        names.join(", "),
        "1, ".repeat(125),
    );
    let file = folder.join("Many.java");
    std::fs::write(&file, source).unwrap();
    let Some(program) = Program::compile_file("many", &["-g"], &file, "Many") else { return };
    for (form, passed) in [(Form::Dynamic, 125), (Form::Boxed, 126)] {
        let patched = program.changed(|bytes| {
            let class = Class::read(bytes).unwrap();
            let method = class.methods.iter().position(|one| one.name == "f").unwrap();
            let probe = Probe { method, spot: Spot::Line(3), site: 40_000, form };
            let done = instrument(bytes, &[probe]).unwrap();
            let placed = done.probes[0].clone().unwrap();
            assert_eq!((placed.locals.len(), placed.left_out.len()), (passed, 126 - passed));
            done.bytes
        });
        let ran = patched.run();
        assert_eq!((ran.stdout.as_str(), ran.number("hits")), ("9\n", 1));
        assert_eq!(ran.number("locals"), passed as u64);
    }
}
