//! The conformance vectors of Java's conditions: where generated classes decide, they decide as the
//! JDK did.
//!
//! Knows the format of `tests/conformance/README.md`. Invariant: the variables of a case are made by
//! the Java that the case was computed with.

use crate::cases::{WRITTEN, case};
use crate::jvm::{Jvm, folder};
use crate::world::{Place, World};
use serde_json::Value as Json;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};

const CLASSES: [&str; 32] = [
    "shop.Status",
    "shop.Point",
    "shop.Range",
    "shop.Item",
    "shop.User",
    "shop.Cart",
    "shop.Money",
    "shop.Animal",
    "shop.Dog",
    "shop.Failure",
    "shop.Stack",
    "shop.Holder",
    "java.lang.Enum",
    "java.lang.Object",
    "java.lang.String",
    "java.lang.CharSequence",
    "java.lang.Number",
    "java.lang.Integer",
    "java.lang.Long",
    "java.lang.Double",
    "java.lang.Float",
    "java.lang.Boolean",
    "java.lang.Character",
    "java.lang.Byte",
    "java.lang.Short",
    "java.util.List",
    "java.util.Map",
    "java.util.Collection",
    "java.lang.Comparable",
    "java.lang.RuntimeException",
    "java.lang.Exception",
    "java.lang.Throwable",
];
/// Cases of which at least so many of a hundred are decided without the machine.
const LEAST_DECIDED: usize = 90;
/// Cases of the JDK's decimals and times, whose `equals` the machine alone decides.
const OF_MACHINE: &str = "known values";

/// A vector, or a test of what a vector's value is.
struct Vector {
    name: String,
    source: String,
    /// Which method makes the variables.
    maker: usize,
    /// Name and signature.
    locals: Vec<String>,
    /// None where the evaluation fails, or yields no boolean.
    test: Option<bool>,
    /// Whether it is the vector itself.
    is_whole: bool,
}

fn conformance() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/conformance")
}

/// The signature of a type as it is written in a case.
fn signature(written: &str) -> String {
    if let Some(element) = written.strip_suffix("[]") {
        return format!("[{}", signature(element));
    }
    let (raw, arguments) = written.split_once('<').unwrap_or((written, ""));
    let arguments = arguments.strip_suffix('>').map(|all| {
        let all = all.split(", ").map(signature).collect::<String>();
        format!("<{all}>")
    });
    let one = match raw {
        "int" => "I",
        "long" => "J",
        "double" => "D",
        "float" => "F",
        "boolean" => "Z",
        "char" => "C",
        "byte" => "B",
        "short" => "S",
        name => {
            let known = CLASSES.iter().find(|class| class.rsplit('.').next() == Some(name));
            let class = known.map_or(format!("java.util.{name}"), |class| (*class).to_owned());
            return format!("L{}{};", class.replace('.', "/"), arguments.unwrap_or_default());
        }
    };
    one.to_owned()
}

/// What a value that is no boolean is compared with, as Java has it.
fn literal(value: &Json) -> Option<String> {
    let (tag, content) = value.as_object()?.iter().next()?;
    let digits = content.as_str().unwrap_or_default();
    let plain = digits.bytes().all(|byte| byte.is_ascii_graphic()) && !digits.contains(['"', '\\']);
    Some(match &**tag {
        "int32" => digits.to_owned(),
        "int" => format!("{digits}L"),
        "float" if !digits.contains(['n', 'i']) => digits.to_owned(),
        "float32" if !digits.contains(['n', 'i']) => format!("{digits}f"),
        "char" => format!("(char) {content}"),
        "str" if plain => format!("\"{digits}\""),
        _ => return None,
    })
}

/// The vectors, the Java that makes their variables, and how many have no class to generate.
fn vectors() -> (Vec<Vector>, String, usize) {
    let text = std::fs::read_to_string(conformance().join("conditions-java.json"));
    let cases: Vec<Json> =
        serde_json::from_str(&text.expect("the vectors are there")).expect("they are JSON");
    let mut java = "package shop;\nimport java.util.*;\npublic final class Samples {\n".to_owned();
    let (mut vectors, mut skipped) = (Vec::new(), 0);
    for (maker, entry) in cases.iter().enumerate() {
        let text = |key: &str| entry[key].as_str().expect("a text").to_owned();
        let expect = entry["expect"].as_object().expect("an outcome");
        let vars = entry["vars"].as_object().expect("variables");
        if expect.contains_key("refused") || vars.values().any(|one| one["java"].is_null()) {
            skipped += 1;
            continue;
        }
        let mut locals = Vec::new();
        let _ = writeln!(java, "  public static Object[] make{maker}() throws Throwable {{");
        for (name, one) in vars {
            let kind = one["type"].as_str().expect("a type");
            let local = if name == "this" { "self" } else { name };
            let made = one["java"].as_str().expect("Java");
            let _ = writeln!(java, "    {kind} {local} = {made};");
            locals.push(format!("{name}:{}", signature(kind)));
        }
        let names: Vec<&str> =
            vars.keys().map(|name| if name == "this" { "self" } else { name }).collect();
        let _ = writeln!(java, "    return new Object[] {{{}}};\n  }}", names.join(", "));
        let (name, source) = (text("name"), text("source"));
        let test = entry["test"].as_bool();
        let add = |source: String, test: Option<bool>, is_whole: bool| Vector {
            is_whole,
            name: name.clone(),
            source,
            maker,
            locals: locals.clone(),
            test,
        };
        if let Some(literal) = expect.get("value").and_then(literal) {
            vectors.push(add(format!("({source}) == {literal}"), Some(true), false));
            vectors.push(add(format!("({source}) != {literal}"), Some(false), false));
        }
        vectors.push(add(source, test, true));
    }
    java.push_str("}\n");
    (vectors, java, skipped)
}

#[test]
fn what_is_decided_is_what_the_jdk_said() {
    for jvm in Jvm::all("vectors") {
        let (vectors, java, skipped) = vectors();
        let samples = folder().join("Samples.java");
        std::fs::write(&samples, java).expect("the file can be written");
        let shapes = conformance().join("java/Shapes.java");
        let jvm = jvm.with("vectors", &CLASSES, &[samples, shapes]);
        let world = World::read(&jvm.describe());
        let (mut lines, mut run) = (Vec::new(), Vec::new());
        for vector in &vectors {
            let locals: Vec<&str> = vector.locals.iter().map(String::as_str).collect();
            let mut place = Place::new(&world, &locals);
            let program = match place.compile(&vector.source) {
                Ok(program) => program,
                Err(error) => panic!("{}: {error}", vector.source),
            };
            let maker = format!("*make{}", vector.maker);
            let (line, made) = case(&mut place, Some(&program), lines.len(), &[&maker], WRITTEN);
            lines.push(line);
            run.push((vector, made.why_not));
        }
        judge(&run, &jvm.check(&lines));
        let version = jvm.name().split(' ').nth(1).map(str::to_owned).unwrap_or_default();
        tell(&version, vectors.iter().filter(|vector| vector.is_whole).count(), skipped);
    }
}

/// Tells who sums up all runtimes how many vectors ran.
fn tell(version: &str, ran: usize, skipped: usize) {
    let Some(path) = std::env::var_os("STILLFRAME_CONFORMANCE") else { return };
    let summary = std::fs::OpenOptions::new().create(true).append(true).open(path);
    let mut summary = summary.expect("the summary can be written");
    let reason = "refused when it is installed, or of a variable that is not set";
    // In one piece: others append to the file meanwhile.
    let text = format!(
        "conditions-java.json\tgenerated classes, JDK {version}\t{ran}\t{skipped}\n\t{skipped}\t{reason}\n"
    );
    summary.write_all(text.as_bytes()).expect("the summary can be written");
}

fn judge(run: &[(&Vector, Option<String>)], outcomes: &[String]) {
    let (mut decided, mut known, mut faults) = (0, 0, Vec::new());
    let mut reasons = std::collections::BTreeMap::<&str, usize>::new();
    for ((vector, why_not), outcome) in run.iter().zip(outcomes) {
        let said = match outcome.split('\t').next().unwrap_or_default() {
            "open+finish+publish" => Some(true),
            "false" => Some(false),
            "slow" => None,
            other => {
                faults.push(format!("{}: {}: {other}", vector.name, vector.source));
                continue;
            }
        };
        if said.is_some() && said != vector.test {
            faults.push(format!(
                "{}: {}: {said:?}, not {:?}",
                vector.name, vector.source, vector.test
            ));
        }
        if vector.test.is_some() && !vector.name.starts_with(OF_MACHINE) {
            known += 1;
            decided += usize::from(said.is_some());
            if said.is_none() {
                *reasons.entry(why_not.as_deref().unwrap_or("the object")).or_default() += 1;
                if std::env::var_os("STILLFRAME_SLOW").is_some() {
                    println!("slow: {}: {} ({why_not:?})", vector.name, vector.source);
                }
            }
        }
    }
    println!("{decided} of {known} tests of vectors were decided in bytecode, {} run", run.len());
    println!("the others: {reasons:?}");
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
    assert!(decided * 100 >= known * LEAST_DECIDED, "only {decided} of {known} were decided");
}
