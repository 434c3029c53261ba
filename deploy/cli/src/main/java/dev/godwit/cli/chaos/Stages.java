package dev.godwit.cli.chaos;

import java.util.LinkedHashMap;
import java.util.Map;

/** What a run waits for, one thing after the other, and how long it took. One thread enters stages, any may ask. */
final class Stages {
    private final Map<String, Long> nanos = new LinkedHashMap<>();
    private String now = "its turn";
    private long since = System.nanoTime();

    synchronized void enter(String stage) {
        nanos.merge(now, System.nanoTime() - since, Long::sum);
        now = stage;
        since = System.nanoTime();
    }

    /** The stage of the moment. */
    synchronized String now() {
        return now;
    }

    /** Seconds by stage, in the order in which they were entered first. */
    synchronized Map<String, Double> seconds() {
        enter(now);
        Map<String, Double> seconds = new LinkedHashMap<>();
        nanos.forEach((stage, each) -> seconds.put(stage, each / 1e9));
        seconds.remove("its turn");
        return seconds;
    }
}
