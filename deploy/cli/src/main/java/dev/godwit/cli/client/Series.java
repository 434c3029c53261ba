package dev.godwit.cli.client;

import com.fasterxml.jackson.databind.JsonNode;
import dev.godwit.cli.ExitCode;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Runs of several migrations that one command asked for, as migration-service tells them.
 *
 * @param json everything that the service said
 */
public record Series(JsonNode json) {
    private static final Pattern ID = Pattern.compile("s[0-9a-z]{12}");

    /** True when the text names a series and no run. */
    public static boolean isId(String text) {
        return ID.matcher(text).matches();
    }

    public String id() {
        return json.path("series").asText();
    }

    public String mode() {
        return json.path("mode").asText();
    }

    /** running, completed, failed or cancelled */
    public String state() {
        return json.path("state").asText();
    }

    /** True when no further run will be started. */
    public boolean isOver() {
        return !state().equals("running");
    }

    /** True when nothing more happens before somebody gives a command: a run that was asked for follows the application. */
    public boolean isFollowing() {
        return json.path("follow").asBoolean()
                && members().stream()
                        .anyMatch(member ->
                                isNamed(member.migration()) && member.runState().equals("following"));
    }

    private boolean isNamed(String migration) {
        for (JsonNode named : json.path("migrations")) {
            if (named.asText().equals(migration)) {
                return true;
            }
        }
        return false;
    }

    /** One migration of it. */
    public record Member(JsonNode json) {
        public String migration() {
            return json.path("migration").asText();
        }

        public String state() {
            return json.path("state").asText();
        }

        /** State of its run, or empty. */
        public String runState() {
            return json.path("runState").asText("");
        }

        /** Id of its run, or empty. */
        public String run() {
            return json.path("run").asText("");
        }

        /** Why it was refused or what it waits for, or empty. */
        public String message() {
            return json.path("message").asText("");
        }

        private boolean hasDifferences() {
            return message().startsWith("verification_failed");
        }
    }

    /** In the order in which they run. */
    public List<Member> members() {
        List<Member> members = new ArrayList<>();
        json.path("members").forEach(member -> members.add(new Member(member)));
        return members;
    }

    /** How many members are in this state. */
    public long count(String state) {
        return members().stream().filter(member -> member.state().equals(state)).count();
    }

    /** The exit code of a command that asked for the whole of it: the worst of its members. */
    public int exitCode() {
        return switch (state()) {
            case "completed" -> hasConflicts() ? ExitCode.CONFLICTS : ExitCode.DONE;
            case "failed" -> ofFailed();
            case "cancelled" -> ExitCode.FAILED;
            default -> ExitCode.DONE;
        };
    }

    private int ofFailed() {
        List<Member> failed = members().stream()
                .filter(member ->
                        member.state().equals("failed") || member.state().equals("cancelled"))
                .toList();
        if (failed.isEmpty()) {
            return ExitCode.REFUSED;
        }
        return failed.stream().allMatch(Member::hasDifferences) ? ExitCode.DIFFERENCES : ExitCode.FAILED;
    }

    private boolean hasConflicts() {
        JsonNode counts = json.path("counts");
        return counts.path("conflict").asLong() + counts.path("failed").asLong() > 0;
    }
}
