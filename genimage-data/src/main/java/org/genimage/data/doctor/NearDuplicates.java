package org.genimage.data.doctor;

import java.util.Arrays;
import java.util.function.IntUnaryOperator;

/**
 * Finds pairs of similar hashes among millions by multi-index hashing (Norouzi, Punjani and Fleet
 * 2012). Similar hashes differ in at most {@value PerceptualHash#MAX_COARSE} of their first 64
 * bits. These are cut into one part more than that, so at least one part is equal. Only hashes with
 * an equal part are compared.
 *
 * <p>Memory: 32 bytes per image, and 24 more during the search.
 */
final class NearDuplicates {

  private static final int WORDS = PerceptualHash.BITS / Long.SIZE;
  private static final int PARTS = PerceptualHash.MAX_COARSE + 1;

  private final long[] words;
  private final int size;

  /** Receives pairs; some of them several times. */
  @FunctionalInterface
  interface Pairs {

    /**
     * Receives a pair.
     *
     * @param first the smaller index
     * @param second the larger index
     */
    void take(int first, int second);
  }

  /**
   * Creates a search.
   *
   * @param size the number of images
   */
  NearDuplicates(int size) {
    this.size = size;
    this.words = new long[Math.multiplyExact(WORDS, size)];
  }

  /** Sets the hash of an image; one without a hash has no pair. */
  void put(int index, PerceptualHash hash) {
    words[WORDS * index] = hash.coarse();
    words[WORDS * index + 1] = hash.fine1();
    words[WORDS * index + 2] = hash.fine2();
    words[WORDS * index + 3] = hash.fine3();
  }

  /** Returns the number of bits in which two images' hashes differ. */
  int distance(int a, int b) {
    int distance = 0;
    for (int word = 0; word < WORDS; word++) {
      distance += Long.bitCount(words[WORDS * a + word] ^ words[WORDS * b + word]);
    }
    return distance;
  }

  /**
   * Finds similar pairs. Of images of one kind with equal hashes, all are paired with the first of
   * them, and that one alone with others.
   *
   * @param kind of an image, a small number
   */
  void find(IntUnaryOperator kind, Pairs pairs) {
    int[] distinct = distinct(kind, pairs);
    int shift = 0;
    for (int part = 0; part < PARTS; part++) {
      int bits = (Long.SIZE - shift) / (PARTS - part);
      find(distinct, shift, bits, pairs);
      shift += bits;
    }
  }

  /** Pairs images with equal hashes, and returns the first of each hash and kind. */
  private int[] distinct(IntUnaryOperator kind, Pairs pairs) {
    long[] keys = new long[size];
    int count = 0;
    for (int i = 0; i < size; i++) {
      int mixed = Arrays.hashCode(Arrays.copyOfRange(words, WORDS * i, WORDS * (i + 1)));
      if (hasHash(i)) {
        keys[count++] = (long) mixed << Integer.SIZE | i;
      }
    }
    Arrays.sort(keys, 0, count);
    int[] distinct = new int[count];
    int kept = 0;
    int start = 0;
    for (int k = 0; k < count; k++) {
      int index = (int) keys[k];
      if (k > 0 && keys[k] >> Integer.SIZE != keys[k - 1] >> Integer.SIZE) {
        start = kept;
      }
      boolean known = false;
      for (int j = start; j < kept; j++) {
        if (distance(distinct[j], index) == 0) {
          pairs.take(distinct[j], index);
          known |= kind.applyAsInt(distinct[j]) == kind.applyAsInt(index);
        }
      }
      if (!known) {
        distinct[kept++] = index;
      }
    }
    return Arrays.copyOf(distinct, kept);
  }

  private boolean hasHash(int index) {
    for (int word = 0; word < WORDS; word++) {
      if (words[WORDS * index + word] != 0) {
        return true;
      }
    }
    return false;
  }

  /** Compares images that are equal in one part of the first word. */
  private void find(int[] distinct, int shift, int bits, Pairs pairs) {
    int[] ends = new int[1 << bits];
    long mask = ends.length - 1;
    for (int index : distinct) {
      ends[(int) (words[WORDS * index] >>> shift & mask)]++;
    }
    for (int value = 1; value < ends.length; value++) {
      ends[value] += ends[value - 1];
    }
    int[] ordered = new int[distinct.length];
    int[] places = ends.clone();
    for (int i = distinct.length - 1; i >= 0; i--) {
      ordered[--places[(int) (words[WORDS * distinct[i]] >>> shift & mask)]] = distinct[i];
    }
    long[] coarse = new long[ordered.length];
    Arrays.setAll(coarse, i -> words[WORDS * ordered[i]]);
    int from = 0;
    for (int end : ends) {
      compare(ordered, coarse, from, end, pairs);
      from = end;
    }
  }

  private void compare(int[] ordered, long[] coarse, int from, int end, Pairs pairs) {
    for (int i = from; i < end; i++) {
      long own = coarse[i];
      for (int j = i + 1; j < end; j++) {
        if (Long.bitCount(own ^ coarse[j]) <= PerceptualHash.MAX_COARSE
            && distance(ordered[i], ordered[j]) <= PerceptualHash.MAX_DISTANCE) {
          pairs.take(Math.min(ordered[i], ordered[j]), Math.max(ordered[i], ordered[j]));
        }
      }
    }
  }
}
