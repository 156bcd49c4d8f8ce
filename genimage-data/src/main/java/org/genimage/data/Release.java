package org.genimage.data;

import static com.google.common.base.Preconditions.checkArgument;

import java.time.LocalDate;

/**
 * When a generator became available. Paper, code, weights and service of one generator may be
 * months apart, so a date has its kind and its source.
 *
 * @param date the day
 * @param kind what became available
 * @param source where the date is from
 */
public record Release(LocalDate date, Kind kind, String source) {

  /** What became available. */
  public enum Kind {
    /** A paper. */
    PAPER,
    /** Code, by the first commit of its repository. */
    CODE,
    /** Weights that anybody can load. */
    WEIGHTS,
    /** A service, or its announcement. */
    SERVICE,
    /** The source does not say what. */
    UNKNOWN
  }

  /**
   * Checks the source.
   *
   * @throws IllegalArgumentException if it is blank
   */
  public Release {
    checkArgument(!source.isBlank(), "the date of a release must have a source, got none");
  }

  /** Returns the date and its kind in a short line. */
  @Override
  public String toString() {
    return "%s (%s, %s)".formatted(date, kind, source);
  }
}
