package org.genimage.benchmarks;

import static org.genimage.benchmarks.Measurements.memory;
import static org.genimage.benchmarks.Measurements.noise;
import static org.genimage.benchmarks.Measurements.print;
import static org.genimage.benchmarks.Measurements.secondsSince;
import static org.genimage.benchmarks.Measurements.usedHeap;

import com.google.common.io.ByteSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.genimage.data.GenImage;
import org.genimage.data.Generator;
import org.genimage.data.ImageDataset;
import org.genimage.data.Label;
import org.genimage.data.OpenOptions;
import org.genimage.data.Sample;
import org.genimage.data.Split;
import org.genimage.data.archive.ListingIndex;
import org.genimage.data.internal.NaturalOrder;
import org.genimage.eval.Evaluation;
import org.genimage.eval.EvaluationResult;
import org.genimage.models.Blueprint;
import org.genimage.models.Detector;
import org.genimage.models.Detectors;
import org.genimage.models.InputContract;
import org.genimage.train.Checkpoints;
import org.genimage.train.GradientTrainer;
import org.genimage.train.StepReport;
import org.genimage.train.TrainingListener;

/**
 * Measures how cost grows with size; {@code benchmarks/size.py} starts it. {@code evaluation FOLDER
 * COUNT} evaluates images, {@code stream FOLDER COUNT} scores a stream of files, {@code index
 * FOLDER COUNT} opens a benchmark whose lists of files were made up in memory, with so many names a
 * folder, and {@code checkpoint FOLDER NAME} trains a detector with and without checkpoints. Prints
 * one measurement per line: name and value.
 */
public final class SizeBenchmark {

  private static final int SIDE = 64;
  private static final int FILES = 16;
  private static final int STEPS = 6;

  /** An index leaves out folders that changed a moment ago. */
  private static final long SETTLED_MS = 3000;

  private SizeBenchmark() {}

  /** Takes what to measure, a folder to write to, and a size or a name. */
  public static void main(String[] arguments) throws Exception {
    Path folder = Files.createTempDirectory(Path.of(arguments[1]), "size");
    switch (arguments[0]) {
      case "evaluation" -> evaluation(folder, Integer.parseInt(arguments[2]));
      case "stream" -> stream(folder, Integer.parseInt(arguments[2]));
      case "index" -> index(folder, Integer.parseInt(arguments[2]));
      case "checkpoint" -> checkpoint(folder, Detectors.named(arguments[2]));
      default ->
          throw new IllegalArgumentException(
              "expected evaluation, stream, index or checkpoint, found " + arguments[0]);
    }
  }

  /** The same few files under as many names as needed, so that the images take no memory. */
  private record Repeated(List<ByteSource> files, int size) implements ImageDataset {
    @Override
    public Sample sample(int index) {
      return new Sample(
          "image-" + index,
          files.get(index % files.size()),
          Label.values()[index % 2],
          Generator.GENIMAGE.get(index % 16 / 2));
    }
  }

  private static Detector small() {
    Blueprint blueprint = Detectors.ferretNetSmall().input(InputContract.crop(SIDE));
    return blueprint.load(blueprint.initialWeights(1));
  }

  private static List<byte[]> pngFiles() {
    List<byte[]> files = new ArrayList<>();
    for (int i = 0; i < FILES; i++) {
      files.add(noise(SIDE, SIDE, i).toPng());
    }
    return files;
  }

  private static void evaluation(Path folder, int count) throws IOException {
    ImageDataset images = new Repeated(pngFiles().stream().map(ByteSource::wrap).toList(), count);
    try (Detector detector = small()) {
      long start = System.nanoTime();
      EvaluationResult result =
          Evaluation.of(detector, images).file(folder.resolve("scores.jsonl")).run();
      report(start, count);
      print("accuracy", result.scores().accuracy().value()); // the scores are in memory until here
    }
  }

  private static void stream(Path folder, int count) throws IOException {
    List<Path> paths = new ArrayList<>();
    for (byte[] png : pngFiles()) {
      paths.add(Files.write(folder.resolve(paths.size() + ".png"), png));
    }
    try (Detector detector = small()) {
      long start = System.nanoTime();
      Stream<Path> all = Stream.iterate(0, i -> i + 1).limit(count).map(i -> paths.get(i % FILES));
      double mean = detector.score(all).mapToDouble(one -> one.score()).sum() / count;
      report(start, count);
      print("mean_score", mean);
    }
  }

  private static void report(long start, int count) throws IOException {
    double seconds = secondsSince(start);
    print("seconds", seconds);
    print("images_per_s", count / seconds);
    print("peak_resident_mb", memory("VmHWM"));
    print("used_heap_mb", usedHeap());
  }

  private static void index(Path folder, int count) throws Exception {
    Path root = folder.resolve("GenImage");
    for (Generator generator : Generator.GENIMAGE) {
      for (Split split : Split.values()) {
        for (Label label : Label.values()) {
          Files.createDirectories(place(root, generator, split, label));
        }
      }
    }
    Thread.sleep(SETTLED_MS);
    ListingIndex index = new ListingIndex(folder.resolve("index"));
    double listing = 0;
    double writing = 0;
    for (Generator generator : Generator.GENIMAGE) {
      for (Split split : Split.values()) {
        for (Label label : Label.values()) {
          long start = System.nanoTime();
          List<String> names = madeUp(split, label, count);
          listing += secondsSince(start);
          start = System.nanoTime();
          index.names(place(root, generator, split, label), () -> names);
          writing += secondsSince(start);
        }
      }
    }
    print("made_up_and_sorted_s", listing);
    print("coded_and_written_s", writing);
    double before = usedHeap();
    OpenOptions options = OpenOptions.DEFAULT.index(folder.resolve("index"));
    long start = System.nanoTime();
    List<ImageDataset> opened = OpeningBenchmark.all(GenImage.open(root, options));
    print("opened_s", secondsSince(start));
    long size = opened.stream().mapToLong(ImageDataset::size).sum();
    print("images", size);
    print("bytes_each", 1e6 * (usedHeap() - before) / size);
    print("peak_resident_mb", memory("VmHWM"));
    start = System.nanoTime();
    int last = opened.get(0).size() - 1;
    if (opened.get(0).sample(last).name().isEmpty()) {
      throw new IllegalStateException("the last image has no name");
    }
    print("last_sample_ms", 1e3 * secondsSince(start));
  }

  private static Path place(Path root, Generator generator, Split split, Label label) {
    return root.resolve(generator.folder())
        .resolve(generator.archive())
        .resolve(split.folder())
        .resolve(label.folder());
  }

  /** Returns the names as a folder gives them, without order, and then sorted. */
  private static List<String> madeUp(Split split, Label label, int count) {
    List<String> names = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      names.add(OpeningBenchmark.name(split, label, i));
    }
    names.sort(NaturalOrder.INSTANCE);
    return names;
  }

  private static void checkpoint(Path folder, Blueprint blueprint) throws IOException {
    double without = secondsPerStep(blueprint, folder.resolve("without"), 0);
    double with = secondsPerStep(blueprint, folder.resolve("with"), 1);
    print("step_s", without);
    print("checkpoint_s", with - without);
    print("checkpoint_mb", Files.size(folder.resolve("with/training.safetensors")) / 1e6);
    print("weights_mb", Files.size(folder.resolve("with/last.safetensors")) / 1e6);
  }

  private static double secondsPerStep(Blueprint blueprint, Path folder, int everySteps) {
    int side = blueprint.input().side();
    ByteSource file = ByteSource.wrap(noise(side, side, 1).toPng());
    Clock clock = new Clock();
    GradientTrainer.with(TrainingBenchmark.plain(blueprint, 2).epochs(1))
        .checkpoints(Checkpoints.in(folder).everySteps(everySteps))
        .listener(clock)
        .fit(blueprint, new Repeated(Collections.nCopies(2, file), 2 * (STEPS + 2)));
    return clock.seconds / STEPS;
  }

  /** The time from the end of the second step to that of the last. */
  private static final class Clock implements TrainingListener {
    private long start;
    private int steps;
    private double seconds;

    @Override
    public void onStep(StepReport report) {
      steps++;
      if (steps == 2) {
        start = System.nanoTime();
      }
      seconds = secondsSince(start);
    }
  }
}
