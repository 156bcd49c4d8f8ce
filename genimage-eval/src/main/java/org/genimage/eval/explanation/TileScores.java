package org.genimage.eval.explanation;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.Lists;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import org.genimage.data.image.Filter;
import org.genimage.data.image.Image;
import org.genimage.data.image.ImageBatch;
import org.genimage.data.image.Transforms;
import org.genimage.models.Detector;
import org.genimage.models.Resize;
import org.genimage.models.UndefinedScoreException;

/**
 * The scores of an image's tiles: a large image is cut into squares that cover it, and each is
 * scored as if it were an image of its own.
 *
 * <pre>{@code
 * TileScores tiles = TileScores.of(detector, Image.read(file));
 * Files.write(Path.of("tiles.png"), tiles.drawing().toPng());
 * }</pre>
 *
 * <p>These scores are not comparable with the score of the image. A detector that shrinks images
 * sees pixels in a tile that it never sees in the whole; a tile shows a part of the scene; and
 * thresholds were chosen on whole images. The highest of many scores is high in natural images,
 * too. Immutable.
 */
public final class TileScores {

  /** The most tiles of an image. */
  public static final int MOST = 1024;

  private static final int BATCH = 16;
  private static final int LONGEST_DRAWING = 1024;

  private final Image image;
  private final List<Tile> tiles;
  private final double threshold;

  private TileScores(Image image, List<Tile> tiles, double threshold) {
    this.image = image;
    this.tiles = tiles;
    this.threshold = threshold;
  }

  /**
   * A tile.
   *
   * @param x of its first column, from 0 at the left
   * @param y of its first row, from 0 at the top
   * @param width in pixels
   * @param height in pixels
   * @param score in [0, 1]
   */
  public record Tile(int x, int y, int width, int height, double score) {}

  /**
   * Returns the side of tiles that a detector scores without resizing: what it resizes the shorter
   * side of an image to, or else the side of its input.
   */
  public static int side(Detector detector) {
    return detector.input().resize() instanceof Resize.ShorterSide shorter
        ? shorter.side()
        : detector.input().side();
  }

  /** Scores tiles of {@link #side(Detector)}. */
  public static TileScores of(Detector detector, Image image) {
    return of(detector, image, side(detector));
  }

  /**
   * Scores tiles.
   *
   * @param side of a tile in pixels; a side of the image that is shorter is not divided
   * @throws IllegalArgumentException if the side is not positive or there would be more than {@link
   *     #MOST} tiles
   * @throws UndefinedScoreException if a tile has no score
   */
  public static TileScores of(Detector detector, Image image, int side) {
    checkArgument(side > 0, "expected tiles of at least 1 pixel, found %s; give more", side);
    int[] columns = starts(image.width(), side);
    int[] rows = starts(image.height(), side);
    checkArgument(
        (long) columns.length * rows.length <= MOST,
        "expected at most %s tiles, found %s of %s pixels in an image of %s x %s; take larger ones",
        MOST,
        (long) columns.length * rows.length,
        side,
        image.width(),
        image.height());
    int width = Math.min(side, image.width());
    int height = Math.min(side, image.height());
    List<int[]> places = new ArrayList<>();
    for (int y : rows) {
      for (int x : columns) {
        places.add(new int[] {x, y});
      }
    }
    byte[] rgb = image.toArray();
    List<Tile> tiles = new ArrayList<>();
    for (List<int[]> part : Lists.partition(places, detector.input().together(BATCH))) {
      List<Image> views =
          part.stream()
              .map(place -> cut(rgb, image.width(), place[0], place[1], width, height))
              .map(detector.input()::prepare)
              .toList();
      double[] scores = detector.score(ImageBatch.of(views));
      for (int i = 0; i < scores.length; i++) {
        tiles.add(new Tile(part.get(i)[0], part.get(i)[1], width, height, scores[i]));
      }
    }
    return new TileScores(image, List.copyOf(tiles), detector.threshold());
  }

  /** Returns where tiles begin so that they cover a length, evenly and with the least overlap. */
  private static int[] starts(int length, int side) {
    int count = Math.max(1, (length + side - 1) / side);
    int[] starts = new int[count];
    for (int i = 1; i < count; i++) {
      starts[i] = Math.toIntExact((long) i * (length - side) / (count - 1));
    }
    return starts;
  }

  private static Image cut(byte[] rgb, int wide, int x, int y, int width, int height) {
    byte[] tile = new byte[3 * width * height];
    for (int row = 0; row < height; row++) {
      System.arraycopy(rgb, 3 * ((y + row) * wide + x), tile, 3 * row * width, 3 * width);
    }
    return Image.of(width, height, tile);
  }

  /** Returns the tiles, row by row from the top. */
  public List<Tile> tiles() {
    return tiles;
  }

  /** Returns the highest score of a tile. */
  public double highest() {
    return tiles.stream().mapToDouble(Tile::score).max().orElseThrow();
  }

  /** Returns the score that half of the tiles exceed; of two in the middle, their mean. */
  public double median() {
    double[] scores = tiles.stream().mapToDouble(Tile::score).sorted().toArray();
    int middle = scores.length / 2;
    return scores.length % 2 == 1 ? scores[middle] : (scores[middle - 1] + scores[middle]) / 2;
  }

  /** Returns the share of tiles whose score is above a threshold, in [0, 1]. */
  public double shareAbove(double limit) {
    return tiles.stream().filter(tile -> tile.score() > limit).count() / (double) tiles.size();
  }

  /**
   * Returns the map over the grey image, at most 1,024 pixels long, with the scale of its colours
   * below: orange where tiles score above the detector's threshold, full at 1; blue where they
   * score below, full at 0. Where tiles overlap, the colour is that of their mean.
   */
  public Image drawing() {
    double factor = Math.min(1, LONGEST_DRAWING / (double) Math.max(image.width(), image.height()));
    int width = Math.max(1, (int) Math.round(factor * image.width()));
    int height = Math.max(1, (int) Math.round(factor * image.height()));
    Image small =
        Transforms.resize(width, height, Filter.BILINEAR).apply(image, new SplittableRandom(0));
    float[] sums = new float[width * height];
    int[] counts = new int[width * height];
    for (Tile tile : tiles) {
      float value = (float) signed(tile.score());
      int right = scaled(tile.x() + tile.width(), width, image.width());
      int bottom = scaled(tile.y() + tile.height(), height, image.height());
      for (int y = scaled(tile.y(), height, image.height()); y < bottom; y++) {
        for (int x = scaled(tile.x(), width, image.width()); x < right; x++) {
          sums[y * width + x] += value;
          counts[y * width + x]++;
        }
      }
    }
    for (int i = 0; i < sums.length; i++) {
      sums[i] /= Math.max(1, counts[i]);
    }
    return Drawing.withScale(small, sums, 1);
  }

  private static int scaled(int place, int length, int of) {
    return Math.toIntExact((long) place * length / of);
  }

  /** From -1 for a score of 0 over 0 at the threshold to 1 for a score of 1. */
  private double signed(double score) {
    if (score > threshold) {
      return (score - threshold) / (1 - threshold);
    }
    return threshold == 0 ? 0 : (score - threshold) / threshold;
  }

  /** Returns what the drawing shows, in plain words: colours, scale and limits. */
  public String caption() {
    return ("%s tiles of %s × %s pixels, each scored as an image of its own: orange ones score above"
            + " %s, blue ones below. The highest score is %s, the median %s. Scores of tiles are not"
            + " comparable with the image's score: a tile shows other pixels and less of the scene,"
            + " and the threshold was chosen on whole images.")
        .formatted(
            tiles.size(),
            tiles.get(0).width(),
            tiles.get(0).height(),
            threshold,
            decimal(highest()),
            decimal(median()));
  }

  private static String decimal(double score) {
    return String.format(Locale.ROOT, "%.3f", score);
  }
}
