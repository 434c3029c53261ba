package dev.godwit.cli.stack;

import dev.godwit.cli.Failure;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Where Godwit itself lives: the directory that holds the {@code godwit} script and the built modules. */
public record Home(Path root) {

    /** Told by the environment variable GODWIT_HOME (the script sets it), else found from where this class was loaded. */
    public static Home find() {
        String told = System.getenv("GODWIT_HOME");
        if (told != null && !told.isBlank()) {
            return new Home(Path.of(told).toAbsolutePath().normalize());
        }
        try {
            Path place = Path.of(Home.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
            for (Path at = place.toAbsolutePath(); at != null; at = at.getParent()) {
                if (Files.isRegularFile(at.resolve("godwit")) && Files.isRegularFile(at.resolve("pom.xml"))) {
                    return new Home(at);
                }
            }
        } catch (URISyntaxException e) {
            throw Failure.failed("cannot tell where Godwit is installed; set GODWIT_HOME", e);
        }
        throw Failure.failed("cannot tell where Godwit is installed; set GODWIT_HOME");
    }

    /** State directory of commands that name none. */
    public Path defaultState() {
        return root.resolve(".godwit");
    }

    /** The jar of this module and, in {@code lib}, everything that broker and Connect need. */
    public String stackClassPath() {
        Path target = root.resolve("deploy/cli/target");
        Path jar = target.resolve("godwit-cli-" + dev.godwit.cli.Versions.of("godwit") + ".jar");
        // During unit tests there is no jar yet.
        Path own = Files.exists(jar) ? jar : target.resolve("classes");
        return own + java.io.File.pathSeparator + target.resolve("lib").resolve("*");
    }

    /** The runnable jar of a service, whether built or not. */
    public Path serviceJar(String module) {
        return root.resolve(module).resolve("target/quarkus-app/quarkus-run.jar");
    }

    /** What a server needs, and then what a database needs, said by a superuser. The embedded server is made by the same statements. */
    public List<Path> roleScripts() {
        Path scripts = root.resolve("k8s/components/application-database");
        return List.of(scripts.resolve("cluster.sql"), scripts.resolve("application.sql"));
    }

    /** The JSON Schema of definitions. */
    public Path definitionSchema() {
        return root.resolve("docs/reference/definition.schema.json");
    }

    /** The connector's configuration, the same file for every way of running. */
    public Path connectorFile() {
        return root.resolve("deploy/connect/connector.json");
    }

    /** The same for a database that imports read, whose name takes the place of {@code @name@} and, in upper case, of {@code @NAME@}. */
    public Path sourceConnectorFile() {
        return root.resolve("deploy/connect/source.json");
    }
}
