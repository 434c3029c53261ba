package dev.godwit.cli.chaos;

import java.time.Duration;
import java.util.Optional;

/**
 * One run under fire.
 *
 * @param seed of the faults, their moments, and the application's choices
 * @param rows documents to begin with
 * @param writesPerSecond of the application
 * @param blows how many, where no duration says it
 * @param duration for how long there are blows; empty: as many as {@code blows} says
 */
record ChaosOptions(long seed, int rows, int writesPerSecond, int blows, Optional<Duration> duration) {}
