package org.genimage.data.archive;

import java.util.Locale;
import java.util.Set;

/** Tells entries of an archive that one wrong bit in the name may have hidden from the images. */
final class LostImage {

  private static final Set<String> ENDINGS = Set.of(".png", ".jpg", ".jpeg");

  private LostImage() {}

  /**
   * Returns whether an entry that is not listed as an image may be one: its ending differs from an
   * image's by at most one bit, so also if it is only hidden. Not the files that macOS writes
   * beside images: their names differ from an image's in more places. If its bytes are no text, the
   * wrong bit may be a highest one.
   */
  static boolean isPossible(String path, String file) {
    return !(path.startsWith("__MACOSX/") && file.startsWith("._"))
        && (path.contains("\\x") || ENDINGS.stream().anyMatch(ending -> isAlmost(path, ending)));
  }

  private static boolean isAlmost(String path, String ending) {
    int from = path.length() - ending.length();
    if (from < 0) {
      return false;
    }
    String upper = ending.toUpperCase(Locale.ROOT);
    int bits = 0;
    for (int i = 0; i < ending.length(); i++) {
      char c = path.charAt(from + i);
      bits +=
          Math.min(Integer.bitCount(c ^ ending.charAt(i)), Integer.bitCount(c ^ upper.charAt(i)));
    }
    return bits <= 1;
  }
}
