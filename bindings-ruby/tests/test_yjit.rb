# frozen_string_literal: true

# What YJIT has compiled: made anew once after a probe is gone, and not once for each of many probes; and the region
# that it lies in, which never becomes full on our account.

require_relative "helper"
require "open3"

class TestYjit < AgentTest
  # Cycles of a probe that comes and goes; `cargo xtask test --full` asks for 3,000.
  CYCLES = (ENV["CYCLES"] || 24).to_i
  HEAD = <<~RUBY
    $LOAD_PATH.unshift #{File.expand_path("../lib", __dir__).inspect}
    require "stillframe"
    def work(n)
      n + 1
    end
    def other(n)
      n + 1
    end
    def compiled
      20_000.times { work(1); other(1) }
      stats[:compiled_block_count]
    end
    def stats = RubyVM::YJIT.runtime_stats
    def note = Stillframe.status["notes"]["yjit"]
    def took(name)
      began = Process.clock_gettime(Process::CLOCK_MONOTONIC, :nanosecond)
      name == :work ? times_of_work : times_of_other
      Process.clock_gettime(Process::CLOCK_MONOTONIC, :nanosecond) - began
    end
    def times_of_work = 2_000.times { |n| work(n) }
    def times_of_other = 2_000.times { |n| other(n) }
    # The probed method beside one that never was, by the quickest of many turns each; what else runs on the machine
    # can only add, so the best of several tries is the truth.
    def ratio
      5.times.map do
        each = Array.new(100) { [took(:work), took(:other)] }.transpose.map(&:min)
        each[0].fdiv(each[1])
      end.min
    end
    # Places a probe on `work`; its state.
    def come
      @id = Stillframe.probe("yjit.rb:4", kind: "count")
      Stillframe.status["probes"].find { |one| one["probe"] == @id }
    end
    # Takes it off again, and waits until it is.
    def go
      Stillframe.remove(@id)
      # Not so often that this itself is compiled.
      sleep 0.01 while Stillframe.status["probes"].any?
    end
    def start = Stillframe.start(sink: ->(_) {}, service: "yjit")
    # Many methods, as an application has them, and a call of each that has them compiled.
    def many(count)
      count.times { |n| eval "def m\#{n}(a); b = a + \#{n}; c = b.to_s; c.size + work(b); end" }
    end
    def call_many(count)
      40.times { count.times { |n| send("m\#{n}", n) } && nest(DEPTH) {} }
    end
    # Does something with so many methods on the stack.
    DEPTH = 20
    DEPTH.times { |n| eval "def n\#{n + 1} = yield" }
    def nest(depth, &work) = depth.zero? ? work.call : send("n\#{depth}") { nest(depth - 1, &work) }
  RUBY

  def run_yjit(source, *flags)
    out, err, status = Open3.capture3(RbConfig.ruby, "--yjit", "-e", "p RubyVM::YJIT.runtime_stats[:compiled_block_count]")
    skip "no YJIT that counts what it compiles: #{out}#{err.lines.first}" unless status.success? && out =~ /\A\d+/

    file = File.join(@folder, "yjit.rb")
    File.write(file, HEAD + source)
    out, err, status = Open3.capture3(RbConfig.ruby, "--yjit", *flags, file)
    assert status.success?, err
    out
  end

  def test_a_probe_that_is_gone_leaves_compiled_code
    out = run_yjit(<<~RUBY)
      start
      compiled
      come
      compiled
      go
      gone = stats[:compiled_block_count]
      p compiled > gone
    RUBY
    assert_equal "true\n", out
  end

  def test_code_is_as_fast_as_code_beside_it_once_its_probe_is_gone
    out = run_yjit(<<~RUBY)
      start
      ratio
      come
      slow = ratio
      go
      compiled
      puts slow, ratio
    RUBY
    slow, gone = out.split.map(&:to_f)
    # A hit takes many times what the method takes: else nothing was measured.
    assert_operator slow, :>, 2
    assert_operator gone, :<=, 1.1
  end

  def test_what_was_compiled_is_told
    out = run_yjit(<<~RUBY, "--yjit-exec-mem-size=8")
      start
      compiled
      come
      puts note
    RUBY
    told = /\Aall code was compiled anew 1 times for probes; its region has \d+ of 8388608 bytes, \d+ before the first\n\z/
    assert_match told, out
  end

  # A probe that comes and goes beside an application of many methods, so many of which stand on the stack.
  def cycles(count, size, depth)
    out = run_yjit(<<~RUBY, "--yjit-exec-mem-size=#{size}")
      many(200)
      call_many(200)
      start
      refused = cycle = 0
      turns = lambda do
        while cycle < #{count}
          refused += 1 if come["state"] != "armed"
          call_many(200)
          go
          call_many(200)
          cycle += 1
        end
      end
      #{depth} > 0 ? nest(#{depth}, &turns) : turns.call
      puts note
      before = stats[:compiled_block_count]
      def new_code(a) = a.to_s + "new"
      20_000.times { new_code(1) }
      puts stats[:compiled_block_count] > before, refused, ratio
    RUBY
    told, is_compiling, refused, ratio = out.lines(chomp: true)
    puts "#{count} cycles on #{RUBY_VERSION}: #{told}" if count > 1_000
    assert_equal "true", is_compiling
    assert_match(/its region has \d+ of #{size << 20} bytes, .*; it was cleared [1-9]\d* times/, told)
    assert_operator told[/region has (\d+)/, 1].to_i, :<, size << 20
    assert_operator ratio.to_f, :<=, 1.1
    refused.to_i
  end

  # Without clearing, and without a budget, a region of four megabytes is full after some twelve cycles of this.
  def test_probes_that_come_and_go_never_end_compilation
    assert_equal 0, cycles(CYCLES, 4, 0)
  end

  # What stands on the stack is compiled with everything else, and nothing of what it was is cleared.
  def test_where_too_much_is_kept_probes_are_refused_and_compilation_goes_on
    assert_operator cycles(30, 2, 20), :>, 0
  end

  def test_where_there_is_no_room_for_the_code_anew_no_hook_is_set
    out = run_yjit(<<~RUBY, "--yjit-exec-mem-size=1", "--yjit-call-threshold=5")
      count = 0
      while stats[:code_region_size] < 960_000 && count < 5_000
        eval "def m\#{count}(a); b = a + \#{count}; c = b.to_s; c.size + work(b); end"
        10.times { |n| send("m\#{count}", n) }
        count += 1
      end
      start
      before = stats
      found = come
      puts found["state"], found["why"].values_at("code", "message", "hint")
      puts stats[:code_gc_count] - before[:code_gc_count], note
      p stats[:inline_code_size] >= before[:inline_code_size]
    RUBY
    state, code, message, hint, cleared, told, is_kept = out.lines(chomp: true)
    assert_equal %w[refused policy], [state, code]
    assert_match(/\AYJIT's memory for compiled code is nearly full: [\d.]+ MiB of 1.0 MiB are taken/, message)
    assert_equal "start Ruby with a larger --yjit-exec-mem-size", hint
    assert_equal "0", cleared
    assert_match(/compiled anew 0 times .*for want of room 1 hooks were not set\z/, told)
    assert_equal "true", is_kept
  end
end
