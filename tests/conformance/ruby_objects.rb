# Cases of strings, patterns, symbols, ranges, collections, objects, and of what must not be read.

CODE = { error: "needs_code", rule: "it would run application code", row: "reading: needs code" }.freeze
HIDDEN = { error: "redacted", rule: "what is redacted does not leave" }.freeze
UNTOLD = { error: "unreadable", rule: "of a core class's other methods nothing is told" }.freeze

def strings
  group "string"
  length = "string length counts code points"
  index = "string index is by code point"
  each_case [
    ["s.size", "s = 'grüße'", length], ["s.length", "s = '😀a'", length], ["s.size > 2", "s = ''"], ["s.empty?", "s = ''"], ["s.empty?", "s = 'a'"], ["s[0]", "s = 'abc'", index], ["s[1]", "s = 'é😀b'", index], ["s[-1]", "s = 'abc'", "a[-1]"],
    ["s[5]", "s = 'abc'", "out of range"], ["s[-4]", "s = 'abc'", "out of range"], ["s[3]", "s = 'abc'", "out of range"], ["s[1.9]", "s = 'abc'"], ["s['b']", "s = 'abc'"], ["s['x']", "s = 'abc'"], ["s[1, 2]", "s = 'abcd'"], ["s[1, 9]", "s = 'abc'"], ["s[3, 1]", "s = 'abc'"],
    ["s[4, 1]", "s = 'abc'"], ["s[-2, 2]", "s = 'abc'"], ["s[0, 0]", "s = 'abc'"], ["s[0, -1]", "s = 'abc'"], ["s[1..]", "s = 'abc'"], ["s[1..2]", "s = 'abcd'"], ["s[1...2]", "s = 'abcd'"], ["s[..1]", "s = 'abc'"], ["s[...-1]", "s = 'abc'"], ["s[0..-2]", "s = 'grüße'"],
    ["s[-3..]", "s = 'abcd'"], ["s[2..1]", "s = 'abc'"], ["s[4..]", "s = 'abc'"], ["s[3..]", "s = 'abc'"], ["s[i..j]", "s = 'abcdef'; i = 1; j = 3"], ["s[i, 2] == 'bc'", "s = 'abcdef'; i = 1"], ["s[nil..1]", "s = 'abc'"], ["s[nil]", "s = 'abc'"], ["s[:a]", "s = 'abc'"], ["s['a'..'b']", "s = 'abc'"],
    ["s[1, 1].empty?", "s = 'a'"], ["s.include?('b')", "s = 'abc'", "membership"], ["s.include?('')", "s = 'abc'"], ["s.include?('é')", "s = 'né'"], ["s.include?(1)", "s = 'a1'"], ["s.include?(nil)", "s = 'a'"], ["s.include?(:a)", "s = 'a'"],
    ["s.start_with?('a')", "s = 'abc'"], ["s.start_with?('b', 'a')", "s = 'abc'"], ["s.start_with?('b', 'c')", "s = 'abc'"], ["s.start_with?('')", "s = 'abc'"], ["s.start_with?(1)", "s = 'abc'"], ["s.end_with?('c')", "s = 'abc'"], ["s.end_with?('é')", "s = 'né'"], ["s.end_with?('x', 'bc')", "s = 'abc'"],
    ["s.upcase", "s = 'straße'"], ["s.downcase", "s = 'ABÉ'"], ["s.upcase == 'ABC'", "s = 'abc'"], ["s.downcase.start_with?('ab')", "s = 'ABC'"], ["s.strip", "s = \" \\t\\n a b\\u0000\\r \""], ["s.strip", "s = \"\\u00a0a\""], ["s.strip.empty?", "s = '   '"], ["s.strip.size", "s = ' é '"],
    ["s.size", "s = \"\\xff\\x00\".b"], ["s.empty?", "s = ''.b"], ["s == t", "s = \"\\xff\".b; t = \"\\xff\".b"], ["s.size", "s = 'abc'.encode('UTF-16LE').encode('UTF-8')"], ["s", "s = 'abc'.encode('US-ASCII')"], ["x.size", "x = nil", "attribute of null"], ["x.empty?", "x = nil"],
    ["x.include?('a')", "x = nil"], ["x.include?('a')", "x = 5"], ["x.start_with?('a')", "x = nil"], ["x.start_with?('a')", "x = 5"], ["x.upcase", "x = nil"], ["x.upcase", "x = 5"], ["x.strip", "x = 5"], ["x.empty?", "x = 5"], ["x.empty?", "x = true"], ["x.size", "x = true"], ["x[0]", "x = nil", "attribute of null"], ["x[0]", "x = true"], ["x[0]", "x = 1.5"],
    ["x.size", "x = 1.5"], ["x.key?(1)", "x = 'a'"], ["x.first", "x = 'a'"], ["x.any?", "x = 'a'"], ["x.sum", "x = nil"], ["x.count", "x = nil"], ["x.keys.size", "x = [1]"], ["x.keys.size", "x = nil"], ["s == 'abc' && s.size == 3", "s = 'abc'"], ["'abc'.size"], ["'abc'[1]"], ["('a' + s).size", "s = 'é'"],
    ["s.is_a?(String)", "s = 'a'"], ["s.nil?", "s = ''"], ["(s + t)[0]", "s = 'é'; t = 'b'"], ["(s + 'b').include?('ab')", "s = 'a'"], ["s.upcase + t", "s = 'a'; t = 'b'"],
  ]
  check("s.size", "s = 'é'.encode('ISO-8859-1')", error: "unreadable", rule: "of a string of another encoding nothing is told", row: "reading: unreadable")
  check("s.include?('a')", "s = \"\\xff\".b", error: "unreadable", rule: "of a string of bytes only its size and equality are told")
  check("s =~ /a/", "s = \"\\xff\".b", error: "unreadable", rule: "of a string of bytes only its size and equality are told")
  check("s[0]", "s = \"\\xff\".b", error: "unreadable", rule: "of a string of bytes only its size and equality are told")
  check("s.upcase", "s = \"\\xff\".b", error: "unreadable", rule: "of a string of bytes only its size and equality are told")
  check("s.start_with?('a')", "s = \"\\xff\".b", error: "unreadable", rule: "of a string of bytes only its size and equality are told")
  check("s.count", "s = 'a'", **UNTOLD)
  check("s.reverse", "s = 'abc'", **UNTOLD)
  check("s.to_i > 5", "s = '7'", **UNTOLD)
  check("x.to_s", "x = 5", **UNTOLD)
  check("x[0]", "x = 5", **UNTOLD)
  check("x.size", "x = 5", **UNTOLD)
  check("s.downcase", "s = 'ΟΔΟΣ'", error: "domain", rule: "the lower case of a final sigma is not decided")
  check("s.include?(x)", "s = 'a'; x = Cart.new", **CODE)
end

def patterns
  group "pattern"
  row = "regular expressions search"
  each_case [
    ["s =~ /b/", "s = 'abc'"], ["s =~ /x/", "s = 'abc'"], ["s =~ /b/", "s = 'é😀b'"], ["/b/ =~ s", "s = 'abc'"], ["s !~ /b/", "s = 'abc'"], ["s !~ /x/", "s = 'abc'"], ["s.match?(/b/)", "s = 'abc'"], ["/b/.match?(s)", "s = 'abc'"], ["s.match?(/x/)", "s = 'abc'"],
    ["s =~ /b/ ? 1 : 2", "s = 'abc'"], ["s =~ /b/ && s.size > 2", "s = 'abc'"], ["!(s =~ /b/)", "s = 'abc'"], ["(s =~ /b/) == 1", "s = 'abc'"], ["s =~ /b+$/", "s = \"abb\\nab\""], ["s =~ /c|bc/", "s = 'abc'"], ["s =~ /x*/", "s = 'abc'"], ["s =~ /\\z/", "s = 'abc'"],
    ["s =~ /b/", "s = :abc"], ["s.match?(/b/)", "s = :abc"], ["x =~ /b/", "x = nil"], ["x !~ /b/", "x = nil"], ["/b/ =~ x", "x = nil"], ["/b/.match?(x)", "x = nil"], ["x.match?(/b/)", "x = nil"], ["/b/ =~ x", "x = 5"], ["/b/.match?(x)", "x = 5"], ["x.match?(/b/)", "x = 5"], ["x.match?(/b/)", "x = [1]"],
    ["s =~ /B/i", "s = 'abc'"], ["s =~ /[a-c]X/i", "s = 'zBx'"], ["s =~ /\\d{3}-\\d+/", "s = 'no 555-1234'"], ["s =~ /a{,2}b/", "s = 'aaab'"], ["s =~ /a{2}b/", "s = 'aaab'"], ["s =~ /a{2,}b/", "s = 'aaab'"], ["s =~ /^[\\w.]+@[a-z]+\\.com$/i", "s = 'J.D@ACME.com'"], ["s =~ /\\w/", "s = 'é'"], ["s =~ /\\W/", "s = 'é'"], ["s =~ /\\d/", "s = '٣'"],
    ["s =~ /\\s/", "s = \"\\u00a0\""], ["s =~ /\\h{2}/", "s = 'xyFf'"], ["s =~ /\\H/", "s = 'ffx'"], ["s =~ /[[:alpha:]]/", "s = '1é'"], ["s =~ /[[:digit:]]/", "s = 'a٣'"], ["s =~ /[[:upper:]]/", "s = 'aÉ'"], ["s =~ /[[:lower:]]/", "s = 'Aé'"], ["s =~ /[[:space:]]/", "s = \"a\\u00a0\""], ["s =~ /[[:alnum:]_]/", "s = '-é'"],
    ["s =~ /[[:xdigit:]]/", "s = 'xyzf'"], ["s =~ /[[:blank:]]/", "s = \"a\\t\""], ["s =~ /[[:word:]]/", "s = '-é'"], ["s =~ /[[:^alpha:]]/", "s = 'a1'"], ["s =~ /\\p{Lu}/", "s = 'aÉ'"], ["s =~ /\\P{L}/", "s = 'a1'"], ["s =~ /[^a-z]/", "s = 'abC'"], ["s =~ /[\\d\\-x]{3}/", "s = '1-x'"], ["s =~ /[\\b]/", "s = \"a\\b\""],
    ["s =~ /\\u00e9/", "s = 'né'"], ["s =~ /\\u{1f600}/", "s = 'a😀'"], ["s =~ /\\x41/", "s = 'bA'"], ["s =~ /\\t/", "s = \"a\\t\""], ["s =~ /\\//", "s = 'a/b'"], ["s =~ %r{/b/}", "s = 'a/b/'"], ["s =~ %r{^/(?:api|v\\d)/}", "s = '/v2/x'"], ["s =~ %r[a{2}]", "s = 'baa'"], ["s =~ /(?<y>\\d)/", "s = 'a1'"], ["s =~ /(?:ab)+?/", "s = 'xabab'"], ["s =~ /\\bb/", "s = 'a b'"],
    ["s =~ /a\\Bb/", "s = 'ab'"], ["s =~ /é/", "s = 'aé'"], ["s =~ /./", "s = \"\\n\""], ["s =~ /a.c/m", "s = \"a\\nc\""], ["s =~ /a.c/", "s = \"a\\nc\""], ["s =~ /#/", "s = 'a#'"], ["s =~ /a/o", "s = 'a'"], ["s =~ /\\./", "s = 'a.b'"], ['s =~ /\#\{x/', "s = '\#{x}'"], ["(s + 'b') =~ /ab/", "s = 'a'"], ["s.upcase =~ /B/", "s = 'abc'"],
    ["s.size > 1 && s =~ /c$/", "s = 'abc'"], ["s[1..] =~ /c/", "s = 'abc'"], ["s.match?(/\\Aa/) || s.match?(/c\\z/)", "s = 'xbc'"],
  ].map { |source, setup| [source, setup, row] }
  each_case [
    ["s =~ /^b$/", "s = \"a\\nb\\nc\""], ["s =~ /\\Ab/", "s = \"a\\nb\""], ["s =~ /b\\Z/", "s = \"ab\\n\""], ["s =~ /b\\z/", "s = \"ab\\n\""], ["s =~ /a$/", "s = \"a\\nb\""], ["s =~ /^c/", "s = \"a\\nc\""], ["s =~ /a$/", "s = \"a\\r\\n\""], ["s =~ /^b/", "s = \"a\\n\""], ["s =~ /(a|b)\\Z/", "s = \"ab\\n\""],
  ].map { |source, setup| [source, setup, "^ and $ are line anchors"] }
  undecided = { error: "pattern", rule: "what cannot be decided without guessing fails" }
  check("s =~ /^$/", "s = \"a\\n\"", **undecided)
  check("s =~ /\\bb/", "s = 'é b'", **undecided)
  check("s =~ /ss/i", "s = 'ß'", **undecided)
  check("s =~ /k/i", "s = \"\\u212a\"", **undecided)
  check("x =~ /b/", "x = 5", error: "no_attribute", rule: "Object#=~ is gone from 3.2 on")
  check("x =~ /b/", "x = Cart.new", **CODE)
  check("/b/ === x", "x = Cart.new", **CODE)
end

def symbols
  group "symbol"
  each_case [
    ["x == :paid", "x = :paid"], ["x == :paid", "x = 'paid'"], ["x == 'paid'", "x = :paid"], ["x != :paid", "x = nil"], ["%i[open paid].include?(x)", "x = :paid"], ["[:open, :paid].include?(x)", "x = 'paid'"], ["x.size", "x = :été"], ["x.length > 1", "x = :a"], ["x.empty?", "x = :''"],
    ["x.start_with?('pa')", "x = :paid"], ["x.end_with?('d')", "x = :paid"], ["x.is_a?(Symbol)", "x = :paid"], ["x", "x = :'two words'"], ["x == :'two words'", "x = :'two words'"], ["h[:a]", "h = {a: 1}"], ["h['a']", "h = {a: 1}"], ["h[:a]", "h = {'a' => 1}"], ["x && :a"], ["x ? :a : :b", "x = nil"], ["x.equal?(:a)", "x = :a"],
    ["x.nil?", "x = :a"], ["x.key?(:a)", "x = :a"], ["x == :password", "x = :password"], ["!x", "x = :a"], ["x <=> :b", "x = :a"], ["x.include?('a')", "x = :a"], ["x.first", "x = :a"],
  ].reject { |source, setup| source == "x && :a" && setup.nil? }.map { |source, setup| [source, setup, "symbols"] }
  check("x.upcase", "x = :a", **UNTOLD)
  check("x[0]", "x = :ab", **UNTOLD)
  check("x[0, 1]", "x = :ab", **UNTOLD)
  check("x[0..1]", "x = 5", **UNTOLD)
  check("x.to_s == 'a'", "x = :a", **UNTOLD)
  check("x.to_proc", "x = :a", **UNTOLD)
end

def ranges
  group "range"
  each_case [
    ["(1..5).include?(x)", "x = 5"], ["(1...5).include?(x)", "x = 5"], ["(1..5).include?(x)", "x = 2.5"], ["(1..5).cover?(x)", "x = 6"], ["(1..).include?(x)", "x = 100"], ["(..5).include?(x)", "x = 5"], ["(1.5..2).include?(x)", "x = 1.6"], ["(1..5).include?(x)", "x = 'a'"], ["(1..5).include?(x)", "x = nil"],
    ["('a'..'e').include?(x)", "x = 'c'"], ["('a'..'e').include?(x)", "x = 'cc'"], ["('a'..'e').include?(x)", "x = ''"], ["('a'..'e').cover?(x)", "x = 'cc'"], ["(a..b).include?(x)", "a = 1; b = 9; x = 5"], ["(a..b).include?(x)", "a = 1; b = 'x'; x = 5"], ["(a..b) === x", "a = nil; b = 3; x = 2"],
    ["r.include?(3)", "r = (1..5)"], ["r.include?(5)", "r = (1...5)"], ["r === 3", "r = (1..5)"], ["r.cover?(2.5)", "r = (1..5)"], ["r.member?(9)", "r = (1..)"], ["r.include?('c')", "r = ('a'..'e')"], ["r.first", "r = (2..5)"], ["r.last", "r = (2..5)"], ["r.last", "r = (2...5)"], ["r.size", "r = (2..5)"], ["r.size", "r = (2...5)"], ["r.size", "r = (5..2)"], ["r.count", "r = (1..3)"],
    ["r.min", "r = (2..5)"], ["r.max", "r = (2..5)"], ["r.sum", "r = (1..4)"], ["r.any? { |x| x > 4 }", "r = (1..5)"], ["r.all? { |x| x > 4 }", "r = (1..5)"], ["r.find { |x| x > 2 }", "r = (1..5)"], ["r.any? { |i| a[i] == 3 }", "r = (0...3); a = [1, 2, 3]"], ["r.first", "r = (..5)"], ["r.last", "r = (1..)"], ["r == q", "r = (1..2); q = (1..2)"],
    ["r", "r = (1...3)"], ["r.nil?", "r = (1..2)"], ["r.is_a?(Range)", "r = (1..2)"], ["r.any? { |x| x > 1 }", "r = (1.0..2.0)"], ["r.length", "r = (1..2)"], ["r.empty?", "r = (1..2)"], ["r.select { |x| x.even? }.size", "r = (1..9)"], ["r.sum { |x| x * 2 }", "r = (1..3)"], ["r.none?", "r = (1...1)"], ["(1..x) === y", "x = 2; y = 2"], ["(x + 1..9) === y", "x = 2; y = 2"],
    ["r.include?(x)", "r = (BigDecimal('1')..BigDecimal('3')); x = 2"],
  ].map { |source, setup| [source, setup, "ranges"] }
  check("('a'..'zz').include?(x)", "x = 'b'", error: "unreadable", rule: "a range of strings is not counted through")
  check("r.size", "r = ('a'..'e')", error: "unreadable", rule: "a range of strings is not counted through")
  check("r.any? { |x| x == 'b' }", "r = ('a'..'e')", error: "unreadable", rule: "a range of strings is not counted through")
  check("r.any? { |x| x < 0 }", "r = (1..)", error: "out_of_fuel", rule: "an evaluation takes a bounded number of steps")
  check("r.step", "r = (1..3)", **UNTOLD)
end

def arrays
  group "array"
  each_case [
    ["a[0]", "a = [1, 2]"], ["a[-1]", "a = [1, 2]", "a[-1]"], ["a[5]", "a = [1]", "out of range"], ["a[-5]", "a = [1]", "out of range"], ["a[1.9]", "a = [1, 2, 3]"], ["a[nil]", "a = [1]"], ["a['0']", "a = [1]"], ["a[0][1]", "a = [[1, 2]]"], ["a[0][1]", "a = []", "attribute of null"], ["a[i]", "a = [1, 2]; i = 1"], ["a[true]", "a = [1]"],
    ["a.size", "a = [1, 2]"], ["a.length == 0", "a = []"], ["a.count", "a = [1, nil]"], ["a.empty?", "a = []"], ["a.empty?", "a = [nil]"], ["a.first", "a = [1, 2]"], ["a.first", "a = []"], ["a.last", "a = [1, 2]"], ["a.last", "a = []"], ["a.min", "a = [3, 1, 2]"], ["a.max", "a = [3, 1.5, 2]"], ["a.min", "a = []"], ["a.max", "a = ['b', 'a']"], ["a.min", "a = [1, 'a']"], ["a.max", "a = [1, nil]"],
    ["a.max", "a = [nil]"], ["a.max", "a = [:a, :b]"], ["a.max", "a = [1, 1.0]"], ["a.min", "a = [1.0, 1]"], ["a.min", "a = [[2], [1, 9]]"], ["a.sum", "a = [1, 2, 3]"], ["a.sum", "a = [0.1] * 10"], ["a.sum", "a = [1, 0.1, 2]"], ["a.sum", "a = [3, 0.1, 0.2]"], ["a.sum", "a = [1e308, 1e308, -1e308]"], ["a.sum", "a = [1e100, 1.0, -1e100]"], ["a.sum", "a = []"], ["a.sum", "a = ['a']"], ["a.sum", "a = [nil]"], ["a.sum", "a = [1, Float::NAN]"],
    ["a.sum", "a = [Float::INFINITY, -Float::INFINITY]"], ["a.sum > 5", "a = [1, 5]"], ["a.include?(2)", "a = [1, 2]", "membership"], ["a.include?(2.0)", "a = [1, 2]", "membership"], ["a.include?('2')", "a = [1, 2]", "membership"], ["a.include?(nil)", "a = [1, nil]"], ["a.include?(x)", "x = Cart.new; a = [x]"], ["a.include?(x)", "x = Cart.new; a = [Cart.new]"], ["a.include?(:a)", "a = [:a]"], ["a.member?(1)", "a = [1]"],
    ["[1, 2].include?(x)", "x = 2", "membership"], ["[1, 2].include?(x)", "x = 2.0"], ["[1, 2].include?(x)", "x = '2'"], ["['a', nil].include?(x)", "x = nil"], ["![1, 2].include?(x)", "x = 3"], ["[].include?(x)", "x = 1"], ["[x, y].include?(3)", "x = 1; y = 3"], ["[1, x.total].include?(1)", "x = nil"], ["[x, y].include?(z) ? 1 : 2", "x = 1; y = 2; z = 2"], ["[1, x].include?(y + 1)", "x = 2; y = 1"], ["[true, 'a', 1.5, :b].include?(x)", "x = :b"], ["![x, y].include?(3) || [x + 1].include?(2)", "x = 1; y = 3"],
    ["%w[open paid].include?(x)", "x = 'paid'"], ["%w(a b).include? x", "x = 'c'"], ["%i[a b].include?(x)", "x = :b"], ["[a, b].max", "a = 1; b = 2"], ["[a, b, 0].min", "a = 1; b = 2"], ["[a, b].max > 1", "a = 1; b = nil"], ["[a].max", "a = 1"], ["[a + 1, b].min", "a = 1; b = 5"], ["a", "a = [1, 'x', nil, :b]"], ["a == b", "a = [1]; b = [1]"], ["a.is_a?(Array)", "a = []"], ["a.nil?", "a = []"], ["a.include?(1)", "a = Pile.new([1])"], ["a.size", "a = Pile.new([1])"], ["a[0]", "a = Pile.new([1])"],
    ["a.any?", "a = Pile.new([1])"], ["a.size", "a = Stack.new([1])"], ["a.fetch(0)", "a = [1]"], ["a.fetch(5)", "a = [1]"], ["a.fetch(5, 7)", "a = [1]"], ["a.fetch(-1)", "a = [1]"], ["a.fetch(-2)", "a = [1]"], ["a.dig(0, 1)", "a = [[1, 2]]"], ["a.dig(5, 1)", "a = [[1]]"], ["a.dig(0, 1)", "a = [5]"], ["a&.first", "a = nil"], ["a&.first", "a = [1]"], ["a.first.total", "a = []"], ["a.first&.total", "a = []"], ["a.key?(1)", "a = [1]"],
    ["a.keys.size", "a = 5"], ["a.even?", "a = [1]"], ["a.upcase", "a = []"], ["a.start_with?('a')", "a = []"], ["a.zero?", "a = []"],
  ]
  check("a.include?(1)", "a = Stack.new([1])", **CODE)
  check("a.max", "a = [1.0, Float::NAN]", error: "domain", rule: "versions of Ruby differ about NaN")
  check("a.max", "a = [Cart.new(1), Cart.new(2)]", **CODE)
  check("a.sum", "a = [Money.new(1)]", **CODE)
  check("a.sum", "a = [2**62, 2**62]", error: "overflow", rule: "arithmetic beyond 64 bits is an error")
  check("a[1..]", "a = [1, 2]", error: "types", rule: "another array is no value here")
  check("a[0, 1]", "a = [1, 2]", error: "types", rule: "another array is no value here")
  check("a[r]", "a = [1, 2]; r = (0..1)", error: "types", rule: "another array is no value here")
  check("a.reverse", "a = [1]", **UNTOLD)
  check("a.name", "a = [1]", **UNTOLD)
end

def blocks
  group "block"
  row = "membership"
  each_case [
    ["a.any? { |x| x > 2 }", "a = [1, 3]"], ["a.any? { |x| x > 5 }", "a = [1, 3]"], ["a.any? { |x| x }", "a = []"], ["!a.any? { |x| x > 5 }", "a = [1]"], ["a.all? { |x| x > 0 }", "a = [1, 3]"], ["a.all? { |x| x > 1 }", "a = [1, 3]"], ["a.all? { |x| x }", "a = []"], ["a.none? { |x| x > 5 }", "a = [1]"], ["a.none? { |x| x > 0 }", "a = [1]"], ["!a.none? { |x| x > 0 }", "a = [1]"],
    ["a.any?", "a = [nil, false]"], ["a.any?", "a = [nil, 1]"], ["a.all?", "a = [1, nil]"], ["a.all?", "a = []"], ["a.none?", "a = [nil]"], ["a.none?", "a = [1]"], ["a.any?(Integer)", "a = ['a', 1]"], ["a.all?(1..3)", "a = [1, 3]"], ["a.none?(/b/)", "a = ['abc']"], ["a.any?(nil)", "a = [nil]"], ["a.any?(:x)", "a = [:x]"],
    ["a.any?(&:zero?)", "a = [1, 0]"], ["a.all?(&:empty?)", "a = ['', []]"], ["a.any?(&:total)", "a = [Cart.new(nil), Cart.new(1)]"], ["a.any? { _1 > 2 }", "a = [3]"], ["a.any? { |i| i.total > 10 }", "a = [Cart.new(5), Cart.new(15)]"], ["a.any? { |x| x.total > 1 }", "a = [nil]"],
    ["a.find { |x| x > 1 }", "a = [1, 2, 3]"], ["a.find { |x| x > 5 }", "a = [1]"], ["a.detect { |x| x > 1 }", "a = [1, 2]"], ["a.find { |x| x.total == 2 }.total", "a = [Cart.new(1), Cart.new(2)]"], ["a.find { |x| x > 9 }&.total", "a = [1]"], ["a.find { |x| x > 9 }.total", "a = [1]"], ["a.select { |x| x > 1 }.size", "a = [1, 2, 3]"], ["a.filter { |x| x > 1 }.length", "a = [1, 2]"], ["a.reject { |x| x > 1 }.size", "a = [1, 2, 3]"],
    ["a.select { |x| x > 1 }.first", "a = [1, 2, 3]"], ["a.select { |x| x > 9 }.first", "a = [1]"], ["a.select { |x| x > 1 }.empty?", "a = [1]"], ["a.select { |x| x > 1 }.any?", "a = [1, 2]"], ["a.reject(&:nil?).count", "a = [1, nil]"], ["a.select { |x| x > 1 }.any? { |x| x > 2 }", "a = [1, 2, 3]"], ["a.select { |x| x > 1 }.all? { |y| y > 1 }", "a = [1, 2]"], ["a.select { |x| x > 1 }.include?(1)", "a = [1, 2]"],
    ["a.map { |x| x * 2 }.include?(4)", "a = [1, 2]"], ["a.map { |x| x * 2 }.sum", "a = [1, 2]"], ["a.map(&:total).max", "a = [Cart.new(1), Cart.new(5)]"], ["a.map(&:total).min", "a = [Cart.new(4), Cart.new(2)]"], ["a.collect { |x| x + 1 }.first", "a = [1]"], ["a.map { |x| x + 1 }.map { |y| y * 2 }.include?(6)", "a = [1, 2]"], ["a.map(&:size).sum", "a = ['a', 'bc']"], ["a.map { |x| x > 1 ? 'big' : 'small' }.include?('big')", "a = [2]"],
    ["a.count { |x| x > 1 }", "a = [1, 2, 3]"], ["a.count(&:nil?)", "a = [1, nil]"], ["a.sum { |x| x * 2 }", "a = [1, 2]"], ["a.sum(&:total) > 5", "a = [Cart.new(1), Cart.new(5)]"], ["a.sum { |x| x / 2.0 }", "a = [1, 2]"], ["a.sum(&:nil?)", "a = [1]"], ["a.select { |x| x.total.nil? }.size", "a = [Cart.new(nil), Cart.new(1)]"], ["a.any? { |x| b.include?(x) }", "a = [1, 2]; b = [2]"],
    ["a.any? { |x| x.any? { |y| y > x.size } }", "a = [[1], [5, 6]]"], ["a.select { |x| x.total > 1 }.any?", "a = [Cart.new(5), nil]"], ["a.any? { |x| x.total > 1 }", "a = [Cart.new(5), nil]"], ["a.map { |x| x.total }.include?(1)", "a = [Cart.new(1), nil]"], ["a&.any? { |x| x > 0 }", "a = nil"], ["a&.any? { |x| x > 0 }", "a = [1]"], ["a&.count { |x| x > 0 }", "a = nil"],
    ["a.any? { |x| x }", "a = nil"], ["a.any? { |x| x }", "a = 5"], ["a.map { |x| x }.size", "a = 'abc'"], ["a.select(&:even?).size", "a = nil"], ["a.find { |x| x + 'b' == 'ab' } + 'c'", "a = ['a']"], ["a.map { |x| x + '!' }.find { |x| x == 'b!' }", "a = ['a', 'b']"], ["a.any? { |x| x == nil || x == 1 }", "a = [nil]"], ["a.all? { |x| [1, 2].include?(x) }", "a = [1, 2]"], ["a.any? { |x| %w[a b].include? x }", "a = ['b']"],
    ["a.any? { |x, y| y == 2 }", "a = [[1, 2]]"], ["a.any? { |x, y| y.nil? }", "a = [1]"], ["a.any? { |x, y| x == 1 && y.nil? }", "a = [[1]]"], ["a.any? { |x, y, z| z == 3 }", "a = [[1, 2, 3, 4]]"], ["a.find { |x| x.any? { |y| y > 2 } }", "a = [[1], [3]]"], ["a.select { |x, y| y > 1 }.size", "a = [[1, 2], [3, 0]]"], ["a.sum { |x, y| y }", "a = [[1, 2], [3, 4]]"], ["a.map { |x, y| x + y }.max", "a = [[1, 2], [3, 4]]"],
    ["s.any? { |x| x > 1 }", "s = Set[1, 2]"], ["s.include?(2)", "s = Set[1, 2]", row], ["s.include?(2.0)", "s = Set[1, 2]", row], ["s === 1", "s = Set[1]"], ["s.size", "s = Set[1, 2]"], ["s.empty?", "s = Set[]"], ["s.first", "s = Set[1, 2]"], ["s.sum", "s = Set[1, 2]"], ["s.max", "s = Set[1, 2]"], ["s.member?(1)", "s = Set[1]"], ["s.count", "s = Set[1]"], ["s.last", "s = Set[1]"], ["s.select { |x| x > 1 }.size", "s = Set[1, 2]"], ["s", "s = Set[1]"], ["s == t", "s = Set[[1]]; t = Set[[1]]"],
    ["a.any? { |x| x.is_a?(Cart) && x.total }", "a = [1, Cart.new(2)]"], ["a.all? { |x| x.between?(1, 5) }", "a = [1, 5]"], ["a.none? { |x| x.nil? } && a.size > 1", "a = [1, 2]"], ["a.sum { |x| x.total * x.size }", "a = [Cart.new(2, size: 3)]"], ["a.first.items.any? { |i| i == 2 }", "a = [Cart.new(1, items: [1, 2])]"],
    ["a.map { |x| x.items.size }.sum", "a = [Cart.new(1, items: [1, 2])]"], ["a.select(&:total).map(&:total).sum", "a = [Cart.new(1), Cart.new(nil), Cart.new(4)]"], ["a.count { |x| x > 1 } + a.count { |x| x < 1 }", "a = [0, 2, 3]"], ["a.any? { |a| a == 1 }", "a = [1]"],
  ]
  check("a.any? { |password| password == 1 }", "a = [1]", refused: "is redacted")
  check("a.any? { |x| x > 1 }", "a = Cart.new(1)", **CODE)
  check("a.any? { |x, y| x }", "a = [Ghost.new]", vars: { a: { list: [{ object: { type: "Ghost", fields: {}, overrides: %w[method_missing to_ary] } }] } }, **CODE)
  check("a.any?(&:paid?)", "a = [Cart.new(1)]", **CODE)
  check("a.map(&:upcase).max", "a = ['a', 'b']", error: "too_long", rule: "a computed string is not kept beyond its element")
end

def hashes
  group "hash"
  each_case [
    ["h[:a]", "h = {a: 1}"], ["h['a']", "h = {'a' => 1}"], ["h[1]", "h = {1 => 2}"], ["h[1.0]", "h = {1 => 2}"], ["h[:x]", "h = {a: 1}", "missing key"], ["h[:x].nil?", "h = {}", "missing key"], ["h[nil]", "h = {nil => 1}"], ["h[k]", "h = {[1] => 2}; k = [1]"], ["h[k]", "h = {a: 1}; k = :a"], ["h[:a][:b]", "h = {a: {b: 5}}"], ["h[:a][:b]", "h = {}", "attribute of null"],
    ["h[:x]", "h = Hash.new(7)", "a default value applies"], ["h[:x] + 1", "h = Hash.new(0)", "a default value applies"], ["h[:a]", "h = Hash.new(7); h[:a] = 1"], ["h[:a]", "h = Hash.new { |_, k| Runs.code(k) }; h[:a] = 1"], ["h.fetch(:a)", "h = {a: 1}"], ["h.fetch(:x)", "h = {a: 1}"], ["h.fetch(:x, 5)", "h = {}"], ["h.fetch(:x)", "h = Hash.new(7)"], ["h.fetch(:x, 5)", "h = Hash.new(7)"], ["h.dig(:a, :b)", "h = {a: {b: 5}}"], ["h.dig(:x, :b)", "h = {a: 1}"],
    ["h.dig(:a, 0, :b)", "h = {a: [{b: 5}]}"], ["h.dig(:a, :b)", "h = {a: 5}"], ["h.dig(:a)", "h = nil"], ["h.dig(:x)", "h = Hash.new(7)"], ["h.key?(:a)", "h = {a: nil}"], ["h.key?('a')", "h = {a: 1}"], ["h.has_key?(:a)", "h = {a: 1}"], ["h.include?(:a)", "h = {a: 1}", "membership"], ["h.member?(:b)", "h = {a: 1}"], ["h.key?(:x)", "h = Hash.new(7)"], ["h.value?(1)", "h = {a: 1}"], ["h.has_value?(2)", "h = {a: 1}"], ["h.value?(1.0)", "h = {a: 1}"], ["h.size", "h = {a: 1}"], ["h.length", "h = {}"], ["h.count", "h = {a: 1}"], ["h.empty?", "h = {}"],
    ["h.keys.size", "h = {a: 1, b: 2}"], ["h.keys.include?(:a)", "h = {a: 1}"], ["h.keys.first", "h = {a: 1}"], ["h.values.sum", "h = {a: 1, b: 2}"], ["h.values.include?(2)", "h = {a: 1, b: 2}"], ["h.values.max", "h = {a: 1, b: 2}"], ["h.values.any? { |v| v > 1 }", "h = {a: 1, b: 2}"], ["h.keys.all? { |k| k.start_with?('a') }", "h = {ab: 1, ac: 2}"], ["h.values.select { |v| v > 1 }.size", "h = {a: 1, b: 2}"], ["h.values.map { |v| v * 2 }.sum", "h = {a: 1, b: 2}"], ["h.values.first", "h = {}"], ["h.values.empty?", "h = {}"],
    ["h.any? { |k, v| v > 1 }", "h = {a: 1, b: 2}"], ["h.all? { |k, v| v > 1 }", "h = {a: 1, b: 2}"], ["h.none? { |k, v| k == :c }", "h = {a: 1}"], ["h.any?", "h = {a: nil}"], ["h.any?", "h = {}"], ["h.none?", "h = {}"], ["h.count { |k, v| v > 1 }", "h = {a: 1, b: 2}"], ["h.sum { |k, v| v }", "h = {a: 1, b: 2}"], ["h.select { |k, v| v > 1 }.size", "h = {a: 1, b: 2}"], ["h.reject { |k, v| v > 1 }.empty?", "h = {a: 1}"], ["h.map { |k, v| v }.max", "h = {a: 1, b: 2}"], ["h.select { |k, v| v > 1 }.any?", "h = {a: 1}"],
    ["h.map { |k, v| k }.include?(:a)", "h = {a: 1}"], ["h.any? { |k, v, x| x.nil? }", "h = {a: 1}"], ["h", "h = {a: 1, 'b' => [2]}"], ["h == g", "h = {a: 1}; g = {a: 1}"], ["h.is_a?(Hash)", "h = {}"], ["h.nil?", "h = {}"], ["h[:a]", "h = Options[{a: 1}]"], ["h.key?(:a)", "h = Options[{a: 1}]"], ["h.size", "h = Params[{a: 1}]"], ["h&.fetch(:a, 1)", "h = nil"], ["h&.key?(:a)", "h = {a: 1}"], ["h[:a]&.total", "h = {}"], ["h.sum", "h = {}"], ["h.key?(k)", "h = {2**64 => 1}; k = 2**64"], ["h[k]", "h = {1.5 => 2}; k = 1.5"], ["h[k]", "k = Cart; h = {k => 2}"],
    ["h[k]", "k = Cart.new; h = {k => 2}"], ["h[true]", "h = {true => 1, 1 => 2}"], ["h['grüße']", "h = {'grüße' => 1}"], ["h.upcase", "h = {}"], ["h.zero?", "h = {}"],
  ]
  check("h[:x]", "h = Hash.new { |_, k| Runs.code(k) }", **CODE, row: "a default proc")
  check("h.dig(:x)", "h = Hash.new { |_, k| Runs.code(k) }", **CODE)
  check("h[:a]", "h = Params[{a: 1}]", **CODE)
  check("h[:a]", "h = {a: 1}.compare_by_identity", error: "unreadable", rule: "a Hash that compares by identity is not looked up")
  check("h[k]", "k = Money.new(1); h = {Money.new(1) => 2}", **CODE)
  check("h.first", "h = {a: 1}", error: "unreadable", rule: "a pair of a key and a value is no value here")
  check("h.any? { |pair| pair }", "h = {a: 1}", error: "unreadable", rule: "a pair of a key and a value is no value here")
  check("h.find { |k, v| v > 1 }", "h = {a: 2}", refused: "a block has up to four plain parameters")
  check("h.max", "h = {a: 1}", error: "unreadable", rule: "a pair of a key and a value is no value here")
  check("h.name", "h = {name: 1}", **UNTOLD)
  check("h.to_a", "h = {}", **UNTOLD)
end

def objects
  group "object"
  each_case [
    ["c.total", "c = Cart.new(5)", "attr_reader"], ["c.total > 1", "c = Cart.new(5)", "attr_reader"], ["c.owner.total", "c = Cart.new(1, owner: Cart.new(2))"], ["c.owner.total", "c = Cart.new(1)", "attribute of null"], ["c&.total", "c = nil", "safe access"], ["c&.owner&.total", "c = Cart.new(1)", "safe access"], ["c&.total", "c = Cart.new(5)", "safe access"], ["c&.owner.total", "c = nil", "safe access"],
    ["c&.total + 1", "c = nil", "safe access"], ["c&.nil?", "c = nil", "safe access"], ["c&.total.nil?", "c = nil", "safe access"], ["(c&.total || 0) > 1", "c = nil"], ["c&.items&.first&.total", "c = Cart.new(1, items: [])"], ["c.total == 5 && c.state == :open", "c = Cart.new(5, state: :open)"], ["c.total()", "c = Cart.new(5)"], ["c.items.size", "c = Cart.new(1, items: [1, 2])"],
    ["c.size", "c = Cart.new(1, size: 9)"], ["c.nope", "c = Cart.new(1)", "attribute absent"], ["c.total.nope", "c = Cart.new(nil)", "attribute of null"], ["c.is_a?(Cart)", "c = Basket.new"], ["c.is_a?(Basket)", "c = Cart.new"], ["c.kind_of?(Cart)", "c = Cart.new"], ["c.instance_of?(Cart)", "c = Basket.new"], ["c.instance_of?(Cart)", "c = Cart.new"], ["x.instance_of?(Integer)", "x = 5"], ["x.instance_of?(Numeric)", "x = 5"],
    ["x.is_a?(Integer)", "x = 5"], ["x.is_a?(Float)", "x = 5"], ["x.is_a?(NilClass)", "x = nil"], ["x.is_a?(Comparable)", "x = 'a'"], ["x.is_a?(Kernel)", "x = 5"], ["x.is_a?(Class)", "x = Cart"], ["x.is_a?(Module)", "x = Cart"], ["x.is_a?(Proc)", "x = -> {}"], ["x.is_a?(5)", "x = 5"], ["x.is_a?(nil)", "x = 5"], ["x.is_a?('String')", "x = 5"], ["x.is_a?(c)", "x = 5; c = Integer"], ["x.is_a?(Array) && x.size > 1", "x = [1, 2]"],
    ["x.nil?", "x = nil", "nil?"], ["x.nil?", "x = false", "nil?"], ["x.nil?", "x = Cart.new", "nil?"], ["!x.nil?", "x = 0", "nil?"], ["x.nil? ? 1 : 2", "x = []", "nil?"], ["x.nil? == true", "x = nil", "nil?"], ["x.total.nil?", "x = Cart.new", "nil?"], ["x.nil?", "x = Money.new(1)", "nil?"], ["x.nil?", "x = Cart", "nil?"], ["x.nil?", "x = -> {}", "nil?"], ["x.nil?", "x = Label.new('a')", "nil?"], ["p.x", "p = Point.new(1, 2)"], ["p.x + p.y", "p = Point.new(1, 2)"], ["p[:y]", "p = Point.new(1, 2)"],
    ["p[0]", "p = Point.new(1, 2)"], ["p.nil?", "p = Point.new(1, 2)"], ["p.z", "p = Point.new(1, 2)"], ["Cart.limit", "", "attr_reader"], ["Cart.limit > 2", ""], ["Cart.nope", ""], ["Cart == Cart", ""], ["Cart.nil?", ""], ["x == Cart", "x = Cart"], ["x", "x = Cart.new(1)"], ["x", "x = -> {}"], ["x", "x = Pile.new([1])"], ["m.cents", "m = Money.new(5)"], ["m.cents > 1", "m = Money.new(5)"], ["l.size", "l = Label.new('abc')"], ["l == 'abc'", "l = Label.new('abc')"],
    ["c.total", "c = Basket.new(7)"], ["x.is_a?(Shop)", "x = 1"], ["c.tags.include?('a')", "c = Cart.new(1, tags: ['a'])"], ["c.tags&.include?('a')", "c = Cart.new(1)"], ["c.items[0].total", "c = Cart.new(1, items: [Cart.new(3)])"], ["c.items[-1]&.total", "c = Cart.new(1, items: [])"], ["b > 1", "b = BigDecimal('1.5')"],
  ]
  check("l.size", "l = Loud.new('abc')")
  check("self.tax > 1", self: Cart.new(1), **CODE)
end

def reading
  group "reading"
  check("c.total", "c = Cart.new(5)", row: "reading: there")
  check("c.nope", "c = Cart.new(5)", row: "reading: absent")
  check("c.tax", "c = Cart.new(5)", **CODE)
  check("c.paid?", "c = Cart.new(5)", **CODE)
  check("c.empty?", "c = Cart.new(5, items: [])", **CODE)
  check("c.tax > 1 || c.total", "c = Cart.new(5)", **CODE)
  check("c.total > 1 || c.tax", "c = Cart.new(5)")
  check("g.anything", "g = Ghost.new", **CODE)
  check("g.nil?", "g = Ghost.new")
  check("n.nil?", "n = Nobody.new", **CODE)
  check("!n.nil?", "n = Nobody.new", **CODE)
  check("a[0].nil?", "a = [Nobody.new]", **CODE)
  check("Cart.best", **CODE)
  check("f.call", "f = -> { Runs.code(1) }", **UNTOLD)
  check("f[1]", "f = ->(x) { Runs.code(x) }", **CODE)
  check("c[:a]", "c = Cart.new(5)", **CODE)
  check("c.include?(1)", "c = Cart.new(5)", **CODE)
  check("c.key?(1)", "c = Cart.new(5)", **CODE)
  check("c.first", "c = Cart.new(5)", error: "no_attribute", rule: "nothing of the application answers it")
  check("c.abs", "c = Cart.new(5)", error: "no_attribute", rule: "nothing of the application answers it")
  check("c.even?", "c = Cart.new(5)", error: "no_attribute", rule: "nothing of the application answers it")
  check("c.start_with?('a')", "c = Cart.new(5)", **CODE)
  check("c.between?(1, 2)", "c = Cart.new(5)", **CODE)
  check("c.fetch(1)", "c = Cart.new(5)", **CODE)
  check("c.dig(1)", "c = Cart.new(5)", **CODE)
  check("c.cover?(1)", "c = Cart.new(5)", **CODE)
  check("c.value?(1)", "c = Cart.new(5)", **CODE)
  check("c.match?(/a/)", "c = Cart.new(5)", **CODE)
  check("c.upcase", "c = Cart.new(5)", error: "no_attribute", rule: "nothing of the application answers it")
  check("r.cover?(1)", "r = 5")
  check("r.cover?(1)", "r = nil")
  check("x.value?(1)", "x = nil")
  check("x.fetch(1)", "x = nil")
  check("x.fetch(1)", "x = 5")
  check("x.dig(1)", "x = 5")
  check("x.total", "x = 5", **UNTOLD)
  check("x.foo", "x = nil", row: "attribute of null")
  check("@cart.total > 1", "@cart = Cart.new(5)", row: "reading: there")
end

def redaction
  group "redaction"
  check("c.password", "c = Cart.new(1)", refused: "is redacted", row: "side door: by name")
  check("@password", "@password = 1", refused: "is redacted", row: "side door: by name")
  check("Shop::API_KEY", vars: { "Shop::API_KEY": { str: "x" } }, refused: "is redacted", row: "side door: by name")
  check("::API_KEY", vars: { "::API_KEY": { str: "x" } }, refused: "is redacted", row: "side door: by name")
  check("l[1]", "l = Login.new('ann', 5)", **HIDDEN)
  check("l[0]", "l = Login.new('ann', 5)")
  check("l[:user]", "l = Login.new('ann', 5)")
  check("l[:password]", "l = Login.new('ann', 5)", refused: "is redacted")
  check("l[-1]", "l = Login.new('ann', 5)", error: "unreadable", rule: "a member is told by its name or its place from the first")
  check("h[:password]", "h = {password: 1}", refused: "is redacted", row: "side door: by a constant key")
  check("h['password']", "h = {'password' => 1}", refused: "is redacted", row: "side door: by a constant key")
  check("h.fetch(:token)", "h = {token: 1}", refused: "is redacted")
  check("h.dig(:a, :token)", "h = {token: 1}", refused: "is redacted")
  check("h.key?(:password)", "h = {}", refused: "is redacted", row: "side door: key?")
  check("h.keys.include?(:password)", "h = {}", refused: "is redacted")
  check("h[k]", "h = {password: 1}; k = :password", **HIDDEN, row: ["side door: by a dynamic key", "reading: redacted"])
  check("h[k]", "h = {'password' => 1}; k = 'password'", **HIDDEN, row: "side door: by a dynamic key")
  check("h.fetch(k)", "h = {password: 1}; k = :password", **HIDDEN)
  check("h.dig(k)", "h = {password: 1}; k = :password", **HIDDEN)
  check("h.key?(k)", "h = {password: 1}; k = :password", **HIDDEN, row: "side door: key?")
  check("h.include?(k)", "h = {password: 1}; k = :password", **HIDDEN)
  check("h.keys.include?(k)", "h = {password: 1}; k = :password", **HIDDEN)
  check("h.value?(1)", "h = {password: 1}", **HIDDEN, row: "side door: any? over values")
  check("h.values.include?(1)", "h = {password: 1}", **HIDDEN, row: "side door: any? over values")
  check("h.values.any? { |v| v == 1 }", "h = {password: 1}", **HIDDEN, row: "side door: any? over values")
  check("h.any? { |k, v| v == 1 }", "h = {password: 1}", **HIDDEN, row: "side door: any? over values")
  check("h == g", "h = {password: 1}; g = {password: 2}", **HIDDEN, row: "side door: equality of containers")
  check("a[1]", "a = [:password, 1]", **HIDDEN)
  check("a.last", "a = ['token', 1]", **HIDDEN)
  check("p[k]", "p = Point.new(1, 2); k = :password", **HIDDEN)
  check("x == 'password'", "x = 'password'")
  check("x == :password", "x = :password")
  check("[:password].include?(x)", "x = :password")
  check("h[:compass]", "h = {compass: 1}")
end
