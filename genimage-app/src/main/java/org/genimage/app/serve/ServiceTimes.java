package org.genimage.app.serve;

import static com.google.common.base.Preconditions.checkArgument;

import java.time.Duration;
import java.util.List;

/**
 * How long the service waits.
 *
 * @param headers for the headers of a request, from their first byte
 * @param body for the whole body of a request
 * @param idle for the next byte, and between two requests of a connection
 * @param answer for the scores of a request, from the end of its body
 * @param explanation for an explanation while no one else wants scores; zero: none is made
 * @param notice between the signal to stop and the end of acceptance, so that a load balancer sees
 *     that the service is not ready
 * @param drain for the answers to requests that were accepted, at a stop
 */
public record ServiceTimes(
    Duration headers,
    Duration body,
    Duration idle,
    Duration answer,
    Duration explanation,
    Duration notice,
    Duration drain) {

  /**
   * 10 s for headers, 60 s for a body, 30 s idle, 60 s to answer, 3 s to explain, no notice, 30 s
   * to drain.
   */
  public static final ServiceTimes DEFAULT =
      new ServiceTimes(
          Duration.ofSeconds(10),
          Duration.ofSeconds(60),
          Duration.ofSeconds(30),
          Duration.ofSeconds(60),
          Duration.ofSeconds(3),
          Duration.ZERO,
          Duration.ofSeconds(30));

  /**
   * Checks the components.
   *
   * @throws IllegalArgumentException if the notice or the time of an explanation is negative, or
   *     another time is not positive
   */
  public ServiceTimes {
    for (Duration time : List.of(headers, body, idle, answer, drain)) {
      checkArgument(
          !time.isNegative() && !time.isZero(),
          "times of a service must be positive, got %s",
          time);
    }
    checkArgument(!notice.isNegative(), "notice must not be negative, got %s", notice);
    checkArgument(
        !explanation.isNegative(),
        "the time of an explanation must not be negative, got %s",
        explanation);
  }

  /** Returns these times with other ones for headers, for a body, and idle. */
  public ServiceTimes receiving(Duration headers, Duration body, Duration idle) {
    return new ServiceTimes(headers, body, idle, answer, explanation, notice, drain);
  }

  /** Returns these times with another one to answer. */
  public ServiceTimes answer(Duration answer) {
    return new ServiceTimes(headers, body, idle, answer, explanation, notice, drain);
  }

  /** Returns these times with another one to explain. */
  public ServiceTimes explanation(Duration explanation) {
    return new ServiceTimes(headers, body, idle, answer, explanation, notice, drain);
  }

  /** Returns these times with other ones at a stop. */
  public ServiceTimes stopping(Duration notice, Duration drain) {
    return new ServiceTimes(headers, body, idle, answer, explanation, notice, drain);
  }
}
