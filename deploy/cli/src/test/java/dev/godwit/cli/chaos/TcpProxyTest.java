package dev.godwit.cli.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TcpProxyTest {
    private ServerSocket server;
    private TcpProxy wire;

    @BeforeEach
    void open() throws IOException {
        server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        wire = TcpProxy.open();
        wire.lead(server.getLocalPort());
    }

    @AfterEach
    void close() throws IOException {
        wire.close();
        server.close();
    }

    @Test
    void shouldPassBytesOnInBothDirectionsAndTheEnd() throws IOException {
        try (Socket near = connect()) {
            Socket far = server.accept();
            near.getOutputStream().write(7);
            assertThat(far.getInputStream().read()).isEqualTo(7);
            far.getOutputStream().write(8);
            assertThat(near.getInputStream().read()).isEqualTo(8);

            far.close();

            assertThat(near.getInputStream().read()).isEqualTo(-1);
        }
    }

    @Test
    void shouldHoldBytesBackAndKeepTheConnection() throws IOException {
        try (Socket near = connect();
                Socket far = server.accept()) {
            near.getOutputStream().write(1);
            assertThat(far.getInputStream().read()).isEqualTo(1);
            wire.stall(true);
            near.getOutputStream().write(2);
            far.setSoTimeout(200);
            assertThatThrownBy(() -> far.getInputStream().read()).isInstanceOf(SocketTimeoutException.class);

            wire.stall(false);

            far.setSoTimeout(5000);
            assertThat(far.getInputStream().read()).isEqualTo(2);
        }
    }

    @Test
    void shouldCutWhatThereIsAndLetNobodyThroughWhileItRefuses() throws IOException {
        try (Socket near = connect();
                Socket far = server.accept()) {
            far.setSoTimeout(5000);
            wire.refuse(true);

            assertThat(near.getInputStream().read()).isEqualTo(-1);
            assertThat(far.getInputStream().read()).isEqualTo(-1);
            try (Socket refused = connect()) {
                assertThat(refused.getInputStream().read()).isEqualTo(-1);
            }
        }
        wire.refuse(false);
        try (Socket near = connect();
                Socket far = server.accept()) {
            near.getOutputStream().write(3);
            assertThat(far.getInputStream().read()).isEqualTo(3);
        }
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), wire.port());
        socket.setSoTimeout(5000);
        return socket;
    }
}
