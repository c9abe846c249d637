// Ordinary code of lambdas and streams, to be run with the agent and without: what an agent may slow
// down by what it only asks for.
//
//     java … bench.Streams MILLISECONDS
//
// Prints the least nanoseconds of one pass. Knows no agent.

package bench;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntUnaryOperator;
import java.util.function.Supplier;
import java.util.stream.Collectors;

final class Streams {
  private static final int ORDERS = 400;

  record Line(int number, int cents, String country) {}

  private static volatile long sink;

  private Streams() {}

  public static void main(String[] arguments) {
    List<Line> lines = new ArrayList<>();
    for (int number = 0; number < ORDERS; number++) {
      lines.add(new Line(number, number * 37 % 1_000, number % 3 == 0 ? "DE" : "FR"));
    }
    long end = System.nanoTime() + Long.parseLong(arguments[0]) * 1_000_000;
    long best = Long.MAX_VALUE;
    while (System.nanoTime() < end) {
      long began = System.nanoTime();
      sink = pass(lines);
      best = Math.min(best, System.nanoTime() - began);
    }
    System.out.println(best);
  }

  private static long pass(List<Line> lines) {
    int cents = lines.stream()
        .filter(line -> line.cents() > 100)
        .map(line -> line.cents() * 119 / 100)
        .filter(amount -> amount % 7 != 0)
        .mapToInt(Integer::intValue)
        .sum();
    int countries = lines.stream()
        .collect(Collectors.groupingBy(Line::country, Collectors.summingInt(Line::cents)))
        .size();
    long chained = 0;
    for (Line line : lines) {
      Supplier<Line> later = () -> line;
      IntUnaryOperator raise = rise(line.number() & 7).andThen(one -> one * 3);
      chained += raise.applyAsInt(later.get().cents());
    }
    return cents + countries + chained;
  }

  private static IntUnaryOperator rise(int by) {
    return one -> one + by;
  }
}
