package org.genimage.data;

import static com.google.common.base.Preconditions.checkArgument;

/**
 * What a loader does when images cannot be read. It leaves them out, logs each, and fails when one
 * epoch has too many. It never puts another image in their place.
 *
 * @param limit the largest number of unreadable images in one epoch; one more is an error
 */
public record ErrorPolicy(int limit) {

  /**
   * Checks the component.
   *
   * @throws IllegalArgumentException if the limit is negative
   */
  public ErrorPolicy {
    checkArgument(limit >= 0, "limit of skipped images must not be negative, got %s", limit);
  }

  /** Returns the policy that fails at the first unreadable image. */
  public static ErrorPolicy fail() {
    return skip(0);
  }

  /**
   * Returns the policy that leaves out at most this many images in an epoch.
   *
   * @throws IllegalArgumentException if the limit is negative
   */
  public static ErrorPolicy skip(int limit) {
    return new ErrorPolicy(limit);
  }
}
