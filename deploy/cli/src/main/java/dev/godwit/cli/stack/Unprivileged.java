package dev.godwit.cli.stack;

import dev.godwit.cli.Failure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.List;

/**
 * How to run PostgreSQL, which refuses to run as root, from a command that root runs.
 *
 * @param prefix words to put before each command; none when we are not root
 * @param uid owner that the data directory must have, or -1 to leave it as it is
 */
record Unprivileged(List<String> prefix, int uid) {
    private static final int NOBODY = 65534;
    private static final Unprivileged AS_WE_ARE = new Unprivileged(List.of(), -1);
    /** Inside a user namespace of its own root is nobody, without any capability, and yet owns its files. */
    private static final Unprivileged NAMESPACE = new Unprivileged(List.of("unshare", "-U"), -1);

    private static final Unprivileged OTHER_USER =
            new Unprivileged(List.of("setpriv", "--reuid=" + NOBODY, "--regid=" + NOBODY, "--clear-groups"), NOBODY);

    /** Chooses the way that works here; an existing data directory keeps the one it was made with. */
    static Unprivileged choose(Path data) {
        if (uidOf(Path.of("/proc/self")) != 0) {
            return AS_WE_ARE;
        }
        boolean othersData = Files.isDirectory(data) && uidOf(data) == NOBODY;
        if (!othersData && Processes.run(List.of("unshare", "-U", "true")) == 0) {
            return NAMESPACE;
        }
        if (Processes.run(List.of("setpriv", "--reuid=" + NOBODY, "--regid=" + NOBODY, "--clear-groups", "true"))
                == 0) {
            return OTHER_USER;
        }
        throw Failure.failed(
                "PostgreSQL does not run as root, and this system allows neither `unshare -U` nor `setpriv`;"
                        + " run godwit as another user, or use a server of your own with --database-url");
    }

    /** Gives a directory to the user that PostgreSQL runs as, and makes sure that he can reach it. */
    void own(Path directory) {
        if (uid < 0) {
            return;
        }
        try {
            for (Path at = directory.getParent(); at != null; at = at.getParent()) {
                if (!Files.getPosixFilePermissions(at).contains(PosixFilePermission.OTHERS_EXECUTE)) {
                    throw Failure.usage("PostgreSQL runs as an unprivileged user here and cannot enter " + at
                            + "; choose a state directory that others may enter, such as --state /var/tmp/godwit");
                }
            }
            Files.setAttribute(directory, "unix:uid", uid);
            Files.setAttribute(directory, "unix:gid", uid);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Where programs lie that this user must be able to run. */
    Path programs(Path usual) {
        return uid < 0 ? usual : Path.of("/var/tmp/godwit-programs");
    }

    private static int uidOf(Path path) {
        try {
            return (Integer) Files.getAttribute(path, "unix:uid");
        } catch (IOException | UnsupportedOperationException elsewhere) {
            return System.getProperty("user.name").equals("root") ? 0 : 1;
        }
    }
}
