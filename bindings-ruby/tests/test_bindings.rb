# frozen_string_literal: true

# Where the layout of frames is not proven a binding is asked: slower, and the same answers.

require_relative "helper"
require "open3"

class TestBindings < Minitest::Test
  def run_with(value, source)
    out, err, status = Open3.capture3({ "STILLFRAME_DIRECT_READS" => value }, RbConfig.ruby, "-I", File.expand_path("../lib", __dir__), "-rstillframe", "-e", source)
    assert status.success?, err
    assert_empty err
    out
  end

  SOURCE = <<~RUBY
    eval("def asked(a, b: 2)\\n  c = a + b\\n  [1].each { |x|\\n    c + x\\n  }\\nend", TOPLEVEL_BINDING, "asked.rb", 1)
    got = Queue.new
    Stillframe.start(sink: ->(result) { got << result }, service: "asked")
    puts Stillframe.status["notes"]["canary"]
    id = Stillframe.probe("asked.rb:4", condition: "c == 5 && x == 1")
    asked(3)
    asked(4)
    Stillframe.flush
    p got.pop["locals"].reject { |name, _| name == "self" }, got.size
    p Stillframe.status["probes"][0]["counters"].values_at("hits", "condition_false")
  RUBY
  ANSWER = "{\"x\"=>1, \"a\"=>3, \"b\"=>2, \"c\"=>5}\n0\n[2, 1]\n"

  def test_a_canary_that_fails_has_bindings_asked
    out = run_with("off", SOURCE)
    assert_equal "frames are read by bindings, because STILLFRAME_DIRECT_READS says so\n#{ANSWER}", said(out)
  end

  def test_both_ways_say_the_same
    assert_equal "frames are read straight\n#{ANSWER}", said(run_with("", SOURCE))
  end

  # Hashes are written otherwise from Ruby 3.4 on.
  def said(out)
    out.gsub(" => ", "=>")
  end
end
