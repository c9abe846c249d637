# frozen_string_literal: true

# What a hit costs on this Ruby, as JSON lines: `ruby overhead.rb stillframe|tracepoint|binding|debug|datadog [--short]`.
#
# Invariant: base and cases are measured in turns, and of many short rounds the quickest counts: what else runs on the
# machine only ever adds.

require_relative "captures"
require_relative "row"
require_relative "subjects"

SHORT = ARGV.include?("--short")
ROUNDS = SHORT ? 3 : 300
CALLS = SHORT ? 1_000 : 10_000
BURSTS = SHORT ? 2 : 12
BASES = %i[base base_again].freeze
# What nobody probes, measured before the subject is there as well.
BEFORE = [*BASES, :unprobed_function].freeze

def subject_named(name)
  case name
  when "stillframe"
    require_relative "stillframe"
    Ours.new
  when "datadog"
    require_relative "datadog"
    DatadogsProbes.new
  when "tracepoint" then Tracepoint.new
  when "binding" then BindingCondition.new
  when "debug" then Debug.new
  else abort "no subject #{name}"
  end
end

# Rounds over a subject.
class Bench
  attr_reader :called

  def initialize(subject)
    @subject = subject
    # Least nanoseconds a call: before the subject is there, while nothing is probed, and with probes.
    @before = Hash.new(Float::INFINITY)
    @idle = Hash.new(Float::INFINITY)
    @armed = Hash.new(Float::INFINITY)
    @called = Hash.new(0)
  end

  def run
    BEFORE.each { |name| Workload.define(name) }
    ROUNDS.times { round(BEFORE, @before) }
    @subject.start
    # Some know only what is loaded when they are there.
    (@subject.cases - BEFORE).each { |name| Workload.define(name) }
    ROUNDS.times { round([:unprobed_function], @idle) }
    @subject.cases.each { |name| @subject.arm(name) }
    @subject.armed
    measured = [*BASES, *@subject.cases]
    ROUNDS.times { round(measured, @armed, counted: true) }
    @subject.control(@called)
  end

  def print
    base = @armed[:base]
    row("base", "none", base, 1)
    row("base_again", "none", @armed[:base_again] - base, @armed[:base_again] / base)
    return print_cases(base) unless @subject.name == "stillframe"

    alone = @before[:unprobed_function]
    { idle_function: @idle, unprobed_function: @armed }.each do |name, least|
      ns = least[:unprobed_function]
      row(name, @subject.name, ns - alone, ns / alone)
    end
    print_cases(base)
  end

  private

  def print_cases(base)
    (@subject.cases - [:unprobed_function]).each do |name|
      row(name, @subject.name, @armed[name] - base, @armed[name] / base)
    end
  end

  def round(names, least, counted: false)
    # Whoever is always first pays for caches that are always cold.
    names.shuffle.each do |name|
      calls = @subject.calls(name, CALLS)
      @subject.between(name) if counted
      least[name] = [least[name], Workload.time(name, calls)].min
      @called[name] += calls if counted
    end
  end
end

subject = subject_named(ARGV[0])
bench = Bench.new(subject)
begin
  bench.run
  captured = capture_10_locals(subject, BURSTS) if subject.captures?
rescue ControlFailed => failure
  abort "overhead.rb: #{failure.message}"
end
bench.print
row("capture_10_locals", subject.name, *captured) if captured
subject.stop
