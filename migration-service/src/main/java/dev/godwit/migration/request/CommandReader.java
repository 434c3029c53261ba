package dev.godwit.migration.request;

import dev.godwit.migration.outbox.Resend;
import dev.godwit.migration.pace.PaceChange;
import dev.godwit.migration.pace.PaceLevel;
import dev.godwit.migration.pace.Window;
import dev.godwit.migration.run.Refusal;
import dev.godwit.migration.run.RunCommand;
import dev.godwit.migration.run.StartCommand;
import dev.godwit.migration.series.SeriesCommand;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * Reads the data of commands, the same for Kafka and REST.
 *
 * <p>Failure semantics: {@link Refusal} of kind BAD_REQUEST that names the field.
 */
public final class CommandReader {

    private static final String PREFIX = "dev.godwit.run.";
    private static final String START = PREFIX + "start";
    private static final String MIGRATE = "dev.godwit.entities.migrate";
    private static final int RANGES_MAX = 1000;
    private static final String START_SERIES = "dev.godwit.series.start";

    /** What may be asked over Kafka. Forgetting a run and retrying its quarantine are for operators, over REST. */
    private static final Map<String, RunCommand> CHANGES = Map.of(
            PREFIX + "pause", RunCommand.PAUSE,
            PREFIX + "resume", RunCommand.RESUME,
            PREFIX + "cancel", RunCommand.CANCEL,
            PREFIX + "complete", RunCommand.COMPLETE,
            PREFIX + "verify", RunCommand.VERIFY,
            PREFIX + "rollback", RunCommand.ROLLBACK);

    private CommandReader() {}

    /** Reads a command of one of the types of the contract; refuses others with code {@code unknown_type}. */
    static Command read(String type, String commandId, Requester requester, StrictObject data) {
        if (type.equals(START)) {
            return new Command.Start(start(data, commandId, requester));
        }
        if (type.equals(MIGRATE)) {
            return migrate(data, commandId, requester);
        }
        if (type.equals(START_SERIES)) {
            return new Command.StartSeries(series(data, commandId, requester));
        }
        RunCommand change = CHANGES.get(type);
        if (change == null) {
            throw new Refusal(Refusal.Kind.BAD_REQUEST, "unknown_type", "no command has this type");
        }
        return change(change, data, commandId, requester);
    }

    /** Reads what a run shall be; a plan unless {@code "mode": "commit"} is said. */
    public static StartCommand start(StrictObject data, String commandId, Requester requester) {
        StartCommand start = new StartCommand(
                commandId,
                data.name("migration"),
                isCommit(data),
                data.optionalNumber("limit", Long.MAX_VALUE),
                data.optionalKeys("only", StartCommand.KEYS_MAX).orElse(List.of()),
                data.optionalName("plan"),
                data.flag("follow"),
                data.optionalNumber("maxRate", Integer.MAX_VALUE).map(Math::toIntExact),
                pace(data),
                window(data),
                data.flag("requireArchiving"),
                requester.of(data),
                data.optionalRemark("reason"),
                Optional.empty());
        data.mustHaveNoMore();
        if (start.plan().isPresent() && !start.commit()) {
            throw StrictObject.bad("field 'plan' names the plan that a commit trusts; a plan trusts none");
        }
        return start;
    }

    /** Reads which migrations shall be applied with what they depend on; plans unless {@code "mode": "commit"} is said. */
    public static SeriesCommand series(StrictObject data, String commandId, Requester requester) {
        SeriesCommand series = new SeriesCommand(
                commandId,
                data.optionalKeys("migrations", SeriesCommand.MIGRATIONS_MAX)
                        .orElseThrow(() -> StrictObject.bad("field 'migrations' is missing")),
                isCommit(data),
                data.flag("follow"),
                pace(data),
                requester.of(data),
                data.optionalRemark("reason"),
                Optional.empty());
        data.mustHaveNoMore();
        if (series.follow() && !series.commit()) {
            throw StrictObject.bad("field 'follow' is for a series that writes; say \"mode\": \"commit\"");
        }
        return series;
    }

    private static Optional<PaceLevel> pace(StrictObject data) {
        return data.optionalName("pace").map(name -> PaceLevel.find(name)
                .orElseThrow(() -> StrictObject.bad("field 'pace' must be gentle, normal or full")));
    }

    private static Optional<Window> window(StrictObject data) {
        try {
            return data.optionalName("onlyBetween").map(Window::parse);
        } catch (IllegalArgumentException e) {
            throw StrictObject.bad("field 'onlyBetween': " + e.getMessage());
        }
    }

    private static boolean isCommit(StrictObject data) {
        Optional<String> mode = data.optionalName("mode");
        if (mode.isPresent() && !mode.get().equals("plan") && !mode.get().equals("commit")) {
            throw StrictObject.bad("field 'mode' must be plan or commit");
        }
        return mode.isPresent() && mode.get().equals("commit");
    }

    /** Reads which other pace a run shall have. */
    public static PaceChange pace(String run, StrictObject data, String commandId, Requester requester) {
        PaceChange change = new PaceChange(
                run,
                commandId,
                pace(data),
                window(data),
                data.flag("anyTime"),
                requester.of(data),
                data.optionalRemark("reason"));
        data.mustHaveNoMore();
        if (change.level().isEmpty() && change.window().isEmpty() && !change.anyTime()) {
            throw StrictObject.bad("say what shall change: 'pace', 'onlyBetween' or 'anyTime'");
        }
        if (change.window().isPresent() && change.anyTime()) {
            throw StrictObject.bad("give either 'onlyBetween' or 'anyTime', not both");
        }
        return change;
    }

    /** Reads which entities shall be migrated now. */
    public static Command.Migrate migrate(StrictObject data, String commandId, Requester requester) {
        Command.Migrate migrate = new Command.Migrate(
                commandId,
                data.name("migration"),
                data.optionalKeys("keys", StartCommand.KEYS_MAX)
                        .orElseThrow(() -> StrictObject.bad("field 'keys' is missing")),
                requester.of(data));
        data.mayHave("reason");
        data.mustHaveNoMore();
        return migrate;
    }

    /** Reads which events of a run shall be sent again. */
    public static Resend resend(String run, StrictObject data) {
        String kind = data.optionalName("events").orElse("outcomes");
        if (!kind.equals("outcomes") && !kind.equals("life")) {
            throw StrictObject.bad("field 'events' must be outcomes or life");
        }
        List<Resend.Range> ranges = data.objects("ranges", RANGES_MAX).stream()
                .map(CommandReader::range)
                .toList();
        Optional<Resend.Place> after = data.optionalName("after").map(CommandReader::place);
        data.mustHaveNoMore();
        return new Resend(run, kind.equals("life") ? Resend.Kind.LIFE : Resend.Kind.OUTCOMES, ranges, after);
    }

    private static Resend.Range range(StrictObject data) {
        Resend.Range range = new Resend.Range(
                data.name("stream"),
                data.optionalNumber("from", Long.MAX_VALUE).orElse(1L),
                data.optionalNumber("to", Long.MAX_VALUE).orElse(Long.MAX_VALUE));
        data.mustHaveNoMore();
        return range;
    }

    private static Resend.Place place(String text) {
        String[] parts = text.split(" ", 2);
        try {
            return new Resend.Place(OffsetDateTime.parse(parts[0]), UUID.fromString(parts[1]));
        } catch (DateTimeParseException | IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
            throw StrictObject.bad("field 'after' must be the 'next' of the answer before");
        }
    }

    private static Command.Change change(RunCommand command, StrictObject data, String commandId, Requester requester) {
        String run = data.name("run");
        if (command == RunCommand.ROLLBACK && !data.flag("commit")) {
            throw StrictObject.bad("field 'commit' must be true; a preview of a rollback is answered over REST only");
        }
        return change(command, run, data, commandId, requester);
    }

    /** Reads who asks a state change of a run, and why. */
    public static Command.Change change(
            RunCommand command, String run, StrictObject data, String commandId, Requester requester) {
        Command.Change change =
                new Command.Change(command, run, commandId, requester.of(data), data.optionalRemark("reason"));
        data.mustHaveNoMore();
        return change;
    }
}
