package dev.godwit.migration.testing;

import java.util.List;
import java.util.stream.Stream;

/** The whole service with a collector beside it. */
public class TracedService extends LiveService {

    @Override
    public List<TestResourceEntry> testResources() {
        return Stream.concat(super.testResources().stream(), Stream.of(new TestResourceEntry(OtlpReceiver.class)))
                .toList();
    }
}
