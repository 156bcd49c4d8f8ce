package org.genimage.eval.explanation;

import org.genimage.data.image.Image;

/** A map of signed values as colours over a grey image. */
final class Drawing {

  private static final int[] AI = {242, 140, 40}; // orange
  private static final int[] NATURE = {60, 130, 246}; // blue
  private static final double STRONGEST = 0.8; // the share of the colour where the map is extreme
  private static final double MIDDLE_GREY = 110; // of the scale, where neither speaks
  private static final int SCALE_SHARE = 16;
  private static final int LEAST_SCALE = 6;

  private Drawing() {}

  /** Returns the largest distance from 0. */
  static float extreme(float[] map) {
    float extreme = 0;
    for (float value : map) {
      extreme = Math.max(extreme, Math.abs(value));
    }
    return extreme;
  }

  static Image overlay(Image view, float[] map) {
    byte[] rgb = view.toArray();
    paint(rgb, map, extreme(map));
    return Image.of(view.width(), view.height(), rgb);
  }

  static Image withScale(Image view, float[] map) {
    return withScale(view, map, extreme(map));
  }

  /** The same with full colour at a distance from 0. */
  static Image withScale(Image view, float[] map, double full) {
    int width = view.width();
    int bar = Math.max(LEAST_SCALE, view.height() / SCALE_SHARE);
    byte[] over = view.toArray();
    paint(over, map, full);
    byte[] rgb = new byte[3 * width * (view.height() + 1 + bar)];
    System.arraycopy(over, 0, rgb, 0, over.length);
    int start = over.length + 3 * width; // a black line between
    for (int i = start; i < rgb.length; i += 3) {
      int x = (i - start) / 3 % width;
      colour(rgb, i, MIDDLE_GREY, width == 1 ? 0 : 2.0 * x / (width - 1) - 1);
    }
    return Image.of(width, view.height() + 1 + bar, rgb);
  }

  private static void paint(byte[] rgb, float[] map, double full) {
    double extreme = Math.max(full, Double.MIN_NORMAL);
    for (int i = 0; i < map.length; i++) {
      double grey =
          0.299 * (rgb[3 * i] & 0xff)
              + 0.587 * (rgb[3 * i + 1] & 0xff)
              + 0.114 * (rgb[3 * i + 2] & 0xff);
      colour(rgb, 3 * i, grey, map[i] / extreme);
    }
  }

  /** Mixes grey with the colour of a value from -1 to 1. */
  private static void colour(byte[] rgb, int at, double grey, double value) {
    double weight = STRONGEST * Math.abs(value);
    int[] full = value > 0 ? AI : NATURE;
    for (int c = 0; c < 3; c++) {
      rgb[at + c] = (byte) Math.round((1 - weight) * grey + weight * full[c]);
    }
  }
}
