// The agent's status, of which the bench needs a few figures. Knows its JSON well enough to find them.

package bench;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

final class Status {
  private static final Pattern FIGURE = Pattern.compile("\"([a-z_]+)\":(\\d+)");
  private static final long ARMED_WITHIN_NS = 10_000_000_000L;

  private Status() {}

  /** Why nothing can be measured, or the empty text. */
  static String off() {
    String status = dev.stillframe.Stillframe.statusJson();
    return status.contains("\"off\":") ? status : "";
  }

  /** Waits until the probe is on its line. */
  static void await(String id, String name) throws InterruptedException {
    long end = System.nanoTime() + ARMED_WITHIN_NS;
    while (!report(id).contains("\"state\":\"armed\"")) {
      if (System.nanoTime() > end) {
        throw new IllegalStateException(name + " is not armed in 10 s: " + report(id));
      }
      Thread.sleep(1);
    }
  }

  /** Counters of a probe, those that are 0 too. */
  static Map<String, Long> counters(String id) {
    String report = report(id);
    int begin = report.indexOf("\"counters\":{");
    String text = report.substring(begin, report.indexOf('}', begin));
    Map<String, Long> counters = new LinkedHashMap<>();
    Matcher figures = FIGURE.matcher(text);
    while (figures.find()) counters.put(figures.group(1), Long.valueOf(figures.group(2)));
    return counters;
  }

  /** The report of one probe. */
  private static String report(String id) {
    String status = dev.stillframe.Stillframe.statusJson();
    int begin = status.indexOf("{\"probe\":\"" + id + "\"");
    if (begin < 0) return "";
    int end = status.indexOf("{\"probe\":", begin + 1);
    return end < 0 ? status.substring(begin) : status.substring(begin, end);
  }
}
