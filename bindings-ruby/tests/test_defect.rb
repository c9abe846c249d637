# frozen_string_literal: true

# A defect of ours: the hit is missed, and the application knows nothing of it. `STILLFRAME_DEFECT` has one made.

require_relative "helper"
require "open3"

class TestDefect < Minitest::Test
  SOURCE = <<~RUBY
    class Broken
      def initialize = @field = 1
    end
    class Shop
      def call(kept)
        $! #: the exception of the application, if there is one
      end
    end
  RUBY
  # Objects of it alone and inside of what Ruby's own functions show us, each a hit within what the application
  # itself handles; then a hit that is whole.
  PROGRAM = <<~RUBY
    folder, options, hits = ARGV
    file = File.join(folder, "shop.rb")
    File.write(file, #{SOURCE.dump})
    load file
    got = Queue.new
    Stillframe.start(sink: ->(_) {}, service: "defects")
    spec = { location: "\#{file}:6", limit: 1 << 40, rate_per_s: 1_000_000, **eval(options) }
    id = Stillframe::Native.probe(spec, Stillframe::Callbacks.numbered(->(result) { got << result }))
    shop = Shop.new
    own = RuntimeError.new("mine")
    kept = [Broken.new, [Broken.new], { a: Broken.new }, Object.new.tap { |one| one.instance_variable_set(:@a, Broken.new) }]
    untouched = Array.new(hits.to_i) do |number|
      begin
        raise own
      rescue => error
        shop.call(kept[number % 4]).equal?(error)
      end
    end
    shop.call(1)
    Stillframe.flush
    p untouched.uniq, Stillframe.status["probes"][0]["counters"].values_at("hits", "missed", "captured"), got.size
    puts Stillframe.status["notes"]["defect"]
    p got.pop.dig("locals", "kept") unless got.empty?
  RUBY

  # What the program prints where what is called so breaks.
  def run_with(broken, options, hits)
    Dir.mktmpdir do |folder|
      library = File.expand_path("../lib", __dir__)
      out, err, status = Open3.capture3(
        { "STILLFRAME_DEFECT" => broken }, RbConfig.ruby, "-I", library, "-rstillframe",
        "-e", PROGRAM, folder, options.inspect, hits.to_s
      )
      assert status.success?, err
      # The agent may say in a line of its own how many were lost; what Rust says of each stays away.
      assert_empty(err.lines.grep_v(/\Astillframe: \d+ hits were lost to a defect\n\z/))
      out.lines(chomp: true)
    end
  end

  # Hits, those that were missed, and those that were captured.
  def assert_missed(found, *wanted)
    untouched, counters, results, defect, = found
    assert_equal ["[true]", wanted.to_s], [untouched, counters]
    assert_match(/panicked at .*on purpose/, defect)
    results
  end

  # Some break inside a function of Ruby's that shows us a hash or an object.
  def test_a_defect_in_a_capture_is_a_missed_hit_and_nothing_else
    found = run_with("Broken", { kind: "snap" }, 4)
    assert_equal "1", assert_missed(found, 5, 4, 1)
    assert_equal "1", found.last
  end

  # More than there are buffers.
  def test_a_defect_keeps_no_buffer
    found = run_with("Broken", { kind: "log", log: "{kept}" }, 100)
    assert_missed(found, 101, 75, 26)
  end

  def test_one_in_a_condition_is_missed_too
    assert_missed(run_with("Broken", { kind: "count", condition: "kept + 1 == 2" }, 4), 5, 1, 1)
  end

  def test_one_before_the_hit_is_counted_is_missed_too
    assert_equal "0", assert_missed(run_with("Shop#call", { kind: "count" }, 100), 101, 101, 0)
  end

  def test_without_one_nothing_is_missed
    untouched, counters, = run_with("", { kind: "count" }, 4)
    assert_equal ["[true]", "[5, 0, 5]"], [untouched, counters]
  end
end
