package org.genimage.eval;

import java.util.Locale;

/** Numbers as text. */
final class Decimals {

  private Decimals() {}

  /** Returns a number with as many decimals as it needs, three at most. */
  static String plain(double value) {
    return String.format(Locale.ROOT, "%.3f", value).replaceFirst("\\.?0+$", "");
  }
}
