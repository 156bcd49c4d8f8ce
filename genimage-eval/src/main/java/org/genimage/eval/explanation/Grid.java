package org.genimage.eval.explanation;

import java.util.ArrayList;
import java.util.List;
import org.genimage.data.image.Image;

/**
 * The cells of a view and the squares of two by two cells that overlap them.
 *
 * @param width of the view in pixels
 * @param height of the view in pixels
 * @param cells along each side
 */
record Grid(int width, int height, int cells) {

  /** A rectangle of pixels; right and bottom are not part of it. */
  record Square(int left, int top, int right, int bottom) {

    Image hide(Image view, byte[] hidden) {
      byte[] rgb = view.toArray();
      for (int y = top; y < bottom; y++) {
        int at = 3 * (y * view.width() + left);
        System.arraycopy(hidden, at, rgb, at, 3 * (right - left));
      }
      return Image.of(view.width(), view.height(), rgb);
    }

    long area() {
      return (long) (right - left) * (bottom - top);
    }
  }

  /** Returns the squares row by row, {@code (cells + 1)^2}; those at the edges are cut off. */
  List<Square> squares() {
    List<Square> squares = new ArrayList<>();
    for (int row = 0; row <= cells; row++) {
      for (int column = 0; column <= cells; column++) {
        squares.add(
            new Square(
                edge(column - 1, width),
                edge(row - 1, height),
                edge(column + 1, width),
                edge(row + 1, height)));
      }
    }
    return squares;
  }

  private int edge(int index, int length) {
    return (int) ((long) Math.max(0, Math.min(cells, index)) * length / cells);
  }

  /**
   * Returns the change per cell, interpolated to pixels.
   *
   * @param margin of the view
   * @param margins with each square hidden, in the order of {@link #squares()}
   * @return {@code [height, width]}, row-major: positive where hiding lowers the margin
   */
  float[] map(double margin, double[] margins) {
    List<Square> squares = squares();
    double cell = (double) width * height / ((double) cells * cells);
    double[] changes = new double[margins.length];
    for (int i = 0; i < changes.length; i++) {
      changes[i] = (margin - margins[i]) * cell / squares.get(i).area();
    }
    double[] values = new double[cells * cells];
    int across = cells + 1;
    for (int i = 0; i < values.length; i++) {
      int corner = i / cells * across + i % cells; // the square above and to the left
      values[i] =
          (changes[corner]
                  + changes[corner + 1]
                  + changes[corner + across]
                  + changes[corner + across + 1])
              / 4;
    }
    float[] map = new float[width * height];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        map[y * width + x] = (float) interpolated(values, x, y);
      }
    }
    return map;
  }

  private double interpolated(double[] values, int x, int y) {
    double across = within((x + 0.5) * cells / width - 0.5);
    double down = within((y + 0.5) * cells / height - 0.5);
    int left = (int) across;
    int top = (int) down;
    int right = Math.min(cells - 1, left + 1);
    int bottom = Math.min(cells - 1, top + 1);
    double u = across - left;
    double v = down - top;
    return (1 - v) * ((1 - u) * values[top * cells + left] + u * values[top * cells + right])
        + v * ((1 - u) * values[bottom * cells + left] + u * values[bottom * cells + right]);
  }

  private double within(double position) {
    return Math.max(0, Math.min(cells - 1, position));
  }
}
