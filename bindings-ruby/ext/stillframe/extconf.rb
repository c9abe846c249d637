# frozen_string_literal: true

# Makes the Makefile by which `gem install` builds the native part with cargo, where no gem for this platform
# is there.
#
# Knows where the crate lies: in the gem, and in the repository. Invariant: what is built lies in the folder
# of its Ruby's version, and nothing else is written outside of this folder.

require "rbconfig"

here = __dir__
root = File.expand_path("../..", here)
manifests = ["#{root}/bindings-ruby/Cargo.toml", "#{root}/Cargo.toml"]
manifest = manifests.find { |path| File.exist?(path) } or abort "stillframe: the crate is not in this gem"
unless system("cargo", "--version", out: File::NULL, err: File::NULL)
  abort "stillframe: there is no prebuilt agent for #{RUBY_PLATFORM} and Ruby #{RUBY_VERSION}, and cargo, which " \
        "could build one, is not found: install Rust from https://rustup.rs"
end
version = RUBY_VERSION[/\A\d+\.\d+/]
target = ENV["CARGO_TARGET_DIR"] || File.join(here, "target")
ending = RbConfig::CONFIG["host_os"] =~ /darwin/ ? "dylib" : "so"

File.write "Makefile", <<~MAKEFILE
  DESTDIR =
  sitearchdir = #{RbConfig::CONFIG["sitearchdir"]}
  folder = $(DESTDIR)$(sitearchdir)/stillframe/#{version}

  all:
  \tRUBY="#{RbConfig.ruby}" CARGO_TARGET_DIR="#{target}" \\
  \tcargo rustc --release --locked --lib --manifest-path "#{manifest}" -- -C strip=debuginfo
  \tcp "#{target}/release/libstillframe_ruby.#{ending}" stillframe_ruby.so

  install: all
  \tmkdir -p "$(folder)"
  \tcp stillframe_ruby.so "$(folder)/"

  clean:
  \trm -rf target stillframe_ruby.so

  .PHONY: all install clean
MAKEFILE
