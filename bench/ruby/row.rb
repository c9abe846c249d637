# frozen_string_literal: true

# One measurement on stdout, as the table reads it.
#
# Invariant: figures are printed as they were measured, rounded to what is not noise.

# `ns` is what one hit adds, `ratio` is to the base.
def row(name, subject, ns, ratio)
  of = %("runtime":"ruby","version":"#{RUBY_VERSION}","case":"#{name}","subject":"#{subject}")
  puts %({#{of},"ns":#{ns.round(2)},"ratio":#{ratio.round(4)}})
end
