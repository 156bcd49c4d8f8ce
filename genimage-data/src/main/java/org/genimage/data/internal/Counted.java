package org.genimage.data.internal;

/** Numbers with what they count. */
public final class Counted {

  private Counted() {}

  /**
   * Returns a number with what it counts, as in {@code 1 epoch} and {@code 2 epochs}.
   *
   * @param what one of them; "s" makes it several
   */
  public static String of(long count, String what) {
    return "%s %s%s".formatted(count, what, count == 1 ? "" : "s");
  }
}
