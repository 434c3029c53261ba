package dev.godwit.cli.stack;

/**
 * How one component is.
 *
 * @param name process name, or {@code connector}, {@code slot}
 * @param address where it answers, or empty
 * @param pid process id, or null for what is no process of ours
 * @param detail why it is not healthy, or a figure worth knowing
 */
public record ComponentStatus(String name, Health health, String address, Long pid, String detail) {

    /** Only {@link #HEALTHY} is healthy: what could not be asked is not. */
    public enum Health {
        HEALTHY,
        UNHEALTHY,
        STOPPED,
        MISSING,
        UNKNOWN
    }

    public boolean isHealthy() {
        return health == Health.HEALTHY;
    }
}
