package dev.godwit.cli.flight;

import dev.godwit.cli.chaos.TcpProxy;
import dev.godwit.cli.chaos.Wired;
import dev.godwit.cli.stack.StackListener;
import dev.godwit.cli.stack.StackOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** Hands the one stack that all tests share to those that ask for a {@link LiveStack}; it goes when the last of them has ended. */
public final class LiveStackExtension implements ParameterResolver {

    /** Closed by JUnit with the root context. */
    private record Shared(LiveStack stack) implements AutoCloseable {
        @Override
        public void close() {
            stack.stack().purge(StackListener.SILENT);
            stack.wire().ifPresent(TcpProxy::close);
        }
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == LiveStack.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return context.getRoot()
                .getStore(ExtensionContext.Namespace.create(LiveStackExtension.class))
                .getOrComputeIfAbsent(Shared.class, key -> new Shared(start()), Shared.class)
                .stack();
    }

    private static LiveStack start() {
        try {
            Path root = Files.createTempDirectory("godwit-flight");
            Path migrations = Files.createDirectories(root.resolve("migrations"));
            TcpProxy wire = TcpProxy.open();
            StackOptions options = StackOptions.in(root.resolve("state"))
                    .withMigrations(migrations)
                    .withSource(LiveStack.SOURCE);
            return new LiveStack(Wired.start(options, wire), Optional.of(wire));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
