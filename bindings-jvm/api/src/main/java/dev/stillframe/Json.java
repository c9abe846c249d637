// Writes one flat JSON object in ASCII. There is no reader here: results are handed on as text.

package dev.stillframe;

import java.util.List;

/** A JSON object in the making. */
final class Json {
  private static final String HEX = "0123456789abcdef";
  private final StringBuilder text = new StringBuilder("{");

  Json field(String name, String value) {
    name(name);
    quote(value);
    return this;
  }

  Json field(String name, long value) {
    name(name);
    text.append(value);
    return this;
  }

  Json field(String name, boolean value) {
    name(name);
    text.append(value);
    return this;
  }

  Json field(String name, List<String> values) {
    name(name);
    text.append('[');
    for (int at = 0; at < values.size(); at++) {
      if (at > 0) {
        text.append(',');
      }
      quote(values.get(at));
    }
    text.append(']');
    return this;
  }

  Json field(String name, Json value) {
    name(name);
    text.append(value);
    return this;
  }

  private void name(String name) {
    if (text.length() > 1) {
      text.append(',');
    }
    quote(name);
    text.append(':');
  }

  /** ASCII only, so that JNI's form of UTF-8 and everybody else's are the same bytes. */
  private void quote(String value) {
    text.append('"');
    for (int at = 0; at < value.length(); at++) {
      char unit = value.charAt(at);
      if (unit == '"' || unit == '\\') {
        text.append('\\').append(unit);
      } else if (unit >= ' ' && unit < 0x7f) {
        text.append(unit);
      } else {
        text.append("\\u");
        for (int shift = 12; shift >= 0; shift -= 4) {
          text.append(HEX.charAt(unit >> shift & 0xf));
        }
      }
    }
    text.append('"');
  }

  @Override
  public String toString() {
    return text + "}";
  }
}
