package dev.godwit.audit.trail;

import io.vertx.core.buffer.Buffer;
import io.vertx.mutiny.sqlclient.Tuple;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Outcomes of several events turned into columns. */
final class OutcomeColumns {

    private final Long[] event;
    private final Integer[] position;
    private final String[] run;
    private final String[] table;
    private final String[] key;
    private final String[] newKey;
    private final String[] outcome;
    private final String[] reason;
    private final String[] detail;
    private final String[] salt;
    private final Buffer[] leaf;
    private int size;

    private OutcomeColumns(int rows) {
        event = new Long[rows];
        position = new Integer[rows];
        run = new String[rows];
        table = new String[rows];
        key = new String[rows];
        newKey = new String[rows];
        outcome = new String[rows];
        reason = new String[rows];
        detail = new String[rows];
        salt = new String[rows];
        leaf = new Buffer[rows];
    }

    static Tuple of(List<OutcomeEvent> events, Map<UUID, Long> ids) {
        OutcomeColumns columns = new OutcomeColumns(
                events.stream().mapToInt(each -> each.outcomes().size()).sum());
        events.forEach(each -> columns.add(each, ids.get(each.id())));
        return columns.toTuple();
    }

    private void add(OutcomeEvent source, Long id) {
        for (int i = 0; i < source.outcomes().size(); i++) {
            Outcome each = source.outcomes().get(i);
            event[size] = id;
            position[size] = i + 1;
            run[size] = source.run();
            table[size] = each.table();
            key[size] = each.key();
            newKey[size] = each.newKey();
            outcome[size] = each.outcome();
            reason[size] = each.reason();
            detail[size] = each.detail();
            salt[size] = each.salt();
            leaf[size] = Buffer.buffer(source.leaves().get(i));
            size++;
        }
    }

    private Tuple toTuple() {
        return Tuple.tuple()
                .addValue(event)
                .addValue(position)
                .addValue(run)
                .addValue(table)
                .addValue(key)
                .addValue(newKey)
                .addValue(outcome)
                .addValue(reason)
                .addValue(detail)
                .addValue(salt)
                .addValue(leaf);
    }
}
