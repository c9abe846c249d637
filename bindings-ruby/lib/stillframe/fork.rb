# frozen_string_literal: true

# Has every fork of Ruby's own told to the native part, so that the parent forks without a thread of ours
# and the child begins a life of its own. A child that comes by other ways is noticed at its first hit.

module Stillframe
  # Stands before Process._fork, through which Kernel#fork, IO.popen and all others go.
  module Fork
    def _fork
      native = Stillframe.following
      return super unless native

      native.before_fork
      forked = nil
      begin
        forked = super
      ensure
        forked == 0 ? native.fork_in_child : native.fork_in_parent
      end
      forked
    end
  end
  private_constant :Fork

  # Of a module that stands before a method only the first time counts: it stays, and asks.
  def self.follow_forks
    Process.singleton_class.prepend(Fork) unless Process.singleton_class.include?(Fork)
  end
  private_class_method :follow_forks
end
