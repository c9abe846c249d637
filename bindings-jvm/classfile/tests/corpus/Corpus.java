// Lines of every kind. A comment `hit N: a=1|b=2` says how often its line is hit and what the first hit
// reads; a program that is patched must print what it prints unpatched. A `!` is for a return that
// `finally` interrupts: without names of variables it counts before and after.

import java.util.ArrayList;
import java.util.List;

public class Corpus {
    static int sum;

    static class Base {
        final long value;

        Base(long value) {
            this.value = value; // hit 2: this=Derived|value=Long:6
        }
    }

    static class Derived extends Base {
        int field = 4; // hit 2: this=Derived|n=3

        Derived(int n) {
            super( // hit 2: n=3
                twice(n)); // hit 2: n=3
            field += n; // hit 2: this=Derived|n=3
        }

        Derived() {
            this( // hit 1:
                sum >= 0 ? 5 : 6); // hit 1:
            sum++; // hit 1: this=Derived
        }

        int field() {
            return field; // hit 2: this=Derived
        }

        long wider() {
            return field;
        }
    }

    static class Pair {
        final String text;
        final long number;

        Pair(String text, long number) {
            this.text = text;
            this.number = number;
        }

        String text() {
            return text;
        }

        long number() {
            return number;
        }
    }

    static long twice(long number) {
        return 2 * number;
    }

    static void loops(int times) {
        int i = 0; // hit 1: times=3
        while (i < times) { // hit 4: times=3|i=0
            i++; // hit 3: times=3|i=0
        }
        for (int k = 0; k < times; k++) { // hit 4: times=3|i=3
            sum += k; // hit 3: times=3|i=3|k=0
        }
        do {
            sum--; // hit 3: times=3|i=3
        } while (--i > 0); // hit 3: times=3|i=3
        for (int k = 0; k < times; k++) sum += k; // hit 1: times=3|i=0
        while (true) {
            if (i++ == 2) { // hit 3: times=3|i=0
                break; // hit 1: times=3|i=3
            }
        }
        for (String one : new String[] {"a", "b"}) { // hit 3: times=3|i=3
            sum += one.length(); // hit 2: times=3|i=3|one=String:a
        }
    }

    static int forever(int left) {
        while (true) {
            if (left-- < 0) { // hit 3: left=1
                return left; // hit 1: left=-2
            }
        }
    }

    static void thrower(boolean doesThrow) {
        if (doesThrow) { // hit 4: doesThrow=true
            throw new IllegalStateException(); // hit 2: doesThrow=true
        }
    }

    static int caught(boolean doesThrow) {
        int before = 1;
        try {
            thrower(doesThrow); // hit 2: doesThrow=true|before=1
            int inside = 2; // hit 1: doesThrow=false|before=1
            return inside; // hit 1!: doesThrow=false|before=1|inside=2
        } catch (IllegalStateException failure) { // hit 1: doesThrow=true|before=1
            return 3; // hit 1!: doesThrow=true|before=1|failure=IllegalStateException
        } finally {
            sum += before; // hit 2: doesThrow=true|before=1
        }
    }

    static Pair made(boolean flag) {
        Pair pair = new Pair(flag ? "yes" : "no", flag ? 1L : 2L); // hit 2: flag=true
        return pair; // hit 2: flag=true|pair=Pair
    }

    static String nested(boolean flag) {
        return new StringBuilder( // hit 2: flag=true
            new Pair(flag ? "a" : "b", 3L).text()) // hit 2: flag=true
            .append(flag ? 1 : 2) // hit 2: flag=true
            .toString(); // hit 2: flag=true
    }

    static int table(int key) {
        switch (key) { // hit 4: key=0
            case 0:
                return 10; // hit 1: key=0
            case 1:
                return 11; // hit 1: key=1
            case 2:
            case 3:
                sum += 3; // hit 1: key=3
            default:
                return 12; // hit 2: key=3
        }
    }

    static int lookup(int key) {
        int result;
        switch (key) { // hit 3: key=-5
            case -5:
                result = 1; // hit 1: key=-5
                break; // hit 1: key=-5|result=1
            case 70000:
                result = 2; // hit 1: key=70000
                break; // hit 1: key=70000|result=2
            default:
                result = 3; // hit 1: key=9
        }
        return result; // hit 3: key=-5|result=1
    }

    static int text(String key) {
        switch (key) { // hit 2: key=String:one
            case "one":
                return 1; // hit 1: key=String:one
            default:
                return 2; // hit 1: key=String:other
        }
    }

    static void reuse(boolean flag) {
        {
            long first = 5;
            double second = 0.5;
            sum += (int) (first + second); // hit 2: flag=true|first=Long:5|second=Double:0.5
        }
        sum++; // hit 2: flag=true
        {
            String third = "x";
            int fourth = 2;
            sum += fourth; // hit 2: flag=true|third=String:x|fourth=2
        }
        int late;
        if (flag) {
            late = 1; // hit 1: flag=true
        } else {
            late = 2; // hit 1: flag=false
        }
        sum += late; // hit 2: flag=true|late=1
        String none = null;
        sum++; // hit 2: flag=true|late=1|none=null
    }

    static double wide(long a, double b, int c, float d, byte e, short f, char g, boolean h) {
        double result = a + b + c + d + e + f + g; // hit 1: @widths
        return h ? result : -result;
    }

    synchronized int locked(int[] numbers) {
        synchronized (numbers) { // hit 1: this=Corpus|numbers=int[]
            numbers[0]++; // hit 1: this=Corpus|numbers=int[]
        } // hit 1: this=Corpus|numbers=int[]
        return numbers[0]; // hit 1: this=Corpus|numbers=int[]
    }

    static int recursive(int depth) {
        return depth == 0 ? 0 : recursive(depth - 1) + 1; // hit 4: depth=3
    }

    static int folded(List<String> all) {
        return all.size() // hit 1: all=ArrayList
            + all.get(0) // hit 1: all=ArrayList
                .length(); // hit 1: all=ArrayList
    }

    public static void main(String[] arguments) {
        loops(3);
        sum += forever(1);
        sum += caught(true) + caught(false);
        thrower(false);
        try {
            thrower(true);
        } catch (IllegalStateException failure) {
            sum++;
        }
        sum += made(true).number() + made(false).text().length();
        System.out.println(nested(true) + nested(false));
        sum += table(0) + table(1) + table(3) + table(7);
        sum += lookup(-5) + lookup(70000) + lookup(9);
        sum += text("one") + text("other");
        reuse(true);
        reuse(false);
        sum += (int) wide(1L, 2.5, 3, 4.5f, (byte) 5, (short) 6, 'c', true);
        sum += new Corpus().locked(new int[] {7}) + recursive(3);
        List<String> all = new ArrayList<>();
        all.add("one");
        sum += folded(all) + new Derived(3).field() + new Derived().field();
        System.out.println(sum);
    }
}
