// The module of the Java API: one package, and nothing of the JDK beyond java.base.

/** Non-breaking breakpoints for running Java code. */
module dev.stillframe {
  exports dev.stillframe;
}
