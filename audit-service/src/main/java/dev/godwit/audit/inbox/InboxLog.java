package dev.godwit.audit.inbox;

import org.jboss.logging.Logger;

/** Messages of the inbox: numbers 100 to 199. */
final class InboxLog {

    private static final Logger LOG = Logger.getLogger("dev.godwit.audit.inbox");

    private InboxLog() {}

    static void deadLetter(String topic, int partition, long offset, String reason) {
        LOG.warnf(
                "AUD0101 message became a dead letter: topic=%s partition=%d offset=%d reason=%s",
                topic, partition, offset, reason);
    }

    static void laneWaits(String lane, String reason) {
        LOG.warnf("AUD0102 lane waits and tries again: lane=%s reason=%s", lane, reason);
    }

    static void chainDoesNotFit(int findings) {
        LOG.errorf("AUD0103 outcome events do not fit their chains; see the reports: findings=%d", findings);
    }
}
