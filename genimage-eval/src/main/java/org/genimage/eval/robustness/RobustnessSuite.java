package org.genimage.eval.robustness;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.Set;
import java.util.function.DoubleFunction;
import java.util.function.IntFunction;
import java.util.random.RandomGenerator;
import org.genimage.data.image.Filter;
import org.genimage.data.image.Image;
import org.genimage.data.image.Transform;
import org.genimage.data.image.Transforms;
import org.genimage.eval.Degradation;

/**
 * The suite: what happens to images between a generator and a detector, as named values. Changes
 * apply to the decoded image, before the detector's own resize.
 *
 * @param all in the order of the groups
 * @param seed of all random numbers
 */
public record RobustnessSuite(List<Perturbation> all, long seed) {

  /** The short list. */
  private static final Set<String> QUICK =
      Set.of(
          "jpeg 90",
          "jpeg 75",
          "jpeg 50",
          "jpeg-twice 75>90",
          "bicubic 0.5",
          "bilinear 0.5",
          "crop 0.75",
          "rotate 5",
          "blur 1",
          "median 3",
          "gaussian-noise 5",
          "brightness 1.2",
          "gamma 0.8",
          "grey",
          "web",
          "telegram 1280");

  /** Copies the list. */
  public RobustnessSuite {
    all = List.copyOf(all);
  }

  /** Returns all changes at all strengths. */
  public static RobustnessSuite full(long seed) {
    return new RobustnessSuite(new Catalogue().build(), seed);
  }

  /** Returns 16 of them, for quick runs. */
  public static RobustnessSuite quick(long seed) {
    return new RobustnessSuite(
        new Catalogue().build().stream().filter(one -> QUICK.contains(one.label())).toList(), seed);
  }

  /** Returns them for {@link org.genimage.eval.Evaluation#degraded}. */
  public List<Degradation> degradations() {
    return all.stream().map(one -> one.degradation(seed)).toList();
  }

  /** Writes the list, group by group. */
  private static final class Catalogue {
    private final ImmutableList.Builder<Perturbation> all = ImmutableList.builder();
    private String group = "";

    List<Perturbation> build() {
      compression();
      resampling();
      geometry();
      blur();
      noise();
      chroma();
      colour();
      content();
      platforms();
      return all.build();
    }

    private void add(String name, String strength, String authority, Transform transform) {
      all.add(new Perturbation(name, strength, group, authority, transform));
    }

    private void whole(
        String name, String authority, IntFunction<Transform> transform, int... strengths) {
      for (int strength : strengths) {
        add(name, Integer.toString(strength), authority, transform.apply(strength));
      }
    }

    private void each(
        String name, String authority, DoubleFunction<Transform> transform, double... strengths) {
      for (double strength : strengths) {
        String text = strength == Math.rint(strength) ? "" + (int) strength : "" + strength;
        add(name, text, authority, transform.apply(strength));
      }
    }

    private void compression() {
      group = "compression";
      whole(
          "jpeg",
          "Pillow save(JPEG, quality)",
          (int q) -> Transforms.jpeg(q),
          95,
          90,
          75,
          65,
          50,
          30,
          10);
      whole(
          "jpeg444",
          "Pillow save(JPEG, quality, subsampling=0)",
          (int q) -> Transforms.jpeg444(q),
          90,
          75);
      for (int[] twice : new int[][] {{75, 90}, {90, 75}, {50, 85}}) {
        String strength = twice[0] + ">" + twice[1];
        Transform second = Transforms.jpeg(twice[1]);
        add("jpeg-twice", strength, "Pillow, two saves", Transforms.jpeg(twice[0]).then(second));
        add(
            "jpeg-twice-shifted",
            strength,
            "Pillow, two saves, 4 pixels cut at the left and the top between",
            Transforms.jpeg(twice[0]).then(shift(4)).then(second));
      }
      whole(
          "webp",
          "Pillow save(WEBP, quality, method=4)",
          (int q) -> Transforms.webP(q),
          90,
          80,
          50);
    }

    private void resampling() {
      group = "resampling";
      each(
          "bilinear",
          "Pillow resize(BILINEAR)",
          (double s) -> scale(s, Filter.BILINEAR),
          0.75,
          0.5,
          0.25);
      each(
          "bicubic", "Pillow resize(BICUBIC)", (double s) -> scale(s, Filter.BICUBIC), 0.5, 1.5, 2);
      each("lanczos", "Pillow resize(LANCZOS)", (double s) -> scale(s, Filter.LANCZOS), 0.5, 1.5);
      each(
          "nearest",
          "Pillow resize(NEAREST)",
          (double s) ->
              (image, random) ->
                  Transforms.resizeNearest(
                          PixelChanges.scaled(s, image.width()),
                          PixelChanges.scaled(s, image.height()))
                      .apply(image, random),
          0.5,
          2);
      each(
          "box",
          "Pillow resize(BOX)",
          (double s) -> (image, random) -> box(image, s, random),
          0.5,
          0.25);
      each(
          "area",
          "OpenCV resize(INTER_AREA)",
          (double s) -> (image, random) -> OpenCvChanges.area(image, s),
          0.5);
      each(
          "down-up",
          "Pillow resize(BICUBIC) twice",
          (double s) ->
              (image, random) ->
                  Transforms.resize(image.width(), image.height(), Filter.BICUBIC)
                      .apply(PixelChanges.resized(image, s, Filter.BICUBIC, random), random),
          0.5,
          0.25);
      whole(
          "lowres",
          "Pillow resize((n, n), BILINEAR)",
          (int n) -> Transforms.resize(n, n, Filter.BILINEAR),
          112,
          64);
      whole(
          "pixelate",
          "Pillow resize(BOX), then NEAREST",
          (int n) ->
              (image, random) ->
                  Transforms.resizeNearest(image.width(), image.height())
                      .apply(box(image, 1.0 / n, random), random),
          2,
          4,
          8);
    }

    private void geometry() {
      group = "geometry";
      each(
          "crop",
          "Pillow crop, centred",
          (double s) ->
              (image, random) ->
                  centre(
                      image,
                      PixelChanges.scaled(s, image.width()),
                      PixelChanges.scaled(s, image.height())),
          0.9,
          0.75,
          0.5);
      each(
          "crop-random",
          "Pillow crop at a drawn place",
          (double s) ->
              (image, random) -> {
                int width = PixelChanges.scaled(s, image.width());
                int height = PixelChanges.scaled(s, image.height());
                int left = (int) (PixelChanges.uniform(random) * (image.width() - width + 1));
                int top = (int) (PixelChanges.uniform(random) * (image.height() - height + 1));
                return PixelChanges.crop(image, left, top, width, height);
              },
          0.75,
          0.5);
      add("crop-aspect", "1:1", "Pillow crop, centred", (image, random) -> aspect(image, 1));
      add(
          "crop-aspect",
          "16:9",
          "Pillow crop, centred",
          (image, random) -> aspect(image, 16.0 / 9));
      whole("shift", "Pillow crop", (int n) -> shift(n), 1, 3, 4);
      whole("rotate", "Pillow rotate(a, BICUBIC)", (int a) -> Transforms.rotation(a), 5, 15, 45);
      add("rot90", "", "Pillow transpose(ROTATE_90)", (image, random) -> PixelChanges.rot90(image));
      add(
          "flip",
          "h",
          "Pillow transpose(FLIP_LEFT_RIGHT)",
          (image, random) -> PixelChanges.flipped(image, false));
      add(
          "flip",
          "v",
          "Pillow transpose(FLIP_TOP_BOTTOM)",
          (image, random) -> PixelChanges.flipped(image, true));
      perspective();
    }

    private void perspective() {
      each(
          "perspective",
          "OpenCV warpPerspective(INTER_LINEAR, BORDER_REFLECT_101), drawn corners",
          (double s) -> (image, random) -> OpenCvChanges.perspective(image, s, random),
          0.05,
          0.1);
    }

    private void blur() {
      group = "blur";
      whole(
          "blur",
          "SciPy gaussian_filter on uint8",
          (int s) -> Transforms.gaussianBlur(s),
          1,
          2,
          3,
          5);
      each(
          "blur-cv",
          "OpenCV GaussianBlur((0, 0), sigma)",
          (double s) -> Transforms.gaussianBlurOpenCv(s),
          0.5,
          1,
          2);
      whole(
          "disk",
          "OpenCV filter2D(x2 + y2 <= r2, BORDER_REPLICATE)",
          (int r) -> OpenCvChanges.disk(r),
          1,
          2,
          4);
      for (int length : new int[] {5, 9, 15}) {
        for (boolean upright : new boolean[] {false, true}) {
          add(
              "motion",
              length + (upright ? " at 90" : " at 0"),
              "OpenCV filter2D(equal taps, BORDER_REPLICATE)",
              OpenCvChanges.motion(length, upright));
        }
      }
      whole(
          "unsharp",
          "Pillow UnsharpMask(2, percent, 3)",
          (int percent) -> PillowChanges.unsharp(percent),
          50,
          150,
          300);
      whole(
          "median",
          "Pillow MedianFilter",
          (int n) -> (image, random) -> PixelChanges.median(image, n),
          3,
          5);
    }

    private void noise() {
      group = "noise";
      whole(
          "gaussian-noise",
          "x + n",
          (int s) -> PixelChanges.noise((x, random) -> x + s * PixelChanges.normal(random)),
          2,
          5,
          10,
          25);
      each(
          "speckle",
          "x (1 + n)",
          (double s) ->
              PixelChanges.noise((x, random) -> x * (1 + s * PixelChanges.normal(random))),
          0.05,
          0.1,
          0.2);
      each(
          "salt-pepper",
          "whole pixels, half each",
          (double p) -> PixelChanges.saltAndPepper(p),
          0.005,
          0.02,
          0.05);
      whole(
          "shot",
          "Poisson(x p / 255) 255 / p",
          (int p) ->
              PixelChanges.noise(
                  (x, random) -> PixelChanges.poisson(x * p / 255.0, random) * 255.0 / p),
          60,
          25,
          12);
    }

    private void chroma() {
      whole(
          "chroma-noise",
          "n on Cb and Cr of Pillow convert(YCbCr)",
          (int s) -> PillowChanges.chromaNoise(s),
          5,
          15);
    }

    private void hue() {
      each("hue", "Pillow convert(HSV)", (double f) -> PillowChanges.hue(f), -0.1, 0.05, 0.1);
      whole(
          "autocontrast",
          "Pillow ImageOps.autocontrast",
          (int percent) -> PillowChanges.autocontrast(percent),
          1);
      whole(
          "palette",
          "Pillow quantize(n, MEDIANCUT, dither=NONE)",
          (int n) -> (image, random) -> MedianCut.of(image, n),
          64,
          16);
      whole(
          "clahe",
          "OpenCV createCLAHE(limit, (8, 8)) on L of 8-bit Lab",
          (int limit) -> (image, random) -> Clahe.of(image, limit),
          2,
          4);
    }

    private void colour() {
      group = "colour";
      hue();
      each(
          "brightness",
          "Pillow ImageEnhance.Brightness",
          (double f) -> Transforms.brightness(f),
          0.5,
          0.8,
          1.2,
          1.5);
      each(
          "contrast",
          "Pillow ImageEnhance.Contrast",
          (double f) -> Transforms.contrast(f),
          0.5,
          0.75,
          1.5);
      each(
          "saturation",
          "Pillow ImageEnhance.Color",
          (double f) -> Transforms.saturation(f),
          0.5,
          1.5,
          2);
      each(
          "gamma",
          "a table of 256 entries",
          (double g) -> PixelChanges.table(x -> Math.pow(x, g)),
          0.5,
          0.8,
          1.5,
          2.2);
      each(
          "tone",
          "a table of the parabola x + 2 a x (1 - x)",
          (double a) -> PixelChanges.table(x -> x + 2 * a * x * (1 - x)),
          -0.2,
          0.2);
      add("grey", "", "Pillow convert(L)", Transforms.grey());
      whole(
          "posterise",
          "Pillow ImageOps.posterize",
          (int bits) -> Transforms.posterise(bits),
          5,
          4,
          3);
      whole(
          "channel-shift",
          "red right, blue left, edge repeated",
          (int n) -> (image, random) -> PixelChanges.channelShift(image, n),
          1,
          2,
          4);
    }

    private void content() {
      group = "content";
      each(
          "overlay",
          "drawn blocks of 8 pixels on the lowest 15 % of the rows",
          (double a) -> (image, random) -> PixelChanges.overlaid(image, a, random),
          0.3,
          0.6);
      for (int percent : new int[] {5, 10}) {
        for (int grey : new int[] {0, 255}) {
          add(
              "border",
              percent + (grey == 0 ? " black" : " white"),
              "Pillow ImageOps.expand",
              (image, random) ->
                  PixelChanges.framed(
                      image,
                      PixelChanges.scaled(percent / 100.0, Math.min(image.width(), image.height())),
                      grey));
        }
      }
      for (double scale : new double[] {1.25, 0.8}) {
        Transform shown = (image, random) -> screenshot(image, scale, random);
        add("screenshot", scale + " png", "Pillow resize(BILINEAR), paste", shown);
        add(
            "screenshot",
            scale + " jpeg",
            "Pillow resize(BILINEAR), paste, save(JPEG, 85)",
            shown.then(Transforms.jpeg(85)));
      }
      whole(
          "cutout",
          "one square of grey 128",
          (int percent) -> (image, random) -> PixelChanges.cutOut(image, percent / 100.0, random),
          5,
          20);
    }

    private void platforms() {
      group = "platforms";
      Transform web = platform(768, Filter.BILINEAR, 60);
      Transform hard = platform(512, Filter.BILINEAR, 40);
      Transform telegram = platform(1280, Filter.BICUBIC, 87);
      Transform signal = platform(1600, Filter.BICUBIC, 70);
      String said = "Pillow resize of the longer side, then save(JPEG, quality)";
      add("web", "", said, web);
      add("hard", "", said, hard);
      add("telegram", "1280", said, telegram);
      add("telegram", "2560", said, platform(2560, Filter.BICUBIC, 87));
      add("signal", "1600", said, signal);
      add("signal", "4096", said, platform(4096, Filter.BICUBIC, 75));
      add("signal>telegram", "", said, signal.then(telegram));
      add("hard>web", "", said, hard.then(web));
    }

    /** On a canvas of grey 240, larger by 48 pixels, 17 from the left and 23 from the top. */
    private static Image screenshot(Image image, double scale, RandomGenerator random) {
      Image shown = PixelChanges.resized(image, scale, Filter.BILINEAR, random);
      Image framed = PixelChanges.framed(shown, 48, 240);
      return PixelChanges.crop(framed, 31, 25, shown.width() + 48, shown.height() + 48);
    }

    private static Transform platform(int most, Filter filter, int quality) {
      Transform jpeg = Transforms.jpeg(quality);
      return (image, random) ->
          jpeg.apply(PixelChanges.longSide(image, most, filter, random), random);
    }

    private static Transform scale(double share, Filter filter) {
      return (image, random) -> PixelChanges.resized(image, share, filter, random);
    }

    private static Image box(Image image, double share, RandomGenerator random) {
      return Transforms.resizeBox(
              PixelChanges.scaled(share, image.width()), PixelChanges.scaled(share, image.height()))
          .apply(image, random);
    }

    private static Transform shift(int pixels) {
      return (image, random) ->
          PixelChanges.crop(image, pixels, pixels, image.width() - pixels, image.height() - pixels);
    }

    private static Image aspect(Image image, double ratio) {
      return image.width() > ratio * image.height()
          ? centre(image, Math.max(1, (int) Math.rint(ratio * image.height())), image.height())
          : centre(image, image.width(), Math.max(1, (int) Math.rint(image.width() / ratio)));
    }

    private static Image centre(Image image, int width, int height) {
      return PixelChanges.crop(
          image,
          (int) Math.rint((image.width() - width) / 2.0),
          (int) Math.rint((image.height() - height) / 2.0),
          width,
          height);
    }
  }
}
