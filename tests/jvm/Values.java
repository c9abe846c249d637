// Captures objects of the JDK, one a stream, for the tests to compare with values.json.
//
//     java -Xbootclasspath/a:BOOT -cp APP Values HEADER.json FOLDER
//
// Knows no expected outcome. Every object is the JDK's own or an instance of a class below.

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.stillframe.Capture;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.*;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

final class Values {
  static class Base {
    final int hidden = 1;
    final String from = "base";
    static final int SHARED = 9;
  }

  static final class Derived extends Base {
    final int hidden = 2;
    final byte small = -3;
    final short middle = 300;
    final char letter = 'ä';
    final float part = 0.1f;
    final double whole = 2.5;
    final boolean yes = true;
    final long large = 1L << 40;
    final String password = "hunter2";
    final Object none = null;
  }

  final class Inner {
    final int own = 5;
  }

  enum Status { OPEN, CLOSED { }; final int code = 7; }

  record Point(int x, long y) {}

  static final class Orders extends ArrayList<Integer> {
    final String owner = "Lea";
  }

  static final class Failed extends RuntimeException {
    final int code = 503;

    Failed(String message, Throwable cause) { super(message, cause); }
  }

  private static final Map<String, Object> ALL = new LinkedHashMap<>();

  private static void lists() {
    ALL.put("ArrayList", new ArrayList<>(List.of(1, "a")));
    ALL.put("ArrayList, empty", new ArrayList<>());
    ALL.put("ArrayList, part", new ArrayList<>(List.of(1, 2, 3, 4)).subList(1, 3));
    ALL.put("ArrayList, subclass", new Orders());
    ((Orders) ALL.get("ArrayList, subclass")).add(7);
    ALL.put("Arrays.asList", Arrays.asList(1, 2));
    ALL.put("LinkedList", new LinkedList<>(List.of(1, 2, 3)));
    ArrayDeque<Integer> deque = new ArrayDeque<>(4);
    for (int at = 0; at < 9; at++) {
      deque.addLast(at);
      if (at > 2) deque.removeFirst();
    }
    ALL.put("ArrayDeque, wrapped", deque);
    ALL.put("Vector", new Vector<>(List.of(1)));
    ALL.put("PriorityQueue", new PriorityQueue<>(List.of(1, 2)));
    ALL.put("CopyOnWriteArrayList", new CopyOnWriteArrayList<>(List.of(1, 2)));
    ALL.put("List.of 1", List.of(1));
    ALL.put("List.of 2", List.of(1, 2));
    ALL.put("List.of 3", List.of(1, 2, 3));
    ALL.put("emptyList", Collections.emptyList());
    ALL.put("singletonList", Collections.singletonList(1));
    ALL.put("unmodifiableList", Collections.unmodifiableList(new ArrayList<>(List.of(1))));
    ALL.put("synchronizedList", Collections.synchronizedList(new LinkedList<>(List.of(1))));
  }

  private static void sets() {
    ALL.put("HashSet", new HashSet<>(List.of(1, 2)));
    ALL.put("LinkedHashSet", new LinkedHashSet<>(List.of(9, 1)));
    ALL.put("TreeSet", new TreeSet<>(List.of(3, 1, 2)));
    ALL.put("Set.of 1", Set.of(1));
    ALL.put("Set.of 3, in any order", Set.of(1, 2, 3));
    ALL.put("Set.of 0", Set.of());
    ALL.put("EnumSet", EnumSet.of(Status.CLOSED));
    ALL.put("CopyOnWriteArraySet", new CopyOnWriteArraySet<>(List.of(1)));
    ALL.put("newKeySet", ConcurrentHashMap.newKeySet());
    @SuppressWarnings("unchecked")
    Set<Object> keys = (Set<Object>) ALL.get("newKeySet");
    keys.add(4);
    ALL.put("emptySet", Collections.emptySet());
    ALL.put("singleton", Collections.singleton(1));
    ALL.put("unmodifiableSet", Collections.unmodifiableSet(new TreeSet<>(List.of(2, 1))));
    Set<Object> fromMap = Collections.newSetFromMap(new LinkedHashMap<>());
    fromMap.add(1);
    ALL.put("newSetFromMap", fromMap);
    ALL.put("keySet", new HashMap<>(Map.of("a", 1)).keySet());
    ALL.put("values", new HashMap<>(Map.of("a", 1)).values());
  }

  private static void maps() {
    ALL.put("HashMap", new HashMap<>(Map.of("a", 1, "b", 2)));
    LinkedHashMap<Object, Object> ordered = new LinkedHashMap<>(16, 0.75f, true);
    for (int at = 0; at < 3; at++) ordered.put("k" + at, at);
    ordered.get("k0");
    ALL.put("LinkedHashMap by access", ordered);
    ALL.put("TreeMap", new TreeMap<>(Map.of(3, "c", 1, "a", 2, "b")));
    ALL.put("ConcurrentHashMap", new ConcurrentHashMap<>(Map.of("a", 1)));
    IdentityHashMap<Object, Object> identity = new IdentityHashMap<>();
    identity.put(null, 1);
    ALL.put("IdentityHashMap", identity);
    EnumMap<Status, Object> byStatus = new EnumMap<>(Status.class);
    byStatus.put(Status.CLOSED, null);
    ALL.put("EnumMap", byStatus);
    ALL.put("Map.of 1", Map.of("a", 1));
    ALL.put("Map.of 3, in any order", Map.of("a", 1, "b", 2, "c", 3));
    ALL.put("Map.of 0", Map.of());
    ALL.put("emptyMap", Collections.emptyMap());
    ALL.put("singletonMap", Collections.singletonMap("k", 1));
    ALL.put("unmodifiableMap", Collections.unmodifiableMap(new TreeMap<>(Map.of("a", 1))));
    Properties properties = new Properties();
    properties.setProperty("password", "hunter2");
    ALL.put("Properties", properties);
    Map<Object, Object> keys = new LinkedHashMap<>();
    keys.put("apiKey", "k1");
    keys.put(new char[] {'t', 'o', 'k', 'e', 'n'}, "k2");
    keys.put(new StringBuilder("cookie"), "k3");
    keys.put(null, "n");
    ALL.put("keys that are redacted", keys);
    Map<Object, Object> collided = new HashMap<>();
    for (int at = 0; at < 80; at++) collided.put(new Collision(), at);
    ALL.put("HashMap with a tree, in any order", collided);
  }

  static final class Collision implements Comparable<Collision> {
    @Override public int hashCode() { return 3; }
    @Override public int compareTo(Collision other) { return 0; }
  }

  private static void scalars() {
    ALL.put("Character", 'x');
    ALL.put("Character, lone surrogate", '\ud83d');
    ALL.put("Float", 33.33f);
    ALL.put("Short", (short) -300);
    ALL.put("Byte", (byte) -3);
    ALL.put("BigInteger", new BigInteger("-123456789012345678901234567890"));
    ALL.put("BigInteger, zero", BigInteger.ZERO);
    for (String decimal : List.of("12.50", "-0.001", "0", "1E+10", "1.5E-9", "0.0000001", "-1",
        "123456789012345678901234567890.123", "-1234567890123456789012E+40", "0.00")) {
      ALL.put("BigDecimal " + decimal, new BigDecimal(decimal));
    }
    ALL.put("UUID", UUID.fromString("12345678-9abc-def0-1234-56789abcdef0"));
    ALL.put("AtomicInteger", new AtomicInteger(5));
    ALL.put("AtomicLong", new AtomicLong(1L << 33));
    ALL.put("AtomicBoolean", new AtomicBoolean(true));
    ALL.put("AtomicReference", new AtomicReference<>("r"));
    ALL.put("Optional", Optional.of("v"));
    ALL.put("Optional, empty", Optional.empty());
    ALL.put("OptionalInt", OptionalInt.of(3));
    ALL.put("StringBuilder", new StringBuilder("abc"));
    ALL.put("StringBuilder, wide", new StringBuilder("€ 1"));
    ALL.put("char[]", new char[] {'a', 'b'});
    ALL.put("Class", String.class);
    ALL.put("Class of an array", int[][].class);
  }

  private static void times() {
    ALL.put("LocalDate", LocalDate.of(2026, 11, 22));
    ALL.put("LocalDate, far", LocalDate.of(-12, 1, 2));
    ALL.put("LocalTime", LocalTime.of(12, 4));
    ALL.put("LocalTime, nanos", LocalTime.of(12, 4, 31, 207_000_000));
    ALL.put("LocalDateTime", LocalDateTime.of(2026, 11, 22, 12, 4, 31, 7));
    ALL.put("Instant", Instant.parse("2026-11-22T12:04:31.000207Z"));
    ALL.put("Instant, before 1970", Instant.parse("0001-02-28T23:59:59Z"));
    ALL.put("Duration", Duration.ofMillis(3_723_004));
    ALL.put("Duration, negative", Duration.ofMillis(-1_500));
    ALL.put("Duration, zero", Duration.ZERO);
    ALL.put("OffsetDateTime",
        OffsetDateTime.of(2026, 11, 22, 12, 4, 31, 0, ZoneOffset.ofHours(1)));
    ALL.put("ZonedDateTime",
        ZonedDateTime.of(2026, 7, 1, 12, 4, 31, 0, ZoneId.of("Europe/Berlin")));
    ALL.put("Date", new Date(1_795_349_071_207L));
  }

  private void objects() {
    ALL.put("fields, own first", new Derived());
    ALL.put("inner class", new Inner());
    ALL.put("enum", Status.OPEN);
    ALL.put("enum with a body", Status.CLOSED);
    ALL.put("record", new Point(1, 2));
    ALL.put("exception", new Failed("down", new IllegalStateException("cause")));
    String captured = "c";
    ALL.put("lambda", (Runnable) () -> System.out.println(captured));
    ALL.put("anonymous class", new Object() {
      final int own = 1;

      String use() { return captured; }
    });
    ALL.put("weak reference", new java.lang.ref.WeakReference<>("kept"));
    ALL.put("int[]", new int[] {1, -70_000});
    ALL.put("long[]", new long[] {1, 1L << 40});
    ALL.put("double[]", new double[] {0.5});
    ALL.put("float[]", new float[] {0.1f});
    ALL.put("boolean[]", new boolean[] {true, false});
    ALL.put("short[]", new short[] {-1});
    ALL.put("byte[]", new byte[] {0, -1});
    ALL.put("String[][]", new String[][] {{"a"}, null});
  }

  public static void main(String[] arguments) throws Exception {
    lists();
    sets();
    maps();
    scalars();
    times();
    new Values().objects();
    byte[] head = Vectors.head(arguments[0]);
    Path folder = Path.of(arguments[1]);
    StringBuilder names = new StringBuilder();
    int index = 0;
    for (Map.Entry<String, Object> one : ALL.entrySet()) {
      Capture capture = new Capture(new int[] {3, 100, 50, 256, 64 << 10}, 1, head, 2,
          new String[] {"x"}, new String[0]);
      capture.open(System.nanoTime() + 60_000_000_000L);
      capture.local(0, one.getValue());
      capture.finish();
      Files.write(folder.resolve(index++ + ".stream"), capture.stream());
      names.append(one.getKey()).append('\n');
      capture.close();
    }
    Files.writeString(folder.resolve("names"), names);
    Files.write(folder.resolve("shared"), Capture.shared());
  }
}
