// Structures that lie, that change while they are written, and that are larger than any limit; and
// classes of an application that notice when their code runs.
//
//     java -Xbootclasspath/a:BOOT -cp APP Hostile HEADER.json FOLDER
//
// Writes a stream for each; the tests read them back. Knows what must hold in the JVM: that the writer
// returns, within its deadline, and that no code of the application ran.

import java.lang.reflect.Array;
import java.nio.file.Files;
import java.nio.file.Path;
import java.stillframe.Capture;
import java.util.AbstractList;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

final class Hostile {
  private static final int[] LIMITS = {3, 100, 50, 256, 64 << 10};
  private static final int[] CEILING = {10, 10_000, 1_000, 64 << 10, 64 << 10};
  private static final long FAR = 60_000_000_000L;
  private static byte[] head;
  private static Path folder;

  /** Counts how often its own code runs. */
  static class Touchy implements Comparable<Touchy>, Iterable<Object> {
    static final AtomicInteger RAN = new AtomicInteger();
    private final String name = "n";
    private final int size = 3;

    public String getName() { return seen("getName"); }
    public int size() { return RAN.incrementAndGet(); }
    @Override public String toString() { return seen("toString"); }
    @Override public int hashCode() { return RAN.incrementAndGet(); }
    @Override public boolean equals(Object other) { return RAN.incrementAndGet() > 0; }
    @Override public int compareTo(Touchy other) { return RAN.incrementAndGet(); }
    @Override public Iterator<Object> iterator() {
      RAN.incrementAndGet();
      return Collections.emptyIterator();
    }

    private static String seen(String what) {
      RAN.incrementAndGet();
      return what;
    }
  }

  /** A list of the application's own, which only its code can read. */
  static final class TouchyList extends AbstractList<Object> {
    private final Object[] stored = {1, 2};

    @Override public Object get(int index) { return Touchy.seen("get"); }
    @Override public int size() { return Touchy.RAN.incrementAndGet(); }
  }

  /** Its class initialiser and the loading of its fields' types are code of the application too. */
  static final class Lazy {
    static {
      Touchy.RAN.incrementAndGet();
    }
  }

  static final class Node {
    Object next;
    final int value;

    Node(Object next, int value) {
      this.next = next;
      this.value = value;
    }
  }

  private static byte[] capture(int[] limits, long nanoseconds, Object value) {
    Capture capture = new Capture(limits, 3, head, 2, new String[] {"x", "y"}, new String[0]);
    capture.open(System.nanoTime() + nanoseconds);
    capture.local(0, value);
    capture.local(1, "behind");
    capture.finish();
    byte[] stream = capture.stream();
    capture.close();
    return stream;
  }

  private static void write(String name, byte[] stream) throws Exception {
    Files.write(folder.resolve(name + ".stream"), stream);
  }

  private static void set(Object object, String field, Object value) {
    java.stillframe.Pen.set(object, field, value);
  }

  private static Object get(Object object, String field) {
    return java.stillframe.Pen.get(object, field);
  }

  private static void lies() throws Exception {
    ArrayList<Object> list = new ArrayList<>(List.of(1, 2));
    java.stillframe.Pen.setInt(list, "size", Integer.MAX_VALUE);
    write("list-of-too-many", capture(LIMITS, FAR, list));
    java.stillframe.Pen.setInt(list, "size", -5);
    write("list-of-fewer-than-none", capture(LIMITS, FAR, list));
    ArrayList<Object> bare = new ArrayList<>(List.of(1));
    set(bare, "elementData", null);
    write("list-without-array", capture(LIMITS, FAR, bare));
    HashMap<Object, Object> map = new HashMap<>(Map.of("a", 1));
    set(map, "table", null);
    write("map-without-table", capture(LIMITS, FAR, map));
    ArrayDeque<Object> deque = new ArrayDeque<>(List.of(1, 2));
    java.stillframe.Pen.setInt(deque, "head", 1 << 30);
    write("deque-beyond-its-array", capture(LIMITS, FAR, deque));
    java.stillframe.Pen.setInt(deque, "head", -7);
    write("deque-before-its-array", capture(LIMITS, FAR, deque));
    StringBuilder builder = new StringBuilder("abc");
    java.stillframe.Pen.setInt(builder, "count", 1 << 30);
    write("builder-of-too-many", capture(LIMITS, FAR, builder));
    Object wrapper = Collections.unmodifiableList(new ArrayList<>());
    set(wrapper, "c", wrapper);
    write("wrapper-of-itself", capture(LIMITS, FAR, wrapper));
    set(wrapper, "c", null);
    write("wrapper-of-nothing", capture(LIMITS, FAR, wrapper));
  }

  private static void cycles() throws Exception {
    LinkedList<Object> list = new LinkedList<>(List.of(1, 2, 3));
    Object first = get(list, "first");
    set(get(get(first, "next"), "next"), "next", first);
    write("linked-list-in-a-ring", capture(CEILING, FAR, list));
    HashMap<Object, Object> map = new HashMap<>(Map.of("a", 1));
    for (Object node : (Object[]) get(map, "table")) {
      if (node != null) set(node, "next", node);
    }
    write("map-in-a-ring", capture(CEILING, FAR, map));
    LinkedHashMap<Object, Object> ordered = new LinkedHashMap<>(Map.of("a", 1));
    set(get(ordered, "head"), "after", get(ordered, "head"));
    write("ordered-map-in-a-ring", capture(CEILING, FAR, ordered));
    TreeMap<Object, Object> tree = new TreeMap<>(Map.of(1, 1, 2, 2, 3, 3));
    Object root = get(tree, "root");
    set(root, "left", root);
    write("tree-with-itself-on-the-left", capture(CEILING, FAR, tree));
    set(root, "left", null);
    set(get(root, "right"), "parent", get(root, "right"));
    set(root, "right", root);
    write("tree-with-itself-on-the-right", capture(CEILING, FAR, tree));
    List<Object> inside = new ArrayList<>();
    inside.add(inside);
    write("list-of-itself", capture(CEILING, FAR, inside));
    Throwable failed = new IllegalStateException("a");
    set(failed, "cause", new RuntimeException("b", failed));
    write("causes-in-a-ring", capture(CEILING, FAR, failed));
  }

  private static void sizes() throws Exception {
    Node chain = null;
    for (int at = 0; at < 100_000; at++) chain = new Node(chain, at);
    write("chain-of-100000", capture(CEILING, FAR, chain));
    Map<Object, Object> map = new HashMap<>();
    for (int at = 0; at < 100_000; at++) map.put("key " + at, at);
    write("map-of-100000", capture(LIMITS, FAR, map));
    write("map-of-100000-to-the-ceiling", capture(CEILING, FAR, map));
    write("map-of-100000-concurrent", capture(CEILING, FAR, new ConcurrentHashMap<>(map)));
    write("map-of-100000-sorted", capture(CEILING, FAR, new TreeMap<>(map)));
    write("text-of-a-million", capture(CEILING, FAR, "€".repeat(1_000_000)));
    write("bytes-of-a-million", capture(CEILING, FAR, new byte[1_000_000]));
    write("longs-of-a-million", capture(CEILING, FAR, new long[1_000_000]));
    String pairs = "\ud83d\ude00".repeat(100);
    for (int most = 0; most < 9; most++) {
      write("pairs-cut-at-" + most, capture(new int[] {3, 100, 50, most, 64 << 10}, FAR, pairs));
    }
    write("table-of-nothing", capture(LIMITS, 5_000_000, emptyTable()));
    List<Object> deep = new ArrayList<>();
    for (int at = 0; at < 200; at++) deep = new ArrayList<>(Collections.nCopies(100, deep));
    write("lists-200-deep", capture(CEILING, FAR, deep));
    write("past-the-deadline", capture(CEILING, -1, Collections.nCopies(5_000, 1).toArray()));
    Object object = new Object[] {map, pairs, chain, deep, new byte[300], 5, "text"};
    for (int bytes = 1 << 10; bytes < 5 << 10; bytes += 61) {
      write("bytes-" + bytes, capture(new int[] {3, 100, 50, 256, bytes}, FAR, object));
    }
    for (int depth = 0; depth <= 10; depth++) {
      for (int many : new int[] {0, 1, 3}) {
        write("depth-" + depth + "-items-" + many,
            capture(new int[] {depth, many, many, 16, 64 << 10}, FAR, object));
      }
    }
  }

  /** A map whose table is all gaps: nothing but the deadline ends the search. */
  private static Object emptyTable() {
    HashMap<Object, Object> map = new HashMap<>(Map.of("a", 1));
    Object table = get(map, "table");
    set(map, "table", Array.newInstance(table.getClass().getComponentType(), 1 << 24));
    return map;
  }

  private static void manyLocals() throws Exception {
    String[] names = new String[200];
    for (int at = 0; at < names.length; at++) names[at] = "local" + at;
    for (int bytes : new int[] {1 << 10, 4 << 10, 64 << 10}) {
      int[] limits = {3, 100, 50, 256, bytes};
      String[] watches = {"a + b", "c / 0", "c".repeat(250)};
      Capture capture = new Capture(limits, 3, head, 2, names, watches);
      capture.open(System.nanoTime() + FAR);
      capture.watch(0, "w".repeat(3_000));
      capture.failed(1);
      capture.watch(2, new ArrayList<>(List.of("v".repeat(3_000), 2)));
      for (int at = 0; at < names.length; at++) capture.local(at, new Object[] {at, "text"});
      capture.finish();
      write("many-locals-" + bytes, capture.stream());
      capture.close();
    }
  }

  private static void untouched() throws Exception {
    Map<Object, Object> map = new HashMap<>();
    Touchy touchy = new Touchy();
    map.put("a", touchy);
    java.util.IdentityHashMap<Object, Object> identity = new java.util.IdentityHashMap<>();
    identity.put(touchy, touchy);
    TouchyList list = new TouchyList();
    Object wrapped = Collections.unmodifiableList(new ArrayList<>());
    set(wrapped, "c", list);
    Object lazy = Array.newInstance(Lazy.class, 2);
    Object[] all = {touchy, map, identity, list, wrapped, Collections.synchronizedList(
        new LinkedList<>(List.of(list))), lazy, new AtomicReference<>(touchy), Touchy.class};
    Touchy.RAN.set(0);
    byte[] stream = capture(CEILING, FAR, all);
    int ran = Touchy.RAN.get();
    if (ran != 0) throw new AssertionError("code of the application ran " + ran + " times");
    write("untouched", stream);
    if (touchy.size() != 1) throw new AssertionError("the counter does not count");
  }

  /** Captures for a second what other threads change meanwhile. */
  private static void races() throws Exception {
    Map<Object, Object> map = new HashMap<>();
    Map<Object, Object> concurrent = new ConcurrentHashMap<>();
    Map<Object, Object> ordered = new LinkedHashMap<>();
    TreeMap<Object, Object> tree = new TreeMap<>();
    List<Object> list = new ArrayList<>();
    LinkedList<Object> linked = new LinkedList<>();
    ArrayDeque<Object> deque = new ArrayDeque<>();
    StringBuilder builder = new StringBuilder();
    long end = System.nanoTime() + 1_000_000_000L;
    Thread writer = new Thread(() -> {
      for (int at = 0; System.nanoTime() < end; at++) {
        int key = at % 5_000;
        boolean adds = at / 5_000 % 2 == 0;
        for (Map<Object, Object> each : List.of(map, concurrent, ordered, tree)) {
          if (adds) each.put(key, "v"); else each.remove(key);
        }
        if (adds) {
          list.add(key);
          linked.addFirst(key);
          deque.addLast(key);
          builder.append(key % 2 == 0 ? "€" : "a");
        } else if (!list.isEmpty()) {
          list.remove(list.size() - 1);
          linked.removeLast();
          deque.removeFirst();
          builder.setLength(0);
          builder.trimToSize();
        }
      }
    });
    writer.start();
    Object all = new Object[] {map, concurrent, ordered, tree, list, linked, deque, builder};
    int captures = 0;
    Thread[] others = new Thread[3];
    for (int other = 0; other < others.length; other++) {
      int buffer = 10 + other;
      others[other] = new Thread(() -> race(all, buffer, end));
      others[other].start();
    }
    for (; System.nanoTime() < end; captures++) {
      byte[] stream = capture(LIMITS, FAR, all);
      if (captures % 50 == 0 && captures < 2_000) write("race-" + captures, stream);
    }
    writer.join();
    for (Thread other : others) other.join();
    if (captures == 0 || failure.get() != null) {
      throw new AssertionError("only " + captures + " captures", failure.get());
    }
  }

  private static final AtomicReference<Throwable> failure = new AtomicReference<>();

  private static void race(Object all, int buffer, long end) {
    try {
      while (System.nanoTime() < end) {
        Capture capture = new Capture(LIMITS, buffer, head, 2, new String[] {"x"}, new String[0]);
        capture.open(System.nanoTime() + FAR);
        capture.local(0, all);
        capture.finish();
        capture.stream();
        capture.close();
      }
    } catch (Throwable error) {
      failure.set(error);
    }
  }

  /** What a capture that was given up remembers does not stay, nor spoil the next of its buffer. */
  private static void abandoned() throws Exception {
    Capture capture = new Capture(LIMITS, 7, head, 2, new String[] {"x"}, new String[0]);
    capture.open(System.nanoTime() + FAR);
    Object held = new Object[] {new byte[1]};
    capture.local(0, held);
    var reference = new java.lang.ref.WeakReference<>(held);
    held = null;
    capture.abandon();
    for (int at = 0; at < 50 && reference.get() != null; at++) System.gc();
    if (reference.get() != null) throw new AssertionError("an abandoned capture keeps an object");
    capture.open(System.nanoTime() + FAR);
    capture.local(0, List.of(1, 2));
    capture.finish();
    write("after-abandoned", capture.stream());
    capture.close();
  }

  /** Captures where the stack ends: what is left of it is too little for most of them. */
  private static void overflowed() throws Exception {
    Capture capture = new Capture(CEILING, 8, head, 2, new String[] {"x"}, new String[0]);
    Object deep = Map.of("a", List.of(Map.of("b", new Node(new Node(null, 1), 2))));
    Thread thread = new Thread(null, () -> descend(capture, deep), "deep", 1 << 18);
    thread.start();
    thread.join();
    if (failed == 0) throw new AssertionError("no stack overflowed");
    capture.open(System.nanoTime() + FAR);
    capture.local(0, deep);
    capture.finish();
    write("after-overflows", capture.stream());
    capture.close();
  }

  private static int failed = 0;

  private static void descend(Capture capture, Object value) {
    try {
      descend(capture, value);
    } catch (StackOverflowError overflow) {
      // The caller has a little more, and so on.
      failed++;
    }
    if (failed > 0 && failed < 300) {
      failed++;
      try {
        capture.open(System.nanoTime() + FAR);
        capture.local(0, value);
        capture.finish();
      } catch (Throwable overflow) {
        // As generated code does, whatever it was.
        capture.abandon();
      }
    }
  }

  /** A class that was captured can be unloaded. */
  private static void unloaded() throws Exception {
    Vectors.Classes loader = new Vectors.Classes();
    Object object = loader.named("Gone", List.of("a")).getConstructor().newInstance();
    write("of-a-class-that-goes", capture(LIMITS, FAR, object));
    var reference = new java.lang.ref.WeakReference<>(object.getClass());
    loader = null;
    object = null;
    for (int at = 0; at < 50 && reference.get() != null; at++) System.gc();
    if (reference.get() != null) throw new AssertionError("a captured class cannot be unloaded");
  }

  public static void main(String[] arguments) throws Exception {
    head = Vectors.head(arguments[0]);
    folder = Path.of(arguments[1]);
    lies();
    cycles();
    sizes();
    manyLocals();
    untouched();
    races();
    abandoned();
    overflowed();
    unloaded();
    Files.write(folder.resolve("shared"), Capture.shared());
  }
}
