package dev.godwit.cli.stack;

import dev.godwit.cli.Failure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.List;

/**
 * How to run PostgreSQL, which refuses to run as root, from a command that root runs.
 *
 * @param prefix words to put before each command; none when we are not root
 * @param uid owner that the data directory must have, or -1 to leave it as it is
 * @param entersAll true when directories that are closed to others are no obstacle
 */
record Unprivileged(List<String> prefix, int uid, boolean entersAll) {
    private static final int NOBODY = 65534;
    private static final Unprivileged AS_WE_ARE = new Unprivileged(List.of(), -1, true);
    /** Inside a user namespace of its own root is nobody, without any capability, and yet owns its files. */
    private static final Unprivileged NAMESPACE = new Unprivileged(List.of("unshare", "-U"), -1, true);
    /** Another user who may, as root may, enter directories such as /root: a clone there works in a container too. */
    private static final Unprivileged OTHER_USER_ENTERING_ALL = new Unprivileged(
            List.of(
                    "setpriv",
                    "--reuid=" + NOBODY,
                    "--regid=" + NOBODY,
                    "--clear-groups",
                    "--inh-caps=-all,+dac_override",
                    "--ambient-caps=-all,+dac_override",
                    "--bounding-set=-all,+dac_override"),
            NOBODY,
            true);

    private static final Unprivileged OTHER_USER = new Unprivileged(
            List.of("setpriv", "--reuid=" + NOBODY, "--regid=" + NOBODY, "--clear-groups"), NOBODY, false);

    /** Chooses the way that works here; an existing data directory keeps the owner it was made with. */
    static Unprivileged choose(Path data) {
        if (uidOf(Path.of("/proc/self")) != 0) {
            return AS_WE_ARE;
        }
        boolean othersData = Files.isDirectory(data) && uidOf(data) == NOBODY;
        if (!othersData && NAMESPACE.works()) {
            return NAMESPACE;
        }
        if (OTHER_USER_ENTERING_ALL.works()) {
            return OTHER_USER_ENTERING_ALL;
        }
        if (OTHER_USER.works()) {
            return OTHER_USER;
        }
        throw Failure.failed(
                "PostgreSQL does not run as root, and this system allows neither `unshare -U` nor `setpriv`;"
                        + " run godwit as another user, or use a server of your own with --database-url");
    }

    private boolean works() {
        List<String> command = new ArrayList<>(prefix);
        command.add("true");
        return Processes.run(command) == 0;
    }

    /** Gives a directory to the user that PostgreSQL runs as, and makes sure that he can reach it. */
    void own(Path directory) {
        if (uid < 0) {
            return;
        }
        try {
            for (Path at = directory.getParent(); !entersAll && at != null; at = at.getParent()) {
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

    /** Where programs lie that this user must be able to run; PostgreSQL checks that by the permissions of the user alone. */
    Path programs(Path usual) {
        if (uid < 0) {
            return usual;
        }
        Path shared = Path.of("/var/tmp/godwit-programs");
        if (Files.exists(shared) && uidOf(shared) != 0) {
            // Anybody may create it there; what somebody else put into it must not be run for root.
            throw Failure.failed(shared + " belongs to another user; remove it");
        }
        return shared;
    }

    private static int uidOf(Path path) {
        try {
            return (Integer) Files.getAttribute(path, "unix:uid");
        } catch (IOException | UnsupportedOperationException elsewhere) {
            return System.getProperty("user.name").equals("root") ? 0 : 1;
        }
    }
}
