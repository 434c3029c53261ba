/** The case {@code legacy-courses}. May depend on {@code dev.godwit.cli.demo} and {@code dev.godwit.cli.stage}; its applications know nothing of Godwit. */
package dev.godwit.cli.demo.courses;
