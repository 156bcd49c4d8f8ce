package org.genimage.models.internal;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import org.genimage.data.internal.GraphOps;
import org.genimage.data.internal.NativeRuntime;
import org.genimage.data.internal.Remembered;
import org.genimage.models.nn.Conv;
import org.genimage.models.nn.Kernels;
import org.genimage.models.nn.Layers;
import org.genimage.models.nn.Layout;
import org.genimage.models.nn.ParameterValue;
import org.genimage.models.nn.Purpose;
import org.tensorflow.DeviceSpec;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.TensorFlow;
import org.tensorflow.exceptions.TensorFlowException;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/** Whether TensorFlow computes by oneDNN here. Found out once a machine, by trying every op. */
final class OneDnn {

  private static final System.Logger LOG = System.getLogger(OneDnn.class.getName());

  /** The largest difference from TensorFlow's public ops; rounding makes about 1e-6 of it. */
  private static final float TOLERANCE = 1e-3f;

  /** The same in bfloat16, where rounding makes up to 0.02 of it. */
  private static final float BFLOAT16_TOLERANCE = 0.1f;

  private static final boolean AVAILABLE =
      !"0".equals(System.getenv("TF_ENABLE_ONEDNN_OPTS"))
          && !hasGpu()
          && Remembered.here()
              .holds(
                  "onednn-float32",
                  versions(),
                  () -> runs(tf -> KernelChoice.preferred(OneDnnKernels.float32(tf)), TOLERANCE));

  private OneDnn() {}

  /** Returns whether oneDNN's ops run in 32-bit floats, and there is no GPU to prefer. */
  static boolean isAvailable() {
    return AVAILABLE;
  }

  /**
   * Returns whether oneDNN's ops for bfloat16 run. They need AVX-512; without it they end the
   * process, so the processor is looked up first, on Linux.
   */
  static boolean hasBfloat16() {
    return Bfloat16.AVAILABLE;
  }

  /** Tried when somebody asks. */
  private static final class Bfloat16 {

    static final boolean AVAILABLE =
        isAvailable()
            && hasAvx512(System.getProperty("os.arch"))
            && Remembered.here()
                .holds(
                    "onednn-bfloat16",
                    versions(),
                    () ->
                        runs(
                            tf -> KernelChoice.preferred(OneDnnKernels.bfloat16(tf)),
                            BFLOAT16_TOLERANCE));
  }

  /**
   * Returns whether this program's processor has AVX-512, on Linux. In an emulator such as QEMU the
   * system describes the processor that emulates, not the one that is emulated.
   *
   * @param architecture what this program was compiled for, such as {@code aarch64}
   */
  static boolean hasAvx512(String architecture) {
    return architecture.equals("amd64") && Remembered.processorSays("avx512bw");
  }

  /** Returns whether the processor is Intel's, on Linux; elsewhere the answer is no. */
  static boolean isIntel() {
    return Remembered.processorSays("GenuineIntel");
  }

  /** TensorFlow's build, and the code that tries its ops: another code may try others. */
  static String versions() {
    CRC32 code = new CRC32();
    for (Class<?> type : code().toList()) {
      String file = type.getName().substring(type.getPackageName().length() + 1) + ".class";
      try (InputStream in = type.getResourceAsStream(file)) {
        code.update(in == null ? new byte[0] : in.readAllBytes());
      } catch (IOException e) {
        throw new UncheckedIOException(file + ": cannot be read", e);
      }
    }
    return "TensorFlow %s %s, genimage %s"
        .formatted(
            TensorFlow.version(),
            NativeRuntime.classifier().orElse("of another place"),
            Long.toHexString(code.getValue()));
  }

  /** The classes that say which ops are tried, and how. */
  static Stream<Class<?>> code() {
    return Stream.of(
            OneDnn.class,
            OneDnnKernels.class,
            OneDnnOps.class,
            KernelChoice.class,
            SessionSettings.class)
        .flatMap(type -> Stream.concat(Stream.of(type), Stream.of(type.getDeclaredClasses())))
        .sorted(Comparator.comparing(Class::getName));
  }

  /** Only TensorFlow's build for GPUs can see one. */
  private static boolean hasGpu() {
    return NativeRuntime.classifier().map(name -> name.endsWith("-gpu")).orElse(true) && seesGpu();
  }

  private static boolean seesGpu() {
    DeviceSpec gpu =
        DeviceSpec.newBuilder().deviceType(DeviceSpec.DeviceType.GPU).deviceIndex(0).build();
    try (Graph graph = new Graph()) {
      Ops tf = GraphOps.of(graph);
      var placed = tf.withDevice(gpu).math.neg(tf.constant(1f));
      try (Session session = new Session(graph);
          var result = session.runner().fetch(placed).run()) {
        return result.size() == 1;
      }
    } catch (TensorFlowException | IllegalArgumentException e) {
      return false;
    }
  }

  /** Compares what each of oneDNN's ops computes with what the public ops compute. */
  private static boolean runs(Function<Ops, Kernels> kernels, float tolerance) {
    try (Graph graph = new Graph()) {
      Ops tf = GraphOps.of(graph);
      List<Operand<TFloat32>> found = Probe.outputs(kernels.apply(tf));
      List<Operand<TFloat32>> expected = Probe.outputs(Kernels.plain(tf, Purpose.SCORING));
      try (Session session = new Session(graph, SessionSettings.scoring())) {
        Session.Runner runner = session.runner();
        found.forEach(runner::fetch);
        expected.forEach(runner::fetch);
        try (var result = runner.run()) {
          for (int i = 0; i < found.size(); i++) {
            float difference =
                difference(
                    numbers((TFloat32) result.get(i)),
                    numbers((TFloat32) result.get(found.size() + i)));
            if (!(difference <= tolerance)) {
              LOG.log(
                  Level.INFO,
                  "oneDNN''s ops are not used: check {0} differs by {1} from TensorFlow''s",
                  i,
                  difference);
              return false;
            }
          }
          return true;
        }
      }
    } catch (TensorFlowException | IllegalArgumentException e) {
      LOG.log(Level.INFO, "oneDNN''s ops are not used: {0}", e.getMessage());
      return false;
    }
  }

  private static float[] numbers(TFloat32 tensor) {
    float[] values = new float[Math.toIntExact(tensor.size())];
    tensor.copyTo(DataBuffers.of(values));
    return values;
  }

  private static float difference(float[] a, float[] b) {
    float largest = a.length == b.length ? 0 : Float.NaN;
    for (int i = 0; i < a.length && i < b.length; i++) {
      float difference = Math.abs(a[i] - b[i]);
      largest = difference <= largest ? largest : difference;
    }
    return largest;
  }

  /** A small model that needs every op of {@link OneDnnKernels#OPS}, with what may follow each. */
  static final class Probe {

    private static final int CHANNELS = 8;

    private final Kernels kernels;
    private final Ops tf;
    private int seed;

    private Probe(Kernels kernels) {
      this.kernels = kernels;
      this.tf = kernels.tf();
    }

    /** Returns outputs that together depend on every op. */
    static List<Operand<TFloat32>> outputs(Kernels kernels) {
      return new Probe(kernels).build();
    }

    private List<Operand<TFloat32>> build() {
      List<Operand<TFloat32>> outputs = new ArrayList<>();
      Operand<TFloat32> images = values(2, 6, 6, CHANNELS);
      var branch = kernels.relu(conv(images, Conv.kernel(3)));
      var sum = kernels.relu(kernels.add(conv(branch, Conv.kernel(1)), images));
      var smaller = conv(sum, Conv.kernel(3).stride(2)); // [2, 3, 3, C]
      outputs.add(smaller);
      outputs.add(kernels.add(kernels.relu(smaller), smaller));
      outputs.add(conv(values(2, 6, 6, 3), Conv.kernel(2).stride(2)));
      outputs.add(kernels.maxPool(images, Conv.kernel(3).stride(2)));
      outputs.add(depthwiseConv(images, Conv.kernel(3)));
      outputs.add(depthwiseConv(images, Conv.kernel(5).stride(2)));
      outputs.add(
          kernels.separableConv(
              images,
              weight(Layout.DEPTHWISE, 2 * CHANNELS, 1, 5, 5),
              weight(Layout.CONV, CHANNELS, 2 * CHANNELS, 1, 1),
              weight(Layout.SAME, CHANNELS),
              Conv.kernel(5).stride(2)));
      Operand<TFloat32> tokens = values(2, 4, CHANNELS);
      var normal =
          kernels.layerNorm(
              tokens, weight(Layout.SAME, CHANNELS), weight(Layout.SAME, CHANNELS), 1e-5);
      outputs.add(normal);
      outputs.add(
          kernels.layerNorm(
              images, weight(Layout.SAME, CHANNELS), weight(Layout.SAME, CHANNELS), 1e-5));
      var qkv = linear(normal, 3 * CHANNELS);
      outputs.add(
          kernels.add(tokens, linear(kernels.attention(qkv, 2, Optional.empty()), CHANNELS)));
      outputs.add(kernels.attention(qkv, 2, Optional.of(values(1, 2, 4 * 4))));
      outputs.add(linear(kernels.gelu(linear(tokens, CHANNELS)), CHANNELS));
      outputs.add(kernels.linear(tokens, weight(Layout.LINEAR, CHANNELS, CHANNELS)));
      outputs.add(linear(values(2, 3), CHANNELS));
      outputs.add(kernels.products(tokens));
      return outputs;
    }

    private Operand<TFloat32> conv(Operand<TFloat32> x, Conv window) {
      int side = window.kernel();
      return kernels.conv(
          x,
          weight(Layout.CONV, CHANNELS, Layers.channels(x), side, side),
          weight(Layout.SAME, CHANNELS),
          window);
    }

    private Operand<TFloat32> depthwiseConv(Operand<TFloat32> x, Conv window) {
      int side = window.kernel();
      return kernels.depthwiseConv(
          x, weight(Layout.DEPTHWISE, Layers.channels(x), 1, side, side), window);
    }

    private Operand<TFloat32> linear(Operand<TFloat32> x, int outputs) {
      return kernels.linear(
          x, weight(Layout.LINEAR, outputs, Layers.channels(x)), weight(Layout.SAME, outputs));
    }

    private ParameterValue weight(Layout layout, Integer... shape) {
      List<Integer> sides = List.of(shape);
      return ParameterValue.fixed(tf, layout, sides, numbers(sides));
    }

    private Operand<TFloat32> values(Integer... shape) {
      List<Integer> sides = List.of(shape);
      return Layers.constant(tf, sides, numbers(sides));
    }

    /** Returns numbers in (-0.5, 0.5) that repeat only after long. */
    private float[] numbers(List<Integer> shape) {
      float[] values = new float[shape.stream().reduce(1, Math::multiplyExact)];
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) Math.sin(1 + 7.3 * ++seed) / 2;
      }
      return values;
    }
  }
}
