//! The rewriter as a filter, for tests that hold real code objects.
//!
//! Knows the rewriter's types and nothing of Python. Reads a request a line and answers a line.
//! Invariant: every request is answered, in order, with `ok` or with `no` and the reason.
//!
//! A request is `rewrite VERSION CODE LINES EXCEPTIONS FIRST_LINE STACK_SIZE CONSTANTS FLAGS SPOTS`,
//! bytes in hexadecimal (`-` for none), spots as `SPOT=CONSTANT` with commas between them and a line's
//! number for its spot; or `lines` or `depths` with the same. The answers are `ok CODE LINES
//! EXCEPTIONS STACK_SIZE MICROSECONDS`, `ok LINE,LINE…` and `ok DEPTH,-,…`.

use std::fmt::Write as _;
use std::io::{BufRead as _, BufWriter, Write as _};
use stillframe_bytecode::{Code, Insert, Spot, Version, depths, executable_lines, rewrite};

type Parsed<T> = Result<T, String>;

fn main() -> std::io::Result<()> {
    let mut out = BufWriter::new(std::io::stdout().lock());
    for line in std::io::stdin().lock().lines() {
        let answer = answer(&line?).unwrap_or_else(|fault| format!("no {fault}"));
        writeln!(out, "{answer}")?;
        out.flush()?;
    }
    Ok(())
}

fn answer(line: &str) -> Parsed<String> {
    let mut words = line.split(' ');
    let mut next = || words.next().ok_or("the request is too short".to_owned());
    let verb = next()?;
    let version = match next()? {
        "9" => Version::V39,
        "10" => Version::V310,
        "11" => Version::V311,
        other => return Err(format!("no version 3.{other}")),
    };
    let (instructions, lines, exceptions) = (bytes(next()?)?, bytes(next()?)?, bytes(next()?)?);
    let code = Code {
        version,
        instructions: &instructions,
        lines: &lines,
        exceptions: &exceptions,
        first_line: number(next()?)?,
        stack_size: number(next()?)?,
        constants: number(next()?)?,
        flags: number(next()?)?,
    };
    if verb == "lines" {
        let lines = executable_lines(&code).map_err(|refusal| refusal.to_string())?;
        let lines: Vec<String> = lines.iter().map(u32::to_string).collect();
        return Ok(format!("ok {}", lines.join(",")));
    }
    if verb == "depths" {
        let depths = depths(&code).map_err(|refusal| refusal.to_string())?;
        let depth = |depth: &Option<u32>| depth.map_or("-".to_owned(), |depth| depth.to_string());
        return Ok(format!("ok {}", depths.iter().map(depth).collect::<Vec<_>>().join(",")));
    }
    let inserts: Vec<Insert> =
        next()?.split(',').filter(|one| *one != "-").map(insert).collect::<Parsed<_>>()?;
    let start = std::time::Instant::now();
    let done = rewrite(&code, &inserts).map_err(|refusal| refusal.to_string())?;
    let micros = start.elapsed().as_nanos() as f64 / 1e3;
    let (code, lines) = (hexadecimal(&done.instructions), hexadecimal(&done.lines));
    let exceptions = hexadecimal(&done.exceptions);
    Ok(format!("ok {code} {lines} {exceptions} {} {micros:.1}", done.stack_size))
}

fn insert(text: &str) -> Parsed<Insert> {
    let (spot, constant) = text.split_once('=').ok_or(format!("{text} is no insert"))?;
    let spot = match spot {
        "start" => Spot::Start,
        "exit" => Spot::Exit,
        "yield" => Spot::Yield,
        "resume" => Spot::Resume,
        "unwind" => Spot::Unwind,
        line => Spot::Line(number(line)?),
    };
    Ok(Insert { spot, constant: number(constant)? })
}

fn number(text: &str) -> Parsed<u32> {
    text.parse().map_err(|_| format!("{text} is no number"))
}

fn bytes(text: &str) -> Parsed<Vec<u8>> {
    if text == "-" {
        return Ok(Vec::new());
    }
    let pairs = text.as_bytes().chunks(2);
    let byte = |pair: &[u8]| {
        let digits = std::str::from_utf8(pair).map_err(|error| error.to_string())?;
        u8::from_str_radix(digits, 16).map_err(|error| error.to_string())
    };
    pairs.map(byte).collect()
}

fn hexadecimal(bytes: &[u8]) -> String {
    if bytes.is_empty() {
        return "-".to_owned();
    }
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
