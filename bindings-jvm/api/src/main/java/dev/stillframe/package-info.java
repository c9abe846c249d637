// What the package is for, on the first page of the documentation.

/**
 * Non-breaking breakpoints for running Java code: start with {@link dev.stillframe.Stillframe}.
 *
 * <p>The jar is also a Java agent: {@code java -javaagent:stillframe.jar -jar app.jar} starts
 * Stillframe before the application, whose code then needs none of these calls.
 *
 * <p>A JDK from 24 on warns when the jar loads its native library: {@code
 * --enable-native-access=ALL-UNNAMED}, or {@code =dev.stillframe} on the module path, allows it.
 * Nothing is loaded, and nothing warned of, where {@code stillframe run} or {@code -agentpath}
 * brought the agent.
 */
package dev.stillframe;
