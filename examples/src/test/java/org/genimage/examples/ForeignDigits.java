package org.genimage.examples;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.random.RandomGenerator;
import org.genimage.attacks.Attack;
import org.genimage.attacks.AttackRun;
import org.genimage.attacks.Attacks;
import org.genimage.attacks.Budget;
import org.genimage.data.Generator;
import org.genimage.data.ImageDataset;
import org.genimage.data.Label;
import org.genimage.data.Sample;
import org.genimage.data.Seed;
import org.genimage.data.image.Image;
import org.genimage.models.Blueprint;
import org.genimage.models.Detectors;
import org.genimage.models.DifferentiableDetector;
import org.genimage.models.Head;
import org.genimage.models.InputContract;
import org.genimage.models.weights.Weights;
import org.genimage.train.GradientTrainer;
import org.genimage.train.recipe.ImageRecipe;
import org.genimage.train.recipe.Loss;
import org.genimage.train.recipe.Recipe;
import org.tensorflow.Graph;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/** A program that uses a detector in the JVM's locale, and in each that its arguments name. */
final class ForeignDigits {

  private static final Blueprint TINY =
      new Blueprint("Tiny", new TinyNetwork(4), InputContract.crop(64), Head.NATURE_AI);

  private ForeignDigits() {}

  /** Takes an empty folder and language tags; prints for each locale what was computed. */
  public static void main(String[] args) throws IOException {
    Path folder = Path.of(args[0]);
    System.out.println(Locale.getDefault().toLanguageTag() + " " + computed(folder));
    for (String tag : List.of(args).subList(1, args.length)) {
      Locale.setDefault(Locale.forLanguageTag(tag));
      System.out.println(tag + " " + computed(folder));
    }
  }

  private static String computed(Path folder) throws IOException {
    List<Object> found = new ArrayList<>();
    ImageDataset data =
        ImageDataset.of(
            List.of(sample(folder, 1), sample(folder, 2), sample(folder, 3), sample(folder, 4)));
    Recipe recipe =
        Recipe.paper(Detectors.resnet50())
            .loss(new Loss.CrossEntropy(0), ImageRecipe.cropAndFlip())
            .epochs(1)
            .batchSize(4);
    Weights weights = GradientTrainer.with(recipe).from(TINY.initialWeights(1)).fit(TINY, data);
    try (DifferentiableDetector detector = TINY.load(weights)) {
      found.add(detector.score(data.sample(0).image()));
      found.addAll(attacked(detector, data));
      found.add(addedToAGraph(detector));
    }
    Path exported = folder.resolve("exported" + System.nanoTime());
    TINY.export(weights, exported);
    found.add(Files.exists(exported.resolve("saved_model.pb")));
    return found.toString();
  }

  private static List<Object> attacked(DifferentiableDetector detector, ImageDataset data) {
    List<Object> found = new ArrayList<>();
    List<Attack<DifferentiableDetector>> attacks =
        List.of(Attacks.fgsm(Budget.linf(8 / 255.0)), Attacks.deepFool(), Attacks.cwL2().steps(2));
    for (Attack<DifferentiableDetector> attack : attacks) {
      AttackRun.of(attack).against(detector, data).images().forEach(i -> found.add(i.savedScore()));
    }
    return found;
  }

  /** Somebody else's graph, whose own op has a name of TensorFlow Java. */
  private static String addedToAGraph(DifferentiableDetector detector) {
    float[] grey = new float[64 * 64 * 3];
    Arrays.fill(grey, 0.5f);
    Shape shape = Shape.of(1, 64, 64, 3);
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      var logits = detector.logits(tf, tf.constant(shape, DataBuffers.of(grey, true, false)));
      try (Session session = new Session(graph);
          var result = session.runner().fetch(logits).run()) {
        TFloat32 values = (TFloat32) result.get(0);
        return values.getFloat(0, 0) + " " + values.getFloat(0, 1);
      }
    }
  }

  private static Sample sample(Path folder, int seed) throws IOException {
    byte[] rgb = new byte[64 * 64 * 3];
    RandomGenerator random = Seed.of(seed).random();
    random.nextBytes(rgb);
    Path file = Files.write(folder.resolve(seed + ".png"), Image.of(64, 64, rgb).toPng());
    return Sample.of(file, seed % 2 == 0 ? Label.AI : Label.NATURE, Generator.named("unknown"));
  }
}
