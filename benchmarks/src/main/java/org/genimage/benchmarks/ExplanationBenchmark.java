package org.genimage.benchmarks;

import static org.genimage.benchmarks.Measurements.print;

import com.google.common.primitives.Floats;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.genimage.data.GenImage;
import org.genimage.data.Generator;
import org.genimage.data.ImageDataset;
import org.genimage.data.Label;
import org.genimage.data.Progress;
import org.genimage.data.Sample;
import org.genimage.data.Seed;
import org.genimage.data.image.Image;
import org.genimage.data.image.ImageBatch;
import org.genimage.data.internal.GraphOps;
import org.genimage.data.simulation.SimulatedGenImage;
import org.genimage.eval.explanation.Explainer;
import org.genimage.eval.explanation.Explainers;
import org.genimage.eval.explanation.Explanation;
import org.genimage.eval.explanation.Fill;
import org.genimage.eval.explanation.PixelCurve;
import org.genimage.models.Blueprint;
import org.genimage.models.Detector;
import org.genimage.models.Detectors;
import org.genimage.models.DifferentiableDetector;
import org.genimage.models.InputContract;
import org.genimage.models.weights.Weights;
import org.genimage.train.GradientTrainer;
import org.genimage.train.recipe.ImageRecipe;
import org.genimage.train.recipe.Loss;
import org.genimage.train.recipe.Recipe;
import org.genimage.train.recipe.Schedule;
import org.tensorflow.Graph;
import org.tensorflow.GraphOperation;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;

/**
 * Measures explanations on simulated images with a known answer: natural images into which a square
 * of an AI image is pasted. For every method it prints how often its strongest pixel lies in the
 * square, how well its values tell the square's pixels from the others, what insertion and deletion
 * give, and how much its map is that of random weights. Takes a folder for the images and the
 * trained weights, the name of a detector, the number of images, and with what the names of the
 * methods begin, if not all are wanted.
 */
public final class ExplanationBenchmark {

  private static final int TRAINED_SIDE = 64;
  private static final int RENDERED = 192;
  private static final int SIDE = 128;
  private static final int SQUARE = 48;
  private static final int STEPS = 16;
  private static final int SAMPLES = 9600;
  private static final int TRAIN = 100;
  private static final int VALIDATION = 40;

  private ExplanationBenchmark() {}

  /** A view with a pasted square whose left upper corner is given. */
  private record Pasted(Image view, int left, int top) {
    boolean inside(int x, int y) {
      return x >= left && x < left + SQUARE && y >= top && y < top + SQUARE;
    }
  }

  /** Takes a folder, the name of a detector such as {@code ResNet-50}, and a number of images. */
  public static void main(String[] arguments) {
    Path folder = Path.of(arguments[0]);
    Blueprint blueprint = Detectors.named(arguments[1]).input(InputContract.crop(TRAINED_SIDE));
    GenImage simulated = simulated(folder.resolve("images"));
    Weights weights = trained(folder, blueprint, simulated.train());
    Blueprint wide = blueprint.input(blueprint.input().side(SIDE));
    try (DifferentiableDetector detector = wide.load(wide.describe(weights));
        DifferentiableDetector random = wide.load(wide.initialWeights(1))) {
      measure(
          wide,
          weights,
          detector,
          random,
          simulated.validation(),
          Integer.parseInt(arguments[2]),
          arguments.length > 3 ? arguments[3] : "");
    }
  }

  private static GenImage simulated(Path folder) {
    if (!Files.isDirectory(folder)) {
      SimulatedGenImage.seeded(7)
          .imageSize(RENDERED)
          .train(TRAIN)
          .validation(VALIDATION)
          .writeTo(folder, Progress.NONE);
    }
    return GenImage.open(folder);
  }

  private static Weights trained(Path folder, Blueprint blueprint, ImageDataset images) {
    Path file = folder.resolve(blueprint.name() + ".safetensors");
    if (Files.exists(file)) {
      return Weights.read(file);
    }
    int epochs = SAMPLES / images.size();
    Weights weights =
        GradientTrainer.with(
                Recipe.paper(Detectors.resnet50())
                    .loss(new Loss.CrossEntropy(0.1), ImageRecipe.cropAndFlip())
                    .schedule(
                        new Schedule.Cosine(
                            0.01,
                            2e-5,
                            epochs,
                            new Schedule.Warmup(1, 1e-3, false),
                            Schedule.Every.STEP))
                    .epochs(epochs)
                    .batchSize(32)
                    .seed(1))
            .fit(blueprint, images);
    weights.write(file);
    return weights;
  }

  private static void measure(
      Blueprint wide,
      Weights weights,
      DifferentiableDetector detector,
      DifferentiableDetector random,
      ImageDataset images,
      int count,
      String only) {
    List<Pasted> withAi = pasted(images, count, Label.AI);
    List<Pasted> withNature = pasted(images, count, Label.NATURE);
    print("accuracy_on_validation", accuracy(detector, images));
    print("chance", (double) SQUARE * SQUARE / (SIDE * SIDE));
    try (GradCam cam = new GradCam(wide, wide.describe(weights));
        GradCam randomCam = new GradCam(wide, wide.initialWeights(1))) {
      Map<String, Explainer> methods = methods();
      methods.keySet().removeIf(name -> !name.startsWith(only));
      for (Map.Entry<String, Explainer> method : methods.entrySet()) {
        one(
            method.getKey(),
            method.getValue(),
            method.getValue(),
            detector,
            random,
            withAi,
            withNature);
      }
      if ("grad_cam".startsWith(only)) {
        one("grad_cam", cam, randomCam, detector, random, withAi, withNature);
      }
    }
  }

  private static Map<String, Explainer> methods() {
    Map<String, Explainer> methods = new LinkedHashMap<>();
    methods.put("gradient", ExplanationBenchmark::gradient);
    for (Fill fill : Fill.values()) {
      String name = fill.name().toLowerCase(Locale.ROOT);
      methods.put("occlusion_" + name, Explainers.occlusion().fill(fill));
      methods.put("integrated_" + name, Explainers.integratedGradients().start(fill));
    }
    return methods;
  }

  private static double accuracy(Detector detector, ImageDataset images) {
    int right = 0;
    for (int i = 0; i < images.size(); i += 4) {
      Sample sample = images.sample(i);
      right += detector.classify(sample.image()) == sample.label() ? 1 : 0;
    }
    return right / Math.ceil(images.size() / 4.0);
  }

  private static void one(
      String name,
      Explainer explainer,
      Explainer ofRandom,
      DifferentiableDetector detector,
      DifferentiableDetector random,
      List<Pasted> withAi,
      List<Pasted> withNature) {
    int hits = 0;
    int controls = 0;
    double area = 0;
    double faith = 0;
    double alike = 0;
    double images = 0;
    double seconds = 0;
    int scorings = 0;
    List<float[]> maps = new ArrayList<>();
    for (Pasted pasted : withAi) {
      Explanation explanation = explainer.explain(detector, pasted.view());
      float[] map = explanation.map();
      hits += hit(map, pasted) ? 1 : 0;
      area += areaUnderRoc(map, pasted);
      faith +=
          PixelCurve.insertion(detector, explanation, Fill.BLUR, STEPS).area()
              - PixelCurve.deletion(detector, explanation, Fill.BLUR, STEPS).area();
      alike += Math.abs(rankCorrelation(map, ofRandom.explain(random, pasted.view()).map()));
      seconds += explanation.time().toNanos() / 1e9;
      scorings = explanation.scorings();
      maps.add(map);
    }
    for (Pasted pasted : withNature) {
      controls += hit(explainer.explain(detector, pasted.view()).map(), pasted) ? 1 : 0;
    }
    for (int i = 1; i < maps.size(); i++) {
      images += Math.abs(rankCorrelation(maps.get(i - 1), maps.get(i)));
    }
    int n = withAi.size();
    print(name + "_pointing", (double) hits / n);
    print(name + "_pointing_control", (double) controls / n);
    print(name + "_roc_auc", area / n);
    print(name + "_insertion_less_deletion", faith / n);
    print(name + "_random_weights_rank_correlation", alike / n);
    print(name + "_other_image_rank_correlation", images / (n - 1));
    print(name + "_seconds", seconds / n);
    print(name + "_scorings", scorings);
  }

  /** Natural views with a square of another image of the same generator's part. */
  private static List<Pasted> pasted(ImageDataset images, int count, Label label) {
    List<Pasted> all = new ArrayList<>();
    RandomGenerator random = Seed.of(3).random();
    for (int i = 0; i < count; i++) {
      Generator generator = Generator.GENIMAGE.get(i % Generator.GENIMAGE.size());
      int at = i / Generator.GENIMAGE.size();
      Image into = view(images, generator, Label.NATURE, at);
      Image from = view(images, generator, label, at + 1);
      int left = random.nextInt(SIDE - SQUARE + 1);
      int top = random.nextInt(SIDE - SQUARE + 1);
      byte[] rgb = into.toArray();
      byte[] other = from.toArray();
      for (int y = top; y < top + SQUARE; y++) {
        int start = 3 * (y * SIDE + left);
        System.arraycopy(other, start, rgb, start, 3 * SQUARE);
      }
      all.add(new Pasted(Image.of(SIDE, SIDE, rgb), left, top));
    }
    return all;
  }

  private static Image view(ImageDataset images, Generator generator, Label label, int index) {
    return InputContract.crop(SIDE)
        .prepare(
            IntStream.range(0, images.size())
                .mapToObj(images::sample)
                .filter(sample -> sample.label() == label && sample.generator().equals(generator))
                .skip(index)
                .findFirst()
                .orElseThrow()
                .image());
  }

  private static boolean hit(float[] map, Pasted pasted) {
    int at = Floats.indexOf(map, Floats.max(map));
    return pasted.inside(at % SIDE, at / SIDE);
  }

  private static double areaUnderRoc(float[] map, Pasted pasted) {
    double[] ranks = ranks(map);
    double sum = 0;
    for (int i = 0; i < ranks.length; i++) {
      sum += pasted.inside(i % SIDE, i / SIDE) ? ranks[i] : 0;
    }
    double inside = SQUARE * SQUARE;
    return (sum - inside * (inside + 1) / 2) / (inside * (ranks.length - inside));
  }

  /** Returns the ranks from 1; equal values share the mean of theirs. */
  private static double[] ranks(float[] map) {
    int[] order =
        IntStream.range(0, map.length)
            .boxed()
            .sorted((a, b) -> Float.compare(map[a], map[b]))
            .mapToInt(Integer::intValue)
            .toArray();
    double[] ranks = new double[map.length];
    for (int i = 0; i < order.length; ) {
      int end = i;
      while (end < order.length && map[order[end]] == map[order[i]]) {
        end++;
      }
      for (int j = i; j < end; j++) {
        ranks[order[j]] = (i + 1 + end) / 2.0;
      }
      i = end;
    }
    return ranks;
  }

  private static double rankCorrelation(float[] one, float[] two) {
    double[] a = ranks(one);
    double[] b = ranks(two);
    double mean = (a.length + 1) / 2.0;
    double both = 0;
    double ofA = 0;
    double ofB = 0;
    for (int i = 0; i < a.length; i++) {
      both += (a[i] - mean) * (b[i] - mean);
      ofA += (a[i] - mean) * (a[i] - mean);
      ofB += (b[i] - mean) * (b[i] - mean);
    }
    return both == 0 ? 0 : both / Math.sqrt(ofA * ofB);
  }

  /** The size of the loss's gradient, smoothed: what reports showed before. */
  private static Explanation gradient(Detector detector, Image view) {
    long start = System.nanoTime();
    DifferentiableDetector differentiable = (DifferentiableDetector) detector;
    float[] gradient =
        differentiable
            .lossGradient(ImageBatch.of(List.of(view)).toPixels(), List.of(Label.AI))
            .toArray();
    double[] sizes = new double[gradient.length / 3];
    for (int i = 0; i < gradient.length; i++) {
      sizes[i / 3] += Math.abs(gradient[i]);
    }
    return explanation(view, smoothed(sizes, 3), start);
  }

  private static Explanation explanation(Image view, float[] map, long start) {
    return new Explanation(view, map, 0.5, "", "", 1, Duration.ofNanos(System.nanoTime() - start));
  }

  private static float[] smoothed(double[] values, int radius) {
    float[] means = new float[values.length];
    for (int y = 0; y < SIDE; y++) {
      for (int x = 0; x < SIDE; x++) {
        double sum = 0;
        int count = 0;
        for (int v = Math.max(0, y - radius); v <= Math.min(SIDE - 1, y + radius); v++) {
          for (int u = Math.max(0, x - radius); u <= Math.min(SIDE - 1, x + radius); u++) {
            sum += values[v * SIDE + u];
            count++;
          }
        }
        means[y * SIDE + x] = (float) (sum / count);
      }
    }
    return means;
  }

  /**
   * Grad-CAM (Selvaraju et al. 2017) of the last activations that are an image: a graph of its own,
   * since detectors do not give activations. Without the method's ReLU, which would leave many
   * natural images without a map.
   */
  private static final class GradCam implements Explainer, AutoCloseable {
    private final Graph graph = new Graph();
    private final Session session;
    private final Placeholder<TFloat32> pixels;
    private final Output<TFloat32> activations;
    private final Output<TFloat32> gradient;

    GradCam(Blueprint blueprint, Weights weights) {
      try (DifferentiableDetector detector = blueprint.load(weights)) {
        Ops tf = GraphOps.of(graph);
        pixels = tf.placeholder(TFloat32.class, Placeholder.shape(Shape.of(-1, SIDE, SIDE, 3)));
        Operand<TFloat32> logits = detector.logits(tf, pixels);
        activations = last();
        Operand<TFloat32> margin = tf.sum(tf.math.mul(logits, tf.array(-1f, 1f)), tf.array(0, 1));
        Output<?>[] gradients =
            graph.addGradients(margin.asOutput(), new Output<?>[] {activations});
        gradient = gradients[0].expect(TFloat32.class);
        session = new Session(graph);
      }
    }

    private Output<TFloat32> last() {
      Output<TFloat32> found = null;
      for (var each = graph.operations(); each.hasNext(); ) {
        GraphOperation operation = each.next();
        if (operation.numOutputs() == 1 && operation.output(0).dataType().getNumber() == 1) {
          Shape shape = operation.output(0).shape();
          if (shape.numDimensions() == 4 && shape.get(0) == -1 && shape.get(1) > 1) {
            found = operation.output(0).expect(TFloat32.class);
          }
        }
      }
      return found;
    }

    @Override
    public Explanation explain(Detector detector, Image view) {
      long start = System.nanoTime();
      float[] values = ImageBatch.of(List.of(view)).toPixels().toArray();
      try (TFloat32 fed =
              TFloat32.tensorOf(Shape.of(1, SIDE, SIDE, 3), DataBuffers.of(values, true, false));
          var result =
              session.runner().feed(pixels, fed).fetch(activations).fetch(gradient).run()) {
        TFloat32 features = (TFloat32) result.get(0);
        float[] a = new float[(int) features.size()];
        float[] g = new float[a.length];
        features.copyTo(DataBuffers.of(a));
        ((TFloat32) result.get(1)).copyTo(DataBuffers.of(g));
        int side = (int) features.shape().get(1);
        int channels = (int) features.shape().get(3);
        return explanation(view, map(a, g, side, channels), start);
      }
    }

    private static float[] map(float[] a, float[] g, int side, int channels) {
      double[] weights = new double[channels];
      for (int i = 0; i < g.length; i++) {
        weights[i % channels] += g[i];
      }
      double[] cells = new double[side * side];
      for (int i = 0; i < a.length; i++) {
        cells[i / channels] += weights[i % channels] * a[i];
      }
      double[] fine = new double[SIDE * SIDE];
      for (int i = 0; i < fine.length; i++) {
        fine[i] = cells[i / SIDE * side / SIDE * side + i % SIDE * side / SIDE];
      }
      return smoothed(fine, SIDE / side / 2);
    }

    @Override
    public void close() {
      session.close();
      graph.close();
    }
  }
}
