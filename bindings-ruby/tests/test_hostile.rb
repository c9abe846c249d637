# frozen_string_literal: true

# No code of the application runs in a hit: objects that count each time something of theirs is called, captured
# and asked by conditions. What they would raise stays within our guard and would show nothing.

require "bigdecimal"
require "date"
require "delegate"
require "forwardable"
require_relative "helper"

class TestHostile < AgentTest
  SOURCE = <<~RUBY
    class Caller
      def call(kept, other = nil)
        1 #: line
      end
    end
  RUBY

  # What ran.
  RAN = []

  # What is answered by code that tells.
  NAMES = %i[
    class inspect to_s to_str to_sym to_a to_ary to_h to_hash to_proc to_i to_int to_f to_r to_c to_set to_path hash
    eql? == != === =~ <=> < <= > >= + - * / % ! [] []= each each_pair each_value keys values size length count empty?
    key? has_key? include? member? fetch dig default default_proc compare_by_identity? begin end first last min max
    exclude_end? cover? members respond_to? respond_to_missing? method method_missing methods singleton_class
    instance_variable_get instance_variables instance_variable_defined? instance_of? is_a? kind_of? nil? frozen? dup
    clone coerce name encoding bytes bytesize valid_encoding? unpack getbyte start_with? end_with? match? succ upcase
    object_id __id__ equal? field itself then tap jd year to_date strftime value
  ].freeze
  # And by a class.
  CLASS_NAMES = %i[
    name to_s inspect hash == === <= < instance_method instance_methods method_defined? ancestors superclass class allocate
    new members instance_variable_get const_get respond_to? method_missing
  ].freeze

  def self.asks(target, names)
    before, $VERBOSE = $VERBOSE, nil
    names.each { |name| target.define_method(name) { |*| ::TestHostile::RAN << name; nil } }
  ensure
    $VERBOSE = before
  end

  Plain = Class.new { def initialize = @field = 2 }
  Basic = Class.new(BasicObject) { def initialize = @field = 2 }
  Ordered = Class.new(Plain) { include Comparable }
  Named = Class.new(Plain)
  Text = Class.new(String)
  List = Class.new(Array)
  Table = Class.new(Hash)
  Day = Class.new(Date)
  Fault = Class.new(StandardError)
  Members = Struct.new(:field, :size)
  Keyed = Struct.new(:field, keyword_init: true)
  Span = Class.new(Range)
  Group = Class.new(Set)
  Wrapped = Class.new(SimpleDelegator)
  SINGLE = [Plain.new, Basic.new, "text".dup, [1, 2], { a: 1 }, Object.new].freeze

  # Made before they tell.
  OBJECTS = {
    plain: Plain.new, basic: Basic.new, ordered: Ordered.new, named: Named.new, class: Named, text: Text.new("text"),
    list: List[1, 2].tap { |list| list << list }, table: Table[a: 1, "b" => 2], day: Day.new(2024, 1, 2),
    fault: Fault.new("message"), members: Members.new(1, 2), keyed: Keyed.new(field: 1), span: Span.new(1, 3),
    group: Group[1, 2], wrapped: Wrapped.new("inner"), frozen: Plain.new.freeze, shareable: Ractor.make_shareable(Plain.new),
    around: Text.new("a")..Text.new("b"), key: { Plain.new => 1, Text.new("key") => 2, 3 => Basic.new },
    nested: [[Plain.new], { a: Basic.new, b: [Text.new("x")] }, Set[Plain.new]],
    default: Hash.new { |hash, key| RAN << :default; hash[key] = 1 }, lazy: Enumerator.new { RAN << :enumerator },
    late: Class.new { private def method_missing(name, *) = RAN << name }.new,
    single_plain: SINGLE[0], single_basic: SINGLE[1], single_text: SINGLE[2], single_list: SINGLE[3], single_table: SINGLE[4],
    single: SINGLE[5]
  }.freeze

  [Plain, Basic, Ordered, Named, Text, List, Table, Day, Fault, Members, Keyed, Span, Group, Wrapped].each { |kind| asks(kind, NAMES) }
  SINGLE.each { |one| asks(::Kernel.instance_method(:singleton_class).bind_call(one), NAMES) }
  asks(Named.singleton_class, CLASS_NAMES)

  CONDITIONS = [
    "kept == 1", "kept == 'text'", "kept == nil", "kept == :a", "kept == kept", "kept == other", "other == kept", "kept != 2",
    "kept > 1", "kept < other", "1 < kept", "1 == kept", "'text' == kept", "kept + 1 == 2", "1 + kept == 3", "!kept",
    "kept && true", "kept.nil?", "kept.size == 1", "kept.length > 0", "kept.empty?", "kept[:a] == 1", "kept['a'] == 1", "kept[0] == 1",
    "kept.key?(:a)", "kept.include?(1)", "[1, 2].include?(kept)", "[kept].include?(1)", "kept.first == 1", "kept.last == 1",
    "kept.begin == 1", "kept.field == 2", "kept.name == 'x'", "kept.class == String", "kept.is_a?(String)",
    "kept.instance_of?(Object)", "String === kept", "(1..3) === kept", "(1..3).include?(kept)", "kept === 1",
    "kept.to_s == 'x'", "kept.to_sym == :a", "kept.start_with?('t')", "kept.match?(/t/)", "kept =~ /t/", "kept.hash == 1",
    "kept.any? { |one| one == 1 }", "kept.fetch(:a) == 1", "kept.dig(:a) == 1", "kept <=> 1", "kept&.field == 2",
    "kept.respond_to?(:field)", "kept.frozen?", "kept.values == [1]", "kept.keys == [:a]", "kept.sum == 1", "kept.min == 1"
  ].freeze

  def setup
    super
    place(SOURCE, "asked.rb")
    @caller = Caller.new
    RAN.clear
  end

  # Else the others would show nothing.
  def test_what_is_asked_tells_so
    asked = OBJECTS.except(:class, :list, :around, :key, :nested, :shareable, :default, :lazy, :late)
    asked.each do |name, object|
      object.size
      assert_equal [:size], RAN, name.to_s
      RAN.clear
    end
    Named.name
    assert_equal [:name], RAN
  end

  def test_a_capture_runs_no_code_of_what_it_shows
    OBJECTS.each_slice(20) do |slice|
      # A process takes so many snapshots at once; a new agent begins anew.
      again
      slice.each do |name, object|
        locals("line", limit: 1) { @caller.call(object, [object]) }
        assert_empty RAN, name.to_s
      end
    end
  end

  def test_log_lines_run_none_either
    OBJECTS.each do |name, object|
      one = probe("line", kind: "log", log: "{kept} {kept.field} {kept[:a]} {kept.size}", limit: 1)
      @caller.call(object)
      assert_equal 1, one.counters["captured"], name.to_s
      assert_empty RAN, name.to_s
    end
  end

  def test_a_condition_runs_no_code_of_what_it_asks
    refused = CONDITIONS.select { |condition| ran_none?(condition) == :refused }
    assert_operator refused.size, :<, CONDITIONS.size / 4, refused.join(", ")
  end

  def ran_none?(condition)
    one = probe("line", condition: condition, kind: "count")
    OBJECTS.each do |name, object|
      @caller.call(object, object)
      assert_empty RAN, "#{condition} of #{name}"
    end
    assert_equal OBJECTS.size, one.counters["hits"], condition
    one.remove
    @placed.delete(one)
  rescue Stillframe::Error, RuntimeError
    :refused
  end

  # A method of Ruby's library may be written anew in the library's own class.
  def test_a_method_that_was_written_anew_is_not_called
    BigDecimal.class_eval { alias_method :to_s_of_ruby, :to_s }
    BigDecimal.class_eval { def to_s(*) = TestHostile::RAN.push(:to_s).then { to_s_of_ruby } }
    one = probe("line", condition: "kept == 1.5", kind: "count")
    @caller.call(BigDecimal("1.5"))
    locals("line", limit: 1) { @caller.call(BigDecimal("1.5")) }
    assert_empty RAN
    assert_equal 2, one.counters["hits"]
  ensure
    BigDecimal.class_eval { alias_method :to_s, :to_s_of_ruby }
  end

  # What Ruby is asked where a probe is placed, where code is loaded, and in a hit. (`InstructionSequence.of` is asked
  # by Ruby itself where a TracePoint is set.)
  REFLECTION = {
    UnboundMethod => %i[owner arity source_location original_name name bind bind_call],
    Method => %i[unbind owner arity source_location original_name name receiver],
    Module => %i[instance_method instance_methods method_defined? autoload? const_defined? const_get constants],
    Kernel => %i[method], Binding => %i[local_variable_get],
    TracePoint => %i[instruction_sequence eval_script]
  }.freeze
  REFLECTED = <<~RUBY
    class Reflected
      attr_reader :field
      alias_method :other, :field
      def initialize = @field = 2
      def total(kept)
        1 #: total
      end
      define_method(:again, instance_method(:total))
    end
  RUBY

  # Runs a block with all of that written anew; each tells, and answers what nobody expects.
  def reflecting
    every = REFLECTION.flat_map { |holder, names| names.map { |name| [holder, name] } }
    silently { every.each { |holder, name| holder.class_eval("alias _ruby_s_#{name} #{name}") } }
    silently { every.each { |holder, name| holder.class_eval("def #{name}(*) = ::TestHostile::RAN.push(:#{name}) && nil") } }
    yield
  ensure
    silently { every.each { |holder, name| holder.class_eval("alias #{name} _ruby_s_#{name}; undef_method :_ruby_s_#{name}") } }
  end

  def test_reflection_that_was_written_anew_is_not_asked_and_changes_nothing
    place(REFLECTED, "reflected.rb")
    kept = [Reflected.new, BigDecimal("1.5"), Reflected.instance_method(:total), Reflected.new.method(:total).unbind]
    later = Placed.new("written_later.rb:2", kind: "count")
    one, two, three, named = reflecting do
      @placed << Placed.new("Reflected#again", kind: "count").armed
      counted = ["kept.field == 2 && kept.other == 2", "Reflected === kept"]
      counted.each { |condition| probe("total", condition: condition, kind: "count") }
      probe("total")
      kept.each { |each| kept[0].again(each) }
      File.write(File.join(@folder, "written_later.rb"), "def written_later\n  1\nend\n")
      load File.join(@folder, "written_later.rb")
      later.armed
      written_later
      @placed
    end
    assert_empty RAN
    assert_equal [4, 1, 1, 4, 1], [one, two, three, named, later].map { |each| each.counters["captured"] }
    shown = Array.new(4) { named.snapshot["locals"]["kept"] }
    assert_equal [2, "0.15e1", "total", "total"], shown.map { |found| found.values_at("@field", "$value", "name").compact[0] }
  ensure
    later&.remove
  end

  # The thread's own class may answer, too.
  def test_a_thread_that_answers_for_its_name_is_not_asked
    named = Class.new(Thread) { def name = TestHostile::RAN.push(:name) }
    one = probe("line", limit: 1)
    named.new { Thread.current.name = "worker"; @caller.call(1) }.join
    assert_equal "worker", one.snapshot["thread"]["name"]
    assert_empty RAN
  end

  # It comes with each object that is made meanwhile, and moves what nothing speaks of.
  def test_the_collector_may_come_at_any_time
    again
    [[], [:auto_compact]].each do |moves|
      shown = OBJECTS.values.first(10).map do |object|
        one = probe("line", limit: 1)
        stressed(*moves) { @caller.call([[object, BigDecimal("1.5")], { a: [object] }], BigDecimal("2.5")) }
        one.snapshot["locals"]
      end
      assert_equal ["0.25e1"], shown.map { |found| found["other"]["$value"] }.uniq
      assert_equal ["0.15e1"], shown.map { |found| found["kept"][0][1]["$value"] }.uniq
    end
    assert_empty RAN
  end

  def stressed(moves = nil)
    moves = nil unless GC.respond_to?(:auto_compact=)
    before, GC.auto_compact = GC.auto_compact, true if moves
    GC.stress = true
    yield
  ensure
    GC.stress = false
    GC.auto_compact = before if moves
  end

  def again
    Stillframe.stop
    @placed.clear
    Stillframe.start(sink: ->(_) {}, service: "tests")
  end
end
