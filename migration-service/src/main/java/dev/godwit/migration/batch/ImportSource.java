package dev.godwit.migration.batch;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import java.util.List;

/** Where an import reads. Each query is a statement of its own with a snapshot of its own, so that it sees what was committed before it. */
interface ImportSource {

    Uni<List<Row>> query(String sql, Tuple parameters);
}
