package org.genimage.data.doctor;

import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.genimage.data.FolderDataset;
import org.genimage.data.internal.Interruption;
import org.genimage.data.internal.LimitedFiles;

/** Finds images that occur twice: files with the same bytes, and images that look the same. */
final class Repeats {

  private static final int NONE = -1;
  private static final int KINDS = 4;

  private final FolderDataset images;
  private final byte[] kinds;
  private final long[] contents;
  private final NearDuplicates looks;

  /** Receives repeated images. */
  @FunctionalInterface
  interface Found {
    void take(int index, DataReport.Repeat repeat);
  }

  Repeats(FolderDataset images) {
    this.images = images;
    this.kinds = new byte[images.folders().size()];
    for (int i = 0; i < kinds.length; i++) {
      FolderDataset.Folder folder = images.folders().get(i);
      kinds[i] = (byte) (2 * folder.split().ordinal() + folder.label().ordinal());
    }
    this.contents = new long[images.size()];
    this.looks = new NearDuplicates(images.size());
  }

  void put(int index, Examination examination) {
    contents[index] = examination.hash();
    examination.look().ifPresent(look -> looks.put(index, look));
  }

  /**
   * Finds images that repeat an earlier one: first those with the same bytes, then those that look
   * the same, each in the benchmark's order. Of several earlier ones, one with another label comes
   * first, then one of another split, then the most similar, then the first.
   */
  void find(Found found) {
    int[] exact = exact();
    report(exact, true, found);
    int[] near = near(exact);
    report(near, false, found);
  }

  private void report(int[] earlier, boolean exact, Found found) {
    for (int i = 0; i < earlier.length; i++) {
      if (earlier[i] != NONE) {
        found.take(
            i,
            new DataReport.Repeat(
                images.place(i),
                images.place(earlier[i]),
                exact,
                exact ? 0 : looks.distance(earlier[i], i),
                kind(earlier[i]) % 2 != kind(i) % 2,
                kind(earlier[i]) / 2 != kind(i) / 2));
      }
    }
  }

  /** Returns for each image an earlier one with the same bytes; equal hashes are not enough. */
  private int[] exact() {
    Map<Long, int[]> groups = repeatedContents();
    int[] earlier = new int[contents.length];
    Arrays.fill(earlier, NONE);
    for (int i = 0; i < contents.length; i++) {
      int[] firsts = groups.get(contents[i]);
      if (firsts == null) {
        continue;
      }
      for (int first : firsts) {
        if (first != NONE && isBetter(i, first, earlier[i])) {
          earlier[i] = first;
        }
      }
      if (earlier[i] != NONE && !equal(earlier[i], i)) {
        earlier[i] = NONE;
      }
      if (firsts[kind(i)] == NONE) {
        firsts[kind(i)] = i;
      }
    }
    return earlier;
  }

  /** Returns the hashes that occur twice, each with space for the first image of each kind. */
  private Map<Long, int[]> repeatedContents() {
    long[] sorted = contents.clone();
    Arrays.sort(sorted);
    Map<Long, int[]> groups = new HashMap<>();
    for (int i = 1; i < sorted.length; i++) {
      if (sorted[i] == sorted[i - 1] && sorted[i] != 0) {
        groups.computeIfAbsent(
            sorted[i],
            hash -> {
              int[] firsts = new int[KINDS];
              Arrays.fill(firsts, NONE);
              return firsts;
            });
      }
    }
    return groups;
  }

  /** Returns for each image without an equal one an earlier one that looks the same. */
  private int[] near(int[] exact) {
    int[] earlier = new int[contents.length];
    Arrays.fill(earlier, NONE);
    looks.find(
        this::kind,
        (first, second) -> {
          if (exact[second] == NONE && isBetter(second, first, earlier[second])) {
            earlier[second] = first;
          }
        });
    return earlier;
  }

  private boolean isBetter(int image, int candidate, int known) {
    if (known == NONE) {
      return true;
    }
    int byKind = Integer.compare(rank(image, candidate), rank(image, known));
    if (byKind != 0) {
      return byKind < 0;
    }
    int byLook = Integer.compare(looks.distance(image, candidate), looks.distance(image, known));
    return byLook != 0 ? byLook < 0 : candidate < known;
  }

  private int rank(int image, int earlier) {
    int difference = kind(image) ^ kind(earlier);
    return difference % 2 != 0 ? 0 : difference != 0 ? 1 : 2;
  }

  private int kind(int image) {
    return kinds[images.position(image).folder()];
  }

  private boolean equal(int a, int b) {
    try {
      byte[] content = LimitedFiles.read(images.sample(a).content());
      return content.length > 0
          && Arrays.equals(content, LimitedFiles.read(images.sample(b).content()));
    } catch (IOException e) {
      Interruption.check(e, "two files were being compared");
      return false; // removed meanwhile
    }
  }
}
