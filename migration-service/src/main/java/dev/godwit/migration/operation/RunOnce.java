package dev.godwit.migration.operation;

import dev.godwit.migration.definition.Provides;
import dev.godwit.migration.definition.SchemaDefinition.Patience;
import dev.godwit.migration.script.Effects;
import dev.godwit.migration.script.ObjectName;
import dev.godwit.migration.script.ScriptStatement;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Work without entities: statements that are executed once, in their order.
 *
 * @param owner the role that they are executed as; empty for Godwit's own
 */
public record RunOnce(
        List<ScriptStatement> up,
        Optional<List<ScriptStatement>> down,
        Optional<String> owner,
        Provides provides,
        Patience patience) {

    /** The way: there, or back. */
    public enum Direction {
        UP,
        DOWN;

        /** The name in SQL columns and keys. */
        public String wireName() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public RunOnce {
        up = List.copyOf(up);
        down = down.map(List::copyOf);
    }

    /** The statements of one way; none when there is no way back. */
    public List<ScriptStatement> script(Direction direction) {
        return direction == Direction.UP ? up : down.orElse(List.of());
    }

    /** Tables that its statements change or lock, as far as they can be read, existing ones and those that it makes; names as {@code to_regclass} takes them. */
    public Set<String> tables() {
        Set<String> tables = new TreeSet<>();
        up.forEach(statement -> names(statement, tables));
        down.orElse(List.of()).forEach(statement -> names(statement, tables));
        provides.objects()
                .filter(object -> !object.kind().equals("index"))
                .forEach(object -> tables.add(object.relation().quoted()));
        return tables;
    }

    private static void names(ScriptStatement statement, Set<String> tables) {
        Effects.tables(statement.sql()).stream().map(ObjectName::quoted).forEach(tables::add);
    }

    /** The key by which outcomes name a statement. */
    public static String key(String migration, Direction direction, int number) {
        return migration + '/' + direction.wireName() + '/' + number;
    }
}
