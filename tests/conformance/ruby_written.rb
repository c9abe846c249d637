# Cases of what is typed: literals, names, precedence, calls without parentheses, and what is refused.

VISIBLE = { rule: "a name visible at the line always wins", row: "a visible name wins" }.freeze
BORROWED = { rule: "a spelling that Ruby has no meaning for is accepted", row: "a borrowed spelling is echoed" }.freeze

def literals
  group "literal"
  %w[0 5 1_000 0xff 0XFF 0b101 0o17 017 0d10 1.5 1e3 1.5E-3 1e21 1e-7 -5 -0.0 9223372036854775807 -9223372036854775808
     9223372036854775808 -9223372036854775809 123456789012345678901234567890 0xffffffffffffffffff 1_0.2_5 0_17 1e400
     nil true false].each { |source| check(source) }
  ["- 5", "-5.abs", "- 5.abs", "-2.5.abs", "+5", "-2 ** 2", "(-2) ** 2", "2 ** -1.0", "--5"].each { |source| check(source) }
  ['"abc"', "'abc'", '"a\\nb\\t\\r\\e\\a\\b\\v\\f\\s\\0"', '"\\u00e9\\u{1f600}\\u{41 42}"', '"\\x41\\101"', "'a\\nb'", "'it\\'s'",
   "'a\\\\b'", '"say \\"x\\""', '"\\q"', '"#5"', '"\\#{x}"', "'\#{x}'", '"a" "b"', "'a' 'b'", '"a" \'b\'', '"grüße 😀"', '""', "?a", "?é",
   '?\\n', "?a + ?b", "\"a\nb\"", '"#"', "'#'"].each { |source| check(source) }
  [":paid", ':"two words"', ":'x y'", ":a?", ":b!", ":c=", ":+", ":[]", ":<=>", ":==", ":@x", ":été", ':"a#b"', ":A"].each { |source| check(source, row: "symbols") }
  check("0.1 + 0.2")
  check("1..2", refused: "a range literal stands only")
  check("x == (1..2)", "x = 1", refused: "a range literal stands only")
  check("[1, 2]", refused: "an array literal is only asked")
  check("%w[a b]", refused: "an array literal is only asked")
  check("/a/", refused: "a pattern is only held against a string")
  group "malformed"
  ["1__0", "1_", "08", "0x", "0b2", "1_e3", "1e_3", "0_", "12abc"].each { |source| check(source, refused: "a number is malformed") }
  ["1r", "2i", "10n", "5L"].each { |source| check(source, refused: "a number has no suffix here") }
  check(".5", refused: "expected")
  check("5.", refused: "expected a name")
  check('"abc', refused: "a string is not closed")
  check("'a", refused: "a string is not closed")
  check("%w[a b", refused: "a string is not closed")
  ['"\\xff"', '"\\u12"', '"\\M-a"', '"\\ud800"', '?\\M'].each { |source| check(source, refused: "an escape sequence is not one") }
  ['"#{x}"', '"a #@x"', '"a #$x"', '/#{x}/.match?(s)', '"a\\\\#{x}"', ':"#{x}"'].each do |source|
    check(source, "x = 1; s = 'a'", refused: "a string or pattern with \#{…}")
  end
  ["%q(a)", "%Q(a)", "%(a)", "%s(a)", "%x(ls)"].each { |source| check("x == #{source}", "x = 1", refused: "this `%`") }
  check(':":A"', refused: "a symbol that begins with a colon")
  check("@", refused: "expected a field")
  check("@1", refused: "expected a field")
end

def names
  group "name"
  each_case [
    ["x", "x = 5"], ["été > 1", "été = 2"], ["_x1", "_x1 = 3"], ["X1", "X1 = 4 unless defined?(X1)"], ["@total", "@total = 5"],
    ["@total", "", "an unset field is nil"], ["@total.nil?", "", "an unset field is nil"], ["@a && @b", "@a = 1; @b = nil"], ["x", "x = 1 if false"],
    ["x + 1", "x = 1 if false", "attribute of null"], ["Shop::LIMIT", "", "constants"], ["Shop::Deep::NAME", "", "constants"], ["::Shop::LIMIT", "", "constants"],
    ["Shop::Order::STATUS == x", "x = :open", "constants"], ["Shop::Order", "", "constants"], ["Cart", "", "constants"], ["Shop", "", "constants"],
    ["Float::INFINITY > x", "x = 5", "constants"], ["Float::NAN", ""], ["Cart::STATES.include?('open')", "", "constants"], ["x ? Cart : Shop", "x = nil"],
    ["Cart::STATES[0]", ""],
  ]
  check("@@count", self: Counter.new, row: "class variables")
  check("@@count > x", "x = 5", self: Counter.new, row: "class variables")
  check("total > 100", self: Cart.new(150), row: "attr_reader")
  check("self.total > 100", self: Cart.new(150), row: "attr_reader")
  check("total() > 100", self: Cart.new(150), row: "attr_reader")
  check("total > 100", "total = 5", self: Cart.new(150))
  check("self", self: Cart.new(1))
  check("@total == total", self: Cart.new(1))
  check("tax > 1", self: Cart.new(150), refused: "no name `tax` is visible", row: "unknown name")
  check("totl", "total = 1", refused: "no name `totl` is visible", row: "unknown name")
  check("Totl", "", refused: "no name `Totl` is visible", row: "unknown name")
  check("x?", "x = 1", refused: "no name `x?` is visible")
  check("Later", vars: { Later: { missing: "not_loaded" } }, error: "not_loaded", rule: "what is to be loaded when it is named is not loaded", row: "reading: not loaded")
  check("Later::X", vars: { "Later::X": { missing: "not_loaded" } }, error: "not_loaded", rule: "what is to be loaded when it is named is not loaded")
  check("x", vars: { x: { missing: "unset" } }, error: "unset", rule: "a variable that the frame does not have yet", row: "reading: unset")
  group "word"
  ["null", "None", "undefined"].each { |word| check("x == #{word}", "x = nil", ruby: "x == nil", canonical: "x == nil", **BORROWED, row: ["null words", "a borrowed spelling is echoed"]) }
  [["True", "true"], ["False", "false"]].each { |word, own| check("x == #{word}", "x = true", ruby: "x == #{own}", canonical: "x == #{own}", **BORROWED) }
  ["null", "undefined", "is", "len", "any", "p", "puts", "it", "mod", "in_", "lambda"].each { |word| check("#{word} + 1", "#{word} = 4", **VISIBLE) }
  check("None + 1", vars: { None: { int: "4" } }, value: [5, true], **VISIBLE)
  group "echo"
  each_case([
    ["x and y", "x = 1; y = 2"], ["x or y", "x = 1; y = 2"], ["not x", "x = 1"], ["x.length", "x = 'ab'"], ["x.kind_of?(String)", "x = 'ab'"],
    ["xs.detect { |x| x > 1 }", "xs = [1, 2]"], ["%w[a b].include?(x)", "x = 'b'"], ["x =~ %r{^/api/\\d}", "x = '/api/1'"], ["'it\\'s' == x", "x = 1"],
  ], rule: "it is echoed in one spelling")
  check("s =~ %r{^/a}", "s = '/a'", canonical: "s =~ /^\\/a/")
  [["x and y", "x && y"], ["x or y", "x || y"], ["not x", "!x"], ["%w[a b].include?(x)", '["a", "b"].include?(x)'],
   ["x.kind_of?(Integer)", "x.is_a?(Integer)"], ["xs.any?(&:zero?)", "xs.any? { |x| x.zero? }"], ["xs.any?(0)", "xs.any? { 0 === _1 }"],
   ["x == :\"a b\"", 'x == :"a b"'], ["x == :'ab'", "x == :ab"], ["h.has_key?(:a)", "h.key?(:a)"], ["x.between? 1, 2", "x.between?(1, 2)"]].each do |source, echo|
    check(source, "x = 1; y = 2; xs = [0]; h = {a: 1}", canonical: echo)
  end
end

def precedence
  group "precedence"
  each_case [
    ["1 + 2 * 3"], ["(1 + 2) * 3"], ["2 ** 3 ** 2"], ["-2 ** 2"], ["-x ** 2", "x = 3"], ["!x == y", "x = false; y = true"], ["10 - 2 - 3"], ["100 / 5 / 2"],
    ["1 + 2 == 3"], ["1 < 2 == true"], ["1 | 2 & 3"], ["6 ^ 3 | 1"], ["1 << 2 + 1"], ["~5 + 1"], ["5 & 3 == 1 ? 1 : 2", "", nil], ["1 == 1 && 2 == 2"],
    ["a || b && c", "a = 1; b = nil; c = 3"], ["a && b || c", "a = nil; b = 2; c = 3"], ["a ? b : c ? 1 : 2", "a = nil; b = 1; c = 3"], ["a ? b ? 1 : 2 : 3", "a = 1; b = nil"],
    ["a ?1:2", "a = nil"], ["a ? :b : :c", "a = 1"], ["a ? b :c", "a = nil; b = 1; c = 2"], ["a ? 'x' : 'y'", "a = 1"], ["a.nil? ? 1 : 2", "a = nil"], ["a ? -1 : +1", "a = nil"],
    ["a / b / c", "a = 80; b = 2; c = 4"], ["a /b", "a = 8; b = 2"], ["a -b", "a = 8; b = 2"], ["a *b", "a = 8; b = 2"], ["a %b", "a = 8; b = 3"], ["a - -b", "a = 8; b = 2"],
    ["a != b", "a = 1; b = 2"], ["!(a == b)", "a = 1; b = 2"], ["!!a", "a = 1"], ["a.total + 1", "a = Cart.new(1)"], ["a[0] + 1", "a = [1]"],
    ["a <=> b", "a = 1; b = 2"], ["(a <=> b) < 0", "a = 1; b = 2"], ["a + 1 <=> b", "a = 1; b = 2"], ["a &&\nb", "a = 1; b = 2"], ["(a &&\n b)", "a = 1; b = 2"],
    ["a\n  .total", "a = Cart.new(4)"], ["a\n  &.total", "a = nil"], ["a == b ? 1 : 2", "a = 1; b = 1"], ["(1 .. 2) === 2", ""], ["(1..a + 1) === 3", "a = 2"],
  ].map { |source, setup, _| [source, setup, "logic has the host's precedence"] }
  each_case [
    ["a and b or c", "a = nil; b = 2; c = 3"], ["a or b and c", "a = 1; b = 2; c = nil"], ["a or b && c", "a = 1; b = 2; c = nil"], ["not a and b", "a = nil; b = 2"],
    ["not a == b", "a = 1; b = 2"], ["not a && b", "a = 1; b = nil"], ["a and not b", "a = 1; b = nil"], ["a || b or c", "a = nil; b = nil; c = 3"], ["not not a", "a = 1"],
    ["(a or b) && c", "a = 1; b = 2; c = nil"], ["a && (b or c)", "a = 1; b = nil; c = 3"], ["a or b or c", "a = nil; b = nil; c = 3"], ["a and b and c", "a = 1; b = 2; c = 3"], ["(not a)", "a = 1"],
    ["a ? b : c and b", "a = nil; b = nil; c = 3"],
  ].map { |source, setup| [source, setup, "and, or and not bind loosest and alike"] }
  check("a && not b", "a = 1; b = 2", refused: "expected a value, found `not`")
  check("a == not(b)", "a = 1; b = 2", refused: "expected a value, found `not`")
end

def commands
  group "command"
  each_case [
    ["x.include? 2", "x = [1, 2]"], ["x.include? 3 and y", "x = [1, 3]; y = 5"], ["x.include? y || 3", "x = [1, 3]; y = nil"], ["x.start_with? 'a'", "x = 'abc'"],
    ["x.start_with? 'b', 'a'", "x = 'abc'"], ["x.is_a? Integer", "x = 5"], ["h.key? :a", "h = {a: 1}"], ["!x.is_a?(Integer)", "x = 5"], ["not x.is_a? Integer", "x = 5"],
    ["x.match? /b/", "x = 'abc'"], ["(x.include? 2)", "x = [2]"], ["x.include? 2 or y", "x = [1]; y = 7"], ["h.dig :a, :b", "h = {a: {b: 5}}"], ["h.fetch :a, 5", "h = {}"],
    ["x.between? 1, 3", "x = 2"], ["x.equal? nil", "x = nil"], ["x.include? nil", "x = [nil]"], ["x.include? :a", "x = [:a]"],
  ]
  check("y && x.include?(2)", "x = [2]; y = 1")
  check("y && x.include? 2", "x = [2]; y = 1", refused: "include?() takes one argument")
  check("!x.include? 2", "x = [2]", refused: "include?() takes one argument")
end

def refusals
  group "refused"
  refuse = lambda do |source, text, setup = "a = 1; b = 2; xs = [1]; h = {a: 1}; s = 'x'", row = nil|
    check(source, setup, refused: text, **(row ? { row: row } : {}))
  end
  %w[+= -= *= /= %= &= |= ^= **= <<= >>= &&= ||= :=].each { |sign| refuse.("a #{sign} b", "an assignment (`#{sign}`)") }
  refuse.("a = b", "an assignment (`=`)")
  refuse.("(a = b)", "an assignment (`=`)")
  refuse.("@a = 5", "an assignment (`=`)")
  refuse.("xs[0] = 5", "an assignment (`=`)")
  { "!==" => "`!==`", "<>" => "`<>`", ">>>" => "`>>>`", "=>" => "`=>`", "??" => "`??`", "//" => "`//`" }.each { |sign, text| refuse.("a #{sign} b", text) }
  refuse.("a // b", "`//`", "a = 1; b = 2", "/ opens a pattern")
  refuse.("a # b", "a comment", "a = 1; b = 2", "# is refused")
  refuse.("-> { a }", "a lambda")
  refuse.("a; b", "a second statement")
  refuse.("`ls`", "a command")
  refuse.("$stdout", "a global variable")
  refuse.("a \\ b", "a backslash outside a string")
  refuse.("a in Integer", "a pattern match (`in`)")
  refuse.("defined?(a)", "`defined?`")
  refuse.("super.a", "`super`")
  refuse.("yield a", "`yield`")
  refuse.("class A", "a definition")
  refuse.("a if b", "a statement")
  refuse.("if a then b end", "a statement")
  %w[unless else elsif then case when begin break end ensure next redo rescue retry return alias undef BEGIN END __END__].each { |word| refuse.("#{word} a", "a statement") }
  %w[while until for].each { |word| refuse.("#{word} a", "a loop") }
  refuse.("xs.any? do |x| x end", "a block in words")
  %w[def module].each { |word| refuse.("#{word} a", "a definition") }
  %w[__FILE__ __LINE__ __method__ __ENCODING__].each { |word| refuse.("#{word} == a", "`#{word}`") }
  %w[is instanceof typeof isinstance elif div mod].each { |word| refuse.("a #{word} b", "`#{word}`") }
  { "len(xs)" => "`len`", "isinstance(a, b)" => "`isinstance`", "typeof a" => "`typeof`", "any(xs)" => "`any`", "all(xs)" => "`all`", "new(a)" => "`new`", "await a" => "`await`",
    "lambda { |x| x }" => "does not belong here", "lambda(&a)" => "a lambda", "proc(&a)" => "a proc", "puts a" => "`puts`", "puts(a)" => "`puts`", "p a" => "`p`", "raise a" => "`raise`", "require 'a'" => "does not belong here",
    "require('a')" => "`require`" }.each { |source, text| refuse.(source, text, "a = 1; b = 2; xs = [1]; lambda = 1; require = 1") }
  refuse.("a < b < 3", "a comparison has two sides", "a = 1; b = 2", "chained comparison")
  refuse.("a == b == 3", "a comparison has two sides", "a = 1; b = 2", "chained comparison")
  refuse.("a == b != 3", "a comparison has two sides")
  refuse.("a =~ b === 3", "a comparison has two sides")
  refuse.("1..2..3", "expected one range")
  refuse.("a b", "does not belong here")
  refuse.("a\nb", "a new line stands only inside parentheses")
  refuse.("", "there is no expression")
  refuse.("a +", "expected a value")
  refuse.("(a", "expected `)`")
  refuse.("a)", "`)` does not belong here")
  refuse.("xs[]", "expected an index")
  refuse.("xs[0", "expected `]`")
  refuse.("{a: 1}", "a collection literal")
  refuse.("{}", "a collection literal")
  refuse.("*xs", "unpacking with `*`")
  refuse.("a.save!", "save! would change")
  refuse.("save!", "save! would change")
  refuse.("a.b::c", "`::` behind an expression")
  refuse.("xs::size", "`::` behind an expression")
  refuse.("a.foo(1)", "calling .foo() would run application code")
  refuse.("foo(1)", "calling foo() would run application code")
  refuse.("a.(1)", "expected a name")
  refuse.("(a)(1)", "calling the result of an expression")
  refuse.("xs.size(1)", "size() takes no argument")
  refuse.("xs.include?", "include?() takes one argument")
  refuse.("a.between?(1)", "between?() takes 2 arguments")
  refuse.("h.fetch(1, 2, 3)", "fetch() takes 1 to 2 arguments")
  refuse.("xs.first(2)", "first() takes no argument")
  refuse.("h.key?(a: 1)", "an argument by name")
  refuse.("xs.find", "find takes a block")
  refuse.("xs.select { }", "expected a value")
  refuse.("xs.map(&a).size", "map takes a block")
  refuse.("xs.include?(&:a)", "include? takes a block")
  refuse.("xs.any?(&:include?)", "include?() takes one argument")
  refuse.("xs.any? { || a }", "any? takes a block")
  refuse.("xs.any? { |x = 1| x }", "a block has up to four plain parameters")
  refuse.("xs.any? { |(a, b)| a }", "a block has up to four plain parameters")
  refuse.("xs.any? { |*x| x }", "a block has up to four plain parameters")
  refuse.("xs.map { |x| x }.any? { |x, y| y }", "a block has up to four plain parameters")
  refuse.("xs.any?(1) { |x| x }", "any?() takes no argument")
  refuse.("xs.map { |x| x }", "map makes a collection")
  refuse.("xs.select(&:zero?)", "select makes a collection")
  refuse.("xs.reject(&:zero?) == []", "reject makes a collection")
  refuse.("h.keys", "keys makes a collection")
  refuse.("h.values == xs", "values makes a collection")
  refuse.("xs == [1]", "an array literal is only asked")
  refuse.("s =~ a", "a pattern is only held against a string")
  refuse.("s.match?('x')", "a pattern is only held against a string")
  refuse.("s == /x/", "a pattern is only held against a string")
  refuse.("s =~ /x", "this pattern is not closed")
  refuse.("s =~ /x/g", "the flag g has no place")
  refuse.("s =~ /x/x", "the flag x has no place")
  { "/a(?=b)/" => "a look-around", "/(?<!a)b/" => "a look-around", "/(?>a)/" => "an atomic group", "/(?i)a/" => "a flag inside", "/(a)\\1/" => "a reference to a group", "/a++/" => "a possessive quantifier",
    "/a{x}/" => "`{` without a number", "/a{2}?/" => "a lazy range of counts", "/a**/" => "a quantifier behind a quantifier", "/[]a]/" => "a class that begins with `]`", "/[a[b]]/" => "a class within a class", "/[a&&b]/" => "an intersection of classes",
    "/[a/" => "a class that is not closed", "/é/i" => "a letter beyond ASCII", "/[à-ý]/i" => "a range beyond ASCII", "/[[:foo:]]/" => "this class by name", "/\\p{Foo}/" => "this `\\p`", "/\\Zx/" => "`\\Z` with more behind it",
    "/\\R/" => "`\\R`", "/\\xff/" => "this number of a character", "/[b-a]/" => "a range ends before it begins", "/[a-\\d]/" => "a range to a class", "/[\\A]/" => "a place within a class", "/(a/" => "the pattern cannot be used" }.each do |pattern, text|
    refuse.("s =~ #{pattern}", text)
  end
  check("s =~ /(?:\\p{L}{400}){400}/", "s = 'x'", refused: "the pattern needs more memory")
  check("a == \u00a7", "a = 1", refused: "has no meaning in a condition")
  check("password", vars: { password: { str: "x" } }, refused: "is redacted", row: "side door: by name")
end

def bounds
  group "bound"
  check((["a"] * 200).join(" || "), "a = nil", row: "a flat chain of || has depth 1")
  check((["a"] * 300).join(" || "), "a = nil", refused: "more than 256 parts")
  check("#{"(" * 70}a#{")" * 70}", "a = 1", refused: "nested deeper than 64 levels")
  check("a == #{"x" * 5000}", "a = 1", refused: "bytes are more than a condition may have")
  check("a.all? { |b| b.all? { |c| c.all? { |d| d.all? { |e| e.all? { |f| f } } } } }", "a = [[[[[1]]]]]", refused: "generators stand within each other")
  check("a.all? { |b| b.all? { |c| c.all? { |d| d.all? { |e| e > 1 } } } }", "a = [[[[1]]]]")
  check("[#{(["a + 1"] * 70).join(", ")}].max", "a = 1", refused: "more than 64 values at a time")
  check("a.include?(-1)", "a = [0] * 20000", error: "out_of_fuel", rule: "an evaluation takes a bounded number of steps", row: "reading: out of fuel")
  check("a.any? { |x| x == 1 }", "a = [0] * 20000", error: "out_of_fuel", rule: "an evaluation takes a bounded number of steps")
  check("a.upcase", "a = 'x' * 9000", error: "too_long", rule: "a computed string has a bounded room")
  check("a + 'b' == 'ab'", "a = 'a'")
  check("a == b", "a = []; 20.times { a = [a] }; b = []; 20.times { b = [b] }", error: "too_deep", rule: "a comparison goes so deep")
end
