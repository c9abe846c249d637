//! What is inserted where, construct by construct.
//!
//! Knows the public calls and the form of a check. Invariant: each construct that may hold a check
//! has a case, and each that must hold none.

use stillframe_rewriter::{Goal, Options, Reason, Rewritten, Why, rewrite};

fn done(goal: Goal, source: &str) -> Rewritten {
    let done = rewrite(source, &Options { goal, base: 7 });
    done.unwrap_or_else(|refusal| panic!("{refusal}: {source}"))
}

fn begin(number: u32) -> String {
    format!("__sf{number}!==void 0&&new __sf{number}")
}

/// Sources and what becomes of them; a `@` stands for what every check begins with.
fn check(goal: Goal, cases: &[(&str, &str)]) {
    for (source, expected) in cases {
        let code = done(goal, source).code.replace(&begin(7), "@").replace(&begin(8), "@@");
        assert_eq!(code, *expected, "of {source}");
    }
}

#[test]
fn a_check_lies_behind_the_last_token_before_its_line() {
    check(
        Goal::CommonJs,
        &[
            ("a()\nb()", "a();@(2);\nb()"),
            ("a() // why\n\n/* b */\nb()", "a();@(4); // why\n\n/* b */\nb()"),
            ("a(); b()\nc()", "a(); b();@(2);\nc()"),
            ("\n\na()", ";@(3);\n\na()"),
            ("// why\na()", ";@(2);// why\na()"),
            ("#!/usr/bin/env node\na()\nb()", "#!/usr/bin/env node\na();@(3);\nb()"),
            ("#!/usr/bin/env node\n\na()", "#!/usr/bin/env node\n;@(3);\na()"),
            ("\u{feff}\na()", "\u{feff};@(2);\na()"),
            ("a()\r\nb()\rc()\u{2028}d()", "a();@(2);\r\nb();@(3);\rc();@(4);\u{2028}d()"),
            ("x = `\n`\na()", "x = `\n`;@(3);\na()"),
            ("x = /=\\//\na()", "x = /=\\//;@(2);\na()"),
            ("x = 1.\na()", "x = 1.;@(2);\na()"),
            ("x <!-- why\na()", "x;@(2); <!-- why\na()"),
        ],
    );
}

#[test]
fn directives_stay_first() {
    check(
        Goal::CommonJs,
        &[
            ("'use strict'\na()", "'use strict';@(2);\na()"),
            ("'a'\n\"use strict\";\na()", "'a'\n\"use strict\";;@(3);\na()"),
            (
                "f(function () {\n'use strict'\na()\n})",
                "f(function () {\n'use strict';@(3);\na()\n})",
            ),
            ("f(() => {\n'use strict'\n})", "f(() => {\n'use strict'\n})"),
        ],
    );
}

#[test]
fn one_statement_gets_braces() {
    check(
        Goal::CommonJs,
        &[
            ("if (a)\nb()\nelse\nc()", "if (a){@(2);\nb()}\nelse{@(4);\nc()}"),
            (
                "if (a)\nif (b)\nc()\nelse\nd()",
                "if (a){@(2);\nif (b){@(3);\nc()}\nelse{@(5);\nd()}}",
            ),
            ("if (a) b()\nelse c()\nd()", "if (a) b()\nelse c();@(3);\nd()"),
            ("if (a)\nb(); else c()", "if (a)\nb(); else c()"),
            ("if (a)\n{\nb() }", "if (a)\n{;@(3);\nb() }"),
            ("while (a)\nb()", "while (a){@(2);\nb()}"),
            ("do\na()\nwhile (b)\nc()", "do{@(2);\na()}\nwhile (b);@(4);\nc()"),
            ("for (;;)\na()", "for (;;){@(2);\na()}"),
            ("for (const a of b)\nc()", "for (const a of b){@(2,a);\nc()}"),
            ("for (const a in b)\n;", "for (const a in b)\n;"),
            ("if (a)\nfunction b() {}", "if (a)\nfunction b() {}"),
            ("a:\nfor (;;)\ncontinue a", "a:\nfor (;;){@(3);\ncontinue a}"),
            ("if (a)\nb: c()", "if (a){@(2);\nb: c()}"),
        ],
    );
}

#[test]
fn lists_of_statements_of_every_kind() {
    check(
        Goal::CommonJs,
        &[
            (
                "switch (a) {\ncase 1:\nb()\ndefault:\nc()\n}",
                "switch (a) {\ncase 1:;@(3);\nb()\ndefault:;@(5);\nc()\n}",
            ),
            (
                "try {\na()\n} catch (e) {\nb()\n} finally {\nc()\n}",
                "try {;@(2);\na()\n} catch (e) {;@(4,e);\nb()\n} finally {;@(6);\nc()\n}",
            ),
            ("class A { static {\na()\n} }", "class A { static {;@(2);\na()\n} }"),
            ("x = { get a() {\nreturn 1\n} }", "x = { get a() {;@(2);\nreturn 1\n} }"),
            ("x = `${(() => {\na()\n})()}`", "x = `${(() => {;@(2);\na()\n})()}`"),
            (
                "function f(a = () => {\nreturn b\n}, b) {}",
                "function f(a = () => {;@(2);\nreturn b\n}, b) {}",
            ),
            (
                "async function* f() {\nyield await 1\n}",
                "async function* f() {;@(2);\nyield await 1\n}",
            ),
            ("{\nlet a\nvar b\na = b\n}", "{\nlet a\nvar b;@(4,b,a);\na = b\n}"),
        ],
    );
}

#[test]
fn answers_of_arrow_functions_get_parentheses() {
    check(
        Goal::CommonJs,
        &[
            ("f(a =>\na.b\n)", "f(a =>(@(2,a),\na.b)\n)"),
            ("f(a => (\na.b\n))", "f(a => (@(2,a),\na.b\n))"),
            ("f(a =>\n(a.b)\n)", "f(a =>(@(2,a),\n(a.b))\n)"),
            ("f(a => ((\na.b\n)))", "f(a => ((@(2,a),\na.b\n)))"),
            ("f(a =>\na.b)", "f(a =>\na.b)"),
            ("f = a =>\n  b =>\nc", "f = a =>(@(2,a),\n  b =>(@@(3,b),\nc))"),
        ],
    );
}

#[test]
fn names_are_those_that_are_initialised() {
    check(
        Goal::CommonJs,
        &[
            (
                "{ f(() => {\na\n}); let a; f(() => {\na\n}) }",
                "{ f(() => {;@(2);\na\n}); let a; f(() => {;@@(4);\na\n}) }",
            ),
            (
                "function f(a) { let b\nb = 1\nlet c\nc = 1 }",
                "function f(a) { let b;@(2,a,b);\nb = 1\nlet c;@(4,a,b,c);\nc = 1 }",
            ),
            (
                "function f(a) { { let a = 1\na }\na }",
                "function f(a) { { let a = 1;@(2,a);\na };@(3,a);\na }",
            ),
            ("function f(a) { {\na()\nlet a } }", "function f(a) { {;@(2);\na()\nlet a } }"),
            (
                "function f(a) { switch (a) { case 1: let b = 1\nb\ncase 2:\nc() } }",
                "function f(a) { switch (a) { case 1: let b = 1;@(2,a,b);\nb\ncase 2:;@(4,a);\nc() } }",
            ),
            (
                "function f(a) { let b; return function () {\na + b + c\n}; let c }",
                "function f(a) { let b; return function () {;@(2,a,b);\na + b + c\n}; let c }",
            ),
        ],
    );
}

#[test]
fn a_name_that_is_declared_hides_those_around() {
    check(
        Goal::CommonJs,
        &[
            (
                "function f(a) { let b; function g() {\na + b\n} }",
                "function f(a) { let b; function g() {;@(2,a);\na + b\n} }",
            ),
            (
                "function f(a) { return function a() {\na\n} }",
                "function f(a) { return function a() {;@(2);\na\n} }",
            ),
            (
                "function f(a) { return class a { b() {\na\n} } }",
                "function f(a) { return class a { b() {;@(2);\na\n} } }",
            ),
            (
                "function f(a) { for (let b = () => {\nb\n}; ;) {} }",
                "function f(a) { for (let b = () => {;@(2);\nb\n}; ;) {} }",
            ),
            (
                "function f({ a, b: [c], ...d }, ...e) {\na }",
                "function f({ a, b: [c], ...d }, ...e) {;@(2,a,c,d,e);\na }",
            ),
            (
                "function f() { var yield_, yield; return function* () {\n() => {}\nfunction g() { yield } } }",
                "function f() { var yield_, yield; return function* () {;@(2);\n() => {}\nfunction g() { yield } } }",
            ),
        ],
    );
}

#[test]
fn this_is_passed_where_it_is_used_and_legal() {
    check(
        Goal::CommonJs,
        &[
            (
                "function f() { this.a; class A extends B { constructor(a = () => {\nthis }) { } } }",
                "function f() { this.a; class A extends B { constructor(a = () => {;@(2);\nthis }) { } } }",
            ),
            (
                "f = function (a = () => {\nthis }) { }",
                "f = function (a = () => {;@(2,this);\nthis }) { }",
            ),
            ("function f(a) {\nthis.a = a }", "function f(a) {;@(2,this,a);\nthis.a = a }"),
            (
                "class A extends B { constructor() { a()\nsuper()\nthis.a = 1 } }",
                "class A extends B { constructor() { a();@(2);\nsuper();@(3,this);\nthis.a = 1 } }",
            ),
            (
                "class A extends B { constructor() { a(() => {\nthis })\nsuper() } }",
                "class A extends B { constructor() { a(() => {;@(2);\nthis });@@(3);\nsuper() } }",
            ),
            (
                "class A extends B { a = () => {\nthis } }",
                "class A extends B { a = () => {;@(2,this);\nthis } }",
            ),
            (
                "class A { a() { b(() => {\nthis }) } }",
                "class A { a() { b(() => {;@(2,this);\nthis }) } }",
            ),
            (
                "class A extends B { a() { b(() => {\nsuper.a() }) } }",
                "class A extends B { a() { b(() => {;@(2,this);\nsuper.a() }) } }",
            ),
            ("class A { static { a()\nthis.b } }", "class A { static { a();@(2,this);\nthis.b } }"),
            ("a(() => {\nthis })", "a(() => {;@(2);\nthis })"),
        ],
    );
}

#[test]
fn modules() {
    check(
        Goal::Module,
        &[
            ("import a from 'a'\nexport { a }\na()", "import a from 'a'\nexport { a };@(3);\na()"),
            (
                "export const a = 1\nexport default a",
                "export const a = 1;@(2,a);\nexport default a",
            ),
            (
                "await 1\nexport default function () {\na() }",
                "await 1\nexport default function () {;@(3);\na() }",
            ),
            (
                "a()\nexport class A {}\nexport * from 'a'",
                "a();@(2);\nexport class A {}\nexport * from 'a'",
            ),
        ],
    );
}

#[test]
fn scripts_keep_their_value() {
    let source = "a()\nfunction f() {\nb() }\nc()";
    let done = done(Goal::Script, source);
    assert_eq!(done.code, format!("a()\nfunction f() {{;{}(3);\nb() }}\nc()", begin(7)));
    let why: Vec<_> = done.unchecked.iter().map(|one| (one.line, one.why)).collect();
    assert_eq!(why, [(1, Why::TopOfScript), (4, Why::TopOfScript)]);
}

const SHOP: &str = "\
class Cart extends Base {
  add(item) {
    this.items.push(item)
  }
  #total = () => {
    return 1
  }
  static {
    a()
  }
}
Cart.prototype.drop = function () {
  'use strict'
  function inner() {}
  while (b)
    c()
}
const list = {
  sum: (a) => {
    a()
  },
}
d(function () {
  e()
})
";

#[test]
fn functions_have_names_and_lines() {
    let done = done(Goal::CommonJs, SHOP);
    let mut functions = done.functions;
    functions.sort_by_key(|function| function.first_line);
    let line = |line: &stillframe_rewriter::Line| {
        format!("{}{}", line.line, if line.is_first { "!" } else { "" })
    };
    let said: Vec<String> = functions
        .iter()
        .map(|one| {
            let lines: Vec<String> = one.lines.iter().map(line).collect();
            format!("{} {}: {}", one.first_line, one.name, lines.join(" "))
        })
        .collect();
    let expected = [
        "1 <module>: 12 18 23",
        "2 Cart.add: 3!",
        "5 Cart.#total: 6!",
        "8 <static_initializer>: 9!",
        "12 Cart.prototype.drop: 15! 16",
        "19 sum: 20!",
        "23 : 24!",
    ];
    assert_eq!(said, expected);
    let mut numbers: Vec<u32> = functions.iter().map(|function| function.number).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, (7..14).collect::<Vec<u32>>());
    let unchecked: Vec<_> = done.unchecked.iter().map(|one| (one.line, one.why)).collect();
    assert_eq!(unchecked, [(1, Why::SharesLine)]);
}

#[test]
fn lines_without_a_check_say_why() {
    let source = "function f() { a() }\nif (a)\nb(); else c()\nwith (d)\n{ e()\ng() }";
    let done = done(Goal::CommonJs, source);
    let why: Vec<_> = done.unchecked.iter().map(|one| (one.line, one.why)).collect();
    let expected =
        [(1, Why::SharesLine), (3, Why::NoEnd), (5, Why::InsideWith), (6, Why::InsideWith)];
    assert_eq!(why, expected);
}

#[test]
fn what_wraps_a_module_is_not_a_function_around() {
    check(
        Goal::CommonJs,
        &[
            (
                "(function (a) { function f(b) {\na + b\n} })()",
                "(function (a) { function f(b) {;@(2,b);\na + b\n} })()",
            ),
            (
                "(function () { var a; (() => {\na\n}) }.call(this))",
                "(function () { var a; (() => {;@(2);\na\n}) }.call(this))",
            ),
            (
                "(g => { g() })(() => { let a; let f = b => (\na + b\n) })",
                "(g => { g() })(() => { let a; let f = b => (@(2,b),\na + b\n) })",
            ),
            (
                "g(() => { let a; let f = b => (\na + b\n) })",
                "g(() => { let a; let f = b => (@(2,b,a),\na + b\n) })",
            ),
        ],
    );
}

#[test]
fn many_names_are_cut() {
    let names: Vec<String> = (0..40).map(|n| format!("v{n}")).collect();
    let source = format!("function f({}) {{\na() }}", names.join(", "));
    let done = done(Goal::CommonJs, &source);
    let line = &done.functions[0].lines[0];
    assert!(line.is_cut);
    assert_eq!(line.names, names[8..]);
    let source = format!("const {} = 1\na()", names.join(" = 1, "));
    let done = self::done(Goal::CommonJs, &source);
    assert_eq!(done.functions[0].lines[0].names, names[32..], "outside functions there are fewer");
}

#[test]
fn what_is_refused() {
    let reason = |goal, source: &str| {
        let refusal = rewrite(source, &Options { goal, base: 0 }).expect_err(source);
        (refusal.line, refusal.reason)
    };
    assert_eq!(reason(Goal::Module, "a()\nb = <a>c</a>").1, Reason::Jsx);
    assert_eq!(reason(Goal::CommonJs, "\n__sf12"), (2, Reason::NameTaken("__sf12".to_owned())));
    let (line, error) = reason(Goal::CommonJs, "a()\nb = )");
    assert!(matches!(error, Reason::Syntax(_)) && line == 2, "{error}");
    assert!(matches!(reason(Goal::Script, "return 1").1, Reason::Syntax(_)));
    assert_eq!(reason(Goal::Script, &"[".repeat(10_000)).1, Reason::TooDeep);
    assert_eq!(
        rewrite("'__sf1' + __sfx", &Options { goal: Goal::Script, base: 0 }).map(|_| ()),
        Ok(())
    );
}

#[test]
fn deep_sources_do_not_end_the_process() {
    let sum = vec!["a"; 200_000].join(" + ");
    let nested = format!("{}a{}", "[".repeat(5_000), "]".repeat(5_000));
    let chain = vec!["if (a) b()\n"; 3_000].join("else ");
    for source in [sum, nested, chain] {
        assert!(rewrite(&source, &Options { goal: Goal::CommonJs, base: 0 }).is_ok());
    }
}
