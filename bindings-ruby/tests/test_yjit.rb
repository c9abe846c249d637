# frozen_string_literal: true

# What YJIT has compiled: made anew once after a probe is gone, and not once for each of many probes.

require_relative "helper"
require "open3"

class TestYjit < AgentTest
  HEAD = <<~RUBY
    $LOAD_PATH.unshift #{File.expand_path("../lib", __dir__).inspect}
    require "stillframe"
    def work(n)
      n + 1
    end
    def compiled
      20_000.times { work(1) }
      RubyVM::YJIT.runtime_stats[:compiled_block_count]
    end
    Stillframe.start(sink: ->(_) {}, service: "yjit")
    compiled
  RUBY

  def run_yjit(source)
    out, err, status = Open3.capture3(RbConfig.ruby, "--yjit", "-e", "p RubyVM::YJIT.runtime_stats[:compiled_block_count]")
    skip "no YJIT that counts what it compiles: #{out}#{err.lines.first}" unless status.success? && out =~ /\A\d+/

    file = File.join(@folder, "yjit.rb")
    File.write(file, HEAD + source)
    out, err, status = Open3.capture3(RbConfig.ruby, "--yjit", file)
    assert status.success?, err
    out
  end

  def test_a_probe_that_is_gone_leaves_compiled_code
    out = run_yjit(<<~RUBY)
      id = Stillframe.probe("yjit.rb:4", kind: "count")
      compiled
      Stillframe.remove(id)
      gone = RubyVM::YJIT.runtime_stats[:compiled_block_count]
      p compiled > gone
    RUBY
    assert_equal "true\n", out
  end

  def test_what_was_compiled_is_told
    out = run_yjit(<<~RUBY)
      Stillframe.probe("yjit.rb:4", kind: "count")
      puts Stillframe.status["notes"]["yjit"]
    RUBY
    assert_match(/\Aall code was compiled anew 1 times for probes; its region has \d+ bytes/, out)
  end

  def test_many_probes_grow_the_region_little
    out = run_yjit(<<~RUBY)
      before = RubyVM::YJIT.runtime_stats[:code_region_size]
      30.times { Stillframe.remove(Stillframe.probe("yjit.rb:4", kind: "count")); compiled }
      p RubyVM::YJIT.runtime_stats[:code_region_size] - before
    RUBY
    # Each time some hundred bytes: nothing but the two methods runs.
    assert_operator out.to_i, :<, 1 << 20
  end
end
