package dev.godwit.audit.web;

import java.util.Map;

/** Codes in words: why a run is held back, and what leads out of a trouble. */
final class Words {

    private static final Map<String, String> THROTTLES = Map.ofEntries(
            Map.entry("probe_latency", "the database answers more slowly than it does when it is quiet"),
            Map.entry("waiting_sessions", "sessions of the application wait for locks of this run"),
            Map.entry("wal_waits", "sessions wait for the write-ahead log to be written"),
            Map.entry("replication_lag", "a standby is behind in time"),
            Map.entry("replication_backlog", "a standby has much to replay"),
            Map.entry("slot_backlog", "a replication slot holds back much of the write-ahead log"),
            Map.entry("slot_room", "a replication slot has little room left before it is lost"),
            Map.entry("archive_backlog", "the archiver is behind"),
            Map.entry("disk", "the server's disk is nearly full"),
            Map.entry("vacuum", "a vacuum works on one of the tables"),
            Map.entry("signals", "no signal of the database's health can be read"),
            Map.entry("window", "it is outside the hours in which it may work"),
            Map.entry("max_rate", "it goes as fast as was asked for, and no faster"));

    private static final Map<String, String> WAYS_OUT = Map.ofEntries(
            Map.entry(
                    "failed",
                    "Mend what the message names, then resume. What was done is kept; it goes on where it was. Or roll it back."),
            Map.entry("paused", "Resume it when you like. What the application writes meanwhile is remembered."),
            Map.entry(
                    "quarantined",
                    "These entities were left as they were, each for its own reason. Mend the cause, then retry the quarantined ones while the run is in hand."),
            Map.entry(
                    "conflict",
                    "These entities were left as they were. Decide in the data or in the definition, then run again: what is done already is left alone."),
            Map.entry(
                    "diverged",
                    "Somebody changed these rows after the run wrote them, so the rollback left them. Look at each."));

    private Words() {}

    /** Why it is slower than it could be; the code itself where it is an operator's own. */
    static String throttle(String code) {
        return THROTTLES.getOrDefault(code, code);
    }

    /** What leads out of a state or an outcome; empty where nothing has to. */
    static String wayOut(String trouble) {
        return WAYS_OUT.getOrDefault(trouble, "");
    }
}
