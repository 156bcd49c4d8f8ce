package org.genimage.app.leaderboard;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.Lists;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.genimage.app.command.Terminal;
import org.genimage.attacks.Attack;
import org.genimage.attacks.AttackResult;
import org.genimage.attacks.AttackRun;
import org.genimage.attacks.AttackedImage;
import org.genimage.data.ImageDataset;
import org.genimage.data.Progress;
import org.genimage.data.Sample;
import org.genimage.data.image.Image;
import org.genimage.data.image.ImageBatch;
import org.genimage.data.internal.InOrder;
import org.genimage.eval.Degradation;
import org.genimage.eval.DetectorIdentity;
import org.genimage.eval.Evaluation;
import org.genimage.eval.EvaluationResult;
import org.genimage.eval.Score;
import org.genimage.eval.Scores;
import org.genimage.eval.alignment.Alignment;
import org.genimage.eval.leaderboard.Cost;
import org.genimage.eval.leaderboard.LeaderboardEntry;
import org.genimage.eval.leaderboard.UnderAttack;
import org.genimage.eval.robustness.Perturbation;
import org.genimage.eval.robustness.RobustnessResult;
import org.genimage.eval.robustness.RobustnessSuite;
import org.genimage.eval.verdict.VerdictCounts;
import org.genimage.eval.verdict.Verdicts;
import org.genimage.models.Detector;
import org.genimage.models.DifferentiableDetector;

/**
 * One detector on one set, piece by piece: the clean images, the aligned ones, each change, each
 * few images under each attack, the cost. Every piece has a file in a folder that is named after
 * the hashes of images and weights, so figures of other weights are never taken for these.
 */
final class Measurement {

  /** Images that are attacked together; the unit of resuming and of work on several threads. */
  private static final int TOGETHER = 8;

  private static final int TIMED = 16;
  private static final int REPETITIONS = 5;
  private static final int SHORT = 12;
  private static final Alignment ALIGNMENT = Alignment.jpegOfBoth(96);

  private final String label;
  private final DifferentiableDetector detector;
  private final boolean forgotten;
  private final BoardImages set;
  private final BoardPlan plan;
  private final Path folder;
  private final String weights;
  private final Terminal terminal;
  private final ImageDataset changed;
  private final ImageDataset attacked;

  /**
   * Prepares a measurement.
   *
   * @param label the name of the row
   * @param forgotten whether the peak of memory was forgotten before the detector was loaded
   */
  Measurement(
      String label,
      DifferentiableDetector detector,
      boolean forgotten,
      BoardImages set,
      BoardPlan plan,
      Terminal terminal) {
    this.label = label;
    this.detector = detector;
    this.forgotten = forgotten;
    this.set = set;
    this.plan = plan;
    this.terminal = terminal;
    this.weights = weights(detector);
    this.folder =
        plan.folder()
            .resolve(slug(set.name()) + "-" + set.hash().substring(0, SHORT))
            .resolve(slug(detector.name()) + "-" + weights.substring(0, SHORT));
    this.changed = set.images().draw(plan.robust(), plan.seed());
    this.attacked =
        plan.attacked() == 0 ? set.images() : set.images().draw(plan.attacked(), plan.seed());
  }

  /** Returns SHA-256 of the weights. */
  static String weights(Detector detector) {
    return DetectorIdentity.of(detector)
        .weights()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "%s: expected a detector that hands out its weights, found one that does not; a"
                            .formatted(detector.name())
                        + " leaderboard could not tell it from others"));
  }

  private static String slug(String name) {
    return name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9.]+", "-");
  }

  /**
   * Measures what is not in files yet.
   *
   * @param mine whether this process measures a piece, by the piece's name
   */
  void run(Predicate<String> mine) {
    if (mine.test("cost")) {
      cost();
    }
    if (mine.test("clean")) {
      during("clean", set.images(), progress -> verdicts(progress).isPresent());
    }
    if (mine.test("aligned")) {
      during("aligned", set.images(), progress -> aligned().progress(progress).run());
    }
    for (Perturbation one : plan.suite().map(RobustnessSuite::all).orElse(List.of())) {
      if (mine.test(one.label())) {
        during(one.label(), changed, progress -> change(one).progress(progress).run());
      }
    }
    if (plan.suite().isPresent() && mine.test("unchanged")) {
      during("unchanged", changed, progress -> unchanged().progress(progress).run());
    }
    for (Attack<? super DifferentiableDetector> attack : attacks()) {
      during(attack.name(), attacked, progress -> attack(attack, mine, progress));
    }
  }

  private <T> void during(String task, ImageDataset images, Terminal.Work<T> work) {
    terminal.during("%s on %s: %s".formatted(label, set.name(), task), images.size(), work);
  }

  private Evaluation evaluation(ImageDataset images, String file) {
    return Evaluation.of(detector, images).file(folder.resolve(file));
  }

  private Evaluation clean() {
    return evaluation(set.images(), "clean.jsonl");
  }

  private Evaluation aligned() {
    return evaluation(ALIGNMENT.of(set.images()), "aligned.jsonl");
  }

  private String some() {
    return "changed-%s-%s/".formatted(changed.size(), plan.seed());
  }

  private Evaluation unchanged() {
    return evaluation(changed, some() + "unchanged.jsonl");
  }

  private Evaluation change(Perturbation one) {
    Degradation how = one.degradation(plan.seed());
    return evaluation(changed, some() + slug(one.label().replace(">", "-to-")) + ".jsonl")
        .degraded(how);
  }

  private Optional<VerdictCounts> verdicts(Progress progress) {
    Evaluation evaluation = clean().progress(progress);
    evaluation.run();
    return detector.verdictRule().map(rule -> Verdicts.measured(rule, evaluation).counts());
  }

  /** Returns what is attacked how: nothing, if the detector takes whole images. */
  private List<Attack<? super DifferentiableDetector>> attacks() {
    return plan.attacked() > 0 && detector.input().resize().crops() ? plan.attacks() : List.of();
  }

  private List<List<Sample>> parts() {
    return Lists.partition(attacked.samples(), TOGETHER);
  }

  private KeptFile file(Attack<?> attack, int part) {
    List<String> premises =
        new ArrayList<>(List.of("1", weights, attack.name(), AttackPlan.words(attack)));
    premises.add(detector.calibration().toString());
    premises.add(detector.input().toString());
    parts()
        .get(part)
        .forEach(sample -> premises.add(sample.label() + set.hashes().get(sample.name())));
    return KeptFile.of(
        folder
            .resolve("attacked-%s-%s".formatted(attacked.size(), plan.seed()))
            .resolve("%s-%s.json".formatted(slug(attack.name()), part)),
        premises);
  }

  private boolean attack(
      Attack<? super DifferentiableDetector> attack, Predicate<String> mine, Progress progress) {
    List<List<Sample>> parts = parts();
    try {
      InOrder.run(
          0,
          parts.size(),
          plan.threads(),
          part -> part,
          part -> {
            KeptFile file = file(attack, part);
            if (mine.test(attack.name() + part) && file.read().isEmpty()) {
              file.write(attacked(attack, parts.get(part), file.begin()));
            }
            return part;
          },
          (part, same) ->
              progress.update(Math.min(attacked.size(), (part + 1L) * TOGETHER), attacked.size()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return true;
  }

  private ObjectNode attacked(
      Attack<? super DifferentiableDetector> attack, List<Sample> samples, ObjectNode node) {
    AttackResult result =
        AttackRun.of(attack).batchSize(TOGETHER).against(detector, ImageDataset.of(samples));
    ArrayNode images = node.putArray("images");
    for (AttackedImage image : result.images()) {
      images
          .addObject()
          .put("name", image.sample().name())
          .put("sha256", set.hashes().get(image.sample().name()))
          .put("before", image.cleanScore())
          .put("after", image.savedScore())
          .put("linf", image.linf())
          .put("l2", image.l2());
    }
    return node;
  }

  private Optional<UnderAttack> underAttack(Attack<?> attack) {
    Map<String, Sample> samples = new TreeMap<>();
    attacked.samples().forEach(sample -> samples.put(sample.name(), sample));
    List<Score> scores = new ArrayList<>();
    List<Score> after = new ArrayList<>();
    List<Double> distances = new ArrayList<>();
    for (int part = 0; part < parts().size(); part++) {
      Optional<JsonNode> node = file(attack, part).read();
      if (node.isEmpty()) {
        return Optional.empty();
      }
      for (JsonNode image : node.get().path("images")) {
        Sample sample = samples.get(image.path("name").asText());
        scores.add(score(sample, image.path("before").asDouble()));
        after.add(score(sample, image.path("after").asDouble()));
        distances.add(image.path("l2").asDouble());
      }
    }
    return Optional.of(
        new UnderAttack(
            attack.name(),
            AttackPlan.words(attack),
            Scores.of(scores),
            Scores.of(after),
            distances));
  }

  private static Score score(Sample sample, double value) {
    return new Score(sample.name(), sample.generator(), sample.label(), value);
  }

  private KeptFile costFile() {
    return KeptFile.of(
        folder.resolve("cost.json"),
        List.of(
            "2",
            weights,
            set.hash(),
            Machine.processor(),
            Integer.toString(Runtime.getRuntime().availableProcessors())));
  }

  private void cost() {
    KeptFile file = costFile();
    if (file.read().isPresent()) {
      return;
    }
    during("cost", set.images(), progress -> measured(file));
  }

  private boolean measured(KeptFile file) {
    int count = Math.min(set.images().size(), detector.input().together(TIMED));
    List<Image> images = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Image image = set.images().sample(i).image();
      images.add(detector.input().evaluation().apply(image, new SplittableRandom(0)));
    }
    ImageBatch batch = ImageBatch.of(images);
    detector.score(batch); // the first time builds what is used again
    ObjectNode node = file.begin();
    ArrayNode seconds = node.putArray("seconds");
    for (int i = 0; i < REPETITIONS; i++) {
      long begin = System.nanoTime();
      detector.score(batch);
      seconds.add((System.nanoTime() - begin) / 1e9 / count);
    }
    OptionalLong peak = Machine.peak();
    if (forgotten && peak.isPresent()) {
      node.put("bytes", peak.getAsLong());
    }
    file.write(node);
    return true;
  }

  private Optional<Cost> readCost() {
    return costFile()
        .read()
        .map(
            node -> {
              List<Double> seconds = new ArrayList<>();
              node.path("seconds").forEach(one -> seconds.add(one.asDouble()));
              return new Cost(
                  seconds,
                  node.has("bytes")
                      ? OptionalDouble.of(node.get("bytes").asDouble() / 1e6)
                      : OptionalDouble.empty());
            });
  }

  /** Returns everything that was measured, from the files. */
  LeaderboardEntry entry() {
    EvaluationResult scored = clean().run();
    Optional<RobustnessResult> robust =
        plan.suite()
            .map(
                suite -> {
                  ImmutableMap.Builder<String, Scores> after = ImmutableMap.builder();
                  suite.all().forEach(one -> after.put(one.label(), change(one).run().scores()));
                  return new RobustnessResult(unchanged().run().scores(), after.buildOrThrow());
                });
    return new LeaderboardEntry(
        set.name(),
        label,
        scored.scores(),
        Optional.of(aligned().run().scores()),
        robust,
        attacks().stream().map(this::underAttack).flatMap(Optional::stream).toList(),
        verdicts(Progress.NONE),
        readCost());
  }

  /** Returns the files of all pieces, in order. */
  List<Path> files() {
    Stream<Path> scores =
        Stream.concat(
                Stream.of(clean(), aligned()),
                plan.suite().stream()
                    .flatMap(
                        suite ->
                            Stream.concat(
                                Stream.of(unchanged()), suite.all().stream().map(this::change))))
            .flatMap(one -> one.file().stream());
    Stream<Path> others =
        attacks().stream()
            .flatMap(
                attack ->
                    IntStream.range(0, parts().size()).mapToObj(part -> file(attack, part).file()));
    return Stream.of(scores, others, Stream.of(costFile().file()))
        .flatMap(all -> all)
        .filter(Files::isRegularFile)
        .toList();
  }
}
