package org.genimage.eval.robustness;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.genimage.data.image.Image;

/**
 * Fewer colours by Pillow's {@code quantize(n, MEDIANCUT, dither=NONE)}: the box of colours with
 * the most pixels is cut in the middle of its longest side, again and again; each pixel becomes the
 * nearest of the boxes' means. Where two are as near, the search from the pixel's own box decides,
 * as it does there.
 */
final class MedianCut {

  /** Beyond so many colours, their lowest bits are left out. */
  private static final int MOST_COLOURS = 65_536;

  private static final int[] WEIGHTS = {77, 150, 29};

  private final byte[] rgb;
  private final int shift;
  private final List<Box> heap = new ArrayList<>();
  private final Map<Integer, Integer> boxOf = new HashMap<>();
  private int[][] palette = {};

  private MedianCut(byte[] rgb) {
    this.rgb = rgb;
    int bits = 0;
    while (colours(rgb, bits).size() > MOST_COLOURS) {
      bits++;
    }
    this.shift = bits;
  }

  /** Returns the image in so many colours at most. */
  static Image of(Image image, int colours) {
    MedianCut cut = new MedianCut(image.toArray());
    cut.cut(colours);
    return Image.of(image.width(), image.height(), cut.mapped());
  }

  private static int key(byte[] rgb, int at, int bits) {
    return (rgb[at] & 0xff) >> bits << 16
        | (rgb[at + 1] & 0xff) >> bits << 8
        | (rgb[at + 2] & 0xff) >> bits;
  }

  private static Map<Integer, Integer> colours(byte[] rgb, int bits) {
    Map<Integer, Integer> counts = new HashMap<>();
    for (int i = 0; i < rgb.length; i += 3) {
      counts.merge(key(rgb, i, bits), 1, Integer::sum);
    }
    return counts;
  }

  /** Colours, each with its number of pixels; halves once it was cut. */
  private static final class Box {

    private final List<int[]> colours; // red, green, blue, pixels
    private final long pixels;
    private Box left;
    private Box right;

    Box(List<int[]> colours) {
      this.colours = colours;
      this.pixels = colours.stream().mapToLong(colour -> colour[3]).sum();
    }

    private int range(int axis) {
      return colours.stream().mapToInt(one -> one[axis]).max().orElseThrow()
          - colours.stream().mapToInt(one -> one[axis]).min().orElseThrow();
    }

    boolean isOneColour() {
      return range(0) + range(1) + range(2) == 0;
    }

    /** Cuts below the value at which more than half of the pixels are above or at it. */
    void cut() {
      int axis = 0;
      for (int other = 1; other < 3; other++) {
        axis = range(axis) * WEIGHTS[axis] < range(other) * WEIGHTS[other] ? other : axis;
      }
      long[] counts = new long[256];
      for (int[] colour : colours) {
        counts[colour[axis]] += colour[3];
      }
      int along = axis;
      int least = colours.stream().mapToInt(one -> one[along]).min().orElseThrow();
      int lowest = 256;
      for (long above = 0; lowest > 0 && 2 * above <= pixels; ) {
        lowest--;
        above += counts[lowest];
      }
      int limit = Math.max(lowest, least + 1);
      left = new Box(colours.stream().filter(one -> one[along] >= limit).toList());
      right = new Box(colours.stream().filter(one -> one[along] < limit).toList());
    }
  }

  private void cut(int most) {
    Box root =
        new Box(
            colours(rgb, shift).entrySet().stream()
                .map(
                    one ->
                        new int[] {
                          one.getKey() >> 16,
                          one.getKey() >> 8 & 0xff,
                          one.getKey() & 0xff,
                          one.getValue()
                        })
                .toList());
    add(root);
    for (int boxes = 1; boxes < most; boxes++) {
      Box largest = remove();
      while (largest != null && largest.isOneColour()) {
        largest = remove();
      }
      if (largest == null) {
        break;
      }
      largest.cut();
      add(largest.left);
      add(largest.right);
    }
    number(root);
    means();
  }

  /** Equal boxes leave in the order that a binary heap gives them. */
  private void add(Box box) {
    heap.add(box);
    int at = heap.size();
    while (at > 1 && box.pixels > heap.get(at / 2 - 1).pixels) {
      heap.set(at - 1, heap.get(at / 2 - 1));
      at /= 2;
    }
    heap.set(at - 1, box);
  }

  private Box remove() {
    if (heap.isEmpty()) {
      return null;
    }
    Box first = heap.get(0);
    Box last = heap.remove(heap.size() - 1);
    if (heap.isEmpty()) {
      return first;
    }
    int at = 1;
    while (2 * at <= heap.size()) {
      int below = 2 * at;
      if (below < heap.size() && heap.get(below - 1).pixels < heap.get(below).pixels) {
        below++;
      }
      if (last.pixels > heap.get(below - 1).pixels) {
        break;
      }
      heap.set(at - 1, heap.get(below - 1));
      at = below;
    }
    heap.set(at - 1, last);
    return first;
  }

  private void number(Box box) {
    if (box.left != null) {
      number(box.left);
      number(box.right);
      return;
    }
    int number = palette.length;
    palette = Arrays.copyOf(palette, number + 1);
    box.colours.forEach(one -> boxOf.put(one[0] << 16 | one[1] << 8 | one[2], number));
  }

  private void means() {
    long[][] sums = new long[palette.length][4];
    for (int i = 0; i < rgb.length; i += 3) {
      long[] sum = sums[boxOf.get(key(rgb, i, shift))];
      for (int c = 0; c < 3; c++) {
        sum[c] += rgb[i + c] & 0xff;
      }
      sum[3]++;
    }
    for (int i = 0; i < sums.length; i++) {
      palette[i] = new int[3];
      for (int c = 0; c < 3; c++) {
        palette[i][c] = (int) (0.5 + (double) sums[i][c] / sums[i][3]);
      }
    }
  }

  private byte[] mapped() {
    int[][] order =
        IntStream.range(0, palette.length)
            .mapToObj(
                own ->
                    IntStream.range(0, palette.length)
                        .boxed()
                        .sorted(
                            Comparator.comparingInt(
                                other -> distance(palette[own], palette[other])))
                        .mapToInt(Integer::intValue)
                        .toArray())
            .toArray(int[][]::new);
    Map<Integer, Integer> known = new HashMap<>();
    byte[] result = new byte[rgb.length];
    for (int i = 0; i < rgb.length; i += 3) {
      int at = i;
      int nearest =
          known.computeIfAbsent(
              key(rgb, at, 0), exact -> nearest(exact, boxOf.get(key(rgb, at, shift)), order));
      for (int c = 0; c < 3; c++) {
        result[i + c] = (byte) palette[nearest][c];
      }
    }
    return result;
  }

  private int nearest(int colour, int own, int[][] order) {
    int[] pixel = {colour >> 16, colour >> 8 & 0xff, colour & 0xff};
    int first = distance(palette[own], pixel);
    int best = own;
    int least = first;
    for (int other : order[own]) {
      if (distance(palette[own], palette[other]) > 4 * first) {
        break;
      }
      int distance = distance(palette[other], pixel);
      if (distance < least) {
        least = distance;
        best = other;
      }
    }
    return best;
  }

  private static int distance(int[] one, int[] other) {
    int sum = 0;
    for (int c = 0; c < 3; c++) {
      sum += (one[c] - other[c]) * (one[c] - other[c]);
    }
    return sum;
  }
}
