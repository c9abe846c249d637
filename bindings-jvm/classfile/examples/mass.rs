//! Patches whole folders of classes, for tests that let a JVM verify and run them.
//!
//! Knows the crate's public calls. Invariant: what is not patched is named with the reason, in numbers.
//!
//! `mass HOW FROM TO ONE_IN`: `dynamic` and `boxed` give every line of every method a probe, `single`
//! one line of each class, `whole` times every method and `ranges` the lines in its middle, each with
//! and without its variables, and `unchecked` loads at every line what can be read
//! at any line of the method, which must not verify. Of the classes one in `ONE_IN` is patched. What
//! goes into a class at once lies in `TO/0`; probes for which a method has no room left come in
//! rounds, in `TO/1` and so on. The answer is one line of words `name=number`.

use std::collections::BTreeMap;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use stillframe_classfile::{
    Additions, Class, Form, Insertion, Kind, Line, Local, Probe, Reason, Spot, instrument, lines,
    op, patch, place,
};

type Done<T> = Result<T, Box<dyn Error>>;

#[derive(Default)]
struct Tally {
    classes: usize,
    patched: usize,
    rounds: usize,
    probes: usize,
    insertions: usize,
    locals: usize,
    refusals: BTreeMap<String, usize>,
    /// Probes with which alone a method would be too large.
    no_room: usize,
    spent: Duration,
    slowest: Duration,
    next_site: i32,
}

fn main() -> Done<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [how, from, to, one_in] = &arguments[..] else {
        return Err("usage: mass dynamic|boxed|single|whole|ranges|unchecked FROM TO ONE_IN".into());
    };
    let (from, to) = (Path::new(from), Path::new(to));
    let one_in: usize = one_in.parse()?;
    let mut files = Vec::new();
    collect(from, &mut files)?;
    files.sort();
    let mut tally = Tally::default();
    for path in files.iter().step_by(one_in.max(1)) {
        let bytes = std::fs::read(path)?;
        let rounds = match how.as_str() {
            "dynamic" => instrumented(&bytes, of_lines, &[Form::Dynamic], &mut tally)?,
            "single" => instrumented(&bytes, of_one, &[Form::Dynamic], &mut tally)?,
            "boxed" => instrumented(&bytes, of_lines, &[Form::Boxed], &mut tally)?,
            "whole" => instrumented(&bytes, of_methods, &FORMS, &mut tally)?,
            "ranges" => instrumented(&bytes, of_ranges, &FORMS, &mut tally)?,
            "unchecked" => vec![unchecked(&bytes, &mut tally)?],
            other => return Err(format!("no way of patching is called {other}").into()),
        };
        tally.classes += 1;
        tally.patched += usize::from(rounds[0] != bytes);
        tally.rounds = tally.rounds.max(rounds.len());
        for (round, new) in rounds.into_iter().enumerate() {
            let file = to.join(round.to_string()).join(path.strip_prefix(from)?);
            std::fs::create_dir_all(file.parent().unwrap_or(to))?;
            std::fs::write(file, new)?;
        }
    }
    say(&tally);
    Ok(())
}

fn say(tally: &Tally) {
    let Tally { classes, patched, rounds, probes, insertions, locals, no_room, .. } = tally;
    let (spent, slowest) = (tally.spent.as_micros(), tally.slowest.as_micros());
    let each = spent / (*classes).max(1) as u128;
    let refused: usize = tally.refusals.values().sum();
    println!(
        "classes={classes} patched={patched} rounds={rounds} probes={probes} insertions={insertions} \
         locals={locals} refused={refused} no_room={no_room} us_a_class={each} slowest_us={slowest}"
    );
    for (reason, count) in &tally.refusals {
        eprintln!("{count} times: {reason}");
    }
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> Done<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else if path.extension().is_some_and(|one| one == "class") {
            files.push(path);
        }
    }
    Ok(())
}

/// How what is timed may be called, in turn.
const FORMS: [Form; 3] = [Form::Bare, Form::Dynamic, Form::Boxed];

type Spots = Vec<(usize, Spot)>;

fn of_lines(class: &Class<'_>) -> Spots {
    lines(class).iter().map(|one| (one.method, Spot::Line(one.line))).collect()
}

fn of_one(class: &Class<'_>) -> Spots {
    let all = of_lines(class);
    all.get(all.len() / 2).into_iter().copied().collect()
}

fn of_methods(class: &Class<'_>) -> Spots {
    (0..class.methods.len()).map(|method| (method, Spot::Whole)).collect()
}

/// The lines in the middle of each method, beside an end of which others mostly lie.
fn of_ranges(class: &Class<'_>) -> Spots {
    let all = lines(class);
    let of_method = all.chunk_by(|one, other| one.method == other.method);
    let middle = |lines: &[Line]| {
        let (first, last) = (lines[lines.len() / 3].line, lines[lines.len() * 2 / 3].line);
        (lines[0].method, Spot::Lines { first, last })
    };
    of_method.map(middle).collect()
}

/// Probes at these places.
fn instrumented(
    bytes: &[u8],
    spots: impl Fn(&Class<'_>) -> Spots,
    forms: &[Form],
    tally: &mut Tally,
) -> Done<Vec<Vec<u8>>> {
    let class = Class::read(bytes)?;
    let mut spots = spots(&class);
    // Methods without code are no refusals.
    spots.retain(|(method, _)| class.methods[*method].access & 0x0500 == 0);
    let probe = |(method, spot): (usize, Spot)| {
        tally.next_site += 1;
        let site = tally.next_site;
        Probe { method, spot, site, form: forms[site as usize % forms.len()] }
    };
    let mut probes: Vec<Probe> = spots.into_iter().map(probe).collect();
    tally.probes += probes.len();
    let mut rounds = Vec::new();
    while rounds.is_empty() || !probes.is_empty() {
        let start = Instant::now();
        let done = instrument(bytes, &probes)?;
        let spent = start.elapsed();
        tally.spent += spent;
        tally.slowest = tally.slowest.max(spent);
        rounds.push(done.bytes);
        let mut left = Vec::new();
        for (probe, placed) in probes.iter().zip(&done.probes) {
            match placed {
                Ok(placed) => {
                    tally.insertions += placed.pcs.len();
                    tally.locals += placed.locals.len() * placed.pcs.len();
                }
                Err(Reason::TooLarge | Reason::TooLargeToCompile) => left.push(*probe),
                Err(reason) => *tally.refusals.entry(reason.to_string()).or_default() += 1,
            }
        }
        if left.len() == probes.len() && !left.is_empty() {
            rounds.pop();
            tally.no_room += left.len();
            left.clear();
        }
        probes = left;
    }
    Ok(rounds)
}

/// Loads at every line what can be read somewhere in the method.
fn unchecked(bytes: &[u8], tally: &mut Tally) -> Done<Vec<u8>> {
    let class = Class::read(bytes)?;
    let mut pcs: BTreeMap<usize, Vec<u16>> = BTreeMap::new();
    let mut locals: BTreeMap<usize, Vec<Local>> = BTreeMap::new();
    for line in lines(&class) {
        let spot = Spot::Line(line.line);
        let probe = Probe { method: line.method, spot, site: 0, form: Form::Boxed };
        let Ok(placed) = place(&class, &probe) else { continue };
        pcs.entry(line.method).or_default().extend(placed.pcs);
        let known = locals.entry(line.method).or_default();
        let new =
            |one: &Local| !known.iter().any(|old| (old.slot, old.kind) == (one.slot, one.kind));
        let fresh: Vec<Local> = placed.locals.into_iter().filter(new).collect();
        known.extend(fresh);
    }
    let mut insertions = Vec::new();
    for (method, pcs) in pcs {
        let code: Vec<u8> = locals[&method].iter().flat_map(load_and_pop).collect();
        tally.probes += pcs.len();
        let insertion = |pc| Insertion { method, pc, code: code.clone(), extra_stack: 2 };
        insertions.extend(pcs.into_iter().map(insertion));
    }
    match patch(&class, &insertions, Additions::to(&class)?) {
        Ok(new) => {
            tally.insertions += insertions.len();
            Ok(new)
        }
        Err(refusal) if matches!(refusal.reason, Reason::TooLarge | Reason::TooLargeToCompile) => {
            Ok(bytes.to_vec())
        }
        Err(refusal) => Err(refusal.into()),
    }
}

fn load_and_pop(local: &Local) -> Vec<u8> {
    let load = match local.kind {
        Kind::Int => op::ILOAD,
        Kind::Long => op::LLOAD,
        Kind::Float => op::FLOAD,
        Kind::Double => op::DLOAD,
        Kind::Reference => op::ALOAD,
    };
    let pop = if local.kind.words() == 2 { op::POP2 } else { op::POP };
    let [high, low] = local.slot.to_be_bytes();
    vec![op::WIDE, load, high, low, pop]
}
