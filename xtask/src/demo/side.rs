//! All shops on one screen: the same log line in each, at the same time.
//!
//! Knows how texts stand side by side. Invariant: each panel is one command, as it would be typed, and
//! what it printed; a line is cut only where its panel ends.

use super::PATIENCE;
use super::shop::Shop;
use super::stage::{Stage, quoted};
use crate::Result;
use crate::process::Background;
use std::process::{Command, Stdio};

/// Columns of a panel: what the command writes where there is no terminal.
const PANEL: usize = 80;
/// Columns between two panels.
const GAP: &str = "  ";
/// Lines that are logged in each shop.
const LIMIT: &str = "4";

/// Logs in every shop at once and shows what came.
pub(super) fn show(stage: &Stage, shops: &[Shop]) -> Result<()> {
    let begin = |shop: &Shop| {
        let [location, template] = &shop.log;
        let words = ["log", location, template, "--limit", LIMIT, "-f"];
        Ok((stage.logged(&words, shop.service)?, typed(&words)))
    };
    let running: Vec<_> = shops.iter().map(begin).collect::<Result<_>>()?;
    let panels: Vec<Vec<String>> = running.into_iter().map(end).collect::<Result<_>>()?;
    let columns = (width() + GAP.len()) / (PANEL + GAP.len());
    for row in panels.chunks(columns.clamp(1, 2)) {
        println!("{}\n", beside(row));
    }
    Ok(())
}

/// What was typed, then what came.
fn end(
    ((mut running, log), typed): ((Background, std::path::PathBuf), String),
) -> Result<Vec<String>> {
    let status = running.end(PATIENCE)?;
    let said = crate::files::read(&log)?;
    if !status.success() {
        return Err(format!("{typed}: {status}\n{said}"));
    }
    let mut lines = broken(&typed);
    lines.extend(said.lines().map(str::to_owned));
    Ok(lines)
}

fn typed(words: &[&str]) -> String {
    let words: Vec<String> = words.iter().map(|word| quoted(word)).collect();
    format!("$ stillframe {}", words.join(" "))
}

/// A long command as a shell takes it over several lines.
fn broken(typed: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in typed.split(' ') {
        let last = lines.last_mut().expect("there is a first line");
        if last.is_empty() {
            last.push_str(word);
        } else if last.chars().count() + word.chars().count() + 3 <= PANEL {
            last.push(' ');
            last.push_str(word);
        } else {
            last.push_str(" \\");
            lines.push(format!("    {word}"));
        }
    }
    lines
}

/// Panels side by side, each as wide as any.
fn beside(panels: &[Vec<String>]) -> String {
    let height = panels.iter().map(Vec::len).max().unwrap_or_default();
    let line = |number: usize| {
        let cells = panels.iter().map(|panel| {
            let text = panel.get(number).map_or("", String::as_str);
            format!("{:PANEL$}", text.chars().take(PANEL).collect::<String>())
        });
        cells.collect::<Vec<_>>().join(GAP).trim_end().to_owned()
    };
    (0..height).map(line).collect::<Vec<_>>().join("\n")
}

/// Columns of the terminal; of two panels where there is none.
fn width() -> usize {
    let mut ask = Command::new("stty");
    let said = ask.arg("size").stdin(Stdio::inherit()).stderr(Stdio::null()).output();
    let columns = said.ok().and_then(|output| {
        String::from_utf8_lossy(&output.stdout).split_whitespace().nth(1)?.parse().ok()
    });
    columns.filter(|columns| *columns > 0).unwrap_or(2 * PANEL + GAP.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn panels_stand_side_by_side() {
        let panel = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
        let wide = "x".repeat(PANEL + 5);
        let shown = beside(&[panel("a\nb"), panel(&wide)]);
        let lines: Vec<&str> = shown.lines().collect();
        assert_eq!(lines.len(), 2);
        assert_eq!(lines[0], format!("a{}{}", " ".repeat(PANEL + 1), "x".repeat(PANEL)));
        assert_eq!(lines[1], "b");
    }

    #[test]
    fn a_long_command_is_broken_where_a_shell_takes_it() {
        let typed = format!("$ stillframe log {} 'x y'", "p".repeat(60));
        let lines = broken(&typed);
        assert_eq!(lines.len(), 2);
        assert!(lines[0].ends_with(" \\") && lines.iter().all(|line| line.len() <= PANEL));
    }
}
