// As much JSON as the shop speaks, so that it runs on a bare JDK: a real one takes a library.

package checkout;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Reads text into maps, lists, strings, doubles, booleans and null, and writes them. */
final class Json {
  private final String text;
  private int at;

  private Json(String text) {
    this.text = text;
  }

  static Object read(String text) {
    Json json = new Json(text);
    Object value = json.value();
    if (json.peek() != 0) {
      throw json.wrong();
    }
    return value;
  }

  static String write(Object value) {
    if (value instanceof Map<?, ?> map) {
      return map.entrySet().stream()
          .map(entry -> write(entry.getKey()) + ":" + write(entry.getValue()))
          .collect(Collectors.joining(",", "{", "}"));
    }
    if (value instanceof List<?> list) {
      return list.stream().map(Json::write).collect(Collectors.joining(",", "[", "]"));
    }
    if (value instanceof String string) {
      return '"' + string.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }
    return String.valueOf(value);
  }

  private Object value() {
    switch (peek()) {
      case '{':
        return map();
      case '[':
        return list();
      case '"':
        return string();
      default:
        int start = at;
        while (at < text.length() && ",]} \t\r\n".indexOf(text.charAt(at)) < 0) {
          at++;
        }
        return word(text.substring(start, at));
    }
  }

  private Object word(String word) {
    return switch (word) {
      case "null" -> null;
      case "true" -> true;
      case "false" -> false;
      default -> Double.valueOf(word);
    };
  }

  private Map<String, Object> map() {
    Map<String, Object> map = new LinkedHashMap<>();
    for (at++; peek() != '}'; comma('}')) {
      String key = string();
      take(':');
      map.put(key, value());
    }
    at++;
    return map;
  }

  private List<Object> list() {
    List<Object> list = new ArrayList<>();
    for (at++; peek() != ']'; comma(']')) {
      list.add(value());
    }
    at++;
    return list;
  }

  private void comma(char end) {
    if (peek() != end) {
      take(',');
    }
  }

  private String string() {
    take('"');
    StringBuilder string = new StringBuilder();
    while (at < text.length() && text.charAt(at) != '"') {
      char next = text.charAt(at++);
      if (next == '\\') {
        next = escaped();
      }
      string.append(next);
    }
    take('"');
    return string.toString();
  }

  private char escaped() {
    if (at + 5 <= text.length() && text.charAt(at) == 'u') {
      at += 5;
      return (char) Integer.parseInt(text, at - 4, at, 16);
    }
    int known = at < text.length() ? "bfnrt\"\\/".indexOf(text.charAt(at++)) : -1;
    if (known < 0) {
      throw wrong();
    }
    return "\b\f\n\r\t\"\\/".charAt(known);
  }

  /** The next character that is not blank, 0 at the end. */
  private char peek() {
    while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
      at++;
    }
    return at < text.length() ? text.charAt(at) : 0;
  }

  private void take(char expected) {
    if (peek() != expected) {
      throw wrong();
    }
    at++;
  }

  private IllegalArgumentException wrong() {
    return new IllegalArgumentException("no JSON at character " + at);
  }
}
