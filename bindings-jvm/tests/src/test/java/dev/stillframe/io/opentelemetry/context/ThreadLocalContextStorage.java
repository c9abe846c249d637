// A class that is called like OpenTelemetry's and has a number where that has a reference.

package dev.stillframe.io.opentelemetry.context;

public final class ThreadLocalContextStorage {
  public static final int[] MADE = {1};
  static int THREAD_LOCAL_STORAGE = 0x7ffffff1 / MADE[0];

  private ThreadLocalContextStorage() {}
}
