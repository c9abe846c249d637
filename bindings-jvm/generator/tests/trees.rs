//! What is generated of a tree, without a JVM: which classes come in, and what is left to the machine.
//!
//! Knows trees built by hand. Invariant: no class is asked for twice.

use stillframe_core::condition::tree::{
    Binary, Binding, Comparison, Expr, Function, Kind, Logic, Primitive, Span,
};
use stillframe_jvm_generator::{
    ClassHandle, Classes, FieldAt, Generated, LocalAt, Site, SlotAt, Task, generate,
};

/// Slot 0 is `this`, slot 1 an int, slot 2 a name nobody knows, slot 3 a class.
struct Shop;

impl Classes for Shop {
    fn slot(&mut self, slot: u16) -> Option<SlotAt> {
        match slot {
            0 | 1 => Some(SlotAt::Local(usize::from(slot))),
            3 => Some(SlotAt::Class(ClassHandle(9), "Lshop/Status;".to_owned())),
            _ => None,
        }
    }

    fn class(&mut self, descriptor: &str, seen_from: Option<ClassHandle>) -> Option<ClassHandle> {
        match (descriptor, seen_from) {
            ("Lshop/Cart;", None) => Some(ClassHandle(7)),
            ("Lshop/User;", Some(ClassHandle(7))) => Some(ClassHandle(8)),
            _ => None,
        }
    }

    fn field(&mut self, class: ClassHandle, name: &str) -> Option<FieldAt> {
        let descriptor = match name {
            "user" => "Lshop/User;",
            "amount" => "I",
            "status" => "Lshop/Status;",
            "id" if class == ClassHandle(8) => "J",
            _ => return None,
        };
        Some(FieldAt { class, offset: 16, descriptor: descriptor.to_owned() })
    }

    fn getter(&mut self, class: ClassHandle, name: &str) -> Option<FieldAt> {
        let field = name.strip_prefix("get").map(str::to_lowercase);
        self.field(class, &field?)
    }

    fn static_field(&mut self, class: ClassHandle, name: &str) -> Option<FieldAt> {
        let descriptor = "Lshop/Status;".to_owned();
        (name == "OPEN").then_some(FieldAt { class, offset: 112, descriptor })
    }
}

fn expr(kind: Kind) -> Expr {
    Expr { span: Span::default(), kind }
}

fn slot(slot: u16) -> Expr {
    expr(Kind::Name("name".into(), Binding::Slot(slot)))
}

fn attr(object: Expr, name: &str) -> Expr {
    expr(Kind::Attr(Box::new(object), name.into()))
}

fn compare(left: Expr, comparison: Comparison, right: Expr) -> Expr {
    expr(Kind::Compare(Box::new(left), vec![(comparison, right)]))
}

fn and(terms: Vec<Expr>) -> Expr {
    expr(Kind::Logic(Logic::And, terms))
}

fn int(value: i32) -> Expr {
    expr(Kind::Int32(value))
}

fn made(condition: &Expr) -> Generated {
    let locals = [
        LocalAt { name: "this", descriptor: "Lshop/Cart;" },
        LocalAt { name: "x", descriptor: "I" },
    ];
    let site = Site {
        number: 3,
        token: 4,
        condition: Some(condition),
        locals: &locals,
        task: Task::Write,
        is_counted: false,
    };
    generate(&site, &mut Shop).expect("the class is small")
}

/// Why a part is left to the machine.
fn why_not(condition: &Expr) -> String {
    let made = made(condition);
    assert!(!made.is_inline);
    made.why_not.expect("a reason")
}

#[test]
fn classes_come_in_as_data() {
    let plain = made(&compare(slot(1), Comparison::Greater, int(10)));
    assert_eq!((plain.is_inline, plain.data), (true, vec![]));
    let id = || attr(attr(slot(0), "user"), "id");
    let both = and(vec![
        compare(id(), Comparison::Equal, int(7)),
        compare(attr(slot(0), "getAmount()"), Comparison::Less, int(9)),
        compare(attr(slot(0), "status"), Comparison::Equal, attr(slot(3), "OPEN")),
        compare(id(), Comparison::NotEqual, int(8)),
    ]);
    let made = made(&both);
    assert_eq!(made.why_not, None);
    assert_eq!(made.data, [7, 8, 9].map(ClassHandle));
    let text = String::from_utf8_lossy(&made.bytes).into_owned();
    assert!(!text.contains("shop/"), "no class of the application is named");
}

#[test]
fn what_is_left_to_the_machine_has_a_reason() {
    let text = || expr(Kind::Text("a".into()));
    let matches = expr(Kind::Call(Function::Matches, vec![text(), text()]));
    assert_eq!(why_not(&matches), "a pattern");
    let partly = and(vec![compare(slot(1), Comparison::Greater, int(10)), matches]);
    assert_eq!(why_not(&partly), "a pattern");
    let unknown = compare(attr(slot(0), "total"), Comparison::Greater, int(1));
    assert_eq!(why_not(&unknown), "`total` of shop.Cart");
    let unloaded = compare(attr(attr(slot(0), "status"), "code"), Comparison::Equal, int(1));
    assert_eq!(why_not(&unloaded), "`code` of shop.Status, which is not loaded");
    assert_eq!(why_not(&slot(2)), "a name that only the machine can read");
    assert_eq!(why_not(&slot(3)), "a class as a value");
    assert_eq!(why_not(&slot(1)), "a test of int");
    let power = expr(Kind::Binary(Binary::Power, Box::new(slot(1)), Box::new(int(2))));
    assert_eq!(why_not(&power), "an operator that Java does not have");
    let cast = expr(Kind::Convert(Primitive::Int, Box::new(slot(0))));
    assert_eq!(why_not(&cast), "arithmetic with shop.Cart");
}

#[test]
fn a_way_that_ends_leaves_the_others() {
    // Both branches of a choice, or one, are the machine's.
    let unknown = || attr(slot(0), "total");
    let choice = |yes, no| {
        let test = compare(slot(1), Comparison::Less, int(0));
        let value = expr(Kind::Ternary(Box::new((test, yes, no))));
        compare(value, Comparison::Equal, int(1))
    };
    for condition in [
        choice(unknown(), int(1)),
        choice(int(1), unknown()),
        choice(unknown(), unknown()),
        choice(int(1), expr(Kind::Float(1.0))),
        choice(expr(Kind::Bool(true)), int(1)),
    ] {
        assert!(!made(&condition).is_inline);
    }
}

#[test]
fn what_the_jvm_would_not_compile_is_left_to_the_machine() {
    let one = || compare(attr(attr(slot(0), "user"), "id"), Comparison::NotEqual, int(7));
    let short = made(&and((0..60).map(|_| one()).collect()));
    assert!(short.is_inline && short.bytes.len() < 8_000, "{} bytes", short.bytes.len());
    let long = made(&and((0..250).map(|_| one()).collect()));
    let why = long.why_not.as_deref();
    assert_eq!(why, Some("a condition whose code the JVM would not compile"));
    assert!(long.bytes.len() < 1_500 && long.data.is_empty());
}

#[test]
fn a_local_without_a_type_is_refused() {
    let locals = [LocalAt { name: "x", descriptor: "what" }];
    let site = Site {
        number: 0,
        token: 0,
        condition: None,
        locals: &locals,
        task: Task::Hand,
        is_counted: false,
    };
    assert!(generate(&site, &mut Shop).is_err());
}
