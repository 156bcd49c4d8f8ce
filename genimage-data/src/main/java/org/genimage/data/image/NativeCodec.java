package org.genimage.data.image;

import org.genimage.data.internal.GraphOps;
import org.genimage.data.internal.NativeRuntime;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.RawTensor;
import org.tensorflow.Session;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.NdArrays;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.image.DecodeAndCropJpeg;
import org.tensorflow.op.image.DecodeJpeg;
import org.tensorflow.op.image.DecodePng;
import org.tensorflow.op.image.EncodeJpeg;
import org.tensorflow.proto.RunOptions;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TString;
import org.tensorflow.types.TUint16;
import org.tensorflow.types.TUint8;

/**
 * TensorFlow's codecs: libjpeg-turbo and libpng, which Pillow uses, too. They are loaded at the
 * first use, and threads may share them. If an image cannot be decoded, they throw {@code
 * TFInvalidArgumentException}.
 */
final class NativeCodec {

  private static final String FILE = "file";
  private static final String PIXELS = "pixels";
  private static final String QUALITY = "quality";
  private static final String JPEG = "jpeg";
  private static final String PNG = "png";
  private static final String GREY16 = "grey16";
  private static final String ENCODED = "encoded";
  private static final String RECODED = "recoded";
  private static final String FULL_CHROMA = "full_chroma"; // quality is an attribute of that op
  private static final String WINDOW = "window";
  private static final String WINDOW_OF_JPEG = "window_of_jpeg";

  /** The default is the fast transform, which differs from Pillow on every file. */
  private static final String ACCURATE = "INTEGER_ACCURATE";

  private static final int LONGEST_JPEG_SIDE = 65_500; // libjpeg's limit

  /** Ops run on the caller's thread; handing an image to another one and back takes longer. */
  private static final RunOptions ON_THIS_THREAD =
      RunOptions.newBuilder().setInterOpThreadPool(-1).build();

  private NativeCodec() {}

  /** A class of its own: Java never tries again to initialize one where the library was missing. */
  private static final class Codecs {

    static final Session SESSION = new Session(graph());

    private static Graph graph() {
      Graph graph = new Graph();
      Ops tf = GraphOps.of(graph);
      Operand<TString> file =
          tf.withName(FILE).placeholder(TString.class, Placeholder.shape(Shape.scalar()));
      for (int reduction = 1; reduction <= 8; reduction *= 2) {
        jpeg(tf.withName(JPEG + reduction), file, reduction);
      }
      Operand<TInt32> window =
          tf.withName(WINDOW).placeholder(TInt32.class, Placeholder.shape(Shape.of(4)));
      tf.withName(WINDOW_OF_JPEG)
          .image
          .decodeAndCropJpeg(
              file,
              window,
              DecodeAndCropJpeg.channels(3L),
              DecodeAndCropJpeg.dctMethod(ACCURATE),
              DecodeAndCropJpeg.fancyUpscaling(true));
      tf.withName(PNG).image.decodePng(file, TUint8.class, DecodePng.channels(3L));
      tf.withName(GREY16).image.decodePng(file, TUint16.class, DecodePng.channels(1L));
      Operand<TUint8> pixels =
          tf.withName(PIXELS).placeholder(TUint8.class, Placeholder.shape(Shape.of(-1, -1, 3)));
      Operand<TInt32> quality =
          tf.withName(QUALITY).placeholder(TInt32.class, Placeholder.shape(Shape.scalar()));
      Operand<TString> encoded =
          tf.withName(ENCODED).image.encodeJpegVariableQuality(pixels, quality);
      jpeg(tf.withName(RECODED), encoded, 1);
      for (int level = 1; level <= 100; level++) {
        Operand<TString> full =
            tf.image.encodeJpeg(
                pixels, EncodeJpeg.quality((long) level), EncodeJpeg.chromaDownsampling(false));
        jpeg(tf.withName(FULL_CHROMA + level), full, 1);
      }
      return graph;
    }
  }

  private static void jpeg(Ops tf, Operand<TString> file, long reduction) {
    tf.image.decodeJpeg(
        file,
        DecodeJpeg.channels(3L),
        DecodeJpeg.ratio(reduction),
        DecodeJpeg.dctMethod(ACCURATE),
        DecodeJpeg.fancyUpscaling(true));
  }

  /**
   * Decodes a JPEG file.
   *
   * @param reduction 1, 2, 4 or 8: its sides are divided by it and rounded up
   */
  static Image decodeJpeg(byte[] file, int reduction) {
    return decode(file, JPEG + reduction);
  }

  /**
   * Decodes a part of a JPEG file.
   *
   * @param window within the image
   * @param kept filled with the pixels if it is long enough, {@code height * width * 3} bytes
   * @return the array that was filled
   */
  static byte[] decodeJpegWindow(byte[] file, Box window, byte[] kept) {
    int[] place = {window.y(), window.x(), window.height(), window.width()};
    try (TString content = scalar(file);
        TInt32 crop = TInt32.tensorOf(Shape.of(4), DataBuffers.of(place, true, false));
        var result = runner().feed(FILE, content).feed(WINDOW, crop).fetch(WINDOW_OF_JPEG).run()) {
      RawTensor raw = result.get(0).asRawTensor();
      int length = Math.toIntExact(raw.numBytes());
      byte[] rgb = kept.length < length ? new byte[length] : kept;
      raw.data().read(rgb, 0, length);
      return rgb;
    }
  }

  private static Session.Runner runner() {
    return Codecs.SESSION.runner().setOptions(ON_THIS_THREAD);
  }

  /** Decodes a PNG file; channels of 16 bits keep their high byte. */
  static Image decodePng(byte[] file) {
    return decode(file, PNG);
  }

  /** Decodes a PNG file of 16-bit grey as Pillow 12 does, which clips its numbers at 255. */
  static Image decodeGrey16Png(byte[] file) {
    try (TString content = scalar(file);
        var result = runner().feed(FILE, content).fetch(GREY16).run()) {
      TUint16 grey = (TUint16) result.get(0);
      Shape shape = grey.shape();
      short[] values = new short[Math.toIntExact(grey.size())];
      grey.asRawTensor().data().asShorts().read(values);
      byte[] rgb = new byte[Math.multiplyExact(3, values.length)];
      for (int i = 0; i < rgb.length; i++) {
        rgb[i] = (byte) Math.min(255, values[i / 3] & 0xffff);
      }
      return Image.wrap((int) shape.get(1), (int) shape.get(0), rgb);
    }
  }

  /** Returns a baseline JPEG file with chroma at half the size, as Pillow and OpenCV write it. */
  static byte[] encodeJpeg(Image image, int quality) {
    try (Tensor pixels = tensor(image);
        TInt32 level = TInt32.scalarOf(quality);
        var result = runner().feed(PIXELS, pixels).feed(QUALITY, level).fetch(ENCODED).run()) {
      return ((TString) result.get(0)).asBytes().getObject();
    }
  }

  /** Returns what such a file decodes to. */
  static Image recodeJpeg(Image image, int quality) {
    try (Tensor pixels = tensor(image);
        TInt32 level = TInt32.scalarOf(quality);
        var result = runner().feed(PIXELS, pixels).feed(QUALITY, level).fetch(RECODED).run()) {
      return image(result.get(0));
    }
  }

  /** Returns what a JPEG file with chroma at full size (4:4:4) decodes to. */
  static Image recodeJpeg444(Image image, int quality) {
    try (Tensor pixels = tensor(image);
        var result = runner().feed(PIXELS, pixels).fetch(FULL_CHROMA + quality).run()) {
      return image(result.get(0));
    }
  }

  private static Image decode(byte[] file, String codec) {
    try (TString content = scalar(file);
        var result = runner().feed(FILE, content).fetch(codec).run()) {
      return image(result.get(0));
    }
  }

  private static Tensor tensor(Image image) {
    if (Math.max(image.width(), image.height()) > LONGEST_JPEG_SIDE) {
      throw new UnreadableImageException(
          "expected an image with sides of at most %s pixels to encode as JPEG, found %sx%s"
                  .formatted(LONGEST_JPEG_SIDE, image.width(), image.height())
              + "; leave it out");
    }
    NativeRuntime.prepare();
    return TUint8.tensorOf(
        Shape.of(image.height(), image.width(), 3), DataBuffers.of(image.rgb(), true, false));
  }

  private static TString scalar(byte[] file) {
    NativeRuntime.prepare();
    return TString.tensorOfBytes(NdArrays.scalarOfObject(file));
  }

  private static Image image(Tensor tensor) {
    RawTensor raw = tensor.asRawTensor();
    byte[] rgb = new byte[Math.toIntExact(raw.numBytes())];
    raw.data().read(rgb);
    return Image.wrap((int) tensor.shape().get(1), (int) tensor.shape().get(0), rgb);
  }
}
