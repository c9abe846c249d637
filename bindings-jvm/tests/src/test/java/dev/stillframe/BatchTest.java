// Many probes that wait at the same time: what it takes, what each is told, and what is left behind.

package dev.stillframe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BatchTest {
  @TempDir Path folder;

  /** An agent behind ours: counts, keeps bytes, and makes of one class what no class file is. */
  private static final String OTHER =
      """
      import java.lang.instrument.*;
      import java.security.ProtectionDomain;
      import java.util.*;
      import java.util.concurrent.*;
      public class Other implements ClassFileTransformer {
        static Instrumentation tool;
        static final Map<String, Integer> COUNTS = new ConcurrentHashMap<>();
        static final Map<String, byte[]> LATEST = new ConcurrentHashMap<>();
        static volatile boolean spoils;
        public static void premain(String options, Instrumentation given) {
          tool = given;
          given.addTransformer(new Other(), true);
        }
        @Override public byte[] transform(ClassLoader loader, String name, Class<?> type,
            ProtectionDomain domain, byte[] bytes) {
          // Where ours only reads a class, there is no class file.
          boolean isOne = bytes.length > 4 && bytes[0] == (byte) 0xca;
          if (type == null || !isOne || !List.of("One", "Two", "Bad").contains(name)) return null;
          COUNTS.merge(name, 1, Integer::sum);
          LATEST.put(name, bytes.clone());
          return spoils && name.equals("Bad") ? new byte[] {1, 2, 3, 4, 5, 6, 7, 8} : null;
        }
      }
      """;

  private static final String PROGRAM =
      """
      import dev.stillframe.*;
      import java.util.*;
      import java.util.concurrent.*;
      class Program {
        static final List<String> TYPES = List.of("One", "Two", "Bad");
        static final ExecutorService THREADS = Executors.newCachedThreadPool();
        static CountDownLatch entered;
        static CountDownLatch leave;
        static int held(int n) {
          return n; //: held
        }
        /** Runs all while the agent's thread, which runs callbacks too, is held up. */
        static void together(List<Callable<Object>> all, Callable<Boolean> areThere)
            throws Exception {
          entered = new CountDownLatch(1);
          leave = new CountDownLatch(1);
          held(1);
          entered.await();
          List<Future<Object>> ends = new ArrayList<>();
          for (Callable<Object> one : all) ends.add(THREADS.submit(one));
          while (!areThere.call()) Thread.sleep(1);
          leave.countDown();
          for (Future<Object> end : ends) end.get();
        }
        static int count(String text) {
          return Stillframe.statusJson().split(text, -1).length - 1;
        }
        static java.lang.reflect.Field field(String name) throws Exception {
          var field = ClassLoader.getSystemClassLoader().loadClass("Other").getDeclaredField(name);
          field.setAccessible(true);
          return field;
        }
        static Map<?, ?> seen(String name) throws Exception {
          return (Map<?, ?>) field(name).get(null);
        }
        public static void main(String[] words) throws Exception {
          var tool = (java.lang.instrument.Instrumentation) field("tool").get(null);
          for (String type : TYPES) tool.retransformClasses(Class.forName(type));
          Map<Object, Object> before = new HashMap<>(seen("LATEST"));
          Stillframe.probe(Probe.at(words[0]).limit(1_000).onSnapshot(snapshot -> {
            entered.countDown();
            try {
              leave.await();
            } catch (InterruptedException ended) {
              throw new IllegalStateException(ended);
            }
          }));
          seen("COUNTS").clear();
          field("spoils").set(null, true);
          List<ProbeHandle> handles = Collections.synchronizedList(new ArrayList<>());
          List<Callable<Object>> placing = new ArrayList<>();
          for (int at = 0; at < 50; at++) {
            String location = TYPES.get(at % 3) + ".java:" + (3 + at / 3);
            placing.add(() -> handles.add(Stillframe.probe(Probe.at(location).count())));
          }
          together(placing, () -> count("\\"probe\\":") == 51);
          for (String type : TYPES) System.out.println(type + " " + seen("COUNTS").get(type));
          System.out.println("armed " + count("\\"state\\":\\"armed\\"") + ", refused "
              + count("the machine refused the class: the class file is malformed"));
          One.work(1);
          Two.work(1);
          Bad.work(1);
          System.out.println("hits " + count("\\"hits\\":1,"));
          seen("COUNTS").clear();
          List<Callable<Object>> removing = new ArrayList<>();
          for (ProbeHandle handle : handles) {
            removing.add(() -> {
              handle.remove();
              return null;
            });
          }
          together(removing, () -> count("\\"probe\\":") == 1);
          for (String type : TYPES) System.out.println(type + " " + seen("COUNTS").get(type));
          for (String type : List.of("One", "Two")) {
            tool.retransformClasses(Class.forName(type));
            byte[] now = (byte[]) seen("LATEST").get(type);
            System.out.println(Arrays.equals((byte[]) before.get(type), now));
          }
          System.exit(0);
        }
      }
      """;

  /** A class with a line for each of its probes, of which the first is line 3. */
  private static String type(String name) {
    StringBuilder text = new StringBuilder("class " + name + " {\n  static int work(int n) {\n");
    for (int line = 3; line < 20; line++) {
      text.append("    n += ").append(line).append(";\n");
    }
    return text.append("    return n;\n  }\n}\n").toString();
  }

  @Test
  void theyAreSetAndTakenOffTogetherAndABadClassHurtsNoOther() throws Exception {
    Path jar = App.agentJar(folder, OTHER);
    String ours = "-agentpath:" + System.getProperty("stillframe.library");
    App app = App.of(folder, PROGRAM, type("One"), type("Two"), type("Bad")).bare();
    app.variable("STILLFRAME_SINK", "file://" + folder.resolve("results"));
    App.Ended ended = app.option(ours, "-javaagent:" + jar).run(app.at("held"));
    List<String> lines = ended.well().lines().toList();
    assertEquals(10, lines.size(), ended.out() + ended.err());
    // Once with the bad one, which the machine refuses as a whole, and once alone.
    atMost(lines.get(0), "One", 4);
    atMost(lines.get(1), "Two", 4);
    // The one that holds the agent up is armed too, and was hit.
    assertEquals("armed 35, refused 16", lines.get(3), ended.out());
    assertEquals("hits 35", lines.get(4), ended.out());
    atMost(lines.get(5), "One", 2);
    atMost(lines.get(6), "Two", 2);
    assertEquals(List.of("true", "true"), lines.subList(8, 10), ended.out());
  }

  private static void atMost(String line, String type, int times) {
    String[] words = line.split(" ");
    assertEquals(type, words[0]);
    assertTrue(Integer.parseInt(words[1]) <= times, line);
  }
}
