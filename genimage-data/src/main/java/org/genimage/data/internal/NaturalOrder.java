package org.genimage.data.internal;

import java.util.Comparator;

/** Orders names as people do: {@code 2_adm_9.png} before {@code 10_adm_1.png}. */
public final class NaturalOrder implements Comparator<String> {

  /** The one instance. */
  public static final NaturalOrder INSTANCE = new NaturalOrder();

  private NaturalOrder() {}

  @Override
  public int compare(String a, String b) {
    int i = 0;
    int j = 0;
    while (i < a.length() && j < b.length()) {
      int endA = digitsFrom(a, i);
      int endB = digitsFrom(b, j);
      int order;
      if (endA > i && endB > j) {
        order = compareNumbers(a, zerosFrom(a, i), endA, b, zerosFrom(b, j), endB);
        i = endA;
        j = endB;
      } else {
        order = Character.compare(a.charAt(i++), b.charAt(j++));
      }
      if (order != 0) {
        return order;
      }
    }
    int rest = Integer.compare(a.length() - i, b.length() - j);
    return rest != 0 ? rest : a.compareTo(b); // 01 and 1 are one number but two names
  }

  private static int digitsFrom(String name, int start) {
    int end = start;
    while (end < name.length() && name.charAt(end) >= '0' && name.charAt(end) <= '9') {
      end++;
    }
    return end;
  }

  private static int zerosFrom(String name, int start) {
    int end = start;
    while (end < name.length() && name.charAt(end) == '0') {
      end++;
    }
    return end;
  }

  private static int compareNumbers(String a, int i, int endA, String b, int j, int endB) {
    int order = Integer.compare(endA - i, endB - j);
    for (int k = 0; order == 0 && i + k < endA; k++) {
      order = Character.compare(a.charAt(i + k), b.charAt(j + k));
    }
    return order;
  }
}
