# frozen_string_literal: true

# Files that are loaded anew, and methods that are defined anew: probes go on in the new code.

require_relative "helper"
require "objspace"
require "open3"

class TestReload < AgentTest
  SOURCE = <<~RUBY
    class Reloaded
      def total(a)
        b = a + 1
        b * 2 #: line
      end

      def kept(a)
        proc { a + 1 } #: block
      end
    end
  RUBY

  def setup
    super
    place(SOURCE, "reloaded.rb")
  end

  def again(source = nil)
    File.write(@path, source) if source
    silently { load @path }
  end

  # Hits until the probe has as many as are wanted: the new code is armed beside the program.
  def hit_until(one, count)
    Placed.wait_for(-> { one.report }) do
      yield
      one.hits >= count
    end
  end

  def note(one)
    one.report["at"]["note"].to_s
  end

  def test_a_file_that_is_loaded_anew_is_probed_anew_and_counts_go_on
    one = probe("line", kind: "count", condition: "b > 0")
    3.times { Reloaded.new.total(1) }
    again
    hit_until(one, 4) { Reloaded.new.total(1) }
    assert_equal ["armed", nil], one.report.values_at("state", "why")
    assert_match(/loaded anew and armed in the new code, 1 times/, note(one))
  end

  def test_what_is_kept_of_the_old_code_is_hit_still
    one = probe("line", kind: "count")
    old = Reloaded.instance_method(:total)
    again
    hit_until(one, 1) { Reloaded.new.total(1) }
    before = one.hits
    old.bind_call(Reloaded.new, 1)
    assert_equal before + 1, one.hits
  end

  def test_snapshots_of_the_new_code_read_its_own_frames
    one = probe("line", condition: "b == 6")
    again(SOURCE.sub("b = a + 1", "c = 5; b = a + c"))
    Placed.wait_for("a snapshot") do
      Reloaded.new.total(1)
      Stillframe.flush
      !one.got.empty?
    end
    assert_equal [1, 5, 6], one.got.pop["locals"].values_at("a", "c", "b")
  end

  def test_a_constant_that_is_taken_away_and_loaded_anew
    one = Placed.new("Reloaded#total", kind: "count")
    @placed << one
    one.armed
    Object.send(:remove_const, :Reloaded)
    again
    hit_until(one, 1) { Reloaded.new.total(1) }
    assert_equal "armed", one.report["state"]
  end

  def test_a_line_that_is_gone_is_said
    one = probe("line", kind: "count")
    old = Reloaded.instance_method(:total)
    again("class Reloaded\nend\n")
    Placed.wait_for(-> { one.report }) { note(one).include?("not armed in what was loaded since") }
    old.bind_call(Reloaded.new, 1)
    assert_equal ["armed", 1], [one.report["state"], one.hits]
    again(SOURCE)
    hit_until(one, 2) { Reloaded.new.total(1) }
    refute_match(/not armed/, note(one))
  end

  def test_a_time_probe_goes_on
    one = Placed.new("#{@path}:total", kind: "time")
    @placed << one
    one.armed
    again
    hit_until(one, 1) { Reloaded.new.total(1) }
    assert_equal "armed", one.report["state"]
  end

  def iseqs
    3.times { GC.start }
    ObjectSpace.count_imemo_objects[:imemo_iseq]
  end

  def test_a_thousand_reloads_keep_no_old_code
    probe("line", kind: "count", condition: "b > 0")
    again
    before = iseqs
    1_000.times { again }
    one = probe("line", kind: "count", condition: "b > 1")
    Reloaded.new.total(1)
    assert_equal 1, one.hits
    # Each load makes four.
    assert_operator iseqs - before, :<, 400
  end

  def test_a_method_that_is_evaluated_anew_is_probed_anew
    path = File.join(@folder, "evaluated.rb")
    define = -> { Reloaded.class_eval("def made(a)\n  a + 1\nend", path, 10) }
    silently(&define)
    one = Placed.new("#{path}:11", kind: "count")
    @placed << one
    one.armed
    Reloaded.new.made(1)
    before = iseqs
    300.times { silently(&define) }
    hit_until(one, 2) { Reloaded.new.made(1) }
    assert_operator iseqs - before, :<, 300
  end

  ZEITWERK = <<~RUBY
    require "zeitwerk"
    loader = Zeitwerk::Loader.new
    loader.push_dir(FOLDER)
    loader.enable_reloading
    loader.setup
    Stillframe.start(sink: ->(_) {}, service: "zeitwerk")
    Rules.best(1)
    id = Stillframe.probe("rules.rb:3", kind: "count")
    hits = -> { Stillframe.status["probes"][0]["counters"]["hits"] }
    3.times do |turn|
      loader.reload
      200.times { Rules.best(1); break if hits.call > turn; sleep 0.05 }
    end
    p hits.call >= 3, Stillframe.status["probes"][0]["state"]
  RUBY

  def test_zeitwerk_reloads
    _, _, status = Open3.capture3(RbConfig.ruby, "-e", 'require "zeitwerk"')
    skip "there is no Zeitwerk for this Ruby" unless status.success?

    File.write(File.join(@folder, "rules.rb"), "module Rules\n  def self.best(a)\n    a + 1\n  end\nend\n")
    FileUtils.rm(@path)
    library = File.expand_path("../lib", __dir__)
    source = ZEITWERK.sub("FOLDER", @folder.inspect)
    out, err, = Open3.capture3(RbConfig.ruby, "-I", library, "-rstillframe", "-e", source)
    assert_equal "true\n\"armed\"\n", out, err
  end
end
