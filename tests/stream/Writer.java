// Writes the capture stream of every case in Java, by the specification alone
// (core/src/capture/stream.rs): what a runtime's own writer will do, without the runtime.
//
//     java Writer.java CASES.json FOLDER        writes FOLDER/0.stream, FOLDER/1.stream, …
//
// Values are described as tests/conformance/README.md says. Names are left to the reader's redaction.

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

final class Writer {
  static final int NULL = 0x00, UNDEFINED = 0x01, FALSE = 0x02, TRUE = 0x03, INT8 = 0x04;
  static final int INT32 = 0x05, INT64 = 0x06, FLOAT = 0x07, BIG_INT = 0x08, FLOAT32 = 0x09;
  static final int TEXT = 0x10, TEXT_CUT = 0x14, BYTES = 0x18, BYTES_CUT = 0x19, OPEN = 0x20;
  static final int HEAD = 0x21, ENTRY = 0x22, FIELD = 0x23, REST = 0x24, CLOSE = 0x25, REF = 0x26;
  static final int MISSING = 0x27, THREAD = 0x30, FRAME = 0x31, LOCAL = 0x36, CHILDREN = 0x38;
  static final int END = 0x3f, LATIN1 = 1, UTF16 = 2, DEPTH = 7, ITEMS = 8, FIELDS = 9;
  static final List<String> KINDS = List.of("list", "tuple", "map", "set", "frozen_set", "range",
      "text", "bytes", "number", "instance", "class", "function", "module");
  static final List<String> PLAIN_TYPES = List.of("list", "tuple", "dict", "set", "frozenset",
      "range", "Text", "Bytes", "Number", "Thing", "type", "function", "module");
  static final Set<String> STORES_ONE = Set.of("text", "bytes", "number");
  static final Map<String, Integer> REASONS = Map.of("unset", 1, "absent", 2, "needs_code", 3,
      "not_loaded", 4, "redacted", 5, "unreadable", 6, "out_of_fuel", 11);

  final ByteBuffer out = ByteBuffer.allocate(1 << 16).order(ByteOrder.LITTLE_ENDIAN);
  final Map<String, Integer> names = new HashMap<>();
  final Map<Object, Integer> ordinals = new IdentityHashMap<>();
  final Map<String, Map<String, Object>> labels = new HashMap<>();
  final int depth, items, fields, stringBytes;
  int opened = 0;

  Writer(Map<String, Object> limits) {
    depth = limit(limits, "depth", 3);
    items = limit(limits, "items", 100);
    fields = limit(limits, "fields", 50);
    stringBytes = limit(limits, "string_bytes", 256);
  }

  static int limit(Map<String, Object> limits, String name, int normal) {
    return limits == null ? normal : ((Number) limits.getOrDefault(name, (long) normal)).intValue();
  }

  void u8(int value) {
    out.put((byte) value);
  }

  void varint(long number) {
    for (; (number & ~0x7fL) != 0; number >>>= 7) u8((int) (number & 0x7f) | 0x80);
    u8((int) number);
  }

  void header(Map<String, Object> header) {
    u8(1);
    u8(0);
    out.putShort((short) 0).putInt(((Long) header.get("site")).intValue());
    byte[] probe = new byte[8];
    byte[] id = ((String) header.get("probe")).getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(id, 0, probe, 0, id.length);
    out.put(probe).putInt(((Long) header.get("revision")).intValue()).putInt(0);
    for (String key : List.of("number", "time_ns", "monotonic_ns", "took_ns", "thread_id")) {
      out.putLong(Long.parseUnsignedLong((String) header.get(key)));
    }
    out.putLong(0).putLong(0);
  }

  /** Units whose UTF-8 takes at most {@code most} bytes; a pair of surrogates is not parted. */
  static int taken(String text, int most) {
    int units = 0;
    for (int bytes = 0; units < text.length(); ) {
      int point = text.codePointAt(units);
      bytes += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
      if (bytes > most) break;
      units += Character.charCount(point);
    }
    return units;
  }

  void text(String text, int most) {
    int taken = taken(text, most);
    String part = text.substring(0, taken);
    boolean wide = part.chars().anyMatch(unit -> unit > 0xff);
    boolean cut = taken < text.length();
    u8((cut ? TEXT_CUT : TEXT) + (wide ? UTF16 : LATIN1));
    varint(taken);
    if (cut) varint(text.length());
    part.chars().forEach(unit -> {
      if (wide) out.putChar((char) unit);
      else u8(unit);
    });
  }

  void name(String name) {
    Integer known = names.putIfAbsent(name, names.size());
    varint(known == null ? names.size() - 1 : known);
    if (known == null) text(name, Integer.MAX_VALUE);
  }

  void integer(BigInteger value) {
    int bits = value.bitLength();
    if (bits < 8) {
      u8(INT8);
      u8(value.intValue());
    } else if (bits < 32) {
      u8(INT32);
      out.putInt(value.intValue());
    } else if (bits < 64) {
      u8(INT64);
      out.putLong(value.longValue());
    } else {
      u8(BIG_INT);
      u8(value.signum() < 0 ? 1 : 0);
      u8(32);
      int digits = (value.abs().bitLength() + 31) / 32;
      varint(digits);
      for (int at = 0; at < digits; at++) out.putInt(value.abs().shiftRight(32 * at).intValue());
    }
  }

  void real(double value) {
    u8(FLOAT);
    out.putDouble(value);
  }

  void bytes(String hex) {
    int all = hex.length() / 2;
    int taken = Math.min(all, stringBytes);
    u8(taken < all ? BYTES_CUT : BYTES);
    varint(taken);
    if (taken < all) varint(all);
    for (int at = 0; at < taken; at++) u8(Integer.parseInt(hex.substring(2 * at, 2 * at + 2), 16));
  }

  /** Writes a value that has no children; false if it is an object. */
  boolean leaf(Object value) {
    if (value == null) u8(NULL);
    else if (value instanceof Boolean) u8((Boolean) value ? TRUE : FALSE);
    else if (value instanceof Long) integer(BigInteger.valueOf((Long) value));
    else if (value instanceof Double) real((Double) value);
    else if (value instanceof String) text((String) value, stringBytes);
    else return form(map(value));
    return true;
  }

  boolean form(Map<String, Object> form) {
    int times = ((Long) form.getOrDefault("times", 1L)).intValue();
    if (form.containsKey("undefined")) {
      u8(UNDEFINED);
    } else if (form.containsKey("missing")) {
      u8(MISSING);
      u8(REASONS.get(form.get("missing")));
    } else if (form.containsKey("int")) {
      integer(new BigInteger((String) form.get("int")));
    } else if (form.containsKey("float")) {
      String word = (String) form.get("float");
      Map<String, Double> words = Map.of("nan", Double.NaN, "inf", Double.POSITIVE_INFINITY,
          "-inf", Double.NEGATIVE_INFINITY);
      real(words.containsKey(word) ? words.get(word) : Double.parseDouble(word));
    } else if (form.containsKey("float32")) {
      u8(FLOAT32);
      out.putFloat(Float.parseFloat((String) form.get("float32")));
    } else if (form.containsKey("bytes")) {
      bytes(((String) form.get("bytes")).repeat(times));
    } else if (form.containsKey("text")) {
      text(((String) form.get("text")).repeat(times), stringBytes);
    } else if (form.containsKey("units")) {
      StringBuilder units = new StringBuilder();
      list(form.get("units")).forEach(unit -> units.append((char) ((Long) unit).intValue()));
      text(units.toString(), stringBytes);
    } else {
      return false;
    }
    return true;
  }

  Map<String, Object> thing(Object value) {
    Map<String, Object> form = map(value);
    if (form.containsKey("same")) return labels.get(form.get("same"));
    if (form.containsKey("label")) labels.put((String) form.get("label"), form);
    return form;
  }

  static List<Object> items(Map<String, Object> thing) {
    List<Object> all = new ArrayList<>(list(thing.get("items")));
    long range = (Long) thing.getOrDefault("range", 0L);
    for (long item = 0; item < range; item++) all.add(item);
    return all;
  }

  static int childCount(Map<String, Object> thing) {
    return items(thing).size() + list(thing.get("entries")).size() + list(thing.get("fields")).size();
  }

  /** Children in all plus one; 0 if that is not known. */
  static long length(Map<String, Object> thing) {
    if (thing.containsKey("len")) return thing.get("len") == null ? 0 : (Long) thing.get("len") + 1;
    String kind = (String) thing.get("kind");
    boolean sized = !kind.equals("instance") && !STORES_ONE.contains(kind);
    return sized ? childCount(thing) + 1 : 0;
  }

  int open(int tag, Map<String, Object> thing) {
    int kind = KINDS.indexOf(thing.get("kind"));
    u8(tag);
    u8(kind);
    name((String) thing.getOrDefault("type", PLAIN_TYPES.get(kind)));
    varint(length(thing));
    return opened++;
  }

  void remember(Map<String, Object> thing, int ordinal) {
    if (length(thing) != 1) ordinals.put(thing, ordinal);
  }

  boolean refer(Map<String, Object> thing) {
    Integer ordinal = ordinals.get(thing);
    if (ordinal == null) return false;
    u8(REF);
    varint(ordinal);
    return true;
  }

  void value(Object value, int level) {
    if (leaf(value)) return;
    Map<String, Object> thing = thing(value);
    if (refer(thing)) return;
    int ordinal = open(OPEN, thing);
    if (level < depth) {
      remember(thing, ordinal);
      children(thing, level + 1);
    } else {
      labelled(thing);
      tooDeep(thing);
    }
  }

  /** Writes what is shown of an object whose children are too deep, and CLOSE. */
  void tooDeep(Map<String, Object> thing) {
    List<Object> items = items(thing);
    boolean storesOne = STORES_ONE.contains(thing.get("kind"));
    long left = childCount(thing);
    if (storesOne && thing.containsKey("underlying")) leaf(thing.get("underlying"));
    if (storesOne || thing.get("kind").equals("instance")) {
      if (!items.isEmpty() && leaf(items.get(0))) left--;
    }
    if (left > 0) rest(DEPTH);
    u8(CLOSE);
  }

  /** Learns the labels inside an object whose children are not written. */
  void labelled(Object value) {
    if (value instanceof List) list(value).forEach(this::labelled);
    if (!(value instanceof Map)) return;
    Object label = map(value).get("label");
    if (label != null) labels.put((String) label, map(value));
    map(value).values().forEach(this::labelled);
  }

  void rest(int reason) {
    u8(REST);
    u8(reason);
  }

  /** Writes the children of an object up to the limits, and CLOSE. */
  void children(Map<String, Object> thing, int level) {
    List<Object> items = items(thing);
    List<Object> entries = list(thing.get("entries"));
    List<Object> fields = list(thing.get("fields"));
    if (STORES_ONE.contains(thing.get("kind")) && thing.containsKey("underlying")) {
      leaf(thing.get("underlying"));
    }
    items.stream().limit(this.items).forEach(item -> value(item, level));
    entries.stream().limit(Math.max(0, this.items - items.size())).forEach(entry -> {
      u8(ENTRY);
      value(list(entry).get(0), level);
      value(list(entry).get(1), level);
    });
    if (items.size() + entries.size() > this.items) {
      rest(ITEMS);
    } else {
      fields.stream().limit(this.fields).forEach(field -> {
        u8(FIELD);
        name((String) list(field).get(0));
        value(list(field).get(1), level);
      });
      if (fields.size() > this.fields) rest(FIELDS);
    }
    u8(CLOSE);
  }

  void locals(List<Object> locals) {
    Map<Integer, Map<String, Object>> waiting = new LinkedHashMap<>();
    for (Object local : locals) {
      u8(LOCAL);
      name((String) list(local).get(0));
      Object value = list(local).get(1);
      if (leaf(value)) continue;
      Map<String, Object> thing = thing(value);
      if (refer(thing)) continue;
      int ordinal = open(HEAD, thing);
      remember(thing, ordinal);
      if (length(thing) != 1) waiting.put(ordinal, thing);
    }
    waiting.forEach((ordinal, thing) -> {
      u8(CHILDREN);
      varint(ordinal);
      if (depth > 0) {
        children(thing, 1);
      } else {
        tooDeep(thing);
      }
    });
  }

  byte[] stream(Map<String, Object> header, List<Object> locals) {
    header(header);
    u8(THREAD);
    text((String) header.get("thread"), Integer.MAX_VALUE);
    u8(FRAME);
    name((String) header.get("file"));
    name((String) header.get("function"));
    varint((Long) header.get("line"));
    locals(locals);
    u8(END);
    byte[] bytes = new byte[out.position()];
    out.flip().get(bytes);
    return bytes;
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
    int index = 0;
    for (Object one : list(file.get("cases"))) {
      Writer writer = new Writer(map(map(one).get("limits")));
      byte[] bytes = writer.stream(map(file.get("header")), list(map(one).get("locals")));
      Files.write(Path.of(arguments[1], index++ + ".stream"), bytes);
    }
  }
}

/** As much of JSON as the cases need: the JDK has none. */
final class Json {
  private final String text;
  private int at = 0;

  Json(String text) {
    this.text = text;
  }

  private char next() {
    while (Character.isWhitespace(text.charAt(at))) at++;
    return text.charAt(at);
  }

  Object value() {
    switch (next()) {
      case '{': return object();
      case '[': return array();
      case '"': return string();
      case 't': at += 4; return true;
      case 'f': at += 5; return false;
      case 'n': at += 4; return null;
      default: return number();
    }
  }

  private Map<String, Object> object() {
    Map<String, Object> object = new LinkedHashMap<>();
    at++;
    while (next() != '}') {
      String key = (String) value();
      next();
      at++;
      object.put(key, value());
      if (next() == ',') at++;
    }
    at++;
    return object;
  }

  private List<Object> array() {
    List<Object> array = new ArrayList<>();
    at++;
    while (next() != ']') {
      array.add(value());
      if (next() == ',') at++;
    }
    at++;
    return array;
  }

  private String string() {
    StringBuilder string = new StringBuilder();
    for (at++; text.charAt(at) != '"'; at++) {
      if (text.charAt(at) != '\\') {
        string.append(text.charAt(at));
        continue;
      }
      char escape = text.charAt(++at);
      if (escape == 'u') {
        string.append((char) Integer.parseInt(text.substring(at + 1, at + 5), 16));
        at += 4;
      } else {
        int plain = "nrtbf".indexOf(escape);
        string.append(plain < 0 ? escape : "\n\r\t\b\f".charAt(plain));
      }
    }
    at++;
    return string.toString();
  }

  private Object number() {
    int start = at;
    while ("+-.eE0123456789".indexOf(text.charAt(at)) >= 0) at++;
    String number = text.substring(start, at);
    if (number.chars().allMatch(c -> c == '-' || Character.isDigit(c))) return Long.valueOf(number);
    return Double.valueOf(number);
  }
}
