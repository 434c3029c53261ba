/** The case {@code onboarding-9-states}. May depend on {@code dev.godwit.cli.demo}; its application knows nothing of Godwit. */
package dev.godwit.cli.demo.onboarding;
