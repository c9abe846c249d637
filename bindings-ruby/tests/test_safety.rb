# frozen_string_literal: true

# What may not happen to the application: code of its own run by us, a crash, an exception, a global event.

require_relative "helper"
require "fiddle"

class TestSafety < AgentTest
  SOURCE = <<~RUBY
    class Safe
      def call(kept)
        1 #: line
      end
    end
  RUBY

  # Answers everything by failing the test.
  class Hostile < BasicObject
    def initialize
      @field = 1
    end

    ::Object.instance_methods.each do |name|
      next if %i[__send__ object_id instance_eval instance_exec __id__ equal?].include?(name)

      define_method(name) { |*| ::Kernel.raise "code of the application ran: #{name}" }
    end

    def method_missing(name, *)
      ::Kernel.raise "code of the application ran: #{name}"
    end

    def respond_to_missing?(*)
      ::Kernel.raise "code of the application ran"
    end
  end

  class HostileString < String
    %i[to_s inspect == eql? hash size length encoding to_str].each do |name|
      define_method(name) { |*| raise "code of the application ran: #{name}" }
    end
  end

  class HostileHash < Hash
    %i[each [] size keys default to_h each_pair fetch].each do |name|
      define_method(name) { |*| raise "code of the application ran: #{name}" }
    end
  end

  class HostileClass
    class << self
      %i[name to_s inspect === == hash instance_method].each do |name|
        define_method(name) { |*| raise "code of the application ran: #{name}" }
      end
    end
    attr_reader :field

    def initialize
      @field = 2
    end
  end

  # Counts what runs of it, for what it raised would stay with us.
  class Told < Hash
    @ran = []
    class << self
      attr_reader :ran

      def instance_method(name)
        Told.ran << name
        super
      end
    end

    def compare_by_identity?
      Told.ran << __method__
      super
    end
  end

  class ToldPlain
    class << self
      def instance_method(name)
        Told.ran << name
        super
      end
    end
  end

  def setup
    super
    place(SOURCE, "safe.rb")
    @safe = Safe.new
  end

  def value(value)
    locals("line", limit: 1) { @safe.call(value) }["kept"]
  end

  def test_an_object_that_answers_nothing_is_shown
    assert_equal 1, value(Hostile.new)["@field"]
  end

  def test_subclasses_of_core_classes_are_shown_as_they_are_stored
    assert_equal "text", value(HostileString.new("text"))["$value"]
    hash = HostileHash.new
    hash.store("a", 1)
    assert_equal [["a", 1]], value(hash)["$entries"]
    assert_equal 2, value(HostileClass.new)["@field"]
  end

  def test_conditions_run_none_of_it
    one = probe("line", condition: "kept.field == 2", kind: "count")
    @safe.call(HostileClass.new)
    @safe.call(Hostile.new)
    @safe.call(HostileString.new("x"))
    counters = one.counters
    # What a class answers in place of Ruby is not asked.
    assert_equal [1, 2], [counters["captured"], counters["condition_failed"]], one.report
  end

  def test_comparing_and_looking_up_ask_no_code_of_the_application
    ["kept == 5", "kept[:a] == 1", "kept.key?(1)", "kept.field == 1"].each do |condition|
      one = probe("line", condition: condition, kind: "count")
      [Told[a: 1], ToldPlain.new].each { |kept| @safe.call(kept) }
      assert_equal 2, one.counters["hits"], condition
      assert_empty Told.ran, condition
      one.remove
    end
  end

  def test_cycles_and_frozen_and_shareable_objects_are_shown
    cycle = []
    cycle << cycle
    found = value(cycle)
    assert_equal [{ "$ref" => found["$id"] }], found["$items"]
    assert_equal [1, "a"], value([1, "a".freeze].freeze)
    assert_equal [1, { "x" => 2 }], value(Ractor.make_shareable([1, { "x" => 2 }]))
  end

  def test_every_kind_of_object_is_shown
    strange = [
      1r, 2i, 1.5, 10**30, (1..), (..2), ("a".."b"), /x/, Time.at(0, 5, :nsec), Object, Kernel, method(:puts),
      proc { 1 }, Struct.new(:a).new(1), ObjectSpace::WeakMap.new, $stdout, Thread.current, binding, Mutex.new,
      "bin\xff".b, "latin\xe4".dup.force_encoding("ISO-8859-1"), "broken\xff", :sym, :"two words", nil, true,
      Class.new, Class.new.new, Module.new, Enumerator.new { 1 }, Random.new, ENV, self.class,
      Comparable, ARGF, Dir.new("/"), Encoding::UTF_8, RubyVM::InstructionSequence.compile("1"), Set[1, 2],
      Exception.new("x"), Struct.new(:x, keyword_init: true).new(x: 1)
    ]
    found = value(strange)
    assert_equal strange.size, (found.is_a?(Array) ? found : found["$items"]).size
  end

  def test_values
    assert_equal({ "$type" => "Time", "$value" => "1970-01-01 00:00:00.000000005 UTC" }, value(Time.at(0, 5, :nsec)))
    assert_equal({ "$type" => "Rational", "numerator" => 1, "denominator" => 3 }, value(1r / 3))
    assert_equal({ "$bytes" => "ff00" }, value("\xff\x00".b))
    assert_equal({ "$type" => "Set", "$items" => [1], "$length" => 1 }, value(Set[1]))
    assert_equal({ "$int" => (-(2**70)).to_s }, value(-(2**70)))
    assert_equal "ascii", value("ascii".encode("ISO-8859-1"))
  end

  def test_nothing_is_seen_by_the_collector_or_moved_from_us
    one = probe("line", condition: "kept.size > 2", kind: "count")
    GC.stress = true
    20.times { @safe.call([1, 2, 3]) }
    GC.stress = false
    5.times do
      GC.compact if GC.respond_to?(:compact)
      @safe.call([1, 2, 3])
    end
    assert_equal 25, one.hits
    assert_equal 25, one.counters["captured"]
  ensure
    GC.stress = false
  end

  def test_captures_under_stress
    one = probe("line", limit: 5)
    GC.stress = true
    5.times { @safe.call({ "a" => [1, Object.new] }) }
    GC.stress = false
    assert_equal 5, one.counters["captured"]
    GC.compact if GC.respond_to?(:compact)
    assert_equal [1, { "$type" => "Object" }], one.snapshot["locals"]["kept"]["a"]
  ensure
    GC.stress = false
  end

  def test_arming_under_stress
    GC.stress = true
    one = probe("line", kind: "count")
    @safe.call(1)
    GC.stress = false
    assert_equal 1, one.hits
  ensure
    GC.stress = false
  end

  def test_ractors_hit
    one = probe("line", kind: "count")
    before, $VERBOSE = $VERBOSE, nil
    ractor = Ractor.new do
      safe = Safe.new
      5.times { safe.call(1) }
      5
    end
    assert_equal 5, ractor.respond_to?(:value) ? ractor.value : ractor.take
    assert_equal 5, one.hits
  ensure
    $VERBOSE = before
  end

  # Rarely do two come at the very same time, so they are given many chances.
  def test_ractors_that_hit_at_the_same_time_lose_no_hit_unseen
    one = probe("line", kind: "count")
    before, $VERBOSE = $VERBOSE, nil
    300.times do |round|
      ractors = Array.new(3) do
        Ractor.new do
          safe = Safe.new
          1_000.times { safe.call(1) }
          nil
        end
      end
      ractors.each { |ractor| ractor.respond_to?(:value) ? ractor.value : ractor.take }
      counters = one.counters
      assert_equal 3_000 * (round + 1), counters["hits"], counters
    end
  ensure
    $VERBOSE = before
  end

  # Ruby tells no hook of what happens inside another.
  def test_hits_inside_another_tracepoint_are_not_seen
    one = probe("line", kind: "count")
    safe = @safe
    other = TracePoint.new(:call) { safe.call(1) }
    other.enable(target: self.class.instance_method(:traced)) { traced }
    assert_equal 0, one.hits
  end

  def traced
    1
  end

  # No event that is not of a target is ever enabled: lines, calls, returns of all code.
  def test_no_global_event_is_enabled
    skip "this Ruby does not tell its global events" unless global_events

    before = global_events
    one = probe("line", kind: "count")
    two = Placed.new("Safe#call", kind: "time")
    @placed << two
    two.armed
    @safe.call(1)
    assert_equal 0, (global_events | before) & 0x33f, "global events: #{global_events.to_s(16)}"
    one.remove
  end

  def global_events
    address = Fiddle::Handle::DEFAULT["ruby_vm_event_enabled_global_flags"]
    Fiddle::Pointer.new(address)[0, 4].unpack1("L")
  rescue Fiddle::DLError
    nil
  end

  def test_an_exception_in_the_application_is_its_own
    one = probe("line", kind: "count")
    caught = begin
      raise "mine"
    rescue => error
      @safe.call(1)
      $!.equal?(error)
    end
    assert caught
    assert_equal 1, one.hits
  end

  def test_a_probe_is_removed_while_its_method_runs
    one = probe("line", kind: "count")
    safe = @safe
    thread = Thread.new { 2_000.times { safe.call(1) } }
    one.remove
    thread.join
    @safe.call(1)
    assert_nil one.report
  end
end
