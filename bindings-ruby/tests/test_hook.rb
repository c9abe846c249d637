# frozen_string_literal: true

# Where probes sit: what is reached by which kinds of code, and what a hit sees there.

require_relative "helper"

class TestHook < AgentTest
  SOURCE = <<~RUBY
    class Hooked
      def initialize
        @cents = 5
      end

      def total(a, b = 2, *rest, k: 3, **options, &block)
        c = a + b
        c * 2 #: method
      end

      def blocks(xs)
        t = 10
        xs.each do |x|
          y = x + t
          y #: block
        end
      end

      def rescued(a)
        z = a + 1
        raise "no"
      rescue => e
        z + 1 #: rescue
      ensure
        z + 2 #: ensure
      end

      define_method(:defined) do |a|
        w = a
        w #: defined
      end

      def escaped(a)
        q = a + 1
        kept = proc { q }
        q += 1 #: escaped
        kept
      end

      def one(xs) = xs.map { |x| x + 1 } #: one

      def text(a)
        s = <<~X
          hello \#{a}
        X
        s #: heredoc
      end

      def keyword(a: (b = 1; b))
        a #: keyword
      end

      def self.build(a)
        a #: singleton
      end

      def given(&blk)
        yield 1
        1 #: given
      end

      def called(n)
        n += 1
        n #: called
      end
    end
  RUBY

  def setup
    super
    place(SOURCE, "hooked.rb")
    @hooked = Hooked.new
  end

  def test_a_method_shows_its_arguments_and_locals
    locals = locals("method") { @hooked.total(1, 2, 3, k: 4, o: 5) }
    assert_equal [1, 2, [3], 4, 3], locals.values_at("a", "b", "rest", "k", "c")
    assert_nil locals["block"]
    assert_equal "Hooked", locals["self"]["$type"]
    assert_equal 5, locals["self"]["@cents"]
  end

  def test_a_block_shows_what_is_around_it
    locals = locals("block", limit: 1) { @hooked.blocks([7, 8]) }
    assert_equal [7, 17, 10, [7, 8]], locals.values_at("x", "y", "t", "xs")
  end

  def test_each_pass_of_a_block_is_a_hit
    one = probe("block")
    @hooked.blocks([1, 2, 3])
    assert_equal 3, one.hits
  end

  def test_clauses_show_the_locals_of_their_method
    locals = locals("rescue") { @hooked.rescued(4) }
    assert_equal 5, locals["z"]
    assert_equal "RuntimeError", locals["e"]["$type"]
    assert_equal "no", locals["e"]["message"]
    assert_equal 5, locals("ensure") { @hooked.rescued(4) }["z"]
  end

  def test_a_defined_method_is_a_method
    assert_equal 3, locals("defined") { @hooked.defined(3) }["w"]
  end

  def test_locals_that_moved_to_the_heap_are_found
    assert_equal 2, locals("escaped") { @hooked.escaped(1) }["q"]
  end

  # Of what stands on one line the innermost is taken, and its TracePoint's other code is passed over.
  def test_a_line_that_holds_a_method_and_a_block_is_one_place
    one = probe("one")
    @hooked.one([1, 2, 3])
    assert_equal 3, one.hits
  end

  def test_texts_of_many_lines
    assert_equal "hello 1\n", locals("heredoc") { @hooked.text(1) }["s"]
  end

  def test_a_keyword_that_was_not_given_is_its_default
    assert_equal 1, locals("keyword") { @hooked.keyword }["a"]
  end

  def test_a_method_of_the_class
    one = probe("singleton")
    Hooked.build(9)
    snapshot = one.snapshot
    assert_equal 9, snapshot["locals"]["a"]
  end

  def test_a_condition_cannot_read_a_block_of_which_no_object_was_made
    one = probe("given", condition: "blk == 1", kind: "count")
    @hooked.given { |x| x }
    assert_equal [1, 1], one.counters.values_at("hits", "condition_failed")
  end

  def test_functions_are_named_as_ruby_names_them
    one = probe("method")
    @hooked.total(1)
    assert_equal "Hooked#total", one.snapshot["at"]["function"]
  end

  def test_the_stack_is_named_from_the_probed_frame_down
    one = probe("block")
    @hooked.blocks([1])
    names = one.snapshot["stack"].map { |frame| frame["function"].sub(/.*[#.]/, "") }
    assert_equal "each", names[1]
    assert_equal "blocks", names[2]
  end

  def test_a_method_is_a_location
    ["Hooked#called", "#{@path}:Hooked#called"].each do |location|
      one = Placed.new(location)
      @placed << one
      one.armed
      @hooked.called(1)
      assert_equal 1, one.hits, location
    end
  end

  # Nothing keeps the body of a class, which names what is in it, of code that came before the agent.
  def test_code_from_before_the_agent_has_its_name
    Stillframe.stop
    place("module Early; class Bird\n  def sing(a)\n    a\n  end\n  def self.hatch(a)\n    a\n  end\nend; end\n", "early.rb")
    3.times { GC.start }
    Stillframe.start(sink: ->(_) {}, service: "tests")
    one = Placed.new("Early::Bird#sing", condition: "a == 1")
    two = Placed.new("#{@path}:6")
    @placed.push(one, two)
    [one, two].each(&:armed)
    Early::Bird.new.sing(1)
    Early::Bird.hatch(2)
    assert_equal "Early::Bird#sing", one.snapshot["at"]["function"]
    assert_equal "Early::Bird.hatch", two.snapshot["at"]["function"]
  end

  def test_threads_fibers_and_enumerators_hit
    one = probe("called", kind: "count")
    Thread.new { @hooked.called(1) }.join
    Fiber.new { @hooked.called(1) }.resume
    Enumerator.new { |found| found << @hooked.called(1) }.next
    assert_equal 3, one.hits
  end

  def test_two_probes_on_a_line_are_both_hit_and_one_may_go
    one, two = probe("called", kind: "count"), probe("called", kind: "count")
    @hooked.called(1)
    assert_equal [1, 1], [one.hits, two.hits]
    one.remove
    @hooked.called(1)
    assert_equal 2, two.hits
  end

  def test_a_probe_that_was_removed_is_hit_no_more
    one = probe("called", kind: "count")
    @hooked.called(1)
    one.remove
    @hooked.called(1)
    assert_nil one.report
  end

  def test_code_that_is_not_loaded_yet_is_waited_for
    path = File.join(@folder, "later.rb")
    File.write(path, "class LaterOn\n  def x\n    1\n  end\nend\n")
    one = Placed.new("#{path}:3", kind: "count")
    @placed << one
    assert_equal "pending", one.report["state"]
    load path
    one.armed
    LaterOn.new.x
    assert_equal 1, one.hits
  end

  def test_code_of_eval_is_found_by_its_file
    path = File.join(@folder, "view.html.erb")
    eval("def evaluated(a)\n  v = a * 2\n  v\nend", TOPLEVEL_BINDING, path, 1)
    one = Placed.new("view.html.erb:3")
    @placed << one
    one.armed
    TOPLEVEL_BINDING.receiver.send(:evaluated, 2)
    assert_equal 4, one.snapshot["locals"]["v"]
  end

  def test_other_tracepoints_go_on
    seen = 0
    other = TracePoint.new(:line) { seen += 1 }
    other.enable(target: @hooked.method(:called), target_line: line("called"))
    one = probe("called", kind: "count")
    @hooked.called(1)
    one.remove
    @hooked.called(1)
    assert_equal 2, seen
  ensure
    other&.disable
  end
end
