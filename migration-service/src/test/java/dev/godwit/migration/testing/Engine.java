package dev.godwit.migration.testing;

import dev.godwit.migration.batch.Batches;
import dev.godwit.migration.batch.RunContext;
import dev.godwit.migration.batch.Undo;
import dev.godwit.migration.blob.BlobCopies;
import dev.godwit.migration.chunk.ChunkQueue;
import dev.godwit.migration.chunk.ChunkWork;
import dev.godwit.migration.chunk.ChunkWorker;
import dev.godwit.migration.definition.Definition;
import dev.godwit.migration.ending.Ending;
import dev.godwit.migration.pace.PaceBoard;
import dev.godwit.migration.pace.PaceConfig;
import dev.godwit.migration.pace.Pacing;
import dev.godwit.migration.run.Chunks;
import dev.godwit.migration.run.GodwitConfig;
import dev.godwit.migration.run.RunContexts;
import dev.godwit.migration.run.Runs;
import dev.godwit.migration.run.Troubles;
import dev.godwit.migration.sql.WorkerSessions;
import dev.godwit.migration.tail.PendingKeys;
import dev.godwit.migration.telemetry.Spans;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.core.Vertx;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The engine of batches on a database of its own, without broker, driver or tail: a test chooses which chunk is worked on and when. A chunk is one block, and
 * {@link #WIDE} makes rows so wide that a block holds one, so that tests decide what meets in a batch.
 */
public final class Engine {

    /** A column that fills a block: the row is the only one of its block and of its chunk. */
    public static final String WIDE = TestPostgres.major() >= 16
            ? "pad char(5000) STORAGE PLAIN NOT NULL DEFAULT ''"
            // A column cannot be told how to be stored while its table is made, but this type is never compressed.
            : "pad oidvector NOT NULL DEFAULT repeat('0 ', 1250)::oidvector";

    private static final Duration MESSAGE_TIME = Duration.ofSeconds(20);
    private static final Duration OUTAGE_MAX = Duration.ofSeconds(1);
    private static final AtomicInteger RUNS = new AtomicInteger();
    private static final Set<String> DATABASES = ConcurrentHashMap.newKeySet();

    private static final String TABLES = """
            SELECT format('%I.%I', n.nspname, c.relname) AS name
              FROM pg_class AS c
              JOIN pg_namespace AS n ON n.oid = c.relnamespace
             WHERE c.relkind = 'r'
               AND n.nspname NOT IN ('godwit', 'pg_catalog', 'information_schema')
             ORDER BY 1
            """;

    private static final String END_SESSIONS = """
            DO $$
            DECLARE
                databases text[] := '{%s}';
            BEGIN
                LOOP
                    PERFORM pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = ANY (databases);
                    EXIT WHEN NOT FOUND;
                    PERFORM pg_sleep(0.002);
                    PERFORM pg_stat_clear_snapshot();
                END LOOP;
            END
            $$
            """;

    private final String database;
    private final Pool pool;
    private final GodwitConfig config;
    private final WorkerSessions sessions;
    private final Batches batches;
    private final Runs runs;
    private final RunContexts contexts;
    private final Chunks chunks;
    private final String user;
    private final int connections;
    private final EngineOutside outside = new EngineOutside();

    private Engine(String database, String user, int connections) {
        this.user = user;
        this.connections = connections;
        this.database = database;
        this.pool = TestPostgres.pool(database, user);
        this.config = config(TestPostgres.port(), database, user, connections);
        this.sessions = new WorkerSessions(new Vertx(TestPostgres.vertx().getDelegate()), config);
        this.batches = new Batches(sessions);
        this.runs = new Runs(pool, Spans.off());
        this.contexts = new RunContexts(pool, outside.outside());
        this.chunks = new Chunks(runs, null, config);
    }

    /** A fresh database with the application's tables and the state of Godwit. */
    public static Engine on(String name, String... applicationSql) {
        return on(name, 4, applicationSql);
    }

    /** The same with so many worker sessions; with one, every batch runs in the same session. */
    public static Engine on(String name, int connections, String... applicationSql) {
        endSessionsOfOthers();
        Engine engine = over(TestPostgres.copyOf(Template.DATABASE, name), connections);
        for (String sql : applicationSql) {
            TestPostgres.execute(engine.database, sql);
        }
        return engine;
    }

    /** A fresh database with a sample dump and the state of Godwit; skips the test where there is no such dump. */
    public static Engine onSample(String dump) {
        endSessionsOfOthers();
        String database = SampleData.load(dump);
        createState(database);
        return over(database, 4);
    }

    /** A database whose state of Godwit came to be in another way. */
    public static Engine upgraded(String database) {
        endSessionsOfOthers();
        createOrigins(database);
        return over(database, 4);
    }

    private static Engine over(String database, int connections) {
        DATABASES.add(database);
        return new Engine(database, "postgres", connections);
    }

    /** The state of Godwit and nothing else, made once: databases of tests are copies of it. */
    private static final class Template {
        private static final String DATABASE = create();

        private static String create() {
            String database = TestPostgres.freshDatabase("engine");
            createState(database);
            return database;
        }
    }

    private static void createState(String database) {
        TestPostgres.execute(database, "CREATE SCHEMA godwit");
        state().forEach(sql -> TestPostgres.execute(database, sql));
        createOrigins(database);
    }

    /** Lets imports read this database by a name. */
    public void source(String name, String database) {
        outside.source(name, TestPostgres.pool(database, "postgres"));
    }

    /** Lets batches ask these for the blobs of their rows. */
    public void blobs(BlobCopies copies) {
        outside.blobs(copies);
    }

    /** The engine on the same database by another role. */
    public Engine as(String user) {
        return new Engine(database, user, 4);
    }

    /** Sessions of earlier tests would use up the server's, and hold their origins. All are told at once: a wait for each costs a tenth of a second and more. */
    private static synchronized void endSessionsOfOthers() {
        if (DATABASES.isEmpty()) {
            return;
        }
        TestPostgres.execute("postgres", END_SESSIONS.formatted(String.join(",", DATABASES)));
        DATABASES.clear();
    }

    /** Unless {@code -Dorigins=none} asks for a server on which writes cannot be hidden. */
    private static synchronized void createOrigins(String database) {
        if ("none".equals(System.getProperty("origins"))) {
            return;
        }
        TestPostgres.execute(
                database,
                "SELECT pg_replication_origin_create(w.name) FROM (SELECT 'godwit_' || n AS name FROM generate_series(1, 32) AS n) AS w"
                        + " WHERE NOT EXISTS (SELECT FROM pg_replication_origin WHERE roname = w.name)");
    }

    /** What Flyway would do: every version, in the order of its number. */
    private static List<String> state() {
        try (Stream<Path> files = Files.list(Path.of("src/main/resources/db/migration"))) {
            List<String> versions = new ArrayList<>();
            for (Path file :
                    files.sorted(Comparator.comparingInt(Engine::version)).toList()) {
                versions.add(Files.readString(file));
            }
            return versions;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int version(Path file) {
        String name = file.getFileName().toString();
        return Integer.parseInt(name.substring(1, name.indexOf("__")));
    }

    /** A worker's configuration, as the service would read it. */
    static GodwitConfig config(int port, String database, String user, int connections) {
        return config(port, database, user, connections, MESSAGE_TIME);
    }

    private static GodwitConfig config(int port, String database, String user, int connections, Duration messageTime) {
        return new SmallRyeConfigBuilder()
                .addDiscoveredConverters()
                .withMapping(GodwitConfig.class)
                .withDefaultValue("godwit.database.port", Integer.toString(port))
                .withDefaultValue("godwit.database.name", database)
                .withDefaultValue("godwit.database.user", user)
                .withDefaultValue("godwit.database.password", "unused")
                .withDefaultValue("godwit.batch.connections", Integer.toString(connections))
                .withDefaultValue("godwit.batch.chunk-blocks", "1")
                .withDefaultValue("godwit.batch.message-time", messageTime.toMillis() + "ms")
                .build()
                .getConfigMapping(GodwitConfig.class);
    }

    public String database() {
        return database;
    }

    /** Connections of the control plane. */
    public Pool pool() {
        return pool;
    }

    public Batches batches() {
        return batches;
    }

    public WorkerSessions sessions() {
        return sessions;
    }

    public Runs runs() {
        return runs;
    }

    public RunContexts contexts() {
        return contexts;
    }

    /** The settings it works with. */
    public GodwitConfig config() {
        return config;
    }

    /** What cuts chunks; it has no queue to put them into. */
    public Chunks chunks() {
        return chunks;
    }

    /** What cuts chunks and puts them into this queue. */
    public Chunks chunks(ChunkQueue queue) {
        return new Chunks(runs, queue, config);
    }

    /** What takes messages from this queue and works on each for so long. */
    public ChunkWorker worker(ChunkQueue queue, Duration messageTime) {
        return new ChunkWorker(
                runs,
                contexts,
                chunkWork(),
                queue,
                pacing(),
                new Troubles(runs, OUTAGE_MAX),
                config(TestPostgres.port(), database, user, connections, messageTime),
                Spans.off(),
                new Ending());
    }

    /** What tells workers of an instance their turns; nothing tells it of other paces than the runs began with. */
    public Pacing pacing() {
        return new Pacing(runs, new PaceBoard(), pace(Map.of()), config);
    }

    /** Settings of pace: the defaults and what is said here. */
    public static PaceConfig pace(Map<String, String> settings) {
        return new SmallRyeConfigBuilder()
                .addDiscoveredConverters()
                .withMapping(PaceConfig.class)
                .withDefaultValues(settings)
                .build()
                .getConfigMapping(PaceConfig.class);
    }

    /** What works on chunks. */
    public ChunkWork chunkWork() {
        return new ChunkWork(batches, new Undo());
    }

    /** What works off waiting keys. */
    public PendingKeys pendingKeys() {
        return new PendingKeys(batches);
    }

    /** A run that is there already. */
    public EngineRun run(String id) {
        return new EngineRun(this, id);
    }

    /** A run that writes, with its journal, barrier and duplicate groups, in state backfilling. */
    public EngineRun commit(String yaml) {
        return begin(TestDefinitions.of(yaml), true);
    }

    /** The same of a definition that was read with what belongs to it. */
    public EngineRun commit(Definition definition) {
        return begin(definition, true);
    }

    /** A run that only reads, in state planning. */
    public EngineRun plan(String yaml) {
        return begin(TestDefinitions.of(yaml), false);
    }

    /** The same of a definition that was read with what belongs to it. */
    public EngineRun plan(Definition definition) {
        return begin(definition, false);
    }

    private EngineRun begin(Definition definition, boolean commit) {
        String id = "r" + RUNS.incrementAndGet();
        long serial = await(pool.preparedQuery("""
                                INSERT INTO godwit.run (id, migration, operation, mode, state, phase, definition, definition_file, definition_hash, attachments, barrier_xid, pace)
                                VALUES ($1, $2, $8, $3, $4, 'backfill', $5, 'migration.yaml', $6, $9, CASE WHEN $7 THEN pg_snapshot_xmax(pg_current_snapshot()) END, 'full')
                                RETURNING serial
                                """)
                        .execute(Tuple.tuple()
                                .addString(id)
                                .addString(definition.migration())
                                .addString(commit ? "commit" : "plan")
                                .addString(commit ? "backfilling" : "planning")
                                .addString(definition.text())
                                .addString(definition.hash())
                                .addBoolean(commit)
                                .addString(definition.operation().kind())
                                .addJsonObject(attachments(definition))))
                .iterator()
                .next()
                .getLong("serial");
        query("SELECT godwit.create_journal($1, $2)", id, serial);
        EngineRun run = new EngineRun(this, id);
        query(
                "INSERT INTO godwit.relation (run_id, relation, name) VALUES ($1, 0, $2)",
                id,
                run.context().rootName());
        RunContext context = run.context();
        await(runs.inTransaction(connection -> context.operation().prepare(context, connection)));
        run.group();
        return run;
    }

    private static JsonObject attachments(Definition definition) {
        JsonObject attachments = new JsonObject();
        definition.operation().attachments().forEach(attachments::put);
        return attachments;
    }

    /** Rows of a statement in a transaction of its own. */
    public List<Row> query(String sql, Object... parameters) {
        List<Row> rows = new ArrayList<>();
        await(pool.preparedQuery(sql).execute(Tuple.from(parameters))).forEach(rows::add);
        return rows;
    }

    /** The first column of the first row as text. */
    public String value(String sql, Object... parameters) {
        Object value = query(sql, parameters).get(0).getValue(0);
        return value == null ? null : value.toString();
    }

    /** The first column of all rows as text. */
    public List<String> values(String sql, Object... parameters) {
        return query(sql, parameters).stream()
                .map(row -> String.valueOf(row.getValue(0)))
                .toList();
    }

    /** Statements of the application or an administrator, as superuser. */
    public void execute(String sql) {
        TestPostgres.execute(database, sql);
    }

    /** Every row of every table of the application, in its text form: two equal contents are equal byte by byte. */
    public Map<String, List<String>> contents() {
        Map<String, List<String>> contents = new TreeMap<>();
        values(TABLES)
                .forEach(table -> contents.put(table, values("SELECT t::text FROM " + table + " AS t ORDER BY 1")));
        return contents;
    }

    /** Events in the outbox of one topic, oldest first, in the order of their streams. */
    public List<JsonObject> events(String topic) {
        return query(
                        "SELECT convert_from(payload, 'UTF8') AS data FROM godwit.outbox WHERE topic = $1 ORDER BY time, ctid",
                        topic)
                .stream()
                .map(row -> new JsonObject(row.getString("data")))
                .toList();
    }

    /** Waits for one step. */
    public static <T> T await(Uni<T> uni) {
        return uni.await().atMost(TestPostgres.stepTimeout());
    }

    /** Keys {@code 00000000-0000-0000-0000-00000000000n}. */
    public static List<String> uuids(int... numbers) {
        return IntStream.of(numbers).mapToObj(Engine::uuid).toList();
    }

    /** A key that shows its number. */
    public static String uuid(int number) {
        return "00000000-0000-0000-0000-%012d".formatted(number);
    }
}
