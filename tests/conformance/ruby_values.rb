# Cases of values: logic, truth, numbers, equality, order.

def logic
  group "logic"
  each_case [
    ["x && y", "x = 1; y = 2"], ["x && y", "x = nil; y = 2"], ["x && y", "x = false; y = 2"], ["x || y", "x = nil; y = 2"], ["x || y", "x = 0; y = 2"], ["x || y", "x = false; y = nil"],
    ["!x", "x = nil"], ["!x", "x = 0"], ["x ? 1 : 2", "x = ''"], ["x ? 1 : 2", "x = nil"], ["x && x.total", "x = nil"], ["x && x.total > 1", "x = Cart.new(2)"], ["x || y.total", "x = 1; y = nil"],
    ["(x || 0) + 1", "x = nil"], ["x.nil? || x.total", "x = nil"], ["x == 1 || x == 2", "x = 2"], ["!(x && y)", "x = 1; y = nil"], ["x && y && z", "x = 1; y = 2; z = 3"],
  ].map { |source, setup| [source, setup, "logic yields the operand"] }
  each_case [["true & x", "x = 1"], ["true & x", "x = nil"], ["false | x", "x = 0"], ["nil & x", "x = 1"], ["nil | x", "x = 1"], ["true ^ x", "x = 1"], ["false ^ x", "x = nil"], ["nil ^ x", "x = 1"],
             ["(x > 1) & (x < 9)", "x = 5"]]
end

def truth
  group "truth"
  each_case %w[nil false true 0 0.0 '' [] {} :a "a" Cart.new].map { |value| ["x ? 'yes' : 'no'", "x = #{value}", "truth of what is no boolean"] }
  each_case [["!x", "x = []"], ["!x", "x = Nobody.new"], ["x && true", "x = Ghost.new"], ["x && true", "x = Money.new(1)"], ["!x", "x = BigDecimal('0')"], ["!!x", "x = (1..2)"], ["!x", "x = -> {}"]]
end

def arithmetic
  group "arithmetic"
  each_case [
    ["7 / 2", "", "7/2"], ["-7 / 2", "", "-7/2"], ["7 / -2"], ["-7 % 3", "", "-7%3"], ["7 % -3"], ["7.0 / 2"], ["7 / 2.0", "", "7/2"], ["-7.5 % 2"], ["7.5 % -2"], ["7 % 2.5"], ["-7 % 2.5"],
    ["x / 0", "x = 1", "division by zero"], ["x % 0", "x = 1", "division by zero"], ["x / 0.0", "x = 1", "division by zero"], ["x / 0", "x = 1.5", "division by zero"], ["-x / 0.0", "x = 1"], ["x / 0.0", "x = 0", "division by zero"],
    ["2 ** 10"], ["2 ** 0"], ["2 ** 0.5"], ["0 ** 0"], ["(-8) ** 3"], ["2.0 ** -1"], ["0.0 ** -1"], ["(-8.0) ** 2"], ["10.0 ** 400"], ["1 ** 1000"], ["(-1) ** 1001"], ["0 ** -1", "", "division by zero"],
    ["5 & 3"], ["5 | 3"], ["5 ^ 3"], ["~5"], ["1 << 4"], ["256 >> 4"], ["1 << -1"], ["4 >> -1"], ["-1 >> 70"], ["0 << 100"], ["-5 >> 1"], ["5 & -2"],
    ["x + 1.5", "x = 1"], ["x - 0.1", "x = 0.3"], ["x * 2", "x = 1.5"], ["0.1 * 3"], ["x + y", "x = 'a'; y = 'b'"], ["x + 'é'", "x = 'a'"], ["'a' + 'b' + 'c' == x", "x = 'abc'"], ["-x", "x = 5"], ["-x", "x = 1.5"], ["+x", "x = 5"],
    ["x + 1", "x = nil", "attribute of null"], ["x + 1", "x = true"], ["x + 1", "x = 'a'"], ["1 + x", "x = 'a'"], ["1 + x", "x = nil"], ["1.5 + x", "x = nil"], ["'a' + x", "x = 1"], ["'a' + x", "x = nil"], ["'a' + x", "x = :b"],
    ["x - 1", "x = 'a'"], ["x * 2", "x = nil"], ["-x", "x = nil"], ["-x", "x = true"], ["~x", "x = 1.5"], ["x & 1", "x = 1.5"], ["1 & x", "x = 1.5"], ["1 & x", "x = nil"], ["x << 1", "x = 1.5"], ["x % 2", "x = true"], ["-x", "x = :a"],
    ["x + 1", "x = :a"], ["x + 1", "x = {}"], ["x ** 2", "x = nil"], ["1 << x", "x = nil"], ["x - y", "x = 1; y = nil"], ["x.total + 1", "x = Cart.new"], ["x / y", "x = 9; y = 2"], ["x / y * y + x % y == x", "x = -17; y = 5"],
    ["x % 0.0", "x = 5"], ["x % 0.0", "x = 5.0"], ["x % y", "x = 5.0; y = Float::INFINITY"], ["x % y", "x = -5.0; y = Float::INFINITY"], ["x % y", "x = Float::NAN; y = 2"],
    ["x * y", "x = Float::INFINITY; y = 0"], ["x - x", "x = Float::INFINITY"], ["x.abs", "x = -5"], ["x.abs", "x = -1.5"], ["x.abs", "x = 'a'"], ["x.abs", "x = nil"], ["x.abs", "x = true"],
  ]
  ["x.even?", "x.odd?", "x.zero?", "x.positive?", "x.negative?"].each do |source|
    ["4", "-3", "0", "123456789012345678901234567890", "-123456789012345678901234567891", "1.5", "0.0", "-0.0", "Float::NAN", "nil", "'a'"].each { |value| check(source, "x = #{value}") }
  end
  each_case [["x.nan?", "x = Float::NAN"], ["x.nan?", "x = 1.5"], ["x.nan?", "x = 1"], ["x.nan?", "x = nil"], ["x.between?(1, 3)", "x = 2"], ["x.between?(1, 3)", "x = 3.5"], ["x.between?('a', 'c')", "x = 'b'"],
             ["x.between?(1, 3)", "x = nil"], ["x.between?(1, 'a')", "x = 2"], ["x.between?(1, 'a')", "x = 0"], ["x.between?(:a, :c)", "x = :b"], ["x.between?(1, 2)", "x = [1]"]]
  check("2 ** -1", error: "domain", rule: "a fraction is no value here")
  check("x ** 0.5", "x = -8.0", error: "domain", rule: "a complex number is no value here")
  check("x * 3", "x = 'ab'", error: "types", rule: "a repeated string is no value here")
  check("x + y", "x = [1]; y = [2]", error: "types", rule: "another array is no value here")
  check("x - y", "x = [1]; y = [2]", error: "types", rule: "another array is no value here")
  check("x & y", "x = [1]; y = [2]", error: "types", rule: "another array is no value here")
  check("x | y", "x = Set[1]; y = Set[2]", error: "types", rule: "another set is no value here")
  check("x << 1", "x = [1]", error: "types", rule: "a condition changes nothing")
  each_case [["-x", "x = 'a'"], ["+x", "x = 'a'"], ["~x", "x = 'a'"], ["-(x + 'b')", "x = 'a'"], ["1 << 2.9", ""], ["x << 1", "x = 1.5"], ["x & nil", "x = 1.5"], ["x.none?", "x = :a"]]
  check("x + 1", "x = Money.new(5)", error: "needs_code", rule: "it would run application code", row: "reading: needs code")
  check("1 + x", "x = Money.new(5)", error: "needs_code", rule: "it would run application code")
  check("-x", "x = Cart.new(5)", error: "needs_code", rule: "it would run application code")
end

def integers
  group "integer"
  big = "123456789012345678901234567890"
  each_case [
    ["x > 5", "x = #{big}"], ["x == y", "x = #{big}; y = #{big}"], ["x < y", "x = -#{big}; y = #{big}"], ["x > 1.5", "x = #{big}"], ["x == #{big}", "x = #{big}"], ["x > y", "x = 2**64; y = 2**64 - 1"],
    ["x == y", "x = 2**64; y = 2.0**64"], ["x == y", "x = 2**64 + 1; y = 2.0**64"], ["x", "x = #{big}"], ["-x", "x = #{big}"], ["x.abs", "x = -#{big}"], ["x <=> y", "x = 2**64; y = 5"],
  ].map { |source, setup| [source, setup, "integers beyond 64 bits compare"] }
  each_case [
    ["x == y", "x = 9007199254740993; y = 9007199254740992.0"], ["x > y", "x = 9007199254740993; y = 9007199254740992.0"], ["x < y", "x = 2**63 - 1; y = 2.0**63"], ["x == y", "x = 3; y = 3.0"], ["x <=> y", "x = 1; y = 1.5"],
  ].map { |source, setup| [source, setup, "an integer with a float is exact"] }
  over = { error: "overflow", rule: "arithmetic beyond 64 bits is an error", row: "arithmetic beyond 64 bits" }
  check("x + 1", "x = 2**63 - 1", **over)
  check("x * x", "x = 2**40", **over)
  check("-x", "x = -2**63", **over)
  check("x.abs", "x = -2**63", **over)
  check("2 ** x", "x = 64", **over)
  check("1 << x", "x = 63", **over)
  check("x + 1", "x = #{big}", **over)
  check("x + 1.5", "x = #{big}", **over)
  check("~x", "x = #{big}", **over)
  check("x / -1", "x = -2**63", **over, row: ["arithmetic beyond 64 bits", "i64::MIN / -1"])
  check("x % -1", "x = -2**63", row: "i64::MIN / -1")
  check("x == -9223372036854775808", "x = -2**63")
  check("x - 1 < x", "x = 2**62")
end

def equality
  group "equality"
  row = "== is structural on core types"
  values = ["nil", "true", "false", "1", "1.0", "'1'", ":a", "'a'", "[1]", "[1.0]", "{a: 1}", "Set[1]", "(1..2)", "(1...2)", "Cart", "Float::NAN", "0", "-0.0", "''", "[]", "{}", "2**64", "2.0**64"]
  pairs = [%w[1 1.0], %w[1 '1'], %w[:a 'a'], %w[:a :a], %w['a' 'a'], %w[nil false], %w[nil nil], %w[true 1], %w[0 false], %w[0 -0.0], %w[1 true], %w[[] {}], %w['' nil], ["[1]", "[1.0]"], ["[1, [2]]", "[1, [2]]"], ["[1, 2]", "[1]"],
           ["{a: 1, b: 2}", "{b: 2, a: 1}"], ["{a: 1}", "{a: 1.0}"], ["{a: 1}", "{'a' => 1}"], ["{1 => 2}", "{1.0 => 2}"], ["{a: 1}", "{a: 1, b: 2}"], ["Set[1, 2]", "Set[2, 1]"], ["Set[1]", "[1]"], ["(1..2)", "(1..2)"], ["(1..2)", "(1...2)"],
           ["(1..2)", "(1.0..2)"], ["(1..)", "(1..nil)"], %w[Cart Cart], %w[Cart Basket], ["Float::NAN", "Float::NAN"], ["'é'", "'é'"], ["'a'", "'b'"], ["'ab'", "'a'"], ["[nil]", "[nil]"], ["[:a, 'b']", "[:a, 'b']"], ["2**64", "2**64"],
           ["'abc'.b", "'abc'"], ["\"\\xff\".b", "\"\\xff\".b"], ["\"\\xff\".b", "'é'"], ["Pile.new([1])", "[1]"], ["[1]", "Pile.new([1])"], ["Label.new('a')", "'a'"], ["'a'", "Label.new('a')"], ["Options.new", "{}"], ["BigDecimal('2')", "2"],
           ["BigDecimal('1.10')", "BigDecimal('1.1')"], ["1", "BigDecimal('1')"], ["{[1] => 2}", "{[1] => 2}"], ["[true, nil]", "[true, false]"]]
  pairs.each do |a, b|
    check("x == y", "x = #{a}; y = #{b}", row: row) unless a == "Float::NAN"
    check("x != y", "x = #{a}; y = #{b}", row: row) if a.size < 4 && a != b
  end
  values.first(14).each { |value| check("x == nil", "x = #{value}") }
  ["5", "'a'", "nil", "true", ":a", "1.5"].each { |literal| check("x == #{literal}", "x = #{literal}", row: row) }
  ["5", "'a'", "nil", "true", ":a", "1.5"].each { |literal| check("x != #{literal}", "x = [1]", row: row) }
  ["5", "'a'", "nil", "true", ":a"].each { |literal| check("#{literal} == x", "x = #{literal}", row: row) }
  check("x == x", "x = Float::NAN", row: "NaN is equal to nothing")
  check("x != x", "x = Float::NAN", row: "NaN is equal to nothing")
  check("x == y", "x = Cart.new(1); y = Cart.new(1)")
  check("x == y", "x = Cart.new(1); y = x")
  check("x == 5", "x = Cart.new(1)")
  check("nil == x", "x = Money.new(1)")
  check("true == x", "x = Money.new(1)")
  user = { error: "needs_code", rule: "a user == is not run", row: "a user ==" }
  check("x == y", "x = Money.new(1); y = Money.new(1)", **user)
  check("x == 1", "x = Money.new(1)", **user)
  check("1 == x", "x = Money.new(1)", **user)
  check("x == nil", "x = Money.new(1)", **user)
  check("x != nil", "x = Money.new(1)", **user)
  check("[x].include?(1)", "x = Money.new(1)", **user)
  check("x.include?(1)", "x = [Money.new(1)]", **user)
  check("x == 'a'", "x = Loud.new('a')", **user)
  check("x == y", "x = [Money.new(1)]; y = [Money.new(1)]", **user)
  check("x == y", "x = Point.new(1, 2); y = Point.new(1, 2)", error: "needs_code", rule: "a Struct compares member by member, which is not done")
  group "eql"
  [%w[1 1], %w[1 1.0], %w[1.0 1.0], %w['a' 'a'], %w['a' :a], %w[:a :a], ["[1]", "[1]"], ["[1]", "[1.0]"], %w[nil nil], %w[nil false], %w[0.0 -0.0], ["2**64", "2**64"], ["Cart", "Cart"], ["Cart.new", "Cart.new"], %w[true true]].each do |a, b|
    check("x.eql?(y)", "x = #{a}; y = #{b}", row: ".eql? is strict")
  end
  check("x.eql?(y)", "x = Money.new(1); y = Money.new(1)", error: "needs_code", rule: "a user eql? is not run")
  check("x.eql?(y)", "x = {a: 1}; y = {a: 1}", error: "unreadable", rule: "collections compare by == here")
  group "equal"
  [%w[1 1], %w[nil nil], %w[nil false], %w[:a :a], %w[true true], %w[1 1.0], %w[1 '1'], %w[Cart Cart], ["[1]", "[1]"], ["Cart.new", "Cart.new"]].each do |a, b|
    check("x.equal?(y)", "x = #{a}; y = #{b}", row: ".equal? is identity")
  end
  check("x.equal?(y)", "x = [1]; y = x", row: ".equal? is identity")
  check("x.equal?(y)", "x = Money.new(1); y = x", row: ".equal? is identity")
  check("x.equal?(y)", "x = 'a'; y = 'a'", error: "identity", rule: "whether two equal strings are one object cannot be seen")
  check("x.equal?(y)", "x = 1.5; y = 1.5", error: "identity", rule: "whether two equal floats are one object cannot be seen")
  check("[x].include?(x)", "x = Float::NAN", error: "identity", rule: "whether two NaNs are one object cannot be seen")
  check("h.key?(x)", "h = {Float::NAN => 1}; x = Float::NAN", error: "identity", rule: "whether two NaNs are one object cannot be seen")
  group "case"
  each_case [
    ["Integer === x", "x = 5"], ["Integer === x", "x = 5.0"], ["Numeric === x", "x = 5"], ["String === x", "x = :a"], ["Comparable === x", "x = 'a'"], ["NilClass === x", "x = nil"], ["Object === x", "x = nil"], ["Cart === x", "x = Basket.new"],
    ["Basket === x", "x = Cart.new"], ["Enumerable === x", "x = [1]"], ["Shop::Order === x", "x = Shop::Order.new"], ["(1..5) === x", "x = 3"], ["(1..5) === x", "x = 5.5"], ["(1..5) === x", "x = nil"], ["(1..5) === x", "x = 'a'"], ["('a'..'f') === x", "x = 'cc'"],
    ["(1..) === x", "x = 9"], ["(..5) === x", "x = 5"], ["(...5) === x", "x = 5"], ["(1...5) === x", "x = 5"], ["/b/ === x", "x = 'abc'"], ["/b/ === x", "x = :abc"], ["/b/ === x", "x = 5"], ["/b/ === x", "x = nil"], ["x === y", "x = 1; y = 1.0"],
    ["x === y", "x = :a; y = 'a'"], ["x === y", "x = (1..2); y = 2"], ["x === y", "x = Set[1]; y = 1"], ["x === y", "x = [1]; y = [1]"], ["x === y", "x = Cart; y = Cart.new"], ["nil === x", "x = nil"], ["x === y", "x = nil; y = false"],
  ].map { |source, setup| [source, setup, "=== on Class, Range, Regexp"] }
  check("x === 5", "x = ->(v) { Runs.code(v) }", error: "needs_code", rule: "a proc is not run")
  check("x === y", "x = Money.new(1); y = 5", error: "needs_code", rule: "a user == is not run")
end

def order
  group "order"
  each_case [
    ["x < y", "x = 1; y = 2"], ["x <= y", "x = 2; y = 2.0"], ["x > y", "x = 'b'; y = 'a'"], ["x >= y", "x = 'a'; y = 'b'"], ["x < y", "x = 'Z'; y = 'a'"], ["x < y", "x = 'z'; y = 'é'", "string order is by bytes"], ["x < y", "x = '❄'; y = '😀'", "string order is by bytes"],
    ["x < y", "x = ''; y = 'a'"], ["x < y", "x = 'a'; y = 'ab'"], ["x < y", "x = :a; y = :b"], ["x >= y", "x = :b; y = :a"], ["x < y", "x = 1; y = nil"], ["x < y", "x = nil; y = 1", "attribute of null"], ["x < y", "x = 1; y = 'a'"], ["x < y", "x = 'a'; y = 1"],
    ["x < y", "x = 'a'; y = nil"], ["x < y", "x = 'a'; y = :b"], ["x < y", "x = :a; y = 'b'"], ["x < y", "x = :a; y = nil"], ["x < y", "x = true; y = false"], ["x < y", "x = 1; y = true"], ["x < y", "x = [1]; y = [2]"], ["x > 5", "x = [1]"], ["x > 5", "x = nil", "attribute of null"],
    ["5 > x", "x = nil"], ["x > 5", "x = 'a'"], ["x > 'a'", "x = 5"], ["x > 5", "x = (1..2)"], ["x > 5", "x = -> {}"], ["x < y", "x = BigDecimal('1.5'); y = 2"], ["x > y", "x = 2; y = BigDecimal('1.5')"], ["x < y", "x = BigDecimal('1.5'); y = BigDecimal('1.6')"],
    ["x < 1", "x = BigDecimal('0.5')"],
  ]
  each_case %w[< <= > >=].map { |sign| ["x #{sign} 1", "x = Float::NAN", "NaN has no order"] }
  each_case [
    ["x <=> y", "x = 1; y = 2"], ["x <=> y", "x = 'b'; y = 'a'"], ["x <=> y", "x = 1; y = 'a'"], ["x <=> y", "x = nil; y = 1"], ["x <=> y", "x = Float::NAN; y = 1"], ["x <=> y", "x = :a; y = :b"], ["x <=> y", "x = 'a'; y = :a"],
  ]
  check("x < y", "x = BigDecimal('0.1'); y = 0.1", error: "unreadable", rule: "how many digits of a float a BigDecimal takes is not told")
  check("x == y", "x = BigDecimal('1.5'); y = 1.5", error: "unreadable", rule: "how many digits of a float a BigDecimal takes is not told")
  check("x < y", "x = Money.new(1); y = Money.new(2)", error: "needs_code", rule: "a user <=> is not run")
  check("1 < x", "x = Money.new(2)", error: "needs_code", rule: "a user coerce is not run")
  check("'a' < x", "x = Ghost.new", error: "needs_code", rule: "a user <=> is not run")
  check("x < y", "x = {a: 1}; y = {a: 1, b: 2}", error: "unreadable", rule: "whether one is a part of the other is not asked")
  check("x < y", "x = Integer; y = Numeric", error: "unreadable", rule: "whether one is a part of the other is not asked")
  check("x < y", "x = Cart.new(1); y = Cart.new(2)", error: "needs_code", rule: "a user < is not run")
end
