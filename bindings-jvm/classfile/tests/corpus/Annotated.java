// Annotations on types within code, whose places must move with it.

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

public class Annotated {
    @Target(ElementType.TYPE_USE)
    @Retention(RetentionPolicy.RUNTIME)
    @interface Seen {
        String[] by() default {};
    }

    static int all(Object given) {
        @Seen(by = {"a", "b"}) List<@Seen String> list = new @Seen ArrayList<@Seen String>();
        if (given instanceof @Seen String) {
            list.add((@Seen String) given);
        }
        Supplier<List<String>> made = @Seen ArrayList<String>::new;
        try {
            list.addAll(Annotated.<@Seen String>same(made.get()));
        } catch (@Seen RuntimeException failure) {
            return -1;
        }
        return list.size();
    }

    static <T> List<T> same(List<T> list) {
        return list;
    }

    public static void main(String[] arguments) {
        System.out.println(all("text") + all(3));
    }
}
