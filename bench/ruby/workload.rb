# frozen_string_literal: true

# The code that is measured: a method for each case, all alike, in a file of its own and with a loop of its own, so
# that what is done to one leaves the others as they are.
#
# Knows nothing of who measures. Invariant: line 3 of a file is the one that is probed, and runs once a call; line 6 never
# runs.

require "fileutils"
require "tmpdir"

module Workload
  # Line of the probe, and one that never runs.
  PROBED = 3
  COLD = 6
  # Ten locals of most kinds, of which one holds 20 keys and one 100 numbers.
  TEN = <<~RUBY
    BY_SKU = (0...20).to_h { |number| [format("SF-%04d", number), number] }
    ITEMS = (0...100).to_a
    def of_ten(x)
      by_sku = BY_SKU; items = ITEMS; title = "checkout"; kind = :cart; price = 129.9; is_new = true; note = nil
      pair = [x, "text"]; total = 1
      x
    end
  RUBY
  # Line where all ten are set.
  TEN_LINE = 6

  # A debugger wants files.
  @folder = Dir.mktmpdir("stillframe-bench")
  @paths = {}

  class << self
    # Path of the file with a case's method.
    def [](name)
      @paths.fetch(name)
    end

    def define(name)
      load_as(name, <<~RUBY + timer(name))
        def of_#{name}(a)
          b = a + 1
          c = b
          return c if c > -100

          c -= 1
        end
      RUBY
    end

    # A method with ten locals, called a few times at a time.
    def define_ten
      load_as(:ten, TEN + timer(:ten))
    end

    # The method that calls a case's method so often, and answers the nanoseconds.
    def timer(name)
      <<~RUBY
        def times_of_#{name}(count)
          began = Process.clock_gettime(Process::CLOCK_MONOTONIC, :nanosecond)
          i = 0
          while i < count
            of_#{name}(i)
            i += 1
          end
          Process.clock_gettime(Process::CLOCK_MONOTONIC, :nanosecond) - began
        end
      RUBY
    end

    # Nanoseconds a call of a case's method, over so many.
    def time(name, calls)
      send("times_of_#{name}", calls).fdiv(calls)
    end

    def close
      FileUtils.remove_entry(@folder) if File.exist?(@folder)
    end

    private

    def load_as(name, source)
      path = File.join(@folder, "of_#{name}.rb")
      File.write(path, source)
      load path
      @paths[name] = path
    end
  end
end

at_exit { Workload.close }
