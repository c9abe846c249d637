# frozen_string_literal: true

# Runs all tests of the binding in one process: `STILLFRAME_RUBY_LIBRARY=… ruby tests/run.rb`.

Dir[File.join(__dir__, "test_*.rb")].sort.each { |file| require file }
