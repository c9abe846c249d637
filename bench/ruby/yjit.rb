# frozen_string_literal: true

# What is left of compiled code when a probe is gone: `ruby --yjit yjit.rb stillframe|tracepoint [--short]`.
#
# Invariants: what is compared is compiled again first, runs in turns, and the quickest of many rounds counts; the
# growth of the region is what its own account says.

require_relative "row"
require_relative "stillframe"

SHORT = ARGV.include?("--short")
CYCLES = SHORT ? 2 : 20
ROUNDS = SHORT ? 3 : 20
CALLS = 10_000
# After a flush code is interpreted until it was called so often.
WARM = 3
NAMES = %i[base condition_false].freeze

def size
  stats = RubyVM::YJIT.runtime_stats
  stats[:inline_code_size] + stats[:outlined_code_size]
end

# Keeps the least of each in `least`.
def measure(least)
  WARM.times { NAMES.each { |name| Workload.time(name, CALLS) } }
  ROUNDS.times do
    NAMES.shuffle.each { |name| least[name] = [least[name], Workload.time(name, CALLS)].min }
  end
end

# By the agent.
class ByStillframe
  def start
    @agent = Ours.new
    @agent.start
  end

  def set
    @id = @agent.place("#{Workload[:condition_false]}:#{Workload::PROBED}", **Ours::FALSE)
  end

  def off
    @agent.remove(@id)
  end
end

# By Ruby's own means.
class ByTracepoint
  def start; end

  def set
    @point = TracePoint.new(:line) {}
    @point.enable(target: method(:of_condition_false), target_line: Workload::PROBED)
  end

  def off
    @point.disable
  end
end

abort "yjit.rb: YJIT does not run" unless RubyVM::YJIT.enabled?
subject = ARGV[0] == "stillframe" ? ByStillframe.new : ByTracepoint.new
NAMES.each { |name| Workload.define(name) }
before, armed, after = Array.new(3) { Hash.new(Float::INFINITY) }
measure(before)
subject.start
first = size
CYCLES.times do
  subject.set
  measure(armed)
  subject.off
  measure(after)
end
grown = (size - first).fdiv(CYCLES)
name = ARGV[0]

# After all of it, beside the same code before any of it.
def left(name, before, after)
  [after[name] - before[name], after[name] / before[name]]
end

row("yjit_base", name, before[:base], 1) if name == "stillframe"
row("yjit_unprobed_function", name, *left(:base, before, after))
row("yjit_condition_false", name, armed[:condition_false] - armed[:base], armed[:condition_false] / armed[:base])
row("yjit_removed", name, *left(:condition_false, before, after))
row("yjit_arm_bytes", name, grown, 1)
