# frozen_string_literal: true

# Captures of `tests/conformance/captures.json`, taken in real frames of this Ruby.

require "json"
require_relative "helper"

class TestCaptures < AgentTest
  CASES = JSON.parse(File.read(File.expand_path("../../tests/conformance/captures.json", __dir__)))["cases"]
  # A process takes so many snapshots at once; a new agent begins anew.
  BURST = 20
  # What the vectors call things, and Ruby.
  NAMES = { "list" => "Array", "dict" => "Hash", "set" => "Set" }.freeze
  # Why a Ruby frame has no value of the kind. The list may only shrink.
  NOT_RUBYS = "Ruby has no value of that kind, or shows it by what Ruby calls it"
  # Cases that come out otherwise, and why.
  OTHERWISE = {
    "bytes, whole and cut" => "a binary string of ASCII is text",
    "redacted: a variable, a field, a key, a key of bytes" => "a binary string of ASCII is text",
    "bytes: what does not fit is left out, every variable is named" => "self has its share of the bytes",
    "every root's own value comes before any root's children" => "self has its share of the bytes"
  }.freeze

  # The case is none of Ruby's.
  class Skip < StandardError; end

  # Makes the values of one case. Objects under one label are one object.
  class Builder
    def initialize
      @labels = {}
    end

    def make(given)
      return given unless given.is_a?(Hash)
      return @labels.fetch(given["same"]) if given.key?("same")

      tag = %w[int float text bytes].find { |known| given.key?(known) }
      return send("of_#{tag}", given) if tag
      raise Skip, NOT_RUBYS unless %w[list map set instance].include?(given["kind"])

      send("a_#{given["kind"]}", given)
    end

    def of_int(given)
      Integer(given["int"])
    end

    def of_float(given)
      { "nan" => Float::NAN, "inf" => Float::INFINITY, "-inf" => -Float::INFINITY, "-0.0" => -0.0 }.fetch(given["float"])
    end

    def of_text(given)
      raise Skip, "Ruby stores strings in UTF-8, and counts its bytes" if given["as"] || given["text"].size * given.fetch("times", 1) > 256 && !given["text"].ascii_only?

      given["text"] * given.fetch("times", 1)
    end

    def of_bytes(given)
      [given["bytes"]].pack("H*") * given.fetch("times", 1)
    end

    def a_list(given)
      raise Skip, NOT_RUBYS if given["type"]

      made = @labels[given["label"]] = []
      made.concat(given["range"] ? (0...given["range"]).to_a : given.fetch("items", []).map { |item| make(item) })
    end

    def a_set(given)
      raise Skip, "a Set knows its length" if given.key?("len")

      Set.new(given["range"] ? (0...given["range"]).to_a : given["items"].map { |item| make(item) })
    end

    def a_map(given)
      raise Skip, NOT_RUBYS if given["type"]

      given["entries"].to_h { |key, value| [make(key), make(value)] }
    end

    def a_instance(given)
      raise Skip, NOT_RUBYS unless given.fetch("fields", nil) && !given.key?("items") && given["type"] != "ValueError"

      name = given["type"]
      Object.const_set(name, Class.new) unless Object.const_defined?(name)
      made = @labels[given["label"]] = Object.const_get(name).allocate
      given["fields"].each do |field, value|
        raise Skip, "Ruby names no such field" unless field.match?(/\A[a-z_]\w*\z/)

        made.instance_variable_set("@#{field}", make(value))
      end
      made
    end
  end

  # What is expected, as Ruby says it.
  def translated(wanted, types)
    case wanted
    when Array then wanted.map { |one| translated(one, types) }
    when Hash
      is_instance = types.include?(wanted["$type"])
      wanted.to_h do |key, value|
        next [key, NAMES.fetch(value, value)] if key == "$type"

        [is_instance && !key.start_with?("$") ? "@#{key}" : key, translated(value, types)]
      end
    else wanted
    end
  end

  def types_in(given)
    case given
    when Array then given.flat_map { |one| types_in(one) }
    when Hash then (given["kind"] == "instance" ? [given["type"]] : []) + given.values.flat_map { |one| types_in(one) }
    else []
    end
  end

  def able
    skipped = Hash.new(0)
    cases = CASES.filter_map do |entry|
      raise Skip, OTHERWISE[entry["name"]] if OTHERWISE.key?(entry["name"])

      builder = Builder.new
      [entry, entry["locals"].map { |name, given| [name, builder.make(given)] }]
    rescue Skip => reason
      skipped[reason.message] += 1
      nil
    end
    [cases, skipped]
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

  def test_captures_are_what_the_vectors_say
    cases, skipped = able
    texts = cases.each_with_index.map { |(_, values), at| "def capture_#{at}(#{values.map(&:first).join(", ")})\n1 #: #{at}\nend\n" }
    place(texts.join, "captures.rb")
    faults = []
    cases.each_with_index.each_slice(BURST) do |slice|
      Stillframe.stop
      Stillframe.start(sink: ->(_) {}, service: "tests")
      slice.each { |(entry, values), at| faults.concat(faults_of(entry, values, at)) }
    end
    warn "captures.json: #{cases.size} ran, skipped: #{skipped}"
    assert_empty faults, faults.first(10).join("\n")
    assert_operator cases.size, :>=, 32
  end

  def faults_of(entry, values, at)
    got = Queue.new
    spec = { kind: "snap", location: "#{@path}:#{line(at.to_s)}", capture: entry.fetch("limits", {}) }
    id = Stillframe::Native.probe(spec, Stillframe::Callbacks.numbered(->(result) { got << result }))
    Object.new.send("capture_#{at}", *values.map(&:last))
    Placed.wait_for("a snapshot") { Stillframe.flush && !got.empty? }
    Stillframe.remove(id)
    found = got.pop
    wanted = translated(entry["expect"]["locals"], types_in(entry["locals"]))
    locals = found["locals"].reject { |name, _| name == "self" }
    same(locals, wanted) ? [] : ["#{entry["name"]}: #{locals} instead of #{wanted}"]
  end
end
