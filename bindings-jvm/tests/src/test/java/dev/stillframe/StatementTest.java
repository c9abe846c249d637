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
        static int loops(int n) {
          int total = 0;
          for (int i = 0; i < n; i++) { //: for
            total += i;
          }
          for (int one : new int[n]) { //: each of an array
            total += one;
          }
          for (int one : java.util.Collections.nCopies(n, 1)) { //: each of a list
            total += one;
          }
          do {
            total++;
          } while (total % n != 0); //: do while
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
        HookTest.kind("whole loop", "forTurns", 1, null, 5),
        // As in debuggers: where the compiler says that the line begins again.
        HookTest.kind("for", "loops", 6, null, 5),
        HookTest.kind("each of an array", "loops", 6, null, 5),
        HookTest.kind("each of a list", "loops", 1, null, 5),
        HookTest.kind("do while", "loops", 5, null, 5));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("statements")
  void aStatementFiresWhereItBegins(
      String mark, String method, int hits, Map<String, ?> locals, Object[] arguments)
      throws Exception {
    Place place = statements;
    try (Placed placed = Placed.on(place.at(mark))) {
      place.call(method, arguments);
      assertEquals(hits, placed.hits());
    }
  }
}
