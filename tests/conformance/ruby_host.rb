# Computes what Ruby's conditions mean, by asking the Ruby that runs this.
#
# Knows how a case is written (README.md beside this file), and no case. Invariant: a case without a rule
# has what Ruby computed, and one with a rule says why it cannot.

require "json"
require "set"
require "bigdecimal"

# What every case can name. Methods that a condition must not run count in `Runs.count`.
module Runs
  @count = 0
  class << self
    attr_accessor :count
  end

  def self.code(value)
    Runs.count += 1
    value
  end
end

class Cart
  @limit = 3
  class << self
    attr_reader :limit

    def best
      Runs.code(1)
    end
  end
  STATES = %w[open paid].freeze
  attr_reader :total, :items, :owner, :state, :tags, :size, :password

  def initialize(total = nil, **fields)
    @total = total
    fields.each { |name, value| instance_variable_set("@#{name}", value) }
  end

  def tax
    Runs.code(total * 0.19)
  end

  def empty?
    Runs.code(items.empty?)
  end

  def paid?
    Runs.code(true)
  end
end

class Basket < Cart; end

module Shop
  LIMIT = 100
  module Deep
    NAME = "deep"
  end
  class Order < Cart
    STATUS = :open
  end
end

class Money
  attr_reader :cents

  def initialize(cents)
    @cents = cents
  end

  def ==(other)
    Runs.code(other.is_a?(Money) && cents == other.cents)
  end

  def <=>(other)
    Runs.code(cents <=> other.cents)
  end

  def eql?(other)
    Runs.code(self == other)
  end

  def coerce(other)
    Runs.code([other, cents])
  end

  def +(other)
    Runs.code(cents + other)
  end
end

class Ghost
  def method_missing(name, *)
    Runs.code(name)
  end

  def respond_to_missing?(*)
    true
  end
end

class Nobody
  def nil?
    Runs.code(true)
  end
end

class Stack < Array
  def include?(*)
    Runs.code(true)
  end
end

class Pile < Array; end
class Label < String; end

class Loud < String
  def ==(other)
    Runs.code(other)
  end
end

class Params < Hash
  def [](key)
    Runs.code(key)
  end
end

class Options < Hash; end
Point = Struct.new(:x, :y)
Login = Struct.new(:user, :password)

class Counter
  @@count = 7
  def frame
    binding
  end
end

class Object
  private

  def frame_of_a_case
    binding
  end
end

# The readers of the classes above.
READERS = {
  "Cart" => %i[total items owner state tags size password], "Money" => %i[cents], "Point" => %i[x y], "Login" => %i[user password],
  "Class" => %i[limit]
}.freeze
CORE = %w[Object BasicObject Kernel Comparable Enumerable Numeric Integer Float String Symbol NilClass TrueClass
          FalseClass Array Hash Set Range Proc Class Module].freeze

CASES = []
@group = ""

def group(name)
  @group = name
end

# A case. `setup` are the variables and fields at the probed line (`x = 5`); `ruby` is what Ruby is asked
# instead of `source`; with `error`, `refused` or `value` it is not asked.
def check(source, setup = "", **options)
  name = "#{@group}: #{source.size > 200 ? "#{source[0, 60]}…" : source}"
  same = CASES.count { |entry| entry[:name].split(" #")[0] == name }
  CASES << { name: same.zero? ? name : "#{name} ##{same + 1}", source: source, setup: setup, **options }
end

# Cases that differ in nothing else: `[source, setup, row]`.
def each_case(cases, **options)
  cases.each { |source, setup, row| check(source, setup || "", **options, **(row ? { row: row } : {})) }
end

# A float as the core's harness prints it.
def digits(value)
  return "nan" if value.nan?
  return value.positive? ? "inf" : "-inf" if value.infinite?

  return "#{value.to_i}.0" if value.abs.between?(1e15, 1e16.prev_float)

  value.to_s.sub(/\A(-?\d+)\.(\d+)e([+-]\d+)\z/) do
    "#{$1}#{$2 == "0" ? "" : ".#{$2}"}e#{$3.to_i}"
  end
end

def tag_text(text)
  return { times: [{ str: text[0] }, text.size] } if text.size > 1000 && text == text[0] * text.size
  return { bytes: text.bytes } if text.encoding == Encoding::BINARY && !text.ascii_only?
  return { encoded: text.encoding.to_s } unless text.ascii_only? || text.encoding == Encoding::UTF_8

  { str: text.encode("UTF-8") }
end

# Classes of the application among an object's.
def own_classes(value)
  value.class.ancestors.take_while { |one| !CORE.include?(one.name) && one != Struct }
end

def bases(value)
  value.class.ancestors.drop(1).map(&:name).grep_v(/\A(Object|BasicObject|Kernel|JSON::.*|PP::.*)\z/)
end

def readers(value)
  own_classes(value).flat_map { |one| READERS[one.name] || [] }
end

def overrides(value)
  names = own_classes(value).flat_map { |one| one.public_instance_methods(false) } - readers(value)
  names += own_classes(value).select { |one| one.method_defined?(:method_missing, false) }.map { :method_missing }
  names += %i[== eql?] if value.is_a?(Struct)
  (names - %i[respond_to_missing? frame]).uniq.map(&:to_s).reject { |name| name.end_with?("=") && name != "==" }
end

def tag_fields(value, known)
  code = overrides(value)
  whole = { type: value.class.name }
  whole[:fields] = readers(value).uniq.to_h { |name| [name.to_s, tag(value.send(name), known)] }
  calls = code.grep(/\A[a-z]/) - %w[eql? method_missing coerce nil?]
  whole[:needs_code] = calls unless calls.empty?
  whole[:overrides] = code unless code.empty?
  whole[:bases] = bases(value) unless bases(value).empty?
  whole
end

# A value as tagged JSON; objects that `known` has by the variable that holds them.
def tag(value, known = nil)
  case value
  when nil, true, false then return value
  when Integer then return { int: value.to_s }
  when Float then return { float: digits(value) }
  when Symbol then return { symbol: value.to_s }
  when BigDecimal then return { decimal: value.to_s("F") }
  when Time then return { object: { type: "Time" } }
  end
  return { var: known[value.object_id] } if known&.key?(value.object_id)
  return tag_text(value) if value.instance_of?(String)

  plain = tag_collection(value, known)
  return plain if plain && (own_classes(value).empty?)
  return { object: { type: value.class.name } } unless known
  return { subclass: { value: plain, **tag_fields(value, known) } } if plain

  { object: tag_fields(value, known) }
end

def tag_collection(value, known)
  each = ->(items) { items.map { |item| tag(item, known) } }
  case value
  when String then tag_text(String.new(value))
  when Array
    return { times: [{ list: [tag(value[0], known)] }, value.size] } if value.size > 100 && value.uniq.size == 1

    { list: each.(value.to_a) }
  when Hash then tag_hash(value, known)
  when Set then { set: each.(value.to_a) }
  when Range then { span: [tag(value.begin, known), tag(value.end, known), value.exclude_end?] }
  when Class then tag_module(:class, value, known)
  when Module then tag_module(:module, value, known)
  when Proc then { function: "proc" }
  end
end

def tag_hash(value, known)
  whole = { dict: value.to_a.map { |pair| pair.map { |one| tag(one, known) } } }
  return whole unless known

  whole[:default] = tag(value.default, known) unless value.default.nil?
  whole[:default_proc] = true if value.default_proc
  whole[:by_identity] = true if value.compare_by_identity?
  whole
end

def tag_module(kind, value, known)
  return { kind => value.name } unless known

  statics = {}
  value.singleton_methods(false).each do |name|
    statics[name.to_s] = READERS["Class"].include?(name) ? tag(value.send(name), known) : { missing: "needs_code" }
  end
  statics.empty? ? { kind => value.name } : { kind => value.name, statics: statics }
end

# The core's word for an error of Ruby's.
def word(error)
  case error
  when ZeroDivisionError then "zero_division"
  when NoMethodError then error.receiver.nil? ? "of_null" : "no_attribute"
  when NameError then "unset"
  when KeyError then "no_key"
  when IndexError then "no_index"
  when FloatDomainError, RangeError then "domain"
  when ArgumentError, TypeError then "types"
  else raise error
  end
end

# The frame of a case: its variables, and where it is evaluated.
def frame_of(entry)
  receiver = entry[:self] || Object.new
  frame = receiver.is_a?(Counter) ? receiver.frame : receiver.send(:frame_of_a_case)
  frame.eval(entry[:setup])
  frame
end

def variables(entry, frame)
  source = entry[:source]
  names = frame.local_variables.map(&:to_s)
  names += source.scan(/(?<![\w:@])@@?[a-z]\w*/)
  names += ["self"] if entry[:self]
  names += source.scan(/(?<![\w:@"'.])(?:::)?[A-Z]\w*(?:::[A-Z]\w*)*/).reject { |name| CORE.include?(name) || %w[BEGIN END].include?(name) }
  names.uniq.select { |name| names_something?(frame, name) }.to_h { |name| [name, frame.eval(name)] }
end

def names_something?(frame, name)
  return true if name.start_with?("@") && !name.start_with?("@@")

  frame.eval("defined?(#{name})")
end

def tagged_variables(entry, frame)
  known = {}
  vars = variables(entry, frame).to_h do |name, value|
    tagged = tag(value, known)
    known[value.object_id] ||= name unless value.nil? || value == true || value == false ||
                                           [Integer, Float, Symbol, String].include?(value.class)
    [name, tagged]
  end
  vars.merge(entry[:vars] || {})
end

def expected(entry)
  return { refused: entry[:refused] } if entry[:refused]
  return { error: entry[:error] } if entry[:error]

  { value: tag(entry[:value][0]) } if entry.key?(:value)
end

def computed(entry)
  expect = expected(entry)
  needs_rule = expect && !entry[:refused] || entry[:ruby]
  raise "#{entry[:name]} takes a rule" if needs_rule && !entry[:rule]

  frame = frame_of(entry)
  whole = { name: entry[:name], source: entry[:source], vars: tagged_variables(entry, frame) }
  Runs.count = 0
  if expect
    whole[:expect] = expect
    whole[:test] = entry[:value][1] if entry.key?(:value)
  else
    ask(entry, frame, whole)
  end
  raise "#{entry[:name]}: application code ran, which takes a rule" if Runs.count.positive? && !entry[:rule]

  %i[canonical rule].each { |key| whole[key] = entry[key] if entry[key] }
  whole[:rows] = Array(entry[:row]) if entry[:row]
  whole
end

def ask(entry, frame, whole)
  value = frame.eval(entry[:ruby] || entry[:source])
  whole[:expect] = { value: tag(value) }
  whole[:test] = value ? true : false
rescue SyntaxError => e
  raise "#{entry[:name]}: #{e.message}"
rescue StandardError => e
  whole[:expect] = { error: word(e) }
end

# JSON in ASCII, one case a line.
def lines(cases)
  "[\n#{cases.map { |entry| JSON.generate(entry, ascii_only: true, script_safe: false) }.join(",\n")}\n]\n"
end

# Writes the file beside this one; with `--check`, compares it.
def main(sections)
  $VERBOSE = nil
  sections.each { |section| send(section) }
  path = File.join(__dir__, "conditions-ruby.json")
  mistakes = []
  cases = CASES.filter_map do |entry|
    computed(entry)
  rescue StandardError, SyntaxError => e
    mistakes << "#{entry[:name]} (#{entry[:setup]}): #{e.message}"
    nil
  end
  abort(mistakes.join("\n")) unless mistakes.empty?
  text = lines(cases)
  unless ARGV.include?("--check")
    File.write(path, text)
    $stderr.puts "#{cases.size} cases"
    return
  end
  kept = File.read(path).lines
  faults = text.lines.each_with_index.reject { |line, at| line == kept[at] }.map(&:first)
  puts(faults.empty? ? "#{cases.size} cases are as Ruby #{RUBY_VERSION} says" : faults)
  exit(faults.empty? && kept.size == text.lines.size ? 0 : 1)
end
