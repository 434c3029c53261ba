package dev.godwit.cli.chaos;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;

/**
 * An endless sequence of blows, the same for a random generator of the same seed and the same faults. Faults are dealt like cards: each comes once before any comes again. Every
 * other blow, on average, is of two faults at once.
 */
final class Blows {
    private static final int QUIET_MILLIS_MAX = 2000;
    private static final int GAP_MILLIS_MAX = 700;
    private static final int HOLD_MILLIS_MAX = 2000;

    private final SplittableRandom random;
    private final List<String> names;
    private final Deque<String> deck = new ArrayDeque<>();

    Blows(SplittableRandom random, Collection<String> names) {
        this.random = random;
        this.names = names.stream().sorted().toList();
    }

    Blow next() {
        List<String> dealt = new ArrayList<>();
        dealt.add(deal());
        if (random.nextBoolean() && !deck.isEmpty()) {
            dealt.add(deal());
        }
        return new Blow(
                random.nextInt(QUIET_MILLIS_MAX),
                List.copyOf(dealt),
                random.nextInt(GAP_MILLIS_MAX),
                random.nextInt(HOLD_MILLIS_MAX));
    }

    private String deal() {
        if (deck.isEmpty()) {
            shuffle();
        }
        return deck.pop();
    }

    private void shuffle() {
        List<String> left = new ArrayList<>(names);
        while (!left.isEmpty()) {
            deck.push(left.remove(random.nextInt(left.size())));
        }
    }
}
