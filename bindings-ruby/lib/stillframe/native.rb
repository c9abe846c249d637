# frozen_string_literal: true

# Loads the part of Stillframe that is compiled: the file that STILLFRAME_RUBY_LIBRARY names, else the one
# for this version of Ruby that lies beside. Sets Stillframe::UNSUPPORTED to why there is none, or to nil.

module Stillframe
  # Why the native part could not be loaded, for people.
  module Absent
    MINORS = %w[3.1 3.3 3.4].freeze

    def self.reason(error)
      minor = RUBY_VERSION[/\A\d+\.\d+/]
      unless RUBY_ENGINE == "ruby" && MINORS.include?(minor)
        return "#{RUBY_ENGINE} #{minor} has no agent yet; CRuby #{MINORS.join(", ")} have"
      end

      "the native part cannot be loaded: #{error.message}"
    end

    def self.load
      named = ENV["STILLFRAME_RUBY_LIBRARY"]
      minor = RUBY_VERSION[/\A\d+\.\d+/]
      named = nil if named && named.empty?
      require named || File.join(__dir__, minor, "stillframe_ruby.so")
      nil
    rescue LoadError => error
      reason(error)
    end
  end
  private_constant :Absent

  UNSUPPORTED = Absent.load
  private_constant :UNSUPPORTED
end
