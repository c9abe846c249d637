# frozen_string_literal: true

# The agent's life in a process: start, stop, exit, forks.

require_relative "helper"
require "open3"

class TestProcess < AgentTest
  SOURCE = "def counted(n)\n  n += 1\n  n #: line\nend\n"

  def run_ruby(source)
    file = File.join(@folder, "run.rb")
    File.write(file, "$LOAD_PATH.unshift #{File.expand_path("../lib", __dir__).inspect}\nrequire 'stillframe'\n#{source}")
    Open3.capture3(RbConfig.ruby, file)
  end

  def test_what_is_off_says_why
    Stillframe.stop
    assert_equal false, Stillframe.status["enabled"]
    error = assert_raises(Stillframe::Error) { Stillframe.probe("a.rb:1") }
    assert_equal "not_started", error.code
  end

  def test_an_error_says_what_and_what_to_do
    error = assert_raises(Stillframe::Error) { Stillframe.probe("") }
    assert_equal "location", error.code
  end

  def test_it_may_be_started_again
    place(SOURCE)
    Stillframe.stop
    Stillframe.start(sink: ->(_) {}, service: "again")
    one = probe("line")
    counted(1)
    assert_equal 1, one.hits
    assert_equal "again", Stillframe.status["service"]
  end

  def test_no_thread_is_left_behind
    place(SOURCE)
    probe("line")
    Stillframe.stop
    refute_includes Thread.list.map(&:name), "stillframe"
  end

  def test_what_was_captured_is_delivered_at_exit
    out, err, status = run_ruby(<<~RUBY)
      Stillframe.start(sink: "stdout", service: "exits")
      def f(a)
        a
      end
      Stillframe.probe("run.rb:5")
      f(7)
      exit 3
    RUBY
    assert_equal 3, status.exitstatus, err
    assert_empty err
    assert_match(/"a":7/, out)
  end

  def test_a_child_has_its_own_counts_and_probes
    place(SOURCE)
    one = probe("line", kind: "count")
    counted(1)
    read, write = IO.pipe
    child = fork do
      2.times { counted(1) }
      one.remove
      two = Placed.new("#{@path}:3", kind: "count").armed
      counted(1)
      write.write [Stillframe.status["probes"].size, two.hits].inspect
      write.close
      exit!
    end
    write.close
    Process.wait child
    assert_equal "[1, 1]", read.read
    counted(1)
    assert_equal 2, one.hits
  end

  def test_a_child_captures
    place(SOURCE)
    probe("line")
    read, write = IO.pipe
    child = fork do
      found = Queue.new
      Stillframe.probe("#{@path}:3") { |result| found << result }
      counted(41)
      Stillframe.flush
      write.write found.pop["locals"]["n"]
      write.close
      exit!
    end
    write.close
    Process.wait child
    assert_equal "42", read.read
  end

  def test_a_callback_that_raises_is_told_and_no_more
    place(SOURCE)
    one = Stillframe.probe("#{@path}:3") { |_| raise "mine" }
    _, err = capture_subprocess_io do
      counted(1)
      # What was handed over may still be on its way to be told.
      Placed.wait_for("what is told") { Stillframe.flush && File.size("/proc/self/fd/2").positive? }
    end
    assert_match(/a callback failed: mine/, err)
  ensure
    Stillframe.remove(one)
  end

  # The script is compiled long after our thread looked for it, and of that nobody tells.
  def test_a_probe_of_a_file_of_probes_is_placed_on_the_main_script
    main, probes, late = %w[main.rb probes.json late.rb].map { |name| File.join(@folder, name) }
    File.write(late, <<~RUBY)
      until_s = Process.clock_gettime(Process::CLOCK_MONOTONIC) + 5
      looked = -> { Stillframe.status["probes"].any? { |one| one["why"] && one["why"]["code"] != "waiting_for_runtime" } }
      sleep 0.001 until looked.call || Process.clock_gettime(Process::CLOCK_MONOTONIC) > until_s
    RUBY
    File.write(main, <<~RUBY)
      class InMain
        def counted(n)
          n + 1
        end
      end
      until_s = Process.clock_gettime(Process::CLOCK_MONOTONIC) + #{Placed::PATIENCE_S}
      report = -> { Stillframe.status["probes"][0] }
      until report.call["counters"]["hits"] > 2 || Process.clock_gettime(Process::CLOCK_MONOTONIC) > until_s
        InMain.new.counted(1)
        sleep 0.001
      end
      print report.call["state"], report.call["why"].inspect
    RUBY
    File.write(probes, '[{"kind":"count","location":"main.rb:3"}]')
    environment = { "STILLFRAME_PROBES" => probes, "STILLFRAME_SINK" => "stderr" }
    library = File.expand_path("../lib", __dir__)
    out, err, = Open3.capture3(environment, RbConfig.ruby, "-I", library, "-rstillframe/auto", "-r", late, main)
    assert_equal ["armednil", ""], [out, err]
  end

  def test_a_thread_of_ours_does_not_keep_the_process
    _, err, status = run_ruby("Stillframe.start(sink: 'stderr', service: 'x'); def f; 1; end\nStillframe.probe('run.rb:3')\n")
    assert status.success?, err
  end
end
