// One object of each kind that the binding reads by structure, and code from which names are seen.
//
// Text of a source file: it is compiled and loaded when a test wants it.

package dev.stillframe;

final class Things {
  private Things() {}

  /** Class {@code Things}; {@code run} reaches every marked line once. */
  static final String SOURCE =
      """
      import java.math.*; import java.time.*; import java.util.*;
      import java.util.concurrent.*; import java.util.concurrent.atomic.*;
      class Things {
        enum Status {
          OPEN, CLOSED { int x() { return 1; } };
          static int LIMIT = 7;
          int x() { return 0; }
        }
        record Point(int x, long y, String name) {}
        interface Words { String WORD = new String("word"); }
        static class Base implements Words {
          private int amount = 1; protected String label = "base"; static int COUNT = 3;
        }
        static class Sub extends Base {
          private int amount = 2; short tiny = -3; boolean flag = true; char c = 'x'; byte b = -7;
          float f = 1.5f; long big = 1L << 40; Object nothing;
          int getAmount() { return amount; }
          String getLabel() { return label; }
          int twice() { return 2 * amount; }
          int getTiny() { return tiny; }
        }
        static class Mine extends ArrayList<String> { public int size() { return 99; } }
        static class Plain extends ArrayList<String> { int extra = 4; }
        static class Angry {
          int k = 3;
          public boolean equals(Object o) { throw new Error("code of the application ran"); }
          public int hashCode() { throw new Error("code of the application ran"); }
          public String toString() { throw new Error("code of the application ran"); }
        }
        interface Fixed { int MOST = 7; String LATER = new String("later"); }
        static class Unborn implements Fixed {
          static final int ZERO = 0; static final String SAID = "said \\u0000 caf\u00e9";
          static final boolean ON = true; static final char MARK = 'm'; static final byte TINY = -2;
          static final long FAR = 1L << 40; static final float HALF = .5f;
          static final double THIRD = 1 / 3.0;
          static final Integer BOXED = 1; static final int COMPUTED = Integer.parseInt("5");
          static int HIDDEN = 9;
          static { born = true; }
        }
        static boolean born;
        static int counter = 12;
        int field = 41;
        String title = "Title";
        class Inner {
          int own = 6;
          void run(int p) {
            int z = p + 1;
            // Compilers leave out the object around where nothing uses it.
            sink(title);
            Runnable lambda = () -> {
              int q = z + own;
              sink(q); //: lambda
            };
            lambda.run();
            sink(z); //: inner
            new Object() {
              int anon = 8;
              void go() {
                sink(own + title);
                int w = anon + z;
                sink(w); //: anonymous
              }
            }.go();
          }
        }
        static void sink(Object o) {}
        static void run() {
          Things things = new Things();
          sink(Words.WORD);
          things.hit(1, 2L, (byte) -1, (short) -2, 'k', 1.5f, 2.5, true, "str", things());
          things.new Inner().run(10);
        }
        void hit(int i, long l, byte bt, short sh, char ch, float fl, double db, boolean bo,
            String s, Map<String, Object> m) {
          Sub sub = (Sub) m.get("sub");
          Base base = sub;
          sink(s); //: hit
        }
        static Map<String, Object> things() {
          Map<String, Object> m = new LinkedHashMap<>();
          m.put("sub", new Sub());
          m.put("point", new Point(3, 4L, "pt"));
          lists(m);
          maps(m);
          others(m);
          return m;
        }
        static void lists(Map<String, Object> m) {
          List<Integer> five = List.of(0, 1, 2, 3, 4);
          m.put("list", new ArrayList<>(List.of(1, "two", 3L, 4.5, true)));
          m.put("linked", new LinkedList<>(five)); m.put("deque", new ArrayDeque<>(five));
          m.put("array list", Arrays.asList("p", "q")); m.put("vector", new Vector<>(five));
          m.put("one", List.of(1)); m.put("two", List.of(1, 2)); m.put("three", List.of(1, 2, 3));
          m.put("written", new CopyOnWriteArrayList<>(five));
          m.put("copies", Collections.nCopies(3, "n"));
          m.put("part", new ArrayList<>(five).subList(1, 4));
          m.put("fixed part", five.subList(2, 4));
          m.put("view", Collections.unmodifiableList(new ArrayList<>(five)));
          m.put("synced", Collections.synchronizedList(new ArrayList<>(five)));
          m.put("single", Collections.singletonList("s")); m.put("empty", Collections.emptyList());
          Plain plain = new Plain(); plain.add("pl"); m.put("plain", plain);
          m.put("mine", new Mine());
          m.put("angry list", new ArrayList<>(List.of(new Angry())));
          m.put("ints", new int[] {1, 2}); m.put("bytes", new byte[] {1, -1});
          m.put("strings", new String[] {"s0", null}); m.put("nested", new int[][] {{5}});
          m.put("set1", Set.of("x")); m.put("set3", Set.of("x", "y", "z"));
          m.put("hash set", new HashSet<>(five));
          m.put("linked set", new LinkedHashSet<>(List.of(5, 4)));
          m.put("tree set", new TreeSet<>(List.of(3, 1, 2)));
          m.put("enum set", EnumSet.of(Status.CLOSED));
          m.put("units", EnumSet.allOf(TimeUnit.class));
        }
        static void maps(Map<String, Object> m) {
          Map<Object, Object> hash = new HashMap<>(), same = new HashMap<>();
          Map<Object, Object> shared = new ConcurrentHashMap<>(),
              sharedSame = new ConcurrentHashMap<>();
          for (int i = 0; i < 100; i++) {
            hash.put("key" + i, i); hash.put(i, "int" + i); hash.put((long) i, "long" + i);
            shared.put("key" + i, i); shared.put(i, "int" + i);
          }
          hash.put(Status.OPEN, "open"); hash.put(null, "null"); hash.put(2.5, "double");
          hash.put('c', "char"); hash.put(true, "boolean");
          // 64 keys of one hash: their bin is a tree.
          for (int i = 0; i < 64; i++) {
            String key = "";
            for (int bit = 0; bit < 6; bit++) { key += (i >> bit & 1) == 0 ? "Aa" : "BB"; }
            same.put(key, i); sharedSame.put(key, i);
          }
          m.put("hash", hash); m.put("shared", shared); m.put("same", same);
          m.put("shared same", sharedSame);
          m.put("map0", Map.of()); m.put("map1", Map.of("k", "v"));
          m.put("map2", Map.of("a", 1, "b", 2));
          m.put("tree", new TreeMap<>(Map.of("b", 2, "a", 1, "c", 3)));
          m.put("table", new Hashtable<>(Map.of("ht", 1)));
          Properties properties = new Properties(); properties.setProperty("pk", "pv");
          m.put("properties", properties);
          Map<Object, Object> identity = new IdentityHashMap<>(); identity.put(null, "n");
          m.put("identity", identity);
          Map<Status, Object> enums = new EnumMap<>(Status.class);
          enums.put(Status.CLOSED, "cl"); enums.put(Status.OPEN, null); m.put("enums", enums);
          m.put("map view", Collections.unmodifiableMap(hash)); m.put("keys", hash.keySet());
          m.put("values", new LinkedHashMap<>(Map.of("only", "val")).values());
          m.put("shared keys", shared.keySet()); m.put("entry", Map.entry("ek", "ev"));
        }
        static void others(Map<String, Object> m) {
          m.put("held", Optional.of("held")); m.put("not held", Optional.empty());
          m.put("five", OptionalInt.of(5)); m.put("decimal", new BigDecimal("12.50"));
          m.put("long decimal", new BigDecimal("123456789012345678901234567890.5"));
          m.put("integer", BigInteger.valueOf(77));
          m.put("huge", BigInteger.ONE.shiftLeft(100).negate());
          m.put("atomic", new AtomicInteger(11)); m.put("flag", new AtomicBoolean(true));
          m.put("reference", new AtomicReference<>("ref"));
          m.put("built", new StringBuilder("built"));
          m.put("wide", new StringBuilder("b\\u0416")); m.put("uuid", new UUID(1, 2));
          m.put("date", LocalDate.of(2024, 2, 29)); m.put("time", LocalTime.of(1, 2, 3));
          m.put("moment", LocalDateTime.of(2024, 2, 29, 1, 2));
          m.put("instant", Instant.ofEpochSecond(1));
          m.put("duration", Duration.ofSeconds(61)); m.put("old", new Date(5));
          m.put("offset", OffsetDateTime.of(2024, 1, 1, 0, 0, 0, 0, ZoneOffset.ofHours(2)));
          m.put("zoned", ZonedDateTime.of(2024, 1, 1, 0, 0, 0, 0, ZoneId.of("UTC")));
          m.put("error", new IllegalStateException("boom", new RuntimeException("inner")));
          m.put("status", Status.CLOSED); m.put("class", String.class);
          m.put("classes", int[][].class);
          m.put("angry", new Angry()); m.put("lambda", (Runnable) () -> {});
          m.put("long", "x".repeat(200_000)); m.put("unicode", "gr\\u00fcn \\ud83d\\ude00");
          m.put("short", (short) 6); m.put("char", 'z'); m.put("thread", new Thread("its name"));
        }
      }
      """;
}
