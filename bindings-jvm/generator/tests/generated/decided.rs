//! Conditions whose outcome was worked out by hand, decided by generated classes in a JVM.
//!
//! Knows the shop of the harness. Invariant: a case that says true or false is decided in bytecode.

use crate::cases::{WRITTEN, case};
use crate::jvm::Jvm;
use crate::world::{Place, World};

const CART: &str = "this:Lshop/Cart; = @cart";

/// Runs cases of locals (`name:descriptor = value`, parted by `|`), a condition and an outcome:
/// `true`, `false`, `late` where only an object sends it on the slow path, `slow` where code is not
/// made for all of it, and `partly false` where that does not matter.
fn check(name: &'static str, cases: &[(&str, &str, &str)]) {
    for jvm in Jvm::all(name) {
        let world = World::read(&jvm.describe());
        let mut lines = Vec::new();
        let mut faults = Vec::new();
        for (token, (locals, source, expected)) in cases.iter().enumerate() {
            let parted: Vec<_> =
                locals.split('|').filter_map(|one| one.trim().split_once(" = ")).collect();
            let names: Vec<&str> = parted.iter().map(|(name, _)| *name).collect();
            let values: Vec<&str> = parted.iter().map(|(_, value)| *value).collect();
            let mut place = Place::new(&world, &names);
            let program = place.compile(source).unwrap_or_else(|error| panic!("{source}: {error}"));
            let (text, made) = case(&mut place, Some(&program), token, &values, WRITTEN);
            if made.is_inline != matches!(*expected, "true" | "false" | "late") {
                faults.push(format!("{source}: {:?}", made.why_not));
            }
            lines.push(text);
        }
        for (token, outcome) in jvm.check(&lines).iter().enumerate() {
            let (_, source, expected) = cases[token];
            let wanted = match expected {
                "true" => format!("open+finish+publish\t{}", token + 100),
                "false" | "partly false" => "false\t-1".to_owned(),
                _ => format!("slow\t{}", token + 100),
            };
            if *outcome != wanted {
                faults.push(format!("{source}: {outcome}, not {expected}"));
            }
        }
        assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
    }
}

#[test]
fn primitives() {
    let x = "x:I = I11";
    check(
        "primitives",
        &[
            (x, "x > 10", "true"),
            (x, "x > 11", "false"),
            (x, "x >= 11 && x <= 11 && x == 11 && x != 12 && !(x < 11)", "true"),
            ("x:I = I11 | y:I = I0", "x / y > 0", "late"),
            ("x:I = I11 | y:I = I4", "x % y == 3 && x / y == 2", "true"),
            ("x:I = I-2147483648 | y:I = I-1", "x / y == x && x % y == 0 && x - 1 > 0", "true"),
            ("x:J = J5 | y:J = J0", "10 % x == 0 && x % y == 0", "late"),
            ("z:Z = Z1 | x:I = I1", "z && x == 1", "true"),
            ("z:Z = Z0", "z", "false"),
            ("b:B = B-3 | s:S = S300 | c:C = C98", "b == -3 && s == 300 && c == 'b'", "true"),
            ("c:C = C98", "c + 1 == 99 && (char) (c + 1) == 'c' && -c < 0", "true"),
            ("d:D = D7ff8000000000000", "d == d || d < 1 || d > 1 || d <= d || d >= d", "false"),
            ("d:D = D7ff8000000000000", "d != d && !(d < 1) && Double.isNaN(d)", "true"),
            ("d:D = D4023000000000000", "d > 9 && d < 10L && d == 9.5f && (int) d == 9", "true"),
            ("f:F = F3e800000", "f * 4 == 1 && f < 0.5 && f / 0 > 1 && f % 0 != 1", "true"),
            ("x:I = I5 | y:J = J5", "x == y && y == x && x + y == 10L && y << x == 160", "true"),
            (
                "x:I = I-1",
                "x >>> 28 == 15 && x >> 28 == -1 && (x & 7 | 8) == 15 && ~x == 0",
                "true",
            ),
            ("x:I = I-1", "(x ^ x) == 0 && (byte) 200 == -56 && (short) 70000 == 4464", "true"),
            ("x:I = I3", "(x > 2 ? 10 : 20) == 10 && (x > 5 ? x > 1 : x < 4)", "true"),
            ("x:I = I3", "(x > 2 ? x : 2.0) / 2 == 1", "slow"),
            (
                "x:I = I-3 | y:J = J4",
                "Math.abs(x) == 3 && Math.max(x, y) == 4 && Math.min(x, 0) == x",
                "true",
            ),
            ("z:Z = Z1 | y:Z = Z0", "z != y && (z ^ y) && (z | y) && !(z & y) && z == !y", "true"),
            ("x:I = I1", "x > 5 && \"a\".matches(\"b\")", "partly false"),
        ],
    );
}

#[test]
fn objects() {
    check(
        "objects",
        &[
            (CART, "amount > 10 && this.amount == 12", "true"),
            (CART, "weight == 1L << 40 && price > 9 && rate == 0.25f && open", "true"),
            (CART, "small == -3 && middle == 300 && grade == 'b'", "true"),
            (CART, "name == \"ann\" && name.equals(\"ann\") && \"ann\" == name", "true"),
            (CART, "name != \"ann\" || !name.startsWith(\"a\") || name.length() != 3", "false"),
            (
                CART,
                "name.endsWith(\"n\") && name.contains(\"nn\") && name.indexOf('n') == 1",
                "true",
            ),
            (
                CART,
                "name.charAt(0) == 'a' && !name.isEmpty() && name.compareTo(\"anm\") == 1",
                "true",
            ),
            (CART, "name.charAt(3) == 'a'", "late"),
            (
                CART,
                "name.toUpperCase() == \"ANN\" && name.trim() == name && !name.isBlank()",
                "true",
            ),
            (CART, "name + '-' + amount + true + null + 5L == \"ann-12truenull5\"", "true"),
            (CART, "\"\" + boxed + price == \"79.5\"", "late"),
            (CART, "boxed == 7 && 7 == boxed && boxed + 1 == 8 && boxed != null", "true"),
            (CART, "none == null && null == none && nobody == null", "true"),
            (CART, "none == 5", "late"),
            (CART, "status == Status.OPEN && Status.CLOSED != status", "true"),
            (CART, "status.equals(Status.CLOSED)", "false"),
            (CART, "user.id == 7 && this.user.getId() == 7", "true"),
            (CART, "nobody.id == 7", "late"),
            (CART, "counts[1] == 2 && counts.length == 3 && lines.length == 2", "true"),
            (CART, "counts[3] == 2", "late"),
            (CART, "counts[-1] == 2", "late"),
            (
                CART,
                "lines[0].size == 3 && lines[0].title() == \"pen\" && lines[0].size() == 3",
                "true",
            ),
            (CART, "lines[1] == null", "true"),
            (
                CART,
                "items.size() == 1 && !items.isEmpty() && ((Item) items.get(0)).size > 2",
                "true",
            ),
            (CART, "items.get(0).size() > 2 && items.get(0).title == \"pen\"", "true"),
            (CART, "items.get(1) == null", "late"),
            (
                CART,
                "tags.get(\"k\") != null && tags.get(\"k\") == 5 && tags.get(\"no\") == null",
                "true",
            ),
            (CART, "tags.get(\"color\") == \"red\" && tags.containsKey(\"nothing\")", "true"),
            (CART, "tags.getOrDefault(\"no\", 9) == 9 && tags.size() == 3", "true"),
            (CART, "tags.get(\"no\") == 5", "late"),
            (
                CART,
                "tags.get(name) == null && tags.get(\"k\") > 4 && 5.5 >= tags.get(\"k\")",
                "true",
            ),
            (CART, "tags.get(\"k\") > 5 || tags.get(\"k\") < 5L", "false"),
            (CART, "tags.get(\"color\") > 5", "late"),
            (CART, "note.isPresent() && note.get() == \"gift\"", "true"),
            (CART, "any == \"text\" && any instanceof String && !(any instanceof Integer)", "true"),
            (CART, "((String) any).length() == 4 && ((Integer) any) == 5", "late"),
            (
                CART,
                "getAmount() == 12 && total == 40 && Cart.total == 40 && SHOP == \"corner\"",
                "true",
            ),
            (CART, "amount > 100 && name.matches(\"a.*\")", "partly false"),
        ],
    );
}

/// Objects that are not what was expected: nothing of the application runs, and nothing is guessed.
#[test]
fn strangers() {
    check(
        "strangers",
        &[
            ("user:Lshop/User; = @user", "user.getId() == 7 && user.title == \"user\"", "true"),
            // A subclass could have the method do other things; a field is of the declared class.
            ("user:Lshop/User; = @member", "user.getId() == 7", "late"),
            ("user:Lshop/User; = @member", "user.id == 7 && user.title == \"user\"", "true"),
            ("user:Lshop/User; = @member", "((Member) user).title == \"member\"", "true"),
            ("user:Lshop/User; = @user", "((Member) user).title == \"member\"", "late"),
            ("user:Lshop/User; = @cart", "user.id == 7", "late"),
            ("user:Lshop/User; = N", "user.id == 7", "late"),
            ("user:Lshop/User; = N", "user instanceof Member || user != null", "false"),
            ("name:Ljava/lang/String; = I5", "name.length() == 1", "late"),
            ("name:Ljava/lang/String; = @builder", "name.startsWith(\"a\")", "late"),
            ("name:Ljava/lang/String; = N", "name == \"ann\" || \"ann\".equals(name)", "false"),
            ("name:Ljava/lang/String; = N", "name.equals(\"ann\")", "late"),
            ("o:Ljava/lang/Object; = @cart", "o == \"ann\"", "false"),
            ("o:Ljava/lang/Object; = @cart", "o.equals(o)", "late"),
            ("o:Ljava/lang/Object; = @cart", "o == 5", "late"),
            ("o:Ljava/lang/Object; = @boxedLong", "o == 5 && o > 4 && o.equals(5L)", "true"),
            ("o:Ljava/lang/Object; = @boxedLong", "o.equals(5)", "false"),
            ("n:Ljava/lang/Integer; = @boxedLong", "n == 5", "late"),
            ("a:[I = @list", "a[0] == 1", "late"),
            ("a:[I = @ints", "a[2] == 3 && a.length == 3", "true"),
            ("a:Ljava/util/List; = @list", "a.contains(\"b\") && a.size() == 2", "true"),
            ("a:Ljava/util/List; = @pair", "a.contains(\"x\")", "late"),
            ("a:[Ljava/lang/Object; = @array", "a[0] == \"password\" && a.length == 2", "true"),
            ("a:[Ljava/lang/Object; = @array", "a[1] == \"x\"", "late"),
            (
                "a:Ljava/util/List; = @fixed",
                "a.get(0) == 1 && a.contains(2) && a.size() == 3",
                "true",
            ),
            ("a:Ljava/util/List; = @ownList", "a.size() == 1", "late"),
            ("s:Ljava/util/Set; = @set", "s.contains(\"a\") && !s.contains(\"c\")", "true"),
            ("m:Ljava/util/Map; = @sorted", "m.get(\"k\") == 5 && m.get(\"x\") == null", "true"),
            ("m:Ljava/util/Map; = @ordered", "m.get(\"k\") == 5", "late"),
            ("m:Ljava/util/Map; = @recent", "m.get(\"k\") == 5", "late"),
            ("m:Ljava/util/Map; = @shown", "m.get(\"k\") == 5 && m.size() == 2", "true"),
            ("m:Ljava/util/Map; = @map | k:Ljava/lang/String; = \"k", "m.get(k) == 5", "true"),
            (
                "m:Ljava/util/Map; = @map | k:Ljava/lang/String; = \"password",
                "m.get(k) == null",
                "late",
            ),
            ("o:Ljava/util/Optional; = @empty", "o.isPresent() || !o.isEmpty()", "false"),
            ("o:Ljava/util/Optional; = @empty", "o.get() == null", "late"),
        ],
    );
}
