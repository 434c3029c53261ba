package dev.godwit.cli.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.godwit.cli.ExitCode;
import dev.godwit.cli.Failure;
import dev.godwit.cli.flight.LiveStack;
import dev.godwit.cli.flight.LiveStackExtension;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The local stack as its users meet it. Each test leaves it running and whole, for all others. */
@ExtendWith(LiveStackExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class StackIT {
    private static final String OUTBOX_ROW = """
            INSERT INTO godwit.outbox (id, topic, key, type, source, subject, time, specversion, contenttype, payload)
            VALUES ('%s', 'godwit.health', 'k', 'dev.godwit.test', '/test', NULL, now(), '1.0', 'application/json', '{}')
            """;

    @TempDir
    private static Path directory;

    private Stack stack;

    StackIT(LiveStack shared) {
        stack = shared.stack();
    }

    @BeforeAll
    void createTable() {
        execute(stack, "CREATE TABLE public.kept AS SELECT 'kept' AS word");
    }

    @AfterAll
    void dropTable() {
        execute(stack, "DROP TABLE public.kept");
    }

    @Test
    void shouldStartEveryComponentAsAProcessOfItsOwn() {
        assertThat(stack.status()).isNotEmpty().allSatisfy(component -> assertThat(component.isHealthy())
                .as(component.toString())
                .isTrue());
        assertThat(stack.describe().processes())
                .containsOnlyKeys("postgres", "kafka", "connect", "migration-service", "audit-service");
        assertThat(stack.describe().processes().values())
                .extracting(StackDescription.ProcessInfo::pid)
                .doesNotHaveDuplicates();
        assertThat(stack.describe().processes().values())
                .allSatisfy(process -> assertThat(Path.of(process.log())).isRegularFile());
    }

    @Test
    void shouldKeepDurabilityOn() {
        assertThat(query(stack, "SHOW fsync")).isEqualTo("on");
        assertThat(query(stack, "SHOW synchronous_commit")).isEqualTo("on");
        assertThat(query(stack, "SHOW full_page_writes")).isEqualTo("on");
    }

    @Test
    void shouldForgetNothingBetweenDownAndUp() {
        Map<String, Long> before = pids();

        stack.stop(StackListener.SILENT);
        assertThat(before.values()).noneMatch(pid -> !Processes.birthOf(pid).isEmpty());
        stack = Stack.start(StackOptions.in(stack.directory()));

        assertThat(query(stack, "SELECT word FROM public.kept")).isEqualTo("kept");
        outboxMustReachKafka();
    }

    @Test
    void shouldNameTheBusyPortAndTheWayOut() throws IOException {
        int base = new PortLedger().claim(fresh("claimed"), 1);
        new PortLedger().release(fresh("claimed"));
        try (ServerSocket busy = new ServerSocket()) {
            busy.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), base + 3));

            assertThatThrownBy(() -> Stack.start(
                            StackOptions.in(directory.resolve("busy")).withPortBase(base)))
                    .isInstanceOfSatisfying(Failure.class, failure -> assertThat(failure.exitCode())
                            .isEqualTo(ExitCode.USAGE))
                    .hasMessageContainingAll(Integer.toString(base + 3), "connect", "--port-base");
        }
        assertThat(Stack.at(directory.resolve("busy")).isRunning("postgres")).isFalse();
    }

    @Test
    void shouldNoticeAForeignServerOnItsPort() {
        // Given a stack that remembers the port on which another stack's server runs
        StateDirectory state = fresh("confused");
        Settings theirs = new StateDirectory(stack.directory()).settings().orElseThrow();
        Settings confused = Settings.fresh(theirs.portBase(), "/nowhere");

        assertThatThrownBy(() -> new PostgresServer(state, confused).answers())
                .isInstanceOf(Failure.class)
                .hasMessageContainingAll("another PostgreSQL", Integer.toString(theirs.portBase()), "--port-base");
    }

    @Test
    void shouldUseAServerAndABrokerOfTheUsersBesideAnotherStackAndRehearseOnACopy() throws Exception {
        // Given a server with a database of the user's, and a broker, neither of which is the new stack's
        StateDirectory servers = fresh("servers");
        Settings settings = Settings.fresh(new PortLedger().claim(servers, 1), "/nowhere");
        servers.remember(settings);
        Processes processes = new Processes(servers);
        PostgresServer server = new PostgresServer(servers, settings);
        Broker broker = new Broker(servers, settings);
        server.prepare();
        processes.spawn(server.launch());
        processes.spawn(broker.launch(Home.find()));
        assertThat(Wait.until(Duration.ofSeconds(60), server::answers)).isTrue();
        assertThat(Wait.until(Duration.ofSeconds(60), broker::answers)).isTrue();
        DatabaseUrl shop = settings.superuser().in("shop");
        CopyRehearsal rehearsal = new CopyRehearsal(stack, directory);
        execute(settings.superuser(), "CREATE DATABASE restored");
        rehearsal.restore(settings.superuser().in("restored"));
        execute(settings.superuser(), "CREATE DATABASE shop TEMPLATE restored");

        // When
        Stack guest = Stack.at(directory.resolve("guest"));
        try {
            rehearsal.up(guest.directory(), shop, settings.bootstrapServers());

            // Then
            assertThat(guest.describe().database().url()).isEqualTo(shop.toUrl());
            assertThat(guest.describe().kafka().bootstrapServers()).isEqualTo(settings.bootstrapServers());
            assertThat(guest.describe().processes()).doesNotContainKey("kafka");
            assertThat(guest.status()).allSatisfy(component -> assertThat(component.isHealthy())
                    .as(component.toString())
                    .isTrue());
            assertThat(query(guest, "SELECT count(*) FROM pg_replication_slots WHERE database = 'shop'"))
                    .isEqualTo("1");
            assertThat(query(guest, "SELECT to_regclass('public.kept') IS NULL"))
                    .isEqualTo("t");
            rehearsal.rehearse(guest.directory(), shop);
        } finally {
            guest.purge(StackListener.SILENT);
            Stack.at(servers.root()).purge(StackListener.SILENT);
            rehearsal.forget();
        }
        assertThat(guest.directory()).doesNotExist();
        assertThat(guest.status()).isEmpty();
        assertThat(stack.status()).allMatch(ComponentStatus::isHealthy);
    }

    @Test
    void shouldKeepPasswordsFromOtherUsers() throws IOException {
        for (String file : List.of("settings.json", "stack.json")) {
            assertThat(Files.getPosixFilePermissions(stack.directory().resolve(file)))
                    .as(file)
                    .allMatch(permission -> permission.name().startsWith("OWNER_"));
        }
    }

    private static StateDirectory fresh(String name) {
        StateDirectory state = new StateDirectory(directory.resolve(name));
        state.create();
        return state;
    }

    private Map<String, Long> pids() {
        Map<String, Long> pids = new LinkedHashMap<>();
        stack.describe().processes().forEach((name, process) -> pids.put(name, process.pid()));
        return pids;
    }

    /** The whole way: a row of the outbox, decoded by Debezium, read from the broker. */
    private void outboxMustReachKafka() {
        UUID id = UUID.randomUUID();
        Settings settings = new StateDirectory(stack.directory()).settings().orElseThrow();
        execute(settings.migration(), OUTBOX_ROW.formatted(id));
        Awaitility.await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> assertThat(headersOfHealth())
                .contains(id.toString()));
    }

    private List<String> headersOfHealth() {
        Map<String, Object> configuration =
                Map.of("bootstrap.servers", stack.describe().kafka().bootstrapServers());
        List<String> ids = new ArrayList<>();
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(configuration, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            TopicPartition partition = new TopicPartition("godwit.health", 0);
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            long end = consumer.endOffsets(List.of(partition)).get(partition);
            while (consumer.position(partition) < end) {
                consumer.poll(Duration.ofMillis(200))
                        .forEach(message -> ids.add(
                                new String(message.headers().lastHeader("ce_id").value(), StandardCharsets.UTF_8)));
            }
        }
        return ids;
    }

    private static void execute(Stack stack, String sql) {
        execute(DatabaseUrl.parse(stack.describe().database().url()), sql);
    }

    private static void execute(DatabaseUrl url, String sql) {
        try (Connection connection = url.connect();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    private static String query(Stack stack, String sql) {
        try (Connection connection =
                        DatabaseUrl.parse(stack.describe().database().url()).connect();
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            result.next();
            return result.getString(1);
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }
}
