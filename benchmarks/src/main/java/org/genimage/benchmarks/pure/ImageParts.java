package org.genimage.benchmarks.pure;

import com.google.common.io.ByteSource;
import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.genimage.data.GenImage;
import org.genimage.data.Label;
import org.genimage.data.Progress;
import org.genimage.data.Seed;
import org.genimage.data.doctor.DataDoctor;
import org.genimage.data.doctor.DataReport;
import org.genimage.data.image.Filter;
import org.genimage.data.image.Image;
import org.genimage.data.image.Transform;
import org.genimage.data.image.Transforms;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Images: decoding, resizing, crops, colours, and what examines a dataset for near duplicates. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class ImageParts {

  private static final int WIDTH = 500;
  private static final int HEIGHT = 375;
  private static final int EXAMINED = 16;

  private final RandomGenerator random = Seed.of(1).random();
  private final Image photo = photo(0);
  private final ByteSource png = ByteSource.wrap(photo.toPng());
  private final ByteSource jpeg = ByteSource.wrap(photo.toJpeg(92));
  private final Transform bilinear = Transforms.resizeShorterSide(256, Filter.BILINEAR);
  private final Transform bicubic = Transforms.resizeShorterSide(256, Filter.BICUBIC);
  private final Transform box = Transforms.resizeBox(256, 256);
  private final Transform crop = Transforms.centerCrop(224);
  private final Transform colours = Transforms.colourJitter(0.4, 0.4, 0.4);
  private final Transform grey = Transforms.grey();
  private final Transform blur = Transforms.gaussianBlur(1.5);
  private Path folder;
  private DataDoctor doctor;

  /** Creates the state. */
  public ImageParts() {}

  /** Writes the files that are examined. */
  @Setup
  public void write() throws IOException {
    folder = Files.createTempDirectory("genimage-pure");
    for (int i = 0; i < EXAMINED; i++) {
      Path place = folder.resolve("val").resolve(Label.values()[i % 2].folder());
      Files.write(Files.createDirectories(place).resolve(i + ".png"), photo(i).toPng());
    }
    doctor = DataDoctor.of(GenImage.open(folder)).threads(1);
  }

  /** Deletes them. */
  @TearDown
  public void delete() throws IOException {
    MoreFiles.deleteRecursively(folder, RecursiveDeleteOption.ALLOW_INSECURE);
  }

  private static Image photo(int shift) {
    byte[] rgb = new byte[3 * WIDTH * HEIGHT];
    RandomGenerator noise = Seed.of(shift).random();
    for (int i = 0; i < rgb.length; i++) {
      int x = i / 3 % WIDTH + shift;
      int y = i / 3 / WIDTH;
      rgb[i] = (byte) (96 + 60 * Math.sin(x / 31.0) + 60 * Math.cos(y / 23.0) + noise.nextInt(12));
    }
    return Image.of(WIDTH, HEIGHT, rgb);
  }

  /** Decodes a PNG file of 500 x 375 pixels. */
  @Benchmark
  public Image decodePng() {
    return Image.read("png", png);
  }

  /** Decodes a JPEG file of 500 x 375 pixels. */
  @Benchmark
  public Image decodeJpeg() {
    return Image.read("jpeg", jpeg);
  }

  /** Resizes to 256 pixels, bilinearly. */
  @Benchmark
  public Image resizeBilinear() {
    return bilinear.apply(photo, random);
  }

  /** Resizes to 256 pixels, bicubically. */
  @Benchmark
  public Image resizeBicubic() {
    return bicubic.apply(photo, random);
  }

  /** Resizes to 256 x 256 pixels by means of boxes. */
  @Benchmark
  public Image resizeBox() {
    return box.apply(photo, random);
  }

  /** Crops 224 pixels from the centre. */
  @Benchmark
  public Image crop() {
    return crop.apply(photo, random);
  }

  /** Changes brightness, contrast and saturation at random. */
  @Benchmark
  public Image colourJitter() {
    return colours.apply(photo, random);
  }

  /** Turns an image grey. */
  @Benchmark
  public Image grey() {
    return grey.apply(photo, random);
  }

  /** Blurs with a deviation of 1.5 pixels. */
  @Benchmark
  public Image blur() {
    return blur.apply(photo, random);
  }

  /** Examines 16 PNG files: decoding, checksums and perceptual hashes. */
  @Benchmark
  public DataReport examine16() {
    return doctor.examine(Progress.NONE);
  }
}
