package org.genimage.data.image;

/**
 * OpenCV's bilinear {@code cv2.resize} of 8-bit images, equal on every byte: two taps per axis, so
 * no antialiasing, with weights of 11 bits. Exactly half the size is the mean of 2x2 pixels instead
 * (OpenCV 5.0, modules/imgproc/src/resize.cpp).
 */
final class OpenCvResampling {

  private static final int ONE = 1 << 11;

  private OpenCvResampling() {}

  static Image resize(Image image, int width, int height) {
    if (image.width() == 2 * width && image.height() == 2 * height) {
      return halve(image);
    }
    Taps columns = Taps.of(image.width(), width);
    Taps rows = Taps.of(image.height(), height);
    int length = 3 * width;
    byte[] rgb = new byte[Math.multiplyExact(length, height)];
    int[][] made = new int[2][length];
    int[] held = {-1, -1};
    for (int y = 0; y < height; y++) {
      for (int row = rows.first[y]; row <= rows.second[y]; row++) {
        if (held[row & 1] != row) {
          resizeRow(image, row, columns, made[row & 1]);
          held[row & 1] = row;
        }
      }
      int[] upper = made[rows.first[y] & 1];
      int[] lower = made[rows.second[y] & 1];
      mix(upper, lower, rows.weight[y], rgb, y * length);
    }
    return Image.wrap(width, height, rgb);
  }

  private static void resizeRow(Image image, int y, Taps taps, int[] row) {
    byte[] rgb = image.rgb();
    int start = 3 * y * image.width();
    for (int x = 0; x < taps.first.length; x++) {
      int left = start + 3 * taps.first[x];
      int right = start + 3 * taps.second[x];
      int weight = taps.weight[x];
      int rest = ONE - weight;
      row[3 * x] = (rgb[left] & 0xff) * rest + (rgb[right] & 0xff) * weight;
      row[3 * x + 1] = (rgb[left + 1] & 0xff) * rest + (rgb[right + 1] & 0xff) * weight;
      row[3 * x + 2] = (rgb[left + 2] & 0xff) * rest + (rgb[right + 2] & 0xff) * weight;
    }
  }

  private static void mix(int[] upper, int[] lower, int weight, byte[] rgb, int start) {
    int rest = ONE - weight;
    for (int i = 0; i < upper.length; i++) {
      int sum = ((rest * (upper[i] >> 4)) >> 16) + ((weight * (lower[i] >> 4)) >> 16);
      rgb[start + i] = (byte) ((sum + 2) >> 2);
    }
  }

  private static Image halve(Image image) {
    int width = image.width() / 2;
    int height = image.height() / 2;
    byte[] rgb = new byte[3 * width * height];
    for (int i = 0; i < rgb.length; i++) {
      int x = 2 * (i / 3 % width);
      int y = 2 * (i / 3 / width);
      int c = i % 3;
      int sum =
          image.value(x, y, c)
              + image.value(x + 1, y, c)
              + image.value(x, y + 1, c)
              + image.value(x + 1, y + 1, c);
      rgb[i] = (byte) ((sum + 2) >> 2);
    }
    return Image.wrap(width, height, rgb);
  }

  /** The two inputs that each output of one axis lies between, and the second one's weight. */
  private static final class Taps {

    final int[] first;
    final int[] second;
    final int[] weight;

    private Taps(int outputs) {
      this.first = new int[outputs];
      this.second = new int[outputs];
      this.weight = new int[outputs];
    }

    static Taps of(int from, int to) {
      Taps taps = new Taps(to);
      for (int i = 0; i < to; i++) {
        float place = (float) ((i + 0.5) * from / to - 0.5);
        int floor = (int) Math.floor(place);
        taps.first[i] = Math.max(0, Math.min(from - 1, floor));
        taps.second[i] = Math.max(0, Math.min(from - 1, floor + 1));
        taps.weight[i] = (int) Math.rint((place - floor) * ONE);
      }
      return taps;
    }
  }
}
