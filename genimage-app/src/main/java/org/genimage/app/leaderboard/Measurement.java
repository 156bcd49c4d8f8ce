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
import java.util.OptionalInt;
import java.util.TreeMap;
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
import org.genimage.data.internal.PeakMemory;
import org.genimage.eval.Degradation;
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
import org.genimage.models.DifferentiableDetector;

/**
 * One detector on one set, piece by piece: the clean images, the aligned ones, each change, each
 * few images under each attack, the cost. Every piece has a file in a folder that is named after
 * the images' key and the detector's, so figures of other weights, or of the same weights with
 * another threshold, are never taken for these.
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
  private final BoardImages set;
  private final BoardPlan plan;
  private final Path folder;
  private final String key;
  private final Terminal terminal;
  private final ImageDataset changed;
  private final ImageDataset attacked;

  /**
   * Prepares a measurement.
   *
   * @param label the name of the row
   * @param key of the detector: SHA-256 of all that decides its figures
   */
  Measurement(
      String label,
      DifferentiableDetector detector,
      String key,
      BoardImages set,
      BoardPlan plan,
      Terminal terminal) {
    this.label = label;
    this.detector = detector;
    this.key = key;
    this.set = set;
    this.plan = plan;
    this.terminal = terminal;
    this.folder =
        plan.folder()
            .resolve(slug(set.name()) + "-" + set.key().substring(0, SHORT))
            .resolve(slug(detector.name()) + "-" + key.substring(0, SHORT));
    this.changed = set.images().draw(plan.robust(), plan.seed());
    this.attacked =
        plan.attacked() == 0 ? set.images() : set.images().draw(plan.attacked(), plan.seed());
  }

  private static String slug(String name) {
    return name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9.]+", "-");
  }

  /**
   * Measures the memory that the detector takes to be loaded and to score one batch, unless that is
   * in a file already. To be called before the detector has done anything else.
   *
   * @param peak of the memory since before the detector was loaded; empty where the system does not
   *     tell
   */
  void memory(Deal deal, Optional<PeakMemory> peak) {
    KeptFile file = memoryFile();
    if (deal.isMine() && peak.isPresent() && file.read().isEmpty()) {
      detector.score(batch());
      ObjectNode node = file.begin();
      peak.get().peak().ifPresent(bytes -> node.put("bytes", bytes));
      file.write(node);
    }
  }

  /**
   * Measures what is not in files yet.
   *
   * @param deal says of one piece after the other whether this process measures it
   */
  void run(Deal deal) {
    if (deal.isMine()) {
      cost();
    }
    if (deal.isMine()) {
      during("clean", set.images(), progress -> verdicts(progress).isPresent());
    }
    if (deal.isMine()) {
      during("aligned", set.images(), progress -> aligned().progress(progress).run());
    }
    for (Perturbation one : plan.suite().map(RobustnessSuite::all).orElse(List.of())) {
      if (deal.isMine()) {
        during(one.label(), changed, progress -> change(one).progress(progress).run());
      }
    }
    if (plan.suite().isPresent() && deal.isMine()) {
      during("unchanged", changed, progress -> unchanged().progress(progress).run());
    }
    for (Attack<? super DifferentiableDetector> attack : attacks()) {
      during(attack.name(), attacked, progress -> attack(attack, deal, progress));
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
        new ArrayList<>(List.of("1", key, attack.name(), AttackPlan.words(attack)));
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
      Attack<? super DifferentiableDetector> attack, Deal deal, Progress progress) {
    List<List<Sample>> parts = parts();
    try {
      InOrder.run(
          0,
          parts.size(),
          plan.threads(),
          part -> deal.isMine() ? OptionalInt.of(part) : OptionalInt.empty(),
          part -> {
            part.ifPresent(mine -> attack(attack, mine, parts.get(mine)));
            return part;
          },
          (part, same) ->
              progress.update(Math.min(attacked.size(), (part + 1L) * TOGETHER), attacked.size()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return true;
  }

  private void attack(
      Attack<? super DifferentiableDetector> attack, int part, List<Sample> samples) {
    KeptFile file = file(attack, part);
    if (file.read().isEmpty()) {
      file.write(attacked(attack, samples, file.begin()));
    }
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
            Double.isFinite(attack.budget().size()),
            Scores.of(scores),
            Scores.of(after),
            distances));
  }

  private static Score score(Sample sample, double value) {
    return new Score(sample.name(), sample.generator(), sample.label(), value);
  }

  private KeptFile costFile() {
    return ofMachine(folder.resolve("cost.json"));
  }

  private KeptFile memoryFile() {
    return ofMachine(
        plan.folder()
            .resolve("memory")
            .resolve(slug(detector.name()) + "-" + key.substring(0, SHORT) + ".json"));
  }

  private KeptFile ofMachine(Path file) {
    return KeptFile.of(
        file,
        List.of(
            "3",
            key,
            set.key(),
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

  private ImageBatch batch() {
    int count = Math.min(set.images().size(), detector.input().together(TIMED));
    List<Image> images = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      images.add(detector.input().prepare(set.images().sample(i).image()));
    }
    return ImageBatch.of(images);
  }

  private boolean measured(KeptFile file) {
    ImageBatch batch = batch();
    detector.score(batch); // the first time builds what is used again
    ObjectNode node = file.begin();
    ArrayNode seconds = node.putArray("seconds");
    for (int i = 0; i < REPETITIONS; i++) {
      long begin = System.nanoTime();
      detector.score(batch);
      seconds.add((System.nanoTime() - begin) / 1e9 / batch.count());
    }
    file.write(node);
    return true;
  }

  private Optional<Cost> readCost(KeptFile memory) {
    OptionalDouble megabytes =
        memory.read().stream()
            .filter(node -> node.has("bytes"))
            .mapToDouble(node -> node.get("bytes").asDouble() / 1e6)
            .findFirst();
    return costFile()
        .read()
        .map(
            node -> {
              List<Double> seconds = new ArrayList<>();
              node.path("seconds").forEach(one -> seconds.add(one.asDouble()));
              return new Cost(seconds, megabytes);
            });
  }

  /**
   * Returns everything that was measured, from the files.
   *
   * @param first the measurement of the detector's first set, with which its memory was measured
   */
  LeaderboardEntry entry(Measurement first) {
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
        readCost(first.memoryFile()));
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
    return Stream.of(scores, others, Stream.of(costFile().file(), memoryFile().file()))
        .flatMap(all -> all)
        .filter(Files::isRegularFile)
        .toList();
  }
}
