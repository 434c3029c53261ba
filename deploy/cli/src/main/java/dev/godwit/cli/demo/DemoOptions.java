package dev.godwit.cli.demo;

import java.nio.file.Path;

/**
 * What the demo shall do.
 *
 * @param folder of the example
 * @param migration that the example defines
 * @param rows documents to begin with
 * @param writesPerSecond of the live traffic
 */
record DemoOptions(Path folder, String migration, int rows, int writesPerSecond, long seed) {}
