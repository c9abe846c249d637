# frozen_string_literal: true

# What a whole snapshot of ten locals and the stack costs, in bursts as on the other runtimes: what is told is
# one of twenty in a row, and the first, in front of them, warms what a second has cooled.
#
# Knows no subject. Invariant: each was captured.

require_relative "workload"

# With the one in front, of the 25 that a process takes a second.
BURST = 20
BURST_EVERY_S = 1.05

# One of the quickest burst: nanoseconds that it adds, and to what.
def capture_10_locals(subject, bursts)
  path = Workload.define_ten
  base = Array.new(1_000) { Workload.time(:ten, BURST) }.min
  captured = subject.capture(path, Workload::TEN_LINE)
  best = Array.new(bursts) do
    # An application runs meanwhile: asleep, the processor would forget its own caches.
    ends = Process.clock_gettime(Process::CLOCK_MONOTONIC) + BURST_EVERY_S
    Workload.time(:base, 100) while Process.clock_gettime(Process::CLOCK_MONOTONIC) < ends
    Workload.time(:ten, 1)
    Workload.time(:ten, BURST)
  end.min
  expect("#{subject.name}: captures", captured.call, (BURST + 1) * bursts)
  [best - base, best.fdiv(base)]
end
