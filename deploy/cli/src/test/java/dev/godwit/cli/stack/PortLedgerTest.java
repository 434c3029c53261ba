package dev.godwit.cli.stack;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PortLedgerTest {
    @TempDir
    private Path directory;

    private PortLedger ledger;

    @BeforeEach
    void createLedger() {
        ledger = new PortLedger(directory.resolve("ledger"));
    }

    @Test
    void shouldGiveTwoStacksDifferentBlocksEvenWhenNeitherRuns() {
        int first = ledger.claim(stack("one"), 1);
        int second = ledger.claim(stack("two"), 1);

        assertThat(Math.abs(first - second)).isGreaterThanOrEqualTo(Ports.BLOCK);
    }

    @Test
    void shouldGiveAStackItsOwnBlockAgain() {
        int first = ledger.claim(stack("one"), 1);

        assertThat(ledger.claim(stack("one"), 1)).isEqualTo(first);
    }

    @Test
    void shouldGiveAReleasedBlockToTheNextStack() {
        int first = ledger.claim(stack("one"), 1);

        ledger.release(stack("one"));

        assertThat(ledger.claim(stack("two"), 1)).isEqualTo(first);
    }

    @Test
    void shouldGiveTheBlockOfADeletedStackToTheNextOne() {
        StateDirectory deleted = new StateDirectory(directory.resolve("deleted"));
        int first = ledger.claim(deleted, 1);

        assertThat(ledger.claim(stack("two"), 1)).isEqualTo(first);
    }

    @Test
    void shouldPassOverABlockWithABusyPort() throws IOException {
        int free = ledger.claim(stack("one"), 3);
        ledger.release(stack("one"));

        try (ServerSocket busy = new ServerSocket()) {
            busy.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), new Ports(free).migration(3)));

            assertThat(ledger.claim(stack("two"), 3)).isNotEqualTo(free);
        }
    }

    @Test
    void shouldKeepAllPortsOfABlockApart() {
        Ports ports = new Ports(20000);

        assertThat(ports.used(Ports.MAX_INSTANCES).values())
                .doesNotHaveDuplicates()
                .allMatch(port -> port >= 20000 && port < 20000 + Ports.BLOCK);
    }

    private StateDirectory stack(String name) {
        StateDirectory state = new StateDirectory(directory.resolve(name));
        state.create();
        return state;
    }
}
