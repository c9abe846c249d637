// JSON for looking into: what a snapshot, a status or a file of vectors holds.
//
// Knows the grammar and no names. Whole numbers are Long or BigInteger, others Double, so that `1`
// and
// `1.0` differ.

package dev.stillframe;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** A value of JSON: Map, List, String, Boolean, Long, BigInteger, Double or null. */
record Tree(Object value) {
  static Tree of(String json) {
    Parser parser = new Parser(json);
    Object value = parser.value();
    parser.blank();
    if (parser.at != json.length()) {
      throw parser.fault("the end");
    }
    return new Tree(value);
  }

  /** What lies under keys and indexes; null where there is none. */
  Tree at(Object... path) {
    Object found = value;
    for (Object step : path) {
      if (found instanceof Map<?, ?> map) {
        found = map.get(step);
      } else if (found instanceof List<?> list && step instanceof Integer index) {
        found = index < list.size() ? list.get(index) : null;
      } else {
        return new Tree(null);
      }
    }
    return new Tree(found);
  }

  boolean isNull() {
    return value == null;
  }

  boolean has(String key) {
    return value instanceof Map<?, ?> map && map.containsKey(key);
  }

  long number() {
    return ((Number) value).longValue();
  }

  String text() {
    return (String) value;
  }

  List<Tree> all() {
    List<Tree> all = new ArrayList<>();
    ((List<?>) value).forEach(item -> all.add(new Tree(item)));
    return all;
  }

  Map<String, Tree> entries() {
    Map<String, Tree> entries = new LinkedHashMap<>();
    ((Map<?, ?>) value).forEach((key, item) -> entries.put((String) key, new Tree(item)));
    return entries;
  }

  @Override
  public String toString() {
    return value instanceof String text ? '"' + text + '"' : Objects.toString(value);
  }

  private static final class Parser {
    private final String json;
    private int at;

    Parser(String json) {
      this.json = json;
    }

    IllegalArgumentException fault(String wanted) {
      return new IllegalArgumentException("no " + wanted + " at " + at + " of " + json);
    }

    void blank() {
      while (at < json.length() && json.charAt(at) <= ' ') {
        at++;
      }
    }

    boolean take(String word) {
      blank();
      boolean is = json.startsWith(word, at);
      at += is ? word.length() : 0;
      return is;
    }

    void need(String word) {
      if (!take(word)) {
        throw fault(word);
      }
    }

    Object value() {
      blank();
      return switch (json.charAt(at)) {
        case '{' -> object();
        case '[' -> list();
        case '"' -> string();
        case 't', 'f', 'n' -> word();
        default -> number();
      };
    }

    Object word() {
      if (take("null")) {
        return null;
      }
      boolean is = take("true");
      if (!is) {
        need("false");
      }
      return is;
    }

    Object number() {
      int from = at;
      while (at < json.length() && "+-.0123456789eE".indexOf(json.charAt(at)) >= 0) {
        at++;
      }
      String text = json.substring(from, at);
      if (text.matches("-?[0-9]+")) {
        BigInteger whole = new BigInteger(text);
        return whole.bitLength() < 64 ? (Object) whole.longValueExact() : whole;
      }
      return Double.valueOf(text);
    }

    Object list() {
      List<Object> list = new ArrayList<>();
      need("[");
      while (!take("]")) {
        list.add(value());
        take(",");
      }
      return list;
    }

    Object object() {
      Map<String, Object> object = new LinkedHashMap<>();
      need("{");
      while (!take("}")) {
        blank();
        String key = string();
        need(":");
        object.put(key, value());
        take(",");
      }
      return object;
    }

    String string() {
      need("\"");
      StringBuilder text = new StringBuilder();
      while (json.charAt(at) != '"') {
        char unit = json.charAt(at++);
        text.append(unit == '\\' ? escape() : unit);
      }
      at++;
      return text.toString();
    }

    char escape() {
      char unit = json.charAt(at++);
      if (unit == 'u') {
        at += 4;
        return (char) Integer.parseInt(json.substring(at - 4, at), 16);
      }
      int index = "bfnrt".indexOf(unit);
      return index < 0 ? unit : "\b\f\n\r\t".charAt(index);
    }
  }
}
