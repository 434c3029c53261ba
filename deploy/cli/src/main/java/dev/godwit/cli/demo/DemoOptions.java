package dev.godwit.cli.demo;

import java.nio.file.Path;

/**
 * What the demo shall do.
 *
 * @param folder of the example
 * @param rows entities to begin with
 * @param writesPerSecond of the live traffic
 * @param seed of the traffic's choices
 */
public record DemoOptions(Path folder, int rows, int writesPerSecond, long seed) {}
