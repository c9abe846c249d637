// Captures every case of a file of vectors with the binding's own writer, in a plain JVM.
//
//     java -Xbootclasspath/a:BOOT -cp APP Vectors CASES.json HEADER.json FOLDER
//
// Writes FOLDER/0.stream, … or FOLDER/0.skip with the reason where Java has no such value. Values are
// described as tests/conformance/README.md says; classes of objects are made as the cases name them.

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.stillframe.Capture;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.UUID;

final class Vectors {
  /** The case cannot be said in Java. */
  static final class Inexpressible extends RuntimeException {
    Inexpressible(String reason) { super(reason); }
  }

  /** A local that is missing, by the number of the reason. */
  record Missing(int reason) {}

  private static final Map<String, Integer> REASONS = Map.of("unset", 1, "absent", 2,
      "needs_code", 3,
      "not_loaded", 4, "redacted", 5, "unreadable", 6, "out_of_fuel", 11);

  private final Map<String, Object> labels = new HashMap<>();
  private final Classes classes = new Classes();

  Object value(Object json) throws Exception {
    if (json == null || json instanceof Boolean || json instanceof Long || json instanceof Double
        || json instanceof String) {
      return json;
    }
    Map<String, Object> form = map(json);
    int times = ((Long) form.getOrDefault("times", 1L)).intValue();
    if (form.containsKey("undefined")) throw new Inexpressible("Java has no undefined");
    if (form.containsKey("missing")) return new Missing(REASONS.get(form.get("missing")));
    if (form.containsKey("int")) return integer(new BigInteger((String) form.get("int")));
    if (form.containsKey("float")) return real((String) form.get("float"));
    if (form.containsKey("float32")) return Float.parseFloat((String) form.get("float32"));
    if (form.containsKey("bytes")) return bytes(((String) form.get("bytes")).repeat(times));
    if (form.containsKey("text")) return text(form, times);
    if (form.containsKey("units")) {
      StringBuilder units = new StringBuilder();
      list(form.get("units")).forEach(unit -> units.append((char) ((Long) unit).intValue()));
      return units.toString();
    }
    if (form.containsKey("same")) return labels.get(form.get("same"));
    return object(form);
  }

  private static Object integer(BigInteger value) {
    return value.bitLength() < 64 ? (Object) value.longValue() : value;
  }

  private static Object real(String word) {
    switch (word) {
      case "nan": return Double.NaN;
      case "inf": return Double.POSITIVE_INFINITY;
      case "-inf": return Double.NEGATIVE_INFINITY;
      default: return Double.parseDouble(word);
    }
  }

  private static byte[] bytes(String hex) {
    byte[] bytes = new byte[hex.length() / 2];
    for (int at = 0; at < bytes.length; at++) {
      bytes[at] = (byte) Integer.parseInt(hex.substring(2 * at, 2 * at + 2), 16);
    }
    return bytes;
  }

  private static String text(Map<String, Object> form, int times) {
    String text = (String) form.get("text");
    String storage = (String) form.getOrDefault("as", "utf8");
    boolean isAscii = text.chars().allMatch(unit -> unit < 0x80);
    if (times > 1 && !isAscii && (storage.equals("utf8") || storage.equals("utf32"))) {
      throw new Inexpressible("Java stores no strings as UTF-8 or UTF-32");
    }
    return text.repeat(times);
  }

  private Object object(Map<String, Object> form) throws Exception {
    String kind = (String) form.get("kind");
    if (form.containsKey("len")) throw new Inexpressible("a collection of the JDK knows its length");
    boolean isPlain = !form.containsKey("type");
    switch (kind) {
      case "list":
      case "set":
        if (!isPlain) throw new Inexpressible("Java has no such type of collection");
        return collection(form, kind.equals("list") ? new ArrayList<>() : new LinkedHashSet<>());
      case "map":
        if (!isPlain) throw new Inexpressible("Java has no such type of collection");
        return entries(form);
      case "class":
        if (form.containsKey("type")) throw new Inexpressible("a class has other names in Python");
        return classes.named((String) list(list(form.get("fields")).get(0)).get(1), List.of());
      case "instance":
        return instance(form);
      default:
        throw new Inexpressible("Java has no objects of kind " + kind);
    }
  }

  private Object collection(Map<String, Object> form, java.util.Collection<Object> to)
      throws Exception {
    label(form, to);
    for (Object item : list(form.get("items"))) to.add(child(item));
    long range = (Long) form.getOrDefault("range", 0L);
    for (long item = 0; item < range; item++) to.add(item);
    return to;
  }

  private Object entries(Map<String, Object> form) throws Exception {
    Map<Object, Object> to = new LinkedHashMap<>();
    label(form, to);
    for (Object pair : list(form.get("entries"))) {
      to.put(child(list(pair).get(0)), child(list(pair).get(1)));
    }
    return to;
  }

  private Object child(Object json) throws Exception {
    Object value = value(json);
    if (value instanceof Missing) throw new Inexpressible("a field of Java is never missing");
    return value;
  }

  private Object instance(Map<String, Object> form) throws Exception {
    String type = (String) form.getOrDefault("type", "Thing");
    if (form.containsKey("items")) {
      String text = (String) list(form.get("items")).get(0);
      if (type.equals("Decimal")) return new BigDecimal(text);
      if (type.equals("UUID")) return UUID.fromString(text);
      throw new Inexpressible("Java writes a " + type + " in another way");
    }
    List<String> names = new ArrayList<>();
    for (Object field : list(form.get("fields"))) names.add((String) list(field).get(0));
    Class<?> made = classes.named(type, names);
    Object object = made.getConstructor().newInstance();
    label(form, object);
    for (Object field : list(form.get("fields"))) {
      made.getField((String) list(field).get(0)).set(object, child(list(field).get(1)));
    }
    return object;
  }

  private void label(Map<String, Object> form, Object object) {
    if (form.containsKey("label")) labels.put((String) form.get("label"), object);
  }

  static byte[] stream(byte[] head, Map<String, Object> one) throws Exception {
    Vectors vectors = new Vectors();
    List<Object> locals = list(one.get("locals"));
    String[] names = new String[locals.size()];
    Object[] values = new Object[locals.size()];
    for (int at = 0; at < names.length; at++) {
      names[at] = (String) list(locals.get(at)).get(0);
      values[at] = vectors.value(list(locals.get(at)).get(1));
    }
    Map<String, Object> given = map(one.getOrDefault("limits", Map.of()));
    int[] limits = {limit(given, "depth", 3), limit(given, "items", 100),
        limit(given, "fields", 50), limit(given, "string_bytes", 256),
        limit(given, "snapshot_bytes", 64 << 10)};
    Capture capture = new Capture(limits, 5, head, 2, names, new String[0]);
    capture.open(System.nanoTime() + 60_000_000_000L);
    for (int at = 0; at < names.length; at++) local(capture, at, values[at]);
    capture.finish();
    byte[] stream = capture.stream();
    capture.close();
    return stream;
  }

  /** Numbers go the way that a local of the primitive type goes. */
  private static void local(Capture capture, int ordinal, Object value) {
    if (value instanceof Missing) capture.missing(ordinal, ((Missing) value).reason());
    else if (value instanceof Long) capture.local(ordinal, (long) (Long) value);
    else if (value instanceof Double) capture.local(ordinal, (double) (Double) value);
    else if (value instanceof Float) capture.local(ordinal, (float) (Float) value);
    else if (value instanceof Boolean) capture.local(ordinal, (boolean) (Boolean) value);
    else capture.local(ordinal, value);
  }

  private static int limit(Map<String, Object> limits, String name, int normal) {
    return ((Number) limits.getOrDefault(name, (long) normal)).intValue();
  }

  /** The head that a file of cases describes. */
  static byte[] head(String path) throws IOException {
    return head(map(map(new Json(Files.readString(Path.of(path))).value()).get("header")));
  }

  /** Header, THREAD and FRAME, which native code writes. */
  private static byte[] head(Map<String, Object> header) {
    ByteBuffer to = ByteBuffer.allocate(1 << 10).order(ByteOrder.LITTLE_ENDIAN);
    to.put((byte) 1).put((byte) 0).putShort((short) 0);
    to.putInt(((Long) header.get("site")).intValue());
    byte[] probe = ((String) header.get("probe")).getBytes(StandardCharsets.US_ASCII);
    to.put(probe).put(new byte[8 - probe.length]);
    to.putInt(((Long) header.get("revision")).intValue()).putInt(0);
    for (String key : List.of("number", "time_ns", "monotonic_ns", "took_ns", "thread_id")) {
      to.putLong(Long.parseUnsignedLong((String) header.get(key)));
    }
    to.putLong(0).putLong(0);
    to.put((byte) 0x30).put(Capture.text((String) header.get("thread")));
    to.put((byte) 0x31).put((byte) 0).put(Capture.text((String) header.get("file")));
    to.put((byte) 1).put(Capture.text((String) header.get("function")));
    to.put(((Long) header.get("line")).byteValue());
    return java.util.Arrays.copyOf(to.array(), to.position());
  }

  @SuppressWarnings("unchecked")
  static Map<String, Object> map(Object json) {
    return (Map<String, Object>) json;
  }

  @SuppressWarnings("unchecked")
  static List<Object> list(Object json) {
    return json == null ? List.of() : (List<Object>) json;
  }

  public static void main(String[] arguments) throws Exception {
    Map<String, Object> file = map(new Json(Files.readString(Path.of(arguments[0]))).value());
    byte[] head = head(arguments[1]);
    int index = 0;
    Path folder = Path.of(arguments[2]);
    for (Object one : list(file.get("cases"))) {
      try {
        Files.write(folder.resolve(index + ".stream"), stream(head, map(one)));
      } catch (Inexpressible reason) {
        Files.writeString(folder.resolve(index + ".skip"), reason.getMessage());
      }
      index++;
    }
    Files.write(folder.resolve("shared"), Capture.shared());
  }

  /** Makes classes with public fields of type Object and a constructor. */
  static final class Classes extends ClassLoader {
    private final Map<String, Class<?>> made = new HashMap<>();

    Class<?> named(String name, List<String> fields) throws IOException {
      Class<?> known = made.get(name);
      if (known == null) {
        byte[] bytes = bytes(name, fields);
        known = defineClass(name, bytes, 0, bytes.length);
        made.put(name, known);
      }
      return known;
    }

    private static byte[] bytes(String name, List<String> fields) throws IOException {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      DataOutputStream to = new DataOutputStream(bytes);
      to.writeInt(0xcafebabe);
      to.writeInt(61);
      to.writeShort(11 + fields.size());
      for (String text : List.of(name, "java/lang/Object", "<init>", "()V", "Code")) utf8(to, text);
      for (int index : List.of(1, 2)) {
        to.writeByte(7);
        to.writeShort(index);
      }
      to.writeByte(12);
      to.writeInt(3 << 16 | 4);
      to.writeByte(10);
      to.writeInt(7 << 16 | 8);
      utf8(to, "Ljava/lang/Object;");
      for (String field : fields) utf8(to, field);
      return body(to, bytes, fields.size());
    }

    private static byte[] body(DataOutputStream to, ByteArrayOutputStream bytes, int fields)
        throws IOException {
      to.writeShort(0x21);
      to.writeInt(6 << 16 | 7);
      to.writeShort(0);
      to.writeShort(fields);
      for (int field = 0; field < fields; field++) {
        to.writeShort(1);
        to.writeShort(11 + field);
        to.writeShort(10);
        to.writeShort(0);
      }
      to.writeShort(1);
      to.writeShort(1);
      to.writeInt(3 << 16 | 4);
      to.writeShort(1);
      to.writeShort(5);
      byte[] code = {0x2a, (byte) 0xb7, 0, 9, (byte) 0xb1};
      to.writeInt(12 + code.length);
      to.writeInt(1 << 16 | 1);
      to.writeInt(code.length);
      to.write(code);
      to.writeInt(0);
      to.writeShort(0);
      return bytes.toByteArray();
    }

    private static void utf8(DataOutputStream to, String text) throws IOException {
      to.writeByte(1);
      to.writeUTF(text);
    }
  }
}
