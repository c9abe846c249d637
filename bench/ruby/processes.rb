# frozen_string_literal: true

# Whole processes with the agent and without, in turn, and what is the first of its kind in each.
#
# Invariants: processes that are compared run in turn; each has an agent if it is meant to.

require "open3"
require_relative "row"

SHORT = ARGV.include?("--short")
STARTS = SHORT ? 2 : 20
FIRSTS = SHORT ? 2 : 10
AUTO = File.expand_path("../../bindings-ruby/lib/stillframe/auto", __dir__)
AGENT = ["-r#{AUTO}"].freeze

def now
  Process.clock_gettime(Process::CLOCK_MONOTONIC, :nanosecond)
end

# What a process says; how long it took, from its start to its end.
def run(*words)
  began = now
  said, status = Open3.capture2({ "STILLFRAME_SINK" => "stderr", "STILLFRAME_RUN" => nil }, RbConfig.ruby, *words)
  took = now - began
  abort "processes.rb: #{words.join(" ")} ended with #{status.exitstatus}" unless status.success?

  [took, said]
end

# Ends with an error unless there is an agent, or none.
def starting(flags)
  is_wanted = flags == AGENT
  run(*flags, "-e", "exit 3 if #{is_wanted} != (defined?(Stillframe) && Stillframe.status['enabled'] ? true : false)")[0]
end

def middle(all)
  all.sort[all.size / 2]
end

bare, loaded = Array.new(STARTS) { [starting([]), starting(AGENT)] }.transpose
warn format("start: in the middle %.1f and %.1f ms", middle(bare) / 1e6, middle(loaded) / 1e6)
row("startup", "stillframe", loaded.min - bare.min, loaded.min.fdiv(bare.min))

figures = Array.new(FIRSTS) { run(File.join(__dir__, "first.rb"))[1].split.map(&:to_i) }
%w[first_arm first_hit first_capture].zip(figures.transpose).each do |name, all|
  row(name, "stillframe", all.min, 1)
end
