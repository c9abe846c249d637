// How often a statement is hit that has several places in the code, or several lines.

package dev.stillframe;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class StatementTest {
  private static final String STATEMENTS =
      """
      class Statements {
        static int take(int... all) {
          return all.length;
        }
        static int spans(int a, int b) {
          int result = take(a, //: call
              b,
              3);
          return result;
        }
        static int counts(int n) {
          while (n > 0) { //: while
            n -= 1;
          }
          return n;
        }
        static int cleans(int x) {
          int y;
          try {
            y = 0;
          } finally {
            y = x; //: finally
          }
          return y;
        }
        static int nests(int a) {
          return take( //: nest
              take(a),
              take(
                  a
              ));
        }
        static int decides(boolean a) {
          return a ? take(1) : take(1, 2); //: both
        }
        static int forTurns(int n) {
          int total = 0;
          for (int i = 0; i < n; i++) total += i; //: whole loop
          return total;
        }
      }
      """;

  private static Place statements;

  @BeforeAll
  static void compile() throws Exception {
    statements = Place.of(STATEMENTS);
    statements.type();
  }

  @BeforeEach
  void begin() {
    Placed.anew();
  }

  static Stream<Arguments> statements() {
    return Stream.of(
        HookTest.kind("call", "spans", 1, null, 1, 2),
        HookTest.kind("while", "counts", 6, null, 5),
        HookTest.kind("finally", "cleans", 1, null, 1),
        HookTest.kind("nest", "nests", 1, null, 1),
        HookTest.kind("both", "decides", 1, null, true),
        HookTest.kind("whole loop", "forTurns", 1, null, 5));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("statements")
  void aStatementFiresOnce(
      String mark, String method, int hits, Map<String, ?> locals, Object[] arguments)
      throws Exception {
    Place place = statements;
    try (Placed placed = Placed.on(place.at(mark))) {
      place.call(method, arguments);
      assertEquals(hits, placed.hits());
    }
  }
}
