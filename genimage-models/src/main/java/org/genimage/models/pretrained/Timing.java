package org.genimage.models.pretrained;

import java.time.Duration;

/**
 * How long a download waits, and how often it tries.
 *
 * @param timeout the longest wait for an answer, and for its next bytes
 * @param attempts the most in a row that bring no new bytes
 * @param pause before the second attempt; doubles with each
 * @param longestPause the longest that a server may ask for
 */
record Timing(Duration timeout, int attempts, Duration pause, Duration longestPause) {

  static Timing of(Duration timeout) {
    return new Timing(timeout, 5, Duration.ofSeconds(1), Duration.ofMinutes(1));
  }

  /** Returns the pause after some attempts that failed, from 1. */
  Duration pauseAfter(int failures) {
    Duration wanted = pause.multipliedBy(1L << Math.min(failures - 1, 20));
    return wanted.compareTo(longestPause) < 0 ? wanted : longestPause;
  }

  /** Returns a time in words. */
  static String shown(Duration time) {
    return time.toMillis() % 1000 == 0
        ? time.toSeconds() + " seconds"
        : time.toMillis() + " milliseconds";
  }
}
