# frozen_string_literal: true

# Captures of `tests/conformance/captures.json`, taken in real frames of this Ruby.

require "bigdecimal"
require "date"
require "json"
require "pathname"
require_relative "helper"

class TestCaptures < AgentTest
  CASES = JSON.parse(File.read(File.expand_path("../../tests/conformance/captures.json", __dir__)))["cases"]
  # A process takes so many snapshots at once; a new agent begins anew.
  BURST = 20
  # What the vectors call things, and Ruby. A tuple is a list that cannot change.
  NAMES = {
    "list" => "Array", "tuple" => "Array", "dict" => "Hash", "set" => "Set", "frozenset" => "Set", "range" => "Range",
    "complex" => "Complex", "type" => "Class", "function" => "Method", "module" => "Module", "deque" => "Deque",
    "bytearray" => "Bytearray"
  }.freeze
  # What parts of them are called.
  PARTS = {
    "Complex" => { "imag" => "imaginary" }, "Class" => { "__name__" => "name" }, "Method" => { "__name__" => "name" },
    "Module" => { "__name__" => "name" }, "ValueError" => { "args" => "message" }
  }.freeze
  # What Ruby has for types of the standard library: what makes one of its text, and how it is shown.
  STANDARD = {
    "Decimal" => [->(text) { BigDecimal(text) }, ->(one) { { "$type" => "BigDecimal", "$value" => one.to_s } }],
    "date" => [->(text) { Date.iso8601(text) }, ->(one) { { "$type" => "Date", "$value" => one.iso8601 } }],
    "datetime" => [->(text) { DateTime.parse(text) }, ->(one) { { "$type" => "DateTime", "$value" => one.iso8601(9) } }],
    "PosixPath" => [->(text) { Pathname(text) }, ->(one) { { "$type" => "Pathname", "@path" => one.to_s } }],
    "Fraction" => [->(text) { Rational(text) },
                   ->(one) { { "$type" => "Rational", "numerator" => one.numerator, "denominator" => one.denominator } }]
  }.freeze
  # Why a Ruby frame has no such value. The list may only shrink.
  UNDEFINED = "Ruby has nil and no undefined"
  OTHER_UNITS = "a string of Ruby's that is no ASCII is UTF-8, whose length is told in bytes"
  SURROGATE = "UTF-8 has no lone surrogates, and of other encodings Ruby's bytes are shown"
  NUMBER = "a number of Ruby's has no subclasses that store one"
  THERE = "a local of Ruby's is there, as are variables of objects and elements: none has a reason not to be"
  LENGTH = "every collection of Ruby's knows its length"
  NONE = "Ruby's library has no such type"

  # The value is none of Ruby's.
  class Skip < StandardError; end

  # Makes the values of one case. Objects under one label are one object.
  class Builder
    def initialize
      @labels = {}
    end

    def make(given)
      return given unless given.is_a?(Hash)
      return @labels.fetch(given["same"]) if given.key?("same")

      tag = %w[undefined units missing int float text bytes].find { |known| given.key?(known) }
      tag ? send("of_#{tag}", given) : labelled(given)
    end

    def labelled(given)
      made = send("a_#{given["kind"]}", given)
      @labels[given["label"]] = made if given["label"]
      made
    end

    def of_undefined(_) = raise(Skip, UNDEFINED)
    def of_units(_) = raise(Skip, SURROGATE)
    def of_missing(_) = raise(Skip, THERE)
    def of_int(given) = Integer(given["int"])

    def of_float(given)
      { "nan" => Float::NAN, "inf" => Float::INFINITY, "-inf" => -Float::INFINITY, "-0.0" => -0.0 }.fetch(given["float"])
    end

    def of_text(given)
      raise Skip, OTHER_UNITS if given["as"] && given["as"] != "utf8" && given["times"]

      given["text"] * given.fetch("times", 1)
    end

    def of_bytes(given)
      [given["bytes"]].pack("H*") * given.fetch("times", 1)
    end

    # The class of a name, below `base`.
    def class_of(name, base = Object)
      name = NAMES.fetch(name, name)
      found = Object.const_get(name) if Object.const_defined?(name)
      return found if found && found.superclass == base

      TestCaptures.silently { Object.const_set(name, Class.new(base)) }
    end

    def items(given)
      given["range"] ? (0...given["range"]).to_a : given.fetch("items", []).map { |item| make(item) }
    end

    def a_list(given)
      made = given["type"] ? class_of(given["type"], Array).new : []
      # It may hold itself.
      @labels[given["label"]] = made
      made.concat(items(given))
    end

    def a_tuple(given)
      return items(given).freeze unless given["fields"]

      names, values = given["fields"].transpose
      of_struct(given["type"], names, values.map { |value| make(value) })
    end

    def of_struct(name, names, values)
      Object.send(:remove_const, name) if Object.const_defined?(name)
      Object.const_set(name, Struct.new(*names.map(&:to_sym))).new(*values)
    end

    def a_set(given)
      raise Skip, LENGTH if given.key?("len")

      Set.new(items(given))
    end

    def a_frozen_set(given) = a_set(given).freeze

    def a_range(given)
      start, stop, step = given["fields"].map(&:last)
      raise Skip, NONE unless step == 1

      start...stop
    end

    def a_map(given)
      made = given["type"] ? class_of(given["type"], Hash).new : {}
      given["entries"].each { |key, value| made[make(key)] = make(value) }
      made
    end

    def a_text(given)
      with_fields(class_of(given["type"], String).new(make(given["underlying"])), given)
    end
    alias a_bytes a_text

    def a_number(given)
      return Complex(*given["fields"].map(&:last)) if given["type"] == "complex"
      raise Skip, NUMBER if given.key?("underlying")

      class_of(given["type"], Numeric).new
    end

    def a_instance(given)
      return standard(given) if given["items"]

      fields = given["fields"].to_h
      return class_of(given["type"], StandardError).new(make(fields["args"])) if fields.key?("args")
      return of_struct(given["type"], fields.keys, fields.values.map { |value| make(value) }) if fields.keys.any?(/\W/)

      made = @labels[given["label"]] = class_of(given["type"]).allocate
      with_fields(made, given)
    end

    def standard(given)
      make, = STANDARD.fetch(given["type"]) { raise Skip, NONE }
      make.call(*given["items"])
    end

    def with_fields(made, given)
      given.fetch("fields", []).each { |field, value| made.instance_variable_set("@#{field}", make(value)) }
      made
    end

    def a_class(given) = class_of(given["fields"].to_h["__name__"])

    def a_function(given)
      name = given["fields"].to_h["__name__"]
      Object.new.tap { |one| one.define_singleton_method(name) { raise "code of the application ran" } }.method(name)
    end

    def a_module(given)
      TestCaptures.module_of(given["fields"].to_h["__name__"])
    end
  end

  class << self
    # `shop.cart` is Shop::Cart.
    def module_of(path)
      path.split(".").map(&:capitalize).inject(Object) do |around, name|
        next around.const_get(name) if around.const_defined?(name, false)

        made << [around, name]
        around.const_set(name, Module.new)
      end
    end

    # Modules that were made, and where.
    def made
      @made ||= []
    end
  end

  # What is expected, as Ruby says it.
  class Translator
    def initialize(given)
      @variables = names_in(given)
    end

    # Types whose fields are variables of objects.
    def names_in(given)
      case given
      when Array then given.flat_map { |one| names_in(one) }
      when Hash
        has = %w[instance text].include?(given["kind"]) && given.fetch("fields", []).none? { |name, _| name =~ /\W|\Aargs\z/ }
        (has ? [given["type"]] : []) + given.values.flat_map { |one| names_in(one) }
      else []
      end
    end

    def translated(wanted)
      case wanted
      when Array then wanted.map { |one| translated(one) }
      when Hash then in_words(wanted)
      else wanted
      end
    end

    def in_words(wanted)
      return text_of(wanted) if wanted.keys == ["$bytes"]

      make, show = STANDARD[wanted["$type"]]
      return show.call(make.call(wanted["$value"])) if show && wanted.key?("$value")

      type = NAMES.fetch(wanted["$type"], wanted["$type"])
      return { "$type" => "Range", "begin" => wanted["start"], "end" => wanted["stop"], "exclude_end" => true } if type == "Range"

      plain(wanted.to_h { |key, value| [part(type, key, wanted), key == "$type" ? type : value_of(key, value)] })
    end

    def value_of(key, value)
      key == "__name__" && value.include?(".") ? TestCaptures.module_of(value).name : translated(value)
    end

    # A string of bytes that are all ASCII is text.
    def text_of(wanted)
      bytes = [wanted["$bytes"]].pack("H*")
      bytes.ascii_only? ? bytes.force_encoding("UTF-8") : wanted
    end

    def part(type, key, wanted)
      is_variable = !key.start_with?("$") && @variables.include?(wanted["$type"])
      is_variable ? "@#{key}" : PARTS.fetch(type, {}).fetch(key, key)
    end

    # What is whole is shown as what it is.
    def plain(wanted)
      return wanted["$items"] if wanted["$type"] == "Array" && wanted.keys.sort == %w[$items $length $type]

      is_whole = wanted["$type"] == "Hash" && wanted.keys.sort == %w[$entries $length $type]
      names = is_whole ? wanted["$entries"].map(&:first) : [nil]
      names.all? { |name| name.is_a?(String) && !name.start_with?("$") } ? wanted["$entries"].to_h : wanted
    end
  end

  # A case as Ruby has it: what it is given, and what comes of it. What Ruby has no value for is left out of both.
  Able = Struct.new(:name, :limits, :values, :expect)

  def able_of(entry, left_out)
    builder, translator = Builder.new, Translator.new(entry["locals"])
    wanted = entry["expect"]["locals"]
    values = entry["locals"].filter_map do |name, given|
      given, shown = without_foreign(given, wanted && wanted[name], left_out)
      made = builder.make(given)
      wanted &&= wanted.merge(name => shown)
      [name, made]
    rescue Skip => reason
      left_out << reason.message
      wanted = wanted&.except(name)
      nil
    end
    return if values.empty?

    Able.new(entry["name"], entry.fetch("limits", {}), values,
             { "locals" => wanted && translator.translated(wanted), "missing" => entry["expect"]["missing"] }.compact)
  end

  # A list without the elements that Ruby has no value for.
  def without_foreign(given, wanted, left_out)
    return [given, wanted] unless given.is_a?(Hash) && given["kind"] == "list" && given["items"] && wanted.is_a?(Array)

    kept = given["items"].zip(wanted).select do |item, _|
      Builder.new.make(item)
    rescue Skip => reason
      left_out << reason.message
      false
    rescue KeyError
      true # It names one that stands before it.
    end
    [given.merge("items" => kept.map(&:first)), kept.map(&:last)]
  end

  def same(found, wanted)
    # A number that is none is written as null by JSON, and here as itself.
    found.inspect == wanted.inspect || JSON.generate(sorted(found)) == JSON.generate(sorted(wanted))
  end

  def sorted(value)
    case value
    when Hash then value.sort.to_h { |key, one| [key, sorted(one)] }
    when Array then value.map { |one| sorted(one) }
    else value
    end
  end

  def setup
    super
    @before = Object.constants
  end

  # Classes of the vectors would be in the way of those of other tests.
  def teardown
    super
    within = self.class.made.reject { |around, _| around == Object }
    within.reverse_each { |around, name| around.send(:remove_const, name) }
    (Object.constants - @before).each { |name| Object.send(:remove_const, name) }
    self.class.made.clear
  end

  def test_captures_are_what_the_vectors_say
    skipped, in_part = Hash.new(0), Hash.new(0)
    cases = CASES.filter_map do |entry|
      able = able_of(entry, left_out = [])
      able ? left_out.each { |reason| in_part[reason] += 1 } : skipped[left_out.last] += 1
      able
    end
    texts = cases.each_with_index.map { |one, at| "def capture_#{at}(#{one.values.map(&:first).join(", ")})\n1 #: #{at}\nend\n" }
    place(texts.join, "captures.rb")
    faults = []
    cases.each_with_index.each_slice(BURST) do |slice|
      Stillframe.stop
      Stillframe.start(sink: ->(_) {}, service: "tests")
      slice.each { |one, at| faults.concat(faults_of(one, at)) }
    end
    warn "captures.json: #{cases.size} ran, skipped: #{skipped}, parts of what ran: #{in_part}"
    tell("captures.json", cases.size, skipped)
    assert_empty faults, faults.first(10).join("\n")
    assert_operator cases.size, :>=, 63
  end

  def faults_of(one, at)
    got = Queue.new
    spec = { kind: "snap", location: "#{@path}:#{line(at.to_s)}", capture: one.limits }
    id = Stillframe::Native.probe(spec, Stillframe::Callbacks.numbered(->(result) { got << result }))
    # A self of which there is nothing to show, so that it takes no part of the bytes.
    nil.send("capture_#{at}", *one.values.map(&:last))
    Placed.wait_for("a snapshot") { Stillframe.flush && !got.empty? }
    Stillframe.remove(id)
    found = got.pop
    found["locals"].delete("self")
    one.expect.filter_map do |part, wanted|
      "#{one.name}: #{part}: #{found[part]} instead of #{wanted}" unless same(found[part], wanted)
    end
  end
end
