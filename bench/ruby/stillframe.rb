# frozen_string_literal: true

# The agent, without a hub.
#
# Invariant: every hit is looked for in the counters.

require_relative "subjects"

$LOAD_PATH.unshift(File.expand_path("../../bindings-ruby/lib", __dir__))
require "stillframe"

class Ours < Subject
  WITHOUT_RATE = { limit: 1 << 40, rate_per_s: 1_000_000 }.freeze
  FALSE = { condition: "b < 0" }.freeze
  SPECIFICATIONS = {
    unprobed_line: {},
    condition_false: FALSE,
    count: { kind: "count" },
    # Ten are let through, then it is over quota. A count, for snapshots of all probes share a rate.
    over_quota: { kind: "count", limit: 1 << 40, rate_per_s: 1 },
    time_function: { kind: "time" },
    log_line: { kind: "log", log: "b={b}", **WITHOUT_RATE },
    removed: FALSE
  }.freeze
  CASES = [:unprobed_function, *SPECIFICATIONS.keys].freeze
  # Lines at once: 64 buffers are emptied behind them.
  FEW = { log_line: 20 }.freeze
  # What became of a hit, where it is not a false condition.
  OUTCOME = { count: "captured", over_quota: "over_quota", time_function: "captured", log_line: "captured" }.freeze

  def name
    "stillframe"
  end

  def start
    Stillframe.start(sink: ->(_) {}, service: "bench")
    expect("stillframe", Stillframe.status["notes"]["off"], nil)
    @ids = {}
  end

  def arm(name)
    spec = SPECIFICATIONS[name]
    return unless spec

    place = { unprobed_line: Workload::COLD, time_function: "of_#{name}" }.fetch(name, Workload::PROBED)
    id = place("#{Workload[name]}:#{place}", **spec)
    name == :removed ? remove(id) : @ids[name] = id
  end

  # Sets a probe that no budget rests.
  def place(location, **spec)
    id = Stillframe::Native.probe({ location: location, kind: "snap", budget_ppm: 1_000_000 }.merge(spec), nil)
    found = report(id)
    expect("stillframe: state of #{location} (#{found["why"]})", found["state"], "armed")
    id
  end

  def report(id)
    Stillframe.status["probes"].find { |one| one["probe"] == id }
  end

  # Captures at a line; answers how often it did.
  def capture(path, line)
    id = place("#{path}:#{line}", **WITHOUT_RATE)
    -> { report(id)["counters"]["captured"] }
  end

  # Takes one off, and waits until it is.
  def remove(id)
    Stillframe.remove(id)
    deadline = Process.clock_gettime(Process::CLOCK_MONOTONIC) + 10
    while report(id)
      raise ControlFailed, "stillframe: #{report(id)} is still there" if
        Process.clock_gettime(Process::CLOCK_MONOTONIC) > deadline

      sleep 0.001
    end
  end

  def armed
    40.times { of_over_quota(1) }
    @before = @ids.transform_values { |id| report(id)["counters"] }
  end

  # Buffers are empty again.
  def between(name)
    expect("stillframe: delivered", Stillframe.flush(10), true) if name == :log_line
  end

  def control(called)
    @ids.each { |name, id| counted(name, report(id)["counters"], called[name]) }
    before = report(@ids[:condition_false])["counters"]["captured"]
    of_condition_false(-5)
    now = report(@ids[:condition_false])["counters"]["captured"]
    expect("stillframe: captured of what is true", now - before, 1)
  end

  def counted(name, counters, called)
    grown = counters.to_h { |key, value| [key, value - @before[name].fetch(key, 0)] }
    grown = grown.reject { |_, value| value.zero? }
    # The rate's one a second.
    grown["over_quota"] += grown.delete("captured").to_i if name == :over_quota
    wanted = { "hits" => called, OUTCOME.fetch(name, "condition_false") => called }
    expect("stillframe: hits of #{name}", grown, name == :unprobed_line ? {} : wanted)
  end
end
