package org.genimage.benchmarks.peers;

import ai.djl.inference.Predictor;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.repository.zoo.Criteria;
import ai.djl.repository.zoo.ZooModel;
import ai.djl.translate.NoopTranslator;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtSession;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;

/**
 * Measures how many images a second ONNX Runtime or DJL with PyTorch scores from Java; {@code
 * benchmarks/scoring.py} starts it. {@code onnx-java FOLDER NAME SIDE SECONDS SIZE...} reads {@code
 * NAME-SIZE.onnx}, and {@code djl} so {@code NAME-SIZE.pt}. With a file alone it writes its class
 * path there.
 */
public final class PeerBenchmark {

  private PeerBenchmark() {}

  /** Takes a library, a folder, the name of the files, the images' side, seconds and sizes. */
  public static void main(String[] arguments) throws Exception {
    if (arguments.length == 1) {
      Files.writeString(Path.of(arguments[0]), System.getProperty("java.class.path"));
      return;
    }
    int side = Integer.parseInt(arguments[3]);
    double seconds = Double.parseDouble(arguments[4]);
    for (int i = 5; i < arguments.length; i++) {
      int size = Integer.parseInt(arguments[i]);
      String name = arguments[2] + "-" + size;
      Path folder = Path.of(arguments[1]);
      double rate =
          arguments[0].equals("djl")
              ? djl(folder, name, size, side, seconds)
              : onnx(folder.resolve(name + ".onnx"), size, side, seconds);
      System.out.println("batch_" + size + "_images_per_s " + rate);
    }
  }

  private static double onnx(Path file, int size, int side, double seconds) throws Exception {
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    FloatBuffer images =
        ByteBuffer.allocateDirect(Float.BYTES * size * 3 * side * side)
            .order(ByteOrder.nativeOrder())
            .asFloatBuffer();
    images.put(noise(images.capacity())).rewind();
    try (OrtSession session =
            environment.createSession(file.toString(), new OrtSession.SessionOptions());
        OnnxTensor batch =
            OnnxTensor.createTensor(environment, images, new long[] {size, 3, side, side})) {
      return size
          * perSecond(
              seconds,
              () -> {
                try (OrtSession.Result result = session.run(Map.of("images", batch))) {
                  return result.get(0).getValue();
                }
              });
    }
  }

  private static double djl(Path folder, String name, int size, int side, double seconds)
      throws Exception {
    Criteria<NDList, NDList> criteria =
        Criteria.builder()
            .setTypes(NDList.class, NDList.class)
            .optModelPath(folder)
            .optModelName(name)
            .optEngine("PyTorch")
            .optTranslator(new NoopTranslator())
            .build();
    try (ZooModel<NDList, NDList> model = criteria.loadModel();
        Predictor<NDList, NDList> predictor = model.newPredictor();
        NDManager manager = model.getNDManager().newSubManager()) {
      NDArray batch = manager.create(noise(size * 3 * side * side), new Shape(size, 3, side, side));
      return size
          * perSecond(
              seconds,
              () -> {
                try (NDList result = predictor.predict(new NDList(batch))) {
                  return result.singletonOrThrow().toFloatArray();
                }
              });
    }
  }

  private static float[] noise(int count) {
    SplittableRandom random = new SplittableRandom(1);
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  private static double perSecond(double seconds, Callable<?> score) throws Exception {
    score.call();
    score.call();
    long start = System.nanoTime();
    long passed;
    int runs = 0;
    do {
      score.call();
      runs++;
      passed = System.nanoTime() - start;
    } while (passed < seconds * 1e9);
    return runs / (passed / 1e9);
  }
}
