# frozen_string_literal: true

# What is called with results, by numbers that the native part knows; and what only Ruby knows of this
# process.

module Stillframe
  # Functions of the application that want results.
  module Callbacks # :nodoc: all
    @known = {}
    @next = 0
    @lock = Mutex.new

    class << self
      # The number of what answers to +call+; anything else is itself.
      def numbered(sink)
        return sink unless sink.respond_to?(:call)

        @lock.synchronize do
          @next += 1
          @known[@next] = sink
          @next
        end
      end

      # Hands a result on, in the thread of ours. What is raised there is told on stderr and nowhere else.
      def deliver(number, result)
        @known[number]&.call(result)
      rescue Exception => error # rubocop:disable Lint/RescueException
        warn("stillframe: a callback failed: #{error.message} (#{error.class})")
      end

      def clear
        @lock.synchronize { @known.clear }
      end
    end
  end

  # Who this process is.
  module Identity # :nodoc: all
    MOST_PACKAGES = 500

    def self.of_process
      { main: main, runtime: "ruby #{RUBY_VERSION}", packages: packages, foreign: foreign }
    end

    # The script. Bundler runs the one that it is to execute in its own process.
    def self.main
      name = File.basename($PROGRAM_NAME.to_s, ".rb")
      words = ARGV.reject { |word| word.start_with?("-") }
      name = File.basename(words[1], ".rb") if name =~ /\Abundler?\z/ && words[0] == "exec" && words[1]
      name.sub(/\A-e\z/, "ruby")
    end

    def self.packages
      return {} unless defined?(::Gem) && ::Gem.respond_to?(:loaded_specs)

      ::Gem.loaded_specs.first(MOST_PACKAGES).to_h { |name, spec| [name, spec.version.to_s] }
    end

    # Folders whose code is Ruby's, a gem's or ours.
    def self.foreign
      config = defined?(::RbConfig) ? ::RbConfig::CONFIG : {}
      folders = config.values_at("rubylibdir", "rubyarchdir", "vendordir", "sitedir")
      folders += ::Gem.path if defined?(::Gem) && ::Gem.respond_to?(:path)
      (folders.compact + [__dir__]).uniq.map { |folder| "#{folder}/" }
    end
  end
  private_constant :Identity
end
