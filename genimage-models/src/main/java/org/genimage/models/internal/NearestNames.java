package org.genimage.models.internal;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/** Suggestions for a name that was misspelled. */
public final class NearestNames {

  private static final int SHOWN = 5;

  private NearestNames() {}

  /** Returns up to five of the known names by their edit distance, the nearest first. */
  public static List<String> to(String name, Collection<String> known) {
    return known.stream()
        .sorted(Comparator.comparingInt(each -> distance(name, each)))
        .limit(SHOWN)
        .toList();
  }

  /** Returns Levenshtein's edit distance. */
  public static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j < row.length; j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j < row.length; j++) {
        int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length()];
  }
}
