//! Random conditions over primitives, and the core's machine on the same values.
//!
//! Knows the text of conditions. Invariant: what is thrown depends on the seed alone.

use crate::world::Place;
use stillframe_core::condition::Program;
use stillframe_core::host::{Attr, Scope};
use stillframe_core::value::{Missing, Object, Reading, Text, Value};
use stillframe_jvm_generator::{Classes, SlotAt};

/// The locals of every condition.
pub(crate) const LOCALS: [&str; 11] =
    ["i:I", "j:I", "l:J", "m:J", "d:D", "e:D", "f:F", "c:C", "b:B", "z:Z", "y:Z"];
const NUMBERS: [&str; 9] = ["i", "j", "l", "m", "d", "e", "f", "c", "b"];
const LITERALS: [&str; 14] = [
    "0",
    "1",
    "3",
    "-7",
    "100",
    "2147483647",
    "0L",
    "5L",
    "-1L",
    "1.5",
    "0.0",
    "2.5f",
    "'a'",
    "1e10",
];
const TYPES: [&str; 7] = ["byte", "short", "char", "int", "long", "float", "double"];
const ARITHMETIC: [&str; 5] = ["+", "-", "*", "/", "%"];
const BITS: [&str; 6] = ["&", "|", "^", "<<", ">>", ">>>"];
const COMPARISONS: [&str; 6] = ["==", "!=", "<", "<=", ">", ">="];

/// Numbers that only look random.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    fn bits(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, most: usize) -> usize {
        (self.bits() >> 11) as usize % most
    }

    fn of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())]
    }

    /// A condition.
    pub(crate) fn boolean(&mut self, depth: usize) -> String {
        if depth == 0 {
            return self.of(&["z", "y", "true", "i > 0", "d != e", "l == 0"]).to_owned();
        }
        let below = depth - 1;
        match self.below(9) {
            0 => format!("({} && {})", self.boolean(below), self.boolean(below)),
            1 => format!("({} || {})", self.boolean(below), self.boolean(below)),
            2 => format!("!({})", self.boolean(below)),
            3 => {
                let operator = self.of(&["==", "!=", "^", "&", "|"]);
                format!("(({}) {operator} ({}))", self.boolean(below), self.boolean(below))
            }
            4 => {
                let (test, yes) = (self.boolean(below), self.boolean(below));
                format!("({test} ? {yes} : {})", self.boolean(below))
            }
            5 => format!("Double.isNaN({})", self.number(below)),
            _ => {
                let operator = self.of(&COMPARISONS);
                format!("({} {operator} {})", self.number(below), self.number(below))
            }
        }
    }

    fn number(&mut self, depth: usize) -> String {
        if depth == 0 {
            let is_name = self.below(3) > 0;
            return if is_name { self.of(&NUMBERS) } else { self.of(&LITERALS) }.to_owned();
        }
        let below = depth - 1;
        match self.below(10) {
            0 => format!("-({})", self.number(below)),
            1 => format!("~{}", self.integer(below)),
            2 | 3 => format!("(({}) ({}))", self.of(&TYPES), self.number(below)),
            4 => format!("Math.abs({})", self.number(below)),
            5 => {
                let name = self.of(&["min", "max"]);
                format!("Math.{name}({}, {})", self.number(below), self.number(below))
            }
            6 => {
                // Mostly of one type, as the rest is the machine's.
                let (one, two) = (self.of(&TYPES), self.of(&TYPES));
                let other = if self.below(8) > 0 { one } else { two };
                let (test, yes) = (self.boolean(below), self.number(below));
                format!("({test} ? ({one}) ({yes}) : ({other}) ({}))", self.number(below))
            }
            7 => {
                let operator = self.of(&BITS);
                let left = self.integer(below);
                format!("({left} {operator} {})", self.integer(below))
            }
            _ => {
                let operator = self.of(&ARITHMETIC);
                format!("({} {operator} {})", self.number(below), self.number(below))
            }
        }
    }

    /// A number of an integer's type; now and then of any.
    fn integer(&mut self, depth: usize) -> String {
        let number = self.number(depth);
        match self.below(20) {
            0 => format!("({number})"),
            _ => format!("(({}) ({number}))", self.of(&TYPES[..5])),
        }
    }

    fn int(&mut self) -> i32 {
        let small = self.below(9) as i32 - 4;
        let random = self.bits() as i32;
        self.of(&[0, 1, -1, i32::MIN, i32::MAX, small, small, small, random])
    }

    fn long(&mut self) -> i64 {
        let small = self.below(9) as i64 - 4;
        let random = self.bits() as i64;
        self.of(&[0, 1, -1, i64::MIN, i64::MAX, small, small, 1 << 32, random])
    }

    fn double(&mut self) -> f64 {
        let random = f64::from_bits(self.bits());
        let random = if random.is_nan() { f64::NAN } else { random };
        let small = self.below(40) as f64 / 8.0 - 2.0;
        let all = [0.0, -0.0, f64::NAN, f64::INFINITY, -f64::INFINITY, 1e19, small, small, random];
        self.of(&all)
    }
}

/// Values of the locals.
pub(crate) struct Primitives {
    values: Vec<Value<'static>>,
    slots: Vec<usize>,
    /// As the harness reads them.
    pub(crate) texts: Vec<String>,
}

impl Primitives {
    pub(crate) fn throw(dice: &mut Dice) -> Self {
        let (mut values, mut texts) = (Vec::new(), Vec::new());
        for local in LOCALS {
            let letter = &local[2..];
            let (value, text) = match letter {
                "I" => {
                    let int = dice.int();
                    (Value::Int32(int), int.to_string())
                }
                "B" => {
                    let byte = i32::from(dice.int() as i8);
                    (Value::Int32(byte), byte.to_string())
                }
                "C" => {
                    let unit = dice.int() as u16;
                    (Value::Char(unit), unit.to_string())
                }
                "J" => {
                    let long = dice.long();
                    (Value::Int(long), long.to_string())
                }
                "F" => {
                    let float = dice.double() as f32;
                    (Value::Float32(float), format!("{:x}", float.to_bits()))
                }
                "D" => {
                    let double = dice.double();
                    (Value::Float(double), format!("{:x}", double.to_bits()))
                }
                _ => {
                    let is = dice.below(2) == 1;
                    (Value::Bool(is), u8::from(is).to_string())
                }
            };
            values.push(value);
            texts.push(format!("{letter}{text}"));
        }
        Self { values, slots: Vec::new(), texts }
    }

    /// What the machine says; none if it fails.
    pub(crate) fn test(mut self, program: &Program, place: &mut Place<'_>) -> Option<bool> {
        for slot in 0.. {
            match Classes::slot(place, slot) {
                Some(SlotAt::Local(index)) => self.slots.push(index),
                _ => break,
            }
        }
        program.test(&self).ok()
    }
}

const NONE: Missing = Missing::Unreadable;

impl Scope for Primitives {
    fn slot(&self, slot: u16) -> Reading<Value<'_>> {
        let index = self.slots.get(usize::from(slot)).ok_or(NONE)?;
        self.values.get(*index).copied().ok_or(NONE)
    }

    fn attr(&self, _: Object, _: Attr<'_>) -> Reading<Value<'_>> {
        Err(NONE)
    }

    fn item(&self, _: Object, _: usize) -> Reading<Value<'_>> {
        Err(NONE)
    }

    fn lookup(&self, _: Object, _: &Value<'_>) -> Option<Reading<Value<'_>>> {
        None
    }

    fn entry(&self, _: Object, _: &mut usize) -> Option<(Value<'_>, Value<'_>)> {
        None
    }

    fn len(&self, _: Object) -> Reading<usize> {
        Err(NONE)
    }

    fn truth(&self, _: Object) -> Reading<bool> {
        Err(NONE)
    }

    fn underlying(&self, _: Object) -> Reading<Value<'_>> {
        Err(NONE)
    }

    fn compares_by_identity(&self, _: Object) -> bool {
        false
    }

    fn is_instance(&self, _: &Value<'_>, _: Object) -> Reading<bool> {
        Err(NONE)
    }

    fn type_name(&self, _: &Value<'_>) -> Text<'_> {
        Text::Utf8("")
    }
}
