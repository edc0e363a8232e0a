// What Java compilers make something of: the source of the class files beside it.
package org.example;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;

public class Shop implements Comparable<Shop> {
    public static final String PREFIX = "shop" + ":";
    private static final int LIMIT = 60 * 1000;
    private final List<String> names = new ArrayList<>();
    private int count = 12345;

    enum Size { SMALL("s"), LARGE("l") {
        @Override
        String tell() {
            return "large one";
        }
    };
        private final String letter;

        Size(String letter) {
            this.letter = letter;
        }

        String tell() {
            return letter;
        }
    }

    record Price(int cents, String currency) {
        Price {
            if (cents < 0)
                throw new IllegalArgumentException("below nothing");
        }
    }

    class Shelf {
        int room() {
            return LIMIT - count;
        }
    }

    public Shop(String first) {
        names.add(first);
    }

    public int open(String day) {
        switch (day) {
        case "monday":
            return 9;
        case "sunday":
            return -1;
        default:
            return 8;
        }
    }

    public String describe(Size size) {
        String text = PREFIX + size.tell() + ", " + names.size() + " names";
        switch (size) {
        case SMALL:
            return text.trim();
        default:
            return text;
        }
    }

    public List<String> sorted() {
        List<String> copy = new ArrayList<>(names);
        copy.sort(new Comparator<String>() {
            @Override
            public int compare(String a, String b) {
                return a.compareToIgnoreCase(b);
            }
        });
        return copy;
    }

    public Function<String, String> greeting() {
        return name -> "hello " + name.toUpperCase();
    }

    public int lines(String text) throws IOException {
        int n = 0;
        try (BufferedReader reader = new BufferedReader(new StringReader(text))) {
            while (reader.readLine() != null)
                n++;
        } finally {
            count = n;
        }
        for (String name : names)
            n += name.length();
        assert n >= 0 : "negative";
        return n;
    }

    public String letter() {
        return """
            Dear customer,
              we are "open"\tagain.
            """;
    }

    @Override
    public int compareTo(Shop other) {
        return Integer.compare(count, other.count);
    }
}
