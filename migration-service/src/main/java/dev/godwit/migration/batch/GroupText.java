package dev.godwit.migration.batch;

import dev.godwit.migration.operation.Group;
import io.vertx.core.json.JsonArray;
import java.util.ArrayList;
import java.util.List;

/** A group as the state holds it: a JSON array of texts and nulls, or null where the values are not known. */
final class GroupText {

    private GroupText() {}

    static String of(Group group) {
        return group.isKnown() ? new JsonArray(new ArrayList<>(group.values())).encode() : null;
    }

    static Group parse(String text) {
        if (text == null) {
            return Group.UNKNOWN;
        }
        List<String> values = new ArrayList<>();
        new JsonArray(text).forEach(value -> values.add((String) value));
        return new Group(values);
    }
}
