# frozen_string_literal: true

# What the binding's tests share: an agent in this process, and probes on code that is loaded for a test.

require "minitest/autorun"
require "set"
require "tmpdir"
# Where the gate gathers which vectors ran.
SUMMARY = ENV["STILLFRAME_CONFORMANCE"]
ENV.keys.each { |name| ENV.delete(name) if name.start_with?("STILLFRAME_") && !%w[STILLFRAME_RUBY_LIBRARY STILLFRAME_DIRECT_READS].include?(name) }
$LOAD_PATH.unshift(File.expand_path("../lib", __dir__))
require "stillframe"

# A probe and what came of it.
class Placed
  # Longer than anything takes; what is waited for comes within milliseconds.
  PATIENCE_S = (ENV["PATIENCE"] || 120).to_i

  attr_reader :id, :got

  def self.wait_for(what)
    deadline = Process.clock_gettime(Process::CLOCK_MONOTONIC) + PATIENCE_S
    loop do
      found = yield
      return found if found
      raise "never: #{what.respond_to?(:call) ? what.call : what}" if Process.clock_gettime(Process::CLOCK_MONOTONIC) > deadline

      sleep 0.001
    end
  end

  def initialize(location, **options)
    @got = Queue.new
    options[:limit] = 1_000_000 unless options.key?(:limit)
    @id = Stillframe.probe(location, **options) { |result| @got << result }
  end

  def report
    Stillframe.status["probes"].find { |one| one["probe"] == @id }
  end

  def counters
    report["counters"]
  end

  def hits
    counters["hits"]
  end

  def armed
    Placed.wait_for(-> { report }) { report["state"] != "pending" }
    raise "not armed: #{report}" unless %w[armed resting].include?(report["state"])

    self
  end

  def snapshot
    Stillframe.flush
    Placed.wait_for("a snapshot") { !@got.empty? }
    @got.pop
  end

  def remove
    Stillframe.remove(@id)
  end
end

# A test with an agent and code of its own.
class AgentTest < Minitest::Test
  def setup
    # A process takes so many snapshots a second; a new agent begins anew.
    Stillframe.stop
    Stillframe.start(sink: ->(_) {}, service: "tests")
    @folder = Dir.mktmpdir("stillframe")
    @placed = []
  end

  def teardown
    @placed.each(&:remove)
    Stillframe.stop
    FileUtils.remove_entry(@folder)
  end

  # Adds to the table that the gate prints: cases that ran, and how many did not, by reason.
  def tell(file, ran, skipped)
    minor = RUBY_VERSION[/\A\d+\.\d+/]
    lines = ["#{file}\tRuby #{minor}\t#{ran}\t#{skipped.values.sum}", *skipped.map { |reason, of| "\t#{of}\t#{reason}" }]
    File.write(SUMMARY, lines.join("\n") + "\n", mode: "a") if SUMMARY
  end

  # Loads a source as a file of its own, with `#: NAME` marks on its lines.
  def place(source, name = "#{self.class.name.downcase}_#{self.name}.rb")
    @path = File.join(@folder, name)
    File.write(@path, source)
    silently { load @path }
    @path
  end

  # Loading a file again tells of its constants.
  def self.silently
    before, $VERBOSE = $VERBOSE, nil
    yield
  ensure
    $VERBOSE = before
  end

  def silently(&) = self.class.silently(&)

  def line(mark)
    found = File.readlines(@path, chomp: true).each_with_index.select { |text, _| text.end_with?("#: #{mark}") }
    raise "#{mark} marks #{found.size} lines" unless found.size == 1

    found[0][1] + 1
  end

  def probe(mark, **options)
    one = Placed.new("#{@path}:#{line(mark)}", **options)
    @placed << one
    one.armed
  end

  # What is captured of the locals at a mark while the block runs.
  def locals(mark, **options)
    one = probe(mark, **options)
    yield
    one.snapshot["locals"]
  end
end
