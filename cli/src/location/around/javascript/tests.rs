//! Lines of JavaScript and TypeScript, and the functions that are around them.
//!
//! Invariant: a line that ends with a mark is inside the function that the mark names.

use super::*;

fn check(source: &str) {
    let lines: Vec<&str> = source.lines().collect();
    let mut marks = 0;
    for (index, line) in lines.iter().enumerate() {
        let Some((_, name)) = line.rsplit_once("//: ") else { continue };
        let wanted = (name != "none").then_some(name);
        assert_eq!(function(&lines, index).as_deref(), wanted, "line {}: {line}", index + 1);
        marks += 1;
    }
    assert!(marks > 0, "no line is marked");
}

const FUNCTIONS: &str = r#"
'use strict' //: none
const { a, b } = require('./c') //: none
function plain (x) { //: none
  if (x) { //: plain
    return { a: x } //: plain
  } else if (b) { //: plain
    for (const y of [1, 2]) { y() } //: plain
  }
  const inner = async (z) => { //: plain
    await z //: inner
  }
  switch (x) { case 1: { return 2 } } //: plain
  return items.map((one) => { //: plain
    return one * 2 //: (anonymous)
  }, x) //: plain
}
const f = function () {
  return 1 //: f
}
let g = function named () {
  return 1 //: named
}
exports.h = function * () {
  yield 1 //: h
}
module.exports = {
  total (x) {
    return x //: total
  },
  'with text': () => {
    return 1 //: with text
  },
  value: 5, arrow: async (a, b) => {
    return a //: arrow
  },
  get size () {
    return this.n //: size
  },
  async * each () {
    yield 1 //: each
  },
  [computed] () {
    return 1 //: (anonymous)
  },
  deep: { deeper: x ? call() : { a: 1 }, inner: function () {
    return 1 //: inner
  } }
}
app.get('/orders/:id', async (req, res) => {
  res.end(`<p>${req.params.id} it's { ${((x) => { return x })(1)}`) //: (anonymous)
})
"#;

#[test]
fn functions_and_methods_have_the_names_that_the_agent_gives_them() {
    check(FUNCTIONS);
}

#[test]
fn members_of_classes_are_behind_the_name_of_the_class() {
    check(
        r#"
class Cart extends mixin(Base) {
  #total = 0
  items = [{ a: 1 }]
  rate = 2
  constructor (owner) {
    super() //: Cart.constructor
    this.owner = owner //: Cart.constructor
  }
  static make () {
    return new Cart() //: Cart.make
  }
  #hidden () {
    return 1 //: Cart.#hidden
  }
  handler = (event) => {
    return event //: Cart.handler
  }
  each () {
    while (x) { //: Cart.each
      y() //: Cart.each
    }
    this.items.forEach(function (one) { //: Cart.each
      use(one) //: (anonymous)
    })
  }
}
const Other = class {
  at () {
    return 1 //: at
  }
}
export default class Last { get x () {
    return 1 //: Last.x
} }
if (a) {
  b() //: none
}
"#,
    );
}

#[test]
fn types_stand_in_no_ones_way() {
    check(
        r#"
import type { A } from './a' //: none
interface Shape { area(): number; name: string }
type Fn = (a: string) => { b: number }
enum Color { Red, Green }
@Injectable()
export class OrdersService implements A, B {
  private readonly rates: Map<string, number> = new Map()
  constructor(private readonly repo: Repository<Order>) {
    this.x = 1 //: OrdersService.constructor
  }
  @Get('/:id')
  async total(country: string, opts?: { a: number }): Promise<Map<string, number>> {
    return 1 //: OrdersService.total
  }
  find<T extends object>(x: T): { a: T } {
    return { a: x } //: OrdersService.find
  }
  onEvent: Handler = (event: Event): void => {
    use(event) //: OrdersService.onEvent
  }
}
export const rate = (country: string): number => {
  return 1 //: rate
}
const handle: Handler<string> = async (event) => {
  return 1 //: handle
}
export function generic<T, U>(x: T): x is U {
  return true //: generic
}
namespace Inner { export function deep(): void {
    go() //: deep
} }
"#,
    );
}

#[test]
fn brackets_in_texts_patterns_and_comments_are_none() {
    check(
        r#"
function f () {
  const a = '{ ( [', b = "it's }", c = /[/{]\/}/g // {
  /* { ( [
     function no () { */ use(a) //: f
  const d = x / 2 / y, e = `}` + `${a}{` //: f
  const re = cond ? /\{/ : /}/ //: f
  return (a) / 2 //: f
}
const s = 'not closed
top() //: none
}}} ) ]
after() //: none
"#,
    );
}

#[test]
fn whatever_the_text_is_it_ends() {
    check("function été (😀) {\n  été() //: été\n}");
    for text in
        ["{".repeat(10_000), "a=>{".repeat(3_000), "`${".repeat(5_000), "#\u{e9}((".repeat(50)]
    {
        let lines = [text.as_str(), "x"];
        let _guess = function(&lines, 1);
    }
    assert_eq!(function(&["#", "/", "\\", "x"], 3), None);
}
