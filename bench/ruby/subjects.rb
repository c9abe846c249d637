# frozen_string_literal: true

# Who looks into a running line: Stillframe, and what Ruby itself offers.
#
# Each has a process of its own. Invariant: what a subject counted is compared with what ran, to the unit, where it
# counts; and a condition that becomes true is noticed.

require_relative "workload"

# A case did not do what it is meant to measure.
class ControlFailed < StandardError
end

def expect(what, found, wanted)
  raise ControlFailed, "#{what}: #{found.inspect} instead of #{wanted.inspect}" unless found == wanted
end

# One way to do it.
class Subject
  # Cases that are measured, and the files that are probed for them.
  CASES = %i[condition_false].freeze
  # Calls of one measurement of what is not cheap.
  FEW = {}.freeze

  # Whether it captures as well.
  def captures?
    respond_to?(:capture)
  end

  def cases
    self.class::CASES
  end

  def name
    self.class.name.downcase
  end

  def start; end

  def arm(name); end

  # Once everything is armed, and before anything is measured.
  def armed; end

  # Calls of one measurement.
  def calls(name, most)
    self.class::FEW.fetch(name, most)
  end

  # Between two measurements of a case.
  def between(name); end

  # After so many calls of each case's method.
  def control(called); end

  def stop; end
end

# A TracePoint of the line alone, with an empty block.
class Tracepoint < Subject
  CASES = %i[condition_false removed].freeze

  def arm(name)
    traced = point
    method = method("of_#{name}")
    traced.enable(target: method, target_line: Workload::PROBED)
    traced.disable if name == :removed
  end

  def point
    TracePoint.new(:line) {}
  end
end

# The same with a condition by the frame's binding.
class BindingCondition < Tracepoint
  CASES = %i[condition_false].freeze

  def name
    "binding"
  end

  def point
    TracePoint.new(:line) { |point| @seen = true if point.binding.local_variable_get(:b) < 0 }
  end

  def control(_called)
    expect("binding: seen of what is false", @seen, nil)
    of_condition_false(-5)
    expect("binding: seen of what is true", @seen, true)
  end
end

# Ruby's own debugger.
class Debug < Subject
  FEW = { condition_false: 500 }.freeze
  # Where it is true it is noticed, and nothing stops.
  CONDITION = "b < 0 && ($noticed = true) && false"

  def start
    require "debug/session"
    DEBUGGER__.start(nonstop: true)
  end

  def arm(name)
    DEBUGGER__::SESSION.add_line_breakpoint(Workload[name], Workload::PROBED, cond: CONDITION)
  end

  def control(_called)
    expect("debug: noticed of what is false", $noticed, nil)
    of_condition_false(-5)
    expect("debug: noticed of what is true", $noticed, true)
  end

  # Its own end would wait for whoever debugs.
  def stop
    $stdout.flush
    Workload.close
    exit!(0)
  end
end
