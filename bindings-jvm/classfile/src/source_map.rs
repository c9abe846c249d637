//! Where lines of a class come from that its compiler took from elsewhere, as JSR 45 writes it.
//!
//! Pure text: knows no class. Invariant: any text is an answer, and what it names is bounded.

/// Files and ranges of lines that one map may name.
const MOST: usize = 65_536;
/// What a map of a compiler's own output is within another's: not about this class.
const EMBEDDED: [&str; 2] = ["*O", "*C"];

/// The map of a class, of its default stratum.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SourceMap {
    /// Number and path of each file.
    files: Vec<(u32, String)>,
    /// Each with the number of its file.
    ranges: Vec<(u32, Range)>,
}

/// Lines of a file that stand in a class under numbers of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Range {
    /// The first, as the file counts.
    pub first: u32,
    /// How many.
    pub count: u32,
    /// The first, as the class counts.
    pub of_class: u32,
    /// Lines of the class for each line of the file.
    pub step: u32,
}

impl Range {
    /// The line of the file that a line of the class is.
    pub fn line(&self, of_class: u32) -> Option<u32> {
        let nth = of_class.checked_sub(self.of_class)?.checked_div(self.step)?;
        (nth < self.count).then(|| self.first.saturating_add(nth))
    }

    /// The line of the class that a line of the file is.
    pub fn class_line(&self, line: u32) -> Option<u32> {
        let nth = line.checked_sub(self.first).filter(|nth| *nth < self.count)?;
        self.of_class.checked_add(nth.checked_mul(self.step)?)
    }

    /// Whether the class counts as the file does.
    pub fn is_plain(&self) -> bool {
        self.first == self.of_class && self.step == 1
    }
}

impl SourceMap {
    /// Reads a map; none if the text is not one.
    pub fn parse(text: &str) -> Option<Self> {
        let mut lines = text.lines();
        (lines.next()? == "SMAP").then_some(())?;
        let _generated = lines.next()?;
        let wanted = lines.next()?.trim();
        let (mut map, mut section, mut is_wanted, mut embedded) = (Self::default(), "", false, 0);
        let mut file = 0;
        while let Some(line) = lines.next() {
            let line = line.trim();
            match line.get(..2) {
                Some(begin) if begin == EMBEDDED[0] => embedded += 1,
                Some(end) if end == EMBEDDED[1] => embedded -= 1,
                _ if embedded > 0 => {}
                Some("*S") => is_wanted = line.get(2..).map(str::trim) == Some(wanted),
                Some("*E") => break,
                Some(name) if name.starts_with('*') => section = name,
                _ if !is_wanted || map.files.len() + map.ranges.len() > MOST => {}
                _ if section == "*F" => map.files.push(source(line, &mut lines)?),
                _ if section == "*L" => map.ranges.push(range(line, &mut file)?),
                _ => {}
            }
        }
        Some(map)
    }

    /// Paths of the files: package and name.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.files.iter().map(|(_, path)| path.as_str())
    }

    /// Whether a line of the class stands for one that was taken from elsewhere.
    pub(crate) fn is_taken(&self, of_class: u32) -> bool {
        let is_it = |range: &Range| !range.is_plain() && range.line(of_class).is_some();
        self.ranges.iter().any(|(_, range)| is_it(range))
    }

    /// The ranges of lines that are of the file with this path.
    pub fn of<'m>(&'m self, path: &'m str) -> impl Iterator<Item = Range> + 'm {
        let is_it =
            move |number: &u32| self.files.iter().any(|(known, of)| known == number && of == path);
        self.ranges.iter().filter(move |(file, _)| is_it(file)).map(|(_, range)| *range)
    }
}

/// `1 Cart.kt`, or `+ 1 Cart.kt` with a class of its package, or its path, on the next line.
fn source<'t>(line: &str, lines: &mut impl Iterator<Item = &'t str>) -> Option<(u32, String)> {
    let (has_path, line) = match line.strip_prefix('+') {
        Some(rest) => (true, rest.trim_start()),
        None => (false, line),
    };
    let (number, name) = line.split_once(' ')?;
    let name = name.trim();
    let path = if has_path { lines.next()?.trim() } else { "" };
    let path = match path.rsplit_once('/') {
        Some((package, _)) => format!("{package}/{name}"),
        None => name.to_owned(),
    };
    Some((number.parse().ok()?, path))
}

/// `first#file,count:of_class,step`, of which all but the first and the colon may be left out.
fn range(line: &str, file: &mut u32) -> Option<(u32, Range)> {
    let (input, output) = line.split_once(':')?;
    let (input, count) = input.split_once(',').unwrap_or((input, "1"));
    let (first, number) = match input.split_once('#') {
        Some((first, number)) => (first, number.parse().ok()?),
        None => (input, *file),
    };
    *file = number;
    let (of_class, step) = output.split_once(',').unwrap_or((output, "1"));
    let [first, count, of_class, step] =
        [first, count, of_class, step].map(|text| text.trim().parse().ok());
    Some((number, Range { first: first?, count: count?, of_class: of_class?, step: step? }))
}

#[cfg(test)]
mod tests {
    use super::*;

    const KOTLIN: &str = "SMAP\nCaller.kt\nKotlin\n*S Kotlin\n*F\n+ 1 Caller.kt\nshop/CallerKt\n\
                          + 2 Inline.kt\nshop/InlineKt\n3 Bare.kt\n*L\n1#1,20:1\n5#2,3:21\n\
                          5#2:31\n9#3,2:40,2\n*S KotlinDebug\n*F\n+ 1 Caller.kt\nshop/CallerKt\n\
                          *L\n7#1:21,3\n*E\n";

    fn range(first: u32, count: u32, of_class: u32, step: u32) -> Range {
        Range { first, count, of_class, step }
    }

    #[test]
    fn the_default_stratum_is_read() {
        let map = SourceMap::parse(KOTLIN).expect("a map");
        let paths: Vec<&str> = map.paths().collect();
        assert_eq!(paths, ["shop/Caller.kt", "shop/Inline.kt", "Bare.kt"]);
        let of = |path| map.of(path).collect::<Vec<_>>();
        assert_eq!(of("shop/Inline.kt"), [range(5, 3, 21, 1), range(5, 1, 31, 1)]);
        assert_eq!(of("Bare.kt"), [range(9, 2, 40, 2)]);
        assert!(of("shop/Caller.kt").iter().all(Range::is_plain));
        assert!(of("Other.kt").is_empty());
    }

    #[test]
    fn lines_go_there_and_back() {
        let plain = range(5, 3, 21, 1);
        assert_eq!([20, 21, 23, 24].map(|at| plain.line(at)), [None, Some(5), Some(7), None]);
        assert_eq!([4, 5, 7, 8].map(|at| plain.class_line(at)), [None, Some(21), Some(23), None]);
        let wide = range(9, 2, 40, 2);
        assert_eq!([41, 42, 44].map(|at| wide.line(at)), [Some(9), Some(10), None]);
        assert_eq!(wide.class_line(10), Some(42));
        assert_eq!(range(1, 9, 1, 0).line(1), None);
    }

    #[test]
    fn what_is_no_map_is_none_and_what_is_embedded_is_not_of_the_class() {
        for text in ["", "SMAP", "smap\na\nb\n", "SMAP\na\nK\n*S K\n*L\nx#1:2\n"] {
            assert_eq!(SourceMap::parse(text), None, "{text}");
        }
        let inner = "SMAP\na\nK\n*O K\n*S K\n*L\n1#1:1\n*C K\n*S K\n*F\n7 A.kt\n*L\n2#7:3\n*E\n";
        let map = SourceMap::parse(inner).expect("a map");
        assert_eq!(map.of("A.kt").collect::<Vec<_>>(), [range(2, 1, 3, 1)]);
    }
}
