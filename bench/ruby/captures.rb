# frozen_string_literal: true

# What a whole snapshot of ten locals and the stack costs.
#
# Knows no subject. Invariant: each was captured.

require_relative "workload"

# A process takes so many snapshots a second.
CAPTURE_EVERY_S = 0.09

# The quickest of many, one at a time: nanoseconds that it adds, and to what.
def capture_10_locals(subject, captures)
  path = Workload.define_ten
  base = Array.new(1_000) { once_of_ten }.min
  captured = subject.capture(path, Workload::TEN_LINE)
  best = Array.new(captures) do
    # An application runs meanwhile: asleep, the processor would forget its own caches.
    ends = Process.clock_gettime(Process::CLOCK_MONOTONIC) + CAPTURE_EVERY_S
    Workload.time(:base, 100) while Process.clock_gettime(Process::CLOCK_MONOTONIC) < ends
    # The first of two warms what the wait has cooled.
    [once_of_ten, once_of_ten].min
  end.min
  expect("#{subject.name}: captures", captured.call, 2 * captures)
  [best - base, best.fdiv(base)]
end
